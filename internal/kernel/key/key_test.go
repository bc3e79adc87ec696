package key_test

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/key"
)

func TestPlainKeyIsCopiedBothWays(t *testing.T) {
	k := bytes.Repeat([]byte{7}, key.Size)
	p := key.Plain(k)
	clear(k)
	got, err := p.DataKey(t.Context())
	if err != nil || got[0] != 7 {
		t.Fatalf("got %v, %v; want the key as it was given", got, err)
	}
	clear(got)
	if again, _ := p.DataKey(t.Context()); again[0] != 7 {
		t.Fatal("a caller that wipes its copy wiped the provider's")
	}
}

func TestPlainKeyOfWrongSize(t *testing.T) {
	if _, err := key.Plain([]byte("short")).DataKey(t.Context()); !fault.Is(err, fault.Invalid) {
		t.Fatalf("got %v, want invalid", err)
	}
}

func TestKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys", "data.key")
	if _, err := key.File(path).DataKey(t.Context()); !fault.Is(err, fault.Unavailable) {
		t.Fatalf("no file yet: got %v, want unavailable", err)
	}
	if err := key.Create(path); err != nil {
		t.Fatal(err)
	}
	k, err := key.File(path).DataKey(t.Context())
	if err != nil || len(k) != key.Size {
		t.Fatalf("got %d bytes, %v", len(k), err)
	}
	if err := key.Create(path); !fault.Is(err, fault.Conflict) {
		t.Fatalf("a second Create: got %v, want conflict", err)
	}
	if again, _ := key.File(path).DataKey(t.Context()); !bytes.Equal(k, again) {
		t.Fatal("the refused Create changed the key")
	}
}

func TestKeyFileThatOthersCanReadIsRefused(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no permission bits")
	}
	path := filepath.Join(t.TempDir(), "data.key")
	if err := key.Create(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := key.File(path).DataKey(t.Context()); !fault.Is(err, fault.Forbidden) {
		t.Fatalf("got %v, want forbidden", err)
	}
}

func TestBadKeyFileDoesNotQuoteItself(t *testing.T) {
	for _, text := range []string{"", "zz", strings.Repeat("ab", 31), strings.Repeat("ab", 33), "secretsecret"} {
		path := filepath.Join(t.TempDir(), "data.key")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := key.File(path).DataKey(t.Context())
		if !fault.Is(err, fault.Invalid) {
			t.Fatalf("%q: got %v, want invalid", text, err)
		}
		if text != "" && strings.Contains(err.Error(), text) {
			t.Fatalf("the error quotes the key file: %v", err)
		}
	}
}

func TestHeldKeyIsLockedUntilUnlocked(t *testing.T) {
	var h key.Held
	if _, err := h.DataKey(t.Context()); !fault.Is(err, fault.Unavailable) {
		t.Fatalf("got %v, want unavailable", err)
	}
	if err := h.Unlock(make([]byte, 5)); !fault.Is(err, fault.Invalid) {
		t.Fatalf("got %v, want invalid", err)
	}
	if err := h.Unlock(bytes.Repeat([]byte{9}, key.Size)); err != nil {
		t.Fatal(err)
	}
	if k, err := h.DataKey(t.Context()); err != nil || k[0] != 9 {
		t.Fatalf("got %v, %v", k, err)
	}
	h.Lock()
	if _, err := h.DataKey(t.Context()); !fault.Is(err, fault.Unavailable) {
		t.Fatalf("after Lock: got %v, want unavailable", err)
	}
}
