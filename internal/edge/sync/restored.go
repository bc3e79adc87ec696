package sync

import (
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// A restored node does not go on by itself as the node that was saved: one that is
// restored to try a backup would take the place of the machine that is at work, and
// whoever opens an archive would have a key that the hub takes for the node's. So a
// node's key is in no backup, and a restored node enrols anew by a code, with the feed
// that it had taken. A hub's key is in its backups: every node of it knows the hub by it.
// (docs/adr/0024-a-restored-node-enrols-anew.md)

func needsCode() error { return fault.New(fault.Forbidden, "sync.Connect", "sync.needs_code") }

// EnrolsAnew reports whether an exchange ended because this machine, which is enrolled,
// needs another code: what it has of its hub it keeps.
func EnrolsAnew(trouble string) bool {
	return trouble == "sync.needs_code" || trouble == "sync.unknown_node"
}

// isHub reports whether others know this installation by its key.
func isHub(tx *db.Tx) (bool, error) {
	for _, sql := range []string{"SELECT 1 FROM sync_node LIMIT 1", "SELECT 1 FROM sync_peer LIMIT 1"} {
		if is, err := tx.Exists(sql); err != nil || is {
			return is, err
		}
	}
	return false, nil
}

// NotSaved are the tables of this package that a backup leaves out.
func NotSaved(tx *db.Tx) ([]string, error) {
	if hub, err := isHub(tx); err != nil || hub {
		return nil, err
	}
	return []string{"sync_identity"}, nil
}

// Restored makes what was saved of the exchange ready for another machine, and reports
// whether this one needs a code before it exchanges. An older archive of a node has its
// key, which is destroyed.
func Restored(tx *db.Tx) (bool, error) {
	hub, err := isHub(tx)
	if err != nil || hub {
		return false, err
	}
	if _, err := tx.Exec("DELETE FROM sync_identity"); err != nil {
		return false, err
	}
	n, err := tx.Exec("UPDATE sync_hub SET trouble = 'sync.needs_code', ticket = NULL")
	return n > 0, err
}
