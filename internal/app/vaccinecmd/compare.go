package vaccinecmd

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/godwit-health/godwit/engine/vaccine"
)

// difference is a column in which a case does not agree.
type difference struct{ column, want, got string }

func (d difference) String() string {
	return fmt.Sprintf("%s: want %s, got %s", d.column, quote(d.want), quote(d.got))
}

func quote(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}

// verdict is how a case came out.
type verdict struct {
	group       string
	differences []difference
	reasons     int // doses with a reason in the sheet
	reasonsMet  int
}

// aliases are the short names of vaccine groups in published sheets, and which group is
// counted apart.
//
//go:embed groups.csv
var aliases string

// resolver finds the vaccine group that a sheet means.
type resolver struct {
	groups map[string]string
	apart  map[string]bool
}

func newResolver(s *vaccine.Schedule) resolver {
	r := resolver{groups: map[string]string{}, apart: map[string]bool{}}
	known := map[string]bool{}
	for _, g := range s.Groups() {
		known[g.Name] = true
		r.groups[key(g.Name)] = g.Name
	}
	for line := range strings.Lines(aliases) {
		cells := strings.Split(strings.TrimSpace(line), ",")
		if len(cells) != 3 || !known[cells[1]] {
			continue
		}
		if _, taken := r.groups[key(cells[0])]; !taken {
			r.groups[key(cells[0])] = cells[1]
		}
		if cells[2] == "apart" {
			r.apart[cells[1]] = true
		}
	}
	return r
}

// key makes names comparable: only letters and digits count, whatever their case.
func key(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// group finds the vaccine group that a sheet means: by its name, by a short name, or by
// the longest name that begins it ("Polio IPV").
func (r resolver) group(name string) string {
	k := key(name)
	if g := r.groups[k]; g != "" || k == "" {
		return g
	}
	best := ""
	for known := range r.groups {
		if strings.HasPrefix(k, known) && len(known) > len(best) {
			best = known
		}
	}
	return r.groups[best]
}

// compare holds a case against the schedule.
func compare(s *vaccine.Schedule, groups resolver, t *testCase) (verdict, error) {
	v := verdict{group: groups.group(t.group)}
	if v.group == "" {
		return v, fmt.Errorf("the schedule has no vaccine group %q", t.group)
	}
	res, err := s.Evaluate(&t.patient, t.on)
	if err != nil {
		return v, err
	}
	check := func(column, want, got string) {
		if want != got {
			v.differences = append(v.differences, difference{column, want, got})
		}
	}
	f := leading(res, v.group)
	number := ""
	if f.Dose > 0 {
		number = strconv.Itoa(f.Dose)
	}
	check("status", strings.ToLower(t.status), strings.ToLower(f.Status.String()))
	check("dose number", t.number, number)
	check("earliest", t.earliest, f.Earliest.String())
	check("recommended", t.recommended, f.Recommended.String())
	check("past due", t.pastDue, f.PastDue.String())
	for i, want := range t.doses {
		got := judged(res.Doses[i], want, f)
		check(fmt.Sprintf("dose %d", i+1), strings.ToLower(want.status), strings.ToLower(got.Status.String()))
		if want.reason != "" {
			v.reasons++
			if reasonAgrees(want.reason, got.Reasons) {
				v.reasonsMet++
			}
		}
	}
	return v, nil
}

// leading is the forecast that leads its group, if the group has one. What the sheet
// expects has no part in it.
func leading(res *vaccine.Result, group string) vaccine.Forecast {
	for _, f := range res.Forecasts {
		if f.Group == group {
			return f
		}
	}
	return vaccine.Forecast{}
}

// judged is how a dose came out. A sheet may name the series type that a dose is judged
// in; else it is judged in the series of the forecast. A dose of other vaccine groups is
// judged in its own. Of several antigens one that accepts it is enough.
func judged(d vaccine.DoseResult, want expectedDose, f vaccine.Forecast) vaccine.Evaluation {
	own := slices.ContainsFunc(d.Evaluations, func(e vaccine.Evaluation) bool { return e.Group == f.Group })
	named := slices.ContainsFunc(d.Evaluations, func(e vaccine.Evaluation) bool {
		return e.Group == f.Group && strings.EqualFold(e.Series.Kind.String(), want.kind)
	})
	var out vaccine.Evaluation
	for _, e := range d.Evaluations {
		switch {
		case own && e.Group != f.Group:
		case named && !strings.EqualFold(e.Series.Kind.String(), want.kind):
		case own && !named && (e.Series.Kind != f.Kind || e.Series.SeriesGroup != f.SeriesGroup):
		case out.Status == vaccine.NotEvaluated || e.Status == vaccine.Valid && out.Status != vaccine.Valid:
			out = e
		}
	}
	return out
}

// sheetReasons are the words of published sheets for the reasons of the specification.
var sheetReasons = map[string]vaccine.Reasons{
	"agetooyoung": vaccine.TooYoung, "agetooold": vaccine.TooOld, "intervaltoosoon": vaccine.TooSoon,
	"livevirusconflict": vaccine.Conflicts, "vaccineconflict": vaccine.Conflicts, "inadvertentvaccine": vaccine.InadvertentVaccine,
	"seriesalreadycomplete": vaccine.SeriesAlreadyComplete, "notapreferableorallowablevaccine": vaccine.NotAcceptable,
}

func reasonAgrees(want string, got vaccine.Reasons) bool { return got.Has(sheetReasons[key(want)]) }
