// Package vaccinecmd is the command line of the vaccine engine, for people who have
// supporting data and no server: godwit vaccine test, forecast, compare and import-cdsi.
//
// --data is a folder of CDSi supporting data (XML), or a folder that import-cdsi wrote,
// of which the version installed last is used; --dir is the folder of a node on which
// import-cdsi --dir installed one.
//
// Exit status: 0 done and nothing found, 1 done and cases failed, 2 could not be done.
//
// It must never open a node's database or write a person's data anywhere but to
// standard output.
package vaccinecmd
