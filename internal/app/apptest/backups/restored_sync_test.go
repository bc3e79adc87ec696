package backups

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/edge/sync"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// linkKey is an installation's own key for the link, or nil.
func linkKey(t *testing.T, n *app.Node) (key []byte) {
	t.Helper()
	apptest.ReadFrom(n, t, func(tx *db.Tx) error {
		err := tx.Row("SELECT key FROM sync_identity").Scan(&key)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		return err
	})
	return key
}

// Somebody restores a laptop's backup to see whether that works. The laptop goes on
// undisturbed, the copy has no key to speak with, and with a code it is a node of its own.
func TestARestoredNodeTakesNobodysPlaceAndEnrolsAnew(t *testing.T) {
	hub, node := apptest.StartHub(t), apptest.StartOther(t)
	chief := node.At(access.Administrator)
	chief.Pick(chief.Get("/sync"), "/sync/enrol").Set("code", hub.Invited("Laptop 1", "NBO-1")).Send().Says(t, 200, "This device is enrolled")
	exchange := func(v *apptest.Visitor) apptest.Answer { return v.Pick(v.Get("/sync"), "/sync/now").Send() }
	hub.Register(hub.At(access.Reception), "family_latin", "Hassan", "given_latin", "Omar", "sex", "male", "birth-year", "1990")
	exchange(chief).Says(t, 200, "The exchange is done")
	node.Register(node.At(access.Reception), "family_latin", "Abdi", "given_latin", "Hodan", "sex", "female", "birth-year", "1984") // not sent when it was saved
	secret := linkKey(t, node.Node)
	if secret == nil {
		t.Fatal("the node has no key")
	}

	k := apptest.NewKeeper(t)
	dir := filepath.Join(t.TempDir(), "restored")
	lines, err := app.RestoreNode(t.Context(), app.Restore{From: k.BackedUp(t, node.Node, t.TempDir()), Identity: k.Identity, Dir: dir})
	if err != nil || !strings.Contains(strings.Join(lines, "\n"), "invited there again") {
		t.Fatalf("%q %v", lines, err)
	}
	copied := apptest.ServeFolder(t, dir, apptest.Day)
	if linkKey(t, copied.Node) != nil {
		t.Error("the copy has the key of the node")
	}
	var kept []byte
	copied.Read(func(tx *db.Tx) error { return tx.Row("SELECT key FROM sync_hub").Scan(&kept) })
	if bytes.Equal(kept, secret) {
		t.Error("the key of the node lies beside the hub's address")
	}
	other := copied.At(access.Administrator)
	exchange(other).Says(t, 200, "did not go through", "its key for the link is in no backup", "Enrol this device")
	if _, err := copied.Sync.Fetch(t.Context(), sync.Client{}, sync.Ask{Number: "A-1", Purpose: "care", User: make([]byte, 16)}); fault.KeyOf(err) != "sync.needs_code" {
		t.Errorf("asking for somebody says %v", err)
	}
	if _, err := copied.ExportBatch(t.Context(), filepath.Join(t.TempDir(), "stick")); fault.KeyOf(err) != "sync.needs_code" {
		t.Errorf("a stick says %v", err)
	}

	exchange(chief).Says(t, 200, "The exchange is done")
	code := hub.Invited("Laptop 2", "NBO-1")
	other.Pick(other.Get("/sync"), "/sync/enrol").Set("code", code).Send().Says(t, 200, "This device is enrolled", "Laptop 2")
	exchange(other).Says(t, 200, "The exchange is done", "Everything recorded here has reached the hub")
	exchange(chief).Says(t, 200, "The exchange is done")
	if !copied.Finds("Hodan Abdi") || !copied.Finds("Omar Hassan") || !hub.Finds("Hodan Abdi") {
		t.Error("somebody is missing")
	}
	for _, n := range []*apptest.Node{hub, node, copied} {
		if lines, same, err := n.Rebuild(t.Context()); err != nil || !same {
			t.Errorf("after rebuilding: %q, %v", lines, err)
		}
	}
}

// A hub that is restored has the key by which its nodes know it, or none of them would
// speak with it again.
func TestARestoredHubHasItsKey(t *testing.T) {
	hub := apptest.StartHub(t)
	hub.Invited("Laptop 1", "NBO-1")
	k := apptest.NewKeeper(t)
	_, again := k.Restored(t, k.BackedUp(t, hub.Node, t.TempDir()), filepath.Join(t.TempDir(), "restored"))
	if was, is := linkKey(t, hub.Node), linkKey(t, again); was == nil || !bytes.Equal(was, is) {
		t.Error("the hub that was restored has another key")
	}
}
