// Package stock is what a site has on its shelves: medicines, vaccines, kits and supplies.
//
// # Vocabulary
//
//   - Item: what is kept, by a code of the organisation's own list and, where it has one,
//     its ATC code; counted in whole units (a tablet, a bottle, a kit).
//   - Lot: what of an item was made together, with its expiry. A lot that is held (recalled,
//     heat, doubt) is given to nobody, anywhere, from the next exchange on.
//   - Movement: units in or out of one site: received, given to persons, handed to a ward
//     or team, lost with a reason, found other than thought by a count, sent, arrived.
//   - Balance: the sum of movements of a lot at a site. Nobody types one.
//   - Transfer: what went to another site and has not arrived there yet.
//   - First expiry first out: what is given is of the lot that expires first and has not.
//
// # Journal kinds
//
// stock.item and stock.lot go everywhere, stock.level (min and max) and stock.movement with
// their site, stock.transfer everywhere, since two sites have to agree on it. All are about
// nobody.
//
// # What it must never do
//
//   - Change or delete a movement: what was wrong is counted again.
//   - Give out what is not there, has expired or is held. That is refused where it is done;
//     two nodes that did not see each other can still give the same bottle, and a balance
//     below zero then asks for a count (design, section 4).
//   - Say who got something, or when on a day: movements to persons are shown as a sum of the
//     day, so that nobody's care, and no sealed one's, can be read off a shelf.
//
// # Standards
//
// First expiry first out, minimum and maximum: reference/programme-protection.md, section 4.
package stock
