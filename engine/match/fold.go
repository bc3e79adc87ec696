package match

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// FoldVersion is the version of the rules of Fold, Skeletons and Keys. An index
// of keys records it and is built again when it differs.
const FoldVersion = 1

// Limits on one name; more is cut, not refused.
const (
	maxRunes  = 400
	maxTokens = 16
	maxForms  = 6 // skeletons a token
)

// token is one folded word of a name.
type token struct {
	text      string   // Latin letters; the word itself in scripts without a table
	alt       string   // another Latin writing (ue for ü), "" if none
	skeletons []string // none in scripts without a table
	parts     []token  // what was joined: Abd al-Rahman
	abjad     bool     // written without vowels: compare by skeleton
}

// Fold returns the tokens of a name in order: lower-case Latin letters for
// names in Latin, Arabic, Cyrillic, Ethiopic and Greek script, the lower-case
// word itself for others. Articles are dropped (al-, el-, ال); servant names and
// the like, written in one word or several, come back as one token (Abd al-Rahman
// as abdrahman).
func Fold(name string) []string {
	ts := tokens(name)
	out := make([]string, len(ts))
	for i, t := range ts {
		out[i] = t.text
	}
	return out
}

// Skeletons returns the consonant skeletons of one word, the likeliest first;
// none for scripts without a table.
func Skeletons(word string) []string {
	ts := tokens(word)
	if len(ts) == 0 {
		return nil
	}
	return ts[0].skeletons
}

// Skeleton returns the likeliest skeleton of a whole name, words parted by a
// blank.
func Skeleton(name string) string {
	var out []string
	for _, t := range tokens(name) {
		if len(t.skeletons) > 0 {
			out = append(out, t.skeletons[0])
		} else {
			out = append(out, t.text)
		}
	}
	return strings.Join(out, " ")
}

// tokens folds a name.
func tokens(name string) []token {
	words := split(name)
	ts := make([]token, 0, len(words))
	for _, w := range words {
		if len(words) > 1 && isArticle(string(w)) {
			continue
		}
		if t := fold(w); t.text != "" {
			ts = append(ts, t)
		}
	}
	return joinCompounds(ts)
}

// split normalises a name and parts it into words of letters and marks.
// Apostrophes and their kin are dropped inside a word: O'Brien, Sa'ad, Nuʿman.
func split(name string) [][]rune {
	if !isPlain(name) {
		// Normalisation leaves letters behind a broken byte as they are, and how many
		// depends on what follows: the bytes are mended first.
		name = norm.NFKC.String(strings.ToValidUTF8(limit(name), "\uFFFD"))
	}
	var words [][]rune
	var word []rune
	n := 0
	for _, r := range name {
		if n++; n > maxRunes {
			break
		}
		switch {
		case unicode.IsLetter(r):
			if isApostrophe(r) {
				continue
			}
			word = append(word, unicode.ToLower(r))
			continue
		case unicode.IsMark(r):
			if len(word) > 0 && !isArabicMark(r) {
				word = append(word, r)
			}
			continue
		case r >= '0' && r <= '9' && len(word) > 0:
			continue // a slip inside a word (Le0nard): drop it, do not part the word
		case isApostrophe(r) || r == '\u0640' || unicode.Is(unicode.Cf, r) && r != '\u200c':
			continue
		}
		if len(word) > 0 && len(words) < maxTokens {
			words = append(words, word)
		}
		word = nil
	}
	if len(word) > 0 && len(words) < maxTokens {
		words = append(words, word)
	}
	return words
}

// isPlain reports ASCII, which needs no normalisation.
func isPlain(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// limit cuts before normalisation, which may cost more than its length.
func limit(s string) string {
	n := 0
	for i := range s {
		if n++; n > maxRunes {
			return s[:i]
		}
	}
	return s
}

func isApostrophe(r rune) bool {
	switch r {
	case '\'', '’', '‘', '`', '´', 'ʹ', 'ʻ', 'ʼ', 'ʽ', 'ʾ', 'ʿ', 'ˈ', '′', 'ـ':
		return true
	}
	return false
}

// isArabicMark: vowel marks, the dagger alef and Quranic signs. They are written
// by few and are no part of the letters.
func isArabicMark(r rune) bool {
	return r >= 0x0610 && r <= 0x061a || r >= 0x064b && r <= 0x065f || r == 0x0670 || r >= 0x06d6 && r <= 0x06ed
}

// isArticle reports a written-apart article. They say nothing about a person.
func isArticle(w string) bool {
	switch w {
	case "al", "el", "ال", "аль", "эль", "ар", "ал":
		return true
	}
	return false
}

// fold folds one word.
func fold(w []rune) token {
	arabicScript := false
	var withArticle []rune
	if len(w) > 0 && w[0] >= 0x0600 && w[0] < 0x0780 {
		arabicScript = true
		if len(w) > 3 && w[0] == 'ا' && w[1] == 'ل' {
			withArticle, w = w, w[2:]
			if string(withArticle) == "الله" {
				w, withArticle = withArticle, nil
			}
		}
	}
	us := units(w)
	if us == nil {
		return token{text: string(w)}
	}
	t := token{abjad: arabicScript}
	t.text, t.alt = latin(us)
	t.skeletons = skeletons(us)
	if withArticle != nil { // الياس is Elias, no article
		if us := units(withArticle); us != nil {
			t.alt, _ = latin(us)
			t.skeletons = addForms(t.skeletons, skeletons(us))
		}
	}
	if t.text == "" {
		t.text = string(w)
	}
	return t
}

func latin(us []unit) (main, alt string) {
	var b strings.Builder
	hasAlt := false
	for _, u := range us {
		b.WriteString(u.text)
		hasAlt = hasAlt || u.alt != ""
	}
	main = b.String()
	if !hasAlt {
		return main, ""
	}
	b.Reset()
	for _, u := range us {
		if u.alt != "" {
			b.WriteString(u.alt)
		} else {
			b.WriteString(u.text)
		}
	}
	return main, b.String()
}

func addForms(forms, more []string) []string {
	for _, s := range more {
		if len(forms) < maxForms && !slices.Contains(forms, s) {
			forms = append(forms, s)
		}
	}
	return forms
}

// skeletons builds the readings of a word, the likeliest of every unit first, at
// most maxForms. Only the first three doubtful units are varied.
func skeletons(us []unit) []string {
	var doubtful []int
	total := 1
	for i, u := range us {
		if len(u.class) > 1 && len(doubtful) < 3 {
			doubtful = append(doubtful, i)
			total *= len(u.class)
		}
	}
	choice := make([]int, len(us))
	forms := []string{skeleton(us, choice)}
	for n := 1; n < total && len(forms) < maxForms; n++ {
		rest := n
		for _, i := range doubtful {
			choice[i] = rest % len(us[i].class)
			rest /= len(us[i].class)
		}
		forms = addForms(forms, []string{skeleton(us, choice)})
	}
	return forms
}

// skeleton writes the classes of one reading. A leading vowel or glide is "*"; a
// final h is dropped (Fatimah, Sarah, final ه); doubled consonants count once.
func skeleton(us []unit, choice []int) string {
	b := make([]byte, 0, len(us)+1)
	last := "" // class of the unit just before
	for i, u := range us {
		c := u.class[choice[i]]
		switch {
		case c == "" && i == 0:
			b = append(b, '*')
		case c == "":
		case c == last && !u.single:
		case c == "h" && i == len(us)-1 && len(us) > 1:
		default:
			b = append(b, c...)
		}
		last = c
		if u.text == "" && c == "" && i > 0 && us[i-1].class[choice[i-1]] != "" {
			last = us[i-1].class[choice[i-1]] // a silent sign parts nothing
		}
	}
	// Servant names, joined: the article's l is spoken or not (Abdulkarim,
	// Abdikarim; Abdurrahman), so it is dropped before two or more consonants.
	if len(b) > 5 && string(b[:4]) == "*btl" {
		b = append(b[:3], b[4:]...)
	}
	return string(b)
}

// joinCompounds joins names that are written in one word or several.
func joinCompounds(ts []token) []token {
	out := ts[:0:0]
	for i := 0; i < len(ts); i++ {
		t := ts[i]
		for i+1 < len(ts) && (opens(t.text) || closes(ts[i+1].text)) {
			t = join(t, ts[i+1])
			i++
		}
		out = append(out, t)
	}
	return out
}

// opens reports the first half of a servant name.
func opens(s string) bool {
	switch s {
	case "abd", "abdul", "abdel", "abdal", "abdoul", "abdool", "abdur", "abdus", "abdun", "abbd":
		return true
	}
	return false
}

// closes reports the second half of an honorific compound.
func closes(s string) bool {
	switch s {
	case "din", "diin", "deen", "dine", "eddine", "eddin", "uddin", "addin", "aldin", "ullah", "ollah", "allah", "alla":
		return true
	}
	return false
}

func join(a, b token) token {
	t := token{text: a.text + b.text, abjad: a.abjad || b.abjad}
	t.parts = append(append(t.parts, flat(a)...), flat(b)...)
	for _, x := range a.skeletons {
		for _, y := range b.skeletons {
			t.skeletons = addForms(t.skeletons, []string{joinSkeletons(a.text, x, y)})
		}
	}
	return t
}

func flat(t token) []token {
	if t.parts != nil {
		return t.parts
	}
	return []token{t}
}

func joinSkeletons(first, x, y string) string {
	if strings.HasSuffix(first, "h") && !strings.HasSuffix(x, "h") {
		x += "h" // a final h is final no more: Salah al-Din, Salahuddin
	}
	y = strings.TrimPrefix(y, "*")
	if x != "" && y != "" && x[len(x)-1] == y[0] {
		y = y[1:]
	}
	s := x + y
	if len(s) > 5 && strings.HasPrefix(s, "*btl") {
		s = "*bt" + s[4:]
	}
	return s
}
