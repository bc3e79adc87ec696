package db

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/key"
)

// These tests hold the one writer of a SQLite file while others queue, so that
// what shares a commit is known and not left to luck.

const rowsTable = "CREATE TABLE r (name TEXT PRIMARY KEY) WITHOUT ROWID"

func openWriter(t *testing.T) (*DB, *writer) {
	t.Helper()
	d, err := Open(t.Context(), Options{Path: filepath.Join(t.TempDir(), "w.db"), Key: key.Plain(bytes.Repeat([]byte{1}, 32)),
		Migrations: []Migration{{Area: "t", Number: 1, SQL: rowsTable}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d, d.store.(*sqliteStore).w
}

// together runs first, and while it runs lets the others queue up in order; it
// answers all errors in that order.
func together(d *DB, w *writer, first func(*Tx) error, others ...func(*Tx) error) []error {
	errs := make([]error, len(others)+1)
	var wg sync.WaitGroup
	started, goOn := make(chan struct{}), make(chan struct{})
	var once sync.Once
	wg.Go(func() {
		errs[0] = d.Write(context.Background(), func(tx *Tx) error {
			once.Do(func() {
				close(started)
				<-goOn
			})
			return first(tx)
		})
	})
	<-started
	for i, f := range others {
		wg.Go(func() {
			defer func() {
				if v := recover(); v != nil {
					errs[i+1] = fault.New(fault.Internal, "test", "panicked")
				}
			}()
			errs[i+1] = d.Write(context.Background(), f)
		})
		for len(w.queue) <= i {
			runtime.Gosched()
		}
	}
	close(goOn)
	wg.Wait()
	return errs
}

func add(name string) func(*Tx) error {
	return func(tx *Tx) error {
		_, err := tx.Exec("INSERT INTO r (name) VALUES (?)", name)
		return err
	}
}

func stored(t *testing.T, d *DB) (all []string) {
	t.Helper()
	err := d.Read(t.Context(), func(tx *Tx) error {
		rows, err := tx.Query("SELECT name FROM r ORDER BY name")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var s string
			if err := rows.Scan(&s); err != nil {
				return err
			}
			all = append(all, s)
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestCallersThatWaitShareOneCommit(t *testing.T) {
	d, w := openWriter(t)
	commits := 0
	counted := func(name string) func(*Tx) error {
		return func(tx *Tx) error {
			tx.BeforeCommit("count", func(*Tx) error { commits++; return nil })
			return add(name)(tx)
		}
	}
	var others []func(*Tx) error
	for i := range 20 {
		others = append(others, counted(fmt.Sprintf("%02d", i)))
	}
	for i, err := range together(d, w, counted("first"), others...) {
		if err != nil {
			t.Errorf("caller %d: %v", i, err)
		}
	}
	if commits != 1 {
		t.Errorf("%d commits for 21 callers, want 1", commits)
	}
	if n := len(stored(t, d)); n != 21 {
		t.Errorf("%d rows", n)
	}
}

func TestOneThatFailsDoesNotHurtTheOthers(t *testing.T) {
	d, w := openWriter(t)
	var undone []string
	noting := func(name string, f func(*Tx) error) func(*Tx) error {
		return func(tx *Tx) error {
			tx.OnRollback(func() { undone = append(undone, name) })
			return f(tx)
		}
	}
	no := fault.New(fault.Forbidden, "test", "test.no")
	half := func(name string) func(*Tx) error {
		return func(tx *Tx) error {
			if err := add(name)(tx); err != nil {
				return err
			}
			return no
		}
	}
	errs := together(d, w, noting("b0", half("bad0")),
		noting("g1", add("good1")), noting("b2", half("bad2")), noting("twice", add("good1")), noting("g3", add("good3")),
		func(tx *Tx) error { panic("in the middle") })
	for i, want := range []fault.Code{fault.Forbidden, "", fault.Forbidden, fault.Conflict, "", fault.Internal} {
		if got := fault.CodeOf(errs[i]); got != want {
			t.Errorf("caller %d: got %v, want %q", i, errs[i], want)
		}
	}
	if got := stored(t, d); !slices.Equal(got, []string{"good1", "good3"}) {
		t.Errorf("stored %v", got)
	}
	if !slices.Equal(undone, []string{"b0", "b2", "twice"}) {
		t.Errorf("undone %v", undone)
	}
}

// SQLITE_FULL may end the whole transaction (sqlite.org/lang_transaction.html,
// "Response to errors within a transaction"). The others of the group then run
// again and are not told of it.
func TestAnEngineRollbackRunsTheOthersAgain(t *testing.T) {
	d, w := openWriter(t)
	runs := map[string]int{}
	running := func(name string) func(*Tx) error {
		return func(tx *Tx) error { runs[name]++; return add(name)(tx) }
	}
	fatal := func(tx *Tx) error {
		if err := add("lost")(tx); err != nil {
			return err
		}
		w.c.rollback() // as the engine does on a full disk
		return fault.New(fault.Unavailable, "test", "db.full")
	}
	errs := together(d, w, running("a"), running("b"), fatal, running("c"))
	for i, want := range []fault.Code{"", "", fault.Unavailable, ""} {
		if got := fault.CodeOf(errs[i]); got != want {
			t.Errorf("caller %d: got %v, want %q", i, errs[i], want)
		}
	}
	if got := stored(t, d); !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("stored %v", got)
	}
	if runs["a"] != 2 || runs["b"] != 2 {
		t.Errorf("runs %v, want two of a and b", runs)
	}
}

func TestASwallowedEngineRollbackIsNotAcknowledged(t *testing.T) {
	d, w := openWriter(t)
	errs := together(d, w, add("a"), func(tx *Tx) error { w.c.rollback(); return nil }, add("b"))
	for i, want := range []fault.Code{"", fault.Unavailable, ""} {
		if got := fault.CodeOf(errs[i]); got != want {
			t.Errorf("caller %d: got %v, want %q", i, errs[i], want)
		}
	}
	if got := stored(t, d); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("stored %v", got)
	}
}

func TestAFullDiskIsUnavailableAndPasses(t *testing.T) {
	d, w := openWriter(t)
	full := func(tx *Tx) error {
		var pages int64
		if err := tx.Row("PRAGMA page_count").Scan(&pages); err != nil {
			return err
		}
		if err := tx.Row(fmt.Sprintf("PRAGMA max_page_count=%d", pages+2)).Scan(&pages); err != nil {
			return err
		}
		for i := range 1000 {
			if err := add(fmt.Sprintf("%d %0500d", i, i))(tx); err != nil {
				return err
			}
		}
		return nil
	}
	errs := together(d, w, add("a"), full, add("b"))
	for i, want := range []fault.Code{"", fault.Unavailable, ""} {
		if got := fault.CodeOf(errs[i]); got != want {
			t.Errorf("caller %d: got %v, want %q", i, errs[i], want)
		}
	}
	if fault.KeyOf(errs[1]) != "db.full" {
		t.Errorf("key %q, want db.full", fault.KeyOf(errs[1]))
	}
	if got := stored(t, d); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("stored %v", got)
	}
}

func TestAHookThatLosesRunsTheWholeGroupAgain(t *testing.T) {
	d, w := openWriter(t)
	hooks, runs := 0, 0
	losing := func(tx *Tx) error {
		runs++
		tx.BeforeCommit("lane", func(*Tx) error {
			if hooks++; hooks < 3 {
				return Retry(fault.New(fault.Unavailable, "test", "test.lost"))
			}
			return nil
		})
		return add("a")(tx)
	}
	for i, err := range together(d, w, losing, func(tx *Tx) error { runs++; return add("b")(tx) }) {
		if err != nil {
			t.Errorf("caller %d: %v", i, err)
		}
	}
	if runs != 6 || hooks != 3 {
		t.Errorf("%d runs, %d hooks; want 6 and 3", runs, hooks)
	}
	if got := stored(t, d); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("stored %v", got)
	}
}

func TestTheStatementCacheIsBounded(t *testing.T) {
	d, w := openWriter(t)
	err := d.Write(t.Context(), func(tx *Tx) error {
		for i := range 2*stmtCacheSize + 10 {
			if _, err := tx.Exec(fmt.Sprintf("INSERT INTO r (name) VALUES ('%d')", i)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(w.c.stmts); n > stmtCacheSize {
		t.Errorf("%d statements kept", n)
	}
	if n := len(slices.Collect(w.c.Stmts())); n > stmtCacheSize+10 {
		t.Errorf("%d statements open", n)
	}
}
