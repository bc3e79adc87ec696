// Package tally keeps counts up to date on write, so that a dashboard over a
// hundred million screenings reads a few rows.
//
// A count has a counter's name ("border.screened"), a day, and values of its
// dimensions in a fixed order (site, sex, age band). Add changes it inside the
// transaction that changes what is counted: both are there or neither.
//
// Counts are kept by lane (see package journal) and summed on read. Transactions
// of a hub that run beside each other have different lanes, so they never wait
// for one row; and since a lane's counts follow from the lane's entries alone,
// counts from several installations add up without counting twice.
//
// # What is counted again
//
// A projection (journal.Kind.Project) may run again for the same document: after a
// change, a rebuild, or when the document leaves a node. It must add what the document
// says now less what it said before, which it reads from its own row before it writes
// it; and Kind.Remove takes all of it back.
//
// # Reading at size
//
// Sum reads every combination of a counter on the days that it is asked for, SumUnder
// those under some first dimensions. So a counter whose dimensions are many (hour, age
// group) begins with the place that a page is about; and beside it stands a counter of
// few combinations for the page about all places.
//
// A dimension is a code from a closed list. It must never hold a name, an id or a
// free text: a tally is read by people who may not read records. Cells smaller
// than a limit are suppressed by whoever publishes, not here. A day without a
// row is "nothing was counted", which only the reporter can tell from "zero".
package tally
