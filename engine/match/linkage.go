package match

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// LinkOptions say how files are compared. The zero value types every column by its
// name and cells.
type LinkOptions struct {
	ID, ID2  string                // id column of each file; ID2 the same as ID when empty
	Kinds    map[string]Kind       // of columns, by name; others are typed by name and cells
	Ignore   []string              // columns that are not compared
	Progress func(done, total int) // of the comparison: records, from 0 to all
}

// LeastProbability is the least at which a pair is told.
const LeastProbability = 0.01

// Linked is a pair of records that may be one person.
type Linked struct {
	A, B        int // rows of the first table, and of the second (or again the first)
	Probability float64
	Weights     []float64 // by field, in bits; 0 where one of the two says nothing
}

// Linkage is the outcome for a file, or two.
type Linkage struct {
	Fields   []LinkField
	Pairs    []Linked // the likeliest first
	Compared int      // pairs that share a key
	Drawn    int      // pairs drawn at random, to learn what happens by chance
	Expected float64  // pairs that are one person, as the weights say
}

// LinkField is a field with what its levels are worth in this file.
type LinkField struct {
	Name    string
	Kind    Kind
	HangsOn string // the field with which it goes together; its weights differ by that one's level
	Levels  []LevelWeight
}

// LevelWeight is how often a level is met among pairs of one person and of two.
type LevelWeight struct {
	Level    string
	One, Two float64
}

// Bits is the weight of the level without regard to how frequent a value is.
func (w LevelWeight) Bits() float64 { return math.Log2(w.One / w.Two) }

// Dedupe finds the pairs of rows of one table that are one person.
func Dedupe(t *Table, o LinkOptions) (*Linkage, error) { return link(t, nil, o) }

// Link finds the pairs of a row of one table with a row of another that are one
// person.
func Link(a, b *Table, o LinkOptions) (*Linkage, error) { return link(a, b, o) }

func link(a, b *Table, o LinkOptions) (*Linkage, error) {
	if _, err := a.ids(o.ID); err != nil {
		return nil, err
	}
	cols, err := typedColumns(a, b, o)
	if err != nil {
		return nil, err
	}
	n, first := len(a.Rows), len(a.Rows)
	if b != nil {
		n += len(b.Rows)
	}
	d := newDataset(cols, n, first)
	if len(d.fields) == 0 {
		return nil, tableError(0, "no column is left to compare by")
	}
	if len(d.fields) > maxFields {
		return nil, tableError(0, "%d fields to compare, more than %d; leave some out", len(d.fields), maxFields)
	}
	if n < 2 || b == nil && n < 2 {
		return &Linkage{}, nil
	}
	return newRun(d, o.Progress).result(), nil
}

// ids are the ids of the rows; each is there once.
func (t *Table) ids(column string) ([]string, error) {
	c := t.Column(column)
	if c < 0 {
		return nil, tableError(1, "there is no column %q; there is %s", column, strings.Join(t.Columns, ", "))
	}
	seen := make(map[string]int, len(t.Rows))
	out := make([]string, len(t.Rows))
	for i, row := range t.Rows {
		id := row[c]
		switch before, twice := seen[id]; {
		case id == "":
			return nil, tableError(t.Lines[i], "column %s is empty; every row needs an id", t.Columns[c])
		case twice:
			return nil, tableError(t.Lines[i], "the id in column %s stands in line %d too; every row needs its own", t.Columns[c], before)
		}
		seen[id] = t.Lines[i]
		out[i] = id
	}
	return out, nil
}

// IDs are the ids of the rows, in their order. It is an error when the column is not
// there, or an id is empty or there twice.
func (t *Table) IDs(column string) ([]string, error) { return t.ids(column) }

// typedColumns are the columns that both files have, with their kinds.
func typedColumns(a, b *Table, o LinkOptions) ([]column, error) {
	if err := o.known(a, b); err != nil {
		return nil, err
	}
	var out []column
	used := map[int]bool{}
	for ca, name := range a.Columns {
		if ca == a.Column(o.ID) || o.ignored(name) {
			continue
		}
		cells := columnCells(a, ca)
		kind, mapped := o.kind(name)
		if !mapped {
			kind = kindOf(name, cells)
		}
		if b != nil {
			cb := o.partner(a, b, name, kind, used)
			if cb < 0 {
				continue
			}
			used[cb] = true
			cells = append(cells, columnCells(b, cb)...)
		}
		if kind != Ignored {
			out = append(out, column{name: name, kind: kind, cells: cells})
		}
	}
	return out, nil
}

// partner is the column of the other file that holds the same: by name, or the only
// one of the kind that is not there by name.
func (o LinkOptions) partner(a, b *Table, name string, kind Kind, used map[int]bool) int {
	if cb := b.Column(name); cb >= 0 {
		if cb == b.Column(o.id2()) || o.ignored(b.Columns[cb]) {
			return -1
		}
		return cb
	}
	for cb, other := range b.Columns {
		if used[cb] || cb == b.Column(o.id2()) || o.ignored(other) || a.Column(other) >= 0 {
			continue
		}
		k, mapped := o.kind(other)
		if !mapped {
			k = kindOf(other, columnCells(b, cb))
		}
		if k == kind {
			return cb
		}
	}
	return -1
}

func (o LinkOptions) id2() string {
	if o.ID2 != "" {
		return o.ID2
	}
	return o.ID
}

func (o LinkOptions) ignored(name string) bool {
	return slices.ContainsFunc(o.Ignore, func(s string) bool { return strings.EqualFold(strings.TrimSpace(s), name) })
}

func (o LinkOptions) kind(name string) (Kind, bool) {
	if k, ok := o.Kinds[name]; ok {
		return k, true
	}
	for n, k := range o.Kinds {
		if strings.EqualFold(strings.TrimSpace(n), name) {
			return k, true
		}
	}
	return Ignored, false
}

// known refuses columns that are named and not there: a slip would silently compare
// what was to be left out.
func (o LinkOptions) known(a, b *Table) error {
	there := func(name string) bool { return a.Column(name) >= 0 || b != nil && b.Column(name) >= 0 }
	var missing []string
	for _, name := range o.Ignore {
		if !there(name) {
			missing = append(missing, fmt.Sprintf("%q (to be ignored)", name))
		}
	}
	for name := range o.Kinds {
		if !there(name) {
			missing = append(missing, fmt.Sprintf("%q (of the map)", name))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	slices.Sort(missing)
	return tableError(1, "there is no column %s; there is %s", strings.Join(missing, ", "), strings.Join(a.Columns, ", "))
}

func columnCells(t *Table, c int) []string {
	out := make([]string, len(t.Rows))
	for i, row := range t.Rows {
		out[i] = row[c]
	}
	return out
}
