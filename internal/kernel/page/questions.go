package page

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/engine/value"
)

// QuestionPrefix is put before the name of a pack's question in a posted form, so
// that it never meets a field of the page around it.
const QuestionPrefix = "q-"

// fewChoices is how many answers are shown as buttons; more become a select.
const fewChoices = 8

// Ask adds the questions of a pack's form as a column of fields. items is the
// form's View after a Check of Answers(f, typed); typed is nil at first. With
// judge, what the check found wrong stands beside each question and in the
// summary; without, the form is only shown again (a first look, or an answer that
// brought up more questions).
func (f *Form) Ask(items []form.Item, typed url.Values, judge bool) {
	for i := range items {
		it := &items[i]
		q := question(it, typed)
		f.Fields = append(f.Fields, q)
		if it.Err == nil || !judge {
			continue
		}
		if it.Err.Code == form.Unlikely {
			last := &f.Fields[len(f.Fields)-1]
			last.Extra = append(last.Extra, Extra{Name: q.Name + form.SureSuffix, Value: it.Sure,
				Label: M("page.form.is_right", "value", withUnit(it.Sure, it.Unit))})
		}
		f.Note(q.Name, formError(it))
	}
}

// Answers turns what a page posted into what a pack's form checks: the prefix
// taken off, the three boxes of a date put together.
func Answers(f *form.Form, typed url.Values) map[string][]string {
	out := map[string][]string{}
	for i := range f.Rows {
		r := &f.Rows[i]
		if !r.Asked() {
			continue
		}
		name := QuestionPrefix + r.Name
		if v, ok := typed[name]; ok {
			out[r.Name] = v
		}
		for _, s := range []string{form.NotSuffix, form.SureSuffix} {
			if v, ok := typed[name+s]; ok {
				out[r.Name+s] = v
			}
		}
		if r.Type == form.Date {
			if s := dateAnswer(name, typed); s != "" {
				out[r.Name] = []string{s}
			}
		}
	}
	return out
}

// dateAnswer writes the boxes as 2011-06-03, 2011-06 or 2011. What is no date
// stays what was typed, for the check to refuse.
func dateAnswer(name string, typed url.Values) string {
	var d DateInput
	d.fill(name, typed)
	day, month, year := Digits(d.Day), Digits(d.Month), Digits(d.Year)
	pad := func(s string) string {
		if len(s) == 1 {
			return "0" + s
		}
		return s
	}
	switch {
	case day == "" && month == "" && year == "":
		return ""
	case day == "" && month == "":
		return year
	case day == "":
		return year + "-" + pad(month)
	}
	return year + "-" + pad(month) + "-" + pad(day)
}

func words(w form.Words) Msg {
	if len(w) == 0 {
		return Msg{}
	}
	return Words(w.In)
}

// question makes the field of one row.
func question(it *form.Item, typed url.Values) Field {
	q := Field{Name: QuestionPrefix + it.Name, Label: words(it.Label), Hint: words(it.Hint), Optional: !it.Required, Unit: it.Unit}
	if len(it.Answer) > 0 {
		q.Value = it.Answer[0]
	}
	switch it.Type {
	case form.Group:
		q.Kind = Heading
		return q
	case form.Note:
		q.Kind = Note
		return q
	case form.Calculate:
		q.Kind, q.Label = Note, M("page.form.computed", "label", words(it.Label), "value", computed(it))
		return q
	case form.Integer, form.Decimal:
		q.Kind, q.Width = Number, 6
	case form.Date:
		q.Kind, q.Date.Partial = Date, it.Has("partial")
		q.Date.fill(q.Name, typed)
		if typed == nil {
			q.Date.split(q.Value)
		}
	case form.SelectOne, form.SelectMultiple:
		choose(&q, it)
		if it.Type == form.SelectOne {
			return q
		}
	default:
		q.Kind = Text
		if it.Has("multiline") {
			q.Kind = LongText
		}
	}
	if it.AllowUnknown {
		q.Extra = append(q.Extra, Extra{q.Name + form.NotSuffix, form.UnknownAnswer, TruthMsg(value.Unknown), it.Not == form.UnknownAnswer})
	}
	if it.AllowRefused {
		q.Extra = append(q.Extra, Extra{q.Name + form.NotSuffix, form.RefusedAnswer, TruthMsg(value.Refused), it.Not == form.RefusedAnswer})
	}
	return q
}

// choose makes the options. "Not known" and "prefers not to answer" are answers
// among the others of a single choice, so that only one can be taken.
func choose(q *Field, it *form.Item) {
	for _, c := range it.Choices {
		l := words(c.Label)
		if l.IsZero() {
			l = M("page.truth." + c.Name) // the built-in yes and no
		}
		q.Options = append(q.Options, Option{Value: c.Name, Label: l})
	}
	if it.Type == form.SelectMultiple {
		q.Kind, q.Values = Checks, it.Answer
		return
	}
	if it.AllowUnknown {
		q.Options = append(q.Options, Option{Value: form.UnknownAnswer, Label: TruthMsg(value.Unknown)})
	}
	if it.AllowRefused {
		q.Options = append(q.Options, Option{Value: form.RefusedAnswer, Label: TruthMsg(value.Refused)})
	}
	if it.Not != "" {
		q.Value = it.Not
	}
	q.Kind = Radios
	q.Inline = it.Bool() || it.Has("inline")
	if len(q.Options) > fewChoices {
		q.Kind = Select
	}
}

// split puts a stored date (2011-06-03, 2011-06, 2011) into the boxes.
func (d *DateInput) split(stored string) {
	parts := strings.Split(stored, "-")
	if strings.Contains(stored, "/") || len(parts) > 3 {
		return
	}
	for i, box := range []*string{&d.Year, &d.Month, &d.Day} {
		if i < len(parts) {
			*box = parts[i]
		}
	}
}

// withUnit is a number with its unit: a Code, or a Msg where the unit is a word.
func withUnit(n, unit string) any {
	if unit == "" || unit == "1" {
		return Code(n)
	}
	if count, err := strconv.Atoi(n); err == nil && timeUnits[unit] != "" {
		return M(timeUnits[unit], "count", count)
	}
	return Code(n + "\u00a0" + unitText(unit))
}

// computed is the value of a calculation.
func computed(it *form.Item) any {
	if n, ok := it.Value.Float(); ok {
		return withUnit(digits(n), it.Unit)
	}
	if s, ok := it.Value.Str(); ok {
		return s
	}
	return TruthMsg(value.Unknown)
}

// formError says what is wrong with an answer, in the author's words where there
// are any.
func formError(it *form.Item) Msg {
	e := it.Err
	if e.Code == form.Constraint && len(e.Message) > 0 {
		return Words(e.Message.In)
	}
	switch e.Code {
	case form.TooSmall:
		return M("page.form.min", "min", withUnit(e.Args["min"], it.Unit))
	case form.TooLarge:
		return M("page.form.max", "max", withUnit(e.Args["max"], it.Unit))
	case form.Unlikely:
		return M("page.form.sure", "value", withUnit(e.Args["value"], it.Unit))
	}
	return M("page.form." + string(e.Code))
}

// String lets a code stand in a message.
func (c Code) String() string { return string(c) }

// MsgOf is for what an area must say about a question outside its form, such as a
// missing fact: the question in its own words.
func MsgOf(r *form.Row) Msg {
	if len(r.Label) == 0 {
		return M("page.form.unnamed", "name", fmt.Sprint(r.Name))
	}
	return Words(r.Label.In)
}
