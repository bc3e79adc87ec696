package analysis

import (
	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/surveillance"
)

// SituationAsked is what a situation report of reported counts is of: a disease, a source
// and a period of report dates. It is of all areas of the source.
type SituationAsked struct {
	Disease, Source string
	From, To        calendar.Day
}

// Stems are what the report counts, with the cases of the same certainty that deaths are
// among.
var situationStems = []struct{ stem, among string }{
	{"suspected_cases", ""}, {"probable_cases", ""}, {"confirmed_cases", ""}, {"cases", ""},
	{"suspected_deaths", "suspected_cases"}, {"probable_deaths", "probable_cases"}, {"confirmed_deaths", "confirmed_cases"}, {"deaths", "cases"},
}

// SituationLine is one area.
type SituationLine struct {
	Unit   string
	Totals map[string]surveillance.Count // the last cumulative counts, by stem
	As     calendar.Day                  // the last day that the area reported anything of
	New    map[string]int                // in the period, by stem; what is not in it was not reported
	Days   int                           // days of the period on which the source reported, since the area's first report
	Silent int                           // of those, days without a number of cases for the area
}

// SituationDay is what was new by one day's reports, by stem, and how many areas gave a
// number of cases.
type SituationDay struct {
	Day   calendar.Day
	New   map[string]int
	Areas int
}

// Situation is an outbreak as a source reported it.
type Situation struct {
	SituationAsked
	Stems    []string // that the source reports
	Lines    []SituationLine
	Days     []SituationDay // of the period, also those without a report
	New      map[string]int
	Totals   map[string]int // of the areas that have one
	Last     calendar.Day   // the last day of the period that the source reported anything of
	Findings []surveillance.Finding
}
