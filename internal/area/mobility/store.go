package mobility

import (
	"crypto/sha256"
	"encoding/json"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// The journal kinds of this package.
const (
	kindMatrix = "mobility.matrix"
	kindRow    = "mobility.row"
)

// Kinds are this package's journal kinds. Matrices stay at the hub and where they were
// brought in: they are large, and a post needs none.
func Kinds() []journal.Kind {
	reg := func(name string, fields ...string) journal.Group {
		return journal.Group{Name: name, Class: journal.Register, Fields: fields}
	}
	return append([]journal.Kind{
		{Name: kindMatrix, Schema: 1, Tables: []string{"mobility_matrix"}, Project: projectMatrix, Reach: journal.UpOnly,
			Groups: []journal.Group{reg("matrix", "code", "name", "measure", "per", "unlisted", "fewer", "from", "to", "source", "licence", "limits")}},
		{Name: kindRow, Schema: 1, Tables: []string{"mobility_row"}, Project: projectRow, Reach: journal.UpOnly,
			Groups: []journal.Group{reg("row", "matrix", "from", "cells")}},
		assumptionsKind(),
	}, watchKinds()...)
}

// Migrations are this package's tables.
func Migrations() []db.Migration {
	return []db.Migration{{Area: "mobility", Number: 1, SQL: `
CREATE TABLE mobility_matrix (id BLOB NOT NULL PRIMARY KEY, site TEXT NOT NULL, code TEXT NOT NULL, measure TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX mobility_matrix_code ON mobility_matrix (code);
CREATE TABLE mobility_row (id BLOB NOT NULL PRIMARY KEY, matrix TEXT NOT NULL, origin TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX mobility_row_matrix ON mobility_row (matrix, origin);
`}, {Area: "mobility", Number: 2, SQL: assumptionsSQL}, {Area: "mobility", Number: 3, SQL: watchSQL}}
}

// idOf is the document of something that has a key of its own.
func idOf(kind string, key ...string) db.ID {
	h := sha256.Sum256([]byte(kind + "\x1f" + strings.Join(key, "\x1f")))
	var id db.ID
	copy(id[:], h[:])
	id[6], id[8] = 0x80|id[6]&0x0f, 0x80|id[8]&0x3f // RFC 9562, version 8
	return id
}

func projectMatrix(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM mobility_matrix WHERE id = ?", d.ID)
		return err
	}
	var m Matrix
	body, err := decoded(d, &m)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO mobility_matrix (id, site, code, measure, body) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET site = excluded.site, code = excluded.code, measure = excluded.measure, body = excluded.body`, d.ID, d.Site, m.Code, string(m.Measure), body)
	return err
}

func projectRow(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM mobility_row WHERE id = ?", d.ID)
		return err
	}
	var r Row
	body, err := decoded(d, &r)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO mobility_row (id, matrix, origin, body) VALUES (?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET matrix = excluded.matrix, origin = excluded.origin, body = excluded.body`, d.ID, r.Matrix, r.From, body)
	return err
}

// decoded reads a document into v and gives it as the body of its row.
func decoded(d *journal.Doc, v any) (string, error) {
	if err := d.Decode(v); err != nil {
		return "", err
	}
	b, err := json.Marshal(v)
	return string(b), err
}

func matrices(tx *db.Tx) (out []Matrix, err error) {
	rows, err := tx.Query("SELECT site, body FROM mobility_matrix ORDER BY measure, code, id")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		m, err := scanMatrix(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, rows.Err()
}

func scanMatrix(scan func(...any) error) (m Matrix, err error) {
	var body string
	if err := scan(&m.Site, &body); err != nil {
		return m, err
	}
	return m, fault.Wrap("mobility.scanMatrix", json.Unmarshal([]byte(body), &m))
}

func matrixOf(tx *db.Tx, code string) (Matrix, error) {
	return scanMatrix(tx.Row("SELECT site, body FROM mobility_matrix WHERE code = ? ORDER BY id LIMIT 1", code).Scan)
}

// tableOf reads a matrix with its rows, or, where origins are given, with theirs. A row
// that reads as one of before is not decoded again: nobody changes what is in it.
func (v *views) tableOf(tx *db.Tx, code string, origins ...string) (t Table, err error) {
	if t.Matrix, err = matrixOf(tx, code); err != nil {
		return t, err
	}
	sql, args := "SELECT body FROM mobility_row WHERE matrix = ?", []any{code}
	if len(origins) > 0 {
		sql += " AND origin IN (?" + strings.Repeat(", ?", len(origins)-1) + ")"
		for _, o := range origins {
			args = append(args, o)
		}
	}
	rows, err := tx.Query(sql+" ORDER BY origin", args...)
	if err != nil {
		return t, err
	}
	defer rows.Close()
	t.Rows = map[string]map[string]*float64{}
	all := sha256.New()
	for rows.Next() {
		var body string
		if err := rows.Scan(&body); err != nil {
			return t, err
		}
		key := sha256.Sum256([]byte(body))
		all.Write(key[:])
		r, err := v.rows.get(key, func() (r Row, err error) { return r, json.Unmarshal([]byte(body), &r) })
		if err != nil {
			return t, fault.Wrap("mobility.tableOf", err)
		}
		t.Rows[r.From] = r.Cells
	}
	t.text = [32]byte(all.Sum(nil))
	return t, rows.Err()
}

// originsOf are the origins of a matrix, in order.
func originsOf(tx *db.Tx, code string) (out []string, err error) {
	rows, err := tx.Query("SELECT origin FROM mobility_row WHERE matrix = ? ORDER BY origin", code)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var o string
		if err := rows.Scan(&o); err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, rows.Err()
}

// countOrigins counts how many of some places are origins of a matrix.
func countOrigins(tx *db.Tx, code string, places []string) (n int, err error) {
	if len(places) == 0 {
		return 0, nil
	}
	args := []any{code}
	for _, p := range places {
		args = append(args, p)
	}
	err = tx.Row("SELECT count(*) FROM mobility_row WHERE matrix = ? AND origin IN (?"+strings.Repeat(", ?", len(places)-1)+")", args...).Scan(&n)
	return n, err
}
