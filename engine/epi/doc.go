// Package epi detects outbreaks in counts and estimates what an outbreak does: the
// reproduction number, the growth rate, the case fatality, proportions.
//
// # Vocabulary
//
// A Series is counts of equal, consecutive periods (weeks, days), the oldest first; NaN
// is a period that was not reported, which is never zero. A Bound is one period held
// against its upper limit; it alarms or not. A State says whether a number stands and,
// if not, why: not enough history, not identifiable, too few cases. Such a number is
// NaN and such an alarm unknown; nothing here answers zero for "cannot say".
//
// # Methods
//
//	EARS                  C1, C2, C3: counts of the last weeks, no history needed
//	Farrington            regression on the same weeks of earlier years (1996)
//	FarringtonFlexible    on all weeks of earlier years, with seasons (Noufaily 2013)
//	CUSUM                 sum of what exceeds the expectation; standard and Rossi
//	HistoricalLimits      CDC: four weeks against the same weeks of earlier years
//	RKI, Bayes            systems 1 to 3, which differ in what they compare with
//	Reproduction          instantaneous reproduction number (Cori), imported cases apart
//	DiscreteInterval      a serial interval by day
//	EstimateGrowth        growth rate, doubling and halving time
//	CrudeFatality         deaths over cases
//	DelayedFatality       deaths over cases whose outcome can be known
//	EstimateProportion    Wilson's and the exact interval
//
// Fixed thresholds are in package epi/threshold.
//
// # Agreement
//
// Each method agrees with the outputs of the reference programs (R surveillance 1.20.3,
// EpiEstim 2.2-4, incidence 1.7.3, cfr), to 1e-9 and for fitted limits to 1e-6. Where
// those depart from the papers, docs/epi.md says so, and what is done here. The code is
// written from the papers and from what the programs answer, not from their code.
//
// # What it must never do
//
// Read a file or a clock, hold a threshold or an interval of a disease, scale or mend
// what it is given, or take a period that was not reported for one without cases.
// Negative counts, counts that are not whole, and an interval that does not sum to one
// are refused with an InputError that names the place and what would be right.
package epi
