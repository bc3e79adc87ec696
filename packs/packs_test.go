package packs

import (
	"bytes"
	"context"
	"io/fs"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/testkit"
)

// today is the day the packs are checked on: fixed, so that a list that expires
// does not break a build nobody touched. Its date moves when a pack is revised.
var today = calendar.DayOf(2026, 11, 22)

// shared are the packs for which worked cases lie in the shared test data.
var shared = []string{"us-immigrant", "uk-tb", "canada-ime", "australia-ime"}

// read keeps packs that a test has read: they do not change, and every test reads
// most of them.
var read sync.Map

func load(t *testing.T, name string) *pack.Pack {
	t.Helper()
	if p, ok := read.Load(name); ok {
		return p.(*pack.Pack)
	}
	p, err := pack.Load(Builtin(), name)
	if err != nil {
		t.Fatal(err)
	}
	read.Store(name, p)
	return p
}

// rules are the packs that decide something; assessment-forms only lends forms.
func rules(t *testing.T) []*pack.Pack {
	t.Helper()
	var ps []*pack.Pack
	for _, name := range Names() {
		if p := load(t, name); p.Kind != "forms" {
			ps = append(ps, p)
		}
	}
	return ps
}

func TestEveryPackLoadsAndTheLinterHasNoError(t *testing.T) {
	for _, name := range Names() {
		p := load(t, name)
		if p.ID != name {
			t.Errorf("folder %s holds pack %s", name, p.ID)
		}
		if p.Status != pack.Review {
			t.Errorf("%s ships as %s; only officers activate a pack", name, p.Status)
		}
		if p.Kind == "forms" {
			continue
		}
		for _, f := range p.Lint(today) {
			if f.Severity == pack.Error {
				t.Errorf("%s: %s", name, f)
			} else {
				t.Logf("%s: %s", name, f)
			}
		}
	}
}

func TestEveryPackPassesItsOwnCases(t *testing.T) {
	for _, p := range rules(t) {
		var out bytes.Buffer
		rep := p.TestOwn()
		rep.Print(&out)
		if !rep.OK() {
			t.Errorf("%s:\n%s", p.ID, out.String())
		}
		t.Logf("%s: %d own cases", p.ID, rep.Passed)
	}
}

func TestSharedCases(t *testing.T) {
	for _, name := range shared {
		f, err := os.Open(testkit.Data(t, "assessment/"+name+".jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		rep, err := load(t, name).Test(f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		if !rep.OK() {
			var out bytes.Buffer
			rep.Print(&out)
			t.Errorf("%s:\n%s", name, out.String())
		}
	}
}

// A form without words in one of the four languages, or one that a service names
// and nobody wrote, would be found at a station.
func TestFormsAreWholeInEveryLanguage(t *testing.T) {
	forms, err := fs.Glob(Builtin(), "*/forms/*.csv")
	if err != nil || len(forms) == 0 {
		t.Fatalf("no forms: %v", err)
	}
	for _, path := range forms {
		text, err := fs.ReadFile(Builtin(), path)
		if err != nil {
			t.Fatal(err)
		}
		f, err := form.Parse(string(text))
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		for _, lang := range pack.Languages {
			if missing := f.Untranslated(lang); len(missing) > 0 {
				t.Errorf("%s: no %s words for %s", path, lang, strings.Join(missing, ", "))
			}
		}
	}
}

// The cases are only as good as what they would notice: drop a row or move a
// limit by one and some case must fail (design, section 5). What survives is
// printed; the reference names the kinds that no case can catch, such as a rule
// for children under 15 whose test every adult has anyway.
// A result that has to be treated is not merely told: the talk about it ends with
// the way to care.
func TestLeprosyAsksForCare(t *testing.T) {
	text, err := fs.ReadFile(Builtin(), "assessment-forms/forms/hansen-result.csv")
	if err != nil {
		t.Fatal(err)
	}
	f, err := form.Parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	for answer, want := range map[string]bool{"none": false, "paucibacillary": true, "multibacillary": true} {
		got := f.Check(map[string][]string{"seen_on": {"2026-11-20"}, "specialist": {"Dr Okello"}, "hansen": {answer}, "hansen_days": {"3"}, "specialist_opinion": {"seen"}}, nil, today)
		if !got.OK() || got.Care != want {
			t.Errorf("%s: care %v, want %v; %v", answer, got.Care, want, got.Errors)
		}
	}
}

func TestCasesNoticeBrokenRules(t *testing.T) {
	caught, all := 0, 0
	for _, p := range rules(t) {
		m, err := p.Mutate(context.Background(), nil)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		m.Print(&out)
		t.Logf("%s: %s", p.ID, out.String())
		if m.Score() < 95 {
			t.Errorf("%s: %.1f %% of mutants caught, want 95", p.ID, m.Score())
		}
		caught, all = caught+m.Caught, all+m.Caught+len(m.Survivors)
	}
	t.Logf("all packs: %d of %d mutants caught", caught, all)
}

// Making a fact unknown may turn an outcome into a question and never into
// another definite outcome (design, section 5).
func TestTheUnknownIsNeverANo(t *testing.T) {
	n := 60
	if testing.Short() {
		n = 10
	}
	for _, p := range rules(t) {
		if err := decision.CheckUnknowns(p.Protocol, 20261122, n); err != nil {
			t.Error(err)
		}
	}
}

// Safety invariant (design, section 9): a stay in a Loa loa area, or a residence
// history that is not known to be complete, never yields ivermectin, whatever
// else is known of the person.
func TestNoIvermectinWithoutAKnownJourney(t *testing.T) {
	p := load(t, "us-refugee-presumptive")
	loa, ok := p.List("loa_loa")
	if !ok || len(loa.Members) == 0 {
		t.Fatal("no list of Loa loa areas")
	}
	rng := rand.New(rand.NewPCG(1, 2))
	elsewhere := []string{"KEN", "TZA", "THA", "PER", "JOR"}
	offered := 0
	for i := range 3000 {
		on := calendar.DayOf(2024, 1, 1) + calendar.Day(rng.IntN(900))
		j := &decision.Journey{Complete: rng.IntN(2) == 0}
		loaStay := false
		for range rng.IntN(4) {
			place := elsewhere[rng.IntN(len(elsewhere))]
			if rng.IntN(4) == 0 {
				place, loaStay = loa.Members[rng.IntN(len(loa.Members))].Code, true
			}
			from := on - calendar.Day(1+rng.IntN(9000))
			j.Stays = append(j.Stays, decision.Stay{Place: place, Span: calendar.Span{From: from.Date(), To: (from + calendar.Day(rng.IntN(400))).Date()}})
		}
		if rng.IntN(10) == 0 {
			j = nil
		}
		in := decision.Input{On: on, Journey: j, Facts: decision.FactsOf(value.Facts{
			"exam_date": value.Day(int(on)), "dob": value.Day(int(on) - 365*(5+rng.IntN(60))),
			"region":   value.Text([]string{"sub_saharan_africa", "asia_both", "middle_east", "latin_america"}[rng.IntN(4)]),
			"pregnant": value.Of(false), "gestation_weeks": value.Number(0), "weight": value.Number(float64(15 + rng.IntN(70))),
			"breastfed_infant_days": value.Number(9999), "neurocysticercosis": value.Of(false), "allergy_al": value.Of(false),
		}, on)}
		d := p.Protocol.Decide(in)
		for _, o := range d.Outcomes {
			given := o.Kind == decision.Offer || o.Kind == decision.Treat || o.Kind == decision.Require
			if !given || o.Code != "IVERMECTIN" || o.State != decision.Definite {
				continue
			}
			offered++
			if j == nil || !j.Complete || loaStay {
				t.Fatalf("person %d: ivermectin with journey %+v", i, j)
			}
		}
	}
	if offered == 0 {
		t.Fatal("ivermectin was never offered: the test shows nothing")
	}
}

// Safety invariant (design, section 9): nobody who could be pregnant is imaged,
// given a live vaccine or a listed drug before pregnancy is answered that day.
// Every combination of what a station may know is tried.
func TestNobodyIsTouchedBeforePregnancyIsAnswered(t *testing.T) {
	p := load(t, "station-safety")
	on := calendar.DayOf(2026, 6, 1)
	unknown, refused := value.NotKnown(), value.RefusedAnswer()
	sexes := []value.Value{unknown, refused, value.Text("female"), value.Text("other"), value.Text("unknown"), value.Text("male")}
	kinds := map[string]value.Value{"imaging": value.List(), "live_vaccine": value.List(), "drug": value.Texts("P02CA03")}
	answers := []value.Value{unknown, refused, value.Of(true), value.Of(false)}
	periods := []value.Value{unknown, refused, value.Text("known"), value.Text("cannot_say"), value.Text("not_started")}
	cleared := 0
	for kind, drug := range kinds {
		for years := -1; years <= 60; years++ {
			for _, sex := range sexes {
				for _, pregnant := range answers {
					for _, period := range periods {
						for _, asked := range []calendar.Day{on, on - 1} {
							facts := decision.FactsOf(value.Facts{"service_date": value.Day(int(on)), "service_kind": value.Text(kind), "drug": drug, "sex": sex}, on)
							if years >= 0 {
								facts["dob"] = decision.Fact{Value: value.Day(int(on.AddMonths(-12*years, calendar.ClampToMonthEnd))), AsOf: on.Date()}
							}
							for name, v := range map[string]value.Value{"pregnant": pregnant, "periods": period, "lmp": value.Day(int(on) - 9), "choice": unknown} {
								facts[name] = decision.Fact{Value: v, AsOf: asked.Date()}
							}
							d := p.Protocol.Decide(decision.Input{On: on, Facts: facts})
							if len(d.Codes(decision.Clear)) == 0 {
								continue
							}
							cleared++
							s, _ := sex.Str()
							could := s != "male" && (years < 0 || years >= 10 && years <= 55)
							if today := asked == on && pregnant.Equal(value.Of(false)); could && !today {
								t.Fatalf("%s cleared: sex %s, %d years, pregnant %s, asked %s", kind, sex, years, pregnant, asked)
							}
							if pregnant.Equal(value.Of(true)) && asked == on {
								t.Fatalf("%s cleared in pregnancy without her choice: sex %s, %d years", kind, sex, years)
							}
						}
					}
				}
			}
		}
	}
	if cleared == 0 {
		t.Fatal("nothing was ever cleared: the test shows nothing")
	}
}
