package linelist

import (
	"slices"
	"time"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Standing is an officer's word on a contact. The zero Standing is that there is none.
type Standing string

// The closed list. Cancelled is somebody who was no contact after all.
const (
	DeclaredLost Standing = "lost"
	Cancelled    Standing = "cancelled"
	ContactDied  Standing = "died"
)

// HandedOver is that another authority accepted to follow somebody who travelled on. It
// is no officer's choice: it follows from that authority's word (package across).
const HandedOver Standing = "handed_over"

// Standings lists them.
var Standings = []Standing{DeclaredLost, Cancelled, ContactDied}

// Contact is somebody who was in contact with a case and is followed up.
type Contact struct {
	ID        db.ID  `json:"-"`
	Site      string `json:"-"`
	Programme string `json:"-"`

	Disease string        `json:"disease"` // of the source case, by species where it is known
	Number  string        `json:"number"`
	Listed  calendar.Date `json:"listed"`
	System  string        `json:"system"`
	Foreign string        `json:"foreign"`

	Name    string        `json:"name"`
	Sex     people.Sex    `json:"sex"`
	Birth   calendar.Date `json:"birth"`
	Area    string        `json:"area"`
	Place   string        `json:"place"`
	Vaccine string        `json:"vaccine"` // that they had, as the pack of countermeasures names it

	Last   calendar.Date `json:"last"`   // of exposure: day 0
	State  Standing      `json:"state"`  // an officer's word
	Became db.ID         `json:"became"` // the case that they are now
	Visits []Visit       `json:"visits"` // in the order in which they were entered
}

// How is how a visit went.
type How string

// The closed list. NotTried and NotDone are told apart: nobody went, and nobody knows.
const (
	Seen     How = "seen"
	NotSeen  How = "not_seen"
	NotTried How = "not_tried"
	NotDone  How = "not_done"
)

// Hows lists them, and AskedHows what somebody at the door is asked.
var (
	Hows      = []How{Seen, NotSeen, NotTried, NotDone}
	AskedHows = []How{Seen, NotSeen}
)

// Visit is one visit of one day. The last entered of a day counts; all are kept.
type Visit struct {
	Day     calendar.Day `json:"day"`
	How     How          `json:"how"`
	Signs   value.Truth  `json:"signs"` // of the disease; what nobody asked is unknown
	Foreign string       `json:"foreign,omitempty"`
	By      db.ID        `json:"by"`
	At      time.Time    `json:"at"`
}

// Link says that one fell in contact with another: a case with a case or a contact.
type Link struct {
	ID        db.ID  `json:"-"`
	Site      string `json:"-"`
	Programme string `json:"-"`

	From    db.ID         `json:"from"` // the source; a case
	To      db.ID         `json:"to"`   // a contact, or a case
	Last    calendar.Date `json:"last"`
	Type    Exposure      `json:"type"`
	Sure    Certainty     `json:"certainty"`
	System  string        `json:"system"`
	Foreign string        `json:"foreign"`
	Source  string        `json:"source"` // the foreign names of both, where one is not here
	Target  string        `json:"target"`
}

// Certainty is how sure it is that one was infected by the other. The zero Certainty is
// that nobody judged it.
type Certainty string

// The closed list. RuledOut keeps what was believed once, and is drawn no more.
const (
	Certain  Certainty = "certain"
	Likely   Certainty = "likely"
	Possible Certainty = "possible"
	RuledOut Certainty = "ruled_out"
)

// Certainties lists them.
var Certainties = []Certainty{Certain, Likely, Possible, RuledOut}

// Exposure is the type of a contact.
type Exposure string

// The closed list. The zero Exposure is not known.
const (
	Touched  Exposure = "physical"
	Near     Exposure = "near"
	Indirect Exposure = "indirect"
	OtherWay Exposure = "other"
)

// Exposures lists them.
var Exposures = []Exposure{Touched, Near, Indirect, OtherWay}

// Code is how a contact is called on paper.
func (c Contact) Code() string {
	if c.Number != "" {
		return c.Number
	}
	return people.ShowCode(people.Code(c.ID))
}

// Open reports whether somebody is still followed up by nobody's other word.
func (c Contact) Open() bool { return c.Became.IsZero() && c.State == "" }

// Valid checks what was told of a contact on a day.
func (c Contact) Valid(lists surveillance.Lists, today calendar.Day) []error {
	const op = "linelist.Contact"
	var errs []error
	bad := func(field, key string) { errs = append(errs, fault.Field(op, field, "linelist.error."+key)) }
	if !lists.HasDisease(c.Disease) {
		bad("disease", "choose")
	}
	if c.Sex != "" && !slices.Contains(sexes, c.Sex) {
		bad("sex", "choose")
	}
	if c.State != "" && c.State != HandedOver && !slices.Contains(Standings, c.State) {
		bad("state", "choose")
	}
	for _, d := range []struct {
		field string
		calendar.Date
	}{{"last", c.Last}, {"birth", c.Birth}, {"listed", c.Listed}} {
		if first, _, ok := d.Bounds(); ok && first > today {
			bad(d.field, "future")
		}
	}
	if c.Last.IsZero() {
		bad("last", "day")
	}
	for _, t := range []struct{ field, text string }{{"name", c.Name}, {"number", c.Number}, {"area", c.Area}, {"place", c.Place}} {
		if utf8.RuneCountInString(t.text) > longText {
			bad(t.field, "long")
		}
	}
	return errs
}
