package exchange

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/edge/sync"
	"github.com/godwit-health/godwit/internal/kernel/access"
)

// A folder is copied and runs twice. The hub refuses one of the two; what only that one
// has goes there under a new name from the page, and the other becomes a node of its own.
func TestWhatOnlyARefusedCopyHasGoesToTheHubFromThePage(t *testing.T) {
	hub, first := apptest.StartHub(t), apptest.StartOther(t)
	chief := first.At(access.Administrator)
	chief.Pick(chief.Get("/sync"), "/sync/enrol").Set("code", hub.Invited("Laptop 1", "NBO-1")).Send().Says(t, 200, "This device is enrolled")
	exchange := func(v *apptest.Visitor) apptest.Answer { return v.Pick(v.Get("/sync"), "/sync/now").Send() }
	exchange(chief).Says(t, 200, "The exchange is done")
	chief.Post("/sync/reissue", url.Values{"which": {"only"}}).Says(t, http.StatusUnprocessableEntity, "The hub has not refused this machine")
	twin := apptest.ServeFolder(t, apptest.FolderWith(t, apptest.FilesOf(t, first.Dir)), apptest.Day.Add(time.Hour))
	other := twin.At(access.Administrator)

	first.Register(first.At(access.Reception), "family_latin", "Hassan", "given_latin", "Omar", "sex", "male", "birth-year", "1990")
	twin.Register(twin.At(access.Reception), "family_latin", "Abdi", "given_latin", "Hodan", "sex", "female", "birth-year", "1984")
	exchange(chief).Says(t, 200, "The exchange is done")
	a := exchange(other).Says(t, 200, "did not go through", "Two machines wrote under one name", "Send what only this machine has", "Nothing is merged in silence")
	twin.At(access.Nurse).Post("/sync/reissue", url.Values{"which": {"only"}}).Says(t, http.StatusForbidden)
	if nurse := twin.At(access.Nurse); len(nurse.Forms(nurse.Get("/sync"))) > 0 {
		t.Error("a nurse is offered what she may not do")
	}
	ask := other.Pick(a, "/sync/reissue")
	ask.Send().Says(t, http.StatusUnprocessableEntity, "Say what becomes of the other machine")
	ask.Set("which", "both").Send().Says(t, http.StatusUnprocessableEntity, "not a whole enrolment code")
	if hub.Finds("Hodan Abdi") {
		t.Fatal("the hub has what it refused")
	}
	other.Pick(other.Get("/sync"), "/sync/reissue").Set("which", "only").Send().Says(t, 200, "under a new name with the next exchange")
	exchange(other).Says(t, 200, "The exchange is done", "Everything recorded here has reached the hub")
	for _, name := range []string{"Omar Hassan", "Hodan Abdi"} {
		if !hub.Finds(name) || !twin.Finds(name) {
			t.Errorf("%s: at the hub %v, at the copy %v", name, hub.Finds(name), twin.Finds(name))
		}
	}
	hub.At(access.Administrator).Get("/admin/nodes/"+apptest.OnlyNode(t, hub)).Says(t, 200, "It sent what only it had under a new name")

	// The first one is refused now, and goes on beside it.
	exchange(chief).Says(t, 200, "This database is a copy")
	code := hub.Invited("Laptop 2", "NBO-1")
	chief.Pick(chief.Get("/sync"), "/sync/reissue").Set("which", "both", "code", code).Send().Says(t, 200, "0 changes go to the hub", "Laptop 2")
	exchange(chief).Says(t, 200, "The exchange is done")
	exchange(other).Says(t, 200, "The exchange is done")
	if !first.Finds("Hodan Abdi") {
		t.Error("what the copy recorded did not arrive at the first")
	}
	nodes, err := hub.Sync.Nodes(t.Context())
	if err != nil || len(nodes) != 2 || nodes[0].State != sync.Enrolled || nodes[1].State != sync.Enrolled {
		t.Errorf("the hub has %v, %v", nodes, err)
	}
	for _, n := range []*apptest.Node{hub, first, twin} {
		lines, same, err := n.Rebuild(t.Context())
		if err != nil || !same {
			t.Errorf("after rebuilding: %q, %v", lines, err)
		}
	}
	lines, err := twin.SyncCommand(t.Context(), app.Command{Name: "sync-reissue"})
	if err == nil {
		t.Errorf("the command on a node that was not refused: %q", strings.Join(lines, " "))
	}
}
