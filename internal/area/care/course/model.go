package course

import (
	"encoding/json"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Course is one person in one programme.
type Course struct {
	ID        db.ID  `json:"-"`
	Person    db.ID  `json:"-"`
	Site      string `json:"-"` // that cares for it now
	Programme string `json:"-"` // of the record, as access knows it

	Sensitivity journal.Sensitivity `json:"-"`
	Disputed    bool                `json:"-"` // two changes of its end did not see each other

	Pack     string       `json:"pack"`
	Version  string       `json:"version"`
	Hash     string       `json:"hash"`
	Code     string       `json:"code"` // of the pack's programme
	Enrolled calendar.Day `json:"enrolled"`
	At       time.Time    `json:"at"`
	By       db.ID        `json:"by"`
	Begun    string       `json:"begun"` // the site of enrolment

	Plan   Plan   `json:"plan"`
	Ending Ending `json:"ending,omitzero"`
}

// Ending is how a course ended; the zero value is one that goes on.
type Ending struct {
	Outcome string          `json:"outcome,omitempty"` // a class or an outcome of the programme
	On      calendar.Day    `json:"on,omitempty"`
	Where   string          `json:"where,omitempty"` // the site that said so
	Record  json.RawMessage `json:"record,omitempty"`
	By      db.ID           `json:"by,omitzero"`
	At      time.Time       `json:"at,omitzero"`
}

// Open reports whether the course goes on.
func (c Course) Open() bool { return c.Ending.Outcome == "" }

// Resource is the course as a policy sees it.
func (c Course) Resource() access.Resource {
	return access.Resource{Kind: KindCourse, Doc: c.ID, Subject: c.Person, Site: c.Site, Programme: c.Programme, Sensitivity: c.Sensitivity}
}

// Plan is the visits that are expected, laid out for one person.
type Plan struct {
	Anchors map[string]calendar.Date `json:"anchors,omitempty"`
	Rows    []Row                    `json:"rows,omitempty"`
	// First is the first anchor's first day, 0 where it is not known: weeks and doses
	// count from it.
	First calendar.Day `json:"first,omitempty"`
	Doses bool         `json:"doses,omitempty"`
	Form  bool         `json:"form,omitempty"` // the form of enrolment is still to be filled in
}

// Row is one expected visit. The days are 0 where the anchor is not known. A row that
// comes again and again has distances from the last visit instead.
type Row struct {
	Code    string       `json:"code"`
	Again   int          `json:"again,omitempty"` // how often the same code stands before it
	Every   bool         `json:"every,omitempty"`
	From    calendar.Day `json:"from,omitempty"`
	Due     calendar.Day `json:"due,omitempty"`
	To      calendar.Day `json:"to,omitempty"`
	Expires calendar.Day `json:"expires,omitempty"` // 0: it does not lapse
	Widened bool         `json:"widened,omitempty"` // the anchor is known in part
	Before  bool         `json:"before,omitempty"`  // its window was over at enrolment: not expected
}

// Visit is one that took place, or an absence that somebody saw.
type Visit struct {
	ID     db.ID        `json:"-"`
	Site   string       `json:"-"`
	Course db.ID        `json:"course"`
	Code   string       `json:"code"`
	Row    int          `json:"row"` // of the plan; -1 for one beside it
	On     calendar.Day `json:"on"`
	Absent bool         `json:"absent,omitempty"`
	Order  db.ID        `json:"order,omitzero"` // whose result it is
	By     db.ID        `json:"by,omitzero"`
}

// DoseState is what happened with the dose of a day.
type DoseState string

// The closed list. The zero DoseState is not known.
const (
	Observed     DoseState = "observed"
	ByVideo      DoseState = "video"
	SelfReported DoseState = "self_reported"
	Missed       DoseState = "missed"
	Held         DoseState = "held" // by a clinician
	NotDue       DoseState = "not_due"
)

// DoseStates lists them in the order of the buttons.
var DoseStates = []DoseState{Observed, ByVideo, SelfReported, Missed, Held, NotDue}

// Dose is what somebody recorded of one day.
type Dose struct {
	ID     db.ID        `json:"-"`
	Site   string       `json:"-"`
	Course db.ID        `json:"course"`
	On     calendar.Day `json:"on"`
	State  DoseState    `json:"state"`
	By     db.ID        `json:"by,omitzero"`
	At     time.Time    `json:"at,omitzero"`
	Seen   []db.ID      `json:"seen,omitempty"` // doses of the day that its author had before them
}

// TransferState is how a transfer stands.
type TransferState string

// The closed list.
const (
	Asked     TransferState = "asked"
	Accepted  TransferState = "accepted"
	Refused   TransferState = "refused"
	Withdrawn TransferState = "withdrawn" // by the site that asked
	Arrived   TransferState = "arrived"
	NotCome   TransferState = "not_come"
)

// Transfer is a course on its way from one site to another.
type Transfer struct {
	ID          db.ID               `json:"-"`
	Person      db.ID               `json:"-"`
	To          string              `json:"-"` // the site it is for: its header's
	Programme   string              `json:"-"`
	Sensitivity journal.Sensitivity `json:"-"`

	Course  db.ID         `json:"course"`
	Pack    string        `json:"pack"`
	Code    string        `json:"code"` // of the programme
	From    string        `json:"from"`
	Why     string        `json:"why,omitempty"`
	AskedAt time.Time     `json:"asked_at"`
	AskedBy db.ID         `json:"asked_by"`
	State   TransferState `json:"state"`
	Reason  string        `json:"reason,omitempty"` // of a refusal
	Since   time.Time     `json:"since"`
	By      db.ID         `json:"by,omitzero"`
}

// Waits reports whether the site that it is for has not answered.
func (t Transfer) Waits() bool { return t.State == Asked }

// Resource is the transfer as a policy sees it: at the site that it is for.
func (t Transfer) Resource() access.Resource {
	return access.Resource{Kind: kindTransfer, Doc: t.ID, Subject: t.Person, Site: t.To, Programme: t.Programme, Sensitivity: t.Sensitivity}
}

const longText = 500

// next are the states that a transfer can go to, and who says so: the site it is for, or
// the one it comes from.
var next = map[TransferState][]TransferState{
	Asked:    {Accepted, Refused, Withdrawn},
	Accepted: {Arrived, NotCome},
	NotCome:  {Arrived},
}

// Answerable checks that a transfer can go to a state, with a reason where it needs one.
func (t Transfer) Answerable(to TransferState, reason string) error {
	const op = "course.Transfer"
	switch {
	case !slices.Contains(next[t.State], to):
		return fault.New(fault.Conflict, op, "course.error.answered")
	case to == Refused && reason == "":
		return fault.Field(op, "reason", "course.error.reason")
	case utf8.RuneCountInString(reason) > longText:
		return fault.Field(op, "reason", "course.error.long")
	}
	return nil
}
