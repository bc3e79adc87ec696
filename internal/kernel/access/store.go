package access

import "github.com/godwit-health/godwit/internal/kernel/db"

// Migrations are the tables of this package.
//
// access_user, access_glass and access_account are projected from the journal. The rest stays
// on this installation and never enters the journal: password hashes (a stolen
// laptop must not carry the hashes of every colleague in the world), sessions,
// failed log-ins, and the stream of who looked.
func Migrations() []db.Migration {
	return []db.Migration{{Area: "access", Number: 1, SQL: tables}, {Area: "access", Number: 2, SQL: accountTables}, {Area: "access", Number: 3, SQL: slotColumn}, {Area: "access", Number: 4, SQL: openedTable}}
}

const tables = `
CREATE TABLE access_user (
	id          BLOB NOT NULL PRIMARY KEY,
	login       TEXT NOT NULL,
	name        TEXT NOT NULL,
	roles       TEXT NOT NULL,
	sites       TEXT NOT NULL,
	programmes  TEXT NOT NULL,
	sensitivity TEXT NOT NULL,
	locale      TEXT NOT NULL,
	disabled    INTEGER NOT NULL,
	disputed    INTEGER NOT NULL,
	created     INTEGER NOT NULL
);
CREATE INDEX access_user_login ON access_user (login);

CREATE TABLE access_password (
	usr        BLOB NOT NULL PRIMARY KEY,
	hash       TEXT NOT NULL,
	generation INTEGER NOT NULL,
	temporary  INTEGER NOT NULL,
	changed    INTEGER NOT NULL
);

CREATE TABLE access_secret (
	name  TEXT NOT NULL PRIMARY KEY,
	value BLOB NOT NULL
);

CREATE TABLE access_session (
	token   TEXT NOT NULL PRIMARY KEY,
	data    BLOB NOT NULL,
	expires INTEGER NOT NULL
);
CREATE INDEX access_session_expires ON access_session (expires);

CREATE TABLE access_attempt (
	key      TEXT NOT NULL PRIMARY KEY,
	failures INTEGER NOT NULL,
	last     INTEGER NOT NULL,
	until    INTEGER NOT NULL
);

CREATE TABLE access_read (
	chain     INTEGER NOT NULL,
	seq       INTEGER NOT NULL,
	at        INTEGER NOT NULL,
	usr       BLOB,
	subject   BLOB,
	act       TEXT NOT NULL,
	purpose   TEXT NOT NULL,
	what      TEXT NOT NULL,
	recipient TEXT NOT NULL,
	shown     BLOB NOT NULL,
	hash      BLOB NOT NULL,
	PRIMARY KEY (chain, seq)
);
CREATE INDEX access_read_subject ON access_read (subject, at);
CREATE INDEX access_read_usr ON access_read (usr, at);
CREATE INDEX access_read_at ON access_read (at);

CREATE TABLE access_read_shown (
	subject BLOB NOT NULL,
	chain   INTEGER NOT NULL,
	seq     INTEGER NOT NULL,
	PRIMARY KEY (subject, chain, seq)
);

CREATE TABLE access_read_head (
	chain INTEGER NOT NULL PRIMARY KEY,
	seq   INTEGER NOT NULL,
	hash  BLOB NOT NULL
);

CREATE TABLE access_glass (
	id       BLOB NOT NULL PRIMARY KEY,
	usr      BLOB NOT NULL,
	subject  BLOB NOT NULL,
	reason   TEXT NOT NULL,
	site     TEXT NOT NULL,
	opened   INTEGER NOT NULL,
	until    INTEGER NOT NULL,
	reviewer BLOB,
	reviewed INTEGER,
	finding  TEXT NOT NULL,
	note     TEXT NOT NULL
);
CREATE INDEX access_glass_usr ON access_glass (usr, until);
CREATE INDEX access_glass_open ON access_glass (reviewed, opened);
`
