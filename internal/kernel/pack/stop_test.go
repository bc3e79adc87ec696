package pack

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

func TestStoppingAVersionInAnEmergency(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		id, _ := d.imported(t, nil)
		refused(t, d.Stop(officer(t, 1), id, db.NewID(), nil, "found a mistake"), fault.Conflict, "packs.error.not_activated")
		d.activated(t, id, "2020-01-01")
		refused(t, d.Stop(officer(t, 1), id, db.NewID(), nil, " "), fault.Invalid, "packs.error.reason")
		must(t, d.Stop(officer(t, 1), id, db.NewID(), nil, "row H-S3 reads the wrong age"))
		if _, err := d.activeOn(t, "2026-11-22"); err != nil {
			t.Errorf("one officer does not stop it: %v", err)
		}
		refused(t, d.Stop(officer(t, 1), id, db.NewID(), nil, "row H-S3 reads the wrong age"), fault.Conflict, "packs.error.second_officer")
		d.move(time.Second)
		must(t, d.Stop(officer(t, 2), id, db.NewID(), nil, "I agree"))
		_, err := d.activeOn(t, "2026-11-22")
		refused(t, err, fault.Unavailable, "packs.error.stopped")
		if v := d.version(t, id); v.Status != Stopped || len(v.Life.Stops) != 2 {
			t.Errorf("%+v", v)
		}
		refused(t, d.Activate(officer(t, 1), id, db.NewID(), day(t, "2026-12-01")), fault.Conflict, "packs.error.was_stopped")

		// A mended version may hold from the same day on.
		next, p2 := d.imported(t, func(f Files) {
			replaced(manifestFile, `version: "1.0"`, `version: "1.1"`)(f)
		})
		d.activated(t, next, "2020-01-01")
		got, err := d.activeOn(t, "2026-11-22")
		must(t, err)
		if got.Hash != p2.Hash {
			t.Error("the mended version does not hold")
		}
	})
}

func TestStoppingARow(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		id, _ := d.imported(t, nil)
		d.activated(t, id, "2020-01-01")
		for row, key := range map[string]string{
			"H-S1": "packs.error.row_protects", // a requirement
			"H-S6": "packs.error.row_protects", // a contraindication
			"H-C3": "packs.error.row_order",    // of a first table: the next row would fire
			"H-V1": "packs.error.row_protects",
			"H-99": "packs.error.no_row",
		} {
			refused(t, d.Stop(officer(t, 1), id, db.NewID(), []string{row}, "found a mistake"), fault.Invalid, key)
		}
		in := decision.Input{On: day(t, "2026-06-01"), Facts: decision.FactsOf(value.Facts{"dob": value.Day(int(day(t, "1990-01-01"))),
			"exam_date": value.Day(int(day(t, "2026-06-01"))), "country": value.Text("AAA"), "symptoms": value.Of(false),
			"pregnant": value.Of(false), "cxr": value.Text("normal")}, day(t, "2026-06-01"))}
		p, err := d.activeOn(t, "2026-06-01")
		must(t, err)
		before := p.Protocol.Decide(in)
		if got := before.Codes(decision.Offer); len(got) != 1 || got[0] != "IGRA" {
			t.Fatalf("offered %v", got)
		}
		for n := byte(1); n <= 2; n++ {
			d.move(time.Second)
			must(t, d.Stop(officer(t, n), id, db.NewID(), []string{"H-S5"}, "the list is in doubt"))
		}
		p, err = d.activeOn(t, "2026-06-01")
		must(t, err)
		after := p.Protocol.Decide(in)
		if got := after.Codes(decision.Offer); len(got) != 0 {
			t.Errorf("still offered: %v", got)
		}
		if got := after.Codes(decision.Require); len(got) != 2 {
			t.Errorf("the other rows must go on: %v", got)
		}
		if rec := p.NewRecord(in, after); len(rec.Stopped) != 1 || rec.Stopped[0] != "H-S5" {
			t.Errorf("the record must say which rows were stopped: %v", rec.Stopped)
		}
		if v := d.version(t, id); v.Status != Active {
			t.Errorf("a version with a stopped row goes on: %s", v.Status)
		}
	})
}

// What names the rules of a destination changes when two officers did something to
// its versions, and not before, nor with another destination's.
func TestTheNameOfTheRulesInForce(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		woken := 0
		d.OnChange(func() { woken++ })
		rules := func() (text string) {
			t.Helper()
			must(t, d.db.Read(t.Context(), func(tx *db.Tx) (err error) {
				text, err = d.Rules(tx, "harbour")
				return err
			}))
			return text
		}
		id, p := d.imported(t, nil)
		if p.ID != "harbour" {
			t.Fatalf("the test asks for another pack than %s", p.ID)
		}
		none := rules()
		d.activated(t, id, "2020-01-01")
		active := rules()
		if active == none || woken != 2 {
			t.Errorf("activated: the same rules %v, woken %d times", active == none, woken)
		}
		must(t, d.Stop(officer(t, 1), id, db.NewID(), []string{"H-S5"}, "the list is in doubt"))
		if rules() != active {
			t.Error("one officer changed the rules")
		}
		d.move(time.Second)
		must(t, d.Stop(officer(t, 2), id, db.NewID(), []string{"H-S5"}, "the list is in doubt"))
		stopped := rules()
		if stopped == active {
			t.Error("a stopped row changed nothing")
		}
		named := func(id string) func(Files) {
			return func(f Files) {
				for name, text := range f {
					f[name] = strings.ReplaceAll(strings.ReplaceAll(text, "id: harbour\n", "id: "+id+"\n"), `"pack":"harbour"`, `"pack":"`+id+`"`)
				}
			}
		}
		other, _ := d.imported(t, named("lagoon"))
		d.activated(t, other, "2020-01-01")
		if rules() != stopped {
			t.Error("another destination's rules are this one's")
		}
		for i, kind := range []string{CaseDefinition, Surveillance, Border} {
			apart, _ := d.imported(t, func(f Files) {
				named("apart-" + strconv.Itoa(i))(f)
				replaced(manifestFile, "kind: destination", "kind: "+kind)(f)
			})
			d.activated(t, apart, "2020-01-01")
			if rules() != stopped {
				t.Errorf("a pack of kind %s is read by no case of a destination, and its cases would all be looked at again", kind)
			}
		}
		beside, _ := d.imported(t, func(f Files) {
			named("tide")(f)
			replaced(manifestFile, "kind: destination", "kind: conditions")(f)
		})
		d.activated(t, beside, "2020-01-01")
		if rules() == stopped {
			t.Error("rules that stand beside it changed, and its name did not")
		}
	})
}
