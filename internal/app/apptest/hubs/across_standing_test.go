package hubs

import (
	"testing"

	"github.com/godwit-health/godwit/internal/area/stewardship"
	"github.com/godwit-health/godwit/internal/area/surveillance/across"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Who is registered after a notice with their name was written, and before it went, is
// protected by what their record says now.
func TestWhoIsRegisteredAfterTheNoticeWasWrittenIsNotNamed(t *testing.T) {
	for _, about := range across.Abouts {
		t.Run(string(about), func(t *testing.T) {
			a, b := byCards(t, onDisk(t), onDisk(t))
			id := agreeOnNotices(a, b, func(h *shareHub, g *stewardship.Agreement) {
				if h == a {
					g.Country = "ETH"
				}
			})
			of, source := a.contact("Okello Banduwalo", 2)
			if about == across.OfCase {
				of = source // called Source of Okello Banduwalo
			}
			sent := a.tellAs("epidemiologist", about, of, id)
			if _, n, _, err := a.across.OpenSent(a.as("epidemiologist"), sent); err != nil || n.Values["name"] == "" {
				t.Fatalf("not told by name: %+v %v", n, err)
			}
			a.isPerson(of, a.register("Tesfayewit")) // a national of ETH
			if came := b.cameBy(a.file(id)); len(came) != 0 {
				t.Errorf("what came: %+v", came)
			}
			a.must(a.across.Correct(a.as("epidemiologist"), sent))
			if came := b.cameBy(a.file(id)); len(came) != 1 || came[0].Notice.Values["name"] != "" {
				t.Errorf("what came of the correction: %+v", came)
			}
			b.nowhere("who is protected now", []string{"banduwalo"})
		})
	}
}

// isPerson says of a case or a contact which registered person it is.
func (h *shareHub) isPerson(of, person db.ID) {
	h.t.Helper()
	h.must(h.db.Write(h.t.Context(), func(tx *db.Tx) error {
		d, err := h.journal.Load(tx, of)
		if err != nil {
			return err
		}
		return h.journal.Append(tx, h.users["physician"].Author(), journal.Change{Kind: d.Kind, Doc: of, Subject: person, Purpose: "public_health", Base: d.Version, Fields: map[string]any{"sex": "female"}})
	}))
}
