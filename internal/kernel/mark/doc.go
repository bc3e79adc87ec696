// Package mark puts the mark of an exercise into every file that an installation of an
// exercise gives out, and looks for it in every file that any installation takes.
//
// # The rule
//
// In a table (CSV, XLSX) every line, the head too, begins with a cell that is the word
// EXERCISE and nothing else. In JSON the object has a member of that name. A line at the
// top would be gone as soon as somebody sorts the rows or pastes some of them elsewhere;
// a cell in each row goes where the row goes. The word is one word in every language: it
// is read by programs, and the banner on the pages says the rest.
//
// What is given out in another form is stopped, unless it is of those that hold no text
// of their own or are sealed (sealed), so that a new way out cannot forget the mark.
//
// # What it must never do
//
//   - Let a file of an exercise be taken as real because somebody moved its columns, saved
//     it in another format or kept some of its rows: one cell anywhere is enough.
//   - Let a table of real people into an exercise, where nobody guards it: there every
//     line has to carry the mark.
//
// ADR 0028.
package mark
