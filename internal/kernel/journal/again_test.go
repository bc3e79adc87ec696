package journal_test

import (
	"path/filepath"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// twins are a node and another machine on a copy of its disk, with what both have.
func twins(t *testing.T, first func(n *node)) (a, b *node) {
	t.Helper()
	a = sqliteNode(t)
	first(a)
	if err := a.j.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := a.d.Close(); err != nil {
		t.Fatal(err)
	}
	o := a.o
	o.Path = filepath.Join(t.TempDir(), "node.db")
	copyFile(t, a.o.Path, o.Path)
	return newNode(t, a.o), newNode(t, o)
}

// chained are a node's own entries as parts.
func (n *node) chained() (out []journal.Part) {
	n.t.Helper()
	var prev [32]byte
	for _, e := range n.entries() {
		if e.Version.Seq == 1 {
			prev = [32]byte{}
		}
		out = append(out, journal.Part{Entry: e, Prev: prev})
		prev = e.Hash
	}
	return out
}

func (n *node) beyond() (out []journal.Part) {
	n.t.Helper()
	n.read(func(tx *db.Tx) (err error) { out, err = n.j.Beyond(tx, 0, 100); return err })
	return out
}

// bring takes parts and answers which it refuses.
func (n *node) bring(parts []journal.Part) (refused []journal.Head) {
	n.t.Helper()
	n.write(func(tx *db.Tx) (err error) { refused, err = n.j.TakeParts(tx, parts); return err })
	return refused
}

func (n *node) issueAgain(refused []journal.Head) (out []journal.Reissued) {
	n.t.Helper()
	n.write(func(tx *db.Tx) (err error) { out, err = n.j.IssueAgain(tx, refused); return err })
	return out
}

func TestPartsOfAForkBecomeTheSameEntriesWhoeverIssuesThemAgain(t *testing.T) {
	stores(t, func(t *testing.T, hub *node) {
		var amal db.ID
		lost, again := twins(t, func(n *node) { amal = n.create(fields{"given": "Amal", "allergy": "none"}) })
		lost.update(almaz, amal, fields{"allergy": "latex", "note": "latex"})
		note := lost.create(fields{"given": "Only in the parts"})
		x, y, other := sqliteNode(t), sqliteNode(t), sqliteNode(t)
		x.bring(lost.chained())
		x.update(bruno, amal, fields{"family": "who saw latex", "note": "of x"})
		y.bring(append(lost.chained(), x.chained()...))

		again.update(bruno, amal, fields{"allergy": "penicillin", "note": "penicillin"})
		again.create(fields{"given": "Again"})
		hub.pull(again)
		was := hub.row(amal)
		refused := hub.bring(x.beyond())
		if len(refused) != 2 || hub.row(amal) != was || hub.row(note) != "none" {
			t.Fatalf("refused are %v, and the hub has %s", refused, hub.row(amal))
		}
		moved := x.issueAgain(refused)
		if len(moved) != 3 {
			t.Fatalf("issued again: %+v", moved)
		}
		refused = hub.bring(y.beyond()) // before x has brought them
		if len(refused) != 2 {
			t.Fatalf("refused of the other one are %v", refused)
		}
		for i, m := range y.issueAgain(refused) {
			if m.Head != moved[i].Head || m.As != moved[i].As {
				t.Errorf("the other one says %+v, and not %+v", m, moved[i])
			}
		}
		brought := x.beyond()
		for range 2 {
			if refused := append(hub.bring(brought), hub.bring(y.beyond())...); len(refused) > 0 {
				t.Errorf("refused: %v", refused)
			}
		}
		hub.pull(x)
		other.bring(y.beyond()) // in another order, the origins of the chains last
		other.pull(x)
		other.pull(again)
		for name, n := range map[string]*node{"the hub": hub, "another": other} {
			if got := n.row(amal); got != "Amal who saw latex|allergy ?|phone ?|disputed allergy|error false|notes latex;of x;penicillin" {
				t.Errorf("%s has %s", name, got)
			}
			wantRow(t, n, note, "Only in the parts|allergy ?|phone ?|disputed |error false|notes ")
			n.verify()
			n.rebuild()
		}
		for _, n := range []*node{x, y} {
			n.bring(again.chained())
			wantRow(t, n, amal, hub.row(amal))
			n.verify()
			n.rebuild()
		}
		hub.update(almaz, amal, fields{"given": "Amal A"})
		if d := hub.load(amal); len(d.Disputed) != 1 {
			t.Errorf("after a change that had seen all: %+v", d.Disputed)
		}
	})
}

// Both had something that neither had sent. One issues it again, the other sends it.
func TestWhatTwoMachinesSendUnderTwoNamesIsOneChange(t *testing.T) {
	stores(t, func(t *testing.T, hub *node) {
		var amal db.ID
		a, b := twins(t, func(n *node) {
			amal = n.create(fields{"given": "Amal"})
			n.update(almaz, amal, fields{"given": "Amala", "note": "said once"})
		})
		a.write(func(tx *db.Tx) error {
			_, err := a.j.Reissue(tx, []journal.Head{{Origin: a.entries()[0].Version.Origin}})
			return err
		})
		a.update(bruno, amal, fields{"given": "Amal A"})
		b.update(almaz, amal, fields{"phone": "1"})
		for _, n := range []*node{hub, sqliteNode(t)} {
			from := []*node{a, b}
			if n != hub {
				from = []*node{b, a}
			}
			for _, f := range from {
				n.pull(f)
			}
			wantRow(t, n, amal, "Amal A|allergy ?|phone 1|disputed |error false|notes said once")
			n.rebuild()
			n.verify()
		}
	})
}

// A change comes under one name and what was written on it under another, before it is
// known that the two names are of one change.
func TestAConflictThatWasNoneIsNotListedAnyMore(t *testing.T) {
	stores(t, func(t *testing.T, hub *node) {
		var amal db.ID
		a, b := twins(t, func(n *node) {
			amal = n.create(fields{"given": "Amal"})
			n.update(almaz, amal, fields{"given": "Amala"})
		})
		a.write(func(tx *db.Tx) error {
			_, err := a.j.Reissue(tx, []journal.Head{{Origin: a.entries()[0].Version.Origin}})
			return err
		})
		b.update(bruno, amal, fields{"given": "Amal B"})
		hub.pull(a)
		parts := b.chained()
		hub.bring(parts[2:])
		if open := hub.reviews(); len(open) != 1 {
			t.Fatalf("before the two names meet: %v", open)
		}
		hub.bring(parts[:2])
		wantRow(t, hub, amal, "Amal B|allergy ?|phone ?|disputed |error false|notes ")
		if open := hub.reviews(); len(open) != 0 {
			t.Errorf("listed is %v", open)
		}
		hub.rebuild()
		hub.verify()
	})
}
