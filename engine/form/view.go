package form

import (
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
)

// Item is a row as a page shows it: one column, in the order of the file.
type Item struct {
	*Row
	State    State
	Required bool     // now
	Answer   []string // as typed or chosen; shown again after an error
	Not      string   // "unknown" or "refused"
	Sure     string   // what to send back with SureSuffix to confirm an unlikely number
	Err      *Error
	Value    value.Value // of a calculate row
}

// View returns the rows to show, hidden and irrelevant ones left out. answers is
// what was posted, nil for an empty form; res the result of its check.
func (f *Form) View(answers map[string][]string, res *Result) []Item {
	out := make([]Item, 0, len(f.Rows))
	for i := range f.Rows {
		r := &f.Rows[i]
		if r.Type == Hidden || res.States[i] == Hide {
			continue
		}
		it := Item{Row: r, State: res.States[i], Required: res.must[i], Value: res.Values[r.Name]}
		if r.Type == Calculate && len(r.Label) == 0 {
			continue
		}
		if r.Asked() {
			it.Answer = answers[r.Name]
			for _, s := range answers[r.Name+NotSuffix] {
				it.Not = s
			}
			if e, ok := res.Error(r.Name); ok {
				it.Err = &e
				it.Sure = e.Args["value"]
			}
		}
		out = append(out, it)
	}
	return out
}

// Answers turns stored answers back into what a page posts, for a form that is
// opened again to correct it.
func (f *Form) Answers(values value.Facts) map[string][]string {
	out := map[string][]string{}
	for i := range f.Rows {
		r := &f.Rows[i]
		v, ok := values[r.Name]
		if !ok || !r.Asked() {
			continue
		}
		switch v.Kind() {
		case value.KindUnknown:
			out[r.Name+NotSuffix] = []string{UnknownAnswer}
		case value.KindRefused:
			out[r.Name+NotSuffix] = []string{RefusedAnswer}
		case value.KindList:
			for _, e := range v.Items() {
				out[r.Name] = append(out[r.Name], e.String())
			}
		case value.KindDate:
			out[r.Name] = []string{dateText(v)}
		case value.KindNumber:
			n, _ := v.Float()
			out[r.Name] = []string{strconv.FormatFloat(n, 'f', -1, 64)}
		case value.KindBool:
			out[r.Name] = []string{map[bool]string{true: "yes", false: "no"}[v.Truth() == value.Yes]}
		default:
			out[r.Name] = []string{v.String()}
		}
	}
	return out
}

// dateText writes a date with the precision it has: a whole year or month comes
// back as such and not as a range of days.
func dateText(v value.Value) string {
	s := v.String()
	first, _, isRange := strings.Cut(s, "/")
	if !isRange {
		return s
	}
	for _, n := range []int{4, 7} {
		if d, err := calendar.Parse(first[:n]); err == nil && d.Value().Equal(v) {
			return first[:n]
		}
	}
	return s
}
