package problem

import (
	"encoding/json"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

const (
	kindTerm    = "care.term"
	kindProblem = "care.problem"
)

// Kinds are this area's journal kinds.
func Kinds() []journal.Kind {
	words := []string{"system", "code", "name", "names", "disease"}
	return []journal.Kind{
		{Name: kindTerm, Schema: 1, Tables: []string{"care_term"}, Project: projectTerm, Groups: []journal.Group{
			{Name: "words", Class: journal.Register, Fields: append(words, "sensitive")}, {Name: "offered", Class: journal.Register, Fields: []string{"off"}}}},
		{Name: kindProblem, Schema: 1, Tables: []string{"care_problem"}, Project: projectProblem, Groups: []journal.Group{
			{Name: "what", Class: journal.Register, Fields: append(words, "certainty", "since", "encounter", "at", "by")},
			{Name: "course", Class: journal.Register, Fields: []string{"status", "until"}},
			{Name: "raised", Class: journal.Register, Fields: []string{"signal"}}}},
	}
}

// Migrations are this area's tables.
func Migrations() []db.Migration {
	return []db.Migration{{Area: "problem", Number: 1, SQL: `
CREATE TABLE care_term (
	id BLOB NOT NULL PRIMARY KEY, site TEXT NOT NULL, sensitive INTEGER NOT NULL, off INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX care_term_site ON care_term (site, off);
CREATE TABLE care_problem (
	id BLOB NOT NULL PRIMARY KEY, subject BLOB NOT NULL, site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL,
	active INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX care_problem_subject ON care_problem (subject, active);
`}}
}

// termFields is a term as its document has it.
type termFields struct {
	Term
	Sensitive bool `json:"sensitive"`
}

func projectTerm(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM care_term WHERE id = ?", d.ID)
		return err
	}
	var t termFields
	if err := d.Decode(&t); err != nil {
		return err
	}
	body, err := json.Marshal(t.Term)
	if err != nil {
		return fault.Wrap("problem.projectTerm", err)
	}
	_, err = tx.Exec(`INSERT INTO care_term (id, site, sensitive, off, body) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET site = excluded.site, sensitive = excluded.sensitive, off = excluded.off, body = excluded.body`,
		d.ID, d.Site, flag(t.Sensitive), flag(t.Off), string(body))
	return err
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// terms lists the entries of a site, those that are offered alone or all.
func terms(tx *db.Tx, site string, all bool) (out []Term, err error) {
	rows, err := tx.Query("SELECT id, sensitive, body FROM care_term WHERE site = ? AND off <= ? LIMIT ?", site, flag(all), 2*mostTerms)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var t Term
		var id db.ID
		var sensitive int
		var body string
		if err := rows.Scan(&id, &sensitive, &body); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(body), &t); err != nil {
			return nil, fault.Wrap("problem.terms", err)
		}
		t.ID, t.Site, t.Sensitive = id, site, sensitive == 1
		out = append(out, t)
	}
	return out, rows.Err()
}

func projectProblem(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM care_problem WHERE id = ?", d.ID)
		return err
	}
	var p Problem
	if err := d.Decode(&p); err != nil {
		return err
	}
	body, err := json.Marshal(p)
	if err != nil {
		return fault.Wrap("problem.projectProblem", err)
	}
	_, err = tx.Exec(`INSERT INTO care_problem (id, subject, site, programme, sensitivity, active, body) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET subject = excluded.subject, site = excluded.site, programme = excluded.programme, sensitivity = excluded.sensitivity,
		active = excluded.active, body = excluded.body`,
		d.ID, d.Subject, d.Site, d.Programme, int(d.Sensitivity), flag(p.Status == Active), string(body))
	return err
}

const problemColumns = "p.id, p.subject, p.site, p.programme, p.sensitivity, p.body"

func scanProblem(scan func(...any) error) (Problem, error) {
	var p Problem
	var id, subject db.ID
	var site, programme, body string
	var sens int
	if err := scan(&id, &subject, &site, &programme, &sens, &body); err != nil {
		return p, err
	}
	err := json.Unmarshal([]byte(body), &p)
	p.ID, p.Person, p.Site, p.Programme, p.Sensitivity = id, subject, site, programme, journal.Sensitivity(sens)
	p.Sensitive = p.Sensitivity >= journal.Sensitive
	return p, fault.Wrap("problem.scan", err)
}

func find(tx *db.Tx, id db.ID) (Problem, error) {
	return scanProblem(tx.Row("SELECT "+problemColumns+" FROM care_problem p WHERE p.id = ?", id).Scan)
}

// mostOf bounds what one person's page shows.
const mostOf = 200

// of lists the problems of a person that a scope may read, those that stand first.
func of(tx *db.Tx, sc access.Scope, person db.ID) (out []Problem, err error) {
	where, args := sc.WhereIn("p", access.Columns{})
	rows, err := tx.Query("SELECT "+problemColumns+" FROM care_problem p WHERE "+where+" AND p.subject = ? ORDER BY p.active DESC, p.id DESC LIMIT ?", append(args, person, mostOf)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		p, err := scanProblem(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, rows.Err()
}
