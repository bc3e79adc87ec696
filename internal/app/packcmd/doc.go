// Package packcmd is the command line of protocol packs: godwit pack list, lint,
// test, explain, mutate, import-dmn, export-dmn, and godwit dmn test.
//
// A PACK is the name of a shipped pack, which is embedded, or a folder. A name
// without a path separator that is shipped means the shipped one; ./NAME is the
// folder.
//
// Each use case is a method of Env that writes to Env.Out and answers the exit
// status: 0 when all is well, 1 when something was checked and found wanting (a
// failing case, a linter error), 2 when it could not be checked at all. Commands
// and DMN are the same as kong structs for cmd/godwit.
//
// The command must never change a pack in the folder it reads, nor open a node's
// database: it is for authors, on files.
package packcmd
