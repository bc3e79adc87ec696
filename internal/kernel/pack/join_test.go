package pack

import (
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// customs is a companion of the harbour: who carries plague is held, and where the
// harbour asks for an image, a note is made.
func customs(edit func(Files)) Files {
	f := Files{
		manifestFile: `id: customs
version: "1.0"
kind: conditions
programme: entry
status: review
effective_from: 2020-01-01
date_basis: exam_date
sources:
  - {id: customs-rules, title: Rules of the customs}
facts:
  - {name: exam_date, type: date, from: case.exam_date}
  - {name: plague, type: bool, from: "obs:plague", sensitivity: sensitive}
  - {name: image_due, type: bool, from: "base:require.CXR", sensitivity: clinical}
  - {name: symptoms, type: bool, sensitivity: sensitive, longest_age: 30, used_by: the form of the customs}
`,
		"tables/holds.csv": `table,C.holds,collect
id,from,to,plague,image_due,|,outcome,code,|,certainty,source,note
C-1,,,true,-,|,hold,PLAGUE,|,O,customs-rules,
C-2,,,-,true,|,flag,IMAGE,|,O,customs-rules,
`,
		caseFile:          `{"id":"C-01","on":"2026-06-01","facts":{"exam_date":"2026-06-01","plague":true,"image_due":false},"expect":{"hold":["PLAGUE"]}}` + "\n",
		"locales/en.json": `{"pack.title":"Customs","row.C-1":"Plague is held.","row.C-2":"An image is due.","hold.PLAGUE":"Plague","flag.IMAGE":"Image","fact.plague":"Plague?","fact.image_due":"Is an image due?","fact.exam_date":"Day","fact.symptoms":"Symptoms?"}`,
	}
	for _, lang := range []string{"fr", "es", "ar"} {
		f["locales/"+lang+".json"] = f["locales/en.json"]
	}
	if edit != nil {
		edit(f)
	}
	return f
}

// withCustoms makes the harbour name the companion.
func withCustoms(f Files) {
	f[manifestFile] = strings.Replace(f[manifestFile], "services:\n", "with:\n  - {pack: customs}\nservices:\n", 1)
}

func parsed(t *testing.T, f Files) *Pack {
	t.Helper()
	p, err := Parse(f)
	must(t, err)
	return p
}

func healthyAtTheHarbour(t *testing.T, more value.Facts) decision.Input {
	facts := value.Facts{"dob": value.Day(int(day(t, "1990-01-01"))), "exam_date": value.Day(int(day(t, "2026-06-01"))), "country": value.Text("BBB"),
		"symptoms": value.Of(false), "pregnant": value.Of(false), "cxr": value.Text("normal"), "plague": value.Of(false)}
	for k, v := range more {
		facts[k] = v
	}
	return decision.Input{On: day(t, "2026-06-01"), Facts: decision.FactsOf(facts, day(t, "2026-06-01"))}
}

func TestACompanionActsOnItsDestination(t *testing.T) {
	base := harbour(t)
	withCustoms(base)
	p, err := Join(parsed(t, base), parsed(t, customs(nil)))
	must(t, err)
	well := p.Protocol.Decide(healthyAtTheHarbour(t, nil))
	if got := well.Codes(decision.Clear); len(got) != 1 {
		t.Errorf("cleared for %v", got)
	}
	if got := well.Codes(decision.Flag); len(got) != 1 || got[0] != "IMAGE" {
		t.Errorf("the companion does not see that an image is due: %v", got)
	}
	ill := p.Protocol.Decide(healthyAtTheHarbour(t, value.Facts{"plague": value.Of(true)}))
	if got := ill.Codes(decision.Clear); len(got) != 0 {
		t.Errorf("held by the companion, and cleared for %v", got)
	}
	unknown := p.Protocol.Decide(healthyAtTheHarbour(t, value.Facts{"plague": value.NotKnown()}))
	if got := unknown.Codes(decision.Clear); len(got) != 0 || !slices.Contains(unknown.Ask, "plague") {
		t.Errorf("nobody knows of plague: cleared for %v, asks %v", got, unknown.Ask)
	}
	f, _ := p.Fact("symptoms")
	if f.Sensitivity != "sensitive" || f.LongestAge == nil || *f.LongestAge != 30 {
		t.Errorf("the stricter of two does not hold: %+v", f)
	}
	if b, _ := parsed(t, base).Fact("symptoms"); b.Sensitivity != "clinical" {
		t.Error("joining changed the pack it started from")
	}
}

func TestACompanionOnlyForSome(t *testing.T) {
	base := harbour(t)
	withCustoms(base)
	base[manifestFile] = strings.Replace(base[manifestFile], "{pack: customs}", `{pack: customs, where: {country: '"AAA"'}}`, 1)
	p, err := Join(parsed(t, base), parsed(t, customs(nil)))
	must(t, err)
	for country, want := range map[string]int{"AAA": 1, "BBB": 0} {
		d := p.Protocol.Decide(healthyAtTheHarbour(t, value.Facts{"plague": value.Of(true), "country": value.Text(country)}))
		if got := d.Codes(decision.Hold); len(got) != want {
			t.Errorf("of %s: held for %v", country, got)
		}
	}
}

func TestWhatCannotBeJoinedIsNamed(t *testing.T) {
	for _, c := range []struct {
		name, old, now, want string
	}{
		{"a fact that is another thing", "{name: plague, type: bool, from: \"obs:plague\"", "{name: cxr, type: bool, from: \"obs:plague\"", "customs/pack.yaml: facts.cxr"},
		{"another day", "from: case.exam_date", "from: case.departure", "date_basis"},
	} {
		f := customs(func(f Files) {
			f[manifestFile] = strings.Replace(f[manifestFile], c.old, c.now, 1)
			if strings.Contains(c.now, "cxr") {
				f["tables/holds.csv"] = strings.Replace(f["tables/holds.csv"], "plague,", "cxr,", 1)
			}
		})
		_, err := Join(parsed(t, harbour(t)), parsed(t, f))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	twice := customs(func(f Files) { f["tables/holds.csv"] = strings.Replace(f["tables/holds.csv"], "C-1,", "H-S1,", 1) })
	if _, err := Join(parsed(t, harbour(t)), parsed(t, twice)); err == nil || !strings.Contains(err.Error(), "row H-S1 is already in") {
		t.Errorf("a row of the same name: %v", err)
	}
}

// Nobody is decided by half of the rules; what was decided is explained from the
// versions that did it, also after one was stopped.
func TestADestinationStandsWhole(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		id, _ := d.imported(t, withCustoms)
		d.activated(t, id, "2020-01-01")
		whole := func() (p *Pack, err error) {
			must(t, d.db.Read(t.Context(), func(tx *db.Tx) error { p, err = d.Whole(tx, "harbour", day(t, "2026-06-01")); return nil }))
			return p, err
		}
		_, err := whole()
		refused(t, err, fault.Unavailable, "packs.error.not_active")
		other, err := d.Import(officer(t, 3), customs(nil))
		must(t, err)
		d.activated(t, other, "2020-01-01")
		p, err := whole()
		must(t, err)
		if again, _ := whole(); again != p {
			t.Error("joined anew at each look")
		}
		// A new version of either is tried on the destination as it would be.
		next := parsed(t, customs(func(f Files) { f[manifestFile] = strings.Replace(f[manifestFile], `"1.0"`, `"1.1"`, 1) }))
		for _, q := range []*Pack{next, parsed(t, func() Files { f := harbour(t); withCustoms(f); return f }())} {
			var trial []*Pack
			must(t, d.db.Read(t.Context(), func(tx *db.Tx) (err error) { trial, err = d.Trial(tx, q, day(t, "2026-06-01")); return err }))
			if len(trial) != 1 || trial[0].ID != "harbour" || !slices.Contains(trial[0].Parts, q.part()) {
				t.Errorf("%s %s is tried as %v", q.ID, q.Version, trial)
			}
		}
		in := healthyAtTheHarbour(t, value.Facts{"plague": value.Of(true)})
		rec := p.NewRecord(in, p.Protocol.Decide(in))
		if len(rec.Parts) != 2 || rec.Parts[1].Pack != "customs" || rec.Hash == rec.Parts[0].Hash {
			t.Errorf("the record names %v as %s", rec.Parts, rec.Hash)
		}
		for n := byte(1); n <= 2; n++ {
			must(t, d.Stop(officer(t, n), other, db.NewID(), nil, "found a mistake"))
		}
		_, err = whole()
		refused(t, err, fault.Unavailable, "packs.error.stopped")
		d.cache.Clear()
		var x Explanation
		must(t, d.db.Read(t.Context(), func(tx *db.Tx) (err error) { x, err = d.ExplainRecord(tx, rec, "en"); return err }))
		if !slices.ContainsFunc(x.Outcomes, func(o ExplainedOutcome) bool {
			return o.Code == "PLAGUE" && o.Because[0].Sentence == "Plague is held." && o.Because[0].Sources[0].Title == "Rules of the customs"
		}) {
			t.Errorf("explained as %+v", x.Outcomes)
		}
	})
}
