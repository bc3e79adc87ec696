package app

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/edge/sync"
	"github.com/godwit-health/godwit/internal/kernel/access"
)

// A folder is copied and runs twice. The hub refuses one of the two; what only that one
// has goes there under a new name from the page, and the other becomes a node of its own.
func TestWhatOnlyARefusedCopyHasGoesToTheHubFromThePage(t *testing.T) {
	hub, first := startHub(t), startOther(t)
	chief := first.at(access.Administrator)
	chief.pick(chief.get("/sync"), "/sync/enrol").set("code", hub.invited("Laptop 1", "NBO-1")).send().says(t, 200, "This device is enrolled")
	exchange := func(v *visitor) answer { return v.pick(v.get("/sync"), "/sync/now").send() }
	exchange(chief).says(t, 200, "The exchange is done")
	chief.post("/sync/reissue", url.Values{"which": {"only"}}).says(t, http.StatusUnprocessableEntity, "The hub has not refused this machine")
	twin := serveFolder(t, folderWith(t, filesOf(t, first.Dir)), testDay.Add(time.Hour))
	other := twin.at(access.Administrator)

	first.register(first.at(access.Reception), "family_latin", "Hassan", "given_latin", "Omar", "sex", "male", "birth-year", "1990")
	twin.register(twin.at(access.Reception), "family_latin", "Abdi", "given_latin", "Hodan", "sex", "female", "birth-year", "1984")
	exchange(chief).says(t, 200, "The exchange is done")
	a := exchange(other).says(t, 200, "did not go through", "Two machines wrote under one name", "Send what only this machine has", "Nothing is merged in silence")
	twin.at(access.Nurse).post("/sync/reissue", url.Values{"which": {"only"}}).says(t, http.StatusForbidden)
	if nurse := twin.at(access.Nurse); len(nurse.forms(nurse.get("/sync"))) > 0 {
		t.Error("a nurse is offered what she may not do")
	}
	ask := other.pick(a, "/sync/reissue")
	ask.send().says(t, http.StatusUnprocessableEntity, "Say what becomes of the other machine")
	ask.set("which", "both").send().says(t, http.StatusUnprocessableEntity, "not a whole enrolment code")
	if hub.finds("Hodan Abdi") {
		t.Fatal("the hub has what it refused")
	}
	other.pick(other.get("/sync"), "/sync/reissue").set("which", "only").send().says(t, 200, "under a new name with the next exchange")
	exchange(other).says(t, 200, "The exchange is done", "Everything recorded here has reached the hub")
	for _, name := range []string{"Omar Hassan", "Hodan Abdi"} {
		if !hub.finds(name) || !twin.finds(name) {
			t.Errorf("%s: at the hub %v, at the copy %v", name, hub.finds(name), twin.finds(name))
		}
	}
	hub.at(access.Administrator).get("/admin/nodes/"+onlyNode(t, hub)).says(t, 200, "It sent what only it had under a new name")

	// The first one is refused now, and goes on beside it.
	exchange(chief).says(t, 200, "This database is a copy")
	code := hub.invited("Laptop 2", "NBO-1")
	chief.pick(chief.get("/sync"), "/sync/reissue").set("which", "both", "code", code).send().says(t, 200, "0 changes go to the hub", "Laptop 2")
	exchange(chief).says(t, 200, "The exchange is done")
	exchange(other).says(t, 200, "The exchange is done")
	if !first.finds("Hodan Abdi") {
		t.Error("what the copy recorded did not arrive at the first")
	}
	nodes, err := hub.Sync.Nodes(t.Context())
	if err != nil || len(nodes) != 2 || nodes[0].State != sync.Enrolled || nodes[1].State != sync.Enrolled {
		t.Errorf("the hub has %v, %v", nodes, err)
	}
	for _, n := range []*testNode{hub, first, twin} {
		lines, same, err := n.rebuild(t.Context())
		if err != nil || !same {
			t.Errorf("after rebuilding: %q, %v", lines, err)
		}
	}
	lines, err := twin.syncCommand(t.Context(), Command{Name: "sync-reissue"})
	if err == nil {
		t.Errorf("the command on a node that was not refused: %q", strings.Join(lines, " "))
	}
}
