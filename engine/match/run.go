package match

import "math"

// chanceDraws is how many pairs are drawn at random.
const chanceDraws = 400_000

// candidate is a compared pair.
type candidate struct {
	i, j    int32
	pattern int32
	bits    float32
}

// run is one linkage.
type run struct {
	d       *dataset
	w       *weights
	blocked *tallied
	pairs   []candidate
	entity  []float64 // by record: its part of a person, 1 over how many records tell of them
}

func newRun(d *dataset, progress func(done, total int)) *run {
	r := &run{d: d, blocked: newTallied()}
	b := newBlocking(d)
	b.each(d, func(i, j int32) {
		if progress != nil && len(r.pairs)&0xffff == 0 {
			progress(int(i), d.n)
		}
		r.pairs = append(r.pairs, candidate{i: i, j: j, pattern: r.blocked.add(d.pattern(i, j))})
	})
	chance := newTallied()
	chancePairs(d, int(min(chanceDraws, 4*d.totalPairs())), func(i, j int32) { chance.add(d.pattern(i, j)) })
	r.w = estimate(d.fields, r.blocked, chance, d.totalPairs(), d.n)
	r.entity = make([]float64, d.n)
	for i := range r.entity {
		r.entity[i] = 1
	}
	for range 2 {
		r.shares()
		r.score()
		r.entities()
	}
	r.shares()
	r.score()
	return r
}

func (d *dataset) pattern(i, j int32) pattern {
	var p pattern
	var given, family uint8
	if d.names != nil {
		given, family = d.nameLevels(i, j)
	}
	for n, f := range d.fields {
		switch f.part {
		case givenPart:
			p.set(n, given)
		case familyPart:
			p.set(n, family)
		default:
			p.set(n, d.level(f, i, j))
		}
	}
	return p
}

// shares counts for every value which share of persons has it.
func (r *run) shares() {
	persons := 0.0
	for _, e := range r.entity {
		persons += e
	}
	for _, f := range r.d.fields {
		if f.values == nil {
			continue
		}
		n := 0
		for _, v := range f.values {
			n = max(n, int(v)+1)
		}
		if f.lex != nil {
			n = len(f.lex.values)
		}
		f.share = make([]float64, n)
		known := 0.0
		for i, v := range f.values {
			if v != 0 {
				f.share[v] += r.entity[i]
				known += r.entity[i]
			}
		}
		if f.part == restPart {
			known = persons
			clear(f.share)
			for i, words := range r.d.words {
				for _, v := range words {
					f.share[v] += r.entity[i]
				}
			}
		}
		for v := range f.share {
			f.share[v] = max(f.share[v]-0.5, 0.25) / known
		}
	}
}

// score weighs every pair.
func (r *run) score() {
	base := make([]float64, len(r.blocked.patterns))
	for k, p := range r.blocked.patterns {
		base[k] = r.w.prior()
		for f := range r.d.fields {
			base[k] += r.w.bits(f, p.level(f))
		}
	}
	for k := range r.pairs {
		c := &r.pairs[k]
		bits := base[c.pattern]
		for n, f := range r.d.fields {
			bits += r.rarity(n, f, c)
		}
		c.bits = float32(bits)
	}
}

// rarity is what the frequency of the shared value adds to a weight.
func (r *run) rarity(n int, f *field, c *candidate) float64 {
	if f.share == nil {
		return 0
	}
	level := r.blocked.patterns[c.pattern].level(n)
	if level == 0 {
		return 0
	}
	a := f.values[c.i]
	if f.births != nil {
		if level == birthDay || level == birthJanuary {
			return math.Log2(r.w.two[n][level] / f.share[a])
		}
		return 0
	}
	if f.part == restPart {
		return 0
	}
	switch level {
	case textSame:
		return math.Log2(r.w.two[n][level] / f.share[a])
	case textSwapped:
		g, f := r.d.given, r.d.family
		return math.Log2(r.w.two[n][level] / (f.share[g.values[c.i]] * g.share[f.values[c.i]]))
	}
	return 0
}

// entities shares every person out among the records that tell of them.
func (r *run) entities() {
	for i := range r.entity {
		r.entity[i] = 1
	}
	for k := range r.pairs {
		c := &r.pairs[k]
		p := probability(float64(c.bits))
		r.entity[c.i] += p
		r.entity[c.j] += p
	}
	for i := range r.entity {
		r.entity[i] = 1 / r.entity[i]
	}
}

func (r *run) result() *Linkage {
	out := &Linkage{Compared: len(r.pairs), Expected: r.w.share * r.w.total}
	for n, f := range r.d.fields {
		lf := LinkField{Name: f.name, Kind: f.kind}
		for l := 1; l < len(f.levels); l++ {
			lf.Levels = append(lf.Levels, LevelWeight{f.levels[l], r.w.one[n][l], r.w.two[n][l]})
		}
		out.Fields = append(out.Fields, lf)
	}
	for k := range r.pairs {
		c := &r.pairs[k]
		p := probability(float64(c.bits))
		if p < LeastProbability {
			continue
		}
		l := Linked{A: int(c.i), B: int(c.j), Probability: p}
		if r.d.linked() {
			l.B -= r.d.first
		}
		for n, f := range r.d.fields {
			l.Weights = append(l.Weights, r.w.bits(n, r.blocked.patterns[c.pattern].level(n))+r.rarity(n, f, c))
		}
		out.Pairs = append(out.Pairs, l)
	}
	rank(out.Pairs)
	return out
}
