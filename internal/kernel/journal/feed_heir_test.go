package journal_test

import (
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// A journal that was put back knows an erasure from the list of the restore alone.
func TestWhatIsErasedByAListIsDroppedByWhoeverWasSentIt(t *testing.T) {
	stores(t, func(t *testing.T, plain *node) {
		hub := newHub(t, plain)
		a, b := newField(t, hub, "a"), newField(t, hub, "b")
		amal, stays := a.person("Amal"), a.person("Stays")
		site := hub.put("t.site", "", db.ID{}, fields{"what": "goes everywhere"})
		complaint := a.put("t.complaint", "a", db.ID{}, fields{"what": "about the nurse"})
		a.up()
		a.down(50)
		b.down(50)
		hub.write(func(tx *db.Tx) error {
			return hub.j.ApplyErasures(tx, []journal.Erasure{{Doc: complaint, Erasure: db.NewID(), At: time.Unix(1, 0)}, {Doc: amal, Erasure: db.NewID(), At: time.Unix(1, 0)}, {Doc: site, Erasure: db.NewID(), At: time.Unix(1, 0)}})
		})
		a.down(50)
		for _, it := range b.down(50) {
			if it.Doc == complaint {
				t.Error("a node is told of a complaint that another one wrote")
			}
		}
		wantHas(t, a.node, "a complaint that only went up", complaint, false)
		wantHas(t, a.node, "the erased person", amal, false)
		wantHas(t, a.node, "somebody else", stays, true)
		wantHas(t, a.node, "what went everywhere", site, false)
		wantHas(t, b.node, "what went everywhere", site, false)
		wantHas(t, b.node, "somebody who was never there", stays, false)
	})
}

// A subscriber has what this feed does not carry: it came by a feed of before.
func TestWhatASubscriberHasAndItsFeedDoesNotCarryIsDropped(t *testing.T) {
	stores(t, func(t *testing.T, plain *node) {
		hub := newHub(t, plain)
		a, b := newField(t, hub, "a"), newField(t, hub, "b")
		amal := a.person("Amal")
		own := b.person("Own")
		a.up()
		b.up()
		hub.write(func(tx *db.Tx) error { return hub.j.Carry(tx, b.feed, b.filter(), amal, "site", time.Time{}) })
		b.down(50)
		wantHas(t, b.node, "who was sent", amal, true)
		old := b.feed
		b.feed = db.NewID()
		hub.write(func(tx *db.Tx) error {
			if err := hub.j.NewFeed(tx, b.feed); err != nil {
				return err
			}
			return hub.j.Inherit(tx, b.feed, old, b.filter())
		})
		b.down(3)
		wantHas(t, b.node, "whom the new feed does not bring", amal, false)
		wantHas(t, b.node, "who belongs to the node", own, true)
		b.verify()
	})
}

// What a node is brought back stands beside the chains, also the first entry of one.
func TestAFirstEntryThatCameAsAPartGoesIntoFeeds(t *testing.T) {
	stores(t, func(t *testing.T, plain *node) {
		hub := newHub(t, plain)
		from, b := newTraveller(t, places()["sqlite"](t)), newField(t, hub, "b")
		team := from.put("t.family", "b", db.ID{}, fields{"what": "about nobody"})
		var parts []journal.Part
		from.read(func(tx *db.Tx) error {
			heads, err := from.j.Heads(tx)
			if err != nil {
				return err
			}
			entries, err := from.j.After(tx, heads[0].Origin, 0, 1)
			for _, e := range entries {
				parts = append(parts, journal.Part{Entry: e})
			}
			return err
		})
		hub.write(func(tx *db.Tx) error { _, err := hub.j.TakeParts(tx, parts); return err })
		b.down(50)
		wantHas(t, b.node, "what was brought back", team, true)
		var beyond []journal.Part
		b.read(func(tx *db.Tx) (err error) { beyond, err = b.j.Beyond(tx, 0, 10); return err })
		if len(beyond) != 1 || beyond[0].Doc != team {
			t.Errorf("%d parts beyond the chains", len(beyond))
		}
	})
}

// A hub that was put back to a day before somebody gets their record from the node that
// wrote it and has dropped it since, without what is in it, and later from another with it.
// Everybody who is to have it gets it, the one who wrote it too.
func TestWhatItsWriterForgotComesFromAnotherAfterTheHubWasPutBack(t *testing.T) {
	stores(t, func(t *testing.T, plain *node) {
		before := newTraveller(t, places()["sqlite"](t))
		a, b := newField(t, before, "camp"), newField(t, before, "camp")
		amal := a.person("Amal")
		dose := a.give(almaz, amal, 7, nil, "MMR")
		a.up()
		a.down(50)
		b.down(50)
		before.write(func(tx *db.Tx) error { return before.j.Drop(tx, a.feed, amal) })
		a.down(50)
		wantHas(t, a.node, "who was dropped", amal, false)

		hub := newHub(t, plain)
		c := newField(t, hub, "camp")
		a.hub, a.feed = hub, db.NewID()
		hub.write(func(tx *db.Tx) error { return hub.j.NewFeed(tx, a.feed) })
		a.up()
		a.down(50)
		c.down(50)
		wantHas(t, c.node, "whom nobody brought", amal, false)
		var parts []journal.Part
		b.read(func(tx *db.Tx) (err error) { parts, err = b.j.Beyond(tx, 0, 50); return err })
		hub.write(func(tx *db.Tx) error {
			refused, err := hub.j.TakeParts(tx, parts)
			if len(refused) > 0 {
				t.Errorf("%d parts were refused", len(refused))
			}
			return err
		})
		for _, n := range []*field{a, c} {
			n.down(2)
			wantHas(t, n.node, "who was brought back", amal, true)
			wantHas(t, n.node, "their dose", dose, true)
			wantRow(t, n.node, amal, hub.row(amal))
			n.verify()
			n.rebuild()
		}
	})
}
