package sim

import (
	"encoding/json"

	"github.com/godwit-health/godwit/internal/edge/sync"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// The kinds of the simulation, of the shapes that the areas' kinds have.
const (
	kindPerson    = "s.person"    // with fields of all classes
	kindNote      = "s.note"      // about a person; facts that are never overwritten
	kindFamily    = "s.family"    // binds its members
	kindMember    = "s.member"    // a person in a family
	kindSame      = "s.same"      // two persons are one: a reversible link
	kindDose      = "s.dose"      // what is done once a day
	kindSite      = "s.site"      // goes everywhere
	kindComplaint = "s.complaint" // only goes up
	kindLater     = "s.later"     // the older program does not know it
)

// simTables are the one projected table, by document.
const simTables = `CREATE TABLE s_row (id BLOB PRIMARY KEY, kind TEXT NOT NULL, subject BLOB, what TEXT NOT NULL, error INTEGER NOT NULL);`

func project(tx *db.Tx, d *journal.Doc) error {
	what, err := json.Marshal(struct {
		Fields   map[string]json.RawMessage
		Disputed map[string][]journal.Alternative
		Items    []journal.Alternative
	}{d.Fields, d.Disputed, d.Items("facts")})
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO s_row (id, kind, subject, what, error) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, subject = excluded.subject, what = excluded.what, error = excluded.error`,
		d.ID, d.Kind, d.Subject, string(what), d.Error)
	return err
}

func linked(field string) func(d *journal.Doc) []db.ID {
	return func(d *journal.Doc) []db.ID {
		var id db.ID
		if json.Unmarshal(d.Fields[field], &id) != nil || id.IsZero() {
			return nil
		}
		return []db.ID{id}
	}
}

// groupFields are the fields that steps write, by class.
var groupFields = map[journal.Class][]string{
	journal.Append:   {"fact"},
	journal.Register: {"given", "family_name", "phone"},
	journal.Safety:   {"allergy", "pregnant"},
}

// kinds are those of a program: version 1, or 2, which has a kind and a group more.
func kinds(version int) []journal.Kind {
	groups := []journal.Group{
		{Name: "name", Class: journal.Register, Fields: []string{"given", "family_name"}},
		{Name: "phone", Class: journal.Register, Fields: []string{"phone"}},
		{Name: "allergy", Class: journal.Safety, Fields: []string{"allergy"}},
		{Name: "pregnant", Class: journal.Safety, Fields: []string{"pregnant"}},
		{Name: "facts", Class: journal.Append, Fields: []string{"fact"}},
		{Name: "link", Class: journal.Register, Fields: []string{"to"}},
	}
	if version > 1 {
		groups = append(groups, journal.Group{Name: "since2", Class: journal.Safety, Fields: []string{"since2"}})
	}
	kind := func(name string) journal.Kind {
		return journal.Kind{Name: name, Schema: version, Tables: []string{"s_row"}, Project: project, Groups: groups}
	}
	family, member, same, dose := kind(kindFamily), kind(kindMember), kind(kindSame), kind(kindDose)
	family.Binds = true
	member.Links, same.Links = linked("to"), linked("to")
	dose.Acts = func(*journal.Doc) journal.Acts { return journal.Acts{Day: 20000, Keys: []string{"measles"}} }
	site, complaint := kind(kindSite), kind(kindComplaint)
	site.Reach, complaint.Reach = journal.Everywhere, journal.UpOnly
	all := []journal.Kind{kind(kindPerson), kind(kindNote), family, member, same, dose, site, complaint}
	if version > 1 {
		all = append(all, kind(kindLater))
	}
	return append(all, sync.Kinds()...)
}

// upOnly reports whether documents of a kind are sent to nobody.
func upOnly(kind string) bool { return kind == kindComplaint || kind == sync.ActKind }
