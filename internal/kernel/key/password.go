package key

import (
	_ "embed"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

const (
	// shortestPassword: NIST SP 800-63B asks for 8 and recommends 15 where a
	// password is the only factor; 12 is what the programme can make staff do.
	shortestPassword = 12
	// longestPassword keeps a try from being a way to burn memory.
	longestPassword = 256
)

//go:embed common.txt
var commonText string

// CheckPassword says whether a new password is strong enough for this user:
// long enough, not the log-in or the name, not a run of one thing, not one that
// everybody uses (NIST SP 800-63B section 3.1.1.2). There are no rules about
// kinds of characters: a sentence of a few words is the best password there is.
func CheckPassword(password, login, name string) error {
	const op = "key.CheckPassword"
	field := func(key string) error { return fault.Field(op, "password", key) }
	switch {
	case !utf8.ValidString(password):
		return field("door.password.bytes")
	case utf8.RuneCountInString(password) < shortestPassword:
		return field("door.password.short")
	case len(password) > longestPassword:
		return field("door.password.long")
	}
	plain, _ := plainly(password)
	if l, _ := plainly(login); len(l) >= 3 && strings.Contains(string(plain), string(l)) {
		return field("door.password.login")
	}
	for _, part := range strings.Fields(name) {
		if p, _ := plainly(part); len(p) >= 4 && strings.Contains(string(plain), string(p)) {
			return field("door.password.name")
		}
	}
	if kinds(plain) < 5 || isRun(string(plain)) {
		return field("door.password.pattern")
	}
	if isCommon(password) {
		return field("door.password.common")
	}
	return nil
}

// plainly folds what people use to disguise a common word. letter tells which of
// the runes were letters as they were typed.
func plainly(s string) (folded []rune, letter []bool) {
	disguise := map[rune]rune{'0': 'o', '1': 'i', '!': 'i', '3': 'e', '4': 'a', '@': 'a', '5': 's', '$': 's', '7': 't'}
	for _, r := range norm.NFKC.String(s) {
		f, dressed := disguise[r]
		switch {
		case dressed:
			folded, letter = append(folded, f), append(letter, false)
		case unicode.IsLetter(r), unicode.IsMark(r):
			folded, letter = append(folded, unicode.ToLower(r)), append(letter, true)
		case unicode.IsDigit(r):
			folded, letter = append(folded, r), append(letter, false)
		}
	}
	return folded, letter
}

// isCommon reports that, once the words everybody uses are taken out, too little
// is left to carry a password: "Summer2026!!" is one word and a year.
func isCommon(password string) bool {
	folded, letter := plainly(password)
	covered := make([]bool, len(folded))
	any := false
	for _, word := range strings.Fields(commonText) {
		w := []rune(word)
		for i := 0; i+len(w) <= len(folded); i++ {
			if slices.Equal(folded[i:i+len(w)], w) {
				any = true
				for j := i; j < i+len(w); j++ {
					covered[j] = true
				}
			}
		}
	}
	rest := 0
	for i := range folded {
		if letter[i] && !covered[i] {
			rest++
		}
	}
	return any && rest < 6 || mostlyDigits(letter)
}

// mostlyDigits reports that hardly a letter was typed: a phone number or a date.
func mostlyDigits(letter []bool) bool {
	n := 0
	for _, l := range letter {
		if l {
			n++
		}
	}
	return n < 4
}

func kinds(s []rune) int {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen)
}

// isRun reports a password that only walks the alphabet, the digits or a row of
// keys, or repeats a short piece.
func isRun(s string) bool {
	const walks = "abcdefghijklmnopqrstuvwxyz oi2eas6t89 98t6sae2io qwertyuiopasdfghjklzxcvbnm azertyuiopqsdfghjklmwxcvbn"
	for _, w := range strings.Fields(walks) {
		if strings.Contains(w+w, s) {
			return true
		}
	}
	r := []rune(s)
	for n := 1; n <= len(r)/3; n++ {
		if len(r)%n == 0 && strings.Repeat(string(r[:n]), len(r)/n) == s {
			return true
		}
	}
	return false
}
