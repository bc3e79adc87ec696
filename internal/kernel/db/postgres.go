package db

import (
	"context"
	"encoding/binary"
	"errors"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// maxPoolConns is the pool's size unless the URL says pool_max_conns. Half of the
// connections may write, so that readers never wait for writers.
const maxPoolConns = 16

// pgStore is the PostgreSQL side of the seam.
type pgStore struct {
	pool    *pgxpool.Pool
	replica *pgxpool.Pool // nil where there is none
	writers chan struct{}
	sqls    sync.Map // portable SQL → numbered SQL
	shapes  sync.Map // portable SQL → *shape
	types   sync.Map // table → its columns' types
	ver     string
	closed  atomic.Bool
}

func openPostgres(ctx context.Context, o Options) (*pgStore, error) {
	cfg, err := pgxpool.ParseConfig(o.URL)
	if err != nil {
		return nil, fault.Field("db.Open", "url", "db.bad_url") // no cause: it quotes the password
	}
	if cfg.MaxConns == pgDefaultConns() {
		cfg.MaxConns = maxPoolConns
	}
	cfg.MaxConns = max(cfg.MaxConns, 2)
	cfg.ConnConfig.StatementCacheCapacity = stmtCacheSize
	reconnects(cfg.ConnConfig)
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, mapped("db.Open", err)
	}
	s := &pgStore{pool: pool, writers: make(chan struct{}, cfg.MaxConns/2)}
	if s.replica, err = replicaOf(ctx, o); err != nil {
		pool.Close()
		return nil, err
	}
	err = s.read(ctx, func(tx *Tx) error { return tx.Row("SHOW server_version").Scan(&s.ver) })
	if err != nil {
		_ = s.close()
		return nil, fault.Wrap("db.Open", err)
	}
	return s, nil
}

// pgDefaultConns is what ParseConfig takes when the URL does not say.
func pgDefaultConns() int32 {
	c, err := pgxpool.ParseConfig("")
	if err != nil {
		return 0
	}
	return c.MaxConns
}

func (s *pgStore) close() error {
	if !s.closed.Swap(true) {
		s.pool.Close()
		if s.replica != nil {
			s.replica.Close()
		}
	}
	return nil
}

func (s *pgStore) read(ctx context.Context, fn func(*Tx) error) error {
	if s.closed.Load() {
		return fault.New(fault.Unavailable, "db.Read", "db.closed")
	}
	pt, err := s.begin(ctx, "db.Read", snapshot)
	if err != nil {
		return err
	}
	return s.readIn(ctx, pt, fn)
}

// snapshot is what a Read sees.
var snapshot = pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}

func (s *pgStore) readIn(ctx context.Context, pt pgx.Tx, fn func(*Tx) error) error {
	tx := &Tx{ctx: ctx, s: &pgSession{s: s, tx: pt, ctx: ctx}, engine: Postgres}
	defer func() {
		tx.closed = true
		_ = pt.Rollback(context.WithoutCancel(ctx))
	}()
	return mapped("db.Read", tx.outcome(fn(tx)))
}

// patience is how long a change is tried again that loses against others.
const patience = 15 * time.Second

// write retries what lost against another transaction. Transactions are
// serializable, as SQLite's are by having one writer: a function that looked
// before it wrote may rely on what it saw.
func (s *pgStore) write(ctx context.Context, fn func(*Tx) error) error {
	if s.closed.Load() {
		return fault.New(fault.Unavailable, "db.Write", "db.closed")
	}
	select {
	case s.writers <- struct{}{}:
		defer func() { <-s.writers }()
	case <-ctx.Done():
		return mapped("db.Write", ctx.Err())
	}
	start := time.Now()
	for try := 0; ; try++ {
		err := s.writeOnce(ctx, fn)
		lost := isLost(err)
		if !lost && !wantsRetry(err) {
			return err
		}
		// Of those that lose against each other one always wins: who loses often waits
		// for a quieter moment, on a busy machine for many, before a user hears of it.
		switch {
		case time.Since(start) <= patience:
		case lost:
			return err
		case try >= maxRetries*2:
			return gaveUp(err)
		}
		if err := pause(ctx, "db.Write", try); err != nil {
			return err
		}
	}
}

func (s *pgStore) writeOnce(ctx context.Context, fn func(*Tx) error) error {
	pt, err := s.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.Serializable})
	if err != nil {
		return mapped("db.Write", err)
	}
	var h hooks
	session := &pgSession{s: s, tx: pt, ctx: ctx}
	tx := &Tx{ctx: ctx, s: session, hooks: &h, engine: Postgres, write: true}
	committed := false
	defer func() { // also when fn panics
		tx.closed = true
		if !committed {
			_ = session.settle()
			_ = pt.Rollback(context.WithoutCancel(ctx))
			h.rollback(mark{})
		}
	}()
	if err = tx.outcome(fn(tx)); err == nil {
		if err = h.runBefore(tx); err == nil {
			err = tx.failed
		}
	}
	if err == nil {
		if late := session.settle(); late != nil {
			err = tx.fail(mapped("db.Exec", late))
		}
	}
	if err != nil {
		if tx.failed != nil && isLost(tx.failed) { // whatever the function made of it
			return tx.failed
		}
		return mapped("db.Write", err)
	}
	// Once sent, a commit is waited for: the answer must be true.
	if err := pt.Commit(context.WithoutCancel(ctx)); err != nil {
		return notCommitted(err)
	}
	committed = true
	h.done()
	return nil
}

// exclusive lets one process at a time run fn. The lock is of a session and not of
// a transaction, since a serializable one takes its snapshot before it gets a lock.
func (s *pgStore) exclusive(ctx context.Context, fn func() error) error {
	c, err := s.pool.Acquire(ctx)
	if err != nil {
		return mapped("db.Migrate", err)
	}
	defer c.Release()
	const lock = 113728124578164 // "godwit" in ASCII
	if _, err := c.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(lock)); err != nil {
		return mapped("db.Migrate", err)
	}
	defer func() { _, _ = c.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", int64(lock)) }()
	return fn()
}

func (s *pgStore) script(tx *Tx, sql string) error {
	ps := tx.s.(*pgSession)
	if err := ps.settle(); err != nil {
		return tx.fail(mapped("db.Migrate", err))
	}
	if _, err := ps.tx.Exec(tx.ctx, forPostgres(sql), pgx.QueryExecModeSimpleProtocol); err != nil {
		return tx.fail(mapped("db.Migrate", err))
	}
	return nil
}

func (s *pgStore) hasTable(tx *Tx, name string) (bool, error) {
	var is bool
	err := tx.Row("SELECT to_regclass(?) IS NOT NULL", name).Scan(&is)
	return is, err
}

// scrub rewrites every table of ours; the server's own log and its backups are
// beyond it (docs/operations.md says what to do about them).
func (s *pgStore) scrub(ctx context.Context) error {
	_, err := s.pool.Exec(ctx, "VACUUM (FULL)")
	return mapped("db.Scrub", err)
}

func (s *pgStore) info(ctx context.Context, i *Info) error {
	i.Version = s.ver
	return s.read(ctx, func(tx *Tx) error {
		return tx.Row("SELECT pg_database_size(current_database())").Scan(&i.Bytes)
	})
}

// pgSession is one PostgreSQL transaction.
type pgSession struct {
	s   *pgStore
	tx  pgx.Tx
	ctx context.Context

	gathers bool
	queue   []waiting
	sent    chan error // a batch that is with the server; the connection is its
}

func (p *pgSession) sql(q string) string {
	if n, ok := p.s.sqls.Load(q); ok {
		return n.(string)
	}
	n := numbered(q)
	p.s.sqls.Store(q, n)
	return n
}

func pgArgs(args []any) ([]any, error) {
	out := make([]any, len(args))
	for i, a := range args {
		c, err := toCell(a)
		if err != nil {
			return nil, err
		}
		out[i] = c.value()
	}
	return out, nil
}

func pgValues(cells []cell) []any {
	out := make([]any, len(cells))
	for i := range cells {
		out[i] = cells[i].value()
	}
	return out
}

// value is what the driver takes.
func (c *cell) value() any {
	switch c.kind {
	case integer:
		return c.i
	case real:
		return c.f
	case text:
		return c.s
	case blob:
		return c.b
	}
	return nil
}

func (p *pgSession) exec(sql string, args []any) (int64, error) {
	if p.gathers {
		return 0, p.wait(sql, args)
	}
	a, err := pgArgs(args)
	if err == nil {
		err = p.settle()
	}
	if err != nil {
		return 0, err
	}
	tag, err := p.tx.Exec(p.ctx, p.sql(sql), a...)
	return tag.RowsAffected(), err
}

// query reads all rows at once: a connection serves one statement at a time, and
// an area may run another while it walks the rows of the first.
func (p *pgSession) query(sql string, args []any) (cursor, error) {
	if p.concerns(sql, args) {
		if err := p.flush(); err != nil {
			return nil, err
		}
	}
	a, err := pgArgs(args)
	if err == nil {
		err = p.settle()
	}
	if err != nil {
		return nil, err
	}
	rows, err := p.tx.Query(p.ctx, p.sql(sql), a...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	c := &pgCursor{at: -1, fields: append([]pgconn.FieldDescription(nil), rows.FieldDescriptions()...)}
	for rows.Next() {
		for _, raw := range rows.RawValues() {
			if raw == nil {
				c.cells = append(c.cells, span{-1, -1})
				continue
			}
			from := len(c.data)
			c.data = append(c.data, raw...)
			c.cells = append(c.cells, span{from, len(c.data)})
		}
		c.rows++
	}
	c.fields = append(c.fields[:0], rows.FieldDescriptions()...)
	return c, rows.Err()
}

// stream leaves the rows with the server until they are asked for.
func (p *pgSession) stream(sql string, args []any) (cursor, error) {
	if err := p.flush(); err != nil {
		return nil, err
	}
	a, err := pgArgs(args)
	if err == nil {
		err = p.settle()
	}
	if err != nil {
		return nil, err
	}
	rows, err := p.tx.Query(p.ctx, p.sql(sql), a...)
	if err != nil {
		return nil, err
	}
	return &pgStream{rows}, nil
}

type pgStream struct{ rows pgx.Rows }

func (c *pgStream) next() bool        { return c.rows.Next() }
func (c *pgStream) width() int        { return len(c.rows.FieldDescriptions()) }
func (c *pgStream) name(i int) string { return c.rows.FieldDescriptions()[i].Name }
func (c *pgStream) close() error      { c.rows.Close(); return c.rows.Err() }

func (c *pgStream) cell(i int, out *cell) error {
	raw := c.rows.RawValues()[i]
	if raw == nil {
		out.kind = null
		return nil
	}
	return pgCell(raw, &c.rows.FieldDescriptions()[i], out)
}

type span struct{ from, to int }

// pgCursor walks rows in memory, still as the server sent them.
type pgCursor struct {
	fields []pgconn.FieldDescription
	cells  []span
	data   []byte
	rows   int
	at     int
}

func (c *pgCursor) next() bool        { c.at++; return c.at < c.rows }
func (c *pgCursor) width() int        { return len(c.fields) }
func (c *pgCursor) name(i int) string { return c.fields[i].Name }
func (c *pgCursor) close() error      { return nil }

func (c *pgCursor) cell(i int, out *cell) error {
	at := c.cells[c.at*len(c.fields)+i]
	if at.from < 0 {
		out.kind = null
		return nil
	}
	return pgCell(c.data[at.from:at.to], &c.fields[i], out)
}

// pgCell reads one value as the server sent it.
func pgCell(raw []byte, f *pgconn.FieldDescription, out *cell) error {
	if f.Format != pgtype.BinaryFormatCode {
		out.kind, out.b = text, raw
		return nil
	}
	switch f.DataTypeOID {
	case pgtype.Int8OID:
		out.kind, out.i = integer, int64(binary.BigEndian.Uint64(raw))
	case pgtype.Int4OID:
		out.kind, out.i = integer, int64(int32(binary.BigEndian.Uint32(raw)))
	case pgtype.Int2OID:
		out.kind, out.i = integer, int64(int16(binary.BigEndian.Uint16(raw)))
	case pgtype.BoolOID:
		out.kind, out.i = integer, int64(raw[0])
	case pgtype.Float8OID:
		out.kind, out.f = real, math.Float64frombits(binary.BigEndian.Uint64(raw))
	case pgtype.Float4OID:
		out.kind, out.f = real, float64(math.Float32frombits(binary.BigEndian.Uint32(raw)))
	case pgtype.ByteaOID:
		out.kind, out.b = blob, raw
	case pgtype.NumericOID:
		return numeric(raw, out)
	default:
		out.kind, out.b = text, raw
	}
	return nil
}

// numeric serves sum(), which widens on PostgreSQL: a whole number is an integer
// again, as on SQLite.
func numeric(raw []byte, out *cell) error {
	var n pgtype.Numeric
	plan := pgtype.NumericCodec{}.PlanScan(nil, pgtype.NumericOID, pgtype.BinaryFormatCode, &n)
	if plan == nil {
		return errors.New("no plan for numeric")
	}
	if err := plan.Scan(raw, &n); err != nil {
		return err
	}
	if i, err := n.Int64Value(); err == nil && i.Valid {
		out.kind, out.i = integer, i.Int64
		return nil
	}
	f, err := n.Float64Value()
	out.kind, out.f = real, f.Float64
	return err
}
