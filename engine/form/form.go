package form

import (
	"fmt"
	"strings"

	"github.com/godwit-health/godwit/engine/expr"
)

// Type is the type of a row.
type Type string

// The types of rows.
const (
	Text           Type = "text"
	Integer        Type = "integer"
	Decimal        Type = "decimal"
	Date           Type = "date"
	SelectOne      Type = "select_one"
	SelectMultiple Type = "select_multiple"
	Note           Type = "note"
	Calculate      Type = "calculate"
	Hidden         Type = "hidden"
	Group          Type = "group"
)

// Names of answers that are no value.
const (
	UnknownAnswer = "unknown"
	RefusedAnswer = "refused"
)

// YesNo is the built-in list; its answers are facts of type bool.
const YesNo = "yes_no"

// Words is one text in several languages, by code ("en", "ar").
type Words map[string]string

// In returns the text in a language, English where it is missing, then any.
func (w Words) In(lang string) string {
	if s := w[lang]; s != "" {
		return s
	}
	if s := w["en"]; s != "" {
		return s
	}
	for _, l := range []string{"fr", "es", "ar"} {
		if w[l] != "" {
			return w[l]
		}
	}
	return ""
}

// Form is a parsed form, safe for concurrent use.
type Form struct {
	Rows      []Row  // in the order of the file; groups stand before their content
	Specimens int    // how often the form is filled in for one order, each time of another specimen; 1 at least
	Act       Act    // what is done to the person for it
	Day       string // date question that says which day the answers are about; "" for none

	// Refusal is the question whose answer "refused" says that the person refused what
	// the form is for: nothing was done then, whatever else was answered. "" for none.
	Refusal string

	// Care is the row that is true when the answers ask for care: whoever is told the
	// result is linked to it before the talk is over. "" for none.
	Care string

	names map[string]int
	order []int // rows such that what a row reads comes before it
}

// Act is what is done to the person before a result: the person is identified and
// what makes it unsafe is asked first.
type Act string

// The acts. A form without one only asks or examines.
const (
	NoAct     Act = ""
	Image     Act = "image"
	Specimen  Act = "specimen"
	Injection Act = "injection"
	Dispense  Act = "dispensing"
)

// Row is a question, a note, a calculation or the head of a group.
type Row struct {
	Line       int // of the file, counted from 1
	Type       Type
	Name       string
	Label      Words
	Hint       Words
	Fact       string // "" for none
	Unit       string // UCUM
	Choices    []Choice
	List       string
	Appearance string
	Sens       string   // sensitivity, "" as the order's
	Combine    []string // answers of several specimens, least serious first

	Min, Max         *float64
	WarnMin, WarnMax *float64
	AllowUnknown     bool
	AllowRefused     bool

	Required    bool       // always
	RequiredIf  *expr.Expr // or where this is true
	Relevant    *expr.Expr
	Constraint  *expr.Expr
	Message     Words // when the constraint is not met
	Calculation *expr.Expr

	Parent int // index of the group's row, -1
	Depth  int
}

// Choice is an answer to choose. A choice without words is one of the built-in
// yes and no, whose words the page knows.
type Choice struct {
	Name  string
	Label Words
}

// Asked reports whether the row takes an answer.
func (r *Row) Asked() bool {
	switch r.Type {
	case Note, Calculate, Hidden, Group:
		return false
	}
	return true
}

// Has reports a word of the appearance column.
func (r *Row) Has(word string) bool {
	for _, w := range strings.Fields(r.Appearance) {
		if w == word {
			return true
		}
	}
	return false
}

// Bool reports whether the row's answer is yes or no.
func (r *Row) Bool() bool { return r.Type == SelectOne && r.List == YesNo }

// Row returns the row of a name.
func (f *Form) Row(name string) (*Row, bool) {
	i, ok := f.names[name]
	if !ok {
		return nil, false
	}
	return &f.Rows[i], true
}

// Facts returns the names of the facts the form can give, in order.
func (f *Form) Facts() []string {
	var out []string
	for i := range f.Rows {
		r := &f.Rows[i]
		if r.Fact != "" && (r.Asked() || r.Type == Calculate) {
			out = append(out, r.Fact)
		}
	}
	return out
}

// Reads returns the facts of the record that the form's hidden rows need.
func (f *Form) Reads() []string {
	var out []string
	for i := range f.Rows {
		if f.Rows[i].Type == Hidden {
			out = append(out, f.Rows[i].Fact)
		}
	}
	return out
}

// Untranslated lists, as "name" or "list/choice", what has no words in a
// language: for linters.
func (f *Form) Untranslated(lang string) []string {
	var out []string
	for i := range f.Rows {
		r := &f.Rows[i]
		if r.Type == Calculate || r.Type == Hidden {
			continue
		}
		if r.Label[lang] == "" {
			out = append(out, r.Name)
		}
		if r.Constraint != nil && len(r.Message) > 0 && r.Message[lang] == "" {
			out = append(out, r.Name+"/constraint_message")
		}
		for _, c := range r.Choices {
			if r.List != YesNo && c.Label[lang] == "" {
				out = append(out, r.List+"/"+c.Name)
			}
		}
	}
	return out
}

// Problem is one thing wrong in a form file.
type Problem struct {
	Row    int // line of the file; 1 is the header, 0 the whole file
	Column string
	Text   string
}

// Error prints row and column.
func (p Problem) Error() string {
	switch {
	case p.Row == 0:
		return "form: " + p.Text
	case p.Column == "":
		return fmt.Sprintf("form: row %d: %s", p.Row, p.Text)
	}
	return fmt.Sprintf("form: row %d, column %s: %s", p.Row, p.Column, p.Text)
}

// Problems is everything wrong in a form file, as one error.
type Problems []Problem

// Error prints one problem a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}
