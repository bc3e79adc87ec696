package analysis

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

var monday = calendar.DayOf(2026, 5, 4)

// weekly is a disease of so many cases a week from a Monday on, all of one day of it.
func weekly(weekday int, counts ...int) (list []linelist.Tallied) {
	for week, n := range counts {
		list = append(list, linelist.Tallied{Disease: "covid", Day: monday + calendar.Day(7*week+weekday), Site: "KLA", Class: linelist.Confirmed, Imported: value.No, Onset: value.Yes, Age: linelist.FiveUp, N: n})
	}
	return list
}

// leavesFrom is the report of the weeks from one on, as it leaves.
func leavesFrom(list []linelist.Tallied, from, weeks int, serial Interval) reported {
	a := Asked{Disease: "covid", From: monday + calendar.Day(7*from), To: monday + calendar.Day(7*weeks) - 1}
	reported := slices.DeleteFunc(slices.Clone(list), func(k linelist.Tallied) bool { return k.Day < a.From || k.Day > a.To })
	return newReported(Make(a, monday+90, disease("covid"), reported, list, 0, serial, Interval{}, true), Suppression{Limit: 5}, map[string]place.Site{"KLA": {}})
}

// intervals are serial intervals from one day to weeks: of agents, and such as a reader
// would choose to ask about one week.
var intervals = []Interval{covid, {A: 1, B: 0.5}, {A: 8, B: 1}, {A: 15.3, B: 9.3}}

// Every report that can be had of three weeks, with every serial interval, and all of them
// held beside each other: a reader who has them all finds no small count.
func TestWhoKnowsEveryRateFindsNoSmallCount(t *testing.T) {
	some := []int{0, 1, 2, 3, 4, 6, 20}
	a := &attack{limit: 5}
	given := 0
	for _, one := range some {
		for _, two := range some {
			for _, three := range some {
				var print strings.Builder
				for _, serial := range intervals {
					for from := range 3 {
						rep := leavesFrom(weekly(0, one, two, three), from, 3, serial)
						if rep.Outside.LastRtNo == Given {
							given++
						}
						for _, w := range rep.Outside.Weeks {
							fmt.Fprint(&print, w.All, w.LocalLeft, w.DeathsLeft)
						}
						fmt.Fprintf(&print, "%+v\n", rep.rates())
					}
				}
				a.world(print.String(), map[string]int{"first week": one, "second week": two, "third week": three, "all": one + two + three})
			}
		}
	}
	if got := a.found(); len(got) > 0 || given == 0 {
		t.Errorf("%d rates are given, and %d small counts are found, as %.300s", given, len(got), got[:min(3, len(got))])
	}
}

func TestTheReproductionNumberThatLeavesIsOfWeeksThatAllLeave(t *testing.T) {
	for _, tc := range []struct {
		why    string
		counts []int
		from   int
		serial Interval
		no     Refusal
		end    int // the week
	}{
		{"every week leaves", []int{10, 14, 20}, 0, covid, Given, 2},
		{"a week of one that infected is withheld", []int{10, 1, 20}, 0, covid, Withheld, 0},
		{"and of four", []int{10, 4, 20}, 0, covid, Withheld, 0},
		{"before the report, within the interval", []int{10, 4, 20}, 2, covid, Withheld, 0},
		{"before the interval it infected nobody", []int{4, 10, 14, 20, 25}, 0, Interval{A: 2, B: 1}, Given, 4},
		{"within a longer interval it did", []int{4, 10, 14, 20, 20}, 0, Interval{A: 15.3, B: 9.3}, Withheld, 0},
		{"an earlier week has one where the last is withheld", []int{10, 14, 20, 3}, 0, covid, Given, 2},
		{"a week without cases is no secret", []int{10, 0, 20}, 0, covid, Given, 2},
		{"eleven are too few, and exactly twelve are not", []int{9, 11}, 0, covid, TooFew, 0},
		{"twelve", []int{9, 12}, 0, covid, Given, 1},
		{"the first week has nobody before it", []int{20}, 0, covid, TooShort, 0},
		{"no interval of the agent", []int{10, 14, 20}, 0, Interval{}, NoInterval, 0},
	} {
		o := leavesFrom(weekly(0, tc.counts...), tc.from, len(tc.counts), tc.serial).Outside
		if o.LastRtNo != tc.no || tc.no == Given && o.LastRt.Day != monday+calendar.Day(7*tc.end)+6 {
			t.Errorf("%s: %q %+v", tc.why, o.LastRtNo, o.LastRt)
		}
	}
}

func TestTheReproductionNumberThatLeavesTellsNoDay(t *testing.T) {
	want := leavesFrom(weekly(0, 10, 14, 20), 0, 3, covid).Outside.LastRt
	for weekday := 1; weekday < 7; weekday++ {
		if got := leavesFrom(weekly(weekday, 10, 14, 20), 0, 3, covid).Outside.LastRt; got != want {
			t.Errorf("all cases on another day of their week: %+v, not %+v", got, want)
		}
	}
	// The same weeks with the cases on every day: close to what the desk has of days.
	var list []linelist.Tallied
	for day := range 28 {
		k := weekly(0, 7+int(float64(day)*0.5))[0]
		k.Day += calendar.Day(day)
		list = append(list, k)
	}
	rep := leavesFrom(list, 0, 4, covid)
	desk := rep.Rt[len(rep.Rt)-1]
	if got := rep.Outside.LastRt; got.Day != desk.Day || math.Abs(got.Mean/desk.Mean-1) > 0.05 {
		t.Errorf("%+v, and the desk has %+v", got, desk)
	}
}
