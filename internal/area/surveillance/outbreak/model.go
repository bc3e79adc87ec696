package outbreak

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// State is how an outbreak stands.
type State string

// The closed list.
const (
	Suspected State = "suspected"
	Active    State = "active" // confirmed, and running
	Over      State = "over"
	Discarded State = "discarded" // it was none
)

// States lists them.
var States = []State{Suspected, Active, Over, Discarded}

// Runs reports whether it goes on.
func (s State) Runs() bool { return s == Suspected || s == Active }

// SitePrefix marks the code of a site among the codes of the gazetteer.
const SitePrefix = "site:"

// Outbreak is a disease in places over a time.
type Outbreak struct {
	ID        db.ID  `json:"-"`
	Site      string `json:"-"` // whose officers declared it
	Programme string `json:"-"`

	Disease string        `json:"disease"` // a code of the list of diseases, by species where it is known
	Places  []string      `json:"places"`  // codes of countries, areas and points, and of sites with SitePrefix
	From    calendar.Date `json:"from"`
	Until   calendar.Date `json:"until"`
	Source  string        `json:"source"` // who says so: a report, a laboratory, a ministry
	Signal  db.ID         `json:"signal"`
	Steps   []Step        `json:"steps"`
}

// Step is one decision about an outbreak.
type Step struct {
	State State     `json:"state"`
	Why   string    `json:"why"`
	By    db.ID     `json:"by"`
	At    time.Time `json:"at"`
}

// Last is the step that holds; zero where there is none.
func (o Outbreak) Last() Step {
	if len(o.Steps) == 0 {
		return Step{}
	}
	return o.Steps[len(o.Steps)-1]
}

// State is how it stands.
func (o Outbreak) State() State {
	if s := o.Last().State; s != "" {
		return s
	}
	return Suspected // a step that has not come yet
}

// Owner is who answers for it: whoever decided last.
func (o Outbreak) Owner() db.ID { return o.Last().By }

// Span is the time in which it ran. While it runs and nobody knows an end it is open;
// one that is over without a day ended by the day somebody said so.
func (o Outbreak) Span() calendar.Span {
	sp := calendar.Span{From: o.From, To: o.Until}
	switch {
	case !o.Until.IsZero():
	case o.State().Runs():
		sp.Ongoing = true
	default:
		said := calendar.DayOfTime(o.Last().At)
		first, _, ok := o.From.Bounds()
		if !ok || first > said {
			first = said
		}
		sp.To, _ = calendar.Between(first, said)
	}
	return sp
}

const (
	longSource = 300
	longWhy    = 1000
	mostPlaces = 200
)

// Valid checks what was declared on a day.
func (o Outbreak) Valid(lists surveillance.Lists, today calendar.Day) []error {
	const op = "outbreak.Outbreak"
	var errs []error
	bad := func(field, key string) { errs = append(errs, fault.Field(op, field, "outbreak.error."+key)) }
	if !lists.HasDisease(o.Disease) {
		bad("disease", "choose")
	}
	if len(o.Places) == 0 {
		bad("places", "places")
	}
	if len(o.Places) > mostPlaces {
		bad("places", "many")
	}
	if o.From.IsZero() {
		bad("from", "from")
	}
	for _, d := range []struct {
		field string
		calendar.Date
	}{{"from", o.From}, {"until", o.Until}} {
		if first, _, ok := d.Bounds(); ok && first > today {
			bad(d.field, "future")
		}
	}
	from, _, ok := o.From.Bounds()
	if _, last, ends := o.Until.Bounds(); ok && ends && last < from {
		bad("until", "before")
	}
	switch n := utf8.RuneCountInString(strings.TrimSpace(o.Source)); {
	case n < 3:
		bad("source", "source")
	case n > longSource:
		bad("source", "long")
	}
	return errs
}

// Valid checks a step after another; the first one follows the zero State.
func (s Step) Valid(before State) []error {
	const op = "outbreak.Step"
	var errs []error
	bad := func(field, key string) { errs = append(errs, fault.Field(op, field, "outbreak.error."+key)) }
	if !slices.Contains(States, s.State) || before == "" && s.State == Discarded {
		bad("state", "choose")
	}
	switch n := utf8.RuneCountInString(strings.TrimSpace(s.Why)); {
	case n < 3:
		bad("why", "why")
	case n > longWhy:
		bad("why", "long")
	}
	return errs
}

// OfferState is what became of care that was offered.
type OfferState string

// The closed list.
const (
	Offered    OfferState = "offered"
	Accepted   OfferState = "accepted"
	Declined   OfferState = "declined"
	Given      OfferState = "given"
	NotReached OfferState = "not_reached"
)

// OfferStates lists them.
var OfferStates = []OfferState{Offered, Accepted, Declined, Given, NotReached}

// Offer is care of one kind for one person because of one outbreak.
type Offer struct {
	ID        db.ID  `json:"-"`
	Person    db.ID  `json:"-"`
	Site      string `json:"-"`
	Programme string `json:"-"`

	Outbreak db.ID     `json:"outbreak"`
	Care     string    `json:"care"` // a code of the pack
	Told     []OfferIs `json:"told"`
}

// OfferIs is one thing that happened to an offer.
type OfferIs struct {
	State OfferState `json:"state"`
	Note  string     `json:"note,omitempty"`
	By    db.ID      `json:"by"`
	At    time.Time  `json:"at"`
}

// Last is how the offer stands; zero where nobody offered it.
func (o Offer) Last() OfferIs {
	if len(o.Told) == 0 {
		return OfferIs{}
	}
	return o.Told[len(o.Told)-1]
}

// Valid checks what is told of an offer; field is where the state stands on the form.
func (i OfferIs) Valid(field string) []error {
	const op = "outbreak.OfferIs"
	var errs []error
	if !slices.Contains(OfferStates, i.State) {
		errs = append(errs, fault.Field(op, field, "outbreak.error.choose"))
	}
	if utf8.RuneCountInString(i.Note) > longWhy {
		errs = append(errs, fault.Field(op, "note", "outbreak.error.long"))
	}
	return errs
}
