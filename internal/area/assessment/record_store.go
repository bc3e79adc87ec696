package assessment

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

func putDecision(tx *db.Tx, id db.ID, v decisionDoc, made time.Time) error {
	_, err := tx.Exec(`INSERT INTO assessment_decision (id, member, pack, version, hash, day, record, made)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET member = excluded.member, pack = excluded.pack, version = excluded.version,
		hash = excluded.hash, day = excluded.day, record = excluded.record, made = excluded.made`,
		id, v.Member, v.Pack, v.Version, v.Hash, v.Day, string(v.Record), made.UnixMicro())
	return err
}

func putAct(tx *db.Tx, a Act) error {
	_, err := tx.Exec(`INSERT INTO assessment_act (id, member, act, decision, service, row_ids, reason, outcome, actor, made)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET member = excluded.member, act = excluded.act, decision = excluded.decision,
		service = excluded.service, row_ids = excluded.row_ids, reason = excluded.reason, outcome = excluded.outcome, actor = excluded.actor, made = excluded.made`,
		a.ID, a.Member, string(a.Act), a.Decision, a.Service, strings.Join(a.Rows, " "), a.Reason, a.Outcome, a.By, a.At.UnixMicro())
	return err
}

func putClearance(tx *db.Tx, c Clearance) error {
	alike, err := json.Marshal(c.Likeness)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO assessment_clearance (id, member, decision, valid_until, evidence, likeness, state, cause, actor, made)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET member = excluded.member, decision = excluded.decision,
		valid_until = excluded.valid_until, evidence = excluded.evidence, likeness = excluded.likeness, state = excluded.state, cause = excluded.cause, actor = excluded.actor, made = excluded.made`,
		c.ID, c.Member, c.Decision, c.ValidUntil, c.Evidence, string(alike), string(c.State), c.Cause, c.By, c.At.UnixMicro())
	return err
}

func putAlert(tx *db.Tx, a Alert) error {
	_, err := tx.Exec(`INSERT INTO assessment_alert (id, member, recipient, cause, decision, answer, made)
		VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET member = excluded.member, recipient = excluded.recipient, cause = excluded.cause,
		decision = excluded.decision, answer = excluded.answer, made = excluded.made`,
		a.ID, a.Member, a.To, a.Cause, a.Decision, a.Answer, a.At.UnixMicro())
	return err
}

func putAnswer(tx *db.Tx, a answer) error {
	val, err := json.Marshal(a.Value)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO assessment_answer (id, member, fact, value, own, disputed) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET member = excluded.member, fact = excluded.fact, value = excluded.value, own = excluded.own, disputed = excluded.disputed`,
		a.ID, a.Member, a.Fact, string(val), a.Own, a.Disputed)
	return err
}

// answersOf reads what a member answered for themselves, by fact.
func answersOf(tx *db.Tx, member db.ID) (map[string]answer, error) {
	rows, err := tx.Query(`SELECT id, fact, value, disputed FROM assessment_answer WHERE member = ? AND own = 1`, member)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out map[string]answer
	for rows.Next() {
		a := answer{Member: member, Own: true}
		var val string
		if err := rows.Scan(&a.ID, &a.Fact, &val, &a.Disputed); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(val), &a.Value); err != nil {
			return nil, err
		}
		if out == nil {
			out = map[string]answer{}
		}
		out[a.Fact] = a
	}
	return out, rows.Err()
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
	s.Record, s.Made = json.RawMessage(record), time.UnixMicro(made)
	return &s, nil
}

const decisionColumns = `id, member, pack, version, hash, day, record, made`

// lastDecision returns the newest decision about a member, nil when there is none.
func lastDecision(tx *db.Tx, member db.ID) (*stored, error) {
	d, err := scanDecision(tx.Row(`SELECT `+decisionColumns+` FROM assessment_decision WHERE member = ? ORDER BY made DESC, id DESC LIMIT 1`, member).Scan)
	return d, unlessMissing(err)
}

func loadDecision(tx *db.Tx, id db.ID) (*stored, error) {
	return scanDecision(tx.Row(`SELECT `+decisionColumns+` FROM assessment_decision WHERE id = ?`, id).Scan)
}

// actsOf lists what officers did about a member, the oldest first.
func actsOf(tx *db.Tx, member db.ID) ([]Act, error) {
	rows, err := tx.Query(`SELECT id, member, act, decision, service, row_ids, reason, outcome, actor, made FROM assessment_act WHERE member = ? ORDER BY made, id`, member)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Act
	for rows.Next() {
		var a Act
		var act, ids string
		var made int64
		if err := rows.Scan(&a.ID, &a.Member, &act, &a.Decision, &a.Service, &ids, &a.Reason, &a.Outcome, &a.By, &made); err != nil {
			return nil, err
		}
		a.Act, a.Rows, a.At = ActKind(act), strings.Fields(ids), time.UnixMicro(made)
		out = append(out, a)
	}
	return out, rows.Err()
}

const clearanceColumns = `id, member, decision, valid_until, evidence, likeness, state, cause, actor, made`

func scanClearance(scan func(...any) error) (*Clearance, error) {
	var c Clearance
	var alike, state string
	var made int64
	if err := scan(&c.ID, &c.Member, &c.Decision, &c.ValidUntil, &c.Evidence, &alike, &state, &c.Cause, &c.By, &made); err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(alike), &c.Likeness); err != nil {
		return nil, err
	}
	c.State, c.At = ClearanceState(state), time.UnixMicro(made)
	return &c, nil
}

// lastClearance returns a member's newest clearance, nil when there is none.
func lastClearance(tx *db.Tx, member db.ID) (*Clearance, error) {
	c, err := scanClearance(tx.Row(`SELECT `+clearanceColumns+` FROM assessment_clearance WHERE member = ? ORDER BY made DESC, id DESC LIMIT 1`, member).Scan)
	return c, unlessMissing(err)
}

func unlessMissing(err error) error {
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

func queryAlerts(tx *db.Tx, where string, args ...any) ([]Alert, error) {
	rows, err := tx.Query(`SELECT id, member, recipient, cause, decision, answer, made FROM assessment_alert WHERE `+where, args...)
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
		a.At = time.UnixMicro(made)
		out = append(out, a)
	}
	return out, rows.Err()
}

// openAlerts lists the alerts a user has not answered, newest first.
func openAlerts(tx *db.Tx, user db.ID, limit int) ([]Alert, error) {
	return queryAlerts(tx, `recipient = ? AND answer = '' ORDER BY id DESC LIMIT ?`, user, limit)
}

// countAlerts counts them.
func countAlerts(tx *db.Tx, user db.ID) (n int, err error) {
	err = tx.Row(`SELECT COUNT(*) FROM assessment_alert WHERE recipient = ? AND answer = ''`, user).Scan(&n)
	return n, err
}

func loadAlert(tx *db.Tx, id db.ID) (Alert, error) {
	as, err := queryAlerts(tx, `id = ?`, id)
	if err != nil || len(as) == 0 {
		return Alert{}, orNotFound(err)
	}
	return as[0], nil
}
