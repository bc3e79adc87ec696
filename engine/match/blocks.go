package match

import (
	"math/rand/v2"
	"slices"
)

// maxBlock is how many records may share a key before the key says too little: a
// family name of a whole village, 1 January. Others of the keys find those pairs.
const maxBlock = 120

// blocking gives the pairs that are worth a comparison: those that share a key.
type blocking struct {
	keys    [][]int32 // by record: its blocks
	members [][]int32 // by block, rising
	dropped int       // keys that too many share
}

type keyed struct {
	key    uint64
	record int32
}

// newBlocking builds the blocks. The keys are the same for every file; each needs
// two or more facts, or one that is rare.
func newBlocking(d *dataset) *blocking {
	k := &keyer{d: d}
	k.prepare()
	for i := range int32(d.n) {
		k.record = i
		k.each()
	}
	slices.SortFunc(k.out, func(a, b keyed) int {
		switch {
		case a.key < b.key:
			return -1
		case a.key > b.key:
			return 1
		}
		return int(a.record - b.record)
	})
	k.out = slices.Compact(k.out)
	b := &blocking{keys: make([][]int32, d.n)}
	for from := 0; from < len(k.out); {
		to := from
		for to < len(k.out) && k.out[to].key == k.out[from].key {
			to++
		}
		if to-from > maxBlock {
			b.dropped++
		} else if to-from > 1 {
			b.add(k.out[from:to], d)
		}
		from = to
	}
	return b
}

func (b *blocking) add(block []keyed, d *dataset) {
	if d.linked() && (int(block[0].record) >= d.first || int(block[len(block)-1].record) < d.first) {
		return // of one file only
	}
	members := make([]int32, len(block))
	for i, m := range block {
		members[i] = m.record
		b.keys[m.record] = append(b.keys[m.record], int32(len(b.members)))
	}
	b.members = append(b.members, members)
}

// each calls visit once for each pair that shares a key, i < j, in the order of i.
func (b *blocking) each(d *dataset, visit func(i, j int32)) {
	seen := make([]int32, d.n)
	end := d.n
	if d.linked() {
		end = d.first
	}
	for i := range int32(end) {
		for _, n := range b.keys[i] {
			for _, j := range b.members[n] {
				if j <= i || seen[j] == i+1 || d.linked() && int(j) < d.first {
					continue
				}
				seen[j] = i + 1
				visit(i, j)
			}
		}
	}
}

// chancePairs draws pairs of records at random, the same ones in every run.
func chancePairs(d *dataset, n int, visit func(i, j int32)) {
	r := rand.New(rand.NewPCG(20, 26))
	for range n {
		var i, j int32
		if d.linked() {
			i, j = r.Int32N(int32(d.first)), int32(d.first)+r.Int32N(int32(d.n-d.first))
		} else {
			i, j = r.Int32N(int32(d.n)), r.Int32N(int32(d.n-1))
			if j >= i {
				j++
			}
		}
		visit(min(i, j), max(i, j))
	}
}

// keyer writes the keys of one record after another.
type keyer struct {
	d                           *dataset
	record                      int32
	out                         []keyed
	given, family, birth        *field
	numbers, posts, places, all []*field // documents, phones and mail; postcodes; places, streets; each with a lexicon
	streets                     []*field
	buf                         []byte
}

func (k *keyer) prepare() {
	for _, f := range k.d.fields {
		switch {
		case f.part == givenPart:
			k.given = f
		case f.part == familyPart:
			k.family = f
		case f.births != nil && k.birth == nil:
			k.birth = f
		case f.kind == Document || f.kind == Phone || f.kind == Email:
			k.numbers = append(k.numbers, f)
		case f.kind == Postcode:
			k.posts = append(k.posts, f)
		case f.kind == Place:
			k.places = append(k.places, f)
		case f.kind == Street:
			k.streets = append(k.streets, f)
		}
		if f.lex != nil && f.part == noName && f.kind != Region && f.kind != Category {
			k.all = append(k.all, f)
		}
	}
}

// add writes a key of several parts; a part that is not known leaves it out.
func (k *keyer) add(tag string, parts ...string) {
	k.buf = append(k.buf[:0], tag...)
	for _, p := range parts {
		if p == "" {
			return
		}
		k.buf = append(append(k.buf, 0), p...)
	}
	k.out = append(k.out, keyed{hashed(k.buf), k.record})
}

// hashed is FNV-1a: the same in every run, so that a file gives the same answer.
func hashed(b []byte) uint64 {
	h := uint64(14695981039346656037)
	for _, c := range b {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return h ^ h>>29
}

// facts of a record that keys are made of.
type facts struct {
	given, family    []string // letters of the words
	sounds           []string // skeletons of all words
	year, month, day string
	births           string
	january          bool
}

func (k *keyer) facts() facts {
	var f facts
	if k.given != nil {
		f.given = wordsOf(k.given, k.record)
	}
	if k.family != nil {
		f.family = wordsOf(k.family, k.record)
	}
	if k.d.words != nil {
		for _, w := range k.d.words[k.record] {
			f.sounds = append(f.sounds, soundOf(&k.d.names.values[w].words[0]))
		}
	}
	if k.birth != nil {
		b := &k.birth.births[k.record]
		f.births, f.january = b.digits, b.firstOfJanuary()
		if len(b.digits) >= 4 {
			f.year = b.digits[:4]
		}
		if len(b.digits) == 8 {
			f.month, f.day = b.digits[4:6], b.digits[6:]
		}
	}
	return f
}

func wordsOf(f *field, record int32) []string {
	var out []string
	for _, w := range f.lex.values[f.values[record]].words {
		out = append(out, w.text)
	}
	return out
}

// soundOf is a word's skeleton, or the word where that is too short to tell.
func soundOf(t *token) string {
	if len(t.skeletons) > 0 && len(t.skeletons[0]) > 1 {
		return t.skeletons[0]
	}
	return t.text
}

func initial(s string, n int) string {
	r := []rune(s)
	return string(r[:min(n, len(r))])
}

func (k *keyer) each() {
	f := k.facts()
	k.nameKeys(f)
	k.birthKeys(f)
	for n, x := range k.all {
		v := x.lex.values[x.values[k.record]].joined
		k.add("v"+kindNames[x.kind], v)
		for _, y := range k.all[n+1:] {
			w := y.lex.values[y.values[k.record]].joined
			if x.kind == y.kind && w < v {
				v, w = w, v
			}
			k.add("w"+kindNames[x.kind]+kindNames[y.kind], v, w)
		}
		for _, s := range f.sounds {
			k.add("s"+kindNames[x.kind], v, s)
		}
		k.add("y"+kindNames[x.kind], v, f.year)
		k.add("m"+kindNames[x.kind], v, f.month, f.day)
	}
	for _, x := range k.posts {
		if words := x.lex.values[x.values[k.record]].words; len(words) > 1 {
			for _, s := range f.sounds {
				k.add("o", words[0].text, s)
			}
		}
	}
}

// nameKeys are made of names alone: rare words, and two of them in any order.
func (k *keyer) nameKeys(f facts) {
	for n, s := range f.sounds {
		k.add("n", s)
		for _, t := range f.sounds[n+1:] {
			k.add("nn", min(s, t), max(s, t))
		}
	}
	for _, g := range f.given {
		k.add("t", g)
		for _, h := range f.family {
			k.add("ti", min(initial(g, 3), initial(h, 3)), max(initial(g, 3), initial(h, 3)))
		}
	}
	for _, h := range f.family {
		k.add("t", h)
	}
}

// birthKeys join a birth date, or two thirds of it, with a name.
func (k *keyer) birthKeys(f facts) {
	if len(f.births) == 8 && !f.january {
		k.add("b", f.births)
		k.add("d", f.year, min(f.month, f.day), max(f.month, f.day))
	}
	for _, s := range f.sounds {
		k.add("by", f.year, s)
		k.add("bm", f.month, f.day, s)
		c := initial(s, 1)
		k.add("bi", f.births, c)
		k.add("bym", f.year, f.month, initial(s, 2))
		k.add("byd", f.year, f.day, initial(s, 2))
	}
}
