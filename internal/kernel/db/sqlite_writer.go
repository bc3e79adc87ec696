package db

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/ncruces/go-sqlite3"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Limits of one commit: how many callers share it, and how long the first of
// them may wait for the last.
const (
	maxGroup     = 256
	maxGroupTime = 20 * time.Millisecond
	maxRetries   = 10
)

// writer is the one goroutine that writes to a SQLite file. Callers that arrive
// while it commits share the next commit: the disk is synced once for all of
// them, which is worth about twelve times the rate at synchronous=FULL.
type writer struct {
	c         *conn
	save      *sqlite3.Stmt
	release   *sqlite3.Stmt
	rollTo    *sqlite3.Stmt
	queue     chan *request
	mu        sync.RWMutex // held for reading while a request is sent
	closed    bool
	stopped   chan struct{}
	h         hooks
	group     []*request
	groupFrom time.Time
	purge     bool  // the log is to be emptied
	broken    error // the file could not be opened again; nothing is written
}

// request is one Write, or one maintenance step outside any transaction.
type request struct {
	ctx      context.Context
	fn       func(*Tx) error
	outside  func(*conn) error
	done     chan error
	err      error
	panicked *panicked
}

// panicked carries a panic to the goroutine that called Write.
type panicked struct {
	value any
	stack []byte
}

// panic keeps a panic for the caller. It is called where it is recovered.
func (r *request) panic(v any) { r.panicked = &panicked{v, debug.Stack()} }

func newWriter(c *conn) *writer {
	w := &writer{c: c, queue: make(chan *request, maxGroup), stopped: make(chan struct{})}
	go w.loop()
	return w
}

// do hands r to the writer and waits for its answer. It does not stop waiting
// when the context ends, since the commit may be under way: the answer must be true.
func (w *writer) do(r *request) error {
	r.done = make(chan error, 1)
	w.mu.RLock()
	if w.closed {
		w.mu.RUnlock()
		return fault.New(fault.Unavailable, "db.Write", "db.closed")
	}
	w.queue <- r
	w.mu.RUnlock()
	err := <-r.done
	if r.panicked != nil {
		panic(fmt.Sprintf("%v\n\n%s", r.panicked.value, r.panicked.stack))
	}
	return err
}

func (w *writer) close() error {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		close(w.queue)
	}
	w.mu.Unlock()
	<-w.stopped
	if w.c == nil {
		return nil
	}
	return w.c.shut()
}

// forget lets go of a connection that was closed, and of its statements.
func (w *writer) forget() { w.c, w.save, w.release, w.rollTo = nil, nil, nil, nil }

func (w *writer) loop() {
	defer close(w.stopped)
	for r := range w.queue {
		if w.broken != nil {
			r.done <- w.broken
			continue
		}
		if r.outside != nil {
			r.done <- w.maintain(r)
			continue
		}
		w.group, w.groupFrom = append(w.group[:0], r), time.Now()
		w.commitGroup()
		if w.purge {
			w.emptyLog()
		}
	}
}

// maintain runs a step outside any transaction. The driver panics when it runs out
// of memory; here nobody else would catch that.
func (w *writer) maintain(r *request) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &fault.Error{Code: fault.Unavailable, Op: "db.maintain", Key: "db.full", Err: fmt.Errorf("%v", v)}
		}
	}()
	return r.outside(w.c)
}

// emptyLog moves the log into the file and truncates it. A reader that still needs
// the log is not waited for: the next commit tries again.
func (w *writer) emptyLog() {
	if w.c == nil || w.c.BusyTimeout(50*time.Millisecond) != nil {
		return
	}
	defer func() { _ = w.c.BusyTimeout(busyTimeout) }()
	cur, err := w.c.query("PRAGMA wal_checkpoint(TRUNCATE)", nil)
	if err != nil {
		return
	}
	var busy cell
	if cur.next() && cur.cell(0, &busy) == nil && busy.i == 0 {
		w.purge = false
	}
	_ = cur.close()
}

// commitGroup runs the group, and whoever joins it meanwhile, until one commit
// has answered all of them. What the engine rolled back by itself runs again.
func (w *writer) commitGroup() {
	var after *request // maintenance that arrived in between
	for tries := 0; ; {
		again, err := w.attempt(&after)
		if again && err == nil {
			continue // somebody was answered and left: this ends
		}
		if again {
			if tries++; tries < maxRetries {
				continue
			}
			err = gaveUp(err)
		}
		for _, r := range w.group {
			r.done <- err
		}
		break
	}
	clear(w.group)
	if after != nil {
		after.done <- w.maintain(after)
	}
}

// attempt is one transaction. again asks for another: nothing was committed, and
// w.group holds who is still to be answered.
func (w *writer) attempt(after **request) (again bool, err error) {
	if err := w.c.begin.Exec(); err != nil {
		return false, mapped("db.Write", err)
	}
	for i := 0; ; {
		if i == len(w.group) {
			if *after != nil || !w.join(after) {
				break
			}
			continue
		}
		switch w.run(w.group[i], i > 0) {
		case kept:
			i++
		case dropped:
			w.drop(i)
			if i == 0 { // it ran without a savepoint, so the whole transaction is gone; begin anew if others wait
				if len(w.group) == 0 && !w.join(after) {
					return false, nil
				}
				return true, nil
			}
		case lost: // the engine rolled back everything: the others run again
			w.drop(i)
			w.h.rollback(mark{})
			return len(w.group) > 0, nil
		}
	}
	tx := &Tx{ctx: context.Background(), s: w.c, hooks: &w.h, engine: SQLite, write: true}
	err = w.h.runBefore(tx)
	if err == nil {
		err = w.c.end.Exec()
	}
	if err != nil {
		w.c.rollback()
		w.h.rollback(mark{})
		return wantsRetry(err), mapped("db.Write", err)
	}
	w.purge = w.purge || w.h.purge
	w.h.done()
	return false, nil
}

// join lets one waiting caller share this commit.
func (w *writer) join(after **request) bool {
	if len(w.group) >= maxGroup || time.Since(w.groupFrom) > maxGroupTime {
		return false
	}
	select {
	case r, ok := <-w.queue:
		switch {
		case !ok:
			return false
		case r.outside != nil:
			*after = r
			return false
		}
		w.group = append(w.group, r)
		return true
	default:
		return false
	}
}

// drop answers request i with its error and takes it out of the group.
func (w *writer) drop(i int) {
	r := w.group[i]
	w.group = append(w.group[:i], w.group[i+1:]...)
	r.done <- r.err
}

type outcome uint8

const (
	kept outcome = iota
	dropped
	lost
)

// run runs one function, from a savepoint unless it is the first.
func (w *writer) run(r *request, savepoint bool) outcome {
	for try := 0; ; try++ {
		if r.err = r.ctx.Err(); r.err != nil {
			r.err = mapped("db.Write", r.err)
			if !savepoint {
				w.c.rollback()
			}
			return dropped
		}
		m := w.h.mark()
		if savepoint {
			if r.err = mapped("db.Write", w.savepoint()); r.err != nil {
				return w.lostOrDropped(m)
			}
		}
		err := w.call(r)
		if err == nil && w.c.GetAutocommit() { // a function that swallowed a fatal error
			err = fault.New(fault.Unavailable, "db.Write", "db.io")
		}
		if err == nil {
			if savepoint {
				r.err = mapped("db.Write", w.release.Exec())
				if r.err != nil {
					return w.lostOrDropped(m)
				}
			}
			return kept
		}
		if w.c.GetAutocommit() {
			r.err = err
			w.h.rollback(m)
			return lost
		}
		if savepoint {
			_ = w.rollTo.Exec()
			_ = w.release.Exec()
			w.h.rollback(m)
		} else {
			w.c.rollback()
			w.h.rollback(m)
		}
		if !wantsRetry(err) || try >= maxRetries {
			r.err = err
			if wantsRetry(err) {
				r.err = gaveUp(err)
			}
			return dropped
		}
		if !savepoint {
			if r.err = mapped("db.Write", w.c.begin.Exec()); r.err != nil {
				return dropped
			}
		}
	}
}

func (w *writer) lostOrDropped(m mark) outcome {
	w.h.rollback(m)
	if w.c.GetAutocommit() {
		return lost
	}
	_ = w.rollTo.Exec()
	_ = w.release.Exec()
	return dropped
}

func (w *writer) savepoint() (err error) {
	if w.save == nil {
		if w.save, _, err = w.c.PrepareFlags("SAVEPOINT one", sqlite3.PREPARE_PERSISTENT); err != nil {
			return err
		}
		if w.release, _, err = w.c.PrepareFlags("RELEASE one", sqlite3.PREPARE_PERSISTENT); err != nil {
			return err
		}
		if w.rollTo, _, err = w.c.PrepareFlags("ROLLBACK TO one", sqlite3.PREPARE_PERSISTENT); err != nil {
			return err
		}
	}
	return w.save.Exec()
}

// call runs the function, and catches its panic for the caller's goroutine.
func (w *writer) call(r *request) (err error) {
	tx := &Tx{ctx: r.ctx, s: w.c, hooks: &w.h, engine: SQLite, write: true, panicked: r.panic}
	defer func() {
		tx.closed = true
		w.c.closeCursors()
		if v := recover(); v != nil {
			r.panic(v)
			err = fault.New(fault.Internal, "db.Write", "db.internal")
		}
	}()
	return tx.outcome(r.fn(tx))
}
