package form

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/expr"
	"github.com/godwit-health/godwit/engine/value"
)

// Suffixes of posted names that go with a question.
const (
	NotSuffix  = "-not"  // "unknown" or "refused" instead of an answer
	SureSuffix = "-sure" // "yes": an unlikely value was confirmed
)

// maxText is the longest text answer, in characters.
const maxText = 4000

// Code says what is wrong with an answer; the page finds its words by it.
type Code string

// The codes of errors.
const (
	Missing      Code = "required"
	NotANumber   Code = "number"
	AmbiguousNum Code = "number_comma" // 1,234
	NotWhole     Code = "integer"
	TooSmall     Code = "min"  // Args: min, unit
	TooLarge     Code = "max"  // Args: max, unit
	Unlikely     Code = "sure" // outside the soft bounds: to be confirmed; Args: min, max, unit
	NotADate     Code = "date"
	NotFullDate  Code = "date_full"
	NotAChoice   Code = "choice"
	TooLong      Code = "text_long"
	NotText      Code = "text"
	NotAllowed   Code = "not_allowed" // "not known" or "refused" where the question takes neither
	Both         Code = "both"        // an answer and "not known"
	Constraint   Code = "constraint"  // Message has the author's words, if there are any
)

// Error is what is wrong with the answer to one question.
type Error struct {
	Question string
	Code     Code
	Message  Words             // the author's words for a constraint
	Args     map[string]string // placeholders
}

// Error prints question and code, never the answer.
func (e Error) Error() string { return "form: " + e.Question + ": " + string(e.Code) }

// State is whether a question applies.
type State uint8

// The states. Open is a question whose relevance hangs on an answer that is not
// known or refused: it is shown and never required.
const (
	Hide State = iota
	Open
	Show
)

// Result is the outcome of a check.
type Result struct {
	Values  value.Facts // accepted answers and calculations by question; text for choices
	Facts   value.Facts // what they say to packs, by fact name; bool for yes_no
	Given   []string    // questions answered, "not known" and refused included
	Errors  []Error     // in the order of the questions
	Dropped []string    // questions answered that did not apply: not kept, but reported
	States  []State     // by row
	Refused bool        // the answers say that the person refused what the form is for (Form.Refusal)
	Care    bool        // the answers ask for care (Form.Care)
	must    []bool      // by row: required now
}

// OK reports whether the answers can be saved.
func (r *Result) OK() bool { return len(r.Errors) == 0 }

// Error returns the error of a question.
func (r *Result) Error(question string) (Error, bool) {
	for _, e := range r.Errors {
		if e.Question == question {
			return e, true
		}
	}
	return Error{}, false
}

// Check checks posted answers by question name. known are facts of the record for
// hidden rows; on is the day of the encounter. Names that are no question are
// passed over. A question for which skip answers true is left to somebody else: it
// is neither shown nor required, and what hangs on it stays open.
func (f *Form) Check(answers map[string][]string, known value.Facts, on calendar.Day, skip ...func(*Row) bool) *Result {
	c := &checker{f: f, answers: answers, known: known, scope: expr.On(value.Facts{}, on),
		res: &Result{Values: value.Facts{}, Facts: value.Facts{}, States: make([]State, len(f.Rows)), must: make([]bool, len(f.Rows))},
		not: map[string]bool{}, skip: skip}
	for _, i := range f.order {
		c.row(i)
	}
	c.finish()
	c.res.Care = f.Care != "" && c.res.Values[f.Care].Truth() == value.Yes
	c.res.Refused = f.Refusal != "" && c.res.Values[f.Refusal].Kind() == value.KindRefused
	return c.res
}

type checker struct {
	f       *Form
	answers map[string][]string
	known   value.Facts
	scope   *expr.Scope
	res     *Result
	not     map[string]bool // answered "not known" or refused
	skip    []func(*Row) bool
}

// row settles one row: does it apply, what is its value.
func (c *checker) row(i int) {
	r := &c.f.Rows[i]
	c.res.States[i] = c.state(r)
	switch r.Type {
	case Note, Group:
		return
	case Hidden:
		c.scope.Vars[r.Name] = asAnswer(c.known[r.Fact])
		if c.known[r.Fact].Kind() == value.KindUnknown || c.known[r.Fact].Kind() == value.KindRefused {
			c.not[r.Name] = true // the record does not know: what hangs on it stays open
		}
		return
	case Calculate:
		if c.res.States[i] != Hide {
			v := r.Calculation.Eval(c.scope)
			c.scope.Vars[r.Name] = v
			if v.Kind() != value.KindUnknown {
				c.res.Values[r.Name] = v
			}
		}
		return
	}
	for _, skip := range c.skip {
		if skip(r) {
			c.res.States[i] = Hide
			c.not[r.Name] = true
			return
		}
	}
	v, answered, err := c.read(r)
	if c.res.States[i] == Hide {
		if answered || err.Code != "" {
			c.res.Dropped = append(c.res.Dropped, r.Name)
		}
		return
	}
	switch {
	case err.Code != "":
		c.res.Errors = append(c.res.Errors, err)
	case answered:
		c.scope.Vars[r.Name] = v
		c.res.Values[r.Name] = v
		c.res.Given = append(c.res.Given, r.Name)
		if v.Kind() == value.KindUnknown || v.Kind() == value.KindRefused {
			c.not[r.Name] = true
		}
	}
}

// asAnswer turns a bool of the record into the yes and no that expressions of
// forms compare with.
func asAnswer(v value.Value) value.Value {
	if v.Kind() == value.KindBool {
		if v.Truth() == value.Yes {
			return value.Text("yes")
		}
		return value.Text("no")
	}
	return v
}

// state evaluates relevance, the group's first. An unknown relevance that hangs on
// an answer "not known" is open; one that hangs on nothing answered yet is not
// asked yet.
func (c *checker) state(r *Row) State {
	s := Show
	if r.Parent >= 0 {
		s = c.res.States[r.Parent]
	}
	if s == Hide || r.Relevant == nil {
		return s
	}
	switch r.Relevant.Truth(c.scope) {
	case value.Yes:
		return s
	case value.No:
		return Hide
	}
	for _, v := range r.Relevant.Vars() {
		if c.not[v] {
			return Open
		}
		if x := c.scope.Vars[v]; x.Kind() != value.KindUnknown && !x.Known() {
			return Open // known in part: an age that straddles the bound
		}
	}
	return Hide
}

// finish checks what needs all answers: required, bounds across questions.
func (c *checker) finish() {
	for i := range c.f.Rows {
		r := &c.f.Rows[i]
		if !r.Asked() || c.res.States[i] == Hide {
			continue
		}
		if c.res.States[i] == Show {
			c.res.must[i] = r.Required || r.RequiredIf != nil && r.RequiredIf.Truth(c.scope) == value.Yes
		}
		if _, failed := c.res.Error(r.Name); failed {
			continue
		}
		v, answered := c.res.Values[r.Name]
		if !answered {
			if c.res.must[i] {
				c.res.Errors = append(c.res.Errors, Error{Question: r.Name, Code: Missing})
			}
			continue
		}
		if r.Constraint != nil && v.Kind() != value.KindUnknown && v.Kind() != value.KindRefused {
			c.scope.Answer = v
			if r.Constraint.Truth(c.scope) == value.No {
				c.res.Errors = append(c.res.Errors, Error{Question: r.Name, Code: Constraint, Message: r.Message})
			}
			c.scope.Answer = value.NotKnown()
		}
	}
	order := func(name string) int { return c.f.names[name] }
	slices.SortStableFunc(c.res.Errors, func(a, b Error) int { return order(a.Question) - order(b.Question) })
	slices.SortFunc(c.res.Given, func(a, b string) int { return order(a) - order(b) })
	slices.SortFunc(c.res.Dropped, func(a, b string) int { return order(a) - order(b) })
	c.facts()
}

func (c *checker) facts() {
	for i := range c.f.Rows {
		r := &c.f.Rows[i]
		v, ok := c.res.Values[r.Name]
		if !ok || r.Fact == "" {
			continue
		}
		if s, isText := v.Str(); isText && r.Bool() {
			v = value.Of(s == "yes")
		}
		c.res.Facts[r.Fact] = v
	}
}

// read takes one answer. answered is false where nothing was given.
func (c *checker) read(r *Row) (v value.Value, answered bool, err Error) {
	fail := func(code Code) (value.Value, bool, Error) {
		return value.NotKnown(), false, Error{Question: r.Name, Code: code}
	}
	var given []string
	for _, s := range c.answers[r.Name] {
		if s = strings.TrimSpace(s); s != "" {
			given = append(given, s)
		}
	}
	not := ""
	for _, s := range c.answers[r.Name+NotSuffix] {
		if s != "" && not != "" && s != not {
			return fail(Both)
		}
		not = s
	}
	if not == "" && len(given) == 1 && (r.AllowUnknown && given[0] == UnknownAnswer || r.AllowRefused && given[0] == RefusedAnswer) {
		not, given = given[0], nil
	}
	switch {
	case not != "" && len(given) > 0:
		return fail(Both)
	case not == UnknownAnswer && r.AllowUnknown:
		return value.NotKnown(), true, Error{}
	case not == RefusedAnswer && r.AllowRefused:
		return value.RefusedAnswer(), true, Error{}
	case not != "":
		return fail(NotAllowed)
	case len(given) == 0:
		return value.NotKnown(), false, Error{}
	case len(given) > 1 && r.Type != SelectMultiple:
		return fail(Both)
	}
	switch r.Type {
	case Integer, Decimal:
		return c.number(r, given[0])
	case Date:
		d, derr := calendar.Parse(given[0])
		if derr != nil {
			return fail(NotADate)
		}
		if _, exact := d.Exact(); !exact && !r.Has("partial") {
			return fail(NotFullDate)
		}
		return d.Value(), true, Error{}
	case SelectOne:
		if !isChoice(r, given[0]) {
			return fail(NotAChoice)
		}
		return value.Text(given[0]), true, Error{}
	case SelectMultiple:
		return selectMany(r, given)
	}
	s, code := cleanText(given[0])
	if code != "" {
		return fail(code)
	}
	return value.Text(s), true, Error{}
}

func selectMany(r *Row, given []string) (value.Value, bool, Error) {
	var chosen []string
	for _, c := range r.Choices { // in the order of the list, each once
		if slices.Contains(given, c.Name) {
			chosen = append(chosen, c.Name)
		}
	}
	for _, g := range given {
		if !isChoice(r, g) {
			return value.NotKnown(), false, Error{Question: r.Name, Code: NotAChoice}
		}
	}
	return value.Texts(chosen...), true, Error{}
}

func isChoice(r *Row, s string) bool {
	return slices.ContainsFunc(r.Choices, func(c Choice) bool { return c.Name == s })
}

// cleanText drops control characters and limits the length.
func cleanText(s string) (string, Code) {
	if !utf8.ValidString(s) {
		return "", NotText
	}
	if utf8.RuneCountInString(s) > maxText {
		return "", TooLong
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, s), ""
}

// number reads Latin, Arabic-Indic and Persian digits and a decimal point or
// comma. A comma before three digits is refused: it may part thousands.
func (c *checker) number(r *Row, s string) (value.Value, bool, Error) {
	fail := func(code Code, args map[string]string) (value.Value, bool, Error) {
		return value.NotKnown(), false, Error{Question: r.Name, Code: code, Args: args}
	}
	s = latin(s)
	if i := strings.IndexByte(s, ','); i >= 0 {
		if len(s)-i == 4 {
			return fail(AmbiguousNum, nil)
		}
		s = strings.Replace(s, ",", ".", 1)
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(n, 0) || math.IsNaN(n) || len(s) > 20 || strings.ContainsAny(s, "eExXpP_+") {
		return fail(NotANumber, nil)
	}
	if r.Type == Integer && (n != math.Trunc(n) || math.Abs(n) > 1<<53 || strings.Contains(s, ".")) {
		return fail(NotWhole, nil)
	}
	switch {
	case r.Min != nil && n < *r.Min:
		return fail(TooSmall, map[string]string{"min": bound(r.Min), "unit": r.Unit})
	case r.Max != nil && n > *r.Max:
		return fail(TooLarge, map[string]string{"max": bound(r.Max), "unit": r.Unit})
	}
	unlikely := r.WarnMin != nil && n < *r.WarnMin || r.WarnMax != nil && n > *r.WarnMax
	if unlikely && !slices.Contains(c.answers[r.Name+SureSuffix], sureOf(n)) {
		return fail(Unlikely, map[string]string{"min": bound(r.WarnMin), "max": bound(r.WarnMax), "unit": r.Unit, "value": sureOf(n)})
	}
	return value.Number(n), true, Error{}
}

// sureOf is what a confirmation says: the number itself, so that a confirmation
// of one number is none of the next.
func sureOf(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

func bound(p *float64) string {
	if p == nil {
		return ""
	}
	return sureOf(*p)
}

// latin folds the digits and signs of Arabic and Persian keyboards.
func latin(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '٠' && r <= '٩':
			return '0' + r - '٠'
		case r >= '۰' && r <= '۹':
			return '0' + r - '۰'
		case r == '٫':
			return '.'
		case r == '−':
			return '-'
		}
		return r
	}, s)
}
