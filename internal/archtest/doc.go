// Package archtest holds the house together: it reads every Go file of the
// repository and reports an import, a file or a function that stands where
// docs/design says it must not. Its own test plants violations and checks that
// each is found.
//
// What it enforces: who may import whom (rules.go); engines without I/O, clock
// or database; in an area, SQL only in store files, HTTP only in web files, and
// rules files without context, clock, SQL or HTTP; a doc.go in every package;
// files and functions of a length one person can hold in mind.
package archtest
