package access

import (
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Cost is what one password check costs. It is stored with each hash, so that
// raising it rehashes people as they log in.
type Cost struct {
	Memory  uint32 // KiB
	Time    uint32 // passes
	Threads uint8
}

// DefaultCost is above the least that OWASP's Password Storage Cheat Sheet asks
// of argon2id (19 MiB, 2 passes), and small enough that two checks at a time fit
// a node with 512 MB.
func DefaultCost() Cost { return Cost{Memory: 32 * 1024, Time: 3, Threads: 1} }

// QuickCost is for tests and for seeding a demonstration. It protects nothing.
func QuickCost() Cost { return Cost{Memory: 64, Time: 1, Threads: 1} }

const (
	saltLength = 16
	hashLength = 32
	// longestPassword keeps a log-in from being a way to burn memory.
	longestPassword = 256
	// shortestPassword: NIST SP 800-63B asks for 8 and recommends 15 where a
	// password is the only factor; 12 is what the programme can make staff do.
	shortestPassword = 12
	// Bounds on stored parameters, so that a damaged row cannot ask for all memory.
	mostMemory = 1 << 20 // KiB: 1 GiB
	mostTime   = 64
)

// hasher makes and checks argon2id hashes, a few at a time: each takes Cost.Memory.
type hasher struct {
	cost  Cost
	slots chan struct{}
}

func newHasher(c Cost) *hasher {
	return &hasher{cost: c, slots: make(chan struct{}, max(1, runtime.NumCPU()))}
}

// normal is the password as it is hashed: the same characters typed on another
// keyboard must give the same bytes (RFC 8265 OpaqueString: NFC, spaces kept).
func normal(password string) []byte { return norm.NFC.Bytes([]byte(password)) }

// hash returns a PHC string: $argon2id$v=19$m=…,t=…,p=…$salt$hash.
func (h *hasher) hash(password string) (string, error) {
	salt := make([]byte, saltLength)
	if _, err := rand.Read(salt); err != nil {
		return "", err
	}
	h.slots <- struct{}{}
	defer func() { <-h.slots }()
	sum := argon2.IDKey(normal(password), salt, h.cost.Time, h.cost.Memory, h.cost.Threads, hashLength)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		h.cost.Memory, h.cost.Time, h.cost.Threads, b64.EncodeToString(salt), b64.EncodeToString(sum)), nil
}

// check compares in constant time. again says that the hash was made with other
// parameters than today's and should be made anew.
func (h *hasher) check(password, stored string) (ok, again bool) {
	c, salt, sum, err := parseHash(stored)
	if err != nil || len(password) > longestPassword {
		return false, false
	}
	h.slots <- struct{}{}
	defer func() { <-h.slots }()
	got := argon2.IDKey(normal(password), salt, c.Time, c.Memory, c.Threads, uint32(len(sum)))
	if subtle.ConstantTimeCompare(got, sum) != 1 {
		return false, false
	}
	return true, c != h.cost || len(sum) != hashLength
}

// spend does the work of a check when there is nothing to check against, so that
// the time tells nobody which log-ins exist.
func (h *hasher) spend(password string) {
	var salt [saltLength]byte
	h.slots <- struct{}{}
	defer func() { <-h.slots }()
	argon2.IDKey(normal(password[:min(len(password), longestPassword)]), salt[:], h.cost.Time, h.cost.Memory, h.cost.Threads, hashLength)
}

func parseHash(s string) (c Cost, salt, sum []byte, err error) {
	bad := func() (Cost, []byte, []byte, error) {
		return Cost{}, nil, nil, fault.New(fault.Internal, "access.parseHash", "")
	}
	part := strings.Split(s, "$")
	if len(part) != 6 || part[0] != "" || part[1] != "argon2id" || part[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return bad()
	}
	if n, err := fmt.Sscanf(part[3], "m=%d,t=%d,p=%d", &c.Memory, &c.Time, &c.Threads); n != 3 || err != nil {
		return bad()
	}
	if part[3] != fmt.Sprintf("m=%d,t=%d,p=%d", c.Memory, c.Time, c.Threads) ||
		c.Memory == 0 || c.Memory > mostMemory || c.Time == 0 || c.Time > mostTime || c.Threads == 0 {
		return bad()
	}
	if salt, err = base64.RawStdEncoding.Strict().DecodeString(part[4]); err != nil || len(salt) < 8 || len(salt) > 64 {
		return bad()
	}
	if sum, err = base64.RawStdEncoding.Strict().DecodeString(part[5]); err != nil || len(sum) < 16 || len(sum) > 64 {
		return bad()
	}
	return c, salt, sum, nil
}

//go:embed common.txt
var commonText string

// CheckPassword says whether a new password is strong enough for this user:
// long enough, not the log-in or the name, not a run of one thing, not one that
// everybody uses (NIST SP 800-63B section 3.1.1.2). There are no rules about
// kinds of characters: a sentence of a few words is the best password there is.
func CheckPassword(password, login, name string) error {
	const op = "access.CheckPassword"
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
