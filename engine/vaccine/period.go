package vaccine

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
)

// Period is a length of time as schedules write it: "6 weeks - 4 days". The zero
// Period is not given, which is another thing than "0 days".
type Period struct {
	Years, Months, Days int16 // weeks are seven days
	Given               bool
}

// ParsePeriod reads "19 years", "6 weeks - 4 days", "16 years - 4 months", "8 months +
// 1 day". An empty text and "n/a" are no period.
func ParsePeriod(s string) (Period, error) {
	text := strings.ToLower(strings.TrimSpace(s))
	if text == "" || text == "n/a" {
		return Period{}, nil
	}
	p := Period{Given: true}
	fields := strings.Fields(signs.Replace(text))
	sign := 1
	for i := 0; i < len(fields); {
		switch fields[i] {
		case "+":
			sign = 1
			i++
			continue
		case "-":
			sign = -1
			i++
			continue
		}
		n, err := strconv.Atoi(fields[i])
		if err != nil || i+1 >= len(fields) || n > 4000 {
			return Period{}, badPeriod(s)
		}
		if !p.add(sign*n, fields[i+1]) {
			return Period{}, badPeriod(s)
		}
		i += 2
		sign = 1
	}
	return p, nil
}

var signs = strings.NewReplacer("+", " + ", "-", " - ")

func badPeriod(s string) error {
	return fmt.Errorf("%q is not a period (want such as \"6 weeks - 4 days\")", s)
}

// add adds n units; false if there is no such unit or the sum is out of all reason.
func (p *Period) add(n int, unit string) bool {
	sum := func(a int16, n int) (int16, bool) {
		v := int(a) + n
		return int16(v), v > -30000 && v < 30000
	}
	var ok bool
	switch strings.TrimSuffix(unit, "s") {
	case "year":
		p.Years, ok = sum(p.Years, n)
	case "month":
		p.Months, ok = sum(p.Months, n)
	case "week":
		p.Days, ok = sum(p.Days, 7*n)
	case "day":
		p.Days, ok = sum(p.Days, n)
	}
	return ok
}

// From returns the day that lies the period after d: years first, then months, then
// weeks and days, a day that does not exist becoming the first of the next month
// (CALCDT-1 to CALCDT-6).
func (p Period) From(d calendar.Day) calendar.Day {
	if p.Years != 0 {
		d = d.AddYears(int(p.Years), calendar.RollToNextMonth)
	}
	if p.Months != 0 {
		d = d.AddMonths(int(p.Months), calendar.RollToNextMonth)
	}
	return d + calendar.Day(p.Days)
}

// String prints what ParsePeriod reads; nothing for a period that is not given.
func (p Period) String() string {
	if !p.Given {
		return ""
	}
	var b strings.Builder
	put := func(n int, unit string) {
		switch {
		case n == 0:
			return
		case b.Len() > 0 && n < 0:
			b.WriteString(" - ")
			n = -n
		case b.Len() > 0:
			b.WriteString(" + ")
		}
		fmt.Fprintf(&b, "%d %s", n, unit)
		if n != 1 {
			b.WriteByte('s')
		}
	}
	put(int(p.Years), "year")
	put(int(p.Months), "month")
	put(int(p.Days), "day")
	if b.Len() == 0 {
		return "0 days"
	}
	return b.String()
}

// notBefore is true when the day the period makes of birth is on or before d, or when
// there is no period (assumed 1900-01-01).
func (p Period) notBefore(birth, d calendar.Day) bool { return !p.Given || p.From(birth) <= d }

// endsAfter is true when the day the period makes of birth lies after d, or when there
// is no period (assumed 2999-12-31): upper bounds are exclusive.
func (p Period) endsAfter(birth, d calendar.Day) bool { return !p.Given || d < p.From(birth) }

// window is from one age to below another.
type window struct{ begin, end Period }

// holds is true when someone born on birth is in the window on d.
func (w window) holds(birth, d calendar.Day) bool {
	return w.begin.notBefore(birth, d) && w.end.endsAfter(birth, d)
}

// Span is from one calendar day to another, open at an end without its flag.
type Span struct {
	From, To       calendar.Day
	HasFrom, HasTo bool
}

// relevant is RELEVANT-1 and RELEVANT-2: the anchor date is on or after the effective
// date and on or before the cessation date.
func (s Span) relevant(anchor calendar.Day) bool {
	return (!s.HasFrom || anchor >= s.From) && (!s.HasTo || anchor <= s.To)
}

// holds is CONDSKIP-1: on or after the start date and before the end date.
func (s Span) holds(d calendar.Day) bool {
	return (!s.HasFrom || d >= s.From) && (!s.HasTo || d < s.To)
}
