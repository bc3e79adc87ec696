package linelist

import (
	"slices"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/packs"
)

func counterCodes(list []pack.ExplainedOutcome, kind decision.Kind) (codes []string) {
	for _, x := range list {
		if x.Kind == kind {
			codes = append(codes, x.Code)
		}
	}
	return codes
}

func TestOnlyTheZaireVirusIsOfferedAndCreditedItsVaccine(t *testing.T) {
	p, err := pack.Load(packs.Builtin(), packCounter)
	if err != nil {
		t.Fatal(err)
	}
	lists := surveillance.New(surveillance.Deps{}).Lists()
	today := calendar.DayOfTime(sampleNow)
	for _, code := range []string{"bdbv", "sudv", "tafv", "marv", "filovirus", "ebov"} {
		d, ok := lists.Disease(code)
		if !ok {
			t.Fatalf("no disease %s", code)
		}
		zaire := code == "ebov"
		for _, vaccine := range []string{"ervebo", "zabdeno_mvabea"} {
			got := counterFor(p, counterFacts(d, RoleContact, value.Text(vaccine), false), today, "en")
			if slices.Contains(counterCodes(got, decision.Offer), "ERVEBO") != zaire || slices.Contains(counterCodes(got, decision.Contraindicate), "ERVEBO") == zaire {
				t.Errorf("a contact of %s: offered %v, not to be given %v", code, counterCodes(got, decision.Offer), counterCodes(got, decision.Contraindicate))
			}
			if slices.Contains(counterCodes(got, decision.Flag), "VACCINE_COUNTS") != zaire {
				t.Errorf("a contact of %s who had %s: %v", code, vaccine, counterCodes(got, decision.Flag))
			}
		}
		got := counterFor(p, counterFacts(d, RoleCase, value.NotKnown(), false), today, "en")
		if slices.Contains(counterCodes(got, decision.Offer), "INMAZEB") != zaire {
			t.Errorf("a case of %s is offered %v", code, counterCodes(got, decision.Offer))
		}
		if got := counterFor(p, counterFacts(d, RoleContact, value.NotKnown(), true), today, "en"); len(counterCodes(got, decision.Offer)) > 0 {
			t.Errorf("whether it is %s is in dispute, and there is an offer: %v", code, counterCodes(got, decision.Offer))
		}
	}
}

// Every agent and every follow-up of the list is one that its pack knows: a word that
// is spelt another way would be an unknown for ever.
func TestTheListOfDiseasesSpeaksThePacksWords(t *testing.T) {
	for id, of := range map[string]struct {
		fact string
		code func(surveillance.Disease) string
	}{packCounter: {"agent", func(d surveillance.Disease) string { return d.Agent }}, "contact-follow-up": {"follow_disease", func(d surveillance.Disease) string { return d.Follow }}} {
		p, err := pack.Load(packs.Builtin(), id)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(p.Facts, func(f pack.Fact) bool { return f.Name == of.fact })
		for _, d := range surveillance.New(surveillance.Deps{}).Lists().Diseases {
			if c := of.code(d); c != "" && !slices.Contains(p.Facts[i].Values, c) {
				t.Errorf("%s: %q is not a value of %s.%s", d.Code, c, id, of.fact)
			}
			if d.Species != "" && d.Agent != d.Species {
				t.Errorf("%s is the species %s, and its agent is %q", d.Code, d.Species, d.Agent)
			}
		}
	}
}

func TestTheCasePageBindsToTheSpeciesThatTheLaboratoryFound(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.record(Case{Disease: "ebov"})
		if got := counterCodes(w.opened(id).Counter.Told[RoleContact], decision.Offer); !slices.Contains(got, "ERVEBO") {
			t.Errorf("told to be the Zaire virus: %v", got)
		}
		w.result(id, "lab:species:filovirus", "BDBV", "2026-06-09")
		o := w.opened(id)
		if got := counterCodes(o.Counter.Told[RoleContact], decision.Offer); len(got) > 0 {
			t.Errorf("found to be Bundibugyo: %v is offered", got)
		}
		_, body := w.Get("epidemiologist", path(id))
		w.Says(body, "To its contacts", "Not to be given", "rVSV-ZEBOV (Ervebo)", "No licensed vaccine")
	})
}
