// Package growth holds a child's measures against the WHO growth standards (0 to 5
// years) and the WHO reference (5 to 19 years).
//
// # Vocabulary
//
// An Index is one measure for age, or weight for length. A Score is how many standard
// deviations a child is from the median of the index, with a State: whether the number
// stands and, if not, why. Ages are in completed days, months are of 30.4375 days;
// lengths in centimetres, weights in kilograms, skinfolds in millimetres. NaN is what
// was not measured, and a score that does not stand; nothing here answers zero for
// "cannot say".
//
// # Method
//
// A score is ((y/M)^L - 1) / (L S) with the tables' L, M and S. For indices of weight,
// arm and skinfolds a score beyond 3 is 3 and the distance from there in units of the
// distance between 2 and 3, so that extreme weights are told apart. Standards are read at
// the day, the reference between months and weight-for-length between millimetres by
// straight lines.
//
// Children under 731 days are measured lying, older ones standing: a length taken
// otherwise is corrected by 0.7 cm. A child under nine months who is said to have stood
// was lying. Oedema weighs: with it no index of weight stands.
//
// Standards are for children under 60 months. The reference holds from 61 months, as in
// WHO's own programs of 2009 (AnthroPlus); Rules can have it from 60 on, as in WHO's R
// package today, so that no month is without. Heights and body mass index go to under 229
// months, weight to under 121.
//
// # Agreement
//
// The scores agree with the WHO R package anthro to the second decimal, which is as
// printed there. The code is written from the WHO reports on methods (2006, 2007); the
// tables in data/ are WHO's figures, unchanged.
//
// # What it must never do
//
// Classify a child: cut-offs belong to packs. Read a file or a clock.
package growth
