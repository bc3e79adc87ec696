package backup

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"hash"
	"io"
	"strconv"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Reader reads an archive that Unseal has opened.
type Reader struct {
	Header Header

	z     *zstd.Decoder
	r     *bufio.Reader
	sum   hash.Hash
	bytes int64
	frame []byte
}

// NewReader reads an archive's header. It refuses what is no archive, and one of a
// newer format.
func NewReader(r io.Reader) (*Reader, error) {
	const op = "backup.NewReader"
	if err := readMagic(r); err != nil {
		return nil, err
	}
	z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return nil, damaged(op, err)
	}
	a := &Reader{z: z, r: bufio.NewReaderSize(z, 64<<10), sum: sha256.New()}
	kind, content, _, err := a.next()
	if err == nil && kind != frameHeader {
		err = damagedf(op, "begins with frame %q", kind)
	}
	if err == nil {
		err = json.Unmarshal(content, &a.Header)
	}
	if err != nil {
		a.Close()
		return nil, readError(op, err)
	}
	return a, nil
}

// readMagic reads the first line, byte by byte so that nothing after it is taken.
func readMagic(r io.Reader) error {
	const op = "backup.NewReader"
	line, one := make([]byte, 0, 32), make([]byte, 1)
	for len(line) < cap(line) {
		if _, err := io.ReadFull(r, one); err != nil {
			return readError(op, err)
		}
		if one[0] == '\n' {
			break
		}
		line = append(line, one[0])
	}
	number, ours := strings.CutPrefix(string(line), magic)
	format, err := strconv.Atoi(number)
	switch {
	case !ours || err != nil || format < 1:
		return fault.New(fault.Invalid, op, "backup.not_ours")
	case format > Format:
		return fault.New(fault.Unavailable, op, "backup.newer")
	}
	return nil
}

// readError tells an archive that ends too early from one that was changed.
func readError(op string, err error) error {
	switch {
	case fault.KeyOf(err) != "" && fault.CodeOf(err) != fault.Internal:
		return err
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return &fault.Error{Code: fault.Unavailable, Op: op, Key: "db.cancelled", Err: err}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &fault.Error{Code: fault.Invalid, Op: op, Key: "backup.truncated", Err: err}
	}
	return damaged(op, err)
}

// Close lets go of what reading holds.
func (a *Reader) Close() { a.z.Close() }

// next reads one frame. Its content is valid until the next. sum is the sum of all
// frames before it.
func (a *Reader) next() (kind byte, content, sum []byte, err error) {
	sum = a.sum.Sum(nil)
	if kind, err = a.r.ReadByte(); err != nil {
		return 0, nil, nil, err
	}
	size, err := binary.ReadUvarint(a.r)
	if err != nil {
		return 0, nil, nil, noEOF(err)
	}
	if size > maxFrame {
		return 0, nil, nil, damagedf("backup.Read", "a frame of %d bytes", size)
	}
	if uint64(cap(a.frame)) < size {
		a.frame = make([]byte, size)
	}
	content = a.frame[:size]
	if _, err := io.ReadFull(a.r, content); err != nil {
		return 0, nil, nil, noEOF(err)
	}
	head := binary.AppendUvarint([]byte{kind}, size)
	a.sum.Write(head)
	a.sum.Write(content)
	if kind != frameTrailer {
		a.bytes += int64(len(head)) + int64(size)
	}
	return kind, content, sum, nil
}

func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// Tables answers which of list's migrations a database must have had before Load.
// An archive of a newer program is refused.
func (a *Reader) Tables(list []db.Migration) ([]db.Migration, error) {
	return db.Through(list, a.Header.Migrations)
}

// Load writes what is left of the archive into an empty database that has just the
// migrations that Tables answered, and checks what it read against the archive's
// end. It commits as it goes: a database that was not loaded to the end is thrown
// away by whoever made it.
func (a *Reader) Load(ctx context.Context, d *db.DB, progress Progress) (Trailer, error) {
	const op = "backup.Load"
	l := loader{a: a, d: d, ctx: ctx, progress: progress, counts: map[string]int64{}}
	t, err := l.run()
	if err != nil {
		return t, readError(op, err)
	}
	return t, nil
}

// loader is one archive on its way into a database.
type loader struct {
	a        *Reader
	d        *db.DB
	ctx      context.Context
	progress Progress
	there    map[string]db.Table
	table    db.Table
	counts   map[string]int64
	done     int64
	waiting  [][]any // rows of table that are not written yet
	size     int     // of the frames they came in
}

// commitSize is how many bytes of frames are written in one transaction: few
// enough that neither the log nor memory grows with the archive, and enough that
// waiting for the disk at each commit does not count.
const commitSize = 4 << 20

func (l *loader) run() (t Trailer, err error) {
	if err := l.prepare(); err != nil {
		return t, err
	}
	for {
		kind, content, sum, err := l.a.next()
		if err != nil {
			return t, err
		}
		if kind != frameRows {
			if err := l.commit(); err != nil {
				return t, err
			}
		}
		switch kind {
		case frameTable:
			err = l.begin(content)
		case frameRows:
			err = l.rows(content)
		case frameTrailer:
			return t, l.end(content, sum, &t)
		default:
			err = damagedf("backup.Load", "frame %q", kind)
		}
		if err != nil {
			return t, err
		}
	}
}

// prepare reads which tables there are and empties them.
func (l *loader) prepare() error {
	return l.d.Write(l.ctx, func(tx *db.Tx) error {
		all, err := tx.Tables()
		if err != nil {
			return err
		}
		l.there = make(map[string]db.Table, len(all))
		for _, t := range all {
			if t.Name == migrationsTable {
				continue
			}
			l.there[t.Name] = t
			if err := empty(tx, t.Name); err != nil {
				return err
			}
		}
		return nil
	})
}

func (l *loader) begin(content []byte) error {
	var t db.Table
	if err := json.Unmarshal(content, &t); err != nil {
		return damaged("backup.Load", err)
	}
	here, ok := l.there[t.Name]
	if !ok || len(t.Columns) == 0 || !subset(t.Columns, here.Columns) {
		return damagedf("backup.Load", "a table that its migrations do not make, or columns of one")
	}
	if _, twice := l.counts[t.Name]; twice {
		return damagedf("backup.Load", "a table twice")
	}
	l.table, l.counts[t.Name] = t, 0
	return nil
}

func subset(some, all []string) bool {
	in := make(map[string]bool, len(all))
	for _, s := range all {
		in[s] = true
	}
	for _, s := range some {
		if !in[s] {
			return false
		}
		delete(in, s)
	}
	return true
}

// rows takes one frame's rows.
func (l *loader) rows(content []byte) error {
	width := len(l.table.Columns)
	if width == 0 {
		return damagedf("backup.Load", "rows of no table")
	}
	l.size += len(content)
	content = bytes.Clone(content) // blobs point into it until they are written
	for len(content) > 0 {
		row := make([]any, width)
		var err error
		for i := range row {
			if row[i], content, err = cell(content); err != nil {
				return damaged("backup.Load", err)
			}
		}
		l.waiting = append(l.waiting, row)
	}
	if l.size < commitSize {
		return nil
	}
	return l.commit()
}

// commit writes the rows that wait.
func (l *loader) commit() error {
	if len(l.waiting) == 0 {
		return nil
	}
	if err := l.d.Write(l.ctx, func(tx *db.Tx) error { return tx.Insert(l.table, l.waiting) }); err != nil {
		return err
	}
	l.counts[l.table.Name] += int64(len(l.waiting))
	l.done += int64(len(l.waiting))
	l.progress.say(l.done, l.a.Header.Rows)
	clear(l.waiting)
	l.waiting, l.size = l.waiting[:0], 0
	return nil
}

// end compares what was read with what was written.
func (l *loader) end(content, sum []byte, t *Trailer) error {
	const op = "backup.Load"
	if err := json.Unmarshal(content, t); err != nil {
		return damaged(op, err)
	}
	if t.SHA256 != hex.EncodeToString(sum) || t.Bytes != l.a.bytes || t.Rows != l.done || len(t.Tables) != len(l.counts) {
		return damagedf(op, "the sums do not agree")
	}
	for name, n := range t.Tables {
		if have, ok := l.counts[name]; !ok || have != n {
			return damagedf(op, "another number of rows")
		}
	}
	if _, err := l.a.r.ReadByte(); !errors.Is(err, io.EOF) {
		return damagedf(op, "more after the end")
	}
	return l.d.Write(l.ctx, func(tx *db.Tx) error { return tx.Renumber() })
}
