// Package dmn reads, evaluates and writes decision tables in the XML of OMG DMN,
// versions 1.1 to 1.6, in the subset that docs/dmn.md lists.
//
//   - Read makes a Model; Model.Evaluate evaluates it by DMN's own rules, in
//     which null is a value and a test on null fails. That is a mode of its own:
//     packs reason with the unknown instead (package decision).
//   - RunTCK runs test cases of the DMN Technology Compatibility Kit.
//   - Import turns a model into tables of a pack, Export the other way.
//
// # Vocabulary
//
// A Model has input data and decisions. A decision is a decision table or a
// literal expression, and may require inputs and other decisions. A Datum is a
// result: a value, a list, a context (named parts), or null.
//
// # What it must never do
//
// Guess at what it does not support: an element or expression outside the subset
// is an error with its line and column. Input is limited in size, depth and
// number of elements; document types and entities are refused. No I/O but the
// reader or file system it is handed.
package dmn
