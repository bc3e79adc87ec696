package travel

import (
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

// Action is something that somebody has to do after arrival, and by when.
type Action struct {
	Visit string       `json:"visit"` // of the pack's schedule, whose word is form.VISIT
	Day   calendar.Day `json:"day"`   // the last day for it
	Text  string       `json:"text"`  // "" is known to be nothing
}

// Note is the hand-over note: what has to be done by when stands first.
type Note struct {
	ID        db.ID  `json:"-"`
	Person    db.ID  `json:"-"`
	Site      string `json:"-"` // which takes over; the one that hands over where who takes over has no Godwit
	Programme string `json:"-"`

	Movement  db.ID        `json:"movement"`
	From      string       `json:"from"`              // the site that hands over
	ToSite    string       `json:"to_site,omitempty"` // of this program; "" has none
	To        string       `json:"to"`                // who takes over, in words
	Arrival   calendar.Day `json:"arrival"`
	Actions   []Action     `json:"actions"`
	Condition string       `json:"condition"`
	Medicines string       `json:"medicines"`
	Equipment string       `json:"equipment,omitempty"`
	By        string       `json:"by"` // the name of who wrote it
	At        time.Time    `json:"at"`

	Hash  string    `json:"hash,omitempty"` // of the reply code that is out; "" is none
	Until time.Time `json:"until,omitzero"`
}

// Resource is the note as a policy sees it.
func (n Note) Resource() access.Resource {
	return access.Resource{Kind: kindHandOver, Doc: n.ID, Subject: n.Person, Site: n.Site, Programme: n.Programme, Sensitivity: journal.Clinical}
}

// FromResource is the note as the site that wrote it sees it.
func (n Note) FromResource() access.Resource {
	r := n.Resource()
	r.Site = n.From
	return r
}

// Written reports whether there is a note.
func (n Note) Written() bool { return !n.At.IsZero() }

// mostBack is how many days ago an arrival can have been.
const mostBack = 60

// Valid checks a note.
func (n Note) Valid(left, today calendar.Day) []error {
	const op = "travel.Note"
	var errs []error
	bad := func(field, key string) { errs = append(errs, fault.Field(op, field, "travel.error."+key)) }
	if n.ToSite == "" && strings.TrimSpace(n.To) == "" {
		bad("to", "receiver")
	}
	if n.Arrival < left || n.Arrival > left+mostHours/24 || n.Arrival < today-mostBack {
		bad("arrival", "arrival")
	}
	if strings.TrimSpace(n.Condition) == "" {
		bad("condition", "condition")
	}
	if strings.TrimSpace(n.Medicines) == "" {
		bad("medicines", "medicines")
	}
	for field, text := range map[string]string{"to": n.To, "condition": n.Condition, "medicines": n.Medicines, "equipment": n.Equipment} {
		if utf8.RuneCountInString(text) > longText {
			bad(field, "long")
		}
	}
	for _, a := range n.Actions {
		if utf8.RuneCountInString(a.Text) > longText {
			bad(strings.ToLower(a.Visit), "long")
		}
	}
	return errs
}

// Step is what whoever takes over tells of somebody.
type Step string

// The closed list.
const (
	Accepted Step = "accepted" // the person is there, and in their care
	Followed Step = "followed" // what became of it
)

// Outcome is how the care went on.
type Outcome string

// The closed list, as the form that anybody answers with a code has it.
const (
	Continued Outcome = "continued"
	Completed Outcome = "completed"
	Referred  Outcome = "referred"
	NotCome   Outcome = "not_come"
	Declined  Outcome = "declined"
	NotPerson Outcome = "not_person"
)

// Outcomes lists them.
var Outcomes = []Outcome{Continued, Completed, Referred, NotCome, Declined, NotPerson}

// Answer is one thing that whoever takes over told. What was told stays.
type Answer struct {
	ID      db.ID     `json:"-"`
	Note    db.ID     `json:"note"`
	Step    Step      `json:"step"`
	Outcome Outcome   `json:"outcome,omitempty"`
	Words   string    `json:"words,omitempty"`
	By      string    `json:"by,omitempty"` // the name of who answered here
	ByCode  bool      `json:"by_code,omitempty"`
	At      time.Time `json:"at"`
}

// Valid checks an answer.
func (a Answer) Valid() []error {
	const op = "travel.Answer"
	var errs []error
	bad := func(field, key string) { errs = append(errs, fault.Field(op, field, "travel.error."+key)) }
	if a.Step != Accepted && a.Step != Followed {
		bad("step", "choose")
	}
	if (a.Step == Followed) != slices.Contains(Outcomes, a.Outcome) {
		bad("outcome", "choose")
	}
	if utf8.RuneCountInString(a.Words) > longText {
		bad("words", "long")
	}
	return errs
}

// told finds the first answer of a step.
func told(list []Answer, step Step) (Answer, bool) {
	i := slices.IndexFunc(list, func(a Answer) bool { return a.Step == step })
	if i < 0 {
		return Answer{}, false
	}
	return list[i], true
}
