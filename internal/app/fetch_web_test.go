package app

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/edge/sync"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// asks are the lines of the read audit about asking for people: who asked is not told.
func (n *testNode) asks() (lines []string) {
	n.t.Helper()
	n.read(func(tx *db.Tx) error {
		rows, err := tx.Query("SELECT act, purpose, what, subject FROM access_read WHERE what LIKE 'sync.%' ORDER BY at, seq")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var act, purpose, what string
			var subject db.ID
			if err := rows.Scan(&act, &purpose, &what, &subject); err != nil {
				return err
			}
			line := act + " " + purpose + " " + what
			if !subject.IsZero() {
				line += " somebody"
			}
			lines = append(lines, line)
		}
		return rows.Err()
	})
	return lines
}

func TestSomebodyWhoIsNotHereIsAskedForAtTheHub(t *testing.T) {
	hub, node := startHub(t), startOther(t)
	omar := hub.register(hub.at(access.Reception), "family_latin", "Hassan", "given_latin", "Omar", "sex", "male", "birth-year", "1990")
	number := people.ShowCode(people.Code(omar))
	desk := node.at(access.Reception)
	if a := desk.post("/people/find", url.Values{"q": {number}}); strings.Contains(a.body, fetchPath) {
		t.Error("a device without a hub offers to ask it")
	}
	desk.get(fetchPath).says(t, 200, "This device has no hub to ask")
	chief := node.at(access.Administrator)
	chief.pick(chief.get("/sync"), "/sync/enrol").set("code", hub.invited("Laptop 1")).send().says(t, 200, "This device is enrolled")
	chief.pick(chief.get("/sync"), "/sync/now").send().says(t, 200, "The exchange is done")

	a := desk.post("/people/find", url.Values{"q": {number}}).says(t, 200, "Nobody", "Not here? Ask the hub")
	a = desk.pick(a, fetchPath).send().says(t, 200, "Ask the hub for a person", "The hub looks for exactly this number")
	if a.path != fetchPath || strings.Contains(a.path, number) || !strings.Contains(a.body, number) {
		t.Errorf("at %s; the number that was typed is shown again: %v", a.path, strings.Contains(a.body, number))
	}
	desk.pick(a, fetchPath).send().says(t, http.StatusUnprocessableEntity, "Say what you need the record for")
	desk.post(fetchPath, url.Values{"number": {number}, "purpose": {"administration"}}).says(t, http.StatusUnprocessableEntity, "Say what you need the record for")
	desk.post(fetchPath, url.Values{"number": {" "}, "purpose": {"care"}}).says(t, http.StatusUnprocessableEntity, "Write the number")
	if lines := append(hub.asks(), node.asks()...); len(lines) > 0 {
		t.Errorf("nothing was asked, and the audits say %q", lines)
	}
	desk.post(fetchPath, url.Values{"number": {"ZZZ-999"}, "purpose": {"care"}}).says(t, 200, "The hub knows nobody of this number")
	if node.finds("Omar Hassan") {
		t.Fatal("the record is here before it was asked for")
	}
	a = desk.pick(a, fetchPath).set("purpose", "care").send().says(t, 200, "Found. 1 record is here now", "compare the name", number)
	if !slices.Contains(a.links(), "/people/"+omar.String()) {
		t.Errorf("the record is not linked: %q", a.links())
	}
	desk.get("/people/"+omar.String()).says(t, 200, "Omar")
	if got, want := hub.asks(), []string{"searched care sync.fetch", "opened care sync.fetch somebody"}; !slices.Equal(got, want) {
		t.Errorf("the audit of the hub says %q, want %q", got, want)
	}
	if got, want := node.asks(), []string{"searched care sync.ask", "searched care sync.ask"}; !slices.Equal(got, want) {
		t.Errorf("the audit of the node says %q, want %q", got, want)
	}
	hub.at(access.PrivacyOfficer).get("/audit").says(t, 200, "asked for at the hub")

	// A node that says another purpose than its page offers is refused by the hub.
	_, err := node.Sync.Fetch(t.Context(), sync.Client{}, sync.Ask{Number: number, Purpose: "administration", User: make([]byte, 16)})
	if !fault.Is(err, fault.Forbidden) {
		t.Errorf("another purpose: %v", err)
	}

	err = node.DB.Write(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec("UPDATE sync_hub SET address = '127.0.0.1:1'"); return err })
	if err != nil {
		t.Fatal(err)
	}
	desk.post(fetchPath, url.Values{"number": {number}, "purpose": {"care"}}).says(t, 200, "The hub could not be asked", "cannot be reached", "Nobody needs a record to be cared for")
}

func TestOnlyWhoMaySearchPeopleAsksTheHub(t *testing.T) {
	n := startNode(t)
	for _, role := range access.Roles() {
		v, may := n.at(role), n.mayFetch(n.actor(role)) == nil
		want := http.StatusForbidden
		if may {
			want = 200
		}
		v.get(fetchPath).says(t, want)
		v.post(fetchPath, url.Values{"number": {"A-1"}, "purpose": {"care"}}).says(t, want)
		if looks := slices.Contains([]access.Role{access.Reception, access.Nurse, access.Physician, access.Counsellor, access.MedicalOfficer, access.PrivacyOfficer}, role); may != looks {
			t.Errorf("%s may ask: %v", role, may)
		}
	}
}

func TestWhatCameOfAskingIsToldInWords(t *testing.T) {
	unreachable := fault.New(fault.Unavailable, "", "sync.unreachable")
	for _, tc := range []struct {
		why    string
		found  bool
		failed error
		here   int
		full   bool
		key    string
	}{
		{"here", true, nil, 2, false, "app.fetch.here"},
		{"here, and cut afterwards", true, unreachable, 1, false, "app.fetch.here"},
		{"found, and cut before it came", true, unreachable, 0, false, "app.fetch.arriving"},
		{"found, and no room", true, nil, 0, true, "app.fetch.full"},
		{"nobody", false, nil, 0, true, "app.fetch.nobody"},
		{"not reached", false, unreachable, 0, false, "app.fetch.not_asked"},
	} {
		if got := fetched(tc.found, tc.failed, tc.here, tc.full, false, nil).Title.Key; got != tc.key {
			t.Errorf("%s: %s, want %s", tc.why, got, tc.key)
		}
	}
	busy := fetched(false, fault.New(fault.Internal, "", "sync.bad_identity"), 0, false, false, nil)
	if busy.Text[0].Key != "sync.unreachable" {
		t.Errorf("a fault of ours is told as %s", busy.Text[0].Key)
	}
}
