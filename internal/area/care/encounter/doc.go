// Package encounter is a contact of a person with care: at a fixed clinic, with a mobile
// team, at home or by telephone.
//
// # Vocabulary
//
//   - Encounter: one contact, by an encounter of a pack (pack.Encounter): the form that is
//     filled in, and the version of the pack that it was begun with.
//   - Look: what the pack says of what is known now: classes, alerts, tests to ask for,
//     treatments, and what would settle what is open.
//   - Alert: something that the pack calls STOP, ASK or QUIET. What is STOP stands against
//     going home without a word about it.
//   - Where to: how the encounter ended. The look of that moment is kept with it.
//
// # Journal kinds
//
// care.encounter (register): what was begun, and how it ended. The answers are results of
// an order of the encounter (care/order), so that they are corrected, disputed, parted by
// sensitivity and shared as every result is.
//
// # What it must never do
//
//   - Hold a clinical rule: forms, conditions and classes are the packs'.
//   - Show a class that is not settled as a finding, or what was not looked for as normal.
//   - Offer what is sealed: survivors and psychosocial support have an area of their own.
//   - Print a dose: a treatment is a slot that a country fills.
//   - Keep anybody from care because something of them is not known.
package encounter
