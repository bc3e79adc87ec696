package flow

import (
	"math"
	"slices"
)

// MaxPlaces bounds a matrix: 5,000 places are 25 million pairs, 225 MB.
const MaxPlaces = 5000

// Matrix is a number for each ordered pair of distinct places: people who travel,
// kilometres, minutes. A pair is unlisted, listed as not known, or known. What
// people do within a place is not travel: the diagonal is not kept.
type Matrix struct {
	places []string
	index  map[string]int
	value  []float64
	state  []pairState
}

type pairState uint8

const (
	unlisted pairState = iota
	listedUnknown
	listedKnown
)

// NewMatrix makes a matrix of named places with every pair unlisted.
func NewMatrix(places []string) (*Matrix, error) {
	if len(places) == 0 {
		return nil, bad("places", "", "are none; give at least one")
	}
	if len(places) > MaxPlaces {
		return nil, bad("places", "", "are %d; at most %d", len(places), MaxPlaces)
	}
	m := &Matrix{places: slices.Clone(places), index: make(map[string]int, len(places))}
	for i, p := range places {
		if p == "" {
			return nil, bad("places", "", "place %d has no name", i+1)
		}
		if _, twice := m.index[p]; twice {
			return nil, bad("places", p, "is there twice")
		}
		m.index[p] = i
	}
	m.value, m.state = make([]float64, len(places)*len(places)), make([]pairState, len(places)*len(places))
	return m, nil
}

// FromRows makes a matrix from complete rows; rows[i][j] is from i to j. The
// diagonal is ignored.
func FromRows(places []string, rows [][]Amount) (*Matrix, error) {
	m, err := NewMatrix(places)
	if err != nil {
		return nil, err
	}
	if len(rows) != len(places) {
		return nil, bad("rows", "", "are %d for %d places; a matrix must be square", len(rows), len(places))
	}
	for i, row := range rows {
		if len(row) != len(places) {
			return nil, bad("row", places[i], "has %d numbers for %d places; a matrix must be square", len(row), len(places))
		}
		for j, v := range row {
			switch {
			case i == j:
			case !v.Known:
				m.SetUnknown(i, j)
			default:
				if err := m.Set(i, j, v.Value); err != nil {
					return nil, err
				}
			}
		}
	}
	return m, nil
}

// Places are the names, in the order of the indices. The slice is not to be changed.
func (m *Matrix) Places() []string { return m.places }

// Len is the number of places.
func (m *Matrix) Len() int { return len(m.places) }

// Index is where a place stands; ok is false for a place that the matrix does not have.
func (m *Matrix) Index(place string) (i int, ok bool) {
	i, ok = m.index[place]
	return i, ok
}

// Pair finds two places by name, or says which of them is not there.
func (m *Matrix) Pair(from, to string) (i, j int, err error) {
	i, ok := m.index[from]
	if !ok {
		return 0, 0, bad("from", from, "is not among the places; correct its name or add it to them")
	}
	j, ok = m.index[to]
	if !ok {
		return 0, 0, bad("to", to, "is not among the places; correct its name or add it to them")
	}
	return i, j, nil
}

// Set gives a pair its number, which is not negative. +Inf is legal and means, of a
// distance, that there is no way. The diagonal is ignored.
func (m *Matrix) Set(i, j int, v float64) error {
	if i == j {
		return nil
	}
	if math.IsNaN(v) || v < 0 {
		return bad("from "+m.places[i]+" to "+m.places[j], "", "is %v; it cannot be negative, and what is not known is left empty", v)
	}
	m.value[i*len(m.places)+j], m.state[i*len(m.places)+j] = v, listedKnown
	return nil
}

// SetUnknown lists a pair as not known.
func (m *Matrix) SetUnknown(i, j int) { m.state[i*len(m.places)+j] = listedUnknown }

// Listed reports whether a pair was given, known or not.
func (m *Matrix) Listed(i, j int) bool { return m.state[i*len(m.places)+j] != unlisted }

// At is the number of a pair; not known if it was not given. Of a place and itself
// it is zero.
func (m *Matrix) At(i, j int) Amount {
	if i == j {
		return Of(0)
	}
	k := i*len(m.places) + j
	return Amount{Value: m.value[k], Known: m.state[k] == listedKnown}
}

// AssumeNone says that a pair nobody listed has no travel: the caller knows that
// the list is whole. Pairs listed as not known stay so.
func (m *Matrix) AssumeNone() {
	for k, s := range m.state {
		if s == unlisted {
			m.value[k], m.state[k] = 0, listedKnown
		}
	}
}

// RowSum is the total from a place; not known if any of its pairs is not.
func (m *Matrix) RowSum(i int) Amount {
	sum := 0.0
	for j := range m.places {
		a := m.At(i, j)
		if !a.Known {
			return Amount{}
		}
		sum += a.Value
	}
	return Of(sum)
}
