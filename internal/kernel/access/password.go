package access

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/key"
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

// CheckPassword says whether a new password is strong enough for this user. The
// rule is that of the key slots, which the same password opens.
func CheckPassword(password, login, name string) error {
	return key.CheckPassword(password, login, name)
}
