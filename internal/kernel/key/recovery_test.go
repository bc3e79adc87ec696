package key

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// The list is the published one, to the byte.
func TestTheWordListIsTheStandards(t *testing.T) {
	sum := sha256.Sum256([]byte(wordList))
	if got := hex.EncodeToString(sum[:]); got != "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda" {
		t.Error(got)
	}
	heads := map[string]bool{}
	for _, w := range strings.Fields(wordList) {
		heads[w[:min(len(w), headLength)]] = true
	}
	if len(heads) != 1<<wordBits {
		t.Errorf("%d words differ in their first four letters", len(heads))
	}
}

// Vectors of 128 bits from BIP-0039's reference implementation (vectors.json).
func TestWordsAreThoseOfTheStandardsVectors(t *testing.T) {
	for secret, words := range map[string]string{
		"00000000000000000000000000000000": strings.Repeat("abandon ", 11) + "about",
		"7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f": "legal winner thank year wave sausage worth useful legal winner thank yellow",
		"80808080808080808080808080808080": "letter advice cage absurd amount doctor acoustic avoid letter advice cage above",
		"ffffffffffffffffffffffffffffffff": strings.Repeat("zoo ", 11) + "wrong",
		"9e885d952ad362caeb4efe34a8e91bd2": "ozone drill grab fiber curtain grace pudding thank cruise elder eight picnic",
		"c0ba5a8e914111210f2bd131f3d5e08d": "scheme spot photo card baby mountain device kick cradle pact join borrow",
	} {
		raw, err := hex.DecodeString(secret)
		ok(t, err)
		if got := toWords(raw); got != words {
			t.Errorf("%s: %q", secret, got)
		}
		if got, err := parseWords(words); err != nil || !bytes.Equal(got, raw) {
			t.Errorf("%q: %x %v", words, got, err)
		}
	}
}

func TestWordsAreReadAsPeopleTypeThem(t *testing.T) {
	const words = "legal winner thank year wave sausage worth useful legal winner thank yellow"
	want := bytes.Repeat([]byte{0x7f}, 16)
	for _, typed := range []string{
		"  Legal WINNER\nthank\tyear wave sausage worth useful legal winner thank yellow\r\n",
		"1. legal 2. winner 3. thank 4. year 5. wave 6. sausage 7. worth 8. useful 9. legal 10. winner 11. thank 12. yellow",
		"lega-winn-than-year-wave-saus-wort-usef-lega-winn-than-yell",
		"ｌｅｇａｌ winner thank year wave sausage worth useful legal winner thank yellow",
	} {
		if got, err := parseWords(typed); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%q: %x %v", typed, got, err)
		}
	}
	for _, c := range []struct {
		typed, key string
		n          int
	}{
		{"", "key.words_count", 12},
		{words + " yellow", "key.words_count", 12},
		{strings.Repeat("x", 2000), "key.words_count", 12},
		{strings.Replace(words, "wave", "wavy", 1), "key.words_unknown", 5},
		{strings.Replace(words, "wave", "waves", 1), "key.words_unknown", 5},
		{strings.Replace(words, "yellow", "yel", 1), "key.words_unknown", 12},
		{strings.Replace(words, "legal", "أسد", 1), "key.words_unknown", 1},
		{strings.Replace(words, "wave", "zoo", 1), "key.words_check", 12},
		{strings.Replace(words, "winner thank", "thank winner", 1), "key.words_check", 12},
	} {
		_, err := parseWords(c.typed)
		fails(t, err, fault.Invalid, c.key)
		if fault.FieldOf(err) != "words" || fault.ArgsOf(err)["n"] != c.n {
			t.Errorf("%q: %v %v", c.typed, fault.FieldOf(err), fault.ArgsOf(err))
		}
	}
}

func TestNoTwoRecoveryKeysAreAlike(t *testing.T) {
	seen := map[string]bool{}
	for range 50 {
		secret, words := newWords()
		if got, err := parseWords(words); err != nil || !bytes.Equal(got, secret) || seen[words] {
			t.Fatalf("%v, seen %v", err, seen[words])
		}
		seen[words] = true
	}
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.SliceOfN(rapid.Byte(), paperSize, paperSize).Draw(t, "secret")
		if got, err := parseWords(toWords(secret)); err != nil || !bytes.Equal(got, secret) {
			t.Fatalf("%x: %x %v", secret, got, err)
		}
	})
}

func FuzzParseWords(f *testing.F) {
	f.Add("legal winner thank year wave sausage worth useful legal winner thank yellow")
	f.Add("a b c d e f g h i j k l")
	f.Add("\xff é أ")
	f.Fuzz(func(t *testing.T, text string) {
		secret, err := parseWords(text)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Error(err)
			}
			return
		}
		if again, err := parseWords(toWords(secret)); err != nil || !bytes.Equal(again, secret) {
			t.Errorf("%x: %v", secret, err)
		}
	})
}
