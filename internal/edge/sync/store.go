package sync

import (
	"encoding/json"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Migrations are the tables of both sides. They are not projected: who is enrolled
// and what was acknowledged is a matter between two installations.
func Migrations() []db.Migration {
	return append(nodeMigrations(), hubMigrations()...)
}

func nodeMigrations() []db.Migration {
	return []db.Migration{{Area: "sync", Number: 1, SQL: `
CREATE TABLE sync_node (
	id         BLOB PRIMARY KEY,
	name       TEXT NOT NULL,
	sites      TEXT NOT NULL,
	state      TEXT NOT NULL,
	pin        BLOB,
	recipient  TEXT NOT NULL,
	code       BLOB,
	code_until INTEGER,
	feed       BLOB,
	most       INTEGER NOT NULL,
	made       INTEGER NOT NULL,
	enrolled   INTEGER,
	contact    INTEGER,
	received   INTEGER NOT NULL,
	taken      INTEGER NOT NULL,
	trouble    TEXT NOT NULL
);
CREATE UNIQUE INDEX sync_node_pin ON sync_node (pin);
CREATE TABLE sync_installation (
	id    BLOB PRIMARY KEY,
	node  BLOB NOT NULL,
	own   INTEGER NOT NULL,
	since INTEGER NOT NULL
);
CREATE TABLE sync_hub (
	one       INTEGER PRIMARY KEY CHECK (one = 1),
	address   TEXT NOT NULL,
	pin       BLOB NOT NULL,
	recipient TEXT NOT NULL,
	node      BLOB NOT NULL,
	name      TEXT NOT NULL,
	sites     TEXT NOT NULL,
	key       BLOB NOT NULL,
	cert      BLOB NOT NULL,
	feed      BLOB,
	contact   INTEGER,
	received  INTEGER NOT NULL,
	trouble   TEXT NOT NULL,
	made      INTEGER NOT NULL
);
CREATE TABLE sync_acked (
	installation BLOB NOT NULL,
	lane         INTEGER NOT NULL,
	seq          INTEGER NOT NULL,
	hash         BLOB NOT NULL,
	PRIMARY KEY (installation, lane)
) WITHOUT ROWID;
CREATE TABLE sync_identity (
	one  INTEGER PRIMARY KEY CHECK (one = 1),
	key  BLOB NOT NULL,
	cert BLOB NOT NULL,
	age  TEXT NOT NULL
);
`}, {Area: "sync", Number: 2, SQL: `
ALTER TABLE sync_node ADD COLUMN behind INTEGER;
`}, {Area: "sync", Number: 3, SQL: `
ALTER TABLE sync_installation ADD COLUMN ticket BLOB;
ALTER TABLE sync_installation ADD COLUMN last BLOB;
ALTER TABLE sync_hub ADD COLUMN ticket BLOB;
`}, {Area: "sync", Number: 4, SQL: actTables}, {Area: "sync", Number: 5, SQL: `
ALTER TABLE sync_node ADD COLUMN ended INTEGER;
ALTER TABLE sync_node ADD COLUMN why TEXT;
`}, {Area: "sync", Number: 6, SQL: withoutKey}, {Area: "sync", Number: 7, SQL: `
ALTER TABLE sync_node ADD COLUMN asked INTEGER NOT NULL DEFAULT 0;
`}}
}

// withoutKey takes this side's key out of where a node is enrolled: it lies in
// sync_identity alone, which a node's backups leave out. The column stays, and holds
// what is no secret.
const withoutKey = "UPDATE sync_hub SET key = cert"

// State is where a node stands at its hub.
type State string

// The states of a node.
const (
	Invited  State = "invited"  // a code was made and not used
	Enrolled State = "enrolled" // it may sync
	Revoked  State = "revoked"  // lost, seized or given up: nothing is taken or sent
)

// Peer is a node as its hub knows it.
type Peer struct {
	ID        db.ID
	Name      string
	Sites     []string // its catchment
	State     State
	Recipient string // age recipient, for batches on a stick
	Feed      db.ID
	Most      int64     // people in scope at most
	Until     time.Time // the code of an invited node works until then
	Enrolled  time.Time
	Contact   time.Time // last, by this machine's clock
	Received  int64     // entries, ever
	Taken     int64     // of the feed
	Behind    *int64    // entries that it had not sent when the last session ended; nil is not known
	Trouble   string    // message key of why the last session ended, or none
	Ended     time.Time // when it was revoked, where that was kept
	Why       string    // WhyDestroyed, or "" where somebody revoked it

	pin   []byte
	asked int64 // how far it was asked for payloads that are not here (journal.Bare)
}

const peerColumns = "SELECT id, name, sites, state, pin, recipient, feed, most, code_until, enrolled, contact, received, taken, behind, trouble, ended, COALESCE(why, ''), asked FROM sync_node"

func scanPeer(scan func(...any) error) (Peer, error) {
	var p Peer
	var sites, state string
	err := scan(&p.ID, &p.Name, &sites, &state, &p.pin, &p.Recipient, &p.Feed, &p.Most, &p.Until, &p.Enrolled, &p.Contact, &p.Received, &p.Taken, &p.Behind, &p.Trouble, &p.Ended, &p.Why, &p.asked)
	if err != nil {
		return p, err
	}
	p.State = State(state)
	return p, json.Unmarshal([]byte(sites), &p.Sites)
}

func peers(tx *db.Tx) ([]Peer, error) {
	rows, err := tx.Query(peerColumns + " ORDER BY name, id")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Peer
	for rows.Next() {
		p, err := scanPeer(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, rows.Err()
}

func peerBy(tx *db.Tx, column string, key any) (Peer, error) {
	p, err := scanPeer(tx.Row(peerColumns+" WHERE "+column+" = ?", key).Scan)
	if fault.Is(err, fault.NotFound) {
		return p, fault.New(fault.NotFound, "sync.Peer", "sync.unknown_node")
	}
	return p, err
}

func insertPeer(tx *db.Tx, p Peer, code []byte, until, now time.Time) error {
	sites, err := json.Marshal(p.Sites)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO sync_node (id, name, sites, state, recipient, code, code_until, most, made, received, taken, trouble)
		VALUES (?, ?, ?, ?, '', ?, ?, ?, ?, 0, 0, '')`, p.ID, p.Name, string(sites), string(Invited), code, until, p.Most, now)
	return err
}

// installations are those of a node: all of them, and those of which it has every
// entry. One that was restored from a copy has given its old one up.
func installations(tx *db.Tx, node db.ID) (own, all []db.ID, err error) {
	for _, q := range []struct {
		into *[]db.ID
		sql  string
	}{{&own, "SELECT id FROM sync_installation WHERE node = ? AND own = 1 ORDER BY id"}, {&all, "SELECT id FROM sync_installation WHERE node = ? ORDER BY id"}} {
		rows, err := tx.Query(q.sql, node)
		if err != nil {
			return nil, nil, err
		}
		if *q.into, err = rows.IDs(); err != nil {
			return nil, nil, err
		}
	}
	return own, all, nil
}

// nodeOf answers whose an installation is.
func nodeOf(tx *db.Tx, installation db.ID) (db.ID, error) {
	var id db.ID
	err := tx.Row("SELECT node FROM sync_installation WHERE id = ?", installation).Scan(&id)
	if fault.Is(err, fault.NotFound) {
		return db.ID{}, nil
	}
	return id, err
}

// Hub is where this node is enrolled.
type Hub struct {
	Address   string // host:port
	Recipient string // age recipient of the hub
	Node      db.ID
	Name      string   // of this node, at the hub
	Sites     []string // its catchment
	Feed      db.ID
	Contact   time.Time
	Received  int64
	Trouble   string

	pin, key, cert, ticket []byte
}

func hubOf(tx *db.Tx) (Hub, error) {
	var h Hub
	var sites string
	err := tx.Row(`SELECT h.address, h.pin, h.recipient, h.node, h.name, h.sites, i.key, i.cert, h.feed, h.contact, h.received, h.trouble, h.ticket
		FROM sync_hub h LEFT JOIN sync_identity i ON i.one = h.one`).
		Scan(&h.Address, &h.pin, &h.Recipient, &h.Node, &h.Name, &sites, &h.key, &h.cert, &h.Feed, &h.Contact, &h.Received, &h.Trouble, &h.ticket)
	if fault.Is(err, fault.NotFound) {
		return h, fault.New(fault.NotFound, "sync.Hub", "sync.not_enrolled")
	}
	if err != nil {
		return h, err
	}
	return h, json.Unmarshal([]byte(sites), &h.Sites)
}

// ackedHeads are what the hub has of this node's origins.
func ackedHeads(tx *db.Tx) ([]journal.Head, error) {
	rows, err := tx.Query("SELECT installation, lane, seq, hash FROM sync_acked ORDER BY installation, lane")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []journal.Head
	for rows.Next() {
		var h journal.Head
		var lane, seq int64
		var hash []byte
		if err := rows.Scan(&h.Origin.Installation, &lane, &seq, &hash); err != nil {
			return nil, err
		}
		h.Origin.Lane, h.Seq = uint32(lane), uint64(seq)
		copy(h.Hash[:], hash)
		out = append(out, h)
	}
	return out, rows.Err()
}

func keepAcked(tx *db.Tx, heads []journal.Head) error {
	for _, h := range heads {
		if _, err := tx.Exec(`INSERT INTO sync_acked (installation, lane, seq, hash) VALUES (?, ?, ?, ?)
			ON CONFLICT (installation, lane) DO UPDATE SET seq = excluded.seq, hash = excluded.hash`,
			h.Origin.Installation, int64(h.Origin.Lane), int64(h.Seq), h.Hash[:]); err != nil {
			return err
		}
	}
	return nil
}
