// Package analysis makes of cases what an epidemiologist reads: the curve, rates,
// fatality, growth and the reproduction number of a disease in a place and a time, the
// report on the situation that is made of the same numbers, and what is to be told
// under the International Health Regulations.
//
// # Vocabulary
//
//   - Desk: a disease, a place and a period, with all that can be said of them. It is
//     read from tallies (package linelist); no page counts rows of cases.
//   - Refusal: that a number is not given, and why: too few cases, no interval of the
//     agent, nobody's population. A refusal is an answer.
//   - Parameter: a serial interval or a delay to death of an agent, from the list of
//     pack countermeasures with its source, or as the reader gave it. That of one
//     species of virus is never lent to another.
//   - Situation report: the numbers of a desk as they leave, with small cells
//     suppressed (data/suppression.csv).
//   - Situation of reported counts: what a source says of all its areas, where no case is
//     known here: totals as last reported, what is new, what was not reported and what
//     does not fit. As it leaves it is sums of whole weeks, like any other.
//   - Annex 2: the answers of an officer on one signal, with reasons, and what the
//     instrument (pack ihr-annex2) says of them. Answers are only ever added.
//   - Death entry: deaths at a unit as its register has them, one by one or as a count.
//
// # Journal kinds
//
// surveillance.annex2 is about nobody, belongs to the site of its signal, and only
// gains. surveillance.deaths is an entry of a register of deaths: it holds no name.
//
// # What it must never do
//
//   - Give a number without its interval, its cases and its period.
//   - Lend an interval, a delay or a fatality of one species to another.
//   - Decide on notification: it helps decide, and keeps the reasoning.
//   - Let a cell below the limit leave, or one that can be worked out from the others.
//
// # Standards
//
// Cori et al. 2013 (reproduction number); Nishiura et al. 2009 (delay-corrected
// fatality); IHR (2005) Annex 2; UNHCR and MSF for mortality per 10,000 a day.
package analysis
