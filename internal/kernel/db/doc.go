// Package db is the one seam between Godwit and its two databases: a node's
// encrypted SQLite file and a hub's PostgreSQL.
//
// # What an area sees
//
// Read gives a function one snapshot; Write gives it a transaction that is
// durable when Write returns nil. Both pass a Tx, which has Exec, Query and Row,
// and nothing else of the database is ever visible. Statements are portable SQL:
// `?` for arguments; columns BLOB, INTEGER, TEXT and REAL; INSERT … ON CONFLICT;
// RETURNING; LIKE and range searches, which tell upper from lower case. Text
// compares byte by byte. Ids are 16-byte BLOBs, booleans 0 or 1, days an INTEGER
// since 1970-01-01, instants an INTEGER of microseconds UTC.
//
// The zero ID and the zero time.Time are stored as NULL. NULL comes out only into
// a target that can say "none" (a pointer, ID, time.Time, []byte, any); into a
// string, a number or a bool it is an error, so that nothing unknown becomes a
// zero or a "no". A failed statement ends the transaction on both engines.
//
// A Write's function may run more than once (a lost race, a rolled-back group):
// it must have no effect but through its Tx. Memory that must follow the database
// uses OnCommit, OnRollback and BeforeCommit. Neither Read nor Write may be
// called inside a Read or Write. PostgreSQL's rows are held in memory, so a walk
// over a whole table goes by pages (WHERE id > ? ORDER BY id LIMIT ?).
//
// What the engines do differently and portable SQL therefore spells out: where
// NULL stands in an order (NULLS FIRST or LAST), and the escape character of LIKE
// (ESCAPE '\\'). Text holds no NUL character.
//
// # SQLite
//
// The file is encrypted with Adiantum in 4 KiB blocks, write-ahead log included;
// temporary tables stay in memory. The log is synced at every commit
// (synchronous=FULL): with NORMAL a power cut loses commits that were
// acknowledged. One goroutine writes. Callers that arrive while it commits share
// the next commit, each from a savepoint of its own so that one that fails leaves
// the others whole. Tables are STRICT. SQLite before 3.51.3 is refused
// (sqlite.org/wal.html, the WAL-reset bug).
//
// Which key a file is under is found by deciphering its first page, or the log when
// a cut tore that page, before SQLite sees it: with a wrong key SQLite would throw
// the log away. Rekey writes the database anew under another key while it is open;
// a provider that may be between two keys is a key.Rotating.
//
// Adiantum hides content, and does not prove that a page was not put back to an
// earlier state (its README says so); the journal's chain does that.
//
// # PostgreSQL
//
// Writes are serializable transactions that run again when they lose a race, and when
// the connection breaks before they commit: several servers may stand in the address,
// and the one that takes writes is found again. A commit that gets no answer is told
// as db.unknown_outcome and never tried again. Several processes may have one database
// open; Lease shares out what one of them is enough for. Gather sends statements that
// return nothing together. ReadStale may ask a replica.
//
// Migrations are translated (BLOB to BYTEA, INTEGER to BIGINT, REAL to DOUBLE
// PRECISION, TEXT to the C collation, WITHOUT ROWID dropped).
//
// # Migrations
//
// Each area numbers its own, 1, 2, 3 …, each applied in a transaction of its own
// and recorded with its hash. A database with a migration that the program does
// not know was written by a newer program and is refused unchanged; so is one
// whose old migration reads differently now.
//
// # What it must never do
//
// Put a key or a value into an error or a log, write anything unencrypted of a
// node's data to disk, or acknowledge what is not durable.
package db
