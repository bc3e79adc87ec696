package pack

import (
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
)

// List is a dated code list: countries, drugs, jurisdictions.
type List struct {
	ID       string // the file name without .csv
	Members  []Member
	Note     ListNote // from pack.yaml, zero when it has none
	hasValue bool
}

// Member is one row of a list. A code may stand in several rows whose dates do
// not overlap.
type Member struct {
	Code      string
	From, To  calendar.Date // inclusive; zero is open
	Value     string        // for lists of values, such as incidence by country
	Certainty Certainty
	Source    string
	Note      string
	Line      int
}

// Recalled reports whether any member rests on memory only.
func (l *List) Recalled() bool {
	for _, m := range l.Members {
		if m.Certainty == Recalled {
			return true
		}
	}
	return false
}

var listColumns = []string{"code", "from", "to", "value", "certainty", "source", "note"}

func parseList(file, text string, ps *Problems) *List {
	l := &List{ID: strings.TrimSuffix(file[strings.LastIndex(file, "/")+1:], ".csv")}
	type span struct {
		from, to calendar.Day
		line     int
	}
	seen := map[string][]span{}
	for _, row := range readSheet(file, text, listColumns, ps).rows {
		from, to, ok := row.window(file, ps)
		m := Member{Code: row.cells["code"], From: from, To: to, Value: row.cells["value"],
			Certainty: Certainty(row.cells["certainty"]), Source: row.cells["source"], Note: row.cells["note"], Line: row.line}
		if m.Code == "" {
			ps.add(file, row.line, "code", "is empty")
			ok = false
		}
		if !validCertainty(m.Certainty) {
			ps.add(file, row.line, "certainty", "%q is not O, S or R", m.Certainty)
			ok = false
		}
		if !ok {
			continue
		}
		s := span{firstDay, lastDay, row.line}
		if f, ok := from.Exact(); ok {
			s.from = f
		}
		if t, ok := to.Exact(); ok {
			s.to = t
		}
		for _, o := range seen[m.Code] {
			if s.from <= o.to && o.from <= s.to {
				ps.add(file, row.line, "code", "%s is already in force on these days by row %d", m.Code, o.line)
			}
		}
		seen[m.Code] = append(seen[m.Code], s)
		l.hasValue = l.hasValue || m.Value != ""
		l.Members = append(l.Members, m)
	}
	return l
}

// The days that stand for an open end.
const (
	firstDay calendar.Day = -1 << 30
	lastDay  calendar.Day = 1<<30 - 1
)
