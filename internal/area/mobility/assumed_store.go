package mobility

import (
	"encoding/json"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

const kindAssumptions = "mobility.assumptions"

func assumptionsKind() journal.Kind {
	return journal.Kind{Name: kindAssumptions, Schema: 1, Tables: []string{"mobility_assumptions"}, Project: projectAssumptions, Reach: journal.UpOnly,
		Groups: []journal.Group{{Name: "assumptions", Class: journal.Register, Fields: []string{"disease", "seed", "draws", "own", "why"}}}}
}

const assumptionsSQL = `
CREATE TABLE mobility_assumptions (id BLOB NOT NULL PRIMARY KEY, disease TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX mobility_assumptions_disease ON mobility_assumptions (disease);
`

func projectAssumptions(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM mobility_assumptions WHERE id = ?", d.ID)
		return err
	}
	var a Assumptions
	body, err := decoded(d, &a)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO mobility_assumptions (id, disease, body) VALUES (?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET disease = excluded.disease, body = excluded.body`, d.ID, a.Disease, body)
	return err
}

// assumptionsOf are those of a disease; what nobody said is as it ships.
func assumptionsOf(tx *db.Tx, disease string) (Assumptions, error) {
	a := Assumptions{Disease: disease, Seed: firstSeed, Draws: firstDraws}
	var body string
	err := tx.Row("SELECT body FROM mobility_assumptions WHERE disease = ? ORDER BY id LIMIT 1", disease).Scan(&body)
	if fault.Is(err, fault.NotFound) {
		return a, nil
	}
	if err != nil {
		return a, err
	}
	return a, fault.Wrap("mobility.assumptionsOf", json.Unmarshal([]byte(body), &a))
}
