package journal

import (
	"bytes"
	"context"
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// RebuildReport is what Rebuild did and found.
type RebuildReport struct {
	Entries   int64
	Documents int64
	Tables    []TableReport
}

// Same reports whether every table holds what it held before.
func (r RebuildReport) Same() bool {
	return !slices.ContainsFunc(r.Tables, func(t TableReport) bool { return !t.Same() })
}

// TableReport compares one table before and after.
type TableReport struct {
	Table         string
	Before, After int64 // rows
	Missing       int64 // documents whose rows were missing before
	Stray         int64 // documents that had rows and have none now
	Changed       int64 // documents whose rows differ
}

// Same reports whether the table holds what it held before.
func (t TableReport) Same() bool { return t.Missing == 0 && t.Stray == 0 && t.Changed == 0 }

// rebuildPage is how many documents are rebuilt between two looks at the context.
const rebuildPage = 200

// Rebuild empties every projected table, merges and projects all documents again
// from the journal, and compares the tables with what they held. It is one
// transaction: readers see the old rows until it is done, writers wait, and a
// cancelled context leaves everything as it was.
func (j *Journal) Rebuild(ctx context.Context, progress func(done, total int64)) (RebuildReport, error) {
	if progress == nil {
		progress = func(int64, int64) {}
	}
	var report RebuildReport
	err := j.db.Write(ctx, func(tx *db.Tx) error {
		report = RebuildReport{}
		if tx.Engine() == db.Postgres {
			// Before the first SELECT, so that the snapshot is taken with the lock held.
			if _, err := tx.Exec("LOCK TABLE journal_heads, journal_entries, journal_documents IN EXCLUSIVE MODE"); err != nil {
				return err
			}
		}
		if err := j.clear(ctx, tx); err != nil {
			return err
		}
		if err := j.projectAll(ctx, tx, &report, progress); err != nil {
			return err
		}
		return j.compareAll(ctx, tx, &report)
	})
	return report, fault.Wrap("journal.Rebuild", err)
}

// tables lists every table that is projected, each once, in order.
func (j *Journal) tables() []string {
	all := []string{"journal_documents", "journal_reviews", "journal_acts", "journal_pairs", "journal_about"}
	for _, k := range j.kinds {
		all = append(all, k.Tables...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (j *Journal) clear(ctx context.Context, tx *db.Tx) error {
	for _, k := range j.kinds {
		if k.Remove == nil {
			continue
		}
		err := eachID(ctx, tx, "SELECT id FROM journal_documents WHERE id > ? AND kind = ? ORDER BY id LIMIT ?", []any{k.Name},
			func(id db.ID) error { return k.Remove(tx, id) })
		if err != nil {
			return err
		}
	}
	for _, t := range j.tables() {
		if _, err := tx.Exec("DELETE FROM " + t); err != nil {
			return err
		}
	}
	return nil
}

// eachID walks ids by pages. sql takes the last id, args, and the page's size.
func eachID(ctx context.Context, tx *db.Tx, sql string, args []any, f func(db.ID) error) error {
	var last []byte = make([]byte, 16)
	for {
		if err := ctx.Err(); err != nil {
			return &fault.Error{Code: fault.Unavailable, Op: "journal.Rebuild", Key: "db.cancelled", Err: err}
		}
		ids, err := idPage(tx, sql, append(append([]any{last}, args...), rebuildPage))
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := f(id); err != nil {
				return err
			}
		}
		if len(ids) < rebuildPage {
			return nil
		}
		last = ids[len(ids)-1][:]
	}
}

func idPage(tx *db.Tx, sql string, args []any) ([]db.ID, error) {
	rows, err := tx.Query(sql, args...)
	if err != nil {
		return nil, err
	}
	return rows.IDs()
}

func (j *Journal) projectAll(ctx context.Context, tx *db.Tx, r *RebuildReport, progress func(done, total int64)) error {
	var total int64
	if err := tx.Row("SELECT count(*) FROM journal_entries").Scan(&total); err != nil {
		return err
	}
	progress(0, total)
	sql := "SELECT DISTINCT doc FROM journal_entries WHERE doc > ? ORDER BY doc LIMIT ?"
	err := eachID(ctx, tx, sql, nil, func(id db.ID) error {
		entries, err := j.History(tx, id)
		if err != nil {
			return err
		}
		r.Entries += int64(len(entries))
		if made, err := j.projectAgain(tx, id, entries); err != nil {
			return err
		} else if made {
			r.Documents++
		}
		progress(r.Entries, total)
		return nil
	})
	return err
}

// projectAgain makes one document from its entries; an erased one makes nothing.
func (j *Journal) projectAgain(tx *db.Tx, id db.ID, entries []Entry) (bool, error) {
	changes := mergeable(entries)
	if len(changes) == 0 {
		return false, nil
	}
	d := &document{k: j.kind(changes[0].Kind), isNew: true}
	d.s = fold(d.k, changes)
	if err := j.slotFor(tx, d, changes); err != nil {
		return false, err
	}
	return true, j.save(tx, id, d)
}

// CatchUp merges and projects again the documents of kinds that this program
// knows at another schema than the last one did, or that it did not know. The
// program calls it once after an upgrade has opened the database.
func (j *Journal) CatchUp(ctx context.Context) error {
	if err := j.fillAbout(ctx); err != nil {
		return fault.Wrap("journal.CatchUp", err)
	}
	for _, name := range j.kindNames() {
		k := j.kinds[name]
		err := j.db.Write(ctx, func(tx *db.Tx) error {
			var schema int64
			err := tx.Row("SELECT schema FROM journal_kinds WHERE name = ?", name).Scan(&schema)
			if err != nil && !fault.Is(err, fault.NotFound) || err == nil && schema == int64(k.Schema) {
				return err
			}
			return j.catchUp(ctx, tx, k)
		})
		if err != nil {
			return fault.Wrap("journal.CatchUp "+name, err)
		}
	}
	return nil
}

func (j *Journal) kindNames() []string {
	names := make([]string, 0, len(j.kinds))
	for n := range j.kinds {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

func (j *Journal) catchUp(ctx context.Context, tx *db.Tx, k *kindInfo) error {
	sql := "SELECT id FROM journal_documents WHERE id > ? AND kind = ? AND schema <> ? ORDER BY id LIMIT ?"
	err := eachID(ctx, tx, sql, []any{k.Name, int64(k.Schema)}, func(id db.ID) error {
		d, err := j.lockDocument(tx, id)
		if err != nil {
			return err
		}
		if err := j.refold(tx, id, d); err != nil {
			return err
		}
		return j.save(tx, id, d)
	})
	if err != nil {
		return err
	}
	_, err = tx.Exec("INSERT INTO journal_kinds (name, schema) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET schema = excluded.schema",
		k.Name, int64(k.Schema))
	return err
}

// compareAll compares each table in this transaction with what readers still see.
func (j *Journal) compareAll(ctx context.Context, tx *db.Tx, r *RebuildReport) error {
	return j.db.Read(ctx, func(old *db.Tx) error {
		for _, t := range j.tables() {
			col, err := docColumn(tx, t)
			if err != nil {
				return err
			}
			report, err := compareTable(old, tx, t, col)
			if err != nil {
				return fault.Wrap("journal.Rebuild "+t, err)
			}
			r.Tables = append(r.Tables, report)
		}
		return nil
	})
}

func compareTable(old, now *db.Tx, table, col string) (TableReport, error) {
	r := TableReport{Table: table}
	a, err := openWalk(old, table, col)
	if err != nil {
		return r, err
	}
	defer a.rows.Close()
	b, err := openWalk(now, table, col)
	if err != nil {
		return r, err
	}
	defer b.rows.Close()
	for {
		if a.err != nil || b.err != nil {
			return r, cmpErr(a.err, b.err)
		}
		switch {
		case a.done && b.done:
			r.Before, r.After = a.count, b.count
			return r, nil
		case b.done || !a.done && bytes.Compare(a.key, b.key) < 0:
			r.Stray++
			a.next()
		case a.done || bytes.Compare(a.key, b.key) > 0:
			r.Missing++
			b.next()
		default:
			if !slices.EqualFunc(a.group, b.group, bytes.Equal) {
				r.Changed++
			}
			a.next()
			b.next()
		}
	}
}

func cmpErr(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// walk goes through a table document by document.
type walk struct {
	rows  *db.Rows
	keyAt int
	cells []any
	into  []any
	ahead []byte // key of the row that was read ahead
	row   []byte
	more  bool

	key   []byte   // of the document at hand
	group [][]byte // its rows, sorted
	count int64
	done  bool
	err   error
}

func openWalk(tx *db.Tx, table, col string) (*walk, error) {
	rows, err := tx.Stream("SELECT * FROM " + table + " ORDER BY " + col)
	if err != nil {
		return nil, err
	}
	names := rows.Columns()
	w := &walk{rows: rows, keyAt: slices.Index(names, col), cells: make([]any, len(names)), into: make([]any, len(names))}
	for i := range w.cells {
		w.into[i] = &w.cells[i]
	}
	w.read()
	w.next()
	return w, nil
}

// read reads one row ahead.
func (w *walk) read() {
	w.more = w.rows.Next()
	if !w.more {
		w.err = w.rows.Err()
		return
	}
	if w.err = w.rows.Scan(w.into...); w.err != nil {
		w.more = false
		return
	}
	w.count++
	w.row = nil
	for _, c := range w.cells {
		w.row = appendCell(w.row, c)
	}
	w.ahead = appendCell(nil, w.cells[w.keyAt])
}

// next gathers the rows of the next document.
func (w *walk) next() {
	if !w.more {
		w.done = true
		return
	}
	w.key, w.group = w.ahead, nil
	for w.more && bytes.Equal(w.ahead, w.key) {
		w.group = append(w.group, w.row)
		w.read()
	}
	slices.SortFunc(w.group, bytes.Compare)
}
