package backup

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Place is where archives are kept: a folder, or a bucket of an object store.
type Place interface {
	// Create begins a file. Nothing stands under its name before Commit.
	Create(ctx context.Context, name string) (File, error)
	// Open reads a file and says how long it is.
	Open(ctx context.Context, name string) (io.ReadCloser, int64, error)
	// List names the files whose names begin with prefix, in order.
	List(ctx context.Context, prefix string) ([]string, error)
	// RemoveLeft removes what a backup of this installation that was cut off left.
	RemoveLeft(ctx context.Context, installation string)
	// String is the place as an operator gave it; it holds no secret.
	String() string
}

// File is a file under way.
type File interface {
	io.Writer
	// Commit makes what was written durable under its name, whole, in the place of
	// what was there.
	Commit(progress Progress) error
	// Abort forgets what was written. After Commit it does nothing.
	Abort()
}

// PartSuffix ends the name of what is not finished. Such a file is encrypted too;
// it may be deleted.
const PartSuffix = ".part"

// Access are the credentials of an object store. A place that is a folder needs none.
type Access struct {
	Key, Secret, Session string
	Region               string
	Endpoint             string // of s3:// addresses; Amazon's if empty
}

// At answers the place of an address: a folder's path, s3://bucket/prefix, or
// https://host/bucket/prefix of a store that speaks S3. Spool is a folder in which
// an encrypted archive stands until it is sent.
func At(address, spool string, a Access) (Place, error) {
	if isAddress(address) {
		return atBucket(address, spool, a)
	}
	dir, err := filepath.Abs(address)
	if err != nil || address == "" {
		return nil, fault.New(fault.Invalid, "backup.At", "backup.bad_place")
	}
	return folder(dir), nil
}

// Beside answers the place in which one archive is, and its name there.
func Beside(address string, a Access) (Place, string, error) {
	if isAddress(address) {
		i := strings.LastIndexByte(address, '/')
		p, err := atBucket(address[:i], "", a)
		return p, address[i+1:], err
	}
	dir, err := filepath.Abs(filepath.Dir(address))
	return folder(dir), filepath.Base(address), err
}

func isAddress(s string) bool { return strings.Contains(s, "://") }

type folder string

func (d folder) String() string { return string(d) }

func (d folder) Create(_ context.Context, name string) (File, error) {
	if err := os.MkdirAll(string(d), 0o700); err != nil {
		return nil, unwritable("backup.Create", err)
	}
	path := filepath.Join(string(d), name)
	f, err := os.OpenFile(path+PartSuffix, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, unwritable("backup.Create", err)
	}
	return &folderFile{File: f, path: path}, nil
}

func (d folder) Open(_ context.Context, name string) (io.ReadCloser, int64, error) {
	f, err := os.Open(filepath.Join(string(d), name))
	if err != nil {
		return nil, 0, notThere("backup.Open", err)
	}
	st, err := f.Stat()
	if err == nil && !st.Mode().IsRegular() {
		err = fs.ErrNotExist
	}
	if err != nil {
		_ = f.Close()
		return nil, 0, notThere("backup.Open", err)
	}
	return f, st.Size(), nil
}

func (d folder) List(_ context.Context, prefix string) ([]string, error) {
	entries, err := os.ReadDir(string(d))
	if err != nil {
		return nil, notThere("backup.List", err)
	}
	var names []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) && e.Type().IsRegular() && !strings.HasSuffix(e.Name(), PartSuffix) {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return names, nil
}

func (d folder) RemoveLeft(_ context.Context, installation string) {
	left, _ := filepath.Glob(filepath.Join(escape(string(d)), prefix+"*"+escape(tail(installation))+PartSuffix))
	for _, path := range left {
		_ = os.Remove(path)
	}
}

// escape keeps what a folder's name holds from being read as a pattern.
func escape(s string) string {
	if filepath.Separator == '\\' {
		return s // there is no escape there, and no such name either but with [
	}
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(s)
}

// folderFile is a file that gets its name when it is whole.
type folderFile struct {
	*os.File
	path string
	over bool
}

func (f *folderFile) Write(b []byte) (int, error) {
	n, err := f.File.Write(b)
	if err != nil {
		err = unwritable("backup.Write", err)
	}
	return n, err
}

func (f *folderFile) Commit(Progress) error {
	err := errors.Join(f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.path+PartSuffix, f.path)
	}
	if err == nil {
		f.over = true
		err = SyncDir(filepath.Dir(f.path))
	}
	if err != nil {
		return unwritable("backup.Commit", err)
	}
	return nil
}

func (f *folderFile) Abort() {
	if f.over {
		return
	}
	f.over = true
	_ = f.Close()
	_ = os.Remove(f.path + PartSuffix)
}

func unwritable(op string, err error) error {
	if isFull(err) {
		return &fault.Error{Code: fault.Unavailable, Op: op, Key: "backup.full", Err: err}
	}
	return &fault.Error{Code: fault.Unavailable, Op: op, Key: "backup.unwritable", Err: err}
}

func notThere(op string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return &fault.Error{Code: fault.NotFound, Op: op, Key: "backup.not_there", Err: err}
	}
	return &fault.Error{Code: fault.Unavailable, Op: op, Key: "backup.unreadable", Err: err}
}
