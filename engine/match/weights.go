package match

import (
	"math"
	"slices"
)

// maxFields is how many fields a pattern holds, four bits each.
const maxFields = 32

// pattern is the levels of a pair in all fields.
type pattern [2]uint64

func (p pattern) level(field int) uint8 { return uint8(p[field/16] >> (field % 16 * 4) & 15) }

func (p *pattern) set(field int, level uint8) {
	p[field/16] |= uint64(level) << (field % 16 * 4)
}

// tallied counts patterns, so that estimation looks at each once.
type tallied struct {
	ids      map[pattern]int32
	patterns []pattern
	counts   []float64
}

func newTallied() *tallied { return &tallied{ids: map[pattern]int32{}} }

func (t *tallied) add(p pattern) int32 {
	id, ok := t.ids[p]
	if !ok {
		id = int32(len(t.patterns))
		t.ids[p] = id
		t.patterns, t.counts = append(t.patterns, p), append(t.counts, 0)
	}
	t.counts[id]++
	return id
}

// weights are the parameters of Fellegi and Sunter: for each field and level how
// often it is met among pairs of one person (one) and of two (two), and the share of
// all pairs that are one person. A field may hang on another: who lives in one place
// has one postcode. Its tables then stand by the level of that other field; those of
// level 0, and of a field that hangs on none, are for all pairs.
type weights struct {
	one, two [][][]float64 // by field, level of the field it hangs on, level
	parent   []int         // by field, -1 for none
	share    float64
	total    float64            // all pairs, compared or not
	never    func(pattern) bool // pairs that are two persons whatever they share; nil for none
}

// maxLevels is more than any field has; a level takes four bits of a pattern.
const maxLevels = 16

// Estimation.
const (
	maxRounds        = 100
	settled          = 1e-4
	firstAgree       = 0.8  // of the fields of one person, at first
	leastShare       = 1e-7 // of a level among pairs of two persons
	mostlyAlike      = 0.5  // of the names and birth dates of one person, at least
	borrowed         = 20.0 // pairs that the table of all pairs counts for in another
	leastInformation = 3e-4 // bits; ten levels and 250,000 draws share 0.0002 by chance
)

// estimate learns the weights by expectation and maximisation, without labels.
// blocked are the pairs that share a key: all pairs of one person, but for a few,
// are among them. chance are pairs drawn from all: nearly all are of two persons,
// whatever the keys; they anchor what happens by chance. Fields are first taken to be
// independent; then those that go together by chance are hung on one another, in a
// tree (C. Chow and C. Liu, IEEE Transactions on Information Theory 14, 1968).
func estimate(fields []*field, blocked, chance *tallied, total float64, records int, never func(pattern) bool) *weights {
	w := firstWeights(fields, chance, total, records)
	w.never = never
	w.settle(fields, blocked, chance)
	w.hang(fields, chance)
	w.settle(fields, blocked, chance)
	return w
}

func (w *weights) settle(fields []*field, blocked, chance *tallied) {
	for range maxRounds {
		before := w.share
		w.round(fields, blocked, chance)
		if math.Abs(w.share-before) < settled*before {
			break
		}
	}
}

// firstWeights guess that most fields of one person agree, that few pairs are one
// person, and that the pairs drawn at random are none of them. Where estimation starts
// decides where it ends in a small file: the true pairs are one of several groups that
// stand out.
func firstWeights(fields []*field, chance *tallied, total float64, records int) *weights {
	w := &weights{share: float64(records) / 10 / total, total: total, one: tables(fields), two: tables(fields)}
	for i, f := range fields {
		n := len(f.levels)
		for l := 1; l < n; l++ {
			w.one[i][0][l] = (1 - firstAgree) / float64(n-1)
		}
		w.one[i][0][1] += firstAgree
		w.parent = append(w.parent, -1)
	}
	two := tables(fields)
	for i, p := range chance.patterns {
		w.count(two, p, chance.counts[i])
	}
	for f := range fields {
		shares(w.two[f], two[f], leastShare)
	}
	return w
}

// tables are counts by field, level of another field and level.
func tables(fields []*field) [][][]float64 {
	out := make([][][]float64, len(fields))
	for i, f := range fields {
		out[i] = make([][]float64, maxLevels)
		for l := range out[i] {
			out[i][l] = make([]float64, len(f.levels))
		}
	}
	return out
}

// round is one step: how likely each pattern is one person, and what that says about
// the levels.
func (w *weights) round(fields []*field, blocked, chance *tallied) {
	one, two := tables(fields), tables(fields)
	ones := 0.0
	table := w.bitTable()
	for i, p := range blocked.patterns {
		q := probability(w.prior() + table.sum(w, p))
		if w.never != nil && w.never(p) {
			q = 0
		}
		ones += q * blocked.counts[i]
		w.count(one, p, q*blocked.counts[i])
	}
	for i, p := range chance.patterns {
		q := probability(w.prior() + table.sum(w, p))
		w.count(two, p, (1-q)*chance.counts[i])
	}
	for f := range fields {
		shares(w.one[f], one[f], 1e-6)
		tell(fields[f], w.one[f])
		shares(w.two[f], two[f], leastShare)
	}
	w.share = min(max(ones, 0.5)/w.total, 0.5)
}

// count adds a pattern to the table of all pairs and to that of the other field's level.
func (w *weights) count(levels [][][]float64, p pattern, n float64) {
	for f := range levels {
		l := p.level(f)
		levels[f][0][l] += n
		if on := w.parent[f]; on >= 0 {
			if at := p.level(on); at > 0 {
				levels[f][at][l] += n
			}
		}
	}
}

// shares turns counts into shares of the pairs in which both sides say something. A
// table by another field's level leans on the one of all pairs as far as little is
// known.
func shares(shares, counts [][]float64, least float64) {
	for at := range counts {
		sum, lean := 0.0, borrowed
		if at == 0 {
			lean = 1
		}
		for _, n := range counts[at][1:] {
			sum += n
		}
		for l := 1; l < len(counts[at]); l++ {
			guess := 1 / float64(len(counts[at]))
			if at > 0 {
				guess = shares[0][l]
			}
			shares[at][l] = max((counts[at][l]+lean*guess)/(sum+lean), least)
		}
	}
}

// tell keeps a field that tells persons apart from being learned to tell nothing: of
// one person at least half of the names and birth dates are alike. Without that, a
// small file could take the pairs of one given name for the pairs of one person.
func tell(f *field, one [][]float64) {
	if f.part != givenPart && f.part != familyPart && f.births == nil {
		return
	}
	for _, levels := range one {
		last := len(levels) - 1
		if rest := 1 - levels[last]; rest < mostlyAlike {
			for l := 1; l < last; l++ {
				levels[l] *= mostlyAlike / rest
			}
			levels[last] = 1 - mostlyAlike
		}
	}
}

// hang makes the tree: each field hangs on the one with which it shares most
// information among pairs of two persons, as far as that is more than noise.
func (w *weights) hang(fields []*field, chance *tallied) {
	n := len(fields)
	in := make([]bool, n)
	two := &tallied{patterns: chance.patterns, counts: make([]float64, len(chance.counts))}
	table := w.bitTable()
	for i, p := range two.patterns {
		two.counts[i] = chance.counts[i] * (1 - probability(w.prior()+table.sum(w, p)))
	}
	for range n {
		best, child, parent := leastInformation, -1, -1
		for f := range n {
			if in[f] {
				continue
			}
			for g := range n {
				if g != f && in[g] {
					if i := information(fields, two, f, g); i > best {
						best, child, parent = i, f, g
					}
				}
			}
		}
		if child < 0 { // the next tree grows from the first field that is left
			for f := range n {
				if !in[f] {
					child = f
					break
				}
			}
		}
		in[child], w.parent[child] = true, parent
	}
}

// information is the mutual information of two fields, in bits, where both are known.
func information(fields []*field, t *tallied, f, g int) float64 {
	joint := make([][]float64, len(fields[f].levels))
	for l := range joint {
		joint[l] = make([]float64, len(fields[g].levels))
	}
	a, b, sum := make([]float64, len(joint)), make([]float64, len(joint[0])), 0.0
	for i, p := range t.patterns {
		x, y := p.level(f), p.level(g)
		if x > 0 && y > 0 {
			joint[x][y] += t.counts[i]
			a[x] += t.counts[i]
			b[y] += t.counts[i]
			sum += t.counts[i]
		}
	}
	bits := 0.0
	for x := range joint {
		for y, n := range joint[x] {
			if n > 0 {
				bits += n / sum * math.Log2(n*sum/(a[x]*b[y]))
			}
		}
	}
	return bits
}

// bits is the weight of evidence of a field's level.
func (w *weights) bits(f int, p pattern) float64 {
	level := p.level(f)
	if level == 0 {
		return 0
	}
	at := w.at(f, p)
	return math.Log2(w.one[f][at][level] / w.two[f][at][level])
}

// at is the table that holds for a pattern.
func (w *weights) at(f int, p pattern) uint8 {
	if w.parent[f] < 0 {
		return 0
	}
	return p.level(w.parent[f])
}

// left is how much of the surprise that two persons share a level is left, knowing
// the field that it hangs on: all of it without one, little for the place of people
// with one postcode. So much counts that a value is rare.
func (w *weights) left(f int, p pattern) float64 {
	level, at := p.level(f), w.at(f, p)
	if at == 0 {
		return 1
	}
	return min(1, math.Log2(w.two[f][at][level])/math.Log2(w.two[f][0][level]))
}

func (w *weights) prior() float64 { return math.Log2(w.share / (1 - w.share)) }

// bitTable holds the weights of all levels.
type bitTable [][maxLevels][maxLevels]float64

func (w *weights) bitTable() bitTable {
	t := make(bitTable, len(w.one))
	for f := range w.one {
		for at := range w.one[f] {
			for l := 1; l < len(w.one[f][at]); l++ {
				if w.one[f][at][l] > 0 && w.two[f][at][l] > 0 {
					t[f][at][l] = math.Log2(w.one[f][at][l] / w.two[f][at][l])
				}
			}
		}
	}
	return t
}

func (t bitTable) sum(w *weights, p pattern) float64 {
	bits := 0.0
	for f := range t {
		bits += t[f][w.at(f, p)][p.level(f)]
	}
	return bits
}

// probability of odds given in bits.
func probability(bits float64) float64 {
	return 1 / (1 + math.Exp2(-bits))
}

// rank sorts pairs, the likeliest first and then by row.
func rank(pairs []Linked) {
	slices.SortFunc(pairs, func(a, b Linked) int {
		switch {
		case a.Probability != b.Probability:
			if a.Probability > b.Probability {
				return -1
			}
			return 1
		case a.A != b.A:
			return a.A - b.A
		}
		return a.B - b.B
	})
}
