package epi

import (
	"math"
)

// Reference says which earlier periods a limit rests on: those around the same period
// of earlier years, and those just before.
type Reference struct {
	Years      int  // b: how many earlier years
	HalfWindow int  // w: periods on either side of the same period, and just before
	ThisYear   bool // actY: the w periods just before count too
}

func (r Reference) check(perYear int) error {
	switch {
	case r.Years < 0:
		return refuse("b", "%d years is negative", r.Years)
	case r.HalfWindow < 0 || 2*r.HalfWindow+1 > perYear:
		return refuse("w", "a window of %d on either side is not within a year of %d periods", r.HalfWindow, perYear)
	case r.Years == 0 && !(r.ThisYear && r.HalfWindow > 0):
		return refuse("b", "no earlier period is left to compare with; give years, or periods just before")
	}
	return nil
}

// values are the counts to compare with, in room.
func (r Reference) values(s Series, t int, room []float64) ([]float64, State) {
	if first := s.yearsBack(t, r.Years) - r.HalfWindow; first < 0 {
		return nil, InsufficientHistory
	}
	room = room[:0]
	if r.ThisYear {
		room = append(room, s.Counts[t-r.HalfWindow:t]...)
	}
	for i := 1; i <= r.Years; i++ {
		same := s.yearsBack(t, i)
		room = append(room, s.Counts[same-r.HalfWindow:same+r.HalfWindow+1]...)
	}
	return room, Stands
}

// BaselinePoint is a period with the reference counts that its limit rests on.
type BaselinePoint struct {
	Bound
	Mean, SD float64 // of the reference counts; NaN where there is none
	N        int     // how many there are
	Total    float64 // what is held against the limit: Observed, or for HistoricalLimits the sum of four periods
}

// RKI are the methods of the Robert Koch Institute: the mean of the reference counts
// plus two standard deviations, and for a mean of at most 20 the upper 95 % limit of
// Crow and Gardner for the expectation of a Poisson count of that size, rounded down.
//
// RKI1 takes the 6 weeks before, RKI2 also the 13 around the same week of last year,
// RKI3 the 9 around the same week of each of the last two years.
//
// Sources: the reference program's manual, algo.rki; E. Crow, R. Gardner, "Confidence
// intervals for the expectation of a Poisson variable", Biometrika 46 (1959) 441-453,
// table 1.
type RKI struct{ Reference Reference }

// The three systems, which differ in what they compare with.
var (
	RKI1 = RKI{Reference{HalfWindow: 6, ThisYear: true}}
	RKI2 = RKI{Reference{Years: 1, HalfWindow: 6, ThisYear: true}}
	RKI3 = RKI{Reference{Years: 2, HalfWindow: 4}}
)

// crowGardner are the upper 95 % limits of Crow and Gardner for counts of 0 to 20.
var crowGardner = [...]float64{3.285, 5.323, 6.686, 8.102, 9.598, 11.177, 12.817, 13.765, 14.921, 16.768, 17.633,
	19.050, 20.335, 21.364, 22.945, 23.762, 25.400, 26.306, 27.735, 28.966, 30.017}

// Detect answers for each period of the range.
func (p RKI) Detect(s Series, r Range) ([]BaselinePoint, error) {
	return p.Reference.detect(s, r, func(values []float64) (float64, BaselinePoint) {
		mean, sd := meanSD(values)
		upper := mean + 2*sd
		if mean <= 20 {
			upper = crowGardner[int(mean)]
		}
		return upper, BaselinePoint{Mean: mean, SD: sd, N: len(values)}
	}, false)
}

// Bayes are the three Bayes systems: the (1-Alpha) quantile of the predictive
// distribution of the count, which for Poisson counts and Jeffreys' prior is negative
// binomial of size Σ reference + 1/2 and mean size/n. A reference period that was not
// reported is left out.
//
// Sources: A. Riebler, "Empirischer Vergleich von statistischen Methoden zur
// Ausbruchserkennung bei Surveillance Daten" (Munich, 2004); M. Höhle, "surveillance:
// an R package for the monitoring of infectious diseases", Comput Stat 22 (2007)
// 571-582.
type Bayes struct {
	Reference Reference
	Alpha     float64 // one-sided; 0 means 0.05
}

// The three systems compare with what RKI1 to RKI3 compare with.
var (
	Bayes1 = Bayes{Reference: RKI1.Reference}
	Bayes2 = Bayes{Reference: RKI2.Reference}
	Bayes3 = Bayes{Reference: RKI3.Reference}
)

// Detect answers for each period of the range.
func (p Bayes) Detect(s Series, r Range) ([]BaselinePoint, error) {
	if p.Alpha == 0 {
		p.Alpha = 0.05
	}
	if err := checkShare("alpha", p.Alpha); err != nil {
		return nil, err
	}
	return p.Reference.detect(s, r, func(values []float64) (float64, BaselinePoint) {
		sum := 0.0
		for _, v := range values {
			sum += v
		}
		mean, sd := meanSD(values)
		size := sum + 0.5
		upper := negBinQuantile(1-p.Alpha, size/float64(len(values)), size)
		return upper, BaselinePoint{Mean: mean, SD: sd, N: len(values)}
	}, true)
}

// detect answers for each period by a limit over its reference counts. skip leaves out
// reference periods that were not reported; else they leave no limit.
func (r Reference) detect(s Series, rng Range, limit func(values []float64) (upper float64, p BaselinePoint), skip bool) ([]BaselinePoint, error) {
	if err := r.check(s.perYear()); err != nil {
		return nil, err
	}
	if err := s.Check(); err != nil {
		return nil, err
	}
	from, to, err := rng.within(len(s.Counts))
	if err != nil {
		return nil, err
	}
	out := make([]BaselinePoint, 0, to-from+1)
	var room []float64
	for t := from; t <= to; t++ {
		values, state := r.values(s, t, room)
		if state == Stands {
			room = values
			if skip {
				values = reported(values)
			}
			if len(values) == 0 || missing(values) {
				state = HistoryNotReported
			}
		}
		if state != Stands {
			out = append(out, noBaseline(t, s.Counts[t], state))
			continue
		}
		upper, p := limit(values)
		p.Bound, p.Total = above(t, s.Counts[t], upper), s.Counts[t]
		out = append(out, p)
	}
	return out, nil
}

func noBaseline(t int, observed float64, why State) BaselinePoint {
	n := math.NaN()
	return BaselinePoint{Bound: undefined(t, observed, why), Mean: n, SD: n, Total: n}
}

// reported keeps, in place, what was reported.
func reported(values []float64) []float64 {
	kept := values[:0]
	for _, v := range values {
		if !math.IsNaN(v) {
			kept = append(kept, v)
		}
	}
	return kept
}

// HistoricalLimits is the method of the CDC for weekly counts: the sum of the last four
// weeks against the sums of the same four weeks, and of the Months four-week blocks
// before and after, of each of Years years.
//
//	mean + z(1-Alpha/2) · sd · √(1 + 1/k), k = Years · (2·Months + 1)
//
// The limit is one for four weeks together, and so is what is held against it (Total).
//
// Sources: D. Stroup, G. Williamson, J. Herndon, J. Karon, "Detection of aberrations in
// the occurrence of notifiable diseases surveillance data", Stat Med 8 (1989) 323-329;
// equation 8-1 of C. Farrington, N. Andrews in Brookmeyer and Stroup (eds), Monitoring
// the Health of Populations (2003).
type HistoricalLimits struct {
	Years  int     // b; 0 means 5
	Months int     // m: four-week blocks on either side; 1 in the paper
	Alpha  float64 // two-sided; 0 means 0.025
}

// blockWeeks are the weeks that the method sums.
const blockWeeks = 4

// Detect answers for each period of the range.
func (p HistoricalLimits) Detect(s Series, r Range) ([]BaselinePoint, error) {
	if p.Years == 0 {
		p.Years = 5
	}
	if p.Alpha == 0 {
		p.Alpha = 0.025
	}
	switch {
	case p.Years < 0:
		return nil, refuse("b", "%d years is negative", p.Years)
	case p.Months < 0 || blockWeeks*(2*p.Months+1) > s.perYear():
		return nil, refuse("m", "%d blocks of four weeks on either side are not within a year of %d periods", p.Months, s.perYear())
	case p.Years*(2*p.Months+1) < 2:
		return nil, refuse("b", "one block has no standard deviation; give two years, or m of 1")
	}
	if err := checkShare("alpha", p.Alpha); err != nil {
		return nil, err
	}
	if err := s.Check(); err != nil {
		return nil, err
	}
	from, to, err := r.within(len(s.Counts))
	if err != nil {
		return nil, err
	}
	out := make([]BaselinePoint, 0, to-from+1)
	for t := from; t <= to; t++ {
		out = append(out, p.at(s, t))
	}
	return out, nil
}

func (p HistoricalLimits) at(s Series, t int) BaselinePoint {
	if s.yearsBack(t, p.Years)-blockWeeks*(p.Months+1)+1 < 0 {
		return noBaseline(t, s.Counts[t], InsufficientHistory)
	}
	var blocks []float64
	for i := p.Years; i >= 1; i-- {
		for j := -p.Months; j <= p.Months; j++ {
			blocks = append(blocks, blockSum(s.Counts, s.yearsBack(t, i)+blockWeeks*j))
		}
	}
	if missing(blocks) {
		return noBaseline(t, s.Counts[t], HistoryNotReported)
	}
	mean, sd := meanSD(blocks)
	k := float64(len(blocks))
	upper := mean + normalQuantile(1-p.Alpha/2)*sd*math.Sqrt(1+1/k)
	total := blockSum(s.Counts, t)
	bound := above(t, total, upper)
	bound.Observed = s.Counts[t]
	return BaselinePoint{Bound: bound, Mean: mean, SD: sd, N: len(blocks), Total: total}
}

// blockSum is the sum of the four periods that end with t.
func blockSum(counts []float64, t int) float64 {
	sum := 0.0
	for _, c := range counts[t-blockWeeks+1 : t+1] {
		sum += c
	}
	return sum
}
