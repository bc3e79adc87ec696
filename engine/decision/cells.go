package decision

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
)

// CellDialect writes a cell's tests in another notation: package dmn exports
// cells as FEEL with it.
type CellDialect interface {
	Literal(t string, typ string) (string, error) // a value of a fact of that type
	Range(lo, hi *CellBound) (string, error)      // nil: open end
	List(id string) (string, error)               // in list("id")
	State(state string) (string, error)           // known, unknown, refused
	Not(inner string) string
}

// CellBound is an end of a range.
type CellBound struct {
	Text  string // as written: a number, or a day
	Day   bool
	Param string // param("id") in place of a number
	Open  bool   // the end itself is excluded
}

// TranslateCell writes a cell in another notation. typ is the fact's type, bool
// for an outcome of another table.
func TranslateCell(text, typ string, d CellDialect) (string, error) {
	c, err := parseCell(text)
	if err != nil {
		return "", err
	}
	if c.any {
		return "-", nil
	}
	parts := make([]string, len(c.tests))
	for i, t := range c.tests {
		switch t.kind {
		case testList:
			parts[i], err = d.List(t.text)
		case testState:
			parts[i], err = d.State(t.text)
		case testRange:
			parts[i], err = d.Range(t.lo.export(), t.hi.export())
		default:
			parts[i], err = d.Literal(t.text, typ)
		}
		if err != nil {
			return "", err
		}
	}
	out := strings.Join(parts, ",")
	if c.not {
		return d.Not(out), nil
	}
	return out, nil
}

func (b bound) export() *CellBound {
	if !b.set {
		return nil
	}
	return &CellBound{Text: b.text, Day: b.date, Param: b.param, Open: b.open}
}

// ParamOn returns a parameter's value on a day.
func (s Source) ParamOn(id string, on calendar.Day) (float64, error) {
	for _, p := range s.Params {
		if p.ID != id {
			continue
		}
		for _, v := range p.Values {
			if inForce(v.From, v.To, on) {
				return v.Value, nil
			}
		}
		return 0, fmt.Errorf("the parameter %s has no value on %s", id, on)
	}
	return 0, fmt.Errorf("there is no parameter %s", id)
}

// ListOn returns the codes of a list on a day, in the list's order.
func (s Source) ListOn(id string, on calendar.Day) ([]string, error) {
	for _, l := range s.Lists {
		if l.ID != id {
			continue
		}
		var codes []string
		for _, e := range l.Entries {
			if inForce(e.From, e.To, on) {
				codes = append(codes, e.Code)
			}
		}
		return codes, nil
	}
	return nil, fmt.Errorf("there is no list %s", id)
}

// RowsOn returns the rows of a table in force on a day.
func (t *Table) RowsOn(on calendar.Day) []Row {
	var rows []Row
	for _, r := range t.Rows {
		if inForce(r.From, r.To, on) {
			rows = append(rows, r)
		}
	}
	return rows
}

// FormatNumber prints a number as cells write it.
func FormatNumber(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
