package linelist

import (
	"testing"

	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// A case is looked at once for each change of its outbreak, also where it was decided
// between two looks, and no other case is.
func TestACaseIsLookedAtWhenItsOutbreakStandsOtherwise(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		state, asked := "", 0
		w.OutbreakAt = func(_ *db.Tx, c Case) (string, error) {
			asked++
			if c.Disease != "cholera" {
				return "", nil
			}
			return state, nil
		}
		child := func() db.ID {
			id := w.record(Case{Disease: "cholera", Onset: day("2026-06-08"), Reported: day("2026-06-09"), Birth: day("2024-12")})
			w.Must(w.Answer(w.As("nurse"), id, journal.Base{}, map[string]value.Value{"sign:stool_watery": value.Of(true), "sign:stool_blood": value.Of(false), "sign:stools_24h": value.Number(6), "sign:diarrhoea_days": value.Number(1)}))
			return id
		}
		before, measles := child(), w.record(Case{Disease: "measles"})
		look := func() { w.Must(w.LookAtOutbreaks(w.As("epidemiologist"))) }
		is := func(why string, id db.ID, class Class, decisions int) {
			t.Helper()
			o := w.opened(id)
			if last, _ := o.Last(); o.Class() != class || o.Stale || len(o.Classed) != decisions || decisions > 2 && last.Cause != causeOutbreak {
				t.Errorf("%s: %s by %q, stale %t, %d decisions", why, o.Class(), last.Cause, o.Stale, len(o.Classed))
			}
		}
		n := len(w.opened(before).Classed)
		look()
		is("nothing was declared", before, Open, n)
		state = "confirmed"
		during := child()
		look()
		look()
		is("declared, and looked at twice", before, Suspected, n+1)
		if o := w.opened(during); o.Class() != Suspected || o.Classed[len(o.Classed)-1].Cause != "sign" {
			t.Errorf("recorded after it was declared: %+v", o.Classed)
		}
		late := child()
		state = ""
		look()
		is("discarded", before, Open, n+2)
		for _, id := range []db.ID{during, late} {
			if o := w.opened(id); o.Class() != Open || o.Stale {
				t.Errorf("recorded while it was declared, looked at or not: %s, stale %t", o.Class(), o.Stale)
			}
		}
		if o := w.opened(measles); len(o.Classed) != 1 {
			t.Errorf("another disease: %+v", o.Classed)
		}
		asked = 0
		if look(); asked != 2 {
			t.Errorf("asked %d times of two diseases and days", asked)
		}
	})
}

func TestCasesAreReadPageByPage(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		made := map[db.ID]bool{}
		for range 5 {
			made[w.record(Case{Disease: "measles"})] = true
		}
		pages := 0
		w.Must(w.DB.Read(t.Context(), func(tx *db.Tx) error {
			var after db.ID
			for {
				list, err := casesAfter(tx, after, 2)
				if err != nil || len(list) == 0 {
					return err
				}
				pages++
				for _, d := range list {
					delete(made, d.ID)
					after = d.ID
				}
			}
		}))
		if len(made) > 0 || pages != 3 {
			t.Errorf("%d cases were not read, in %d pages", len(made), pages)
		}
	})
}
