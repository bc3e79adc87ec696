package stewardship

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/match"
	"github.com/godwit-health/godwit/internal/area/people"
)

// hashesOf are the keyed hashes of the readings of an identity: HMAC-SHA-256, under the
// key of one agreement, of the folded words of a name in alphabetical order, the sex,
// and the birth date as exactly as both sides know it. A side that knows a day sends a
// reading for one that knows only the month and for one that knows only the year, each
// of which says how exactly either side knows it: so a day is never compared as a year
// with another day. Nobody without a name or a birth year can be compared.
func hashesOf(key []byte, p people.Person, asker bool) [][]byte {
	var out [][]byte
	original, latin := p.Display()
	for _, birth := range births(p.Birth, asker) {
		for _, name := range []string{latin, original} {
			words := strings.Fields(match.Skeleton(name))
			if len(words) == 0 {
				continue
			}
			slices.Sort(words)
			mac := hmac.New(sha256.New, key)
			fmt.Fprintf(mac, "godwit identity 1\x00%s\x00%s\x00%s", strings.Join(words, " "), p.Sex, birth)
			if sum := mac.Sum(nil); !slices.ContainsFunc(out, func(b []byte) bool { return slices.Equal(b, sum) }) {
				out = append(out, sum)
			}
		}
	}
	return out
}

// births writes a date for a side that knows it to the day, the month and the year:
// what the asker knows, what the answerer knows, and the coarser of both.
func births(d calendar.Date, asker bool) []string {
	first, last, known := d.Bounds()
	if !known {
		return nil
	}
	text := first.String()
	var own int
	switch {
	case first == last:
		own = 3
	case last.String()[:7] == text[:7]:
		own = 2
	case last.String()[:4] == text[:4]:
		own = 1
	default:
		return nil
	}
	length := []int{0, 4, 7, 10}
	var out []string
	for other := 1; other <= 3; other++ {
		a, b := own, other
		if !asker {
			a, b = other, own
		}
		out = append(out, fmt.Sprintf("%d %d %s", a, b, text[:length[min(own, other)]]))
	}
	return out
}
