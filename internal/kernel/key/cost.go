package key

import (
	"crypto/sha256"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Cost is what one try at a password costs: argon2id's parameters, one set a file.
type Cost struct {
	Memory  uint32 // KiB
	Time    uint32 // passes
	Threads uint8
}

// DefaultCost is the second recommended option of RFC 9106, section 4: 64 MiB, 3
// passes, 4 lanes. A stolen file can be tried for years on better machines than
// ours, so it is dearer than the hash of a log-in; a node with 512 MB can pay it
// because only one try runs at a time.
func DefaultCost() Cost { return Cost{Memory: 64 * 1024, Time: 3, Threads: 4} }

// floorCost is the least that is accepted from a file, so that nobody who had it
// in hand can make the next password cheap: OWASP Password Storage Cheat Sheet,
// 19 MiB and 2 passes.
func floorCost() Cost { return Cost{Memory: 19 * 1024, Time: 2, Threads: 1} }

// Bounds that keep a damaged file from asking for all memory or all day.
const (
	mostMemory  = 1 << 20 // KiB: 1 GiB
	mostTime    = 64
	mostThreads = 16
)

func (c Cost) check(op string, floor Cost) error {
	if c.Memory < floor.Memory || c.Time < floor.Time || c.Threads < floor.Threads {
		return fault.New(fault.Forbidden, op, "key.cheap")
	}
	if c.Memory > mostMemory || c.Time > mostTime || c.Threads > mostThreads {
		return damaged(op)
	}
	return nil
}

// kind is what opens a slot.
type kind uint8

const (
	dummyKind kind = iota // nothing does
	userKind              // a user's password
	paperKind             // the recovery key
	hostKind              // a key file
)

// derive spends the cost once and yields both what a slot is found by and what
// opens it. The name is in the salt: a wrong password and a name that has no slot
// come to the same thing, a tag that is not there, after the same work, and no
// name can be looked for in a file without guessing its password as well.
func (h *header) derive(k kind, name string, secret []byte) (tag [tagSize]byte, wrap [Size]byte) {
	salt := sha256.New()
	salt.Write([]byte("godwit key slot 1"))
	salt.Write(h.salt[:])
	salt.Write([]byte{byte(k)})
	salt.Write([]byte(name))
	out := argon2.IDKey(secret, salt.Sum(nil), h.cost.Time, h.cost.Memory, h.cost.Threads, tagSize+Size)
	copy(tag[:], out)
	copy(wrap[:], out[tagSize:])
	clear(out)
	return tag, wrap
}

// fold is the form in which user names are compared; package access folds log-ins
// in the same way.
func fold(user string) string {
	return cases.Fold().String(norm.NFKC.String(strings.TrimSpace(user)))
}

// normal is the password as it is hashed: the same characters typed on another
// keyboard must give the same bytes (RFC 8265 OpaqueString: NFC, spaces kept).
func normal(password string) []byte { return norm.NFC.Bytes([]byte(password)) }
