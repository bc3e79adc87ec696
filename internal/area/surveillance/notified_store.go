package surveillance

import (
	"crypto/sha256"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// kindNotified is that somebody's result is one that is notified. It is about the
// person and as sensitive as the result.
const kindNotified = "surveillance.notified"

func notifiedKind() journal.Kind {
	return journal.Kind{Name: kindNotified, Schema: 1, Tables: []string{"surveillance_notified"}, Project: projectNotified, Groups: []journal.Group{
		{Name: "notified", Class: journal.Register, Fields: []string{"disease", "on", "about"}}}}
}

const notifiedSQL = `
CREATE TABLE surveillance_notified (id BLOB NOT NULL PRIMARY KEY, subject BLOB NOT NULL, site TEXT NOT NULL, disease TEXT NOT NULL, day INTEGER NOT NULL);
CREATE INDEX surveillance_notified_site ON surveillance_notified (site, disease, day);
`

// notifiedID: an order notifies a disease once, however many of its specimens say so.
func notifiedID(n Notified) db.ID {
	h := sha256.Sum256(append([]byte(kindNotified+"\x1f"+n.Disease+"\x1f"), n.About[:]...))
	var id db.ID
	copy(id[:], h[:])
	id[6], id[8] = 0x80|id[6]&0x0f, 0x80|id[8]&0x3f // RFC 9562, version 8
	return id
}

func projectNotified(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM surveillance_notified WHERE id = ?", d.ID)
		return err
	}
	var n Notified
	if err := d.Decode(&n); err != nil {
		return err
	}
	_, err := tx.Exec(`INSERT INTO surveillance_notified (id, subject, site, disease, day) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET subject = excluded.subject, site = excluded.site, disease = excluded.disease, day = excluded.day`, d.ID, d.Subject, d.Site, n.Disease, n.On)
	return err
}

// notifiedPeople counts the people of a site of whom a disease was notified in some days.
func notifiedPeople(tx *db.Tx, site, disease string, first, last calendar.Day) (n int, err error) {
	err = tx.Row("SELECT count(DISTINCT subject) FROM surveillance_notified WHERE site = ? AND disease = ? AND day >= ? AND day <= ?", site, disease, first, last).Scan(&n)
	return n, err
}
