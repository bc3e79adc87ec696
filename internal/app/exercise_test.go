package app

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Files that leave an exercise say so in their names.
func TestAFileOfAnExerciseSaysSo(t *testing.T) {
	for words, tc := range map[string]struct {
		given, want string
		status      int
	}{
		"a file":           {`attachment; filename="line-list.csv"`, `attachment; filename="EXERCISE-line-list.csv"`, 0},
		"a file by status": {`attachment; filename="a.json"`, `attachment; filename="EXERCISE-a.json"`, http.StatusAccepted},
		"a page":           {"", "", 0},
	} {
		rec := httptest.NewRecorder()
		markFiles(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if tc.given != "" {
				w.Header().Set("Content-Disposition", tc.given)
			}
			if tc.status != 0 {
				w.WriteHeader(tc.status)
			}
			_, _ = w.Write([]byte("x"))
		})).ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/", nil))
		if got := rec.Header().Get("Content-Disposition"); got != tc.want || rec.Body.String() != "x" || tc.status != 0 && rec.Code != tc.status {
			t.Errorf("%s: %q, %d %q", words, got, rec.Code, rec.Body)
		}
	}
}

// No folder that holds anything becomes one of an exercise, whoever asks.
func TestNoFolderWithRecordsBecomesAnExercise(t *testing.T) {
	demo := staffedFolder(t)
	if _, err := Open(t.Context(), Options{Dir: demo, Demo: true, Exercise: true, remake: true}); err == nil || !strings.Contains(err.Error(), "no exercise") {
		t.Errorf("a demo became an exercise: %v", err)
	}
	if IsExercise(demo) {
		t.Error("it carries the mark")
	}
	actual := t.TempDir()
	if err := os.WriteFile(filepath.Join(actual, databaseFile), []byte("records"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), Options{Dir: actual, Demo: true, Exercise: true, remake: true}); err == nil || IsExercise(actual) || IsDemo(actual) {
		t.Errorf("a node became an exercise: %v", err)
	}
	if err := markExercise(actual); err == nil || IsExercise(actual) {
		t.Errorf("a node was marked: %v", err)
	}
	if err := ownFolder(actual); err == nil {
		t.Error("a drill takes a folder that holds something")
	}
}
