package decision

import (
	"fmt"
	"strings"
)

// Severity of a finding.
type Severity string

// An error stops activation; a warning is for the medical officer to judge.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Finding is a mistake or a doubt about a protocol, and where it is.
type Finding struct {
	Severity Severity `json:"severity"`
	Rule     string   `json:"rule"` // a word for the kind of finding: gap, overlap, type …
	Table    string   `json:"table,omitempty"`
	Row      string   `json:"row,omitempty"`
	Line     int      `json:"line,omitempty"`
	Column   string   `json:"column,omitempty"`
	Message  string   `json:"message"`
}

// String prints the finding with its place, for a terminal.
func (f Finding) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", f.Severity, f.Rule)
	for _, part := range []struct{ name, text string }{{"table", f.Table}, {"row", f.Row}, {"column", f.Column}} {
		if part.text != "" {
			fmt.Fprintf(&b, ", %s %s", part.name, part.text)
		}
	}
	if f.Line > 0 {
		fmt.Fprintf(&b, ", line %d", f.Line)
	}
	return b.String() + ": " + f.Message
}

// CompileError is every mistake found in a source.
type CompileError struct{ Findings []Finding }

// Error prints all findings, one a line.
func (e *CompileError) Error() string {
	parts := make([]string, len(e.Findings))
	for i, f := range e.Findings {
		parts[i] = f.String()
	}
	return "decision: " + strings.Join(parts, "\n")
}
