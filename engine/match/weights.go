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
// all pairs that are one person.
type weights struct {
	one, two [][]float64
	share    float64
	total    float64 // all pairs, compared or not
}

// Estimation.
const (
	maxRounds  = 200
	settled    = 1e-5
	firstGuess = 8.0  // how many pairs the first guess counts for
	leastShare = 1e-7 // of a level among pairs of two persons
)

// estimate learns the weights by expectation and maximisation, without labels.
// blocked are the pairs that share a key: all pairs of one person, but for a few,
// are among them. chance are pairs drawn from all: nearly all are of two persons,
// whatever the keys; they anchor what happens by chance.
func estimate(fields []*field, blocked, chance *tallied, total float64, records int) *weights {
	w := firstWeights(fields, total, records)
	for range maxRounds {
		before := w.share
		shift := w.round(fields, blocked, chance)
		if shift < settled && math.Abs(w.share-before) < settled*before {
			break
		}
	}
	return w
}

// firstWeights guess that most fields of one person agree and that few pairs are one
// person.
func firstWeights(fields []*field, total float64, records int) *weights {
	w := &weights{share: float64(records) / 10 / total, total: total}
	for _, f := range fields {
		n := len(f.levels)
		one, two := make([]float64, n), make([]float64, n)
		for l := 1; l < n; l++ {
			one[l], two[l] = 0.2/float64(n-1), 0.2/float64(n-1)
		}
		one[1] += 0.8
		two[n-1] += 0.8
		w.one, w.two = append(w.one, one), append(w.two, two)
	}
	return w
}

// round is one step; it answers how far a probability moved.
func (w *weights) round(fields []*field, blocked, chance *tallied) float64 {
	one, two := guesses(fields), guesses(fields)
	ones := 0.0
	for i, p := range blocked.patterns {
		q := w.probability(p)
		ones += q * blocked.counts[i]
		count(one, p, q*blocked.counts[i])
	}
	for i, p := range chance.patterns {
		count(two, p, (1-w.probability(p))*chance.counts[i])
	}
	shift := 0.0
	for f := range fields {
		shift = max(shift, settle(w.one[f], one[f], 1e-6), settle(w.two[f], two[f], leastShare))
	}
	w.share = min(max(ones, 0.5)/w.total, 0.5)
	return shift
}

// guesses start every count with the first guess, so that a level that was never met
// has no infinite weight.
func guesses(fields []*field) [][]float64 {
	out := make([][]float64, len(fields))
	for i, f := range fields {
		n := len(f.levels)
		out[i] = make([]float64, n)
		for l := 1; l < n; l++ {
			out[i][l] = firstGuess / 8 / float64(n)
		}
	}
	return out
}

func count(levels [][]float64, p pattern, n float64) {
	if n == 0 {
		return
	}
	for f := range levels {
		levels[f][p.level(f)] += n
	}
}

// settle turns counts into shares of the pairs in which both sides say something.
func settle(shares, counts []float64, least float64) float64 {
	sum := 0.0
	for _, n := range counts[1:] {
		sum += n
	}
	moved := 0.0
	for l := 1; l < len(shares); l++ {
		v := max(counts[l]/sum, least)
		moved = max(moved, math.Abs(v-shares[l]))
		shares[l] = v
	}
	return moved
}

// bits is the weight of evidence of a level.
func (w *weights) bits(f int, level uint8) float64 {
	if level == 0 {
		return 0
	}
	return math.Log2(w.one[f][level] / w.two[f][level])
}

func (w *weights) prior() float64 { return math.Log2(w.share / (1 - w.share)) }

func (w *weights) probability(p pattern) float64 {
	bits := w.prior()
	for f := range w.one {
		bits += w.bits(f, p.level(f))
	}
	return probability(bits)
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
