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
// A dimension is a code from a closed list. It must never hold a name, an id or a
// free text: a tally is read by people who may not read records. Cells smaller
// than a limit are suppressed by whoever publishes, not here. A day without a
// row is "nothing was counted", which only the reporter can tell from "zero".
package tally
