package db

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/ncruces/go-sqlite3"
	"lukechampine.com/adiantum"

	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/key"
)

// How the files begin: "The Database Header" and "The Rollback Journal" in
// sqlite.org/fileformat2.html, and its section 4.1 for the log, whose last bit says
// the byte order of its sums.
var (
	databaseMagic = []byte("SQLite format 3\x00")
	journalMagic  = []byte{0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7}
)

const logMagic = 0x377f0682

// dataKeyOf is the key that the file is under: the one that a rotation was on its
// way to, if the file has it already, and otherwise the provider's own. A key that
// does not fit is refused before SQLite sees the file: SQLite would take a log that
// it cannot decipher for an empty one, and remove it with the commits in it.
func dataKeyOf(ctx context.Context, p key.Provider, path string) ([]byte, error) {
	if r, ok := p.(key.Rotating); ok {
		next, err := r.NextKey(ctx)
		if err != nil {
			return nil, fault.Wrap("db.Open", err)
		}
		if next != nil {
			if fits, err := fitting(path, next); err != nil || fits {
				return next, err
			}
			clear(next)
		}
	}
	k, err := p.DataKey(ctx)
	if err != nil {
		return nil, fault.Wrap("db.Open", err)
	}
	fits, err := fitting(path, k)
	if err != nil {
		return nil, err
	}
	if !fits {
		clear(k)
		return nil, fault.Field("db.Open", "key", "db.wrong_key")
	}
	return k, nil
}

// fitting says whether a key deciphers what is there: the first page, or where a
// power cut tore that while it was written, the log or the journal that has it whole.
// A file with nothing in it fits every key.
func fitting(path string, k []byte) (bool, error) {
	if len(k) != key.Size {
		return false, fault.Field("db.Open", "key", "db.wrong_key")
	}
	page, err := firstBlock(path, k)
	if err != nil || page == nil {
		return err == nil, err
	}
	if bytes.HasPrefix(page, databaseMagic) {
		return true, nil
	}
	log, err := firstBlock(path+"-wal", k)
	if err != nil {
		return false, err
	}
	if log != nil && binary.BigEndian.Uint32(log)&^1 == logMagic {
		return true, nil
	}
	journal, err := firstBlock(path+"-journal", k)
	return bytes.HasPrefix(journal, journalMagic), err
}

// firstBlock is the beginning of a file, deciphered; nil where there is none.
func firstBlock(path string, k []byte) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, &fault.Error{Code: fault.Unavailable, Op: "db.Open", Key: "db.io", Err: err}
	}
	defer f.Close()
	b := make([]byte, cipherBlock)
	switch _, err := io.ReadFull(f, b); {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, nil
	case err != nil:
		return nil, &fault.Error{Code: fault.Unavailable, Op: "db.Open", Key: "db.io", Err: err}
	}
	var tweak [8]byte // the block's place in the file
	return adiantum.New(k).Decrypt(b, tweak[:]), nil
}

// drainFor is how long a new key waits for reads under way.
const drainFor = 10 * time.Second

// Rekey writes the database anew under another key, and goes on with that one. It
// does nothing if the database is under it already. Reads go on while the new file
// is written, writes wait. A cut at any moment leaves the old file or the new one
// under the database's name, whole and with every acknowledged commit; whoever opens
// it then has to have both keys (key.Rotating). It answers fault.Unavailable, and
// has changed nothing, when there is no room or a read does not come to its end.
func (d *DB) Rekey(ctx context.Context, k []byte) error {
	s, ok := d.store.(*sqliteStore)
	if !ok || !s.encrypted() || len(k) != key.Size {
		return fault.Field("db.Rekey", "key", "db.wrong_key")
	}
	return s.w.do(&request{ctx: ctx, outside: func(c *conn) error { return s.rekey(ctx, c, k) }})
}

// encrypted says whether the file has a key; that never changes.
func (s *sqliteStore) encrypted() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dataKey != nil
}

func (s *sqliteStore) rekey(ctx context.Context, c *conn, k []byte) error {
	if bytes.Equal(k, s.dataKey) {
		return nil
	}
	next := s.path + "-next"
	if err := s.copyUnder(ctx, c, next, k); err != nil {
		return errors.Join(err, gone(next))
	}
	goOn, err := s.pause(ctx)
	if err != nil {
		return errors.Join(err, gone(next))
	}
	defer goOn()
	return s.swap(next, k)
}

// copyUnder writes the whole database into a file of its own, and waits for the
// disk: VACUUM INTO does not (sqlite.org/lang_vacuum.html).
func (s *sqliteStore) copyUnder(ctx context.Context, c *conn, path string, k []byte) error {
	if err := ctx.Err(); err != nil {
		return mapped("db.Rekey", err)
	}
	if err := gone(path); err != nil {
		return err
	}
	if err := touch(path); err != nil {
		return err
	}
	into, _, err := c.Prepare("VACUUM INTO ?")
	if err != nil {
		return mapped("db.Rekey", err)
	}
	defer into.Close()
	if err := into.BindText(1, dsn(path, s.vfs)+"&hexkey="+hex.EncodeToString(k)); err != nil {
		return mapped("db.Rekey", err)
	}
	if err := into.Exec(); err != nil {
		var code sqlite3.ErrorCode
		if errors.As(err, &code) { // the code only: the text could quote where to
			return mapped("db.Rekey", code)
		}
		return fault.New(fault.Unavailable, "db.Rekey", "db.io")
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err == nil {
		err = errors.Join(f.Sync(), f.Close())
	}
	if err != nil {
		return &fault.Error{Code: fault.Unavailable, Op: "db.Rekey", Key: "db.io", Err: err}
	}
	if fits, err := fitting(path, k); err != nil || !fits {
		return errors.Join(fault.New(fault.Unavailable, "db.Rekey", "db.io"), err)
	}
	return nil
}

// swap puts the new file in the place of the old one. Closing the last connection
// brings the log into the old file and removes it, so no log of the old key is left
// beside the new file; and if a power cut brought it back, it could not be
// deciphered and would be passed over.
func (s *sqliteStore) swap(next string, k []byte) error {
	for {
		select {
		case c := <-s.idle:
			_ = c.shut()
			<-s.slots
			continue
		default:
		}
		break
	}
	err := mapped("db.Rekey", s.w.c.shut())
	s.w.forget()
	if err == nil {
		err = errors.Join(gone(s.path+"-wal"), gone(s.path+"-shm"), syncDir(s.path))
	}
	under := s.dataKey
	if err == nil {
		if err = renamed(next, s.path); err == nil {
			under = slices.Clone(k)
		}
	}
	c, again := dial(context.Background(), dsn(s.path, s.vfs), under, writerCacheKB, false)
	if again == nil {
		again = c.header()
		_ = os.Chmod(s.path+"-shm", 0o600)
	}
	if again != nil { // the file is whole; whoever opens it next finds its key
		s.w.broken = again
		return errors.Join(err, again)
	}
	s.w.c = c
	s.mu.Lock()
	s.dataKey = under
	s.mu.Unlock()
	if err != nil {
		return errors.Join(err, gone(next))
	}
	return nil
}

// renamed is a rename that is on the disk.
func renamed(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return &fault.Error{Code: fault.Unavailable, Op: "db.Rekey", Key: "db.io", Err: err}
	}
	return syncDir(to)
}

func syncDir(path string) error {
	if runtime.GOOS == "windows" {
		return nil // there a folder cannot be synced; NTFS journals the rename
	}
	f, err := os.Open(filepath.Dir(path))
	if err == nil {
		err = errors.Join(f.Sync(), f.Close())
	}
	if err != nil {
		return &fault.Error{Code: fault.Unavailable, Op: "db.Rekey", Key: "db.io", Err: err}
	}
	return nil
}

// gone removes a file that may not be there.
func gone(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &fault.Error{Code: fault.Unavailable, Op: "db.Rekey", Key: "db.io", Err: err}
	}
	return nil
}

// pause waits until nobody reads and keeps readers waiting until goOn is called.
func (s *sqliteStore) pause(ctx context.Context) (goOn func(), err error) {
	s.mu.Lock()
	paused, quiet := make(chan struct{}), make(chan struct{})
	s.paused, s.quiet = paused, quiet
	if s.active == 0 {
		close(quiet)
		s.quiet = nil
	}
	s.mu.Unlock()
	goOn = func() {
		s.mu.Lock()
		s.paused, s.quiet = nil, nil
		s.mu.Unlock()
		close(paused)
	}
	late := time.NewTimer(drainFor)
	defer late.Stop()
	select {
	case <-quiet:
		return goOn, nil
	case <-late.C:
		err = fault.New(fault.Unavailable, "db.Rekey", "db.busy")
	case <-ctx.Done():
		err = mapped("db.Rekey", ctx.Err())
	}
	goOn()
	return nil, err
}

// enter counts a reader in, once nobody keeps readers waiting.
func (s *sqliteStore) enter(ctx context.Context) error {
	for {
		s.mu.Lock()
		if s.closed {
			s.mu.Unlock()
			return fault.New(fault.Unavailable, "db.Read", "db.closed")
		}
		paused := s.paused
		if paused == nil {
			s.active++
			s.users.Add(1)
			s.mu.Unlock()
			return nil
		}
		s.mu.Unlock()
		select {
		case <-paused:
		case <-ctx.Done():
			return mapped("db.Read", ctx.Err())
		}
	}
}

// leave counts a reader out.
func (s *sqliteStore) leave() {
	s.mu.Lock()
	if s.active--; s.active == 0 && s.quiet != nil {
		close(s.quiet)
		s.quiet = nil
	}
	s.mu.Unlock()
	s.users.Done()
}
