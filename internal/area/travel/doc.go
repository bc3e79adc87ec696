// Package travel knows who leaves when: the movements of a site and who is on them.
//
// # Vocabulary
//
//   - Movement: a flight, bus, ship or other conveyance that takes people on, on a day.
//   - Traveller: a person who is planned to be on it. Who was taken off stays in the
//     history.
//
// # Journal kinds
//
// travel.movement is about nobody and goes to its site. travel.traveller is about a
// person and goes where the person goes.
//
// # What it must never do
//
//   - Let somebody travel or keep somebody back: it is a list. Clearance is the
//     assessment's, fitness is a clinician's.
//   - Show names to whoever may not see the people of the site.
package travel
