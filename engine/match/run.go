package match

import "math"

// chanceDraws is how many pairs are drawn at random.
const chanceDraws = 250_000

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
	kin     *kin
	drawn   int       // pairs at random
	entity  []float64 // by record: its part of a person, 1 over how many records tell of them
}

func newRun(d *dataset, progress func(done, total int)) *run {
	r := &run{d: d, blocked: newTallied()}
	b := newBlocking(d)
	if progress == nil {
		progress = func(int, int) {}
	}
	progress(0, d.n)
	b.each(d, func(i, j int32) {
		if len(r.pairs)&0xffff == 0 {
			progress(int(i), d.n)
		}
		r.pairs = append(r.pairs, candidate{i: i, j: j, pattern: r.blocked.add(d.pattern(i, j))})
	})
	progress(d.n, d.n)
	chance := newTallied()
	draws := int(min(chanceDraws, 4*d.totalPairs()))
	r.drawn = draws
	chancePairs(d, draws, func(i, j int32) { chance.add(d.pattern(i, j)) })
	r.w = estimate(d.fields, r.blocked, chance, d.totalPairs(), d.n, nil)
	if r.kin = newKin(r); r.kin.families {
		r.w = estimate(d.fields, r.blocked, chance, d.totalPairs(), d.n, r.kin.never)
	}
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
	other := given == textOther
	for n, f := range d.fields {
		switch f.part {
		case givenPart:
			p.set(n, given)
		case familyPart:
			p.set(n, family)
		default:
			level := d.level(f, i, j)
			if f.kind == Household && other {
				continue // siblings and twins have one household
			}
			other = other || f.kind == Sex && level == sexOther
			p.set(n, level)
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
	table := r.w.bitTable()
	limit := make([]float64, len(base))
	for k, p := range r.blocked.patterns {
		base[k], limit[k] = r.w.prior()+table.sum(r.w, p), r.kin.limit(p)
	}
	for k := range r.pairs {
		c := &r.pairs[k]
		bits := base[c.pattern]
		for n, f := range r.d.fields {
			bits += r.rarity(n, f, c)
		}
		c.bits = float32(min(bits, limit[c.pattern]))
	}
}

// rarity is what the frequency of the shared value adds to a weight.
func (r *run) rarity(n int, f *field, c *candidate) float64 {
	if f.share == nil {
		return 0
	}
	p := r.blocked.patterns[c.pattern]
	level := p.level(n)
	var share float64
	switch {
	case level == 0:
		return 0
	case f.births != nil:
		if level != birthDay && level != birthJanuary {
			return 0
		}
		share = f.share[f.values[c.i]]
	case f.part == restPart:
		if level != textSame {
			return 0
		}
		share = r.rarestRest(f, c)
	case level == textSame:
		share = f.share[f.values[c.i]]
	case level == textSwapped:
		share = r.d.family.share[r.d.given.values[c.i]] * r.d.given.share[r.d.family.values[c.i]]
	default:
		return 0
	}
	return math.Log2(r.w.two[n][0][level]/share) * r.w.left(n, p)
}

// rarestRest is the share of the rarest name that two records have beside given and
// family name.
func (r *run) rarestRest(f *field, c *candidate) float64 {
	share := 1.0
	for _, v := range r.d.rest[c.i] {
		for _, w := range r.d.rest[c.j] {
			if v == w {
				share = min(share, f.share[v]*float64(len(r.d.rest[c.j])))
			}
		}
	}
	return share
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
	out := &Linkage{Compared: len(r.pairs), Drawn: r.drawn, Expected: r.w.share * r.w.total}
	for n, f := range r.d.fields {
		lf := LinkField{Name: f.name, Kind: f.kind}
		if on := r.w.parent[n]; on >= 0 {
			lf.HangsOn = r.d.fields[on].name
		}
		for l := 1; l < len(f.levels); l++ {
			lf.Levels = append(lf.Levels, LevelWeight{f.levels[l], r.w.one[n][0][l], r.w.two[n][0][l]})
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
			l.Weights = append(l.Weights, r.w.bits(n, r.blocked.patterns[c.pattern])+r.rarity(n, f, c))
		}
		out.Pairs = append(out.Pairs, l)
	}
	rank(out.Pairs)
	return out
}
