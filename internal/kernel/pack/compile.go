package pack

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
)

// Table is a decision table with the file it came from.
type Table struct {
	*decision.Table
	File string
}

func (p *Pack) parseTables(ps *Problems) {
	names, rows := map[string]string{}, map[string]string{}
	for _, f := range p.Files.in("tables", ".csv") {
		t, err := decision.ParseTable(strings.TrimSuffix(strings.TrimPrefix(f, "tables/"), ".csv"), strings.NewReader(p.Files[f]))
		if err != nil {
			addTableErrors(ps, f, err)
			continue
		}
		if other, dup := names[t.Name]; dup {
			ps.add(f, 1, "", "table %s is already in %s", t.Name, other)
		}
		names[t.Name] = f
		for _, r := range t.Rows {
			if other, dup := rows[r.ID]; dup {
				ps.add(f, r.Line, "id", "row %s is already in %s", r.ID, other)
			}
			rows[r.ID] = f
			if !validCertainty(Certainty(r.Certainty)) {
				ps.add(f, r.Line, "certainty", "%q is not O, S or R", r.Certainty)
			}
		}
		p.Tables = append(p.Tables, Table{t, f})
	}
}

// The line and column that the reader of tables names in its errors.
var (
	placeLine   = regexp.MustCompile(`, line (\d+)`)
	placeColumn = regexp.MustCompile(`, column ([^:]+)`)
	placeText   = regexp.MustCompile(`^decision table [^:]*: (.*)$`)
)

func addTableErrors(ps *Problems, file string, err error) {
	for _, line := range strings.Split(err.Error(), "\n") {
		n := 0
		if m := placeLine.FindStringSubmatch(line); m != nil {
			n, _ = strconv.Atoi(m[1]) // digits by the expression
		}
		col := ""
		if m := placeColumn.FindStringSubmatch(line); m != nil {
			col = m[1]
		}
		if m := placeText.FindStringSubmatch(line); m != nil { // the place is told by the problem itself
			line = m[1]
		}
		ps.add(file, n, col, "%s", line)
	}
}

// compile makes the protocol, or adds what stands against it.
func (p *Pack) compile(ps *Problems) {
	proto, err := decision.Compile(p.source())
	if err == nil {
		p.Protocol = proto
		return
	}
	var ce *decision.CompileError
	if !errors.As(err, &ce) {
		ps.add(manifestFile, 0, "", "%v", err)
		return
	}
	for _, f := range ce.Findings {
		file, line := p.place(f)
		ps.add(file, line, f.Column, "%s (%s)", f.Message, f.Rule)
	}
}

// headerLine is where a table names its columns.
const headerLine = 2

// place is the file and line of a finding of the engine, which knows tables by
// name only.
func (p *Pack) place(f decision.Finding) (file string, line int) {
	for _, t := range p.Tables {
		if t.Name != f.Table {
			continue
		}
		if f.Line > 0 {
			return t.File, f.Line
		}
		for _, r := range t.Rows {
			if r.ID == f.Row {
				return t.File, r.Line
			}
		}
		if slices.Contains(t.Inputs, f.Column) {
			return t.File, headerLine
		}
		return t.File, 0
	}
	return manifestFile, 0
}

// source is the pack as the decision engine reads it.
func (p *Pack) source() decision.Source {
	s := decision.Source{ID: p.ID, Version: p.Version, DateBasis: p.DateBasis}
	for _, f := range p.Facts {
		age := 0
		switch {
		case f.LongestAge == nil:
		case *f.LongestAge == 0:
			age = decision.SameDay
		default:
			age = *f.LongestAge
		}
		s.Facts = append(s.Facts, decision.FactDef{Name: f.Name, Type: f.Type, Values: f.Values, Unit: f.Unit, Min: f.Min, Max: f.Max,
			LongestAge: age, Sensitivity: f.Sensitivity, Derive: f.Derive})
	}
	for _, l := range p.Lists {
		d := decision.ListDef{ID: l.ID}
		for _, m := range l.Members {
			d.Entries = append(d.Entries, decision.ListEntry{Code: m.Code, From: dayPtr(m.From), To: dayPtr(m.To), Value: m.Value,
				Certainty: string(m.Certainty), Source: m.Source, Note: m.Note})
		}
		s.Lists = append(s.Lists, d)
	}
	at := map[string]int{}
	for _, q := range p.Params {
		i, ok := at[q.ID]
		if !ok {
			i = len(s.Params)
			at[q.ID] = i
			s.Params = append(s.Params, decision.ParamDef{ID: q.ID, Unit: q.Unit})
		}
		s.Params[i].Values = append(s.Params[i].Values, decision.ParamValue{Value: q.Value, From: dayPtr(q.From), To: dayPtr(q.To),
			Certainty: string(q.Certainty), Source: q.Source})
	}
	for _, t := range p.Tables {
		s.Tables = append(s.Tables, t.Table)
	}
	return s
}

func dayPtr(d calendar.Date) *calendar.Day {
	if day, ok := d.Exact(); ok {
		return &day
	}
	return nil
}

// RowByID returns a row and its table.
func (p *Pack) RowByID(id string) (Table, decision.Row, bool) {
	for _, t := range p.Tables {
		for _, r := range t.Rows {
			if r.ID == id {
				return t, r, true
			}
		}
	}
	return Table{}, decision.Row{}, false
}

// rules flattens the tables for the pack-level checks.
func (p *Pack) rules() []rule {
	var rs []rule
	for _, t := range p.Tables {
		for _, r := range t.Rows {
			q := rule{table: t.Name, id: r.ID, file: t.File, line: r.Line, certainty: Certainty(r.Certainty), source: r.Source}
			for i, cell := range r.Cells {
				if cell != "-" && i < len(t.Inputs) {
					q.facts = append(q.facts, t.Inputs[i])
					for _, m := range listCell.FindAllStringSubmatch(cell, -1) {
						q.lists = append(q.lists, m[1])
					}
				}
			}
			for i, out := range r.Out {
				switch t.Outputs[i] {
				case "outcome":
					q.kind = out
				case "code":
					q.codes = strings.Fields(out)
				case "level":
					q.level = out
				case "anchor":
					if out != "" {
						q.facts = append(q.facts, out)
					}
				}
			}
			rs = append(rs, q)
		}
	}
	return rs
}

// listCell finds the lists a cell reads, whichever quotes the spreadsheet made.
var listCell = regexp.MustCompile(`list\(\s*["“”]([^"“”]+)["“”]\s*\)`)
