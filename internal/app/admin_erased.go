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

// erasedApply destroys what the lines name, all or nothing.
func (n *Node) erasedApply(ctx context.Context, lines []string) ([]string, error) {
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
	var before, after []journal.Erasure
	err := n.DB.Write(ctx, func(tx *db.Tx) (err error) {
		if before, err = n.Journal.Erasures(tx); err != nil {
			return err
		}
		if err := n.Journal.ApplyErasures(tx, known); err != nil {
			return err
		}
		after, err = n.Journal.Erasures(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return []string{fmt.Sprintf("%d erasures read, %d of them not known here before; what they name is destroyed", len(known), len(after)-len(before))}, nil
}
