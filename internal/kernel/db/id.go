package db

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"sync"
	"sync/atomic"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// ID names a document. It is a UUID version 7 (RFC 9562, section 5.7): ordered by
// the time it was made, which makes bulk loads two to three times cheaper than
// random ids do. The zero ID means "none" and is stored as NULL.
type ID [16]byte

// IDs makes ids that ascend: 48 bits of milliseconds, then a 12-bit counter that
// starts at random below its half in each millisecond and borrows the next
// millisecond when it is used up (RFC 9562, section 6.2, method 1). The remaining 62
// bits are random.
type IDs struct {
	now     func() time.Time
	mu      sync.Mutex
	ms      int64
	counter uint32
	pool    [512]byte
	left    int
}

// NewIDs makes ids by a clock of its own.
func NewIDs(now func() time.Time) *IDs { return &IDs{now: now} }

var (
	ownIDs  = NewIDs(time.Now)  // those of this process
	usedIDs atomic.Pointer[IDs] // in their place, in a simulator
)

// UseIDs makes NewID answer from ids, and from the process's own again after nil. It
// is for a simulator, which runs several machines in one process, each with its
// clock, and needs the same ids again for the same seed. No program calls it.
func UseIDs(ids *IDs) { usedIDs.Store(ids) }

// NewID makes an ID greater than every ID this process made before.
func NewID() ID {
	if ids := usedIDs.Load(); ids != nil {
		return ids.next()
	}
	return ownIDs.next()
}

func (ids *IDs) next() ID {
	now := ids.now().UnixMilli()
	var id ID
	ids.mu.Lock()
	defer ids.mu.Unlock()
	if ids.left < 10 {
		rand.Read(ids.pool[:])
		ids.left = len(ids.pool)
	}
	r := ids.pool[len(ids.pool)-ids.left:][:10]
	ids.left -= 10
	switch {
	case now > ids.ms:
		ids.ms, ids.counter = now, uint32(binary.BigEndian.Uint16(r))&0x7ff
	case ids.counter < 0xfff:
		ids.counter++
	default:
		ids.ms++
		ids.counter = 0
	}
	binary.BigEndian.PutUint64(id[:8], uint64(ids.ms)<<16|0x7000|uint64(ids.counter))
	copy(id[8:], r[2:])
	id[8] = id[8]&0x3f | 0x80
	return id
}

// ParseID reads the usual hexadecimal form. It accepts any UUID version, for ids
// that were made elsewhere, but not the zero one.
func ParseID(s string) (ID, error) {
	var id ID
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return ID{}, fault.Field("db.ParseID", "id", "db.bad_id")
	}
	hexed := s[:8] + s[9:13] + s[14:18] + s[19:23] + s[24:]
	if _, err := hex.Decode(id[:], []byte(hexed)); err != nil || id.IsZero() {
		return ID{}, fault.Field("db.ParseID", "id", "db.bad_id")
	}
	return id, nil
}

// String is the usual form, 01890a5d-ac96-774b-bcce-b302099a8057; "" for none.
func (id ID) String() string {
	if id.IsZero() {
		return ""
	}
	var b [36]byte
	id.encode(b[:])
	return string(b[:])
}

func (id ID) encode(b []byte) {
	hex.Encode(b[0:8], id[0:4])
	hex.Encode(b[9:13], id[4:6])
	hex.Encode(b[14:18], id[6:8])
	hex.Encode(b[19:23], id[8:10])
	hex.Encode(b[24:36], id[10:16])
	b[8], b[13], b[18], b[23] = '-', '-', '-', '-'
}

// IsZero reports whether id is none.
func (id ID) IsZero() bool { return id == ID{} }

// MarshalText writes the usual form, and nothing for none.
func (id ID) MarshalText() ([]byte, error) {
	if id.IsZero() {
		return []byte{}, nil
	}
	b := make([]byte, 36)
	id.encode(b)
	return b, nil
}

// UnmarshalText reads the usual form; empty text is none.
func (id *ID) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*id = ID{}
		return nil
	}
	v, err := ParseID(string(b))
	if err != nil {
		return err
	}
	*id = v
	return nil
}
