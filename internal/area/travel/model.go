package travel

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
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
}

// Traveller is one person on a movement.
type Traveller struct {
	ID        db.ID  `json:"-"`
	Person    db.ID  `json:"-"`
	Site      string `json:"-"`
	Programme string `json:"-"`

	Movement db.ID `json:"movement"`
	Off      bool  `json:"off"` // was taken off
}

const longNumber = 40

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
	if _, ok := place.Country(m.To); m.To != "" && !ok {
		bad("to", "choose")
	}
	return errs
}
