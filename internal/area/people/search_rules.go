package people

import (
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/match"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// nameKeys returns the search keys of all names of a person (engine/match), the
// wristband's not among them.
func nameKeys(p Person) []string {
	var out []string
	for _, n := range append([]string{p.Given + " " + p.Family, p.GivenLatin + " " + p.FamilyLatin}, p.OtherNames...) {
		for _, k := range match.Keys(n) {
			if !contains(out, k) {
				out = append(out, k)
			}
		}
	}
	return out
}

// SearchKeys returns what the search index holds of a person: the keys of all
// names, and the years the person may be born in.
func SearchKeys(p Person) (keys []string, yearFrom, yearTo int) {
	yearFrom, yearTo = birthYears(p)
	return nameKeys(p), yearFrom, yearTo
}

// IndexRow is one row of the search index by name.
type IndexRow struct {
	Key              string
	Person           db.ID
	Sig              int64 // of all the person's keys
	YearFrom, YearTo int
}

// IndexRows returns a person's rows of the search index.
func IndexRows(person db.ID, keys []string, yearFrom, yearTo int) []IndexRow {
	sig := signature(keys)
	out := make([]IndexRow, len(keys))
	for i, k := range keys {
		out[i] = IndexRow{k, person, sig, yearFrom, yearTo}
	}
	return out
}

// nameKey is what two persons of one name share however they write it: the
// skeletons of the words in alphabetical order.
func nameKey(p Person) string {
	original, latin := p.Display()
	if latin == "" {
		latin = original
	}
	words := strings.Fields(match.Skeleton(latin))
	slices.Sort(words)
	return strings.Join(words, " ")
}

// A signature is 63 bits that stand for a person's keys: each key sets two, one
// for its first three letters and one for the whole. A query whose bits are not
// all in a signature cannot match, so most rows of a common name are passed over
// inside the index without a look at the person (a Bloom filter, B. H. Bloom,
// Comm. ACM 13, 1970). What passes is checked on the keys themselves.
func signature(keys []string) int64 {
	var sig int64
	for _, k := range keys {
		sig |= sigBit("=" + k)
		if p, ok := head(k); ok {
			sig |= sigBit(p)
		}
	}
	return sig
}

// head is the part of a key or prefix that has a bit: its kind and three bytes.
func head(key string) (string, bool) {
	const n = len("n:") + 3
	if len(key) < n {
		return "", false
	}
	return key[:n], true
}

func sigBit(s string) int64 {
	h := fnv.New64a()
	h.Write([]byte(s))
	return 1 << (h.Sum64() % 63)
}

// sigMasks returns the bits a term asks for: a signature that contains none of
// them cannot match. An empty list means that the term is too short to tell.
func sigMasks(t match.Term) []int64 {
	var masks []int64
	for _, k := range t.Exact {
		m := sigBit("=" + k)
		if p, ok := head(k); ok {
			m |= sigBit(p)
		}
		masks = append(masks, m)
	}
	for _, p := range t.Prefix {
		h, ok := head(p)
		if !ok {
			return nil
		}
		masks = append(masks, sigBit(h))
	}
	slices.Sort(masks)
	return slices.Compact(masks)
}

// Years of birth that stand for "not known": such a person passes every filter by
// year, because not known is not another year.
const (
	anyYearFrom = 0
	anyYearTo   = 9999
)

// birthYears is the range of years a person may be born in.
func birthYears(p Person) (from, to int) {
	from, to = anyYearTo, anyYearFrom
	for _, b := range p.Births() {
		f, l, _ := b.Bounds()
		fy, _, _ := f.YMD()
		ly, _, _ := l.YMD()
		from, to = min(from, fy), max(to, ly)
	}
	if from > to {
		return anyYearFrom, anyYearTo
	}
	return from, to
}

// Query is what somebody typed into the search box, taken apart.
type Query struct {
	Typed  string
	Terms  []match.Term // words of a name; all must match
	Number string       // a number: code, document, wristband, family; "" if none
	Code   string       // if the number is a person's code
	Year   int          // a year of birth; 0 if none. Beside a Number it is tried if the number finds nobody
}

// maxTyped is the longest search text that is looked at.
const maxTyped = 120

// ParseQuery takes apart what was typed: words are a name; four digits that can
// be a year of birth are one if a name stands beside them, else a number; any
// other word with a digit is a number. on is today.
func ParseQuery(typed string, on calendar.Day) Query {
	typed = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return ' '
		}
		return r
	}, typed)
	if r := []rune(typed); len(r) > maxTyped {
		typed = string(r[:maxTyped])
	}
	q := Query{Typed: typed}
	if code, ok := ParseCode(typed); ok {
		q.Code, q.Number = code, code
		return q
	}
	var words, numbers []string
	for _, w := range strings.Fields(typed) {
		if strings.IndexFunc(w, isDigit) >= 0 {
			numbers = append(numbers, w)
		} else {
			words = append(words, w)
		}
	}
	name := strings.Join(words, " ")
	if len(words) > 0 && (strings.HasSuffix(typed, " ") || lastHasDigit(typed)) {
		name += " " // the last word of the name is finished
	}
	q.Terms = match.Query(name)
	if len(numbers) == 1 && len(q.Terms) > 0 {
		if y, ok := birthYear(numbers[0], on); ok {
			q.Year = y
			return q
		}
	}
	q.Number = numberKey(strings.Join(numbers, ""))
	if len(numbers) == 1 && len(q.Terms) == 0 {
		q.Year, _ = birthYear(numbers[0], on) // a number first, a year if there is none
	}
	if len(q.Terms) > 0 && q.Number != "" {
		// "passport AB 123": letters may belong to the number.
		q.Number = numberKey(typed)
		q.Terms = nil
	}
	return q
}

func isDigit(r rune) bool {
	return r >= '0' && r <= '9' || r >= '٠' && r <= '٩' || r >= '۰' && r <= '۹'
}

func lastHasDigit(typed string) bool {
	f := strings.Fields(typed)
	return len(f) > 0 && strings.IndexFunc(f[len(f)-1], isDigit) >= 0
}

func birthYear(s string, on calendar.Day) (int, bool) {
	s = numberKey(s)
	y, err := strconv.Atoi(s)
	now, _, _ := on.YMD()
	if err != nil || len(s) != 4 || y > now || y < now-maxYears {
		return 0, false
	}
	return y, true
}

// Empty reports whether there is nothing to look for.
func (q Query) Empty() bool { return len(q.Terms) == 0 && q.Number == "" }

// rank orders hits: whole words before beginnings, letters before skeletons, and
// names without further words before longer ones. Smaller is better.
func rank(keys []string, terms []match.Term) int {
	score := 0
	for _, t := range terms {
		best := 4
		for _, k := range keys {
			switch {
			case contains(t.Prefix, k) && strings.HasPrefix(k, "n:"), contains(t.Exact, k) && strings.HasPrefix(k, "n:"):
				best = 0
			case hasAnyPrefix(k, t.Prefix) && strings.HasPrefix(k, "n:"):
				best = min(best, 1)
			case contains(t.Exact, k):
				best = min(best, 2)
			case hasAnyPrefix(k, t.Prefix):
				best = min(best, 3)
			}
		}
		score += best
	}
	return score
}

func hasAnyPrefix(k string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(k, p) {
			return true
		}
	}
	return false
}
