package journal

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Decode reads the fields into a struct with json tags, as encoding/json would
// read one object of them. What is disputed or missing leaves its field as it
// was. A projection decodes every document, so the common types are read without
// a detour.
func (d *Doc) Decode(into any) error {
	v := reflect.ValueOf(into)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return d.decodeWhole(into)
	}
	v = v.Elem()
	plan := planOf(v.Type())
	if plan == nil {
		return d.decodeWhole(into)
	}
	for _, p := range plan {
		raw, ok := d.Fields[p.name]
		if !ok {
			continue
		}
		if !setPlain(v.Field(p.index), p.kind, raw) {
			if err := json.Unmarshal(raw, v.Field(p.index).Addr().Interface()); err != nil {
				return d.undecodable(p.name)
			}
		}
	}
	return nil
}

func (d *Doc) decodeWhole(into any) error {
	raw, err := json.Marshal(d.Fields)
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		return d.undecodable("")
	}
	return nil
}

// undecodable leaves the cause out: it may quote a value.
func (d *Doc) undecodable(name string) error {
	return &fault.Error{Code: fault.Internal, Op: "journal.Decode " + d.Kind, Field: name, Key: "journal.bad_payload"}
}

// planned is one field of a struct.
type planned struct {
	name  string
	index int
	kind  reflect.Kind // Invalid: by encoding/json
}

var plans sync.Map // reflect.Type → []planned; a cache, so no state of the program

var (
	jsonUnmarshaler = reflect.TypeFor[json.Unmarshaler]()
	textUnmarshaler = reflect.TypeFor[interface{ UnmarshalText([]byte) error }]()
)

// planOf answers how to fill a struct, or nil for one that only encoding/json can
// fill: with embedded structs, with options that change a value's form, or with
// two names that differ in case alone.
func planOf(t reflect.Type) []planned {
	if p, ok := plans.Load(t); ok {
		return p.([]planned)
	}
	p := makePlan(t)
	plans.Store(t, p)
	return p
}

func makePlan(t reflect.Type) []planned {
	plan := []planned{}
	for i := range t.NumField() {
		f := t.Field(i)
		tag, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if tag == "-" && options == "" || !f.IsExported() && !f.Anonymous {
			continue
		}
		if f.Anonymous || tag == "" || strings.Contains(options, "string") {
			return nil // untagged names match in any case
		}
		p := planned{name: tag, index: i}
		if ptr := reflect.PointerTo(f.Type); !ptr.Implements(jsonUnmarshaler) && !ptr.Implements(textUnmarshaler) {
			p.kind = f.Type.Kind()
		}
		plan = append(plan, p)
	}
	return plan
}

// setPlain sets strings without escapes, whole numbers, decimals and bools. It
// reports false for anything else, which is then encoding/json's to judge.
func setPlain(v reflect.Value, kind reflect.Kind, raw []byte) bool {
	switch kind {
	case reflect.String:
		n := len(raw)
		if n < 2 || raw[0] != '"' || bytes.IndexByte(raw, '\\') >= 0 {
			return false
		}
		v.SetString(string(raw[1 : n-1]))
		return true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		i, err := strconv.ParseInt(string(raw), 10, 64)
		if err != nil || v.OverflowInt(i) {
			return false
		}
		v.SetInt(i)
		return true
	case reflect.Float64:
		f, err := strconv.ParseFloat(string(raw), 64)
		if err != nil {
			return false
		}
		v.SetFloat(f)
		return true
	case reflect.Bool:
		if string(raw) == "true" || string(raw) == "false" {
			v.SetBool(raw[0] == 't')
			return true
		}
	}
	return false
}
