package app_test

import (
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/archtest"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/access/accesstest"
	"github.com/godwit-health/godwit/internal/testkit"
)

// patterns reads from a mux what is registered. The mux keeps its list to itself,
// so this looks into its index (net/http, routing_index.go); when a later Go keeps
// it elsewhere, this fails and does not pass by finding nothing.
func patterns(t testing.TB, mux *http.ServeMux) []string {
	t.Helper()
	index := reflect.ValueOf(mux).Elem().FieldByName("index")
	segments, multis := index.FieldByName("segments"), index.FieldByName("multis")
	if segments.Kind() != reflect.Map || multis.Kind() != reflect.Slice {
		t.Fatal("net/http keeps its patterns elsewhere now: read them there")
	}
	var out []string
	add := func(list reflect.Value) {
		for i := range list.Len() {
			out = append(out, list.Index(i).Elem().FieldByName("str").String())
		}
	}
	for it := segments.MapRange(); it.Next(); {
		add(it.Value())
	}
	add(multis)
	slices.Sort(out)
	return slices.Compact(out)
}

// Every print, export and message is of the closed list of ways out, with a
// recipient of the closed list; and every way out of the list is served.
func TestEveryWayOutIsRegistered(t *testing.T) {
	n := apptest.Start(t)
	served, routes := patterns(t, n.Mux()), n.Access.Routes()
	for _, must := range []string{"GET /{$}", "/", "GET /people/{id}", "GET /people/{id}/ask/pregnancy"} {
		if !slices.Contains(served, must) {
			t.Fatalf("the list of patterns misses %q: it is read wrongly. It has %q", must, served)
		}
	}
	for _, p := range access.Unregistered(served, routes) {
		t.Errorf("%s is served and is no registered way out", p)
	}
	for _, r := range routes {
		for _, p := range r.Patterns {
			if !slices.Contains(served, p) {
				t.Errorf("%s of route %s is served nowhere", p, r.Name)
			}
			if _, path, _ := strings.Cut(p, " "); !access.IsWayOut(path) {
				t.Errorf("%s of route %s is not below /print or /export, where the guard stands", p, r.Name)
			}
		}
		for _, to := range r.Recipients {
			if !slices.Contains(access.Recipients(), to) {
				t.Errorf("route %s goes to %s, which is not in the closed list", r.Name, to)
			}
		}
	}
	accesstest.WaysOut(t, testkit.Root(t), routes)
}

// A pattern of an area that the composition root forgot is a page nobody reaches.
func TestEveryPatternInTheSourceIsServed(t *testing.T) {
	n := apptest.Start(t)
	served := append(patterns(t, n.Mux()), "GET /healthz", "GET /metrics", "POST /command") // of this machine only, not behind the gate
	for _, p := range slices.Compact(accesstest.Patterns(t, filepath.Join(testkit.Root(t), "internal"))) {
		begins := func(s string) bool { return strings.HasSuffix(p, "/") && strings.HasPrefix(s, p) } // a pattern put together from pieces
		if !slices.Contains(served, p) && !slices.ContainsFunc(served, begins) && !strings.Contains(p, " /sample/") {
			t.Errorf("%s is in the source and served nowhere", p) // /sample/ is package pagetest's own
		}
	}
}

// Every account opens every page that needs no name of a record: none of them is
// an error of ours, and what somebody may not see says so.
func TestEveryPlainPageAnswersEveryRole(t *testing.T) {
	n := apptest.Start(t)
	for _, role := range access.Roles() {
		v := n.At(role)
		for _, p := range patterns(t, n.Mux()) {
			path, get := strings.CutPrefix(p, "GET ")
			if !get || strings.Contains(path, "{") && path != "/{$}" || access.IsWayOut(path) {
				continue
			}
			a := v.Get(strings.TrimSuffix(path, "{$}"))
			switch a.Status {
			case 200, 403, 404:
			default:
				t.Errorf("%s at %s: %d: %.300s", role, path, a.Status, apptest.Text(a.Doc))
			}
			if i := strings.Index(a.Body, "[app."); i >= 0 && a.Status != 404 {
				t.Errorf("%s at %s: a word is missing: %.60s", role, path, a.Body[i:])
			}
		}
		for _, way := range v.Get("/").Links() {
			if a := v.Get(way); a.Status != 200 {
				t.Errorf("%s is led from the first page to %s, which answers %d", role, way, a.Status)
			}
		}
	}
}

// An area without a place in the table of imports would be bound by no rule.
func TestEveryAreaHasItsRuleOfImports(t *testing.T) {
	root := testkit.Root(t)
	found, err := archtest.Check(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if strings.Contains(f, "has no rule") {
			t.Error(f)
		}
	}
	areas, err := os.ReadDir(filepath.Join(root, "internal", "area"))
	if err != nil || len(areas) < 4 {
		t.Fatalf("areas: %v, %v", areas, err)
	}
}
