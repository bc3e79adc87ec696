package surveillance

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Source is where a signal came from.
type Source string

// The closed list.
const (
	Border     Source = "border"
	Laboratory Source = "laboratory"
	Community  Source = "community"
	Event      Source = "event"
	Care       Source = "care"
	Rumour     Source = "rumour"
	Media      Source = "media"
	Hotline    Source = "hotline"
	Counts     Source = "counts" // an alert: more were counted than a rule allows
)

// Sources lists them.
var Sources = []Source{Border, Laboratory, Community, Event, Care, Rumour, Media, Hotline, Counts}

// Count is a number of people. The zero Count is not known, which is not zero.
type Count struct {
	N     int
	Known bool
}

// Of is a known count.
func Of(n int) Count { return Count{n, true} }

// MarshalJSON writes the number, or null where it is not known.
func (c Count) MarshalJSON() ([]byte, error) {
	if !c.Known {
		return []byte("null"), nil
	}
	return json.Marshal(c.N)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (c *Count) UnmarshalJSON(b []byte) error {
	*c = Count{}
	if string(b) == "null" {
		return nil
	}
	c.Known = true
	return json.Unmarshal(b, &c.N)
}

// Raised is what somebody, or an area, has to say: the report of a signal.
type Raised struct {
	ID     db.ID  // of the new signal; made when its form was shown, or new where it is zero
	Source Source // where it came from
	// Sign is a lay definition and Disease a disease or species (data/diseases.csv); one
	// of them or both.
	Sign, Disease string
	// Site is the Godwit site whose officers are to see it; the actor's own where empty.
	Site, Programme string
	// Country (alpha-3) and Place say where it happened, Place as it was told.
	Country, Place string
	Start          calendar.Date // when it began, as exactly as it is known
	Detected       time.Time     // when whoever reports it came to know; now where it is zero
	Cases, Deaths  Count
	Words          string // what was told, without personal data

	// Person is whom it came from, and Sensitivity how protected that is; the link is a
	// document of its own.
	Person      db.ID
	Sensitivity journal.Sensitivity
	// About is the document that it came from (a result, a screening). A document raises
	// one signal: Raise answers the one that is there.
	About db.ID
}

// Signal is a report and what was done about it.
type Signal struct {
	ID          db.ID         `json:"-"`
	Site        string        `json:"-"`
	Programme   string        `json:"-"`
	Source      Source        `json:"source"`
	Sign        string        `json:"sign"`
	Disease     string        `json:"disease"`
	Country     string        `json:"country"`
	Place       string        `json:"place"`
	Start       calendar.Date `json:"start"`
	Detected    time.Time     `json:"detected"`
	Reported    time.Time     `json:"reported"`
	Reporter    db.ID         `json:"reporter"`
	Cases       Count         `json:"cases"`
	Deaths      Count         `json:"deaths"`
	Words       string        `json:"words"`
	About       db.ID         `json:"about"`
	Steps       []Step        `json:"steps"` // in the order in which they were made
	Standing    `json:"-"`    // follows from the steps
	PersonKnown bool          `json:"-"` // the signal came from a person whom the reader may open
	Person      db.ID         `json:"-"`
}

// Act is what an officer does to a signal.
type Act string

// The closed list.
const (
	ActTake    Act = "take"    // says "this step is mine"
	ActTriage  Act = "triage"  // is it about health, and new?
	ActVerify  Act = "verify"  // is it true?
	ActAssess  Act = "assess"  // how likely, how bad
	ActRespond Act = "respond" // one of the early response actions, done or not needed
	ActNotify  Act = "notify"  // the level above was told
	ActCount   Act = "count"   // there are more, or fewer, than were told
	ActClose   Act = "close"
	ActReopen  Act = "reopen"
)

// Outcome is what a triage or a verification came to.
type Outcome string

// The closed list.
const (
	GoOn     Outcome = "go_on"     // triage: to be verified; verification: it is true
	Discard  Outcome = "discard"   // triage: not about health, or known already; verification: it is not true
	NoAnswer Outcome = "no_answer" // verification: nobody could be reached; it stays where it is
)

// Level is how high the risk is.
type Level string

// The levels (WHO, Rapid Risk Assessment, 2012).
const (
	Low      Level = "low"
	Moderate Level = "moderate"
	High     Level = "high"
	VeryHigh Level = "very_high"
)

// Actions are the early response actions of 7-1-7, in its order.
var Actions = []string{"investigation", "analysis", "laboratory", "care", "countermeasures", "communication", "coordination"}

// Scale is the highest likelihood and consequence (1 is the least of each).
const Scale = 5

// Step is one thing that was done. Which fields count depends on the act.
type Step struct {
	Act         Act          `json:"act"`
	By          db.ID        `json:"by"`
	At          time.Time    `json:"at"`
	Round       int          `json:"round,omitempty"` // how often the signal had been opened again
	Outcome     Outcome      `json:"outcome,omitempty"`
	Why         string       `json:"why,omitempty"`
	Duplicate   db.ID        `json:"duplicate,omitzero"` // the signal that it is the same as
	Likelihood  int          `json:"likelihood,omitempty"`
	Consequence int          `json:"consequence,omitempty"`
	Level       Level        `json:"level,omitempty"`
	Action      string       `json:"action,omitempty"`
	Needless    bool         `json:"needless,omitempty"` // respond: the action does not apply, and Why says it
	On          calendar.Day `json:"on,omitempty"`       // respond, notify: the day it was done
	Cases       Count        `json:"cases,omitzero"`
	Deaths      Count        `json:"deaths,omitzero"`
}

const (
	longPlace = 200
	longWords = 2000
	longWhy   = 1000
	mostCount = 1_000_000
)

// Valid checks a report on a day, against the list of diseases and the signs that can be
// told.
func (r Raised) Valid(lists Lists, p Protocol, today calendar.Day) []error {
	const op = "surveillance.Raised"
	var errs []error
	bad := func(field, key string) { errs = append(errs, fault.Field(op, field, "surveillance.error."+key)) }
	if !slices.Contains(Sources, r.Source) {
		bad("source", "choose")
	}
	switch {
	case r.Sign == "" && r.Disease == "":
		bad("sign", "what")
	case r.Sign != "" && !p.HasSign(r.Sign):
		bad("sign", "choose")
	case r.Disease != "" && !lists.HasDisease(r.Disease):
		bad("disease", "choose")
	}
	if first, _, ok := r.Start.Bounds(); ok && first > today {
		bad("start", "future")
	}
	errs = append(errs, validCounts(op, r.Cases, r.Deaths)...)
	if key := textFault(r.Place, longPlace); key != "" {
		bad("place", key)
	}
	if key := textFault(r.Words, longWords); key != "" {
		bad("words", key)
	}
	return errs
}

func validCounts(op string, cases, deaths Count) []error {
	var errs []error
	for _, c := range []struct {
		field string
		Count
	}{{"cases", cases}, {"deaths", deaths}} {
		if c.Known && (c.N < 0 || c.N > mostCount) {
			errs = append(errs, fault.Field(op, c.field, "surveillance.error.count"))
		}
	}
	if cases.Known && deaths.Known && deaths.N > cases.N {
		errs = append(errs, fault.Field(op, "deaths", "surveillance.error.deaths"))
	}
	return errs
}

// longNumber is a run of digits that is longer than any count or year: a telephone or
// a document. An address of electronic mail is as telling.
var (
	longNumber = regexp.MustCompile(`\d(?:[ ./()-]?\d){6,}`)
	isoDate    = regexp.MustCompile(`\b\d{1,4}[-./]\d{1,2}[-./]\d{1,4}\b`)
	mail       = regexp.MustCompile(`\S@\S+\.\S`)
)

// textFault says what is wrong with a free text of a signal: too long, or it holds
// what can only be somebody's.
func textFault(text string, most int) string {
	switch plain := isoDate.ReplaceAllString(latin(text), " "); {
	case utf8.RuneCountInString(text) > most:
		return "long"
	case longNumber.MatchString(plain), mail.MatchString(plain):
		return "personal"
	}
	return ""
}

// latin folds the digits of Arabic and Persian keyboards.
func latin(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '٠' && r <= '٩':
			return '0' + r - '٠'
		case r >= '۰' && r <= '۹':
			return '0' + r - '۰'
		}
		return r
	}, s)
}
