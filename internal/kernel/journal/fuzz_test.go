package journal

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"hash"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

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

// seedChunk is a chunk as it travels, and what stands in it: what is not
// compressed, and what is.
func seedChunk(tb testing.TB) (chunk, random, plain []byte) {
	p := NewPacker()
	var s hasher
	for seq := range uint64(4) {
		v := Version{Origin{db.ID{9}, 1}, seq + 1 + seq/2}
		h := Header{Version: v, HLC: 1<<40 + HLC(seq), Kind: "people.person", Doc: db.ID{1, 6: 0x70, 7: byte(seq / 2)}, Subject: db.ID{2},
			Sensitivity: Clinical, Programme: "p", Site: "s", Actor: db.ID{3}, Purpose: "care", Schema: 3, Sealed: seq == 3}
		if seq%2 == 1 {
			h.Base = Base{}.with(Version{v.Origin, seq})
			h.Resolves = []Version{{Origin{db.ID{8}, 300}, 1 << 30}}
		}
		e := Entry{Raw: append(appendHeader(nil, &h), "later"...), Secret: make([]byte, secretSize),
			Payload: []byte(`{"at":"2026-11-22T16:41:50.06619Z","id":"01a20422-9a9e-748c-96d0-e2efdb1f0630"}`)}
		prev := [32]byte{byte(seq)}
		c := s.commit(e.Secret, v, e.Payload)
		e.Hash = s.entry(e.Raw, &c, &prev)
		if err := p.Add(&e, prev); err != nil {
			tb.Fatal(err)
		}
	}
	chunk, err := p.Chunk()
	if err != nil {
		tb.Fatal(err)
	}
	r := reader{b: chunk[1:]}
	n, _ := r.uvarint(), r.uvarint()
	return chunk, r.bytes(n), p.plain
}

// wantWhole fails the test unless what was taken in verifies and could be sent on.
func wantWhole(t *testing.T, entries []Part) {
	p, u := NewPacker(), NewUnpacker()
	defer u.Close()
	var s hasher
	for i := range entries {
		e := &entries[i]
		if e.Payload != nil && s.commit(e.Secret, e.Version, e.Payload) != e.Commitment || s.entry(e.Raw, &e.Commitment, &e.Prev) != e.Hash {
			t.Fatalf("does not verify: %+v", e)
		}
		if err := p.Add(&e.Entry, e.Prev); err != nil {
			t.Fatalf("cannot be sent on: %v: %+v", err, e)
		}
	}
	b, err := p.Chunk()
	if err != nil {
		t.Fatal(err)
	}
	again, err := u.Unpack(b)
	if err != nil || len(again) != len(entries) {
		t.Fatalf("%d of %d, %v", len(again), len(entries), err)
	}
	for i := range again {
		wantSame(t, &again[i], &entries[i].Entry, entries[i].Prev)
	}
}

func FuzzUnpack(f *testing.F) {
	chunk, _, _ := seedChunk(f)
	f.Add(chunk, []byte{})
	f.Add(chunk[:40], chunk)
	f.Add([]byte{wireFormat, 8, 0}, []byte{wireFormat, 0xff, 0xff, 0xff, 0xff, 0x0f, 0})
	f.Fuzz(func(t *testing.T, first, second []byte) {
		u := NewUnpacker()
		defer u.Close()
		for _, b := range [][]byte{first, second} {
			if entries, err := u.Unpack(b); err == nil {
				wantWhole(t, entries)
			}
		}
	})
}

// noCheck stands in for a chunk's check, which no fuzzer finds by itself.
type noCheck struct{ hash.Hash }

func (noCheck) Write(b []byte) (int, error) { return len(b), nil }
func (noCheck) Sum([]byte) []byte           { return make([]byte, wireCheckSize) }
func (noCheck) Reset()                      {}

// The same behind the compression and before the check, where most inputs would
// end: the columns as anybody may make them.
func FuzzUnpackColumns(f *testing.F) {
	_, random, plain := seedChunk(f)
	random = random[:len(random)-wireCheckSize]
	f.Add(random, plain)
	f.Add(random[:30], plain)
	f.Add(random, plain[:30])
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderCRC(false), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(wireWindow))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, random, plain []byte) {
		u := NewUnpacker()
		defer u.Close()
		u.check = wireCheck{noCheck{}}
		random = append(random[:len(random):len(random)], make([]byte, wireCheckSize)...)
		b := binary.AppendUvarint([]byte{wireFormat}, uint64(len(random)))
		b = append(binary.AppendUvarint(b, uint64(len(plain))), random...)
		if len(plain) > 0 {
			b = z.EncodeAll(plain, b)
		}
		if entries, err := u.Unpack(b); err == nil {
			wantWhole(t, entries)
		}
	})
}
