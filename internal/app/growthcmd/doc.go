// Package growthcmd is the command line of child growth, for people who have a CSV and
// no server: godwit growth zscore.
//
// A FILE is a name or "-" for standard input. The answer is the file's own columns, as
// they were written, with the scores after them. What is wrong with a cell goes to
// standard error with its line; the cell counts as not measured, the others of its row
// are answered, and the exit status is 1. Where the file cannot be read at all it is 2.
//
// It must never open a node's database: it is for files.
package growthcmd
