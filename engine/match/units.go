package match

import (
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// unit is one letter or digraph of a name: how it is written in Latin letters and
// the consonant classes it may stand for, the likeliest first. "" is a vowel or
// glide.
type unit struct {
	text   string
	alt    string   // another way to write it in Latin letters: ü as ue
	class  []string // at least one
	single bool     // two of these in a row are two consonants (Arabic script)
}

var (
	none   = []string{""}
	vowels = map[byte]bool{'a': true, 'e': true, 'i': true, 'o': true, 'u': true, 'y': true, 'w': true, 'v': true}
)

// digraphs of Latin orthographies, longest first. The classes: b, f, h, j, k, l,
// m, n, r, s, t and x (sh, ch). Voiced and unvoiced share a class, because Arabic
// has no p and no v, Turkish hardens endings (Mehmet, Ahmet) and Spanish has one
// sound for s and z.
var digraphs = []struct {
	text  string
	class []string
}{
	{"tsch", []string{"x"}}, {"dsch", []string{"j"}},
	{"dzh", []string{"j"}}, {"sch", []string{"x"}}, {"tch", []string{"x"}},
	{"kh", []string{"h", "k"}},       // Khadija, Kadija, Hadija
	{"gh", []string{"k", ""}},        // Ghebre, Gebre; Turkish ğ is silent
	{"sh", []string{"x", "sh"}},      // Aisha; Ishaq is Is-haq
	{"ch", []string{"x", "k"}},       // French Aïcha is Aisha; Michael is Mikael
	{"th", []string{"t", "s", "th"}}, // Othman, Osman; Fathi is Fat-hi
	{"dh", []string{"t", "s", "th"}}, // Ramadhan, Ramazan; Adham is Ad-ham
	{"zh", []string{"j"}}, {"dj", []string{"j"}}, {"ph", []string{"f"}}, {"bh", []string{"bh", "b"}},
	{"rh", []string{"r"}}, {"ts", []string{"s"}}, {"tz", []string{"s"}}, {"cz", []string{"x"}},
	{"sz", []string{"s", "x"}}, {"ck", []string{"k"}}, {"xh", []string{"j"}},
}

var singles = map[byte][]string{
	'b': {"b"}, 'p': {"b"}, 'd': {"t"}, 't': {"t"}, 'f': {"f"}, 'h': {"h"}, 'k': {"k"}, 'q': {"k"},
	'l': {"l"}, 'm': {"m"}, 'n': {"n"}, 'r': {"r"}, 's': {"s"}, 'z': {"s"},
	'j': {"j", ""},   // Jamal; Jusuf
	'x': {"h", "ks"}, // Somali Xasan is Hassan
}

// latinUnits parts a run of plain lower-case Latin letters into units.
func latinUnits(s string, out []unit) []unit {
	for i := 0; i < len(s); {
		c := s[i]
		if vowels[c] {
			out = append(out, unit{text: s[i : i+1], class: none})
			i++
			continue
		}
		if n, class := digraph(s[i:]); n > 0 {
			out = append(out, unit{text: s[i : i+n], class: class})
			i += n
			continue
		}
		next := byte(0)
		if i+1 < len(s) {
			next = s[i+1]
		}
		out = append(out, unit{text: s[i : i+1], class: singleClass(c, next)})
		i++
	}
	return out
}

func digraph(s string) (int, []string) {
	if len(s) < 2 {
		return 0, nil
	}
	switch s[1] { // every digraph has one of these second letters
	case 'h', 's', 'z', 'j', 'k', 'c':
	default:
		return 0, nil
	}
	for _, d := range digraphs {
		if len(s) >= len(d.text) && s[:len(d.text)] == d.text {
			return len(d.text), d.class
		}
	}
	return 0, nil
}

func singleClass(c, next byte) []string {
	soft := next == 'e' || next == 'i' || next == 'y'
	switch {
	case c == 'c' && soft:
		return []string{"s", "j", ""} // Cecilia; Turkish Cemal; Somali Saciid is Saʿid
	case c == 'c':
		return []string{"k", ""} // Carlos; Somali Cali is Ali
	case c == 'g' && soft:
		return []string{"k", "j"}
	case c == 'g':
		return []string{"k"}
	}
	return singles[c]
}

// pieceClass reads the Latin writing of one foreign letter by itself, so that the
// s and h of سهام never become "sh".
func pieceClass(s string) []string {
	us := latinUnits(s, nil)
	class := ""
	for i, u := range us {
		if len(us) == 1 {
			return u.class
		}
		if i == 0 || u.class[0] != us[i-1].class[0] {
			class += u.class[0]
		}
	}
	return []string{class}
}

// letter is an entry of a script's table.
type letter struct {
	text string
	alt  string // another reading: its classes are added
}

// unitOf builds the unit of a foreign letter.
func (l letter) unitOf(single bool) unit {
	u := unit{text: l.text, class: none, single: single}
	if l.text != "" {
		u.class = pieceClass(l.text)
	}
	if l.alt != "" {
		alt := ""
		if l.alt != "-" { // "-" reads as silent
			alt = pieceClass(l.alt)[0]
		}
		if alt != u.class[0] {
			u.class = append(append([]string(nil), u.class...), alt)
		}
	}
	return u
}

func table(letters map[rune]letter, single bool) map[rune]unit {
	m := make(map[rune]unit, len(letters))
	for r, l := range letters {
		m[r] = l.unitOf(single)
	}
	return m
}

// units parts one word, any script. Words of scripts without a table come back
// as nil and are kept as they are.
func units(word []rune) []unit {
	out := make([]unit, 0, len(word))
	var run []byte // plain Latin letters
	flush := func() {
		if len(run) > 0 {
			out = latinUnits(string(run), out)
			run = run[:0]
		}
	}
	for i := 0; i < len(word); i++ {
		r := word[i]
		if r >= 'a' && r <= 'z' {
			run = append(run, byte(r))
			continue
		}
		if unicode.IsMark(r) {
			continue
		}
		if u, ok := markedLatin[r]; ok {
			flush()
			out = append(out, u)
			continue
		}
		if r < 0x370 || r >= 0x1e00 && r < 0x1f00 { // Latin with marks
			for _, b := range norm.NFKD.String(string(r)) {
				if b >= 'a' && b <= 'z' {
					run = append(run, byte(b))
				}
			}
			continue
		}
		flush()
		u, n := foreign(word, i)
		if n == 0 {
			return nil
		}
		out = append(out, u)
		i += n - 1
	}
	flush()
	return out
}

// foreign reads one letter or digraph of a script with a table; n is how many
// runes it took, 0 when there is no table.
func foreign(word []rune, i int) (u unit, n int) {
	r := word[i]
	switch {
	case r >= 0x0600 && r < 0x0780 || r >= 0xfb50 && r < 0xff00:
		return arabicUnit(word, i)
	case r >= 0x0400 && r < 0x0530:
		if i+1 < len(word) {
			if u, ok := cyrillicPairs[[2]rune{r, word[i+1]}]; ok {
				return u, 2
			}
		}
		u, ok := cyrillic[r]
		return u, n1(ok)
	case r >= 0x0370 && r < 0x0400:
		if i+1 < len(word) {
			if u, ok := greekPairs[[2]rune{r, word[i+1]}]; ok {
				return u, 2
			}
		}
		u, ok := greek[r]
		return u, n1(ok)
	case r >= 0x1200 && r < 0x1380:
		u, ok := ethiopic(r)
		return u, n1(ok)
	}
	return unit{}, 0
}

func n1(ok bool) int {
	if ok {
		return 1
	}
	return 0
}
