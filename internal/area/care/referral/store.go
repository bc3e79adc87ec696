package referral

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

const (
	kindReferral = "care.referral"
	kindStep     = "care.referral_step"
	kindCode     = "care.referral_code"
)

// Kinds are this area's journal kinds.
func Kinds() []journal.Kind {
	return []journal.Kind{
		{Name: kindReferral, Schema: 1, Tables: []string{"care_referral"}, Project: project, Groups: []journal.Group{
			{Name: "sent", Class: journal.Register, Fields: []string{"to", "to_site", "to_name", "urgency", "due", "reason", "done", "summary", "transport", "agreed", "encounter", "at", "by"}}}},
		{Name: kindStep, Schema: 1, Tables: []string{"care_referral_step"}, Project: projectStep, Links: referralOf, Groups: []journal.Group{
			{Name: "step", Class: journal.Append, Fields: []string{"referral", "step", "words", "how", "at", "by"}}}},
		{Name: kindCode, Schema: 1, Tables: []string{"care_referral_code"}, Project: projectCode, Links: referralOf, Groups: []journal.Group{
			{Name: "code", Class: journal.Append, Fields: []string{"referral", "hash", "until"}}}},
	}
}

// Migrations are this area's tables.
func Migrations() []db.Migration {
	return []db.Migration{{Area: "referral", Number: 1, SQL: `
CREATE TABLE care_referral (
	id BLOB NOT NULL PRIMARY KEY, subject BLOB NOT NULL, site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL,
	to_site TEXT NOT NULL, encounter BLOB, due INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX care_referral_site ON care_referral (site, due);
CREATE INDEX care_referral_to ON care_referral (to_site, due);
CREATE INDEX care_referral_subject ON care_referral (subject, due);
CREATE TABLE care_referral_step (
	id BLOB NOT NULL PRIMARY KEY, referral BLOB NOT NULL, site TEXT NOT NULL, answers INTEGER NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX care_referral_step_referral ON care_referral_step (referral, answers, at);
CREATE TABLE care_referral_code (id BLOB NOT NULL PRIMARY KEY, referral BLOB NOT NULL, hash TEXT NOT NULL, until INTEGER NOT NULL);
CREATE INDEX care_referral_code_hash ON care_referral_code (hash);
`}}
}

// referralOf names the referral that a step or a code belongs to: it goes where they go.
func referralOf(d *journal.Doc) []db.ID {
	var x struct {
		Referral db.ID `json:"referral"`
	}
	if d.Decode(&x) != nil || x.Referral.IsZero() {
		return nil
	}
	return []db.ID{x.Referral}
}

func project(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM care_referral WHERE id = ?", d.ID)
		return err
	}
	var r Referral
	if err := d.Decode(&r); err != nil {
		return err
	}
	body, err := json.Marshal(r)
	if err != nil {
		return fault.Wrap("referral.project", err)
	}
	toSite := ""
	if r.Shared() { // without the person's word the site sent to lists nothing
		toSite = r.ToSite
	}
	_, err = tx.Exec(`INSERT INTO care_referral (id, subject, site, programme, sensitivity, to_site, encounter, due, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET subject = excluded.subject, site = excluded.site, programme = excluded.programme, sensitivity = excluded.sensitivity,
		to_site = excluded.to_site, encounter = excluded.encounter, due = excluded.due, body = excluded.body`,
		d.ID, d.Subject, d.Site, d.Programme, int(d.Sensitivity), toSite, r.Encounter, r.Due, string(body))
	return err
}

func projectStep(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM care_referral_step WHERE id = ?", d.ID)
		return err
	}
	var s Step
	if err := d.Decode(&s); err != nil {
		return err
	}
	body, err := json.Marshal(s)
	if err != nil {
		return fault.Wrap("referral.projectStep", err)
	}
	_, err = tx.Exec(`INSERT INTO care_referral_step (id, referral, site, answers, at, body) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET referral = excluded.referral, site = excluded.site, answers = excluded.answers, at = excluded.at, body = excluded.body`,
		d.ID, s.Referral, d.Site, flag(s.Step.Answers()), s.At, string(body))
	return err
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

func projectCode(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM care_referral_code WHERE id = ?", d.ID)
		return err
	}
	var c code
	if err := d.Decode(&c); err != nil {
		return err
	}
	_, err := tx.Exec(`INSERT INTO care_referral_code (id, referral, hash, until) VALUES (?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET referral = excluded.referral, hash = excluded.hash, until = excluded.until`, d.ID, c.Referral, c.Hash, c.Until)
	return err
}

// codeByHash finds the referral that a code answers, and until when.
func codeByHash(tx *db.Tx, hash string) (c code, err error) {
	c.Hash = hash
	return c, tx.Row("SELECT referral, until FROM care_referral_code WHERE hash = ?", hash).Scan(&c.Referral, &c.Until)
}

const columns = "r.id, r.subject, r.site, r.programme, r.sensitivity, r.body"

func scan(scan func(...any) error) (Referral, error) {
	var r Referral
	var id, subject db.ID
	var site, programme, body string
	var sens int
	if err := scan(&id, &subject, &site, &programme, &sens, &body); err != nil {
		return r, err
	}
	err := json.Unmarshal([]byte(body), &r)
	r.ID, r.Person, r.Site, r.Programme, r.Sensitivity = id, subject, site, programme, journal.Sensitivity(sens)
	return r, fault.Wrap("referral.scan", err)
}

func find(tx *db.Tx, id db.ID) (Referral, error) {
	r, err := scan(tx.Row("SELECT "+columns+" FROM care_referral r WHERE r.id = ?", id).Scan)
	if err != nil {
		return r, err
	}
	r.Steps, err = steps(tx, id)
	return r, err
}

// answered is the condition that somebody said what came of it.
const answered = "EXISTS (SELECT 1 FROM care_referral_step t WHERE t.referral = r.id AND t.answers = 1)"

// Columns of a referral that name one of its sites.
const (
	senders   = "site"
	receivers = "to_site"
)

// on lists what a scope may read, by its sender's site or the one it is for, at these
// sites (nil: at any): what waits, by when an answer is expected, or what was answered
// since a time.
func on(tx *db.Tx, sc access.Scope, column string, sites []string, open bool, since time.Time, limit int) ([]Referral, error) {
	where, args := sc.WhereIn("r", access.Columns{Site: column})
	where += " AND r." + column + " <> ''"
	if sites != nil {
		where += " AND r." + column + " IN (" + strings.TrimSuffix(strings.Repeat("?,", len(sites)), ",") + ")"
		for _, s := range sites {
			args = append(args, s)
		}
	}
	if open {
		return list(tx, where+" AND NOT "+answered+" ORDER BY r.due, r.id LIMIT ?", append(args, limit)...)
	}
	return list(tx, where+" AND EXISTS (SELECT 1 FROM care_referral_step u WHERE u.referral = r.id AND u.answers = 1 AND u.at >= ?) ORDER BY r.due DESC, r.id LIMIT ?", append(args, since, limit)...)
}

// of lists the referrals of a person, the latest first.
func of(tx *db.Tx, person db.ID) ([]Referral, error) {
	return list(tx, "r.subject = ? ORDER BY r.id DESC LIMIT ?", person, mostOf)
}

// from lists those that an encounter led to.
func from(tx *db.Tx, encounter db.ID) ([]Referral, error) {
	return list(tx, "r.encounter = ? ORDER BY r.id", encounter)
}

func list(tx *db.Tx, where string, args ...any) ([]Referral, error) {
	rows, err := tx.Query("SELECT "+columns+" FROM care_referral r WHERE "+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Referral
	for rows.Next() {
		r, err := scan(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for i := range out {
		if out[i].Steps, err = steps(tx, out[i].ID); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func steps(tx *db.Tx, referral db.ID) ([]Step, error) {
	rows, err := tx.Query("SELECT id, site, body FROM care_referral_step WHERE referral = ? ORDER BY at, id", referral)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Step
	for rows.Next() {
		var s Step
		var id db.ID
		var site, body string
		if err := rows.Scan(&id, &site, &body); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(body), &s); err != nil {
			return nil, fault.Wrap("referral.steps", err)
		}
		s.ID, s.Site = id, site
		out = append(out, s)
	}
	return out, rows.Err()
}
