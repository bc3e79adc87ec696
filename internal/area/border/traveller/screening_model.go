package traveller

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// Answers are the answers to a pack's form, by question, as they were given.
type Answers map[string][]string

// One is the answer to a question that has one.
func (a Answers) One(name string) string {
	if v := a[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// with is a with the answers of others over it.
func (a Answers) with(others ...Answers) Answers {
	out := Answers{}
	for _, from := range append([]Answers{a}, others...) {
		for name, v := range from {
			out[name] = v
		}
	}
	return out
}

// Screening is the record of one traveller.
type Screening struct {
	ID   db.ID  `json:"-"`
	Site string `json:"-"`

	Point string       `json:"point"`
	Shift db.ID        `json:"shift"`
	Day   calendar.Day `json:"day"` // at the point
	At    time.Time    `json:"at"`

	First    Answers   `json:"first"`
	Again    Answers   `json:"again"` // the second temperature, taken after a rest
	AgainAt  time.Time `json:"again_at"`
	Second   Answers   `json:"second"`
	SecondAt time.Time `json:"second_at"`

	Conveyance db.ID        `json:"conveyance"`
	Signal     db.ID        `json:"signal"` // that it raised
	Until      calendar.Day `json:"until"`  // the last day on which it is kept

	Findings []Finding `json:"findings"` // in the order in which they were made

	// Journey is worked out for a finding, which keeps it; nil before a second screening.
	Journey *Journey `json:"-"`
}

// Finding is what the pack says of a screening at one moment.
type Finding struct {
	Class    string          `json:"class"` // "" while what is not known decides
	May      []string        `json:"may,omitempty"`
	Ask      []string        `json:"ask,omitempty"`
	Steps    []string        `json:"steps,omitempty"` // of the card, the least intrusive first
	Needs    []string        `json:"needs,omitempty"`
	Refer    []string        `json:"refer,omitempty"`
	Flags    []string        `json:"flags,omitempty"`
	Contacts int             `json:"contacts,omitempty"` // days for which companions are followed up; 0: nobody is listed
	Notify   bool            `json:"notify,omitempty"`
	Journey  *Journey        `json:"journey,omitempty"` // nil before a second screening
	Record   json.RawMessage `json:"record,omitempty"`
	By       db.ID           `json:"by"`
	At       time.Time       `json:"at"`
}

// The classes of the pack that something hangs on here. What else a pack says is shown
// in its words.
const (
	StopVehicle = "ALERT_STOP_VEHICLE"
	Referred    = "REFERRED"
	FollowUp    = "RELEASED_FOLLOW_UP"
	Secondary   = "SECONDARY"
	Released    = "RELEASED"
)

// The services of the pack that the page of the second temperature answers.
var measureAgain = []string{"REMEASURE", "MEASURE_BY_CONTACT"}

// Last is the last finding.
func (s Screening) Last() Finding {
	if len(s.Findings) == 0 {
		return Finding{}
	}
	return s.Findings[len(s.Findings)-1]
}

// Code is how a traveller is called aloud and on paper.
func (s Screening) Code() string { return people.ShowCode(people.Code(s.ID)) }

// Ended is how the second screening ended, "" while it has not.
func (s Screening) Ended() string { return s.Second.One("ended") }

// Waiting is what a screening waits for.
type Waiting string

// What a screening can wait for.
const (
	WaitsRest   Waiting = "rest"   // for the second temperature
	WaitsSecond Waiting = "second" // for the second screening
	WaitsNone   Waiting = ""
)

// Waits says what comes next. A corpse or somebody very ill is looked at at once: then
// the rest does not come first.
func (s Screening) Waits() Waiting {
	last := s.Last()
	switch {
	case len(s.Second) > 0:
		return WaitsNone
	case last.Class == Secondary, last.Class == StopVehicle, last.Class == Referred:
		return WaitsSecond
	case slices.ContainsFunc(last.Needs, func(n string) bool { return slices.Contains(measureAgain, n) }):
		return WaitsRest
	case last.Class == "":
		return WaitsSecond // what is not known decides: somebody asks further
	}
	return WaitsNone
}

// MayMeasure reports whether the second temperature is still to be taken.
func (s Screening) MayMeasure() bool {
	return len(s.Again) == 0 && slices.ContainsFunc(s.Last().Needs, func(n string) bool { return slices.Contains(measureAgain, n) })
}

// Counted are what is counted of a screening, without the traveller.
func (s Screening) Counted() map[string]int64 {
	last, out := s.Last(), map[string]int64{}
	if last.Class != Released {
		out["secondary"] = 1
	}
	if !s.Signal.IsZero() {
		out["alerts"] = 1
	}
	if last.Class == Referred {
		out["referred"] = 1
	}
	if last.Class == FollowUp {
		out["followed"] = 1
	}
	if s.Ended() == "isolated" {
		out["isolated"] = 1
	}
	return out
}
