package db

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ncruces/go-sqlite3"
	_ "github.com/ncruces/go-sqlite3/vfs/adiantum" // registers the encrypting VFS

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// minSQLite is the first version without the race between two connections that
// write or checkpoint a WAL at once (sqlite.org/wal.html, "the WAL-reset bug",
// in 3.7.0 to 3.51.2).
const minSQLite = "3.51.3"

const (
	busyTimeout   = 10 * time.Second
	stmtCacheSize = 400
	writerCacheKB = 32 << 10
	readerCacheKB = 8 << 10
)

// conn is one SQLite connection with its prepared statements. It is used by one
// goroutine at a time.
type conn struct {
	*sqlite3.Conn
	stmts map[string]*stmt
	open  []*sqliteCursor // walks under way
	steps *Steps          // where the work of a read is counted; nil mostly
	begin *sqlite3.Stmt
	end   *sqlite3.Stmt // COMMIT
	back  *sqlite3.Stmt // ROLLBACK
}

type stmt struct {
	*sqlite3.Stmt
	params int
	busy   bool // a cursor walks it
	once   bool // not in the cache
}

// dsn is the URI of a database file. The key is never in it: URI parameters can
// be read back from the connection.
func dsn(path, vfs string) string {
	p := filepath.ToSlash(path)
	if filepath.VolumeName(path) != "" {
		p = "/" + p // C:/x is file:///C:/x
	}
	// The log gets the mode of the file. SQLite does not read "+" as a space.
	q := "?modeof=" + strings.ReplaceAll(url.QueryEscape(path), "+", "%20")
	if vfs != "" {
		q += "&vfs=" + vfs
	}
	return "file:" + (&url.URL{Path: p}).EscapedPath() + q
}

// dial opens one connection. dataKey nil means an unencrypted file.
func dial(ctx context.Context, dsn string, dataKey []byte, cacheKB int, readOnly bool) (_ *conn, err error) {
	raw, err := sqlite3.OpenContext(ctx, dsn)
	if err != nil {
		return nil, mapped("db.Open", err)
	}
	c := &conn{Conn: raw, stmts: make(map[string]*stmt)}
	defer func() {
		if err != nil {
			c.shut()
		}
	}()
	if dataKey != nil {
		if err := c.Exec("PRAGMA hexkey='" + hex.EncodeToString(dataKey) + "'"); err != nil {
			return nil, fault.Field("db.Open", "key", "db.wrong_key") // no cause: it quotes the statement
		}
	}
	if err := c.BusyTimeout(busyTimeout); err != nil {
		return nil, mapped("db.Open", err)
	}
	if err := c.header(); err != nil {
		return nil, err
	}
	return c, c.configure(cacheKB, readOnly)
}

// header reads the first page, which tells a wrong key from a right one.
func (c *conn) header() error {
	err := c.Exec("SELECT count(*) FROM sqlite_schema")
	if errors.Is(err, sqlite3.NOTADB) || errors.Is(err, sqlite3.CORRUPT) {
		return fault.Field("db.Open", "key", "db.wrong_key")
	}
	return mapped("db.Open", err)
}

// wal turns on the write-ahead log. It waits for another process that is doing the
// same: the engine does not call its busy handler for this change.
func (c *conn) wal() error {
	for until := time.Now().Add(busyTimeout); ; {
		err := c.Exec("PRAGMA journal_mode=WAL")
		if !errors.Is(err, sqlite3.BUSY) || time.Now().After(until) {
			return mapped("db.Open", err)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (c *conn) configure(cacheKB int, readOnly bool) error {
	if err := c.wal(); err != nil {
		return err
	}
	pragmas := []string{
		"synchronous=FULL",
		"temp_store=MEMORY", // nothing plain on disk
		"foreign_keys=ON",
		"secure_delete=ON",
		"trusted_schema=OFF",
		"case_sensitive_like=ON", // as PostgreSQL's LIKE, and it lets a prefix use an index
		"cache_size=-" + strconv.Itoa(cacheKB),
	}
	if readOnly {
		pragmas = append(pragmas, "query_only=ON")
	}
	for _, p := range pragmas {
		if err := c.Exec("PRAGMA " + p); err != nil {
			return mapped("db.Open", err)
		}
	}
	var err error
	begin := "BEGIN IMMEDIATE"
	if readOnly {
		begin = "BEGIN"
	}
	if c.begin, _, err = c.PrepareFlags(begin, sqlite3.PREPARE_PERSISTENT); err != nil {
		return mapped("db.Open", err)
	}
	if c.end, _, err = c.PrepareFlags("COMMIT", sqlite3.PREPARE_PERSISTENT); err != nil {
		return mapped("db.Open", err)
	}
	c.back, _, err = c.PrepareFlags("ROLLBACK", sqlite3.PREPARE_PERSISTENT)
	return mapped("db.Open", err)
}

// shut finalises the statements and closes the connection.
func (c *conn) shut() error {
	for _, s := range slices.Collect(c.Stmts()) {
		_ = s.Close() // answers the error of its last step again
	}
	c.stmts = nil
	return c.Close()
}

// rollback ends the transaction if the engine has not done so by itself.
func (c *conn) rollback() {
	if !c.GetAutocommit() {
		_ = c.back.Exec()
	}
}

// prepared answers a statement that nobody is walking.
func (c *conn) prepared(sql string) (*stmt, error) {
	s := c.stmts[sql]
	if s != nil && !s.busy {
		return s, nil
	}
	raw, tail, err := c.PrepareFlags(sql, sqlite3.PREPARE_PERSISTENT)
	if err != nil {
		return nil, err
	}
	if raw == nil || strings.TrimSpace(tail) != "" {
		_ = raw.Close()
		return nil, &fault.Error{Code: fault.Internal, Op: "db.Prepare", Key: "db.internal", Err: fmt.Errorf("not exactly one statement: %s", sql)}
	}
	n := &stmt{Stmt: raw, params: raw.BindCount(), once: s != nil} // once: the cached one is being walked
	if n.once {
		return n, nil
	}
	if len(c.stmts) >= stmtCacheSize {
		c.trim()
	}
	c.stmts[sql] = n
	return n, nil
}

// trim empties the statement cache. Whoever makes SQL text by the thousand pays
// for it himself.
func (c *conn) trim() {
	for sql, s := range c.stmts {
		if !s.busy {
			_ = s.Close()
			delete(c.stmts, sql)
		}
	}
}

// release ends a use of s, and s itself if it was made for once.
func (s *stmt) release() {
	s.busy = false
	if s.once {
		_ = s.Close()
	}
}

func (c *conn) exec(sql string, args []any) (int64, error) {
	s, err := c.prepared(sql)
	if err != nil {
		return 0, err
	}
	if err = s.bind(args); err == nil {
		err = s.Exec()
	}
	n := c.Changes()
	if s.once {
		s.release()
	}
	if err != nil {
		return 0, err
	}
	return n, nil
}

func (s *stmt) bind(args []any) error {
	if len(args) != s.params {
		return &fault.Error{Code: fault.Internal, Op: "db.bind", Key: "db.internal", Err: fmt.Errorf("%d arguments for %d placeholders", len(args), s.params)}
	}
	for i, a := range args {
		var err error
		switch v := a.(type) { // the frequent types, without a copy on the heap
		case []byte:
			if v == nil {
				err = s.BindNull(i + 1)
			} else {
				err = s.BindBlob(i+1, v)
			}
		case ID:
			if v.IsZero() {
				err = s.BindNull(i + 1)
			} else {
				err = s.BindBlob(i+1, v[:])
			}
		case int64:
			err = s.BindInt64(i+1, v)
		default:
			err = s.bindCell(i+1, a)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *stmt) bindCell(param int, arg any) error {
	v, err := toCell(arg)
	if err != nil {
		return err
	}
	switch v.kind {
	case integer:
		return s.BindInt64(param, v.i)
	case real:
		return s.BindFloat(param, v.f)
	case text:
		return s.BindText(param, v.s)
	case blob:
		return s.BindBlob(param, v.b)
	}
	return s.BindNull(param)
}

func (c *conn) query(sql string, args []any) (cursor, error) {
	s, err := c.prepared(sql)
	if err != nil {
		return nil, err
	}
	if err := s.bind(args); err != nil {
		s.release()
		return nil, err
	}
	s.busy = true
	c.steps.begin(s)
	q := &sqliteCursor{c: c, s: s, n: s.ColumnCount()}
	c.open = append(c.open, q)
	return q, nil
}

func (c *conn) stream(sql string, args []any) (cursor, error) { return c.query(sql, args) }

// closeCursors ends walks that a function left open.
func (c *conn) closeCursors() {
	for len(c.open) > 0 {
		_ = c.open[len(c.open)-1].close()
	}
}

type sqliteCursor struct {
	c *conn
	s *stmt
	n int
}

func (q *sqliteCursor) next() bool        { return q.s.Step() }
func (q *sqliteCursor) width() int        { return q.n }
func (q *sqliteCursor) name(i int) string { return q.s.ColumnName(i) }

func (q *sqliteCursor) cell(i int, c *cell) error {
	switch q.s.ColumnType(i) {
	case sqlite3.INTEGER:
		c.kind, c.i = integer, q.s.ColumnInt64(i)
	case sqlite3.FLOAT:
		c.kind, c.f = real, q.s.ColumnFloat(i)
	case sqlite3.TEXT:
		c.kind, c.b = text, q.s.ColumnRawText(i)
	case sqlite3.BLOB:
		c.kind, c.b = blob, q.s.ColumnRawBlob(i)
	default:
		c.kind = null
	}
	return nil
}

func (q *sqliteCursor) close() error {
	err := q.s.Err()
	q.c.steps.end(q.s)
	if rerr := q.s.Reset(); err == nil {
		err = rerr
	}
	q.s.release()
	if i := slices.Index(q.c.open, q); i >= 0 {
		q.c.open = slices.Delete(q.c.open, i, i+1)
	}
	return err
}

// version answers the engine's version, after refusing one with known data loss.
func (c *conn) version() (string, error) {
	cur, err := c.query("SELECT sqlite_version()", nil)
	if err != nil {
		return "", mapped("db.Open", err)
	}
	var v cell
	if !cur.next() {
		return "", mapped("db.Open", cur.close())
	}
	if err := cur.cell(0, &v); err != nil {
		return "", err
	}
	got := string(v.b)
	if err := cur.close(); err != nil {
		return "", mapped("db.Open", err)
	}
	if older(got, minSQLite) {
		return "", &fault.Error{Code: fault.Unavailable, Op: "db.Open", Key: "db.old_sqlite",
			Args: map[string]any{"have": got, "need": minSQLite}}
	}
	return got, nil
}

// older compares dotted versions.
func older(a, b string) bool {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range bs {
		if i >= len(as) {
			return true
		}
		x, errx := strconv.Atoi(as[i])
		y, erry := strconv.Atoi(bs[i])
		if errx != nil || erry != nil {
			return true // what cannot be read is not known to be safe
		}
		if x != y {
			return x < y
		}
	}
	return false
}

// touch makes an empty database file that only its owner can read.
func touch(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return &fault.Error{Code: fault.Unavailable, Op: "db.Open", Key: "db.io", Err: err}
	}
	return f.Close()
}
