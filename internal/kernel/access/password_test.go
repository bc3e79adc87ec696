package access

import (
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

func TestWeakPasswordsAreRefusedWithTheirReason(t *testing.T) {
	for _, c := range []struct{ password, key string }{
		{"short", "short"},
		{"elevenchars", "short"},
		{strings.Repeat("long and winding ", 20), "long"},
		{"bad\xffbytes and more", "bytes"},
		{"amal.idris loves tea", "login"},
		{"my name is Khadija ok", "name"},
		{"aaaaaaaaaaaa", "pattern"},
		{"abcabcabcabc", "pattern"},
		{"123456789012", "pattern"},
		{"qwertyuiopasdf", "pattern"},
		{"Password2026!!", "common"},
		{"P@ssw0rd12345", "common"},
		{"motdepasse2026", "common"},
		{"Summer2026!!!", "common"},
		{"godwit-demo-1", "common"},
		{"0777 123 456 78", "common"},
		{"hospital nurse", "common"},
		{"heron walks on warm mud", ""},
		{"Sept loups gris 7", ""},
		{"ሰማያዊ ቡና ከተራራ በታች", ""},
		{"قهوة زرقاء تحت الجبل", ""},
		{"x7#Kq!m2Rv9z", ""},
		{"winter birds cross the bay", ""},
	} {
		err := CheckPassword(c.password, "amal.idris", "Khadija Idris")
		want := ""
		if c.key != "" {
			want = "door.password." + c.key
		}
		if fault.KeyOf(err) != want || err != nil && fault.FieldOf(err) != "password" {
			t.Errorf("%q: %v, want %q", c.password, err, want)
		}
	}
}

func TestHashesAreCheckedAndRenewed(t *testing.T) {
	old := newHasher(cheap)
	dear := newHasher(Cost{Memory: 128, Time: 2, Threads: 1})
	stored, err := old.hash(goodPassword)
	if err != nil || !strings.HasPrefix(stored, "$argon2id$v=19$m=64,t=1,p=1$") {
		t.Fatal(stored, err)
	}
	if again, _ := old.hash(goodPassword); again == stored {
		t.Error("two hashes of one password are equal: no salt")
	}
	for _, c := range []struct {
		h         *hasher
		password  string
		ok, again bool
	}{{old, goodPassword, true, false}, {dear, goodPassword, true, true}, {old, goodPassword + " ", false, false}, {dear, "", false, false}} {
		if ok, again := c.h.check(c.password, stored); ok != c.ok || again != c.again {
			t.Errorf("%q: %v %v", c.password, ok, again)
		}
	}
	// The same letters typed on a keyboard that composes accents in another way.
	accents, _ := old.hash("h\u00e9ron sur la vase")
	if ok, _ := old.check("he\u0301ron sur la vase", accents); !ok {
		t.Error("a password depends on how a keyboard writes an accent")
	}
}

func TestADamagedHashOpensNothing(t *testing.T) {
	h := newHasher(cheap)
	good, _ := h.hash(goodPassword)
	for _, s := range []string{"", "$", "plain", strings.Replace(good, "argon2id", "argon2i", 1), strings.Replace(good, "v=19", "v=18", 1),
		strings.Replace(good, "m=64", "m=4294967295", 1), strings.Replace(good, "t=1", "t=0", 1), strings.Replace(good, "p=1", "p=0", 1),
		strings.Replace(good, "m=64", "m=064", 1), good + "$", good[:len(good)-30]} {
		if ok, _ := h.check(goodPassword, s); ok {
			t.Errorf("%q opened", s)
		}
	}
}

// A log-in that does not exist must cost as much as one that does. Wall-clock
// times are not compared here; the work done is.
func TestAnUnknownUserCostsACheck(t *testing.T) {
	h := newHasher(Cost{Memory: 8 * 1024, Time: 1, Threads: 1})
	cost := func(f func()) time.Duration {
		best := time.Hour
		for range 5 {
			start := time.Now()
			f()
			best = min(best, time.Since(start))
		}
		return best
	}
	stored, _ := h.hash(goodPassword)
	known, unknown := cost(func() { h.check("wrong password here", stored) }), cost(func() { h.spend("wrong password here") })
	if unknown < known/4 {
		t.Errorf("a known user costs %v, an unknown one %v", known, unknown)
	}
}

func TestDelaysGrowAndStop(t *testing.T) {
	for n, want := range map[int]time.Duration{1: 0, 4: 0, 5: 30 * time.Second, 6: time.Minute, 9: 8 * time.Minute, 10: 15 * time.Minute, 1000: 15 * time.Minute} {
		if got := delayAfter(n, freeByUser); got != want {
			t.Errorf("after %d failures %v, want %v", n, got, want)
		}
	}
}

func FuzzParseHash(f *testing.F) {
	h := newHasher(cheap)
	good, _ := h.hash("x")
	f.Add(good)
	f.Add("$argon2id$v=19$m=1,t=1,p=1$AAAAAAAAAAAAAAAA$")
	f.Fuzz(func(t *testing.T, s string) {
		c, salt, sum, err := parseHash(s)
		if err == nil && (c.Memory > mostMemory || c.Time > mostTime || c.Threads == 0 || len(salt) < 8 || len(sum) < 16) {
			t.Errorf("accepted %q: %+v", s, c)
		}
	})
}

func FuzzCheckPassword(f *testing.F) {
	f.Add("heron walks on warm mud", "amal", "Amal Idris")
	f.Add("P@ssw0rd12345", "", "")
	f.Fuzz(func(t *testing.T, password, login, name string) {
		if CheckPassword(password, login, name) == nil && len([]rune(password)) < 12 {
			t.Errorf("%q is too short and was accepted", password)
		}
	})
}
