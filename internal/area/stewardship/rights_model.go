package stewardship

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Asked is what a person asks about their data.
type Asked string

// The closed list (GDPR art. 15, 16, 21, 17; IOM Data Protection Principle 7).
const (
	AskedCopy       Asked = "copy"
	AskedLooked     Asked = "looked"
	AskedCorrection Asked = "correction"
	AskedObjection  Asked = "objection"
	AskedErasure    Asked = "erasure"
)

// Askeds lists what may be asked.
var Askeds = []Asked{AskedCopy, AskedLooked, AskedCorrection, AskedObjection, AskedErasure}

// Asker says who asked.
type Asker string

// The askers.
const (
	BySelf           Asker = "self"
	ByParent         Asker = "parent"
	ByGuardian       Asker = "guardian"
	ByRepresentative Asker = "representative"
)

// Askers lists what may be chosen.
var Askers = []Asker{BySelf, ByParent, ByGuardian, ByRepresentative}

// Answer is how a request ended.
type Answer string

// The answers. The zero Answer is open.
const (
	Open    Answer = ""
	Done    Answer = "done"
	Partly  Answer = "partly"
	Refused Answer = "refused"
)

// Answers lists what may be chosen.
var Answers = []Answer{Done, Partly, Refused}

// Request is one request of one person.
type Request struct {
	ID       db.ID        `json:"-"`
	Person   db.ID        `json:"-"`
	Site     string       `json:"-"`
	Asked    Asked        `json:"asked"`
	By       Asker        `json:"by"`
	Words    string       `json:"words"`  // in the person's own words
	Wanted   string       `json:"wanted"` // of a correction: what should stand there
	Received calendar.Day `json:"received"`

	Extended     bool         `json:"extended"`
	ExtendedWhy  string       `json:"extended_why"`
	ExtendedTold calendar.Day `json:"extended_told"`

	Answer    Answer       `json:"answer"`
	Reply     string       `json:"reply"`     // what the person is told
	Statement bool         `json:"statement"` // refused: the person's statement stays attached to the record
	Answered  calendar.Day `json:"answered"`
	Decider   db.ID        `json:"decider"`

	Told []Told `json:"told"` // recipients who were told of a correction, objection or erasure
}

// Told says that a recipient of the data was told.
type Told struct {
	Route     string       `json:"route"`
	Recipient string       `json:"recipient"`
	On        calendar.Day `json:"on"`
}

const (
	longWords = 4000
	longReply = 4000
)

// Valid checks a new request on a day.
func (r Request) Valid(on calendar.Day) []error {
	const op = "stewardship.Request"
	var errs []error
	bad := func(field, key string) { errs = append(errs, fault.Field(op, field, "stewardship.error."+key)) }
	if !slices.Contains(Askeds, r.Asked) {
		bad("asked", "choose")
	}
	if !slices.Contains(Askers, r.By) {
		bad("by", "choose")
	}
	if r.Received == 0 {
		bad("received", "date")
	} else if r.Received > on {
		bad("received", "future")
	}
	if utf8.RuneCountInString(r.Words) > longWords {
		bad("words", "long")
	}
	if utf8.RuneCountInString(r.Wanted) > longWords {
		bad("wanted", "long")
	}
	if r.Asked == AskedCorrection && strings.TrimSpace(r.Wanted) == "" {
		bad("wanted", "wanted")
	}
	return errs
}

// About is what a complaint is about.
type About string

// The closed list.
const (
	AboutService      About = "service"
	AboutStaff        About = "staff"
	AboutExploitation About = "exploitation" // sexual exploitation, abuse or harassment by anybody who works for an agency
	AboutData         About = "data"
	AboutOfficer      About = "privacy_officer"
)

// Abouts lists what may be chosen.
var Abouts = []About{AboutService, AboutStaff, AboutExploitation, AboutData, AboutOfficer}

// Complaint is one complaint. It names nobody unless its words do.
type Complaint struct {
	ID       db.ID     `json:"-"`
	About    About     `json:"about"`
	Where    string    `json:"where"`   // the site, in the person's words or from the list
	Words    string    `json:"words"`   // what happened
	Contact  string    `json:"contact"` // how to reach them safely, if they wish
	Lang     string    `json:"lang"`
	Receipt  string    `json:"receipt"` // hash of the code that they hold
	Received time.Time `json:"received"`

	Forwarded time.Time `json:"forwarded"` // exploitation: to the body that investigates
	Answer    Answer    `json:"answer"`
	Reply     string    `json:"reply"` // what whoever holds the code may read
	Answered  time.Time `json:"answered"`
	Decider   db.ID     `json:"decider"`
}

// Valid checks a new complaint.
func (c Complaint) Valid() []error {
	const op = "stewardship.Complaint"
	var errs []error
	bad := func(field, key string) { errs = append(errs, fault.Field(op, field, "stewardship.error."+key)) }
	if !slices.Contains(Abouts, c.About) {
		bad("about", "choose")
	}
	if utf8.RuneCountInString(strings.TrimSpace(c.Words)) < 3 {
		bad("words", "words")
	} else if utf8.RuneCountInString(c.Words) > longWords {
		bad("words", "long")
	}
	if utf8.RuneCountInString(c.Where) > 200 {
		bad("where", "long")
	}
	if utf8.RuneCountInString(c.Contact) > 300 {
		bad("contact", "long")
	}
	return errs
}

// Reason is why documents are destroyed. It is a code, because the reason stays
// when everything else is gone.
type Reason string

// The closed list.
const (
	ReasonRetention Reason = "retention" // the time for keeping them is over
	ReasonRequest   Reason = "request"   // the person asked, and nothing obliges to keep them
	ReasonMistake   Reason = "mistake"   // recorded about the wrong person, or without a basis
	ReasonOrder     Reason = "order"     // a court or an authority for data protection ordered it
)

// Reasons lists what may be chosen.
var Reasons = []Reason{ReasonRetention, ReasonRequest, ReasonMistake, ReasonOrder}

// ErasureState says where an erasure stands.
type ErasureState string

// The states.
const (
	ErasureAsked   ErasureState = "asked"
	ErasureDone    ErasureState = "done"
	ErasureRefused ErasureState = "refused"
)

// AllKinds, as the one element of Erasure.Kinds, stands for the whole record.
const AllKinds = "*"

// Erasure is a request to destroy documents about a person, and what came of it.
type Erasure struct {
	ID        db.ID          `json:"-"`
	Person    db.ID          `json:"-"`
	Site      string         `json:"-"`
	Reason    Reason         `json:"reason"`
	Kinds     []string       `json:"kinds"` // of documents, or AllKinds
	Asked     time.Time      `json:"asked"`
	AskedBy   db.ID          `json:"asked_by"`
	State     ErasureState   `json:"state"`
	Decided   time.Time      `json:"decided"`
	DecidedBy db.ID          `json:"decided_by"`
	Counts    map[string]int `json:"counts"` // documents destroyed, by kind
}

// Valid checks a new erasure.
func (e Erasure) Valid() []error {
	const op = "stewardship.Erasure"
	var errs []error
	if !slices.Contains(Reasons, e.Reason) {
		errs = append(errs, fault.Field(op, "reason", "stewardship.error.choose"))
	}
	if len(e.Kinds) == 0 {
		errs = append(errs, fault.Field(op, "kinds", "stewardship.error.kinds"))
	}
	return errs
}

// Total is how many documents were destroyed.
func (e Erasure) Total() int {
	n := 0
	for _, c := range e.Counts {
		n += c
	}
	return n
}
