package app_test

import (
	"net"
	"net/url"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/edge/sync"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// enrolledFolder is an open node with slots that is enrolled at a hub.
func enrolledFolder(t *testing.T, hub *apptest.Node) (*apptest.LockedHost, *app.Node) {
	t.Helper()
	dir, _ := apptest.Protected(t)
	l := apptest.StartLocked(t, dir)
	n := l.MustUnlock()
	if _, err := n.Sync.Enrol(t.Context(), sync.Client{}, hub.Invited("Laptop 1", "NBO-1")); err != nil {
		t.Fatal(err)
	}
	return l, n
}

func TestTheHubHearsThatTheRecordsAreDestroyed(t *testing.T) {
	hub := apptest.StartHub(t)
	l, n := enrolledFolder(t, hub)
	admin := l.Visit()
	admin.LogIn("administrator", app.DemoPassword())
	admin.Get(app.DestroyPath).Says(t, 200, "Afterwards the hub is told", "have reached no other place")
	st, err := n.Sync.Status(t.Context())
	if err != nil || st.Unsent == 0 {
		t.Fatal(st, err)
	}
	site, err := app.DemoSite()
	if err != nil {
		t.Fatal(err)
	}
	admin.Post(app.DestroyPath, url.Values{"code": {site.Code}}).Says(t, 410, "were destroyed", "The hub was told")
	admin.Get("/login").Says(t, 410, "The hub was told")
	hub.At(access.Administrator).Get("/admin/nodes").Says(t, 200, "Laptop 1", "Destroyed", "The device said that its records were destroyed", "Over")
	p := apptest.OnlyNodeOf(t, hub)
	if p.State != sync.Revoked || p.Behind == nil || *p.Behind != st.Unsent {
		t.Errorf("the hub knows %+v, of %d that were not sent", p.Peer, st.Unsent)
	}
	lines, err := hub.SyncCommand(t.Context(), app.Command{Name: "hub-nodes"})
	if err != nil || !strings.Contains(strings.Join(lines, "\n"), "its records were destroyed on") {
		t.Errorf("the command says %q, %v", lines, err)
	}

	// Started again, it cannot know what the hub was told.
	apptest.StartLocked(t, apptest.FolderWith(t, apptest.FilesOf(t, l.Dir))).Visit().Get("/").Says(t, 410, "revoked by hand")
}

// A hub that does not answer holds nothing up: the records are gone, and whoever has
// destroyed them hears that the hub has to be told.
func TestDestroyingDoesNotWaitForTheHub(t *testing.T) {
	hub := apptest.StartHub(t)
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
		a, err := l.DestroyCommand(t.Context(), app.Command{Name: "destroy", Yes: true})
		if said := strings.Join(a.Lines, "\n"); err != nil || !strings.Contains(said, "nobody can open them") || !strings.Contains(said, "the hub was not told") {
			t.Errorf("%s: %q, %v", why, said, err)
		}
		if l.State() != app.StateDestroyed || apptest.There(l.Dir, app.SlotsFile) {
			t.Errorf("%s: the records are still there", why)
		}
		l.Visit().Get("/").Says(t, 410, "revoked by hand")
		if err := hub.Sync.Revoke(t.Context(), onlyOf(t, hub)); err != nil {
			t.Fatal(err)
		}
	}
}

// onlyOf is the one node that is not revoked.
func onlyOf(t *testing.T, hub *apptest.Node) (id db.ID) {
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
	dir, _ := apptest.Protected(t)
	l := apptest.StartLocked(t, dir)
	a, err := l.DestroyCommand(t.Context(), app.Command{Name: "destroy", Yes: true})
	if err != nil || !strings.Contains(strings.Join(a.Lines, "\n"), "the hub was not told") {
		t.Errorf("%q, %v", a.Lines, err)
	}
	l.Visit().Get("/").Says(t, 410, "revoked by hand")
}

// A node without a hub has nobody to tell, and says nothing of it.
func TestANodeWithoutAHubSaysNothingOfOne(t *testing.T) {
	dir, _ := apptest.Protected(t)
	l := apptest.StartLocked(t, dir)
	l.MustUnlock()
	a, err := l.DestroyCommand(t.Context(), app.Command{Name: "destroy", Yes: true})
	if err != nil || strings.Contains(strings.Join(a.Lines, "\n"), "hub") {
		t.Errorf("%q, %v", a.Lines, err)
	}
	if text := l.Visit().Get("/").Says(t, 410, "were destroyed"); strings.Contains(text.Body, "revoked by hand") {
		t.Error("the page speaks of a hub")
	}
}
