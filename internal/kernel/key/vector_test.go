package key

import (
	"encoding/hex"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/crypto/argon2"
)

var makeVector = flag.Bool("make-vector", false, "write testdata/v1.slots anew")

// vectorCost is the least that the program takes from a file.
var vectorCost = floorCost()

// vectorKey is the data key in testdata/v1.slots.
const vectorKey = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

// Vectors of argon2id from its authors' command line tool, as golang.org/x/crypto
// carries them: what we call is the standard's function.
func TestArgon2idIsTheStandards(t *testing.T) {
	for _, c := range []struct {
		time, memory uint32
		threads      uint8
		want         string
	}{
		{1, 64, 1, "655ad15eac652dc59f7170a7332bf49b8469be1fdb9c28bb"},
		{2, 64, 1, "068d62b26455936aa6ebe60060b0a65870dbfa3ddf8d41f7"},
		{3, 256, 2, "4668d30ac4187e6878eedeacf0fd83c5a0a30db2cc16ef0b"},
		{4, 4096, 4, "145db9733a9f4ee43edf33c509be96b934d505a4efb33c5a"},
	} {
		if got := hex.EncodeToString(argon2.IDKey([]byte("password"), []byte("somesalt"), c.time, c.memory, c.threads, 24)); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

// What a slot is found by and opened with, as another program derives it
// (testdata/read_slots.py): the salt is SHA-256 of the label, the file's salt, the
// kind and the name.
func TestTheDerivationIsAsItIsWrittenDown(t *testing.T) {
	h := header{cost: Cost{Memory: 64, Time: 2, Threads: 1}}
	for i := range h.salt {
		h.salt[i] = byte(i)
	}
	tag, wrap := h.derive(userKind, "amal.idris", []byte("heron walks on warm mud"))
	if got := hex.EncodeToString(tag[:]) + hex.EncodeToString(wrap[:]); got != derivedVector {
		t.Error(got)
	}
}

// A file of version 1 opens for ever. testdata/v1.slots was written by this
// package and opened by testdata/read_slots.py, which shares no code with it.
func TestAFileOfVersionOneOpensForEver(t *testing.T) {
	const path = "testdata/v1.slots"
	want, err := hex.DecodeString(vectorKey)
	ok(t, err)
	if *makeVector {
		_ = os.Remove(path)
		s := NewSlots(Options{Path: path, Cost: vectorCost})
		_, err := s.Create(t.Context(), want, amal, amalsWord)
		ok(t, err)
		ok(t, s.Set(t.Context(), "rené", "héron sur la vase"))
	}
	for user, password := range map[string]string{amal: amalsWord, "rené": "héron sur la vase"} {
		s := NewSlots(Options{Path: path})
		ok(t, s.Unlock(t.Context(), user, password))
		if got := hex.EncodeToString(dataKey(t, s)); got != vectorKey || s.State().Problem != nil {
			t.Errorf("%s: %s %+v", user, got, s.State())
		}
	}
}

const derivedVector = "0d7f0a0350e001051038220db4313400776ef371a251a3bb0d9b468c5235eac290114d558650ce6e475d89f14af2a3ea"

// BenchmarkUnlock is one try at what a file costs by default.
func BenchmarkUnlock(b *testing.B) {
	path := filepath.Join(b.TempDir(), "godwit.slots")
	s := NewSlots(Options{Path: path})
	_, err := s.Create(b.Context(), nil, amal, amalsWord)
	ok(b, err)
	for b.Loop() {
		ok(b, s.Unlock(b.Context(), amal, amalsWord))
	}
}
