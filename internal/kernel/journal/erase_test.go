package journal_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

const planted = "PlantedWordZanzibar"

func (n *node) erase(id db.ID) {
	n.t.Helper()
	n.write(func(tx *db.Tx) error { return n.j.Erase(tx, almaz, bruno, id, "request granted") })
}

func TestErasureTakesTwoOfficersAndAReason(t *testing.T) {
	stores(t, func(t *testing.T, n *node) {
		id := n.create(fields{"given": "A"})
		for name, c := range map[string]struct {
			by, second journal.Author
			doc        db.ID
			reason     string
			code       fault.Code
		}{
			"one officer":      {almaz, almaz, id, "r", fault.Forbidden},
			"no second":        {almaz, journal.Author{}, id, "r", fault.Forbidden},
			"no first":         {journal.Author{}, almaz, id, "r", fault.Forbidden},
			"no reason":        {almaz, bruno, id, "", fault.Invalid},
			"no such document": {almaz, bruno, db.NewID(), "r", fault.NotFound},
		} {
			err := n.d.Write(t.Context(), func(tx *db.Tx) error { return n.j.Erase(tx, c.by, c.second, c.doc, c.reason) })
			if !fault.Is(err, c.code) {
				t.Errorf("%s: got %v", name, err)
			}
		}
		if d := n.load(id); len(d.Fields) != 1 {
			t.Error("a refused erasure erased")
		}
	})
}

func TestAnErasedDocumentIsGoneAndTheChainHolds(t *testing.T) {
	stores(t, func(t *testing.T, n *node) {
		id := n.create(fields{"given": planted, "note": planted, "allergy": "x"})
		page := n.load(id).Version
		n.append(almaz, edit(id, page, fields{"given": planted + "1"}))
		n.append(bruno, edit(id, page, fields{"given": planted + "2"}))
		kept := n.create(fields{"given": "kept"})
		n.erase(id)
		wantRow(t, n, id, "none")
		err := n.d.Read(t.Context(), func(tx *db.Tx) error { _, err := n.j.Load(tx, id); return err })
		wantCode(t, err, fault.NotFound, "journal.not_found")
		if got := n.reviews(); len(got) != 0 {
			t.Errorf("reviews %v", got)
		}
		if r := n.verify(); r.Entries != 5 || r.Erased != 3 {
			t.Errorf("%+v", r)
		}
		n.read(func(tx *db.Tx) error {
			h, err := n.j.History(tx, id)
			for _, e := range h {
				if e.Payload != nil || e.Commitment == [32]byte{} {
					t.Errorf("payload %q, commitment %x", e.Payload, e.Commitment)
				}
			}
			if len(h) != 3 {
				t.Errorf("%d entries", len(h))
			}
			return err
		})
		n.rebuild()
		wantRow(t, n, kept, "kept|allergy ?|phone ?|disputed |error false|notes ")

		// Its id stays taken, and it cannot be changed or erased again.
		wantCode(t, n.try(almaz, newPerson(id, fields{"given": "again"})), fault.Conflict, "journal.exists")
		if err := n.try(almaz, edit(id, page, fields{"given": "again"})); !fault.Is(err, fault.NotFound) {
			t.Errorf("an edit: got %v", err)
		}
		err = n.d.Write(t.Context(), func(tx *db.Tx) error { return n.j.Erase(tx, almaz, bruno, id, "again") })
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("again: got %v", err)
		}
	})
}

func TestAnErasureCannotBeErased(t *testing.T) {
	stores(t, func(t *testing.T, n *node) {
		n.erase(n.create(fields{"given": "A"}))
		var known []journal.Erasure
		n.read(func(tx *db.Tx) (err error) { known, err = n.j.Erasures(tx); return err })
		if len(known) != 1 {
			t.Fatalf("got %v", known)
		}
		err := n.d.Write(t.Context(), func(tx *db.Tx) error { return n.j.Erase(tx, almaz, bruno, known[0].Erasure, "r") })
		wantCode(t, err, fault.Forbidden, "journal.erasure_stays")
	})
}

func TestAnErasureReachesEveryNodeInWhateverOrder(t *testing.T) {
	pairs(t, func(t *testing.T, a, b *node) {
		c := sqliteNode(t)
		id := a.create(fields{"given": planted})
		b.pull(a)
		c.pull(a)
		c.update(bruno, id, fields{"given": planted + " edited far away"})
		a.erase(id)
		b.pull(a) // b has the payload, and learns of the erasure
		wantRow(t, b, id, "none")
		if r := b.verify(); r.Erased != 1 {
			t.Errorf("%+v", r)
		}
		b.pull(c) // a payload arrives after the erasure
		wantRow(t, b, id, "none")
		if r := b.verify(); r.Erased != 2 {
			t.Errorf("%+v", r)
		}
		c.pull(b) // c learns of it from b, with entries that have no payload any more
		wantRow(t, c, id, "none")
		d := sqliteNode(t) // a new node gets everything at once, erased already
		d.pull(c)
		wantRow(t, d, id, "none")
		for _, n := range []*node{a, b, c, d} {
			n.verify()
			n.rebuild()
			for _, e := range n.entries() {
				if bytes.Contains(e.Payload, []byte(planted)) {
					t.Error("a payload is left")
				}
			}
		}
	})
}

func TestAnErasureByOneOfficerIsRefusedFromOutside(t *testing.T) {
	// A node that lets one officer erase is broken or not honest; ours does not follow.
	pairs(t, func(t *testing.T, from, to *node) {
		id := from.create(fields{"given": "A"})
		to.pull(from)
		from.erase(id)
		e := clone(from.missing(to))
		e[0].Payload = bytes.Replace(e[0].Payload, []byte(bruno.User.String()), []byte(almaz.User.String()), 1)
		e[0].Commitment, e[0].Hash = journal.Recommit(e[0].Header, e[0].Raw, e[0].Secret, e[0].Payload, from.entries()[0].Hash)
		wantCode(t, to.j.Apply(t.Context(), e), fault.Invalid, "journal.two_officers")
		wantRow(t, to, id, "A|allergy ?|phone ?|disputed |error false|notes ")
	})
}

func TestARestoredBackupAppliesKnownErasures(t *testing.T) {
	n := sqliteNode(t)
	id, kept := n.create(fields{"given": planted}), n.create(fields{"given": "kept"})
	backup := copyNode(t, n)
	n.erase(id)
	var known []journal.Erasure
	n.read(func(tx *db.Tx) (err error) { known, err = n.j.Erasures(tx); return err })
	for range 2 { // and again without harm
		backup.write(func(tx *db.Tx) error { return backup.j.ApplyErasures(tx, known) })
	}
	wantRow(t, backup, id, "none")
	wantRow(t, backup, kept, "kept|allergy ?|phone ?|disputed |error false|notes ")
	if r := backup.verify(); r.Erased != 1 {
		t.Errorf("%+v", r)
	}
	backup.rebuild()
}

// The words of an erased person are in no page of any file, which can only be seen
// in a file without encryption.
func TestPlantedWordsAreInNoFileAfterAnErasure(t *testing.T) {
	dir := t.TempDir()
	n := newNode(t, db.Options{Path: filepath.Join(dir, "plain.db"), Unencrypted: true})
	var people []db.ID
	for i := range 400 {
		f := fields{"given": "Person", "family": "Number", "note": "seen"}
		if i%20 == 7 {
			f = fields{"given": planted, "family": planted, "allergy": planted, "note": planted, "phone": planted, "unknown": planted}
		}
		id := n.create(f)
		if i%20 == 7 {
			people = append(people, id)
			n.update(bruno, id, fields{"given": planted + "s", "note": planted})
		}
	}
	if !inFiles(t, dir) {
		t.Fatal("the words cannot be found before either")
	}
	for _, id := range people {
		n.erase(id)
	}
	n.rebuild()
	if err := n.d.Scrub(t.Context()); err != nil {
		t.Fatal(err)
	}
	if inFiles(t, dir) {
		t.Error("planted words are left in a file")
	}
	if r := n.verify(); r.Erased != int64(2*len(people)) {
		t.Errorf("%+v", r)
	}
}

func inFiles(t *testing.T, dir string) bool {
	t.Helper()
	found := false
	all, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		found = found || bytes.Contains(b, []byte(planted))
	}
	return found
}

func TestErasuresAreListedForTheKeeperOfBackups(t *testing.T) {
	stores(t, func(t *testing.T, n *node) {
		var ids []db.ID
		for range 3 {
			id := n.create(fields{"given": "A"})
			ids = append(ids, id)
			n.erase(id)
		}
		n.read(func(tx *db.Tx) error {
			known, err := n.j.Erasures(tx)
			if len(known) != 3 || known[0].At.IsZero() || !slices.ContainsFunc(known, func(e journal.Erasure) bool { return e.Doc == ids[2] }) {
				t.Errorf("got %v", known)
			}
			return err
		})
	})
}
