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

// apart are the packs of surveillance and of the border.
func apart(t *testing.T) []*pack.Pack {
	t.Helper()
	var ps []*pack.Pack
	for _, p := range rules(t) {
		if p.Apart() && p.Kind != pack.Care && p.Kind != pack.Travel && p.Kind != pack.Medicines {
			ps = append(ps, p)
		}
	}
	if len(ps) == 0 {
		t.Fatal("no packs of surveillance or of the border")
	}
	return ps
}

// One vocabulary: an area reads a fact once, by its name, whichever definition asks
// for it, and shows one question for it.
func TestAFactIsOneThingInAllPacksOfHealthSecurity(t *testing.T) {
	type meaning struct{ pack, text string }
	facts, words := map[string]meaning{}, map[string]meaning{}
	same := func(seen map[string]meaning, p *pack.Pack, key, text string) {
		if m, ok := seen[key]; ok && m.text != text {
			t.Errorf("%s is %s in %s and %s in %s", key, m.text, m.pack, text, p.ID)
		}
		seen[key] = meaning{p.ID, text}
	}
	for _, p := range apart(t) {
		for _, f := range p.Facts {
			same(facts, p, f.Name, fmt.Sprint(f.Type, f.Values, f.Unit, f.From, f.Derive, f.Sensitivity))
			for _, lang := range pack.Languages {
				if f.Asked() {
					same(words, p, lang+" "+f.QuestionKey(), p.FactWord(lang, f.Name))
				}
			}
		}
	}
}

// A class is one of five words in every case definition, and the order in which
// they count is one: an explicit negative beats probable and suspected and never
// confirmed. Categories of an exposure and of a cluster have scales of their own.
func TestCaseDefinitionsShareOneScale(t *testing.T) {
	own := map[string]bool{"case-rabies-exposure": true, "case-unexplained-cluster": true}
	scale := strings.Fields("CONFIRMED NOT_A_CASE COMPATIBLE PROBABLE SUSPECTED")
	found := 0
	for _, p := range apart(t) {
		if p.Kind != pack.CaseDefinition {
			continue
		}
		found++
		if !strings.HasPrefix(p.ID, "case-") || p.DateBasis != "report_date" {
			t.Errorf("%s: a case definition is case-DISEASE, read on report_date, not %s", p.ID, p.DateBasis)
		}
		tables := 0
		for _, table := range p.Tables {
			if len(table.Order) == 0 {
				continue
			}
			tables++
			at := 0
			for _, code := range table.Order {
				for at < len(scale) && scale[at] != code {
					at++
				}
				if at == len(scale) && !own[p.ID] {
					t.Errorf("%s: %v is not in the order of %v", p.ID, table.Order, scale)
				}
			}
		}
		if tables != 1 {
			t.Errorf("%s has %d scales, want one", p.ID, tables)
		}
	}
	if found < 20 {
		t.Errorf("%d case definitions", found)
	}
}

// Safety invariant (issue of health security): a vaccine or antibody of the Zaire
// virus is never offered to, nor credited for, anybody whose virus is another or not
// known, whatever else is known of the person.
func TestTheZaireVaccineIsForTheZaireVirusOnly(t *testing.T) {
	p := load(t, "countermeasures")
	on := calendar.DayOf(2026, 6, 10)
	agent, _ := p.Fact("agent")
	role, _ := p.Fact("role")
	vaccine, _ := p.Fact("vaccine_received")
	zaire := []string{"ERVEBO", "ZABDENO_MVABEA", "INMAZEB", "EBANGA"}
	offered := 0
	texts := func(f pack.Fact) []value.Value {
		vs := []value.Value{value.NotKnown(), value.RefusedAnswer()}
		for _, v := range f.Values {
			vs = append(vs, value.Text(v))
		}
		return vs
	}
	for _, a := range texts(agent) {
		for _, r := range texts(role) {
			for _, v := range texts(vaccine) {
				d := p.Protocol.Decide(decision.Input{On: on, Facts: decision.FactsOf(value.Facts{"as_of": value.Day(int(on)), "agent": a, "role": r,
					"vaccine_received": v, "exposure_last_date": value.Day(int(on) - 4)}, on)})
				for _, o := range d.Outcomes {
					given := o.State == decision.Definite && (o.Kind == decision.Offer && slices.Contains(zaire, o.Code) || o.Kind == decision.Flag && o.Code == "VACCINE_COUNTS")
					if !given {
						continue
					}
					offered++
					if !a.Equal(value.Text("EBOV")) {
						t.Fatalf("%s %s for virus %s, role %s, vaccine %s", o.Kind, o.Code, a, r, v)
					}
				}
			}
		}
	}
	if offered == 0 {
		t.Fatal("nothing was ever offered: the test shows nothing")
	}
}

// The mortality of a site by its three methods, as printed (worked cases MO-1, MO-2).
func TestMortalityRatesAreThoseOfTheWorkedCases(t *testing.T) {
	p := load(t, "mortality")
	on := calendar.DayOf(2026, 6, 10)
	for _, c := range []struct {
		name, fact string
		facts      value.Facts
		want       float64
	}{
		{"MO-1a", "cmr_mid_period", value.Facts{"mortality_method": value.Text("mid_period"), "deaths": value.Number(14), "pop_start": value.Number(16200), "pop_end": value.Number(16200), "period_days": value.Number(7)}, 1.23},
		{"MO-1b", "u5mr", value.Facts{"deaths_u5": value.Number(5), "pop_u5": value.Number(2916), "period_days": value.Number(7)}, 2.45},
		{"MO-1c", "cmr_survey", value.Facts{"mortality_method": value.Text("survey"), "deaths": value.Number(32), "survey_living": value.Number(4210), "survey_births": value.Number(61), "period_days": value.Number(90)}, 0.85},
		{"MO-2a", "cmr_person_days", value.Facts{"mortality_method": value.Text("person_days"), "deaths": value.Number(9), "person_days": value.Number(74200)}, 1.21},
		{"MO-2a, mid-period", "cmr_mid_period", value.Facts{"mortality_method": value.Text("mid_period"), "deaths": value.Number(9), "pop_start": value.Number(10000), "pop_end": value.Number(10600), "period_days": value.Number(7)}, 1.25},
	} {
		d := p.Protocol.Decide(decision.Input{On: on, Facts: decision.FactsOf(c.facts, on)})
		got, ok := d.Used[c.fact].Float()
		if !ok || math.Abs(got-c.want) > 0.005 {
			t.Errorf("%s: %s %v, want %.2f", c.name, c.fact, got, c.want)
		}
	}
}

// What a point reports, as published for DRC 1 to 14 April 2019 (worked case POE-2),
// and a chlorine solution by the strength of its product.
func TestRatesOfAPointAndOfASolution(t *testing.T) {
	on := calendar.DayOf(2026, 6, 10)
	used := func(name string, facts value.Facts) map[string]value.Value {
		p := load(t, name)
		d := p.Protocol.Decide(decision.Input{On: on, Facts: decision.FactsOf(facts, on)})
		return d.Used
	}
	day := used("poe-daily", value.Facts{"screened": value.Number(3101600), "alerts_new": value.Number(79), "alerts_validated": value.Number(32), "confirmed_cases": value.Number(1)})
	solution := used("hygiene-station", value.Facts{"chlorine_target_ppm": value.Number(500), "product_strength": value.Number(0.7)})
	for _, c := range []struct {
		name string
		got  value.Value
		want float64
	}{{"alerts per 100,000", day["alerts_per_100k"], 2.547}, {"validated, percent", day["validated_percent"], 40.506}, {"confirmed, percent", day["confirmed_percent"], 3.125},
		{"grams per litre", solution["grams_per_litre"], 0.714}} {
		if f, ok := c.got.Float(); !ok || math.Abs(f-c.want) > 0.001 {
			t.Errorf("%s: %v, want %v", c.name, f, c.want)
		}
	}
}

// A form of these packs gives facts that its pack can read: the type, the unit and
// every choice.
func TestFormsOfHealthSecurityGiveFactsThatThePackReads(t *testing.T) {
	given := 0
	for _, p := range apart(t) {
		for name := range p.Forms {
			f, ok := p.Form(name)
			if !ok {
				t.Fatalf("%s: form %s", p.ID, name)
			}
			for i := range f.Rows {
				q := &f.Rows[i]
				fact, ok := p.Fact(q.Fact)
				if !q.Asked() || !ok {
					continue
				}
				given++
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
	}
	if given < 60 {
		t.Errorf("only %d questions give facts", given)
	}
}

// The desk reads the list of clocks and the tables decide with hours of their own: an
// officer who reads one would act against the other where they differ.
func TestTheClocksOfTheDeskAndOfTheTablesAreTheSame(t *testing.T) {
	p := load(t, "event-response")
	on := calendar.DayOf(2026, 6, 10)
	decide := func(facts value.Facts) decision.Decision {
		return p.Protocol.Decide(decision.Input{On: on, Unasked: true, Facts: decision.FactsOf(facts, on)})
	}
	l, ok := p.List("clocks")
	if !ok {
		t.Fatal("no list of clocks")
	}
	hours := map[string]int{}
	for _, m := range l.Members {
		n, err := strconv.Atoi(m.Value)
		if err != nil || n <= 0 {
			t.Errorf("clock %s has %q hours", m.Code, m.Value)
		}
		hours[m.Code] = n
	}
	for clock, row := range map[string]struct{ state, form, late string }{"triage": {"detected", "TRIAGE", "OVERDUE_TRIAGE"},
		"verify": {"triaged", "VERIFICATION", "OVERDUE_VERIFICATION"}, "assess": {"verified", "RISK_ASSESSMENT", "OVERDUE_ASSESSMENT"}} {
		for over, want := range map[int]bool{0: false, 1: true} {
			d := decide(value.Facts{"event_state": value.Text(row.state), "hours_in_state": value.Number(float64(hours[clock] + over))})
			if o, ok := d.Outcome(decision.Form, row.form); !ok || o.Args["hours"] != strconv.Itoa(hours[clock]) {
				t.Errorf("%s: the list says %d hours, the table %v", clock, hours[clock], o.Args)
			}
			if o, late := d.Outcome(decision.Flag, row.late); (late && o.State == decision.Definite) != want {
				t.Errorf("%s, %d hours over: overdue %t, want %t", clock, over, late, want)
			}
		}
	}
	for clock, row := range map[string]struct{ from, to, met string }{"seven_detect": {"emergence_date", "detection_date", "DETECT_MET"},
		"seven_notify": {"detection_date", "notification_date", "NOTIFY_MET"}} {
		for over, want := range map[int]bool{0: true, 1: false} {
			d := decide(value.Facts{row.from: on.Date().Value(), row.to: (on + calendar.Day(hours[clock]/24+over)).Date().Value()})
			if o, met := d.Outcome(decision.Flag, row.met); (met && o.State == decision.Definite) != want {
				t.Errorf("%s, %d days over: met %t, want %t", clock, over, met, want)
			}
		}
	}
	if hours["seven_respond"] != 7*24 { // ER-75: [..7] days
		t.Errorf("a response is complete within %d hours", hours["seven_respond"])
	}
}

// Every sign that can be told answers a fact with yes that makes a signal, and every
// definition can be told.
func TestEverySignThatCanBeToldIsADefinition(t *testing.T) {
	p := load(t, "community-signals")
	on := calendar.DayOf(2026, 6, 10)
	l, ok := p.List("signs")
	if !ok {
		t.Fatal("no list of signs")
	}
	told := map[string]bool{}
	for _, m := range l.Members {
		told[m.Value] = true
		d := p.Protocol.Decide(decision.Input{On: on, Unasked: true, Facts: decision.FactsOf(value.Facts{m.Value: value.Of(true)}, on)})
		if o, ok := d.Outcome(decision.Form, "VERIFICATION"); !ok || o.State != decision.Definite {
			t.Errorf("sign %s (%s) makes no signal that is verified", m.Code, m.Value)
		}
	}
	for _, f := range p.Facts {
		if strings.HasPrefix(f.Name, "lay_") && !told[f.Name] {
			t.Errorf("nobody can tell %s", f.Name)
		}
	}
}

// Whoever writes an area finds every fact in the guide, with where it comes from.
func TestTheGuideHasEveryFactOfHealthSecurity(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(testkit.Root(t), "docs", "health-security-packs.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range apart(t) {
		if !strings.HasPrefix(p.ID, "case-") && !strings.Contains(string(text), "`"+p.ID+"`") {
			t.Errorf("the guide does not name pack %s", p.ID)
		}
		for _, f := range p.Facts {
			line := "| `" + f.Name + "` | " + f.Type + " |"
			if !strings.Contains(string(text), line) {
				t.Errorf("%s: the guide has no line for fact %s of type %s", p.ID, f.Name, f.Type)
			}
			if f.From != "" && !strings.Contains(string(text), "`"+f.From+"`") {
				t.Errorf("%s: the guide does not say that %s comes from %s", p.ID, f.Name, f.From)
			}
		}
	}
}
