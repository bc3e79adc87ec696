// Package count counts what was done for whom, as it is written, so that reports and
// dashboards of a programme read tallies and never a record.
//
// # Vocabulary
//
//   - Contact: an encounter that ended, by its pack and code.
//   - Person: somebody with at least one contact in a week or a month, counted once in
//     it: for a site and for all, for the encounters of each pack and for any.
//   - Test: a result that was recorded, by its form; a correction is none of its own.
//   - Registered: a person who was registered.
//
// Each is told apart by sex, age, pregnancy at that contact, disability (the Washington
// Group's cut-off) and status. What is not known is "u" and stands beside the others:
// it is never spread over them.
//
// # How
//
// Counting wraps the projections of the kinds that are counted: what counts a document is
// in the transaction that writes it, also when it comes by sync, and a migration has what
// is in the journal already projected once more. programme_counted holds one row a
// counted document, so that a change, a removal or another birth date takes back exactly
// what it counted. Who is the first contact of a person's period is the one of the
// smallest day and id, so that installations with the same entries count the same.
//
// # What it must never do
//
//   - Put a name, an id or a free text into a tally.
//   - Count what is sealed: nobody outside its team may learn that it is there.
package count
