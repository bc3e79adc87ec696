package flow

import "math"

// Protocol is how travellers are screened and what can be seen of them
// (Gostic 2015, 2020). All but Transit are shares in 0..1.
type Protocol struct {
	Departure, Arrival bool // where there is screening

	Symptoms float64 // of the infected ever show a sign that the screen looks for
	Aware    float64 // know of their exposure
	Evade    float64 // avoid any screening

	SymptomDeparture, SymptomArrival float64 // of those with the sign are found by the symptom screen
	RiskDeparture, RiskArrival       float64 // of those aware are found by the questions

	Transit float64 // days between the two screens
}

// Incubation is the period from exposure to onset: gamma by mean and variance, in
// days and days².
type Incubation struct{ Mean, Variance float64 }

// CDF is the share whose symptoms began within some days of exposure.
func (i Incubation) CDF(days float64) float64 {
	return gammaCDF(days, i.Mean*i.Mean/i.Variance, i.Variance/i.Mean)
}

// Yield is what becomes of infected travellers, as shares that sum to 1.
type Yield struct {
	DepartureSymptom, DepartureRisk float64 // found before they leave
	ArrivalSymptom, ArrivalRisk     float64 // found when they arrive

	MissedBoth        float64 // had symptoms and knew of the exposure
	MissedSymptomOnly float64 // had symptoms, did not know
	MissedRiskOnly    float64 // had no symptoms yet or ever, knew
	NotDetectable     float64 // nothing to see or to tell: incubating or without symptoms, and did not know
	Evaded            float64
}

// Caught is the share found.
func (y Yield) Caught() float64 {
	return y.DepartureSymptom + y.DepartureRisk + y.ArrivalSymptom + y.ArrivalRisk
}

// Valid refuses shares outside 0..1 and negative days.
func (p Protocol) Valid() error {
	for _, s := range []struct {
		name string
		v    float64
	}{
		{"symptoms", p.Symptoms}, {"aware", p.Aware}, {"evade", p.Evade}, {"symptom sensitivity at departure", p.SymptomDeparture},
		{"symptom sensitivity at arrival", p.SymptomArrival}, {"risk sensitivity at departure", p.RiskDeparture}, {"risk sensitivity at arrival", p.RiskArrival},
	} {
		if err := probability(s.name, "", s.v); err != nil {
			return err
		}
	}
	return atLeastZero("transit days", "", p.Transit)
}

// Valid refuses what is no period, and a spread of less than a thousandth or more
// than ten times the mean.
func (i Incubation) Valid() error {
	if err := first(positive("incubation mean", "", i.Mean), positive("incubation variance", "", i.Variance)); err != nil {
		return err
	}
	if ratio := math.Sqrt(i.Variance) / i.Mean; !(ratio >= 1e-3 && ratio <= 10) {
		return bad("incubation variance", "", "is %v at a mean of %v; give days squared", i.Variance, i.Mean)
	}
	return nil
}

// Screen is what becomes of travellers who leave some days after their exposure:
// the symptom screen, then the questions, before departure; onset on the way; the
// same again on arrival (Gostic 2015, figure 1).
func Screen(p Protocol, inc Incubation, daysSinceExposure float64) (Yield, error) {
	if err := first(p.Valid(), inc.Valid(), atLeastZero("days since exposure", "", daysSinceExposure)); err != nil {
		return Yield{}, err
	}
	return p.screen(inc, daysSinceExposure), nil
}

func (p Protocol) screen(inc Incubation, day float64) Yield {
	ill := inc.CDF(day)                   // had their onset before departure
	onWay := inc.CDF(day+p.Transit) - ill // have it in transit
	return p.yield(ill, onWay)
}

// yield adds up the four classes of travellers at a share that is ill and one that
// falls ill on the way.
func (p Protocol) yield(ill, onWay float64) Yield {
	if !p.Arrival {
		onWay = 0 // nobody looks: they count as they left
	}
	y := Yield{Evaded: p.Evade}
	for _, shows := range []bool{true, false} {
		for _, knows := range []bool{true, false} {
			y.class(p, (1-p.Evade)*either(shows, p.Symptoms)*either(knows, p.Aware), ill, onWay, shows, knows)
		}
	}
	return y
}

func either(yes bool, p float64) float64 {
	if yes {
		return p
	}
	return 1 - p
}

// when is a sensitivity where it applies, else zero.
func when(applies bool, sensitivity float64) float64 {
	if applies {
		return sensitivity
	}
	return 0
}

// class adds one class of travellers: whether they ever show the sign, and whether
// they know of their exposure.
func (y *Yield) class(p Protocol, share, ill, onWay float64, shows, knows bool) {
	symptomD, riskD := when(p.Departure && shows, p.SymptomDeparture), when(p.Departure && knows, p.RiskDeparture)
	symptomA, riskA := when(p.Arrival && shows, p.SymptomArrival), when(p.Arrival && knows, p.RiskArrival)

	y.DepartureSymptom += share * ill * symptomD
	y.DepartureRisk += share * (ill*(1-symptomD) + (1 - ill)) * riskD
	illLeft := ill * (1 - symptomD) * (1 - riskD)
	onWayLeft := onWay * (1 - riskD)
	wellLeft := (1 - ill - onWay) * (1 - riskD)

	y.ArrivalSymptom += share * (illLeft + onWayLeft) * symptomA
	y.ArrivalRisk += share * ((illLeft+onWayLeft)*(1-symptomA) + wellLeft) * riskA
	seen := share * (illLeft + onWayLeft) * (1 - symptomA) * (1 - riskA) // had onset, and passed
	unseen := share * wellLeft * (1 - riskA)
	switch {
	case shows && knows:
		y.MissedBoth += seen
		y.MissedRiskOnly += unseen
	case shows:
		y.MissedSymptomOnly += seen
		y.NotDetectable += unseen
	case knows:
		y.MissedRiskOnly += seen + unseen
	default:
		y.NotDetectable += seen + unseen
	}
}

// Epidemic is what gives the infected travellers of a growing epidemic their times
// since exposure: they leave between exposure and admission.
type Epidemic struct {
	R0      float64
	ToAdmit float64 // mean days from onset to admission, after which nobody travels
}

// ScreenEpidemic is the yield over the infected travellers of a growing epidemic
// (Gostic 2020): the time since exposure has the density α e^-αt / (1 - e^-αG) on
// 0..G, with G the mean incubation and the mean time to admission together and
// α = R0/G. R0 = 0 is an even density: an epidemic that neither grows nor shrinks.
func ScreenEpidemic(p Protocol, inc Incubation, e Epidemic) (Yield, error) {
	if err := first(p.Valid(), inc.Valid(), atLeastZero("R0", "", e.R0), atLeastZero("days to admission", "", e.ToAdmit)); err != nil {
		return Yield{}, err
	}
	window := e.ToAdmit + inc.Mean
	alpha := e.R0 / window
	density := func(t float64) float64 {
		if alpha == 0 {
			return 1 / window
		}
		return alpha * math.Exp(-alpha*t) / -math.Expm1(-alpha*window)
	}
	// Only two expectations enter, so the yields at any time are those at the mean
	// share ill and the mean share that falls ill on the way.
	ill := integrate(0, window, func(t float64) float64 { return density(t) * inc.CDF(t) })
	after := integrate(0, window, func(t float64) float64 { return density(t) * inc.CDF(t+p.Transit) })
	return p.yield(ill, after-ill), nil
}

// integrate is adaptive Gauss–Kronrod quadrature with 7 and 15 points (Piessens
// 1983, QUADPACK), to about 1e-13 of a smooth integrand.
func integrate(a, b float64, f func(float64) float64) float64 {
	q := quadrature{f: f, left: 10_000}
	whole, err := kronrod(a, b, f)
	return q.refine(a, b, whole, err)
}

// quadrature halves intervals until each is good enough, or enough were halved.
type quadrature struct {
	f    func(float64) float64
	left int
}

func (q *quadrature) refine(a, b, whole, err float64) float64 {
	if q.left--; q.left < 0 || err <= 1e-14*math.Max(1e-3, math.Abs(whole)) {
		return whole
	}
	m := (a + b) / 2
	left, le := kronrod(a, m, q.f)
	right, re := kronrod(m, b, q.f)
	return q.refine(a, m, left, le) + q.refine(m, b, right, re)
}

// The nodes and weights of the rule on 0..1 of its half (QUADPACK, qk15).
var (
	kronrodNodes   = [8]float64{0.991455371120812639206854697526329, 0.949107912342758524526189684047851, 0.864864423359769072789712788640926, 0.741531185599394439863864773280788, 0.586087235467691130294144691693250, 0.405845151377397166906606412076961, 0.207784955007898467600689403773245, 0}
	kronrodWeights = [8]float64{0.022935322010529224963732008058970, 0.063092092629978553290700663189204, 0.104790010322250183839876322541518, 0.140653259715525918745189590510238, 0.169004726639267902826583426598550, 0.190350578064785409913256402421014, 0.204432940075298892414161999234649, 0.209482141084727828012999174891714}
	gaussWeights   = [4]float64{0.129484966168869693270611432679082, 0.279705391489276667901467771423780, 0.381830050505118944950369775488975, 0.417959183673469387755102040816327}
)

func kronrod(a, b float64, f func(float64) float64) (value, err float64) {
	centre, half := (a+b)/2, (b-a)/2
	mid := f(centre)
	k, g := kronrodWeights[7]*mid, gaussWeights[3]*mid
	for i := range 7 {
		pair := f(centre-half*kronrodNodes[i]) + f(centre+half*kronrodNodes[i])
		k += kronrodWeights[i] * pair
		if i%2 == 1 {
			g += gaussWeights[i/2] * pair
		}
	}
	return k * half, math.Abs(k-g) * half
}
