package growth

import "math"

// Index is one index of growth.
type Index uint8

// The indices. Head, skinfolds and arm end before the fifth birthday, weight before the
// tenth, weight for length has no age.
const (
	WeightForAge Index = iota
	LengthForAge
	WeightForLength
	BMIForAge
	ArmForAge
	HeadForAge
	TricepsForAge
	SubscapularForAge
	indices
)

var indexNames = [indices]string{"waz", "haz", "whz", "baz", "acz", "hcz", "tsz", "ssz"}

// Indices are all indices, in the order in which they are written.
func Indices() []Index {
	out := make([]Index, indices)
	for i := range out {
		out[i] = Index(i)
	}
	return out
}

// String is the usual short name of an index's score, such as "whz".
func (i Index) String() string {
	if i < indices {
		return indexNames[i]
	}
	return ""
}

// State says whether a score stands and, if not, why. The zero value is one that nobody
// asked for.
type State uint8

// The states.
const (
	Unset State = iota
	Stands
	SexNotKnown
	AgeNotKnown
	AgeOutside // no table of the index has the age
	NotMeasured
	LengthOutside // no table of weight has the length
	HasOedema     // weight says nothing of the child
)

var stateNames = [...]string{Unset: "", Stands: "ok", SexNotKnown: "sex-not-known", AgeNotKnown: "age-not-known", AgeOutside: "age-outside",
	NotMeasured: "not-measured", LengthOutside: "length-outside", HasOedema: "oedema"}

// String is the code written in CSV and JSON.
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return ""
}

// MarshalText carries a State in JSON as its code.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Score is where a child stands in an index.
type Score struct {
	Z     float64 // standard deviations from the median; NaN where it does not stand
	State State
	// Implausible is a score so far out that the measure, the age or the sex is more
	// likely wrong (WHO's flags).
	Implausible bool
}

// Result is a child held against every index.
type Result struct {
	Length float64 // corrected for how it was taken, cm; NaN where unknown
	BMI    float64 // kg/m2; NaN where unknown
	Scores [indices]Score
}

// Of is the score of an index.
func (r Result) Of(i Index) Score { return r.Scores[i] }

// Where the standards end and the reference begins and ends, in months.
const (
	standardsTo    = 60
	referenceFrom  = 61
	weightTo       = 121
	referenceTo    = 229
	lengthFrom     = 45.0 // cm, of weight for length
	lengthTo       = 110.0
	heightFrom     = 65.0
	heightTo       = 120.0
	lengthEpsilon  = 1e-6 // a correction of 0.7 has no exact binary form
	restrictedFrom = 3.0
)

// Rules choose where programs of the WHO differ.
type Rules struct {
	// ReferenceFrom is the age in months from which the reference of 5 to 19 years holds:
	// 61 where it is zero, and not below 60.
	ReferenceFrom float64
}

// flagged is from where a score is implausible: below, above.
var flagged = [indices][2]float64{WeightForAge: {-6, 5}, LengthForAge: {-6, 6}, WeightForLength: {-5, 5}, BMIForAge: {-5, 5},
	ArmForAge: {-5, 5}, HeadForAge: {-5, 5}, TricepsForAge: {-5, 5}, SubscapularForAge: {-5, 5}}

// Assess holds a child against every index. A measure that Check refuses counts as not
// measured.
func (r Rules) Assess(c Child) Result {
	for _, v := range []*float64{&c.Weight, &c.Length, &c.Arm, &c.Head, &c.Triceps, &c.Subscapular} {
		if *v <= 0 || math.IsInf(*v, 0) {
			*v = math.NaN()
		}
	}
	if c.Age < 0 || math.IsInf(c.Age, 0) {
		c.Age = math.NaN()
	}
	out := Result{Length: c.corrected()}
	out.BMI = c.Weight / (out.Length / 100 * (out.Length / 100))
	for i, y := range [indices]float64{WeightForAge: c.Weight, LengthForAge: out.Length, WeightForLength: c.Weight, BMIForAge: out.BMI,
		ArmForAge: c.Arm, HeadForAge: c.Head, TricepsForAge: c.Triceps, SubscapularForAge: c.Subscapular} {
		out.Scores[i] = r.score(c, Index(i), y, out.Length)
	}
	return out
}

func (r Rules) score(c Child, i Index, y, length float64) Score {
	line, state := r.line(c, i, length)
	switch {
	case state != Stands:
	case math.IsNaN(y):
		state = NotMeasured
	case c.Oedema && (i == WeightForAge || i == WeightForLength || i == BMIForAge):
		state = HasOedema
	}
	if state != Stands {
		return Score{Z: math.NaN(), State: state}
	}
	out := Score{Z: line.score(y, i.restricted()), State: Stands}
	rounded := math.Round(out.Z*100) / 100 // as printed, and as WHO's programs flag
	out.Implausible = rounded < flagged[i][0] || rounded > flagged[i][1]
	return out
}

// line is the line of the table that holds for a child.
func (r Rules) line(c Child, i Index, length float64) (lms, State) {
	switch {
	case c.Sex != Male && c.Sex != Female:
		return lms{}, SexNotKnown
	case i == WeightForLength:
		return byLength(c, length)
	case math.IsNaN(c.Age):
		return lms{}, AgeNotKnown
	}
	t, x := r.table(c, i)
	if t == nil {
		return lms{}, AgeOutside
	}
	line, ok := t.at(c.Sex, x)
	if !ok {
		return lms{}, AgeOutside
	}
	return line, Stands
}

// table is the table of an index by age, and where to read it.
func (r Rules) table(c Child, i Index) (*table, float64) {
	from, months := max(r.ReferenceFrom, standardsTo), c.months()
	if r.ReferenceFrom == 0 {
		from = referenceFrom
	}
	switch {
	case months < standardsTo:
		return read().standard[i], c.day()
	case months < from, months >= referenceTo, i == WeightForAge && months >= weightTo:
		return nil, 0
	}
	return read().reference[i], months
}

func byLength(c Child, length float64) (lms, State) {
	switch {
	case c.months() >= standardsTo:
		return lms{}, AgeOutside
	case math.IsNaN(length):
		return lms{}, NotMeasured
	}
	t, from, to := read().height, heightFrom, heightTo
	if c.lies() {
		t, from, to = read().length, lengthFrom, lengthTo
	}
	if length < from-lengthEpsilon || length > to+lengthEpsilon {
		return lms{}, LengthOutside
	}
	line, ok := t.at(c.Sex, length)
	if !ok {
		return lms{}, LengthOutside
	}
	return line, Stands
}

// restricted reports whether a score beyond 3 is measured by the distance from 2 to 3.
func (i Index) restricted() bool { return i != LengthForAge && i != HeadForAge }

// score is the score of y.
func (p lms) score(y float64, restricted bool) float64 {
	z := (math.Pow(y/p.m, p.l) - 1) / (p.s * p.l)
	switch {
	case !restricted:
	case z > restrictedFrom:
		three := p.value(3)
		return 3 + (y-three)/(three-p.value(2))
	case z < -restrictedFrom:
		three := p.value(-3)
		return -3 + (y-three)/(p.value(-2)-three)
	}
	return z
}

// value is the measure whose score is z, for z up to 3.
func (p lms) value(z float64) float64 { return p.m * math.Pow(1+p.l*p.s*z, 1/p.l) }
