package journal_test

import (
	"bytes"
	"context"
	"slices"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// pairs runs a test with a node of each engine that receives from a SQLite node.
func pairs(t *testing.T, test func(t *testing.T, from, to *node)) {
	stores(t, func(t *testing.T, to *node) { test(t, sqliteNode(t), to) })
}

func TestForeignEntriesAreProjectedLikeOwn(t *testing.T) {
	pairs(t, func(t *testing.T, from, to *node) {
		id := from.create(fields{"given": "Almaz", "allergy": "none", "note": "1"})
		from.update(bruno, id, fields{"note": "2", "phone": "9"})
		to.pull(from)
		wantRow(t, to, id, from.row(id))
		if a, b := from.load(id), to.load(id); !a.Version.Equal(b.Version) || !a.Updated.Equal(b.Updated) || a.CreatedBy != b.CreatedBy {
			t.Errorf("%+v\n%+v", a, b)
		}
		if err := to.j.Apply(t.Context(), from.entries()); err != nil {
			t.Errorf("a second time: %v", err)
		}
		to.update(bruno, id, fields{"given": "Alma"})
		from.pull(to)
		wantRow(t, from, id, "Alma|allergy none|phone 9|disputed |error false|notes 1;2")
		from.verify()
		to.verify()
		from.rebuild()
		to.rebuild()
	})
}

func TestEditsMadeApartMeetTheSameOnBothSides(t *testing.T) {
	pairs(t, func(t *testing.T, a, b *node) {
		id := a.create(fields{"given": "A", "allergy": "none"})
		b.pull(a)
		a.update(almaz, id, fields{"given": "A1", "allergy": "penicillin", "note": "at a"})
		b.update(bruno, id, fields{"given": "A2", "allergy": "latex", "note": "at b", "phone": "2"})
		fromA, fromB := a.missing(b), b.missing(a)
		if err := a.j.Apply(t.Context(), fromB); err != nil {
			t.Fatal(err)
		}
		if err := b.j.Apply(t.Context(), fromA); err != nil {
			t.Fatal(err)
		}
		wantRow(t, b, id, a.row(id))
		if d := a.load(id); len(d.Disputed) != 2 || len(d.Items("notes")) != 2 {
			t.Errorf("got %+v", d)
		}
		if !slices.Equal(a.reviews(), b.reviews()) || len(a.reviews()) != 2 {
			t.Errorf("reviews %v and %v", a.reviews(), b.reviews())
		}
		a.rebuild()
		b.rebuild()
	})
}

func TestAnEditMayArriveBeforeWhatItEdits(t *testing.T) {
	stores(t, func(t *testing.T, c *node) {
		a, b := sqliteNode(t), sqliteNode(t)
		id := a.create(fields{"given": "A", "family": "F"})
		b.pull(a)
		b.update(bruno, id, fields{"given": "B"})
		fromA, all := a.entries(), b.entries()
		fromB := slices.DeleteFunc(all, func(e journal.Entry) bool { return e.Version.Origin == fromA[0].Version.Origin })
		if err := c.j.Apply(t.Context(), fromB); err != nil {
			t.Fatal(err)
		}
		wantRow(t, c, id, "B|allergy ?|phone ?|disputed |error false|notes ")
		if err := c.j.Apply(t.Context(), fromA); err != nil {
			t.Fatal(err)
		}
		wantRow(t, c, id, "B F|allergy ?|phone ?|disputed |error false|notes ")
		c.verify()
		c.rebuild()
	})
}

func TestWhatDoesNotVerifyIsRefusedWhole(t *testing.T) {
	pairs(t, func(t *testing.T, from, to *node) {
		first := from.create(fields{"given": "A"})
		to.pull(from)
		id := from.create(fields{"given": "B"})
		from.update(bruno, id, fields{"given": "C"})
		good := from.missing(to)
		if len(good) != 2 {
			t.Fatalf("%d entries", len(good))
		}
		for name, c := range map[string]struct {
			code  fault.Code
			key   string
			spoil func(e []journal.Entry) []journal.Entry
		}{
			"a gap":              {fault.Conflict, "journal.gap", func(e []journal.Entry) []journal.Entry { return e[1:] }},
			"the wrong order":    {fault.Conflict, "journal.gap", func(e []journal.Entry) []journal.Entry { slices.Reverse(e); return e }},
			"a changed payload":  {fault.Invalid, "journal.broken_chain", func(e []journal.Entry) []journal.Entry { e[1].Payload[3]++; return e }},
			"a changed header":   {fault.Invalid, "journal.broken_chain", func(e []journal.Entry) []journal.Entry { e[1].Raw[30]++; return e }},
			"a changed hash":     {fault.Invalid, "journal.broken_chain", func(e []journal.Entry) []journal.Entry { e[0].Hash[0]++; return e }},
			"another secret":     {fault.Invalid, "journal.broken_chain", func(e []journal.Entry) []journal.Entry { e[1].Secret[0]++; return e }},
			"no secret":          {fault.Invalid, "journal.no_secret", func(e []journal.Entry) []journal.Entry { e[0].Secret = nil; return e }},
			"no commitment":      {fault.Invalid, "journal.no_commitment", func(e []journal.Entry) []journal.Entry { e[0].Payload = nil; return e }},
			"another commitment": {fault.Invalid, "journal.other_payload", func(e []journal.Entry) []journal.Entry { e[0].Commitment[0] = 1; return e }},
			"a cut header":       {fault.Invalid, "journal.bad_header", func(e []journal.Entry) []journal.Entry { e[1].Raw = e[1].Raw[:20]; return e }},
		} {
			err := to.j.Apply(t.Context(), c.spoil(clone(good)))
			if !fault.Is(err, c.code) || fault.KeyOf(err) != c.key {
				t.Errorf("%s: got %v, want %s %s", name, err, c.code, c.key)
			}
			if got := to.row(id); got != "none" {
				t.Errorf("%s: left %s", name, got)
			}
		}
		if r := to.verify(); r.Entries != 1 {
			t.Errorf("%d entries", r.Entries)
		}
		if err := to.j.Apply(t.Context(), good); err != nil {
			t.Error(err)
		}
		wantRow(t, to, first, from.row(first))
		wantRow(t, to, id, from.row(id))
	})
}

func clone(in []journal.Entry) []journal.Entry {
	out := slices.Clone(in)
	for i := range out {
		out[i].Raw, out[i].Payload, out[i].Secret = bytes.Clone(in[i].Raw), bytes.Clone(in[i].Payload), bytes.Clone(in[i].Secret)
	}
	return out
}

func TestAForkIsTold(t *testing.T) {
	pairs(t, func(t *testing.T, from, to *node) {
		id := from.create(fields{"given": "A"})
		backup := copyNode(t, from)
		from.update(almaz, id, fields{"given": "B"})
		to.pull(from)
		// The laptop is restored from its backup and goes on as if nothing had happened.
		backup.update(almaz, id, fields{"given": "C"})
		err := to.j.Apply(t.Context(), backup.entries())
		wantCode(t, err, fault.Conflict, "journal.fork")
	})
}

// copyNode copies a SQLite node's file, as a backup or a cloned disk would be.
func copyNode(t *testing.T, n *node) *node {
	t.Helper()
	if err := n.j.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := n.d.Close(); err != nil {
		t.Fatal(err)
	}
	o := places()["sqlite"](t)
	copyFile(t, n.o.Path, o.Path)
	again, err := db.Open(t.Context(), with(n.o, migrations()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { again.Close() })
	n.d, n.j = again, newJournal(t, again)
	return newNode(t, o)
}

func TestARestoredDatabaseTakesANewInstallation(t *testing.T) {
	pairs(t, func(t *testing.T, from, to *node) {
		id := from.create(fields{"given": "A"})
		backup := copyNode(t, from)
		from.update(almaz, id, fields{"given": "B"})
		to.pull(from)
		if err := backup.j.Apply(t.Context(), from.missing(backup)); fault.KeyOf(err) != "journal.own_origin" {
			t.Errorf("own entries that it does not have: got %v", err)
		}
		if _, err := backup.j.NewInstallation(t.Context()); err != nil {
			t.Fatal(err)
		}
		backup.update(almaz, id, fields{"given": "C"})
		backup.pull(from)
		to.pull(backup)
		wantRow(t, to, id, backup.row(id))
		if d := to.load(id); len(d.Disputed["name"]) != 2 {
			t.Errorf("got %+v", d.Disputed)
		}
		if r := to.verify(); r.Origins != 2 {
			t.Errorf("%d origins", r.Origins)
		}
		backup.verify()
	})
}

func TestAClockGoneWildDoesNotSpread(t *testing.T) {
	pairs(t, func(t *testing.T, _, to *node) {
		clock := &clockAt{time.Now().AddDate(73, 0, 0)}
		from := newNode(t, places()["sqlite"](t), func(o *journal.Options) { o.Clock = clock.now })
		to.pull(func() *node { from.create(fields{"given": "A"}); return from }())
		id := to.create(fields{"given": "B"})
		if d := to.load(id); time.Until(d.Created) > time.Hour {
			t.Errorf("our own change is dated %v", d.Created)
		}
	})
}

func TestTheClockNeverRunsBack(t *testing.T) {
	clock := &clockAt{time.Now()}
	n := newNode(t, places()["sqlite"](t), func(o *journal.Options) { o.Clock = clock.now })
	id := n.create(fields{"note": "0"})
	for range 5 {
		clock.Time = clock.Add(-time.Hour)
		n.update(almaz, id, fields{"note": "x"})
	}
	again := newJournal(t, n.d, func(o *journal.Options) { o.Clock = clock.now })
	if err := n.j.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	n.j = again
	n.update(almaz, id, fields{"note": "y"})
	var h []journal.Entry
	n.read(func(tx *db.Tx) (err error) { h, err = n.j.History(tx, id); return err })
	for i := 1; i < len(h); i++ {
		if h[i].HLC <= h[i-1].HLC || h[i].Version.Seq != h[i-1].Version.Seq+1 {
			t.Errorf("entry %d: %d after %d", i, h[i].HLC, h[i-1].HLC)
		}
	}
}
