package sync

import (
	"bytes"
	"testing"

	"filippo.io/age"
	"github.com/fxamacker/cbor/v2"
	"pgregory.net/rapid"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

func aHub(t testing.TB) identity {
	t.Helper()
	id, err := newIdentity()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func sealed(t testing.TB, from, to identity, b sharedBody) []byte {
	t.Helper()
	seal, err := to.recipient()
	if err != nil {
		t.Fatal(err)
	}
	if b.To == nil {
		if b.To, err = to.pin(); err != nil {
			t.Fatal(err)
		}
	}
	file, err := sealShared(from, seal, b)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestASharedFileOpensForWhomItIsAndSaysWhoSignedIt(t *testing.T) {
	a, b, other := aHub(t), aHub(t), aHub(t)
	file := sealed(t, a, b, sharedBody{Agreement: []byte("0123456789abcdef"), Messages: [][]byte{[]byte("planted")}})
	if bytes.Contains(file, []byte("planted")) {
		t.Error("it can be read without the key")
	}
	body, pin, err := openShared(file, b)
	mine, _ := a.pin()
	if err != nil || !bytes.Equal(pin, mine) || string(body.Messages[0]) != "planted" {
		t.Fatalf("%+v %x %v", body, pin, err)
	}
	_, _, err = openShared(file, other)
	if fault.KeyOf(err) != "sync.not_for_us" {
		t.Errorf("for somebody else: %v", err)
	}
	// Whoever it was meant for cannot pass it on as if it were meant for a third.
	there, _ := other.pin()
	_, _, err = openShared(sealed(t, a, b, sharedBody{To: there, Messages: [][]byte{nil}}), b)
	if fault.KeyOf(err) != "sync.not_for_us" {
		t.Errorf("passed on: %v", err)
	}
}

// Any byte that is changed, lost or added is found.
func TestASharedFileThatWasAlteredIsRefused(t *testing.T) {
	a, b := aHub(t), aHub(t)
	file := sealed(t, a, b, sharedBody{Agreement: []byte("0123456789abcdef"), Messages: [][]byte{bytes.Repeat([]byte("planted "), 40)}})
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.IntRange(0, len(file)-1).Draw(t, "where")
		bad := bytes.Clone(file)
		switch rapid.SampledFrom([]string{"change", "cut", "add", "drop"}).Draw(t, "how") {
		case "change":
			bad[i] ^= byte(rapid.IntRange(1, 255).Draw(t, "by"))
		case "cut":
			bad = bad[:i]
		case "add":
			bad = append(bad, byte(i))
		case "drop":
			bad = append(bad[:i], bad[i+1:]...)
		}
		if bytes.Equal(bad, file) {
			t.Skip("the same")
		}
		if _, _, err := openShared(bad, b); err == nil {
			t.Fatal("an altered file was opened")
		}
	})
}

// A body with another's certificate, or another's signature, is nobody's.
func TestAForgedSignatureIsRefused(t *testing.T) {
	a, b, thief := aHub(t), aHub(t), aHub(t)
	pin, _ := b.pin()
	body, err := cbor.Marshal(sharedBody{Cert: a.cert, To: pin, Messages: [][]byte{[]byte("planted")}})
	if err != nil {
		t.Fatal(err)
	}
	sig, err := sign(thief, sharedMagic, body)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := readShared(append(sig, body...), b); fault.KeyOf(err) != "sync.bad_batch" {
		t.Errorf("signed by somebody else: %v", err)
	}
	if sig, err = sign(a, cardMagic, body); err != nil {
		t.Fatal(err)
	}
	if _, _, err := readShared(append(sig, body...), b); fault.KeyOf(err) != "sync.bad_batch" {
		t.Errorf("signed for another purpose: %v", err)
	}
}

func TestACardIsTakenWithItsFingerprintOnly(t *testing.T) {
	a, b := aHub(t), aHub(t)
	text, err := writeCard(a, "Hub of A")
	if err != nil {
		t.Fatal(err)
	}
	c, pin, err := readCard(" " + text[:40] + "\n" + text[40:] + "\n")
	mine, _ := a.pin()
	other, _ := b.pin()
	if err != nil || c.Name != "Hub of A" || !bytes.Equal(pin, mine) {
		t.Fatalf("%+v %v", c, err)
	}
	if _, err := age.ParseX25519Recipient(c.Seal); err != nil {
		t.Error(err)
	}
	for typed, want := range map[string]bool{Fingerprint(mine): true, "": false, Fingerprint(other): false, Fingerprint(mine)[:18]: false} {
		if sameFingerprint(typed, pin) != want {
			t.Errorf("%q: %t", typed, !want)
		}
	}
	for i := len(cardMagic); i < len(text); i += 7 {
		bad := []byte(text)
		if bad[i] = 'A'; text[i] == 'A' {
			bad[i] = 'B'
		}
		if _, _, err := readCard(string(bad)); err == nil && string(bad) != text {
			t.Errorf("a card changed at %d was read", i)
		}
	}
}

func FuzzSharedFile(f *testing.F) {
	a, b := aHub(f), aHub(f)
	pin, _ := b.pin()
	good, err := cbor.Marshal(sharedBody{Cert: a.cert, To: pin, Messages: [][]byte{[]byte("planted")}})
	if err != nil {
		f.Fatal(err)
	}
	sig, _ := sign(a, sharedMagic, good)
	f.Add(append(sig, good...))
	f.Add(make([]byte, 65))
	f.Fuzz(func(t *testing.T, all []byte) {
		_, _, _ = openShared(append([]byte(sharedMagic), all...), b)
		if len(all) <= 64 {
			return
		}
		if _, from, err := readShared(all, b); err == nil && len(from) != 32 {
			t.Error("taken from nobody")
		}
	})
}

func FuzzCard(f *testing.F) {
	text, err := writeCard(aHub(f), "Hub")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Fuzz(func(t *testing.T, text string) {
		if _, pin, err := readCard(text); err == nil && len(pin) != 32 {
			t.Error("a card of nobody")
		}
	})
}
