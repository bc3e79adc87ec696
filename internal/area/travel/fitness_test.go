package travel

import (
	"slices"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/areatest"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// well is everything that the check asks of somebody who is well.
func well(day calendar.Day) (person, seen map[string]decision.Fact) {
	at := func(v value.Value) decision.Fact { return decision.Fact{Value: v, AsOf: day.Date()} }
	seen = map[string]decision.Fact{"temp": at(value.Number(36.8)), "walk_50m": at(value.Of(true)), "self_care": at(value.Of(true)), "mobility": at(value.Text("walks")), "behaviour": at(value.Text("calm")),
		"heart_event": at(value.Text("none")), "surgery": at(value.Text("none")), "pneumothorax": at(value.Text("none")), "predeparture_treatment": at(value.Text("not_due"))}
	for _, name := range []string{"ill_today", "contagious", "contact_infectious", "oxygen_need", "seizure_recent", "critical_care", "heart_unstable", "stroke", "cast", "anaemia", "pregnancy_today", "delivered", "complex_condition"} {
		seen[name] = at(value.Of(false))
	}
	return map[string]decision.Fact{"person.birth": at(value.Day(int(calendar.DayOf(1990, 1, 1))))}, seen
}

func fitToFly(t *testing.T) *pack.Pack {
	t.Helper()
	p, err := new(areatest.Shipped).Active(nil, packFitness, 0)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The worked case of the reference: a check holds for 72 hours before the departure, and is
// counted anew when the flight slips.
func TestACheckIsCountedToTheDepartureAsItIsNow(t *testing.T) {
	p := fitToFly(t)
	departure := time.Date(2026, 12, 10, 9, 30, 0, 0, time.UTC)
	for _, c := range []struct {
		name     string
		checked  time.Time
		slips    time.Duration
		hourless bool
		want     value.Truth
	}{
		{"72 hours and a half before", departure.Add(-72*time.Hour - 30*time.Minute), 0, false, value.No},
		{"72 hours before", departure.Add(-72 * time.Hour), 0, false, value.Yes},
		{"48 hours before, and it slips a day", departure.Add(-48 * time.Hour), 24 * time.Hour, false, value.Yes},
		{"48 hours before, and it slips 25 hours", departure.Add(-48 * time.Hour), 25 * time.Hour, false, value.No},
		{"after the departure", departure.Add(2 * time.Hour), 0, false, value.No},
		{"two days before, the hour is not known", departure.Add(-48 * time.Hour), 0, true, value.Yes},
		{"69 hours before, the hour is not known", departure.Add(-69 * time.Hour), 0, true, value.Unknown},
	} {
		at := departure.Add(c.slips)
		m := Movement{Day: calendar.DayOfTime(at), At: at, Mode: Flight, Carrier: "general", Hours: 9}
		if c.hourless {
			m.At = time.Time{}
		}
		check := Check{Day: calendar.DayOfTime(c.checked), At: c.checked}
		person, seen := well(check.Day)
		if _, said := judge(p, person, seen, nil, check, m); said.Fit != c.want {
			t.Errorf("%s: %v, want %v; %+v", c.name, said.Fit, c.want, said.Holds)
		}
	}
}

func TestWhatWasSignedHoldsOnlyAsLongAsTheRulesAllowIt(t *testing.T) {
	p := fitToFly(t)
	now := time.Date(2026, 12, 8, 9, 30, 0, 0, time.UTC)
	check := Check{Day: calendar.DayOfTime(now), At: now}
	m := Movement{Day: check.Day + 1, At: now.Add(24 * time.Hour), Mode: Flight, Carrier: "general", Hours: 9}
	person, seen := well(check.Day)
	_, said := judge(p, person, seen, nil, check, m)
	alone := Signature{Verdict: Fit, Level: Alone, SignedAt: now}
	if said.Fit != value.Yes || said.Level != Alone || !holds(alone, said) {
		t.Fatalf("somebody who is well: %+v", said)
	}
	seen["oxygen_need"] = decision.Fact{Value: value.Of(true), AsOf: check.Day.Date()}
	seen["medif"] = decision.Fact{Value: value.Text("signed"), AsOf: check.Day.Date()}
	seen["medif_day"] = decision.Fact{Value: value.Day(int(check.Day)), AsOf: check.Day.Date()}
	_, said = judge(p, person, seen, nil, check, m)
	if said.Fit != value.Yes || said.Level != Nurse || !said.Oxygen || !said.Medif {
		t.Fatalf("somebody who needs oxygen: %+v", said)
	}
	if holds(alone, said) || !holds(Signature{Verdict: Fit, Level: Doctor, SignedAt: now}, said) {
		t.Error("a lesser escort than the rules ask for holds, or a higher one does not")
	}
	delete(seen, "contagious")
	if _, said = judge(p, person, seen, nil, check, m); said.Fit != value.Unknown || holds(Signature{Verdict: Fit, Level: Nurse, SignedAt: now}, said) {
		t.Errorf("what nobody asked reads as a no: %+v", said)
	}
	disputed := Signature{Verdict: Fit, Level: Stretcher, SignedAt: now, Disputed: true}
	if disputed.Signed() {
		t.Error("two signatures that did not see each other are one")
	}
}

// Nothing stands against boarding only if every single thing is in order: whichever is
// taken away stands, and by its own name.
func TestEachThingAloneStandsAgainstBoarding(t *testing.T) {
	const day = calendar.Day(20797)
	ready := func() Standing {
		return Standing{Declared: Declaration{At: time.Unix(1, 0)}, Clearance: Clearance{Until: day}, Fitness: Fitness{Begun: true, Signed: true, Verdict: Fit, Level: Nurse, Oxygen: true, Holds: true}, Escort: EscortState{Named: true, Ready: true, Breathes: true}}
	}
	if gaps := ready().Gaps(day); len(gaps) > 0 {
		t.Fatalf("all is in order, and: %v", gaps)
	}
	for want, take := range map[Gap]func(*Standing){
		GapDied: func(s *Standing) { s.Died = true }, GapUndeclared: func(s *Standing) { s.Declared = Declaration{} }, GapWithdrawn: func(s *Standing) { s.Declared.Withdrawn = true },
		GapDisputed: func(s *Standing) { s.Declared.Disputed = true }, GapClearance: func(s *Standing) { s.Clearance.Until = day - 1 }, GapUnchecked: func(s *Standing) { s.Fitness.Begun, s.Fitness.Signed = false, false },
		GapOpen: func(s *Standing) { s.Fitness.Signed = false }, GapUnfit: func(s *Standing) { s.Fitness.Verdict = Wait }, GapOutdated: func(s *Standing) { s.Fitness.Holds = false },
		GapEscort: func(s *Standing) { s.Escort.Named, s.Escort.Ready = false, false }, GapEscortReady: func(s *Standing) { s.Escort.Ready = false }, GapOxygen: func(s *Standing) { s.Escort.Breathes = false },
	} {
		s := ready()
		take(&s)
		if gaps := s.Gaps(day); !slices.Equal(gaps, []Gap{want}) {
			t.Errorf("%s: %v", want, gaps)
		}
	}
	s := ready()
	s.Clearance.Stopped = true
	if gaps := s.Gaps(day); !slices.Equal(gaps, []Gap{GapClearance}) {
		t.Errorf("a clearance that is suspended: %v", gaps)
	}
}
