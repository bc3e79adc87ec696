package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// A copy of an exercise that passes for real would bring an outbreak that never was.
func TestAnExerciseIsOneAfterItIsRestored(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "played")
	o := Options{Dir: dir, Demo: true, Exercise: true, remake: true, quick: true}
	n, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = n.Close() })
	accounts := access.DemoAccounts([]string{access.All}, []string{access.All})
	if _, err := n.Access.AddUser(access.Operator(t.Context()), accounts[0].User, accounts[0].Password, false); err != nil {
		t.Fatal(err)
	}
	k := newKeeper(t)
	again := filepath.Join(t.TempDir(), "again")
	_, r := k.restored(t, k.backedUp(t, n, t.TempDir()), again)
	if !IsExercise(again) || !IsDemo(again) || !r.Exercise {
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
	if err := os.Remove(filepath.Join(again, exerciseFile)); err != nil {
		t.Fatal(err)
	}
	if n, err := Open(t.Context(), Options{Dir: again, Demo: true}); err == nil || !strings.Contains(err.Error(), "its mark is gone") {
		if err == nil {
			_ = n.Close()
		}
		t.Errorf("without its mark it opens: %v", err)
	}
	demo := staffedFolder(t)
	if err := os.WriteFile(filepath.Join(demo, exerciseFile), []byte(exerciseMark), 0o600); err != nil {
		t.Fatal(err)
	}
	if n, err := Open(t.Context(), Options{Dir: demo, Demo: true}); err == nil || !strings.Contains(err.Error(), "records of none") {
		if err == nil {
			_ = n.Close()
		}
		t.Errorf("what is no exercise opens as one: %v", err)
	}
}

// The code of an exercise is nobody's programme outside one.
func TestNobodyGetsTheProgrammeOfAnExercise(t *testing.T) {
	n := startNode(t)
	f := n.at(access.Administrator).form("/admin/users/new")
	f.set("login", "ayusuf", "name", "Amina Yusuf", "sites", access.All, "programmes", "tb "+journal.ExerciseProgramme, "sensitivity", "clinical", "locale", "fr")
	f.values["roles"] = []string{"nurse"}
	f.send().says(t, 422, "marks what never happened")
}
