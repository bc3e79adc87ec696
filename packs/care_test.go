package packs

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/testkit"
)

// care are the packs of care along the route.
func care(t *testing.T) []*pack.Pack {
	t.Helper()
	var ps []*pack.Pack
	for _, p := range rules(t) {
		if p.Kind == pack.Care {
			ps = append(ps, p)
		}
	}
	if len(ps) == 0 {
		t.Fatal("no packs of care")
	}
	return ps
}

// One vocabulary: what a nurse wrote down once is read by every pack of care, so a
// name is one thing in all of them, asked in one way.
func TestAFactIsOneThingInAllPacksOfCare(t *testing.T) {
	type meaning struct{ pack, text string }
	facts, words := map[string]meaning{}, map[string]meaning{}
	same := func(seen map[string]meaning, p *pack.Pack, key, text string) {
		if m, ok := seen[key]; ok && m.text != text {
			t.Errorf("%s is %s in %s and %s in %s", key, m.text, m.pack, text, p.ID)
		}
		seen[key] = meaning{p.ID, text}
	}
	for _, p := range care(t) {
		for _, f := range p.Facts {
			age := "keeps"
			if f.LongestAge != nil {
				age = strconv.Itoa(*f.LongestAge)
			}
			same(facts, p, f.Name, fmt.Sprint(f.Type, f.Values, f.Unit, f.From, f.Derive, f.Sensitivity, age))
			for _, lang := range pack.Languages {
				if f.Asked() {
					same(words, p, lang+" "+f.QuestionKey(), p.FactWord(lang, f.Name))
				}
			}
		}
	}
}

// A form of care gives facts that its pack can read: the type, the unit and every
// choice. Whatever is observed of the person can be written down on one of them.
func TestFormsOfCareGiveFactsThatThePackReads(t *testing.T) {
	for _, p := range care(t) {
		given := map[string]bool{}
		for name := range p.Forms {
			f, ok := p.Form(name)
			if !ok {
				t.Fatalf("%s: form %s", p.ID, name)
			}
			for i := range f.Rows {
				q := &f.Rows[i]
				fact, ok := p.Fact(q.Fact)
				if !q.Asked() {
					continue
				}
				if !ok {
					t.Errorf("%s: question %s of %s gives no fact of the pack", p.ID, q.Name, name)
					continue
				}
				given[fact.Name] = true
				if q.Bool() != (fact.Type == "bool") || (q.Type == form.SelectOne) != (fact.Type == "code" || fact.Type == "bool") || q.Unit != fact.Unit {
					t.Errorf("%s: question %s of %s does not fit fact %s of type %s", p.ID, q.Name, name, fact.Name, fact.Type)
				}
				for _, c := range q.Choices {
					if fact.Type == "code" && !slices.Contains(fact.Values, c.Name) {
						t.Errorf("%s: %s can answer %s, which %s cannot be", p.ID, q.Name, c.Name, fact.Name)
					}
				}
			}
		}
		for _, f := range p.Facts {
			if strings.HasPrefix(f.From, "obs:") && !given[f.Name] {
				t.Errorf("%s: no form asks for %s", p.ID, f.Name)
			}
		}
	}
}

// Whoever writes the area of care finds every fact in the guide, with where it
// comes from.
func TestTheGuideHasEveryFactOfCare(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(testkit.Root(t), "docs", "care-packs.md"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	for _, p := range care(t) {
		if !strings.Contains(text, "`"+p.ID+"`") {
			t.Errorf("the guide does not name pack %s", p.ID)
		}
		for _, f := range p.Facts {
			if line := "| `" + f.Name + "` | " + f.Type + " |"; !strings.Contains(text, line) {
				t.Errorf("%s: the guide has no line for fact %s of type %s", p.ID, f.Name, f.Type)
			}
			if f.From != "" && !strings.Contains(text, "`"+f.From+"`") {
				t.Errorf("%s: the guide does not say that %s comes from %s", p.ID, f.Name, f.From)
			}
		}
	}
}

// A schedule and the table that calls a visit due say the same, on both sides of
// each end of the window: one read by a recall list, the other on the page.
func TestAScheduleAndItsTableCallTheSameDaysDue(t *testing.T) {
	birth := calendar.DayOf(2026, 3, 1)
	for _, c := range []struct {
		pack, schedule string
		facts          func(v pack.Visit, day int) value.Facts
	}{
		{"anc", "contacts", func(v pack.Visit, day int) value.Facts {
			return value.Facts{"ended": value.Of(false), "dating_basis": value.Text("lmp"), "lmp": value.Day(int(birth)),
				strings.ToLower(strings.TrimPrefix(v.Code, "ANC_")) + "_done": value.Of(false)}
		}},
		{"pnc", "contacts", func(v pack.Visit, day int) value.Facts {
			return value.Facts{"pnc_stopped": value.Of(false), "birth_date": value.Day(int(birth)), "hours_since_birth": value.Number(float64(day * 24)),
				"pnc_" + strings.TrimPrefix(v.Code, "PNC_CONTACT_") + "_done": value.Of(false)}
		}},
	} {
		p := load(t, c.pack)
		s, ok := p.Schedule(c.schedule)
		if !ok {
			t.Fatalf("%s has no schedule %s", c.pack, c.schedule)
		}
		for _, v := range s.Visits {
			from, to := v.From, v.To
			if v.Hours {
				from, to = v.From/24, v.To/24
			}
			for _, day := range []int{from - 1, from, to, to + 1} {
				if day < 0 {
					continue
				}
				on := birth + calendar.Day(day)
				facts := c.facts(v, day)
				facts["visit_date"] = value.Day(int(on))
				d := p.Protocol.Decide(decision.Input{On: on, Facts: decision.FactsOf(facts, on)})
				if got, want := slices.Contains(d.Codes(decision.Form), v.Code), day >= from && day <= to; got != want {
					t.Errorf("%s: %s on day %d: due %v in the table, %v in the schedule", c.pack, v.Code, day, got, want)
				}
			}
		}
	}
}

// The rates of the reference's worked cases, to the digit they are printed with.
func TestIndicatorsOfCareAreThoseOfTheWorkedCases(t *testing.T) {
	p := load(t, "care-indicators")
	on := calendar.DayOf(2026, 6, 30)
	n := value.Number
	for _, c := range []struct {
		fact  string
		want  float64
		facts value.Facts
	}{
		{"utilisation", 2.0, value.Facts{"new_consultations": n(4000), "population": n(24000), "period_months": n(1)}},
		{"workload", 45.5, value.Facts{"consultations": n(3000), "clinicians": n(3), "working_days": n(22)}},
		{"recovered_sphere", 80.0, value.Facts{"nut_recovered": n(80), "nut_died": n(5), "nut_defaulted": n(10), "nut_nonresponse": n(5)}},
		{"recovered_wfp", 66.7, value.Facts{"nut_recovered": n(80), "nut_died": n(5), "nut_defaulted": n(10), "nut_nonresponse": n(5), "nut_transferred": n(20)}},
		{"gam_percent", 13.0, value.Facts{"nut_measured": n(900), "nut_wasted": n(117)}},
		{"dot_percent", 90.0, value.Facts{"dot_due": n(60), "dot_observed": n(50), "dot_video": n(4)}},
		{"htn_controlled_percent", 45.0, value.Facts{"htn_registered": n(100), "htn_controlled": n(45)}},
		{"htn_not_seen_percent", 15.0, value.Facts{"htn_registered": n(100), "htn_not_seen": n(15)}},
		{"pep_unhcr", 50.0, value.Facts{"survivors": n(10), "pep_given": n(5)}},
		{"pep_of_eligible", 100.0, value.Facts{"pep_eligible": n(5), "pep_given": n(5)}},
	} {
		c.facts["period_end"] = value.Day(int(on))
		d := p.Protocol.Decide(decision.Input{On: on, Facts: decision.FactsOf(c.facts, on)})
		if got, ok := d.Used[c.fact].Float(); !ok || math.Abs(got-c.want) > 0.05 {
			t.Errorf("%s: %v, want %.1f", c.fact, d.Used[c.fact], c.want)
		}
	}
	none := p.Protocol.Decide(decision.Input{On: on, Facts: decision.FactsOf(value.Facts{"period_end": value.Day(int(on)), "consultations": n(40), "clinicians": n(0), "working_days": n(22)}, on)})
	if rate, ok := none.Used["workload"].Float(); ok {
		t.Errorf("nobody worked, and the rate is %v", rate)
	}
}

// Safety invariant: a woman with malaria gets a treatment in every week of a
// pregnancy, also where the week is not known; and nobody of an age to be pregnant
// gets one before pregnancy is answered that day.
func TestMalariaIsTreatedInEveryWeekOfAPregnancy(t *testing.T) {
	p := load(t, "phc-malaria")
	on := calendar.DayOf(2026, 6, 1)
	treated := func(pregnant value.Value, week value.Value) []string {
		d := p.Protocol.Decide(decision.Input{On: on, Facts: decision.FactsOf(value.Facts{"visit_date": value.Day(int(on)), "dob": value.Day(int(calendar.DayOf(2000, 1, 1))),
			"sex": value.Text("female"), "malaria_test": value.Text("positive"), "malaria_severe": value.Of(false), "allergy_al": value.Of(false),
			"weight": value.Number(55), "pregnancy_today": pregnant, "gestation_told": week}, on)})
		return d.Codes(decision.Treat)
	}
	weeks := []value.Value{value.NotKnown(), value.RefusedAnswer()}
	for w := range 43 {
		weeks = append(weeks, value.Number(float64(w)))
	}
	for _, w := range weeks {
		if got := treated(value.Of(true), w); !slices.Equal(got, []string{"ARTEMETHER_LUMEFANTRINE"}) {
			t.Errorf("pregnant, week %v: %v", w, got)
		}
		if got := treated(value.NotKnown(), w); len(got) > 0 {
			t.Errorf("pregnancy not answered, week %v: %v", w, got)
		}
	}
}
