package epicmd

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/godwit-health/godwit/engine/epi"
	"github.com/godwit-health/godwit/engine/value"
)

// writer writes rows of named columns, as CSV or as a JSON array.
type writer struct {
	columns []string
	csv     *csv.Writer
	out     io.Writer
	rows    int
	err     error
}

func (o output) writer(w io.Writer, columns ...string) *writer {
	out := &writer{columns: columns, out: w}
	if o.JSON {
		return out
	}
	out.csv = csv.NewWriter(w)
	out.err = out.csv.Write(columns)
	return out
}

// row writes one row; there is a cell for each column.
func (w *writer) row(cells ...any) {
	if w.err != nil {
		return
	}
	if len(cells) != len(w.columns) {
		panic(fmt.Sprintf("epicmd: %d cells for %d columns", len(cells), len(w.columns)))
	}
	w.rows++
	if w.csv == nil {
		w.err = w.object(cells)
		return
	}
	text := make([]string, len(cells))
	for i, c := range cells {
		text[i] = cellText(c)
	}
	w.err = w.csv.Write(text)
}

// object writes a row as JSON, its columns in their order.
func (w *writer) object(cells []any) error {
	open := ",\n{"
	if w.rows == 1 {
		open = "[\n{"
	}
	b := []byte(open)
	for i, c := range cells {
		if i > 0 {
			b = append(b, ',')
		}
		name, _ := json.Marshal(w.columns[i])
		v, err := json.Marshal(jsonCell(c))
		if err != nil {
			return err
		}
		b = append(append(append(b, name...), ':'), v...)
	}
	_, err := w.out.Write(append(b, '}'))
	return err
}

// close ends the answer.
func (w *writer) close() error {
	if w.err != nil {
		return w.err
	}
	if w.csv != nil {
		w.csv.Flush()
		return w.csv.Error()
	}
	end := "\n]\n"
	if w.rows == 0 {
		end = "[]\n"
	}
	_, err := io.WriteString(w.out, end)
	return err
}

func exists(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// moment is a t as it was written; in JSON a number where it is one.
type moment string

func cellText(c any) string {
	switch v := c.(type) {
	case float64:
		if !exists(v) {
			return ""
		}
		return strconv.FormatFloat(v, 'g', -1, 64)
	case value.Truth:
		switch v {
		case value.Yes:
			return "1"
		case value.No:
			return "0"
		}
		return ""
	case epi.State:
		return v.String()
	}
	return fmt.Sprint(c)
}

func jsonCell(c any) any {
	switch v := c.(type) {
	case float64:
		if !exists(v) {
			return nil
		}
	case moment:
		if n, err := strconv.Atoi(string(v)); err == nil {
			return n
		}
	case value.Truth:
		if !v.Known() {
			return nil
		}
		return v == value.Yes
	}
	return c
}
