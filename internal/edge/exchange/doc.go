// Package exchange brings in what others publish, as they publish it.
//
// # Vocabulary
//
//   - Map: a YAML file that says what the files of a folder are: which columns they have,
//     how they write a date and a number that is not there, and what they are about.
//     Another outbreak is another map and no program (docs/examples/drc-2026.yaml).
//   - Note: a row that was skipped, or kept and doubtful, with file, row and reason.
//
// One folder is brought in by one transaction: all that can be kept of it, or nothing.
// Trying it out (dry run) does the same and takes it back. Bringing it in again changes
// nothing.
//
// # What it must never do
//
//   - Lose or put right a row without a note.
//   - Read what was not reported as zero.
//   - Guess what a name means: names that no place has wait for an officer.
//   - Guess a date: a map names the forms, and one that could be read in two ways at
//     once is refused.
package exchange
