package mobility

import (
	"math"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/flow"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

var day = calendar.DayOf(2026, 5, 18)

func n(v float64) *float64 { return &v }

// input is two affected places and four that are not: B and C are travelled to, D is in
// the travel times only, E in nothing.
func input() RankInput {
	return RankInput{AsOf: day, Until: day + 6, First: map[string]calendar.Day{"A": day - 3, "X": day, "C": day + 2}, Cases: map[string]int{"A": 10, "X": 4},
		Flows:  &Table{Matrix: Matrix{Unlisted: UnlistedFew}, Rows: map[string]map[string]*float64{"A": {"B": n(100), "C": n(300)}, "B": {"A": n(50)}, "C": {"A": n(10)}}},
		Times:  &Table{Rows: map[string]map[string]*float64{"A": {"B": n(20), "C": n(40), "D": n(60)}, "X": {"B": nil, "C": n(10)}}},
		People: map[string]float64{"A": 1000, "B": 500, "C": 800}, Candidates: []string{"A", "B", "C", "D", "E"}}
}

func ranked(t *testing.T, in RankInput) (Ranking, map[string]Candidate) {
	t.Helper()
	r, err := Rank(in)
	if err != nil {
		t.Fatal(err)
	}
	of := map[string]Candidate{}
	for _, c := range r.Candidates {
		of[c.Unit] = c
	}
	return r, of
}

func TestEveryModelScoresWhatItKnowsAndNothingElse(t *testing.T) {
	r, of := ranked(t, input())
	if _, there := of["A"]; there || len(of) != 4 {
		t.Fatalf("who is affected is no candidate: %v", of)
	}
	for _, c := range []struct {
		model Model
		unit  string
		want  flow.Amount
	}{
		{FlowIncidence, "B", flow.Of(10. / 1000 * 100)}, {FlowIncidence, "C", flow.Of(3)}, {FlowIncidence, "D", flow.Amount{}}, {FlowIncidence, "E", flow.Amount{}},
		{FlowOnly, "C", flow.Of(300)}, {FlowOnly, "D", flow.Amount{}},
		{Gravity, "B", flow.Of(10. * 500 / 400)}, {Gravity, "C", flow.Of(10.*800/1600 + 4.*800/100)}, {Gravity, "D", flow.Amount{}}, // nobody knows how many live in D
		{RoadTime, "B", flow.Of(-20)}, {RoadTime, "C", flow.Of(-10)}, {RoadTime, "D", flow.Of(-60)}, {RoadTime, "E", flow.Amount{}},
		{Effective, "C", flow.Of(-(1 - math.Log(0.75)))}, {Effective, "D", flow.Amount{}}, {Population, "B", flow.Of(500)}, {Population, "E", flow.Amount{}},
	} {
		got := of[c.unit].Scores[c.model]
		if got.Known != c.want.Known || math.Abs(got.Value-c.want.Value) > 1e-12 {
			t.Errorf("%s of %s: %+v, want %+v", c.model, c.unit, got, c.want)
		}
	}
	if of["C"].Ranks[Gravity] != 1 || of["B"].Ranks[Gravity] != 2 || of["D"].Ranks[Gravity] != 0 {
		t.Errorf("%v %v %v", of["B"].Ranks, of["C"].Ranks, of["D"].Ranks)
	}
	if s := r.Scores[Gravity]; s.AUC != 1 || s.N != 2 || s.Hits != 1 || s.Unscored != 2 {
		t.Errorf("%+v", s)
	}
	if r.Absent[StraightLine] != "positions" {
		t.Errorf("%v", r.Absent)
	}
	if x := r.Affected[1]; x.Unit != "X" || !x.NoFlow || x.NoRoad || !x.NoCount {
		t.Errorf("what is not known of an affected place is said: %+v", r.Affected)
	}
}

func TestAPlaceToWhichNoWayIsListedComesLastAndHasAScore(t *testing.T) {
	in := input()
	in.Flows.Rows["D"] = map[string]*float64{"B": n(5)} // people leave D, and none are listed to go there
	_, of := ranked(t, in)
	if s := of["D"].Scores[Effective]; !s.Known || !math.IsInf(s.Value, -1) || of["D"].Ranks[Effective] != 3 {
		t.Errorf("%+v %v", s, of["D"].Ranks)
	}
	if s := of["D"].Scores[FlowOnly]; s != flow.Of(0) {
		t.Errorf("%+v", s)
	}
}

func TestWhereNoAffectedPlaceIsInTheFlowsNoneIsNearByThem(t *testing.T) {
	in := input()
	delete(in.First, "A")
	r, of := ranked(t, in) // X is left, of which nobody lists where people go
	if r.Absent[Effective] != "data" || r.Absent[FlowOnly] != "data" || of["B"].Ranks[Effective] != 0 {
		t.Errorf("%v %v", r.Absent, of["B"].Ranks)
	}
}

func TestStraightLineNeedsPositions(t *testing.T) {
	in := input()
	in.Positions = map[string]place.Position{"A": {Lat: 0, Lon: 30}, "B": {Lat: 0, Lon: 31}, "C": {Lat: 0, Lon: 32}}
	r, of := ranked(t, in)
	if of["B"].Ranks[StraightLine] != 1 || of["C"].Ranks[StraightLine] != 2 || of["D"].Ranks[StraightLine] != 0 || r.Absent[StraightLine] != "" {
		t.Errorf("%v %v %v", of["B"].Ranks, of["C"].Ranks, of["D"].Ranks)
	}
}

func TestWithoutDataAModelSaysWhyItIsNotThere(t *testing.T) {
	in := input()
	in.Flows, in.Times, in.People = nil, nil, nil
	r, _ := ranked(t, in)
	for m, why := range map[Model]string{FlowIncidence: "flows", Effective: "flows", Gravity: "times", RoadTime: "times", Population: "data"} {
		if r.Absent[m] != why {
			t.Errorf("%s: %q, want %q", m, r.Absent[m], why)
		}
	}
	in = input()
	in.First = nil
	if r, _ := ranked(t, in); r.Absent[Population] != "affected" || len(r.Affected) != 0 {
		t.Errorf("%v", r.Absent)
	}
}

// said is a report as a ministry gives it.
func said(unit, indicator string, d calendar.Day, v surveillance.Count) surveillance.Reported {
	r := surveillance.Report{Cell: surveillance.Cell{Unit: unit, Disease: "bdbv", Indicator: indicator, Period: surveillance.DayPeriod(d), Source: "sitrep"}, Value: v, Reported: d}
	return surveillance.FoldReports([]surveillance.Report{r})
}

func TestCasesAreTheLatestCumulativeCountAndNeverASumOfKinds(t *testing.T) {
	lists, of := surveillance.New(surveillance.Deps{}).Lists(), surveillance.Of
	o := OutbreakOf(lists, []surveillance.Reported{
		said("A", "cumulative_suspected_cases", day-1, of(30)), said("A", "cumulative_suspected_cases", day, of(24)), said("A", "cumulative_confirmed_cases", day, of(9)), said("A", "cumulative_suspected_cases", day+1, of(99)),
		said("A", "cumulative_suspected_deaths", day, of(500)),
		said("B", "new_confirmed_cases", day-1, of(2)), said("B", "new_confirmed_cases", day, of(3)),
		said("C", "new_confirmed_cases", day, of(0)), said("D", "new_confirmed_cases", day, surveillance.Count{}), said("E", "new_cases", day+1, of(1)),
		said("F", "cumulative_suspected_deaths", day, of(4)),
	})
	cases := o.Cases(day)
	if cases["A"] != 24 || cases["B"] != 5 || len(cases) != 2 {
		t.Errorf("%v", cases)
	}
	if len(o.First) != 3 || o.First["A"] != day-1 || o.First["E"] != day+1 {
		t.Errorf("zero and not reported affect nobody: %v", o.First)
	}
	if past := pastDays(o, day+1); len(past) != 2 || past[0] != day-1 || past[1] != day {
		t.Errorf("%v", past)
	}
	if past := pastDays(o, day-1); len(past) != 0 {
		t.Errorf("before the first place there is nothing to look back at: %v", past)
	}
}
