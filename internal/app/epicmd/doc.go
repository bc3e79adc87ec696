// Package epicmd is the command line of the epidemiological methods, for people who
// have a CSV and no server: godwit epi detect, rt, cfr, growth, prop and si.
//
// A FILE is a name or "-" for standard input. The answer is CSV, or with --json a JSON
// array, on standard output; a number that does not exist is an empty cell or null, and
// the column state says why. What is wrong with the input goes to standard error.
//
// A series with a row that cannot be read is left out and the others are answered:
// exit status 1. Where nothing can be answered, or a parameter is wrong, it is 2.
//
// Parameters have the names of the papers and of the reference programs, and their
// defaults. One that the method does not use is refused and never passed over.
//
// It must never open a node's database: it is for files.
package epicmd
