package key

import (
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// disk is the file system as the slot file uses it; tests put one in its place
// that loses its power.
type disk interface {
	read(path string, most int64) ([]byte, error)
	create(path string) (handle, error) // refuses a name that is taken
	open(path string) (handle, error)   // for writing over what is there
	rename(from, to string) error
	remove(path string) error
	syncDir(path string) error
	// keepsOpen says that a file stays reachable through its handle after another
	// took its name.
	keepsOpen() bool
}

// handle is an open file.
type handle interface {
	io.Writer
	Sync() error
	Size() (int64, error)
	Close() error
}

// fresh is the name of a slot file while it is written.
func fresh(path string) string { return path + ".new" }

// write puts b in the place of the file, whole or not at all: whenever the power
// goes, the old file or the new one is there, and once write has returned nil it
// is the new one. Where the system allows, the blocks of the old file are then
// overwritten, so that a slot that was taken away does not lie in free space.
func write(d disk, path string, b []byte) error {
	tmp := fresh(path)
	if err := d.remove(tmp); err != nil && !errors.Is(err, fs.ErrNotExist) { // left by a cut
		return err
	}
	if err := writeNew(d, tmp, b); err != nil {
		return errors.Join(err, d.remove(tmp))
	}
	var old handle
	if d.keepsOpen() {
		old, _ = d.open(path)
	}
	if err := d.rename(tmp, path); err != nil {
		if old != nil {
			_ = old.Close()
		}
		return errors.Join(err, d.remove(tmp))
	}
	err := d.syncDir(path)
	if old != nil {
		if err == nil { // otherwise the old one may come back after a cut
			_ = scramble(old)
		}
		_ = old.Close()
	}
	return err
}

func writeNew(d disk, path string, b []byte) error {
	h, err := d.create(path)
	if err != nil {
		return err
	}
	_, err = h.Write(b)
	if err == nil {
		err = h.Sync() // before the name points to it
	}
	return errors.Join(err, h.Close())
}

// scramble overwrites an open file with noise and waits for the disk.
func scramble(h handle) error {
	n, err := h.Size()
	if err != nil {
		return err
	}
	_, err = io.CopyN(h, rand.Reader, min(n, int64(4*mostBytes)))
	return errors.Join(err, h.Sync())
}

// shred destroys a file: noise over it and on the disk first, then its name gone
// and that on the disk. Each step is tried whatever became of the one before. A
// file that is not there is destroyed, once the disk knows it too.
func shred(d disk, path string) error {
	missing := func(err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
	h, err := d.open(path)
	if err == nil {
		err = errors.Join(scramble(h), h.Close())
	}
	return errors.Join(missing(err), missing(d.remove(path)), missing(d.syncDir(path)))
}

// Shred destroys a key file: noise over it, then its name gone. What a flash disk
// or a file system that copies on write keeps of it is not reached.
func Shred(path string) error {
	if err := shred(osDisk{}, path); err != nil {
		return &fault.Error{Code: fault.Unavailable, Op: "key.Shred", Key: "key.not_destroyed"}
	}
	return nil
}

// osDisk is the real one.
type osDisk struct{}

type osHandle struct{ *os.File }

func (h osHandle) Size() (int64, error) {
	info, err := h.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (osDisk) read(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, most+1))
}

func (osDisk) create(path string) (handle, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	return osHandle{f}, nil
}

func (osDisk) open(path string) (handle, error) {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrPermission) && os.Chmod(path, 0o600) == nil {
		f, err = os.OpenFile(path, os.O_WRONLY, 0)
	}
	if err != nil {
		return nil, err
	}
	return osHandle{f}, nil
}

func (osDisk) rename(from, to string) error { return os.Rename(from, to) }
func (osDisk) remove(path string) error     { return os.Remove(path) }

func (osDisk) syncDir(path string) error {
	if runtime.GOOS == "windows" {
		return nil // there a folder cannot be synced; NTFS journals the rename
	}
	f, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func (osDisk) keepsOpen() bool { return runtime.GOOS != "windows" }
