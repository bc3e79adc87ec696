package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// A backup made before an erasure still holds what was erased. So the list of
// erasures is kept outside the node, and applied to a restored folder before it
// serves (design, section 4). A line names a document, the entry that erased it
// and when; it says nothing about anybody.

// erasedList is the node's erasures, one a line.
func (n *Node) erasedList(ctx context.Context) (lines []string, err error) {
	err = n.DB.Read(ctx, func(tx *db.Tx) error {
		known, err := n.Journal.Erasures(tx)
		lines = make([]string, len(known))
		for i, e := range known {
			lines[i] = fmt.Sprintf("%s %s %s", e.Doc, e.Erasure, e.At.UTC().Format(time.RFC3339Nano))
		}
		return err
	})
	return lines, err
}

// parseErasures reads lines as erasedList prints them.
func parseErasures(lines []string) ([]journal.Erasure, error) {
	var known []journal.Erasure
	for i, line := range lines {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		var e journal.Erasure
		var errs [3]error
		if len(f) == 3 {
			e.Doc, errs[0] = db.ParseID(f[0])
			e.Erasure, errs[1] = db.ParseID(f[1])
			e.At, errs[2] = time.Parse(time.RFC3339Nano, f[2])
		}
		if len(f) != 3 || errs != [3]error{} {
			return nil, fmt.Errorf("line %d is no erasure (want document, entry and time, as `godwit erased list` prints them); nothing was erased", i+1)
		}
		known = append(known, e)
	}
	return known, nil
}

// applyErasures destroys what is known elsewhere to be erased, all or nothing, and
// answers how many erasures were known here before and are after.
func applyErasures(ctx context.Context, d *db.DB, j *journal.Journal, known []journal.Erasure) (before, after int, err error) {
	err = d.Write(ctx, func(tx *db.Tx) error {
		was, err := j.Erasures(tx)
		if err != nil {
			return err
		}
		if err := j.ApplyErasures(tx, known); err != nil {
			return err
		}
		is, err := j.Erasures(tx)
		before, after = len(was), len(is)
		return err
	})
	return before, after, err
}

// erasedApply destroys what the lines name, all or nothing.
func (n *Node) erasedApply(ctx context.Context, lines []string) ([]string, error) {
	known, err := parseErasures(lines)
	if err != nil {
		return nil, err
	}
	before, after, err := applyErasures(ctx, n.DB, n.Journal, known)
	if err != nil {
		return nil, err
	}
	return []string{fmt.Sprintf("%d erasures read, %d of them not known here before; what they name is destroyed", len(known), after-before)}, nil
}
