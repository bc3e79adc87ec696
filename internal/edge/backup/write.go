package backup

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"hash"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Source is what is backed up.
type Source struct {
	DB      *db.DB
	Journal *journal.Journal
	Program string
	Made    time.Time
	Files   map[string][]byte
	// Leave names tables that belong to the machine and not to the records, such as
	// log-ins under way.
	Leave []string
}

// Summary is what an archive holds, for whoever ordered it.
type Summary struct {
	Header  Header
	Trailer Trailer
}

// Write writes an archive to w, unencrypted: w is what Seal answers, never a file.
// Everything in it is of one moment, however long it takes, and the database goes
// on serving meanwhile.
func Write(ctx context.Context, w io.Writer, src Source, progress Progress) (Summary, error) {
	const op = "backup.Write"
	var s Summary
	if _, err := io.WriteString(w, magic+strconv.Itoa(Format)+"\n"); err != nil {
		return s, err
	}
	z, err := zstd.NewWriter(w, zstd.WithWindowSize(maxWindow/2), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return s, &fault.Error{Code: fault.Internal, Op: op, Key: "backup.internal", Err: err}
	}
	defer z.Close()
	info, err := src.DB.Info(ctx)
	if err != nil {
		return s, fault.Wrap(op, err)
	}
	s.Header.Size = info.Bytes
	f := &frames{w: z, sum: sha256.New()}
	err = src.DB.Read(ctx, func(tx *db.Tx) error {
		d := dump{tx: tx, src: src, f: f, s: &s, progress: progress}
		return d.run()
	})
	if err != nil {
		return s, fault.Wrap(op, err)
	}
	return s, z.Close()
}

// frames writes frames and knows the sum of them.
type frames struct {
	w     io.Writer
	sum   hash.Hash
	bytes int64
	head  [1 + binary.MaxVarintLen64]byte
}

func (f *frames) write(kind byte, content []byte) error {
	f.head[0] = kind
	head := f.head[:1+binary.PutUvarint(f.head[1:], uint64(len(content)))]
	for _, part := range [][]byte{head, content} {
		f.sum.Write(part)
		f.bytes += int64(len(part))
		if _, err := f.w.Write(part); err != nil {
			return err
		}
	}
	return nil
}

func (f *frames) json(kind byte, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return f.write(kind, b)
}

// dump is one snapshot on its way into an archive.
type dump struct {
	tx       *db.Tx
	src      Source
	f        *frames
	s        *Summary
	progress Progress
	tables   []db.Table
	done     int64
}

func (d *dump) run() error {
	if err := d.header(); err != nil {
		return err
	}
	if err := d.f.json(frameHeader, d.s.Header); err != nil {
		return err
	}
	d.s.Trailer.Tables = make(map[string]int64, len(d.tables))
	for _, t := range d.tables {
		if err := d.f.json(frameTable, t); err != nil {
			return err
		}
		n, err := d.rows(t)
		if err != nil {
			return err
		}
		d.s.Trailer.Tables[t.Name] = n
	}
	d.s.Trailer.Rows, d.s.Trailer.Bytes, d.s.Trailer.SHA256 = d.done, d.f.bytes, hex.EncodeToString(d.f.sum.Sum(nil))
	return d.f.json(frameTrailer, d.s.Trailer)
}

// header reads what is known before the first row.
func (d *dump) header() (err error) {
	h := &d.s.Header
	h.Format, h.Program, h.Engine, h.Made, h.Files = Format, d.src.Program, d.tx.Engine().String(), d.src.Made.UTC(), d.src.Files
	if h.Migrations, err = d.tx.Steps(); err != nil {
		return err
	}
	heads, err := d.src.Journal.Heads(d.tx)
	if err != nil {
		return err
	}
	h.Heads = headsOf(heads)
	if err := readState(d.tx, h); err != nil {
		return err
	}
	all, err := d.tx.Tables()
	if err != nil {
		return err
	}
	for _, t := range all {
		if slices.Contains(d.src.Leave, t.Name) || t.Name == migrationsTable {
			continue
		}
		n, err := countRows(d.tx, t.Name)
		if err != nil {
			return err
		}
		h.Rows += n
		d.tables = append(d.tables, t)
	}
	return nil
}

// blockSize is how many bytes of rows are gathered into a frame.
const blockSize = 128 << 10

func (d *dump) rows(t db.Table) (n int64, err error) {
	var block []byte
	err = eachRow(d.tx, t, func(row []any) error {
		for _, v := range row {
			if block, err = appendCell(block, v); err != nil {
				return err
			}
		}
		n++
		if len(block) < blockSize {
			return nil
		}
		if err := d.tx.Context().Err(); err != nil {
			return &fault.Error{Code: fault.Unavailable, Op: "backup.Write", Key: "db.cancelled", Err: err}
		}
		d.progress.say(d.done+n, d.s.Header.Rows)
		err := d.f.write(frameRows, block)
		block = block[:0]
		return err
	})
	if err == nil && len(block) > 0 {
		err = d.f.write(frameRows, block)
	}
	d.done += n
	d.progress.say(d.done, d.s.Header.Rows)
	return n, err
}
