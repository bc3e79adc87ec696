package backup_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"testing"

	"filippo.io/age"
	"github.com/klauspost/compress/zstd"

	"github.com/godwit-health/godwit/internal/edge/backup"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// opened is what an archive holds inside its encryption.
func opened(t *testing.T, archive []byte) []byte {
	t.Helper()
	r, err := backup.Unseal(bytes.NewReader(archive), []age.Identity{identity})
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func sealed(t *testing.T, inner []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := backup.Seal(&b, []age.Recipient{identity.Recipient()})
	if err == nil {
		_, err = w.Write(inner)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// chunkEnd cuts an archive where one of age's chunks of 64 KiB ends: what is left is
// authentic to the last byte, and not whole.
func chunkEnd(archive []byte) []byte {
	const chunk = 64<<10 + 16
	header := bytes.Index(archive, []byte("\n--- ")) + len("\n--- ") + 43 + 1 + 16 // mac line and the payload's nonce
	return archive[:header+chunk]
}

func flipped(b []byte, at int) []byte {
	c := bytes.Clone(b)
	c[at] ^= 1
	return c
}

type frame struct {
	kind    byte
	content string
}

// forged is an archive's inside made of these frames.
func forged(t *testing.T, frames []frame) []byte {
	t.Helper()
	b := bytes.NewBufferString("godwit backup 1\n")
	z, err := zstd.NewWriter(b)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range frames {
		_, _ = z.Write(binary.AppendUvarint([]byte{f.kind}, uint64(len(f.content))))
		_, _ = z.Write([]byte(f.content))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func header(steps []string) string {
	return `{"format":1,"migrations":[` + strings.Join(steps, ",") + `]}`
}

// noteSteps are the migrations of the tests' program, as a header has them.
func noteSteps(t *testing.T) (out []string) {
	t.Helper()
	s := newStore(t, "sqlite")
	err := s.d.Read(t.Context(), func(tx *db.Tx) error {
		steps, err := tx.Steps()
		for _, s := range steps {
			out = append(out, fmt.Sprintf(`{"area":%q,"number":%d,"hash":%q}`, s.Area, s.Number, base64.StdEncoding.EncodeToString(s.Hash)))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Nothing that can be done to the inside of an archive makes reading it fail in
// another way than with a fault, or take more memory than its limit.
func FuzzReader(f *testing.F) {
	f.Add([]byte("godwit backup 1\n"))
	f.Add([]byte("godwit backup 2\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := backup.NewReader(bytes.NewReader(b))
		if err != nil {
			return
		}
		defer a.Close()
		_, _ = a.Tables(noteMigrations())
	})
}
