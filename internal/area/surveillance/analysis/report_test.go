package analysis

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// attack is a reader who knows the rule and every world there may be: what they see of
// each is a print, and what they know is what all worlds of one print have in common.
type attack struct {
	limit int
	seen  map[string]map[string]map[int]bool // print, count, its values
}

func (a *attack) world(print string, counts map[string]int) {
	if a.seen == nil {
		a.seen = map[string]map[string]map[int]bool{}
	}
	if a.seen[print] == nil {
		a.seen[print] = map[string]map[int]bool{}
	}
	for name, n := range counts {
		if a.seen[print][name] == nil {
			a.seen[print][name] = map[int]bool{}
		}
		a.seen[print][name][n] = true
	}
}

// found are the small counts that can be only one number.
func (a *attack) found() (out []string) {
	for print, counts := range a.seen {
		for name, values := range counts {
			for n := range values {
				if len(values) == 1 && n > 0 && n < a.limit {
					out = append(out, fmt.Sprintf("%s is %d of %s", name, n, print))
				}
			}
		}
	}
	return out
}

// each calls f with every way to fill some counts that sum to at most so many.
func each(counts []int, most int, f func()) {
	if len(counts) == 0 {
		f()
		return
	}
	for counts[0] = 0; counts[0] <= most; counts[0]++ {
		each(counts[1:], most-counts[0], f)
	}
}

func TestWhoKnowsTheRuleFindsNoSmallCountOfAWeek(t *testing.T) {
	for _, cells := range []int{2, 3, 4} {
		rule := Suppression{Limit: 5}
		a := &attack{limit: rule.Limit}
		told := 0
		n := make([]int, cells)
		each(n, 22, func() {
			sum, counts := 0, map[string]int{}
			for i, x := range n {
				sum += x
				counts[fmt.Sprint("cell ", i)] = x
			}
			counts["sum"] = sum
			line := rule.line(n, false)
			for _, c := range line {
				if c.Told() && c.Least > 0 {
					told++
				}
			}
			a.world(fmt.Sprint(rule.total(sum), line), counts)
		})
		if got := a.found(); len(got) > 0 || told == 0 {
			t.Errorf("%d cells, %d told: %d are found, as %s", cells, told, len(got), got[:min(3, len(got))])
		}
	}
}

func TestWhoKnowsTheRuleFindsNoSmallCountAmongDeaths(t *testing.T) {
	rule := Suppression{Limit: 3}
	a := &attack{limit: rule.Limit}
	n := make([]int, 4)
	each(n, 16, func() { // of two lines each: died, lives
		lines := []Line{{Key: "a", Cases: n[0] + n[1], Deaths: n[0]}, {Key: "b", Cases: n[2] + n[3], Deaths: n[2]}}
		cases, dead := n[0]+n[1]+n[2]+n[3], n[0]+n[2]
		counts := map[string]int{"a died": n[0], "a live": n[1], "b died": n[2], "b live": n[3], "a": n[0] + n[1], "b": n[2] + n[3], "died": dead, "live": cases - dead, "all": cases}
		a.world(fmt.Sprint(rule.total(cases), rule.line([]int{lines[0].Cases, lines[1].Cases}, false), rule.deaths(cases, dead), rule.column(lines)), counts)
	})
	if got := a.found(); len(got) > 0 {
		t.Errorf("%d are found, as %s", len(got), got[:min(3, len(got))])
	}
}

// outbreakOf is a disease in nine weeks at three sites, most weeks of it with few cases.
func outbreakOf(seed uint64) (list []linelist.Tallied) {
	r := rand.New(rand.NewPCG(seed, 29))
	for day := range 63 {
		for range r.IntN(1 + int(seed+uint64(day/7))%5) {
			k := tallied(3+day, 1+r.IntN(2), []value.Truth{value.Yes, value.No, value.Unknown}[r.IntN(3)])
			k.Site, k.Age = []string{"KLA", "GUL", "SHE"}[r.IntN(3)], []linelist.Band{linelist.Under5, linelist.FiveUp, linelist.BandOpen}[r.IntN(3)]
			k.Class = []linelist.Class{linelist.Confirmed, linelist.Probable, linelist.Suspected}[r.IntN(3)]
			if r.IntN(4) == 0 {
				k.Ending = linelist.Dead
			}
			list = append(list, k)
		}
	}
	return list
}

// leavesOf are the counts of a report by name.
func leavesOf(rep reported) map[string]Cell {
	o := rep.Outside
	out := map[string]Cell{"cases": o.Cases, "deaths": o.Deaths, "confirmed": o.Classes[0], "probable": o.Classes[1], "suspected": o.Classes[2]}
	for _, l := range o.Ages {
		out["age "+l.Key], out["died, age "+l.Key] = l.Cases, l.Deaths
	}
	for _, l := range o.Sites {
		out["site "+l.Key], out["died, site "+l.Key] = l.Cases, l.Deaths
	}
	for _, w := range o.Weeks {
		out["curve"], out["curve, here"] = out["curve"].plus(w.All), out["curve, here"].plus(w.LocalLeft)
		out["curve, imported"], out["curve, died"] = out["curve, imported"].plus(w.ImportedLeft), out["curve, died"].plus(w.DeathsLeft)
	}
	return out
}

// Every report that can be had, of every two days, is subtracted from every one that it
// lies in. What is left is of whole weeks, and no small count.
func TestNoTwoReportsSubtractedTellASmallCount(t *testing.T) {
	rule := Suppression{Limit: 5}
	sites := map[string]place.Site{"KLA": {Code: "KLA"}, "GUL": {Code: "GUL"}, "SHE": {Code: "SHE", Guarded: true}}
	told := 0
	for seed := range uint64(6) {
		list := outbreakOf(seed)
		today := first + 66
		reports := map[[2]calendar.Day]map[string]Cell{}
		for from := first; from <= today; from++ {
			for to := from; to <= today; to++ {
				a := Asked{Disease: "covid"}
				ok := false
				if a.From, a.To, ok = wholeWeeks(from, to, today); !ok || reports[[2]calendar.Day{a.From, a.To}] != nil {
					continue
				}
				reports[[2]calendar.Day{a.From, a.To}] = leavesOf(newReported(Make(a, today, disease("covid"), list, list, 0, Interval{}, Interval{}, true), rule, sites))
			}
		}
		if len(reports) < 40 {
			t.Fatalf("%d reports of ten weeks", len(reports))
		}
		for of, whole := range reports {
			if (of[1]-of[0])%7 != 6 || of[0].Weekday() != 1 || of[1] >= today {
				t.Errorf("a report from %s to %s", of[0], of[1])
			}
			for in, part := range reports {
				if in[0] < of[0] || in[1] > of[1] {
					continue
				}
				for name, n := range whole {
					if p, ok := part[name]; ok && n.Told() && p.Told() {
						told++
						if left := n.Least - p.Least; in != of && rule.small(left) || rule.small(n.Least) {
							t.Errorf("%s from %s to %s without %s to %s are %d", name, of[0], of[1], in[0], in[1], left)
						}
					}
				}
			}
		}
	}
	if told == 0 {
		t.Error("no report tells anything")
	}
}

func TestALineOfOneShelterIsThatShelter(t *testing.T) {
	rule := Suppression{Limit: 5}
	for _, tc := range []struct {
		why   string
		lines []Line
		told  bool // the lines of the week
	}{
		{"two shelters are one line", []Line{{Key: "A", Cases: 10}, {Key: "B", Cases: 7}, {Key: "C", Cases: 6}}, true},
		{"one shelter would be that line", []Line{{Key: "A", Cases: 10}, {Key: "B", Cases: 7}}, false},
		{"one shelter and nothing else", []Line{{Key: "B", Cases: 70}}, false},
		{"no shelter", []Line{{Key: "A", Cases: 10}}, true},
	} {
		lines := coarse(tc.lines, []string{"A", "D"})
		if len(lines) != 3 || lines[0].Key != "A" || lines[1].Key != "D" || lines[2].Key != "" {
			t.Fatalf("%s: %+v", tc.why, lines)
		}
		for _, l := range rule.add(nil, lines) {
			if l.Cases.Told() != tc.told {
				t.Errorf("%s: %+v", tc.why, l)
			}
		}
	}
	if sites := map[string]place.Site{"A": {}, "B": {Guarded: true}}; neverTold(sites, "A") || !neverTold(sites, "B") || !neverTold(sites, "not known here") {
		t.Error("a site that is not known here is told of")
	}
}

func TestAReportIsOfWholeWeeksThatAreOver(t *testing.T) {
	monday := calendar.DayOf(2026, 6, 1)
	for _, tc := range []struct {
		why             string
		from, to, today calendar.Day
		first, last     calendar.Day // 0: there is none
	}{
		{"whole weeks", monday, monday + 6, monday + 30, monday, monday + 6},
		{"days within a week", monday + 2, monday + 3, monday + 30, monday, monday + 6},
		{"a Sunday and a Monday", monday + 6, monday + 7, monday + 30, monday, monday + 13},
		{"the week is over on its Monday", monday, monday + 9, monday + 7, monday, monday + 6},
		{"and not on its Sunday", monday - 7, monday + 6, monday + 6, monday - 7, monday - 1},
		{"a week that is not over", monday, monday + 3, monday + 3, 0, 0},
	} {
		from, to, ok := wholeWeeks(tc.from, tc.to, tc.today)
		if ok != (tc.first > 0) || ok && (from != tc.first || to != tc.last) {
			t.Errorf("%s: %s to %s, %v", tc.why, from, to, ok)
		}
	}
}

func TestAReportTellsNoRateOfNumbersThatDoNotLeave(t *testing.T) {
	monday := calendar.DayOf(2026, 5, 4)
	of := func(cases, dead int) reported {
		var list []linelist.Tallied
		for week := range 3 {
			k := linelist.Tallied{Disease: "covid", Day: monday + calendar.Day(7*week), Site: "KLA", Class: linelist.Confirmed, Imported: value.No, Onset: value.Yes, Age: linelist.FiveUp, N: cases - dead}
			d := k
			d.N, d.Ending = dead, linelist.Dead
			list = append(list, k, d)
		}
		a := Asked{Disease: "covid", From: monday, To: monday + 20}
		return newReported(Make(a, monday+60, disease("covid"), list, list, 0, covid, Interval{}, true), Suppression{Limit: 5}, map[string]place.Site{"KLA": {}})
	}
	for _, tc := range []struct {
		why         string
		cases, dead int
		withheld    int // of the two rates
	}{{"20 a week, 6 of them died", 20, 6, 0}, {"2 of 20 died", 20, 2, 1}, {"18 of 20 died", 20, 18, 1}, {"3 a week", 3, 0, 2}} {
		withheld := 0
		for _, row := range of(tc.cases, tc.dead).rates().Rows {
			if reflect.DeepEqual(row.Value, refused(Withheld)) {
				withheld++
			}
		}
		if withheld != tc.withheld {
			t.Errorf("%s: %d of the rates are withheld: %+v", tc.why, withheld, of(tc.cases, tc.dead).rates())
		}
	}
	if last := of(20, 6).Outside.LastRt; last.Day.Weekday() != 0 || last.Day != monday+20 {
		t.Errorf("of a week that ends on %s", last.Day)
	}
}
