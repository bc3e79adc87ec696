package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"github.com/ncruces/go-sqlite3"
	_ "github.com/ncruces/go-sqlite3/vfs/adiantum" // the same cipher

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/key"
)

// rawRow is what the journal stores of one new document, over all its tables.
type rawRow struct {
	doc, person                           db.ID
	header, hash, payload, secret, state  []byte
	kind, site, service, code, unit, note string
	schema, day                           int64
	value                                 float64
}

// rawSide writes the same rows with nothing but prepared statements.
type rawSide struct {
	c                                 *sqlite3.Conn
	begin, commit                     *sqlite3.Stmt
	entry, secret, doc, about, record *sqlite3.Stmt
	slot                              int64
}

func newRawSide(path string) (*rawSide, error) {
	d, err := db.Open(context.Background(), db.Options{Path: path, Key: key.Plain(benchKey), Migrations: benchMigrations()})
	if err != nil {
		return nil, err
	}
	if err := d.Close(); err != nil {
		return nil, err
	}
	s := &rawSide{slot: 1 << 40}
	if s.c, err = sqlite3.Open("file:" + path + "?vfs=adiantum"); err != nil {
		return nil, err
	}
	for _, p := range []string{"hexkey='" + hex.EncodeToString(benchKey) + "'", "journal_mode=WAL", "synchronous=FULL", "temp_store=MEMORY",
		"foreign_keys=ON", "secure_delete=ON", "trusted_schema=OFF", "cache_size=-32768"} {
		if err := s.c.Exec("PRAGMA " + p); err != nil {
			return nil, err
		}
	}
	for _, p := range []struct {
		into **sqlite3.Stmt
		sql  string
	}{
		{&s.begin, "BEGIN IMMEDIATE"}, {&s.commit, "COMMIT"},
		{&s.entry, "INSERT INTO journal_entries (slot, doc, header, hash, payload) VALUES (?, ?, ?, ?, ?)"},
		{&s.secret, "INSERT INTO journal_secrets (doc, secret) VALUES (?, ?)"},
		{&s.doc, "INSERT INTO journal_documents (id, kind, schema, state, slot) VALUES (?, ?, ?, ?, ?)"},
		{&s.about, "INSERT INTO journal_about (target, doc) VALUES (?, ?)"},
		{&s.record, `INSERT INTO bench_encounter (id, person, day, site, service, code, value, unit, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`},
	} {
		if *p.into, _, err = s.c.PrepareFlags(p.sql, sqlite3.PREPARE_PERSISTENT); err != nil {
			return nil, fmt.Errorf("%s: %w", p.sql, err)
		}
	}
	return s, nil
}

func (s *rawSide) close() error {
	for _, st := range []*sqlite3.Stmt{s.begin, s.commit, s.entry, s.secret, s.doc, s.about, s.record} {
		_ = st.Close()
	}
	return s.c.Close()
}

func (s *rawSide) write(rows []rawRow, size int) error {
	for part := range slices.Chunk(rows, size) {
		if err := s.begin.Exec(); err != nil {
			return err
		}
		for i := range part {
			if err := s.row(&part[i]); err != nil {
				return err
			}
		}
		if err := s.commit.Exec(); err != nil {
			return err
		}
	}
	return nil
}

func (s *rawSide) row(r *rawRow) error {
	s.slot++
	return errors.Join(
		s.entry.BindInt64(1, s.slot), s.entry.BindBlob(2, r.doc[:]), s.entry.BindBlob(3, r.header), s.entry.BindBlob(4, r.hash), s.entry.BindBlob(5, r.payload),
		s.entry.Exec(),
		s.secret.BindBlob(1, r.doc[:]), s.secret.BindBlob(2, r.secret),
		s.secret.Exec(),
		s.doc.BindBlob(1, r.doc[:]), s.doc.BindText(2, r.kind), s.doc.BindInt64(3, r.schema), s.doc.BindBlob(4, r.state), s.doc.BindInt64(5, s.slot),
		s.doc.Exec(),
		s.about.BindBlob(1, r.person[:]), s.about.BindBlob(2, r.doc[:]),
		s.about.Exec(),
		s.record.BindBlob(1, r.doc[:]), s.record.BindBlob(2, r.person[:]), s.record.BindInt64(3, r.day), s.record.BindText(4, r.site), s.record.BindText(5, r.service),
		s.record.BindText(6, r.code), s.record.BindFloat(7, r.value), s.record.BindText(8, r.unit), s.record.BindText(9, r.note),
		s.record.Exec(),
	)
}
