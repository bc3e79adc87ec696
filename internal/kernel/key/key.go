package key

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Size is the length of a data key in bytes, that of an Adiantum key.
const Size = 32

// Provider yields the data key. It answers fault.Unavailable while locked.
type Provider interface {
	DataKey(ctx context.Context) ([]byte, error)
}

// Rotating is a Provider whose data key may be on its way to another one: after a
// cut the database is under either. NextKey is nil when it is on no way.
type Rotating interface {
	Provider
	NextKey(ctx context.Context) ([]byte, error)
}

type plain struct{ k []byte }

// Plain is a provider that has the key already.
func Plain(k []byte) Provider { return plain{bytes.Clone(k)} }

// Format keeps the key out of every print.
func (p plain) Format(f fmt.State, _ rune) { fmt.Fprint(f, "key.Plain") }

func (p plain) DataKey(context.Context) ([]byte, error) {
	if len(p.k) != Size {
		return nil, fault.Field("key.Plain", "key", "key.size")
	}
	return bytes.Clone(p.k), nil
}

type file string

// File is a provider that reads the key from a file of 64 hexadecimal digits
// that only its owner may read. No file is fault.Unavailable: nobody has made or
// brought the key yet.
func File(path string) Provider { return file(path) }

func (f file) DataKey(context.Context) ([]byte, error) { return readKeyFile("key.File", string(f)) }

// readKeyFile reads 64 hexadecimal digits out of a file that is its owner's alone.
func readKeyFile(op, path string) ([]byte, error) {
	h, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &fault.Error{Code: fault.Unavailable, Op: op, Key: "key.missing"}
	}
	if err != nil {
		return nil, &fault.Error{Code: fault.Unavailable, Op: op, Key: "key.unreadable"}
	}
	defer h.Close()
	info, err := h.Stat()
	if err != nil {
		return nil, &fault.Error{Code: fault.Unavailable, Op: op, Key: "key.unreadable"}
	}
	// Windows has no such bits; there the folder's access list decides.
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, fault.New(fault.Forbidden, op, "key.too_open")
	}
	var buf [2*Size + 3]byte // and a line end, and one more to see that it is too long
	defer clear(buf[:])
	n, _ := h.Read(buf[:])
	k, err := hex.DecodeString(string(bytes.TrimSpace(buf[:n])))
	if err != nil || len(k) != Size {
		return nil, fault.Field(op, "key", "key.size") // never the cause: it would quote the file
	}
	return k, nil
}

// Create makes a new random key file with mode 0600, and the folder it stands
// in. A file that exists is left alone and answered with fault.Conflict.
func Create(path string) error {
	const op = "key.Create"
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return &fault.Error{Code: fault.Unavailable, Op: op, Key: "key.unwritable"}
	}
	h, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fault.New(fault.Conflict, op, "key.exists")
	}
	if err != nil {
		return &fault.Error{Code: fault.Unavailable, Op: op, Key: "key.unwritable"}
	}
	var k [Size]byte
	rand.Read(k[:]) // never fails: crypto/rand stops the program instead
	_, err = h.WriteString(hex.EncodeToString(k[:]) + "\n")
	err = errors.Join(err, h.Sync(), h.Close())
	if err != nil {
		_ = os.Remove(path)
		return &fault.Error{Code: fault.Unavailable, Op: op, Key: "key.unwritable"}
	}
	return nil
}

// Held is a provider that starts locked and is opened and locked again while the
// program runs. Its zero value is locked.
type Held struct {
	mu sync.RWMutex
	k  []byte
}

// Format keeps the key out of every print.
func (h *Held) Format(f fmt.State, _ rune) { fmt.Fprint(f, "key.Held") }

// Unlock gives the provider its key.
func (h *Held) Unlock(k []byte) error {
	if len(k) != Size {
		return fault.Field("key.Unlock", "key", "key.size")
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.k = bytes.Clone(k)
	return nil
}

// Lock forgets the key.
func (h *Held) Lock() {
	h.mu.Lock()
	defer h.mu.Unlock()
	clear(h.k)
	h.k = nil
}

// DataKey answers the key, or fault.Unavailable while locked.
func (h *Held) DataKey(context.Context) ([]byte, error) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if h.k == nil {
		return nil, fault.New(fault.Unavailable, "key.Held", "key.locked")
	}
	return bytes.Clone(h.k), nil
}
