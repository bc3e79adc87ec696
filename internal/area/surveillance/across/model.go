package across

import (
	"slices"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// About says what a notice is about.
type About string

// The closed list.
const (
	OfCase    About = "case"
	OfContact About = "contact"
)

// Abouts lists it.
var Abouts = []About{OfCase, OfContact}

// Terms is an agreement as this package reads it. Fields are by part: what is told of a
// case or a contact ("case", "contact"), and who they are ("case_who", "contact_who").
type Terms struct {
	ID       db.ID
	Peer     string // what the other side is called here
	Country  string // of the other side
	Diseases []string
	Fields   map[string][]string
	Keep     int          // days
	From, To calendar.Day // what was before or after is not told; 0 is no bound
	Sites    []string     // whose cases may be told; none is every site
	Inbox    string       // the site here that receives
	InForce  bool
}

// Covers reports whether a case or contact of a disease at a site can be told at all.
func (t Terms) Covers(about About, disease, site string) bool {
	return t.InForce && slices.Contains(t.Diseases, disease) && (len(t.Sites) == 0 || slices.Contains(t.Sites, site)) &&
		len(t.Fields[string(about)])+len(t.Fields[about.who()]) > 0
}

// windowed are the days by which something is within the time of an agreement: when a
// case was reported, and when a contact was last exposed.
var windowed = map[About]string{OfCase: "reported", OfContact: "last"}

// InTime reports whether a case or contact is of the time that was agreed. Of which
// nobody knows the day is not, as with records.
func (t Terms) InTime(about About, values map[string]string) bool {
	if t.From == 0 && t.To == 0 {
		return true
	}
	first, last, ok := date(values[windowed[about]]).Bounds()
	return ok && t.within(first) && t.within(last)
}

func (t Terms) within(day calendar.Day) bool { return day >= t.From && (t.To == 0 || day <= t.To) }

func (a About) who() string { return string(a) + "_who" }

// Told is one visit of a follow-up, as it is told.
type Told struct {
	Day   calendar.Day `json:"day"`
	How   linelist.How `json:"how"`
	Signs value.Truth  `json:"signs"`
}

// Notice is what is told of one case or contact, journal kind "surveillance.notice".
// Every change of it writes all of it.
type Notice struct {
	ID     db.ID `json:"-"`
	Person db.ID `json:"-"` // registered at the sender; zero where who it is is not told

	Agreement db.ID             `json:"agreement"`
	About     About             `json:"about"`
	Disease   string            `json:"disease"`
	Number    string            `json:"number"` // by which both sides call it
	From      string            `json:"from"`   // the sender, as it calls itself
	Made      time.Time         `json:"made"`
	Until     calendar.Day      `json:"until"` // the last day that it is kept
	Values    map[string]string `json:"values"`
	Visits    []Told            `json:"visits"`
	Withdrawn time.Time         `json:"withdrawn"`
	Why       Why               `json:"why"`
}

// Why is why a sender takes a notice back.
type Why string

// The closed list.
const (
	WhyMistake Why = "mistake"   // it is wrong
	WhyPerson  Why = "person"    // it is somebody else
	WhyAsked   Why = "asked"     // the person asked
	WhyStayed  Why = "not_going" // they did not travel on
)

// Whys lists it.
var Whys = []Why{WhyMistake, WhyPerson, WhyAsked, WhyStayed}

// Step is what the receiving side says of a notice.
type Step string

// The steps in their order. Received is said by the program, the others by people.
const (
	StepReceived Step = "received"
	StepRead     Step = "read"
	StepAccepted Step = "accepted"
	StepRefused  Step = "refused"
	StepOutcome  Step = "outcome"
)

// Steps lists them.
var Steps = []Step{StepReceived, StepRead, StepAccepted, StepRefused, StepOutcome}

// Reason is why a notice is refused.
type Reason string

// The closed list.
const (
	ReasonNotHere  Reason = "not_here"  // nobody like that came
	ReasonUnknown  Reason = "unknown"   // who it is cannot be told
	ReasonKnown    Reason = "known"     // they are on the list here already
	ReasonNotOurs  Reason = "not_ours"  // not this authority's to follow
	ReasonTooLate  Reason = "too_late"  // the follow-up is over
	ReasonDiffers  Reason = "differs"   // what is told cannot be right
	ReasonDeclined Reason = "declined"  // the person wants no follow-up
	ReasonMovedOn  Reason = "travelled" // they travelled on from here
)

// Reasons lists it.
var Reasons = []Reason{ReasonNotHere, ReasonUnknown, ReasonKnown, ReasonNotOurs, ReasonTooLate, ReasonDiffers, ReasonDeclined, ReasonMovedOn}

// Outcome is what became of a case or a contact.
type Outcome string

// The closed list.
const (
	BecameCase Outcome = "became_case" // a contact
	Completed  Outcome = "completed"   // a contact's follow-up
	Incomplete Outcome = "incomplete"  // it is over, and they were not seen on every day
	Lost       Outcome = "lost"
	NoContact  Outcome = "no_contact" // was none after all
	MovedOn    Outcome = "travelled"
	IsCase     Outcome = "confirmed" // a case
	IsNone     Outcome = "not_a_case"
	Recovered  Outcome = "recovered"
	Died       Outcome = "died"
)

// OutcomesOf lists those that a case or a contact can have.
func OutcomesOf(a About) []Outcome {
	if a == OfContact {
		return []Outcome{Completed, Incomplete, BecameCase, Lost, MovedOn, NoContact, Died}
	}
	return []Outcome{IsCase, IsNone, Recovered, Died, Lost, MovedOn}
}

// Answer is one step, journal kind "surveillance.notice_answer".
type Answer struct {
	ID        db.ID        `json:"-"`
	Person    db.ID        `json:"-"`
	Notice    db.ID        `json:"notice"`
	Agreement db.ID        `json:"agreement"`
	Step      Step         `json:"step"`
	Reason    Reason       `json:"reason,omitempty"`
	Outcome   Outcome      `json:"outcome,omitempty"`
	On        calendar.Day `json:"on,omitempty"` // of the outcome
	At        time.Time    `json:"at"`
	Until     calendar.Day `json:"until"`
}

// Sent is the sender's line of a notice, journal kind "surveillance.notice_sent".
type Sent struct {
	ID     db.ID  `json:"-"`
	Person db.ID  `json:"-"` // registered here, if they are
	Site   string `json:"-"`
	By     db.ID  `json:"-"`

	Notice    db.ID        `json:"notice"`
	Agreement db.ID        `json:"agreement"`
	Peer      string       `json:"peer"`
	Country   string       `json:"country"`
	About     About        `json:"about"`
	Of        db.ID        `json:"of"` // the case or the contact here
	Disease   string       `json:"disease"`
	Number    string       `json:"number"`
	Fields    []string     `json:"fields"` // what was told
	Named     bool         `json:"named"`  // who it is was told
	Shield    value.Truth  `json:"shield"` // what the officer said of protection
	At        time.Time    `json:"at"`
	Until     calendar.Day `json:"until"`
	Withdrawn time.Time    `json:"withdrawn"`
}

// Taken is the receiver's line of a notice, journal kind "surveillance.notice_taken".
type Taken struct {
	ID   db.ID  `json:"-"`
	Site string `json:"-"`

	Notice    db.ID        `json:"notice"`
	Agreement db.ID        `json:"agreement"`
	Peer      string       `json:"peer"`
	About     About        `json:"about"`
	Disease   string       `json:"disease"`
	Number    string       `json:"number"`
	At        time.Time    `json:"at"`
	Until     calendar.Day `json:"until"`
	ReadBy    db.ID        `json:"read_by"`
	Decided   Step         `json:"decided"` // accepted, refused or not yet
	DecidedBy db.ID        `json:"decided_by"`
	DecidedAt time.Time    `json:"decided_at"`
	Became    db.ID        `json:"became"` // the case or the contact here
	Outcome   Outcome      `json:"outcome"`
}
