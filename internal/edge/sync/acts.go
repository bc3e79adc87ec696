package sync

import (
	"context"
	"encoding/json"
	"maps"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Which machine gets whose records is decided here, by an administrator who sees none
// of them. So each such act is an entry of the hub's journal: who, when, what.

// ActKind is the journal kind of what was done to a node.
const ActKind = "sync.act"

// NodeAct is what was done to a node.
type NodeAct string

// The closed list.
const (
	NodeInvited   NodeAct = "invited"
	NodeWithdrawn NodeAct = "withdrawn" // the invitation
	NodeChanged   NodeAct = "changed"   // its sites or how many people it may hold
	NodeRevoked   NodeAct = "revoked"
	NodeDestroyed NodeAct = "destroyed" // it said that its records are destroyed
	NodeReissued  NodeAct = "reissued"  // it issued its own changes again under a new name
	HubAdded      NodeAct = "hub_added" // a hub of another organisation, by its card
	HubRevoked    NodeAct = "hub_revoked"
)

// NodeActs lists them.
func NodeActs() []NodeAct {
	return []NodeAct{NodeInvited, NodeWithdrawn, NodeChanged, NodeRevoked, NodeDestroyed, NodeReissued, HubAdded, HubRevoked}
}

// NodeEvent is one act, and how the node stood after it.
type NodeEvent struct {
	Node  db.ID
	Name  string
	By    db.ID
	Act   NodeAct
	Sites []string
	Most  int64
	At    time.Time
}

type actFields struct {
	Node  db.ID     `json:"node"`
	Name  string    `json:"name"`
	By    db.ID     `json:"by"`
	Act   NodeAct   `json:"act"`
	Sites []string  `json:"sites"`
	Most  int64     `json:"most"`
	At    time.Time `json:"at"`
}

const actTables = `
CREATE TABLE sync_act (
	id     BLOB NOT NULL PRIMARY KEY,
	node   BLOB NOT NULL,
	name   TEXT NOT NULL,
	by_usr BLOB NOT NULL,
	act    TEXT NOT NULL,
	sites  TEXT NOT NULL,
	most   INTEGER NOT NULL,
	at     INTEGER NOT NULL
);
CREATE INDEX sync_act_node ON sync_act (node, at);
`

// Kinds are the journal kinds of this package.
func Kinds() []journal.Kind {
	return []journal.Kind{{Name: ActKind, Schema: 1, Tables: []string{"sync_act"}, Project: projectAct, Reach: journal.UpOnly,
		Groups: []journal.Group{{Name: "act", Class: journal.Register, Fields: []string{"node", "name", "by", "act", "sites", "most", "at", "reissued"}}}}}
}

func projectAct(tx *db.Tx, d *journal.Doc) error {
	const op = "sync.projectAct"
	var f actFields
	if err := d.Decode(&f); err != nil {
		return fault.Wrap(op, err)
	}
	sites, err := json.Marshal(append([]string{}, f.Sites...))
	if err != nil {
		return fault.Wrap(op, err)
	}
	_, err = tx.Exec(`INSERT INTO sync_act (id, node, name, by_usr, act, sites, most, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET node = excluded.node, name = excluded.name, by_usr = excluded.by_usr, act = excluded.act,
			sites = excluded.sites, most = excluded.most, at = excluded.at`,
		d.ID, f.Node, f.Name, f.By, string(f.Act), string(sites), f.Most, f.At)
	return err
}

// did keeps what was done to a node, in the transaction that does it. What no user
// does, the machine does.
func (s *Service) did(ctx context.Context, tx *db.Tx, act NodeAct, p Peer) error {
	return s.keepAct(ctx, tx, act, p, nil)
}

// keepAct keeps an act, and what else there is to say about it.
func (s *Deps) keepAct(ctx context.Context, tx *db.Tx, act NodeAct, p Peer, more map[string]any) error {
	by, ok := access.From(ctx)
	if !ok {
		by, _ = access.From(access.Operator(ctx))
	}
	fields := map[string]any{"node": p.ID, "name": p.Name, "by": by.User, "act": act, "sites": append([]string{}, p.Sites...), "most": p.Most,
		"at": s.Clock().UTC().Truncate(time.Microsecond)}
	maps.Copy(fields, more)
	return s.Journal.Append(tx, by.Author(), journal.Change{Kind: ActKind, Doc: db.NewID(), Sensitivity: journal.Identity, Purpose: by.Purpose, Fields: fields})
}

// mostActs bounds a page of what was done to nodes.
const mostActs = 200

// Acts lists what was done to a node, or, for a zero id, to all of them; latest first.
func (s *Service) Acts(ctx context.Context, node db.ID) ([]NodeEvent, error) {
	where, args := "", []any{mostActs}
	if !node.IsZero() {
		where, args = "WHERE node = ? ", []any{node, mostActs}
	}
	var out []NodeEvent
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		rows, err := tx.Query("SELECT node, name, by_usr, act, sites, most, at FROM sync_act "+where+"ORDER BY at DESC, id DESC LIMIT ?", args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var e NodeEvent
			var act, sites string
			if err := rows.Scan(&e.Node, &e.Name, &e.By, &act, &sites, &e.Most, &e.At); err != nil {
				return err
			}
			e.Act = NodeAct(act)
			if err := json.Unmarshal([]byte(sites), &e.Sites); err != nil {
				return fault.Wrap("sync.Acts", err)
			}
			out = append(out, e)
		}
		return rows.Err()
	})
	return out, err
}
