package db_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

func TestAPanicReachesTheCallerAndHurtsNobodyElse(t *testing.T) {
	stores(t, things, func(t *testing.T, d *db.DB) {
		func() {
			defer func() {
				if v := recover(); v == nil || !strings.Contains(fmt.Sprint(v), "boom") {
					t.Errorf("recovered %v", v)
				}
			}()
			_ = d.Write(t.Context(), func(tx *db.Tx) error {
				if err := insert(tx, "x", 1); err != nil {
					return err
				}
				panic("boom")
			})
		}()
		write(t, d, func(tx *db.Tx) error { return insert(tx, "y", 1) })
		if n := count(t, d, "things"); n != 1 {
			t.Errorf("%d rows, want 1", n)
		}
	})
}

func TestAPanickingHookReachesTheCallerAndNobodyElse(t *testing.T) {
	stores(t, things, func(t *testing.T, d *db.DB) {
		try := func(fail error) (recovered any) {
			defer func() { recovered = recover() }()
			_ = d.Write(t.Context(), func(tx *db.Tx) error {
				tx.OnCommit(func() { panic("after the commit") })
				tx.OnRollback(func() { panic("after the rollback") })
				if err := insert(tx, "x", 1); err != nil {
					return err
				}
				return fail
			})
			return nil
		}
		if v := try(fault.New(fault.Invalid, "test", "test.no")); !strings.Contains(fmt.Sprint(v), "after the rollback") {
			t.Errorf("recovered %v", v)
		}
		if v := try(nil); !strings.Contains(fmt.Sprint(v), "after the commit") {
			t.Errorf("recovered %v", v)
		}
		write(t, d, func(tx *db.Tx) error { return insert(tx, "y", 1) })
		if n := count(t, d, "things"); n != 2 {
			t.Errorf("%d rows, want 2: what was committed stays", n)
		}
	})
}

func TestHooksFollowTheTransaction(t *testing.T) {
	stores(t, things, func(t *testing.T, d *db.DB) {
		var log []string
		say := func(s string) func() { return func() { log = append(log, s) } }
		write(t, d, func(tx *db.Tx) error {
			tx.OnCommit(say("committed 1"))
			tx.OnCommit(say("committed 2"))
			tx.OnRollback(say("undone"))
			for range 2 {
				tx.BeforeCommit("k", func(tx *db.Tx) error { say("before")(); return insert(tx, "hook", 1) })
			}
			return nil
		})
		if !slices.Equal(log, []string{"before", "committed 1", "committed 2"}) {
			t.Errorf("got %v", log)
		}
		log = nil
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			tx.OnCommit(say("committed"))
			tx.OnRollback(say("undone 1"))
			tx.OnRollback(say("undone 2"))
			return fault.New(fault.Invalid, "test", "test.no")
		})
		wantCode(t, err, fault.Invalid)
		if !slices.Equal(log, []string{"undone 2", "undone 1"}) {
			t.Errorf("got %v", log)
		}
		log = nil
		err = d.Write(t.Context(), func(tx *db.Tx) error {
			tx.OnRollback(say("undone"))
			tx.BeforeCommit("k", func(tx *db.Tx) error { return insert(tx, "hook", 1) }) // is there already
			return nil
		})
		wantCode(t, err, fault.Conflict)
		if !slices.Equal(log, []string{"undone"}) {
			t.Errorf("got %v", log)
		}
	})
}

func TestRetryRunsAgainAndGivesUp(t *testing.T) {
	stores(t, things, func(t *testing.T, d *db.DB) {
		lost := fault.New(fault.Unavailable, "test", "test.lost")
		runs := 0
		write(t, d, func(tx *db.Tx) error {
			if runs++; runs < 3 {
				if err := insert(tx, fmt.Sprint("lost", runs), 1); err != nil {
					return err
				}
				return fault.Wrap("area", db.Retry(lost))
			}
			return insert(tx, "won", 1)
		})
		if n := count(t, d, "things"); runs != 3 || n != 1 {
			t.Errorf("%d runs, %d rows; want 3 and 1", runs, n)
		}
		err := d.Write(t.Context(), func(tx *db.Tx) error { return db.Retry(lost) })
		wantCode(t, err, fault.Unavailable)
		runs = 0
		write(t, d, func(tx *db.Tx) error { // a hook that loses runs everything again
			runs++
			tx.BeforeCommit("k", func(tx *db.Tx) error {
				if runs < 3 {
					return db.Retry(lost)
				}
				return nil
			})
			return insert(tx, "hooked", runs)
		})
		if n := count(t, d, "things"); runs != 3 || n != 2 {
			t.Errorf("%d runs, %d rows; want 3 and 2", runs, n)
		}
	})
}
