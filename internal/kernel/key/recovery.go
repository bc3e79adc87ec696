package key

import (
	"crypto/rand"
	"crypto/sha256"
	_ "embed"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// The recovery key is 128 bits of chance and four of check, written as twelve
// words by BIP-0039, whose list was made for being copied by hand: no two words
// begin with the same four letters. Only the writing is BIP-0039's; what opens the
// slot is the 16 bytes themselves.
const (
	paperSize  = 16
	paperWords = 12
	wordBits   = 11
	headLength = 4
)

//go:embed bip39/english.txt
var wordList string

// newWords makes a recovery key.
func newWords() (secret []byte, words string) {
	secret = make([]byte, paperSize)
	rand.Read(secret)
	return secret, toWords(secret)
}

func toWords(secret []byte) string {
	list := strings.Fields(wordList)
	sum := sha256.Sum256(secret)
	bits := append(append(make([]byte, 0, paperSize+1), secret...), sum[0])
	defer clear(bits)
	words := make([]string, paperWords)
	for i := range words {
		n := 0
		for j := i * wordBits; j < (i+1)*wordBits; j++ {
			n = n<<1 | int(bits[j/8]>>(7-j%8)&1)
		}
		words[i] = list[n]
	}
	return strings.Join(words, " ")
}

// parseWords reads a recovery key as people type it. An error names the place of
// the word that is wrong and never the word.
func parseWords(text string) ([]byte, error) {
	const op = "key.Words"
	field := func(key string, n int) error {
		return &fault.Error{Code: fault.Invalid, Op: op, Field: "words", Key: key, Args: map[string]any{"n": n}}
	}
	if len(text) > 1024 {
		return nil, field("key.words_count", paperWords)
	}
	typed := strings.FieldsFunc(strings.ToLower(norm.NFKC.String(text)), func(r rune) bool { return !unicode.IsLetter(r) })
	if len(typed) != paperWords {
		return nil, field("key.words_count", paperWords)
	}
	heads := make(map[string]int, 1<<wordBits)
	list := strings.Fields(wordList)
	for i, w := range list {
		heads[w[:min(len(w), headLength)]] = i
	}
	bits := make([]byte, paperSize+1)
	defer clear(bits)
	for i, w := range typed {
		n, ok := heads[w[:min(len(w), headLength)]]
		if !ok || !strings.HasPrefix(list[n], w) {
			return nil, field("key.words_unknown", i+1)
		}
		for j := range wordBits {
			at := i*wordBits + j
			bits[at/8] |= byte(n>>(wordBits-1-j)&1) << (7 - at%8)
		}
	}
	secret := append([]byte(nil), bits[:paperSize]...)
	if sum := sha256.Sum256(secret); sum[0]>>4 != bits[paperSize]>>4 {
		clear(secret)
		return nil, field("key.words_check", paperWords)
	}
	return secret, nil
}

// NewPaper makes words of the same kind for another lock than a slot file (package seal):
// what they stand for, and how they are written.
func NewPaper() (secret []byte, words string) { return newWords() }

// ReadPaper reads such words as people type them.
func ReadPaper(words string) (secret []byte, err error) { return parseWords(words) }
