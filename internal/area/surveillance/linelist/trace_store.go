package linelist

import (
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// perSources is how many contacts one statement is asked for.
const perSources = 500

// sourcesOf answers of whom contacts are contacts.
func sourcesOf(tx *db.Tx, contacts []db.ID) (map[db.ID][]db.ID, error) {
	out := map[db.ID][]db.ID{}
	for part := range slices.Chunk(contacts, perSources) {
		args := make([]any, len(part))
		for i, id := range part {
			args[i] = id
		}
		rows, err := tx.Query("SELECT l.target, l.source FROM linelist_link l WHERE l.target IN (?"+strings.Repeat(", ?", len(part)-1)+") AND l.source IS NOT NULL ORDER BY l.id", args...)
		if err != nil {
			return nil, err
		}
		err = eachPair(rows, func(contact, source db.ID) { out[contact] = append(out[contact], source) })
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func eachPair(rows *db.Rows, f func(a, b db.ID)) error {
	defer rows.Close()
	for rows.Next() {
		var a, b db.ID
		if err := rows.Scan(&a, &b); err != nil {
			return err
		}
		f(a, b)
	}
	return rows.Err()
}

// countingIn lists the cases for counting within a scope that were reported in some days,
// of one site where it is given.
func countingIn(tx *db.Tx, sc access.Scope, site string, first, last calendar.Day, limit int) ([]caseRow, error) {
	where, args := sc.Where("c")
	return caseRows(tx, "SELECT "+caseColumns+" FROM linelist_case c WHERE "+where+" AND c.class IN ('CONFIRMED', 'COMPATIBLE', 'PROBABLE', 'SUSPECTED') AND c.reported >= ? AND c.reported <= ? AND (? = '' OR c.site = ?) ORDER BY c.reported, c.id LIMIT ?",
		append(args, first, last, site, site, limit)...)
}
