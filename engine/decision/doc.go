// Package decision decides by tables that know the unknown.
//
// A protocol is a set of decision tables over declared facts, with dated rows,
// dated lists and dated parameters (design, section 5). Compile checks it, Decide
// evaluates it.
package decision
