package people

import (
	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
)

// The names under which facts of a person are offered to packs (in a manifest:
// "from: person.birth"). There are no others: neither the Washington Group
// answers, nor legal status, nor feared countries are ever among them.
const (
	FactBirth         = "person.birth"         // date; both readings of a disputed age
	FactSex           = "person.sex"           // code: female, male, other
	FactNationalities = "person.nationalities" // list of alpha-3
	FactBirthCountry  = "person.birth_country" // code
	FactDied          = "person.died"          // bool
	FactUnaccompanied = "person.unaccompanied" // bool: a child with no adult responsible
	FactPregnant      = "person.pregnant"      // bool, as of the day it was asked
	FactLastPeriod    = "person.last_period"   // date
	FactDue           = "person.due"           // date
	FactHasAllergy    = "person.has_allergy"   // bool
	FactAllergies     = "person.allergies"     // list of texts
	FactSiteCountry   = "site.country"         // code: where the examination takes place
)

// factGroups says which conflict group each fact rests on: while that is open the
// fact counts as unknown (engine/decision, Fact.Disputed).
var factGroups = map[string]string{
	FactSex: "sex", FactNationalities: "nationality", FactBirthCountry: "birth_country", FactDied: "death", FactUnaccompanied: "child",
}

// personFacts turns a person into facts. disputed names the groups in conflict; a
// birth date in conflict is not among the facts a row can be read from, so its
// group is checked here.
func personFacts(p Person, disputed []string) map[string]decision.Fact {
	facts := map[string]decision.Fact{}
	put := func(name string, v value.Value, in ...string) {
		f := decision.Fact{Value: v}
		for _, g := range append(in, factGroups[name]) {
			f.Disputed = f.Disputed || g != "" && contains(disputed, g)
		}
		facts[name] = f
	}
	put(FactBirth, p.BirthFact().Value(), "birth", "age")
	if p.Sex != SexUnknown {
		put(FactSex, value.Text(string(p.Sex)))
	}
	if p.nationalitiesTold() {
		put(FactNationalities, value.Texts(p.Nationalities...))
	}
	if p.BirthCountry != "" {
		put(FactBirthCountry, value.Text(p.BirthCountry))
	}
	put(FactDied, value.OfTruth(p.Died))
	switch p.Alone {
	case Unaccompanied:
		put(FactUnaccompanied, value.Of(true))
	case Accompanied, Separated:
		put(FactUnaccompanied, value.Of(false))
	}
	return facts
}

// nationalitiesTold reports whether the list of nationalities is all there is.
// The question asks for all of them, so an answer is taken as complete; a
// stateless person has none, and that is complete too.
func (p Person) nationalitiesTold() bool {
	return len(p.Nationalities) > 0 || p.NationalityState == NationalityStateless
}

// safetyFacts turns allergies and pregnancy into facts. In conflict they count as
// unknown.
func safetyFacts(s Safety, disputed []string) map[string]decision.Fact {
	facts := map[string]decision.Fact{}
	pregnancy, allergy := contains(disputed, "pregnancy"), contains(disputed, "allergy")
	facts[FactPregnant] = decision.Fact{Value: value.OfTruth(s.Pregnant), AsOf: s.PregnantOn, Disputed: pregnancy}
	facts[FactLastPeriod] = decision.Fact{Value: s.LastPeriod.Value(), AsOf: s.PregnantOn, Disputed: pregnancy}
	facts[FactDue] = decision.Fact{Value: s.Due.Value(), AsOf: s.PregnantOn, Disputed: pregnancy}
	facts[FactHasAllergy] = decision.Fact{Value: value.OfTruth(s.HasAllergy), Disputed: allergy}
	if s.HasAllergy != value.Unknown && s.HasAllergy != value.Refused {
		names := make([]string, len(s.Allergies))
		for i, a := range s.Allergies {
			names[i] = a.Substance
		}
		facts[FactAllergies] = decision.Fact{Value: value.Texts(names...), Disputed: allergy}
	}
	return facts
}

// engineJourney turns a journey into what the decision engine reckons with. A
// stay that is a guess, or that two nodes tell differently, may have been and may
// not: it stands without dates, which leaves every question about its country
// open and answers none.
func engineJourney(p Person, disputed []string, stays []Stay, j Journey, on calendar.Day) *decision.Journey {
	out := &decision.Journey{Complete: Whole(j, stays, p.BirthFact(), on) == value.Yes}
	for _, s := range Timeline(stays) {
		span := s.Span()
		if !counted(s) {
			span = calendar.Span{}
		}
		out.Stays = append(out.Stays, decision.Stay{Place: s.Place, Span: span})
	}
	if !contains(disputed, "nationality") {
		out.Citizenships, out.CitizenshipsComplete = p.Nationalities, p.nationalitiesTold()
	}
	return out
}
