package processes

import (
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/testkit"
)

// elsewhere is the same browser, sent by a balancer to another process.
func elsewhere(v *apptest.Visitor, n *apptest.Node) *apptest.Visitor {
	return apptest.NewVisitor(v.T, n.URL, v.Client)
}

// walk follows every link that a browser is shown, and answers how many pages it saw.
func walk(v *apptest.Visitor) int {
	v.T.Helper()
	seen, todo := map[string]bool{"/": true}, []string{"/"}
	for len(todo) > 0 && len(seen) < 400 {
		path := todo[0]
		todo = todo[1:]
		a := v.Get(path)
		if a.Status >= 500 || a.Status == 404 {
			v.T.Errorf("GET %s: %d", path, a.Status)
		}
		for _, l := range a.Links() {
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
	a := apptest.StartHubProcess(t, url)
	if _, err := a.Seed(t.Context(), 7, 0); err != nil {
		t.Fatal(err)
	}
	b := apptest.StartHubProcess(t, url)
	w := apptest.FirstFamilies(t, 7, 6)
	if err := a.SeedFamilies(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	node := apptest.Start(t)
	if err := node.SeedFamilies(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	if here, there := b.Shown(), node.Shown(); len(here) < 100 || !slices.Equal(here, there) {
		t.Errorf("the same families show %d things at a hub and %d at a node", len(here), len(there))
	}
	for _, role := range []access.Role{access.Reception, access.Nurse, access.Physician, access.Manager, access.MedicalOfficer, access.PrivacyOfficer, access.Administrator} {
		v := a.At(role)
		if n := walk(elsewhere(v, b)); n < 5 {
			t.Errorf("a %s who logged in at one process finds %d pages at the other", role, n)
		}
	}
	v := a.At(access.Nurse)
	elsewhere(v, b).Get("/").Says(t, 200)
	if err := b.Access.DisableUser(access.Operator(t.Context()), string(access.Nurse)); err != nil {
		t.Fatal(err)
	}
	if at := v.Get("/"); !strings.HasPrefix(at.Path, "/login") {
		t.Errorf("a nurse disabled at one process is still at %s of the other", at.Path)
	}
	for _, name := range []string{"rebuild", "verify", "doctor"} {
		if got := b.Do(t.Context(), app.Command{Name: name}); !got.OK || got.Error != "" {
			t.Errorf("%s: %s %q", name, got.Error, got.Lines)
		}
	}
}

func TestTheFirstAdministratorOfAHubIsMadeByACommand(t *testing.T) {
	url := testkit.Postgres(t)
	o := app.Options{Database: url, Quick: true}
	run := func(c app.Command) app.Answer {
		t.Helper()
		a, err := app.Run(t.Context(), o, c)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	made := run(app.Command{Name: "user-add", Login: "admin", FullName: "Amal Idris", Password: "Kora-Melu-Tisa-29", Ceiling: "clinical", Locale: "en", Programmes: []string{"*"}})
	if made.Error != "" || !strings.Contains(strings.Join(made.Lines, " "), "first administrator") {
		t.Fatalf("%q %s", made.Lines, made.Error)
	}
	if strings.Contains(strings.Join(made.Lines, " "), "recovery words") {
		t.Error("a hub has no recovery words")
	}
	v := apptest.StartHubProcess(t, url).Visit()
	v.LogIn("admin", "Kora-Melu-Tisa-29")
	v.Get(app.DevicePath).Says(t, 200, "database server")
	v.Get(app.DestroyPath).Says(t, 404)
	for _, name := range []string{"destroy", "destroy-ask", "key-status", "key-rotate", "key-protect"} {
		if _, err := app.Run(t.Context(), o, app.Command{Name: name, Yes: true}); err == nil {
			t.Errorf("%s does something to a hub on a database server", name)
		}
	}
}
