package alert

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/epi"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Setting is what kind of place a unit is, as the thresholds tell places apart. The
// zero Setting is not known.
type Setting string

// The settings.
const (
	District Setting = "district"
	Camp     Setting = "camp"
	Transit  Setting = "transit"
)

// Settings lists them.
var Settings = []Setting{District, Camp, Transit}

// Reporter is a unit that is expected to report every week.
type Reporter struct {
	Unit     string              `json:"unit"`
	Setting  Setting             `json:"setting"`
	Diseases []string            `json:"diseases"`
	Due      int                 `json:"due"`   // days after the end of the week in which a report is on time
	From     surveillance.Period `json:"from"`  // first week expected
	Until    surveillance.Period `json:"until"` // last week expected; "" is open
}

// mostDue is the longest time that a weekly report may take and still be on time: it
// has to be there before the next one is due.
const mostDue = 7

// Valid checks a reporter. Whether the unit exists is the service's to know.
func (r Reporter) Valid(lists surveillance.Lists) []error {
	var errs []error
	bad := func(field, key string) {
		errs = append(errs, fault.Field("alert.Reporter", field, "alert.error."+key))
	}
	if r.Unit == "" {
		bad("unit", "unit")
	}
	if !slices.Contains(Settings, r.Setting) {
		bad("setting", "choose")
	}
	if len(r.Diseases) == 0 {
		bad("diseases", "diseases")
	}
	for _, d := range r.Diseases {
		if !lists.HasDisease(d) {
			bad("diseases", "choose")
		}
	}
	if r.Due < 0 || r.Due > mostDue {
		bad("due", "due")
	}
	from, errFrom := epi.ParseWeek(string(r.From))
	if errFrom != nil {
		bad("from", "week")
	}
	if r.Until != "" {
		until, err := epi.ParseWeek(string(r.Until))
		if err != nil {
			bad("until", "week")
		} else if errFrom == nil && until.Since(from) < 0 {
			bad("until", "until")
		}
	}
	return errs
}

// Expects reports whether a week's report is expected of it.
func (r Reporter) Expects(w epi.Week) bool {
	from, err := epi.ParseWeek(string(r.From))
	if err != nil || w.Since(from) < 0 {
		return false
	}
	if r.Until == "" {
		return true
	}
	until, err := epi.ParseWeek(string(r.Until))
	return err == nil && w.Since(until) <= 0
}

// Received says that the report of a week came.
type Received struct {
	Unit string              `json:"unit"`
	Week surveillance.Period `json:"week"`
	On   calendar.Day        `json:"on"`             // the day it came
	Zero bool                `json:"zero,omitempty"` // nothing was seen
	By   db.ID               `json:"-"`
}

// Headcount is how many people a unit had on a day, by one source and method.
type Headcount struct {
	Unit       string       `json:"unit"`
	On         calendar.Day `json:"on"`
	Source     Counting     `json:"source"`
	People     int          `json:"people"`
	Under5     int          `json:"under5"` // -1 is not known
	Confidence string       `json:"note"`   // in the words of who counted
	By         db.ID        `json:"-"`
}

// Counting is how a headcount was made.
type Counting string

// The closed list. Figures of different countings are never mixed in one series.
const (
	Registration Counting = "registration"
	Head         Counting = "headcount"
	Shelters     Counting = "shelter_count"
	Tracking     Counting = "dtm"
	Estimate     Counting = "estimate"
)

// Countings lists them.
var Countings = []Counting{Registration, Head, Shelters, Tracking, Estimate}

const (
	mostPeople = 2_000_000_000
	longNote   = 500
)

// Valid checks a headcount on a day.
func (h Headcount) Valid(today calendar.Day) []error {
	var errs []error
	bad := func(field, key string) {
		errs = append(errs, fault.Field("alert.Headcount", field, "alert.error."+key))
	}
	if h.Unit == "" {
		bad("unit", "unit")
	}
	if h.On == 0 || h.On > today {
		bad("on", "day")
	}
	if !slices.Contains(Countings, h.Source) {
		bad("source", "choose")
	}
	if h.People < 1 || h.People > mostPeople {
		bad("people", "people")
	}
	if h.Under5 < -1 || h.Under5 > h.People {
		bad("under5", "under5")
	}
	if utf8.RuneCountInString(h.Confidence) > longNote {
		bad("note", "long")
	}
	return errs
}

// Level is how grave an alert is, as its rule says.
type Level string

// The levels. Aberration is what a method found above its limit: more than expected,
// which a fixed threshold does not say.
const (
	Epidemic   Level = "epidemic"
	Threshold  Level = "alert"
	Aberration Level = "aberration"
)

// The rules that are no rows of a pack.
const (
	RuleEARS       = "EARS"
	RuleFarrington = "FARRINGTON"
)

// Of names an alert: a rule, a disease, a unit and a week.
type Of struct {
	Unit    string              `json:"unit"`
	Disease string              `json:"disease"`
	Rule    string              `json:"rule"` // a row of pack alert-thresholds, or RuleEARS, RuleFarrington
	Week    surveillance.Period `json:"week"`
	// Of counts that a source reports by day: who says so, and which cases. An alert of
	// weekly reports has neither.
	Source string `json:"source,omitempty"`
	Stem   string `json:"stem,omitempty"`
}

// Span is the time that a count is of: a week, a day, or some days up to a day, as "30d";
// "" is not said, as in alerts of before.
type Span string

// The spans that have a name.
const (
	OfWeek Span = "week"
	OfDay  Span = "day"
)

// Days are the days of a span that is so many days; 0 of another.
func (s Span) Days() int {
	n, _ := strconv.Atoi(strings.TrimSuffix(string(s), "d")) // what is no number is a name
	return n
}

// Raised is what a rule said yes to, each time it was something new.
type Raised struct {
	Of
	Level    Level           `json:"level"`
	AsOf     calendar.Day    `json:"as_of"`
	Observed float64         `json:"observed"`
	AtLeast  bool            `json:"at_least,omitempty"` // the week was not reported, or not all of it yet
	Span     Span            `json:"span,omitempty"`     // what Observed is of
	Checks   []Check         `json:"checks,omitempty"`   // EARS, Farrington: each method
	Record   json.RawMessage `json:"record,omitempty"`   // a threshold: what the pack decided on
	At       time.Time       `json:"at"`
}

// Outcome is what an officer made of an alert.
type Outcome string

// The closed list.
const (
	Investigate Outcome = "investigate" // a signal is raised
	KnownEvent  Outcome = "known"       // dealt with already
	Explained   Outcome = "explained"   // an error of counting, or a change in it
	Watch       Outcome = "watch"
)

// Outcomes lists them.
var Outcomes = []Outcome{Investigate, KnownEvent, Explained, Watch}

// Acknowledged is that an officer saw an alert, and why it was dealt with so.
type Acknowledged struct {
	Outcome  Outcome   `json:"outcome"`
	Why      string    `json:"why"`
	Observed float64   `json:"observed"` // when it was acknowledged
	Signal   db.ID     `json:"signal"`   // that was raised
	At       time.Time `json:"at"`
	By       db.ID     `json:"-"`
}

// Valid checks an acknowledgement.
func (a Acknowledged) Valid() []error {
	var errs []error
	bad := func(field, key string) {
		errs = append(errs, fault.Field("alert.Acknowledged", field, "alert.error."+key))
	}
	if !slices.Contains(Outcomes, a.Outcome) {
		bad("outcome", "choose")
	}
	if n := utf8.RuneCountInString(strings.TrimSpace(a.Why)); n < 3 {
		bad("why", "why")
	} else if n > 1000 {
		bad("why", "long")
	}
	return errs
}

// Alert is an alert with all that was ever said of it.
type Alert struct {
	ID db.ID
	Of
	Site   string
	Raised []Raised       // in the order in which they came
	Acks   []Acknowledged // in the order in which they were given
}

// Last is the last that its rule said.
func (a Alert) Last() Raised {
	if len(a.Raised) == 0 {
		return Raised{Of: a.Of}
	}
	return a.Raised[len(a.Raised)-1]
}

// First is when the alert was raised.
func (a Alert) First() time.Time {
	if len(a.Raised) == 0 {
		return time.Time{}
	}
	return a.Raised[0].At
}

// Open reports whether nobody has acknowledged it.
func (a Alert) Open() bool { return len(a.Acks) == 0 }

// Rose reports whether the count has risen since it was acknowledged.
func (a Alert) Rose() bool {
	return !a.Open() && a.Last().Observed > a.Acks[len(a.Acks)-1].Observed
}

// Check is what a method of detection said of the last week.
type Check struct {
	Method   string  `json:"method"` // ears-c1 … farrington-flexible
	State    string  `json:"state"`  // as package epi names it: ok, insufficient-history …
	Alarm    bool    `json:"alarm"`
	Observed float64 `json:"observed"`
	Upper    float64 `json:"upper"`
	Expected float64 `json:"expected"` // mean of the baseline, or the fit
	SD       float64 `json:"sd"`       // of the baseline; 0 where there is none
	Years    int     `json:"years,omitempty"`
}

// Standing is what every rule said of a unit and a disease when it was last looked at.
type Standing struct {
	Unit, Disease string
	Week          surveillance.Period // the last complete week
	At            time.Time
	Observed      float64
	Known         bool // the week was reported
	AtLeast       bool
	Fired         []string // rules
	May           []string // levels that what is not known could still give
	Needs         []string // facts that would settle those
	Checks        []Check
	NoPack        bool // no thresholds are in force
}
