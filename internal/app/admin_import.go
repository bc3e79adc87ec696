package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/edge/exchange"
)

// ImportCommand is a folder that a command brings in.
type ImportCommand struct {
	Map    []byte            `json:"map"`
	Files  map[string][]byte `json:"files"`
	DryRun bool              `json:"dry_run,omitempty"`
}

// ImportFolder reads what a command brings in: a map, and the files of a folder.
func ImportFolder(mapFile, dir string, dry bool) (*ImportCommand, error) {
	c := &ImportCommand{Files: map[string][]byte{}, DryRun: dry}
	var err error
	if c.Map, err = os.ReadFile(mapFile); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	total := len(c.Map)
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		info, err := e.Info()
		if err != nil {
			return nil, err
		}
		if total += int(info.Size()); total > maxPlaceFile {
			return nil, fmt.Errorf("%s holds more than %d MB; bring it in by parts, or packed with gzip", dir, maxPlaceFile>>20)
		}
		if c.Files[e.Name()], err = os.ReadFile(filepath.Join(dir, e.Name())); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// importOutbreak brings a folder in and says what became of every file and row.
func (n *Node) importOutbreak(ctx context.Context, c *ImportCommand) ([]string, bool, error) {
	if c == nil {
		return nil, false, fmt.Errorf("there is nothing to bring in")
	}
	m, err := exchange.ReadMap(c.Map, n.Signals.Lists())
	if err != nil {
		return nil, false, err
	}
	im := &exchange.Importer{Deps: exchange.Deps{DB: n.DB, Gazetteer: n.Gazetteer, Counts: n.Signals, Flows: n.Mobility, Today: func() calendar.Day { return calendar.DayOfTime(n.clock()) }, Sentence: Sentence}}
	rep, err := im.Import(ctx, m, c.Files, c.DryRun)
	return reportLines(rep), rep.SkippedRows() == 0, err
}

// reportLines are what was kept of each file, then each row that somebody should look
// at, then what does not fit among the counts.
func reportLines(r exchange.Report) []string {
	var lines []string
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	for _, f := range r.Files {
		line := fmt.Sprintf("%-48s %-10s %5d rows: %d new, %d revised, %d known already", f.File, f.Is, f.Rows, f.Kept, f.Revised, f.Known)
		if f.NotReported > 0 {
			line += fmt.Sprintf(", %d not reported", f.NotReported)
		}
		if f.Skipped > 0 {
			line += fmt.Sprintf(", %d SKIPPED", f.Skipped)
		}
		lines = append(lines, line)
	}
	for _, v := range r.Variants {
		add("another spelling: %s is %s, in %d rows", v.Text, v.Name, v.Rows)
	}
	for _, n := range r.Notes {
		if n.Row == 0 {
			add("%s: %s: %s", n.Kind, n.File, n.Why)
		} else {
			add("%s: %s row %d: %s", n.Kind, n.File, n.Row, n.Why)
		}
	}
	for _, f := range r.Findings {
		add("does not fit: %s", findingLine(f, r.Names[f.Unit]))
	}
	lines = append(lines, waitingLines(r.Waiting)...)
	for _, name := range r.Unread {
		add("not read, because the map does not name it: %s", name)
	}
	switch {
	case r.DryRun && r.Changed():
		add("tried out only: nothing was kept. Without --dry-run it is")
	case r.DryRun:
		add("tried out only: there is nothing new in it")
	case !r.Changed():
		add("nothing changed")
	}
	return lines
}

// findingLine says a finding at the terminal.
func findingLine(f surveillance.Finding, unit string) string {
	at := fmt.Sprintf("%s, %s, %s: ", unit, f.Period, f.Indicator)
	switch f.Kind {
	case surveillance.Fell:
		return at + fmt.Sprintf("fell from %d (%s) to %d", f.Was, f.Earlier, f.Is)
	case surveillance.Mismatch:
		return at + fmt.Sprintf("%d new since %s, but the cumulative count rose by %d", f.Is, f.Earlier, f.Was)
	case surveillance.Differ:
		return at + fmt.Sprintf("reports of one date differ; the last says %d", f.Is)
	case surveillance.Revision:
		return at + fmt.Sprintf("first %d, later %d", f.Was, f.Is)
	}
	return at + fmt.Sprintf("%d, more than %s: %d", f.Is, f.Whole, f.Was)
}
