package stewardship

import (
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// Part is one part of a record that an agreement may name. What is not of the list
// cannot be agreed: an area adds its own by giving the service a Sharer.
type Part string

// The parts.
const (
	PartIdentity  Part = "identity"
	PartJourney   Part = "journey"
	PartClearance Part = "clearance"
	PartResults   Part = "results" // by code: the agreement names each

	// What notices of cases and of contacts say. Who somebody is stands apart, so that
	// an agreement can leave it out.
	PartCase       Part = "case"
	PartCaseWho    Part = "case_who"
	PartContact    Part = "contact"
	PartContactWho Part = "contact_who"
)

// noticeParts are those of which notices are made, one by one, and never a hand-over of
// somebody's record.
var noticeParts = []Part{PartCase, PartCaseWho, PartContact, PartContactWho}

// AgreementPurposes is the closed list of what records are handed over for, each with
// the one kind of recipient that it can have.
var AgreementPurposes = []string{"sharing", "public_health", "assessment"}

func recipientOf(purpose string) access.Recipient {
	switch purpose {
	case "sharing":
		return access.CareProvider
	case "public_health":
		return access.HealthAuthority
	case "assessment":
		return access.DestinationAuthority
	}
	return ""
}

// AgreementState says where an agreement stands on this side.
type AgreementState string

// The states. Only AgreementInForce lets anything leave or come.
const (
	AgreementDrafted  AgreementState = "drafted" // waits for the second officer
	AgreementInForce  AgreementState = "in_force"
	AgreementExpired  AgreementState = "expired"
	AgreementEnded    AgreementState = "ended"
	AgreementDisputed AgreementState = "disputed" // two officers wrote at once: nothing leaves until it is settled
)

// Agreement is what two hubs have agreed to share, journal kind "stewardship.agreement".
// Each hub writes down its own, under one number and with the same terms.
type Agreement struct {
	ID db.ID `json:"-"`

	// With whom: the other hub's name here, the key by which it is known, and the
	// country whose law it is under.
	Peer    string `json:"peer"`
	Pin     string `json:"pin"` // hex
	Country string `json:"country"`

	// The terms, which both hubs must have written alike.
	Purpose   string            `json:"purpose"`
	Fields    map[Part][]string `json:"fields"`    // by part
	Sensitive []string          `json:"sensitive"` // of the fields, those that may be sent though they are sensitive
	From      calendar.Day      `json:"from"`      // what was true before is not sent; 0 is no bound
	To        calendar.Day      `json:"to"`        // nor what was true after
	Diseases  []string          `json:"diseases"`  // of which cases and contacts there may be notices
	Keep      int               `json:"keep"`      // days that a notice is kept on either side
	Expires   calendar.Day      `json:"expires"`   // the last day
	Contacts  string            `json:"contacts"`  // roles of those who answer for it on both sides, no names
	Sites     []string          `json:"sites"`     // of this hub, whose people may be handed over; none is every site
	Inbox     string            `json:"inbox"`     // the site here that receives
	Cap       int               `json:"cap"`       // questions a day about who is handed over

	DraftedBy db.ID     `json:"drafted_by"`
	Drafted   time.Time `json:"drafted"`
	AgreedBy  db.ID     `json:"agreed_by"` // the second officer
	Agreed    time.Time `json:"agreed"`
	EndedBy   db.ID     `json:"ended_by"`
	Ended     time.Time `json:"ended"`

	Disputed bool `json:"-"`
}

// defaultCap bounds the questions a day of an agreement that names no number.
const defaultCap = 20

// fieldName is what a field or a code may look like.
var fieldName = regexp.MustCompile(`^[a-z][a-z0-9_.-]{0,63}$`)

// StateAt answers where the agreement stands at a time.
func (a Agreement) StateAt(now time.Time) AgreementState {
	switch {
	case a.Disputed:
		return AgreementDisputed
	case !a.Ended.IsZero() || !a.EndedBy.IsZero():
		return AgreementEnded
	case a.AgreedBy.IsZero() || a.AgreedBy == a.DraftedBy:
		return AgreementDrafted
	case calendar.DayOfTime(now.UTC()) > a.Expires:
		return AgreementExpired
	}
	return AgreementInForce
}

// Recipient is who receives under the agreement.
func (a Agreement) Recipient() access.Recipient {
	r := recipientOf(a.Purpose)
	if r.Authority() {
		return r.Of(a.Country)
	}
	return r
}

// Valid checks a draft on a day; offered are the fields that there are, nil for a part
// whose fields are codes.
func (a Agreement) Valid(on calendar.Day, offered map[Part][]string) []error {
	var errs []error
	bad := func(field, key string) {
		errs = append(errs, fault.Field("stewardship.Agreement", field, "stewardship.error."+key))
	}
	if pin, err := hex.DecodeString(a.Pin); err != nil || len(pin) != 32 || strings.TrimSpace(a.Peer) == "" || utf8.RuneCountInString(a.Peer) > 80 {
		bad("pin", "choose")
	}
	if _, ok := place.Country(a.Country); !ok {
		bad("country", "country")
	}
	if !slices.Contains(AgreementPurposes, a.Purpose) {
		bad("purpose", "choose")
	}
	if len(a.Fields) == 0 {
		bad("fields", "fields")
	}
	for part, fields := range a.Fields {
		known, there := offered[part]
		for _, f := range fields {
			if !there || !fieldName.MatchString(f) || known != nil && !slices.Contains(known, f) {
				bad(fieldsOf(part), "field")
			}
		}
	}
	for _, f := range a.Sensitive {
		if !slices.ContainsFunc(partsIn(a.Fields), func(p Part) bool { return slices.Contains(a.Fields[p], f) }) {
			bad("sensitive", "sensitive")
		}
	}
	if a.From != 0 && a.To != 0 && a.To < a.From {
		bad("to", "window")
	}
	if a.Expires < on {
		bad("expires", "expires")
	}
	if n := utf8.RuneCountInString(strings.TrimSpace(a.Contacts)); n == 0 || n > 500 {
		bad("contacts", "contacts")
	}
	if a.Inbox == "" {
		bad("inbox", "choose")
	}
	switch {
	case !a.Notices() && (len(a.Diseases) > 0 || a.Keep != 0):
		bad("diseases", "no_notices")
	case a.Notices() && len(a.Diseases) == 0:
		bad("diseases", "choose")
	}
	if a.Notices() && (a.Keep < 1 || a.Keep > longestKeep) {
		bad("keep", "keep")
	}
	if a.Notices() && a.Purpose != "public_health" {
		bad("purpose", "notices")
	}
	if a.Cap < 0 || a.Cap > 1000 {
		bad("cap", "cap")
	}
	return errs
}

// longestKeep is the longest that a notice may be kept, in days. What lasts longer is
// the other side's own record of the case that it accepted.
const longestKeep = 365

// Notices reports whether notices of cases or contacts go under the agreement.
func (a Agreement) Notices() bool {
	return slices.ContainsFunc(noticeParts, func(p Part) bool { return len(a.Fields[p]) > 0 })
}

// fieldsOf is the name of the form's field that holds the fields of a part.
func fieldsOf(p Part) string {
	if p == PartResults {
		return "codes"
	}
	return "fields"
}

// Step is what the receiver says of a hand-over.
type Step string

// The steps, in their order.
const (
	StepReceived Step = "received"
	StepSeen     Step = "seen"
	StepOutcome  Step = "outcome"
)

// Steps lists them.
var Steps = []Step{StepReceived, StepSeen, StepOutcome}

// Outcome is how a hand-over ended, from a short list.
type Outcome string

// The outcomes.
const (
	OutcomeContinued Outcome = "continued"  // care goes on there
	OutcomeCompleted Outcome = "completed"  // what was to be done is done
	OutcomeReferred  Outcome = "referred"   // passed on to another place
	OutcomeNotCome   Outcome = "not_come"   // the person was not seen there
	OutcomeDeclined  Outcome = "declined"   // the person did not want it
	OutcomeNotPerson Outcome = "not_person" // not somebody they can identify
)

// Outcomes lists them.
var Outcomes = []Outcome{OutcomeContinued, OutcomeCompleted, OutcomeReferred, OutcomeNotCome, OutcomeDeclined, OutcomeNotPerson}

// Piece is one item of a part as it is handed over: what was true on a day.
type Piece struct {
	On     string         `json:"on,omitempty"` // a day, where it has one
	Values map[string]any `json:"values"`
}

// Packet is what is handed over, journal kind "stewardship.handover". Its header names
// no site: where somebody stays may be what must not be known.
type Packet struct {
	ID        db.ID            `json:"-"`
	Person    db.ID            `json:"-"`
	Agreement db.ID            `json:"agreement"`
	From      string           `json:"from"` // the sending hub, as it calls itself
	Made      time.Time        `json:"made"`
	Parts     map[Part][]Piece `json:"parts"`
}

// Reply is what the receiver said, journal kind "stewardship.answer".
type Reply struct {
	ID        db.ID     `json:"-"`
	Packet    db.ID     `json:"packet"`
	Agreement db.ID     `json:"agreement"`
	Step      Step      `json:"step"`
	Outcome   Outcome   `json:"outcome,omitempty"`
	Words     string    `json:"words,omitempty"`
	At        time.Time `json:"at"`
	ByCode    bool      `json:"by_code,omitempty"` // on the bare form
}

const longReplyWords = 300

// Valid checks a reply.
func (r Reply) Valid() []error {
	var errs []error
	bad := func(field, key string) {
		errs = append(errs, fault.Field("stewardship.Reply", field, "stewardship.error."+key))
	}
	if !slices.Contains(Steps, r.Step) {
		bad("step", "choose")
	}
	if (r.Step == StepOutcome) != slices.Contains(Outcomes, r.Outcome) {
		bad("outcome", "choose")
	}
	if utf8.RuneCountInString(r.Words) > longReplyWords {
		bad("words", "long")
	}
	return errs
}
