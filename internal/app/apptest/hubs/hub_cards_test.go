package hubs

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/edge/sync"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/testkit"
)

// ask asks a page of stewardship as somebody: the status, and the address it leads to or
// what it says.
func (h *shareHub) ask(login, method, path string, form url.Values) (int, string) {
	h.t.Helper()
	mux := http.NewServeMux()
	h.steward.Routes(mux)
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	mux.ServeHTTP(rec, r.WithContext(access.With(r.Context(), h.users[login])))
	if to := rec.Header().Get("Location"); to != "" {
		return rec.Code, to
	}
	return rec.Code, rec.Body.String()
}

// Two hubs that never have a link are made known to each other on the page where
// agreements are made: by a card that is pasted and a fingerprint that is typed as it was
// read out. Revoking one is for good.
func TestHubsAreMadeKnownToEachOtherOnThePage(t *testing.T) {
	for name, options := range map[string]db.Options{"sqlite": {Path: filepath.Join(t.TempDir(), "hub.db"), Unencrypted: true}, "postgres": {URL: testkit.Postgres(t)}} {
		t.Run(name, func(t *testing.T) {
			c := apptest.NewClock(apptest.Day)
			a, b := newShareHub(t, "Hub of A", "KLA", "UGA", options, c), newShareHub(t, "Hub of B", "NBO", "KEN", onDisk(t), c)
			card, fingerprint, err := b.sync.Card(t.Context(), "Hub of B")
			b.must(err)
			own, ownFingerprint, err := a.sync.Card(t.Context(), "Hub of A")
			a.must(err)
			const path = "/hubs"
			for _, login := range []string{"epidemiologist", "administrator", "reception"} {
				if code, _ := a.ask(login, "GET", path, nil); code != 403 {
					t.Errorf("%s sees the hubs: %d", login, code)
				}
				if code, _ := a.ask(login, "POST", path, url.Values{"name": {"Hub of B"}, "card": {card}, "fingerprint": {fingerprint}}); code != 403 {
					t.Errorf("%s adds a hub: %d", login, code)
				}
			}
			if code, body := a.ask("privacy_officer", "GET", path, nil); code != 200 || !strings.Contains(body, own) || !strings.Contains(body, ownFingerprint) {
				t.Errorf("what is read out is not on the page: %d", code)
			}
			if code, body := a.ask("privacy_officer", "GET", "/agreements", nil); code != 200 || !strings.Contains(body, `href="/hubs"`) {
				t.Errorf("the agreements do not lead to the hubs: %d", code)
			}
			for field, form := range map[string]url.Values{
				"name":        {"card": {card}, "fingerprint": {fingerprint}},
				"card":        {"name": {"Hub of B"}, "card": {card[:len(card)-4]}, "fingerprint": {fingerprint}},
				"fingerprint": {"name": {"Hub of B"}, "card": {card}, "fingerprint": {ownFingerprint}},
			} {
				code, body := a.ask("privacy_officer", "POST", path, form)
				if code != 422 || !strings.Contains(body, `href="#f-`+field) {
					t.Errorf("a wrong %s: %d", field, code)
				}
				if strings.Contains(body, fingerprint) && form.Get("fingerprint") != fingerprint {
					t.Errorf("the page tells the fingerprint that somebody has to read out")
				}
			}
			if hubs, err := a.steward.OtherHubs(a.as("privacy_officer")); err != nil || len(hubs) != 0 {
				t.Fatalf("known after refusals: %v, %v", hubs, err)
			}
			if code, to := a.ask("privacy_officer", "POST", path, url.Values{"name": {"Hub of B"}, "card": {card[:40] + "\n " + card[40:]}, "fingerprint": {strings.ToLower(fingerprint)}}); code != 303 || to != path {
				t.Fatalf("the right one: %d %.600s", code, to)
			}
			hubs, err := a.steward.OtherHubs(a.as("privacy_officer"))
			if err != nil || len(hubs) != 1 || hubs[0].Name != "Hub of B" {
				t.Fatalf("known: %v, %v", hubs, err)
			}
			one := path + "/" + hubs[0].Pin
			if code, body := a.ask("privacy_officer", "GET", one, nil); code != 200 || !strings.Contains(body, fingerprint) {
				t.Errorf("its page: %d", code)
			}
			if code, _ := a.ask("privacy_officer", "GET", path+"/00ff", nil); code != 404 {
				t.Errorf("a hub that nobody knows: %d", code)
			}
			if code, _ := a.ask("privacy_officer", "POST", one, nil); code != 422 {
				t.Errorf("revoked without a tick: %d", code)
			}
			if code, _ := a.ask("privacy_officer", "POST", one, url.Values{"sure": {"yes"}}); code != 303 {
				t.Errorf("revoked: %d", code)
			}
			if hubs, err := a.steward.OtherHubs(a.as("privacy_officer")); err != nil || len(hubs) != 0 {
				t.Errorf("an agreement can be made with a revoked hub: %v, %v", hubs, err)
			}
			if code, _ := a.ask("privacy_officer", "POST", path, url.Values{"name": {"Hub of B"}, "card": {card}, "fingerprint": {fingerprint}}); code != 422 {
				t.Errorf("a revoked key is added again: %d", code)
			}
			acts, err := a.sync.Acts(t.Context(), db.ID{})
			if err != nil || len(acts) != 2 || acts[0].Act != sync.HubRevoked || acts[1].Act != sync.HubAdded || acts[1].By != a.users["privacy_officer"].User {
				t.Errorf("what was done: %+v, %v", acts, err)
			}
		})
	}
}
