// Package app is the composition root: the only package that knows every area.
//
// A Host has a folder: its lock, its keys and the pages that need no database. It
// starts locked, and opens the Node when somebody logs in. Open builds a node from a
// folder: key, database with every area's migrations,
// journal with every area's kinds, access, packs, pages, services and routes.
// Serve runs it on a listener until its context ends and loses nothing when it
// does. The command, the tests and the demo all start the same Node.
//
// A hub on a database server has no folder: its host opens the database at once, and
// shares it with other processes (server.go, docs/adr/0020-hub-on-postgresql.md).
//
// It holds no rule and no SQL. docs/adr/0015-locked-start.md says how a host opens,
// follows the accounts and replaces the data key. Words of its own: a node is one installation in
// one folder; a demo is a node whose folder carries the demo's mark.
package app
