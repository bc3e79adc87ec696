package pack

import (
	"fmt"
	"sort"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Problem is one thing wrong in a pack's files, placed so that its author finds
// it: the file, the row (1 is the first line) and the column or key.
type Problem struct {
	File   string
	Row    int    // 0 when the whole file is meant
	Column string // column name, YAML key or JSON key; may be empty
	Text   string
}

// Error prints file:row: column: text.
func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Row > 0 {
		fmt.Fprintf(&b, ":%d", p.Row)
	}
	if p.Column != "" {
		b.WriteString(": ")
		b.WriteString(p.Column)
	}
	b.WriteString(": ")
	b.WriteString(p.Text)
	return b.String()
}

// Problems is everything wrong that one reading of a pack found. It is an error.
type Problems []Problem

// maxProblems keeps the answer to a hopeless file readable.
const maxProblems = 200

// Error prints one problem a line.
func (ps Problems) Error() string {
	lines := make([]string, 0, len(ps))
	for _, p := range ps {
		lines = append(lines, p.Error())
	}
	return strings.Join(lines, "\n")
}

func (ps *Problems) add(file string, row int, column, format string, args ...any) {
	if len(*ps) < maxProblems {
		*ps = append(*ps, Problem{File: file, Row: row, Column: column, Text: fmt.Sprintf(format, args...)})
	}
}

// fault turns the list into Godwit's error, nil when there is none. The field is
// the first file at fault.
func (ps Problems) fault(op string) error {
	if len(ps) == 0 {
		return nil
	}
	sort.SliceStable(ps, func(i, j int) bool {
		if ps[i].File != ps[j].File {
			return ps[i].File < ps[j].File
		}
		return ps[i].Row < ps[j].Row
	})
	return &fault.Error{Code: fault.Invalid, Op: op, Field: ps[0].File, Key: "packs.error.invalid",
		Args: map[string]any{"count": len(ps)}, Err: ps}
}
