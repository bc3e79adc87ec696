package exchange

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/edge/sync"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// asks are the lines of the read audit about asking for people: who asked is not told.
func asks(n *apptest.Node) (lines []string) {
	n.T.Helper()
	n.Read(func(tx *db.Tx) error {
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
	hub, node := apptest.StartHub(t), apptest.StartOther(t)
	omar := hub.Register(hub.At(access.Reception), "family_latin", "Hassan", "given_latin", "Omar", "sex", "male", "birth-year", "1990")
	number := people.ShowCode(people.Code(omar))
	desk := node.At(access.Reception)
	if a := desk.Post("/people/find", url.Values{"q": {number}}); strings.Contains(a.Body, app.FetchPath) {
		t.Error("a device without a hub offers to ask it")
	}
	desk.Get(app.FetchPath).Says(t, 200, "This device has no hub to ask")
	chief := node.At(access.Administrator)
	chief.Pick(chief.Get("/sync"), "/sync/enrol").Set("code", hub.Invited("Laptop 1")).Send().Says(t, 200, "This device is enrolled")
	chief.Pick(chief.Get("/sync"), "/sync/now").Send().Says(t, 200, "The exchange is done")

	a := desk.Post("/people/find", url.Values{"q": {number}}).Says(t, 200, "Nobody", "Not here? Look at other sites")
	a = desk.Pick(a, app.FetchPath).Send().Says(t, 200, "Ask the hub for a person", "The hub looks for exactly this number")
	if a.Path != app.FetchPath || strings.Contains(a.Path, number) || !strings.Contains(a.Body, number) {
		t.Errorf("at %s; the number that was typed is shown again: %v", a.Path, strings.Contains(a.Body, number))
	}
	desk.Pick(a, app.FetchPath).Send().Says(t, http.StatusUnprocessableEntity, "Say what you need the record for")
	desk.Post(app.FetchPath, url.Values{"number": {number}, "purpose": {"administration"}}).Says(t, http.StatusUnprocessableEntity, "Say what you need the record for")
	desk.Post(app.FetchPath, url.Values{"number": {" "}, "purpose": {"care"}}).Says(t, http.StatusUnprocessableEntity, "Write the number")
	if lines := append(asks(hub), asks(node)...); len(lines) > 0 {
		t.Errorf("nothing was asked, and the audits say %q", lines)
	}
	desk.Post(app.FetchPath, url.Values{"number": {"ZZZ-999"}, "purpose": {"care"}}).Says(t, 200, "The hub knows nobody of this number")
	if node.Finds("Omar Hassan") {
		t.Fatal("the record is here before it was asked for")
	}
	a = desk.Pick(a, app.FetchPath).Set("purpose", "care").Send().Says(t, 200, "Found. 1 record is here now", "compare the name", number)
	if !slices.Contains(a.Links(), "/people/"+omar.String()) {
		t.Errorf("the record is not linked: %q", a.Links())
	}
	desk.Get("/people/"+omar.String()).Says(t, 200, "Omar")
	if got, want := asks(hub), []string{"searched care sync.fetch", "opened care sync.fetch somebody"}; !slices.Equal(got, want) {
		t.Errorf("the audit of the hub says %q, want %q", got, want)
	}
	if got, want := asks(node), []string{"searched care sync.ask", "searched care sync.ask"}; !slices.Equal(got, want) {
		t.Errorf("the audit of the node says %q, want %q", got, want)
	}
	hub.At(access.PrivacyOfficer).Get("/audit").Says(t, 200, "asked for at the hub")

	// A node that says another purpose than its page offers is refused by the hub.
	_, err := node.Sync.Fetch(t.Context(), sync.Client{}, sync.Ask{Number: number, Purpose: "administration", User: make([]byte, 16)})
	if !fault.Is(err, fault.Forbidden) {
		t.Errorf("another purpose: %v", err)
	}

	err = node.DB.Write(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec("UPDATE sync_hub SET address = '127.0.0.1:1'"); return err })
	if err != nil {
		t.Fatal(err)
	}
	desk.Post(app.FetchPath, url.Values{"number": {number}, "purpose": {"care"}}).Says(t, 200, "The hub could not be asked", "cannot be reached", "Nobody needs a record to be cared for")
}

func TestOnlyWhoMaySearchPeopleAsksTheHub(t *testing.T) {
	n := apptest.Start(t)
	for _, role := range access.Roles() {
		v, may := n.At(role), n.MayFetch(n.Actor(role)) == nil
		want := http.StatusForbidden
		if may {
			want = 200
		}
		v.Get(app.FetchPath).Says(t, want)
		v.Post(app.FetchPath, url.Values{"number": {"A-1"}, "purpose": {"care"}}).Says(t, want)
		if looks := slices.Contains([]access.Role{access.Reception, access.Nurse, access.Physician, access.Counsellor, access.MedicalOfficer, access.PrivacyOfficer}, role); may != looks {
			t.Errorf("%s may ask: %v", role, may)
		}
	}
}
