package journal

import (
	"crypto/sha256"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// WirePast is how many of the entries that the receiver has make a good past.
const WirePast = 1000

// A session is often short: a team is in reach for a minute and sends forty
// changes. A stream that begins from nothing would explain each kind, officer and
// field again, for twice the bytes. But the receiver has what came last time. Both
// ends can put the same entries through a stream of their own first, and go on
// from there: nothing of it travels but a sum, by which the receiver knows that
// its past is the sender's.
type wirePast struct {
	plain []byte // what zstd may refer to
	sum   [wireCheckSize]byte
}

// Prime begins the stream as if past, the last entries that the receiver has, in
// order, had gone through it; the receiver does the same, and both before anything
// else. WirePast entries are enough, and what exceeds zstd's window is left out.
// Where the two have other pasts, because a document was erased here or
// there, the first chunk is refused (fault.Conflict, journal.other_past), and the
// sender begins a stream without one.
func (p *Packer) Prime(past []Entry) error {
	w, t, err := prime(past, p.heads)
	if err != nil || len(past) == 0 {
		return err
	}
	p.wireTables, p.past = t, w
	return nil
}

// Prime is the receiver's side. It costs nothing where the sender does not.
func (u *Unpacker) Prime(past []Entry) error {
	w, t, err := prime(past, u.heads)
	if err != nil || len(past) == 0 {
		return err
	}
	u.wireTables, u.past = t, w
	return nil
}

func prime(past []Entry, heads map[Origin]Head) (*wirePast, wireTables, error) {
	p := NewPacker()
	p.heads = heads
	size := 0
	for i := len(past) - 1; i >= 0; i-- {
		if size += len(past[i].Raw) + len(past[i].Payload); size > wireWindow {
			past = past[i+1:]
			break
		}
	}
	for i := range past {
		v, err := parseHeader(past[i].Raw)
		if err != nil {
			return nil, p.wireTables, err
		}
		prev, _ := p.before(p.origin(v.Version.Origin), v.Version.Seq)
		if err := p.Add(&past[i], prev); err != nil {
			return nil, p.wireTables, err
		}
	}
	p.assemble()
	w := &wirePast{plain: p.plain}
	h := sha256.New()
	h.Write(p.random) // ends with the sum of the hashes
	h.Write(p.plain)
	copy(w.sum[:], h.Sum(nil))
	return w, p.wireTables, nil
}

// begin reads how the first chunk begins.
func (u *Unpacker) begin(r *reader) error {
	switch r.byte() {
	case wireFormat:
		if u.chunks == 1 && u.past != nil { // the sender does without
			u.past, u.wireTables = nil, withHeads(u.heads)
		}
		return nil
	case wirePrimed:
		if sum := r.bytes(wireCheckSize); u.chunks == 1 && !r.bad {
			if u.past == nil || [wireCheckSize]byte(sum) != u.past.sum {
				return fault.New(fault.Conflict, "journal.Unpack", "journal.other_past")
			}
			return nil
		}
	}
	return badChunk()
}

func withHeads(heads map[Origin]Head) wireTables {
	t := newWireTables(wireMost)
	t.heads = heads
	return t
}
