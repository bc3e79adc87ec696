// Package flow joins what is known of an outbreak with how people move: it fills
// flows that nobody counted, says how near two places are by the travel between
// them, how many infected travellers to expect, what a screening point finds and
// misses, where to put the next one, and what fewer journeys would delay.
//
// # Vocabulary
//
// A place is named by a text; a Matrix holds a number for each ordered pair of
// places (people travelling, kilometres, minutes). An Amount is a number or "not
// known". What is not known is never taken for zero: where it decides the answer,
// the answer says Unknown and no number. An unlisted pair becomes zero only when
// the caller says so (Matrix.AssumeNone).
//
// # Methods, shapes and sources
//
//	Gravity         production-constrained gravity model (Wilson 1971)           n places → n×n flows
//	Radiation       radiation model and its finite-size correction
//	                (Simini 2012; Masucci 2013)                                  n places → n×n flows
//	Network         effective distance: dominant path (Brockmann & Helbing 2013)
//	                and random walk (Iannelli 2017)                              n×n flows → n distances a source
//	Forecast        expected importations with drawn periods (Dorigatti 2017)    routes, draws → λ with interval, P(≥1)
//	Draw,           assumptions between limits, drawn by a seed, and what an outcome
//	Sensitivity     hangs on most: one at a time, and by rank correlation        assumptions, draws → influence of each
//	TravellerRisk   infected per traveller (ECDC 2026)                           → probability, "one case per N travellers"
//	Extinction      a branching process with negative-binomial offspring dies
//	                out (Lloyd-Smith 2005)                                       R, k → q; λ, q → P(outbreak)
//	Screen          yield of traveller screening by stage and reason
//	                (Gostic 2015, 2020)                                          one traveller, or a growing epidemic
//	BestPoints      k screening points that meet most infected travellers, exact
//	GreedyPoints    and greedy with its bound (Nemhauser 1978)                   routes, sensitivities → points
//	SEIR            metapopulation SEIR with travel both ways, integrated by
//	                Dormand–Prince 5(4) with dense output (1980; Hairer 1993)    patches, rates → S, E, I, R by day
//	Delay           days that a reduction of travel buys: ln(1/(1-c))/r
//	                (Hollingsworth 2006; Scalia Tomba & Wallinga 2008)
//	Backtest        how well a ranking did: AUC with ties, hits among the first k
//
// Units are days, persons, kilometres, and per day for rates; probabilities lie
// in 0..1. Each function's comment gives its own. docs/flow.md has the formulas,
// the limits and the comparison with reference programs.
//
// # Errors
//
// Input that a method cannot work with is an *Error that names the parameter and
// the place or row and says what to do. Numbers that are not finite are refused,
// except +Inf as a distance, which means that there is no way.
//
// The package has no I/O beyond the io.Reader it is given, no clock and no hidden
// state: drawn parameters come from a seed that the caller keeps. It must never
// give one risk number that hides which model made it.
package flow
