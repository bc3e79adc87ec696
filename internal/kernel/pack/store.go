package pack

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// The journal kinds of packs.
const (
	VersionKind = "pack.version" // one version: its files, never changed
	ActKind     = "pack.act"     // what one officer did to one version
)

// Migrations are the tables that versions and acts are projected to.
func Migrations() []db.Migration {
	return []db.Migration{{Area: "pack", Number: 1, SQL: `
CREATE TABLE pack_version (
	id BLOB NOT NULL PRIMARY KEY,
	pack TEXT NOT NULL,
	version TEXT NOT NULL,
	hash TEXT NOT NULL,
	declared TEXT NOT NULL,
	shipped INTEGER NOT NULL,
	bytes BLOB NOT NULL,
	officer BLOB,
	made_at INTEGER NOT NULL
);
CREATE INDEX pack_version_pack ON pack_version (pack);
CREATE INDEX pack_version_hash ON pack_version (hash);
CREATE TABLE pack_act (
	id BLOB NOT NULL PRIMARY KEY,
	hash TEXT NOT NULL,
	act TEXT NOT NULL,
	from_day INTEGER,
	row_ids TEXT NOT NULL,
	reason TEXT NOT NULL,
	officer BLOB,
	made_at INTEGER NOT NULL
);
CREATE INDEX pack_act_hash ON pack_act (hash);
`}}
}

// Kinds are the journal kinds of this package. Every field is of an append group:
// no version and no act of an officer can take the place of another. Each node
// registers the shipped versions in documents of its own; what makes them one
// version is the hash, and acts name the hash.
func Kinds() []journal.Kind {
	return []journal.Kind{
		{Name: VersionKind, Schema: 1, Tables: []string{"pack_version"}, Project: projectVersion, Reach: journal.Everywhere,
			Groups: []journal.Group{{Name: "version", Class: journal.Append, Fields: []string{"pack", "version", "hash", "declared", "shipped", "files"}}}},
		{Name: ActKind, Schema: 1, Tables: []string{"pack_act"}, Project: projectAct, Reach: journal.Everywhere,
			Groups: []journal.Group{{Name: "act", Class: journal.Append, Fields: []string{"hash", "act", "from", "rows", "reason"}}}},
	}
}

// versionFields is a version document. Files is the gzip of the files as a JSON
// object, which is how three hundred kilobytes of lists fit into one entry.
type versionFields struct {
	Pack     string `json:"pack"`
	Version  string `json:"version"`
	Hash     string `json:"hash"`
	Declared Status `json:"declared"`
	Shipped  bool   `json:"shipped"`
	Files    string `json:"files"`
}

type actFields struct {
	Hash   string   `json:"hash"`
	Act    ActName  `json:"act"`
	From   string   `json:"from,omitempty"`
	Rows   []string `json:"rows,omitempty"`
	Reason string   `json:"reason,omitempty"`
}

func projectVersion(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM pack_version WHERE id = ?", d.ID)
		return err
	}
	var f versionFields
	if err := d.Decode(&f); err != nil {
		return err
	}
	b, err := base64.StdEncoding.DecodeString(f.Files)
	if err != nil {
		return fmt.Errorf("pack.projectVersion: %w", err)
	}
	_, err = tx.Exec(`INSERT INTO pack_version (id, pack, version, hash, declared, shipped, bytes, officer, made_at) VALUES (?,?,?,?,?,?,?,?,?)
		ON CONFLICT (id) DO UPDATE SET pack = excluded.pack, version = excluded.version, hash = excluded.hash, declared = excluded.declared,
			shipped = excluded.shipped, bytes = excluded.bytes, officer = excluded.officer, made_at = excluded.made_at`,
		d.ID, f.Pack, f.Version, f.Hash, string(f.Declared), f.Shipped, b, d.CreatedBy, d.Created)
	return err
}

func projectAct(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM pack_act WHERE id = ?", d.ID)
		return err
	}
	var f actFields
	if err := d.Decode(&f); err != nil {
		return err
	}
	var from *calendar.Day
	if f.From != "" {
		day, err := calendar.ParseDay(f.From)
		if err != nil {
			return err
		}
		from = &day
	}
	_, err := tx.Exec(`INSERT INTO pack_act (id, hash, act, from_day, row_ids, reason, officer, made_at) VALUES (?,?,?,?,?,?,?,?)
		ON CONFLICT (id) DO UPDATE SET hash = excluded.hash, act = excluded.act, from_day = excluded.from_day, row_ids = excluded.row_ids,
			reason = excluded.reason, officer = excluded.officer, made_at = excluded.made_at`,
		d.ID, f.Hash, string(f.Act), from, strings.Join(f.Rows, " "), f.Reason, d.CreatedBy, d.Created)
	return err
}

// maxStored bounds the compressed files; with the base64 around them an entry
// stays below what the journal takes.
const maxStored = 700 << 10

func packFiles(f Files) ([]byte, error) {
	text, err := json.Marshal(f)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(text); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	if b.Len() > maxStored {
		return nil, fault.New(fault.Invalid, "pack.packFiles", "packs.error.too_large")
	}
	return b.Bytes(), nil
}

func unpackFiles(b []byte) (Files, error) {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(z, 2*maxPack+1))
	if err != nil {
		return nil, err
	}
	if len(text) > 2*maxPack {
		return nil, errors.New("pack: the stored files are larger than any pack may be")
	}
	f := Files{}
	return f, json.Unmarshal(text, &f)
}

// versionRow is a version without its files.
type versionRow struct {
	id                  db.ID
	pack, version, hash string
	declared            Status
	shipped             bool
	officer             db.ID
	at                  time.Time
}

const versionColumns = "id, pack, version, hash, declared, shipped, officer, made_at"

func (v *versionRow) scan(s interface{ Scan(...any) error }) error {
	var declared string
	if err := s.Scan(&v.id, &v.pack, &v.version, &v.hash, &declared, &v.shipped, &v.officer, &v.at); err != nil {
		return err
	}
	v.declared = Status(declared)
	return nil
}

// versionRows lists versions, of one pack or (empty) of all, in the order they came.
func versionRows(tx *db.Tx, pack string) ([]versionRow, error) {
	where, args := "", []any{}
	if pack != "" {
		where, args = " WHERE pack = ?", []any{pack}
	}
	rows, err := tx.Query("SELECT "+versionColumns+" FROM pack_version"+where+" ORDER BY pack, made_at, id", args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var vs []versionRow
	for rows.Next() {
		var v versionRow
		if err := v.scan(rows); err != nil {
			return nil, err
		}
		// Of several documents with the same content the first stands for all.
		if !slices.ContainsFunc(vs, func(o versionRow) bool { return o.hash == v.hash }) {
			vs = append(vs, v)
		}
	}
	return vs, rows.Err()
}

// countVersions counts versions and what officers did to them.
func countVersions(tx *db.Tx, versions, acts *int) error {
	return tx.Row("SELECT (SELECT count(*) FROM pack_version), (SELECT count(*) FROM pack_act)").Scan(versions, acts)
}

func versionByID(tx *db.Tx, id db.ID) (versionRow, error) {
	var v versionRow
	err := v.scan(tx.Row("SELECT "+versionColumns+" FROM pack_version WHERE id = ?", id))
	if fault.Is(err, fault.NotFound) {
		return v, fault.New(fault.NotFound, "pack.versionByID", "packs.error.no_version")
	}
	return v, err
}

func filesByHash(tx *db.Tx, hash string) (Files, error) {
	var b []byte
	if err := tx.Row("SELECT bytes FROM pack_version WHERE hash = ? ORDER BY id LIMIT 1", hash).Scan(&b); err != nil {
		if fault.Is(err, fault.NotFound) {
			return nil, fault.New(fault.NotFound, "pack.filesByHash", "packs.error.no_version")
		}
		return nil, err
	}
	return unpackFiles(b)
}

// actsOf lists the acts on the versions of a pack (empty: all), by content hash.
func actsOf(tx *db.Tx, pack string) (map[string][]Act, error) {
	sql, args := "SELECT id, hash, act, from_day, row_ids, reason, officer, made_at FROM pack_act", []any{}
	if pack != "" {
		sql += " WHERE hash IN (SELECT hash FROM pack_version WHERE pack = ?)"
		args = append(args, pack)
	}
	rows, err := tx.Query(sql+" ORDER BY made_at, id", args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	acts := map[string][]Act{}
	for rows.Next() {
		var a Act
		var name, ids string
		var from *calendar.Day
		if err := rows.Scan(&a.ID, &a.Hash, &name, &from, &ids, &a.Reason, &a.By, &a.At); err != nil {
			return nil, err
		}
		a.Name, a.Rows = ActName(name), strings.Fields(ids)
		if from != nil {
			a.From = *from
		}
		acts[a.Hash] = append(acts[a.Hash], a)
	}
	return acts, rows.Err()
}
