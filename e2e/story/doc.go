// Package story is what the stories below package e2e have in common: a tab whose acts
// follow each other on one line, forms that are answered until nothing is wrong with
// them, a family and the way through its case, log-ins at a real node, and commands that
// are typed.
//
// It knows the words and fields of pages and nothing behind them. Package browser drives
// the page, package program starts the command. Only tests import it.
package story
