package referral

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"strings"
	"sync"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
)

// code is what is kept of the code on a letter.
type code struct {
	Referral db.ID     `json:"referral"`
	Hash     string    `json:"hash"`
	Until    time.Time `json:"until"`
}

// codeLife is how long a code answers after its letter was printed, whatever the urgency:
// a letter may lie in a bag for weeks, and an answer that comes late is still one.
const codeLife = 180 * 24 * time.Hour

var coding = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding) // Crockford: no I, L, O, U

// newCode makes a code of 80 bits and the hash by which it is kept.
func newCode() (text, hash string) {
	b := make([]byte, 10)
	rand.Read(b)
	t := coding.EncodeToString(b)
	return t[:4] + "-" + t[4:8] + "-" + t[8:12] + "-" + t[12:], hashOf(t)
}

// hashOf is the hash of a code however it was typed.
func hashOf(text string) string {
	text = strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(text))
	h := sha256.Sum256([]byte("godwit referral\x00" + text))
	return hex.EncodeToString(h[:])
}

// limiter bounds how many answers come in by code, because anybody may try one: a few an
// hour from one address, and more in all. It lives in memory and forgets.
type limiter struct {
	sync.Mutex
	from  map[string]int
	all   int
	since time.Time
}

const (
	mostFromOne = 10
	mostFromAll = 200
	limitWindow = time.Hour
)

// take counts one from an address and reports whether it is still within bounds.
func (l *limiter) take(address string, now time.Time) bool {
	l.Lock()
	defer l.Unlock()
	if l.from == nil || now.Sub(l.since) >= limitWindow {
		l.from, l.all, l.since = map[string]int{}, 0, now
	}
	if l.all >= mostFromAll || l.from[address] >= mostFromOne {
		return false
	}
	l.all++
	l.from[address]++
	return true
}
