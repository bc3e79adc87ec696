package referral

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// To is what kind of place somebody is sent to.
type To string

// The closed list.
const (
	ToSite    To = "site"    // of this installation
	ToOutside To = "outside" // a hospital or service without Godwit
	ToAbroad  To = "abroad"  // a place in another country
)

// Tos lists them.
var Tos = []To{ToSite, ToOutside, ToAbroad}

// Transport is how the person goes there.
type Transport string

// Transports lists the ways; none is offered first.
var Transports = []Transport{"ambulance", "vehicle", "public", "foot", "none"}

// StepKind is what became of a referral.
type StepKind string

// The closed list. The last four are answers: after one nothing is waited for.
const (
	Received StepKind = "received"
	Seen     StepKind = "seen"
	Result   StepKind = "result"
	Declined StepKind = "declined" // the place does not take the person, and says why
	NotCome  StepKind = "not_come"
	// Cancelled is the sender's: the person is not sent any more.
	Cancelled StepKind = "cancelled"
)

// StepKinds lists them, in their order.
var StepKinds = []StepKind{Received, Seen, Result, Declined, NotCome, Cancelled}

// Answers reports whether a step ends the waiting.
func (k StepKind) Answers() bool {
	return slices.Contains([]StepKind{Result, Declined, NotCome, Cancelled}, k)
}

// How a step came to be written.
type How string

// The ways.
const (
	Here    How = "here"    // by the place itself
	OnPaper How = "paper"   // by the sender, from a letter or a telephone call
	ByCode  How = "by_code" // on the bare page, with the letter's code
)

const (
	longText = 1000
	longName = 120
)

// Line is one thing of the record that the sender chose, in every language, so that it
// reads the same where the pack of its form is not known.
type Line struct {
	Group     string            `json:"group"` // found, measured, problem
	Label     map[string]string `json:"label,omitempty"`
	Words     map[string]string `json:"words,omitempty"`
	Measure   value.Quantity    `json:"measure,omitzero"`
	Day       calendar.Day      `json:"day,omitempty"` // it was measured
	Sensitive bool              `json:"sensitive,omitempty"`
}

// Piece is a line that may be chosen.
type Piece struct {
	Key string
	Line
}

// Referral is one person sent on.
type Referral struct {
	ID          db.ID               `json:"-"`
	Person      db.ID               `json:"-"`
	Site        string              `json:"-"` // that sent
	Programme   string              `json:"-"`
	Sensitivity journal.Sensitivity `json:"-"`

	To        To          `json:"to"`
	ToSite    string      `json:"to_site,omitempty"`
	ToName    string      `json:"to_name,omitempty"`
	Urgency   string      `json:"urgency"`
	Due       time.Time   `json:"due"` // an answer is expected until then
	Reason    string      `json:"reason"`
	Done      string      `json:"done,omitempty"` // what was done already
	Summary   []Line      `json:"summary,omitempty"`
	Transport Transport   `json:"transport"`
	Agreed    value.Truth `json:"agreed,omitzero"` // that the place opens the record
	Encounter db.ID       `json:"encounter,omitzero"`
	At        time.Time   `json:"at"`
	By        db.ID       `json:"by"`

	Steps []Step `json:"-"` // the oldest first
}

// Resource is the referral as a policy sees it.
func (r Referral) Resource() access.Resource {
	return access.Resource{Kind: kindReferral, Doc: r.ID, Subject: r.Person, Site: r.Site, Programme: r.Programme, Sensitivity: r.Sensitivity}
}

// State is the step that counts: an answer before all, then the furthest; "" is sent.
func (r Referral) State() StepKind {
	var state StepKind
	for _, s := range r.Steps {
		if s.Step.Answers() {
			return s.Step
		}
		if slices.Index(StepKinds, s.Step) > slices.Index(StepKinds, state) {
			state = s.Step
		}
	}
	return state
}

// Answer is the step that ended the waiting.
func (r Referral) Answer() (Step, bool) {
	i := slices.IndexFunc(r.Steps, func(s Step) bool { return s.Step.Answers() })
	if i < 0 {
		return Step{}, false
	}
	return r.Steps[i], true
}

// Has reports whether a step was taken.
func (r Referral) Has(k StepKind) bool {
	return slices.ContainsFunc(r.Steps, func(s Step) bool { return s.Step == k })
}

// Overdue reports whether an answer was expected before now and none came.
func (r Referral) Overdue(now time.Time) bool {
	return !r.State().Answers() && now.After(r.Due)
}

// Step is what became of a referral.
type Step struct {
	ID       db.ID     `json:"-"`
	Site     string    `json:"-"`
	Referral db.ID     `json:"referral"`
	Step     StepKind  `json:"step"`
	Words    string    `json:"words,omitempty"`
	How      How       `json:"how"`
	At       time.Time `json:"at"`
	By       db.ID     `json:"by,omitzero"`
}

// valid checks a step.
func (s Step) valid() []error {
	const op = "referral.Step"
	var errs []error
	if !slices.Contains(StepKinds, s.Step) {
		errs = append(errs, fault.Field(op, "step", "referral.error.step"))
	}
	switch {
	case utf8.RuneCountInString(s.Words) > longText:
		errs = append(errs, fault.Field(op, "words", "referral.error.long"))
	case slices.Contains([]StepKind{Result, Declined, Cancelled}, s.Step) && strings.TrimSpace(s.Words) == "":
		errs = append(errs, fault.Field(op, "words", "referral.error.words"))
	}
	return errs
}

// Request is a referral to be sent, as its form says it.
type Request struct {
	ID, Person, Encounter db.ID // the id was made when the form was shown
	To                    To
	ToSite, ToName        string
	Urgency               string
	Reason, Done          string
	Include               []string // keys of pieces
	Transport             Transport
	Agreed                value.Truth
}

// valid checks what the form says; known is the sites that may be sent to.
func (n Request) valid(list []Urgency, known []string, closed map[string]bool) []error {
	const op = "referral.Request"
	var errs []error
	bad := func(field, key string) { errs = append(errs, fault.Field(op, field, "referral.error."+key)) }
	switch n.To {
	case ToSite:
		switch {
		case closed[n.ToSite]:
			bad("to_site", "site_closed")
		case !slices.Contains(known, n.ToSite):
			bad("to_site", "site")
		}
		if n.Agreed != value.Yes && n.Agreed != value.No {
			bad("agreed", "agreed")
		}
	case ToOutside, ToAbroad:
		if name := strings.TrimSpace(n.ToName); name == "" {
			bad("to_name", "name")
		} else if utf8.RuneCountInString(name) > longName {
			bad("to_name", "long_name")
		}
	default:
		bad("to", "to")
	}
	if !slices.ContainsFunc(list, func(u Urgency) bool { return u.Code == n.Urgency }) {
		bad("urgency", "urgency")
	}
	if strings.TrimSpace(n.Reason) == "" {
		bad("reason", "reason")
	}
	for field, text := range map[string]string{"reason": n.Reason, "done": n.Done} {
		if utf8.RuneCountInString(text) > longText {
			bad(field, "long")
		}
	}
	if !slices.Contains(Transports, n.Transport) {
		bad("transport", "transport")
	}
	return errs
}

// Shared reports whether the place sent to opens the referral in Godwit.
func (r Referral) Shared() bool { return r.To == ToSite && r.Agreed == value.Yes }

// at is the referral as a policy sees it at one of its two sites.
func (r Referral) at(site string) access.Resource {
	res := r.Resource()
	res.Site = site
	return res
}

// mayAdd checks that a step may follow what is there. Who sent may cancel, and what the
// place sent to says may be written down by both.
func (r Referral) mayAdd(k StepKind, sender bool) error {
	const op = "referral.mayAdd"
	switch {
	case r.State().Answers():
		return fault.New(fault.Conflict, op, "referral.error.answered")
	case r.Has(k):
		return fault.New(fault.Conflict, op, "referral.error.said")
	case k == Cancelled && !sender:
		return fault.Field(op, "step", "referral.error.step")
	}
	return nil
}
