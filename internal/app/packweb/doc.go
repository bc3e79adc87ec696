// Package packweb is the packs workbench in the browser: which packs a node has,
// what each version says and by which source, whether its cases pass, and what
// officers do to it (approve, activate, stop).
//
// Everything is read from and done by pack.Registry, which checks rights; the
// pages only hide what a user may not do anyway. What is recalled carries the
// word "unconfirmed", never a colour alone. Texts of the linter are English: they
// are for the author of a pack.
//
// It must never show a pack as in force that is not, nor fill in an officer's
// decision: no date, row or reason is there before the officer typed it. What a
// first officer asked for stands above the form of the second.
package packweb
