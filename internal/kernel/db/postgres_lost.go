package db

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// What happens when a database server is lost, and another one takes over.
//
// A transaction whose connection breaks before its commit was sent is not there: it
// is run again, for as long as patience lasts, on whichever server takes writes. One
// whose connection breaks while it commits may be there or not. It is never run
// again, and never said to be saved: the caller hears db.unknown_outcome.

// connectWithin is how long one server may take to accept a connection, and probes
// how soon a server is missed that vanished without a word, unless the address of the
// database says otherwise.
const connectWithin = 5 * time.Second

var probes = net.KeepAliveConfig{Enable: true, Idle: 10 * time.Second, Interval: 5 * time.Second, Count: 3}

// reconnects makes every connection one that takes writes: of several servers in the
// address the primary, and never a standby that was asked by mistake.
func reconnects(c *pgx.ConnConfig) {
	if c.ValidateConnect == nil {
		c.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	missed(c)
}

func missed(c *pgx.ConnConfig) {
	if plain, err := pgconn.ParseConfig(""); err == nil && c.ConnectTimeout == plain.ConnectTimeout {
		c.ConnectTimeout = connectWithin
	}
	c.DialFunc = (&net.Dialer{KeepAliveConfig: probes}).DialContext
}

// broken marks a fault of a connection that broke before a commit was sent.
type broken struct{ err error }

func (b *broken) Error() string { return b.err.Error() }
func (b *broken) Unwrap() error { return b.err }

func isLost(err error) bool {
	var l *broken
	return errors.As(err, &l)
}

func noServer(op string) error {
	// The text of a connect error names host and user: not for a page, nor for a log.
	return &broken{&fault.Error{Code: fault.Unavailable, Op: op, Key: "db.unreachable", Err: errors.New("no connection to the database server")}}
}

// brokenOff reports whether an error is of the connection and not of a statement.
func brokenOff(err error) bool {
	var ce *pgconn.ConnectError
	var ne net.Error
	return errors.As(err, &ce) || errors.As(err, &ne) || pgconn.SafeToRetry(err) || strings.Contains(err.Error(), "conn closed") ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) || errors.Is(err, os.ErrDeadlineExceeded) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// begin opens a transaction, on another connection where one is broken.
func (s *pgStore) begin(ctx context.Context, op string, o pgx.TxOptions) (pgx.Tx, error) {
	start := time.Now()
	for try := 0; ; try++ {
		pt, err := s.pool.BeginTx(ctx, o)
		if err == nil {
			return pt, nil
		}
		if err = mapped(op, err); !isLost(err) || time.Since(start) > patience {
			return nil, err
		}
		if err := pause(ctx, op, try); err != nil {
			return nil, err
		}
	}
}

// pause waits a little, longer each time.
func pause(ctx context.Context, op string, try int) error {
	wait := time.NewTimer(time.Duration(rand.Int64N(int64(time.Millisecond) << min(try, 7))))
	defer wait.Stop()
	select {
	case <-wait.C:
		return nil
	case <-ctx.Done():
		return mapped(op, ctx.Err())
	}
}

// notCommitted says what became of a commit that did not answer well. Only what the
// server said of its own accord is certain.
func notCommitted(err error) error {
	var pe *pgconn.PgError
	if errors.As(err, &pe) && !isLost(mapped("db.Write", err)) && pe.Code[:2] != "08" && pe.Code[:2] != "57" && pe.Code[:2] != "58" && pe.Code[:2] != "XX" {
		return mapped("db.Write", err)
	}
	if errors.Is(err, pgx.ErrTxCommitRollback) || errors.Is(err, pgx.ErrTxClosed) {
		return mapped("db.Write", err) // it was rolled back
	}
	return &fault.Error{Code: fault.Unavailable, Op: "db.Write", Key: "db.unknown_outcome", Err: errors.New("the connection broke during the commit")}
}
