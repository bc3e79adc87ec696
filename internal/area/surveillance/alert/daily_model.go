package alert

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// RuleSet is a group of rules that reported counts may be held against.
type RuleSet string

// The sets. Once an outbreak is declared, fixed thresholds say of each of its areas what
// everybody knows, and EARS alone says what changed.
const (
	Fixed RuleSet = "fixed"
	EARS  RuleSet = "ears"
)

// RuleSets lists them.
var RuleSets = []RuleSet{Fixed, EARS}

// Watched says that the board looks at the counts of a disease that a source reports
// day by day, in every area that the source reports of. Nothing is watched that nobody
// declared so.
type Watched struct {
	Disease string    `json:"disease"`
	Source  string    `json:"source"`
	Stem    string    `json:"stem"` // which cases: suspected_cases, confirmed_cases …
	Setting Setting   `json:"setting"`
	Rules   []RuleSet `json:"rules"`
	Stopped bool      `json:"stopped"`

	ID   db.ID  `json:"-"`
	Site string `json:"-"` // that looks
}

const longSource = 120

// Valid checks what is to be watched.
func (w Watched) Valid(lists surveillance.Lists) []error {
	var errs []error
	bad := func(field, key string) {
		errs = append(errs, fault.Field("alert.Watched", field, "alert.error."+key))
	}
	if !lists.HasDisease(w.Disease) || strings.TrimSpace(w.Source) == "" || utf8.RuneCountInString(w.Source) > longSource {
		bad("series", "choose")
	}
	if !slices.Contains(lists.CaseStems(), w.Stem) {
		bad("stem", "choose")
	}
	if !slices.Contains(Settings, w.Setting) {
		bad("setting", "choose")
	}
	if len(w.Rules) == 0 && !w.Stopped {
		bad("rules", "rules")
	}
	for _, r := range w.Rules {
		if !slices.Contains(RuleSets, r) {
			bad("rules", "choose")
		}
	}
	return errs
}

// DayState says what is known of a day.
type DayState string

// The states of a day. The word of each is alert.day.<state>.
const (
	DayMissing  DayState = "missing"      // nothing was said of it
	DayUnsaid   DayState = "not_reported" // a report says that there is no number
	DayCounted  DayState = "reported"     // the new count of a report
	DayRose     DayState = "rose"         // what the cumulative count rose by since the day before
	DayTogether DayState = "together"     // a number of several days, of which none has its own
	DayFell     DayState = "fell"         // the cumulative count fell, and there is no new count
)

// DayCount is what was reported of a day. Only a counted day or one on which the
// cumulative count rose has a number of its own.
type DayCount struct {
	State DayState
	N     int
	Since calendar.Day // first of the days that N is of
	Doubt bool         // the new count is not what the cumulative one rose by
}

// Known reports whether the day has a number of its own.
func (d DayCount) Known() bool { return d.State == DayCounted || d.State == DayRose }

// Daily is what a source reported of a watched disease in one unit, day by day.
type Daily struct {
	Watched
	Unit        string
	Kind        surveillance.Disease
	Population  int // 0 is not known
	First, Last calendar.Day
	Days        map[string][]DayCount // by stem, from First to Last
}

// Watching is the days of the watched cases.
func (d Daily) Watching() []DayCount { return d.Days[d.Stem] }

// DayStanding is what every rule said of a day of a watched unit when it was last looked
// at.
type DayStanding struct {
	Standing
	Watch  db.ID
	Source string
	Stem   string
	Day    calendar.Day
	Rules  []RuleSet
	State  DayState
}
