package assessment

import (
	"crypto/sha256"
	"encoding/json"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// The journal kinds of this area.
const (
	kindCase      = "assessment.case"
	kindMember    = "assessment.member"
	kindDecision  = "assessment.decision"
	kindAct       = "assessment.act"
	kindClearance = "assessment.clearance"
	kindAlert     = "assessment.alert"
	kindAnswer    = "assessment.answer"
)

// Kinds returns the journal kinds with their conflict groups and projections.
func Kinds() []journal.Kind {
	return []journal.Kind{
		{Name: kindCase, Schema: 1, Tables: []string{"assessment_case"}, Project: projectCase, Binds: true, Groups: []journal.Group{
			{Name: "application", Class: journal.Register, Fields: []string{"number", "destination"}},
			{Name: "exam", Class: journal.Register, Fields: []string{"exam_date", "exam_country"}},
			{Name: "facts", Class: journal.Register, Fields: []string{"facts"}},
			{Name: "closed", Class: journal.Register, Fields: []string{"closed"}},
		}},
		{Name: kindMember, Schema: 1, Tables: []string{"assessment_member"}, Project: projectMember, Links: caseOf, Groups: []journal.Group{
			{Name: "who", Class: journal.Register, Fields: []string{"case", "person", "relation"}},
			{Name: "left", Class: journal.Register, Fields: []string{"left"}},
			{Name: "state", Class: journal.Register, Fields: []string{"state", "stations"}},
		}},
		{Name: kindDecision, Schema: 1, Tables: []string{"assessment_decision"}, Project: projectDecision, Groups: []journal.Group{
			{Name: "decision", Class: journal.Append, Fields: []string{"member", "pack", "version", "hash", "day", "record"}},
		}},
		{Name: kindAct, Schema: 1, Tables: []string{"assessment_act"}, Project: projectAct, Groups: []journal.Group{
			{Name: "act", Class: journal.Append, Fields: []string{"member", "act", "decision", "service", "rows", "reason", "outcome"}},
		}},
		{Name: kindClearance, Schema: 1, Tables: []string{"assessment_clearance"}, Project: projectClearance, Groups: []journal.Group{
			{Name: "what", Class: journal.Append, Fields: []string{"member", "decision", "valid_until", "evidence", "likeness"}},
			{Name: "state", Class: journal.Safety, Fields: []string{"state", "cause"}},
		}},
		{Name: kindAlert, Schema: 1, Tables: []string{"assessment_alert"}, Project: projectAlert, Groups: []journal.Group{
			{Name: "what", Class: journal.Append, Fields: []string{"member", "to", "cause", "decision"}},
			{Name: "answer", Class: journal.Register, Fields: []string{"answer"}},
		}},
		// A fact of the application that is one person's own: two answers that did not
		// see each other count as unknown.
		{Name: kindAnswer, Schema: 1, Tables: []string{"assessment_answer"}, Project: projectAnswer, Groups: []journal.Group{
			{Name: "what", Class: journal.Append, Fields: []string{"member", "fact"}},
			{Name: "value", Class: journal.Safety, Fields: []string{"own", "value"}},
		}},
	}
}

// caseOf links a member to the case, without which the plan cannot be read.
func caseOf(d *journal.Doc) []db.ID {
	var id db.ID
	if json.Unmarshal(d.Fields["case"], &id) != nil || id.IsZero() {
		return nil
	}
	return []db.ID{id}
}

// decisionDoc is a stored decision: the record is pack.Record's JSON.
type decisionDoc struct {
	Member  db.ID           `json:"member"`
	Pack    string          `json:"pack"`
	Version string          `json:"version"`
	Hash    string          `json:"hash"`
	Day     string          `json:"day"`
	Record  json.RawMessage `json:"record"`
}

// Act is what an officer did about a member, as stored.
type Act struct {
	ID       db.ID     `json:"-"`
	Member   db.ID     `json:"member"`
	Act      ActKind   `json:"act"`
	Decision db.ID     `json:"decision"`
	Service  string    `json:"service"`
	Rows     []string  `json:"rows"` // of a waiver: the rules that asked for the service
	Reason   string    `json:"reason"`
	Outcome  string    `json:"outcome"` // the class or outcome set by an override
	By       db.ID     `json:"-"`
	At       time.Time `json:"-"`
}

// Clearance is a clearance and where it stands.
type Clearance struct {
	ID         db.ID          `json:"-"`
	Member     db.ID          `json:"member"`
	Decision   db.ID          `json:"decision"`
	ValidUntil string         `json:"valid_until"`
	Evidence   string         `json:"evidence"` // digest of results no rule reads, see evidence
	Likeness   likeness       `json:"likeness"` // of whom it was signed for
	State      ClearanceState `json:"state"`
	Cause      string         `json:"cause"`
	By         db.ID          `json:"-"`
	At         time.Time      `json:"-"`
}

// Alert tells one who acted on a fact that it changed.
type Alert struct {
	ID       db.ID     `json:"-"`
	Member   db.ID     `json:"member"`
	To       db.ID     `json:"to"`
	Cause    string    `json:"cause"`
	Decision db.ID     `json:"decision"`
	Answer   string    `json:"answer"`
	At       time.Time `json:"-"`
}

// answer is a fact of the application that is one member's own.
type answer struct {
	ID       db.ID       `json:"-"`
	Member   db.ID       `json:"member"`
	Fact     string      `json:"fact"` // as in case.visa: "visa"
	Value    value.Value `json:"value"`
	Own      bool        `json:"own"` // false: taken back, as for the whole case
	Disputed bool        `json:"-"`
}

// answerID follows from member and fact, so that one fact has one document.
func answerID(member db.ID, fact string) db.ID {
	h := sha256.New()
	h.Write([]byte("assessment.answer\x00"))
	h.Write(member[:])
	h.Write([]byte(fact))
	var id db.ID
	copy(id[:], h.Sum(nil))
	id[6], id[8] = 0x80|id[6]&0x0f, 0x80|id[8]&0x3f // RFC 9562, version 8
	return id
}

// DayOf reads the last day of validity; ok is false when there is none.
func (c Clearance) DayOf() (calendar.Day, bool) {
	d, err := calendar.ParseDay(c.ValidUntil)
	return d, err == nil
}

func projectCase(tx *db.Tx, d *journal.Doc) error {
	var c Case
	if err := d.Decode(&c); err != nil {
		return fault.Wrap("assessment.projectCase", err)
	}
	day, _ := c.ExamDate.Exact()
	return putCase(tx, d.ID, d.Site, d.Programme, c, day, d.Created)
}

func projectMember(tx *db.Tx, d *journal.Doc) error {
	var m Member
	if err := d.Decode(&m); err != nil {
		return fault.Wrap("assessment.projectMember", err)
	}
	m.ID = d.ID
	return putMember(tx, m, d)
}

func projectDecision(tx *db.Tx, d *journal.Doc) error {
	var v decisionDoc
	if err := d.Decode(&v); err != nil {
		return fault.Wrap("assessment.projectDecision", err)
	}
	return putDecision(tx, d.ID, v, d.Created)
}

func projectAct(tx *db.Tx, d *journal.Doc) error {
	var a Act
	if err := d.Decode(&a); err != nil {
		return fault.Wrap("assessment.projectAct", err)
	}
	a.ID, a.By, a.At = d.ID, d.CreatedBy, d.Created
	return putAct(tx, a)
}

func projectClearance(tx *db.Tx, d *journal.Doc) error {
	var c Clearance
	if err := d.Decode(&c); err != nil {
		return fault.Wrap("assessment.projectClearance", err)
	}
	// Two states that did not see each other: nobody flies on it until somebody
	// has looked (design, section 4, safety groups).
	if len(d.Disputed["state"]) > 0 {
		c.State = ClearanceSuspended
	}
	c.ID, c.By, c.At = d.ID, d.CreatedBy, d.Created
	return putClearance(tx, c)
}

func projectAlert(tx *db.Tx, d *journal.Doc) error {
	var a Alert
	if err := d.Decode(&a); err != nil {
		return fault.Wrap("assessment.projectAlert", err)
	}
	a.ID, a.At = d.ID, d.Created
	return putAlert(tx, a)
}

func projectAnswer(tx *db.Tx, d *journal.Doc) error {
	var a answer
	if err := d.Decode(&a); err != nil {
		return fault.Wrap("assessment.projectAnswer", err)
	}
	a.ID, a.Disputed = d.ID, len(d.Disputed["value"]) > 0
	a.Own = a.Own || a.Disputed
	return putAnswer(tx, a)
}
