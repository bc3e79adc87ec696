package app

import (
	"context"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/app/demo"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/testkit"
)

// hubProcess is what one process of a hub is, without the process.
func hubProcess(t testing.TB, url string) *testNode {
	t.Helper()
	c := &clock{now: testDay}
	n, err := Open(t.Context(), Options{Database: url, Clock: c.Now, quick: true})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(n.Handler())
	t.Cleanup(func() {
		srv.Close()
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	return &testNode{Node: n, t: t, clock: c, url: srv.URL}
}

// elsewhere is the same browser, sent by a balancer to another process.
func (v *visitor) elsewhere(n *testNode) *visitor { return &visitor{v.t, n.url, v.c} }

// firstFamilies are some of a world.
func firstFamilies(t testing.TB, seed uint64, count int) *demo.World {
	t.Helper()
	w, err := demo.New(seed, calendar.DayOfTime(testDay), 100)
	if err != nil {
		t.Fatal(err)
	}
	cut := *w
	cut.Families = cut.Families[:count]
	return &cut
}

// walk follows every link that a browser is shown, and answers how many pages it saw.
func (v *visitor) walk() int {
	v.t.Helper()
	seen, todo := map[string]bool{"/": true}, []string{"/"}
	for len(todo) > 0 && len(seen) < 400 {
		path := todo[0]
		todo = todo[1:]
		a := v.get(path)
		if a.status >= 500 || a.status == 404 {
			v.t.Errorf("GET %s: %d", path, a.status)
		}
		for _, l := range a.links() {
			l, _, _ = strings.Cut(l, "#")
			if strings.HasPrefix(l, "/") && !strings.HasPrefix(l, "/logout") && !seen[l] {
				seen[l] = true
				todo = append(todo, l)
			}
		}
	}
	return len(seen)
}

// The whole program on PostgreSQL, in two processes: the demo's staff do their work at
// one, and find it at the other.
func TestAHubOfTwoProcessesIsOneHub(t *testing.T) {
	if testing.Short() {
		t.Skip("a world is made on PostgreSQL")
	}
	url := testkit.NewPostgresServer(t).URL("postgres") // as doctor wants one
	a := hubProcess(t, url)
	if _, err := a.seed(t.Context(), 7, 0); err != nil {
		t.Fatal(err)
	}
	b := hubProcess(t, url)
	w := firstFamilies(t, 7, 6)
	if err := a.seedFamilies(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	node := startNode(t)
	if err := node.seedFamilies(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	if here, there := b.shown(), node.shown(); len(here) < 100 || !slices.Equal(here, there) {
		t.Errorf("the same families show %d things at a hub and %d at a node", len(here), len(there))
	}
	for _, role := range []access.Role{access.Reception, access.Nurse, access.Physician, access.Manager, access.MedicalOfficer, access.PrivacyOfficer, access.Administrator} {
		v := a.at(role)
		if n := v.elsewhere(b).walk(); n < 5 {
			t.Errorf("a %s who logged in at one process finds %d pages at the other", role, n)
		}
	}
	v := a.at(access.Nurse)
	v.elsewhere(b).get("/").says(t, 200)
	if err := b.Access.DisableUser(access.Operator(t.Context()), string(access.Nurse)); err != nil {
		t.Fatal(err)
	}
	if at := v.get("/"); !strings.HasPrefix(at.path, "/login") {
		t.Errorf("a nurse disabled at one process is still at %s of the other", at.path)
	}
	for _, name := range []string{"rebuild", "verify", "doctor"} {
		if got := b.Do(t.Context(), Command{Name: name}); !got.OK || got.Error != "" {
			t.Errorf("%s: %s %q", name, got.Error, got.Lines)
		}
	}
}

func TestTheFirstAdministratorOfAHubIsMadeByACommand(t *testing.T) {
	url := testkit.Postgres(t)
	o := Options{Database: url, quick: true}
	run := func(c Command) Answer {
		t.Helper()
		a, err := Run(t.Context(), o, c)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	made := run(Command{Name: "user-add", Login: "admin", FullName: "Amal Idris", Password: "Kora-Melu-Tisa-29", Ceiling: "clinical", Locale: "en", Programmes: []string{"*"}})
	if made.Error != "" || !strings.Contains(strings.Join(made.Lines, " "), "first administrator") {
		t.Fatalf("%q %s", made.Lines, made.Error)
	}
	if strings.Contains(strings.Join(made.Lines, " "), "recovery words") {
		t.Error("a hub has no recovery words")
	}
	v := hubProcess(t, url).visit()
	v.logIn("admin", "Kora-Melu-Tisa-29")
	v.get(devicePath).says(t, 200, "database server")
	v.get(destroyPath).says(t, 404)
	for _, name := range []string{"destroy", "destroy-ask", "key-status", "key-rotate", "key-protect"} {
		if _, err := Run(t.Context(), o, Command{Name: name, Yes: true}); err == nil {
			t.Errorf("%s does something to a hub on a database server", name)
		}
	}
}

func TestAPasswordDoesNotStandInAnAddress(t *testing.T) {
	for url, fine := range map[string]bool{
		"postgres://godwit:secret@db1/godwit":          false,
		"postgres://godwit@db1/godwit?password=secret": false,
		"host=db1 dbname=godwit password=secret":       false,
		"secret":                                       false,
		"postgres://godwit@db1:5432,db2:5432/godwit?target_session_attrs=primary": true,
		"host=db1,db2 dbname=godwit passfile=/etc/godwit/pgpass":                  true,
		"service=godwit": true,
	} {
		err := withoutPassword(url)
		if (err == nil) != fine {
			t.Errorf("%s: %v", url, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("the answer quotes the password: %v", err)
		}
	}
}

// What is done behind the pages is done by one process, and by another one once that
// one has ended.
func TestOneProcessOfAHubDoesWhatOneIsEnoughFor(t *testing.T) {
	url := testkit.Postgres(t)
	a, b := hubProcess(t, url), hubProcess(t, url)
	var at, most, did atomic.Int64
	inside, leave := make(chan struct{}), make(chan struct{})
	work := func(ctx context.Context) error {
		if n := at.Add(1); n > most.Load() {
			most.Store(n)
		}
		defer at.Add(-1)
		did.Add(1)
		close(inside)
		<-leave
		return nil
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		if done, err := a.alone(t.Context(), "sweep", work); err != nil || !done {
			t.Errorf("the first process: %v %v", done, err)
		}
	})
	<-inside
	if done, err := b.alone(t.Context(), "sweep", work); err != nil || done {
		t.Errorf("the second process is at it too: %v %v", done, err)
	}
	close(leave)
	wg.Wait()
	inside, leave = make(chan struct{}), make(chan struct{})
	close(leave)
	if done, err := b.alone(t.Context(), "sweep", work); err != nil || !done {
		t.Errorf("after the first ended, the second: %v %v", done, err)
	}
	if most.Load() != 1 || did.Load() != 2 {
		t.Errorf("%d at once, %d in all; want 1 and 2", most.Load(), did.Load())
	}
}
