// Package matchcmd is the command line of record linkage, for people who have a CSV
// and no server: godwit match dedupe and link.
//
// The answer is a CSV of pairs: the two ids, the probability that they are one person,
// and the weight of each field in bits. It is written beside its name and moved there
// when it is whole, so that a run that was stopped leaves what was there before. The
// files hold names and birth dates: nothing of a cell is ever said in a message.
//
// It must never merge anything, compute nothing of its own, and never open a node's
// database: it is for files.
package matchcmd
