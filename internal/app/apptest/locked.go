package apptest

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/kernel/key"
)

// LeastCost is the cheapest password hash that a slot file may have.
var LeastCost = key.Cost{Memory: 19 * 1024, Time: 2, Threads: 1}

// protected is the staffed folder as a real node's, its key in slots: only the
// administrator has one yet. Made once a test run and copied.
var protected struct {
	sync.Once
	files map[string][]byte
	words string
}

// Protected copies that folder, and says its recovery words.
func Protected(t testing.TB) (dir, words string) {
	t.Helper()
	protected.Do(func() {
		from := Staffed(t)
		if err := os.Remove(filepath.Join(from, app.DemoFile)); err != nil {
			t.Fatal(err)
		}
		a, err := app.Run(context.Background(), app.Options{Dir: from, SlotCost: LeastCost, Clock: NewClock(Day).Now},
			app.Command{Name: "key-protect", Login: "administrator", Password: app.DemoPassword()})
		if err != nil || !a.OK {
			t.Fatal(err, a.Error)
		}
		protected.words = regexp.MustCompile(`(?m)^  ([a-z]+(?: [a-z]+){11})$`).FindStringSubmatch(strings.Join(a.Lines, "\n"))[1]
		protected.files = FilesOf(t, from)
	})
	if protected.words == "" {
		t.Fatal("the protected folder could not be made")
	}
	return FolderWith(t, protected.files), protected.words
}

// ProtectedFiles are the files of Protected's folder, before anybody has changed them.
func ProtectedFiles(t testing.TB) map[string][]byte {
	t.Helper()
	Protected(t)
	return protected.files
}

// LockedHost is a real node after a power cut.
type LockedHost struct {
	*app.Host
	T     testing.TB
	Clock *Clock
	URL   string
	Dir   string
}

// StartLocked serves a folder as it is after a start: locked.
func StartLocked(t testing.TB, dir string) *LockedHost {
	t.Helper()
	c := NewClock(Day.Add(time.Hour))
	h, err := app.Claim(app.Options{Dir: dir, Clock: c.Now, Log: TextLog(os.Stderr)})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(h.Handler())
	l := &LockedHost{h, t, c, srv.URL, dir}
	t.Cleanup(func() { srv.Close(); _ = h.Close() })
	return l
}

// Visit is a browser without a log-in.
func (l *LockedHost) Visit() *Visitor {
	l.T.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		l.T.Fatal(err)
	}
	return NewVisitor(l.T, l.URL, &http.Client{Jar: jar, Timeout: Longest})
}

// Tries a log-in and says whether it went in.
func (v *Visitor) Tries(login, password string) (Answer, bool) {
	v.T.Helper()
	a := v.Post("/login", url.Values{"login": {login}, "password": {password}})
	return a, a.Status == 200 && !strings.HasPrefix(a.Path, "/login")
}

// Cut ends the node as a power cut does, and starts it again.
func (l *LockedHost) Cut() *LockedHost {
	l.T.Helper()
	files := FilesOf(l.T, l.Dir)
	if err := l.Close(); err != nil {
		l.T.Error(err)
	}
	return StartLocked(l.T, FolderWith(l.T, files))
}

// MustUnlock logs the administrator in, which opens the node.
func (l *LockedHost) MustUnlock() *app.Node {
	l.T.Helper()
	l.Visit().LogIn("administrator", app.DemoPassword())
	n := l.Node()
	if n == nil {
		l.T.Fatal("a log-in did not open the node")
	}
	return n
}
