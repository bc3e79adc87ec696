package linelist

import (
	"encoding/json"

	"github.com/godwit-health/godwit/engine/match"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

const (
	kindContact = "surveillance.contact"
	kindLink    = "surveillance.link"
	groupVisits = "visits"
)

func contactKinds() []journal.Kind {
	reg := func(name string, fields ...string) journal.Group {
		return journal.Group{Name: name, Class: journal.Register, Fields: fields}
	}
	return []journal.Kind{
		{Name: kindContact, Schema: 1, Tables: []string{"linelist_contact"}, Project: projectContact, Groups: []journal.Group{
			reg("report", "disease", "number", "listed", "system", "foreign"), reg("who", "name", "sex", "birth"), reg("where", "area", "place"),
			reg("vaccine", "vaccine"), reg("last", "last"), reg("state", "state"), reg("became", "became"),
			{Name: groupVisits, Class: journal.Append, Fields: []string{"visit"}},
		}},
		{Name: kindLink, Schema: 2, Tables: []string{"linelist_link"}, Project: projectLink, Groups: []journal.Group{
			reg("ends", "from", "to", "source", "target"), reg("exposure", "last", "type"), reg("certainty", "certainty"), reg("origin", "system", "foreign"),
		}},
	}
}

var contactMigration = db.Migration{Area: "linelist", Number: 2, SQL: `
CREATE TABLE linelist_contact (
	id BLOB NOT NULL PRIMARY KEY, subject BLOB, site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL,
	disease TEXT NOT NULL, last INTEGER NOT NULL, skeleton TEXT NOT NULL, origin TEXT NOT NULL, body TEXT NOT NULL
);
CREATE INDEX linelist_contact_last ON linelist_contact (last, id);
CREATE INDEX linelist_contact_skeleton ON linelist_contact (disease, skeleton);
CREATE INDEX linelist_contact_origin ON linelist_contact (origin);
CREATE TABLE linelist_link (
	id BLOB NOT NULL PRIMARY KEY, subject BLOB, site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL,
	source BLOB, target BLOB, origin TEXT NOT NULL, body TEXT NOT NULL
);
CREATE INDEX linelist_link_source ON linelist_link (source, id);
CREATE INDEX linelist_link_target ON linelist_link (target, id);
CREATE INDEX linelist_link_origin ON linelist_link (origin);
`}

func contactOf(d *journal.Doc) (Contact, error) {
	var c Contact
	if err := d.Decode(&c); err != nil {
		return c, err
	}
	c.ID, c.Site, c.Programme, c.Visits = d.ID, d.Site, d.Programme, nil
	for _, it := range d.Items(groupVisits) {
		var v Visit
		if err := json.Unmarshal(it.Fields["visit"], &v); err != nil {
			return c, fault.Wrap("linelist.contactOf", err)
		}
		v.By = it.By
		c.Visits = append(c.Visits, v)
	}
	return c, nil
}

func projectContact(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM linelist_contact WHERE id = ?", d.ID)
		return err
	}
	c, err := contactOf(d)
	if err != nil {
		return err
	}
	body, err := json.Marshal(c)
	if err != nil {
		return fault.Wrap("linelist.projectContact", err)
	}
	_, err = tx.Exec(`INSERT INTO linelist_contact (id, subject, site, programme, sensitivity, disease, last, skeleton, origin, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET subject = excluded.subject, site = excluded.site, programme = excluded.programme, sensitivity = excluded.sensitivity, disease = excluded.disease,
			last = excluded.last, skeleton = excluded.skeleton, origin = excluded.origin, body = excluded.body`,
		d.ID, d.Subject, d.Site, d.Programme, int(d.Sensitivity), c.Disease, firstDay(c.Last, d), match.Skeleton(c.Name), originOf(c.System, c.Foreign), string(body))
	return err
}

func projectLink(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM linelist_link WHERE id = ?", d.ID)
		return err
	}
	var l Link
	if err := d.Decode(&l); err != nil {
		return err
	}
	body, err := json.Marshal(l)
	if err != nil {
		return fault.Wrap("linelist.projectLink", err)
	}
	_, err = tx.Exec(`INSERT INTO linelist_link (id, subject, site, programme, sensitivity, source, target, origin, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET subject = excluded.subject, site = excluded.site, programme = excluded.programme, sensitivity = excluded.sensitivity, source = excluded.source,
			target = excluded.target, origin = excluded.origin, body = excluded.body`,
		d.ID, d.Subject, d.Site, d.Programme, int(d.Sensitivity), l.From, l.To, originOf(l.System, l.Foreign), string(body))
	return err
}

// contactRow is a contact as it lies in the table, with what its right is decided by.
type contactRow struct {
	access.Resource
	Contact
}

const contactColumns = "k.id, k.subject, k.site, k.programme, k.sensitivity, k.body"

func scanContact(scan func(...any) error) (contactRow, error) {
	r := contactRow{Resource: access.Resource{Kind: kindContact}}
	var level int
	var body string
	if err := scan(&r.Doc, &r.Subject, &r.Resource.Site, &r.Resource.Programme, &level, &body); err != nil {
		return r, err
	}
	r.Sensitivity = journal.Sensitivity(level)
	if err := json.Unmarshal([]byte(body), &r.Contact); err != nil {
		return r, fault.Wrap("linelist.scanContact", err)
	}
	r.ID, r.Contact.Site, r.Contact.Programme = r.Doc, r.Resource.Site, r.Resource.Programme
	return r, nil
}

func findContact(tx *db.Tx, id db.ID) (contactRow, error) {
	return scanContact(tx.Row("SELECT "+contactColumns+" FROM linelist_contact k WHERE k.id = ?", id).Scan)
}

func contactRows(tx *db.Tx, sql string, args ...any) (out []contactRow, err error) {
	rows, err := tx.Query(sql, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		r, err := scanContact(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// contactsIn lists contacts within a scope who were exposed since a day, the longest
// ago first: their follow-up ends first.
func contactsIn(tx *db.Tx, sc access.Scope, limit int) ([]contactRow, error) {
	where, args := sc.Where("k")
	return contactRows(tx, "SELECT "+contactColumns+" FROM linelist_contact k WHERE "+where+" ORDER BY k.last DESC, k.id LIMIT ?", append(args, limit)...)
}

// contactsOf lists the contacts of a case.
func contactsOf(tx *db.Tx, id db.ID) ([]contactRow, error) {
	return contactRows(tx, "SELECT "+contactColumns+" FROM linelist_contact k WHERE k.id IN (SELECT l.target FROM linelist_link l WHERE l.source = ?) ORDER BY k.last DESC, k.id", id)
}

func contactsNamed(tx *db.Tx, disease, name string) ([]contactRow, error) {
	skeleton := match.Skeleton(name)
	if skeleton == "" {
		return nil, nil
	}
	return contactRows(tx, "SELECT "+contactColumns+" FROM linelist_contact k WHERE k.disease = ? AND k.skeleton = ? ORDER BY k.id LIMIT 20", disease, skeleton)
}

// linksOf lists the links from and to a case or contact.
func linksOf(tx *db.Tx, id db.ID) (out []Link, err error) {
	rows, err := tx.Query("SELECT l.id, l.body FROM linelist_link l WHERE l.source = ? OR l.target = ? ORDER BY l.id", id, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var l Link
		var body string
		if err := rows.Scan(&l.ID, &body); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(body), &l); err != nil {
			return nil, fault.Wrap("linelist.linksOf", err)
		}
		out = append(out, l)
	}
	return out, rows.Err()
}

// linksFrom lists the links whose source is one of some cases.
func linksFrom(tx *db.Tx, sources []db.ID) (out []Link, err error) {
	for _, id := range sources {
		list, err := linksOf(tx, id)
		if err != nil {
			return nil, err
		}
		for _, l := range list {
			if l.From == id {
				out = append(out, l)
			}
		}
	}
	return out, nil
}

// tracing counts cases within a scope that are cases for counting, and those of them
// whom a contact became.
func tracing(tx *db.Tx, sc access.Scope) (cases int, err error) {
	where, args := sc.Where("c")
	err = tx.Row("SELECT count(*) FROM linelist_case c WHERE "+where+" AND c.class IN ('CONFIRMED', 'COMPATIBLE', 'PROBABLE', 'SUSPECTED')", args...).Scan(&cases)
	return cases, err
}

// ofOrigin answers what a record of another system became in a table of this package.
func ofOrigin(tx *db.Tx, table, origin string) (id db.ID, err error) {
	err = tx.Row("SELECT id FROM "+table+" WHERE origin = ? ORDER BY id LIMIT 1", origin).Scan(&id)
	return id, err
}
