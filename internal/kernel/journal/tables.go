package journal

import "github.com/godwit-health/godwit/internal/kernel/db"

// Migrations are the journal's tables.
//
// An entry's slot is its local origin number, shifted left by 40 bits, and its
// sequence number: one integer that is unique, ascends within an origin, and is
// the row's key, so that a fork cannot be stored and no second index is needed.
//
// A document of one entry has no state of its own: journal_documents.slot says
// which entry it is. That is most documents for good, and a third of the space.
func Migrations() []db.Migration {
	return []db.Migration{{Area: "journal", Number: 1, SQL: `
CREATE TABLE journal_installation (
	one  INTEGER PRIMARY KEY CHECK (one = 1),
	id   BLOB NOT NULL,
	made INTEGER NOT NULL
);
CREATE TABLE journal_heads (
	no           INTEGER PRIMARY KEY,
	installation BLOB NOT NULL,
	lane         INTEGER NOT NULL,
	seq          INTEGER NOT NULL,
	hash         BLOB NOT NULL,
	hlc          INTEGER NOT NULL,
	holder       BLOB,
	expires      INTEGER,
	UNIQUE (installation, lane)
);
CREATE TABLE journal_entries (
	slot       INTEGER PRIMARY KEY,
	doc        BLOB NOT NULL,
	header     BLOB NOT NULL,
	hash       BLOB NOT NULL,
	payload    BLOB,
	commitment BLOB
);
CREATE INDEX journal_entries_doc ON journal_entries (doc);
CREATE TABLE journal_secrets (
	doc    BLOB PRIMARY KEY,
	secret BLOB
) WITHOUT ROWID;
CREATE TABLE journal_documents (
	id     BLOB PRIMARY KEY,
	kind   TEXT NOT NULL,
	schema INTEGER NOT NULL,
	state  BLOB NOT NULL
);
CREATE TABLE journal_reviews (
	doc      BLOB NOT NULL,
	topic    TEXT NOT NULL,
	kind     TEXT NOT NULL,
	opened   INTEGER NOT NULL,
	resolved INTEGER,
	PRIMARY KEY (doc, topic, opened)
) WITHOUT ROWID;
CREATE INDEX journal_reviews_open ON journal_reviews (resolved, opened);
CREATE TABLE journal_kinds (
	name   TEXT PRIMARY KEY,
	schema INTEGER NOT NULL
);
CREATE TABLE journal_erasures (
	doc     BLOB PRIMARY KEY,
	erasure BLOB NOT NULL,
	at      INTEGER NOT NULL
) WITHOUT ROWID;
`}, {Area: "journal", Number: 2, SQL: `
CREATE TABLE journal_acts (
	doc     BLOB PRIMARY KEY,
	subject BLOB NOT NULL,
	day     INTEGER NOT NULL,
	source  TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX journal_acts_day ON journal_acts (subject, day);
CREATE TABLE journal_pairs (
	doc     BLOB NOT NULL,
	other   BLOB NOT NULL,
	kind    TEXT NOT NULL,
	subject BLOB NOT NULL,
	day     INTEGER NOT NULL,
	opened  INTEGER NOT NULL,
	PRIMARY KEY (doc, other)
) WITHOUT ROWID;
CREATE INDEX journal_pairs_day ON journal_pairs (subject, day);
`}, {Area: "journal", Number: 3, SQL: `
ALTER TABLE journal_documents ADD COLUMN slot INTEGER;
`}, {Area: "journal", Number: 4, SQL: travelTables}, {Area: "journal", Number: 5, SQL: `
ALTER TABLE journal_feed_cursors ADD COLUMN walked INTEGER;
`}, {Area: "journal", Number: 6, SQL: renamedTable}, {Area: "journal", Number: 7, SQL: heldTable}, {Area: "journal", Number: 8, SQL: bareTable}, {Area: "journal", Number: 9, SQL: dateTable}, {Area: "journal", Number: 10, SQL: lentColumns}, {Area: "journal_storage", Number: 1, Postgres: frozenEarly}}
}

// frozenEarly tells PostgreSQL that entries are written once: they are frozen soon
// after, a few at a time, and not all in one night when their transaction numbers run
// out. docs/adr/0020-hub-on-postgresql.md says why the table is not partitioned by time.
const frozenEarly = `ALTER TABLE journal_entries SET (autovacuum_freeze_min_age = 0,
	autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02)`

const slotBits = 40

func slotOf(no int64, seq uint64) int64 { return no<<slotBits | int64(seq) }

func slotSeq(slot int64) uint64 { return uint64(slot) & maxSeq }

// travelTables are for what goes from journal to journal: what a document is about,
// what is here of an origin that is not here whole, and the feeds.
const travelTables = `
CREATE TABLE journal_about (
	target BLOB NOT NULL,
	doc    BLOB NOT NULL,
	PRIMARY KEY (target, doc)
) WITHOUT ROWID;
CREATE INDEX journal_about_doc ON journal_about (doc);
CREATE TABLE journal_more_secrets (
	doc    BLOB NOT NULL,
	secret BLOB NOT NULL,
	PRIMARY KEY (doc, secret)
) WITHOUT ROWID;
ALTER TABLE journal_entries ADD COLUMN prev BLOB;
CREATE TABLE journal_feeds (
	no     INTEGER PRIMARY KEY,
	id     BLOB NOT NULL UNIQUE,
	seq    INTEGER NOT NULL,
	hash   BLOB NOT NULL
);
CREATE TABLE journal_feed_items (
	feed INTEGER NOT NULL,
	seq  INTEGER NOT NULL,
	op   INTEGER NOT NULL,
	slot INTEGER,
	doc  BLOB,
	hash BLOB,
	PRIMARY KEY (feed, seq)
) WITHOUT ROWID;
CREATE TABLE journal_parts (
	n    INTEGER PRIMARY KEY,
	slot INTEGER NOT NULL
);
CREATE TABLE journal_feed_docs (
	feed    INTEGER NOT NULL,
	doc     BLOB NOT NULL,
	carried INTEGER NOT NULL,
	PRIMARY KEY (feed, doc)
) WITHOUT ROWID;
CREATE TABLE journal_feed_subjects (
	feed    INTEGER NOT NULL,
	subject BLOB NOT NULL,
	why     TEXT NOT NULL,
	since   INTEGER NOT NULL,
	until   INTEGER,
	PRIMARY KEY (feed, subject)
) WITHOUT ROWID;
CREATE TABLE journal_feed_cursors (
	feed INTEGER NOT NULL,
	no   INTEGER NOT NULL,
	seq  INTEGER NOT NULL,
	PRIMARY KEY (feed, no)
) WITHOUT ROWID;
CREATE TABLE journal_taken (
	feed BLOB PRIMARY KEY,
	seq  INTEGER NOT NULL,
	hash BLOB NOT NULL,
	at   INTEGER NOT NULL
) WITHOUT ROWID;
`
