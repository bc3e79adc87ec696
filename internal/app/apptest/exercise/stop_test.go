package exercise

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/godwit-health/godwit/internal/app"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// stopsAt ends a drill when it prints a word.
type stopsAt struct {
	mu   sync.Mutex
	word string
	stop context.CancelFunc
	said strings.Builder
}

// Write implements io.Writer.
func (w *stopsAt) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.said.Write(b); strings.Contains(string(b), w.word) {
		w.stop()
	}
	return len(b), nil
}

var addresses = regexp.MustCompile(`127\.0\.0\.1:\d+`)

// Wherever a drill is stopped, no port stays open and no file stays behind: among them
// is the key of what it recorded.
func TestADrillThatIsStoppedLeavesNothing(t *testing.T) {
	for words, tc := range map[string]struct {
		at   string
		keep bool
	}{
		"while the stage is set":          {"Setting the stage", false},
		"when the first page opens":       {"west", false},
		"while a file is under way":       {"a notice of the case is under way", false},
		"in a folder that was to be kept": {"travellers passed", true},
	} {
		t.Run(words, func(t *testing.T) {
			temp, err := os.MkdirTemp("", "gw-") // short: a socket's path has 107 bytes
			must(t, err)
			t.Cleanup(func() { _ = os.RemoveAll(temp) })
			t.Setenv("TMPDIR", temp)
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			o := app.DrillOptions{Scenario: "plague-at-a-crossing", Seed: 5, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
			if tc.keep {
				o.Keep = filepath.Join(temp, "kept")
			}
			w := &stopsAt{word: tc.at, stop: stop}
			o.Progress = w
			if _, err := app.Drill(ctx, o); !errors.Is(err, app.ErrStopped) || err.Error() != app.ErrStopped.Error() {
				t.Errorf("it ends with: %v", err)
			}
			if !strings.Contains(w.said.String(), tc.at) || strings.Contains(w.said.String(), "has accepted the contact") {
				t.Errorf("it was not stopped there: %s", w.said.String())
			}
			for _, at := range addresses.FindAllString(w.said.String(), -1) {
				if c, err := net.Dial("tcp", at); err == nil {
					_ = c.Close()
					t.Errorf("%s answers still", at)
				}
			}
			_ = filepath.WalkDir(temp, func(path string, e os.DirEntry, err error) error {
				if rel, _ := filepath.Rel(temp, path); rel != "." && rel != "kept" {
					t.Errorf("left behind: %s", rel)
				}
				return err
			})
		})
	}
}

// A hub that cannot serve ends the drill at once and says why.
func TestADrillWhoseHubEndsSaysWhy(t *testing.T) {
	long := filepath.Join(t.TempDir(), strings.Repeat("long", 30)) // no socket has so long a path
	w := &stopsAt{word: "never", stop: func() {}}
	_, err := app.Drill(t.Context(), app.DrillOptions{Scenario: "plague-at-a-crossing", Keep: long, Progress: w, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err == nil || !strings.Contains(err.Error(), "path is too long") || strings.Contains(err.Error(), "canceled") {
		t.Errorf("it ends with: %v", err)
	}
	if found, err := os.ReadDir(long); err != nil || len(found) != 0 {
		t.Errorf("left behind: %v %v", found, err)
	}
}
