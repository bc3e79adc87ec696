package decision

import (
	"fmt"
	"iter"
	"math"
	"strconv"

	"github.com/godwit-health/godwit/engine/calendar"
)

// Mutant is a source with one small mistake put in. A pack's worked cases should
// notice it.
type Mutant struct {
	Table, Row  string
	Description string
	Source      Source
}

// Mutants yields every source that differs by one dropped row, or by one bound
// (a number or day in a cell, the first or last day of a row) moved by one.
// Mutants that are no longer a legal table are left out.
func Mutants(src Source) iter.Seq[Mutant] {
	return func(yield func(Mutant) bool) {
		for ti, t := range src.Tables {
			for ri := range t.Rows {
				if !mutateRow(src, ti, ri, yield) {
					return
				}
			}
		}
	}
}

func mutateRow(src Source, ti, ri int, yield func(Mutant) bool) bool {
	t := src.Tables[ti]
	row := t.Rows[ri]
	emit := func(t2 *Table, what string) bool {
		m := Mutant{Table: t.Name, Row: row.ID, Description: what, Source: src}
		m.Source.Tables = append([]*Table(nil), src.Tables...)
		m.Source.Tables[ti] = t2
		return yield(m)
	}
	dropped := *t
	dropped.Rows = append(append([]Row(nil), t.Rows[:ri]...), t.Rows[ri+1:]...)
	if !emit(&dropped, "row dropped") {
		return false
	}
	with := func(change func(*Row)) *Table {
		t2 := *t
		t2.Rows = append([]Row(nil), t.Rows...)
		change(&t2.Rows[ri])
		return &t2
	}
	for _, step := range []int{-1, 1} {
		for ci, text := range row.Cells {
			if !numericColumn(src, t.Inputs[ci]) {
				continue
			}
			for _, moved := range movedBounds(text, float64(step)) {
				t2 := with(func(r *Row) {
					r.Cells = append([]string(nil), r.Cells...)
					r.Cells[ci] = moved
				})
				if !emit(t2, fmt.Sprintf("%s: %s for %s", t.Inputs[ci], moved, text)) {
					return false
				}
			}
		}
		d := calendar.Day(step)
		if row.From != nil && (row.To == nil || *row.From+d <= *row.To) {
			day := *row.From + d
			if !emit(with(func(r *Row) { r.From = &day }), fmt.Sprintf("from %s for %s", day, *row.From)) {
				return false
			}
		}
		if row.To != nil && (row.From == nil || *row.From <= *row.To+d) {
			day := *row.To + d
			if !emit(with(func(r *Row) { r.To = &day }), fmt.Sprintf("to %s for %s", day, *row.To)) {
				return false
			}
		}
	}
	return true
}

// numericColumn reports whether a column holds numbers or days; a code may look
// like a number.
func numericColumn(src Source, column string) bool {
	for _, f := range src.Facts {
		if f.Name == column {
			return factTypes[f.Type].numeric()
		}
	}
	return false
}

// movedBounds returns the texts of a cell with one of its numbers or days moved.
func movedBounds(text string, step float64) []string {
	c, err := parseCell(text)
	if err != nil || c.any {
		return nil
	}
	var out []string
	replace := func(pos, end int, with string) {
		moved := text[:pos] + with + text[end:]
		if _, err := parseCell(moved); err == nil {
			out = append(out, moved)
		}
	}
	for _, t := range c.tests {
		switch t.kind {
		case testRange:
			for _, b := range []bound{t.lo, t.hi} {
				if b.set && b.param == "" {
					replace(b.pos, b.end, movedNumber(b.num, step, b.date))
				}
			}
		case testLiteral:
			if t.quoted {
				continue
			}
			if d, err := calendar.ParseDay(t.text); err == nil {
				replace(t.pos, t.pos+len(t.text), movedNumber(float64(d), step, true))
			} else if f, err := strconv.ParseFloat(t.text, 64); err == nil && !math.IsInf(f, 0) && !math.IsNaN(f) {
				replace(t.pos, t.pos+len(t.text), movedNumber(f, step, false))
			}
		}
	}
	return out
}

func movedNumber(f, step float64, date bool) string {
	if date {
		return calendar.Day(f + step).String()
	}
	return strconv.FormatFloat(f+step, 'f', -1, 64)
}
