package pack

import "strings"

// Hazard is one line of hazards.csv: what could go wrong, by what, what guards
// against it, in which rows the guard is, and which cases show that it holds.
type Hazard struct {
	ID     string
	Hazard string
	Cause  string
	Guard  string
	Rows   []string // row ids
	Tests  []string // case ids
	Line   int
}

const hazardsFile = "hazards.csv"

var hazardColumns = []string{"id", "hazard", "cause", "guard", "rows", "test"}

func parseHazards(text string, ps *Problems) []Hazard {
	var hs []Hazard
	seen := map[string]bool{}
	for _, row := range readSheet(hazardsFile, text, hazardColumns, ps).rows {
		h := Hazard{ID: row.cells["id"], Hazard: row.cells["hazard"], Cause: row.cells["cause"], Guard: row.cells["guard"],
			Rows: words(row.cells["rows"]), Tests: words(row.cells["test"]), Line: row.line}
		for _, col := range []string{"id", "hazard", "cause", "guard"} {
			if row.cells[col] == "" {
				ps.add(hazardsFile, row.line, col, "is empty")
			}
		}
		once(seen, h.ID, func() { ps.add(hazardsFile, row.line, "id", "%s is there twice", h.ID) })
		hs = append(hs, h)
	}
	return hs
}

// words parts a cell of ids at blanks, commas and semicolons.
func words(cell string) []string {
	return strings.FieldsFunc(cell, func(r rune) bool { return r == ' ' || r == ',' || r == ';' || r == '\n' || r == '\t' })
}
