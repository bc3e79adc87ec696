package apptest

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/edge/backup"
)

// Keeper is the organisation that can open backups.
type Keeper struct{ Identity, Recipient string }

// NewKeeper makes the pair of keys.
func NewKeeper(t testing.TB) Keeper {
	t.Helper()
	path := filepath.Join(t.TempDir(), "organisation.key")
	recipient, err := app.MakeIdentity(path, "")
	if err != nil {
		t.Fatal(err)
	}
	return Keeper{path, recipient}
}

// BackedUp makes a backup of a node and answers its path.
func (k Keeper) BackedUp(t testing.TB, n *app.Node, dir string) string {
	t.Helper()
	before := Archives(t, dir)
	if _, err := n.RunBackup(t.Context(), app.Backup{To: dir, Recipients: []string{k.Recipient}}, nil); err != nil {
		t.Fatal(err)
	}
	for _, name := range Archives(t, dir) {
		if !slices.Contains(before, name) {
			return filepath.Join(dir, name)
		}
	}
	t.Fatal("no backup was made")
	return ""
}

// Archives are the names of the backups in a folder.
func Archives(t testing.TB, dir string) (names []string) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*"+backup.Extension))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		names = append(names, filepath.Base(f))
	}
	return names
}

// Restored restores a backup into a folder and opens it.
func (k Keeper) Restored(t testing.TB, from, dir string, erasures ...string) ([]string, *app.Node) {
	t.Helper()
	lines, err := app.RestoreNode(t.Context(), app.Restore{From: from, Identity: k.Identity, Dir: dir, Erasures: erasures})
	if err != nil {
		t.Fatal(err)
	}
	n, err := app.Open(t.Context(), app.Options{Dir: dir, Demo: app.IsDemo(dir)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = n.Close() })
	return lines, n
}

// Reopen opens a folder again.
func Reopen(t testing.TB, dir string) *app.Node {
	t.Helper()
	n, err := app.Open(t.Context(), app.Options{Dir: dir, Demo: app.IsDemo(dir)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = n.Close() })
	return n
}
