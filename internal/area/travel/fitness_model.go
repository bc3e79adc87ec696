package travel

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Verdict is what a physician signed.
type Verdict string

// The closed list.
const (
	Fit  Verdict = "fit"
	Wait Verdict = "wait" // not with this movement
)

// Verdicts lists them.
var Verdicts = []Verdict{Fit, Wait}

// Level is who goes along with somebody.
type Level string

// The closed list, the least first. "" is not decided.
const (
	Alone       Level = "none"
	Operational Level = "operational" // somebody who knows the way, not of the health staff
	Nurse       Level = "nurse"
	Doctor      Level = "doctor"
	Both        Level = "both"
	Stretcher   Level = "stretcher"
)

// Levels lists them, the least first.
var Levels = []Level{Alone, Operational, Nurse, Doctor, Both, Stretcher}

// Accompanied reports whether somebody has to go along.
func (l Level) Accompanied() bool { return l != "" && l != Alone }

// Below reports whether l is less than what another level asks for.
func (l Level) Below(other Level) bool { return slices.Index(Levels, l) < slices.Index(Levels, other) }

// Check is one look at whether somebody may travel with a movement: what was asked and
// measured is in the results of its order, what the pack says of it is judged anew each
// time, and what a physician signed is kept with what the pack said then.
type Check struct {
	ID        db.ID  `json:"-"`
	Person    db.ID  `json:"-"`
	Site      string `json:"-"`
	Programme string `json:"-"`

	Movement db.ID        `json:"movement"`
	Pack     string       `json:"pack"`
	Version  string       `json:"version"`
	Hash     string       `json:"hash"`
	Day      calendar.Day `json:"day"`
	At       time.Time    `json:"at"`
	By       db.ID        `json:"by"`

	Signature
}

// Signature is what a physician signed; the zero value is nothing yet.
type Signature struct {
	Verdict  Verdict         `json:"verdict,omitempty"`
	Level    Level           `json:"level,omitempty"`
	Why      string          `json:"why,omitempty"`
	Record   json.RawMessage `json:"record,omitempty"` // what the pack said (pack.Record)
	SignedAt time.Time       `json:"signed_at,omitzero"`
	SignedBy db.ID           `json:"signed_by,omitzero"`

	Disputed bool `json:"disputed,omitempty"` // two physicians who did not see each other
}

// Signed reports whether one signature stands.
func (s Signature) Signed() bool { return !s.SignedAt.IsZero() && !s.Disputed }

// Resource is the check as a policy sees it.
func (c Check) Resource() access.Resource {
	return access.Resource{Kind: kindFitness, Doc: c.ID, Subject: c.Person, Site: c.Site, Programme: c.Programme, Sensitivity: journal.Clinical}
}

// Fitness is what boarding reads of a person's check.
type Fitness struct {
	Begun, Signed bool
	Verdict       Verdict
	Level         Level
	Oxygen        bool // is needed on the way
	Holds         bool // what was signed is what the pack says of today's facts
}
