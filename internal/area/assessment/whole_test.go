package assessment

import (
	"slices"
	"testing"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// immigrant is what the office knows of an application to the United States.
func immigrant() value.Facts {
	return value.Facts{"programme": value.Text("immigrant"), "flu_season": value.Of(false)}
}

// A condition that another pack of the destination knows stops the signature as
// one of its own does, and its treatment lets it go on.
func TestAConditionOfAnotherPackStopsTheSignature(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		w.shelf.whole()
		p := w.register("Yusuf", 30, people.Male)
		_, ms := w.open("us-immigrant", immigrant(), p)
		m := ms[0]
		for _, code := range []string{"CORE_EXAM", "SYPHILIS", "VAX_REVIEW"} {
			if st := w.item(m, code).State; st != ItemRequired {
				t.Fatalf("%s is %q: %v", code, st, codesAndStates(w.look(m).Plan))
			}
		}
		w.do(m, "SYPHILIS", map[string]string{"treponemal": "pos", "nontreponemal": "pos", "rpr_titre": "32", "syphilis_conclusion": "untreated"})
		w.finish(m)
		v := w.look(m)
		if v.state() != StateHold || !holds(v.Plan, "NOT_CLEARED") || w.sign(m) {
			t.Fatalf("%s, holds %v, cleared %v", v.state(), v.Plan.Holds, v.clearance())
		}
		if o := w.order(m, "POLIO"); o.Pack != "us-vaccines" {
			t.Errorf("the vaccine is ordered by %s, whose form it is not", o.Pack)
		}
		results, err := w.orders.ResultsOf(w.as("physician"), w.order(m, "SYPHILIS").ID)
		must(t, err)
		_, err = w.orders.Correct(w.as("physician"), w.correction(results[0], map[string]string{"treponemal": "pos", "nontreponemal": "pos", "rpr_titre": "32", "syphilis_conclusion": "treated"}))
		must(t, err)
		if !w.sign(m) {
			t.Fatalf("treated, and not cleared: %v", w.look(m).obstacles())
		}
		var stored pack.Record
		w.read(func(tx *db.Tx) (err error) {
			v := w.look(m)
			stored, err = pack.ParseRecord(v.Signed.Record)
			return err
		})
		if len(stored.Parts) < 3 || stored.Parts[0].Pack != "us-immigrant" {
			t.Errorf("the record does not name the packs that decided: %v", stored.Parts)
		}
		if !slices.ContainsFunc(stored.Outcomes, func(o decision.Outcome) bool { return o.Code == "B_SYPHILIS" }) {
			t.Error("treated syphilis is Class B, and the record does not say so")
		}
	})
}

// A vaccine is ordered once the written record was looked at, given, and done.
func TestVaccinesFollowTheWrittenRecord(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		w.shelf.whole()
		p := w.register("Amina", 30, people.Male)
		_, ms := w.open("us-immigrant", immigrant(), p)
		m := ms[0]
		if st := w.item(m, "TD").State; st != ItemUndecided {
			t.Errorf("before anybody looked at the record a vaccine is %q", st)
		}
		w.do(m, "VAX_REVIEW", map[string]string{"vaccine_record": "no", "vaccines_complete": "polio"})
		if td, polio := w.item(m, "TD").State, w.item(m, "POLIO").State; td != ItemRequired || polio != "" {
			t.Errorf("tetanus %q, polio %q", td, polio)
		}
		w.do(m, "TD", nil)
		if st := w.item(m, "TD").State; st != ItemDone {
			t.Errorf("given, and %q", st)
		}
	})
}

func holds(pl Plan, code string) bool {
	return slices.ContainsFunc(pl.Holds, func(o decision.Outcome) bool { return o.Code == code })
}
