package db

import (
	"errors"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Table is a table of an open database, as a backup needs to know it.
type Table struct {
	Name    string
	Columns []string
}

// Tables lists the tables in the order of their names, the list of migrations
// among them. A table that PostgreSQL keeps in partitions is one table.
func (tx *Tx) Tables() ([]Table, error) {
	sql := "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
	if tx.engine == Postgres {
		sql = `SELECT CAST(c.relname AS text) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
			WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY c.relname`
	}
	names, err := tx.texts(sql)
	if err != nil {
		return nil, err
	}
	tables := make([]Table, len(names))
	for i, name := range names {
		rows, err := tx.Query("SELECT * FROM " + name + " LIMIT 0")
		if err != nil {
			return nil, err
		}
		tables[i] = Table{name, rows.Columns()}
		if err := rows.Close(); err != nil {
			return nil, err
		}
	}
	return tables, nil
}

// texts reads the first column of a query.
func (tx *Tx) texts(sql string, args ...any) ([]string, error) {
	rows, err := tx.Query(sql, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// Insert writes rows into a table as they were read from another database. It is
// for restoring into a database that nobody uses yet; an area never needs it.
// Columns that t does not name take their default.
func (tx *Tx) Insert(t Table, rows [][]any) error {
	// The names come from outside and become part of a statement.
	if !isName(t.Name) || len(t.Columns) == 0 || slices.ContainsFunc(t.Columns, func(c string) bool { return !isName(c) }) {
		return &fault.Error{Code: fault.Internal, Op: "db.Insert", Key: "db.internal", Err: errNames}
	}
	one := "(" + strings.Repeat("?, ", len(t.Columns)-1) + "?)"
	head := "INSERT INTO " + t.Name + " (" + strings.Join(t.Columns, ", ") + ") VALUES "
	args := make([]any, 0, insertRows*len(t.Columns))
	for chunk := range slices.Chunk(rows, insertRows) {
		args = args[:0]
		for _, row := range chunk {
			if len(row) != len(t.Columns) {
				return &fault.Error{Code: fault.Internal, Op: "db.Insert", Key: "db.internal", Err: errNames}
			}
			args = append(args, row...)
		}
		if _, err := tx.Exec(head+strings.Repeat(one+", ", len(chunk)-1)+one, args...); err != nil {
			return err
		}
	}
	return nil
}

// isName reports whether s is a plain name of a table or column, as all of ours are.
func isName(s string) bool {
	for i := range len(s) {
		if c := s[i]; c != '_' && (c < 'a' || c > 'z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

var errNames = errors.New("a name that is no table's or column's, or a row of another width")

// insertRows is how many rows one statement writes: enough that a statement's way
// to a server does not count, and few enough for both engines' limit of arguments.
const insertRows = 64

// Renumber makes PostgreSQL give out numbers above those that Insert wrote.
// SQLite takes the next number from the table itself.
func (tx *Tx) Renumber() error {
	if tx.engine != Postgres {
		return nil
	}
	tables, err := tx.texts("SELECT CAST(table_name AS text) FROM information_schema.columns WHERE table_schema = current_schema() AND is_identity = 'YES' ORDER BY table_name")
	if err != nil {
		return err
	}
	for _, t := range tables {
		cols, err := tx.texts("SELECT CAST(column_name AS text) FROM information_schema.columns WHERE table_schema = current_schema() AND is_identity = 'YES' AND table_name = ?", t)
		if err != nil {
			return err
		}
		for _, c := range cols {
			var next int64
			err := tx.Row("SELECT setval(pg_get_serial_sequence(?, ?), (SELECT coalesce(max("+c+"), 0) + 1 FROM "+t+"), false)", t, c).Scan(&next)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// Step is a migration that a database has had.
type Step struct {
	Area   string `json:"area"`
	Number int    `json:"number"`
	Hash   []byte `json:"hash"`
}

// Steps lists the migrations that this database has had.
func (tx *Tx) Steps() ([]Step, error) {
	rows, err := tx.Query("SELECT area, number, hash FROM godwit_migrations ORDER BY area, number")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Step
	for rows.Next() {
		var s Step
		if err := rows.Scan(&s.Area, &s.Number, &s.Hash); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// Through answers those of list that steps names, in the order of list: opened
// with them, a database has the tables that one of those steps had. A step that
// list does not know is of a newer program, and refused, as one is that reads
// differently.
func Through(list []Migration, steps []Step) ([]Migration, error) {
	known, err := numberedMigrations(list)
	if err != nil {
		return nil, err
	}
	had := make(map[step]bool, len(steps))
	for _, s := range steps {
		at := step{s.Area, s.Number}
		m, ok := known[at]
		if !ok {
			return nil, refused("db.newer", s.Area, s.Number)
		}
		if !slices.Equal(s.Hash, m.hash()) {
			return nil, refused("db.changed_migration", s.Area, s.Number)
		}
		had[at] = true
	}
	var out []Migration
	for _, m := range list {
		if had[step{m.Area, m.Number}] {
			out = append(out, m)
		}
	}
	return out, nil
}
