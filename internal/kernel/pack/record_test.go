package pack

import (
	"bytes"
	"testing"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

func TestARecordIsExplainedFromTheVersionThatMadeIt(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		id, p := d.imported(t, nil)
		d.activated(t, id, "2020-01-01")
		in, err := p.caseInput(p.Cases[2])
		must(t, err)
		dec := p.Protocol.Decide(in)
		one, err := p.NewRecord(in, dec).Bytes()
		must(t, err)
		for range 20 {
			again, err := p.NewRecord(in, p.Protocol.Decide(in)).Bytes()
			must(t, err)
			if !bytes.Equal(one, again) {
				t.Fatal("equal decisions must give equal bytes")
			}
		}
		// The version is stopped and the program's own copy forgotten.
		must(t, d.Stop(officer(t, 1), id, db.NewID(), nil, "found a mistake"))
		must(t, d.Stop(officer(t, 2), id, db.NewID(), nil, "found a mistake"))
		d.cache.Clear()
		rec, err := ParseRecord(one)
		must(t, err)
		var x Explanation
		must(t, d.db.Read(t.Context(), func(tx *db.Tx) (err error) {
			x, err = d.ExplainRecord(tx, rec, "fr")
			return err
		}))
		for _, o := range x.Outcomes {
			if o.Kind != decision.Require || o.Code != "CXR" {
				continue
			}
			r := o.Because[0]
			if o.Word != "Radiographie du thorax" || r.ID != "H-S3" || r.Sentence != "À partir de 11 ans, une radiographie du thorax est faite." ||
				r.Sources[0].Title != "Rules of the harbour" || r.Sources[0].Where != "section 2" || r.Certainty != "O" {
				t.Errorf("explained as %+v", o)
			}
			if len(r.Cells) != 1 || r.Cells[0].Fact != "age_years" || r.Cells[0].Shown != "11" || r.Cells[0].Truth != value.Yes {
				t.Errorf("conditions: %+v", r.Cells)
			}
			return
		}
		t.Errorf("no X-ray in %+v", x.Outcomes)
	})
}

func TestTheJournalRebuildsTheRegistry(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		id, _ := d.imported(t, nil)
		d.activated(t, id, "2020-01-01")
		before := d.version(t, id)
		if _, err := d.journal.Rebuild(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		d.cache.Clear()
		if after := d.version(t, id); after.Status != before.Status || after.Hash != before.Hash || after.Life.From != before.Life.From {
			t.Errorf("before %+v, after %+v", before, after)
		}
		if _, err := d.activeOn(t, "2026-01-01"); err != nil {
			t.Error(err)
		}
	})
}

func TestTwoNodesThatRegisterOneVersionAgree(t *testing.T) {
	a, b := newDesk(t, db.Options{}), newDesk(t, db.Options{})
	ida, _ := a.imported(t, nil)
	idb, _ := b.imported(t, nil)
	b.activated(t, idb, "2020-01-01")
	var entries []journal.Entry
	must(t, b.db.Read(t.Context(), func(tx *db.Tx) error {
		heads, err := b.journal.Heads(tx)
		if err != nil {
			return err
		}
		for _, h := range heads {
			es, err := b.journal.After(tx, h.Origin, 0, 1000)
			if err != nil {
				return err
			}
			entries = append(entries, es...)
		}
		return nil
	}))
	must(t, a.journal.Apply(t.Context(), entries))
	if v := a.version(t, ida); v.Status != Active {
		t.Errorf("the officers' acts did not arrive: %s", v.Status)
	}
	if v := a.version(t, idb); v.Status != Active || v.Hash != a.version(t, ida).Hash {
		t.Errorf("the other node's document is the same version: %+v", v)
	}
	vs, err := a.Versions(officer(t, 1))
	must(t, err)
	if len(vs) != 1 {
		t.Errorf("one version, registered on two nodes, shows as %d", len(vs))
	}
}
