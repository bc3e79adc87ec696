package apptest

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/demo"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/testkit"
)

// Main runs the tests of a package, or is the server process that one of them started.
func Main(m *testing.M) {
	if child := os.Getenv(childVariable); child != "" {
		os.Exit(runChild(child))
	}
	testkit.Main(m, func() {
		if staffed.dir != "" {
			_ = os.RemoveAll(staffed.dir)
		}
	})
}

// MainOfProcesses is Main for a package whose tests start processes of the program.
func MainOfProcesses(m *testing.M) {
	anHourAgo()
	Main(m)
}

// staffed is the folder of a demo with its staff and active packs and no family,
// made once a test run and copied for each test.
var staffed struct {
	sync.Once
	dir string
	err error
}

// Staffed copies the staffed demo into a folder of the test's own.
func Staffed(t testing.TB) string {
	t.Helper()
	staffed.Do(func() {
		if staffed.dir, staffed.err = os.MkdirTemp("", "godwit-app-"); staffed.err != nil {
			return
		}
		ctx := context.Background()
		n, err := app.OpenDemo(ctx, staffed.dir, app.DemoOptions{Seed: 1, Families: app.NoFamilies, Clock: NewClock(Day).Now})
		if err != nil {
			staffed.err = err
			return
		}
		staffed.err = n.Close()
	})
	if staffed.err != nil {
		t.Fatal(staffed.err)
	}
	dir, err := os.MkdirTemp("", "gw-") // short: a socket's path has 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	for _, name := range []string{app.DatabaseFile, app.KeyFile, app.DemoFile} {
		b, err := os.ReadFile(filepath.Join(staffed.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Node is a node at work.
type Node struct {
	*app.Node
	T     testing.TB
	Clock *Clock
	URL   string
}

// Start serves the staffed demo.
func Start(t testing.TB) *Node {
	t.Helper()
	return ServeFolder(t, Staffed(t), Day)
}

// ServeFolder opens the demo of a folder and serves it over HTTP.
func ServeFolder(t testing.TB, dir string, now time.Time) *Node {
	t.Helper()
	return ServeWith(t, app.Options{Dir: dir}, now)
}

// ServeWith is ServeFolder with options.
func ServeWith(t testing.TB, o app.Options, now time.Time) *Node {
	t.Helper()
	c := NewClock(now)
	o.Demo, o.Clock = true, c.Now
	n, err := app.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return atWork(t, n, c)
}

// atWork serves a node over HTTP until the test ends.
func atWork(t testing.TB, n *app.Node, c *Clock) *Node {
	t.Helper()
	srv := httptest.NewServer(n.Handler())
	t.Cleanup(func() {
		srv.Close()
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	return &Node{Node: n, T: t, Clock: c, URL: srv.URL}
}

// Actor is the context of a demo account, for what a test does without a page.
func (n *Node) Actor(role access.Role) context.Context {
	n.T.Helper()
	ctx, err := n.Node.As(n.T.Context(), string(role), "assessment")
	if err != nil {
		n.T.Fatal(err)
	}
	return ctx
}

// Read runs a query.
func (n *Node) Read(f func(tx *db.Tx) error) {
	n.T.Helper()
	if err := n.DB.Read(n.T.Context(), f); err != nil {
		n.T.Fatal(err)
	}
}

// ReadFrom runs a query on a node that is not served.
func ReadFrom(n *app.Node, t testing.TB, f func(tx *db.Tx) error) {
	t.Helper()
	if err := n.DB.Read(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

// Visit is a browser without a log-in.
func (n *Node) Visit() *Visitor {
	n.T.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		n.T.Fatal(err)
	}
	return NewVisitor(n.T, n.URL, &http.Client{Jar: jar, Timeout: 2 * time.Minute})
}

// At is a browser in which a demo account is logged in.
func (n *Node) At(role access.Role) *Visitor {
	n.T.Helper()
	v := n.Visit()
	v.LogIn(string(role), app.DemoPassword())
	return v
}

// FilesOf are the files of a folder, as a cut at this moment would leave them.
func FilesOf(t testing.TB, dir string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !e.Type().IsRegular() || e.Name() == app.LockFile {
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if os.IsNotExist(err) { // it came and went
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		all[e.Name()] = b
	}
	return all
}

// FolderWith is a folder with these files, of the test's own.
func FolderWith(t testing.TB, files map[string][]byte) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "gw-") // short: a socket's path has 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// There reports that a folder has a file of the name.
func There(dir, name string) bool {
	_, err := os.Stat(filepath.Join(dir, name))
	return err == nil
}

// TextLog is a log that a test reads.
func TextLog(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }

// Seeded is a demo with some of the families of a seed's world of a hundred.
func Seeded(t testing.TB, seed uint64, some func(i int, f demo.Family, sights []demo.Sight) bool) *Node {
	t.Helper()
	n := Start(t)
	w, err := demo.New(seed, calendar.DayOfTime(Day), 100)
	if err != nil {
		t.Fatal(err)
	}
	cut := *w
	cut.Families = nil
	for i, f := range w.Families {
		if some(i, f, w.Sights()) {
			cut.Families = append(cut.Families, f)
		}
	}
	if err := n.SeedFamilies(t.Context(), &cut); err != nil {
		t.Fatal(err)
	}
	return n
}

// Shown is what a world shows of its people, their facts, cases and worklists,
// without the ids, which are made anew each time.
func (n *Node) Shown() []string {
	n.T.Helper()
	var out []string
	for _, q := range []string{
		"SELECT 'person', body FROM people_person",
		"SELECT 'stay', body FROM people_stay",
		"SELECT 'fact', code, value, unit FROM care_observation",
		"SELECT 'order', code, station, status FROM care_order",
		"SELECT 'member', state, stations FROM assessment_member",
		"SELECT 'case', number, destination, facts FROM assessment_case",
	} {
		n.Read(func(tx *db.Tx) error {
			rows, err := tx.Query(q)
			if err != nil {
				return fmt.Errorf("%s: %w", q, err)
			}
			defer rows.Close()
			columns := strings.Count(q, ",") + 1
			for rows.Next() {
				cells := make([]string, columns)
				into := make([]any, columns)
				for i := range cells {
					into[i] = &cells[i]
				}
				if err := rows.Scan(into...); err != nil {
					return fmt.Errorf("%s: %w", q, err)
				}
				out = append(out, strings.Join(cells, " | "))
			}
			return rows.Err()
		})
	}
	slices.Sort(out)
	return out
}
