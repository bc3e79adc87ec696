package db_test

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

func TestEveryTypeComesBackAsItWent(t *testing.T) {
	stores(t, "CREATE TABLE v (b BLOB, i INTEGER, t TEXT, r REAL)", func(t *testing.T, d *db.DB) {
		id, day, at := db.NewID(), calendar.DayOf(1992, 2, 29), time.Date(2026, 11, 22, 10, 30, 0, 123456000, time.UTC)
		type code string
		cases := []struct {
			column    string
			in        any
			got, want any
		}{
			{"b", id, new(db.ID), id},
			{"b", db.ID{}, new(db.ID), db.ID{}},
			{"b", []byte("x\x00y"), new([]byte), []byte("x\x00y")},
			{"b", []byte{}, new([]byte), []byte{}},
			{"b", nil, new([]byte), []byte(nil)},
			{"i", int64(-1 << 62), new(int64), int64(-1 << 62)},
			{"i", 42, new(int), 42},
			{"i", true, new(bool), true},
			{"i", false, new(bool), false},
			{"i", day, new(calendar.Day), day},
			{"i", at, new(time.Time), at},
			{"i", time.Time{}, new(time.Time), time.Time{}},
			{"t", "ʾAlmāz አልማዝ ألماز", new(string), "ʾAlmāz አልማዝ ألماز"},
			{"t", "", new(string), ""},
			{"t", code("x"), new(code), code("x")},
			{"r", 3.25, new(float64), 3.25},
			{"r", 1e300, new(float64), 1e300},
		}
		for _, c := range cases {
			t.Run(fmt.Sprintf("%s %T", c.column, c.in), func(t *testing.T) {
				write(t, d, func(tx *db.Tx) error {
					if _, err := tx.Exec("DELETE FROM v"); err != nil {
						return err
					}
					_, err := tx.Exec("INSERT INTO v ("+c.column+") VALUES (?)", c.in)
					return err
				})
				read(t, d, func(tx *db.Tx) error { return tx.Row("SELECT " + c.column + " FROM v").Scan(c.got) })
				if got := deref(c.got); !same(got, c.want) {
					t.Errorf("got %#v, want %#v", got, c.want)
				}
			})
		}
	})
}

func deref(p any) any { return reflect.ValueOf(p).Elem().Interface() }

func same(a, b any) bool {
	switch x := b.(type) {
	case []byte:
		y, ok := a.([]byte)
		return ok && bytes.Equal(x, y) && (x == nil) == (y == nil)
	case time.Time:
		y, ok := a.(time.Time)
		return ok && x.Equal(y)
	}
	return a == b
}

func TestNamedTypesAndPointers(t *testing.T) {
	stores(t, "CREATE TABLE v (b BLOB, i INTEGER, t TEXT)", func(t *testing.T, d *db.DB) {
		type sex string
		type level uint8
		write(t, d, func(tx *db.Tx) error {
			_, err := tx.Exec("INSERT INTO v (t, i) VALUES (?, ?)", sex("f"), level(3))
			return err
		})
		read(t, d, func(tx *db.Tx) error {
			var s sex
			var l level
			var none *db.ID
			var text *string
			if err := tx.Row("SELECT t, i, b, t FROM v").Scan(&s, &l, &none, &text); err != nil {
				return err
			}
			if s != "f" || l != 3 || none != nil || text == nil || *text != "f" {
				t.Errorf("got %v %v %v %v", s, l, none, text)
			}
			return nil
		})
	})
}

func TestNullNeverTurnsIntoAZeroOrANo(t *testing.T) {
	stores(t, "CREATE TABLE v (i INTEGER, t TEXT, r REAL)", func(t *testing.T, d *db.DB) {
		write(t, d, func(tx *db.Tx) error { _, err := tx.Exec("INSERT INTO v (i) VALUES (NULL)"); return err })
		for column, target := range map[string]any{"i": new(int64), "i ": new(bool), "i  ": new(calendar.Day), "t": new(string), "r": new(float64)} {
			err := d.Read(t.Context(), func(tx *db.Tx) error { return tx.Row("SELECT " + column + " FROM v").Scan(target) })
			wantCode(t, err, fault.Internal)
		}
		read(t, d, func(tx *db.Tx) error {
			b := new(bool)
			if err := tx.Row("SELECT i FROM v").Scan(&b); err != nil || b != nil {
				t.Errorf("pointer: got %v, %v", b, err)
			}
			return nil
		})
	})
}

func TestColumnsHoldTheirType(t *testing.T) {
	stores(t, "CREATE TABLE v (i INTEGER, t TEXT)", func(t *testing.T, d *db.DB) {
		for _, sql := range []string{"INSERT INTO v (i) VALUES (?)", "INSERT INTO v (t) VALUES (?)"} {
			var bad any = "Almaz"
			if strings.Contains(sql, "(t)") {
				bad = []byte{0xff}
			}
			err := d.Write(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(sql, bad); return err })
			if err == nil {
				t.Errorf("%s took %T", sql, bad)
			} else if strings.Contains(err.Error(), "Almaz") {
				t.Errorf("the error quotes the value: %v", err)
			}
		}
	})
}

func TestTextThatNotBothEnginesHoldIsRefused(t *testing.T) {
	stores(t, "CREATE TABLE v (t TEXT)", func(t *testing.T, d *db.DB) {
		type name string
		for _, bad := range []any{"a\x00b", "a\xffb", name("\x00")} {
			err := d.Write(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec("INSERT INTO v (t) VALUES (?)", bad); return err })
			wantCode(t, err, fault.Invalid)
		}
	})
}
