package stock

import (
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// Limits of a list that is brought in.
const (
	maxImport = 1 << 20
	maxRows   = 5000
)

// The columns of a list; code, name, sort and unit must be there.
var columns = []string{"code", "name", "sort", "atc", "strength", "unit", "content", "min", "max"}

// Row is a line of a list that can be read.
type Row struct {
	Line  int
	Item  Item
	Level Level
}

// RowFault is what is wrong with a line.
type RowFault struct {
	Line   int
	Column string
	Key    string
	Args   map[string]any
}

// ParseList reads a list of items: a header of column names, then a line an item. What is
// wrong is told by line, and keeps no other line from being read. A list that cannot be read
// at all is one fault of line 1.
func ParseList(text string) (rows []Row, faults []RowFault) {
	if len(text) > maxImport {
		return nil, []RowFault{{Line: 1, Key: "stock.error.too_large"}}
	}
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	r.FieldsPerRecord = -1
	head, err := r.Read()
	if err != nil {
		return nil, []RowFault{{Line: 1, Key: "stock.error.no_header"}}
	}
	if len(head) == 1 && strings.Contains(head[0], ";") {
		return nil, []RowFault{{Line: 1, Key: "stock.error.semicolons"}}
	}
	index, faults := headOf(head)
	if len(faults) > 0 {
		return nil, faults
	}
	seen := map[string]int{}
	for {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, faults
		}
		if err != nil {
			line := 0
			var pe *csv.ParseError
			if errors.As(err, &pe) {
				line = pe.StartLine
			}
			return rows, append(faults, RowFault{Line: line, Key: "stock.error.quotes"})
		}
		line, _ := r.FieldPos(0)
		if strings.TrimSpace(strings.Join(rec, "")) == "" {
			continue
		}
		if len(rows)+len(faults) >= maxRows {
			return rows, append(faults, RowFault{Line: line, Key: "stock.error.too_many", Args: map[string]any{"count": maxRows}})
		}
		row, wrong := rowOf(line, rec, index)
		if at, twice := seen[strings.ToUpper(row.Item.Code)]; len(wrong) == 0 && twice {
			wrong = append(wrong, RowFault{Line: line, Column: "code", Key: "stock.error.twice", Args: map[string]any{"line": at}})
		}
		if len(wrong) > 0 {
			faults = append(faults, wrong...)
			continue
		}
		seen[strings.ToUpper(row.Item.Code)] = line
		rows = append(rows, row)
	}
}

func headOf(head []string) (index map[string]int, faults []RowFault) {
	index = map[string]int{}
	for i, h := range head {
		h = strings.ToLower(strings.TrimSpace(h))
		switch _, twice := index[h]; {
		case h == "":
		case twice:
			faults = append(faults, RowFault{Line: 1, Column: h, Key: "stock.error.column_twice"})
		default:
			index[h] = i
		}
	}
	known := map[string]bool{}
	for i, c := range columns {
		known[c] = true
		if _, there := index[c]; !there && (i < 3 || c == "unit") {
			faults = append(faults, RowFault{Line: 1, Column: c, Key: "stock.error.column_missing"})
		}
	}
	for _, h := range head {
		if h = strings.ToLower(strings.TrimSpace(h)); h != "" && !known[h] {
			faults = append(faults, RowFault{Line: 1, Column: h, Key: "stock.error.column_unknown"})
		}
	}
	return index, faults
}

func rowOf(line int, rec []string, index map[string]int) (Row, []RowFault) {
	var faults []RowFault
	cell := func(c string) string {
		if i, ok := index[c]; ok && i < len(rec) {
			return strings.TrimSpace(rec[i])
		}
		return ""
	}
	amount := func(c string) int64 {
		typed := page.Digits(cell(c))
		if typed == "" {
			return 0
		}
		n, err := strconv.ParseInt(typed, 10, 64)
		if err != nil || n < 0 {
			faults = append(faults, RowFault{Line: line, Column: c, Key: "stock.error.number"})
		}
		return n
	}
	row := Row{Line: line, Item: Item{Code: cell("code"), Name: cell("name"), Sort: Sort(strings.ToLower(cell("sort"))), ATC: cell("atc"), Strength: cell("strength"), Unit: Unit(strings.ToLower(cell("unit"))), Content: amount("content")}.clean(),
		Level: Level{Min: amount("min"), Max: amount("max")}}
	if len(faults) > 0 {
		return row, faults
	}
	for _, err := range append(row.Item.Valid(), row.Level.Valid()...) {
		faults = append(faults, RowFault{Line: line, Column: fault.FieldOf(err), Key: fault.KeyOf(err), Args: fault.ArgsOf(err)})
	}
	return row, faults
}
