// Package drill plays an outbreak that did not happen on the screens of the hubs of two
// countries: it logs in, opens pages and sends their forms as a browser does, and scores
// the clocks from what the hubs recorded.
//
// # Vocabulary
//
//   - Scenario: a disease, two sides of a border, how travellers fall ill, what staff
//     answer, and how long each step takes them, as a least and a most (data/*.json).
//   - Clock: the time of the exercise, which both hubs read. It goes on when a step is
//     played, and not by itself.
//   - Tab: somebody at a browser: a log-in, a page, its forms, files that it gives and takes.
//   - Agenda: what is to be done when. Whoever visits contacts does not wait for the desk,
//     nor one hub for the other.
//   - Away: a contact who travelled on: what was sent, what came, and who they are there.
//   - Score: each step with when it began, how long it took, the clock that the packs set,
//     and whose it was.
//
// What goes across the border goes under a sharing agreement that the officers of both
// sides sign on their screens (package across, ADR 0030), in sealed files: no hub of an
// exercise listens for another, and every step of the way is one that somebody does.
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
