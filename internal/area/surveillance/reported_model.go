package surveillance

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/epi"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Mode says what the number of an indicator covers.
type Mode string

// The modes.
const (
	PerPeriod  Mode = "period"     // what happened in the period
	Cumulative Mode = "cumulative" // all since the beginning, at the end of the period
	AtEnd      Mode = "standing"   // how many there are at the end of the period
)

// Indicator is something that is counted (data/indicators.csv). Its word is
// surveillance.indicator.<code>. A new count and a cumulative one of the same thing
// have the same stem, whose word is surveillance.stem.<stem>.
type Indicator struct {
	Code  string
	Stem  string
	Mode  Mode
	Group string // cases, deaths, contacts, …: surveillance.counts.group.<group>
}

// Period is a day or an ISO week, in the words of the journal: 2026-05-18, 2026-W21.
type Period string

// Bounds are the first and the last day; ok is false of what is no day and no week,
// such as a week 53 in a year that has 52.
func (p Period) Bounds() (first, last calendar.Day, ok bool) {
	if strings.Contains(string(p), "W") {
		w, err := epi.ParseWeek(string(p))
		if err != nil {
			return 0, 0, false
		}
		first = calendar.DayOfTime(w.Monday())
		return first, first + 6, true
	}
	d, err := calendar.ParseDay(string(p))
	if err != nil || d.String() != string(p) {
		return 0, 0, false
	}
	return d, d, true
}

// Week reports whether the period is a week.
func (p Period) Week() bool { return strings.Contains(string(p), "W") }

// DayPeriod is the period of one day.
func DayPeriod(d calendar.Day) Period { return Period(d.String()) }

// WeekPeriod is the ISO week that holds a day.
func WeekPeriod(d calendar.Day) Period { return Period(epi.WeekOf(startOf(d)).String()) }

// sitePrefix begins the unit of a count at a site of Godwit's; any other unit is the
// code of a country, an area or a point.
const sitePrefix = "site:"

// SiteUnit is the unit of a count at a site.
func SiteUnit(code string) string { return sitePrefix + code }

// Cell names one count: what was counted, where, when, and who says so. Two sources
// never overwrite each other.
type Cell struct {
	Unit      string `json:"unit"`
	Disease   string `json:"disease"`
	Indicator string `json:"indicator"`
	Period    Period `json:"period"`
	Source    string `json:"source"`
}

// Report is what one report says of a cell. A Value that is not known was reported as
// "not reported", which is not zero.
type Report struct {
	Cell
	Value     Count        `json:"value"`
	Reported  calendar.Day `json:"reported"`            // date of the report
	Withdrawn bool         `json:"withdrawn,omitempty"` // the number of before is taken back
	From      string       `json:"from,omitempty"`      // file and row, or empty where somebody typed it
	Note      string       `json:"note,omitempty"`

	By db.ID     `json:"-"`
	At time.Time `json:"-"`
}

// Reported is a cell with all that was ever reported of it.
type Reported struct {
	ID db.ID `json:"-"`
	Cell
	Site    string   `json:"-"`
	Value   Count    `json:"-"`
	Reports []Report `json:"reports"` // in the order of their dates
	// Revised counts how often another number took the place of one.
	Revised int `json:"-"`
	// Differs: reports of one date give different numbers, and the last is shown.
	Differs bool `json:"-"`
}

const (
	longSource = 120
	longFrom   = 300
	// A cumulative count of travellers runs into the hundreds of millions.
	mostReported = 2_000_000_000
)

// Valid checks a report on a day. Whether the unit exists is the service's to know.
func (r Report) Valid(lists Lists, today calendar.Day) []error {
	const op = "surveillance.Report"
	var errs []error
	bad := func(field, key string) { errs = append(errs, fault.Field(op, field, "surveillance.error."+key)) }
	if r.Unit == "" || utf8.RuneCountInString(r.Unit) > longPlace {
		bad("unit", "unit")
	}
	if !lists.HasDisease(r.Disease) {
		bad("disease", "choose")
	}
	if _, ok := lists.Indicator(r.Indicator); !ok {
		bad("indicator", "choose")
	}
	_, last, ok := r.Period.Bounds()
	switch {
	case !ok && r.Period.Week():
		bad("period", "week")
	case !ok:
		bad("period", "period")
	case last > today && r.Period.Week():
		bad("period", "week_open")
	case last > today:
		bad("period", "future")
	case r.Reported > today:
		bad("reported", "future")
	case r.Reported < last:
		bad("reported", "reported_before")
	}
	if r.Value.Known && (r.Value.N < 0 || r.Value.N > mostReported) {
		bad("value", "reported_count")
	}
	if r.Withdrawn && r.Value.Known {
		bad("value", "withdrawn")
	}
	if key := cmp.Or(textFault(r.Source, longSource), textFault(r.Note, longWhy)); key != "" {
		bad("source", key)
	}
	if strings.TrimSpace(r.Source) == "" {
		bad("source", "source")
	}
	if utf8.RuneCountInString(r.From) > longFrom {
		bad("from", "long")
	}
	return errs
}

// Indicator finds an indicator of the list.
func (l Lists) Indicator(code string) (Indicator, bool) {
	i := slices.IndexFunc(l.Indicators, func(i Indicator) bool { return i.Code == code })
	if i < 0 {
		return Indicator{}, false
	}
	return l.Indicators[i], true
}
