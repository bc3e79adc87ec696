// Package chart shows how a child grows: what was measured at each visit, held against the
// WHO child growth standards and, from five years, the reference.
//
// # Vocabulary
//
//   - Visit: a day on which something was measured; what was measured on one day belongs
//     together.
//   - Score: standard deviations from the median of an index (engine/growth). One that is
//     implausible is shown and marked: the measure, the age or the sex is likely wrong.
//
// It keeps nothing: what was measured are results of orders (care/order).
//
// # What it must never do
//
//   - Say what a child has: what follows from a score is the packs'.
//   - Draw an implausible measure as if it were one, or leave it out without a word.
//   - Work out an age from a birth date that is not known to the day, or in dispute.
package chart
