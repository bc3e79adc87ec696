package sim

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/util/vfsutil"
	"github.com/ncruces/go-sqlite3/vfs"
)

// sector is what a power cut leaves whole or not at all (sqlite.org/testing.html,
// "Crash testing").
const sector = 512

// vfsName is the file system of all disks; a path begins with the number of its disk.
const vfsName = "sim"

// disks are those in use, by number.
var disks struct {
	sync.Mutex
	last int
	by   map[string]*disk
}

// disk is a machine's, from one start of its program to the next. It remembers what
// was synced. A cut ends it: nothing is read or written any more, and what would be
// found at the next start is in its files.
type disk struct {
	mu    sync.Mutex
	no    string
	shm   string // folder for the indexes of logs, which no power cut keeps
	files map[string]*file
	rng   *rand.Rand
	dead  bool
	fuse  int   // the power is cut at the write after so many; none if negative
	room  int64 // bytes that still fit; no limit if negative
	moves int   // writes, truncations and syncs so far
	trace uint64
}

// file is one file: as it is read, what of it is durable, and what was written since.
type file struct {
	now, durable []byte
	since        []change
	shared       int
	reserved     bool
	exclusive    bool
}

type change struct {
	off  int64
	data []byte // nil: truncated to off
}

// image is what is on a disk.
type image map[string][]byte

func (im image) copy() image {
	out := make(image, len(im))
	for name, b := range im {
		out[name] = bytes.Clone(b)
	}
	return out
}

// newDisk is a disk with something on it.
func newDisk(shm string, on image, rng *rand.Rand) *disk {
	d := &disk{shm: shm, files: make(map[string]*file), rng: rng, fuse: -1, room: -1}
	for name, b := range on {
		d.files[name] = &file{now: bytes.Clone(b), durable: bytes.Clone(b)}
	}
	disks.Lock()
	defer disks.Unlock()
	if disks.by == nil {
		disks.by = make(map[string]*disk)
	}
	disks.last++
	d.no = fmt.Sprint(disks.last)
	disks.by[d.no] = d
	return d
}

// remove lets go of a disk that nobody uses any more.
func (d *disk) remove() {
	disks.Lock()
	delete(disks.by, d.no)
	disks.Unlock()
	_ = os.Remove(filepath.Join(d.shm, d.no))
}

func (d *disk) path(name string) string { return "/" + d.no + "/" + name }

// image is what is on the disk as a program sees it, as a copy of a running machine
// has it.
func (d *disk) image() image {
	d.mu.Lock()
	defer d.mu.Unlock()
	im := make(image)
	for name, f := range d.files {
		im[name] = bytes.Clone(f.now)
	}
	return im
}

// cut takes the power away now.
func (d *disk) cut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.kill()
}

// kill leaves what a power cut leaves: all that was synced, and of the rest any
// sectors or none. The caller has the lock.
func (d *disk) kill() {
	if d.dead {
		return
	}
	d.dead = true
	for _, name := range slices.Sorted(maps.Keys(d.files)) {
		f := d.files[name]
		f.now = f.left(d.rng)
	}
}

func (f *file) left(rng *rand.Rand) []byte {
	b := bytes.Clone(f.durable)
	lucky := rng.IntN(4) // nothing, anything, everything up to some write, everything since the last sync
	upTo := len(f.since)
	if lucky == 2 {
		upTo = rng.IntN(len(f.since) + 1)
	}
	for i, c := range f.since {
		switch {
		case lucky == 0 || i >= upTo:
		case c.data == nil:
			if lucky > 1 || rng.IntN(2) == 0 {
				b = applied(b, c)
			}
		default:
			for at := 0; at < len(c.data); at += sector {
				if lucky > 1 || rng.IntN(2) == 0 {
					b = applied(b, change{c.off + int64(at), c.data[at:min(at+sector, len(c.data))]})
				}
			}
		}
	}
	return b
}

func applied(b []byte, c change) []byte {
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

// move counts a write and says whether the power goes at it. The caller has the lock.
func (d *disk) move(what string, off int64, n int) (cut bool) {
	h := fnv.New64a()
	fmt.Fprint(h, d.trace, what, off, n)
	d.trace = h.Sum64()
	d.moves++
	if d.fuse < 0 {
		return false
	}
	d.fuse--
	return d.fuse < 0
}

// fileSystem is SQLite's view of the disks.
type fileSystem struct{}

func find(path string) (*disk, string, error) {
	no, name, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	disks.Lock()
	defer disks.Unlock()
	d := disks.by[no]
	if d == nil {
		return nil, "", sqlite3.IOERR
	}
	return d, name, nil
}

func (fileSystem) FullPathname(name string) (string, error) { return name, nil }

func (fileSystem) Open(name string, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	if name == "" || flags&(vfs.OPEN_MAIN_DB|vfs.OPEN_WAL|vfs.OPEN_MAIN_JOURNAL) == 0 {
		return &vfsutil.SliceFile{}, flags | vfs.OPEN_MEMORY, nil // temporary: no power cut keeps it
	}
	d, base, err := find(name)
	if err != nil {
		return nil, flags, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead {
		return nil, flags, sqlite3.IOERR
	}
	f := d.files[base]
	if f == nil {
		if flags&vfs.OPEN_CREATE == 0 {
			return nil, flags, sqlite3.CANTOPEN
		}
		f = &file{}
		d.files[base] = f
	}
	h := &handle{d: d, f: f, name: base}
	if flags&vfs.OPEN_MAIN_DB != 0 {
		h.shm = vfs.NewSharedMemory(filepath.Join(d.shm, d.no), flags)
	}
	return h, flags, nil
}

func (fileSystem) Delete(name string, _ bool) error {
	d, base, err := find(name)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead {
		return sqlite3.IOERR_DELETE
	}
	if d.files[base] == nil {
		return sqlite3.IOERR_DELETE_NOENT
	}
	if d.move("delete "+base, 0, 0) {
		d.kill()
		return sqlite3.IOERR_DELETE
	}
	delete(d.files, base)
	return nil
}

func (fileSystem) Access(name string, _ vfs.AccessFlag) (bool, error) {
	d, base, err := find(name)
	if err != nil {
		return false, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead {
		return false, sqlite3.IOERR_ACCESS
	}
	return d.files[base] != nil, nil
}

// handle is an open file.
type handle struct {
	d    *disk
	f    *file
	name string
	lock vfs.LockLevel
	shm  vfs.SharedMemory
}

func (h *handle) SharedMemory() vfs.SharedMemory { return h.shm }
func (h *handle) SectorSize() int                { return sector }
func (h *handle) LockState() vfs.LockLevel       { return h.lock }
func (h *handle) DeviceCharacteristics() vfs.DeviceCharacteristic {
	return vfs.IOCAP_POWERSAFE_OVERWRITE
}

func (h *handle) Close() error {
	err := h.Unlock(vfs.LOCK_NONE)
	if h.shm != nil {
		_ = h.shm.Close()
	}
	return err
}

func (h *handle) ReadAt(p []byte, off int64) (int, error) {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if h.d.dead {
		return 0, sqlite3.IOERR_READ
	}
	if off >= int64(len(h.f.now)) {
		return 0, io.EOF
	}
	n := copy(p, h.f.now[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (h *handle) WriteAt(p []byte, off int64) (int, error) {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if h.d.dead {
		return 0, sqlite3.IOERR_WRITE
	}
	if more := off + int64(len(p)) - int64(len(h.f.now)); more > 0 && h.d.room >= 0 {
		if h.d.room < more {
			h.d.room = 0
			return 0, sqlite3.FULL
		}
		h.d.room -= more
	}
	c := change{off, bytes.Clone(p)}
	h.f.now = applied(h.f.now, c)
	h.f.since = append(h.f.since, c)
	if h.d.move("write "+h.name, off, len(p)) {
		h.d.kill()
		return 0, sqlite3.IOERR_WRITE
	}
	return len(p), nil
}

func (h *handle) Truncate(size int64) error {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if h.d.dead {
		return sqlite3.IOERR_TRUNCATE
	}
	c := change{off: size}
	h.f.now = applied(h.f.now, c)
	h.f.since = append(h.f.since, c)
	if h.d.move("truncate "+h.name, size, 0) {
		h.d.kill()
		return sqlite3.IOERR_TRUNCATE
	}
	return nil
}

func (h *handle) Sync(vfs.SyncFlag) error {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if h.d.dead {
		return sqlite3.IOERR_FSYNC
	}
	before := h.d.move("sync "+h.name, 0, 0)
	if before && h.d.rng.IntN(2) == 0 {
		h.d.kill()
		return sqlite3.IOERR_FSYNC
	}
	for _, c := range h.f.since {
		h.f.durable = applied(h.f.durable, c)
	}
	h.f.since = nil
	if before { // it is on the disk, and nobody hears of it
		h.d.kill()
		return sqlite3.IOERR_FSYNC
	}
	return nil
}

func (h *handle) Size() (int64, error) {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if h.d.dead {
		return 0, sqlite3.IOERR_FSTAT
	}
	return int64(len(h.f.now)), nil
}

func (h *handle) Lock(to vfs.LockLevel) error {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if h.d.dead {
		return sqlite3.IOERR_LOCK
	}
	switch {
	case h.lock >= to:
		return nil
	case to == vfs.LOCK_SHARED:
		if h.f.exclusive {
			return sqlite3.BUSY
		}
		h.f.shared++
	case to == vfs.LOCK_RESERVED:
		if h.f.reserved {
			return sqlite3.BUSY
		}
		h.f.reserved = true
	default:
		if h.f.shared > 1 || h.f.reserved && h.lock < vfs.LOCK_RESERVED {
			return sqlite3.BUSY
		}
		h.f.reserved, h.f.exclusive = true, true
	}
	h.lock = to
	return nil
}

func (h *handle) Unlock(to vfs.LockLevel) error {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if h.lock <= to {
		return nil
	}
	if h.lock >= vfs.LOCK_RESERVED {
		h.f.reserved, h.f.exclusive = false, false
	}
	if to < vfs.LOCK_SHARED && h.lock >= vfs.LOCK_SHARED {
		h.f.shared--
	}
	h.lock = to
	return nil
}

func (h *handle) CheckReservedLock() (bool, error) {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	return h.f.reserved, nil
}
