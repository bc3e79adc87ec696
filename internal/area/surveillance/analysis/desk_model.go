package analysis

import (
	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/epi"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
)

// Asked is what a desk is about. The zero Site is all sites.
type Asked struct {
	Disease  string
	Site     string
	From, To calendar.Day
	// Given is a serial interval of the reader's own; the zero Given takes the agent's.
	Given Interval
}

// Interval is a serial interval, or a delay to death: two numbers and who says so.
type Interval struct {
	A, B    float64 // mean and standard deviation; of a delay: shape and scale
	Source  string
	Reader  bool // the reader gave it
	Certain string
}

// Known reports whether both numbers are there.
func (i Interval) Known() bool { return i.A > 0 && i.B > 0 }

// Refusal says why a number is not given. Its word is analysis.refusal.<refusal>.
type Refusal string

// The refusals; those of package epi's states have their names.
const (
	Given          Refusal = "" // it is
	NoInterval     Refusal = "no_interval"
	NoDelay        Refusal = "no_delay"
	NoPopulation   Refusal = "no_population"
	TooFew         Refusal = "too-few-cases"
	TooShort       Refusal = "insufficient-history"
	NotDetermined  Refusal = "not-identifiable"
	MoreDeaths     Refusal = "more-deaths-than-outcomes"
	SpeciesUnknown Refusal = "species"
	NotReported    Refusal = "not_reported"
	Withheld       Refusal = "withheld" // it would tell a number that does not leave
)

// DayCases are the cases of a day of onset.
type DayCases struct {
	Day                      calendar.Day
	Local, Imported, Unknown int // where they were infected
	Deaths                   int // of those who fell ill that day
}

// All are the cases of the day.
func (d DayCases) All() int { return d.Local + d.Imported + d.Unknown }

// Line is the counts of a part of the cases: of a class, a band of age, a site.
type Line struct {
	Key           string
	Cases, Deaths int
	Withheld      bool // nothing of it is told outside
}

// Desk is what can be said of a disease in a place and a period.
type Desk struct {
	Asked
	Name     surveillance.Disease
	SiteName string

	Cases, Deaths, Recovered int // of cases for counting that were reported in the period
	Confirmed, Probable      int
	Suspected                int
	Imported, OriginUnknown  int
	NoOnset                  int // of the cases: no day of onset
	Others                   int // reported, and no case for counting
	Classes, Ages, Sites     []Line

	Days []DayCases // by onset, every day of the period

	Attack   epi.Rate
	AttackNo Refusal
	People   int

	Crude, Settled, Delayed       epi.Fatality
	CrudeNo, SettledNo, DelayedNo Refusal
	Delay                         Interval
	Rt                            []RtDay
	RtNo                          Refusal
	Serial                        Interval
	Growth                        epi.Growth
	GrowthNo                      Refusal
	Weekly                        []WeekLine
	Contacts                      linelist.Indicators
	ContactsKnown                 bool
	New                           linelist.NewCases // where ContactsKnown
	Agent                         string

	reported, onsets []linelist.Tallied
	today            calendar.Day
}

// RtDay is the reproduction number of the week that ends on a day.
type RtDay struct {
	Day             calendar.Day
	Mean, Low, High float64
	Local           int
	No              Refusal
	Fresh           bool // reports of these days may still be late
}

// WeekLine is a week of the curve.
type WeekLine struct {
	Week                             surveillance.Period
	Local, Imported, Unknown, Deaths int
}
