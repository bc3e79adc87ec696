package place

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/godwit-health/godwit/engine/match"
)

// letters that no decomposition turns into plain ones.
var plainLetters = map[rune]string{'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'ß': "ss", 'œ': "oe", 'æ': "ae", 'ı': "i", 'ŋ': "n", 'ɓ': "b", 'ɗ': "d", 'ƙ': "k", 'ɛ': "e", 'ɔ': "o"}

// fold lowers case, drops accents and Arabic marks, and keeps letters, digits
// and single spaces, so that "cote d'ivoire" finds Côte d’Ivoire and "Nia Nia" is
// Nia-Nia. Two names that fold alike are one name; nothing less is.
func fold(s string) string {
	var b strings.Builder
	space := false
	for _, r := range norm.NFKD.String(strings.ToLower(s)) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if space && b.Len() > 0 {
				b.WriteByte(' ')
			}
			space = false
			if p := plainLetters[r]; p != "" {
				b.WriteString(p)
			} else {
				b.WriteRune(r)
			}
		case r == '\'' || r == '’' || r == 'ʼ' || r == 'ʻ':
		default:
			space = true
		}
	}
	return b.String()
}

// slug is a name as a code has it: capitals, digits and hyphens. A name in a script
// without a table gives nothing.
func slug(name string) string {
	var words []string
	for _, w := range match.Fold(name) {
		var b strings.Builder
		for _, r := range strings.ToUpper(fold(w)) {
			if r < utf8.RuneSelf && r != ' ' {
				b.WriteRune(r)
			}
		}
		if b.Len() > 0 {
			words = append(words, b.String())
		}
	}
	return strings.Join(words, "-")
}

// Reason says why a place is offered for a name. It is shown to whoever decides;
// none of them makes a match by itself. Its word is "place.near." + reason.
type Reason string

// The reasons, strongest first.
const (
	ReasonSame    Reason = "same"    // the same name as others have
	ReasonChosen  Reason = "chosen"  // officers said different things, or it was said for another part of the world
	ReasonSpaces  Reason = "spaces"  // the same letters, parted otherwise
	ReasonSwapped Reason = "swapped" // two neighbouring letters changed places
	ReasonLetter  Reason = "letter"  // one letter more, less or other
	ReasonPart    Reason = "part"    // one of the two has more words
	ReasonSound   Reason = "sound"   // the same consonants, as in another script or spelling
	ReasonLetters Reason = "letters" // two letters in a long name
)

// Reasons lists them, strongest first.
var Reasons = []Reason{ReasonSame, ReasonChosen, ReasonSpaces, ReasonSwapped, ReasonLetter, ReasonPart, ReasonSound, ReasonLetters}

// label is a folded name made ready to be compared.
type label struct {
	folded, joined, sound string
	runes                 []rune
}

func labelOf(folded string) label {
	return label{folded, strings.ReplaceAll(folded, " ", ""), strings.ReplaceAll(match.Skeleton(folded), " ", ""), []rune(folded)}
}

// near says why two names that are not the same may be one; "" if nothing speaks
// for it. Short names are rarely near by chance of letters alone, so theirs must be
// closer.
func near(a, b label) Reason {
	if a.joined == b.joined {
		return ReasonSpaces
	}
	short := min(len(a.runes), len(b.runes))
	switch d, swapped := edits(a.runes, b.runes, 2); {
	case d == 1 && swapped && short >= 3:
		return ReasonSwapped
	case d == 1 && short >= 4:
		return ReasonLetter
	case part(strings.Fields(a.folded), strings.Fields(b.folded)):
		return ReasonPart
	case short >= 4 && len(a.sound) >= 3 && a.sound == b.sound:
		return ReasonSound
	case d == 2 && short >= 7:
		return ReasonLetters
	}
	return ""
}

// part reports whether one list of words is the beginning or the end of the other.
func part(a, b []string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(a) == 0 || len(a) == len(b) || len(strings.Join(a, "")) < 4 {
		return false
	}
	return slices.Equal(a, b[:len(a)]) || slices.Equal(a, b[len(b)-len(a):])
}

// edits is the distance of two names in letters put in, left out, exchanged or
// swapped with their neighbour (optimal string alignment), most+1 where it is more
// than most; swapped says that the one edit was a swap.
func edits(a, b []rune, most int) (d int, swapped bool) {
	if len(a) > maxNameRunes || len(b) > maxNameRunes || len(a)-len(b) > most || len(b)-len(a) > most {
		return most + 1, false
	}
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		now, last, before := rows[i%3], rows[(i+2)%3], rows[(i+1)%3]
		now[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] && a[i-1] != b[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
		}
	}
	d = rows[len(a)%3][len(b)]
	if d == 1 && len(a) == len(b) {
		first := 0
		for a[first] == b[first] {
			first++
		}
		swapped = first+1 < len(a) && a[first] == b[first+1] && a[first+1] == b[first]
	}
	return min(d, most+1), swapped
}
