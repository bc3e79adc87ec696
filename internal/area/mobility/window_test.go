package mobility

import (
	"html"
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/epi"
	"github.com/godwit-health/godwit/engine/flow"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/access"
)

// sunday ends a week: the weeks before it are sunday-6 … sunday and so on.
var sunday = calendar.DayOf(2026, 5, 17)

// week is a new count of the week that holds a day.
func week(unit, indicator string, d calendar.Day, v surveillance.Count) surveillance.Reported {
	r := surveillance.Report{Cell: surveillance.Cell{Unit: unit, Disease: "bdbv", Indicator: indicator, Period: surveillance.WeekPeriod(d), Source: "sitrep"}, Value: v, Reported: d}
	return surveillance.FoldReports([]surveillance.Report{r})
}

func outbreakOf(list ...surveillance.Reported) Outbreak {
	return OutbreakOf(surveillance.New(surveillance.Deps{}).Lists(), list)
}

func isCounted(t *testing.T, what string, got Counted, least, likely, most float64, days, of int) {
	t.Helper()
	if math.Abs(got.Least-least) > 1e-9 || math.Abs(got.Likely-likely) > 1e-9 || math.Abs(got.Most-most) > 1e-9 || got.Days != days || got.Of != of {
		t.Errorf("%s: %v (%v to %v) of %d of %d days, want %v (%v to %v) of %d of %d", what, got.Likely, got.Least, got.Most, got.Days, got.Of, likely, least, most, days, of)
	}
}

func TestAWeekThatTheWindowCutsGivesItsShareOfDays(t *testing.T) {
	of := surveillance.Of
	o := outbreakOf(week("A", "new_cases", sunday-14, of(7)), week("A", "new_cases", sunday-7, of(14)), week("A", "new_cases", sunday, of(21)))
	for _, c := range []struct {
		days                int
		least, likely, most float64
	}{
		{7, 21, 21, 21},            // the last week, whole
		{14, 35, 35, 35},           // two weeks, whole
		{8, 21, 21 + 14./7, 35},    // one day of the week before
		{11, 21, 21 + 14.*4/7, 35}, // four of its days
		{4, 0, 21. * 4 / 7, 21},    // four days of the last week: counting all of it is 75 % too many
		{20, 35, 35 + 7.*6/7, 42},  // six days of the first week
		{21, 42, 42, 42},           // all
		{60, 42, 42, 42},           // nobody took the place for affected before its first report
	} {
		want := min(c.days, 21)
		isCounted(t, "window", o.CasesIn(sunday, c.days)["A"], c.least, c.likely, c.most, want, want)
	}
	// A week that ends after the day is not known on the day: three days are like the seven
	// before, none at least, and as in the worst week at most.
	isCounted(t, "a Wednesday", o.CasesIn(sunday-4, 10)["A"], 14, 14+14./7*3, 14+14./7*3, 7, 10)
}

func TestAPlaceThatStoppedReportingHasNoNumberAndNoNought(t *testing.T) {
	of := surveillance.Of
	o := outbreakOf(week("A", "new_cases", sunday-28, of(14)), week("A", "new_cases", sunday-21, of(28)), week("A", "new_cases", sunday, surveillance.Count{}),
		week("B", "new_cases", sunday-14, of(14)), week("B", "new_cases", sunday-7, of(7)), week("C", "new_cases", sunday-7, of(3)), week("C", "new_cases", sunday, of(0)))
	got := o.CasesIn(sunday, 14)
	if a := got["A"]; a.Known() || a.Last != sunday-21 || a.Of != 14 {
		t.Errorf("nothing was reported of A for three weeks: %+v", a)
	}
	isCounted(t, "one of two weeks: the other is like it, none at least, as in its worst week at most", got["B"], 7, 14, 7+14, 7, 14)
	isCounted(t, "who reports none had none", got["C"], 3, 3, 3, 14, 14)
}

func TestTheFirstCumulativeCountSaysOfNoDays(t *testing.T) {
	of := surveillance.Of
	o := outbreakOf(said("A", "cumulative_cases", day-5, of(30)), said("A", "cumulative_cases", day, of(50)), said("B", "cumulative_cases", day-5, of(9)), said("B", "cumulative_cases", day, of(7)),
		said("C", "cumulative_cases", day-3, of(40)))
	isCounted(t, "from none to all of the first count, with the rise after it", o.CasesIn(day, 10)["A"], 20, 50, 50, 6, 6)
	isCounted(t, "the rise of five days, of which two are in the window", o.CasesIn(day, 2)["A"], 0, 8, 20, 2, 2)
	isCounted(t, "the first count is no number of a day, and on the days after it there may have been as many again", o.CasesIn(day, 10)["C"], 0, 40, 80, 1, 4)
	if b := o.CasesIn(day, 5)["B"]; b.Known() || !b.Fell {
		t.Errorf("a count that fell says of no number of new cases: %+v", b)
	}
}

func TestANewCountSinceTheLastReportLeavesNoDayOfWhichNobodyReported(t *testing.T) {
	of := surveillance.Of
	// As the ministry of the DRC published them: none of 16 and 17 May, and the new ones of
	// 18 May are all since 15 May, which the cumulative count shows.
	o := outbreakOf(said("A", "new_suspected_cases", day-3, of(72)), said("A", "cumulative_suspected_cases", day-3, of(72)), said("A", "new_suspected_cases", day, of(64)), said("A", "cumulative_suspected_cases", day, of(136)),
		said("B", "new_suspected_cases", day-3, of(8)), said("B", "cumulative_suspected_cases", day-3, of(8)), said("B", "new_suspected_cases", day, of(53)), said("B", "cumulative_suspected_cases", day, of(91)))
	isCounted(t, "nothing is left of the rise", o.CasesIn(day, 4)["A"], 136, 136, 136, 4, 4)
	isCounted(t, "30 of the rise fell on two days that nobody told", o.CasesIn(day, 4)["B"], 91, 91, 91, 4, 4)
	isCounted(t, "of which one is in the window", o.CasesIn(day, 2)["B"], 53, 68, 83, 2, 2)
}

func TestKindsOfCasesAreNotAddedAndFillEachOthersGaps(t *testing.T) {
	of := surveillance.Of
	o := outbreakOf(week("A", "new_suspected_cases", sunday-7, of(70)), week("A", "new_confirmed_cases", sunday-7, of(14)), week("A", "new_confirmed_cases", sunday, of(21)))
	isCounted(t, "the suspected of the first week and the confirmed of the second", o.CasesIn(sunday, 14)["A"], 91, 91, 91, 14, 14)
}

func TestTheForecastOfASilentPlaceIsUnknownAndNamed(t *testing.T) {
	in := forecastInput()
	in.People["X"] = 1000
	in.Cases["X"] = Counted{Of: 20}
	f := forecasted(t, in)
	if len(f.Silent) != 1 || f.Silent[0] != "X" || f.Origins[1].OnePer.State != flow.Unknown {
		t.Errorf("%v %+v", f.Silent, f.Origins[1])
	}
	for _, d := range f.Destinations {
		if d.Unit == "B" && (d.Silent != 1 || d.Listed != 1) {
			t.Errorf("B hears nothing of X: %+v", d)
		}
	}
	in.Cases = map[string]Counted{"A": {Of: 20}, "X": {Of: 20}}
	if f := forecasted(t, in); f.Absent != "silent" || len(f.Destinations) != 0 {
		t.Errorf("where nobody reported there is no forecast: %q", f.Absent)
	}
}

func TestACutReportWidensTheForecastAndIsAmongWhatItHangsOn(t *testing.T) {
	in := forecastInput()
	sure := forecasted(t, in)
	in.Cases["A"] = Counted{Least: 0, Likely: 10, Most: 20, Days: 20, Of: 20}
	in.Draws = 2000
	cut := forecasted(t, in)
	if cut.All.Low >= sure.All.Low*0.5 || cut.All.High <= sure.All.High*1.5 || math.Abs(cut.All.Mid-sure.All.Mid) > sure.All.Mid*0.1 {
		t.Errorf("%+v, without the cut %+v", cut.All, sure.All)
	}
	if top := cut.Influences[0]; top.Name != Timing || top.AtLow != 0 || math.Abs(top.AtHigh-2*sure.All.Mid) > 1e-9 {
		t.Errorf("%+v", cut.Influences)
	}
	for _, i := range sure.Influences {
		if i.Name == Timing {
			t.Error("where no report is cut nothing hangs on it")
		}
	}
}

func TestGrowthOfWeeklyReportsIsNotBrokenIntoBinsOfNone(t *testing.T) {
	of := surveillance.Of
	var list []surveillance.Reported
	for i, n := range []int{4, 8, 16, 32} {
		d := sunday - calendar.Day(7*(3-i))
		list = append(list, week("A", "new_cases", d, of(n)))
		if i < 2 {
			list = append(list, week("B", "new_cases", d, of(500)))
		}
	}
	g, err := growthOf(outbreakOf(list...), sunday+3, 31)
	// Doubling every week, by A alone: B stopped, which is no fall from 500 to none.
	if err != nil || g.State != epi.Stands || g.Width != 7 || g.Bins != 4 || g.Silent != 1 || math.Abs(g.Rate.Mid-math.Ln2/7) > 1e-9 {
		t.Errorf("%+v %v", g, err)
	}
}

// text is what a page says, without its marks.
func text(body string) string {
	return strings.NewReplacer("\u2068", "", "\u2069", "").Replace(html.UnescapeString(marks.ReplaceAllString(body, "")))
}

var marks = regexp.MustCompile(`<[^>]*>`)

func TestACountThatStoodStillBeforeThePlaceFellSilentIsNotNone(t *testing.T) {
	of := surveillance.Of
	o := outbreakOf(week("A", "cumulative_cases", sunday-28, of(40)), week("A", "cumulative_cases", sunday-21, of(40)),
		week("B", "new_cases", sunday-35, of(0)), week("B", "cumulative_cases", sunday-28, of(40)), week("B", "cumulative_cases", sunday-21, of(40)))
	got := o.CasesIn(sunday, 28)
	isCounted(t, "none in the week that was told, and in the three others up to what the place counted before", got["A"], 0, 0, 40, 7, 28)
	if a := got["A"]; a.Exact() || !a.Known() {
		t.Errorf("of 21 of 28 days nothing was told: %+v", a)
	}
	if b := got["B"]; b.Known() || b.Last != sunday-21 {
		t.Errorf("nothing says how many there may have been: %+v", b)
	}
	isCounted(t, "the week that was told is exact", o.CasesIn(sunday-21, 7)["A"], 0, 0, 0, 7, 7)
}

func TestGrowthOfWeeklyCumulativeCountsIsOfWholeWeeks(t *testing.T) {
	of := surveillance.Of
	var list []surveillance.Reported
	for i, n := range []int{4, 8, 16, 32, 64} {
		list = append(list, week("A", "cumulative_cases", sunday-calendar.Day(7*(4-i)), of(n)))
	}
	// In bins of three days a week is cut into shares that are not there, and three steps
	// of one height are read as no growth between them.
	g, err := growthOf(outbreakOf(list...), sunday, 28)
	if err != nil || g.State != epi.Stands || g.Width != 7 || g.Bins != 4 || math.Abs(g.Rate.Mid-math.Ln2/7) > 1e-9 {
		t.Errorf("%+v %v", g, err)
	}
	if _, longest := outbreakOf(said("A", "cumulative_cases", day-40, of(9)), said("A", "cumulative_cases", day-20, of(9)), said("A", "cumulative_cases", day-1, of(11)), said("A", "cumulative_cases", day, of(12))).lastCovered(day, 14); longest != 19 {
		t.Errorf("a count of 19 days of which the last are in the window: %d", longest)
	}
	if _, longest := outbreakOf(said("A", "cumulative_cases", day-40, of(9)), said("A", "cumulative_cases", day-20, of(10)), said("A", "new_cases", day, of(1))).lastCovered(day, 14); longest != 1 {
		t.Errorf("a long count before the window: %d", longest)
	}
}

func TestAPeriodThatCannotBeReadIsNotTheBeginning(t *testing.T) {
	of := surveillance.Of
	bad := week("A", "new_cases", sunday, of(3))
	bad.Period = "soon"
	o := outbreakOf(week("A", "new_cases", sunday-7, of(14)), week("A", "new_cases", sunday, of(21)))
	o.units["A"] = append([]surveillance.Reported{bad}, o.units["A"]...)
	if got := o.begun("A"); got != sunday-13 {
		t.Errorf("begun on %s", got)
	}
	isCounted(t, "the days before the first report are not unknown", o.CasesIn(sunday, 60)["A"], 35, 35, 35, 14, 14)
}

func TestThePagesSayTheWindowAndWhoDidNotReport(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.outbreak()
		for _, r := range []surveillance.Report{
			{Cell: surveillance.Cell{Unit: "UGA-A", Disease: "bdbv", Indicator: "new_cases", Period: "2026-W19", Source: "weekly"}, Value: surveillance.Of(14)},
			{Cell: surveillance.Cell{Unit: "UGA-B", Disease: "bdbv", Indicator: "new_cases", Period: "2026-W19", Source: "weekly"}, Value: surveillance.Of(7)},
			{Cell: surveillance.Cell{Unit: "UGA-B", Disease: "bdbv", Indicator: "new_cases", Period: "2026-W20", Source: "weekly"}, Value: surveillance.Of(7)},
		} {
			r.Reported = sunday
			_, err := w.counts.RecordCounts(w.as(access.Epidemiologist), r)
			w.must(err)
		}
		body := w.page(access.Epidemiologist, "/mobility/forecast?series=bdbv+weekly&window=10")
		for _, part := range []string{"10 days from 8 May 2026 to 17 May 2026", "about 10 (7 to 14)", "10 of 10", "about 20 (0 to 28)", "3 of 10"} {
			if !strings.Contains(text(body), part) {
				t.Errorf("%q is not in the forecast", part)
			}
		}
		body = w.page(access.Epidemiologist, "/mobility/forecast?series=bdbv+weekly&window=5")
		for _, part := range []string{"Affected places that reported nothing", "Zone A: last report of 10 May 2026", "Not reported", "it is not none"} {
			if !strings.Contains(text(body), part) {
				t.Errorf("%q is not in the forecast", part)
			}
		}
		for _, r := range []surveillance.Report{
			{Cell: surveillance.Cell{Unit: "UGA-A", Indicator: "cumulative_cases", Period: "2026-W16"}, Value: surveillance.Of(40)},
			{Cell: surveillance.Cell{Unit: "UGA-A", Indicator: "cumulative_cases", Period: "2026-W17"}, Value: surveillance.Of(40)},
			{Cell: surveillance.Cell{Unit: "UGA-B", Indicator: "new_cases", Period: "2026-W20"}, Value: surveillance.Of(7)},
		} {
			r.Disease, r.Source, r.Reported = "bdbv", "still", sunday
			_, err := w.counts.RecordCounts(w.as(access.Epidemiologist), r)
			w.must(err)
		}
		body = w.page(access.Epidemiologist, "/mobility/forecast?series=bdbv+still&window=28")
		for _, part := range []string{"about 0 (0 to 40)", "7 of 28"} {
			if !strings.Contains(text(body), part) {
				t.Errorf("%q is not in the forecast of a place that fell silent", part)
			}
		}
		body = w.page(access.Epidemiologist, "/mobility/next?series=bdbv+weekly")
		for _, part := range []string{"All cases reported from 4 May 2026 to 17 May 2026", "Affected places that reported nothing in the 7 days up to 17 May 2026", "Zone A: last report of 10 May 2026"} {
			if !strings.Contains(text(body), part) {
				t.Errorf("%q is not in the ranking", part)
			}
		}
		im, err := w.Imported(w.as(access.Epidemiologist), ForecastQuery{NextQuery: NextQuery{Disease: "bdbv", Source: "weekly"}, Window: 5})
		w.must(err)
		if f := im.Forecast; len(f.Cases) != 2 || f.Cases["UGA-A"].Known() || f.Silent[0] != "UGA-A" {
			t.Errorf("%+v", im.Forecast.Cases)
		}
	})
}
