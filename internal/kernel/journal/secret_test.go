package journal_test

import (
	"bytes"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// withSecret is what a node's first entry would be if its document had another secret.
func withSecret(e journal.Entry, secret []byte) journal.Entry {
	e.Secret = secret
	e.Commitment, e.Hash = journal.Recommit(e.Header, e.Raw, secret, e.Payload, [32]byte{})
	return e
}

func (n *node) secret(id db.ID) (secret []byte) {
	n.t.Helper()
	n.read(func(tx *db.Tx) error {
		return tx.Row("SELECT secret FROM journal_secrets WHERE doc = ?", id).Scan(&secret)
	})
	return secret
}

// Documents made before have secrets of 32 bytes: they go on as they are, here and
// on every node that they reach.
func TestADocumentOfAnOlderVersionKeepsItsLongSecret(t *testing.T) {
	pairs(t, func(t *testing.T, before, n *node) {
		id := before.create(fields{"given": "A", "note": planted})
		long := bytes.Repeat([]byte{7}, 32)
		if err := n.j.Apply(t.Context(), []journal.Entry{withSecret(before.entries()[0], long)}); err != nil {
			t.Fatal(err)
		}
		n.update(bruno, id, fields{"given": "B"})
		short := n.create(fields{"given": "C"})
		if got := n.secret(id); !bytes.Equal(got, long) {
			t.Errorf("the old document has the secret %x", got)
		}
		if got := n.secret(short); len(got) != 16 {
			t.Errorf("a new document has a secret of %d bytes", len(got))
		}
		n.verify()
		n.rebuild()

		other := sqliteNode(t)
		other.pull(n)
		wantRow(t, other, id, n.row(id))
		other.verify()
		n.erase(id)
		other.pull(n)
		for _, at := range []*node{n, other} {
			wantRow(t, at, id, "none")
			if r := at.verify(); r.Erased != 2 {
				t.Errorf("%+v", r)
			}
		}
	})
}

func TestASecretOfAnotherLengthIsRefused(t *testing.T) {
	from, to := sqliteNode(t), sqliteNode(t)
	from.create(fields{"given": "A"})
	for _, n := range []int{1, 15, 17, 24, 31, 33, 64} {
		e := withSecret(from.entries()[0], bytes.Repeat([]byte{7}, n))
		wantCode(t, to.j.Apply(t.Context(), []journal.Entry{e}), fault.Invalid, "journal.no_secret")
	}
}
