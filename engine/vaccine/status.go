package vaccine

// Status is the evaluation status of a dose (table 3-1). The zero Status is none: the
// dose was not held against a target dose.
type Status uint8

// Evaluation statuses.
const (
	NotEvaluated Status = iota
	Valid
	NotValid
	Extraneous
	SubStandard
)

var statusNames = [...]string{"", "Valid", "Not Valid", "Extraneous", "Sub-standard"}

// String returns the specification's word.
func (s Status) String() string { return statusNames[s] }

// Reasons are the evaluation reasons of a dose, as a set.
type Reasons uint16

// Evaluation reasons, in the order in which the logic meets them; the first that is set
// is the one that decided.
const (
	ConditionFlag          Reasons = 1 << iota // table 6-3: dose condition
	LotExpired                                 // table 6-3: given after the lot's expiration date
	InadvertentVaccine                         // table 6-13
	TooYoung                                   // table 6-15
	TooOld                                     // table 6-15
	TooSoon                                    // tables 6-18 and 6-21
	Conflicts                                  // CONFLICT-3
	NotAcceptable                              // tables 6-26 and 6-29: neither preferable nor allowable
	VaccineOutOfAge                            // tables 6-26 and 6-29: out of the recommended age range for the vaccine
	OtherTradeName                             // table 6-26
	SeriesAlreadyComplete                      // section 4.4, step 6a
	AgeGrace                                   // table 6-15: grace period
	IntervalGrace                              // table 6-18: grace period
	AllowableIntervalOnly                      // table 6-21: the preferable interval was not met, an allowable one was
	AllowableVaccineOnly                       // table 6-29: not a preferable vaccine, an allowable one
	LessThanRecommendedVol                     // table 6-26
)

var reasonNames = [...]string{
	"Dose condition", "Lot expired", "Inadvertent administration", "Too young", "Too old", "Too soon",
	"Vaccine conflict", "Not a preferable or allowable vaccine", "Out of the recommended age range for the vaccine",
	"Trade name is not that of the preferable vaccine", "Series already complete", "Grace period (age)",
	"Grace period (interval)", "Allowable interval", "Allowable vaccine", "Volume administered is less than recommended volume",
}

var reasonRules = [...]string{
	"TABLE 6-3", "TABLE 6-3", "TABLE 6-13", "TABLE 6-15", "TABLE 6-15", "TABLE 6-18", "CONFLICT-3", "TABLE 6-29",
	"TABLE 6-26", "TABLE 6-26", "SECTION 4.4", "TABLE 6-15", "TABLE 6-18", "TABLE 6-21", "TABLE 6-29", "TABLE 6-26",
}

// Has reports whether a reason is among them.
func (r Reasons) Has(one Reasons) bool { return r&one != 0 }

// First is the reason that decided: that of the first step of the logic that has one.
func (r Reasons) First() Reasons { return r & -r }

// Codes are the reasons in the specification's words, the deciding one first.
func (r Reasons) Codes() []string { return r.pick(reasonNames[:]) }

// Rules are the tables and rules of the specification that gave the reasons.
func (r Reasons) Rules() []string { return r.pick(reasonRules[:]) }

func (r Reasons) pick(names []string) []string {
	var out []string
	for i, name := range names {
		if r&(1<<i) != 0 {
			out = append(out, name)
		}
	}
	return out
}

// SeriesStatus is the status of a patient series and of a vaccine group (table 3-3).
type SeriesStatus uint8

// Patient series statuses. The zero one is none.
const (
	NoStatus SeriesStatus = iota
	Complete
	NotComplete
	NotRecommended
	AgedOut
	Immune
	Contraindicated
)

var seriesStatusNames = [...]string{"", "Complete", "Not Complete", "Not Recommended", "Aged Out", "Immune", "Contraindicated"}

// String returns the specification's word.
func (s SeriesStatus) String() string { return seriesStatusNames[s] }

// ForecastReason says why there is a forecast or none (table 7-10).
type ForecastReason uint8

// Forecast reasons.
const (
	NoReason ForecastReason = iota
	DoseNeeded
	SeriesComplete
	PastHistory
	HasImmunity
	HasContraindication
	SeasonOver
	MaximumAge
	CannotFinish
)

var forecastReasonNames = [...]string{
	"", "Patient should receive another dose", "Patient series is complete",
	"Not recommended at this time due to past immunization history", "Patient has evidence of immunity",
	"Patient has a contraindication", "Past seasonal recommendation end date", "Patient has exceeded the maximum age",
	"Patient is unable to finish the series prior to the maximum age",
}

// String returns the specification's words.
func (r ForecastReason) String() string { return forecastReasonNames[r] }

// Basis is what a forecast's date rests on (FORECASTDTCAN-1, FORECASTDT-2, FORECASTDT-3).
type Basis uint8

// Bases of dates. The zero one is none: there is no such date.
const (
	NoBasis Basis = iota
	ByMinimumAge
	ByMinimumInterval
	ByConflict
	BySeason
	ByInadvertent
	ByLastDose
	ByEarliestRecommendedAge
	ByEarliestRecommendedInterval
	ByLatestRecommendedAge
	ByLatestRecommendedInterval
	ByEarliestDate
	ByMaximumAge
)

var basisNames = [...]string{
	"", "Minimum age date", "Minimum interval date", "Forecast conflict end date", "Seasonal recommendation start date",
	"Inadvertent administration", "Most recent dose administered", "Earliest recommended age date",
	"Earliest recommended interval date", "Latest recommended age date", "Latest recommended interval date", "Earliest date",
	"Maximum age date",
}

// String returns the specification's words.
func (b Basis) String() string { return basisNames[b] }

// SeriesKind is the type of a series.
type SeriesKind uint8

// Series types.
const (
	Standard SeriesKind = iota + 1
	Risk
	EvaluationOnly
)

var kindNames = [...]string{"", "Standard", "Risk", "Evaluation Only"}

// String returns the specification's word.
func (k SeriesKind) String() string { return kindNames[k] }

// Choice says why a series stands for its series group (sections 8.2 to 8.8).
type Choice uint8

// Choices.
const (
	NotChosen        Choice = iota
	OnlyDefault             // table 8-3: no series can be scored, the default stands
	OnlyScorable            // table 8-3
	OnlyComplete            // table 8-3
	OnlyInProcess           // table 8-3
	DefaultOfMany           // table 8-3
	HighestScore            // SELECTBEST-2
	BestPreference          // SELECTBEST-2, tied scores
	FirstOfThePrefer        // tied in score and preference: the first of the supporting data
)

var choiceNames = [...]string{
	"", "Default patient series", "Single scorable patient series", "Single complete patient series",
	"Single in-process patient series", "Default patient series of several", "Highest score", "Best series preference", "First of the supporting data",
}

// String says it in words.
func (c Choice) String() string { return choiceNames[c] }
