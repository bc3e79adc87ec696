package backup

import (
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Extension is what the name of an archive ends in.
const Extension = ".godwit.age"

// Format is the newest format that this program reads, and the one it writes.
const Format = 1

// magic begins what is inside the encryption. The digits after it are the format,
// so that an older program can tell a newer archive before it understands it.
const magic = "godwit backup "

// Limits of what is read from outside.
const (
	maxFrame  = 64 << 20 // bytes of one frame; a row is at most a few MiB
	maxNames  = 1000     // tables, or columns of one
	maxWindow = 8 << 20  // memory that decompressing may look back over
)

// The frames of an archive: a letter, the length as a varint, the content.
const (
	frameHeader  = 'H' // Header as JSON; the first
	frameTable   = 'T' // a table's name and columns as JSON; its rows follow
	frameRows    = 'R' // rows of the table before
	frameTrailer = 'E' // Trailer as JSON; the last
)

// Header says what an archive holds. It stands inside the encryption: from outside
// an archive says only that it is one, and about how large.
type Header struct {
	Format       int               `json:"format"`
	Program      string            `json:"program"` // version that wrote it
	Engine       string            `json:"engine"`  // that it was read from; it restores into either
	Installation string            `json:"installation"`
	Made         time.Time         `json:"made"`   // when the snapshot was taken
	Latest       time.Time         `json:"latest"` // of the newest entry
	Entries      int64             `json:"entries"`
	Rows         int64             `json:"rows"` // of all tables
	Size         int64             `json:"size"` // of the database, in bytes
	Heads        []Head            `json:"heads"`
	Migrations   []db.Step         `json:"migrations"`
	Files        map[string][]byte `json:"files,omitempty"` // small files of the folder that belong to it
}

// Head is the end of one origin's chain.
type Head struct {
	Installation string `json:"installation"`
	Lane         uint32 `json:"lane"`
	Seq          uint64 `json:"seq"`
	Hash         string `json:"hash"`
}

func headsOf(heads []journal.Head) []Head {
	out := make([]Head, len(heads))
	for i, h := range heads {
		out[i] = Head{h.Origin.Installation.String(), h.Origin.Lane, h.Seq, hex.EncodeToString(h.Hash[:])}
	}
	return out
}

// Trailer ends an archive: what was written before it.
type Trailer struct {
	Tables map[string]int64 `json:"tables"` // rows
	Rows   int64            `json:"rows"`
	Bytes  int64            `json:"bytes"`  // of all frames before, uncompressed
	SHA256 string           `json:"sha256"` // of them
}

// Progress is told how much of a whole is done, in rows or bytes. It may be nil.
type Progress func(done, total int64)

func (p Progress) say(done, total int64) {
	if p != nil {
		p(done, total)
	}
}

// damaged is an archive that is not as it was written.
func damaged(op string, err error) error {
	return &fault.Error{Code: fault.Invalid, Op: op, Key: "backup.damaged", Err: err}
}

func damagedf(op, format string, args ...any) error { return damaged(op, fmt.Errorf(format, args...)) }

// SameHeads reports whether the chains of a database end where an archive says.
func SameHeads(tx *db.Tx, j *journal.Journal, h Header) (bool, error) {
	heads, err := j.Heads(tx)
	return err == nil && slices.Equal(headsOf(heads), h.Heads), err
}

// NoRoom says that a disk has too little room, in bytes.
func NoRoom(op string, need, free int64) error {
	return &fault.Error{Code: fault.Unavailable, Op: op, Key: "backup.no_room", Args: map[string]any{"need": need>>20 + 1, "free": free >> 20}}
}

// UnderWay says that one backup is being made already.
func UnderWay(op string) error { return fault.New(fault.Unavailable, op, "backup.under_way") }

// IsUnderWay reports whether an error is UnderWay.
func IsUnderWay(err error) bool { return fault.KeyOf(err) == "backup.under_way" }

// OtherHeads says that what was read is not what its header promised.
func OtherHeads(op string) error { return fault.New(fault.Invalid, op, "backup.other_heads") }
