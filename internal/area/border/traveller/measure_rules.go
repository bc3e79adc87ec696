package traveller

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// The pack of measures and what of it has a name here.
const (
	packMeasures = "border-measures"
	formMeasure  = "measure-record"
	understood   = "language" // among the conditions: a language understood
)

// measureInput gathers what the pack reads of a measure at a moment.
func measureInput(p *pack.Pack, m Measure, now time.Time) (decision.Input, error) {
	f, err := formOf(p, formMeasure)
	if err != nil {
		return decision.Input{}, err
	}
	in := decision.Input{On: m.Day, Facts: map[string]decision.Fact{}}
	put := func(name string, v value.Value) { in.Facts[name] = decision.Fact{Value: v, AsOf: m.Day.Date()} }
	for name, v := range f.Check(m.Answers, nil, m.Day).Facts {
		put(name, v)
	}
	said := func(question string) value.Value { return value.Of(strings.TrimSpace(m.Answers.One(question)) != "") }
	put("measure_day", value.Text(m.Day.String()))
	put("basis_named", said("legal_basis"))
	put("order_giver_named", said("order_giver"))
	put("alternatives_written", said("alternatives"))
	put("review_due_set", value.Of(!m.Due.IsZero()))
	put("language_understood", value.Of(slices.Contains(m.Answers["conditions"], understood)))
	put("conditions_met", value.Number(float64(len(m.Answers["conditions"]))))
	end := now
	if !m.Ended.IsZero() {
		end = m.Ended
	}
	put("hours_delayed", value.Number(float64(int(end.Sub(m.At)/time.Hour))))
	late := end.Sub(m.Due).Hours()
	if late > 0 {
		late++ // a part of an hour is late already
	}
	put("hours_past_review", value.Number(float64(int(late))))
	return in, nil
}

// Ruling is what the pack says of a measure.
type Ruling struct {
	Articles []string // that it stands on
	Holds    []string // why it cannot be done, or may not as long as something is not known
	Overdue  bool
	Notify   []string
}

// rule decides a measure. A hold that what is not known could bring counts as one.
func rule(p *pack.Pack, m Measure, now time.Time) (Ruling, []byte, error) {
	in, err := measureInput(p, m, now)
	if err != nil {
		return Ruling{}, nil, err
	}
	d := p.Protocol.Decide(in)
	var out Ruling
	for _, code := range inOrder(p, decision.Flag, d.Codes(decision.Flag)) {
		if code == "REVIEW_OVERDUE" {
			out.Overdue = true
			continue
		}
		out.Articles = append(out.Articles, code)
	}
	for _, o := range d.Outcomes {
		if o.Kind == decision.Hold && !slices.Contains(out.Holds, o.Code) {
			out.Holds = append(out.Holds, o.Code)
		}
	}
	out.Notify = d.Codes(decision.Notify)
	raw, err := p.NewRecord(in, d).Bytes()
	return out, raw, err
}

// dueAfter is when a measure is looked at again: so many hours after now, as the form of
// the pack bounds them.
func dueAfter(p *pack.Pack, hours string, now time.Time) (time.Time, error) {
	const op = "traveller.dueAfter"
	bad := fault.Field(op, "hours", "traveller.error.hours")
	f, err := formOf(p, formMeasure)
	if err != nil {
		return time.Time{}, err
	}
	row, ok := f.Row("review_hours")
	n, err := strconv.Atoi(strings.TrimSpace(hours))
	if !ok || err != nil || row.Min != nil && float64(n) < *row.Min || row.Max != nil && float64(n) > *row.Max {
		return time.Time{}, bad
	}
	return now.Add(time.Duration(n) * time.Hour), nil
}
