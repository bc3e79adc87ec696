// Package drill plays an outbreak that did not happen on the screens of two
// installations: it logs in, opens pages and sends their forms as a browser does, and
// scores the clocks from what the installations recorded.
//
// # Vocabulary
//
//   - Scenario: a disease, two sides of a border, how travellers fall ill, what staff
//     answer, and how long each step takes them, as a least and a most (data/*.json).
//   - Clock: the time of the exercise, which both installations read. It goes on when a
//     step is played, and not by itself.
//   - Tab: somebody at a browser: a log-in, a page, its forms.
//   - Notice: how the other side learns of a case. Today it is the exchange of records
//     between a hub and a node; a notice under a sharing agreement can stand in its place.
//   - Score: each step with when it began, how long it took, the clock that the packs set,
//     and whose it was.
//
// # What it must never do
//
//   - Reach anything but the two addresses that it was given, on loopback.
//   - Write past the pages: what no screen can do, a drill cannot show.
//   - Say that a clock was kept when it is not known: an interval that the dates do not
//     decide is not met.
//
// # Standards
//
// WHO, Simulation Exercise Manual (2017); 717alliance.org; the clocks of package
// surveillance, which cite theirs.
package drill
