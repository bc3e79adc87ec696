package journal

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/db"
)

// Entries come from other machines. Whatever bytes arrive, reading them answers a
// header or an error, and what is read has one form.

func seedHeader() []byte {
	v := Version{Origin{db.ID{9}, 1}, 7}
	return appendHeader(nil, &Header{Version: v, HLC: 1 << 40, Kind: "people.person", Doc: db.ID{1}, Subject: db.ID{2}, Sensitivity: Clinical,
		Programme: "p", Site: "s", Actor: db.ID{3}, Purpose: "care", Base: Base{}.with(v).with(Version{Origin{db.ID{8}, 300}, 1 << 30}),
		Resolves: []Version{v}, Schema: 3, EnteredInError: true})
}

func FuzzHeader(f *testing.F) {
	f.Add(seedHeader())
	f.Add(seedHeader()[:50])
	f.Add(append(seedHeader(), 1, 2, 3))
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, raw []byte) {
		h, err := parseHeader(raw)
		if err != nil {
			return
		}
		known := appendHeader(nil, &h)
		if !bytes.HasPrefix(raw, known) {
			t.Fatalf("%x was read as %x", raw, known)
		}
	})
}

func FuzzBase(f *testing.F) {
	f.Add(Base{}.with(Version{Origin{db.ID{9}, 1}, 7}).String())
	f.Add("")
	f.Add("AAAA")
	f.Fuzz(func(t *testing.T, s string) {
		b, err := ParseBase(s)
		if err != nil {
			return
		}
		again, err := ParseBase(b.String())
		if err != nil || !again.Equal(b) {
			t.Fatalf("%q: %v", s, err)
		}
	})
}

func FuzzPayload(f *testing.F) {
	for _, s := range []string{`{}`, `{"a":null,"b":"x\"y","c":[1,{"d":2.5}],"a":3}`, `[]`, `null`, ` {"é":"\ud800"}`, `{"a":`, "\xff"} {
		f.Add([]byte(s))
	}
	k := unknownKind("fuzz")
	f.Fuzz(func(t *testing.T, payload []byte) {
		fields, err := decodeFields(payload)
		if err != nil {
			return
		}
		h := Header{Version: Version{Origin{db.ID{9}, 0}, 1}}
		s := fold(k, []change{{Header: &h, fields: fields}})
		b := s.encode(nil)
		again, err := decodeState(b)
		if err != nil || !bytes.Equal(again.encode(nil), b) {
			t.Fatalf("%q: the state does not come back: %v", payload, err)
		}
		var into map[string]any
		if err := again.doc(db.ID{1}, "fuzz").Decode(&into); err != nil {
			t.Fatalf("%q: %v", payload, err)
		}
	})
}

func FuzzState(f *testing.F) {
	h := Header{Version: Version{Origin{db.ID{9}, 0}, 1}, Actor: db.ID{4}}
	f.Add(fold(unknownKind("k"), []change{{Header: &h, fields: []field{{"a", []byte(`"x"`)}}}}).encode(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := decodeState(b); err == nil {
			s.encode(nil)
		}
	})
}

// Strings are written as encoding/json reads them, but for NUL.
func FuzzString(f *testing.F) {
	for _, s := range []string{"", "a\"\\\n", "\x00\x1f\x7f", "አማ", "\xff\xfe", "\u2028", "a\xc3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var got, want string
		if err := json.Unmarshal(appendString(nil, s), &got); err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		b, err := json.Marshal(strings.ReplaceAll(s, "\x00", "\ufffd"))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b, &want); err != nil || got != want {
			t.Fatalf("%q: got %q, want %q, %v", s, got, want, err)
		}
	})
}
