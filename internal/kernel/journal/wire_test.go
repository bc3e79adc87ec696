package journal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// sender is what a test's sender has: chains of origins, and documents.
type sender struct {
	t     *rapid.T
	s     hasher
	heads map[Origin]Head
	docs  []db.ID
	of    map[db.ID]*Entry // the last entry of a document
	now   HLC
}

func newSender(t *rapid.T) *sender {
	return &sender{t: t, heads: make(map[Origin]Head), of: make(map[db.ID]*Entry), now: HLC(rapid.Uint64().Draw(t, "now"))}
}

func (p *sender) pick(label string, n int) int { return rapid.IntRange(0, n-1).Draw(p.t, label) }

func (p *sender) id() (id db.ID) {
	switch p.pick("id", 4) {
	case 0:
		return db.NewID()
	case 1: // of no version
		copy(id[1:], rapid.SliceOfN(rapid.Byte(), 15, 15).Draw(p.t, "tail"))
		return id
	case 2: // version 7 of any time
		binary.BigEndian.PutUint64(id[:8], rapid.Uint64().Draw(p.t, "time")&^0xf000|0x7000)
		id[15] = 1
		return id
	}
	if len(p.docs) == 0 {
		return db.NewID()
	}
	return p.docs[p.pick("doc", len(p.docs))]
}

// next is any entry that a journal can hold, and the hash before it.
func (p *sender) next() (*Entry, [32]byte) {
	t := p.t
	o := Origin{db.ID{1, 15: byte(p.pick("installation", 3))}, uint32(p.pick("lane", 2))}
	head := p.heads[o]
	if p.pick("gap", 8) == 0 { // what the receiver may not have lies between
		head.Seq += uint64(rapid.IntRange(0, 1<<30).Draw(t, "missing"))
		head.Hash[0]++
	}
	h := drawHeader(t)
	h.Version = Version{o, head.Seq + 1}
	if p.pick("time", 4) > 0 {
		h.HLC = p.now + HLC(rapid.SampledFrom([]uint64{1, 1 << 16, 1 << 28}).Draw(t, "later"))
	}
	p.now = h.HLC
	h.Kind = rapid.SampledFrom([]string{"a.kind", "b.kind", h.Kind}).Draw(t, "kind")
	h.Site = rapid.SampledFrom([]string{"S1", "S2", h.Site}).Draw(t, "site")
	h.Doc = p.id()
	if h.Doc.IsZero() {
		h.Doc = db.NewID()
	}
	h.Subject = []db.ID{h.Subject, h.Doc, p.id(), {}}[p.pick("about", 4)]
	e := &Entry{Header: *h}
	if before := p.of[h.Doc]; before == nil {
		e.Secret = rapid.SampledFrom([][]byte{nil, make([]byte, secretSize), bytes.Repeat([]byte{byte(len(p.docs))}, secretSize), make([]byte, oldSecretSize)}).Draw(t, "secret")
	} else {
		e.Base = []Base{before.Base.with(before.Version), {}, h.Base}[p.pick("base", 3)]
		e.Secret = before.Secret
		if p.pick("other secret", 8) == 0 {
			e.Secret = []byte("another secret !")
		}
	}
	e.Raw = appendHeader(nil, &e.Header)
	if p.pick("later", 4) == 0 {
		e.Raw = append(e.Raw, "a later field"...)
	}
	if e.Secret != nil {
		e.Payload = p.payload(e)
		e.Commitment = p.s.commit(e.Secret, e.Version, e.Payload)
	} else {
		e.Commitment[5] = byte(p.pick("commitment", 256))
	}
	e.Hash = p.s.entry(e.Raw, &e.Commitment, &head.Hash)
	p.heads[o] = Head{o, e.Version.Seq, e.Hash}
	p.docs, p.of[e.Doc] = append(p.docs, e.Doc), e
	return e, head.Hash
}

func (p *sender) payload(e *Entry) []byte {
	t := p.t
	at := appendTime(nil, e.HLC.micros()%(1<<52)+int64(rapid.IntRange(-1<<40, 1<<20).Draw(t, "µs")))
	switch p.pick("payload", 6) {
	case 0:
		return rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")
	case 1:
		return []byte{}
	case 2:
		return []byte(rapid.String().Draw(t, "text"))
	case 3:
		return fmt.Appendf(nil, `{"at":"%s","since":"%s","who":"%s","of":"%s","on":"%s"}`, at, at, p.id(), e.Doc, e.Subject)
	case 4:
		return fmt.Appendf(nil, `{"at" : "%s", "at":"2026-11-22T16:41:50.000000Z","id":"%s","half":"%s`, bytes.ToLower(at), strings.ToUpper(e.Doc.String()), e.Doc.String()[:35])
	}
	return fmt.Appendf(nil, `{"at":"%s","name":"%s"`, at, rapid.String().Draw(t, "name"))
}

// wantSame fails the test unless an entry came as it is.
func wantSame(t interface{ Fatalf(string, ...any) }, got *Part, e *Entry, prev [32]byte) {
	if !bytes.Equal(got.Raw, e.Raw) || !bytes.Equal(got.Payload, e.Payload) || (got.Payload == nil) != (e.Payload == nil) ||
		!bytes.Equal(got.Secret, e.Secret) || (got.Secret == nil) != (e.Secret == nil) || got.Hash != e.Hash ||
		got.Prev != prev || got.Version != e.Version || got.Doc != e.Doc || got.Payload == nil && got.Commitment != e.Commitment {
		t.Fatalf("came as\n%+v\nis\n%+v", got, e)
	}
}

// Whatever a journal can hold comes out as it went in, however it is cut into
// chunks, also when the tables are so small that they run over all the time.
func TestEntriesComeOutOfTheStreamAsTheyWentIn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limits := rapid.SampledFrom([]wireLimits{wireMost, {origins: 2, shared: 2, ids: 5, base: 1}}).Draw(t, "limits")
		p, u, all := NewPacker(), NewUnpacker(), newSender(t)
		defer u.Close()
		p.wireTables, u.wireTables = newWireTables(limits), newWireTables(limits)
		if limits == wireMost && rapid.Bool().Draw(t, "past") {
			var past []Entry
			for range rapid.IntRange(0, 12).Draw(t, "past entries") {
				e, _ := all.next()
				past = append(past, *e)
			}
			if err := errors.Join(p.Prime(past), u.Prime(past)); err != nil {
				t.Fatal(err)
			}
		}
		for range rapid.IntRange(1, 4).Draw(t, "chunks") {
			var in []*Entry
			var prevs [][32]byte
			for range rapid.IntRange(0, 12).Draw(t, "entries") {
				e, prev := all.next()
				if err := p.Add(e, prev); err != nil {
					t.Fatal(err)
				}
				in, prevs = append(in, e), append(prevs, prev)
			}
			b, err := p.Chunk()
			if err != nil {
				t.Fatal(err)
			}
			out, err := u.Unpack(b)
			if err != nil || len(out) != len(in) {
				t.Fatalf("%d of %d: %v", len(out), len(in), err)
			}
			for i := range out {
				wantSame(t, &out[i], in[i], prevs[i])
			}
		}
		for _, w := range u.ids {
			if len(w.seen) > limits.base {
				t.Fatalf("a base of %d versions is remembered", len(w.seen))
			}
		}
		if len(p.ids) > int(limits.ids) || len(p.uses) > int(limits.ids) || len(p.origins) > limits.origins || len(p.places.all) > limits.shared || len(p.places.at) > limits.shared {
			t.Fatalf("the tables outgrow their limits: %d ids, %d origins, %d places", len(p.ids), len(p.origins), len(p.places.all))
		}
	})
}

// entryAt is an entry with a payload of a length.
func entryAt(seq uint64, payload []byte) *Entry {
	h := Header{Version: Version{Origin{db.ID{9}, 1}, seq}, Kind: "t.person", Doc: db.ID{1}, Sensitivity: Clinical}
	return &Entry{Raw: appendHeader(nil, &h), Payload: payload, Secret: make([]byte, secretSize)}
}

func TestWhatCannotBeTakenIsNotPacked(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(e *Entry)
		key   string
	}{
		"a cut header":      {func(e *Entry) { e.Raw = e.Raw[:20] }, "journal.bad_header"},
		"a long payload":    {func(e *Entry) { e.Payload = make([]byte, maxPayload+1) }, "journal.too_long"},
		"no secret":         {func(e *Entry) { e.Secret = nil }, "journal.no_secret"},
		"a cut secret":      {func(e *Entry) { e.Secret = e.Secret[:9] }, "journal.no_secret"},
		"a chunk too long":  {func(e *Entry) {}, "journal.too_long"},
		"of an erased, cut": {func(e *Entry) { e.Payload, e.Secret = nil, e.Secret[:1] }, "journal.no_secret"},
	} {
		p := NewPacker()
		if name == "a chunk too long" {
			for seq := range uint64(3) {
				if err := p.Add(entryAt(seq+2, make([]byte, maxPayload)), [32]byte{1}); err != nil {
					t.Fatal(err)
				}
			}
			p.size += maxPayload
		}
		e := entryAt(1, []byte("{}"))
		c.spoil(e)
		if err := p.Add(e, [32]byte{}); fault.KeyOf(err) != c.key {
			t.Errorf("%s: got %v, want %s", name, err, c.key)
		}
	}
}

// The largest entries that there are go through, and no chunk asks for more memory
// than it may.
func TestTheLargestEntriesGoThrough(t *testing.T) {
	p, u := NewPacker(), NewUnpacker()
	defer u.Close()
	var s hasher
	var prev [32]byte
	id := []byte(`"` + db.NewID().String() + `"`)
	for seq, payload := range [][]byte{bytes.Repeat([]byte("x"), maxPayload), bytes.Repeat(id, maxPayload/len(id)), make([]byte, maxPayload)} {
		e := entryAt(uint64(seq)+1, payload)
		c := s.commit(e.Secret, Version{Origin{db.ID{9}, 1}, uint64(seq) + 1}, payload)
		e.Hash = s.entry(e.Raw, &c, &prev)
		if err := p.Add(e, prev); err != nil {
			t.Fatal(err)
		}
		prev = e.Hash
	}
	b := mustChunk(t, p)
	out, err := u.Unpack(b)
	if err != nil || len(out) != 3 || len(out[0].Payload) != maxPayload {
		t.Fatalf("%d entries: %v", len(out), err)
	}
}

func mustChunk(t *testing.T, p *Packer) []byte {
	t.Helper()
	b, err := p.Chunk()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A past longer than zstd's window is cut at the same entry on both sides.
func TestAPastTooLongIsCutAlikeOnBothSides(t *testing.T) {
	var past []Entry
	for seq := range uint64(5) {
		past = append(past, *entryAt(seq+1, bytes.Repeat([]byte{'a' + byte(seq)}, wireWindow/3)))
	}
	long, cut := NewPacker(), NewPacker()
	if err := errors.Join(long.Prime(past), cut.Prime(past[3:])); err != nil {
		t.Fatal(err)
	}
	if long.past.sum != cut.past.sum || len(long.past.plain) > wireWindow {
		t.Errorf("a past of %d bytes", len(long.past.plain))
	}
}
