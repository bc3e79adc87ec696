package assessment

import (
	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Case is one application of a family or other unit to one destination.
type Case struct {
	ID          db.ID
	Number      string        `json:"number"`
	Destination string        `json:"destination"` // pack id
	ExamDate    calendar.Date `json:"exam_date"`
	ExamCountry string        `json:"exam_country"` // ISO 3166-1 alpha-3
	Facts       value.Facts   `json:"facts"`        // of the application: visa, stay applied for
	Closed      bool          `json:"closed"`
}

// Valid says what a case needs before it can be stored.
func (c Case) Valid() error {
	const op = "assessment.Case"
	switch {
	case c.Number == "":
		return fault.Field(op, "number", "assessment.error.number")
	case c.Destination == "":
		return fault.Field(op, "destination", "assessment.error.destination")
	}
	if _, ok := c.ExamDate.Exact(); !ok {
		return fault.Field(op, "exam_date", "assessment.error.exam_date")
	}
	return nil
}

// State is where a member stands. It is worked out from the decision and the
// orders, never set by hand.
type State string

// The states of a member, in the order a case usually takes.
const (
	StateQuestions State = "questions" // a fact is missing that could change something
	StateServices  State = "services"  // services are still to do
	StateWaiting   State = "waiting"   // a result is awaited (cultures take weeks)
	StateBlocked   State = "blocked"   // required and contraindicated, or refused: for the officer
	StateHold      State = "hold"      // a hold stands
	StateToSign    State = "to_sign"   // all there; the physician decides
	StateCleared   State = "cleared"
	StateNotNeeded State = "not_needed" // the destination asks for nothing
	StateSuspended State = "suspended"  // a fact arrived after clearance
	StateEnded     State = "ended"      // left the case, or died: nothing is asked of anybody
	// StateExpired is a clearance whose last day is over. A day passes without anybody
	// writing anything, so it is never stored: it is read from the day (Member.On).
	StateExpired State = "expired"
)

// States lists them, what needs somebody first.
var States = []State{StateSuspended, StateBlocked, StateQuestions, StateServices, StateWaiting, StateHold, StateToSign, StateExpired, StateCleared, StateNotNeeded, StateEnded}

// Finished reports whether nobody has to do anything in this case for a member in
// this state: who was cleared and did not travel in time needs a new one.
func (s State) Finished() bool {
	return s == StateCleared || s == StateExpired || s == StateNotNeeded || s == StateEnded
}

// Member is one person's part in a case.
type Member struct {
	ID       db.ID
	Case     db.ID  `json:"case"`
	Person   db.ID  `json:"person"`
	Relation string `json:"relation"`
	State    State  `json:"state"`
	// Stations are where the person still has to go, by station code.
	Stations []string `json:"stations"`
	Left     bool     `json:"left"` // withdrawn from the case
	// Until is the last day of the clearance of somebody who is cleared; zero otherwise.
	Until calendar.Date `json:"-"`
}

// On is where the member stands on a day.
func (m Member) On(day calendar.Day) State {
	if until, ok := m.Until.Exact(); ok && m.State == StateCleared && until < day {
		return StateExpired
	}
	return m.State
}

// soonOver is from how few days on the days that a clearance still lasts are shown:
// the time it takes to rebook a flight.
const soonOver = 30

// DaysLeft counts the days after this one on which a clearance still stands; soon is
// false where they are many, or there is none.
func (m Member) DaysLeft(day calendar.Day) (left int, soon bool) {
	until, ok := m.Until.Exact()
	left = int(until - day)
	return left, ok && m.On(day) == StateCleared && left < soonOver
}

// ItemState is where one service of a plan stands.
type ItemState string

// The states of an item. Undecided means that a missing fact decides whether the
// service is needed: it is neither required nor not.
const (
	ItemRequired  ItemState = "required"
	ItemOffered   ItemState = "offered"
	ItemDone      ItemState = "done"
	ItemAwaited   ItemState = "awaited" // performed, result to come
	ItemUndecided ItemState = "undecided"
	ItemBlocked   ItemState = "blocked"
	ItemDeferred  ItemState = "deferred"
	ItemWaived    ItemState = "waived"
	ItemRefused   ItemState = "refused" // by the person, or not possible: never a "no"
	ItemAgain     ItemState = "again"   // done, but the result is too old for the day of the examination
)

// Settled reports whether the item asks nothing more of anybody.
func (s ItemState) Settled() bool { return s == ItemDone || s == ItemWaived || s == ItemOffered }

// ToDo reports whether somebody has to carry the service out.
func (s ItemState) ToDo() bool { return s == ItemRequired || s == ItemAgain }

// ActKind is what an officer did about a member.
type ActKind string

// The acts. Each is a journal document of its own and is never edited.
const (
	ActSign     ActKind = "sign"     // signed the decision: classification and outcome
	ActWaive    ActKind = "waive"    // waived a service, with reason
	ActOverride ActKind = "override" // set the outcome against the table, with reason
	ActPrint    ActKind = "print"    // gave out a certificate
)

// ClearanceState is where a clearance stands. It is a safety group of the
// journal: two values that did not see each other count as suspended.
type ClearanceState string

// The states of a clearance.
const (
	ClearanceIssued    ClearanceState = "issued"
	ClearanceSuspended ClearanceState = "suspended"
	ClearanceWithdrawn ClearanceState = "withdrawn"
)
