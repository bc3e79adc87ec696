package packs

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// joined is a destination with its companions, as a case is decided.
func joined(t *testing.T, name string) *pack.Pack {
	t.Helper()
	base := load(t, name)
	var companions []*pack.Pack
	for _, w := range base.With {
		companions = append(companions, load(t, w.Pack))
	}
	p, err := pack.Join(base, companions...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestEveryDestinationJoinsItsCompanions(t *testing.T) {
	used := map[string]bool{}
	for _, p := range rules(t) {
		if p.Kind != "destination" {
			continue
		}
		j := joined(t, p.ID)
		for _, part := range j.Parts {
			used[part.Pack] = true
		}
		for _, s := range j.Services {
			if _, ok := j.FormOf(s); s.Form != "" && !ok {
				t.Errorf("%s: service %s has no form %s", p.ID, s.Code, s.Form)
			}
		}
		for _, f := range j.Facts {
			if strings.HasPrefix(f.From, "base:") {
				t.Errorf("%s: %s stands for an outcome and is still asked", p.ID, f.Name)
			}
		}
		for _, lang := range []string{"en", "fr", "es", "ar"} {
			for _, f := range j.Facts {
				if _, ok := j.Word(lang, f.QuestionKey()); f.Asked() && !ok {
					t.Errorf("%s: no question for %s in %s", p.ID, f.Name, lang)
				}
			}
		}
	}
	for _, p := range rules(t) {
		if !used[p.ID] && p.Kind != "destination" && p.Kind != "safety" && !p.Apart() {
			t.Errorf("%s: no destination reads it", p.ID)
		}
	}
}

// healthy are the facts of an adult in whom nothing was found, and of whom
// everything was asked; the destination's own X-ray is normal.
func healthy() map[string]string {
	return map[string]string{"exam_date": "2026-06-01", "dob": "1990-01-01", "sex": "male", "programme": "immigrant", "flu_season": "false",
		"exam_country": "KEN", "symptoms": "false", "hiv": "false", "contact": "false", "sti_suspect": "false", "cxr": "normal",
		"igra": "not_done", "smear": "not_done", "culture": "not_done", "tb_dx": "none", "dot_done": "false",
		"syphilis": "none", "gonorrhea": "none", "hansen": "none", "quarantinable": "false", "vaccine_missing": "false",
		"substance_info": "true", "substance_criteria": "0", "disorder": "false", "hansen_suspect": "false", "tb_history": "false",
		"vax_dtp": "true", "vax_td": "true", "vax_polio": "true", "vax_mmr": "true", "vax_rotavirus": "true", "vax_hib": "true", "vax_hep_a": "true",
		"vax_hep_b": "true", "vax_menacwy": "true", "vax_varicella": "true", "vax_pneumo": "true", "vax_influenza": "true", "vax_covid19": "true"}
}

func decideJoined(t *testing.T, p *pack.Pack, facts map[string]string, change ...string) *decision.Decision {
	t.Helper()
	in := decision.Input{Facts: map[string]decision.Fact{}}
	for i := 0; i < len(change); i += 2 {
		facts[change[i]] = change[i+1]
	}
	on, err := calendar.ParseDay(facts["exam_date"])
	if err != nil {
		t.Fatal(err)
	}
	in.On = on
	for name, text := range facts {
		f, ok := p.Fact(name)
		if !ok {
			t.Fatalf("%s knows no fact %s", p.ID, name)
		}
		if text == "" {
			continue // not known
		}
		v := value.Text(text)
		switch f.Type {
		case "bool":
			v = value.Of(text == "true")
		case "int", "decimal":
			var n float64
			n, err = strconv.ParseFloat(text, 64)
			v = value.Number(n)
		case "date":
			var d calendar.Date
			d, err = calendar.Parse(text)
			v = d.Value()
		}
		if err != nil {
			t.Fatal(err)
		}
		in.Facts[name] = decision.Fact{Value: v, AsOf: on.Date()}
	}
	d := p.Protocol.Decide(in)
	if len(d.Problems) > 0 {
		t.Fatal(d.Problems)
	}
	return &d
}

func TestWhoIsWellIsNotHeldAndNothingIsAsked(t *testing.T) {
	p := joined(t, "us-immigrant")
	d := decideJoined(t, p, healthy())
	if holds := d.Codes(decision.Hold); len(holds) > 0 || len(d.Ask) > 0 {
		t.Errorf("held %v, asked %v", holds, d.Ask)
	}
	if _, ok := d.ValidUntil(); !ok {
		t.Error("the medical has no last day")
	}
}

func TestAConditionOfACompanionHoldsTheClearance(t *testing.T) {
	p := joined(t, "us-immigrant")
	for _, c := range []struct {
		name  string
		class string
		facts []string
	}{
		{"infectious syphilis", "A_SYPHILIS", []string{"syphilis", "infectious"}},
		{"gonorrhoea not treated", "A_GONORRHEA", []string{"gonorrhea", "untreated"}},
		{"leprosy, six days of treatment", "A_HANSEN", []string{"hansen", "multibacillary", "hansen_days", "6", "hansen_suspect", "true"}},
		{"quarantine list", "A_QUARANTINABLE", []string{"quarantinable", "true"}},
		{"a vaccine stays missing", "A_VACCINATION", []string{"vaccine_missing", "true"}},
		{"cannabis, two criteria", "A_SUBSTANCE", []string{"substance_criteria", "2", "substance_listed", "true", "remission_months", "0"}},
		{"disorder, harmful now", "A_DISORDER", []string{"disorder", "true", "disorder_harm", "current"}},
	} {
		d := decideJoined(t, p, healthy(), c.facts...)
		if !slices.Contains(d.Codes(decision.Classify), c.class) || !slices.Contains(d.Codes(decision.Hold), "NOT_CLEARED") {
			t.Errorf("%s: classes %v, holds %v", c.name, d.Codes(decision.Classify), d.Codes(decision.Hold))
		}
		if day, ok := d.ValidUntil(); ok {
			t.Errorf("%s: valid until %s although held", c.name, day)
		}
	}
	d := decideJoined(t, p, healthy(), "syphilis", "")
	if !slices.Contains(d.Ask, "syphilis") || slices.Contains(d.Codes(decision.Hold), "NOT_CLEARED") {
		t.Errorf("syphilis not known: holds %v, asks %v", d.Codes(decision.Hold), d.Ask)
	}
}

func TestOneXrayIsAskedForAndNotTwo(t *testing.T) {
	p := joined(t, "us-immigrant")
	adult := decideJoined(t, p, healthy(), "tb_history", "true").Codes(decision.Require)
	if !slices.Contains(adult, "CXR") || slices.Contains(adult, "CXR_ANY_AGE") {
		t.Errorf("an adult with earlier tuberculosis: %v", adult)
	}
	toddler := decideJoined(t, p, healthy(), "tb_history", "true", "dob", "2025-01-01", "cxr", "not_done").Codes(decision.Require)
	if slices.Contains(toddler, "CXR") || !slices.Contains(toddler, "CXR_ANY_AGE") {
		t.Errorf("a child of one with earlier tuberculosis: %v", toddler)
	}
}

func TestPresumptiveTreatmentIsForRefugeesOnly(t *testing.T) {
	p := joined(t, "us-immigrant")
	facts := func() map[string]string {
		f := healthy()
		for k, v := range map[string]string{"region": "sub_saharan_africa", "loa_stay": "false", "weight": "60", "neurocysticercosis": "false", "allergy_al": "false"} {
			f[k] = v
		}
		return f
	}
	if offers := decideJoined(t, p, facts()).Codes(decision.Offer); slices.Contains(offers, "ALBENDAZOLE") {
		t.Errorf("an immigrant is offered %v", offers)
	}
	if offers := decideJoined(t, p, facts(), "programme", "refugee").Codes(decision.Offer); !slices.Contains(offers, "IVERMECTIN") {
		t.Errorf("a refugee is offered %v", offers)
	}
	if offers := decideJoined(t, p, facts(), "programme", "refugee", "loa_stay", "").Codes(decision.Offer); slices.Contains(offers, "IVERMECTIN") {
		t.Errorf("the journey is not known, and ivermectin is offered: %v", offers)
	}
}
