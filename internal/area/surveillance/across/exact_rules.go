package across

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"
)

var errInexact = errors.New("across: not a document as it is written here")

// exact refuses a document whose keys could be read in two ways: one that is a field in
// another case, which encoding/json takes for the field and the journal does not, and
// one that stands twice. Nothing may follow the document.
func exact(payload []byte, like any) error {
	d := json.NewDecoder(bytes.NewReader(payload))
	if err := exactValue(d, reflect.TypeOf(like)); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errInexact
	}
	return nil
}

// exactValue reads the next value of d, which goes into a value of type t; nil is one
// of which nothing is known.
func exactValue(d *json.Decoder, t reflect.Type) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('{'):
		return exactObject(d, t)
	case json.Delim('['):
		var of reflect.Type
		if t != nil && t.Kind() == reflect.Slice {
			of = t.Elem()
		}
		for d.More() {
			if err := exactValue(d, of); err != nil {
				return err
			}
		}
		_, err = d.Token()
	}
	return err
}

func exactObject(d *json.Decoder, t reflect.Type) error {
	fields := fieldTypes(t)
	seen := map[string]bool{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return err
		}
		name, ok := token.(string)
		if !ok || seen[name] {
			return errInexact
		}
		seen[name] = true
		of, is := fields[name]
		if fields != nil && !is {
			return errInexact
		}
		if err := exactValue(d, of); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

// fieldTypes are the fields of a struct by the names that they are written with, and nil
// of anything else.
func fieldTypes(t reflect.Type) map[string]reflect.Type {
	if t == nil || t.Kind() != reflect.Struct || writesItself(t) {
		return nil
	}
	out := map[string]reflect.Type{}
	for f := range t.Fields() {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
			out[name] = f.Type
		}
	}
	return out
}

// writesItself reports whether a type has a form of its own, such as a time.
func writesItself(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(reflect.TypeFor[json.Unmarshaler]()) || p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}
