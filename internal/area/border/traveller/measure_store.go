package traveller

import (
	"encoding/json"
	"time"

	"github.com/godwit-health/godwit/internal/area/border"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// measureOf reads a measure out of its document.
func measureOf(d *journal.Doc) (Measure, error) {
	var m Measure
	if err := d.Decode(&m); err != nil {
		return m, err
	}
	m.ID, m.Site, m.Looks = d.ID, d.Site, nil
	for _, it := range d.Items(groupLooks) {
		var l Look
		if err := json.Unmarshal(it.Fields["look"], &l); err != nil {
			return m, fault.Wrap("traveller.measureOf", err)
		}
		l.By = it.By
		m.Looks = append(m.Looks, l)
	}
	return m, nil
}

func projectMeasure(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		return remove(tx, "border_measure", d.ID)
	}
	m, err := measureOf(d)
	if err != nil {
		return err
	}
	m.Record = nil
	text, err := bodyOf(m)
	if err != nil {
		return err
	}
	var ended any
	if !m.Open() {
		ended = m.Ended
	}
	_, err = tx.Exec(`INSERT INTO border_measure (id, site, programme, sensitivity, shift, point, screening, due, ended, until, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET site = excluded.site, programme = excluded.programme, sensitivity = excluded.sensitivity, shift = excluded.shift, point = excluded.point,
			screening = excluded.screening, due = excluded.due, ended = excluded.ended, until = excluded.until, body = excluded.body`,
		d.ID, d.Site, d.Programme, int(d.Sensitivity), m.Shift.String(), m.Point, m.Screening[:], m.Due, ended, m.Until, text)
	return err
}

const measureColumns = "m.id, m.site, m.body"

func measureRow(scan func(...any) error) (Measure, error) {
	var m Measure
	var id db.ID
	var site, text string
	if err := scan(&id, &site, &text); err != nil {
		return m, err
	}
	err := json.Unmarshal([]byte(text), &m)
	m.ID, m.Site = id, site
	return m, fault.Wrap("traveller.measureRow", err)
}

func findMeasure(tx *db.Tx, id db.ID) (Measure, error) {
	return measureRow(tx.Row("SELECT "+measureColumns+" FROM border_measure m WHERE m.id = ?", id).Scan)
}

func measuresOf(tx *db.Tx, screening db.ID) ([]Measure, error) {
	return db.List(tx, measureRow, "SELECT "+measureColumns+" FROM border_measure m WHERE m.screening = ? ORDER BY m.due, m.id", screening[:])
}

// openMeasures lists the measures that hold somebody, the one that is due first first.
func openMeasures(tx *db.Tx, where string, args []any, limit int) ([]Measure, error) {
	return db.List(tx, measureRow, "SELECT "+measureColumns+" FROM border_measure m WHERE m.ended IS NULL AND "+where+" ORDER BY m.due, m.id LIMIT ?", append(args, limit)...)
}

// heldAt counts at each point who is held, and of whom nobody looked after in time.
func heldAt(tx *db.Tx, now time.Time) (map[string]border.Held, error) {
	out := map[string]border.Held{}
	_, err := db.List(tx, func(scan func(...any) error) (struct{}, error) {
		var point string
		var h border.Held
		err := scan(&point, &h.Open, &h.Overdue)
		out[point] = h
		return struct{}{}, err
	}, "SELECT point, count(*), sum(CASE WHEN due < ? THEN 1 ELSE 0 END) FROM border_measure WHERE ended IS NULL GROUP BY point", now)
	return out, err
}
