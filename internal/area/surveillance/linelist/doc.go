// Package linelist keeps the cases of a disease under surveillance: who is one by
// which definition, what is known of them, and where they fell ill.
//
// # Vocabulary
//
//   - Case: one person and one disease, or one illness whose cause is not known yet. A
//     case is a registered person, somebody with a name only, or somebody without one.
//   - Disease: an entry of the list of package surveillance. A virus with species has
//     one for each, and one for "not known yet".
//   - Sign: what is known of the case, kept under the place that the definition reads
//     it from ("sign:fever"), so that it stays when the definition changes.
//   - Result: of one specimen and one test. The last final one counts; all are kept.
//   - Class: what the definition in force says, by its highest row that is definite.
//     All rows that fired are kept with it, what it was decided on, when and why. It
//     follows an outbreak that is declared, changed or discarded (LookAtOutbreaks).
//   - Override: an officer's class in place of the definition's, with a reason.
//
// # Journal kinds
//
// surveillance.case is about the registered person, if there is one, and clinical.
//
// # What it must never do
//
//   - Take "does not meet the definition" for "not a case": that needs a row of its own.
//   - Read what nobody answered as a no, or a result that nobody has as negative.
//   - Lend a vaccine, a treatment or an interval of one species of a virus to another.
//   - Edit a class: a new decision is added.
//   - Show the name of a registered person to somebody who may not open that person.
//
// # Standards
//
// The case definitions are packs (case-*); WHO Outbreak Toolbox, T0 and T1, for the
// variables; IHR (2005) for why they are kept.
package linelist
