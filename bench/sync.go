package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// The budget (design, section 10): at most 60 bytes a change over a demo day's
// entries.
const syncBudget = 60

// syncEntry is an entry and the hash before it.
type syncEntry struct {
	journal.Entry
	prev [32]byte
}

// benchSync packs the journal of the demo's world as it would travel to a hub, and
// unpacks it again, with everything verified.
func benchSync(w io.Writer) error {
	dir, err := os.MkdirTemp("", "godwit-bench-sync-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	all, err := demoEntries(dir, 0)
	if err != nil {
		return err
	}
	// The packs of the program itself are approved once a year, not a day's change.
	day := slices.DeleteFunc(slices.Clone(all), func(e syncEntry) bool { return strings.HasPrefix(e.Kind, "pack.") })
	small := slices.DeleteFunc(slices.Clone(day), func(e syncEntry) bool { return e.Kind == "assessment.decision" })
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	fmt.Fprintf(w, "the demo's journal, budget %d bytes a change; packed and unpacked on one core, every hash verified\n", syncBudget)
	fmt.Fprintf(w, "%-24s %8s %9s %9s %9s %7s %9s %9s %11s %11s\n", "entries", "chunk", "changes", "raw B", "wire B", "ratio", "random B", "JSON B", "packed/s", "unpacked/s")
	for _, s := range []struct {
		name    string
		entries []syncEntry
	}{{"a day", day}, {"without decisions", small}, {"with the shipped packs", all}} {
		lines, err := jsonLines(s.entries)
		if err != nil {
			return err
		}
		for _, chunk := range []int{16, 64, 256, 0} {
			r, err := syncRun(s.entries, nil, chunk)
			if err != nil {
				return err
			}
			name := fmt.Sprint(chunk)
			if chunk == 0 {
				name = fmt.Sprintf("%d kB", journal.WireChunk>>10)
			}
			r.print(w, s.name, name, lines)
		}
	}
	return syncSessions(w, day)
}

// syncSessions is what short sessions take: their own stream each, from nothing
// and from what the receiver has of the last one.
func syncSessions(w io.Writer, day []syncEntry) error {
	fmt.Fprintf(w, "%-24s %16s %16s %20s   twenty sessions of so many changes, over the day\n", "a session of its own", "from nothing B", "with a past B", "down, with its own B")
	for _, n := range []int{4, 16, 64, 256} {
		var fresh, primed, down syncResult // down: the past is what the receiver wrote itself, of another time of the day
		for i := range 20 {
			at := (i + 1) * (len(day) - n) / 20
			far := (at+len(day)/2)%(len(day)-journal.WirePast) + journal.WirePast
			if far-journal.WirePast < at+n && at < far { // never what is sent
				far = min(at, len(day))
			}
			for _, c := range []struct {
				past []syncEntry
				sum  *syncResult
			}{{nil, &fresh}, {day[max(0, at-journal.WirePast):at], &primed}, {day[max(0, far-journal.WirePast):far], &down}} {
				r, err := syncRun(day[at:at+n], c.past, 0)
				if err != nil {
					return err
				}
				c.sum.n += r.n
				c.sum.wire += r.wire
			}
		}
		fmt.Fprintf(w, "%-24d %16.1f %16.1f %20.1f\n", n, fresh.per(fresh.wire), primed.per(primed.wire), down.per(down.wire))
	}
	return nil
}

// demoEntries makes the demo's world and reads all that is in its journal.
func demoEntries(dir string, families int) (all []syncEntry, err error) {
	ctx := context.Background()
	n, err := app.OpenDemo(ctx, dir, app.DemoOptions{Seed: 1, Families: families})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, n.Close()) }()
	return journalEntries(n.DB, n.Journal)
}

// journalEntries reads all that is in a journal.
func journalEntries(d *db.DB, j *journal.Journal) (all []syncEntry, err error) {
	err = d.Read(context.Background(), func(tx *db.Tx) error {
		all = nil
		heads, err := j.Heads(tx)
		if err != nil {
			return err
		}
		for _, h := range heads {
			entries, err := j.After(tx, h.Origin, 0, 1<<30)
			if err != nil {
				return err
			}
			var prev [32]byte
			for _, e := range entries {
				all = append(all, syncEntry{e, prev})
				prev = e.Hash
			}
		}
		return nil
	})
	return all, err
}

type syncResult struct {
	n, raw, wire, random int
	packing, unpacking   time.Duration
	packer               *journal.Packer
	unpacker             *journal.Unpacker
}

// syncRun sends entries through one stream, so many a chunk, or by WireChunk.
func syncRun(entries, past []syncEntry, chunk int) (syncResult, error) {
	r := syncResult{packer: journal.NewPacker(), unpacker: journal.NewUnpacker()}
	defer r.unpacker.Close()
	if len(past) > 0 {
		had := make([]journal.Entry, len(past))
		for i := range past {
			had[i] = past[i].Entry
		}
		if err := errors.Join(r.packer.Prime(had), r.unpacker.Prime(had)); err != nil {
			return r, err
		}
	}
	waiting := 0
	for i := range entries {
		e := &entries[i]
		begin := processTime()
		if err := r.packer.Add(&e.Entry, e.prev); err != nil {
			return r, err
		}
		r.packing += processTime() - begin
		r.n, r.raw = r.n+1, r.raw+len(e.Raw)+len(e.Payload)
		if waiting++; waiting == chunk || chunk == 0 && r.packer.Size() >= journal.WireChunk || i == len(entries)-1 {
			if err := r.chunk(entries[i+1-waiting : i+1]); err != nil {
				return r, err
			}
			waiting = 0
		}
	}
	r.random = r.packer.Random()
	return r, nil
}

// chunk takes one chunk to the other side and compares what came.
func (r *syncResult) chunk(sent []syncEntry) error {
	begin := processTime()
	b, err := r.packer.Chunk()
	if err != nil {
		return err
	}
	r.packing += processTime() - begin
	r.wire += len(b)
	begin = processTime()
	got, err := r.unpacker.Unpack(b)
	if err != nil {
		return err
	}
	r.unpacking += processTime() - begin
	for i := range sent {
		if len(got) != len(sent) || got[i].Hash != sent[i].Hash || !bytes.Equal(got[i].Raw, sent[i].Raw) ||
			!bytes.Equal(got[i].Payload, sent[i].Payload) || !bytes.Equal(got[i].Secret, sent[i].Secret) {
			return fmt.Errorf("entry %v did not come as it is", sent[i].Version)
		}
	}
	return nil
}

func (r *syncResult) per(n int) float64 { return float64(n) / float64(r.n) }

func (r *syncResult) print(w io.Writer, name, chunk string, lines int) {
	fmt.Fprintf(w, "%-24s %8s %9d %9.0f %9.1f %7.2f %9.1f %9.1f %11.0f %11.0f\n", name, chunk, r.n, r.per(r.raw), r.per(r.wire),
		r.per(r.wire)/syncBudget, r.per(r.random), r.per(lines), float64(r.n)/r.packing.Seconds(), float64(r.n)/r.unpacking.Seconds())
}

// jsonLines is how many bytes the same takes as zstd over lines of JSON, with ids
// and hashes as text, flushed as often.
func jsonLines(entries []syncEntry) (int, error) {
	var out bytes.Buffer
	z, err := zstd.NewWriter(&out, zstd.WithEncoderLevel(zstd.SpeedBetterCompression), zstd.WithWindowSize(1<<20), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return 0, err
	}
	waiting := 0
	for _, e := range entries {
		h := e.Header
		line, err := json.Marshal(map[string]any{
			"origin": h.Version.Origin.String(), "seq": h.Version.Seq, "hlc": h.HLC, "kind": h.Kind, "doc": h.Doc, "subject": h.Subject,
			"sensitivity": h.Sensitivity.String(), "programme": h.Programme, "site": h.Site, "actor": h.Actor, "purpose": h.Purpose,
			"base": h.Base, "schema": h.Schema, "hash": base64.StdEncoding.EncodeToString(e.Hash[:]),
			"secret": base64.StdEncoding.EncodeToString(e.Secret), "payload": json.RawMessage(e.Payload),
		})
		if err != nil {
			return 0, err
		}
		if _, err := z.Write(append(line, '\n')); err != nil {
			return 0, err
		}
		if waiting += len(e.Raw) + len(e.Payload); waiting >= journal.WireChunk {
			waiting = 0
			if err := z.Flush(); err != nil {
				return 0, err
			}
		}
	}
	err = z.Close()
	return out.Len(), err
}
