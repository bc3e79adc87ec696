package alert

import (
	"slices"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/epi"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/packs"
)

func thresholds(t *testing.T) *pack.Pack {
	t.Helper()
	p, err := pack.Load(packs.Builtin(), packThresholds)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// today is a Monday: the week before ended yesterday.
var today = calendar.DayOf(2026, 6, 15)

func seriesOf(disease string, setting Setting, weeks ...int) Series {
	d, _ := surveillance.Shipped().Disease(disease)
	s := Series{Unit: "site:KLA", Disease: d, Setting: setting, Today: today, Last: lastWeek(today), Site: true}
	for _, n := range weeks {
		w := WeekCount{Reported: surveillance.Of(n)}
		if n < 0 {
			w.Reported = surveillance.Count{} // nobody reported it
		}
		s.Weeks = append(s.Weeks, w)
	}
	return s
}

func fired(raised []Raised) (rules []string) {
	for _, r := range raised {
		rules = append(rules, r.Rule)
	}
	slices.Sort(rules)
	return slices.Compact(rules)
}

func TestFiveOrMoreIsFiveAndNotFour(t *testing.T) {
	p := thresholds(t)
	for _, tc := range []struct {
		why, disease string
		setting      Setting
		people       int
		weeks        []int
		rule         string
		fires        bool
	}{
		{"measles: 4 in the weeks of the month", "measles", District, 0, []int{0, 0, 1, 1, 2}, "AT-ME1", false},
		{"measles: 5 in the weeks of the month", "measles", District, 0, []int{0, 0, 1, 2, 2}, "AT-ME1", true},
		{"measles: the 5 stand five weeks back, which 30 days may not hold", "measles", District, 0, []int{5, 0, 0, 0, 0}, "AT-ME1", false},
		{"bloody diarrhoea in a camp: 4", "bloody_diarrhoea", Camp, 0, []int{4, 4, 4, 4, 4}, "AT-CAMP3", false},
		{"bloody diarrhoea in a camp: 5", "bloody_diarrhoea", Camp, 0, []int{4, 4, 4, 4, 5}, "AT-CAMP3", true},
		{"meningitis: 3 per 100,000 exactly", "meningitis", District, 100_000, []int{0, 0, 0, 0, 3}, "AT-MG1", true},
		{"meningitis: less than 3 per 100,000", "meningitis", District, 100_001, []int{0, 0, 0, 0, 3}, "AT-MG1", false},
		{"meningitis: the band below 30,000 counts cases", "meningitis", District, 29_999, []int{0, 0, 0, 0, 2}, "AT-MG3", true},
		{"meningitis: 30,000 is in the band of rates", "meningitis", District, 30_000, []int{0, 0, 0, 0, 2}, "AT-MG3", false},
		{"watery diarrhoea: 1.5 times the three weeks before", "awd", District, 0, []int{9, 10, 10, 10, 15}, "AT-RT1", true},
		{"watery diarrhoea: a little less", "awd", District, 0, []int{9, 10, 10, 10, 14}, "AT-RT1", false},
	} {
		s := seriesOf(tc.disease, tc.setting, tc.weeks...)
		s.Population = tc.people
		_, raised := Judge(p, s)
		if got := slices.Contains(fired(raised), tc.rule); got != tc.fires {
			t.Errorf("%s: %s fires %v, want %v (all: %v)", tc.why, tc.rule, got, tc.fires, fired(raised))
		}
	}
}

func TestOneSuspectedCaseInACampOrATransitSiteIsAnAlert(t *testing.T) {
	p := thresholds(t)
	for _, disease := range []string{"measles", "cholera", "afp", "yellow_fever", "bdbv", "lassa", "cchf", "filovirus"} {
		for _, setting := range []Setting{Camp, Transit} {
			s := seriesOf(disease, setting, 0, 0, 0, 0, 0)
			s.Listed = []linelist.Tallied{{Disease: disease, Day: today, Site: "KLA", Class: linelist.Suspected, N: 1}}
			s.Running = 1
			if _, raised := Judge(p, s); !slices.Contains(fired(raised), "AT-CAMP1") {
				t.Errorf("one suspected case of %s today in a %s is no alert: %v", disease, setting, fired(raised))
			}
		}
	}
	s := seriesOf("measles", District, 0, 0, 0, 0, 0)
	s.Listed, s.Running = []linelist.Tallied{{Disease: "measles", Day: today, Site: "KLA", Class: linelist.Suspected, N: 1}}, 1
	if _, raised := Judge(p, s); len(raised) > 0 {
		t.Errorf("one case of measles in a district is an alert by %v", fired(raised))
	}
	s = seriesOf("measles", Camp, 0, 0, 0, 0, 0)
	s.Listed = []linelist.Tallied{{Disease: "measles", Day: today, Site: "KLA", Class: linelist.NotACase, N: 1}}
	if _, raised := Judge(p, s); len(raised) > 0 {
		t.Errorf("who is not a case is an alert by %v", fired(raised))
	}
}

func TestAWeekThatWasNotReportedIsNeverZero(t *testing.T) {
	p := thresholds(t)
	st, raised := Judge(p, seriesOf("measles", District, 1, 1, 1, 1, -1))
	if len(raised) > 0 || st.Known || len(st.May) == 0 || !slices.Contains(st.Needs, "cases_30d") {
		t.Errorf("4 in four weeks and an unknown one: alerts %v, known %v, may %v, needs %v", fired(raised), st.Known, st.May, st.Needs)
	}
	if st, _ = Judge(p, seriesOf("measles", District, 0, 0, 0, 0, 0)); !st.Known || len(st.May) != 0 {
		t.Errorf("reports of zero: known %v, may %v, needs %v", st.Known, st.May, st.Needs)
	}
	for _, c := range st.Checks {
		if c.State != epi.InsufficientHistory.String() || c.Alarm {
			t.Errorf("%s after five weeks: %s", c.Method, c.State)
		}
	}
	s := seriesOf("bloody_diarrhoea", Camp, 0, 0, 0, 0, -1)
	s.Weeks[4].Listed = 6
	if st, raised = Judge(p, s); !slices.Contains(fired(raised), "AT-CAMP3") || !st.AtLeast {
		t.Errorf("six on the line list in a week nobody reported: %v, at least %v", fired(raised), st.AtLeast)
	}
}

func TestEARSDoesNotAlarmAtOneCaseAfterZeros(t *testing.T) {
	zeros := make([]int, 11)
	if _, raised := Judge(nil, seriesOf("dengue", District, append(zeros, 1)...)); len(raised) > 0 {
		t.Errorf("one case after zeros: %v", fired(raised))
	}
	_, raised := Judge(nil, seriesOf("dengue", District, append(zeros, 2)...))
	if !slices.Equal(fired(raised), []string{RuleEARS}) || raised[0].Level != Aberration {
		t.Fatalf("two cases after zeros: %+v", raised)
	}
	if c := raised[0].Checks[0]; c.Method != "ears-c1" || c.SD != MinSigma || c.Expected != 0 || !c.Alarm {
		t.Errorf("C1 %+v", c)
	}
}

func TestFarringtonAnswersWithThreeYearsAndNotBefore(t *testing.T) {
	weeks := make([]int, 0, 3*53+1)
	for i := range cap(weeks) - 1 {
		weeks = append(weeks, 6+i%4)
	}
	state := func(s Series) Check {
		st, _ := Judge(nil, s)
		return st.Checks[len(st.Checks)-1]
	}
	if c := state(seriesOf("dengue", District, append(weeks[10:], 60)...)); c.State != epi.InsufficientHistory.String() || c.Alarm {
		t.Errorf("before three years: %+v", c)
	}
	c := state(seriesOf("dengue", District, append(weeks, 60)...))
	if c.State != epi.Stands.String() || !c.Alarm || c.Upper <= c.Expected || c.Years != 3 {
		t.Errorf("with three years: %+v", c)
	}
	if c = state(seriesOf("dengue", District, append(weeks, 8)...)); c.Alarm {
		t.Errorf("an ordinary week: %+v", c)
	}
}

func TestTheReportOfAWeekIsInTimeLateOrMissing(t *testing.T) {
	r := Reporter{Unit: "site:KLA", Due: 2, From: "2026-W20"}
	w := lastWeek(today) // ended yesterday
	end := lastDay(w)
	got := func(on calendar.Day) *Received { return &Received{On: on} }
	for _, tc := range []struct {
		why   string
		week  epi.Week
		got   *Received
		today calendar.Day
		want  ReportState
	}{
		{"the last day it is in time", w, got(end + 2), today, OnTime},
		{"a day later", w, got(end + 3), today, Late},
		{"nobody sent it, and there is time", w, nil, end + 2, NotDue},
		{"nobody sent it, and there is none", w, nil, end + 3, Missing},
		{"a week before it reports at all", epi.Week{Year: 2026, Number: 19}, nil, today, NotExpected},
		{"the week that runs", w.Add(1), nil, today, NotExpected},
	} {
		if st := StateOf(r, tc.week, tc.got, tc.today); st != tc.want {
			t.Errorf("%s: %s, want %s", tc.why, st, tc.want)
		}
	}
	var n Shares
	for _, st := range []ReportState{OnTime, Late, Missing, NotDue, NotExpected} {
		n.add(st)
	}
	if n != (Shares{Expected: 3, Received: 2, OnTime: 1}) {
		t.Errorf("shares %+v", n)
	}
}

func TestWhatCannotBeIsRefused(t *testing.T) {
	lists := surveillance.Shipped()
	for _, tc := range []struct {
		why   string
		r     Reporter
		field string
	}{
		{"week 53 of a year that has none", Reporter{Unit: "site:KLA", Setting: Camp, Diseases: []string{"measles"}, From: "2025-W53"}, "from"},
		{"a last week before the first", Reporter{Unit: "site:KLA", Setting: Camp, Diseases: []string{"measles"}, From: "2026-W10", Until: "2026-W09"}, "until"},
		{"no disease", Reporter{Unit: "site:KLA", Setting: Camp, From: "2026-W10"}, "diseases"},
		{"a disease of no list", Reporter{Unit: "site:KLA", Setting: Camp, Diseases: []string{"melancholy"}, From: "2026-W10"}, "diseases"},
		{"no setting", Reporter{Unit: "site:KLA", Diseases: []string{"measles"}, From: "2026-W10"}, "setting"},
		{"eight days to report", Reporter{Unit: "site:KLA", Setting: Camp, Diseases: []string{"measles"}, From: "2026-W10", Due: 8}, "due"},
	} {
		errs := tc.r.Valid(lists)
		if len(errs) != 1 || fault.FieldOf(errs[0]) != tc.field {
			t.Errorf("%s: %v", tc.why, errs)
		}
	}
	ok := Reporter{Unit: "site:KLA", Setting: Camp, Diseases: []string{"measles"}, From: "2026-W53"}
	if errs := ok.Valid(lists); len(errs) > 0 { // 2026 has one
		t.Errorf("2026-W53: %v", errs)
	}
	for _, tc := range []struct {
		why   string
		w     Weekly
		field string
	}{
		{"a week that has not ended", Weekly{Week: surveillance.WeekPeriod(today), Zero: true}, "week"},
		{"week 53 of a year that has none", Weekly{Week: "2025-W53", Zero: true}, "week"},
		{"nothing filled in", Weekly{Week: "2026-W20"}, "zero"},
		{"nothing seen, and a case", Weekly{Week: "2026-W20", Zero: true, Lines: []Line{{Disease: "measles", Cases: surveillance.Of(1)}}}, "zero"},
		{"more deaths than cases", Weekly{Week: "2026-W20", Lines: []Line{{Disease: "measles", Cases: surveillance.Of(1), Deaths: surveillance.Of(2)}}}, "deaths.measles"},
	} {
		errs := tc.w.Valid(today)
		if len(errs) != 1 || fault.FieldOf(errs[0]) != tc.field {
			t.Errorf("%s: %v", tc.why, errs)
		}
	}
}

func TestTheFactsAreThoseOfThePack(t *testing.T) {
	p := thresholds(t)
	s := seriesOf("cholera", Camp, 0, 0, 0, 0, 0)
	s.Population = 5
	for name, f := range s.facts(lastDay(s.Last)) {
		if !slices.ContainsFunc(p.Facts, func(x pack.Fact) bool { return x.Name == name && x.Derive == "" }) {
			t.Errorf("%s is no fact of the thresholds (%v)", name, f.Value)
		}
	}
	for _, d := range surveillance.Shipped().Diseases {
		if d.Alert == "" {
			continue
		}
		i := slices.IndexFunc(p.Facts, func(x pack.Fact) bool { return x.Name == "disease" })
		if !slices.Contains(p.Facts[i].Values, d.Alert) {
			t.Errorf("the thresholds know no %q", d.Alert)
		}
	}
	if f := countFact(3, true, true); f.Equal(value.Number(3)) {
		t.Error("at least three is not three")
	}
}

// The number on an alert is the one that its rule asks for: cases of thirty days stand
// there as such, also when the last week was not reported.
func TestAnAlertSaysTheCountThatItsRuleAsksFor(t *testing.T) {
	_, raised := Judge(thresholds(t), seriesOf("measles", District, 0, 9, 9, 9, -1))
	at := slices.IndexFunc(raised, func(r Raised) bool { return r.Rule == "AT-ME1" })
	if at < 0 || raised[at].Observed != 27 || !raised[at].AtLeast || raised[at].Span.Days() != 30 {
		t.Errorf("27 cases in three of four weeks are told as %+v", raised)
	}
	if got := shownCount("27..10000000"); got == any("27..10000000") {
		t.Error("a count without an upper end is shown with one")
	}
}

func TestTheDeathsOfAWeekAreThoseWhoDiedInIt(t *testing.T) {
	last := today - 1 // a Sunday
	died := func(ago int, age linelist.Band) linelist.Died {
		return linelist.Died{Ended: (last - calendar.Day(ago)).Date(), Age: age}
	}
	for _, tc := range []struct {
		why  string
		died []linelist.Died
		told surveillance.Count
		week WeekCount
		want value.Value
	}{
		{"nobody died", nil, surveillance.Count{}, WeekCount{}, value.Number(0)},
		{"one grown, one child, one a week before", []linelist.Died{died(0, linelist.FiveUp), died(1, linelist.Under5), died(7, linelist.FiveUp)}, surveillance.Of(2), WeekCount{}, value.Number(1)},
		{"on the first of the seven days", []linelist.Died{died(6, linelist.FiveUp)}, surveillance.Count{}, WeekCount{}, value.Number(1)},
		{"one whose day nobody noted", []linelist.Died{{Age: linelist.FiveUp}}, surveillance.Count{}, WeekCount{}, value.NotKnown()},
		{"one known, and one whose age nobody noted", []linelist.Died{died(2, linelist.FiveUp), died(3, linelist.BandOpen)}, surveillance.Count{}, WeekCount{}, value.Range(1, mostCounted)},
		{"a child whose day nobody noted", []linelist.Died{{Age: linelist.Under5}}, surveillance.Count{}, WeekCount{}, value.Number(0)},
		{"the report has three deaths and the list none", nil, surveillance.Of(3), WeekCount{}, value.NotKnown()},
		{"the report has more cases than the list", nil, surveillance.Count{}, WeekCount{Reported: surveillance.Of(40), Listed: 2}, value.NotKnown()},
		{"the list has all the cases of the report", nil, surveillance.Of(0), WeekCount{Reported: surveillance.Of(2), Listed: 2}, value.Number(0)},
	} {
		s := seriesOf("awd", Camp, 0, 0, 0, 0, 0)
		s.Site, s.Died, s.DeathsTold = true, tc.died, tc.told
		s.Weeks[len(s.Weeks)-1] = tc.week
		got, ok := s.facts(last)["awd_deaths_over_5"]
		if unknown := tc.want.Kind() == value.KindUnknown; unknown == ok || ok && !got.Value.Equal(tc.want) {
			t.Errorf("%s: %v, want %v", tc.why, got.Value, tc.want)
		}
	}
}
