package match

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits of a table, so that a wrong file cannot take the memory.
const (
	maxTableBytes = 2 << 30
	maxTableRows  = 5_000_000
	maxColumns    = 200
	maxCell       = 64 << 10
)

// Table is a file of records: named columns, and rows of cells without the blanks
// around them.
type Table struct {
	Columns []string
	Rows    [][]string
	Lines   []int // of each row in its file, from 1
}

// TableError is what is wrong with a table: the line and what to do about it, and no
// cell of it, because cells are about persons.
type TableError struct {
	Line    int // from 1; 0 for the table as a whole
	Problem string
}

// Error names the line.
func (e *TableError) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("line %d: %s", e.Line, e.Problem)
	}
	return e.Problem
}

func tableError(line int, format string, args ...any) error {
	return &TableError{Line: line, Problem: fmt.Sprintf(format, args...)}
}

// ReadTable reads a CSV in UTF-8 whose first line names the columns. Commas, or where
// the first line has none, semicolons or tabs part the cells. Every row has as many
// cells as the header. Blanks around headers and cells are dropped; rows without any
// text are passed over.
func ReadTable(r io.Reader) (*Table, error) {
	counted := &limitedReader{r: r, left: maxTableBytes}
	in := bufio.NewReaderSize(counted, 64<<10)
	comma, err := separator(in)
	if err != nil {
		return nil, err
	}
	rows := csv.NewReader(in)
	rows.Comma, rows.FieldsPerRecord, rows.TrimLeadingSpace, rows.ReuseRecord = comma, -1, comma != '\t', true
	header, err := rows.Read()
	if errors.Is(err, io.EOF) {
		return nil, tableError(0, "the file is empty; its first line names the columns")
	}
	if err != nil {
		return nil, csvError(err)
	}
	t := &Table{}
	if t.Columns, err = columnNames(header); err != nil {
		return nil, err
	}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, csvError(err)
		}
		line, _ := rows.FieldPos(0)
		if err := t.add(line, row); err != nil {
			return nil, err
		}
	}
	switch {
	case counted.left <= 0:
		return nil, tableError(0, "the file is larger than %d MiB; cut it", maxTableBytes>>20)
	case len(t.Rows) == 0:
		return nil, tableError(0, "the file has a header and no rows")
	}
	return t, nil
}

// separator passes over a byte order mark and looks at the first line.
func separator(in *bufio.Reader) (rune, error) {
	head, err := in.Peek(3)
	if len(head) == 0 {
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
		return ',', nil
	}
	if len(head) >= 2 && (head[0] == 0xff && head[1] == 0xfe || head[0] == 0xfe && head[1] == 0xff) {
		return 0, tableError(1, "the file is in UTF-16; save it as CSV UTF-8")
	}
	if len(head) >= 2 && head[0] == 'P' && head[1] == 'K' {
		return 0, tableError(1, "the file is a workbook or an archive; save it as CSV UTF-8")
	}
	if string(head) == "\ufeff" {
		_, _ = in.Discard(3)
	}
	line, _ := in.Peek(in.Size())
	first, _, _ := strings.Cut(strings.TrimLeft(string(line), "\r\n"), "\n")
	for _, c := range ",;\t" {
		if strings.ContainsRune(first, c) {
			return c, nil
		}
	}
	return ',', nil
}

func columnNames(header []string) ([]string, error) {
	if len(header) > maxColumns {
		return nil, tableError(1, "has %d columns, more than %d", len(header), maxColumns)
	}
	var names []string
	for i, h := range header {
		if err := sound(1, i, h); err != nil {
			return nil, err
		}
		h = strings.TrimSpace(h)
		switch {
		case h == "":
			h = fmt.Sprintf("column %d", i+1)
		case slices.Contains(names, h):
			return nil, tableError(1, "two columns are called %q", h)
		}
		names = append(names, h)
	}
	return names, nil
}

func (t *Table) add(line int, row []string) error {
	if len(row) == 1 && strings.TrimSpace(row[0]) == "" && len(t.Columns) > 1 {
		return nil
	}
	if len(row) != len(t.Columns) {
		return tableError(line, "has %d cells where the header has %d; a cell with a comma needs quotes", len(row), len(t.Columns))
	}
	if len(t.Rows) >= maxTableRows {
		return tableError(line, "more than %d rows; cut the file", maxTableRows)
	}
	cells := make([]string, len(row))
	empty := true
	for i, c := range row {
		if err := sound(line, i, c); err != nil {
			return err
		}
		cells[i] = strings.Clone(strings.TrimSpace(c))
		empty = empty && cells[i] == ""
	}
	if empty {
		return nil
	}
	t.Rows, t.Lines = append(t.Rows, cells), append(t.Lines, line)
	return nil
}

// sound refuses a cell that no reader of names could have written.
func sound(line, i int, cell string) error {
	switch {
	case len(cell) > maxCell:
		return tableError(line, "cell %d has more than %d KiB; a quote may not be closed", i+1, maxCell>>10)
	case !utf8.ValidString(cell):
		return tableError(line, "cell %d is not UTF-8; save the file as CSV UTF-8", i+1)
	case strings.IndexByte(cell, 0) >= 0:
		return tableError(line, "cell %d holds a zero byte; the file is no CSV in UTF-8", i+1)
	}
	return nil
}

func csvError(err error) error {
	var pe *csv.ParseError
	if errors.As(err, &pe) {
		return tableError(pe.Line, "column %d: %v", pe.Column, pe.Err)
	}
	return err
}

// limitedReader ends early, and says so by left.
type limitedReader struct {
	r    io.Reader
	left int
}

func (l *limitedReader) Read(b []byte) (int, error) {
	if l.left <= 0 {
		return 0, io.EOF
	}
	n, err := l.r.Read(b)
	l.left -= n
	return n, err
}

// Column is the place of a column by its name, -1 without one. Case counts only
// where two differ by it.
func (t *Table) Column(name string) int {
	name = strings.TrimSpace(name)
	if i := slices.Index(t.Columns, name); i >= 0 {
		return i
	}
	return slices.IndexFunc(t.Columns, func(c string) bool { return strings.EqualFold(c, name) })
}
