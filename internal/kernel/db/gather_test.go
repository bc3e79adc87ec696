package db_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

const gathered = `
CREATE TABLE part (doc BLOB NOT NULL, n INTEGER NOT NULL, word TEXT, share REAL, PRIMARY KEY (doc, n));
CREATE TABLE whole (id BLOB PRIMARY KEY, word TEXT NOT NULL, n INTEGER, raw BLOB)`

// act does something random to a few documents, so that statements meet, and answers
// what it read.
func act(tx *db.Tx, r *rand.Rand) (string, error) {
	id := db.ID{1, byte(1 + r.IntN(6))}
	var word any = fmt.Sprintf("w%d", r.IntN(9))
	if r.IntN(4) == 0 {
		word = nil
	}
	exec := func(sql string, args ...any) (string, error) {
		_, err := tx.Exec(sql, args...)
		return "", err
	}
	switch r.IntN(12) {
	case 0, 1:
		return exec("DELETE FROM part WHERE doc = ?", id)
	case 2, 3, 4:
		return exec("INSERT INTO part (doc, n, word, share) VALUES (?, ?, ?, ?) ON CONFLICT (doc, n) DO UPDATE SET word = excluded.word, share = excluded.share", id, r.IntN(3), word, float64(r.IntN(100))/8)
	case 5:
		return exec("INSERT INTO part (doc, n, word) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", id, r.IntN(3), word)
	case 6, 7:
		return exec("INSERT INTO whole (id, word, n, raw) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET word = excluded.word, n = excluded.n, raw = excluded.raw", id, fmt.Sprint(word), r.IntN(9), []byte{byte(r.IntN(9))}[:r.IntN(2)])
	case 8:
		return exec("UPDATE whole SET n = n + 1 WHERE id = ?", id)
	case 9:
		return exec("DELETE FROM part WHERE n IN (SELECT n FROM whole WHERE id = ?)", id)
	case 10:
		var n int64
		err := tx.Row("SELECT count(*) FROM part WHERE doc = ?", id).Scan(&n)
		return fmt.Sprint(n), err
	}
	var w string
	err := tx.Row("SELECT word FROM whole WHERE id = ?", id).Scan(&w)
	if fault.Is(err, fault.NotFound) {
		return "none", nil
	}
	return w, err
}

func rowsOf(t *testing.T, d *db.DB) (out []string) {
	t.Helper()
	for _, q := range []string{"SELECT doc, n, word, share, NULL FROM part ORDER BY doc, n", "SELECT id, n, word, NULL, raw FROM whole ORDER BY id"} {
		read(t, d, func(tx *db.Tx) error {
			rows, err := tx.Query(q)
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				var id db.ID
				var n int64
				var word *string
				var share *float64
				var raw []byte
				if err := rows.Scan(&id, &n, &word, &share, &raw); err != nil {
					return err
				}
				line := fmt.Sprintf("%s %d %x %v", id, n, raw, raw == nil)
				if word != nil {
					line += " " + *word
				}
				if share != nil {
					line += fmt.Sprint(" ", *share)
				}
				out = append(out, line)
			}
			return rows.Err()
		})
	}
	return out
}

// Whatever waits for what, the rows and what is read meanwhile are those of the
// statements one after the other.
func TestGatheredStatementsDoWhatTheyDoOneByOne(t *testing.T) {
	stores(t, gathered, func(t *testing.T, d *db.DB) {
		for seed := range uint64(60) {
			var read, wrote [2][]string
			for i, gather := range []bool{false, true} {
				var heard []string
				write(t, d, func(tx *db.Tx) error {
					heard = nil
					r := rand.New(rand.NewPCG(seed, 0))
					for _, table := range []string{"part", "whole"} {
						if _, err := tx.Exec("DELETE FROM " + table); err != nil {
							return err
						}
					}
					all := func() error {
						for range 80 {
							said, err := act(tx, r)
							if err != nil {
								return err
							}
							heard = append(heard, said)
						}
						return nil
					}
					if gather {
						return tx.Gather(all)
					}
					return all()
				})
				read[i], wrote[i] = heard, rowsOf(t, d)
			}
			if !slices.Equal(read[0], read[1]) {
				t.Fatalf("seed %d: read\n%q, want\n%q", seed, read[1], read[0])
			}
			if !slices.Equal(wrote[0], wrote[1]) {
				t.Fatalf("seed %d: rows\n%q, want\n%q", seed, wrote[1], wrote[0])
			}
		}
	})
}

// A gathered statement that fails leaves nothing of the transaction, also where its
// error was passed over.
func TestAGatheredStatementThatFailsFailsAll(t *testing.T) {
	stores(t, things, func(t *testing.T, d *db.DB) {
		for _, passed := range []bool{false, true} {
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				err := tx.Gather(func() error {
					for range 2 {
						if err := insert(tx, "twice", 1); err != nil {
							return err
						}
					}
					return nil
				})
				if passed {
					return nil
				}
				return err
			})
			wantCode(t, err, fault.Conflict)
			if n := count(t, d, "things"); n != 0 {
				t.Errorf("%d rows are left of a transaction that failed", n)
			}
		}
	})
}
