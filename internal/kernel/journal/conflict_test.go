package journal_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Two officers open the same page; both save.

func TestARegisterKeepsBothShowsOneAndOpensAReview(t *testing.T) {
	stores(t, func(t *testing.T, n *node) {
		id := n.create(fields{"given": "Almaz", "family": "Bekele"})
		page := n.load(id).Version
		n.append(almaz, edit(id, page, fields{"family": "Bekelle"}))
		n.append(bruno, edit(id, page, fields{"given": "Alma"}))
		d := n.load(id)
		both := d.Disputed["name"]
		if len(both) != 2 || string(both[0].Fields["given"]) != `"Almaz"` || string(both[0].Fields["family"]) != `"Bekelle"` ||
			string(both[1].Fields["given"]) != `"Alma"` || string(both[1].Fields["family"]) != `"Bekele"` || both[1].By != bruno.User {
			t.Fatalf("got %+v", both)
		}
		wantRow(t, n, id, "Alma Bekele|allergy ?|phone ?|disputed name|error false|notes ")
		if got := n.reviews(); !slices.Equal(got, []string{"name"}) {
			t.Errorf("reviews %v", got)
		}
		// Somebody who sees both sets the name: settled.
		n.update(almaz, id, fields{"given": "Almaz", "family": "Bekelle"})
		wantRow(t, n, id, "Almaz Bekelle|allergy ?|phone ?|disputed |error false|notes ")
		if got := n.reviews(); len(got) != 0 {
			t.Errorf("reviews %v", got)
		}
		n.read(func(tx *db.Tx) error {
			all, err := n.j.ReviewsOf(tx, id)
			if len(all) != 1 || all[0].Resolved.IsZero() || all[0].Opened.IsZero() || all[0].Kind != "t.person" {
				t.Errorf("got %+v", all)
			}
			return err
		})
		n.verify()
		n.rebuild()
	})
}

func TestChangesOfDifferentGroupsDoNotConflict(t *testing.T) {
	stores(t, func(t *testing.T, n *node) {
		id := n.create(fields{"given": "Almaz", "phone": "1", "allergy": "none"})
		page := n.load(id).Version
		n.append(almaz, edit(id, page, fields{"given": "Alma"}))
		n.append(bruno, edit(id, page, fields{"phone": "2"}))
		n.append(bruno, edit(id, page, fields{"allergy": "latex"}))
		wantRow(t, n, id, "Alma|allergy latex|phone 2|disputed |error false|notes ")
		n.rebuild()
	})
}

func TestASafetyFactInConflictIsUnknownUntilSomebodyResolvesIt(t *testing.T) {
	stores(t, func(t *testing.T, n *node) {
		id := n.create(fields{"given": "A", "allergy": "none"})
		page := n.load(id).Version
		n.append(almaz, edit(id, page, fields{"allergy": "penicillin"}))
		n.append(bruno, edit(id, page, fields{"allergy": "latex"}))
		wantRow(t, n, id, "A|allergy ?|phone ?|disputed allergy|error false|notes ")
		d := n.load(id)
		if len(d.Disputed["allergy"]) != 2 {
			t.Fatalf("got %+v", d.Disputed)
		}
		// A change that does not say which it replaces is one more value.
		n.update(almaz, id, fields{"allergy": "dust"})
		d = n.load(id)
		if len(d.Disputed["allergy"]) != 3 {
			t.Fatalf("a change without a resolution settled it: %+v", d.Disputed)
		}
		// One that names some leaves the rest.
		c := edit(id, d.Version, fields{"allergy": "latex, severe"})
		c.Resolves = []journal.Version{d.Disputed["allergy"][1].Version, d.Disputed["allergy"][2].Version}
		n.append(almaz, c)
		d = n.load(id)
		if got := d.Disputed["allergy"]; len(got) != 2 || string(got[0].Fields["allergy"]) != `"penicillin"` {
			t.Fatalf("got %+v", got)
		}
		// Dropping one without a new value leaves the other as the fact.
		c = edit(id, d.Version, nil)
		c.Resolves = []journal.Version{d.Disputed["allergy"][0].Version}
		n.append(bruno, c)
		wantRow(t, n, id, "A|allergy latex, severe|phone ?|disputed |error false|notes ")
		if got := n.reviews(); len(got) != 0 {
			t.Errorf("reviews %v", got)
		}
		// And now an ordinary change changes it.
		n.update(almaz, id, fields{"allergy": "latex"})
		wantRow(t, n, id, "A|allergy latex|phone ?|disputed |error false|notes ")
		n.verify()
		n.rebuild()
	})
}

func TestAResolutionCannotLeaveNoValue(t *testing.T) {
	stores(t, func(t *testing.T, n *node) {
		id := n.create(fields{"allergy": "none"})
		page := n.load(id).Version
		n.append(almaz, edit(id, page, fields{"allergy": "penicillin"}))
		n.append(bruno, edit(id, page, fields{"allergy": "latex"}))
		d := n.load(id)
		c := edit(id, d.Version, nil)
		for _, a := range d.Disputed["allergy"] {
			c.Resolves = append(c.Resolves, a.Version)
		}
		n.append(almaz, c)
		if got := n.load(id).Disputed["allergy"]; len(got) != 2 {
			t.Errorf("got %+v", got)
		}
		n.rebuild()
	})
}

func TestAnAppendGroupLosesNothing(t *testing.T) {
	stores(t, func(t *testing.T, n *node) {
		id := n.create(fields{"note": "1"})
		page := n.load(id).Version
		n.append(almaz, edit(id, page, fields{"note": "2"}))
		n.append(bruno, edit(id, page, fields{"note": "3"}))
		n.update(almaz, id, fields{"note": "4"})
		wantRow(t, n, id, "|allergy ?|phone ?|disputed |error false|notes 1;2;3;4")
		if got := n.reviews(); len(got) != 0 {
			t.Errorf("reviews %v: notes never conflict", got)
		}
		// A fact entered wrongly is named and goes.
		d := n.load(id)
		c := edit(id, d.Version, fields{"note": "2 corrected"})
		c.Resolves = []journal.Version{d.Items("notes")[1].Version}
		n.append(almaz, c)
		wantRow(t, n, id, "|allergy ?|phone ?|disputed |error false|notes 1;3;4;2 corrected")
		n.rebuild()
	})
}

func TestTheClockDoesNotDecide(t *testing.T) {
	// The same two changes, with the clocks of the two nodes one way and the other.
	var shown []string
	for _, fast := range []bool{false, true} {
		clock := &clockAt{}
		clock.Time = clock.AddDate(2026, 0, 0)
		a := newNode(t, places()["sqlite"](t), func(o *journal.Options) { o.Clock = clock.now })
		id := a.create(fields{"given": "A"})
		page := a.load(id).Version
		for i, g := range []string{"early", "late"} {
			if fast {
				clock.Time = clock.AddDate(0, 0, -1)
			} else {
				clock.Time = clock.AddDate(0, 0, 1)
			}
			_ = i
			a.append(almaz, edit(id, page, fields{"given": g}))
		}
		shown = append(shown, strings.SplitN(a.row(id), "|", 2)[0])
	}
	if shown[0] != shown[1] {
		t.Errorf("the clock chose: %v", shown)
	}
}

func TestAnOldPageOfALaterStateStillKnowsWhatItSaw(t *testing.T) {
	stores(t, func(t *testing.T, n *node) {
		id := n.create(fields{"given": "1"})
		pages := []journal.Base{n.load(id).Version}
		for _, g := range []string{"2", "3", "4"} {
			n.update(almaz, id, fields{"given": g})
			pages = append(pages, n.load(id).Version)
		}
		n.append(bruno, edit(id, pages[2], fields{"given": "from 3"}))
		if got := n.load(id).Disputed["name"]; len(got) != 2 || string(got[0].Fields["given"]) != `"4"` || string(got[1].Fields["given"]) != `"from 3"` {
			t.Fatalf("got %+v", got)
		}
		n.append(bruno, edit(id, pages[0], fields{"given": "from 1"}))
		if got := n.load(id).Disputed["name"]; len(got) != 3 {
			t.Fatalf("got %+v", got)
		}
		n.verify()
		n.rebuild()
	})
}

func TestBaseAndVersionTravelInAPage(t *testing.T) {
	n := sqliteNode(t)
	id := n.create(fields{"given": "A"})
	b := n.load(id).Version
	got, err := journal.ParseBase(b.String())
	if err != nil || !got.Equal(b) || got.IsZero() {
		t.Errorf("got %v, %v", got, err)
	}
	if z, err := journal.ParseBase(""); err != nil || !z.IsZero() {
		t.Errorf("zero: %v, %v", z, err)
	}
	for _, bad := range []string{"!", "AAAA", b.String()[:len(b.String())-3], b.String() + "AAAA", strings.Repeat("A", 1<<20)} {
		if _, err := journal.ParseBase(bad); err == nil {
			t.Errorf("%.20q was taken", bad)
		}
	}
	var h []journal.Entry
	n.read(func(tx *db.Tx) (err error) { h, err = n.j.History(tx, id); return err })
	v := h[0].Version
	if got, err := journal.ParseVersion(v.String()); err != nil || got != v {
		t.Errorf("got %v, %v", got, err)
	}
	for _, bad := range []string{"", "x", v.String() + " ", v.String() + ".1", v.Origin.String()} {
		if _, err := journal.ParseVersion(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}
