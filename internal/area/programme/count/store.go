package count

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/care/encounter"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/tally"
)

// The kinds that are counted, and those by which people are told apart.
const (
	kindEncounter   = "care.encounter"
	kindResult      = "care.result"
	kindPerson      = "people.person"
	kindProtection  = "people.protection"
	kindFunctioning = "people.functioning"
)

// Migrations are this package's tables. The last statements have the journal project again
// what it held before there were counts (journal.CatchUp); on a new database they find
// nothing.
func Migrations() []db.Migration {
	return []db.Migration{{Area: "programme_count", Number: 1, SQL: `
CREATE TABLE programme_counted (
	doc BLOB NOT NULL PRIMARY KEY, subject BLOB NOT NULL, what TEXT NOT NULL, site TEXT NOT NULL, service TEXT NOT NULL, day INTEGER NOT NULL,
	pregnant TEXT NOT NULL, dims TEXT NOT NULL
);
CREATE INDEX programme_counted_subject ON programme_counted (subject);
CREATE TABLE programme_turn (subject BLOB NOT NULL PRIMARY KEY, n INTEGER NOT NULL);
` + again}}
}

const again = `
UPDATE journal_documents SET schema = 0 WHERE kind = 'care.encounter';
UPDATE journal_documents SET schema = 0 WHERE kind = 'care.result';
UPDATE journal_documents SET schema = 0 WHERE kind = 'people.person';
UPDATE journal_kinds SET schema = 0 WHERE name = 'care.encounter';
UPDATE journal_kinds SET schema = 0 WHERE name = 'care.result';
UPDATE journal_kinds SET schema = 0 WHERE name = 'people.person';
`

// Counting wraps the kinds of all areas so that what they project is counted.
func Counting(kinds []journal.Kind) []journal.Kind {
	out := slices.Clone(kinds)
	for i := range out {
		switch k := &out[i]; k.Name {
		case kindEncounter:
			counted(k, contactOf)
		case kindResult:
			counted(k, testOf)
		case kindPerson:
			counted(k, registeredOf)
		case kindProtection, kindFunctioning:
			project := k.Project
			k.Project = func(tx *db.Tx, d *journal.Doc) error {
				if err := project(tx, d); err != nil {
					return err
				}
				return recount(tx, d.Subject, func(map[db.ID]fact) {})
			}
		}
	}
	return out
}

// counted wraps a kind whose documents count one each.
func counted(k *journal.Kind, read func(*journal.Doc) (fact, bool, error)) {
	project, remove := k.Project, k.Remove
	k.Tables = append(slices.Clone(k.Tables), "programme_counted")
	k.Project = func(tx *db.Tx, d *journal.Doc) error {
		if err := project(tx, d); err != nil {
			return err
		}
		f, ok, err := read(d)
		if err != nil {
			return err
		}
		ok = ok && !d.Error && d.Sensitivity < journal.Sealed
		if f.Doc = d.ID; f.Subject.IsZero() {
			f.Subject = d.Subject
		}
		return recount(tx, f.Subject, func(facts map[db.ID]fact) {
			delete(facts, d.ID)
			if ok {
				facts[d.ID] = f
			}
		})
	}
	k.Remove = func(tx *db.Tx, doc db.ID) error {
		if err := uncount(tx, doc); err != nil || remove == nil {
			return err
		}
		return remove(tx, doc)
	}
}

func contactOf(d *journal.Doc) (f fact, ok bool, err error) {
	var e encounter.Encounter
	if err := d.Decode(&e); err != nil || e.Open() {
		return f, false, err
	}
	f = fact{What: Contact, Site: d.Site, Service: e.Pack + "/" + e.Code, Day: e.Day}
	if len(e.Record) > 0 {
		if rec, err := pack.ParseRecord(e.Record); err == nil { // one that cannot be read says nothing of a pregnancy
			if p, ok := rec.Facts["pregnant"]; ok && !p.Disputed {
				f.Pregnant = p.Value.Truth()
			}
		}
	}
	return f, true, nil
}

func testOf(d *journal.Doc) (f fact, ok bool, err error) {
	items := d.Items("result")
	if len(items) == 0 {
		return f, false, nil
	}
	var r struct {
		Form     string
		On       string
		Corrects db.ID
		Refused  bool
	}
	raw, err := json.Marshal(items[0].Fields)
	if err == nil {
		err = json.Unmarshal(raw, &r)
	}
	if err != nil {
		return f, false, fault.New(fault.Internal, "count.testOf", "journal.bad_payload") // without its cause, which may quote a value
	}
	on, err := calendar.ParseDay(r.On) // a result says its day in words
	if err != nil {
		return f, false, nil // of no day: it counts in no period
	}
	return fact{What: Test, Site: d.Site, Service: r.Form, Day: on}, r.Corrects.IsZero() && !r.Refused && r.Form != "", nil
}

func registeredOf(d *journal.Doc) (fact, bool, error) {
	return fact{What: Registered, Subject: d.ID, Site: d.Site, Day: calendar.DayOfTime(d.Created.UTC())}, true, nil
}

// uncount takes back what a document counted.
func uncount(tx *db.Tx, doc db.ID) error {
	var subject db.ID
	err := tx.Row("SELECT subject FROM programme_counted WHERE doc = ?", doc).Scan(&subject)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	facts, err := factsOf(tx, subject)
	if err != nil {
		return err
	}
	before := tallied(facts)
	delete(facts, doc)
	if _, err := tx.Exec("DELETE FROM programme_counted WHERE doc = ?", doc); err != nil {
		return err
	}
	return add(tx, subject, before, tallied(facts))
}

// recount changes what is counted of a person, and tells all of it apart by who they are
// now.
func recount(tx *db.Tx, subject db.ID, change func(map[db.ID]fact)) error {
	if subject.IsZero() {
		return nil
	}
	if tx.Engine() == db.Postgres {
		// Two transactions that write beside each other about one person must not both find
		// that theirs is the first contact of the month.
		if _, err := tx.Exec("INSERT INTO programme_turn (subject, n) VALUES (?, 1) ON CONFLICT (subject) DO UPDATE SET n = 1 - programme_turn.n", subject); err != nil {
			return err
		}
	}
	old, err := factsOf(tx, subject)
	if err != nil {
		return err
	}
	facts := make(map[db.ID]fact, len(old)+1)
	for id, f := range old {
		facts[id] = f
	}
	change(facts)
	if len(facts) == 0 && len(old) == 0 {
		return nil
	}
	who, err := people.CountedIn(tx, subject)
	if err != nil {
		return err
	}
	for id, f := range facts {
		f.Dims = dimsOf(who, f)
		facts[id] = f
		if was, ok := old[id]; ok && was == f {
			continue
		}
		if err := keep(tx, f); err != nil {
			return err
		}
	}
	for id := range old {
		if _, ok := facts[id]; ok {
			continue
		}
		if _, err := tx.Exec("DELETE FROM programme_counted WHERE doc = ?", id); err != nil {
			return err
		}
	}
	return add(tx, subject, tallied(old), tallied(facts))
}

// lanes spreads the rows of one day, so that those who write beside each other seldom wait
// for one row.
const lanes = 8

// add writes what changed in the tallies, in one order everywhere.
func add(tx *db.Tx, subject db.ID, before, after map[cell]int64) error {
	diff := map[cell]int64{}
	for c, n := range after {
		diff[c] += n
	}
	for c, n := range before {
		diff[c] -= n
	}
	cells := make([]cell, 0, len(diff))
	for c, n := range diff {
		if n != 0 {
			cells = append(cells, c)
		}
	}
	key := func(c cell) string {
		return c.counter + between + c.site + between + c.service + between + c.dims.text()
	}
	slices.SortFunc(cells, func(a, b cell) int {
		if a.day != b.day {
			return int(a.day - b.day)
		}
		return strings.Compare(key(a), key(b))
	})
	lane := int64(subject[15] % lanes)
	for _, c := range cells {
		if err := tally.Add(tx, lane, c.counter, c.day, diff[c], append([]string{c.site, c.service}, c.dims.fields()...)...); err != nil {
			return err
		}
	}
	return nil
}

func keep(tx *db.Tx, f fact) error {
	_, err := tx.Exec(`INSERT INTO programme_counted (doc, subject, what, site, service, day, pregnant, dims) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (doc) DO UPDATE SET subject = excluded.subject, what = excluded.what, site = excluded.site, service = excluded.service, day = excluded.day,
		pregnant = excluded.pregnant, dims = excluded.dims`, f.Doc, f.Subject, string(f.What), f.Site, f.Service, f.Day, truthOf(f.Pregnant), f.Dims.text())
	return err
}

func factsOf(tx *db.Tx, subject db.ID) (map[db.ID]fact, error) {
	list, err := db.List(tx, func(scan func(...any) error) (f fact, err error) {
		var what, pregnant, dims string
		if err := scan(&f.Doc, &f.Subject, &what, &f.Site, &f.Service, &f.Day, &pregnant, &dims); err != nil {
			return f, err
		}
		f.What, f.Dims = What(what), DimsOf(strings.Split(dims, between))
		switch pregnant {
		case "y":
			f.Pregnant = value.Yes
		case "n":
			f.Pregnant = value.No
		}
		return f, nil
	}, "SELECT doc, subject, what, site, service, day, pregnant, dims FROM programme_counted WHERE subject = ?", subject)
	out := make(map[db.ID]fact, len(list))
	for _, f := range list {
		out[f.Doc] = f
	}
	return out, err
}
