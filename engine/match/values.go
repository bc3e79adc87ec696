package match

import (
	"slices"
	"strings"
	"unicode"
)

// Levels of two texts: names, addresses, numbers. Each field uses some of them, and
// what each is worth is learned.
const (
	textUnknown   uint8 = iota
	textSame            //
	textSpelled         // another script or spelling
	textNickname        // a short form in use
	textSlip            // one letter added, left out, changed or swapped; a blank
	textPart            // some of the words, or the beginning
	textAlike           // two slips, or a high Jaro-Winkler similarity
	textInitial         //
	textElsewhere       // found in another field of the kind
	textSwapped         // given and family name changed places
	textOther           //
)

var textLevelNames = []string{"unknown", "same", "another spelling", "short form", "one letter", "in part", "alike", "initial", "elsewhere", "swapped", "other"}

// lexicon interns values of one kind of text, so that a value is folded once and two
// values are compared once.
type lexicon struct {
	ids    map[string]int32
	values []value
	memo   memo
	kind   Kind
}

// value is one folded cell.
type value struct {
	text   string // words parted by a blank
	joined string // without blanks
	words  []token
}

func newLexicon(kind Kind) *lexicon {
	return &lexicon{ids: map[string]int32{"": 0}, values: []value{{}}, memo: newMemo(), kind: kind}
}

// intern folds a cell; 0 is the empty value.
func (l *lexicon) intern(cell string) int32 {
	if cell == "" {
		return 0
	}
	if l.kind.isName() {
		return l.internWords(nameWords(cell))
	}
	return l.internWords(plainWords(cell, l.kind))
}

func (l *lexicon) internWords(words []token) int32 {
	if len(words) == 0 {
		return 0
	}
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = w.text
	}
	text := strings.Join(texts, " ")
	key := text
	if words[0].abjad {
		key = "\u0600" + text // the same letters written with vowels are another spelling
	}
	if id, ok := l.ids[key]; ok {
		return id
	}
	id := int32(len(l.values))
	l.ids[key] = id
	l.values = append(l.values, value{text: text, joined: strings.Join(texts, ""), words: words})
	return id
}

// courtesies are titles that stand in a name's cell and say nothing about whose it is.
var courtesies = strings.Fields("mr mrs ms miss dr prof sir madam mme mlle sra srta haji hajj hadji sheikh shaikh cheikh weizero herr frau")

// nameWords folds a name and leaves titles out, unless nothing else is there.
func nameWords(cell string) []token {
	all := tokens(cell)
	out := make([]token, 0, len(all))
	for _, t := range all {
		if !slices.Contains(courtesies, t.text) {
			out = append(out, t)
		}
	}
	if len(out) == 0 {
		return all
	}
	return out
}

// plainWords parts other text into lower-case runs of letters and digits.
func plainWords(cell string, kind Kind) []token {
	cell = foldMarks(strings.ToLower(limit(cell)))
	if kind == Document || kind == Phone {
		cell = strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) && kind == Document || unicode.IsDigit(r) {
				return r
			}
			return -1
		}, cell)
		cell = strings.TrimLeft(cell, "0")
	}
	var out []token
	for _, w := range strings.FieldsFunc(cell, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) }) {
		out = append(out, token{text: w})
	}
	return out
}

// compare compares two interned values; 0 says nothing.
func (l *lexicon) compare(a, b int32) uint8 {
	if a == 0 || b == 0 {
		return textUnknown
	}
	if a == b {
		return textSame
	}
	if a > b {
		a, b = b, a
	}
	switch l.kind { // a look into the memo costs more than to compare these
	case Postcode:
		return comparePostcodes(&l.values[a], &l.values[b])
	case Document, Phone, Email, House:
		return compareNumbers(&l.values[a], &l.values[b], l.kind)
	}
	slot, level, ok := l.memo.get(a, b)
	if ok {
		return level
	}
	if l.kind.isName() {
		level = compareNames(&l.values[a], &l.values[b])
	} else {
		level = compareTexts(&l.values[a], &l.values[b])
	}
	l.memo.put(slot, a, b, level)
	return level
}

func (k Kind) isName() bool { return k == Given || k == Family || k == WholeName || k == Household }

// memo remembers levels of pairs of values; a newer pair takes the slot of an older.
// A slot is both values and the level in one word, so that the whole fits a cache.
type memo struct{ slots []uint64 }

const (
	memoBits  = 16
	valueBits = 30
)

func newMemo() memo { return memo{make([]uint64, 1<<memoBits)} }

func (m *memo) get(a, b int32) (slot *uint64, level uint8, ok bool) {
	pair := uint64(a)<<valueBits | uint64(b)
	slot = &m.slots[pair*0x9e3779b97f4a7c15>>(64-memoBits)]
	return slot, uint8(*slot & 15), *slot>>4 == pair
}

func (m *memo) put(slot *uint64, a, b int32, level uint8) {
	*slot = (uint64(a)<<valueBits|uint64(b))<<4 | uint64(level)
}

// compareNames compares given names with given names, or family with family names.
func compareNames(a, b *value) uint8 {
	if len(a.words) == 1 && len(b.words) == 1 {
		return compareWords(&a.words[0], &b.words[0])
	}
	if within(a.joined, b.joined, 1) {
		return textSlip // a blank, or a letter in a chain of names
	}
	for i := range a.words {
		for j := range b.words {
			if a.words[i].text == b.words[j].text && len(a.words[i].text) > 1 {
				return textPart
			}
		}
	}
	best := textOther
	for i := range a.words {
		for j := range b.words {
			switch compareWords(&a.words[i], &b.words[j]) {
			case textSame, textSpelled, textSlip, textNickname:
				best = textPart
			case textPart, textAlike:
				best = min(best, textAlike)
			case textInitial:
				if i == 0 && j == 0 {
					best = min(best, textInitial)
				}
			}
		}
	}
	if best == textOther && len(a.joined) > 6 && within(a.joined, b.joined, 2) {
		return textAlike
	}
	return best
}

// compareWords compares two words of names.
func compareWords(a, b *token) uint8 {
	switch {
	case a.text == b.text && a.abjad == b.abjad:
		return textSame
	case a.alt != "" && a.alt == b.text || b.alt != "" && b.alt == a.text:
		return textSpelled
	case len(a.text) == 1 || len(b.text) == 1:
		if a.text[0] == b.text[0] {
			return textInitial
		}
		return textOther
	}
	meets := shareSkeleton(a, b)
	if a.abjad != b.abjad {
		switch {
		case meets:
			return textSpelled
		case bestSkeleton(*a, *b) >= 0.9:
			return textAlike
		}
		return textOther
	}
	short := min(len(a.text), len(b.text))
	switch {
	case shortForms(a.text, b.text):
		return textNickname
	case meets && alike(a.text, b.text, spellingLimit(a)):
		return textSpelled
	case short > 2 && within(a.text, b.text, 1):
		return textSlip
	case short > 2 && (strings.HasPrefix(a.text, b.text) || strings.HasPrefix(b.text, a.text)):
		return textPart
	case alike(a.text, b.text, 0.88) || short > 5 && within(a.text, b.text, 2):
		return textAlike
	}
	return textOther
}

// spellingLimit is how alike two words of one skeleton are at least; a long skeleton
// says more.
func spellingLimit(t *token) float64 {
	if len(t.skeletons[0]) > 2 {
		return 0.75
	}
	return 0.87
}

func shareSkeleton(a, b *token) bool {
	for _, s := range a.skeletons {
		if len(s) < 2 {
			continue
		}
		for _, t := range b.skeletons {
			if s == t {
				return true
			}
		}
	}
	return false
}

// comparePostcodes compares codes that are written from the large to the small.
func comparePostcodes(a, b *value) uint8 {
	switch {
	case a.joined == b.joined:
		return textSlip
	case len(a.words) > 1 && a.words[0].text == b.words[0].text:
		return textPart
	case within(a.joined, b.joined, 1):
		return textSlip
	case area(a.joined) == area(b.joined):
		return textAlike
	}
	return textOther
}

// area is the beginning of a code: its letters, or its first two digits.
func area(s string) string {
	n := strings.IndexFunc(s, unicode.IsDigit)
	if n <= 0 {
		n = min(2, len(s))
	}
	return s[:n]
}

// compareNumbers compares numbers of documents and phones, and addresses of mail.
func compareNumbers(a, b *value, kind Kind) uint8 {
	x, y := a.joined, b.joined
	short := min(len(x), len(y))
	switch {
	case x == y:
		return textSame
	case kind == Phone && short >= 7 && (strings.HasSuffix(x, y) || strings.HasSuffix(y, x)):
		return textSame // with and without the country
	case (short > 3 || kind == House) && within(x, y, 1):
		return textSlip
	case short > 6 && within(x, y, 2):
		return textAlike
	case kind == Email && len(a.words) > 1 && len(b.words) > 1 && a.words[0].text == b.words[0].text:
		return textPart
	}
	return textOther
}

// compareTexts compares places, streets and other text.
func compareTexts(a, b *value) uint8 {
	x, y := a.joined, b.joined
	short := min(len(x), len(y))
	switch {
	case within(x, y, 1) && (short > 2 || len(x) == len(y)):
		return textSlip
	case sharedWord(a, b):
		return textPart
	case short > 3 && alike(x, y, 0.9), short > 6 && within(x, y, 2):
		return textAlike
	case short > 3 && (strings.HasPrefix(x, y) || strings.HasPrefix(y, x)):
		return textPart
	}
	return textOther
}

func sharedWord(a, b *value) bool {
	if len(a.words) == 1 && len(b.words) == 1 {
		return false
	}
	for i := range a.words {
		for j := range b.words {
			if a.words[i].text == b.words[j].text && len(a.words[i].text) > 2 {
				return true
			}
		}
	}
	return false
}
