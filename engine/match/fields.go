package match

import (
	"strings"
)

// field is one comparison: what two records have in it, as a level.
type field struct {
	name    string // of its column; of two columns that make one field, joined by +
	kind    Kind
	part    namePart
	levels  []string
	lex     *lexicon
	values  []int32    // by record
	births  []birthday // by record, for birth dates
	sexes   []uint8    // by record
	numbers []int16    // by record: age
	others  []*field   // of the same kind: a line of an address, another phone
	share   []float64  // by value: of the persons, those who have it
}

// namePart is which part of a name a field compares.
type namePart uint8

const (
	noName namePart = iota
	givenPart
	familyPart
	restPart
)

// dataset is what is compared: the records of one file, or of two one after another.
type dataset struct {
	n, first int // records; those of the first file (n for one file)
	fields   []*field
	names    *lexicon
	words    [][]int32 // by record: every word of its names, as a value of names
	rest     [][]int32 // by record: words beyond given and family name
	columns  []column
	given    *field // nil where there are no such names
	family   *field
}

// column is a typed column with its cells, record after record.
type column struct {
	name  string
	kind  Kind
	cells []string
}

func (d *dataset) linked() bool { return d.first < d.n }

// totalPairs is how many pairs there could be.
func (d *dataset) totalPairs() float64 {
	if d.linked() {
		return float64(d.first) * float64(d.n-d.first)
	}
	return float64(d.n) * float64(d.n-1) / 2
}

func (d *dataset) of(kinds ...Kind) []column {
	var out []column
	for _, c := range d.columns {
		for _, k := range kinds {
			if c.kind == k {
				out = append(out, c)
			}
		}
	}
	return out
}

func joinedNames(cols []column) string {
	names := make([]string, len(cols))
	for i, c := range cols {
		names[i] = c.name
	}
	return strings.Join(names, "+")
}

// newDataset folds the columns into fields.
func newDataset(columns []column, n, first int) *dataset {
	d := &dataset{n: n, first: first, columns: columns}
	d.addNames()
	d.addBirth()
	for _, c := range d.of(Sex) {
		f := &field{name: c.name, kind: Sex, levels: []string{"unknown", "same", "other"}, sexes: make([]uint8, n)}
		for i, cell := range c.cells {
			f.sexes[i] = sexOf(cell)
		}
		d.fields = append(d.fields, f)
	}
	for _, c := range d.of(Age) {
		f := &field{name: c.name, kind: Age, levels: []string{"unknown", "same", "within two years", "within five years", "other"}, numbers: make([]int16, n)}
		for i, cell := range c.cells {
			f.numbers[i] = smallNumber(cell)
		}
		d.fields = append(d.fields, f)
	}
	for k := Phone; k <= Text; k++ {
		d.addTexts(k)
	}
	return d
}

// addTexts adds the columns of one kind. Fields of a kind share a lexicon, so that
// what stands in the wrong line of an address is found.
func (d *dataset) addTexts(k Kind) {
	cols := d.of(k)
	if len(cols) == 0 {
		return
	}
	lex := newLexicon(k)
	var group []*field
	for _, c := range cols {
		f := &field{name: c.name, kind: k, levels: textLevelNames, lex: lex, values: make([]int32, d.n)}
		for i, cell := range c.cells {
			f.values[i] = lex.intern(cell)
		}
		group = append(group, f)
	}
	for _, f := range group {
		for _, o := range group {
			if o != f && k != Document && k != Category && k != Text && k != Region {
				f.others = append(f.others, o)
			}
		}
	}
	d.fields = append(d.fields, group...)
}

// addBirth makes one field of a birth date, in one column or in three.
func (d *dataset) addBirth() {
	for _, c := range d.of(Birth) {
		f := &field{name: c.name, kind: Birth, levels: birthLevels, births: make([]birthday, d.n)}
		df := dayFirst(c.cells)
		for i, cell := range c.cells {
			f.births[i] = readBirth(cell, df)
		}
		d.addBirthField(f)
	}
	years := d.of(BirthYear)
	if len(years) == 0 {
		return
	}
	f := &field{kind: Birth, levels: birthLevels, births: make([]birthday, d.n)}
	cols := append(append(years[:1:1], d.of(BirthMonth)...), d.of(BirthDay)...)
	f.name = joinedNames(cols)
	for i := range d.n {
		var parts [3]int
		for _, c := range cols {
			parts[c.kind-BirthYear] = int(smallNumber(c.cells[i]))
		}
		f.births[i] = ofNumbers(parts[0], parts[1], parts[2])
	}
	d.addBirthField(f)
}

// addBirthField numbers the dates, so that frequent ones weigh less.
func (d *dataset) addBirthField(f *field) {
	f.values = make([]int32, d.n)
	ids := map[string]int32{"": 0}
	for i := range f.births {
		key := f.births[i].digits
		id, ok := ids[key]
		if !ok {
			id = int32(len(ids))
			ids[key] = id
		}
		f.values[i] = id
	}
	d.fields = append(d.fields, f)
}

func smallNumber(cell string) int16 {
	n := 0
	for i, r := range cell {
		if r == '.' && i > 0 {
			break // 34.0, as spreadsheets write
		}
		if r < '0' || r > '9' || n > 2999 {
			return 0
		}
		n = n*10 + int(r-'0')
	}
	return int16(n)
}

// addNames makes up to three fields of all name columns: the given name, the family
// name and the other names. They share a lexicon, because forms swap them.
func (d *dataset) addNames() {
	given, family, whole := d.of(Given), d.of(Family), d.of(WholeName)
	if len(given)+len(family)+len(whole) == 0 {
		return
	}
	d.names = newLexicon(Given)
	d.words, d.rest = make([][]int32, d.n), make([][]int32, d.n)
	g := &field{name: joinedNames(given), kind: Given, part: givenPart, levels: textLevelNames, lex: d.names, values: make([]int32, d.n)}
	f := &field{name: joinedNames(family), kind: Family, part: familyPart, levels: textLevelNames, lex: d.names, values: make([]int32, d.n)}
	r := &field{name: joinedNames(whole), kind: WholeName, part: restPart, levels: textLevelNames, lex: d.names, values: make([]int32, d.n)}
	split := len(given)+len(family) == 0
	for i := range d.n {
		gw, fw, ww := cellWords(given, i), cellWords(family, i), cellWords(whole, i)
		if split && len(ww) > 0 {
			gw = ww[:1]
			if len(ww) > 1 {
				fw = ww[len(ww)-1:]
			}
		}
		g.values[i], f.values[i] = d.names.internWords(gw), d.names.internWords(fw)
		d.addWords(i, gw, fw, ww)
	}
	switch {
	case split:
		g.name, f.name, r.name = r.name+" (first)", r.name+" (last)", r.name+" (others)"
	case len(whole) == 0:
		r = nil
	}
	d.given, d.family = g, f
	for _, x := range []*field{g, f, r} {
		if x != nil && (x.name != "" || split) {
			d.fields = append(d.fields, x)
		}
	}
}

func cellWords(cols []column, i int) []token {
	var out []token
	for _, c := range cols {
		if c.cells[i] != "" {
			out = append(out, nameWords(c.cells[i])...)
		}
	}
	return out
}

// addWords keeps every word of a record's names once, and those beyond given and
// family name by themselves.
func (d *dataset) addWords(i int, gw, fw, ww []token) {
	id := func(t token) int32 { return d.names.internWords([]token{t}) } // its own slice: the lexicon keeps it
	add := func(list []int32, v int32) []int32 {
		for _, x := range list {
			if x == v {
				return list
			}
		}
		return append(list, v)
	}
	for _, t := range append(gw[:len(gw):len(gw)], fw...) {
		d.words[i] = add(d.words[i], id(t))
	}
	own := len(d.words[i])
	for _, t := range ww {
		v := id(t)
		d.words[i] = add(d.words[i], v)
	}
	d.rest[i] = d.words[i][own:]
}
