// Package traveller is the record of somebody whom a screening at a border did not let
// go at once: with a sign, a fever or a contact. Everybody else is a count (package
// border) and has none.
//
// # Vocabulary
//
//   - Screening: the questions and temperatures of one traveller, first and second, by
//     the pack in force; what was found, and how it ended.
//
//   - Finding: what the pack says of a screening: the class, the steps of the card "what
//     now", what is still to be done. A finding is added, never edited.
//
//   - Journey: what the stays that were told at a second screening say of the outbreaks that
//     were declared (package outbreak): yes, possible, no or unknown, with what it rests on.
//     A finding keeps it as it was; the page says beside it what is declared now.
//
//   - Measure: what is done to the traveller against the spread of a disease: an
//     examination, isolation … with its basis, who ordered it, when it is looked at
//     again, food, water, a telephone, the appeal and the release.
//
//   - Conveyance: the bus, boat, flight … that the traveller came with. Companion: who
//     else was in it; a list of contacts.
//
//   - Declaration: what a ship, an aircraft or a traveller declares of their health, in
//     the form that the pack has for its day. A traveller does so on their own phone,
//     without an account, and shows a code.
//
// # Journal kinds
//
// border.screening, border.measure, border.conveyance, border.companion and
// border.declaration are clinical
// and about nobody who is registered. They are kept until a day (journal.Kind.Until),
// which the pack's list "keep" sets, and erase themselves after it. border.found is what
// of them is counted; it is about nobody, and stays.
//
// # What it must never do
//
//   - Keep a record of somebody with whom nothing was found.
//   - Ask for a name before something was found.
//   - Read what nobody answered as a no: the pack decides on what is known.
//   - Show a screening to another shift. Whoever is held is the exception: the shift at
//     work at the point looks after them, by a code and without their name.
//   - Hold anybody, or find anything of them, because of where they have been.
//   - Let somebody be held without basis, food, water, a telephone and an hour at which
//     it is looked at again; or say whether somebody may enter.
//   - Put anything of the traveller into a signal.
//
// # Standards
//
// IHR (2005) articles 23, 30 to 32, 40, 42, 43 and 45; the packs border-screening,
// border-measures, conveyance-contacts and border-declarations, which cite theirs.
package traveller
