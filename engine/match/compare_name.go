package match

import (
	"math"
	"slices"
)

// nameMatch is the best pairing of the words of two names.
type nameMatch struct {
	bits                    float64
	pairs, exact, spelled   int // pairs found: all, the same, the same name spelled another way
	alike                   int // pairs a slip apart
	left, right             int // words without a partner
	crossed                 int // pairs of a given with a family name
	givenSame, givenDiffers bool
	familySame              bool
	any                     bool
}

type wordLevel uint8

const (
	wordOther wordLevel = iota
	wordAlike
	wordSpelled
	wordSame
)

// word compares two folded words.
func word(a, b token) (wordLevel, float64) {
	if a.text == b.text || a.alt != "" && a.alt == b.text || b.alt != "" && b.alt == a.text {
		return wordSame, 1
	}
	if len(a.text) == 1 || len(b.text) == 1 {
		if a.text[0] == b.text[0] {
			return wordAlike, 0.5 // an initial
		}
		return wordOther, 0
	}
	meets := slices.ContainsFunc(a.skeletons, func(s string) bool { return len(s) > 1 && slices.Contains(b.skeletons, s) })
	if a.abjad != b.abjad {
		// Vowels are missing on one side: the skeletons are all there is.
		if meets {
			return wordSpelled, 0.95
		}
		if best := bestSkeleton(a, b); best >= 0.9 {
			return wordAlike, best
		}
		return wordOther, 0
	}
	jw := JaroWinkler(a.text, b.text)
	switch {
	case meets && (jw >= 0.8 || len(a.skeletons[0]) > 2 && jw >= 0.7):
		return wordSpelled, max(jw, 0.93)
	case jw >= 0.9:
		return wordAlike, jw
	case len(a.text) > 3 && len(b.text) > 3 && Edits(a.text, b.text) == 1:
		return wordAlike, 0.9
	case len(a.text) > 5 && len(b.text) > 5 && Edits(a.text, b.text) == 2:
		return wordAlike, 0.85
	}
	return wordOther, jw
}

func bestSkeleton(a, b token) float64 {
	best := 0.0
	for _, x := range a.skeletons {
		for _, y := range b.skeletons {
			if len(x) > 2 && len(y) > 2 {
				best = max(best, JaroWinkler(x, y))
			}
		}
	}
	return best
}

// bestName compares every spelling of one with every spelling of the other.
func (c Comparer) bestName(a, b Prepared) nameMatch {
	best := nameMatch{bits: math.Inf(-1)}
	for _, x := range a.names {
		for _, y := range b.names {
			if m := c.pairName(x, y); m.bits > best.bits {
				best = m
			}
		}
	}
	if math.IsInf(best.bits, -1) {
		return nameMatch{}
	}
	return best
}

// mendSplit joins two neighbouring words that are one word on the other side:
// "dan el" for Daniel, "Mac Donald", a name broken at the end of a line.
func mendSplit(as, bs []placed) []placed {
	for i := 0; i+1 < len(as) && len(as) > len(bs); i++ {
		a, next := as[i], as[i+1]
		if a.family != next.family {
			continue
		}
		whole := a.text + next.text
		for _, b := range bs {
			if len(b.text) > 3 && b.text != a.text && b.text != next.text && len(b.text)+1 >= len(whole) && Edits(whole, b.text) <= 1 {
				t := join(a.token, next.token)
				out := append([]placed{}, as[:i]...)
				out = append(out, placed{t, a.family})
				return append(out, as[i+2:]...)
			}
		}
	}
	return as
}

type placed struct {
	token
	family bool
}

func placedTokens(n preparedName) []placed {
	out := make([]placed, 0, len(n.given)+len(n.family))
	for _, t := range n.given {
		out = append(out, placed{t, false})
	}
	for _, t := range n.family {
		out = append(out, placed{t, true})
	}
	return out
}

// pairName pairs words best first, whatever their order: Arabic and Ethiopian
// names are chains, and forms swap given and family name.
func (c Comparer) pairName(x, y preparedName) nameMatch {
	as, bs := placedTokens(x), placedTokens(y)
	as, bs = mendSplit(as, bs), mendSplit(bs, as)
	m := nameMatch{any: true}
	usedA, usedB := make([]bool, len(as)), make([]bool, len(bs))
	for {
		bi, bj, level, score := -1, -1, wordOther, 0.0
		for i := range as {
			for j := range bs {
				if usedA[i] || usedB[j] {
					continue
				}
				l, s := word(as[i].token, bs[j].token)
				if as[i].family == bs[j].family {
					s += 0.001 // of equal partners the one in the same place
				}
				if l > level || l == level && l != wordOther && s > score {
					bi, bj, level, score = i, j, l, s
				}
			}
		}
		if level == wordOther {
			break
		}
		usedA[bi], usedB[bj] = true, true
		m.pair(c, as[bi], bs[bj], level)
	}
	m.leftOver(as, bs, usedA, usedB, len(x.family) > 0 && len(y.family) > 0)
	return m
}

// weights of a pair of words, in bits, for a name of unknown frequency. A word
// is shared by chance by about one in 200 (7.6 bits); another spelling or a slip
// is met by more names and weighs less.
const (
	sameBits    = 7.0
	spelledBits = 5.5
	alikeBits   = 4.0
	initialBits = 2.0
)

func (m *nameMatch) pair(c Comparer, a, b placed, level wordLevel) {
	m.pairs++
	bits := sameBits
	switch level {
	case wordSame:
		m.exact++
	case wordSpelled:
		m.spelled++
		bits = spelledBits
	case wordAlike:
		m.alike++
		bits = alikeBits
		if len(a.text) == 1 || len(b.text) == 1 {
			bits = initialBits
		}
	}
	if c.Share != nil {
		if share := max(c.Share(a.text), c.Share(b.text)); share > 0 {
			bits = min(bits, math.Log2(1/min(share, 1))) // never more than its rarity
		}
	}
	m.bits += bits
	switch {
	case a.family != b.family:
		m.crossed++
	case a.family:
		m.familySame = true
	case level >= wordAlike:
		m.givenSame = true
	}
}

// leftOver weighs words without a partner. Where both sides have one, a word
// differs; where only one has, a chain of names was cut, which is common.
func (m *nameMatch) leftOver(as, bs []placed, usedA, usedB []bool, parted bool) {
	var givenA, givenB int
	for i, t := range as {
		if !usedA[i] {
			m.left++
			if !t.family {
				givenA++
			}
		}
	}
	for j, t := range bs {
		if !usedB[j] {
			m.right++
			if !t.family {
				givenB++
			}
		}
	}
	both := min(m.left, m.right)
	m.bits -= 4*float64(both) + 0.5*float64(max(m.left, m.right)-both)
	if parted {
		m.givenDiffers = givenA > 0 && givenB > 0 && !m.givenSame && m.crossed == 0
	} else {
		// Names in one piece: the first word is the person's own.
		m.givenDiffers = len(as) > 1 && len(bs) > 1 && !usedA[0] && !usedB[0] && m.pairs > 0
		m.familySame = m.familySame || m.givenDiffers
	}
}

// evidence names the reasons.
func (m nameMatch) evidence(e *Evidence) {
	switch {
	case !m.any:
		return
	case m.pairs == 0:
		e.add(m.bits, NameDiffers)
		return
	}
	e.Bits += m.bits
	whole := m.left == 0 && m.right == 0
	switch {
	case whole && m.exact == m.pairs:
		e.add(0, NameSame)
	case m.spelled > 0:
		e.add(0, NameSpelling)
	case m.alike > 0:
		e.add(0, NameAlike)
	}
	switch {
	case m.left > 0 && m.right > 0:
		e.add(0, NameDiffers)
	case !whole:
		e.add(0, NamePart)
	}
	if m.crossed > 0 {
		e.add(0, NameSwapped)
	}
}
