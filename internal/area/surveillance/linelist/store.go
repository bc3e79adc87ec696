package linelist

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/match"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

const kindCase = "surveillance.case"

// The append groups of a case, and the prefix of what is known of its signs: a sign is
// a field of its own, so that two who answer different questions never meet.
const (
	groupResults = "results"
	groupClassed = "classed"
	signPrefix   = "f:"
)

// Kinds are this package's journal kinds.
func Kinds() []journal.Kind {
	reg := func(name string, fields ...string) journal.Group {
		return journal.Group{Name: name, Class: journal.Register, Fields: fields}
	}
	lists := surveillance.Shipped()
	return append([]journal.Kind{
		{Name: kindCase, Schema: 2, Tables: []string{"linelist_case"}, Project: func(tx *db.Tx, d *journal.Doc) error { return projectCase(tx, d, lists) },
			Remove: func(tx *db.Tx, doc db.ID) error {
				if err := dropDecidedIn(tx, doc); err != nil {
					return err
				}
				return uncountCase(tx, doc, lists)
			}, Groups: []journal.Group{
				reg("report", "disease", "number", "reported", "signal", "system", "foreign"),
				reg("who", "name", "sex", "birth", "health_worker"),
				reg("where", "country", "area", "place"), reg("origin", "imported", "from"),
				reg("onset", "onset"), reg("care", "admitted", "isolated"), reg("ending", "ending", "ended"), reg("officer", "officer"),
				{Name: groupResults, Class: journal.Append, Fields: []string{"result"}},
				{Name: groupClassed, Class: journal.Append, Fields: []string{"class"}},
			}},
	}, contactKinds()...)
}

// Migrations are this package's tables.
func Migrations() []db.Migration {
	return []db.Migration{{Area: "linelist", Number: 1, SQL: `
CREATE TABLE linelist_case (
	id BLOB NOT NULL PRIMARY KEY, subject BLOB, site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL,
	disease TEXT NOT NULL, class TEXT NOT NULL, country TEXT NOT NULL, area TEXT NOT NULL, onset INTEGER, reported INTEGER NOT NULL,
	ending TEXT NOT NULL, skeleton TEXT NOT NULL, origin TEXT NOT NULL, body TEXT NOT NULL
);
CREATE INDEX linelist_case_reported ON linelist_case (reported, id);
CREATE INDEX linelist_case_disease ON linelist_case (disease, reported);
CREATE INDEX linelist_case_subject ON linelist_case (subject);
CREATE INDEX linelist_case_skeleton ON linelist_case (disease, skeleton);
CREATE INDEX linelist_case_origin ON linelist_case (origin);
`}, contactMigration, {Area: "linelist", Number: 3, SQL: `
ALTER TABLE linelist_case ADD COLUMN counted INTEGER NOT NULL DEFAULT 0;
`}, {Area: "linelist", Number: 4, SQL: `
CREATE INDEX linelist_case_counts ON linelist_case (site, sensitivity, programme) WHERE class IN ('CONFIRMED', 'COMPATIBLE', 'PROBABLE', 'SUSPECTED');
`}, decidedMigration}
}

// caseOf reads a case out of its document, with everything that was added to it.
func caseOf(d *journal.Doc) (Case, error) {
	const op = "linelist.caseOf"
	var c Case
	if err := d.Decode(&c); err != nil {
		return c, err
	}
	c.ID, c.Person, c.Site, c.Programme = d.ID, d.Subject, d.Site, d.Programme
	c.Signs, c.Results, c.Classed = map[string]Sign{}, nil, nil
	for name, raw := range d.Fields {
		from, ok := strings.CutPrefix(name, signPrefix)
		if !ok || string(raw) == "null" {
			continue
		}
		var s Sign
		if err := json.Unmarshal(raw, &s); err != nil {
			return c, fault.Wrap(op, err)
		}
		s.Disputed = len(d.Disputed[name]) > 0
		c.Signs[from] = s
	}
	for _, it := range d.Items(groupResults) {
		var r Result
		if err := json.Unmarshal(it.Fields["result"], &r); err != nil {
			return c, fault.Wrap(op, err)
		}
		r.By = it.By
		c.Results = append(c.Results, r)
	}
	for _, it := range d.Items(groupClassed) {
		var k Classed
		if err := json.Unmarshal(it.Fields["class"], &k); err != nil {
			return c, fault.Wrap(op, err)
		}
		k.By = it.By
		c.Classed = append(c.Classed, k)
	}
	if c.Officer != nil && c.Officer.Class == "" {
		c.Officer = nil
	}
	return c, nil
}

func projectCase(tx *db.Tx, d *journal.Doc, lists surveillance.Lists) error {
	if err := uncountCase(tx, d.ID, lists); err != nil {
		return err
	}
	if d.Error {
		if _, err := tx.Exec("DELETE FROM linelist_case WHERE id = ?", d.ID); err != nil {
			return err
		}
		return dropDecidedIn(tx, d.ID)
	}
	c, err := caseOf(d)
	if err != nil {
		return err
	}
	c.Classed = slices.Clone(c.Classed)
	for i := range c.Classed {
		c.Classed[i].Record = nil // a list reads hundreds of rows, and nobody there asks why
	}
	body, err := json.Marshal(c)
	if err != nil {
		return fault.Wrap("linelist.projectCase", err)
	}
	if err := countCase(tx, d.ID, c, lists, firstDay(c.Reported, d), 1); err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO linelist_case (id, subject, site, programme, sensitivity, disease, class, country, area, onset, reported, ending, skeleton, origin, counted, body)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?)
		ON CONFLICT (id) DO UPDATE SET subject = excluded.subject, site = excluded.site, programme = excluded.programme, sensitivity = excluded.sensitivity,
			disease = excluded.disease, class = excluded.class, country = excluded.country, area = excluded.area, onset = excluded.onset, reported = excluded.reported,
			ending = excluded.ending, skeleton = excluded.skeleton, origin = excluded.origin, counted = excluded.counted, body = excluded.body`,
		d.ID, d.Subject, d.Site, d.Programme, int(d.Sensitivity), c.Disease, string(c.Class()), c.Country, c.Area, dayOrNull(c.Onset), firstDay(c.Reported, d), string(c.Ending),
		match.Skeleton(c.Name), originOf(c.System, c.Foreign), string(body))
	return err
}

// dayOrNull is the first day that a date may be, for lists in the order of days.
func dayOrNull(d calendar.Date) any {
	if first, _, ok := d.Bounds(); ok {
		return first
	}
	return nil
}

func firstDay(d calendar.Date, doc *journal.Doc) calendar.Day {
	if first, _, ok := d.Bounds(); ok {
		return first
	}
	return calendar.DayOfTime(doc.Created.UTC())
}

// originOf names a record of another system; "" for what was made here.
func originOf(system, foreign string) string {
	if foreign == "" {
		return ""
	}
	return system + "\x1f" + foreign
}

const caseColumns = "c.id, c.subject, c.site, c.programme, c.sensitivity, c.body"

// caseRow is a case as it lies in the table, with what its right is decided by.
type caseRow struct {
	access.Resource
	Case
}

func scanCase(scan func(...any) error) (caseRow, error) {
	r := caseRow{Resource: access.Resource{Kind: kindCase}}
	var level int
	var body string
	if err := scan(&r.Doc, &r.Subject, &r.Resource.Site, &r.Resource.Programme, &level, &body); err != nil {
		return r, err
	}
	r.Sensitivity = journal.Sensitivity(level)
	if err := json.Unmarshal([]byte(body), &r.Case); err != nil {
		return r, fault.Wrap("linelist.scanCase", err)
	}
	r.ID, r.Person, r.Case.Site, r.Case.Programme = r.Doc, r.Subject, r.Resource.Site, r.Resource.Programme
	return r, nil
}

func findCase(tx *db.Tx, id db.ID) (caseRow, error) {
	return scanCase(tx.Row("SELECT "+caseColumns+" FROM linelist_case c WHERE c.id = ?", id).Scan)
}

func caseRows(tx *db.Tx, sql string, args ...any) ([]caseRow, error) {
	rows, err := tx.Query(sql, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []caseRow
	for rows.Next() {
		r, err := scanCase(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// filtered is the condition of a filter, with its arguments.
func (f Filter) filtered(sc access.Scope) (string, []any) {
	where, args := sc.Where("c")
	for _, x := range []struct{ column, value string }{{"c.disease", f.Disease}, {"c.class", string(f.Class)}, {"c.area", f.Area}, {"c.country", f.Country}} {
		if x.value != "" {
			where += " AND " + x.column + " = ?"
			args = append(args, x.value)
		}
	}
	if f.From != 0 {
		where += " AND c.reported >= ?"
		args = append(args, f.From)
	}
	if f.To != 0 {
		where += " AND c.reported <= ?"
		args = append(args, f.To)
	}
	return where, args
}

// listCases lists cases within a scope, the latest report first.
func listCases(tx *db.Tx, sc access.Scope, f Filter, limit, skip int) ([]caseRow, error) {
	where, args := f.filtered(sc)
	return caseRows(tx, "SELECT "+caseColumns+" FROM linelist_case c WHERE "+where+" ORDER BY c.reported DESC, c.id DESC LIMIT ? OFFSET ?", append(args, limit, skip)...)
}

// mostCounted is up to how many cases a list says how many there are: to count more takes
// longer than the list itself.
const mostCounted = 10_000

// countCases counts the cases of a filter, up to one more than mostCounted.
func countCases(tx *db.Tx, sc access.Scope, f Filter) (n int, err error) {
	where, args := f.filtered(sc)
	err = tx.Row("SELECT count(*) FROM (SELECT 1 FROM linelist_case c WHERE "+where+" LIMIT ?) t", append(args, mostCounted+1)...).Scan(&n)
	return n, err
}

// casesOf lists the cases that a person is.
func casesOf(tx *db.Tx, person db.ID) ([]caseRow, error) {
	return caseRows(tx, "SELECT "+caseColumns+" FROM linelist_case c WHERE c.subject = ? ORDER BY c.reported DESC, c.id", person)
}

// likeNamed lists the cases of a disease whose name sounds the same.
func likeNamed(tx *db.Tx, disease, name string) ([]caseRow, error) {
	skeleton := match.Skeleton(name)
	if skeleton == "" {
		return nil, nil
	}
	return caseRows(tx, "SELECT "+caseColumns+" FROM linelist_case c WHERE c.disease = ? AND c.skeleton = ? ORDER BY c.id LIMIT 20", disease, skeleton)
}

// caseOfOrigin answers the case that a record of another system became here.
func caseOfOrigin(tx *db.Tx, origin string) (caseRow, error) {
	return scanCase(tx.Row("SELECT "+caseColumns+" FROM linelist_case c WHERE c.origin = ? ORDER BY c.id LIMIT 1", origin).Scan)
}
