package backups

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// A copy of an exercise that passes for real would bring an outbreak that never was.
func TestAnExerciseIsOneAfterItIsRestored(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "played")
	o := app.Options{Dir: dir, Demo: true, Exercise: true, Remake: true, Quick: true}
	n, err := app.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = n.Close() })
	accounts := access.DemoAccounts([]string{access.All}, []string{access.All})
	if _, err := n.Access.AddUser(access.Operator(t.Context()), accounts[0].User, accounts[0].Password, false); err != nil {
		t.Fatal(err)
	}
	k := apptest.NewKeeper(t)
	again := filepath.Join(t.TempDir(), "again")
	_, r := k.Restored(t, k.BackedUp(t, n, t.TempDir()), again)
	if !app.IsExercise(again) || !app.IsDemo(again) || !r.Exercise {
		t.Error("what was restored carries no mark")
	}
	if err := r.DB.Read(t.Context(), func(tx *db.Tx) error {
		exercise, known, err := r.Journal.OfExercise(tx)
		if !exercise || !known {
			t.Error("its records are of none")
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(again, app.ExerciseFile)); err != nil {
		t.Fatal(err)
	}
	if n, err := app.Open(t.Context(), app.Options{Dir: again, Demo: true}); err == nil || !strings.Contains(err.Error(), "its mark is gone") {
		if err == nil {
			_ = n.Close()
		}
		t.Errorf("without its mark it opens: %v", err)
	}
	demo := apptest.Staffed(t)
	if err := os.WriteFile(filepath.Join(demo, app.ExerciseFile), []byte(app.ExerciseMark), 0o600); err != nil {
		t.Fatal(err)
	}
	if n, err := app.Open(t.Context(), app.Options{Dir: demo, Demo: true}); err == nil || !strings.Contains(err.Error(), "records of none") {
		if err == nil {
			_ = n.Close()
		}
		t.Errorf("what is no exercise opens as one: %v", err)
	}
}

// The code of an exercise is nobody's programme outside one.
func TestNobodyGetsTheProgrammeOfAnExercise(t *testing.T) {
	n := apptest.Start(t)
	f := n.At(access.Administrator).Form("/admin/users/new")
	f.Set("login", "ayusuf", "name", "Amina Yusuf", "sites", access.All, "programmes", "tb "+journal.ExerciseProgramme, "sensitivity", "clinical", "locale", "fr")
	f.Values["roles"] = []string{"nurse"}
	f.Send().Says(t, 422, "marks what never happened")
}
