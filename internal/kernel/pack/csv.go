package pack

import (
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
)

// sheet is a CSV file with a fixed header, read row by row.
type sheet struct {
	file string
	rows []sheetRow
}

type sheetRow struct {
	line  int
	cells map[string]string
}

// readSheet reads a CSV whose first line must be exactly the given columns (in
// any order; trailing empty cells of a spreadsheet are ignored). Each problem
// names the row and the column; rows that cannot be read are left out.
func readSheet(file, text string, columns []string, ps *Problems) sheet {
	s := sheet{file: file}
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	head, err := r.Read()
	if err != nil {
		ps.add(file, 1, "", "has no header line; want %s", strings.Join(columns, ","))
		return s
	}
	index, ok := headerIndex(file, head, columns, ps)
	if !ok {
		return s
	}
	for {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			return s
		}
		if err != nil {
			var pe *csv.ParseError
			if errors.As(err, &pe) {
				ps.add(file, pe.StartLine, "", "%v", pe.Err)
			} else {
				ps.add(file, 0, "", "%v", err)
			}
			return s
		}
		line, _ := r.FieldPos(0)
		if blank(rec) {
			continue
		}
		if len(s.rows) >= maxRows {
			ps.add(file, line, "", "has more than %d rows", maxRows)
			return s
		}
		if row, ok := sheetCells(file, line, rec, head, index, ps); ok {
			s.rows = append(s.rows, row)
		}
	}
}

func headerIndex(file string, head, columns []string, ps *Problems) (map[string]int, bool) {
	if len(head) == 1 && strings.Contains(head[0], ";") {
		ps.add(file, 1, "", "cells are parted by semicolons; save it with commas")
		return nil, false
	}
	known := map[string]bool{}
	for _, c := range columns {
		known[c] = true
	}
	index, ok := map[string]int{}, true
	for i, h := range head {
		h = strings.TrimSpace(h)
		head[i] = h
		if h == "" {
			continue
		}
		if !known[h] {
			ps.add(file, 1, h, "is not a column here; want %s", strings.Join(columns, ","))
			ok = false
			continue
		}
		if _, dup := index[h]; dup {
			ps.add(file, 1, h, "is there twice")
			ok = false
		}
		index[h] = i
	}
	for _, c := range columns {
		if _, there := index[c]; !there {
			ps.add(file, 1, c, "column is missing")
			ok = false
		}
	}
	return index, ok
}

func sheetCells(file string, line int, rec, head []string, index map[string]int, ps *Problems) (sheetRow, bool) {
	row := sheetRow{line: line, cells: make(map[string]string, len(index))}
	for i, cell := range rec {
		if i >= len(head) || head[i] == "" {
			if strings.TrimSpace(cell) != "" {
				ps.add(file, line, "", "cell %d has no column", i+1)
				return row, false
			}
			continue
		}
		if len(cell) > maxCell {
			ps.add(file, line, head[i], "is longer than %d characters", maxCell)
			return row, false
		}
		row.cells[head[i]] = strings.TrimSpace(cell)
	}
	return row, true
}

func blank(rec []string) bool {
	for _, c := range rec {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

// window reads the from and to cells: inclusive days, empty is open.
func (r sheetRow) window(file string, ps *Problems) (from, to calendar.Date, ok bool) {
	ok = true
	read := func(col string) calendar.Date {
		d, err := calendar.Parse(r.cells[col])
		if err == nil && !d.IsZero() && d.Precision() != calendar.ToDay {
			ps.add(file, r.line, col, "%q is not a full day (want 2026-11-22)", r.cells[col])
			ok = false
		} else if err != nil {
			ps.add(file, r.line, col, "%q is not a day (want 2026-11-22)", r.cells[col])
			ok = false
		}
		return d
	}
	from, to = read("from"), read("to")
	if f, a := from.Exact(); a && ok {
		if t, b := to.Exact(); b && t < f {
			ps.add(file, r.line, "to", "%s is before from %s", t, f)
			ok = false
		}
	}
	return from, to, ok
}

// inForce reports whether a day lies in an inclusive window with open ends.
func inForce(from, to calendar.Date, on calendar.Day) bool {
	if f, ok := from.Exact(); ok && on < f {
		return false
	}
	if t, ok := to.Exact(); ok && on > t {
		return false
	}
	return true
}
