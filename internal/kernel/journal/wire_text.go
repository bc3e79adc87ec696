package journal

import (
	"bytes"
	"encoding/binary"
	"slices"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
)

// A payload travels as its own text, byte for byte. Only what is in quotes and is
// an id or a time is taken out, because text is the longest way to write it, and
// gives way to a byte that text never holds (RFC 8259, section 7).
const (
	textEnd = 0 // of the payload
	textID  = 1
	textAt  = 2 // a time, in UTC, as encoding/json writes it
)

func isWireText(b []byte) bool { return !bytes.ContainsAny(b, "\x00\x01\x02") }

// wireTexts holds a chunk's payloads, those of a kind together.
type wireTexts struct {
	at  map[string]int
	all []wireText
}

type wireText struct{ b []byte }

func newWireTexts() wireTexts { return wireTexts{at: make(map[string]int)} }

func (t *wireTexts) of(kind string) *wireText {
	i, ok := t.at[kind]
	if !ok {
		i = len(t.at)
		t.at[kind] = i
		if i == len(t.all) {
			t.all = append(t.all, wireText{})
		}
	}
	return &t.all[i]
}

// flush writes the lengths and the texts to b and forgets them.
func (t *wireTexts) flush(b []byte) []byte {
	all := t.all[:len(t.at)]
	b = binary.AppendUvarint(b, uint64(len(all)))
	for i := range all {
		b = binary.AppendUvarint(b, uint64(len(all[i].b)))
	}
	for i := range all {
		b = append(b, all[i].b...)
		all[i].b = all[i].b[:0]
	}
	clear(t.at)
	return b
}

// text writes a payload.
func (p *Packer) text(e *Entry) {
	t := p.texts.of(e.Kind)
	at := e.HLC.micros()
	b, rest := t.b, e.Payload
	for {
		i := bytes.IndexByte(rest, '"') + 1
		if i == 0 {
			break
		}
		b, rest = append(b, rest[:i]...), rest[i:]
		if id, ok := quotedID(rest); ok {
			b, rest = append(b, textID), rest[36:]
			p.id(id, e.Doc, e.Subject)
		} else if us, n := quotedTime(rest); n > 0 {
			b, rest = append(b, textAt), rest[n:]
			p.int(colStamp, us-at)
			at = us
		}
	}
	t.b = append(append(b, rest...), textEnd)
}

// micros is the clock part in microseconds.
func (h HLC) micros() int64 { return int64(h>>16) * 1000 }

// quotedID reads an id that ends with a quote and is written in the one usual form.
func quotedID(b []byte) (id db.ID, ok bool) {
	if len(b) < 37 || b[36] != '"' || b[8] != '-' {
		return id, false
	}
	id, err := db.ParseID(string(b[:36]))
	return id, err == nil && id.String() == string(b[:36])
}

// quotedTime reads a time to the microsecond that ends with a quote, and answers
// how long it is, or 0.
func quotedTime(b []byte) (us int64, n int) {
	if len(b) < 21 || b[4] != '-' || b[10] != 'T' {
		return 0, 0
	}
	n = slices.Index(b[:min(len(b), 28)], '"')
	if n < 0 {
		return 0, 0
	}
	t, err := time.Parse(time.RFC3339Nano, string(b[:n]))
	if err != nil {
		return 0, 0
	}
	us = t.UnixMicro()
	if string(appendTime(nil, us)) != string(b[:n]) {
		return 0, 0
	}
	return us, n
}

func appendTime(b []byte, us int64) []byte {
	return time.UnixMicro(us).UTC().AppendFormat(b, time.RFC3339Nano)
}
