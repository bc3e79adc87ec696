package journal

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Origin is one gapless sequence of entries: an installation and a lane of it.
type Origin struct {
	Installation db.ID
	Lane         uint32
}

// Version names one entry, everywhere and for ever.
type Version struct {
	Origin Origin
	Seq    uint64 // 1, 2, 3 …
}

// compare is the fixed order of versions, which has nothing to do with time. It
// picks the value that is shown of a register in conflict.
func (v Version) compare(w Version) int {
	if c := v.Origin.compare(w.Origin); c != 0 {
		return c
	}
	return cmp.Compare(v.Seq, w.Seq)
}

func (o Origin) compare(p Origin) int {
	if c := bytes.Compare(o.Installation[:], p.Installation[:]); c != 0 {
		return c
	}
	return cmp.Compare(o.Lane, p.Lane)
}

// String is installation.lane, for logs and reports.
func (o Origin) String() string { return fmt.Sprintf("%s.%d", o.Installation, o.Lane) }

// String is installation.lane.seq, as ParseVersion reads it.
func (v Version) String() string { return fmt.Sprintf("%s.%d", v.Origin, v.Seq) }

// ParseVersion reads what Version.String writes, so that a page can name the
// value that an officer chose.
func ParseVersion(s string) (Version, error) {
	var v Version
	if len(s) < 38 || s[36] != '.' {
		return v, fault.Field("journal.ParseVersion", "version", "journal.bad_version")
	}
	id, err := db.ParseID(s[:36])
	if err != nil {
		return v, fault.Field("journal.ParseVersion", "version", "journal.bad_version")
	}
	v.Origin.Installation = id
	if _, err := fmt.Sscanf(s[37:], "%d.%d", &v.Origin.Lane, &v.Seq); err != nil || v.String() != s {
		return Version{}, fault.Field("journal.ParseVersion", "version", "journal.bad_version")
	}
	return v, nil
}

// Base is what an author had seen of a document: for each origin that touched it,
// the last entry. The zero Base has seen nothing, as the author of a new document.
type Base struct {
	seen []Version // one an origin, in their order
}

// IsZero reports whether b has seen nothing.
func (b Base) IsZero() bool { return len(b.seen) == 0 }

// Has reports whether the author of b had seen v.
func (b Base) Has(v Version) bool {
	for i := range b.seen {
		if b.seen[i].Origin == v.Origin {
			return b.seen[i].Seq >= v.Seq
		}
	}
	return false
}

// Covers reports whether b had seen all that c had.
func (b Base) Covers(c Base) bool {
	for _, v := range c.seen {
		if !b.Has(v) {
			return false
		}
	}
	return true
}

// Equal reports whether two bases have seen the same.
func (b Base) Equal(c Base) bool { return slices.Equal(b.seen, c.seen) }

// with returns b having seen v too. It does not change b.
func (b Base) with(v Version) Base {
	i, found := slices.BinarySearchFunc(b.seen, v, func(e, t Version) int { return e.Origin.compare(t.Origin) })
	seen := make([]Version, 0, len(b.seen)+1)
	seen = append(seen, b.seen[:i]...)
	if found {
		if b.seen[i].Seq > v.Seq {
			return b
		}
		seen = append(append(seen, v), b.seen[i+1:]...)
	} else {
		seen = append(append(seen, v), b.seen[i:]...)
	}
	return Base{seen}
}

// String is the form that a page carries in a hidden field; ParseBase reads it.
func (b Base) String() string {
	if b.IsZero() {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(appendVersions(nil, b.seen, db.ID{}))
}

// maxVersions bounds a list of versions from outside.
const maxVersions = 4096

// ParseBase reads what Base.String writes. Empty text is the zero Base.
func ParseBase(s string) (Base, error) {
	if s == "" {
		return Base{}, nil
	}
	bad := fault.Field("journal.ParseBase", "base", "journal.bad_base")
	if len(s) > 40*maxVersions {
		return Base{}, bad
	}
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return Base{}, bad
	}
	r := reader{b: raw}
	seen := r.versions(db.ID{})
	if r.bad || len(r.b) != 0 || !sortedOrigins(seen) {
		return Base{}, bad
	}
	return Base{seen}, nil
}

func sortedOrigins(seen []Version) bool {
	for i := 1; i < len(seen); i++ {
		if seen[i-1].Origin.compare(seen[i].Origin) >= 0 {
			return false
		}
	}
	return true
}

// MarshalText writes the form of String.
func (b Base) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// UnmarshalText reads the form of String.
func (b *Base) UnmarshalText(t []byte) error {
	v, err := ParseBase(string(t))
	if err != nil {
		return err
	}
	*b = v
	return nil
}

// HLC is a hybrid logical clock: milliseconds since 1970 in the upper 48 bits, a
// counter in the lower 16. It orders what is shown; it never decides which of two
// changes holds.
type HLC uint64

// Time is the clock part.
func (h HLC) Time() time.Time {
	if h == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(h >> 16)).UTC()
}

// reader takes apart the binary forms of this package. After the first fault it
// is bad and answers zeros.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) fail() {
	r.bad, r.b = true, nil
}

func (r *reader) byte() byte {
	if len(r.b) < 1 {
		r.fail()
		return 0
	}
	c := r.b[0]
	r.b = r.b[1:]
	return c
}

// uvarint reads a number in its shortest form: one value has one form, or hashes
// would not be unique.
func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 || n > 1 && r.b[n-1] == 0 {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) bytes(n uint64) []byte {
	if n > uint64(len(r.b)) {
		r.fail()
		return nil
	}
	b := r.b[:n:n]
	r.b = r.b[n:]
	return b
}

func (r *reader) text(limit uint64) string {
	n := r.uvarint()
	if n > limit {
		r.fail()
		return ""
	}
	return string(r.bytes(n))
}

func (r *reader) uint64() uint64 {
	b := r.bytes(8)
	if r.bad {
		return 0
	}
	return binary.BigEndian.Uint64(b)
}

func (r *reader) id() db.ID {
	b := r.bytes(16)
	if r.bad {
		return db.ID{}
	}
	return db.ID(b)
}

// optionalID reads an id or none: a length of 0 or 16, then the bytes.
func (r *reader) optionalID() db.ID {
	switch r.byte() {
	case 0:
		return db.ID{}
	case 16:
		id := r.id()
		if id.IsZero() {
			r.fail()
		}
		return id
	}
	r.fail()
	return db.ID{}
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendOptionalID(b []byte, id db.ID) []byte {
	if id.IsZero() {
		return append(b, 0)
	}
	return append(append(b, 16), id[:]...)
}

// appendVersions writes a list of versions. Lanes of the installation own, which
// most are, go without its 16 bytes: the lane is shifted left by one and the
// lowest bit says that an installation follows.
func appendVersions(b []byte, list []Version, own db.ID) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	for _, v := range list {
		b = appendVersion(b, v, own)
	}
	return b
}

func appendVersion(b []byte, v Version, own db.ID) []byte {
	if v.Origin.Installation == own {
		b = binary.AppendUvarint(b, uint64(v.Origin.Lane)<<1)
	} else {
		b = binary.AppendUvarint(b, uint64(v.Origin.Lane)<<1|1)
		b = append(b, v.Origin.Installation[:]...)
	}
	return binary.AppendUvarint(b, v.Seq)
}

func (r *reader) versions(own db.ID) []Version {
	n := r.uvarint()
	if n > maxVersions || n > uint64(len(r.b)) {
		r.fail()
		return nil
	}
	if n == 0 {
		return nil
	}
	list := make([]Version, n)
	for i := range list {
		list[i] = r.version(own)
	}
	return list
}

func (r *reader) version(own db.ID) Version {
	v := Version{Origin: Origin{Installation: own}}
	lane := r.uvarint()
	if lane>>1 > 1<<32-1 {
		r.fail()
	}
	v.Origin.Lane = uint32(lane >> 1)
	if lane&1 == 1 {
		if v.Origin.Installation = r.id(); v.Origin.Installation == own {
			r.fail() // has a shorter form
		}
	}
	if v.Seq = r.uvarint(); v.Seq == 0 || v.Seq > maxSeq {
		r.fail()
	}
	return v
}
