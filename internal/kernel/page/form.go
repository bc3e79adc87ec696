package page

import (
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Kind is the kind of a form field.
type Kind string

// The fields a form can have.
const (
	Text     Kind = "text"
	LongText Kind = "longtext"
	Number   Kind = "number" // with a unit
	Date     Kind = "date"   // day, month, year, or an age, or not known
	Radios   Kind = "radios" // one of a few; never ticked in advance
	Checks   Kind = "checks" // any of a few; never ticked in advance
	Select   Kind = "select" // one of many
	File     Kind = "file"
	Hidden   Kind = "hidden"   // an id; shown to nobody, checked on the server
	Password Kind = "password" // never shown again
	Heading  Kind = "heading"  // a title between questions, with an optional hint
	Note     Kind = "note"     // a text between questions
)

// Form is one form of a page: a column of questions and a button. It is shown
// with {{form .Form}}. The zero Method is POST.
type Form struct {
	Action  string // where to send it; "" is the page itself
	Method  string // "get" for a search or filter, else POST
	Fields  []Field
	Submit  Msg  // the button; "Save" when empty
	Danger  bool // the button destroys or cannot be taken back
	Cancel  Link // the way out, beside the button
	Compact bool // a filter above a list: fields in a row
	ID      string
	// Live is where htmx posts the form when an answer changes, to show the
	// questions that follow from it; the handler answers with Fragment "page/form".
	// Without script the questions come up when the form is sent.
	Live     string
	Message  Msg       // what is wrong with the form as a whole
	problems []Problem // as noted; Problems puts them in order
}

// Field is a question of a form.
type Field struct {
	Kind     Kind
	Name     string // name in the posted form; the id is "f-" + Name
	Label    Msg    // the question
	Hint     Msg
	Error    Msg
	Value    string
	Values   []string // Checks
	Options  []Option // Radios, Checks, Select
	Unit     string   // Number: UCUM, shown after the box
	Optional bool     // adds "(optional)": most questions are asked for a reason
	Width    int      // characters expected: 2, 4, 10, 20; 0 is the full line
	Max      int      // longest text
	Auto     string   // autocomplete token, WHATWG 4.10.18.7: "off" for a person's data
	Accept   string   // File: "image/jpeg,image/png"
	Capture  string   // File: "environment" or "user" opens a phone's camera
	Dir      string   // "auto" for a name in its own script, "ltr" for codes
	Lang     string   // language of what is typed, where it is known
	Legend   bool     // the question is the page's heading: show it large
	Inline   bool     // Radios: side by side (yes and no)
	Date     DateInput
	Rows     int     // LongText
	Extra    []Extra // boxes below the field: "not known", "this is right"
	Keep     bool    // Hidden: keep the value the server set, whatever was posted
}

// Option is one answer to choose.
type Option struct {
	Value string
	Label Msg
	Text  string // instead of Label: a name, which is not translated
	Hint  Msg
}

// Extra is a box to tick below a field. It is never ticked in advance.
type Extra struct {
	Name, Value string
	Label       Msg
	Ticked      bool // by the user, shown again
}

// Link is a place to go. The zero Link is none.
type Link struct {
	Href string
	Text Msg
	Name string // instead of Text: a person's or place's name
}

// Problem is one thing wrong, as the error summary shows it.
type Problem struct {
	Field string // "" for the form as a whole
	Text  Msg
}

// Find returns the field of that name, or nil. A date's parts ("birth-day")
// find the date.
func (f *Form) Find(name string) *Field {
	for i := range f.Fields {
		if f.Fields[i].Name == name && name != "" {
			return &f.Fields[i]
		}
	}
	if i := strings.LastIndexByte(name, '-'); i > 0 {
		if d := f.Find(name[:i]); d != nil && d.Kind == Date {
			return d
		}
	}
	return nil
}

// Fill shows what was typed again. Passwords and files are never shown again.
func (f *Form) Fill(typed url.Values) {
	for i := range f.Fields {
		q := &f.Fields[i]
		for j := range q.Extra {
			q.Extra[j].Ticked = slices.Contains(typed[q.Extra[j].Name], q.Extra[j].Value)
		}
		switch q.Kind {
		case Password, File, Heading, Note:
		case Checks:
			q.Values = typed[q.Name]
		case Date:
			q.Date.fill(q.Name, typed)
		case Hidden:
			if v := typed.Get(q.Name); v != "" && !q.Keep {
				q.Value = v
			}
		default:
			q.Value = typed.Get(q.Name)
		}
	}
}

// Fail notes what a fault says, beside its question and in the summary. It
// reports false when the fault is not about the form (not found, forbidden,
// internal): answer those with Renderer.Error. Joined errors are noted one by one.
func (f *Form) Fail(err error) bool {
	switch fault.CodeOf(err) {
	case fault.Invalid, fault.Conflict:
	default:
		return false
	}
	for _, e := range flatten(err) {
		f.Note(fault.FieldOf(e), faultMsg(e))
	}
	return true
}

// Note adds a problem with a field ("" for the form as a whole).
func (f *Form) Note(field string, m Msg) {
	if q := f.Find(field); q != nil {
		if q.Error.IsZero() {
			q.Error = m
		}
		f.problems = append(f.problems, Problem{q.Name, m})
		return
	}
	if f.Message.IsZero() {
		f.Message = m
	}
	f.problems = append(f.problems, Problem{"", m})
}

// Failed reports whether the form has a problem.
func (f *Form) Failed() bool { return len(f.problems) > 0 }

// Problems returns what is wrong, in the order of the questions.
func (f *Form) Problems() []Problem {
	order := map[string]int{}
	for i := range f.Fields {
		order[f.Fields[i].Name] = i + 1
	}
	out := slices.Clone(f.problems)
	slices.SortStableFunc(out, func(a, b Problem) int { return order[a.Field] - order[b.Field] })
	return out
}

// Multipart reports whether the form carries a file.
func (f *Form) Multipart() bool {
	return slices.ContainsFunc(f.Fields, func(q Field) bool { return q.Kind == File })
}

// flatten lists joined errors, also below a wrap; a single error lists itself.
func flatten(err error) []error {
	var j interface{ Unwrap() []error }
	if !errors.As(err, &j) {
		return []error{err}
	}
	var out []error
	for _, e := range j.Unwrap() {
		out = append(out, flatten(e)...)
	}
	return out
}

// faultMsg is the sentence for a fault: its own, or that of its code.
func faultMsg(err error) Msg {
	if key := fault.KeyOf(err); key != "" {
		m := M(key)
		args := fault.ArgsOf(err)
		for _, k := range sortedKeys(args) {
			m.Args = append(m.Args, k, args[k])
		}
		return m
	}
	return M("page.error." + string(fault.CodeOf(err)))
}
