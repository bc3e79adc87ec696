package db

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// kind is the storage class of one cell, the same five on both engines.
type kind uint8

const (
	null kind = iota
	integer
	real
	text
	blob
)

// cell is one value on its way in or out. Its bytes belong to the driver or the
// caller and are valid until the next step.
type cell struct {
	kind kind
	i    int64
	f    float64
	s    string
	b    []byte
}

// toCell says how an argument is stored.
func toCell(arg any) (cell, error) {
	switch v := arg.(type) {
	case nil:
		return cell{}, nil
	case int64:
		return cell{kind: integer, i: v}, nil
	case int:
		return cell{kind: integer, i: int64(v)}, nil
	case string:
		return textCell(v)
	case []byte:
		if v == nil {
			return cell{}, nil
		}
		return cell{kind: blob, b: v}, nil
	case ID:
		if v.IsZero() {
			return cell{}, nil
		}
		return cell{kind: blob, b: v[:]}, nil
	case bool:
		if v {
			return cell{kind: integer, i: 1}, nil
		}
		return cell{kind: integer}, nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return cell{}, fault.New(fault.Internal, "db.bind", "db.internal")
		}
		return cell{kind: real, f: v}, nil
	case calendar.Day:
		return cell{kind: integer, i: int64(v)}, nil
	case time.Time:
		if v.IsZero() {
			return cell{}, nil
		}
		return cell{kind: integer, i: v.UnixMicro()}, nil
	}
	return reflected(arg)
}

// textCell refuses what PostgreSQL cannot hold, on both engines: a NUL character
// and bytes that are not UTF-8.
func textCell(s string) (cell, error) {
	if strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s) {
		return cell{}, fault.New(fault.Invalid, "db.bind", "db.bad_text")
	}
	return cell{kind: text, s: s}, nil
}

// reflected stores pointers (nil is NULL) and named types by what they are made of.
func reflected(arg any) (cell, error) {
	v := reflect.ValueOf(arg)
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return cell{}, nil
		}
		return toCell(v.Elem().Interface())
	case reflect.String:
		return textCell(v.String())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return cell{kind: integer, i: v.Int()}, nil
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		return cell{kind: integer, i: int64(v.Uint())}, nil
	case reflect.Bool:
		return toCell(v.Bool())
	case reflect.Float32, reflect.Float64:
		return toCell(v.Float())
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return toCell(v.Bytes())
		}
	case reflect.Array:
		if v.Type().ConvertibleTo(reflect.TypeFor[ID]()) {
			return toCell(v.Convert(reflect.TypeFor[ID]()).Interface())
		}
	}
	return cell{}, &fault.Error{Code: fault.Internal, Op: "db.bind", Key: "db.internal", Err: fmt.Errorf("no storage for %T", arg)}
}

// scan puts c into target. NULL goes only into targets that can say "none":
// pointers, []byte, ID, time.Time and any. Everything else refuses it, so that
// nothing unknown turns into a zero or a "no" on the way out.
func (c *cell) scan(target any) error {
	switch t := target.(type) {
	case *int64:
		return c.int64(t)
	case *int:
		var i int64
		err := c.int64(&i)
		*t = int(i)
		return err
	case *string:
		if c.kind != text {
			return c.mismatch(target)
		}
		*t = string(c.b)
		return nil
	case *[]byte:
		return c.bytes(t)
	case *ID:
		return c.id(t)
	case *bool:
		var i int64
		err := c.int64(&i)
		*t = i != 0
		return err
	case *float64:
		return c.float64(t)
	case *calendar.Day:
		var i int64
		err := c.int64(&i)
		*t = calendar.Day(i)
		return err
	case *time.Time:
		return c.time(t)
	case *any:
		*t = c.any()
		return nil
	}
	return c.scanOther(target)
}

func (c *cell) int64(t *int64) error {
	if c.kind != integer {
		return c.mismatch(t)
	}
	*t = c.i
	return nil
}

func (c *cell) float64(t *float64) error {
	switch c.kind {
	case real:
		*t = c.f
	case integer:
		*t = float64(c.i)
	default:
		return c.mismatch(t)
	}
	return nil
}

func (c *cell) bytes(t *[]byte) error {
	switch c.kind {
	case null:
		*t = nil
	case blob, text:
		*t = append(make([]byte, 0, len(c.b)), c.b...)
	default:
		return c.mismatch(t)
	}
	return nil
}

func (c *cell) id(t *ID) error {
	switch {
	case c.kind == null:
		*t = ID{}
	case c.kind == blob && len(c.b) == len(*t):
		*t = ID(c.b)
	default:
		return c.mismatch(t)
	}
	return nil
}

func (c *cell) time(t *time.Time) error {
	switch c.kind {
	case null:
		*t = time.Time{}
	case integer:
		*t = time.UnixMicro(c.i).UTC()
	default:
		return c.mismatch(t)
	}
	return nil
}

func (c *cell) any() any {
	switch c.kind {
	case integer:
		return c.i
	case real:
		return c.f
	case text:
		return string(c.b)
	case blob:
		return append(make([]byte, 0, len(c.b)), c.b...)
	}
	return nil
}

// scanOther serves pointers to pointers (NULL is nil) and named types.
func (c *cell) scanOther(target any) error {
	p := reflect.ValueOf(target)
	if p.Kind() != reflect.Pointer || p.IsNil() {
		return c.mismatch(target)
	}
	v := p.Elem()
	switch v.Kind() {
	case reflect.Pointer:
		if c.kind == null {
			v.SetZero()
			return nil
		}
		n := reflect.New(v.Type().Elem())
		if err := c.scan(n.Interface()); err != nil {
			return err
		}
		v.Set(n)
		return nil
	case reflect.String:
		if c.kind == text {
			v.SetString(string(c.b))
			return nil
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if c.kind == integer && !v.OverflowInt(c.i) {
			v.SetInt(c.i)
			return nil
		}
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		if c.kind == integer && c.i >= 0 && !v.OverflowUint(uint64(c.i)) {
			v.SetUint(uint64(c.i))
			return nil
		}
	case reflect.Bool:
		if c.kind == integer {
			v.SetBool(c.i != 0)
			return nil
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			var b []byte
			err := c.bytes(&b)
			v.SetBytes(b)
			return err
		}
	}
	return c.mismatch(target)
}

func (c *cell) mismatch(target any) error {
	name := [...]string{"NULL", "INTEGER", "REAL", "TEXT", "BLOB"}[c.kind]
	return &fault.Error{Code: fault.Internal, Op: "db.Scan", Key: "db.internal", Err: fmt.Errorf("%s into %T", name, target)}
}
