package order

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// The journal kinds of this area.
const (
	kindOrder  = "care.order"
	kindStep   = "care.step"
	kindResult = "care.result"
)

// Kinds are this area's journal kinds.
func Kinds() []journal.Kind {
	return []journal.Kind{
		{Name: kindOrder, Schema: 1, Tables: []string{"care_order"}, Project: projectOrder, Groups: []journal.Group{
			{Name: "request", Class: journal.Append, Fields: []string{"case", "pack", "version", "hash", "why", "code", "service", "station", "form",
				"needs", "consent", "act", "specimens", "combine", "at"}},
			{Name: "status", Class: journal.Register, Fields: []string{"status", "reason", "since"}},
		}},
		{Name: kindStep, Schema: 1, Tables: []string{"care_step"}, Project: projectStep, Groups: []journal.Group{
			{Name: "step", Class: journal.Append, Fields: []string{"order", "result", "kind", "specimen", "how", "decision", "giver", "interpreter", "label", "on", "note", "at"}},
		}},
		{Name: kindResult, Schema: 2, Tables: []string{"care_result", "care_observation"}, Project: projectResult, Acts: observed, Groups: []journal.Group{
			{Name: "result", Class: journal.Append, Fields: []string{"order", "station", "main", "form", "specimen", "label", "on", "at", "answers", "facts", "corrects",
				"reason", "seen", "partial", "refused", "care"}},
			{Name: "error", Class: journal.Register, Fields: []string{"error_reason"}},
		}},
	}
}

// Migrations are this area's tables.
func Migrations() []db.Migration {
	return []db.Migration{{Area: "care_order", Number: 1, SQL: `
CREATE TABLE care_order (
	id BLOB NOT NULL PRIMARY KEY, subject BLOB NOT NULL, site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL,
	station TEXT NOT NULL, code TEXT NOT NULL, case_id BLOB, status TEXT NOT NULL, is_open INTEGER NOT NULL, talk INTEGER NOT NULL, disputed INTEGER NOT NULL,
	usr BLOB NOT NULL, at INTEGER NOT NULL, since INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX care_order_subject ON care_order (subject, code);
CREATE INDEX care_order_station ON care_order (station, is_open, site, at);
CREATE INDEX care_order_done ON care_order (station, is_open, since);
CREATE INDEX care_order_talk ON care_order (talk, site, at);
CREATE TABLE care_step (
	id BLOB NOT NULL PRIMARY KEY, order_id BLOB, result BLOB, subject BLOB NOT NULL, site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL,
	kind TEXT NOT NULL, usr BLOB NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX care_step_order ON care_step (order_id);
CREATE INDEX care_step_result ON care_step (result);
CREATE INDEX care_step_subject ON care_step (subject, kind);
CREATE TABLE care_result (
	id BLOB NOT NULL PRIMARY KEY, main BLOB NOT NULL, subject BLOB NOT NULL, site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL,
	station TEXT NOT NULL, order_id BLOB, corrects BLOB, in_error INTEGER NOT NULL, usr BLOB NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX care_result_subject ON care_result (subject);
CREATE INDEX care_result_order ON care_result (order_id);
CREATE INDEX care_result_main ON care_result (main);
CREATE INDEX care_result_corrects ON care_result (corrects);
CREATE TABLE care_observation (
	doc BLOB NOT NULL, code TEXT NOT NULL, result BLOB NOT NULL, subject BLOB NOT NULL, sensitivity INTEGER NOT NULL, order_id BLOB, specimen INTEGER NOT NULL,
	day INTEGER NOT NULL, value TEXT NOT NULL, unit TEXT NOT NULL, usr BLOB NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (doc, code)
);
CREATE INDEX care_observation_subject ON care_observation (subject, code, day);
CREATE TABLE care_opened (
	result BLOB NOT NULL, usr BLOB NOT NULL, subject BLOB NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (result, usr)
);
CREATE INDEX care_opened_subject ON care_opened (subject);
`}, {Area: "care_order", Number: 2, SQL: `
ALTER TABLE care_result ADD COLUMN care INTEGER NOT NULL DEFAULT 0;
CREATE INDEX care_result_care ON care_result (care, subject);
`}, {Area: "care_order", Number: 3, SQL: queueIndex}}
}

// orderDoc is an order in the journal, and the body of its row.
type orderDoc struct {
	Case      db.ID               `json:"case,omitzero"`
	Pack      string              `json:"pack,omitempty"`
	Version   string              `json:"version,omitempty"`
	Hash      string              `json:"hash,omitempty"`
	Why       []string            `json:"why,omitempty"`
	Code      string              `json:"code"`
	Service   string              `json:"service,omitempty"`
	Station   string              `json:"station"`
	Form      string              `json:"form,omitempty"`
	Needs     []Need              `json:"needs,omitempty"`
	Consent   string              `json:"consent,omitempty"`
	Act       string              `json:"act,omitempty"`
	Specimens int                 `json:"specimens,omitempty"`
	Combine   map[string][]string `json:"combine,omitempty"`
	At        time.Time           `json:"at"`
	Status    Status              `json:"status"`
	Reason    string              `json:"reason,omitempty"`
	Since     time.Time           `json:"since"`
}

func projectOrder(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM care_order WHERE id = ?", d.ID)
		return err
	}
	var o orderDoc
	if err := d.Decode(&o); err != nil {
		return err
	}
	body, err := json.Marshal(o)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO care_order (id, subject, site, programme, sensitivity, station, code, case_id, status, is_open, talk, disputed, usr, at, since, body)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET site = excluded.site, programme = excluded.programme, sensitivity = excluded.sensitivity, status = excluded.status,
			is_open = excluded.is_open, talk = excluded.talk, disputed = excluded.disputed, since = excluded.since, body = excluded.body`,
		d.ID, d.Subject, d.Site, d.Programme, int(d.Sensitivity), o.Station, o.Code, o.Case, string(o.Status), o.Status.Open(), talks(o), len(d.Disputed["status"]) > 1,
		d.CreatedBy, o.At, o.Since, string(body))
	return err
}

// talks reports whether somebody has to talk with the person about the order:
// before it while it is open, about its result when it is done.
func talks(o orderDoc) bool { return len(o.Needs) > 0 && (o.Status.Open() || o.Status == Done) }

const orderColumns = "o.id, o.subject, o.site, o.programme, o.sensitivity, o.disputed, o.usr, o.body"

func scanOrder(scan func(...any) error) (Order, map[string][]string, error) {
	var o Order
	var sens int
	var body string
	if err := scan(&o.ID, &o.Subject, &o.Site, &o.Programme, &sens, &o.Disputed, &o.By, &body); err != nil {
		return o, nil, err
	}
	var d orderDoc
	if err := json.Unmarshal([]byte(body), &d); err != nil {
		return o, nil, err
	}
	o.Sensitivity = journal.Sensitivity(sens)
	o.Case, o.Pack, o.Request.Version, o.Hash, o.Why = d.Case, d.Pack, d.Version, d.Hash, d.Why
	o.Code, o.Service, o.Station, o.Form, o.Needs, o.Consent = d.Code, d.Service, d.Station, d.Form, d.Needs, d.Consent
	o.Act, o.Specimens = actOf(d.Act), max(d.Specimens, 1)
	o.Status, o.Reason, o.At, o.Since = d.Status, d.Reason, d.At, d.Since
	return o, d.Combine, nil
}

// findOrder reads one order, or answers fault.NotFound.
func findOrder(tx *db.Tx, id db.ID) (Order, error) {
	o, _, err := scanOrder(tx.Row("SELECT "+orderColumns+" FROM care_order o WHERE o.id = ?", id).Scan)
	return o, err
}

func queryOrders(tx *db.Tx, where string, args ...any) ([]Order, error) {
	rows, err := tx.Query("SELECT "+orderColumns+" FROM care_order o WHERE "+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Order
	for rows.Next() {
		o, _, err := scanOrder(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, rows.Err()
}

// doneAt lists what was done at a station as far as the scope allows, the latest
// first: of some people, or of everybody where people is nil.
func doneAt(tx *db.Tx, station string, scope access.Scope, people []db.ID, limit int) ([]Order, error) {
	where, rights := scope.WhereIn("o", access.Columns{})
	query := "o.station = ? AND o.is_open = 0 AND o.status = ?"
	args := []any{station, string(Done)}
	if people != nil {
		people = people[:min(len(people), askedAtOnce)]
		query += " AND o.subject IN (NULL" + strings.Repeat(", ?", len(people)) + ")"
		for _, id := range people {
			args = append(args, id)
		}
	}
	return queryOrders(tx, query+" AND "+where+" ORDER BY o.since DESC, o.id DESC LIMIT ?", append(append(args, rights...), limit)...)
}

// talkedAbout lists the open orders, at whatever station they wait, that need a talk
// before, as far as the scope allows.
func talkedAbout(tx *db.Tx, scope access.Scope) ([]Order, error) {
	where, args := scope.WhereIn("o", access.Columns{})
	return queryOrders(tx, "o.talk = 1 AND o.is_open = 1 AND "+where+" ORDER BY o.at, o.id LIMIT ?", append(args, mostListed)...)
}

// holds is the condition that the result of a step (alias s) was neither corrected nor
// struck out: what was told of one that was is to be told again.
const holds = ` NOT EXISTS (SELECT 1 FROM care_result c WHERE c.corrects = s.result AND c.in_error = 0)
	AND NOT EXISTS (SELECT 1 FROM care_result x WHERE x.id = s.result AND x.in_error = 1)`

// caring is the condition that a part of a result (alias r) asks for care and holds.
const caring = ` r.care = 1 AND r.in_error = 0
	AND NOT EXISTS (SELECT 1 FROM care_result c WHERE c.corrects = r.main AND c.sensitivity = r.sensitivity AND c.in_error = 0)`

// stepDone is the condition that a step of a kind was done with a result of the order
// that holds, or, with of, with that result.
func stepDone(kind StepKind, of string) string {
	return ` EXISTS (SELECT 1 FROM care_step s WHERE s.order_id = o.id AND s.kind = '` + string(kind) + `'` + of + ` AND` + holds + `)`
}

// toTell lists the orders whose result waits to be given in person as far as the scope
// allows: of what was talked about before, of what asks for care (until the link to it
// is recorded, and also while other specimens are out), and of what was told and then
// corrected. Of one person, or of everybody where that is zero.
func toTell(tx *db.Tx, scope access.Scope, person db.ID) ([]Order, error) {
	where, rights := scope.WhereIn("o", access.Columns{})
	query, args := "", []any{}
	if !person.IsZero() {
		query, args = "o.subject = ? AND ", []any{person}
	}
	cares := ` AND s.result IN (SELECT r.main FROM care_result r WHERE r.order_id = o.id AND` + caring + `)`
	query += `((o.is_open = 0 AND o.status = '` + string(Done) + `' AND (o.talk = 1
			OR o.id IN (SELECT t.order_id FROM care_result c JOIN care_step t ON t.result = c.corrects WHERE c.corrects IS NOT NULL AND t.kind = '` + string(StepTold) + `'))
			AND NOT` + stepDone(StepTold, "") + `)
		OR (o.id IN (SELECT r.order_id FROM care_result r WHERE` + caring + `)
			AND NOT (` + stepDone(StepTold, cares) + ` AND` + stepDone(StepLinked, cares) + `)))
		AND ` + where + ` ORDER BY o.at, o.id LIMIT ?`
	return queryOrders(tx, query, append(append(args, rights...), mostListed)...)
}

// ordersOf lists a person's orders that the scope allows, latest first.
func ordersOf(tx *db.Tx, subject db.ID, scope access.Scope) ([]Order, error) {
	where, args := scope.WhereIn("o", access.Columns{})
	return queryOrders(tx, "o.subject = ? AND "+where+" ORDER BY o.at DESC, o.id DESC LIMIT ?", append(append([]any{subject}, args...), mostListed)...)
}

// ofCase lists the orders of one case for one person, oldest first.
func ofCase(tx *db.Tx, subject, caseID db.ID) ([]Order, error) {
	return queryOrders(tx, "o.subject = ? AND o.case_id = ? ORDER BY o.at, o.id", subject, caseID)
}

// stepDoc is a step in the journal.
type stepDoc struct {
	Order       db.ID     `json:"order,omitzero"`
	Result      db.ID     `json:"result,omitzero"`
	Kind        StepKind  `json:"kind"`
	Specimen    int       `json:"specimen,omitempty"`
	How         string    `json:"how,omitempty"`
	Decision    string    `json:"decision,omitempty"`
	Giver       string    `json:"giver,omitempty"`
	Interpreter string    `json:"interpreter,omitempty"`
	Label       string    `json:"label,omitempty"`
	On          string    `json:"on,omitempty"`
	Note        string    `json:"note,omitempty"`
	At          time.Time `json:"at"`
}

func projectStep(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM care_step WHERE id = ?", d.ID)
		return err
	}
	var s stepDoc
	if err := d.Decode(&s); err != nil {
		return err
	}
	body, err := json.Marshal(s)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO care_step (id, order_id, result, subject, site, programme, sensitivity, kind, usr, at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET site = excluded.site, programme = excluded.programme, sensitivity = excluded.sensitivity, body = excluded.body`,
		d.ID, s.Order, s.Result, d.Subject, d.Site, d.Programme, int(d.Sensitivity), string(s.Kind), d.CreatedBy, s.At, string(body))
	return err
}

// querySteps lists steps, oldest first.
func querySteps(tx *db.Tx, where string, args ...any) ([]Step, error) {
	rows, err := tx.Query("SELECT id, subject, usr, body FROM care_step WHERE "+where+" ORDER BY at, id", args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Step
	for rows.Next() {
		var s Step
		var body string
		if err := rows.Scan(&s.ID, &s.Subject, &s.By, &body); err != nil {
			return nil, err
		}
		var d stepDoc
		if err := json.Unmarshal([]byte(body), &d); err != nil {
			return nil, err
		}
		s.Order, s.Result, s.Kind, s.Specimen, s.How, s.Decision = d.Order, d.Result, d.Kind, d.Specimen, d.How, d.Decision
		s.Giver, s.Interp, s.Label, s.On, s.Note, s.At = d.Giver, d.Interpreter, d.Label, parseDay(d.On), d.Note, d.At
		out = append(out, s)
	}
	return out, rows.Err()
}

func stepsOf(tx *db.Tx, order db.ID) ([]Step, error) { return querySteps(tx, "order_id = ?", order) }
