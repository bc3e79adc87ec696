package db

import (
	"context"
	"fmt"
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// session is one open transaction of one engine.
type session interface {
	exec(sql string, args []any) (int64, error)
	query(sql string, args []any) (cursor, error)
	stream(sql string, args []any) (cursor, error)
}

// cursor walks the rows of one query. A cell's bytes are valid until next.
type cursor interface {
	next() bool
	width() int
	name(i int) string
	cell(i int, c *cell) error
	close() error // and the error that ended the rows early, if one did
}

// Tx is a transaction: all that an area ever sees of the database. It is for the
// goroutine that got it and ends when the function it was given to returns. A
// failed statement ends it too: the function returns the error.
type Tx struct {
	ctx    context.Context
	s      session
	hooks  *hooks
	engine Engine
	write  bool
	closed bool
	failed error

	gathers bool // statements wait for each other (Gather)

	// panicked takes the panic of a hook to the goroutine that called Write; nil
	// if that is the goroutine the hook runs in.
	panicked func(value any)
}

// Context is the context of the Read or Write.
func (tx *Tx) Context() context.Context { return tx.ctx }

// Engine says which database this is, for the few places that must know.
func (tx *Tx) Engine() Engine { return tx.engine }

// Writable reports whether this is the Tx of a Write.
func (tx *Tx) Writable() bool { return tx.write }

// Exec runs a statement that returns no rows and answers how many it changed.
func (tx *Tx) Exec(sql string, args ...any) (int64, error) {
	if err := tx.usable("db.Exec"); err != nil {
		return 0, err
	}
	n, err := tx.s.exec(sql, args)
	if err != nil {
		return 0, tx.fail(mapped("db.Exec", err))
	}
	return n, nil
}

// Query runs a statement that returns rows. The caller closes them.
func (tx *Tx) Query(sql string, args ...any) (*Rows, error) {
	if err := tx.usable("db.Query"); err != nil {
		return nil, err
	}
	c, err := tx.s.query(sql, args)
	if err != nil {
		return nil, tx.fail(mapped("db.Query", err))
	}
	return &Rows{tx: tx, c: c}, nil
}

// Stream is Query for a walk over very many rows, which it does not hold in
// memory. No other statement of tx may run until the rows are closed.
func (tx *Tx) Stream(sql string, args ...any) (*Rows, error) {
	if err := tx.usable("db.Stream"); err != nil {
		return nil, err
	}
	c, err := tx.s.stream(sql, args)
	if err != nil {
		return nil, tx.fail(mapped("db.Stream", err))
	}
	return &Rows{tx: tx, c: c}, nil
}

// Row runs a query of which only the first row matters. Its error, and
// fault.NotFound when there is no row, come with Scan.
func (tx *Tx) Row(sql string, args ...any) *Row {
	rows, err := tx.Query(sql, args...)
	return &Row{rows: rows, err: err}
}

// Exists reports whether a query answers a row.
func (tx *Tx) Exists(sql string, args ...any) (bool, error) {
	rows, err := tx.Query(sql, args...)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	return rows.Next(), rows.Err()
}

func (tx *Tx) usable(op string) error {
	if tx.closed {
		return &fault.Error{Code: fault.Internal, Op: op, Key: "db.internal", Err: fmt.Errorf("transaction used after its function returned")}
	}
	if tx.failed != nil {
		return fault.Wrap(op+" after a failed statement", tx.failed)
	}
	return nil
}

// fail remembers that a statement failed. PostgreSQL refuses the rest of such a
// transaction, so SQLite does as well: a function that passes over an error would
// otherwise work on one and not on the other. What may exist already is inserted
// with ON CONFLICT.
func (tx *Tx) fail(err error) error {
	if tx.failed == nil {
		tx.failed = err
	}
	return err
}

// outcome is the function's error, or the one that it passed over.
func (tx *Tx) outcome(err error) error {
	if err == nil {
		return tx.failed
	}
	return err
}

// OnCommit runs f once what this Tx wrote is durable. Several may be given; they
// run in order. They must not fail and must not use tx.
func (tx *Tx) OnCommit(f func()) {
	if tx.hooks != nil {
		tx.hooks.committed = append(tx.hooks.committed, hook{f, tx.panicked})
	}
}

// OnRollback runs f when what this Tx wrote is undone, latest first: its function
// failed, or the commit did. It is for memory that must follow the database.
func (tx *Tx) OnRollback(f func()) {
	if tx.hooks != nil {
		tx.hooks.undo = append(tx.hooks.undo, hook{f, tx.panicked})
	}
}

// BeforeCommit runs f just before the commit, once for each key in a commit,
// however many functions share it: what has to be written once for all of them.
// A failing f fails the whole commit; wrapped in Retry, everything runs again.
func (tx *Tx) BeforeCommit(key any, f func(tx *Tx) error) {
	if tx.hooks == nil || slices.ContainsFunc(tx.hooks.before, func(b before) bool { return b.key == key }) {
		return
	}
	tx.hooks.before = append(tx.hooks.before, before{key, f})
}

// Purge asks that what this transaction overwrites or deletes does not stay behind
// in SQLite's write-ahead log: the log is emptied after the commit, or, while a
// long read still needs it, after a later one. PostgreSQL's log is its keeper's.
func (tx *Tx) Purge() {
	if tx.hooks != nil {
		tx.hooks.purge = true
	}
}

// hook is a function to run when a transaction has ended.
type hook struct {
	f        func()
	panicked func(value any)
}

func (h hook) run() {
	if h.panicked != nil {
		defer func() {
			if v := recover(); v != nil {
				h.panicked(v)
			}
		}()
	}
	h.f()
}

type before struct {
	key any
	f   func(tx *Tx) error
}

// hooks of one commit, which several functions may share.
type hooks struct {
	before    []before
	committed []hook
	undo      []hook
	purge     bool
}

// mark remembers a place to which rollback returns.
type mark struct{ before, committed, undo int }

func (h *hooks) mark() mark { return mark{len(h.before), len(h.committed), len(h.undo)} }

func (h *hooks) rollback(m mark) {
	for i := len(h.undo) - 1; i >= m.undo; i-- {
		h.undo[i].run()
	}
	h.before, h.committed, h.undo = h.before[:m.before], h.committed[:m.committed], h.undo[:m.undo]
}

func (h *hooks) done() {
	for _, f := range h.committed {
		f.run()
	}
	*h = hooks{}
}

func (h *hooks) runBefore(tx *Tx) error {
	for i := 0; i < len(h.before); i++ {
		if err := h.before[i].f(tx); err != nil {
			return err
		}
	}
	return nil
}

// Rows are the answer to a Query.
type Rows struct {
	tx     *Tx
	c      cursor
	err    error
	closed bool
}

// Next steps to the next row and reports whether there is one.
func (r *Rows) Next() bool {
	if r.closed || r.err != nil {
		return false
	}
	if r.c.next() {
		return true
	}
	r.Close()
	return false
}

// Columns names the columns.
func (r *Rows) Columns() []string {
	names := make([]string, r.c.width())
	for i := range names {
		names[i] = r.c.name(i)
	}
	return names
}

// Scan copies the row into targets: *int64, *int, *float64, *string, *[]byte,
// *bool, *ID, *calendar.Day, *time.Time, *any, pointers to pointers of these for
// what may be NULL, and named types made of them.
func (r *Rows) Scan(targets ...any) error {
	if r.closed {
		return &fault.Error{Code: fault.Internal, Op: "db.Scan", Key: "db.internal", Err: fmt.Errorf("scan without a row")}
	}
	if n := r.c.width(); n != len(targets) {
		return &fault.Error{Code: fault.Internal, Op: "db.Scan", Key: "db.internal", Err: fmt.Errorf("%d columns into %d targets", n, len(targets))}
	}
	var c cell
	for i, t := range targets {
		if err := r.c.cell(i, &c); err != nil {
			return mapped("db.Scan", err)
		}
		if err := c.scan(t); err != nil {
			return fault.Wrap("db.Scan "+r.c.name(i), err)
		}
	}
	return nil
}

// Err is the error that ended Next, if one did.
func (r *Rows) Err() error { return r.err }

// IDs reads the first column of all rows that are left, which are ids, and closes
// them.
func (r *Rows) IDs() ([]ID, error) {
	defer r.Close()
	var out []ID
	for r.Next() {
		var id ID
		if err := r.Scan(&id); err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, r.Err()
}

// Close lets go of the rows. It may be called twice.
func (r *Rows) Close() error {
	if r.closed {
		return r.err
	}
	r.closed = true
	if err := r.c.close(); err != nil {
		r.err = r.tx.fail(mapped("db.Rows", err))
	}
	return r.err
}

// Row is the answer to Tx.Row.
type Row struct {
	rows *Rows
	err  error
}

// Scan copies the row into targets, or answers fault.NotFound.
func (r *Row) Scan(targets ...any) error {
	if r.err != nil {
		return r.err
	}
	defer r.rows.Close()
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return err
		}
		return fault.New(fault.NotFound, "db.Row", "db.not_found")
	}
	return r.rows.Scan(targets...)
}
