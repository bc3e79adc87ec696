package flow

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Limits of a table, so that a wrong file does not fill the memory.
const (
	MaxTableBytes = 256 << 20
	MaxTableRows  = 5_000_000
)

// Table is a CSV file with a header: the columns by name, in any order. A cell that
// is empty or says ND, NA, unknown or "not reported" is not known; NaN is refused,
// because something went wrong where it was made.
type Table struct {
	Name   string // of the file, for errors
	Header []string
	cols   map[string]int
	rows   [][]string
	lines  []int
}

// ReadTable reads UTF-8 CSV with a header, with or without a byte-order mark. Every
// row has as many cells as the header. Errors name the line.
func ReadTable(r io.Reader, name string) (*Table, error) {
	t := &Table{Name: name, cols: map[string]int{}}
	limited := &io.LimitedReader{R: r, N: MaxTableBytes + 1}
	in := csv.NewReader(limited)
	in.FieldsPerRecord = -1
	in.TrimLeadingSpace = true
	for {
		rec, err := in.Read()
		switch {
		case err == io.EOF && limited.N <= 0, len(t.rows) > MaxTableRows:
			return nil, bad("", name, "is too large: at most %d MB and %d rows", MaxTableBytes>>20, MaxTableRows)
		case err == io.EOF && t.Header == nil:
			return nil, bad("", name, "is empty; its first line names the columns")
		case err == io.EOF:
			return t, nil
		case err != nil:
			return nil, csvError(name, err)
		}
		line, _ := in.FieldPos(0)
		if t.Header == nil {
			if err := t.head(rec); err != nil {
				return nil, err
			}
			continue
		}
		if len(rec) != len(t.Header) {
			return nil, bad("", at(name, line), "has %d cells under %d columns", len(rec), len(t.Header))
		}
		t.rows, t.lines = append(t.rows, rec), append(t.lines, line)
	}
}

func csvError(name string, err error) error {
	var p *csv.ParseError
	if errors.As(err, &p) {
		return bad("", at(name, p.Line), "is no CSV: %v", p.Err)
	}
	return bad("", name, "cannot be read: %v", err)
}

func at(name string, line int) string { return fmt.Sprintf("%s line %d", name, line) }

func (t *Table) head(rec []string) error {
	rec[0] = strings.TrimPrefix(rec[0], "\ufeff")
	for i, h := range rec {
		h = strings.TrimSpace(h)
		if _, twice := t.cols[h]; twice {
			return bad("column "+strconv.Quote(h), t.Name, "is there twice")
		}
		rec[i], t.cols[h] = h, i
	}
	t.Header = rec
	return nil
}

// Len is the number of rows.
func (t *Table) Len() int { return len(t.rows) }

// Has reports whether there is a column.
func (t *Table) Has(col string) bool { _, ok := t.cols[col]; return ok }

// Need refuses a table without one of the columns.
func (t *Table) Need(cols ...string) error {
	for _, c := range cols {
		if !t.Has(c) {
			return bad("column "+strconv.Quote(c), t.Name, "is missing; it has %s", strings.Join(t.Header, ", "))
		}
	}
	return nil
}

// Text is a cell without the space around it, "" where the column is missing.
func (t *Table) Text(row int, col string) string {
	c, ok := t.cols[col]
	if !ok {
		return ""
	}
	return strings.TrimSpace(t.rows[row][c])
}

// Fault is an error about a cell.
func (t *Table) Fault(row int, col, format string, args ...any) error {
	return bad(col, at(t.Name, t.lines[row]), format, args...)
}

// At is where a row stands, for errors.
func (t *Table) At(row int) string { return at(t.Name, t.lines[row]) }

var notKnown = map[string]bool{"": true, "nd": true, "na": true, "n/a": true, "null": true, "unknown": true, "not reported": true}

// Amount is a number, or not known. A column that is missing is not known.
func (t *Table) Amount(row int, col string) (Amount, error) {
	text := t.Text(row, col)
	if notKnown[strings.ToLower(text)] {
		return Amount{}, nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !finite(v) {
		return Amount{}, t.Fault(row, col, "is %q; it must be a number such as 1234.5, or empty where it is not known", text)
	}
	return Of(v), nil
}

// Number is a number that has to be known.
func (t *Table) Number(row int, col string) (float64, error) {
	a, err := t.Amount(row, col)
	if err == nil && !a.Known {
		err = t.Fault(row, col, "is not known; this method needs it: give it, or leave the row out")
	}
	return a.Value, err
}

// Truth reads yes and no in the ways that spreadsheets and R write them.
func (t *Table) Truth(row int, col string) (bool, error) {
	switch strings.ToLower(t.Text(row, col)) {
	case "true", "yes", "y", "1":
		return true, nil
	case "false", "no", "n", "0":
		return false, nil
	}
	return false, t.Fault(row, col, "is %q; write TRUE or FALSE, yes or no, 1 or 0", t.Text(row, col))
}

// Groups are the rows that have the same text in a column, in the order of the
// file. A column "" is one group of everything.
func (t *Table) Groups(col string) (names []string, rows map[string][]int) {
	rows = map[string][]int{}
	for i := range t.rows {
		name := t.Text(i, col)
		if rows[name] == nil {
			names = append(names, name)
		}
		rows[name] = append(rows[name], i)
	}
	return names, rows
}

// Matrix makes a matrix of rows that name two places and a number. With places nil
// they are those that are named, in the order of the file; otherwise a place that
// is not among them is an error, as is a pair that is listed twice.
func (t *Table) Matrix(rows []int, places []string, from, to, value string) (*Matrix, error) {
	if err := t.Need(from, to, value); err != nil {
		return nil, err
	}
	if places == nil {
		seen := map[string]bool{}
		for _, r := range rows {
			for _, col := range []string{from, to} {
				if p := t.Text(r, col); !seen[p] {
					seen[p] = true
					places = append(places, p)
				}
			}
		}
		if len(places) > MaxPlaces {
			return nil, bad("places", t.Name, "are %d; at most %d", len(places), MaxPlaces)
		}
	}
	m, err := NewMatrix(places)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		if err := t.pair(m, r, from, to, value); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (t *Table) pair(m *Matrix, r int, from, to, value string) error {
	i, j, err := m.Pair(t.Text(r, from), t.Text(r, to))
	if err != nil {
		e := err.(*Error)
		return t.Fault(r, e.Param, "is %q, which %s", e.At, e.Why)
	}
	a, err := t.Amount(r, value)
	switch {
	case err != nil:
		return err
	case i == j: // people who stay are no travel
		return nil
	case m.Listed(i, j):
		return t.Fault(r, value, "lists %s to %s a second time; keep one row a pair", t.Text(r, from), t.Text(r, to))
	case !a.Known:
		m.SetUnknown(i, j)
		return nil
	case a.Value < 0:
		return t.Fault(r, value, "is %v; a flow or a distance cannot be negative", a.Value)
	}
	return m.Set(i, j, a.Value)
}

// Square makes a matrix of a table whose first column and whose other columns name
// the same places: cell (i, j) is from the place of the row to that of the column.
// The order of the rows may differ from that of the columns.
func (t *Table) Square() (*Matrix, error) {
	if len(t.Header) < 2 || t.Len() != len(t.Header)-1 {
		return nil, bad("", t.Name, "has %d rows and %d columns of numbers; a matrix must be square, or a list with the columns from, to and a number", t.Len(), len(t.Header)-1)
	}
	m, err := NewMatrix(t.Header[1:])
	if err != nil {
		return nil, err
	}
	seen := make([]bool, m.Len())
	for r := range t.rows {
		name := strings.TrimSpace(t.rows[r][0])
		i, ok := m.Index(name)
		if !ok || seen[i] {
			return nil, t.Fault(r, t.Header[0], "is %q, which is not one of the columns once; rows and columns must name the same places", name)
		}
		seen[i] = true
		for j, to := range m.places {
			a, err := t.Amount(r, to)
			switch {
			case err != nil:
				return nil, err
			case !a.Known:
				m.SetUnknown(i, j)
			case a.Value < 0 || math.IsInf(a.Value, 0):
				return nil, t.Fault(r, to, "is %v; a flow or a distance cannot be negative", a.Value)
			default:
				_ = m.Set(i, j, a.Value) // checked just now
			}
		}
	}
	return m, nil
}

// Reorder is the matrix over other places in another order, all of which it must have.
func (m *Matrix) Reorder(places []string) (*Matrix, error) {
	if slices.Equal(places, m.places) {
		return m, nil
	}
	out, err := NewMatrix(places)
	if err != nil {
		return nil, err
	}
	old := make([]int, len(places))
	for i, p := range places {
		j, ok := m.index[p]
		if !ok {
			return nil, bad("place", p, "is not in the matrix; correct its name or add its row and column")
		}
		old[i] = j
	}
	for i := range places {
		for j := range places {
			k := old[i]*len(m.places) + old[j]
			out.value[i*len(places)+j], out.state[i*len(places)+j] = m.value[k], m.state[k]
		}
	}
	return out, nil
}
