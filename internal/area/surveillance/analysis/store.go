package analysis

import (
	"crypto/sha256"
	"encoding/json"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// The journal kinds of this package.
const (
	kindAnnex2 = "surveillance.annex2"
	kindDeaths = "surveillance.deaths"
)

const groupAnswers = "answers"

// Kinds are this package's journal kinds.
func Kinds() []journal.Kind {
	return []journal.Kind{
		{Name: kindAnnex2, Schema: 1, Tables: []string{"analysis_annex2"}, Project: projectAnnex2, Groups: []journal.Group{
			{Name: "of", Class: journal.Register, Fields: []string{"signal"}}, {Name: groupAnswers, Class: journal.Append, Fields: []string{"answer"}}}},
		{Name: kindDeaths, Schema: 1, Tables: []string{"analysis_deaths"}, Project: projectDeaths, Groups: []journal.Group{
			{Name: "entry", Class: journal.Register, Fields: []string{"unit", "from", "to", "how", "number", "deaths", "under5", "place", "disease"}}}},
	}
}

// Migrations are this package's tables.
func Migrations() []db.Migration {
	return []db.Migration{{Area: "analysis", Number: 1, SQL: `
CREATE TABLE analysis_annex2 (id BLOB NOT NULL PRIMARY KEY, site TEXT NOT NULL, signal BLOB NOT NULL, at INTEGER NOT NULL, result TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX analysis_annex2_signal ON analysis_annex2 (signal);
CREATE INDEX analysis_annex2_at ON analysis_annex2 (at, id);
CREATE TABLE analysis_deaths (id BLOB NOT NULL PRIMARY KEY, site TEXT NOT NULL, unit TEXT NOT NULL, first_day INTEGER NOT NULL, last_day INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX analysis_deaths_unit ON analysis_deaths (unit, last_day);
`}}
}

// annex2ID is the one document of a signal's answers, whoever gives them.
func annex2ID(signal db.ID) db.ID {
	h := sha256.Sum256(append([]byte(kindAnnex2+"\x1f"), signal[:]...))
	var id db.ID
	copy(id[:], h[:])
	id[6], id[8] = 0x80|id[6]&0x0f, 0x80|id[8]&0x3f // RFC 9562, version 8
	return id
}

// kept is what a row holds of a signal's answers.
type kept struct {
	Answers []Answered `json:"answers"`
	By      []db.ID    `json:"by"`
}

func projectAnnex2(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM analysis_annex2 WHERE id = ?", d.ID)
		return err
	}
	var of struct {
		Signal db.ID `json:"signal"`
	}
	if err := d.Decode(&of); err != nil {
		return err
	}
	var k kept
	for _, it := range d.Items(groupAnswers) {
		raw, ok := it.Fields["answer"]
		if !ok || string(raw) == "null" {
			continue
		}
		var a Answered
		if err := json.Unmarshal(raw, &a); err != nil {
			return fault.Wrap("analysis.projectAnnex2", err)
		}
		k.Answers, k.By = append(k.Answers, a), append(k.By, it.By)
	}
	if len(k.Answers) == 0 {
		return nil
	}
	body, err := json.Marshal(k)
	if err != nil {
		return fault.Wrap("analysis.projectAnnex2", err)
	}
	last := k.Answers[len(k.Answers)-1]
	_, err = tx.Exec(`INSERT INTO analysis_annex2 (id, site, signal, at, result, body) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET site = excluded.site, signal = excluded.signal, at = excluded.at, result = excluded.result, body = excluded.body`, d.ID, d.Site, of.Signal, last.At, last.Result, string(body))
	return err
}

func findAnnex2(tx *db.Tx, signal db.ID) (out []Answered, err error) {
	var body string
	if err := tx.Row("SELECT body FROM analysis_annex2 WHERE id = ?", annex2ID(signal)).Scan(&body); err != nil {
		if fault.Is(err, fault.NotFound) {
			return nil, nil
		}
		return nil, err
	}
	var k kept
	if err := json.Unmarshal([]byte(body), &k); err != nil {
		return nil, fault.Wrap("analysis.findAnnex2", err)
	}
	for i := range k.Answers {
		k.Answers[i].By = k.By[i]
	}
	return k.Answers, nil
}

func projectDeaths(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM analysis_deaths WHERE id = ?", d.ID)
		return err
	}
	var e Entry
	if err := d.Decode(&e); err != nil {
		return err
	}
	body, err := json.Marshal(e)
	if err != nil {
		return fault.Wrap("analysis.projectDeaths", err)
	}
	_, err = tx.Exec(`INSERT INTO analysis_deaths (id, site, unit, first_day, last_day, body) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET site = excluded.site, unit = excluded.unit, first_day = excluded.first_day, last_day = excluded.last_day, body = excluded.body`, d.ID, d.Site, e.Unit, e.From, e.To, string(body))
	return err
}

// entriesOf lists what the register of a unit has that touches some days.
func entriesOf(tx *db.Tx, unit string, first, last calendar.Day) ([]Entry, error) {
	rows, err := tx.Query("SELECT id, body FROM analysis_deaths WHERE unit = ? AND last_day >= ? AND first_day <= ? ORDER BY last_day DESC, id", unit, first, last)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Entry
	for rows.Next() {
		var e Entry
		var body string
		if err := rows.Scan(&e.ID, &body); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(body), &e); err != nil {
			return nil, fault.Wrap("analysis.entriesOf", err)
		}
		out = append(out, e)
	}
	return out, rows.Err()
}
