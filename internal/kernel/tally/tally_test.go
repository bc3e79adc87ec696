package tally_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/tally"
	"github.com/godwit-health/godwit/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// stores runs a test on both engines.
func stores(t *testing.T, test func(t *testing.T, d *db.DB)) {
	open := func(t *testing.T, o db.Options) *db.DB {
		o.Migrations = tally.Migrations()
		d, err := db.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { d.Close() })
		return d
	}
	t.Run("sqlite", func(t *testing.T) {
		test(t, open(t, db.Options{Path: filepath.Join(t.TempDir(), "t.db"), Unencrypted: true}))
	})
	t.Run("postgres", func(t *testing.T) { test(t, open(t, db.Options{URL: testkit.Postgres(t)})) })
}

func TestCountsOfSeveralLanesAddUp(t *testing.T) {
	stores(t, func(t *testing.T, d *db.DB) {
		day := calendar.DayOf(2026, 11, 22)
		write(t, d, func(tx *db.Tx) error {
			for _, a := range []struct {
				lane int64
				day  calendar.Day
				n    int64
				dims []string
			}{
				{1, day, 2, []string{"site1", "f"}}, {2, day, 3, []string{"site1", "f"}}, {1, day, 1, []string{"site1", "m"}},
				{1, day, 5, []string{"site2", "f"}}, {1, day, -5, []string{"site2", "f"}}, {2, day + 1, 7, []string{"site2", "m"}},
				{2, day + 1, 0, []string{"site3", "m"}}, {2, day + 9, 100, []string{"site1", "f"}},
			} {
				if err := tally.Add(tx, a.lane, "screened", a.day, a.n, a.dims...); err != nil {
					return err
				}
			}
			return tally.Add(tx, 1, "other", day, 50)
		})
		read(t, d, func(tx *db.Tx) error {
			check := func(want []tally.Count, by ...int) {
				t.Helper()
				got, err := tally.Sum(tx, "screened", day, day+1, by...)
				if err != nil {
					t.Fatal(err)
				}
				if !slices.EqualFunc(got, want, func(a, b tally.Count) bool { return a.N == b.N && slices.Equal(a.Dims, b.Dims) }) {
					t.Errorf("by %v: got %v, want %v", by, got, want)
				}
			}
			check([]tally.Count{{N: 13}})
			check([]tally.Count{{[]string{"site1"}, 6}, {[]string{"site2"}, 7}}, 0)
			check([]tally.Count{{[]string{"f"}, 5}, {[]string{"m"}, 8}}, 1)
			check([]tally.Count{{[]string{"f", "site1"}, 5}, {[]string{"m", "site1"}, 1}, {[]string{"m", "site2"}, 7}}, 1, 0)
			days, err := tally.ByDay(tx, "screened", day, day+8)
			if err != nil || len(days) != 2 || days[day] != 6 || days[day+1] != 7 {
				t.Errorf("by day: got %v, %v", days, err)
			}
			return nil
		})
	})
}

// Two points whose codes begin alike, and a day outside, do not get into each other's sums.
func TestTheCountsUnderOnePlaceAreItsOwn(t *testing.T) {
	stores(t, func(t *testing.T, d *db.DB) {
		day := calendar.DayOf(2026, 11, 22)
		write(t, d, func(tx *db.Tx) error {
			for _, a := range []struct {
				day  calendar.Day
				n    int64
				dims []string
			}{{day, 2, []string{"BUS", "in", "07"}}, {day, 3, []string{"BUS", "out", "07"}}, {day, 7, []string{"BUS", "in", "08"}}, {day + 1, 5, []string{"BUS", "in", "07"}},
				{day + 2, 50, []string{"BUS", "in", "07"}}, {day, 100, []string{"BUS1", "in", "07"}}, {day, 100, []string{"BU", "in", "07"}}, {day, 1000, []string{"BUS-1", "in", "07"}}, {day, 10000, []string{"BUS"}}} {
				for lane := range int64(2) {
					if err := tally.Add(tx, lane, "passed", a.day, a.n, a.dims...); err != nil {
						return err
					}
				}
			}
			return nil
		})
		read(t, d, func(tx *db.Tx) error {
			check := func(want []tally.Count, under []string, by ...int) {
				t.Helper()
				got, err := tally.SumUnder(tx, "passed", day, day+1, under, by...)
				if err != nil || !slices.EqualFunc(got, want, func(a, b tally.Count) bool { return a.N == b.N && slices.Equal(a.Dims, b.Dims) }) {
					t.Errorf("under %q: %v (%v), want %v", under, got, err, want)
				}
			}
			check([]tally.Count{{Dims: []string{"in"}, N: 2 * 14}}, []string{"BUS", "in"}, 1)
			check([]tally.Count{{Dims: []string{"07"}, N: 2 * 7}, {Dims: []string{"08"}, N: 2 * 7}}, []string{"BUS", "in"}, 2)
			check([]tally.Count{{Dims: []string{""}, N: 2 * 10000}, {Dims: []string{"in"}, N: 2 * 14}, {Dims: []string{"out"}, N: 2 * 3}}, []string{"BUS"}, 1)
			check(nil, []string{"BUS", "i"}, 1)
			return nil
		})
	})
}

func TestACountIsThereWithWhatItCountsOrNotAtAll(t *testing.T) {
	stores(t, func(t *testing.T, d *db.DB) {
		sorry := fault.New(fault.Invalid, "test", "test.sorry")
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			if err := tally.Add(tx, 1, "screened", 0, 1); err != nil {
				return err
			}
			return sorry
		})
		if !fault.Is(err, fault.Invalid) {
			t.Fatalf("got %v", err)
		}
		read(t, d, func(tx *db.Tx) error {
			got, err := tally.Sum(tx, "screened", 0, 0)
			if err != nil || len(got) != 0 {
				t.Errorf("got %v, %v; want nothing", got, err)
			}
			return nil
		})
	})
}

func TestClearForgetsOneCounter(t *testing.T) {
	stores(t, func(t *testing.T, d *db.DB) {
		write(t, d, func(tx *db.Tx) error {
			for _, c := range []string{"a", "b"} {
				if err := tally.Add(tx, 1, c, 0, 1, "x"); err != nil {
					return err
				}
			}
			return tally.Clear(tx, "a")
		})
		read(t, d, func(tx *db.Tx) error {
			a, _ := tally.Sum(tx, "a", 0, 0)
			b, _ := tally.Sum(tx, "b", 0, 0)
			if len(a) != 0 || len(b) != 1 {
				t.Errorf("a %v, b %v; want none and one", a, b)
			}
			return nil
		})
	})
}

func TestBadDimensionsAreRefused(t *testing.T) {
	stores(t, func(t *testing.T, d *db.DB) {
		err := d.Write(t.Context(), func(tx *db.Tx) error { return tally.Add(tx, 1, "a", 0, 1, "x\x1fy") })
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("got %v, want invalid", err)
		}
	})
}

func write(t *testing.T, d *db.DB, f func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Write(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, d *db.DB, f func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Read(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}
