package analysis

import (
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
)

// Suppression is what may not leave of a table of counts.
//
// Whoever has two reports can subtract one from the other. So nothing that leaves is
// worked out of the cases of a period: a week is suppressed once, by what happened in
// it, and a report adds up what its weeks leave with. Two reports then tell together no
// more than the weeks do, whatever their periods are. Within a week the rule holds
// against a reader who knows it: every count from 1 to below the limit may be another
// one for all that leaves (docs/adr/0029).
type Suppression struct {
	Limit  int
	Source string
}

// Cell is what leaves of a count: between which numbers it lies. A count that is told
// has both alike.
type Cell struct {
	Least, Most int
}

// Told reports whether the count itself leaves.
func (c Cell) Told() bool { return c.Least == c.Most }

func (c Cell) plus(d Cell) Cell { return Cell{c.Least + d.Least, c.Most + d.Most} }

func exactly(n int) Cell { return Cell{n, n} }

// small reports whether a count may not leave.
func (s Suppression) small(n int) bool { return n > 0 && n < s.Limit }

// total is the sum of a week's lines as it leaves.
func (s Suppression) total(n int) Cell {
	if s.small(n) {
		return Cell{1, s.Limit - 1}
	}
	return exactly(n)
}

// withheld is a cell of which nothing is told but the sum that it is part of.
func withheld(sum Cell) Cell { return Cell{0, sum.Most} }

// line suppresses the cells of a line whose sum leaves as total has it. With the small
// ones go the smallest of those that are not, and where there are none the whole line:
// which of the hidden ones are small is then told by nothing. all hides them anyhow.
func (s Suppression) line(counts []int, all bool) []Cell {
	sum := 0
	for _, n := range counts {
		sum += n
	}
	total, next, some := s.total(sum), 0, false
	for _, n := range counts {
		some = some || s.small(n)
		if n >= s.Limit && (next == 0 || n < next) {
			next = n
		}
	}
	out := make([]Cell, len(counts))
	for i, n := range counts {
		out[i] = exactly(n)
		if all || !total.Told() || s.small(n) || some && (next == 0 || n == next) {
			out[i] = withheld(total)
		}
	}
	return out
}

// deaths are how many died of some cases, as it leaves: it is told only where those who
// did not die are no small count either.
func (s Suppression) deaths(cases, dead int) Cell {
	return s.line([]int{dead, cases - dead}, false)[0]
}

// column are the deaths of the lines of a week. They leave all or not at all: not where
// one of them, or of those who live, is a small count.
func (s Suppression) column(lines []Line) []Cell {
	dead, cases := 0, 0
	small := false
	for _, l := range lines {
		dead, cases = dead+l.Deaths, cases+l.Cases
		small = small || s.small(l.Deaths) || s.small(l.Cases-l.Deaths) || l.Withheld
	}
	sum := s.deaths(cases, dead)
	out := make([]Cell, len(lines))
	for i, l := range lines {
		out[i] = exactly(l.Deaths)
		if !sum.Told() || small && dead > 0 {
			out[i] = withheld(sum)
		}
	}
	return out
}

// Left is a line of a report.
type Left struct {
	Key           string
	Cases, Deaths Cell
}

// Outside is what of a disease and a period leaves.
type Outside struct {
	From, To      calendar.Day
	Cases, Deaths Cell
	Classes       [3]Cell // confirmed, probable, suspected
	Ages, Sites   []Left
	Weeks         []WeekLeft
	LastRt        RtDay
	LastRtNo      Refusal
}

// WeekLeft is a week of the curve.
type WeekLeft struct {
	WeekLine
	All, LocalLeft, ImportedLeft, UnknownLeft, DeathsLeft Cell
}

// wholeWeeks are the days of the ISO weeks of a period that are over on a day, those of
// the first day and of the last one among them; ok is false where none is.
func wholeWeeks(from, to, today calendar.Day) (calendar.Day, calendar.Day, bool) {
	monday := func(d calendar.Day) calendar.Day { return d - calendar.Day((int(d.Weekday())+6)%7) }
	from, to = monday(from), monday(to)+6
	if to >= today {
		to = monday(today) - 1
	}
	return from, to, from < to && to-from < mostDays
}

// lead is what leaves of a desk of whole weeks and all sites; codes are the sites that a
// line may be of, in the order of the report.
func (s Suppression) leaving(d Desk, codes []string) Outside {
	out := Outside{From: d.From, To: d.To}
	for monday := d.From; monday < d.To; monday += 7 {
		w := Desk{Asked: Asked{Disease: d.Disease, From: monday, To: monday + 6}}
		w.count(slices.DeleteFunc(slices.Clone(d.reported), func(k linelist.Tallied) bool { return k.Day < w.From || k.Day > w.To }))
		out.Cases, out.Deaths = out.Cases.plus(s.total(w.Cases)), out.Deaths.plus(s.deaths(w.Cases, w.Deaths))
		for i, c := range s.line([]int{w.Confirmed, w.Probable, w.Suspected}, false) {
			out.Classes[i] = out.Classes[i].plus(c)
		}
		out.Ages = s.add(out.Ages, inOrder(w.Ages, []string{string(linelist.Under5), string(linelist.FiveUp), string(linelist.BandOpen)}))
		out.Sites = s.add(out.Sites, coarse(w.Sites, codes))
	}
	for _, w := range d.Weekly {
		all := w.Local + w.Imported + w.Unknown
		origin := s.line([]int{w.Local, w.Imported, w.Unknown}, false)
		out.Weeks = append(out.Weeks, WeekLeft{w, s.total(all), origin[0], origin[1], origin[2], s.deaths(all, w.Deaths)})
	}
	out.LastRt, out.LastRtNo = s.reproduction(d)
	return out
}

// add adds the lines of a week to those of the weeks before it, which have the same keys.
func (s Suppression) add(sums []Left, lines []Line) []Left {
	if sums == nil {
		sums = make([]Left, len(lines))
	}
	counts, all := make([]int, len(lines)), false
	for i, l := range lines {
		counts[i], all = l.Cases, all || l.Withheld
	}
	deaths := s.column(lines)
	for i, c := range s.line(counts, all) {
		sums[i] = Left{lines[i].Key, sums[i].Cases.plus(c), sums[i].Deaths.plus(deaths[i])}
	}
	return sums
}

// inOrder are the lines of some keys, those too of which there is none: what is told of a
// week must not depend on which lines it has.
func inOrder(lines []Line, keys []string) []Line {
	out := make([]Line, len(keys))
	for i, key := range keys {
		out[i].Key = key
		if j := slices.IndexFunc(lines, func(l Line) bool { return l.Key == key }); j >= 0 {
			out[i] = lines[j]
		}
	}
	return out
}

// coarse are the lines of the sites that may be told of, and one of all others. Where
// that is of one site alone it is that site, and no line of the week is told.
func coarse(lines []Line, codes []string) []Line {
	out, other, joined := inOrder(lines, codes), Line{}, 0
	for _, l := range lines {
		if !slices.Contains(codes, l.Key) {
			other.Cases, other.Deaths, joined = other.Cases+l.Cases, other.Deaths+l.Deaths, joined+1
		}
	}
	other.Withheld = joined == 1
	return append(out, other)
}
