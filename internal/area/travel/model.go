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
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// Mode is by what people travel.
type Mode string

// The closed list.
const (
	Flight Mode = "flight"
	Bus    Mode = "bus"
	Ship   Mode = "ship"
	Other  Mode = "other"
)

// Modes lists them.
var Modes = []Mode{Flight, Bus, Ship, Other}

// Movement is a conveyance that leaves on a day.
type Movement struct {
	ID        db.ID  `json:"-"`
	Site      string `json:"-"` // which people leave from
	Programme string `json:"-"`

	Day    calendar.Day `json:"day"`
	Mode   Mode         `json:"mode"`
	Number string       `json:"number"` // of the flight, or the plate
	To     string       `json:"to"`     // alpha-3; "" is not said

	At      time.Time `json:"at,omitzero"`       // when it leaves, UTC; zero: the hour is not known
	Carrier string    `json:"carrier,omitempty"` // group of carriers, of the pack's; "" is not known
	Hours   int       `json:"hours,omitempty"`   // how long it travels; 0 is not known
}

// Resource is the movement as a policy sees it.
func (m Movement) Resource() access.Resource {
	return access.Resource{Kind: kindMovement, Doc: m.ID, Site: m.Site, Programme: m.Programme, Sensitivity: journal.Identity}
}

// Left reports whether it has left: its hour is over, or its day where no hour is known.
func (m Movement) Left(now time.Time) bool {
	if m.At.IsZero() {
		return m.Day < calendar.DayOfTime(now)
	}
	return now.After(m.At)
}

// Traveller is one person on a movement.
type Traveller struct {
	ID        db.ID  `json:"-"`
	Person    db.ID  `json:"-"`
	Site      string `json:"-"`
	Programme string `json:"-"`

	Movement db.ID `json:"movement"`
	Off      bool  `json:"off"` // was taken off

	State State     `json:"state,omitempty"`
	Why   string    `json:"why,omitempty"`     // of who did not go
	When  time.Time `json:"when,omitzero"`     // of State
	Came  string    `json:"arrival,omitempty"` // what was reported back after arrival
}

// State is how far a traveller of a list is.
type State string

// The closed list; the zero State is planned.
const (
	Boarded   State = "boarded"
	NoShow    State = "no_show"
	Offloaded State = "offloaded" // was at the door and did not go
	Arrived   State = "arrived"
)

// notGone are the states of who did not go.
var notGone = []State{NoShow, Offloaded}

const (
	longNumber = 40
	longText   = 1000
	mostHours  = 90 * 24 // a ship
)

// Valid checks a movement.
func (m Movement) Valid(today calendar.Day) []error {
	const op = "travel.Movement"
	var errs []error
	bad := func(field, key string) { errs = append(errs, fault.Field(op, field, "travel.error."+key)) }
	if m.Day < today {
		bad("day", "past")
	}
	if !slices.Contains(Modes, m.Mode) {
		bad("mode", "choose")
	}
	switch n := utf8.RuneCountInString(strings.TrimSpace(m.Number)); {
	case n == 0:
		bad("number", "number")
	case n > longNumber:
		bad("number", "long")
	}
	if m.Hours < 0 || m.Hours > mostHours {
		bad("hours", "hours")
	}
	if _, ok := place.Country(m.To); m.To != "" && !ok {
		bad("to", "choose")
	}
	return errs
}
