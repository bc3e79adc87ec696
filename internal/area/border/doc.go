// Package border is what is done for health where people cross a border or gather on
// their way: an airport, a port, a ground crossing, a bus park, a market.
//
// # Vocabulary
//
//   - Point: a point of entry or of congregation of the gazetteer (package place); its
//     Post makes it one where travellers are screened.
//   - Shift: a team at a point for some hours. A screener is on one shift, takes it over
//     with a note of the one before, and sees what belongs to it and nothing else.
//   - Tally: how many passed, were screened, washed their hands …, of nobody in
//     particular. It comes from taps on a phone (a batch of them, with an id that the
//     phone made, so that one that is sent twice counts once) or is typed by the hour.
//   - Hour: hours since 1970 by the clock of the point (Post.Offset), because a phone
//     beside a border follows the other country's network and changes its zone.
//   - Closing: the report of a day, also of one on which nobody came. A day without one
//     was not reported, which is not zero.
//
// # Journal kinds
//
// border.post, border.shift, border.tally and border.closing are about nobody. Posts
// go everywhere; the others go to the sites of their header. Counts are kept up to date
// on write (store.go, count): pages about counts read nothing else.
//
// # What it must never do
//
//   - Look anybody up, or serve immigration enforcement: a finding leads to care, and
//     nothing here says whether somebody may enter.
//   - Count what is sent twice, or a negative number.
//   - Refuse more washed hands than screened travellers: more people wash their hands
//     than are screened, and did (reference/surveillance-border.md, 0.7).
//   - Read a day that nobody reported as zero.
//   - Say where a guarded point is, finer than the first administrative level, to
//     anybody outside.
//
// # Standards
//
// IHR (2005) articles 23, 30 to 32, 42, 45 and Annex 1B; daily counts as in the points
// of entry reports of the INSP (Kinshasa, 2026) and IOM (DRC, 2018-2020); age bands of
// the IOM DTM flow registry.
package border
