package linelist

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Class is what a case is by its definition.
type Class string

// The classes. NotMeeting is what no row says: the definition is not met, which is not
// "not a case". Open is when what is not known decides.
const (
	Confirmed  Class = "CONFIRMED"
	Compatible Class = "COMPATIBLE"
	Probable   Class = "PROBABLE"
	Suspected  Class = "SUSPECTED"
	NotACase   Class = "NOT_A_CASE"
	NotMeeting Class = "NOT_MEETING"
	Open       Class = "OPEN"
	NoRule     Class = "NO_RULE" // no definition is in force
)

// Classes lists what a case can be.
var Classes = []Class{Confirmed, Compatible, Probable, Suspected, Open, NotMeeting, NotACase, NoRule}

// Overrides lists what an officer may set.
var Overrides = []Class{Confirmed, Probable, Suspected, NotACase}

// Counts reports whether a class is a case for counting: suspected or higher.
func (c Class) Counts() bool {
	return c == Confirmed || c == Compatible || c == Probable || c == Suspected
}

// Ending is how a case ended.
type Ending string

// The closed list. The zero Ending is not known.
const (
	Alive     Ending = "alive"
	Recovered Ending = "recovered"
	Dead      Ending = "dead"
)

// Endings lists them.
var Endings = []Ending{Alive, Recovered, Dead}

// Sex of a case, as package people writes it.
var sexes = []people.Sex{people.Female, people.Male, people.SexOther}

// Case is one case as it was told. What is known of its signs is in Signs.
type Case struct {
	ID        db.ID  `json:"-"`
	Person    db.ID  `json:"-"` // the registered person, if it is one
	Site      string `json:"-"`
	Programme string `json:"-"`

	Disease  string        `json:"disease"`
	Number   string        `json:"number"` // as it is known elsewhere; the code of the id where empty
	Reported calendar.Date `json:"reported"`
	Signal   db.ID         `json:"signal"`
	System   string        `json:"system"` // where it was imported from, and its id there
	Foreign  string        `json:"foreign"`

	Name  string        `json:"name"` // of somebody who is not registered
	Sex   people.Sex    `json:"sex"`
	Birth calendar.Date `json:"birth"`
	Work  value.Truth   `json:"health_worker"`

	Country  string        `json:"country"`
	Area     string        `json:"area"` // health zone or district
	Place    string        `json:"place"`
	Imported value.Truth   `json:"imported"` // infected elsewhere
	From     string        `json:"from"`     // where, if so
	Onset    calendar.Date `json:"onset"`
	Admitted calendar.Date `json:"admitted"`
	Isolated calendar.Date `json:"isolated"`
	Ending   Ending        `json:"ending"`
	Ended    calendar.Date `json:"ended"`

	Signs   map[string]Sign `json:"signs"`   // by where the definition reads them
	Results []Result        `json:"results"` // in the order in which they were entered
	Classed []Classed       `json:"classed"` // in the order in which they were decided
	Officer *Override       `json:"officer"` // the class that an officer set, if one is set
}

// Sign is what is known of one thing about a case.
type Sign struct {
	Value    value.Value   `json:"v"`
	On       calendar.Date `json:"on"`
	Disputed bool          `json:"disputed,omitempty"` // two changes that did not see each other say otherwise
}

// Result is one result of one test on one specimen.
type Result struct {
	Of        string        `json:"of"`    // where the definition reads it: "lab:pcr:filovirus"
	Value     value.Value   `json:"value"` // a code, a number or a day, as the definition has it
	Specimen  string        `json:"specimen"`
	Collected calendar.Date `json:"collected"`
	On        calendar.Date `json:"on"`
	Lab       string        `json:"lab"`
	Final     bool          `json:"final"`
	By        db.ID         `json:"by"`
	At        time.Time     `json:"at"`
}

// Classed is one decision on what a case is.
type Classed struct {
	Class  Class           `json:"class"`
	Level  string          `json:"level"` // by laboratory, by link, clinically: a word of the pack
	May    []string        `json:"may"`   // higher classes that what is not known could still give
	Ask    []string        `json:"ask"`   // the facts that would settle those
	Cause  string          `json:"cause"` // what made it be looked at: new, sign, result, link, elsewhere, rules, outbreak
	Record json.RawMessage `json:"record,omitempty"`
	By     db.ID           `json:"by"`
	At     time.Time       `json:"at"`
}

// Override is an officer's class.
type Override struct {
	Class Class     `json:"class"`
	Why   string    `json:"why"`
	By    db.ID     `json:"by"`
	At    time.Time `json:"at"`
}

// Last is the last decision; ok is false where there is none.
func (c Case) Last() (Classed, bool) {
	if len(c.Classed) == 0 {
		return Classed{Class: NoRule}, false
	}
	return c.Classed[len(c.Classed)-1], true
}

// Class is what the case counts as: the officer's word, else the definition's.
func (c Case) Class() Class {
	if c.Officer != nil {
		return c.Officer.Class
	}
	last, _ := c.Last()
	return last.Class
}

// Code is how a case is called on paper: its number elsewhere, else a code of its own.
func (c Case) Code() string {
	if c.Number != "" {
		return c.Number
	}
	return people.ShowCode(people.Code(c.ID))
}

const (
	longName = 200
	longText = 200
	longWhy  = 1000
	oldest   = 130 // years
)

// Valid checks what was told of a case on a day.
func (c Case) Valid(lists surveillance.Lists, today calendar.Day) []error {
	const op = "linelist.Case"
	var errs []error
	bad := func(field, key string) { errs = append(errs, fault.Field(op, field, "linelist.error."+key)) }
	if !lists.HasDisease(c.Disease) {
		bad("disease", "choose")
	}
	if c.Sex != "" && !slices.Contains(sexes, c.Sex) {
		bad("sex", "choose")
	}
	if c.Ending != "" && !slices.Contains(Endings, c.Ending) {
		bad("ending", "choose")
	}
	for _, d := range []struct {
		field string
		calendar.Date
	}{{"reported", c.Reported}, {"birth", c.Birth}, {"onset", c.Onset}, {"admitted", c.Admitted}, {"isolated", c.Isolated}, {"ended", c.Ended}} {
		if first, _, ok := d.Bounds(); ok && first > today {
			bad(d.field, "future")
		}
	}
	if c.Reported.IsZero() {
		bad("reported", "day")
	}
	if c.Ending == Dead && c.Ended.Before(c.Onset) == value.Yes {
		bad("onset", "after_death")
	}
	if c.Onset.Before(c.Birth) == value.Yes {
		bad("onset", "before_birth")
	}
	if !c.Ended.IsZero() && c.Ending == "" {
		bad("ending", "choose")
	}
	for _, t := range []struct{ field, text string }{{"name", c.Name}, {"number", c.Number}, {"area", c.Area}, {"place", c.Place}, {"from", c.From}} {
		if utf8.RuneCountInString(t.text) > longText {
			bad(t.field, "long")
		}
	}
	return errs
}

// latest answers the result that counts of one test: the last final one, by its day and
// then by when it was entered; without a final one that it is awaited.
func latest(results []Result, of string) (Result, bool) {
	var found []Result
	for _, r := range results {
		if r.Of == of {
			found = append(found, r)
		}
	}
	if len(found) == 0 {
		return Result{}, false
	}
	slices.SortStableFunc(found, func(a, b Result) int {
		if a.Final != b.Final {
			if a.Final {
				return 1
			}
			return -1
		}
		x, _, _ := a.On.Bounds()
		y, _, _ := b.On.Bounds()
		return cmp.Or(cmp.Compare(x, y), a.At.Compare(b.At))
	})
	return found[len(found)-1], true
}

// fact is a sign as a pack reads it.
func (s Sign) fact() decision.Fact {
	return decision.Fact{Value: s.Value, AsOf: s.On, Disputed: s.Disputed}
}

// isResult reports whether a definition reads this from the laboratory's own results.
func isResult(from string) bool { return strings.HasPrefix(from, "lab:") }
