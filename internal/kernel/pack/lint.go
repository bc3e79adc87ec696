package pack

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// Severity says whether a finding stops activation.
type Severity = decision.Severity

// An error stops activation; a warning is for the author to weigh.
const (
	Error   = decision.Error
	Warning = decision.Warning
)

// Finding is one thing the linter has to say, placed like a Problem.
type Finding struct {
	Severity Severity
	Rule     string // stable name of the check: gap, overlap, no-hazard, …
	File     string
	Row      int    // 0 when the whole file is meant
	Column   string // column name or key; may be empty
	Text     string
}

// String prints error: file:row: column: text (rule).
func (f Finding) String() string {
	return fmt.Sprintf("%s: %s (%s)", f.Severity, Problem{f.File, f.Row, f.Column, f.Text}.Error(), f.Rule)
}

// linter gathers findings over one pack on one day.
type linter struct {
	p        *Pack
	on       calendar.Day
	rules    []rule
	findings []Finding
}

// rule is a table row as the pack-level checks see it.
type rule struct {
	table, id, file string
	line            int
	kind            string
	codes           []string
	level           string // a subtype or degree, shown by a word of its own unless it is a number
	certainty       Certainty
	source          string
	facts, lists    []string // what its cells and anchors read
}

// Lint checks the pack as it stands on a day: the decision engine's own checks of
// its tables, then what only the whole pack can show. The order is stable.
func (p *Pack) Lint(on calendar.Day) []Finding {
	l := &linter{p: p, on: on, rules: p.ruleList}
	if p.Kind == Forms {
		l.forms()
		return l.findings
	}
	if p.Kind == Medicines {
		l.doses()
		return l.findings
	}
	l.tables()
	l.forms()
	l.words()
	l.services()
	l.encounters()
	l.programmes()
	l.sources()
	l.lists()
	l.hazards()
	l.facts()
	l.cases()
	sort.SliceStable(l.findings, func(i, j int) bool {
		a, b := l.findings[i], l.findings[j]
		if a.Severity != b.Severity {
			return a.Severity == Error
		}
		if a.File != b.File {
			return a.File < b.File
		}
		return a.Row < b.Row
	})
	return l.findings
}

// Errors counts the findings that stop activation.
func Errors(fs []Finding) int {
	n := 0
	for _, f := range fs {
		if f.Severity == Error {
			n++
		}
	}
	return n
}

func (l *linter) say(s Severity, ruleName, file string, row int, column, format string, args ...any) {
	l.findings = append(l.findings, Finding{s, ruleName, file, row, column, fmt.Sprintf(format, args...)})
}

// tables: what the decision engine finds in them: gaps, overlaps, rows that never
// count, units, lists that ran out, and treat, clear and waive rows without a
// hazard line or on recalled ground. What it says of unused facts and missing
// sources the pack-level checks say better.
func (l *linter) tables() {
	guarded := map[string]bool{}
	for _, h := range l.p.Hazards {
		for _, r := range h.Rows {
			guarded[r] = true
		}
	}
	o := decision.LintOptions{On: l.on, From: dayPtr(l.p.EffectiveFrom), To: dayPtr(l.p.EffectiveTo), HazardRows: guarded}
	for _, f := range decision.Lint(l.p.Protocol, o) {
		if f.Rule == "unused" || f.Rule == "source" {
			continue
		}
		file, line := l.p.place(f)
		l.say(f.Severity, f.Rule, file, line, f.Column, "%s", f.Message)
	}
}

// services: what is required must be something a station can do.
func (l *linter) services() {
	used := map[string]bool{}
	for _, r := range l.rules {
		if !serviceKinds[r.kind] {
			continue
		}
		for _, c := range r.codes {
			used[c] = true
			if _, ok := l.p.ServiceFor(c); !ok && (r.kind == "require" || r.kind == "offer") {
				l.say(Error, "unknown-service", r.file, r.line, "code", "%s %ss %s, which is not among the services in pack.yaml", r.id, r.kind, c)
			}
		}
	}
	for _, f := range l.p.Facts {
		for _, c := range strings.Fields(f.Service) {
			used[c] = true // a service of the destination, named for its result
		}
	}
	for _, s := range l.p.Services {
		key := "services." + s.Code
		if !slices.Contains(place.Stations, s.Station) {
			l.say(Error, "unknown-station", manifestFile, 0, key, "station %q is not one of %s", s.Station, strings.Join(place.Stations, ", "))
		}
		if _, ok := l.p.Forms[s.Form]; s.Form != "" && !ok {
			l.say(Error, "unknown-form", manifestFile, 0, key, "form %q is not in this pack", s.Form)
		}
		if s.Sensitivity == "" {
			l.say(Error, "no-sensitivity", manifestFile, 0, key, "has no sensitivity")
		}
		if !used[s.Code] {
			l.say(Warning, "unused-service", manifestFile, 0, key, "no row asks for it")
		}
	}
}

// sources: every rule, member and parameter cites a text of the pack.
func (l *linter) sources() {
	cited := map[string]bool{}
	check := func(cell, file string, line int, column string) {
		ids := SourceIDs(cell)
		if len(ids) == 0 {
			l.say(Error, "no-source", file, line, column, "cites no source")
		}
		for _, id := range ids {
			cited[id] = true
			if _, ok := l.p.SourceByID(id); !ok {
				l.say(Error, "unknown-source", file, line, column, "%q is not the id of a source in pack.yaml", id)
			}
		}
	}
	for _, r := range l.rules {
		check(r.source, r.file, r.line, "source")
	}
	for _, list := range l.p.Lists {
		for _, m := range list.Members {
			check(m.Source, "lists/"+list.ID+".csv", m.Line, "source")
		}
		if list.Note.Source != "" {
			check(list.Note.Source, manifestFile, 0, "lists."+list.ID)
		}
	}
	for _, s := range l.p.Schedules {
		for _, v := range s.Visits {
			check(v.Source, "schedules/"+s.ID+".csv", v.Line, "source")
		}
	}
	for _, x := range l.p.Indicators {
		check(x.Source, indicatorFile, x.Line, "source")
	}
	for _, p := range l.p.Params {
		check(p.Source, manifestFile, 0, "params."+p.ID)
	}
	for _, s := range l.p.Sources {
		if !cited[s.ID] {
			l.say(Warning, "unused-source", manifestFile, 0, "sources."+s.ID, "nothing cites it")
		}
	}
}

// lists: one that something reads must not be overdue at its source.
func (l *linter) lists() {
	readBy := map[string]string{}
	for _, r := range l.rules {
		for _, id := range r.lists {
			readBy[id] = r.id
		}
	}
	for _, f := range l.p.Facts {
		for _, list := range l.p.Lists {
			if f.Derive != "" && strings.Contains(f.Derive, `"`+list.ID+`"`) {
				readBy[list.ID] = f.Name
			}
		}
	}
	for _, list := range l.p.Lists {
		file := "lists/" + list.ID + ".csv"
		by, read := readBy[list.ID]
		if !read {
			l.say(Warning, "unused-list", file, 0, "", "nothing reads it")
			continue
		}
		if due, ok := list.Note.ReviewBy.Exact(); ok && l.on > due {
			l.say(Error, "expired", file, 0, "", "was to be read again at its source by %s and is read by %s", due, by)
		}
	}
}

// hazards: each names rows and tests that exist.
func (l *linter) hazards() {
	rows, tests := map[string]bool{}, map[string]bool{}
	for _, r := range l.rules {
		rows[r.id] = true
	}
	for _, c := range l.p.Cases {
		tests[c.ID] = true
	}
	for _, h := range l.p.Hazards {
		for _, r := range h.Rows {
			if !rows[r] {
				l.say(Error, "unknown-row", hazardsFile, h.Line, "rows", "%s names row %s, which does not exist", h.ID, r)
			}
		}
		for _, t := range h.Tests {
			if !tests[t] {
				l.say(Error, "unknown-test", hazardsFile, h.Line, "test", "%s names case %s, which is not in cases.jsonl", h.ID, t)
			}
		}
		if len(h.Tests) == 0 {
			l.say(Error, "unknown-test", hazardsFile, h.Line, "test", "%s names no case that shows its guard", h.ID)
		}
	}
}

// cases: every line can be run, and can be told apart.
func (l *linter) cases() {
	if len(l.p.Cases) == 0 {
		l.say(Error, "no-cases", caseFile, 0, "", "a pack without worked cases cannot be checked")
	}
	seen := map[string]int{}
	for _, c := range l.p.Cases {
		if c.Err != nil {
			l.say(Error, "bad-case", caseFile, c.Line, c.ID, "%v", c.Err)
			continue
		}
		if first, dup := seen[c.ID]; dup {
			l.say(Error, "bad-case", caseFile, c.Line, c.ID, "the id is already on line %d", first)
		}
		seen[c.ID] = c.Line
	}
}
