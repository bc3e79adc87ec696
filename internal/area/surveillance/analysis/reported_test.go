package analysis

import (
	"fmt"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/surveillance"
)

var aMonday = calendar.DayOf(2026, 5, 18)

// said is a report of a source about one area; none is "not reported".
func said(unit, indicator string, day, n int) surveillance.Reported {
	on := aMonday + calendar.Day(day)
	r := surveillance.Report{Cell: surveillance.Cell{Unit: unit, Disease: "bdbv", Indicator: indicator, Period: surveillance.DayPeriod(on), Source: "INSP"}, Reported: on}
	if n >= 0 {
		r.Value = surveillance.Of(n)
	}
	return surveillance.FoldReports([]surveillance.Report{r})
}

const none = -1

func TestASituationReportSaysWhatWasNotReportedAndCountsItNowhere(t *testing.T) {
	list := []surveillance.Reported{
		said("A", "cumulative_suspected_cases", -3, 8), said("A", "new_suspected_cases", 0, 53), said("A", "cumulative_suspected_cases", 0, 61),
		said("A", "new_suspected_cases", 1, none), said("A", "new_suspected_cases", 2, 4), said("A", "cumulative_suspected_cases", 2, 60),
		said("B", "new_suspected_cases", 1, 2), said("B", "cumulative_suspected_cases", 1, 302), said("B", "new_suspected_deaths", 1, 1),
		said("A", "new_suspected_cases", 9, 1000), // after the period
	}
	x := MakeSituation(surveillance.Shipped(), list, SituationAsked{Disease: "bdbv", Source: "INSP", From: aMonday, To: aMonday + 6})
	a, b := x.Lines[0], x.Lines[1]
	if a.Totals["suspected_cases"].N != 60 || a.New["suspected_cases"] != 57 || a.Days != 3 || a.Silent != 1 || a.As != aMonday+2 {
		t.Errorf("A: %+v", a)
	}
	if b.Totals["suspected_cases"].N != 302 || b.New["suspected_cases"] != 2 || b.New["suspected_deaths"] != 1 || b.Days != 2 || b.Silent != 1 {
		t.Errorf("B, whose first report is of the second day: %+v", b)
	}
	if x.New["suspected_cases"] != 59 || x.Totals["suspected_cases"] != 362 || x.Last != aMonday+2 || x.Days[0].New["suspected_cases"] != 53 || x.Days[3].Areas != 0 || x.Days[1].Areas != 1 {
		t.Errorf("%+v", x)
	}
	if _, ok := x.Days[3].New["suspected_cases"]; ok || len(x.Findings) != 1 {
		t.Errorf("a day that nobody reported has a number, or the fall of A was not found: %+v %+v", x.Days[3], x.Findings)
	}
}

func TestReportsOfReportedCountsSubtractedTellWhatTheWeeksTell(t *testing.T) {
	rule := Suppression{Limit: 5}
	lists := surveillance.Shipped()
	for seed := range 200 {
		var list []surveillance.Reported
		for day := range 21 {
			for i, unit := range []string{"A", "B", "C"} {
				n := (seed*7 + day*(i+3) + day*day/(seed+1)) % 7
				list = append(list, said(unit, "new_suspected_cases", day, n/2), said(unit, "new_suspected_deaths", day, n/4), said(unit, "cumulative_confirmed_cases", day, day*i/3))
			}
		}
		of := func(from, to int) SituationLeft {
			return rule.situation(lists, list, SituationAsked{Disease: "bdbv", Source: "INSP", From: aMonday + calendar.Day(7*from), To: aMonday + calendar.Day(7*to+6)}, []string{"A", "B", "C"})
		}
		long, short, last := of(0, 2), of(0, 1), of(2, 2)
		for _, k := range situationStems {
			if got := short.All[k.stem].plus(last.All[k.stem]); got != long.All[k.stem] {
				t.Fatalf("seed %d: %s of three weeks is %v, of two and one %v", seed, k.stem, long.All[k.stem], got)
			}
			for i := range long.Areas {
				if got := short.Areas[i].New[k.stem].plus(last.Areas[i].New[k.stem]); got != long.Areas[i].New[k.stem] {
					t.Fatalf("seed %d: %s of area %d", seed, k.stem, i)
				}
				if c := last.Areas[i].New[k.stem]; c.Told() && rule.small(c.Least) {
					t.Fatalf("seed %d: %s of area %d leaves with %d", seed, k.stem, i, c.Least)
				}
			}
			if c := last.All[k.stem]; c.Told() && rule.small(c.Least) {
				t.Fatalf("seed %d: %s of a week leaves with %d", seed, k.stem, c.Least)
			}
		}
	}
}

func TestTheSituationReportOfReportedCountsIsRead(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		day := calendar.DayOfTime(w.Now) - 14
		var list []surveillance.Report
		for i, n := range []int{3, 12, none, 40} {
			c := surveillance.Cell{Unit: "UGA", Disease: "bdbv", Indicator: "new_suspected_cases", Period: surveillance.DayPeriod(day + calendar.Day(i)), Source: "INSP"}
			r := surveillance.Report{Cell: c, Reported: day + calendar.Day(i)}
			if n >= 0 {
				r.Value = surveillance.Of(n)
			}
			list = append(list, r)
		}
		_, err := w.Signals.RecordCounts(w.As("epidemiologist"), list...)
		w.Must(err)
		code, body := w.Get("epidemiologist", situationPath)
		if code != 200 {
			t.Fatal(code, fmt.Sprintf("%.500s", body))
		}
		w.Says(body, "as reported by INSP", "55 new", "1 of 4 days", "Who may be next")
		for login, want := range map[string]int{"epidemiologist": 200, "nurse": 403} {
			if code, body := w.Get(login, situationPath+"/print"); code != want {
				t.Errorf("%s prints: %d %.300s", login, code, body)
			}
		}
		_, body = w.Get("epidemiologist", situationPath+"/print")
		w.Says(body, "as reported by INSP", "Only whole weeks", "Totals since the beginning are left out")
	})
}
