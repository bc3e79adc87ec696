// Package linksets reads the record linkage sets with truth of the shared test data,
// and makes others of the same kinds, for tests and benchmarks of engine/match. What
// is measured is F1 over pairs at a probability of 0.5 or above, and how many pairs of
// one person are found before two in a hundred are wrong.
package linksets
