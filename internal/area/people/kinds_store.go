package people

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// The journal kinds of this area.
const (
	kindPerson      = "people.person"
	kindSafety      = "people.safety"
	kindProtection  = "people.protection"
	kindFunctioning = "people.functioning"
	kindStay        = "people.stay"
	kindJourney     = "people.journey"
	kindDocument    = "people.document"
	kindContact     = "people.contact"
	kindConsent     = "people.consent"
	kindFamily      = "people.family"
	kindMember      = "people.member"
	kindRelation    = "people.relation"
	kindPhoto       = "people.photo"
	kindArrival     = "people.arrival"
)

// Kinds are this area's journal kinds: what changes together, and how it merges
// when two changes did not see each other.
func Kinds() []journal.Kind {
	reg := func(name string, fields ...string) journal.Group {
		return journal.Group{Name: name, Class: journal.Register, Fields: fields}
	}
	safety := func(name string, fields ...string) journal.Group {
		return journal.Group{Name: name, Class: journal.Safety, Fields: fields}
	}
	plain := func(name string, groups ...journal.Group) journal.Kind {
		table := strings.ReplaceAll(name, ".", "_")
		return journal.Kind{Name: name, Schema: 1, Groups: groups, Tables: []string{table}, Project: projectRecord(table)}
	}
	return []journal.Kind{
		{Name: kindPerson, Schema: 1, Tables: []string{"people_person"}, Project: projectPerson, Remove: dropKeys, Groups: []journal.Group{
			reg("name", "family", "given", "family_latin", "given_latin", "name_lang", "one_name"),
			reg("other_names", "other_names"), reg("wristband", "wristband"),
			reg("birth", "birth", "birth_source"), reg("age", "age_disputed", "birth_other"),
			reg("sex", "sex"), reg("languages", "languages", "interpreter"),
			reg("nationality", "nationalities", "nationality_state"), reg("birth_country", "birth_country"),
			reg("death", "died", "death"), reg("child", "accompaniment", "focal_name", "focal_reach", "guardian"),
			reg("distinct", "distinct_from"),
		}},
		plain(kindSafety, safety("allergy", "has_allergy", "allergies"), safety("pregnancy", "pregnant", "pregnant_on", "last_period", "due")),
		plain(kindProtection, reg("status", "legal_status"), reg("feared", "feared"), reg("note", "note")),
		plain(kindFunctioning, reg("answers", append([]string{"asked", "proxy"}, FunctioningDomains...)...)),
		{Name: kindStay, Schema: 2, Tables: []string{"people_stay", "people_whereabouts"}, Project: projectStay,
			Groups: []journal.Group{reg("stay", "place", "detail", "from", "to", "ongoing", "sure", "source")}},
		plain(kindJourney, reg("whole", "complete", "complete_on")),
		{Name: kindDocument, Schema: 1, Tables: []string{"people_document"}, Project: projectDocument, Groups: []journal.Group{
			reg("document", "type", "number", "issuer", "issued", "expiry"), reg("zone", "zone", "zone_state", "zone_fails", "holder"),
		}},
		plain(kindContact, reg("contact", "kind", "value", "owner", "name", "language", "safe", "safe_time", "no_message", "note")),
		plain(kindConsent,
			journal.Group{Name: "decision", Class: journal.Append, Fields: []string{"scope", "named", "decision", "given_by", "giver", "giver_relation",
				"capacity", "assent", "on", "interpreter", "interpreter_name", "language", "confidential", "emergency", "text_version", "mode",
				"witness", "recording", "order", "replaces"}},
			reg("second", "second_officer", "second_on"), reg("withdrawal", "withdrawn_on", "withdrawn_by", "withdrawal")),
		{Name: kindFamily, Schema: 1, Tables: []string{"people_family"}, Project: projectFamily, Binds: true, Groups: []journal.Group{reg("unit", "unit"), reg("number", "number"), reg("note", "note")}},
		{Name: kindMember, Schema: 1, Tables: []string{"people_member"}, Project: projectMember, Links: familyOf, Groups: []journal.Group{reg("place", "family", "person", "role"), reg("left", "left")}},
		{Name: kindRelation, Schema: 1, Tables: []string{"people_relation"}, Project: projectRelation, Groups: []journal.Group{reg("relation", "of", "other", "kind"), reg("ended", "ended")}},
		{Name: kindPhoto, Schema: 1, Tables: []string{"people_photo"}, Project: projectPhoto, Groups: []journal.Group{
			{Name: "photo", Class: journal.Append, Fields: []string{"jpeg", "width", "height", "taken"}},
		}},
		{Name: kindArrival, Schema: 1, Tables: []string{"people_arrival"}, Project: projectArrival, Groups: []journal.Group{
			{Name: "arrival", Class: journal.Append, Fields: []string{"day"}},
		}},
	}
}

// familyOf links a member to their family, without which nobody can read who
// belongs together.
func familyOf(d *journal.Doc) []db.ID { return linked(d, "family") }

// linked reads a field that names a document.
func linked(d *journal.Doc, field string) []db.ID {
	var id db.ID
	if json.Unmarshal(d.Fields[field], &id) != nil || id.IsZero() {
		return nil
	}
	return []db.ID{id}
}

// recordTables are the tables of one shape: what a person has several of, or one
// of beside the identity. body is the merged document as JSON; queries go by
// person only.
var recordTables = []string{"people_safety", "people_protection", "people_functioning", "people_stay", "people_journey", "people_contact", "people_consent"}

// Migrations are this area's tables.
func Migrations() []db.Migration {
	var b strings.Builder
	b.WriteString(personTables)
	for _, t := range recordTables {
		b.WriteString("CREATE TABLE " + t + " (" + recordColumns + ", PRIMARY KEY (id));\n")
		b.WriteString("CREATE INDEX " + t + "_person ON " + t + " (person);\n")
	}
	b.WriteString(otherTables)
	return []db.Migration{{Area: "people", Number: 1, SQL: b.String()}, {Area: "people", Number: 2, SQL: whereaboutsTable}}
}

const recordColumns = `id BLOB NOT NULL, person BLOB NOT NULL, site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL,
	author BLOB, disputed TEXT NOT NULL, body TEXT NOT NULL`

// record is one row of a table of that shape.
type record struct {
	ID, Person, Author db.ID
	Disputed           string // groups in open conflict, parted by blanks
	Body               []byte
}

// projectRecord writes a document's row, or takes it away when the document was
// entered in error.
func projectRecord(table string) func(*db.Tx, *journal.Doc) error {
	insert := "INSERT INTO " + table + ` (id, person, site, programme, sensitivity, author, disputed, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)` + onRecordConflict
	return func(tx *db.Tx, d *journal.Doc) error {
		args, err := recordArgs(tx, table, d)
		if err != nil || args == nil {
			return err
		}
		_, err = tx.Exec(insert, args...)
		return err
	}
}

const onRecordConflict = ` ON CONFLICT (id) DO UPDATE SET site = excluded.site, programme = excluded.programme, sensitivity = excluded.sensitivity,
	disputed = excluded.disputed, body = excluded.body`

// recordArgs returns the values of recordColumns; nil when the row was deleted.
func recordArgs(tx *db.Tx, table string, d *journal.Doc) ([]any, error) {
	if d.Error {
		_, err := tx.Exec("DELETE FROM "+table+" WHERE id = ?", d.ID)
		return nil, err
	}
	body, err := json.Marshal(d.Fields)
	if err != nil {
		return nil, err
	}
	return []any{d.ID, d.Subject, d.Site, d.Programme, int(d.Sensitivity), d.CreatedBy, disputed(d), string(body)}, nil
}

// disputed names the groups of a document that are in open conflict.
func disputed(d *journal.Doc) string {
	var names []string
	for g, alt := range d.Disputed {
		if len(alt) > 1 {
			names = append(names, g)
		}
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// records returns a person's rows of one table, oldest first.
func records(tx *db.Tx, table string, person db.ID) ([]record, error) {
	return queryRecords(tx, table, "person = ?", person)
}

// recordsOf is records for many people with one statement. Nobody else's rows are
// among them; who has none is left out.
func recordsOf(tx *db.Tx, table string, people []db.ID) (map[db.ID][]record, error) {
	if len(people) == 0 {
		return nil, nil
	}
	args := make([]any, len(people))
	for i, id := range people {
		args[i] = id
	}
	rows, err := queryRecords(tx, table, "person IN (?"+strings.Repeat(", ?", len(people)-1)+")", args...)
	out := map[db.ID][]record{}
	for _, r := range rows {
		out[r.Person] = append(out[r.Person], r)
	}
	return out, err
}

func queryRecords(tx *db.Tx, table, where string, args ...any) ([]record, error) {
	rows, err := tx.Query("SELECT id, person, author, disputed, body FROM "+table+" WHERE "+where+" ORDER BY id", args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []record
	for rows.Next() {
		var r record
		var body string
		if err := rows.Scan(&r.ID, &r.Person, &r.Author, &r.Disputed, &body); err != nil {
			return nil, err
		}
		r.Body = []byte(body)
		out = append(out, r)
	}
	return out, rows.Err()
}

// decodeAll reads the bodies of rows into values and lets keep set what is not in
// the body.
func decodeAll[T any](rows []record, keep func(*T, record)) ([]T, error) {
	out := make([]T, 0, len(rows))
	for _, r := range rows {
		var v T
		if err := json.Unmarshal(r.Body, &v); err != nil {
			return nil, err
		}
		keep(&v, r)
		out = append(out, v)
	}
	return out, nil
}
