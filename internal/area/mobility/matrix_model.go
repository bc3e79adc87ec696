package mobility

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/flow"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Measure is what the numbers of a matrix are.
type Measure string

// The measures. The word of each is mobility.measure.<measure>.
const (
	People     Measure = "people"     // who travel in a period
	Displaced  Measure = "displaced"  // people from one place who live in another
	Minutes    Measure = "minutes"    // travel time
	Kilometres Measure = "kilometres" // by road or in a straight line
)

// Measures lists them.
var Measures = []Measure{People, Displaced, Minutes, Kilometres}

// Unlisted says what a pair is that the source does not list.
type Unlisted string

// What an unlisted pair can be. The word of each is mobility.unlisted.<word>.
const (
	UnlistedUnknown Unlisted = "unknown" // nobody can say
	UnlistedNone    Unlisted = "none"    // the list is whole: nobody travels there
	UnlistedFew     Unlisted = "few"     // fewer than the source lists (Fewer)
)

// Matrix is one source's numbers for pairs of places. What is listed of each origin is
// in its rows.
type Matrix struct {
	Code     string        `json:"code"` // its own, such as flowminder-2026-03
	Name     string        `json:"name"` // what people call it
	Measure  Measure       `json:"measure"`
	Per      string        `json:"per,omitempty"` // of people: day, week, month; "" where nobody says
	Unlisted Unlisted      `json:"unlisted"`
	Fewer    float64       `json:"fewer,omitempty"` // of few: the least that the source lists
	From     calendar.Date `json:"from,omitzero"`   // what the numbers are of
	To       calendar.Date `json:"to,omitzero"`
	Source   string        `json:"source"`
	Licence  string        `json:"licence,omitempty"`
	Limits   string        `json:"limits,omitempty"` // printed under everything that is made of it
	Site     string        `json:"-"`
}

// Days are the days of Per; 0 where it is not known.
func (m Matrix) Days() float64 {
	return map[string]float64{"day": 1, "week": 7, "month": 30.4375}[m.Per]
}

// Row is what a matrix says of one origin. A value that is not known was listed as such.
type Row struct {
	Matrix string              `json:"matrix"`
	From   string              `json:"from"`
	Cells  map[string]*float64 `json:"cells"` // by destination
}

var matrixCode = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,59}$`)

const (
	longName   = 200
	longLimits = 2000
	mostCell   = 1e12
)

// Valid returns one fault for each thing that is wrong.
func (m Matrix) Valid() []error {
	const op = "mobility.Matrix"
	var errs []error
	check := func(ok bool, field, key string) {
		if !ok {
			errs = append(errs, fault.Field(op, field, "mobility.error."+key))
		}
	}
	check(matrixCode.MatchString(m.Code), "code", "code")
	check(strings.TrimSpace(m.Name) != "" && utf8.RuneCountInString(m.Name) <= longName, "name", "name")
	check(slices.Contains(Measures, m.Measure), "measure", "choose")
	check(slices.Contains([]string{"", "day", "week", "month"}, m.Per), "per", "choose")
	check(slices.Contains([]Unlisted{UnlistedUnknown, UnlistedNone, UnlistedFew}, m.Unlisted), "unlisted", "choose")
	check(m.Fewer >= 0 && m.Fewer < mostCell, "fewer", "number")
	check(strings.TrimSpace(m.Source) != "" && utf8.RuneCountInString(m.Source) <= longName, "source", "source")
	check(utf8.RuneCountInString(m.Limits) <= longLimits, "limits", "long")
	return errs
}

// Valid returns one fault for each thing that is wrong.
func (r Row) Valid() []error {
	const op = "mobility.Row"
	if r.From == "" || !matrixCode.MatchString(r.Matrix) {
		return []error{fault.Field(op, "from", "mobility.error.place")}
	}
	for to, v := range r.Cells {
		if to == "" {
			return []error{fault.Field(op, "to", "mobility.error.place")}
		}
		if v != nil && (math.IsNaN(*v) || *v < 0 || *v > mostCell) {
			return []error{fault.Field(op, "value", "mobility.error.number")}
		}
	}
	return nil
}

// Table is a matrix with all its rows.
type Table struct {
	Matrix
	Rows map[string]map[string]*float64 // by origin and destination
	text [32]byte                       // hash of the rows as they are kept; zero of a table that was made
}

// Places are the places that a table names, in order.
func (t Table) Places() []string {
	seen := map[string]bool{}
	for from, cells := range t.Rows {
		seen[from] = true
		for to := range cells {
			seen[to] = true
		}
	}
	out := make([]string, 0, len(seen))
	for p := range seen {
		out = append(out, p)
	}
	slices.Sort(out)
	return out
}

// Origins are the places of which a table lists where people go to, in order.
func (t Table) Origins() []string {
	out := make([]string, 0, len(t.Rows))
	for p := range t.Rows {
		out = append(out, p)
	}
	slices.Sort(out)
	return out
}

// At is the number of a pair. What is not listed is none where the source's list is
// whole, and otherwise not known.
func (t Table) At(from, to string) flow.Amount {
	if v, listed := t.Rows[from][to]; listed {
		if v == nil {
			return flow.Amount{}
		}
		return flow.Of(*v)
	}
	if _, listed := t.Rows[from]; listed && t.Unlisted == UnlistedNone {
		return flow.Of(0)
	}
	return flow.Amount{}
}

// Listed is the number of a pair for models that can only use what is listed: what is
// not listed counts as nothing. Whoever uses it says so.
func (t Table) Listed(from, to string) float64 {
	if v := t.Rows[from][to]; v != nil {
		return *v
	}
	return 0
}
