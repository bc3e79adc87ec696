package app

import (
	"net"
	"net/url"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/edge/sync"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// enrolledFolder is an open node with slots that is enrolled at a hub.
func enrolledFolder(t *testing.T, hub *testNode) (*lockedHost, *Node) {
	t.Helper()
	dir, _ := protectedFolder(t)
	l := lockedNode(t, dir)
	n := l.mustUnlock()
	if _, err := n.Sync.Enrol(t.Context(), sync.Client{}, hub.invited("Laptop 1", "NBO-1")); err != nil {
		t.Fatal(err)
	}
	return l, n
}

func TestTheHubHearsThatTheRecordsAreDestroyed(t *testing.T) {
	hub := startHub(t)
	l, n := enrolledFolder(t, hub)
	admin := l.visit()
	admin.logIn("administrator", demoPassword())
	admin.get(destroyPath).says(t, 200, "Afterwards the hub is told", "have reached no other place")
	st, err := n.Sync.Status(t.Context())
	if err != nil || st.Unsent == 0 {
		t.Fatal(st, err)
	}
	site, err := demoSite()
	if err != nil {
		t.Fatal(err)
	}
	admin.post(destroyPath, url.Values{"code": {site.Code}}).says(t, 410, "were destroyed", "The hub was told")
	admin.get("/login").says(t, 410, "The hub was told")
	hub.at(access.Administrator).get("/admin/nodes").says(t, 200, "Laptop 1", "Destroyed", "The device said that its records were destroyed", "Over")
	p := onlyNodeOf(t, hub)
	if p.State != sync.Revoked || p.Behind == nil || *p.Behind != st.Unsent {
		t.Errorf("the hub knows %+v, of %d that were not sent", p.Peer, st.Unsent)
	}
	lines, err := hub.syncCommand(t.Context(), Command{Name: "hub-nodes"})
	if err != nil || !strings.Contains(strings.Join(lines, "\n"), "its records were destroyed on") {
		t.Errorf("the command says %q, %v", lines, err)
	}

	// Started again, it cannot know what the hub was told.
	lockedNode(t, folderWith(t, filesOf(t, l.o.Dir))).visit().get("/").says(t, 410, "revoked by hand")
}

// A hub that does not answer holds nothing up: the records are gone, and whoever has
// destroyed them hears that the hub has to be told.
func TestDestroyingDoesNotWaitForTheHub(t *testing.T) {
	hub := startHub(t)
	for why, deaf := range map[string]bool{"nobody listens": false, "it takes the call and says nothing": true} {
		l, n := enrolledFolder(t, hub)
		address := "127.0.0.1:1"
		if deaf {
			sink, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { sink.Close() })
			address = sink.Addr().String()
		}
		err := n.DB.Write(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec("UPDATE sync_hub SET address = ?", address); return err })
		if err == nil {
			_, err = n.Sync.Status(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
		a, err := l.destroyCommand(t.Context(), Command{Name: "destroy", Yes: true})
		if said := strings.Join(a.Lines, "\n"); err != nil || !strings.Contains(said, "nobody can open them") || !strings.Contains(said, "the hub was not told") {
			t.Errorf("%s: %q, %v", why, said, err)
		}
		if l.State() != StateDestroyed || exists(l.o.Dir, slotsFile) {
			t.Errorf("%s: the records are still there", why)
		}
		l.visit().get("/").says(t, 410, "revoked by hand")
		if err := hub.Sync.Revoke(t.Context(), onlyOf(t, hub)); err != nil {
			t.Fatal(err)
		}
	}
}

// onlyOf is the one node that is not revoked.
func onlyOf(t *testing.T, hub *testNode) (id db.ID) {
	t.Helper()
	nodes, err := hub.Sync.Nodes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range nodes {
		if p.State != sync.Revoked {
			id = p.ID
		}
	}
	return id
}

// Locked, the key of the link is out of reach: nothing is said, and that is said.
func TestALockedNodeThatIsDestroyedSaysThatTheHubHasToBeTold(t *testing.T) {
	dir, _ := protectedFolder(t)
	l := lockedNode(t, dir)
	a, err := l.destroyCommand(t.Context(), Command{Name: "destroy", Yes: true})
	if err != nil || !strings.Contains(strings.Join(a.Lines, "\n"), "the hub was not told") {
		t.Errorf("%q, %v", a.Lines, err)
	}
	l.visit().get("/").says(t, 410, "revoked by hand")
}

// A node without a hub has nobody to tell, and says nothing of it.
func TestANodeWithoutAHubSaysNothingOfOne(t *testing.T) {
	dir, _ := protectedFolder(t)
	l := lockedNode(t, dir)
	l.mustUnlock()
	a, err := l.destroyCommand(t.Context(), Command{Name: "destroy", Yes: true})
	if err != nil || strings.Contains(strings.Join(a.Lines, "\n"), "hub") {
		t.Errorf("%q, %v", a.Lines, err)
	}
	if text := l.visit().get("/").says(t, 410, "were destroyed"); strings.Contains(text.body, "revoked by hand") {
		t.Error("the page speaks of a hub")
	}
}
