package assessment

import (
	"encoding/json"
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
CREATE INDEX assessment_case_number ON assessment_case (number);
CREATE INDEX assessment_case_day ON assessment_case (exam_day, id);
CREATE TABLE assessment_member (
	id BLOB PRIMARY KEY, case_id BLOB NOT NULL, person BLOB NOT NULL, relation TEXT NOT NULL, site TEXT NOT NULL, programme TEXT NOT NULL,
	sensitivity INTEGER NOT NULL, state TEXT NOT NULL, stations TEXT NOT NULL, left_case INTEGER NOT NULL, changed INTEGER NOT NULL);
CREATE INDEX assessment_member_case ON assessment_member (case_id, id);
CREATE INDEX assessment_member_person ON assessment_member (person);
CREATE INDEX assessment_member_state ON assessment_member (state, changed);
CREATE TABLE assessment_decision (
	id BLOB PRIMARY KEY, member BLOB NOT NULL, pack TEXT NOT NULL, version TEXT NOT NULL, hash TEXT NOT NULL,
	day TEXT NOT NULL, record TEXT NOT NULL, made INTEGER NOT NULL);
CREATE INDEX assessment_decision_member ON assessment_decision (member, id);
CREATE TABLE assessment_act (
	id BLOB PRIMARY KEY, member BLOB NOT NULL, act TEXT NOT NULL, decision BLOB NOT NULL, service TEXT NOT NULL,
	reason TEXT NOT NULL, outcome TEXT NOT NULL, actor BLOB NOT NULL, made INTEGER NOT NULL);
CREATE INDEX assessment_act_member ON assessment_act (member, id);
CREATE TABLE assessment_clearance (
	id BLOB PRIMARY KEY, member BLOB NOT NULL, decision BLOB NOT NULL, valid_until TEXT NOT NULL, state TEXT NOT NULL,
	cause TEXT NOT NULL, actor BLOB NOT NULL, made INTEGER NOT NULL);
CREATE INDEX assessment_clearance_member ON assessment_clearance (member, id);
CREATE TABLE assessment_alert (
	id BLOB PRIMARY KEY, member BLOB NOT NULL, recipient BLOB NOT NULL, cause TEXT NOT NULL, decision BLOB NOT NULL,
	answer TEXT NOT NULL, made INTEGER NOT NULL);
CREATE INDEX assessment_alert_to ON assessment_alert (recipient, answer, id);
CREATE INDEX assessment_alert_member ON assessment_alert (member, id);
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
		facts = excluded.facts, closed = excluded.closed`,
		id, c.Number, c.Destination, site, programme, day, c.ExamCountry, string(facts), c.Closed, opened.UnixMilli())
	return err
}

func putMember(tx *db.Tx, m Member, d *journal.Doc) error {
	_, err := tx.Exec(`INSERT INTO assessment_member (id, case_id, person, relation, site, programme, sensitivity, state, stations, left_case, changed)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET case_id = excluded.case_id, person = excluded.person, relation = excluded.relation,
		state = excluded.state, stations = excluded.stations, left_case = excluded.left_case, changed = excluded.changed`,
		m.ID, m.Case, m.Person, m.Relation, d.Site, d.Programme, int(d.Sensitivity), string(m.State), strings.Join(m.Stations, " "), m.Left, d.Updated.UnixMilli())
	return err
}

func putDecision(tx *db.Tx, id db.ID, v decisionDoc, made time.Time) error {
	_, err := tx.Exec(`INSERT INTO assessment_decision (id, member, pack, version, hash, day, record, made)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET record = excluded.record`,
		id, v.Member, v.Pack, v.Version, v.Hash, v.Day, string(v.Record), made.UnixMilli())
	return err
}

func putAct(tx *db.Tx, a Act) error {
	_, err := tx.Exec(`INSERT INTO assessment_act (id, member, act, decision, service, reason, outcome, actor, made)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET reason = excluded.reason`,
		a.ID, a.Member, string(a.Act), a.Decision, a.Service, a.Reason, a.Outcome, a.By, a.At.UnixMilli())
	return err
}

func putClearance(tx *db.Tx, c Clearance) error {
	_, err := tx.Exec(`INSERT INTO assessment_clearance (id, member, decision, valid_until, state, cause, actor, made)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET state = excluded.state, cause = excluded.cause`,
		c.ID, c.Member, c.Decision, c.ValidUntil, string(c.State), c.Cause, c.By, c.At.UnixMilli())
	return err
}

func putAlert(tx *db.Tx, a Alert) error {
	_, err := tx.Exec(`INSERT INTO assessment_alert (id, member, recipient, cause, decision, answer, made)
		VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET answer = excluded.answer`,
		a.ID, a.Member, a.To, a.Cause, a.Decision, a.Answer, a.At.UnixMilli())
	return err
}

const caseColumns = `id, number, destination, exam_day, exam_country, facts, closed`

func scanCase(scan func(...any) error) (Case, error) {
	var c Case
	var day calendar.Day
	var facts string
	if err := scan(&c.ID, &c.Number, &c.Destination, &day, &c.ExamCountry, &facts, &c.Closed); err != nil {
		return c, err
	}
	c.ExamDate = day.Date()
	return c, json.Unmarshal([]byte(facts), &c.Facts)
}

func loadCase(tx *db.Tx, id db.ID) (Case, error) {
	return scanCase(tx.Row(`SELECT `+caseColumns+` FROM assessment_case WHERE id = ?`, id).Scan)
}

// caseSite says where a case is kept, for the policy.
func caseSite(tx *db.Tx, id db.ID) (site, programme string, err error) {
	err = tx.Row(`SELECT site, programme FROM assessment_case WHERE id = ?`, id).Scan(&site, &programme)
	return site, programme, err
}

const memberColumns = `id, case_id, person, relation, state, stations, left_case`

func scanMember(scan func(...any) error) (Member, error) {
	var m Member
	var state, stations string
	err := scan(&m.ID, &m.Case, &m.Person, &m.Relation, &state, &stations, &m.Left)
	m.State, m.Stations = State(state), strings.Fields(stations)
	return m, err
}

func loadMember(tx *db.Tx, id db.ID) (Member, error) {
	return scanMember(tx.Row(`SELECT `+memberColumns+` FROM assessment_member WHERE id = ?`, id).Scan)
}

func queryMembers(tx *db.Tx, sql string, args ...any) ([]Member, error) {
	rows, err := tx.Query(sql, args...)
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

// CaseFilter chooses from the list of cases. Zero fields choose everything.
type CaseFilter struct {
	State  State
	Number string // the beginning of a case number
	After  db.ID  // the last case of the page before
	Limit  int
}

// listed is one case of a list, with its members that the scope lets through.
type listed struct {
	Case    Case
	Members []Member
}

// listCases returns cases newest first, only with members the actor may see.
func listCases(tx *db.Tx, scope access.Scope, f CaseFilter) ([]listed, error) {
	where, args := scope.WhereIn("m", access.Columns{Subject: "person"})
	sql := `SELECT DISTINCT c.id, c.number, c.destination, c.exam_day, c.exam_country, c.facts, c.closed
		FROM assessment_case c JOIN assessment_member m ON m.case_id = c.id WHERE ` + where + ` AND m.left_case = 0`
	if f.State != "" {
		sql, args = sql+` AND m.state = ?`, append(args, string(f.State))
	}
	if f.Number != "" {
		sql, args = sql+` AND c.number >= ? AND c.number < ?`, append(args, f.Number, f.Number+"\uffff")
	}
	if !f.After.IsZero() {
		sql, args = sql+` AND c.id < ?`, append(args, f.After)
	}
	rows, err := tx.Query(sql+` ORDER BY c.id DESC LIMIT ?`, append(args, f.Limit)...)
	if err != nil {
		return nil, err
	}
	var out []listed
	for rows.Next() {
		c, err := scanCase(rows.Scan)
		if err != nil {
			rows.Close()
			return nil, err
		}
		out = append(out, listed{Case: c})
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for i := range out {
		if out[i].Members, err = membersOf(tx, out[i].Case.ID); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// countStates counts the members the actor may see by state, over open cases.
func countStates(tx *db.Tx, scope access.Scope) (map[State]int, error) {
	where, args := scope.WhereIn("m", access.Columns{Subject: "person"})
	rows, err := tx.Query(`SELECT m.state, COUNT(*) FROM assessment_member m WHERE `+where+` AND m.left_case = 0 GROUP BY m.state`, args...)
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
	return out, rows.Err()
}

func membersOf(tx *db.Tx, caseID db.ID) ([]Member, error) {
	return queryMembers(tx, `SELECT `+memberColumns+` FROM assessment_member WHERE case_id = ? ORDER BY id`, caseID)
}

// openMembersOf lists a person's parts in cases that are not closed.
func openMembersOf(tx *db.Tx, person db.ID) ([]Member, error) {
	return queryMembers(tx, `SELECT m.id, m.case_id, m.person, m.relation, m.state, m.stations, m.left_case
		FROM assessment_member m JOIN assessment_case c ON c.id = m.case_id
		WHERE m.person = ? AND m.left_case = 0 AND c.closed = 0 ORDER BY m.id`, person)
}

// stored is a decision as it was made.
type stored struct {
	ID db.ID
	decisionDoc
	Made time.Time
}

func scanDecision(scan func(...any) error) (*stored, error) {
	var s stored
	var record string
	var made int64
	if err := scan(&s.ID, &s.Member, &s.Pack, &s.Version, &s.Hash, &s.Day, &record, &made); err != nil {
		return nil, err
	}
	s.Record, s.Made = json.RawMessage(record), time.UnixMilli(made)
	return &s, nil
}

const decisionColumns = `id, member, pack, version, hash, day, record, made`

// lastDecision returns the newest decision about a member; fault.NotFound when
// there is none.
func lastDecision(tx *db.Tx, member db.ID) (*stored, error) {
	return scanDecision(tx.Row(`SELECT `+decisionColumns+` FROM assessment_decision WHERE member = ? ORDER BY made DESC, id DESC LIMIT 1`, member).Scan)
}

func loadDecision(tx *db.Tx, id db.ID) (*stored, error) {
	return scanDecision(tx.Row(`SELECT `+decisionColumns+` FROM assessment_decision WHERE id = ?`, id).Scan)
}

func actsOf(tx *db.Tx, member db.ID) ([]Act, error) {
	rows, err := tx.Query(`SELECT id, member, act, decision, service, reason, outcome, actor, made FROM assessment_act WHERE member = ? ORDER BY made, id`, member)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Act
	for rows.Next() {
		var a Act
		var act string
		var made int64
		if err := rows.Scan(&a.ID, &a.Member, &act, &a.Decision, &a.Service, &a.Reason, &a.Outcome, &a.By, &made); err != nil {
			return nil, err
		}
		a.Act, a.At = ActKind(act), time.UnixMilli(made)
		out = append(out, a)
	}
	return out, rows.Err()
}

const clearanceColumns = `id, member, decision, valid_until, state, cause, actor, made`

func scanClearance(scan func(...any) error) (*Clearance, error) {
	var c Clearance
	var state string
	var made int64
	if err := scan(&c.ID, &c.Member, &c.Decision, &c.ValidUntil, &state, &c.Cause, &c.By, &made); err != nil {
		return nil, err
	}
	c.State, c.At = ClearanceState(state), time.UnixMilli(made)
	return &c, nil
}

// lastClearance returns a member's newest clearance; fault.NotFound when there is
// none.
func lastClearance(tx *db.Tx, member db.ID) (*Clearance, error) {
	return scanClearance(tx.Row(`SELECT `+clearanceColumns+` FROM assessment_clearance WHERE member = ? ORDER BY made DESC, id DESC LIMIT 1`, member).Scan)
}

func queryAlerts(tx *db.Tx, sql string, args ...any) ([]Alert, error) {
	rows, err := tx.Query(sql, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Alert
	for rows.Next() {
		var a Alert
		var made int64
		if err := rows.Scan(&a.ID, &a.Member, &a.To, &a.Cause, &a.Decision, &a.Answer, &made); err != nil {
			return nil, err
		}
		a.At = time.UnixMilli(made)
		out = append(out, a)
	}
	return out, rows.Err()
}

// openAlerts lists the alerts a user has not answered, newest first.
func openAlerts(tx *db.Tx, user db.ID, limit int) ([]Alert, error) {
	return queryAlerts(tx, `SELECT id, member, recipient, cause, decision, answer, made FROM assessment_alert
		WHERE recipient = ? AND answer = '' ORDER BY id DESC LIMIT ?`, user, limit)
}

func loadAlert(tx *db.Tx, id db.ID) (Alert, error) {
	as, err := queryAlerts(tx, `SELECT id, member, recipient, cause, decision, answer, made FROM assessment_alert WHERE id = ?`, id)
	if err != nil || len(as) == 0 {
		return Alert{}, orNotFound(err)
	}
	return as[0], nil
}
