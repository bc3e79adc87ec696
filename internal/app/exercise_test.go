package app_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
)

// No folder that holds anything becomes one of an exercise, whoever asks.
func TestNoFolderWithRecordsBecomesAnExercise(t *testing.T) {
	demo := apptest.Staffed(t)
	if _, err := app.Open(t.Context(), app.Options{Dir: demo, Demo: true, Exercise: true, Remake: true}); err == nil || !strings.Contains(err.Error(), "no exercise") {
		t.Errorf("a demo became an exercise: %v", err)
	}
	if app.IsExercise(demo) {
		t.Error("it carries the mark")
	}
	actual := t.TempDir()
	if err := os.WriteFile(filepath.Join(actual, app.DatabaseFile), []byte("records"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := app.Open(t.Context(), app.Options{Dir: actual, Demo: true, Exercise: true, Remake: true}); err == nil || app.IsExercise(actual) || app.IsDemo(actual) {
		t.Errorf("a node became an exercise: %v", err)
	}
	if err := app.MarkExercise(actual); err == nil || app.IsExercise(actual) {
		t.Errorf("a node was marked: %v", err)
	}
	if err := app.OwnFolder(actual); err == nil {
		t.Error("a drill takes a folder that holds something")
	}
}

// What a drill that was killed left goes with the next one; what another is at work in
// stays.
func TestWhatAKilledDrillLeftGoesWithTheNext(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	here := func(name string) string { return filepath.Join(temp, name) }
	for _, dir := range []string{"godwit-drill-1", "godwit-drill-2", "godwit-drill-3", "another"} {
		must(t, os.MkdirAll(filepath.Join(here(dir), "east"), 0o700))
		must(t, os.WriteFile(filepath.Join(here(dir), "east", app.KeyFile), []byte("key"), 0o600))
	}
	must(t, os.WriteFile(here("godwit-drill-1.lock"), nil, 0o600))
	unlock, err := app.LockDir(here("godwit-drill-2.lock"))
	must(t, err)
	dir, clear, err := app.DrillFolder("")
	must(t, err)
	app.SweepDrills() // another begins
	for name, stays := range map[string]bool{"godwit-drill-1": false, "godwit-drill-1.lock": false, "godwit-drill-2": true, "godwit-drill-3": false, "another": true, filepath.Base(dir): true} {
		if apptest.There(temp, name) != stays {
			t.Errorf("%s: there %v, want %v", name, !stays, stays)
		}
	}
	unlock()
	must(t, clear())
	if apptest.There(temp, filepath.Base(dir)) || apptest.There(temp, filepath.Base(dir)+".lock") {
		t.Error("its own folder is left")
	}
}
