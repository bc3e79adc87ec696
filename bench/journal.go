package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/key"
)

// The journal's budget (design, section 10): append with projection against the
// same rows into the same tables and indexes by prepared statements, same driver,
// same cipher, same durability, without chain, version check or projection code.
//
// Both sides write the same documents in one run, turn by turn, each to its own
// file, and the medians are compared. The raw side gets the very rows that the
// journal made, read back from a third file.

// journalSizes are changes a commit, with the share of the raw rate that the
// budget asks for (0: none).
var journalSizes = []struct {
	size    int
	commits int // a turn
	budget  float64
}{{1, 150, 0.75}, {16, 30, 0}, {128, 8, 0.85}}

const journalTurns = 25

// benchTables is a projected table as an area would have it: a key, three
// indexed columns, text.
const benchTables = `
CREATE TABLE bench_encounter (
	id BLOB PRIMARY KEY, person BLOB NOT NULL, day INTEGER NOT NULL, site TEXT NOT NULL,
	service TEXT NOT NULL, code TEXT NOT NULL, value REAL, unit TEXT, note TEXT
);
CREATE INDEX bench_encounter_person ON bench_encounter (person, day);
CREATE INDEX bench_encounter_day ON bench_encounter (site, day);`

// encounter is what the projection reads.
type encounter struct {
	Day     calendar.Day `json:"day"`
	Service string       `json:"service"`
	Code    string       `json:"code"`
	Value   float64      `json:"value"`
	Unit    string       `json:"unit"`
	Note    string       `json:"note"`
}

func benchKind() journal.Kind {
	return journal.Kind{
		Name: "bench.encounter", Schema: 1, Tables: []string{"bench_encounter"},
		Groups: []journal.Group{
			{Name: "act", Class: journal.Append, Fields: []string{"day", "service", "performer"}},
			{Name: "result", Class: journal.Safety, Fields: []string{"code", "value", "unit"}},
			{Name: "note", Class: journal.Register, Fields: []string{"note"}},
		},
		Project: func(tx *db.Tx, d *journal.Doc) error {
			var e encounter
			if err := d.Decode(&e); err != nil {
				return err
			}
			_, err := tx.Exec(`INSERT INTO bench_encounter (id, person, day, site, service, code, value, unit, note)
				VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET person = excluded.person, day = excluded.day,
				site = excluded.site, service = excluded.service, code = excluded.code, value = excluded.value, unit = excluded.unit,
				note = excluded.note`, d.ID, d.Subject, e.Day, d.Site, e.Service, e.Code, e.Value, e.Unit, e.Note)
			return err
		},
	}
}

// benchChange is one change with a payload of about 300 bytes.
func benchChange(n int, people []db.ID, actor db.ID) journal.Change {
	note := "Cough for three weeks, no fever, weight stable; sputum taken and sent, told to come back with the result on Thursday. "
	return journal.Change{
		Kind: "bench.encounter", Doc: db.NewID(), Subject: people[n*7919%len(people)], Site: "centre-1", Programme: "assessment",
		Sensitivity: journal.Clinical, Purpose: "assessment",
		Fields: map[string]any{
			"day": 20000 + n%700, "service": "laboratory", "performer": actor, "code": fmt.Sprintf("LOINC %d-4", 10000+n%9000),
			"value": float64(n%900) / 10, "unit": "mg/dL", "note": note + strings.Repeat("x", n%20),
		},
	}
}

// benchJournal prints the journal's ratios.
func benchJournal(w io.Writer) error {
	dir, err := os.MkdirTemp("", "godwit-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fmt.Fprintf(w, "journal append with projection / raw prepared inserts, encrypted, synchronous=FULL, %d turns each, medians\n", journalTurns)
	fmt.Fprintf(w, "%8s %12s %12s %8s %8s %11s %11s %8s\n", "commit", "journal/s", "raw/s", "ratio", "budget", "journal µs", "raw µs", "CPU")
	for _, s := range journalSizes {
		r, err := journalRatio(dir, s.size, s.commits)
		if err != nil {
			return err
		}
		budget := "-"
		if s.budget > 0 {
			budget = fmt.Sprintf("%.0f %%", 100*s.budget)
		}
		fmt.Fprintf(w, "%8d %12.0f %12.0f %6.0f %% %8s %11.1f %11.1f %6.0f %%\n", s.size, r.journal.rate, r.raw.rate, 100*r.ratio,
			budget, r.journal.cpu, r.raw.cpu, 100*r.raw.cpu/r.journal.cpu)
	}
	return groupCommit(w, dir)
}

// sample is one turn, or the median of turns.
type sample struct {
	rate float64 // changes a second
	cpu  float64 // microseconds of processor time a change
}

type ratio struct {
	journal, raw sample
	ratio        float64 // median of the turns' own ratios
}

func journalRatio(dir string, size, commits int) (ratio, error) {
	ctx := context.Background()
	j, err := newJournalSide(filepath.Join(dir, fmt.Sprintf("journal-%d.db", size)))
	if err != nil {
		return ratio{}, err
	}
	defer j.close()
	r, err := newRawSide(filepath.Join(dir, fmt.Sprintf("raw-%d.db", size)))
	if err != nil {
		return ratio{}, err
	}
	defer r.close()
	var js, rs []sample
	var ratios []float64
	for turn := range journalTurns + 2 {
		rows, err := j.prepare(ctx, dir, size*commits)
		if err != nil {
			return ratio{}, err
		}
		var a, b sample
		runs := []func() error{
			func() (err error) {
				a, err = timed(size*commits, func() error { return j.write(ctx, size) })
				return err
			},
			func() (err error) {
				b, err = timed(size*commits, func() error { return r.write(rows, size) })
				return err
			},
		}
		if turn%2 == 1 {
			slices.Reverse(runs)
		}
		for _, run := range runs {
			if err := run(); err != nil {
				return ratio{}, err
			}
		}
		if turn < 2 {
			continue // both sides warm up
		}
		js, rs, ratios = append(js, a), append(rs, b), append(ratios, a.rate/b.rate)
	}
	return ratio{medianSample(js), medianSample(rs), medianRate(ratios)}, nil
}

func timed(n int, f func() error) (sample, error) {
	cpu, start := processTime(), time.Now()
	err := f()
	wall, used := time.Since(start), processTime()-cpu
	return sample{float64(n) / wall.Seconds(), float64(used.Microseconds()) / float64(n)}, err
}

func medianRate(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}

func medianSample(s []sample) sample {
	var rates, cpus []float64
	for _, x := range s {
		rates, cpus = append(rates, x.rate), append(cpus, x.cpu)
	}
	return sample{medianRate(rates), medianRate(cpus)}
}

// journalSide writes through the journal.
type journalSide struct {
	d       *db.DB
	j       *journal.Journal
	by      journal.Author
	people  []db.ID
	changes []journal.Change
	n       int
}

var benchKey = bytes.Repeat([]byte{7}, key.Size)

func benchMigrations() []db.Migration {
	return append(journal.Migrations(), db.Migration{Area: "bench", Number: 1, SQL: benchTables})
}

func newJournalSide(path string) (*journalSide, error) {
	d, err := db.Open(context.Background(), db.Options{Path: path, Key: key.Plain(benchKey), Migrations: benchMigrations()})
	if err != nil {
		return nil, err
	}
	j, err := journal.New(journal.Options{DB: d, Kinds: []journal.Kind{benchKind()}})
	s := &journalSide{d: d, j: j, by: journal.Author{User: db.NewID()}}
	for range 5000 {
		s.people = append(s.people, db.NewID())
	}
	return s, err
}

func (s *journalSide) close() { s.d.Close() }

// prepare makes the next n changes, and their rows by a journal of its own.
func (s *journalSide) prepare(ctx context.Context, dir string, n int) ([]rawRow, error) {
	s.changes = s.changes[:0]
	for range n {
		s.changes = append(s.changes, benchChange(s.n, s.people, s.by.User))
		s.n++
	}
	path := filepath.Join(dir, "rows.db")
	defer func() {
		for _, ext := range []string{"", "-wal", "-shm"} {
			_ = os.Remove(path + ext)
		}
	}()
	m, err := newJournalSide(path)
	if err != nil {
		return nil, err
	}
	defer m.close()
	m.changes, m.by = s.changes, s.by
	if err := m.write(ctx, n); err != nil {
		return nil, err
	}
	return m.rows(ctx)
}

func (s *journalSide) write(ctx context.Context, size int) error {
	for part := range slices.Chunk(s.changes, size) {
		if err := s.d.Write(ctx, func(tx *db.Tx) error { return s.j.Append(tx, s.by, part...) }); err != nil {
			return err
		}
	}
	return nil
}

// rows reads back what the journal wrote, document by document.
func (s *journalSide) rows(ctx context.Context) ([]rawRow, error) {
	var out []rawRow
	err := s.d.Read(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query(`SELECT e.doc, e.header, e.hash, e.payload, s.secret, d.kind, d.schema, d.state,
			b.person, b.day, b.site, b.service, b.code, b.value, b.unit, b.note
			FROM journal_entries e JOIN journal_secrets s ON s.doc = e.doc JOIN journal_documents d ON d.id = e.doc
			JOIN bench_encounter b ON b.id = e.doc ORDER BY e.slot`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var r rawRow
			if err := rows.Scan(&r.doc, &r.header, &r.hash, &r.payload, &r.secret, &r.kind, &r.schema, &r.state,
				&r.person, &r.day, &r.site, &r.service, &r.code, &r.value, &r.unit, &r.note); err != nil {
				return err
			}
			out = append(out, r)
		}
		return rows.Err()
	})
	if err == nil && len(out) > 0 && !json.Valid(out[0].payload) {
		err = fmt.Errorf("bench: the journal did not keep the payload")
	}
	return out, err
}

// groupCommit shows what callers gain who write at the same time.
func groupCommit(w io.Writer, dir string) error {
	s, err := newJournalSide(filepath.Join(dir, "group.db"))
	if err != nil {
		return err
	}
	defer s.close()
	const n = 4000
	for _, callers := range []int{1, 16, 128} {
		s.changes = s.changes[:0]
		for i := range n {
			s.changes = append(s.changes, benchChange(i, s.people, s.by.User))
		}
		got, err := timed(n, func() error { return s.concurrent(callers) })
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "  %3d callers, one change each a Write: %6.0f changes/s, %.0f µs CPU each\n", callers, got.rate, got.cpu)
	}
	return nil
}

func (s *journalSide) concurrent(callers int) error {
	next := make(chan journal.Change)
	errs := make(chan error, callers)
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for c := range next {
				if err := s.d.Write(context.Background(), func(tx *db.Tx) error { return s.j.Append(tx, s.by, c) }); err != nil {
					errs <- err
					return
				}
			}
			errs <- nil
		})
	}
	for _, c := range s.changes {
		next <- c
	}
	close(next)
	wg.Wait()
	for range callers {
		if err := <-errs; err != nil {
			return err
		}
	}
	return nil
}
