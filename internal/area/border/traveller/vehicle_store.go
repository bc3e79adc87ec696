package traveller

import (
	"encoding/json"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

func projectConveyance(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		return remove(tx, "border_conveyance", d.ID)
	}
	var c Conveyance
	if err := d.Decode(&c); err != nil {
		return err
	}
	text, err := bodyOf(c)
	if err != nil {
		return err
	}
	_, err = tx.Exec("INSERT INTO border_conveyance (id, until, body) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET until = excluded.until, body = excluded.body", d.ID, c.Until, text)
	return err
}

func projectCompanion(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		return remove(tx, "border_companion", d.ID)
	}
	var c Companion
	if err := d.Decode(&c); err != nil {
		return err
	}
	text, err := bodyOf(c)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO border_companion (id, conveyance, until, body) VALUES (?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET conveyance = excluded.conveyance, until = excluded.until, body = excluded.body`, d.ID, c.Conveyance[:], c.Until, text)
	return err
}

// vehicle answers a conveyance with its companions; nil for the zero id, or where it is
// gone.
func vehicle(tx *db.Tx, id db.ID) (*Vehicle, error) {
	if id.IsZero() {
		return nil, nil
	}
	var text string
	err := tx.Row("SELECT body FROM border_conveyance WHERE id = ?", id).Scan(&text)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	out := &Vehicle{}
	if err == nil {
		err = json.Unmarshal([]byte(text), &out.Conveyance)
	}
	if err != nil {
		return nil, err
	}
	out.ID = id
	out.Companions, err = db.List(tx, func(scan func(...any) error) (Companion, error) {
		var c Companion
		var who db.ID
		var text string
		if err := scan(&who, &text); err != nil {
			return c, err
		}
		err := json.Unmarshal([]byte(text), &c)
		c.ID = who
		return c, err
	}, "SELECT id, body FROM border_companion WHERE conveyance = ? ORDER BY id", id[:])
	return out, err
}
