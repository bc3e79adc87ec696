package journal

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Sensitivity is how protected a document is. The zero value is not set: a new
// document must say, and a reader without a level may read nothing.
type Sensitivity uint8

// The levels, each above the one before.
const (
	Identity  Sensitivity = 1 + iota // who someone is and where to be found
	Clinical                         // findings, results, doses
	Sensitive                        // HIV, pregnancy, mental health, violence, protection
	Sealed                           // readable by a team's members only; payload is opaque
)

// String is the level's name.
func (s Sensitivity) String() string {
	if s < Identity || s > Sealed {
		return "unset"
	}
	return [...]string{"identity", "clinical", "sensitive", "sealed"}[s-1]
}

// ParseSensitivity reads a level's name.
func ParseSensitivity(s string) (Sensitivity, error) {
	for l := Identity; l <= Sealed; l++ {
		if l.String() == s {
			return l, nil
		}
	}
	return 0, fault.Field("journal.ParseSensitivity", "sensitivity", "journal.bad_sensitivity")
}

// Header is the part of an entry that routes and orders it. It stays when the
// payload is erased, so it must hold no name, number or finding.
type Header struct {
	Version        Version // origin and sequence number
	HLC            HLC     // for display order only
	Kind           string  // "people.person"
	Doc            db.ID
	Subject        db.ID // the person it is about, or none
	Sensitivity    Sensitivity
	Programme      string
	Site           string
	Actor          db.ID
	Purpose        string
	Base           Base      // what its author had seen of the document
	Resolves       []Version // what it supersedes beyond that
	Schema         int       // of the kind, when written
	EnteredInError bool
	Sealed         bool // the payload is opaque bytes, not fields
}

// Entry is one change in the journal.
type Entry struct {
	Header
	Raw        []byte   // the header as it is hashed
	Payload    []byte   // the changed fields as JSON, as they were written; nil once erased
	Commitment [32]byte // to the payload, salted; what the chain holds of it
	Hash       [32]byte // of header, commitment and the origin's hash before it
	Secret     []byte   // of the document; only in the hands of who may read the payload

	other bool // committed to with another secret than the document's first here
}

const (
	headerFormat = 1
	maxSeq       = 1<<40 - 1
	maxOrigins   = 1<<23 - 1
	maxText      = 255
	maxHeader    = 128 << 10
	maxPayload   = 1 << 20
)

// A document's secret is 16 random bytes. Nobody can guess 128 bits, which is all
// that it guards against, and it is the part of a new document that no compression
// makes smaller. Documents made before have 32 bytes and keep them: their
// commitments are over those. The two cannot be mistaken for each other, since
// what follows the secret in a salt has one length.
const (
	secretSize    = 16
	oldSecretSize = 32
)

func isSecret(b []byte) bool { return len(b) == secretSize || len(b) == oldSecretSize }

const (
	flagError  = 1 << 0
	flagSealed = 1 << 1
	flagsKnown = flagError | flagSealed
)

// appendHeader writes the one canonical form of h.
func appendHeader(b []byte, h *Header) []byte {
	own := h.Version.Origin.Installation
	b = append(b, headerFormat)
	b = append(b, own[:]...)
	b = binary.AppendUvarint(b, uint64(h.Version.Origin.Lane))
	b = binary.AppendUvarint(b, h.Version.Seq)
	b = binary.BigEndian.AppendUint64(b, uint64(h.HLC))
	b = appendText(b, h.Kind)
	b = append(b, h.Doc[:]...)
	b = appendOptionalID(b, h.Subject)
	b = append(b, byte(h.Sensitivity))
	b = appendText(b, h.Programme)
	b = appendText(b, h.Site)
	b = appendOptionalID(b, h.Actor)
	b = appendText(b, h.Purpose)
	b = appendVersions(b, h.Base.seen, own)
	b = appendVersions(b, h.Resolves, own)
	b = binary.AppendUvarint(b, uint64(h.Schema))
	flags := byte(0)
	if h.EnteredInError {
		flags |= flagError
	}
	if h.Sealed {
		flags |= flagSealed
	}
	return append(b, flags)
}

// parseHeader reads a header from outside. Bytes after the known fields are of a
// later version of Godwit: they are kept in Raw, hashed, and not understood.
func parseHeader(raw []byte) (Header, error) {
	var h Header
	bad := fault.Field("journal.parseHeader", "header", "journal.bad_header")
	if len(raw) > maxHeader {
		return h, bad
	}
	r := reader{b: raw}
	if f := r.byte(); f != headerFormat {
		return h, bad
	}
	own := r.id()
	h.Version.Origin.Installation = own
	lane := r.uvarint()
	h.Version.Origin.Lane = uint32(lane)
	h.Version.Seq = r.uvarint()
	h.HLC = HLC(r.uint64())
	h.Kind = r.text(maxText)
	h.Doc = r.id()
	h.Subject = r.optionalID()
	h.Sensitivity = Sensitivity(r.byte())
	h.Programme = r.text(maxText)
	h.Site = r.text(maxText)
	h.Actor = r.optionalID()
	h.Purpose = r.text(maxText)
	h.Base.seen = r.versions(own)
	h.Resolves = r.versions(own)
	schema := r.uvarint()
	h.Schema = int(schema)
	flags := r.byte()
	h.EnteredInError, h.Sealed = flags&flagError != 0, flags&flagSealed != 0
	if r.bad || own.IsZero() || lane > 1<<32-1 || h.Version.Seq == 0 || h.Version.Seq > maxSeq || h.Kind == "" ||
		h.Doc.IsZero() || h.Sensitivity < Identity || h.Sensitivity > Sealed || schema > 1<<31-1 ||
		flags&^flagsKnown != 0 || !sortedOrigins(h.Base.seen) {
		return Header{}, bad
	}
	return h, nil
}

// Hashes name what they are over, so that none can stand in for another.
var (
	saltLabel       = []byte("godwit salt 1\x00")
	commitmentLabel = []byte("godwit payload 1\x00")
	entryLabel      = []byte("godwit entry 1\x00")
)

// hasher holds the buffer that hash inputs are put together in.
type hasher struct{ buf []byte }

// commit is the salted commitment to a payload. The salt of each entry comes from
// the document's secret, so it costs no bytes, and one payload can be opened to a
// third party without opening the rest. Whoever lacks the secret cannot test
// guesses against the commitment.
func (s *hasher) commit(secret []byte, v Version, payload []byte) [32]byte {
	b := append(append(s.buf[:0], saltLabel...), secret...)
	b = append(b, v.Origin.Installation[:]...)
	b = binary.BigEndian.AppendUint32(b, v.Origin.Lane)
	b = binary.BigEndian.AppendUint64(b, v.Seq)
	salt := sha256.Sum256(b)
	b = append(append(append(b[:0], commitmentLabel...), salt[:]...), payload...)
	s.buf = b
	return sha256.Sum256(b)
}

// entry is the hash of an entry: header, commitment, and the hash before it.
func (s *hasher) entry(header []byte, commitment, prev *[32]byte) [32]byte {
	b := append(append(s.buf[:0], entryLabel...), header...)
	b = append(append(b, commitment[:]...), prev[:]...)
	s.buf = b
	return sha256.Sum256(b)
}

// byDisplay orders entries as a person reads them: by clock, then by version.
func byDisplay(entries []Entry) {
	slices.SortStableFunc(entries, func(a, b Entry) int {
		switch {
		case a.HLC < b.HLC:
			return -1
		case a.HLC > b.HLC:
			return 1
		}
		return a.Version.compare(b.Version)
	})
}
