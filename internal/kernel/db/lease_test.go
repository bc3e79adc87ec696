package db_test

import (
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
)

// leases opens a store of each engine with nothing but leases in it.
func leases(t *testing.T, test func(t *testing.T, d *db.DB)) {
	stores(t, db.Migrations()[0].SQL, test)
}

func TestALeaseIsOneProcessesUntilItEnds(t *testing.T) {
	leases(t, func(t *testing.T, d *db.DB) {
		a, b := db.NewID(), db.NewID()
		take := func(who db.ID, long time.Duration) bool {
			t.Helper()
			mine, err := d.Lease(t.Context(), "sweep", who, long)
			if err != nil {
				t.Fatal(err)
			}
			return mine
		}
		if !take(a, time.Hour) || take(b, time.Hour) || !take(a, time.Hour) {
			t.Fatal("the first that asks has it, renews it, and nobody else gets it")
		}
		if err := d.EndLease(t.Context(), "sweep", b); err != nil {
			t.Fatal(err)
		}
		if take(b, time.Hour) {
			t.Fatal("who does not hold a lease ended it")
		}
		if err := d.EndLease(t.Context(), "sweep", a); err != nil {
			t.Fatal(err)
		}
		if !take(b, -time.Second) {
			t.Fatal("a lease that was given back is nobody's")
		}
		if !take(a, time.Hour) {
			t.Fatal("a lease whose holder is silent expires")
		}
	})
}
