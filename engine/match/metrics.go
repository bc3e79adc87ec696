package match

import "math/bits"

// JaroWinkler is the similarity of two strings from 0 to 1, with a bonus for up
// to four equal leading letters (W. Winkler, 1990; scale 0.1).
func JaroWinkler(a, b string) float64 {
	if len(a) <= 64 && len(b) <= 64 && isPlain(a) && isPlain(b) {
		prefix := 0
		for prefix < 4 && prefix < len(a) && prefix < len(b) && a[prefix] == b[prefix] {
			prefix++
		}
		return winkler(jaroPlain(a, b), prefix)
	}
	ra, rb := []rune(a), []rune(b)
	prefix := 0
	for prefix < 4 && prefix < len(ra) && prefix < len(rb) && ra[prefix] == rb[prefix] {
		prefix++
	}
	return winkler(jaro(ra, rb), prefix)
}

func winkler(j float64, prefix int) float64 {
	if j == 0 {
		return 0
	}
	return j + float64(prefix)*0.1*(1-j)
}

// jaroPlain is jaro for short strings of plain letters: which letters are used
// stands in the bits of a word, so that nothing is allocated.
func jaroPlain(a, b string) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	window := max(max(len(a), len(b))/2-1, 0)
	var usedA, usedB uint64
	for i := 0; i < len(a); i++ {
		for j := max(0, i-window); j < min(len(b), i+window+1); j++ {
			if a[i] == b[j] && usedB&(1<<j) == 0 {
				usedA |= 1 << i
				usedB |= 1 << j
				break
			}
		}
	}
	matches := bits.OnesCount64(usedA)
	if matches == 0 {
		return 0
	}
	swaps := 0
	for x, y := usedA, usedB; x != 0; x, y = x&(x-1), y&(y-1) {
		if a[bits.TrailingZeros64(x)] != b[bits.TrailingZeros64(y)] {
			swaps++
		}
	}
	m := float64(matches)
	return (m/float64(len(a)) + m/float64(len(b)) + (m-float64(swaps)/2)/m) / 3
}

func jaro(a, b []rune) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	window := max(max(len(a), len(b))/2-1, 0)
	usedA, usedB := make([]bool, len(a)), make([]bool, len(b))
	matches := 0
	for i := range a {
		for j := max(0, i-window); j < min(len(b), i+window+1); j++ {
			if !usedB[j] && a[i] == b[j] {
				usedA[i], usedB[j] = true, true
				matches++
				break
			}
		}
	}
	if matches == 0 {
		return 0
	}
	swaps, j := 0, 0
	for i := range a {
		if !usedA[i] {
			continue
		}
		for !usedB[j] {
			j++
		}
		if a[i] != b[j] {
			swaps++
		}
		j++
	}
	m := float64(matches)
	return (m/float64(len(a)) + m/float64(len(b)) + (m-float64(swaps)/2)/m) / 3
}

// Edits is the least number of inserted, deleted, changed or swapped neighbouring
// letters between two strings (Damerau; optimal string alignment, in which no
// letter is edited twice).
func Edits(a, b string) int {
	ra, rb := []rune(a), []rune(b)
	before, prev, cur := make([]int, len(rb)+1), make([]int, len(rb)+1), make([]int, len(rb)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(ra); i++ {
		cur[0] = i
		for j := 1; j <= len(rb); j++ {
			cost := 1
			if ra[i-1] == rb[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && ra[i-1] == rb[j-2] && ra[i-2] == rb[j-1] {
				cur[j] = min(cur[j], before[j-2]+1)
			}
		}
		before, prev, cur = prev, cur, before
	}
	return prev[len(rb)]
}

// within reports at most n edits, n being 1 or 2, without counting further.
func within(a, b string, n int) bool {
	if len(a)-len(b) > 4*n || len(b)-len(a) > 4*n { // a letter has up to four bytes
		return false
	}
	if !isPlain(a) || !isPlain(b) || len(a) > 60 || len(b) > 60 {
		return Edits(a, b) <= n
	}
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if len(a)-len(b) > n || len(b)-len(a) > n {
		return false
	}
	switch {
	case len(a) <= 1 && len(b) <= 1:
		return true
	case len(a) == 0 || len(b) == 0:
		return true // no longer than n
	case n == 1:
		return len(a) == 2 && len(b) == 2 && a[0] == b[1] && a[1] == b[0]
	}
	x, y := letters(a), letters(b)
	if bits.OnesCount32(x&^y) > n || bits.OnesCount32(y&^x) > n {
		return false // an edit takes one letter away and brings one
	}
	return editsPlain(a, b) <= n
}

// letters are the plain letters of a word, a bit each; digits and others fold in.
func letters(s string) uint32 {
	var set uint32
	for i := 0; i < len(s); i++ {
		set |= 1 << (s[i] & 31)
	}
	return set
}

// alike reports a Jaro-Winkler similarity of at least least. Most pairs of words are
// told apart by their letters alone: a letter that only one of them has has no partner.
func alike(a, b string, least float64) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	if len(a) <= 64 && len(b) <= 64 && isPlain(a) && isPlain(b) {
		x, y := letters(a), letters(b)
		m := float64(min(len(a)-bits.OnesCount32(x&^y), len(b)-bits.OnesCount32(y&^x)))
		prefix := 0
		for prefix < 4 && prefix < len(a) && prefix < len(b) && a[prefix] == b[prefix] {
			prefix++
		}
		if winkler((m/float64(len(a))+m/float64(len(b))+1)/3, prefix) < least {
			return false
		}
		return winkler(jaroPlain(a, b), prefix) >= least
	}
	return JaroWinkler(a, b) >= least
}

// editsPlain is Edits for at most 60 plain letters.
func editsPlain(a, b string) int {
	var rows [3][61]uint8
	before, prev, cur := &rows[0], &rows[1], &rows[2]
	for j := 0; j <= len(b); j++ {
		prev[j] = uint8(j)
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = uint8(i)
		for j := 1; j <= len(b); j++ {
			cost := uint8(1)
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d := min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, before[j-2]+1)
			}
			cur[j] = d
		}
		before, prev, cur = prev, cur, before
	}
	return int(prev[len(b)])
}
