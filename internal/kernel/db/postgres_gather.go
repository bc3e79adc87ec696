package db

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Statements that were gathered go to the server in one round. Those that insert into
// one table, or delete from it by one column, become one statement over arrays, which
// costs the server a fraction of as many statements. Only the order of statements
// about one table matters: there are no triggers, and no statement that is gathered
// reads a table other than its own.

// mostGathered bounds what waits. Then it goes to the server, which works on it while
// the caller goes on.
const mostGathered = 2048

// shape is what a statement's text says of it.
type shape struct {
	table    string   // "" where it is not known: a barrier
	columns  []string // of a plain INSERT … VALUES (?, …)
	tail     string   // ON CONFLICT …
	conflict []int    // columns of ON CONFLICT (…) DO UPDATE
	by       string   // column of DELETE … WHERE by = ?
}

var (
	insertShape = regexp.MustCompile(`(?is)^\s*INSERT\s+INTO\s+(\w+)\s*\(([\w\s,]+)\)\s*VALUES\s*\(([?\s,]+)\)\s*(ON\s+CONFLICT\b[^?]*)?$`)
	updateShape = regexp.MustCompile(`(?is)^\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+(\w+)\b`)
	deleteShape = regexp.MustCompile(`(?is)^\s*DELETE\s+FROM\s+(\w+)\s+WHERE\s+(\w+)\s*=\s*\?\s*$`)
	onColumns   = regexp.MustCompile(`(?is)^ON\s+CONFLICT\s*\(([\w\s,]+)\)\s*DO\s+UPDATE\b`)
	readsOthers = regexp.MustCompile(`(?i)\b(SELECT|FROM|RETURNING)\b`)
)

func shapeOf(sql string) *shape {
	if m := insertShape.FindStringSubmatch(sql); m != nil && !readsOthers.MatchString(m[4]) {
		s := &shape{table: m[1], columns: names(m[2]), tail: m[4]}
		if strings.Count(m[3], "?") != len(s.columns) {
			return &shape{}
		}
		if on := onColumns.FindStringSubmatch(s.tail); on != nil {
			for _, c := range names(on[1]) {
				s.conflict = append(s.conflict, slices.Index(s.columns, c))
			}
			if slices.Contains(s.conflict, -1) {
				return &shape{table: m[1]}
			}
		}
		return s
	}
	if m := deleteShape.FindStringSubmatch(sql); m != nil {
		return &shape{table: m[1], by: m[2]}
	}
	m := updateShape.FindStringSubmatchIndex(sql)
	if m == nil || readsOthers.MatchString(sql[m[1]:]) {
		return &shape{}
	}
	return &shape{table: sql[m[2]:m[3]]}
}

func names(list string) []string {
	out := strings.Split(list, ",")
	for i := range out {
		out[i] = strings.TrimSpace(out[i])
	}
	return out
}

// waiting is one statement that waits.
type waiting struct {
	sql   string
	shape *shape
	args  []cell
}

// run is statements of one text that can be one.
type run struct {
	waiting
	rows [][]cell
	keys map[string]bool            // of ON CONFLICT DO UPDATE, which takes a row once
	has  map[string]map[string]bool // values that were inserted, by column that was asked for
}

func (p *pgSession) gather(on bool) { p.gathers, p.queue = on, nil }

func (p *pgSession) wait(sql string, args []any) error {
	w := waiting{sql: sql, args: make([]cell, len(args))}
	for i, a := range args {
		c, err := toCell(a)
		if err != nil {
			return err
		}
		c.b = bytes.Clone(c.b) // the caller may use its memory again
		w.args[i] = c
	}
	if s, ok := p.s.shapes.Load(sql); ok {
		w.shape = s.(*shape)
	} else {
		w.shape = shapeOf(sql)
		p.s.shapes.Store(sql, w.shape)
	}
	p.queue = append(p.queue, w)
	if len(p.queue) >= mostGathered {
		return p.flush()
	}
	return nil
}

// pointRead is a query of one table by one column.
var pointRead = regexp.MustCompile(`(?is)^\s*SELECT\s+[\w\s,]+\s+FROM\s+(\w+)\s+WHERE\s+(\w+)\s*=\s*\?\s*$`)

// concerns reports whether a query could see something that waits. It could not where
// that is about other tables, or about other values of the column by which it asks.
func (p *pgSession) concerns(sql string, args []any) bool {
	var at []string
	var asked cell
	for i := range p.queue {
		w := &p.queue[i]
		if w.shape.table == "" {
			return true
		}
		if !strings.Contains(sql, w.shape.table) {
			continue
		}
		if at == nil {
			if at = pointRead.FindStringSubmatch(sql); at == nil || len(args) != 1 {
				return true
			}
			var err error
			if asked, err = toCell(args[0]); err != nil {
				return true
			}
		}
		n := slices.Index(w.shape.columns, at[2])
		if w.shape.by == at[2] {
			n = 0
		}
		if n < 0 || at[1] != w.shape.table || w.args[n].same(&asked) {
			return true
		}
	}
	return false
}

func (c *cell) same(d *cell) bool {
	return c.kind == d.kind && c.i == d.i && c.f == d.f && c.s == d.s && bytes.Equal(c.b, d.b)
}

// flush sends what waits, and does not wait for the answer: that is settle's.
func (p *pgSession) flush() error {
	queue := p.queue
	p.queue = nil
	if len(queue) == 0 {
		return nil
	}
	b := &pgx.Batch{}
	for len(queue) > 0 {
		n := slices.IndexFunc(queue, func(w waiting) bool { return w.shape.table == "" })
		if n < 0 {
			n = len(queue)
		}
		for _, r := range runsOf(queue[:n]) {
			if err := p.add(b, r); err != nil {
				return err
			}
		}
		if n < len(queue) {
			b.Queue(p.sql(queue[n].sql), pgValues(queue[n].args)...)
			n++
		}
		queue = queue[n:]
	}
	if b.Len() == 0 {
		return nil
	}
	if err := p.settle(); err != nil {
		return err
	}
	p.sent = make(chan error, 1)
	go func(sent chan<- error) { sent <- p.tx.SendBatch(p.ctx, b).Close() }(p.sent)
	return nil
}

// settle waits until the server has done what was sent. The connection serves one
// caller at a time, so everything else waits for this first.
func (p *pgSession) settle() error {
	if p.sent == nil {
		return nil
	}
	err := <-p.sent
	p.sent = nil
	return err
}

// runsOf sorts statements into runs: table by table as they first come, in their
// order within each.
func runsOf(queue []waiting) []*run {
	var tables []string
	of := map[string][]*run{}
	for _, w := range queue {
		t := w.shape.table
		if of[t] == nil {
			tables = append(tables, t)
		}
		of[t] = join(of[t], w)
	}
	var out []*run
	for _, t := range tables {
		out = append(out, of[t]...)
	}
	return out
}

// join adds a statement to the last runs of its table, where nothing changes by it.
func join(runs []*run, w waiting) []*run {
	n := len(runs)
	if n > 0 && runs[n-1].takes(w) {
		runs[n-1].take(w)
		return runs
	}
	fresh := &run{waiting: w}
	fresh.take(w)
	// Documents are projected one after the other: delete, insert, delete, insert. A
	// delete may go ahead of inserts that it does not concern.
	if n == 0 || w.shape.by == "" || !runs[n-1].spares(w) {
		return append(runs, fresh)
	}
	if n > 1 && runs[n-2].takes(w) {
		runs[n-2].take(w)
		return runs
	}
	return slices.Insert(runs, n-1, fresh)
}

func (r *run) takes(w waiting) bool {
	switch {
	case r.sql != w.sql:
		return false
	case w.shape.by != "":
		return true
	case w.shape.columns == nil:
		return false
	}
	return w.shape.conflict == nil || !r.keys[w.key()]
}

func (r *run) take(w waiting) {
	r.rows = append(r.rows, w.args)
	if w.shape.conflict != nil {
		if r.keys == nil {
			r.keys = map[string]bool{}
		}
		r.keys[w.key()] = true
	}
	for column, values := range r.has {
		values[w.args[slices.Index(w.shape.columns, column)].text()] = true
	}
}

// spares reports whether no row of these inserts is what a delete is about.
func (r *run) spares(w waiting) bool {
	at := slices.Index(r.shape.columns, w.shape.by)
	if at < 0 {
		return false
	}
	values, ok := r.has[w.shape.by]
	if !ok {
		values = map[string]bool{}
		for _, row := range r.rows {
			values[row[at].text()] = true
		}
		if r.has == nil {
			r.has = map[string]map[string]bool{}
		}
		r.has[w.shape.by] = values
	}
	return !values[w.args[0].text()]
}

func (w *waiting) key() string {
	var b strings.Builder
	for _, i := range w.shape.conflict {
		t := w.args[i].text()
		fmt.Fprintf(&b, "%d:%s", len(t), t)
	}
	return b.String()
}

// text tells cells apart.
func (c *cell) text() string { return fmt.Sprintf("%d %d %g %s%s", c.kind, c.i, c.f, c.s, c.b) }

// add puts a run into a batch: as one statement over arrays where that can be.
func (p *pgSession) add(b *pgx.Batch, r *run) error {
	if len(r.rows) > 1 {
		sql, args, err := p.overArrays(r)
		if err != nil {
			return err
		}
		if sql != "" {
			b.Queue(sql, args...)
			return nil
		}
	}
	for _, row := range r.rows {
		b.Queue(p.sql(r.sql), pgValues(row)...)
	}
	return nil
}

func (p *pgSession) overArrays(r *run) (sql string, args []any, err error) {
	types, err := p.columnTypes(r.shape.table)
	if err != nil {
		return "", nil, err
	}
	columns := r.shape.columns
	if r.shape.by != "" {
		columns = []string{r.shape.by}
	}
	arrays := make([]string, len(columns))
	for i, c := range columns {
		arrays[i] = fmt.Sprintf("$%d::%s[]", i+1, types[c])
		a, ok := array(types[c], r.rows, i)
		if !ok {
			return "", nil, nil
		}
		args = append(args, a)
	}
	if r.shape.by != "" {
		return "DELETE FROM " + r.shape.table + " WHERE " + r.shape.by + " = ANY(" + arrays[0] + ")", args, nil
	}
	return "INSERT INTO " + r.shape.table + " (" + strings.Join(columns, ", ") + ") SELECT * FROM unnest(" + strings.Join(arrays, ", ") + ") " + r.shape.tail, args, nil
}

// array is one column of rows; ok is false for a type or a value that is not as the
// column says.
func array(typ string, rows [][]cell, at int) (a any, ok bool) {
	switch typ {
	case "bytea":
		return column(rows, at, blob, func(c *cell) []byte { return c.b })
	case "text":
		return column(rows, at, text, func(c *cell) *string { return &c.s })
	case "bigint":
		return column(rows, at, integer, func(c *cell) *int64 { return &c.i })
	case "double precision":
		return column(rows, at, real, func(c *cell) *float64 { return &c.f })
	}
	return nil, false
}

// column takes values of one kind; what is NULL stays the zero, which is nil.
func column[T any](rows [][]cell, at int, class kind, value func(*cell) T) ([]T, bool) {
	out := make([]T, len(rows))
	for i, row := range rows {
		c := &row[at]
		switch c.kind {
		case null:
		case class:
			out[i] = value(c)
		default:
			return nil, false
		}
	}
	return out, true
}

// columnTypes asks once what the columns of a table are.
func (p *pgSession) columnTypes(table string) (map[string]string, error) {
	if t, ok := p.s.types.Load(table); ok {
		return t.(map[string]string), nil
	}
	if err := p.settle(); err != nil {
		return nil, err
	}
	rows, err := p.tx.Query(p.ctx, `SELECT attname::text, atttypid::regtype::text FROM pg_attribute
		WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped`, table)
	if err != nil {
		return nil, err
	}
	types := map[string]string{}
	var name, typ string
	if _, err := pgx.ForEachRow(rows, []any{&name, &typ}, func() error { types[name] = typ; return nil }); err != nil {
		return nil, err
	}
	p.s.types.Store(table, types)
	return types, nil
}
