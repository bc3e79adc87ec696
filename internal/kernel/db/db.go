package db

import (
	"context"

	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/key"
)

// Engine is a kind of database.
type Engine uint8

// The engines.
const (
	SQLite   Engine = 1 + iota // a node's encrypted file
	Postgres                   // a hub's server
)

// String is the engine's usual name.
func (e Engine) String() string {
	switch e {
	case SQLite:
		return "SQLite"
	case Postgres:
		return "PostgreSQL"
	}
	return "no engine"
}

// Options say which database to open. Exactly one of Path and URL is given.
type Options struct {
	Path string       // SQLite file
	URL  string       // PostgreSQL, postgres://… or key=value form
	Key  key.Provider // data key of the SQLite file

	// Replica is a streaming standby of URL that ReadStale may ask. None is needed.
	Replica string

	// Unencrypted opens a plain SQLite file. It is for tests and benchmarks only;
	// without it a missing Key is refused.
	Unencrypted bool

	// Migrations of every area, each area's in the order of its numbers. Areas are
	// migrated in the order in which they first appear.
	Migrations []Migration

	// AsItIs leaves the tables as they are, whoever made them: for a look at what is
	// there.
	AsItIs bool

	// VFS names another file system that was registered with the engine, with the
	// cipher in it if there is one: for tests of power cuts and full disks. Together
	// with Unencrypted, no file of the operating system is touched.
	VFS string
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	engine Engine
	store  store
}

// store is the seam between the two engines.
type store interface {
	read(ctx context.Context, fn func(*Tx) error) error
	write(ctx context.Context, fn func(*Tx) error) error
	exclusive(ctx context.Context, fn func() error) error // one process at a time
	script(tx *Tx, sql string) error                      // several statements, translated
	hasTable(tx *Tx, name string) (bool, error)
	scrub(ctx context.Context) error
	info(ctx context.Context, i *Info) error
	close() error
}

// Open opens the database, makes it if it does not exist, and brings its tables
// to what Migrations say. It refuses a wrong key, a database that a newer program
// has written, and a migration that was changed after it was applied; it has then
// changed nothing.
func Open(ctx context.Context, o Options) (*DB, error) {
	if (o.Path == "") == (o.URL == "") {
		return nil, fault.Field("db.Open", "path", "db.one_of_path_and_url")
	}
	d := &DB{engine: SQLite}
	if o.URL != "" {
		d.engine = Postgres
		s, err := openPostgres(ctx, o)
		if err != nil {
			return nil, err
		}
		d.store = s
	} else {
		s, err := openSQLite(ctx, o)
		if err != nil {
			return nil, err
		}
		d.store = s
	}
	if o.AsItIs {
		return d, nil
	}
	if err := d.migrate(ctx, o.Migrations); err != nil {
		_ = d.store.close()
		return nil, err
	}
	return d, nil
}

// Close waits for what is under way and closes the database.
func (d *DB) Close() error { return d.store.close() }

// Engine says which kind of database this is.
func (d *DB) Engine() Engine { return d.engine }

// Read runs fn on one snapshot of the database, beside other reads and the
// writer. The Tx cannot write. fn must not call Read or Write.
func (d *DB) Read(ctx context.Context, fn func(tx *Tx) error) error { return d.store.read(ctx, fn) }

// ReadStale is Read for a report that may be some seconds old: on a replica, where
// there is one that answers. fn must not be shown beside what its reader has just
// saved, and nothing may be decided by it.
func (d *DB) ReadStale(ctx context.Context, fn func(tx *Tx) error) error {
	if s, ok := d.store.(*pgStore); ok {
		return s.readStale(ctx, fn)
	}
	return d.store.read(ctx, fn)
}

// Write runs fn and commits. When it returns nil, what fn wrote is durable;
// otherwise nothing of it is there. Concurrent callers share one commit. fn may
// run more than once, so it must have no effect but through tx (see OnCommit),
// and it must not call Read or Write.
func (d *DB) Write(ctx context.Context, fn func(tx *Tx) error) error { return d.store.write(ctx, fn) }

// Scrub rewrites the database so that nothing deleted is left in a free page or
// in the log: after an erasure. It blocks writers while it runs, and needs as
// much space again as the database takes.
func (d *DB) Scrub(ctx context.Context) error { return d.store.scrub(ctx) }

// Info describes the open database to whoever looks after it.
type Info struct {
	Engine      Engine
	Version     string // of the engine
	Bytes       int64  // of the database
	LogBytes    int64  // of SQLite's write-ahead log
	JournalMode string // "wal" on SQLite
	Encrypted   bool   // by us; what PostgreSQL's disk does is not known here
	Cipher      string
}

// Info answers facts for `godwit doctor`.
func (d *DB) Info(ctx context.Context) (Info, error) {
	i := Info{Engine: d.engine}
	err := d.store.info(ctx, &i)
	return i, err
}
