package stewardship

import (
	"encoding/json"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// The journal kinds of sharing agreements.
const (
	kindAgreement = "stewardship.agreement"
	kindPacket    = "stewardship.handover"
	kindAnswer    = "stewardship.answer"
	kindReplyCode = "stewardship.reply"
	kindQuery     = "stewardship.query"
)

// sharedKinds are those that travel under an agreement.
var sharedKinds = []string{kindPacket, kindAnswer}

func agreementKinds() []journal.Kind {
	reg := func(name string, fields ...string) journal.Group {
		return journal.Group{Name: name, Class: journal.Register, Fields: fields}
	}
	safe := func(name string, fields ...string) journal.Group {
		return journal.Group{Name: name, Class: journal.Safety, Fields: fields}
	}
	return []journal.Kind{
		// Terms and signatures in dispute are no agreement: nothing leaves.
		{Name: kindAgreement, Schema: 2, Tables: []string{"stewardship_agreement"}, Project: projectAgreement, Reach: journal.Everywhere, Groups: []journal.Group{
			safe("terms", "peer", "pin", "country", "purpose", "fields", "sensitive", "from", "to", "diseases", "keep", "expires", "contacts", "sites", "inbox", "cap", "drafted_by", "drafted"),
			safe("agreed", "agreed_by", "agreed"), reg("ended", "ended_by", "ended"),
		}},
		{Name: kindPacket, Schema: 1, Tables: []string{"stewardship_packet"}, Project: projectPacket, Groups: []journal.Group{
			reg("packet", "agreement", "from", "made", "parts"),
		}},
		{Name: kindAnswer, Schema: 1, Tables: []string{"stewardship_answer"}, Project: projectAnswer, Groups: []journal.Group{
			reg("answer", "packet", "agreement", "step", "outcome", "words", "at", "by_code"),
		}},
		{Name: kindReplyCode, Schema: 1, Tables: []string{"stewardship_reply"}, Project: projectReplyCode, Groups: []journal.Group{
			reg("reply", "packet", "agreement", "hash", "until"),
		}},
		{Name: kindQuery, Schema: 1, Tables: []string{"stewardship_query"}, Project: projectQuery, Reach: journal.UpOnly, Groups: []journal.Group{
			reg("query", "agreement", "asked", "found", "at"),
		}},
	}
}

func agreementMigrations() []db.Migration {
	return []db.Migration{{Area: "stewardship_agreements", Number: 1, SQL: `
CREATE TABLE stewardship_agreement (
	id BLOB NOT NULL PRIMARY KEY, pin TEXT NOT NULL, drafted INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE TABLE stewardship_packet (
	id BLOB NOT NULL PRIMARY KEY, subject BLOB NOT NULL, agreement BLOB NOT NULL, made INTEGER NOT NULL, sensitivity INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX stewardship_packet_subject ON stewardship_packet (subject, agreement);
CREATE INDEX stewardship_packet_agreement ON stewardship_packet (agreement, made);
CREATE TABLE stewardship_answer (
	id BLOB NOT NULL PRIMARY KEY, packet BLOB NOT NULL, agreement BLOB NOT NULL, body TEXT NOT NULL
);
CREATE INDEX stewardship_answer_packet ON stewardship_answer (packet);
CREATE TABLE stewardship_reply (
	id BLOB NOT NULL PRIMARY KEY, subject BLOB NOT NULL, packet BLOB NOT NULL, agreement BLOB NOT NULL, hash TEXT NOT NULL, until INTEGER NOT NULL
);
CREATE INDEX stewardship_reply_hash ON stewardship_reply (hash);
CREATE TABLE stewardship_query (
	id BLOB NOT NULL PRIMARY KEY, agreement BLOB NOT NULL, asked INTEGER NOT NULL, found INTEGER NOT NULL, at INTEGER NOT NULL, by_user BLOB
);
CREATE INDEX stewardship_query_agreement ON stewardship_query (agreement, at);
`}}
}

func projectAgreement(tx *db.Tx, d *journal.Doc) error {
	var a Agreement
	if err := d.Decode(&a); err != nil {
		return err
	}
	type stored struct {
		Agreement
		Disputed bool `json:"disputed"`
	}
	b, err := json.Marshal(stored{a, len(d.Disputed) > 0 || d.Error})
	if err != nil {
		return fault.Wrap("stewardship.projectAgreement", err)
	}
	_, err = tx.Exec(`INSERT INTO stewardship_agreement (id, pin, drafted, body) VALUES (?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET pin = excluded.pin, drafted = excluded.drafted, body = excluded.body`, d.ID, a.Pin, orZero(a.Drafted, d.Created), string(b))
	return err
}

func projectPacket(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM stewardship_packet WHERE id = ?", d.ID)
		return err
	}
	var p Packet
	body, err := bodyOf(d, &p)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO stewardship_packet (id, subject, agreement, made, sensitivity, body) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET agreement = excluded.agreement, made = excluded.made, sensitivity = excluded.sensitivity, body = excluded.body`,
		d.ID, d.Subject, p.Agreement, orZero(p.Made, d.Created), int(d.Sensitivity), body)
	return err
}

func projectAnswer(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM stewardship_answer WHERE id = ?", d.ID)
		return err
	}
	var r Reply
	body, err := bodyOf(d, &r)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO stewardship_answer (id, packet, agreement, body) VALUES (?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET packet = excluded.packet, agreement = excluded.agreement, body = excluded.body`, d.ID, r.Packet, r.Agreement, body)
	return err
}

// replyCode is a one-time code, of which only a hash is kept.
type replyCode struct {
	Person    db.ID     `json:"-"`
	Packet    db.ID     `json:"packet"`
	Agreement db.ID     `json:"agreement"`
	Hash      string    `json:"hash"`
	Until     time.Time `json:"until"`
}

func projectReplyCode(tx *db.Tx, d *journal.Doc) error {
	var c replyCode
	if err := d.Decode(&c); err != nil {
		return err
	}
	_, err := tx.Exec(`INSERT INTO stewardship_reply (id, subject, packet, agreement, hash, until) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET hash = excluded.hash, until = excluded.until`, d.ID, d.Subject, c.Packet, c.Agreement, c.Hash, c.Until)
	return err
}

// Query is one question about who is handed over, without whom.
type Query struct {
	Agreement db.ID     `json:"agreement"`
	Asked     bool      `json:"asked"` // by this hub; else by the other
	Found     bool      `json:"found"`
	At        time.Time `json:"at"`
	By        db.ID     `json:"-"`
}

func projectQuery(tx *db.Tx, d *journal.Doc) error {
	var q Query
	if err := d.Decode(&q); err != nil {
		return err
	}
	_, err := tx.Exec(`INSERT INTO stewardship_query (id, agreement, asked, found, at, by_user) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
		d.ID, q.Agreement, q.Asked, q.Found, q.At, d.CreatedBy)
	return err
}

func scanAgreement(scan func(...any) error) (Agreement, error) {
	var a Agreement
	var body string
	if err := scan(&a.ID, &body); err != nil {
		return a, err
	}
	var mark struct {
		Disputed bool `json:"disputed"`
	}
	if err := json.Unmarshal([]byte(body), &a); err != nil {
		return a, fault.Wrap("stewardship.agreement", err)
	}
	err := json.Unmarshal([]byte(body), &mark)
	a.Disputed = mark.Disputed
	return a, fault.Wrap("stewardship.agreement", err)
}

func findAgreement(tx *db.Tx, id db.ID) (Agreement, error) {
	return scanAgreement(tx.Row("SELECT id, body FROM stewardship_agreement WHERE id = ?", id).Scan)
}

// listAgreements lists those with one hub, or all for an empty pin.
func listAgreements(tx *db.Tx, pin string) ([]Agreement, error) {
	rows, err := tx.Query("SELECT id, body FROM stewardship_agreement WHERE pin = ? OR '' = ? ORDER BY drafted DESC, id", pin, pin)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Agreement
	for rows.Next() {
		a, err := scanAgreement(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, rows.Err()
}

const packetColumns = "SELECT p.id, p.subject, p.sensitivity, p.body FROM stewardship_packet p"

// packetRow is a packet and how protected it is.
type packetRow struct {
	Packet
	Level journal.Sensitivity
}

func scanPacket(scan func(...any) error) (packetRow, error) {
	var p packetRow
	var level int
	var body string
	if err := scan(&p.ID, &p.Person, &level, &body); err != nil {
		return p, err
	}
	p.Level = journal.Sensitivity(level)
	return p, fault.Wrap("stewardship.packet", json.Unmarshal([]byte(body), &p.Packet))
}

func findPacket(tx *db.Tx, id db.ID) (packetRow, error) {
	return scanPacket(tx.Row(packetColumns+" WHERE p.id = ?", id).Scan)
}

func listPackets(tx *db.Tx, where string, args ...any) ([]packetRow, error) {
	rows, err := tx.Query(packetColumns+" WHERE "+where+" ORDER BY p.made DESC, p.id LIMIT 1000", args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []packetRow
	for rows.Next() {
		p, err := scanPacket(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, rows.Err()
}

// packetsOf are those about one person, packetsUnder those under one agreement.
func packetsOf(tx *db.Tx, person db.ID) ([]packetRow, error) {
	return listPackets(tx, "p.subject = ?", person)
}

func packetsUnder(tx *db.Tx, agreement db.ID) ([]packetRow, error) {
	return listPackets(tx, "p.agreement = ?", agreement)
}

// answersOf are what was said of a packet, under its agreement and no other.
func answersOf(tx *db.Tx, packet, agreement db.ID) ([]Reply, error) {
	rows, err := tx.Query("SELECT id, body FROM stewardship_answer WHERE packet = ? AND agreement = ? ORDER BY id", packet, agreement)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Reply
	for rows.Next() {
		var r Reply
		var body string
		if err := rows.Scan(&r.ID, &body); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(body), &r); err != nil {
			return nil, fault.Wrap("stewardship.answer", err)
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

func findAnswer(tx *db.Tx, id db.ID) (Reply, error) {
	r := Reply{ID: id}
	var body string
	if err := tx.Row("SELECT body FROM stewardship_answer WHERE id = ?", id).Scan(&body); err != nil {
		return r, err
	}
	return r, fault.Wrap("stewardship.answer", json.Unmarshal([]byte(body), &r))
}

func codeByHash(tx *db.Tx, hash string) (replyCode, error) {
	c := replyCode{Hash: hash}
	err := tx.Row("SELECT subject, packet, agreement, until FROM stewardship_reply WHERE hash = ?", hash).Scan(&c.Person, &c.Packet, &c.Agreement, &c.Until)
	return c, err
}

func queriesUnder(tx *db.Tx, agreement db.ID, limit int) ([]Query, error) {
	rows, err := tx.Query("SELECT asked, found, at, by_user FROM stewardship_query WHERE agreement = ? ORDER BY at DESC, id LIMIT ?", agreement, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Query
	for rows.Next() {
		q := Query{Agreement: agreement}
		if err := rows.Scan(&q.Asked, &q.Found, &q.At, &q.By); err != nil {
			return nil, err
		}
		out = append(out, q)
	}
	return out, rows.Err()
}

// queriesSince counts the questions of one direction since a time.
func queriesSince(tx *db.Tx, agreement db.ID, asked bool, since time.Time) (n int64, err error) {
	err = tx.Row("SELECT count(*) FROM stewardship_query WHERE agreement = ? AND asked = ? AND at >= ?", agreement, asked, since).Scan(&n)
	return n, err
}

// resource is a received packet as a policy sees it: at the site that receives.
func (p packetRow) resource(site string) access.Resource {
	return access.Resource{Kind: kindPacket, Doc: p.ID, Subject: p.Person, Site: site, Sensitivity: p.Level}
}
