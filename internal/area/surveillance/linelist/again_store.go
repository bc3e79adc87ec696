package linelist

import (
	"encoding/json"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// decidedMigration keeps how the outbreak stood when a case was last decided here. It is
// no projection: it says what this node has looked at, and is worked out again where it
// is not there.
var decidedMigration = db.Migration{Area: "linelist", Number: 5, SQL: `
CREATE TABLE linelist_decided (
	id BLOB NOT NULL PRIMARY KEY, state TEXT NOT NULL
);
`}

// decidedIn is a case with the state of the outbreak that it was decided in.
type decidedIn struct {
	Case
	State string
}

func putDecidedIn(tx *db.Tx, id db.ID, state string) error {
	_, err := tx.Exec("INSERT INTO linelist_decided (id, state) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET state = excluded.state", id, state)
	return err
}

func dropDecidedIn(tx *db.Tx, id db.ID) error {
	_, err := tx.Exec("DELETE FROM linelist_decided WHERE id = ?", id)
	return err
}

// casesAfter lists all cases in the order of their ids, from the one after an id on; zero
// is from the first.
func casesAfter(tx *db.Tx, id db.ID, limit int) ([]decidedIn, error) {
	where, args := "", []any{limit}
	if !id.IsZero() { // a zero id is NULL, and nothing is more than that
		where, args = "WHERE c.id > ? ", []any{id, limit}
	}
	rows, err := tx.Query("SELECT c.id, c.site, c.body, COALESCE(d.state, '') FROM linelist_case c LEFT JOIN linelist_decided d ON d.id = c.id "+where+"ORDER BY c.id LIMIT ?", args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []decidedIn
	for rows.Next() {
		var d decidedIn
		var doc db.ID
		var site, body string
		if err := rows.Scan(&doc, &site, &body, &d.State); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(body), &d.Case); err != nil {
			return nil, fault.Wrap("linelist.casesAfter", err)
		}
		d.ID, d.Site = doc, site
		out = append(out, d)
	}
	return out, rows.Err()
}
