package db

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ncruces/go-sqlite3/util/vfsutil"
	"github.com/ncruces/go-sqlite3/vfs"
	"github.com/ncruces/go-sqlite3/vfs/adiantum"

	"github.com/godwit-health/godwit/internal/kernel/key"
)

// A killed process loses nothing that the system has buffered; a power cut does.
// These tests put a file system below the cipher that remembers what was synced,
// and at random moments takes the picture that a power cut would leave: all that
// was synced, and of the rest any sectors or none (as sqlite.org/testing.html,
// "Crash testing", does).

const sector = 512

type cutVFS struct {
	vfs.VFS
	mu     sync.Mutex
	files  map[string]*image
	acked  atomic.Int64
	chance int // one in so many writes and syncs is a power cut
	cuts   []cut
}

// image is one file: what is durable, and what was written since.
type image struct {
	durable []byte
	since   []change
}

type change struct {
	off  int64
	data []byte // nil: truncated to off
}

// cut is what a power cut would leave, and what had been acknowledged by then.
type cut struct {
	acked int64
	files map[string][]byte
}

func (v *cutVFS) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	f, flags, err := vfsutil.WrapOpenFilename(v.VFS, name, flags)
	if err != nil || flags&(vfs.OPEN_MAIN_DB|vfs.OPEN_WAL) == 0 {
		return f, flags, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	path := name.String()
	if v.files[path] == nil {
		b, _ := os.ReadFile(path)
		v.files[path] = &image{durable: b}
	}
	return &cutFile{f, v, v.files[path]}, flags, nil
}

func (v *cutVFS) Delete(name string, syncDir bool) error {
	v.mu.Lock()
	delete(v.files, name)
	v.mu.Unlock()
	return v.VFS.Delete(name, syncDir)
}

// maybe takes a picture now and then. The caller has the lock.
func (v *cutVFS) maybe() {
	if v.chance == 0 || rand.IntN(v.chance) > 0 {
		return
	}
	c := cut{v.acked.Load(), map[string][]byte{}}
	for path, im := range v.files {
		c.files[filepath.Base(path)] = im.left()
	}
	v.cuts = append(v.cuts, c)
}

// left is what a power cut leaves of a file.
func (im *image) left() []byte {
	b := bytes.Clone(im.durable)
	lucky := rand.IntN(3) // nothing, anything, everything since the last sync
	for _, c := range im.since {
		switch {
		case lucky == 0:
		case c.data == nil:
			if lucky == 2 || rand.IntN(2) == 0 {
				b = apply(b, c)
			}
		default:
			for at := 0; at < len(c.data); at += sector {
				if lucky == 2 || rand.IntN(2) == 0 {
					b = apply(b, change{c.off + int64(at), c.data[at:min(at+sector, len(c.data))]})
				}
			}
		}
	}
	return b
}

func apply(b []byte, c change) []byte {
	end := int(c.off) + len(c.data)
	if len(b) < end {
		b = append(b, make([]byte, end-len(b))...)
	}
	if c.data == nil {
		return b[:c.off]
	}
	copy(b[c.off:], c.data)
	return b
}

type cutFile struct {
	vfs.File
	v  *cutVFS
	im *image
}

func (f *cutFile) WriteAt(p []byte, off int64) (int, error) {
	f.v.mu.Lock()
	f.v.maybe()
	f.im.since = append(f.im.since, change{off, bytes.Clone(p)})
	f.v.mu.Unlock()
	return f.File.WriteAt(p, off)
}

func (f *cutFile) Truncate(size int64) error {
	f.v.mu.Lock()
	f.im.since = append(f.im.since, change{off: size})
	f.v.mu.Unlock()
	return f.File.Truncate(size)
}

func (f *cutFile) Sync(flags vfs.SyncFlag) error {
	f.v.mu.Lock()
	f.v.maybe()
	for _, c := range f.im.since {
		f.im.durable = apply(f.im.durable, c)
	}
	f.im.since = nil
	f.v.maybe()
	f.v.mu.Unlock()
	return f.File.Sync(flags)
}

func (f *cutFile) Unwrap() vfs.File               { return f.File }
func (f *cutFile) SharedMemory() vfs.SharedMemory { return vfsutil.WrapSharedMemory(f.File) }
func (f *cutFile) SizeHint(size int64) error      { return nil } // a hint would change the size behind our back
func (f *cutFile) LockState() vfs.LockLevel       { return vfsutil.WrapLockState(f.File) }
func (f *cutFile) DeviceCharacteristics() vfs.DeviceCharacteristic {
	return f.File.DeviceCharacteristics() &^ (vfs.IOCAP_BATCH_ATOMIC | vfs.IOCAP_ATOMIC | vfs.IOCAP_ATOMIC4K)
}

func TestAPowerCutLosesNoAcknowledgedCommit(t *testing.T) {
	v := &cutVFS{VFS: vfs.Find(""), files: map[string]*image{}}
	vfs.Register("powercut", adiantum.Wrap(v, nil))
	o := Options{Path: filepath.Join(t.TempDir(), "p.db"), Key: key.Plain(bytes.Repeat([]byte{9}, 32)), VFS: "powercut",
		Migrations: []Migration{{Area: "t", Number: 1, SQL: rowsTable + "; CREATE TABLE blobs (name TEXT, b BLOB)"}}}
	d, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	// Checkpoints often, so that cuts fall into them as well.
	if err := d.store.(*sqliteStore).w.c.Exec("PRAGMA wal_autocheckpoint=30"); err != nil {
		t.Fatal(err)
	}
	v.mu.Lock()
	v.chance = 40
	v.mu.Unlock()
	seen := 0
	for i := range 250 {
		err := d.Write(context.Background(), func(tx *Tx) error {
			if err := add(fmt.Sprintf("%05d", i))(tx); err != nil {
				return err
			}
			_, err := tx.Exec("INSERT INTO blobs (name, b) VALUES (?, ?)", fmt.Sprint(i), bytes.Repeat([]byte{byte(i)}, rand.IntN(6000)))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		v.acked.Store(int64(i + 1))
		v.mu.Lock()
		cuts := v.cuts
		v.cuts = nil
		v.mu.Unlock()
		for _, c := range cuts {
			c.check(t, o)
			seen++
		}
	}
	t.Logf("%d power cuts", seen)
	if seen < 20 {
		t.Errorf("only %d power cuts", seen)
	}
}

// check opens what a power cut left and looks for all that was acknowledged.
func (c cut) check(t *testing.T, o Options) {
	t.Helper()
	dir := t.TempDir()
	for name, b := range c.files {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	o.Path, o.VFS = filepath.Join(dir, "p.db"), ""
	d, err := Open(t.Context(), o)
	if err != nil {
		t.Fatalf("after a power cut the file does not open: %v", err)
	}
	defer d.Close()
	names := stored(t, d)
	for i := range c.acked {
		if int64(len(names)) <= i || names[i] != fmt.Sprintf("%05d", i) {
			t.Fatalf("commit %d was acknowledged and is not there; %d are", i, len(names))
		}
	}
	err = d.Read(t.Context(), func(tx *Tx) error {
		var ok string
		if err := tx.Row("PRAGMA integrity_check").Scan(&ok); err != nil || strings.TrimSpace(ok) != "ok" {
			t.Errorf("integrity: %q, %v", ok, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
