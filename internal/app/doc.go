// Package app is the composition root: the only package that knows every area.
//
// Open builds a node from a folder: key, database with every area's migrations,
// journal with every area's kinds, access, packs, pages, services and routes.
// Serve runs it on a listener until its context ends and loses nothing when it
// does. The command, the tests and the demo all start the same Node.
//
// It holds no rule and no SQL. Words of its own: a node is one installation in
// one folder; a demo is a node whose folder carries the demo's mark.
package app
