package db

import (
	"context"
	"errors"
	"os"
	"sync"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// maxReaders bounds the read connections; each holds its own page cache.
const maxReaders = 8

// sqliteStore is the SQLite side of the seam: one writer, a pool of readers.
type sqliteStore struct {
	path    string
	vfs     string
	dataKey []byte
	ver     string
	w       *writer

	mu     sync.Mutex
	idle   chan *conn // read connections at rest
	slots  chan struct{}
	closed bool
	users  sync.WaitGroup // reads under way
	active int            // how many those are
	paused chan struct{}  // while readers have to wait; closed when they may go on
	quiet  chan struct{}  // closed when the last of those under way has ended
}

func openSQLite(ctx context.Context, o Options) (*sqliteStore, error) {
	var dataKey []byte
	switch {
	case o.Key != nil:
		k, err := dataKeyOf(ctx, o.Key, o.Path)
		if err != nil {
			return nil, err
		}
		dataKey = k
	case !o.Unencrypted:
		return nil, fault.Field("db.Open", "key", "db.no_key")
	}
	if o.VFS == "" || dataKey != nil {
		if err := touch(o.Path); err != nil {
			return nil, err
		}
	}
	vfs := o.VFS
	if vfs == "" && dataKey != nil {
		vfs = "adiantum"
	}
	if dataKey != nil {
		if err := gone(o.Path + "-next"); err != nil { // left by a cut in the middle of Rekey
			return nil, err
		}
		if err := trimTorn(o.Path); err != nil {
			return nil, err
		}
	}
	c, err := dial(ctx, dsn(o.Path, vfs), dataKey, writerCacheKB, false)
	if err != nil {
		return nil, err
	}
	ver, err := c.version()
	if err == nil {
		err = c.header() // makes the log's index: page numbers only, but nobody's business
	}
	_ = os.Chmod(o.Path+"-shm", 0o600)
	if err != nil {
		return nil, errors.Join(err, c.shut())
	}
	return &sqliteStore{
		path: o.Path, vfs: vfs, dataKey: dataKey, ver: ver, w: newWriter(c),
		idle: make(chan *conn, maxReaders), slots: make(chan struct{}, maxReaders),
	}, nil
}

// reader takes a read connection, opening one if all are busy and there may be more.
func (s *sqliteStore) reader(ctx context.Context) (*conn, error) {
	if err := s.enter(ctx); err != nil {
		return nil, err
	}
	select {
	case c := <-s.idle:
		return c, nil
	default:
	}
	select {
	case c := <-s.idle:
		return c, nil
	case s.slots <- struct{}{}:
		c, err := dial(context.Background(), dsn(s.path, s.vfs), s.dataKey, readerCacheKB, true)
		if err != nil {
			<-s.slots
			s.leave()
			return nil, err
		}
		return c, nil
	case <-ctx.Done():
		s.leave()
		return nil, mapped("db.Read", ctx.Err())
	}
}

func (s *sqliteStore) giveBack(c *conn) {
	s.idle <- c
	s.leave()
}

func (s *sqliteStore) read(ctx context.Context, fn func(*Tx) error) (err error) {
	c, err := s.reader(ctx)
	if err != nil {
		return err
	}
	defer s.giveBack(c)
	c.SetInterrupt(ctx)
	defer c.SetInterrupt(context.Background())
	if err := c.begin.Exec(); err != nil {
		return interrupted(ctx, mapped("db.Read", err))
	}
	tx := &Tx{ctx: ctx, s: c, engine: SQLite}
	c.steps = stepsOf(ctx)
	defer func() {
		tx.closed = true
		c.SetInterrupt(context.Background())
		c.closeCursors()
		c.steps = nil
		c.rollback()
	}()
	return interrupted(ctx, tx.outcome(fn(tx)))
}

// interrupted says why a read was broken off, if its context is why.
func interrupted(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return mapped("db.Read", ctx.Err())
	}
	return err
}

func (s *sqliteStore) close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.mu.Unlock()
	s.users.Wait()
	var errs []error
	for {
		select {
		case c := <-s.idle:
			errs = append(errs, c.shut())
			continue
		default:
		}
		break
	}
	errs = append(errs, s.w.close()) // last: closing the last connection checkpoints
	clear(s.dataKey)
	return mapped("db.Close", errors.Join(errs...))
}

func (s *sqliteStore) info(ctx context.Context, i *Info) error {
	i.Version, i.Encrypted = s.ver, s.encrypted()
	if i.Encrypted {
		i.Cipher = "adiantum"
	}
	if st, err := os.Stat(s.path); err == nil {
		i.Bytes = st.Size()
	}
	if st, err := os.Stat(s.path + "-wal"); err == nil {
		i.LogBytes = st.Size()
	}
	return s.read(ctx, func(tx *Tx) error {
		return tx.Row("PRAGMA journal_mode").Scan(&i.JournalMode)
	})
}

func (s *sqliteStore) write(ctx context.Context, fn func(*Tx) error) error {
	return s.w.do(&request{ctx: ctx, fn: fn})
}

// exclusive runs fn. Here each transaction excludes the others.
func (s *sqliteStore) exclusive(_ context.Context, fn func() error) error { return fn() }

func (s *sqliteStore) script(tx *Tx, sql string) error {
	if err := s.w.c.Exec(strictTables(sql)); err != nil {
		return tx.fail(mapped("db.Migrate", err))
	}
	return nil
}

func (s *sqliteStore) hasTable(tx *Tx, name string) (bool, error) {
	var n int64
	err := tx.Row("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?", name).Scan(&n)
	return n > 0, err
}

// scrub empties the write-ahead log and rewrites the file: secure_delete zeroes
// what is deleted, but a page that was rebalanced earlier may keep an old copy of
// a row in its unused middle, and only VACUUM leaves no such page behind. The copy
// it works on goes to a temporary file, since it may not fit in memory; the cipher
// encrypts that with a random key (its README, "Temporary files"), and without a
// cipher it stays in memory.
func (s *sqliteStore) scrub(ctx context.Context) error {
	return s.w.do(&request{ctx: ctx, outside: func(c *conn) error {
		if err := ctx.Err(); err != nil {
			return mapped("db.Scrub", err)
		}
		steps := []string{"VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"}
		if s.encrypted() {
			steps = append([]string{"PRAGMA temp_store=FILE"}, steps...)
			defer func() { _ = c.Exec("PRAGMA temp_store=MEMORY") }()
		}
		for _, sql := range steps {
			if err := c.Exec(sql); err != nil {
				return mapped("db.Scrub", err)
			}
		}
		return nil
	}})
}
