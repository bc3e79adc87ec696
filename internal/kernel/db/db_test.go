package db_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/key"
	"github.com/godwit-health/godwit/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var testKey = bytes.Repeat([]byte{5}, key.Size)

// stores runs one test on every engine: the conformance suite.
func stores(t *testing.T, sql string, test func(t *testing.T, d *db.DB)) {
	m := []db.Migration{{Area: "test", Number: 1, SQL: sql}}
	t.Run("sqlite", func(t *testing.T) {
		test(t, open(t, db.Options{Path: filepath.Join(t.TempDir(), "t.db"), Key: key.Plain(testKey), Migrations: m}))
	})
	t.Run("postgres", func(t *testing.T) {
		test(t, open(t, db.Options{URL: testkit.Postgres(t), Migrations: m}))
	})
}

func open(t *testing.T, o db.Options) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
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

func count(t *testing.T, d *db.DB, table string) (n int) {
	t.Helper()
	read(t, d, func(tx *db.Tx) error { return tx.Row("SELECT count(*) FROM " + table).Scan(&n) })
	return n
}

func wantCode(t *testing.T, err error, want fault.Code) {
	t.Helper()
	if !fault.Is(err, want) {
		t.Fatalf("got %v, want %s", err, want)
	}
}

const things = "CREATE TABLE things (id BLOB PRIMARY KEY, name TEXT NOT NULL UNIQUE, n INTEGER)"

func insert(tx *db.Tx, name string, n any) error {
	_, err := tx.Exec("INSERT INTO things (id, name, n) VALUES (?, ?, ?)", db.NewID(), name, n)
	return err
}

func TestTextComparesByByteAndByCase(t *testing.T) {
	stores(t, things, func(t *testing.T, d *db.DB) {
		write(t, d, func(tx *db.Tx) error {
			for _, n := range []string{"b", "a", "B", "é", "Z", "ab"} {
				if err := insert(tx, n, nil); err != nil {
					return err
				}
			}
			return nil
		})
		read(t, d, func(tx *db.Tx) error {
			if got := names(t, tx, "SELECT name FROM things ORDER BY name"); !slices.Equal(got, []string{"B", "Z", "a", "ab", "b", "é"}) {
				t.Errorf("order: got %v", got)
			}
			if got := names(t, tx, "SELECT name FROM things WHERE name LIKE ? ORDER BY name", "a%"); !slices.Equal(got, []string{"a", "ab"}) {
				t.Errorf("prefix: got %v", got)
			}
			if got := names(t, tx, "SELECT name FROM things WHERE name LIKE 'b%'"); !slices.Equal(got, []string{"b"}) {
				t.Errorf("case: got %v", got)
			}
			return nil
		})
	})
}

func names(t *testing.T, tx *db.Tx, sql string, args ...any) (out []string) {
	t.Helper()
	rows, err := tx.Query(sql, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestPortableStatements(t *testing.T) {
	stores(t, "CREATE TABLE c (k TEXT PRIMARY KEY, n INTEGER NOT NULL, r REAL); CREATE TABLE auto (id INTEGER PRIMARY KEY, x TEXT)", func(t *testing.T, d *db.DB) {
		write(t, d, func(tx *db.Tx) error {
			for range 3 {
				_, err := tx.Exec("INSERT INTO c (k, n, r) VALUES (?, ?, ?) ON CONFLICT (k) DO UPDATE SET n = c.n + excluded.n", "a?b", 2, 0.5)
				if err != nil {
					return err
				}
			}
			if n, err := tx.Exec("INSERT INTO c (k, n) VALUES ('a?b', 1) ON CONFLICT DO NOTHING"); n != 0 || err != nil {
				t.Errorf("do nothing: %d, %v", n, err)
			}
			if n, err := tx.Exec("UPDATE c SET r = r WHERE k = 'a?b' AND n = ?", 6); n != 1 || err != nil {
				t.Errorf("update: %d rows, %v", n, err)
			}
			var id int64
			if err := tx.Row("INSERT INTO auto (x) VALUES (?) RETURNING id", "x").Scan(&id); err != nil || id < 1 {
				t.Errorf("returning: %d, %v", id, err)
			}
			return nil
		})
		read(t, d, func(tx *db.Tx) error {
			var sum, n int64
			var avg float64
			var has bool
			err := tx.Row("SELECT sum(n), count(*), avg(n), max(n) > 5 FROM c WHERE (? = '' OR k = ?) LIMIT ?", "", "x", 10).Scan(&sum, &n, &avg, &has)
			if err != nil || sum != 6 || n != 1 || avg != 6 || !has {
				t.Errorf("got %v %v %v %v, %v", sum, n, avg, has, err)
			}
			return nil
		})
	})
}

func TestNoRowIsNotFound(t *testing.T) {
	stores(t, things, func(t *testing.T, d *db.DB) {
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			var n int
			return tx.Row("SELECT n FROM things WHERE name = ?", "nobody").Scan(&n)
		})
		wantCode(t, err, fault.NotFound)
	})
}

func TestAUniqueNameTwiceIsAConflict(t *testing.T) {
	stores(t, things, func(t *testing.T, d *db.DB) {
		write(t, d, func(tx *db.Tx) error { return insert(tx, "Almaz", 1) })
		err := d.Write(t.Context(), func(tx *db.Tx) error { return insert(tx, "Almaz", 2) })
		wantCode(t, err, fault.Conflict)
		if strings.Contains(err.Error(), "Almaz") {
			t.Errorf("the error quotes the value: %v", err)
		}
	})
}

func TestAFailedFunctionLeavesNothing(t *testing.T) {
	stores(t, things, func(t *testing.T, d *db.DB) {
		sorry := fault.New(fault.Forbidden, "test", "test.no")
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			if err := insert(tx, "x", 1); err != nil {
				return err
			}
			return sorry
		})
		wantCode(t, err, fault.Forbidden)
		if n := count(t, d, "things"); n != 0 {
			t.Errorf("%d rows are there", n)
		}
	})
}

func TestAFailedStatementEndsTheTransaction(t *testing.T) {
	stores(t, things, func(t *testing.T, d *db.DB) {
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			if err := insert(tx, "x", 1); err != nil {
				return err
			}
			_ = insert(tx, "x", 2) // passed over
			if err := insert(tx, "y", 3); err == nil {
				t.Error("a statement ran after one that failed")
			}
			return nil
		})
		wantCode(t, err, fault.Conflict)
		if n := count(t, d, "things"); n != 0 {
			t.Errorf("%d rows are there", n)
		}
	})
}

func TestAReaderCannotWrite(t *testing.T) {
	stores(t, things, func(t *testing.T, d *db.DB) {
		if err := d.Read(t.Context(), func(tx *db.Tx) error { return insert(tx, "x", 1) }); err == nil {
			t.Error("it wrote")
		}
	})
}

func TestAReadIsOneSnapshot(t *testing.T) {
	stores(t, things, func(t *testing.T, d *db.DB) {
		write(t, d, func(tx *db.Tx) error { return insert(tx, "a", 1) })
		read(t, d, func(tx *db.Tx) error {
			before := names(t, tx, "SELECT name FROM things")
			done := make(chan error)
			go func() {
				done <- d.Write(context.Background(), func(tx *db.Tx) error { return insert(tx, "b", 1) })
			}()
			if err := <-done; err != nil {
				return err
			}
			if after := names(t, tx, "SELECT name FROM things"); !slices.Equal(before, after) {
				t.Errorf("the read saw a later write: %v then %v", before, after)
			}
			return nil
		})
		if n := count(t, d, "things"); n != 2 {
			t.Errorf("%d rows, want 2", n)
		}
	})
}

func TestRowsMayStayOpenWhileAnotherStatementRuns(t *testing.T) {
	stores(t, things, func(t *testing.T, d *db.DB) {
		write(t, d, func(tx *db.Tx) error {
			for i := range 5 {
				if err := insert(tx, fmt.Sprint(i), i); err != nil {
					return err
				}
			}
			rows, err := tx.Query("SELECT n FROM things ORDER BY n")
			if err != nil {
				return err
			}
			defer rows.Close()
			sum := 0
			for rows.Next() {
				var n, again int
				if err := rows.Scan(&n); err != nil {
					return err
				}
				// The same statement, while the first is being walked.
				inner, err := tx.Query("SELECT n FROM things ORDER BY n")
				if err != nil {
					return err
				}
				for inner.Next() {
					if err := inner.Scan(&again); err != nil {
						return err
					}
					sum++
				}
			}
			if sum != 25 {
				t.Errorf("%d inner rows, want 25", sum)
			}
			return rows.Err()
		})
	})
}

func TestStreamWalksManyRows(t *testing.T) {
	stores(t, things, func(t *testing.T, d *db.DB) {
		const n = 2000
		write(t, d, func(tx *db.Tx) error {
			for i := range n {
				if err := insert(tx, fmt.Sprint(i), i); err != nil {
					return err
				}
			}
			return nil
		})
		read(t, d, func(tx *db.Tx) error {
			rows, err := tx.Stream("SELECT id, name, n FROM things WHERE n >= ? ORDER BY n", 0)
			if err != nil {
				return err
			}
			defer rows.Close()
			if got := rows.Columns(); !slices.Equal(got, []string{"id", "name", "n"}) {
				t.Errorf("columns %v", got)
			}
			want := 0
			for rows.Next() {
				var id db.ID
				var name string
				var i int
				if err := rows.Scan(&id, &name, &i); err != nil {
					return err
				}
				if i != want || name != fmt.Sprint(i) || id.IsZero() {
					t.Fatalf("row %d is %v %v", want, name, i)
				}
				want++
			}
			if want != n {
				t.Errorf("%d rows, want %d", want, n)
			}
			return rows.Err()
		})
	})
}

func TestATransactionCannotBeUsedAfterItEnded(t *testing.T) {
	stores(t, things, func(t *testing.T, d *db.DB) {
		var kept *db.Tx
		write(t, d, func(tx *db.Tx) error { kept = tx; return nil })
		_, err := kept.Exec("DELETE FROM things")
		wantCode(t, err, fault.Internal)
		read(t, d, func(tx *db.Tx) error { kept = tx; return nil })
		_, err = kept.Query("SELECT name FROM things")
		wantCode(t, err, fault.Internal)
	})
}

func TestConcurrentWritersLoseNoUpdate(t *testing.T) {
	stores(t, "CREATE TABLE c (k INTEGER PRIMARY KEY, n INTEGER NOT NULL); INSERT INTO c (k, n) VALUES (1, 0)", func(t *testing.T, d *db.DB) {
		const callers, each = 8, 15
		var wg sync.WaitGroup
		for range callers {
			wg.Go(func() {
				for range each {
					err := d.Write(context.Background(), func(tx *db.Tx) error {
						var n int
						if err := tx.Row("SELECT n FROM c WHERE k = 1").Scan(&n); err != nil {
							return err
						}
						_, err := tx.Exec("UPDATE c SET n = ? WHERE k = 1", n+1)
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		read(t, d, func(tx *db.Tx) error {
			var n int
			if err := tx.Row("SELECT n FROM c").Scan(&n); err != nil || n != callers*each {
				t.Errorf("counted %d, %v; want %d", n, err, callers*each)
			}
			return nil
		})
	})
}

func TestACancelledContextIsSaidPlainly(t *testing.T) {
	stores(t, things, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := d.Write(ctx, func(tx *db.Tx) error { return insert(tx, "x", 1) })
		wantCode(t, err, fault.Unavailable)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("write: %v does not say why", err)
		}
		err = d.Read(ctx, func(tx *db.Tx) error { _, err := tx.Query("SELECT name FROM things"); return err })
		wantCode(t, err, fault.Unavailable)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("read: %v does not say why", err)
		}
		if n := count(t, d, "things"); n != 0 {
			t.Errorf("%d rows", n)
		}
	})
}

func TestALongReadCanBeInterrupted(t *testing.T) {
	stores(t, things, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
		defer cancel()
		err := d.Read(ctx, func(tx *db.Tx) error {
			var n int64
			return tx.Row(`WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 2000000000) SELECT count(*) FROM c`).Scan(&n)
		})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if n := count(t, d, "things"); n != 0 {
			t.Error("the next read fails")
		}
	})
}

func TestAClosedDatabaseSaysSo(t *testing.T) {
	stores(t, things, func(t *testing.T, d *db.DB) {
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		wantCode(t, d.Write(t.Context(), func(tx *db.Tx) error { return nil }), fault.Unavailable)
		wantCode(t, d.Read(t.Context(), func(tx *db.Tx) error { return nil }), fault.Unavailable)
		if err := d.Close(); err != nil {
			t.Errorf("closing twice: %v", err)
		}
	})
}

func TestInfoAndScrub(t *testing.T) {
	stores(t, things, func(t *testing.T, d *db.DB) {
		write(t, d, func(tx *db.Tx) error { return insert(tx, "x", 1) })
		if err := d.Scrub(t.Context()); err != nil {
			t.Fatal(err)
		}
		i, err := d.Info(t.Context())
		if err != nil || i.Engine != d.Engine() || i.Version == "" || i.Bytes == 0 {
			t.Errorf("got %+v, %v", i, err)
		}
		if d.Engine() == db.SQLite && (i.JournalMode != "wal" || !i.Encrypted || i.Cipher != "adiantum" || i.LogBytes != 0) {
			t.Errorf("got %+v", i)
		}
		if n := count(t, d, "things"); n != 1 {
			t.Errorf("%d rows after the scrub", n)
		}
	})
}
