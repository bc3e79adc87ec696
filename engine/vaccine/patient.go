package vaccine

import (
	"cmp"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
)

// Patient is whom a schedule is held against.
type Patient struct {
	Birth   calendar.Day
	Gender  Gender
	Country string // of birth, as an ISO 3166 code or as the supporting data writes it
	Doses   []Dose
	History []Observed
}

// Gender as the specification has it. The zero value is unknown.
type Gender uint8

// Genders.
const (
	UnknownGender Gender = iota
	Female
	Male
)

// Dose is a vaccine dose administered.
type Dose struct {
	Date      calendar.Date // one that is not known to the day cannot be evaluated
	Product   string        // CVX
	Maker     string        // MVX, if known
	TradeName string
	Volume    float64 // millilitres; 0 is not known
	LotExpiry calendar.Date
	Condition bool // the dose condition flag: recalled, sub-potent, cold chain broken
}

// Observed is an active patient observation: a condition, an exposure, a reaction, a
// proof of immunity. Code is the schedule's own; with a System it is looked up among the
// coded values of the schedule's observations.
type Observed struct {
	Code, System string
	Date         calendar.Date // of the observation, if known
	Unknown      bool          // nobody knows whether it holds; see Result.Questions
}

// Problem is input that was left out of the evaluation, or that was doubtful. Dose and
// Observation are the index of the input, or -1.
type Problem struct {
	Dose, Observation int
	Code              ProblemCode
}

// ProblemCode is what is the matter with a part of the input.
type ProblemCode uint8

// Problems.
const (
	UnknownProduct     ProblemCode = iota + 1 // the schedule does not know the product; the dose was not evaluated
	FutureDose                                // after the assessment date; left out
	DoseBeforeBirth                           // left out
	SameDoseTwice                             // the same product on the same day; both were evaluated
	InexactDate                               // the dose's date is not known to the day; left out
	UnknownObservation                        // the schedule does not know the observation
)

var problemNames = [...]string{"", "unknown product", "dose after the assessment date", "dose before birth", "the same product twice on one day",
	"date not known to the day", "unknown observation"}

// String says it in words.
func (p ProblemCode) String() string { return problemNames[p] }

// given is a dose as the evaluation sees it.
type given struct {
	*Dose
	Date    calendar.Day
	input   int
	product int
}

// seen is an observation as the evaluation sees it.
type seen struct {
	date calendar.Day
	when bool
	ok   bool
	open bool // asked, and nobody knows
}

// organise is section 4.2: doses in the order of their dates. Doses of one day are put
// into an order of their own, so that the order of the input never matters.
func (e *evaluation) organise(p *Patient) {
	for i := range p.Doses {
		d := &p.Doses[i]
		product, known := e.s.productOf[fold(d.Product)]
		first, _, _ := d.Date.Bounds()
		day, exact := d.Date.Exact()
		switch {
		case !exact && (d.Date.IsZero() || first <= e.on):
			e.problem(Problem{Dose: i, Observation: -1, Code: InexactDate})
		case first > e.on:
			e.problem(Problem{Dose: i, Observation: -1, Code: FutureDose})
		case day < p.Birth:
			e.problem(Problem{Dose: i, Observation: -1, Code: DoseBeforeBirth})
		case !known || e.s.products[product].data < 0:
			e.problem(Problem{Dose: i, Observation: -1, Code: UnknownProduct})
		default:
			e.doses = append(e.doses, given{d, day, i, product})
		}
	}
	slices.SortStableFunc(e.doses, compareDoses)
	for i := range e.doses {
		if i > 0 && e.doses[i].Date == e.doses[i-1].Date && e.doses[i].product == e.doses[i-1].product {
			e.problem(Problem{Dose: e.doses[i].input, Observation: -1, Code: SameDoseTwice})
		}
	}
	e.byAntigen = make([][]int, len(e.s.antigens))
	for i, d := range e.doses {
		for _, a := range e.s.products[d.product].antigens {
			if a.at.holds(p.Birth, d.Date) && !slices.Contains(e.byAntigen[a.antigen], i) {
				e.byAntigen[a.antigen] = append(e.byAntigen[a.antigen], i)
			}
		}
	}
}

func compareDoses(a, b given) int {
	return cmp.Or(cmp.Compare(a.Date, b.Date), cmp.Compare(a.product, b.product), strings.Compare(a.Maker, b.Maker),
		strings.Compare(a.TradeName, b.TradeName), cmp.Compare(a.Volume, b.Volume), strings.Compare(a.LotExpiry.String(), b.LotExpiry.String()),
		cmp.Compare(flagOrder(a.Condition), flagOrder(b.Condition)))
}

func flagOrder(b bool) int {
	if b {
		return 1
	}
	return 0
}

// observe notes the patient's observations; of one seen several times the latest date
// counts (CALCDTINT-9). A date to come is one: an operation that is planned.
func (e *evaluation) observe(p *Patient) {
	e.seen = make([]seen, len(e.s.titles))
	for i, o := range p.History {
		n, ok := e.s.lookup(o)
		if !ok {
			e.problem(Problem{Dose: -1, Observation: i, Code: UnknownObservation})
			continue
		}
		day, exact := o.Date.Exact()
		s := &e.seen[n]
		if o.Unknown {
			s.open = true
			continue
		}
		s.ok = true
		if exact && (!s.when || day > s.date) {
			s.date, s.when = day, true
		}
	}
}

func (s *Schedule) lookup(o Observed) (int, bool) {
	if o.System != "" && fold(o.System) != "cdsi" {
		n, ok := s.coded[CodedValue{Code: fold(o.Code), System: fold(o.System)}]
		return n, ok
	}
	n, ok := s.observations[fold(o.Code)]
	return n, ok
}

func (e *evaluation) has(observation int) bool { return observation >= 0 && e.seen[observation].ok }

// asked is true of an observation of which nobody knows whether it holds.
func (e *evaluation) asked(observation int) bool {
	return observation >= 0 && e.seen[observation].open && !e.seen[observation].ok
}
