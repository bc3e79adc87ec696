package alert

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/packs"
)

const ministry = "Ministry of Health"

var day0 = calendar.DayOf(2026, 5, 18) // a Monday

// nd is a day of which the report says "not reported"; gap is one of which nothing is said.
const (
	nd  = -1
	gap = -2
)

// saidDays are reports of one indicator from day0 on.
func saidDays(unit, indicator string, numbers ...int) (out []surveillance.Report) {
	for i, n := range numbers {
		if n == gap {
			continue
		}
		day := day0 + calendar.Day(i)
		r := surveillance.Report{Cell: surveillance.Cell{Unit: unit, Disease: "bdbv", Indicator: indicator, Period: surveillance.DayPeriod(day), Source: ministry}, Reported: day}
		if n != nd {
			r.Value = surveillance.Of(n)
		}
		out = append(out, r)
	}
	return out
}

func days(fresh, total []int) []DayCount {
	var list []surveillance.Reported
	for indicator, numbers := range map[string][]int{"new_confirmed_cases": fresh, "cumulative_confirmed_cases": total} {
		for _, r := range saidDays("UGA", indicator, numbers...) {
			list = append(list, surveillance.FoldReports([]surveillance.Report{r}))
		}
	}
	return daysOf(surveillance.Shipped(), list, day0, day0+calendar.Day(max(len(fresh), len(total))-1))
}

func TestWhatADayIsKnownToHaveHad(t *testing.T) {
	for _, c := range []struct {
		name         string
		fresh, total []int
		state        DayState
		n            int
		doubt        bool
	}{
		{"a new count", []int{1, 4}, nil, DayCounted, 4, false},
		{"a new count of zero", []int{1, 0}, nil, DayCounted, 0, false},
		{"not reported", []int{1, nd}, nil, DayUnsaid, 0, false},
		{"nothing said", []int{1, gap}, nil, DayMissing, 0, false},
		{"only the cumulative count, which rose since the day before", nil, []int{3, 5}, DayRose, 2, false},
		{"only the cumulative count, which did not rise", nil, []int{3, 3}, DayRose, 0, false},
		{"not reported, and the cumulative count repeated", []int{1, nd}, []int{3, 3}, DayUnsaid, 0, false},
		{"not reported, but the cumulative count rose", []int{1, nd}, []int{3, 5}, DayRose, 2, false},
		{"the cumulative count fell", []int{1, nd}, []int{3, 2}, DayFell, 0, false},
		{"a new count although the cumulative one fell", []int{1, 2}, []int{3, 2}, DayCounted, 2, true},
		{"a new count that the cumulative one did not rise by", []int{1, 0}, []int{3, 12}, DayCounted, 0, true},
		{"a new count that is all since a report three days ago", []int{1, gap, gap, 53}, []int{8, gap, gap, 61}, DayTogether, 53, false},
		{"a new count that is a part of what is new since three days", []int{1, gap, gap, 20}, []int{8, gap, gap, 61}, DayCounted, 20, false},
		{"nothing new since three days", []int{1, gap, gap, 0}, []int{8, gap, gap, 8}, DayCounted, 0, false},
		{"only the cumulative count, three days later", nil, []int{8, gap, gap, 9}, DayTogether, 1, false},
		{"the first cumulative count", nil, []int{gap, 9}, DayUnsaid, 0, false},
	} {
		list := days(c.fresh, c.total)
		if last := list[len(list)-1]; last.State != c.state || last.N != c.n || last.Doubt != c.doubt {
			t.Errorf("%s: %+v, want %s %d", c.name, last, c.state, c.n)
		}
	}
}

func daily(list ...int) Daily {
	d := Daily{Watched: Watched{Disease: "bdbv", Source: ministry, Stem: "confirmed_cases", Setting: District, Rules: RuleSets}, Unit: "UGA", First: day0, Last: day0 + calendar.Day(len(list)) - 1, Days: map[string][]DayCount{"confirmed_cases": days(list, nil)}}
	d.Kind, _ = surveillance.Shipped().Disease("bdbv")
	return d
}

func TestEARSOnDaysNeedsSevenDaysThatWereReported(t *testing.T) {
	for _, c := range []struct {
		name  string
		days  []int
		state []string // C1, C2, C3
		alarm bool
	}{
		{"seven days", []int{1, 2, 1, 2, 1, 2, 30}, []string{"insufficient-history", "insufficient-history", "insufficient-history"}, false},
		{"eight days", []int{1, 2, 1, 2, 1, 2, 1, 30}, []string{"ok", "insufficient-history", "insufficient-history"}, true},
		{"ten days", []int{1, 2, 1, 2, 1, 2, 1, 1, 2, 30}, []string{"ok", "ok", "insufficient-history"}, true},
		{"twelve days", []int{1, 2, 1, 2, 1, 2, 1, 1, 2, 1, 1, 30}, []string{"ok", "ok", "ok"}, true},
		{"a day of the baseline said to be not reported", []int{1, 2, 1, nd, 1, 2, 1, 30}, []string{"history-not-reported", "insufficient-history", "insufficient-history"}, false},
		{"a day of the baseline of which nothing was said", []int{1, 2, 1, gap, 1, 2, 1, 30}, []string{"history-not-reported", "insufficient-history", "insufficient-history"}, false},
		{"the day itself not reported", []int{1, 2, 1, 2, 1, 2, 1, nd}, []string{"not-reported", "insufficient-history", "insufficient-history"}, false},
		{"all as before", []int{1, 2, 1, 2, 1, 2, 1, 1, 2, 1, 1, 2}, []string{"ok", "ok", "ok"}, false},
	} {
		var states []string
		alarm := false
		for _, k := range daily(c.days...).DetectDay(0) {
			states, alarm = append(states, k.State), alarm || k.Alarm
		}
		if !slices.Equal(states, c.state) || alarm != c.alarm {
			t.Errorf("%s: %v, alarm %v", c.name, states, alarm)
		}
	}
}

func TestANumberOfSeveralDaysIsNoPeakButCountsForAThreshold(t *testing.T) {
	d := daily(1, 1, 1, 1, 1, 1, 1, gap, gap, 4)
	c := &d.Days["confirmed_cases"][9]
	*c = DayCount{State: DayTogether, N: 4, Since: day0 + 7}
	if k := d.DetectDay(0)[0]; k.State == "ok" || k.Alarm {
		t.Errorf("four cases of three days are held against a day: %+v", k)
	}
	if n, atLeast, known := d.sum("confirmed_cases", d.Last, 10); n != 11 || atLeast || !known {
		t.Errorf("ten days have %d (at least %v, known %v)", n, atLeast, known)
	}
	if n, atLeast, _ := d.sum("confirmed_cases", d.Last, 2); n != 0 || !atLeast {
		t.Errorf("of the last two days nobody knows how many of the four: %d, at least %v", n, atLeast)
	}
	if n, atLeast, _ := d.sum("confirmed_cases", d.Last, 30); n != 11 || !atLeast {
		t.Errorf("of thirty days twenty were not reported: %d, at least %v", n, atLeast)
	}
}

func TestAThresholdThatADayNotReportedCouldHideIsNotBelow(t *testing.T) {
	p, err := pack.Load(packs.Builtin(), packThresholds)
	if err != nil {
		t.Fatal(err)
	}
	quiet := make([]int, 31)
	st, raised := JudgeDays(p, daily(quiet...))
	if len(raised) != 0 || slices.Contains(st.May, string(Epidemic)) {
		t.Errorf("31 days of zero confirmed cases: %+v, may %v", raised, st.May)
	}
	quiet[29] = nd
	st, raised = JudgeDays(p, daily(quiet...))
	if len(raised) != 0 || !slices.Contains(st.May, string(Epidemic)) {
		t.Errorf("one day of them not reported: %+v, may %v", raised, st.May)
	}
	quiet[28] = 1
	_, raised = JudgeDays(p, daily(quiet...))
	if !slices.ContainsFunc(raised, func(r Raised) bool {
		return r.Rule == "AT-EP1" && r.Level == Epidemic && r.AtLeast && r.Observed == 1 && len(r.Record) > 0
	}) {
		t.Errorf("one confirmed: %+v", raised)
	}
}

// reported brings what a ministry reported of Uganda in.
func (w *world) reported(list ...surveillance.Report) {
	w.T.Helper()
	_, err := w.Signals.RecordCounts(w.As("epidemiologist"), list...)
	w.Must(err)
}

func watched(rules ...RuleSet) Watched {
	return Watched{Disease: "bdbv", Source: ministry, Stem: "confirmed_cases", Setting: District, Rules: rules}
}

func TestNothingIsHeldAgainstReportedCountsUntilSomebodySaysSo(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.reported(saidDays("UGA", "new_confirmed_cases", 1, 2, 1, 2, 1, 2, 1, 30)...)
		w.Must(w.Look(w.As("epidemiologist")))
		if b := w.board(); len(b.Open) != 0 || len(b.Days) != 0 {
			t.Fatalf("nobody asked, and there is %+v %+v", b.Open, b.Days)
		}
		if err := w.SaveWatched(w.As("nurse"), watched(EARS)); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a nurse watches: %v", err)
		}
		if err := w.SaveWatched(w.As("epidemiologist"), watched()); fault.FieldOf(err) != "rules" {
			t.Errorf("without a rule: %v", err)
		}
		other := watched(EARS)
		other.Source = "nobody"
		if err := w.SaveWatched(w.As("epidemiologist"), other); fault.FieldOf(err) != "series" {
			t.Errorf("a source that reported nothing: %v", err)
		}
		w.Must(w.SaveWatched(w.As("epidemiologist"), watched(EARS)))
		w.Must(w.Look(w.As("epidemiologist")))
		b := w.board()
		if len(b.Open) != 1 || b.Open[0].Rule != RuleEARS || b.Open[0].Week != "2026-W22" || b.Open[0].Last().AsOf != day0+7 || b.Open[0].Last().Observed != 30 || len(b.Open[0].Raised) != 1 {
			t.Fatalf("the alert of a day: %+v", b.Open)
		}
		if len(b.Days) != 1 || b.Days[0].Day != day0+7 || !slices.Equal(b.Days[0].Fired, []string{RuleEARS}) || b.Days[0].Checks[1].State != "insufficient-history" {
			t.Fatalf("how the day stands: %+v", b.Days)
		}
		seen, err := w.Open(w.As("epidemiologist"), b.Open[0].ID, "en")
		w.Must(err)
		if seen.Daily == nil || len(seen.Daily.Watching()) != 8 {
			t.Errorf("its days: %+v", seen.Daily)
		}
		w.Must(w.Acknowledge(w.As("epidemiologist"), b.Open[0].ID, Acknowledged{Outcome: Watch, Why: "more laboratories"}))
	})
}

func TestADayAboveItsLimitIsAddedToTheAlertOfItsWeek(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		numbers := []int{1, 2, 1, 2, 1, 2, 1, 30, 90}
		w.reported(saidDays("UGA", "new_confirmed_cases", numbers[:8]...)...)
		w.Must(w.SaveWatched(w.As("epidemiologist"), watched(Fixed, EARS)))
		before := len(w.board().Open)
		w.reported(saidDays("UGA", "new_confirmed_cases", numbers...)[8:]...)
		w.Must(w.Look(w.As("epidemiologist")))
		b := w.board()
		i := slices.IndexFunc(b.Open, func(a Alert) bool { return a.Rule == RuleEARS })
		if i < 0 || len(b.Open) != before || len(b.Open[i].Raised) != 2 || b.Open[i].Last().AsOf != day0+8 {
			t.Fatalf("two days of one week: %d alerts before, %+v", before, b.Open)
		}
		if !slices.ContainsFunc(b.Open, func(a Alert) bool { return a.Rule == "AT-EP1" && a.Last().Record != nil }) {
			t.Errorf("the fixed thresholds: %+v", b.Open)
		}
		stop := watched()
		stop.Stopped = true
		w.Must(w.SaveWatched(w.As("epidemiologist"), stop))
		w.Must(w.Look(w.As("epidemiologist")))
		if after := w.board(); len(after.Days) != 0 || len(after.Open) != len(b.Open) {
			t.Errorf("after it was stopped: %+v, %d alerts", after.Days, len(after.Open))
		}
	})
}

func TestOneInstallationLooksAtWhatIsWatched(t *testing.T) {
	w := newWorld(t, "")
	w.reported(saidDays("UGA", "new_confirmed_cases", 1, 2, 1, 2, 1, 2, 1, 1)...)
	w.Must(w.SaveWatched(w.As("epidemiologist"), watched(EARS)))
	w.reported(saidDays("UGA", "new_confirmed_cases", gap, gap, gap, gap, gap, gap, gap, gap, 40)...)
	w.Mine = func(*db.Tx, string) (bool, error) { return false, nil }
	w.Must(w.Look(w.As("epidemiologist")))
	if b := w.board(); len(b.Open) != 0 {
		t.Errorf("an installation that does not look after the site raises: %+v", b.Open)
	}
}

func TestReportedCountsAreWatchedOnAPage(t *testing.T) {
	w := newWorld(t, "")
	w.reported(saidDays("UGA", "new_confirmed_cases", 1, 2, 1, 2, 1, nd, 1, 30)...)
	w.reported(saidDays("UGA", "cumulative_confirmed_cases", 1, 3, 4, 6, 7, 9, 10, 40)...)
	if _, body := w.Get("manager", "/surveillance/watched"); strings.Contains(body, `name="stem"`) {
		t.Error("who may not record is asked what to watch")
	}
	form := url.Values{"series": {"bdbv " + ministry}, "stem": {"confirmed_cases"}, "setting": {"district"}}
	if code, body := w.Post("epidemiologist", "/surveillance/watched", form); code != 422 || !strings.Contains(body, `id="e-rules`) {
		t.Fatalf("without a rule: %d", code)
	}
	form["rules"] = []string{"ears"}
	if code, to := w.Post("epidemiologist", "/surveillance/watched", form); code != 303 || to != boardPath {
		t.Fatalf("%d %s", code, to)
	}
	_, body := w.Get("epidemiologist", boardPath)
	w.Says(body, "Counts reported by day", "as reported by Ministry of Health", "Above its limit", "Not chosen")
	_, body = w.Get("epidemiologist", boardPath+"/"+w.board().Open[0].ID.String())
	w.Says(body, "Which cases", "Confirmed cases", "as reported by Ministry of Health", "Rise of the cumulative count", "EARS C1", "Insufficient history")
	_, body = w.Get("epidemiologist", "/surveillance/watched")
	w.Says(body, "Ministry of Health", "EARS on days", "Watched")
}
