package outbreak

import (
	"encoding/json"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// The journal kinds of this package.
const (
	kindOutbreak = "surveillance.outbreak"
	kindOffer    = "surveillance.offer"
)

// The append groups: what two officers did at once is kept as two steps.
const (
	groupSteps = "steps"
	groupTold  = "told"
)

// Kinds are this package's journal kinds.
func Kinds() []journal.Kind {
	reg := func(name string, fields ...string) journal.Group {
		return journal.Group{Name: name, Class: journal.Register, Fields: fields}
	}
	return []journal.Kind{
		{Name: kindOutbreak, Schema: 1, Tables: []string{"outbreak_outbreak"}, Project: projectOutbreak, Reach: journal.Everywhere, Groups: []journal.Group{
			reg("disease", "disease"), reg("places", "places"), reg("time", "from", "until"), reg("source", "source", "signal"),
			{Name: groupSteps, Class: journal.Append, Fields: []string{"step"}},
		}},
		{Name: kindOffer, Schema: 1, Tables: []string{"outbreak_offer"}, Project: projectOffer, Groups: []journal.Group{
			reg("offer", "outbreak", "care"),
			{Name: groupTold, Class: journal.Append, Fields: []string{"is"}},
		}},
	}
}

// Migrations are this package's tables. outbreak_met and outbreak_look are worked out
// here from stays and outbreaks; no entry of the journal is about them.
func Migrations() []db.Migration {
	return []db.Migration{{Area: "outbreak", Number: 1, SQL: `
CREATE TABLE outbreak_outbreak (
	id BLOB NOT NULL PRIMARY KEY, site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL,
	disease TEXT NOT NULL, state TEXT NOT NULL, first INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE TABLE outbreak_offer (
	id BLOB NOT NULL PRIMARY KEY, subject BLOB NOT NULL, site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL,
	outbreak BLOB NOT NULL, care TEXT NOT NULL, state TEXT NOT NULL, body TEXT NOT NULL
);
CREATE INDEX outbreak_offer_outbreak ON outbreak_offer (outbreak, subject);
CREATE INDEX outbreak_offer_subject ON outbreak_offer (subject);
CREATE TABLE outbreak_met (
	outbreak BLOB NOT NULL, person BLOB NOT NULL, site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL,
	certain INTEGER NOT NULL, possible INTEGER NOT NULL, round INTEGER NOT NULL, PRIMARY KEY (outbreak, person)
);
CREATE INDEX outbreak_met_site ON outbreak_met (outbreak, site, possible);
CREATE INDEX outbreak_met_person ON outbreak_met (person);
CREATE TABLE outbreak_look (
	outbreak BLOB NOT NULL PRIMARY KEY, print TEXT NOT NULL, at TEXT NOT NULL, round INTEGER NOT NULL, done INTEGER NOT NULL
);
`}}
}

// outbreakOf reads an outbreak out of its document, with its steps in their order.
func outbreakOf(d *journal.Doc) (Outbreak, error) {
	const op = "outbreak.outbreakOf"
	var o Outbreak
	if err := d.Decode(&o); err != nil {
		return o, err
	}
	o.ID, o.Site, o.Programme, o.Steps = d.ID, d.Site, d.Programme, nil
	for _, it := range d.Items(groupSteps) {
		raw, ok := it.Fields["step"]
		if !ok || string(raw) == "null" {
			continue
		}
		var s Step
		if err := json.Unmarshal(raw, &s); err != nil {
			return o, fault.Wrap(op, err)
		}
		s.By = it.By
		o.Steps = append(o.Steps, s)
	}
	return o, nil
}

func projectOutbreak(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM outbreak_outbreak WHERE id = ?", d.ID)
		return err
	}
	o, err := outbreakOf(d)
	if err != nil {
		return err
	}
	body, err := json.Marshal(o)
	if err != nil {
		return fault.Wrap("outbreak.projectOutbreak", err)
	}
	first, _, ok := o.From.Bounds()
	if !ok {
		first = never
	}
	_, err = tx.Exec(`INSERT INTO outbreak_outbreak (id, site, programme, sensitivity, disease, state, first, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET site = excluded.site, programme = excluded.programme, sensitivity = excluded.sensitivity,
			disease = excluded.disease, state = excluded.state, first = excluded.first, body = excluded.body`,
		d.ID, d.Site, d.Programme, int(d.Sensitivity), o.Disease, string(o.State()), first, string(body))
	return err
}

func offerOf(d *journal.Doc) (Offer, error) {
	const op = "outbreak.offerOf"
	var o Offer
	if err := d.Decode(&o); err != nil {
		return o, err
	}
	o.ID, o.Person, o.Site, o.Programme, o.Told = d.ID, d.Subject, d.Site, d.Programme, nil
	for _, it := range d.Items(groupTold) {
		raw, ok := it.Fields["is"]
		if !ok || string(raw) == "null" {
			continue
		}
		var is OfferIs
		if err := json.Unmarshal(raw, &is); err != nil {
			return o, fault.Wrap(op, err)
		}
		is.By = it.By
		o.Told = append(o.Told, is)
	}
	return o, nil
}

func projectOffer(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM outbreak_offer WHERE id = ?", d.ID)
		return err
	}
	o, err := offerOf(d)
	if err != nil {
		return err
	}
	body, err := json.Marshal(o)
	if err != nil {
		return fault.Wrap("outbreak.projectOffer", err)
	}
	_, err = tx.Exec(`INSERT INTO outbreak_offer (id, subject, site, programme, sensitivity, outbreak, care, state, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET site = excluded.site, programme = excluded.programme, sensitivity = excluded.sensitivity,
			outbreak = excluded.outbreak, care = excluded.care, state = excluded.state, body = excluded.body`,
		d.ID, d.Subject, d.Site, d.Programme, int(d.Sensitivity), o.Outbreak, o.Care, string(o.Last().State), string(body))
	return err
}

const outbreakColumns = "id, site, programme, body"

func scanOutbreak(scan func(...any) error) (Outbreak, error) {
	var o Outbreak
	var id db.ID
	var site, programme, body string
	if err := scan(&id, &site, &programme, &body); err != nil {
		return o, err
	}
	if err := json.Unmarshal([]byte(body), &o); err != nil {
		return o, fault.Wrap("outbreak.scanOutbreak", err)
	}
	o.ID, o.Site, o.Programme = id, site, programme
	return o, nil
}

func findOutbreak(tx *db.Tx, id db.ID) (Outbreak, error) {
	return scanOutbreak(tx.Row("SELECT "+outbreakColumns+" FROM outbreak_outbreak WHERE id = ?", id).Scan)
}

// allOutbreaks lists the outbreaks, those that run first and then the latest.
func allOutbreaks(tx *db.Tx) ([]Outbreak, error) {
	rows, err := tx.Query("SELECT " + outbreakColumns + ` FROM outbreak_outbreak
		ORDER BY CASE state WHEN 'active' THEN 0 WHEN 'suspected' THEN 1 WHEN 'over' THEN 2 ELSE 3 END, first DESC, id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Outbreak
	for rows.Next() {
		o, err := scanOutbreak(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, rows.Err()
}

func offersWhere(tx *db.Tx, where string, args ...any) ([]Offer, error) {
	rows, err := tx.Query("SELECT id, subject, site, programme, body FROM outbreak_offer WHERE "+where+" ORDER BY id", args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Offer
	for rows.Next() {
		var o Offer
		var id, person db.ID
		var site, programme, body string
		if err := rows.Scan(&id, &person, &site, &programme, &body); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(body), &o); err != nil {
			return nil, fault.Wrap("outbreak.offersWhere", err)
		}
		o.ID, o.Person, o.Site, o.Programme = id, person, site, programme
		out = append(out, o)
	}
	return out, rows.Err()
}

// offersFor answers the offers to some people because of an outbreak.
func offersFor(tx *db.Tx, outbreak db.ID, people []db.ID) (map[db.ID][]Offer, error) {
	out := map[db.ID][]Offer{}
	if len(people) == 0 {
		return out, nil
	}
	args := []any{outbreak}
	for _, id := range people {
		args = append(args, id)
	}
	list, err := offersWhere(tx, "outbreak = ? AND subject IN (?"+strings.Repeat(", ?", len(people)-1)+")", args...)
	for _, o := range list {
		out[o.Person] = append(out[o.Person], o)
	}
	return out, err
}

// met is a row of the list of an outbreak.
type met struct {
	Outbreak, Person  db.ID
	Certain, Possible calendar.Day // the last day of exposure; never where there is none
}

func putMet(tx *db.Tx, m met, r access.Resource, round int64) error {
	_, err := tx.Exec(`INSERT INTO outbreak_met (outbreak, person, site, programme, sensitivity, certain, possible, round) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (outbreak, person) DO UPDATE SET site = excluded.site, programme = excluded.programme, sensitivity = excluded.sensitivity,
			certain = excluded.certain, possible = excluded.possible, round = excluded.round`,
		m.Outbreak, m.Person, r.Site, r.Programme, int(journal.Clinical), m.Certain, m.Possible, round)
	return err
}

func findMet(tx *db.Tx, outbreak, person db.ID) (m met, err error) {
	m.Outbreak, m.Person = outbreak, person
	err = tx.Row("SELECT certain, possible FROM outbreak_met WHERE outbreak = ? AND person = ?", outbreak, person).Scan(&m.Certain, &m.Possible)
	return m, err
}

func dropMet(tx *db.Tx, outbreak, person db.ID) error {
	_, err := tx.Exec("DELETE FROM outbreak_met WHERE outbreak = ? AND person = ?", outbreak, person)
	return err
}

// leftOver lists people whom a round of looking at an outbreak did not come upon again.
func leftOver(tx *db.Tx, outbreak db.ID, round int64, limit int) ([]db.ID, error) {
	return tx.IDs("SELECT person FROM outbreak_met WHERE outbreak = ? AND round < ? ORDER BY person LIMIT ?", outbreak, round, limit)
}

// MetFilter narrows the list of an outbreak.
type MetFilter struct {
	Site string
	// Since is the earliest day of exposure that still counts.
	Since calendar.Day
}

func (f MetFilter) where(sc access.Scope, outbreak db.ID) (string, []any) {
	where, args := sc.WhereIn("m", access.Columns{Subject: "person"})
	where += " AND m.outbreak = ? AND m.possible >= ?"
	args = append(args, outbreak, f.Since)
	if f.Site != "" {
		where, args = where+" AND m.site = ?", append(args, f.Site)
	}
	return where, args
}

// listMet lists whom an outbreak met within a scope, those who did for certain first.
func listMet(tx *db.Tx, sc access.Scope, outbreak db.ID, f MetFilter, limit, skip int) ([]met, error) {
	where, args := f.where(sc, outbreak)
	rows, err := tx.Query(`SELECT m.person, m.certain, m.possible FROM outbreak_met m WHERE `+where+`
		ORDER BY CASE WHEN m.certain >= ? THEN 0 ELSE 1 END, m.person LIMIT ? OFFSET ?`, append(args, f.Since, limit, skip)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []met
	for rows.Next() {
		m := met{Outbreak: outbreak}
		if err := rows.Scan(&m.Person, &m.Certain, &m.Possible); err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, rows.Err()
}

// countMet counts them, and by site.
func countMet(tx *db.Tx, sc access.Scope, outbreak db.ID, f MetFilter) (total, certain int, err error) {
	where, args := f.where(sc, outbreak)
	err = tx.Row(`SELECT count(*), coalesce(sum(CASE WHEN m.certain >= ? THEN 1 ELSE 0 END), 0) FROM outbreak_met m WHERE `+where, append([]any{f.Since}, args...)...).Scan(&total, &certain)
	return total, certain, err
}

// looked is how far looking at an outbreak has come.
type looked struct {
	Print string // of what was looked at; another one is looked at anew
	At    string // the last place and person, as cursor writes it
	Round int64
	Done  bool
}

func findLooked(tx *db.Tx, outbreak db.ID) (l looked, err error) {
	var done int
	err = tx.Row("SELECT print, at, round, done FROM outbreak_look WHERE outbreak = ?", outbreak).Scan(&l.Print, &l.At, &l.Round, &done)
	l.Done = done != 0
	if fault.Is(err, fault.NotFound) {
		return looked{}, nil
	}
	return l, err
}

func putLooked(tx *db.Tx, outbreak db.ID, l looked) error {
	done := 0
	if l.Done {
		done = 1
	}
	_, err := tx.Exec(`INSERT INTO outbreak_look (outbreak, print, at, round, done) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (outbreak) DO UPDATE SET print = excluded.print, at = excluded.at, round = excluded.round, done = excluded.done`, outbreak, l.Print, l.At, l.Round, done)
	return err
}

// OutbreakKinds and OfferKinds name the kinds, for who settles what two changes say.
func OutbreakKinds() []string { return []string{kindOutbreak} }

// OfferKinds names the kinds of what was offered.
func OfferKinds() []string { return []string{kindOffer} }

// IsOutbreak reports whether a kind of document is an outbreak.
func IsOutbreak(kind string) bool { return kind == kindOutbreak }
