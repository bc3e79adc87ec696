package order

import (
	"slices"
	"strings"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// Status is how far an order has come.
type Status string

// The closed list. InProgress is begun, with results to come.
const (
	Ordered     Status = "ordered"
	InProgress  Status = "in_progress"
	Done        Status = "done"
	Refused     Status = "refused"      // by the person; never a "no" to anything
	Cancelled   Status = "cancelled"    // withdrawn by who ordered
	NotPossible Status = "not_possible" // no sputum, no vein, no machine
)

// Open reports whether the order still waits for something.
func (s Status) Open() bool { return s == Ordered || s == InProgress }

// Need is what has to be recorded before an order can be carried out.
type Need string

// The needs.
const (
	NeedCounselling Need = "counselling" // before the test, in private
	NeedConsent     Need = "consent"     // to this service
)

// Request is a service ordered for a person.
type Request struct {
	ID      db.ID // made beforehand, so that a replay is seen; a new one if zero
	Subject db.ID
	Case    db.ID    // the case that asks, if one does
	Pack    string   // pack whose service it is
	Version string   // its version and hash, "" for the one in force
	Hash    string   //
	Why     []string // ids of the rows that ask for it

	Code        string // the pack's code: CXR
	Service     string // what it is: chest-xray
	Station     string
	Form        string // of its result, in the pack
	Sensitivity journal.Sensitivity
	Needs       []Need
	Consent     string // which consent, for NeedConsent: "hiv"

	Site, Programme, Purpose string
}

// Valid reports what is wrong with a request.
func (r Request) Valid() error {
	bad := func(field string) error { return fault.Field("order.Request", field, "order.error.request") }
	switch {
	case r.Subject.IsZero():
		return bad("subject")
	case r.Code == "" || len(r.Code) > 64:
		return bad("code")
	case !slices.Contains(place.Stations, r.Station):
		return bad("station")
	case r.Sensitivity < journal.Clinical || r.Sensitivity > journal.Sensitive:
		return bad("sensitivity") // sealed records have their own area
	case r.Site == "":
		return bad("site")
	}
	return nil
}

// Order is an order as it stands.
type Order struct {
	Request
	Act       form.Act // what is done to the person
	Specimens int
	Status    Status
	Reason    string // why refused, cancelled or not possible
	By        db.ID
	At        time.Time
	Since     time.Time // of the status
	Version   journal.Base
	Disputed  bool // two changes of status did not see each other
}

// Resource is the order as a policy sees it.
func (o Order) Resource() access.Resource {
	return access.Resource{Kind: kindOrder, Doc: o.ID, Subject: o.Subject, Site: o.Site, Programme: o.Programme,
		Sensitivity: o.Sensitivity, Station: o.Station}
}

// at is the order's resource at another sensitivity: a part of its results.
func (o Order) at(s journal.Sensitivity) access.Resource {
	r := o.Resource()
	r.Kind, r.Sensitivity = kindResult, max(s, o.Sensitivity)
	return r
}

// StepKind is what was done.
type StepKind string

// The closed list of steps.
const (
	StepIdentity  StepKind = "identity"   // How: photo, document, wristband, guardian …
	StepBefore    StepKind = "counselled" // counselling before the test
	StepConsent   StepKind = "consent"    // a trace of the consent's record: Decision
	StepPerformed StepKind = "performed"  // image taken, specimen collected, dose given; Label: number on the tube
	StepTold      StepKind = "told"       // the result was given to the person, face to face
	StepAfter     StepKind = "counselled_after"
	StepLinked    StepKind = "linked" // to care: Decision accepted or declined, Note where
	StepUsed      StepKind = "used"   // a decision or signature rests on the result; How: which
	StepAgain     StepKind = "again"  // tried again after a refusal, or what was not possible; How: why
	StepOpened    StepKind = "opened" // somebody read it (this installation only)
)

// Decisions on consent, as the history of an order says them. Halfway is agreed by one
// officer in a child's best interests: it waits for a second one.
const (
	Agreed        = "agreed"
	Decline       = "refused"
	Halfway       = "pending"
	Countersigned = "countersigned"
	TakenBack     = "withdrawn"
)

// Step is one thing done for an order or with a result.
type Step struct {
	ID       db.ID
	Order    db.ID
	Result   db.ID // for told, used, opened
	Subject  db.ID
	Kind     StepKind
	Specimen int // from 1 where the order has several
	How      string
	Decision string
	Giver    string // who decided, in the words of people.Giver
	Interp   string // interpreter: see Interpreters
	Label    string // number on the tube
	On       calendar.Day
	By       db.ID
	At       time.Time
	Note     string
}

// Links to care are what became of it: later is not arranged yet, and the talk goes on.
const (
	CareAccepted = "accepted"
	CareDeclined = "declined"
	CareLater    = "later"
)

// Cares lists what may be chosen.
var Cares = []string{CareAccepted, CareDeclined, CareLater}

// Identified are the ways to make sure that this is the right person. Packs'
// forms use the same codes.
var Identified = []string{"photo", "document", "wristband", "guardian"}

// Agains are why something is tried again: the person agrees now, or it may be
// possible now.
var Agains = []string{"agrees", "retry"}

// Interpreters are the codes of who interprets. A relative is warned against, a
// child refused (reference/programme-protection.md, section 1.5, case d).
var Interpreters = []string{"not_needed", "professional", "remote", "staff", "relative", "child"}

// Result is one filled-in form.
type Result struct {
	ID        db.ID
	Order     db.ID // zero for an observation without an order
	Subject   db.ID
	Form      string
	Specimen  int
	Label     string // number on the tube
	On        calendar.Day
	By        db.ID
	At        time.Time
	Answers   value.Facts         // by question
	Facts     map[string]Observed // by code
	Corrects  db.ID               // the result this one replaces
	Reason    string              // why it was corrected
	Seen      []db.ID             // results of the same codes that its author had before them
	Sens      journal.Sensitivity
	Site      string
	Programme string
	InError   bool
	Replaced  db.ID // the result that corrects this one
	Partial   bool  // an answer is still to come
	Refused   bool  // the person refused what was to be done; nothing was
	Care      bool  // it asks for care: it is told with a link to it
	Hidden    bool  // parts that the reader may not see were left out; pages must not tell
}

// Observed is what a result says about one code.
type Observed struct {
	Value value.Value `json:"value"`
	Unit  string      `json:"unit,omitempty"`
}

// Observation is one code of one result.
type Observation struct {
	Result   db.ID
	Order    db.ID
	Code     string
	Value    value.Value
	Unit     string
	On       calendar.Day
	Specimen int
	By       db.ID
	At       time.Time
	Seen     []db.ID
	Sens     journal.Sensitivity
}

// Brief is what a worklist shows of a person.
type Brief struct {
	Name   string // in its own script
	Latin  string
	Code   string // for slips; says nothing about the person
	Sex    string
	Birth  calendar.Date
	Family string // number of the family, "" for none
}

// clean trims a text from outside and limits it.
func clean(s string, most int) string {
	s = strings.TrimSpace(s)
	if r := []rune(s); len(r) > most {
		s = string(r[:most])
	}
	return s
}
