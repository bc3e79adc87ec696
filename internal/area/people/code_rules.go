package people

import (
	"crypto/sha256"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/db"
)

// codeAlphabet is Crockford's base 32: no I, L, O or U, which are misread.
const codeAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// codeLength counts the check character. Nine characters are 45 bits: among a
// million persons two share a code with a chance of 1.4 %; a search by code then
// shows both, and nothing but slips and calls goes by code.
const codeLength = 10

// Code is the person's code for slips and waiting rooms. It follows from the id,
// so no two nodes need to agree on it, and it says nothing about the person.
func Code(id db.ID) string {
	h := sha256.Sum256(append([]byte("people.code"), id[:]...))
	var bits uint64
	for _, b := range h[:8] {
		bits = bits<<8 | uint64(b)
	}
	var c [codeLength]byte
	for i := range codeLength - 1 {
		c[i] = codeAlphabet[bits>>59]
		bits <<= 5
	}
	c[codeLength-1] = codeAlphabet[codeCheck(c[:codeLength-1])]
	return string(c[:])
}

// codeCheck is the Luhn check of mod 32 over the characters' values: it catches
// every single slip and nearly every swap of neighbours.
func codeCheck(c []byte) int {
	sum, factor := 0, 2
	for i := len(c) - 1; i >= 0; i-- {
		add := factor * strings.IndexByte(codeAlphabet, c[i])
		sum += add/32 + add%32
		factor = 3 - factor
	}
	return (32 - sum%32) % 32
}

// ShowCode writes a code in two halves, as slips and screens do.
func ShowCode(code string) string {
	if len(code) != codeLength {
		return code
	}
	return code[:codeLength/2] + "-" + code[codeLength/2:]
}

// ParseCode reads a code as typed or scanned; ok is false when it is none or has
// a slip in it.
func ParseCode(s string) (code string, ok bool) {
	s = strings.NewReplacer("O", "0", "I", "1", "L", "1").Replace(numberKey(s))
	if len(s) != codeLength || strings.Trim(s, codeAlphabet) != "" {
		return "", false
	}
	return s, codeAlphabet[codeCheck([]byte(s[:codeLength-1]))] == s[codeLength-1]
}

// only makes the id of a document of which a person has one: the time of the
// person's id, so that the two lie together in an index, and a hash for the rest.
// Two nodes that have not met thereby write the same document.
func only(person db.ID, kind string) db.ID {
	h := sha256.Sum256(append([]byte(kind), person[:]...))
	id := person
	copy(id[6:], h[:10])
	id[6] = 0x70 | id[6]&0x0f // version 7
	id[8] = 0x80 | id[8]&0x3f // RFC 9562 variant
	return id
}
