package mhpss

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Leaves of this area. Those of a case have its id as record; the others are the room's.
const (
	caseLeaf    = "support.case"
	contactLeaf = "support.contact"
	talkLeaf    = "support.talk"
	scoreLeaf   = "support.score"
	checkLeaf   = "support.check"
	planLeaf    = "support.plan"
	referLeaf   = "support.refer"
	closeLeaf   = "support.close"
	sessionLeaf = "support.session"
	dutyLeaf    = "support.duty"
	wordsLeaf   = "support.words"
)

// Mode is how somebody is supported.
type Mode string

// The closed list.
const (
	Individual Mode = "individual"
	Family     Mode = "family"
	Peer       Mode = "peer"
	Remote     Mode = "remote"
)

// Modes lists them.
var Modes = []Mode{Individual, Family, Peer, Remote}

// Flag is what somebody was asked about safely, and what the team must know of it.
type Flag string

// Flags are asked for in private, by somebody who can answer them; each leads to a service.
var Flags = []Flag{"violence", "trafficking", "child_alone", "loss", "detention", "substance"}

// Begun is the beginning of a case.
type Begun struct {
	Mode      Mode   `json:"mode"`
	Explained bool   `json:"explained"` // what is kept, who reads it, and when that ends
	Agreed    bool   `json:"agreed"`
	Flags     []Flag `json:"flags,omitempty"`
	Wants     string `json:"wants,omitempty"` // in their own words
}

// Contact is how somebody may be reached.
type Contact struct {
	None      bool   `json:"none,omitempty"` // not at all: they come by themselves
	How       string `json:"how,omitempty"`
	When      string `json:"when,omitempty"`
	Who       string `json:"who,omitempty"`        // who may answer
	NoMessage bool   `json:"no_message,omitempty"` // leave no word with anybody, and none in writing
}

// Talk is one session of a case.
type Talk struct {
	Day     calendar.Day `json:"day"`
	Mode    Mode         `json:"mode"`
	Minutes int          `json:"minutes,omitempty"`
	Aims    string       `json:"aims,omitempty"`
	Note    string       `json:"note,omitempty"`
	Next    calendar.Day `json:"next,omitempty"`
}

// Score is one questionnaire, as it was answered and what the pack made of it.
type Score struct {
	Instrument string              `json:"instrument"`
	Lang       string              `json:"lang"`
	Wording    string              `json:"wording,omitempty"` // version and source of what was read
	Pack       string              `json:"pack"`
	Version    string              `json:"version"`
	Hash       string              `json:"hash"`
	Answers    map[string][]string `json:"answers"`
	Total      *int                `json:"total,omitempty"` // none: not scored
	Codes      []string            `json:"codes,omitempty"` // kind.CODE of what followed
	Check      bool                `json:"check,omitempty"` // a safety check in this contact
	Duty       string              `json:"duty,omitempty"`  // who was on duty
}

// Check is a safety check in person.
type Check struct {
	Answers map[string][]string `json:"answers"`
	Codes   []string            `json:"codes,omitempty"`
	Note    string              `json:"note,omitempty"`
}

// Plan is a safety plan in the person's own words: the steps of Stanley and Brown, in a form of
// our own. A copy is for the person only.
type Plan struct {
	Signs   string       `json:"signs,omitempty"`
	Alone   string       `json:"alone,omitempty"`
	Places  string       `json:"places,omitempty"`
	People  string       `json:"people,omitempty"`
	Lines   string       `json:"lines,omitempty"`
	Around  string       `json:"around,omitempty"`
	Review  calendar.Day `json:"review,omitempty"`
	OwnCopy bool         `json:"own_copy,omitempty"`
}

// Referral is where somebody wants to go besides.
type Referral struct {
	To     string `json:"to"`
	Why    string `json:"why,omitempty"`
	Tells  string `json:"tells,omitempty"` // what may be told there
	Agreed bool   `json:"agreed"`
}

// Closing is the end of a case.
type Closing struct {
	Why End `json:"why"`
}

// End is why a case ended.
type End string

// Ends lists them.
var Ends = []End{"goals", "moved", "referred", "wish", "lost", "died"}

// Duty is who answers when an answer speaks of self-harm.
type Duty struct {
	Name  string       `json:"name"`
	Reach string       `json:"reach"` // where they are found
	Until calendar.Day `json:"until"`
}

// Wording is the text of a questionnaire in a language, as the team may use it.
type Wording struct {
	Instrument string   `json:"instrument"`
	Lang       string   `json:"lang"`
	Source     string   `json:"source"` // version, who validated it, and its licence
	Items      []string `json:"items"`
}

// Session is a group, an activity of arts or of play.
type Session struct {
	Day          calendar.Day        `json:"day"`
	Name         string              `json:"name"`
	Aims         string              `json:"aims"`
	Place        string              `json:"place,omitempty"`
	Facilitators []Facilitator       `json:"facilitators,omitempty"`
	Girls        int                 `json:"girls"`
	Boys         int                 `json:"boys"`
	Women        int                 `json:"women"`
	Men          int                 `json:"men"`
	Ages         string              `json:"ages,omitempty"`
	Nicknames    []string            `json:"nicknames,omitempty"`
	Answers      map[string][]string `json:"answers"` // of the pack's form
	Incident     string              `json:"incident,omitempty"`
	Note         string              `json:"note,omitempty"`
}

// Facilitator is somebody who led a session; Vetted is the day on which their background was
// checked, zero where it was not.
type Facilitator struct {
	Name   string       `json:"name"`
	Vetted calendar.Day `json:"vetted,omitempty"`
}

// Children is how many children came.
func (s Session) Children() int { return s.Girls + s.Boys }

// All is how many came.
func (s Session) All() int { return s.Girls + s.Boys + s.Women + s.Men }

// vetted is how many facilitators were checked, on a day before the session.
func (s Session) vetted() (n int) {
	for _, f := range s.Facilitators {
		if f.Vetted != 0 && f.Vetted <= s.Day {
			n++
		}
	}
	return n
}

const (
	longText = 2000
	lineText = 200
	mostIn   = 500 // in one session: more is a mistake of typing
)

type problems struct {
	op   string
	errs []error
}

func (p *problems) bad(wrong bool, field, key string) {
	if wrong {
		p.errs = append(p.errs, fault.Field(p.op, field, "mhpss.error."+key))
	}
}

// text checks texts by field.
func (p *problems) text(limit int, pairs ...string) {
	for i := 0; i+1 < len(pairs); i += 2 {
		p.bad(utf8.RuneCountInString(pairs[i+1]) > limit, pairs[i], "long")
	}
}

// Valid checks a beginning.
func (b Begun) Valid() []error {
	p := &problems{op: "mhpss.Begun"}
	p.bad(!slices.Contains(Modes, b.Mode), "mode", "mode")
	p.bad(!b.Explained, "explained", "explained")
	p.bad(!b.Agreed, "agreed", "agreed")
	for _, f := range b.Flags {
		p.bad(!slices.Contains(Flags, f), "flags", "flag")
	}
	p.text(longText, "wants", b.Wants)
	return p.errs
}

// Valid checks a safe contact.
func (c Contact) Valid() []error {
	p := &problems{op: "mhpss.Contact"}
	p.bad(!c.None && strings.TrimSpace(c.How) == "", "how", "how")
	p.text(lineText, "how", c.How, "when", c.When, "who", c.Who)
	return p.errs
}

// Valid checks a talk.
func (t Talk) Valid(today calendar.Day) []error {
	p := &problems{op: "mhpss.Talk"}
	p.bad(t.Day == 0 || t.Day > today, "day", "day")
	p.bad(!slices.Contains(Modes, t.Mode), "mode", "mode")
	p.bad(t.Minutes < 0 || t.Minutes > 600, "minutes", "minutes")
	p.bad(t.Next != 0 && t.Next < today, "next", "past")
	p.text(longText, "aims", t.Aims, "note", t.Note)
	return p.errs
}

// Valid checks a plan: one step is a plan.
func (v Plan) Valid(today calendar.Day) []error {
	p := &problems{op: "mhpss.Plan"}
	p.bad(strings.TrimSpace(v.Signs+v.Alone+v.Places+v.People+v.Lines+v.Around) == "", "signs", "plan")
	p.bad(v.Review != 0 && v.Review < today, "review", "past")
	p.text(longText, "signs", v.Signs, "alone", v.Alone, "places", v.Places, "people", v.People, "lines", v.Lines, "around", v.Around)
	return p.errs
}

// Valid checks a referral: nothing is told without the person's word.
func (v Referral) Valid() []error {
	p := &problems{op: "mhpss.Referral"}
	p.bad(strings.TrimSpace(v.To) == "", "to", "to")
	p.bad(!v.Agreed, "agreed", "agreed_refer")
	p.text(longText, "to", v.To, "why", v.Why, "tells", v.Tells)
	return p.errs
}

// Valid checks who is on duty.
func (d Duty) Valid(today calendar.Day) []error {
	p := &problems{op: "mhpss.Duty"}
	p.bad(strings.TrimSpace(d.Name) == "", "name", "duty")
	p.bad(strings.TrimSpace(d.Reach) == "", "reach", "reach")
	p.bad(d.Until < today, "until", "past")
	p.text(lineText, "name", d.Name, "reach", d.Reach)
	return p.errs
}

// Valid checks a session; what the pack says of it comes after.
func (s Session) Valid(today calendar.Day) []error {
	p := &problems{op: "mhpss.Session"}
	p.bad(s.Day == 0 || s.Day > today, "day", "day")
	p.bad(strings.TrimSpace(s.Name) == "", "name", "name")
	p.bad(strings.TrimSpace(s.Aims) == "", "aims", "aims")
	for field, n := range map[string]int{"girls": s.Girls, "boys": s.Boys, "women": s.Women, "men": s.Men} {
		p.bad(n < 0 || n > mostIn, field, "count")
	}
	p.bad(s.All() == 0, "girls", "nobody")
	p.bad(len(s.Nicknames) > s.All(), "nicknames", "nicknames")
	p.text(longText, "aims", s.Aims, "note", s.Note, "incident", s.Incident)
	p.text(lineText, "name", s.Name, "place", s.Place, "ages", s.Ages)
	return p.errs
}

// Case is somebody's support, as its leaves make it.
type Case struct {
	ID, Room, Person db.ID
	Begun
	By        db.ID
	At        time.Time
	Contact   *Contact
	Talks     []Told[Talk]
	Scores    []Told[Score]
	Checks    []Told[Check]
	Plan      *Told[Plan]
	Referrals []Told[Referral]
	Closed    *Told[Closing]
	Erasing   db.ID // who asked that all of it be destroyed
}

// Told is what a leaf says, when and by whom.
type Told[T any] struct {
	ID, By db.ID
	At     time.Time
	V      T
}

// Next is the day that was agreed on last, zero for none or when the case is closed.
func (c Case) Next() calendar.Day {
	if c.Closed != nil || len(c.Talks) == 0 {
		return 0
	}
	return c.Talks[len(c.Talks)-1].V.Next
}

// Waits is since when a safety check is owed, zero where none is.
func (c Case) Waits() (since time.Time, duty string) {
	for _, s := range c.Scores {
		if !s.V.Check {
			continue
		}
		done := slices.ContainsFunc(c.Checks, func(k Told[Check]) bool { return !k.At.Before(s.At) })
		if !done && since.IsZero() {
			since, duty = s.At, s.V.Duty
		}
	}
	return since, duty
}
