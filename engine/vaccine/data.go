package vaccine

import "github.com/godwit-health/godwit/engine/calendar"

// Data is the supporting data of a schedule as it was read: values and no logic. It is
// what a loader makes and what Compile takes; see chapter 2.4 of the specification.
type Data struct {
	Version      string // of the publisher, or the hash of the content
	Products     []Product
	Groups       []Group
	Conflicts    []Conflict
	Observations []Observation
	Antigens     []Antigen
}

// Product is a vaccine type (CVX) and the antigens in it.
type Product struct {
	Code, Name string
	Antigens   []Association
}

// Association ties a product to an antigen, at some ages only if Begin or End is given.
type Association struct {
	Antigen    string
	Begin, End Period
}

// Group is a vaccine group: what a clinician calls one vaccine.
type Group struct {
	Name     string
	Full     bool // all antigens are given when one is due
	Antigens []string
}

// Conflict keeps two vaccine types apart.
type Conflict struct {
	Previous, Current  string
	Begin, MinEnd, End Period
}

// Observation is a coded condition, exposure or reaction that series refer to.
type Observation struct {
	Code, Title          string
	IndicationText       string
	ContraindicationText string
	Coded                []CodedValue
}

// CodedValue is an observation in another code system.
type CodedValue struct{ Code, System, Text string }

// Antigen is what is known of one antigen.
type Antigen struct {
	Name              string
	ImmunityHistory   []Named
	ImmunityBirth     []BirthImmunity
	Contraindications []Contraindication // of the antigen
	VaccineContra     []VaccineContraindication
	Series            []Series
}

// Named is an observation by code and title.
type Named struct{ Code, Title string }

// BirthImmunity takes those born before a day for immune.
type BirthImmunity struct {
	Before    calendar.Day
	Country   string // of birth; empty for any
	Exclusion []Named
}

// Contraindication of all series of an antigen.
type Contraindication struct {
	Observation    Named
	Text, Guidance string
	Begin, End     Period
}

// VaccineContraindication is of some vaccine types only.
type VaccineContraindication struct {
	Observation    Named
	Text, Guidance string
	Vaccines       []Vaccine
}

// Vaccine is a vaccine type as a series dose lists it.
type Vaccine struct {
	Code, Name string
	Begin, End Period
	TradeName  string
	Maker      string // MVX
	Volume     float64
	Forecast   bool
}

// Series is one way to immunity.
type Series struct {
	Name             string
	Group            string // vaccine group
	Guidance         []string
	Kind             SeriesKind
	Genders          []string
	Equivalent       []string // series groups
	Default, Product bool
	SeriesGroup      string
	SeriesGroupName  string
	Priority         string
	Preference       int // 0 is none
	MinStart         Period
	MaxStart         Period
	Indications      []Indication
	Doses            []SeriesDose
}

// Indication is who a risk series is for.
type Indication struct {
	Observation           Named
	Description, Guidance string
	Begin, End            Period
}

// SeriesDose is one dose of a series.
type SeriesDose struct {
	Number      int
	Ages        []AgeRule
	Intervals   []IntervalRule
	Allowable   []IntervalRule
	Preferable  []Vaccine
	Acceptable  []Vaccine // "allowable vaccine" of the specification
	Inadvertent []Vaccine
	Skips       []SkipRule
	Recurring   bool
	Season      Span
}

// AgeRule is the ages of a dose.
type AgeRule struct {
	AbsoluteMinimum, Minimum, EarliestRecommended, LatestRecommended, Maximum Period
	Effective                                                                 Span
}

// IntervalRule is one interval of a dose and where it is measured from.
type IntervalRule struct {
	FromPrevious    bool
	FromTarget      int      // dose number in the series; 0 is none
	FromVaccines    []string // most recent of these
	FromObservation Named

	AbsoluteMinimum, Minimum, EarliestRecommended, LatestRecommended Period

	Override  bool // interval priority
	Effective Span
}

// SkipContext says when a skip may be used.
type SkipContext uint8

// Contexts of a conditional skip.
const (
	SkipInEvaluation SkipContext = 1 << iota
	SkipInForecast
)

// SkipRule is a conditional skip.
type SkipRule struct {
	Context SkipContext
	All     bool // every set, else one
	Sets    []SkipSet
}

// SkipSet is a set of conditions.
type SkipSet struct {
	All        bool // every condition, else one
	Conditions []SkipCondition
	Effective  Span
}

// SkipKind is the type of a condition.
type SkipKind uint8

// Types of conditions.
const (
	SkipByAge SkipKind = iota + 1
	SkipByCompletedSeries
	SkipByInterval
	SkipByCount
)

// SkipCondition is one condition of a skip.
type SkipCondition struct {
	Kind         SkipKind
	Begin, End   Period // ages
	Dates        Span
	Interval     Period
	Count        int
	Compare      int // -1 fewer, 0 as many, 1 more
	ValidOnly    bool
	Vaccines     []string
	SeriesGroups []string
}
