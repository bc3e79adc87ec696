// Package travel knows who leaves when, who is ready for it, who goes along, and to whom
// they are handed over.
//
// # Vocabulary
//
//   - Movement: a flight, bus, ship or other conveyance that takes people on, on a day.
//   - Traveller: a person who is planned to be on it. Who was taken off stays in the
//     history.
//   - Declaration: a person's own word that they go of their own will.
//   - Check: a look at whether somebody may travel, by the pack fit-to-fly; a physician
//     signs it.
//   - Escort: who and what goes along, with the kit, whom to call and the log on the way.
//   - Note: what has to be done by when, for who takes over; an answer accepts it, or
//     tells what became of somebody.
//
// # Journal kinds
//
// travel.movement is about nobody and goes to its site. All others are about a person and
// go where the person goes; travel.handover goes to the site that takes over. travel.log and
// travel.answer are only ever added to; whether somebody goes of their own will, and what a
// physician signed, are of class safety.
//
// # What it must never do
//
//   - Let somebody board against whom anything stands, or keep "may board" in a row: it is
//     worked out each time (docs/adr/0036).
//   - Hold a limit, a day or a level of its own: those are the pack's.
//   - Say on a list what somebody has.
//   - Show names to whoever may not see the people of the site.
package travel
