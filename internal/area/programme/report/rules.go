package report

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/suppress"
	"github.com/godwit-health/godwit/internal/area/programme/count"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

func monday(d calendar.Day) calendar.Day {
	return d - calendar.Day((int(d.Weekday())-int(time.Monday)+7)%7)
}

// periodOf is the period that a day lies in.
func periodOf(f Freq, d calendar.Day) Period {
	if f == Weekly {
		return Period{Weekly, monday(d)}
	}
	return Period{Monthly, count.Month(d)}
}

// reported are the indicators of a period that a report tells: counts, not ratios.
func reported(p *pack.Pack, f Freq) (out []pack.Indicator) {
	for _, x := range p.Indicators {
		if x.Measure != pack.Ratio && (f == Weekly && x.Weekly || f == Monthly && x.Monthly) {
			out = append(out, x)
		}
	}
	return out
}

// A cell's key is what it is told apart by and its value: "sex=f", "age=0-4", "status=host",
// and for sex and age together "sex=f age=0-4". What is not known is "u".

// tally is one count with what it is told apart by.
type tallied struct {
	dims count.Dims
	n    int64
}

// figureOf adds tallies up to a figure of an indicator.
func figureOf(x pack.Indicator, list []tallied) (f Figure) {
	var total int64
	cells := map[string]int64{}
	for _, c := range list {
		total += c.n
		for _, key := range keysOf(x, c.dims) {
			cells[key] += c.n
		}
	}
	f.Value = &total
	if len(cells) > 0 {
		f.Cells = cells
	}
	return f
}

func keysOf(x pack.Indicator, d count.Dims) (keys []string) {
	of := map[string]string{"sex": d.Sex, "age": ageIn(x.Ages, d.Age), "pregnancy": d.Pregnant, "disability": d.Disability, "status": d.Status}
	for _, s := range x.Split {
		keys = append(keys, s+"="+of[s])
	}
	if slices.Contains(x.Split, "sex") && slices.Contains(x.Split, "age") {
		keys = append(keys, "sex="+of["sex"]+" age="+of["age"])
	}
	return keys
}

// ageIn is the band of an indicator in which a band of the tallies lies.
func ageIn(bands []pack.Ages, first string) string {
	years, err := strconv.Atoi(first)
	if err != nil {
		return count.NotKnown
	}
	for _, b := range bands {
		if years >= b.From && (b.To == 0 || years <= b.To) {
			return b.String()
		}
	}
	return count.NotKnown
}

// settled is a figure that a person gave: told apart as the tallies do where both agree,
// with the rest as not known where the person counted more, and not at all where less.
func settled(given *int64, counted Figure) Figure {
	switch {
	case given == nil:
		return Figure{}
	case counted.Value == nil || *given < *counted.Value:
		return Figure{Value: given}
	case *given == *counted.Value:
		return Figure{Value: given, Cells: counted.Cells}
	}
	rest, cells, splits := *given-*counted.Value, map[string]int64{}, map[string]bool{}
	for key, n := range counted.Cells {
		cells[key] = n
		splits[unknownKey(key)] = true
	}
	for key := range splits {
		cells[key] += rest
	}
	if len(cells) == 0 {
		cells = nil
	}
	return Figure{Value: given, Cells: cells}
}

// unknownKey is the key of the same split of which nothing is known.
func unknownKey(key string) string {
	parts := strings.Fields(key)
	for i, p := range parts {
		name, _, _ := strings.Cut(p, "=")
		parts[i] = name + "=" + count.NotKnown
	}
	return strings.Join(parts, " ")
}

// Rate is what a ratio comes to; ok is false where it is not defined: a count was not
// reported, or there is nothing to divide by.
type Rate struct {
	Value  float64
	Why    string // not_reported, no_denominator
	OK     bool
	Of, By int64
}

// rateOf divides. A period is brought to a year by its days.
func rateOf(x pack.Indicator, figures map[string]Figure, p Period) Rate {
	of, by := figures[x.Numerator], figures[x.Denominator]
	if of.Value == nil || by.Value == nil {
		return Rate{Why: "not_reported"}
	}
	r := Rate{Of: *of.Value, By: *by.Value}
	if r.By == 0 {
		r.Why = "no_denominator"
		return r
	}
	r.OK, r.Value = true, float64(r.Of)/float64(r.By)*x.Factor
	if x.Yearly {
		const year = 365.25
		days := float64(p.Last()-p.First) + 1
		if p.Freq == Monthly {
			days = year / 12 // a month is a twelfth, as the definition says
		}
		r.Value *= year / days
	}
	return r
}

// stateOf is how a period stands on a day; late is how many days after it a report is late.
func stateOf(r Report, late int, today calendar.Day) State {
	due := r.Period.Last() + calendar.Day(late)
	if _, ok := r.Last(); ok {
		if calendar.DayOfTime(r.Versions[0].At.UTC()) <= due {
			return InTime
		}
		return Late
	}
	if today <= due {
		return Due
	}
	return Missing
}

// Count is a number of a table that leaves: shown, left out, or not reported.
type Count struct {
	N      int64
	Known  bool
	Hidden bool
}

// String is the count as a file has it: a star for what is left out, nothing for what
// nobody reported.
func (c Count) String() string {
	switch {
	case !c.Known:
		return ""
	case c.Hidden:
		return "*"
	}
	return strconv.FormatInt(c.N, 10)
}

// Release is one indicator as it leaves: by site, and for all sites by its cells.
type Release struct {
	Indicator pack.Indicator
	Sites     []Count // in the order of the sites asked for
	Total     Count
	Cells     map[string]Count
}

// released protects the counts of one indicator. The total is of the sites that reported,
// and of each split that adds up to it.
func released(x pack.Indicator, sites []Figure, k int64) Release {
	out := Release{Indicator: x, Sites: make([]Count, len(sites)), Cells: map[string]Count{}}
	var t suppress.Table
	put := func(n int64) int { t.Cells = append(t.Cells, n); return len(t.Cells) - 1 }
	total, at := put(0), make([]int, len(sites))
	sum, cells := suppress.Sum{Total: total}, map[string]int64{}
	whole := true
	for i, f := range sites {
		if f.Value == nil {
			continue
		}
		at[i] = put(*f.Value)
		sum.Parts = append(sum.Parts, at[i])
		t.Cells[total] += *f.Value
		whole = whole && (len(f.Cells) > 0 || *f.Value == 0)
		for key, n := range f.Cells {
			cells[key] += n
		}
	}
	if len(sum.Parts) == 0 {
		return out
	}
	t.Sums = append(t.Sums, sum)
	where := map[string]int{}
	if whole { // a site that is not told apart leaves no table of the rest
		for _, key := range sortedKeys(cells) {
			where[key] = put(cells[key])
		}
		t.Sums = append(t.Sums, sumsOf(where, total)...)
	}
	hidden := t.Hide(k)
	count := func(i int) Count { return Count{N: t.Cells[i], Known: true, Hidden: hidden[i]} }
	for i, f := range sites {
		if f.Value != nil {
			out.Sites[i] = count(at[i])
		}
	}
	out.Total = count(total)
	for key, i := range where {
		out.Cells[key] = count(i)
	}
	return out
}

// withoutSmall are figures without the counts that must not leave; a cell that is left out is
// missing, and a figure that is, was not reported. It is never a zero.
func withoutSmall(p *pack.Pack, figures map[string]Figure, k int64) (out map[string]Figure, held int) {
	out = map[string]Figure{}
	for code, f := range figures {
		x, ok := p.Indicator(code)
		if !ok || f.Value == nil {
			continue
		}
		r := released(x, []Figure{f}, k)
		if r.Total.Hidden {
			held++
			continue
		}
		left := Figure{Value: f.Value, Held: map[string]bool{}}
		for key, c := range r.Cells {
			if c.Hidden {
				left.Held[key] = true
				held++
				continue
			}
			if left.Cells == nil {
				left.Cells = map[string]int64{}
			}
			left.Cells[key] = c.N
		}
		out[code] = left
	}
	return out, held
}

// sumsOf are the sums among cells: each split adds up to the total, and sex by age to both.
func sumsOf(where map[string]int, total int) (sums []suppress.Sum) {
	parts := map[string][]int{}
	for _, key := range sortedKeys(where) {
		names := strings.Fields(key)
		if len(names) == 1 {
			name, _, _ := strings.Cut(key, "=")
			parts[name] = append(parts[name], where[key])
			continue
		}
		for _, n := range names {
			parts[n] = append(parts[n], where[key])
		}
	}
	for _, name := range sortedKeys(parts) {
		if i, ok := where[name]; ok {
			sums = append(sums, suppress.Sum{Total: i, Parts: parts[name]})
		} else if !strings.Contains(name, "=") {
			sums = append(sums, suppress.Sum{Total: total, Parts: parts[name]})
		}
	}
	return sums
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
