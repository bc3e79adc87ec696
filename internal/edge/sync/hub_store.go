package sync

import (
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// hubMigrations are the tables of the exchange between hubs. A hub of another
// organisation stands in a table of its own and not among the nodes, so that nothing
// that is meant for a node can be sent to it by a forgotten condition.
func hubMigrations() []db.Migration {
	return []db.Migration{{Area: "sync_hubs", Number: 1, SQL: `
CREATE TABLE sync_peer (
	id         BLOB PRIMARY KEY,
	name       TEXT NOT NULL,
	state      TEXT NOT NULL,
	address    TEXT NOT NULL,
	pin        BLOB,
	code       BLOB,
	code_until INTEGER,
	made       INTEGER NOT NULL,
	contact    INTEGER,
	trouble    TEXT NOT NULL
);
CREATE UNIQUE INDEX sync_peer_pin ON sync_peer (pin);
CREATE TABLE sync_share (
	agreement BLOB PRIMARY KEY,
	peer      BLOB NOT NULL,
	feed      BLOB NOT NULL,
	theirs    BLOB,
	taken     INTEGER NOT NULL,
	half      BLOB NOT NULL,
	other     BLOB,
	contact   INTEGER
);
CREATE TABLE sync_share_doc (
	agreement BLOB NOT NULL,
	doc       BLOB NOT NULL,
	PRIMARY KEY (agreement, doc)
) WITHOUT ROWID;
CREATE TABLE sync_share_origin (
	installation BLOB PRIMARY KEY,
	peer         BLOB NOT NULL
);
`}, {Area: "sync_hubs", Number: 2, SQL: `
ALTER TABLE sync_peer ADD COLUMN recipient TEXT NOT NULL DEFAULT '';
ALTER TABLE sync_share ADD COLUMN taken_hash BLOB;
`}}
}

// OtherHub is a hub of another organisation as this one knows it. With which of them
// what is shared, the agreements say.
type OtherHub struct {
	ID      db.ID
	Name    string
	State   State
	Address string // where this hub calls it, host:port; "" where it calls
	Pin     []byte // SHA-256 of its public key; nil until it has enrolled
	Contact time.Time

	Recipient string // whom files for it are sealed to; "" until it has said

	Trouble string // message key of why the last exchange ended, or none
}

const hubColumns = "SELECT id, name, state, address, pin, contact, trouble, recipient FROM sync_peer"

func scanHub(scan func(...any) error) (OtherHub, error) {
	var h OtherHub
	var state string
	err := scan(&h.ID, &h.Name, &state, &h.Address, &h.Pin, &h.Contact, &h.Trouble, &h.Recipient)
	h.State = State(state)
	return h, err
}

func hubBy(tx *db.Tx, column string, key any) (OtherHub, error) {
	h, err := scanHub(tx.Row(hubColumns+" WHERE "+column+" = ?", key).Scan)
	if fault.Is(err, fault.NotFound) {
		return h, fault.New(fault.NotFound, "sync.OtherHub", "sync.unknown_hub")
	}
	return h, err
}

func otherHubs(tx *db.Tx) ([]OtherHub, error) {
	rows, err := tx.Query(hubColumns + " ORDER BY name, id")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []OtherHub
	for rows.Next() {
		h, err := scanHub(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, h)
	}
	return out, rows.Err()
}

func insertHub(tx *db.Tx, h OtherHub, code []byte, until, now time.Time) error {
	var at any
	if code != nil {
		at = until
	}
	_, err := tx.Exec("INSERT INTO sync_peer (id, name, state, address, pin, code, code_until, made, trouble, recipient) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', ?)",
		h.ID, h.Name, string(h.State), h.Address, h.Pin, code, at, now, h.Recipient)
	return err
}

// enrolledHub keeps the key of a hub that gave the right code. One that is known
// already, because this hub calls it, stays one row.
func enrolledHub(tx *db.Tx, invited OtherHub, pin []byte) error {
	known, err := hubBy(tx, "pin", pin)
	switch {
	case err == nil:
		if _, err := tx.Exec("DELETE FROM sync_peer WHERE id = ?", invited.ID); err != nil {
			return err
		}
		_, err = tx.Exec("UPDATE sync_peer SET state = ? WHERE id = ?", string(Enrolled), known.ID)
		return err
	case !fault.Is(err, fault.NotFound):
		return err
	}
	_, err = tx.Exec("UPDATE sync_peer SET state = ?, pin = ?, code = NULL, code_until = NULL WHERE id = ?", string(Enrolled), pin, invited.ID)
	return err
}

func noteHub(tx *db.Tx, hub db.ID, now time.Time, trouble string) error {
	_, err := tx.Exec("UPDATE sync_peer SET contact = ?, trouble = ? WHERE id = ?", now, trouble, hub)
	return err
}

// share is how an agreement's exchange stands here.
type share struct {
	agreement, peer db.ID
	feed            db.ID // what goes to the other hub
	theirs          db.ID // what comes from it; zero until it has said
	taken           int64 // how far the other hub has taken feed
	takenHash       []byte
	half, other     []byte
	contact         time.Time
}

func shareOf(tx *db.Tx, agreement db.ID) (share, error) {
	s := share{agreement: agreement}
	err := tx.Row("SELECT peer, feed, theirs, taken, taken_hash, half, other, contact FROM sync_share WHERE agreement = ?", agreement).
		Scan(&s.peer, &s.feed, &s.theirs, &s.taken, &s.takenHash, &s.half, &s.other, &s.contact)
	return s, err
}

func insertShare(tx *db.Tx, s share) error {
	_, err := tx.Exec("INSERT INTO sync_share (agreement, peer, feed, taken, half) VALUES (?, ?, ?, 0, ?)", s.agreement, s.peer, s.feed, s.half)
	return err
}

func keepShare(tx *db.Tx, s share, now time.Time) error {
	_, err := tx.Exec("UPDATE sync_share SET theirs = ?, taken = ?, taken_hash = ?, other = ?, contact = ? WHERE agreement = ?", s.theirs, s.taken, s.takenHash, s.other, now, s.agreement)
	return err
}

// came reports whether a document came from the other hub under this agreement.
func came(tx *db.Tx, agreement, doc db.ID) (bool, error) {
	return tx.Exists("SELECT 1 FROM sync_share_doc WHERE agreement = ? AND doc = ?", agreement, doc)
}

// holds reports whether a document is in this journal, or was and is erased.
func holds(tx *db.Tx, doc db.ID) (bool, error) {
	return tx.Exists("SELECT 1 FROM journal_entries WHERE doc = ? LIMIT 1", doc)
}

// claimOrigin binds an installation to the hub that speaks for it. One of this
// organisation, or of a third, is refused: whoever could write under its name would
// make its own entries look like a fork.
func claimOrigin(tx *db.Tx, j *journal.Journal, installation, peer db.ID) error {
	own, err := j.Installation(tx)
	if err != nil {
		return err
	}
	node, err := nodeOf(tx, installation)
	if err != nil {
		return err
	}
	var owner db.ID
	err = tx.Row("SELECT peer FROM sync_share_origin WHERE installation = ?", installation).Scan(&owner)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if installation == own || !node.IsZero() || !owner.IsZero() && owner != peer {
		return fault.New(fault.Forbidden, "sync.Swap", "sync.not_yours")
	}
	_, err = tx.Exec("INSERT INTO sync_share_origin (installation, peer) VALUES (?, ?) ON CONFLICT DO NOTHING", installation, peer)
	return err
}

func claimDoc(tx *db.Tx, agreement, doc db.ID) error {
	_, err := tx.Exec("INSERT INTO sync_share_doc (agreement, doc) VALUES (?, ?) ON CONFLICT DO NOTHING", agreement, doc)
	return err
}

// keepRecipient notes whom files for a hub are sealed to.
func keepRecipient(tx *db.Tx, hub db.ID, recipient string) error {
	_, err := tx.Exec("UPDATE sync_peer SET recipient = ? WHERE id = ?", recipient, hub)
	return err
}
