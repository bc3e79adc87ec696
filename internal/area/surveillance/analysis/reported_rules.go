package analysis

import (
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/surveillance"
)

// MakeSituation makes the report out of all that a source reported of a disease up to the
// last day of the period, in the order of its areas. What is new is of the day of its
// report: a number that covers several days stands with the day on which it was told.
func MakeSituation(lists surveillance.Lists, list []surveillance.Reported, a SituationAsked) Situation {
	out := Situation{SituationAsked: a, New: map[string]int{}, Totals: map[string]int{}}
	byUnit, units, reporting := map[string][]surveillance.Reported{}, []string{}, []calendar.Day{}
	for _, r := range list {
		_, last, ok := r.Period.Bounds()
		if !ok || last > a.To || !isSituation(lists, r) {
			continue
		}
		if byUnit[r.Unit] == nil {
			units = append(units, r.Unit)
		}
		byUnit[r.Unit] = append(byUnit[r.Unit], r)
		if last >= a.From && !slices.Contains(reporting, last) {
			reporting = append(reporting, last)
			out.Last = max(out.Last, last)
		}
	}
	for day := a.From; day <= a.To; day++ {
		out.Days = append(out.Days, SituationDay{Day: day, New: map[string]int{}})
	}
	slices.Sort(units)
	for _, unit := range units {
		out.Lines = append(out.Lines, out.line(lists, unit, byUnit[unit], reporting))
		for _, f := range lists.Reconcile(byUnit[unit]) {
			if _, last, ok := f.Period.Bounds(); ok && last >= a.From {
				out.Findings = append(out.Findings, f)
			}
		}
	}
	return out
}

func isSituation(lists surveillance.Lists, r surveillance.Reported) bool {
	ind, ok := lists.Indicator(r.Indicator)
	return ok && slices.ContainsFunc(situationStems, func(s struct{ stem, among string }) bool { return s.stem == ind.Stem })
}

// line is one area, and adds it to the sums and the days.
func (x *Situation) line(lists surveillance.Lists, unit string, list []surveillance.Reported, reporting []calendar.Day) SituationLine {
	out := SituationLine{Unit: unit, Totals: map[string]surveillance.Count{}, New: map[string]int{}}
	first, told := x.To, map[calendar.Day]bool{}
	for _, s := range situationStems {
		of := ofStem(lists, list, s.stem)
		if len(of) > 0 && !slices.Contains(x.Stems, s.stem) {
			x.Stems = append(x.Stems, s.stem)
		}
		for _, r := range of {
			_, last, _ := r.Period.Bounds()
			out.As, first = max(out.As, last), min(first, last)
			if ind, _ := lists.Indicator(r.Indicator); ind.Mode == surveillance.Cumulative && r.Value.Known { // the order is that of time
				out.Totals[s.stem] = r.Value
			}
			if s.among == "" && r.Value.Known {
				told[last] = true
			}
		}
		for _, i := range lists.Increments(of) {
			if !i.Value.Known || i.Last < x.From || i.Last > x.To {
				continue
			}
			out.New[s.stem] += i.Value.N
			x.New[s.stem] += i.Value.N
			x.Days[i.Last-x.From].New[s.stem] += i.Value.N
		}
		if n, ok := out.Totals[s.stem]; ok {
			x.Totals[s.stem] += n.N
		}
	}
	for _, day := range reporting {
		if day < first {
			continue
		}
		out.Days++
		if told[day] {
			x.Days[day-x.From].Areas++
		} else {
			out.Silent++
		}
	}
	return out
}

func ofStem(lists surveillance.Lists, list []surveillance.Reported, stem string) (out []surveillance.Reported) {
	for _, r := range list {
		if ind, ok := lists.Indicator(r.Indicator); ok && ind.Stem == stem {
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, func(a, b surveillance.Reported) int {
		_, la, _ := a.Period.Bounds()
		_, lb, _ := b.Period.Bounds()
		return int(la - lb)
	})
	return out
}

// SituationLeft is what of a report leaves: sums of whole weeks, of all areas. Totals
// since the beginning stay: two of them subtracted tell a week.
type SituationLeft struct {
	Situation
	Weeks []SituationWeek
	All   map[string]Cell
	Areas []SituationArea
}

// SituationWeek is what was new by the reports of an ISO week.
type SituationWeek struct {
	Week surveillance.Period
	All  map[string]Cell
	Days int // on which the source reported
}

// SituationArea is an area, or under "" all those that are not told of.
type SituationArea struct {
	Unit string
	New  map[string]Cell
}

// situation suppresses each week by what was reported in it, and adds up what the weeks
// leave with. codes are the areas that a line may be of.
func (s Suppression) situation(lists surveillance.Lists, list []surveillance.Reported, a SituationAsked, codes []string) SituationLeft {
	out := SituationLeft{Situation: MakeSituation(lists, list, a), All: map[string]Cell{}}
	for _, code := range append(slices.Clone(codes), "") {
		out.Areas = append(out.Areas, SituationArea{Unit: code, New: map[string]Cell{}})
	}
	for monday := a.From; monday < a.To; monday += 7 {
		week := a
		week.From, week.To = monday, monday+6
		x := MakeSituation(lists, list, week)
		left := SituationWeek{Week: surveillance.WeekPeriod(monday), All: map[string]Cell{}}
		for _, d := range x.Days {
			if d.Areas > 0 {
				left.Days++
			}
		}
		for _, k := range situationStems {
			var lines []Line
			for _, l := range x.Lines {
				n := Line{Key: l.Unit, Cases: l.New[k.stem]}
				if k.among != "" { // deaths, and those who live among the cases of the week
					n.Deaths, n.Cases = l.New[k.stem], max(l.New[k.stem], l.New[k.among])
				}
				lines = append(lines, n)
			}
			sum, cells := s.weekOf(coarse(lines, codes), k.among != "")
			left.All[k.stem] = sum
			out.All[k.stem] = out.All[k.stem].plus(sum)
			for i, c := range cells {
				out.Areas[i].New[k.stem] = out.Areas[i].New[k.stem].plus(c)
			}
		}
		out.Weeks = append(out.Weeks, left)
	}
	return out
}

// weekOf is the sum and the lines of one count of a week as they leave.
func (s Suppression) weekOf(lines []Line, deaths bool) (Cell, []Cell) {
	cases, dead, all := 0, 0, false
	counts := make([]int, len(lines))
	for i, l := range lines {
		cases, dead, counts[i], all = cases+l.Cases, dead+l.Deaths, l.Cases, all || l.Withheld
	}
	if deaths {
		return s.deaths(cases, dead), s.column(lines)
	}
	return s.total(cases), s.line(counts, all)
}
