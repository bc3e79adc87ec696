package db

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/ncruces/go-sqlite3"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Retry marks err so that Write runs its function again, in a new transaction on
// PostgreSQL and from its savepoint on SQLite. It is for a loss that a second
// look mends, such as a lane that another process has taken. After ten tries the
// caller gets err as fault.Unavailable.
func Retry(err error) error { return &retry{err} }

type retry struct{ err error }

func (r *retry) Error() string { return "retry: " + r.err.Error() }
func (r *retry) Unwrap() error { return r.err }

func wantsRetry(err error) bool {
	var r *retry
	return errors.As(err, &r)
}

// gaveUp is what a caller gets whose function asked to be retried once too often.
func gaveUp(err error) error {
	return &fault.Error{Code: fault.Unavailable, Op: "db.Write", Key: "db.busy", Err: err}
}

// mapped turns an engine's error into a fault. Faults pass unchanged. The text of
// a PostgreSQL error may quote a value, so only its code and the names of table
// and constraint are kept.
func mapped(op string, err error) error {
	if err == nil {
		return nil
	}
	var f *fault.Error
	var r *retry
	if errors.As(err, &f) || errors.As(err, &r) {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return &fault.Error{Code: fault.Unavailable, Op: op, Key: "db.cancelled", Err: err}
	}
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		return mappedPostgres(op, pe)
	}
	var code sqlite3.ErrorCode
	if errors.As(err, &code) {
		return mappedSQLite(op, code, err)
	}
	if errors.Is(err, pgx.ErrTxClosed) || errors.Is(err, pgx.ErrNoRows) {
		return &fault.Error{Code: fault.Internal, Op: op, Key: "db.internal", Err: err}
	}
	if brokenOff(err) {
		return noServer(op)
	}
	return &fault.Error{Code: fault.Internal, Op: op, Key: "db.internal", Err: fmt.Errorf("%T", err)}
}

func mappedSQLite(op string, code sqlite3.ErrorCode, err error) error {
	f := &fault.Error{Code: fault.Internal, Op: op, Key: "db.internal", Err: err}
	switch code {
	case sqlite3.CONSTRAINT:
		switch {
		case errors.Is(err, sqlite3.CONSTRAINT_UNIQUE), errors.Is(err, sqlite3.CONSTRAINT_PRIMARYKEY),
			errors.Is(err, sqlite3.CONSTRAINT_ROWID):
			f.Code, f.Key = fault.Conflict, "db.exists"
		case errors.Is(err, sqlite3.CONSTRAINT_FOREIGNKEY):
			f.Code, f.Key = fault.Conflict, "db.in_use"
		}
	case sqlite3.FULL:
		f.Code, f.Key = fault.Unavailable, "db.full"
	case sqlite3.BUSY, sqlite3.LOCKED, sqlite3.INTERRUPT:
		f.Code, f.Key = fault.Unavailable, "db.busy"
	case sqlite3.IOERR, sqlite3.CANTOPEN, sqlite3.PERM, sqlite3.READONLY:
		f.Code, f.Key = fault.Unavailable, "db.io"
	case sqlite3.NOTADB, sqlite3.CORRUPT:
		f.Key = "db.damaged"
	}
	return f
}

func mappedPostgres(op string, pe *pgconn.PgError) error {
	cause := fmt.Errorf("SQLSTATE %s table %q constraint %q column %q", pe.Code, pe.TableName, pe.ConstraintName, pe.ColumnName)
	f := &fault.Error{Code: fault.Internal, Op: op, Key: "db.internal", Err: cause}
	// https://www.postgresql.org/docs/15/errcodes-appendix.html
	switch pe.Code {
	case "23505":
		f.Code, f.Key = fault.Conflict, "db.exists"
	case "23503":
		f.Code, f.Key = fault.Conflict, "db.in_use"
	case "40001", "40P01":
		return &retry{f}
	case "57014":
		f.Code, f.Key = fault.Unavailable, "db.cancelled"
	case "25006", "57P01", "57P02", "57P03": // a standby; a server that stops, was killed, or starts
		return noServer(op)
	case "42601", "42703", "42P01", "42883", "42804", "42P18":
		f.Err = fmt.Errorf("%w: %s", cause, pe.Message) // names in our own SQL, never a value
	}
	switch pe.Code[:2] {
	case "08", "53", "57", "58":
		f.Code = fault.Unavailable
		if pe.Code == "53100" {
			f.Key = "db.full"
		} else if f.Key == "db.internal" {
			f.Key = "db.unreachable"
		}
	case "28", "3D":
		f.Code, f.Key = fault.Unavailable, "db.refused"
	case "55":
		f.Code, f.Key = fault.Unavailable, "db.busy"
	}
	return f
}
