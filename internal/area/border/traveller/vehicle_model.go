package traveller

import (
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// Conveyance is what a traveller came with.
type Conveyance struct {
	ID   db.ID  `json:"-"`
	Site string `json:"-"`

	Point   string       `json:"point"`
	Shift   db.ID        `json:"shift"`
	Day     calendar.Day `json:"day"` // of the journey
	At      time.Time    `json:"at"`
	Kind    string       `json:"kind"`   // of the pack: bus, boat, aircraft …
	Number  string       `json:"number"` // plate, flight, ship
	Hours   string       `json:"hours"`  // of the journey, as it was told
	Ill     value.Truth  `json:"ill_on_board"`
	Fluids  value.Truth  `json:"fluids"` // somebody touched body fluids
	Disease string       `json:"disease"`
	Lists   []string     `json:"lists"` // whom the pack says to list
	Until   calendar.Day `json:"until"`
}

// Companion is somebody who was in it.
type Companion struct {
	ID         db.ID        `json:"-"`
	Conveyance db.ID        `json:"conveyance"`
	Day        calendar.Day `json:"day"`
	At         time.Time    `json:"at"`
	Answers    Answers      `json:"answers"` // to the pack's form
	Until      calendar.Day `json:"until"`
}

// Vehicle is a conveyance with whom it is known to have carried.
type Vehicle struct {
	Conveyance
	Companions []Companion
}
