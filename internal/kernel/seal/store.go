package seal

import (
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

const (
	leafKind = "seal.leaf"
	keyKind  = "seal.key"
)

// Kinds are the journal kinds of this package: leaves, which say nothing, and the public keys
// of users, which are about staff and say no room.
func Kinds() []journal.Kind {
	return []journal.Kind{
		{Name: leafKind, Schema: 1, Tables: []string{"seal_leaf"}, Project: projectLeaf},
		{Name: keyKind, Schema: 1, Tables: []string{"seal_key"}, Project: projectKey, Groups: []journal.Group{
			{Name: "key", Class: journal.Register, Fields: []string{"user", "public"}}}},
	}
}

// Migrations are the tables of this package. seal_own stays on this installation, as the
// hashes of passwords do.
func Migrations() []db.Migration {
	return []db.Migration{{Area: "seal", Number: 1, SQL: `
CREATE TABLE seal_leaf (id BLOB NOT NULL PRIMARY KEY, site TEXT NOT NULL, body BLOB NOT NULL);
CREATE INDEX seal_leaf_site ON seal_leaf (site, id);
CREATE TABLE seal_key (id BLOB NOT NULL PRIMARY KEY, usr BLOB NOT NULL, public BLOB NOT NULL);
CREATE INDEX seal_key_usr ON seal_key (usr, id);
CREATE TABLE seal_own (
	usr BLOB NOT NULL PRIMARY KEY, public BLOB NOT NULL, wrapped BLOB NOT NULL, paper BLOB NOT NULL,
	memory INTEGER NOT NULL, passes INTEGER NOT NULL, threads INTEGER NOT NULL
);
`}}
}

func projectLeaf(tx *db.Tx, d *journal.Doc) error {
	items := d.SealedItems()
	if d.Error || len(items) == 0 {
		_, err := tx.Exec("DELETE FROM seal_leaf WHERE id = ?", d.ID)
		return err
	}
	// A leaf is written once. Should a second item come under its id, the first is the leaf:
	// items stand in one order everywhere.
	_, err := tx.Exec("INSERT INTO seal_leaf (id, site, body) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET site = excluded.site, body = excluded.body",
		d.ID, d.Site, items[0].Sealed)
	return err
}

func projectKey(tx *db.Tx, d *journal.Doc) error {
	var k struct {
		User   db.ID  `json:"user"`
		Public []byte `json:"public"`
	}
	if err := d.Decode(&k); err != nil {
		return err
	}
	if d.Error || len(k.Public) == 0 {
		_, err := tx.Exec("DELETE FROM seal_key WHERE id = ?", d.ID)
		return err
	}
	_, err := tx.Exec("INSERT INTO seal_key (id, usr, public) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET usr = excluded.usr, public = excluded.public", d.ID, k.User, k.Public)
	return err
}

// leafIDs lists every leaf that is here: which of them are of whose room, nothing here says.
func leafIDs(tx *db.Tx) (out []db.ID, err error) {
	rows, err := tx.Query("SELECT id FROM seal_leaf ORDER BY id")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id db.ID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, rows.Err()
}

func leafBody(tx *db.Tx, id db.ID) (body []byte, err error) {
	err = tx.Row("SELECT body FROM seal_leaf WHERE id = ?", id).Scan(&body)
	return body, err
}

// publics are the public keys of a user, the newest last: one an installation where they have
// a password, and those that were renewed.
func publics(tx *db.Tx, user db.ID) (out [][]byte, err error) {
	rows, err := tx.Query("SELECT public FROM seal_key WHERE usr = ? ORDER BY id", user)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var p []byte
		if err := rows.Scan(&p); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, rows.Err()
}
