package problem

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// System is the classification that a code is of.
type System string

// The closed list.
const (
	ICD10 System = "icd10"
	ICD11 System = "icd11"
	Own   System = "own"
)

// Systems lists them.
var Systems = []System{ICD10, ICD11, Own}

// shapes are how a code of a system is written: ICD-10 volume 2, section 2.4; ICD-11
// reference guide, section 2.12 (stem codes of four or more signs without I and O, joined
// by & and / where several describe one condition).
var shapes = map[System]*regexp.Regexp{
	ICD10: regexp.MustCompile(`^[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?$`),
	ICD11: regexp.MustCompile(`^` + stem + `([&/]` + stem + `)*$`),
	Own:   regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N}._-]{0,19}$`),
}

const stem = `[0-9A-HJ-NP-Z]{4,6}(\.[0-9A-HJ-NP-Z]{1,3})?`

const (
	longestName = 120
	longestCode = 60
)

// Words are what a term says, wherever it goes.
type Words struct {
	System    System            `json:"system,omitempty"` // "" where somebody typed words and no code
	Code      string            `json:"code,omitempty"`
	Name      string            `json:"name"`
	Names     map[string]string `json:"names,omitempty"`   // by language, beside Name
	Disease   string            `json:"disease,omitempty"` // of surveillance's list
	Sensitive bool              `json:"-"`                 // its level stands in the header
}

// In is the name in a language.
func (w Words) In(lang string) string {
	if n := w.Names[lang]; n != "" {
		return n
	}
	return w.Name
}

// Level is the sensitivity of a diagnosis of it.
func (w Words) Level() journal.Sensitivity {
	if w.Sensitive {
		return journal.Sensitive
	}
	return journal.Clinical
}

// Same reports whether two say one thing: one code of one system, or, without a code, one name.
func (w Words) Same(o Words) bool {
	if w.Code != "" || o.Code != "" {
		return w.System == o.System && w.Code == o.Code
	}
	return strings.EqualFold(w.Name, o.Name)
}

// tidy takes out what no list means: blanks around, and the small letters of a code.
func (w *Words) tidy() {
	w.Name, w.Code, w.Disease = strings.Join(strings.Fields(w.Name), " "), strings.TrimSpace(w.Code), strings.TrimSpace(w.Disease)
	if w.System != Own {
		w.Code = strings.ToUpper(w.Code)
	}
	for lang, n := range w.Names {
		if n = strings.Join(strings.Fields(n), " "); n == "" {
			delete(w.Names, lang)
		} else {
			w.Names[lang] = n
		}
	}
}

// valid checks them; known says which codes surveillance has.
func (w Words) valid(known func(string) bool) []error {
	const op = "problem.Words"
	var errs []error
	bad := func(field, key string) { errs = append(errs, fault.Field(op, field, "problem.error."+key)) }
	if w.Name == "" {
		bad("name", "name")
	}
	for _, n := range append([]string{w.Name}, values(w.Names)...) {
		if utf8.RuneCountInString(n) > longestName {
			bad("name", "long")
			break
		}
	}
	switch shape := shapes[w.System]; {
	case shape == nil:
		bad("system", "system")
	case len(w.Code) > longestCode || !shape.MatchString(w.Code):
		bad("code", "code_"+string(w.System))
	}
	if w.Disease != "" && !known(w.Disease) {
		bad("disease", "disease")
	}
	return errs
}

func values(m map[string]string) (out []string) {
	for _, v := range m {
		out = append(out, v)
	}
	return out
}

// Term is an entry of a site's short list.
type Term struct {
	ID   db.ID  `json:"-"`
	Site string `json:"-"`
	Words
	Off bool `json:"off,omitempty"` // not offered any more
}

// Resource is a term as a policy sees it: it is about nobody.
func (t Term) Resource() access.Resource {
	return access.Resource{Kind: kindTerm, Doc: t.ID, Site: t.Site, Sensitivity: journal.Identity}
}

// Certainty is how sure a diagnosis is.
type Certainty string

// The closed list.
const (
	Suspected Certainty = "suspected"
	Confirmed Certainty = "confirmed"
)

// Certainties lists them.
var Certainties = []Certainty{Suspected, Confirmed}

// Status is whether a problem stands.
type Status string

// The closed list.
const (
	Active   Status = "active"
	Resolved Status = "resolved"
	RuledOut Status = "ruled_out"
)

// Ends are the ways in which a problem ends.
var Ends = []Status{Resolved, RuledOut}

// Problem is a diagnosis of somebody.
type Problem struct {
	ID          db.ID               `json:"-"`
	Person      db.ID               `json:"-"`
	Site        string              `json:"-"`
	Programme   string              `json:"-"`
	Sensitivity journal.Sensitivity `json:"-"`

	Words
	Certainty Certainty     `json:"certainty"`
	Since     calendar.Date `json:"since,omitzero"` // as exact as it is known
	Encounter db.ID         `json:"encounter,omitzero"`
	At        time.Time     `json:"at"`
	By        db.ID         `json:"by"`

	Status Status       `json:"status"`
	Until  calendar.Day `json:"until,omitempty"`

	Signal db.ID `json:"signal,omitzero"` // what was raised of it
}

// Resource is the problem as a policy sees it.
func (p Problem) Resource() access.Resource {
	return access.Resource{Kind: kindProblem, Doc: p.ID, Subject: p.Person, Site: p.Site, Programme: p.Programme, Sensitivity: p.Sensitivity}
}

// MayRaise reports whether a signal is offered: surveillance watches it, it stands, and
// nobody raised one.
func (p Problem) MayRaise() bool { return p.Disease != "" && p.Status == Active && p.Signal.IsZero() }

// Entry is a diagnosis to be written.
type Entry struct {
	ID, Person, Encounter db.ID // the id was made when the form was shown
	Term                  db.ID // of the short list; zero: Words are typed
	Words
	Certainty Certainty
	Since     calendar.Date
	Again     bool // it stands already, and is another one all the same
}

// valid checks what the form says.
func (e Entry) valid(today calendar.Day) []error {
	const op = "problem.Entry"
	var errs []error
	if !slices.Contains(Certainties, e.Certainty) {
		errs = append(errs, fault.Field(op, "certainty", "problem.error.certainty"))
	}
	if first, _, ok := e.Since.Bounds(); ok && first > today {
		errs = append(errs, fault.Field(op, "since", "problem.error.future"))
	}
	return errs
}
