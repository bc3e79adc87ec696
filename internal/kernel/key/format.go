package key

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// The slot file, version 1. All numbers are big-endian, all lengths fixed:
//
//	"GODWITKS"  version u16  cost (memory u32 KiB, time u32, threads u8)
//	generation u64  salt [32]  count u16
//	count × slot
//	seal [32]   HMAC-SHA256 of all before it, by a key that the data key gives
//	sum [32]    SHA-256 of all before it, to tell damage from a wrong password
//
// A slot:
//
//	tag [16]      what the slot is found by: the first part of the derived key
//	nonce [24]  wrapped [48]   its private key, opened by the derived key
//	box [113]     the data key, sealed to its public key (RFC 9180)
//	nonce [24]  card [114]     its public key and whose it is, opened by the data key
const (
	magic   = "GODWITKS"
	version = 1

	tagSize    = 16
	nonceSize  = 24
	overhead   = 16 // of the authenticated ciphers
	privSize   = 32
	wrapSize   = privSize + overhead
	boxPlain   = 1 + 2*Size // flag, data key, next data key
	boxSize    = 32 + boxPlain + overhead
	nameSize   = 64
	cardPlain  = 32 + 1 + 1 + nameSize // public key, kind, length of name, name
	cardSize   = cardPlain + overhead
	slotSize   = tagSize + nonceSize + wrapSize + boxSize + nonceSize + cardSize
	saltSize   = 32
	headerSize = len(magic) + 2 + 9 + 8 + saltSize + 2
	tailSize   = 2 * sha256.Size

	// A file has 32 slots or a doubling of it, most of them dummies, so that its
	// length tells how many users there are to within a factor of two and no better.
	leastSlots = 32
	mostSlots  = 1024
	mostBytes  = headerSize + mostSlots*slotSize + tailSize
)

// header is what the file says before its slots.
type header struct {
	cost       Cost
	generation uint64 // one more with each write
	salt       [saltSize]byte
}

type slot struct {
	tag       [tagSize]byte
	nonce     [nonceSize]byte
	wrapped   [wrapSize]byte
	box       [boxSize]byte
	cardNonce [nonceSize]byte
	card      [cardSize]byte
}

// parts are the slot's fields in the order of the file.
func (s *slot) parts() [][]byte {
	return [][]byte{s.tag[:], s.nonce[:], s.wrapped[:], s.box[:], s.cardNonce[:], s.card[:]}
}

// image is a slot file as it was read: what it says, and nothing of what it hides.
type image struct {
	header
	slots []slot
	body  []byte // all that the seal covers
	seal  [sha256.Size]byte
	whole bool // the sum is right
}

func damaged(op string) error { return fault.New(fault.Unavailable, op, "key.damaged") }

// parse reads a slot file. It refuses one whose frame does not stand, one of a
// later version, and one whose password hash costs less than floor; a wrong sum
// alone is no error, because the slots that are well still open.
func parse(b []byte, floor Cost) (*image, error) {
	const op = "key.Parse"
	if len(b) < headerSize+tailSize || len(b) > mostBytes || string(b[:len(magic)]) != magic {
		return nil, damaged(op)
	}
	p := b[len(magic):]
	if v := binary.BigEndian.Uint16(p); v != version {
		return nil, &fault.Error{Code: fault.Unavailable, Op: op, Key: "key.version", Args: map[string]any{"version": int(v)}}
	}
	im := &image{header: header{
		cost:       Cost{Memory: binary.BigEndian.Uint32(p[2:]), Time: binary.BigEndian.Uint32(p[6:]), Threads: p[10]},
		generation: binary.BigEndian.Uint64(p[11:]),
	}}
	copy(im.salt[:], p[19:])
	count := int(binary.BigEndian.Uint16(p[19+saltSize:]))
	if !rightCount(count) || len(b) != headerSize+count*slotSize+tailSize {
		return nil, damaged(op)
	}
	if err := im.cost.check(op, floor); err != nil {
		return nil, err
	}
	rest := b[headerSize:]
	im.slots = make([]slot, count)
	for i := range im.slots {
		for _, part := range im.slots[i].parts() {
			rest = rest[copy(part, rest):]
		}
	}
	im.body = b[:len(b)-tailSize]
	copy(im.seal[:], rest)
	sum := sha256.Sum256(b[:len(b)-sha256.Size])
	im.whole = bytes.Equal(sum[:], b[len(b)-sha256.Size:])
	return im, nil
}

// rightCount says whether a file may have so many slots.
func rightCount(n int) bool {
	return n >= leastSlots && n <= mostSlots && n&(n-1) == 0
}

// frame writes header and slots: the part of a file that its seal covers.
func frame(h header, slots []slot) []byte {
	b := make([]byte, 0, headerSize+len(slots)*slotSize+tailSize)
	b = append(b, magic...)
	b = binary.BigEndian.AppendUint16(b, version)
	b = h.cost.append(b)
	b = binary.BigEndian.AppendUint64(b, h.generation)
	b = append(b, h.salt[:]...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(slots)))
	for i := range slots {
		for _, part := range slots[i].parts() {
			b = append(b, part...)
		}
	}
	return b
}

func (c Cost) append(b []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, c.Memory)
	b = binary.BigEndian.AppendUint32(b, c.Time)
	return append(b, c.Threads)
}

// finish adds seal and sum.
func finish(body []byte, seal [sha256.Size]byte) []byte {
	b := append(body, seal[:]...)
	sum := sha256.Sum256(b)
	return append(b, sum[:]...)
}
