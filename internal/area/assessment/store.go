package assessment

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Migrations returns the tables of this area: projections of its journal kinds.
func Migrations() []db.Migration {
	return []db.Migration{{Area: "assessment", Number: 1, SQL: `
CREATE TABLE assessment_case (
	id BLOB PRIMARY KEY, number TEXT NOT NULL, destination TEXT NOT NULL, site TEXT NOT NULL, programme TEXT NOT NULL,
	exam_day INTEGER NOT NULL, exam_country TEXT NOT NULL, facts TEXT NOT NULL, closed INTEGER NOT NULL, opened INTEGER NOT NULL);
CREATE INDEX assessment_case_number ON assessment_case (number, id);
CREATE TABLE assessment_member (
	id BLOB PRIMARY KEY, case_id BLOB NOT NULL, person BLOB NOT NULL, relation TEXT NOT NULL, site TEXT NOT NULL, programme TEXT NOT NULL,
	sensitivity INTEGER NOT NULL, state TEXT NOT NULL, stations TEXT NOT NULL, left_case INTEGER NOT NULL, changed INTEGER NOT NULL);
CREATE INDEX assessment_member_case ON assessment_member (case_id, id);
CREATE INDEX assessment_member_person ON assessment_member (person);
CREATE INDEX assessment_member_state ON assessment_member (state, case_id);
CREATE TABLE assessment_decision (
	id BLOB PRIMARY KEY, member BLOB NOT NULL, pack TEXT NOT NULL, version TEXT NOT NULL, hash TEXT NOT NULL,
	day TEXT NOT NULL, record TEXT NOT NULL, made INTEGER NOT NULL);
CREATE INDEX assessment_decision_member ON assessment_decision (member, made, id);
CREATE TABLE assessment_act (
	id BLOB PRIMARY KEY, member BLOB NOT NULL, act TEXT NOT NULL, decision BLOB NOT NULL, service TEXT NOT NULL, row_ids TEXT NOT NULL,
	reason TEXT NOT NULL, outcome TEXT NOT NULL, actor BLOB NOT NULL, made INTEGER NOT NULL);
CREATE INDEX assessment_act_member ON assessment_act (member, made, id);
CREATE TABLE assessment_clearance (
	id BLOB PRIMARY KEY, member BLOB NOT NULL, decision BLOB NOT NULL, valid_until TEXT NOT NULL, evidence TEXT NOT NULL, state TEXT NOT NULL,
	cause TEXT NOT NULL, actor BLOB NOT NULL, made INTEGER NOT NULL);
CREATE INDEX assessment_clearance_member ON assessment_clearance (member, made, id);
CREATE TABLE assessment_alert (
	id BLOB PRIMARY KEY, member BLOB NOT NULL, recipient BLOB NOT NULL, cause TEXT NOT NULL, decision BLOB NOT NULL,
	answer TEXT NOT NULL, made INTEGER NOT NULL);
CREATE INDEX assessment_alert_to ON assessment_alert (recipient, answer, id);
CREATE TABLE assessment_answer (
	id BLOB PRIMARY KEY, member BLOB NOT NULL, fact TEXT NOT NULL, value TEXT NOT NULL, own INTEGER NOT NULL, disputed INTEGER NOT NULL);
CREATE INDEX assessment_answer_member ON assessment_answer (member);
`}, {Area: "assessment", Number: 2, SQL: `
ALTER TABLE assessment_clearance ADD COLUMN likeness TEXT NOT NULL DEFAULT '{}';
`}, {Area: "assessment", Number: 3, SQL: sweepTable},
		// Counting where people stand, on every list and first page, reads these two
		// indexes and no row.
		{Area: "assessment", Number: 4, SQL: `
DROP INDEX assessment_member_state;
CREATE INDEX assessment_member_state ON assessment_member (state, case_id, left_case, site, sensitivity, programme, person, id);
CREATE INDEX assessment_case_open ON assessment_case (id, closed);
`}}
}

func putCase(tx *db.Tx, id db.ID, site, programme string, c Case, day calendar.Day, opened time.Time) error {
	facts, err := json.Marshal(c.Facts)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO assessment_case (id, number, destination, site, programme, exam_day, exam_country, facts, closed, opened)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET number = excluded.number, destination = excluded.destination, site = excluded.site,
		programme = excluded.programme, exam_day = excluded.exam_day, exam_country = excluded.exam_country,
		facts = excluded.facts, closed = excluded.closed, opened = excluded.opened`,
		id, c.Number, c.Destination, site, programme, day, c.ExamCountry, string(facts), c.Closed, opened.UnixMilli())
	return err
}

func putMember(tx *db.Tx, m Member, d *journal.Doc) error {
	_, err := tx.Exec(`INSERT INTO assessment_member (id, case_id, person, relation, site, programme, sensitivity, state, stations, left_case, changed)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET case_id = excluded.case_id, person = excluded.person, relation = excluded.relation,
		site = excluded.site, programme = excluded.programme, sensitivity = excluded.sensitivity,
		state = excluded.state, stations = excluded.stations, left_case = excluded.left_case, changed = excluded.changed`,
		m.ID, m.Case, m.Person, m.Relation, d.Site, d.Programme, int(d.Sensitivity), string(m.State), strings.Join(m.Stations, " "), m.Left, d.Updated.UnixMilli())
	return err
}

const caseColumns = `c.id, c.number, c.destination, c.exam_day, c.exam_country, c.facts, c.closed`

func scanCase(scan func(...any) error, more ...any) (Case, error) {
	var c Case
	var day calendar.Day
	var facts string
	if err := scan(append([]any{&c.ID, &c.Number, &c.Destination, &day, &c.ExamCountry, &facts, &c.Closed}, more...)...); err != nil {
		return c, err
	}
	c.ExamDate = day.Date()
	return c, json.Unmarshal([]byte(facts), &c.Facts)
}

// loadCase reads a case and where it is kept.
func loadCase(tx *db.Tx, id db.ID) (c Case, site, programme string, err error) {
	c, err = scanCase(tx.Row(`SELECT `+caseColumns+`, c.site, c.programme FROM assessment_case c WHERE c.id = ?`, id).Scan, &site, &programme)
	return c, site, programme, err
}

// numberTaken reports whether another open case for the same destination has the
// number.
func numberTaken(tx *db.Tx, c Case, site string) (bool, error) {
	var n int
	err := tx.Row(`SELECT COUNT(*) FROM assessment_case WHERE number = ? AND destination = ? AND site = ? AND closed = 0 AND id <> ?`,
		c.Number, c.Destination, site, c.ID).Scan(&n)
	return n > 0, err
}

// lastDay is the last day of the clearance of somebody who is cleared, as a text that
// sorts by day; empty for everybody else.
const lastDay = `CASE WHEN m.state = 'cleared' THEN COALESCE((SELECT k.valid_until FROM assessment_clearance k WHERE k.member = m.id
	ORDER BY k.made DESC, k.id DESC LIMIT 1), '') ELSE '' END`

const memberColumns = `m.id, m.case_id, m.person, m.relation, m.state, m.stations, m.left_case, ` + lastDay

func scanMember(scan func(...any) error) (Member, error) {
	var m Member
	var state, stations, until string
	err := scan(&m.ID, &m.Case, &m.Person, &m.Relation, &state, &stations, &m.Left, &until)
	if day, none := calendar.ParseDay(until); none == nil {
		m.Until = day.Date()
	}
	m.State, m.Stations = State(state), strings.Fields(stations)
	return m, err
}

func loadMember(tx *db.Tx, id db.ID) (Member, error) {
	return scanMember(tx.Row(`SELECT `+memberColumns+` FROM assessment_member m WHERE m.id = ?`, id).Scan)
}

func queryMembers(tx *db.Tx, sql string, args ...any) ([]Member, error) {
	rows, err := tx.Query(`SELECT `+memberColumns+` FROM assessment_member m `+sql, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Member
	for rows.Next() {
		m, err := scanMember(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, rows.Err()
}

// membersOf lists everybody who is or was in a case.
func membersOf(tx *db.Tx, caseID db.ID) ([]Member, error) {
	return queryMembers(tx, `WHERE m.case_id = ? ORDER BY m.id`, caseID)
}

// membersAbout lists a person's parts in cases that still matter: open ones, and
// those with a clearance, which a fact that arrives late suspends whether the case
// was closed or not.
func membersAbout(tx *db.Tx, person db.ID) ([]Member, error) {
	return queryMembers(tx, `JOIN assessment_case c ON c.id = m.case_id WHERE m.person = ? AND
		(c.closed = 0 OR EXISTS (SELECT 1 FROM assessment_clearance k WHERE k.member = m.id AND k.state <> ?)) ORDER BY m.id`, person, string(ClearanceWithdrawn))
}

// SitesOf lists the sites of a person's cases that a new fact can still change.
func (s *Service) SitesOf(tx *db.Tx, person db.ID) ([]string, error) {
	rows, err := tx.Query(`SELECT DISTINCT m.site FROM assessment_member m JOIN assessment_case c ON c.id = m.case_id WHERE m.person = ? AND
		(c.closed = 0 OR EXISTS (SELECT 1 FROM assessment_clearance k WHERE k.member = m.id AND k.state <> ?)) ORDER BY m.site`, person, string(ClearanceWithdrawn))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var site string
		if err := rows.Scan(&site); err != nil {
			return nil, err
		}
		out = append(out, site)
	}
	return out, rows.Err()
}

// CaseFilter chooses from the list of cases. Zero fields choose every open case.
type CaseFilter struct {
	State  State
	Number string // the beginning of a case number
	Closed bool   // the closed ones instead
	Today  calendar.Day
	After  db.ID // the last case of the page before
	Before int   // how many cases the pages before showed
	Limit  int
}

// listed is one case of a list, with its members that the scope lets through.
type listed struct {
	Case    Case
	Members []Member
}

// listCases returns cases newest first (a search by number: in its order), only
// with members the actor may see.
func listCases(tx *db.Tx, scope access.Scope, f CaseFilter) ([]listed, error) {
	where, args := scope.WhereIn("m", access.Columns{Subject: "person"})
	where += " AND m.left_case = 0 AND c.closed = ?"
	args = append(args, f.Closed)
	sql := `SELECT ` + caseColumns + ` FROM assessment_case c WHERE EXISTS (SELECT 1 FROM assessment_member m WHERE m.case_id = c.id AND ` + where + `)`
	after, order := ` AND c.id < ?`, ` ORDER BY c.id DESC`
	switch {
	case f.State != "":
		// By the state's own index, so that the few of a rare state are found among
		// millions.
		sql = `SELECT DISTINCT ` + caseColumns + ` FROM assessment_member m JOIN assessment_case c ON c.id = m.case_id WHERE ` + where + ` AND m.state = ?`
		switch f.State { // the two that the passing of a day tells apart are stored as one
		case StateExpired:
			sql, args = sql+` AND `+lastDay+` < ? AND `+lastDay+` <> ''`, append(args, string(StateCleared), f.Today.String())
		case StateCleared:
			sql, args = sql+` AND (`+lastDay+` >= ? OR `+lastDay+` = '')`, append(args, string(StateCleared), f.Today.String())
		default:
			args = append(args, string(f.State))
		}
		after, order = ` AND m.case_id < ?`, ` ORDER BY c.id DESC`
	case f.Number != "":
		after, order = ` AND (c.number, c.id) > (SELECT a.number, a.id FROM assessment_case a WHERE a.id = ?)`, ` ORDER BY c.number, c.id`
	}
	if f.Number != "" {
		sql, args = sql+` AND c.number >= ? AND c.number < ?`, append(args, f.Number, f.Number+"\uffff")
	}
	if !f.After.IsZero() {
		sql, args = sql+after, append(args, f.After)
	}
	rows, err := tx.Query(sql+order+` LIMIT ?`, append(args, f.Limit)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []listed
	for rows.Next() {
		c, err := scanCase(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, listed{Case: c})
	}
	if err := rows.Err(); err != nil || len(out) == 0 {
		return nil, err
	}
	return out, fillMembers(tx, scope, out)
}

// fillMembers reads the members of listed cases, all at once.
func fillMembers(tx *db.Tx, scope access.Scope, list []listed) error {
	where, args := scope.WhereIn("m", access.Columns{Subject: "person"})
	at := map[db.ID]int{}
	for i, l := range list {
		at[l.Case.ID] = i
		args = append(args, l.Case.ID)
	}
	marks := strings.TrimSuffix(strings.Repeat("?,", len(list)), ",")
	members, err := queryMembers(tx, `WHERE `+where+` AND m.left_case = 0 AND m.case_id IN (`+marks+`) ORDER BY m.id`, args...)
	for _, m := range members {
		i := at[m.Case]
		list[i].Members = append(list[i].Members, m)
	}
	return err
}

// countStates counts the members the actor may see by where they stand on a day,
// over open cases. Who was cleared is asked about apart: only theirs is a last day
// to be looked up, and they are few among all.
func countStates(tx *db.Tx, scope access.Scope, today calendar.Day) (map[State]int, error) {
	where, args := scope.WhereIn("m", access.Columns{Subject: "person"})
	from := ` FROM assessment_member m JOIN assessment_case c ON c.id = m.case_id WHERE ` + where + ` AND m.left_case = 0 AND c.closed = 0`
	rows, err := tx.Query(`SELECT m.state, COUNT(*)`+from+` GROUP BY m.state`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[State]int{}
	for rows.Next() {
		var state string
		var n int
		if err := rows.Scan(&state, &n); err != nil {
			return nil, err
		}
		out[State(state)] = n
	}
	if err := rows.Err(); err != nil || out[StateCleared] == 0 {
		return out, err
	}
	var over int
	if err := tx.Row(`SELECT COUNT(*) FROM (SELECT `+lastDay+` AS last`+from+` AND m.state = ?) s WHERE s.last <> '' AND s.last < ?`,
		append(args, string(StateCleared), today.String())...).Scan(&over); err != nil || over == 0 {
		return out, err
	}
	out[StateExpired] += over
	if out[StateCleared] -= over; out[StateCleared] == 0 {
		delete(out, StateCleared)
	}
	return out, nil
}

// sameSet reports whether two lists hold the same, whatever their order.
func sameSet(a, b []string) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}
