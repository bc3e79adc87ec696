package outbreak

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/packs"
)

var day0 = calendar.DayOf(2026, 11, 22)

func date(t testing.TB, text string) calendar.Date {
	t.Helper()
	d, err := calendar.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func span(t testing.TB, from, to string) calendar.Span {
	t.Helper()
	if to == "now" {
		return calendar.Span{From: date(t, from), Ongoing: true}
	}
	return calendar.Span{From: date(t, from), To: date(t, to)}
}

// camp is a camp in a district of Kenya.
var camp = Chain{"site:CAMP", "KE-TURKANA", "KEN"}

func inCamp(t testing.TB, state State, from, until string) running {
	t.Helper()
	return running{Outbreak: Outbreak{ID: db.ID{1}, Disease: "measles", From: date(t, from), Until: date(t, until), Steps: []Step{{State: state}}},
		Affected: []Chain{camp}, In: Incubation{Known: true, Days: 23}}
}

func at(t testing.TB, place Chain, from, to string) Visit {
	t.Helper()
	return Visit{ID: db.ID{9}, At: place, Span: span(t, from, to), Sure: true}
}

func TestExposed(t *testing.T) {
	elsewhere := Chain{"UGA"}
	guess := func(v Visit) Visit { v.Sure = false; return v }
	came := func(v Visit) Visit { v.Came = true; return v }
	running23 := func() running { return inCamp(t, Active, "2026-11-01", "") }
	for _, c := range []struct {
		name   string
		o      running
		visits []Visit
		want   Answer
	}{
		{"in the camp since before and still there", running23(), []Visit{at(t, camp, "2026-06", "now")}, Yes},
		{"left on the 23rd day before today", running23(), []Visit{at(t, camp, "2026-06", "2026-10-30"), at(t, elsewhere, "2026-10-30", "now")}, No},
		{"the incubation of who left counts to its last day", inCamp(t, Active, "2026-10-01", ""), []Visit{at(t, camp, "2026-06", "2026-10-30"), at(t, elsewhere, "2026-10-30", "now")}, Yes},
		{"and not a day longer", inCamp(t, Active, "2026-10-01", ""), []Visit{at(t, camp, "2026-06", "2026-10-29"), at(t, elsewhere, "2026-10-29", "now")}, No},
		{"left in a month of which only a part counts", inCamp(t, Active, "2026-09-01", ""), []Visit{at(t, camp, "2026-06", "2026-10"), at(t, elsewhere, "2026-10-20", "now")}, Possible},
		{"the outbreak is only suspected", inCamp(t, Suspected, "2026-11-01", ""), []Visit{at(t, camp, "2026-06", "now")}, Possible},
		{"the outbreak was none", inCamp(t, Discarded, "2026-11-01", ""), []Visit{at(t, camp, "2026-06", "now")}, No},
		{"the outbreak was over before anything that counts", inCamp(t, Over, "2026-08-01", "2026-09-30"), []Visit{at(t, camp, "2026-06", "now")}, No},
		{"the stay is a guess", running23(), []Visit{guess(at(t, camp, "2026-06", "now"))}, Possible},
		{"the stay is known as the district only", running23(), []Visit{at(t, camp[1:], "2026-06", "now")}, Possible},
		{"the stay is known as the country only", running23(), []Visit{at(t, camp[2:], "2026-06", "now")}, Possible},
		{"the stay was in a part of what is affected", running{Outbreak: running23().Outbreak, Affected: []Chain{camp[2:]}, In: running23().In}, []Visit{at(t, camp, "2026-06", "now")}, Yes},
		{"the stay was in the next district", running23(), []Visit{at(t, Chain{"KE-GARISSA", "KEN"}, "2026-06", "now")}, No},
		{"another country all the time", running23(), []Visit{at(t, elsewhere, "2020", "now")}, No},
		{"another country, and nobody knows since the tenth", running23(), []Visit{at(t, elsewhere, "2020", "2026-11-10")}, Unknown},
		{"another country, and the way from one to the next is on no list", running23(), []Visit{at(t, elsewhere, "2020", "2026-11-10"), at(t, Chain{"RWA"}, "2026-11-12", "now")}, Unknown},
		{"another country, the crossing on one day", running23(), []Visit{at(t, elsewhere, "2020", "2026-11-10"), at(t, Chain{"RWA"}, "2026-11-10", "now")}, No},
		{"a guess elsewhere closes no hole", running23(), []Visit{guess(at(t, elsewhere, "2020", "now"))}, Unknown},
		{"no journey at all", running23(), nil, Unknown},
		{"came to the site on one day, and nothing else is known", running23(), []Visit{came(at(t, camp, "2026-11-15", "2026-11-15"))}, Yes},
		{"came to another site, which closes no hole", running23(), []Visit{came(at(t, Chain{"site:HUB", "UGA"}, "2026-11-15", "2026-11-15"))}, Unknown},
		{"the pack has no incubation", running{Outbreak: running23().Outbreak, Affected: []Chain{camp}}, []Visit{at(t, camp, "2026-06", "now")}, Unknown},
		{"the pack has no incubation, and the person was never near", running{Outbreak: running23().Outbreak, Affected: []Chain{camp}}, []Visit{at(t, elsewhere, "2020", "now")}, No},
		{"the affected place has not come to this node", running{Outbreak: running23().Outbreak, Affected: []Chain{{"KE-NEW"}}, Astray: true, In: running23().In}, []Visit{at(t, elsewhere, "2020", "now")}, Unknown},
		{"a stay without an end", running23(), []Visit{{ID: db.ID{9}, At: camp, Sure: true, Span: calendar.Span{From: date(t, "2026-06-01")}}}, Possible},
	} {
		if got, _ := exposed(told{Visits: c.visits}, c.o, day0); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// Nobody is asked where they were before they were born.
func TestAJourneyBeginsWithTheBirth(t *testing.T) {
	o := inCamp(t, Active, "2026-10-01", "")
	baby := told{Visits: []Visit{at(t, Chain{"UGA"}, "2026-11-10", "now")}, Birth: date(t, "2026-11-10")}
	if got, _ := exposed(baby, o, day0); got != No {
		t.Errorf("born abroad twelve days ago: %s, want no", got)
	}
	baby.Birth = date(t, "2026")
	if got, _ := exposed(baby, o, day0); got != Unknown {
		t.Errorf("born this year, nobody knows when: %s, want unknown", got)
	}
}

// A reading is one way in which dates known in part may have been.
type reading struct{ from, to, began, ended calendar.Day }

// readings are all ways of a stay and an outbreak that can have been by a day.
func readings(stay, ran [2][2]calendar.Day, on calendar.Day) (out []reading) {
	for f := stay[0][0]; f <= min(stay[0][1], on); f++ {
		for to := max(f, stay[1][0]); to <= stay[1][1]; to++ {
			for b := ran[0][0]; b <= min(ran[0][1], on); b++ {
				for e := max(b, ran[1][0]); e <= ran[1][1]; e++ {
					out = append(out, reading{f, to, b, e})
				}
			}
		}
	}
	return out
}

// exact is the answer of one reading, by hand.
func (r reading) exact(days int, on calendar.Day) bool {
	last := min(r.to, r.ended, on)
	return r.from <= r.ended && r.began <= r.to && int(on-last) <= days
}

func drawDate(rt *rapid.T, name string) ([2]calendar.Day, calendar.Date) {
	first := day0 + calendar.Day(rapid.IntRange(-14, 0).Draw(rt, name))
	last := first + calendar.Day(rapid.IntRange(0, 4).Draw(rt, name+" wide"))
	d, err := calendar.Between(first, last)
	if err != nil {
		rt.Fatal(err)
	}
	return [2]calendar.Day{first, last}, d
}

// drawn is a stay and an outbreak with dates known in part that leave at least one way
// in which both can have been.
func drawn(rt *rapid.T) (Visit, running, []reading) {
	f, from := drawDate(rt, "from")
	to, until := drawDate(rt, "to")
	b, began := drawDate(rt, "began")
	e, ended := drawDate(rt, "ended")
	all := readings([2][2]calendar.Day{f, to}, [2][2]calendar.Day{b, e}, day0)
	if len(all) == 0 {
		rt.Skip("no way in which this can have been")
	}
	v := Visit{At: camp, Sure: true, Span: calendar.Span{From: from, To: until}}
	o := running{Outbreak: Outbreak{From: began, Until: ended, Steps: []Step{{State: Active}}}, Affected: []Chain{camp}, In: Incubation{Known: true, Days: rapid.IntRange(0, 10).Draw(rt, "days")}}
	return v, o, all
}

// Yes is that every reading is exposed, no that none is, and whatever is between is
// possible: no date known in part says more than it knows, and none says less.
func TestTheAnswerHoldsForEveryReadingOfTheDates(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		v, o, all := drawn(rt)
		yes := 0
		for _, r := range all {
			if r.exact(o.In.Days, day0) {
				yes++
			}
		}
		want := Possible
		switch yes {
		case 0:
			want = No
		case len(all):
			want = Yes
		}
		got := No
		if m, ok := meets(v, o.Outbreak, lies(v.At, o.Affected), day0); ok {
			got = m.answer(o.In, day0)
		}
		if got != want {
			rt.Fatalf("%s, want %s: %d of %d readings are exposed", got, want, yes, len(all))
		}
	})
}

// wider is a date that says less.
func wider(rt *rapid.T, d calendar.Date, name string) calendar.Date {
	first, last, ok := d.Bounds()
	if !ok || rapid.Bool().Draw(rt, name+" lost") {
		return calendar.Date{}
	}
	out, err := calendar.Between(first-calendar.Day(rapid.IntRange(0, 5).Draw(rt, name+" before")), last+calendar.Day(rapid.IntRange(0, 5).Draw(rt, name+" after")))
	if err != nil {
		rt.Fatal(err)
	}
	return out
}

// Whoever knows less is never told a yes or a no that they were not told before.
func TestADateKnownLessExactlyNeverTurnsIntoAYesOrANo(t *testing.T) {
	places := []Chain{camp, camp[1:], camp[2:], {"UGA"}, {"KE-GARISSA", "KEN"}}
	rapid.Check(t, func(rt *rapid.T) {
		_, o, _ := drawn(rt)
		var j told
		for range rapid.IntRange(0, 3).Draw(rt, "stays") {
			v, _, _ := drawn(rt)
			v.At = rapid.SampledFrom(places).Draw(rt, "place")
			v.Sure = rapid.IntRange(0, 4).Draw(rt, "sure") > 0
			v.Span.Ongoing = rapid.IntRange(0, 3).Draw(rt, "ongoing") == 0
			if v.Span.Ongoing {
				v.Span.To = calendar.Date{}
			}
			j.Visits = append(j.Visits, v)
		}
		before, _ := exposed(j, o, day0)
		less := told{}
		for i, v := range j.Visits {
			switch rapid.IntRange(0, 3).Draw(rt, "what") {
			case 0:
				v.Span.From = wider(rt, v.Span.From, "from")
			case 1:
				if !v.Span.Ongoing {
					v.Span.To = wider(rt, v.Span.To, "to")
				}
			case 2:
				v.At = v.At[min(len(v.At)-1, 1):] // the larger place only
			case 3:
				v.Sure = false
			}
			_ = i
			less.Visits = append(less.Visits, v)
		}
		after, _ := exposed(less, o, day0)
		if (after == Yes || after == No) && after != before {
			rt.Fatalf("it was %s, and with less known it is %s", before, after)
		}
	})
}

// What the list of an outbreak keeps of a person says the same as the rule, on the day
// and later.
func TestTheListSaysWhatTheRuleSays(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		v, o, _ := drawn(rt)
		v.Span.Ongoing = rapid.Bool().Draw(rt, "ongoing")
		if v.Span.Ongoing {
			v.Span.To = calendar.Date{}
		}
		j := told{Visits: []Visit{v}}
		later := day0 + calendar.Day(rapid.IntRange(0, 12).Draw(rt, "later"))
		want := No
		if m, ok := meets(v, o.Outbreak, Inside, day0); ok && m.answer(o.In, day0) != No {
			want = m.answer(o.In, later)
		}
		if got := row(j, o, day0).answer(o.In, later); got != want {
			rt.Fatalf("%s, want %s", got, want)
		}
	})
}

func TestPlacesLieInPlaces(t *testing.T) {
	for _, c := range []struct {
		name     string
		at       Chain
		affected []Chain
		want     Lies
	}{
		{"the place itself", camp, []Chain{camp}, Inside},
		{"a part of it", camp, []Chain{camp[1:]}, Inside},
		{"what it lies in", camp[2:], []Chain{camp}, Around},
		{"beside it", Chain{"KE-GARISSA", "KEN"}, []Chain{camp}, Outside},
		{"inside one of several", camp, []Chain{{"UGA"}, camp[1:]}, Inside},
		{"no place is known", nil, []Chain{camp}, Outside},
	} {
		if got := lies(c.at, c.affected); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

func TestSpeciesAreNotLent(t *testing.T) {
	lists := surveillance.New(surveillance.Deps{}).Lists()
	of := func(code string) surveillance.Disease {
		d, ok := lists.Disease(code)
		if !ok {
			t.Fatal(code)
		}
		return d
	}
	for _, c := range []struct {
		asked, outbreak string
		want            Relation
	}{{"bdbv", "bdbv", Same}, {"ebov", "bdbv", Unrelated}, {"filovirus", "bdbv", Same}, {"bdbv", "filovirus", Part}, {"measles", "rubella", Unrelated}, {"jaundice", "sari", Unrelated}} {
		if got := relation(of(c.asked), of(c.outbreak)); got != c.want {
			t.Errorf("asked for %s of an outbreak of %s: %d, want %d", c.asked, c.outbreak, got, c.want)
		}
	}
}

// The number that the rule counts with is the pack's, on both sides of its limit.
func TestTheIncubationIsThePacks(t *testing.T) {
	p, err := pack.Load(packs.Builtin(), packCounter)
	if err != nil {
		t.Fatal(err)
	}
	known := 0
	for _, d := range surveillance.New(surveillance.Deps{}).Lists().Diseases {
		in := incubation(p, d.Agent, day0)
		if !in.Known {
			continue
		}
		known++
		for since, want := range map[int]string{in.Days: "INCUBATION_POSSIBLE", in.Days + 1: "INCUBATION_OVER"} {
			x := p.Protocol.Decide(decision.Input{On: day0, Facts: map[string]decision.Fact{"agent": {Value: value.Text(d.Agent)}, "exposure_last_date": {Value: (day0 - calendar.Day(since)).Date().Value()}}})
			if o, ok := x.Outcome(decision.Flag, want); !ok || o.State != decision.Definite {
				t.Errorf("%s, %d days after: the pack does not say %s", d.Code, since, want)
			}
		}
	}
	if known < 10 {
		t.Errorf("the pack has an incubation for %d diseases", known)
	}
	if incubation(p, "", day0).Known || incubation(nil, "measles", day0).Known {
		t.Error("an incubation that no pack has is known")
	}
}

// No vaccine of one virus is offered for another, and none of a ring for a place.
func TestWhatIsOfferedIsBoundToTheAgent(t *testing.T) {
	m := menu{on: day0, lang: "en"}
	for id, into := range map[string]**pack.Pack{packCare: &m.care, packCounter: &m.counter} {
		p, err := pack.Load(packs.Builtin(), id)
		if err != nil {
			t.Fatal(err)
		}
		*into = p
	}
	grown := map[string]decision.Fact{"person.birth": {Value: date(t, "1990-01-01").Value()}, "person.sex": {Value: value.Text("male")}}
	codes := func(agent string, a Answer) (out []string) {
		m.agent = agent
		care, _, _ := careFor(m, a, grown, calendar.Date{})
		for _, c := range care {
			if !c.Open {
				out = append(out, c.Code)
			}
		}
		return out
	}
	if got := codes("measles", Yes); len(got) != 2 {
		t.Errorf("measles: %v, want the check and the vaccine", got)
	}
	if got := codes("measles", Unknown); len(got) != 0 {
		t.Errorf("measles, not known whether exposed: %v", got)
	}
	for _, agent := range []string{"EBOV", "BDBV", "SUDV", "MARV", "filovirus_unknown"} {
		if got := codes(agent, Yes); len(got) != 1 || got[0] != "SYMPTOM_CHECK" {
			t.Errorf("%s: %v, want the check only", agent, got)
		}
	}
}
