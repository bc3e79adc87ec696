package traveller

import (
	"encoding/json"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// Declares is who declares.
type Declares string

// The closed list, as the pack names it.
const (
	ShipDeclares      Declares = "ship"
	AircraftDeclares  Declares = "aircraft"
	TravellerDeclares Declares = "traveller"
)

// Declaration is what a ship, an aircraft or a traveller declares of their health.
type Declaration struct {
	ID   db.ID  `json:"-"`
	Site string `json:"-"`

	Point   string       `json:"point"`
	Shift   db.ID        `json:"shift"` // that took it, or was shown its code; zero before
	Day     calendar.Day `json:"day"`
	At      time.Time    `json:"at"`
	Kind    Declares     `json:"kind"`
	Version string       `json:"version"` // of the IHR in force at the State Party; "" not known
	Form    string       `json:"form"`    // the code of the pack: which dated form it is
	Answers Answers      `json:"answers"`
	Own     bool         `json:"own"` // made on the person's own phone

	Needs  []string        `json:"needs,omitempty"`
	Flags  []string        `json:"flags,omitempty"`
	Asks   []string        `json:"asks,omitempty"` // forms that the answers ask for
	Record json.RawMessage `json:"record,omitempty"`

	Conveyance db.ID        `json:"conveyance"`
	Until      calendar.Day `json:"until"`
	Sick       []Answers    `json:"ill"` // the schedule of the ill, in the order in which it was written
}

// Code is what its maker shows to the screener.
func (d Declaration) Code() string { return people.ShowCode(people.Code(d.ID)) }

// SickSchedule is the form that a ship's answers can ask for.
const SickSchedule = "SICK_SCHEDULE"
