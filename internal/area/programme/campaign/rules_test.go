package campaign

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

func reached(distinct value.Truth, n ...Count) (out []Activity) {
	for _, c := range n {
		out = append(out, Activity{Reached: c, Distinct: distinct, Channel: "place", Audience: "host", Day: calendar.DayOf(2026, 11, 3)})
	}
	return out
}

func TestReachIsARangeWhereePeopleMayBeTheSame(t *testing.T) {
	for name, x := range map[string]struct {
		list []Activity
		want Range
	}{
		"nobody":                       {nil, Range{}},
		"vaccination and consultation": {reached(value.No, many(400), many(250)), Range{Low: 400, High: 650, Activities: 2}},
		"nobody knows":                 {reached(value.Unknown, many(400), many(250)), Range{Low: 400, High: 650, Activities: 2}},
		"two classes of a school":      {reached(value.Yes, many(30), many(25)), Range{Low: 55, High: 55, Activities: 2, Sure: true}},
		"a class and two days at gate": {append(reached(value.Yes, many(30)), reached(value.No, many(10), many(7))...), Range{Low: 40, High: 47, Activities: 3}},
		"one day nobody counted":       {reached(value.Yes, many(30), Count{}), Range{Low: 30, High: 30, Activities: 2, Unknown: 1}},
		"zero is counted":              {reached(value.No, many(0)), Range{Activities: 1}},
	} {
		if got := ReachOf(x.list); got != x.want {
			t.Errorf("%s: %+v, want %+v", name, got, x.want)
		}
	}
}

// However activities overlap, the people who were truly reached lie within the range.
func TestTheTruthLiesWithinTheRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		everybody := map[int]bool{}
		var list []Activity
		next := 1000
		for range rapid.IntRange(0, 8).Draw(t, "activities") {
			a := Activity{Distinct: rapid.SampledFrom([]value.Truth{value.Unknown, value.No, value.Yes}).Draw(t, "distinct")}
			met := map[int]bool{}
			for range rapid.IntRange(0, 12).Draw(t, "people") {
				p := rapid.IntRange(0, 20).Draw(t, "who")
				if a.Distinct == value.Yes { // nobody else meets these
					next++
					p = next
				}
				met[p], everybody[p] = true, true
			}
			a.Reached = many(len(met))
			list = append(list, a)
		}
		r := ReachOf(list)
		if len(everybody) < r.Low || len(everybody) > r.High || r.Sure && r.Low != r.High {
			t.Fatalf("%d people and %+v", len(everybody), r)
		}
	})
}

// Who hears a radio is never added to people; a struck activity is not counted; the months
// are apart, the latest first.
func TestGroupsAreByAudienceAndMonth(t *testing.T) {
	l := newLists()
	list := append(reached(value.No, many(10), many(8)), reached(value.No, many(5))...)
	list[2].Day = calendar.DayOf(2026, 10, 31)
	radio, struck := list[0], list[0]
	radio.Channel, radio.Reached = "radio", many(20_000)
	struck.Struck, struck.Reached = true, many(900)
	got := GroupsOf(append(list, radio, struck), l.Counts)
	if len(got) != 2 || got[0].Month != calendar.DayOf(2026, 11, 1) || got[0].Range != (Range{Low: 10, High: 18, Activities: 2}) || got[1].High != 5 {
		t.Fatalf("%+v", got)
	}
}

func TestWithdrawnStaysWithdrawn(t *testing.T) {
	v := Version{ID: db.ID{1}, By: db.ID{2}}
	m := Message{Versions: []Version{v}}
	for _, x := range []struct {
		verdicts []Verdict
		want     Standing
	}{
		{nil, Draft},
		{[]Verdict{{Version: v.ID, Good: true, Reads: true, By: v.By}}, Draft},         // their own words
		{[]Verdict{{Version: v.ID, Good: true, By: db.ID{3}}}, Draft},                  // nobody who reads the language
		{[]Verdict{{Version: db.ID{9}, Good: true, Reads: true, By: db.ID{3}}}, Draft}, // another version
		{[]Verdict{{Version: v.ID, Good: true, Reads: true, By: db.ID{3}}}, Approved},
		{[]Verdict{{Version: v.ID, By: db.ID{3}}, {Version: v.ID, Good: true, Reads: true, By: db.ID{4}}}, Withdrawn},
	} {
		m.Verdicts = x.verdicts
		if got := m.StandingOf(v.ID); got != x.want {
			t.Errorf("%+v: %s, want %s", x.verdicts, got, x.want)
		}
	}
}

// The lists that ship are whole, and every row says who says so.
func TestListsShip(t *testing.T) {
	l := newLists()
	if !l.Cascades("tb") || l.Cascades("handwashing") || !l.Counts("school") || l.Counts("radio") || l.Counts("carrier pigeon") || len(l.Languages) < 4 {
		t.Fatal("a list does not say what it must")
	}
}
