package app_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/edge/backup"
)

// The schedule makes the backup that is due, and says at once, in doctor's and the
// administrator's words, when it cannot.
func TestTheScheduleMakesBackupsAndSaysWhenItCannot(t *testing.T) {
	n := apptest.Start(t)
	k := apptest.NewKeeper(t)
	lines, ok := n.BackupsChecked(t.Context())
	if !ok || !strings.Contains(lines[0], "note  backup: none was ever made; make one with `godwit backup --dir") {
		t.Errorf("before: %v", lines)
	}
	bk := filepath.Join(t.TempDir(), "bk")
	s := backup.Settings{Place: bk, Every: 24 * time.Hour, Recipients: []string{k.Recipient}}
	scheduled(n, s)
	if len(apptest.Archives(t, bk)) != 1 {
		t.Fatalf("there are %v", apptest.Archives(t, bk))
	}
	lines, ok = n.BackupsChecked(t.Context())
	if !ok || !strings.Contains(lines[0], "ok    backup: of ") || !strings.Contains(lines[0], "one every 24h0m0s to "+bk) {
		t.Errorf("after: %v", lines)
	}
	says(n, "The last backup is of", n.Clock.Now().Format("15:04"), "One is made every 24 h", "It holds")
	if a := n.At("administrator").Get("/"); strings.Contains(a.Body, "+0000") {
		t.Error("the page shows a time as a machine prints it")
	}

	n.Clock.Move(50 * time.Hour)
	says(n, "The last backup is of", "should have been made since")
	in := filepath.Join(bk, apptest.Archives(t, bk)[0])
	s.Place = filepath.Join(in, "below a file")
	scheduled(n, s)
	lines, ok = n.BackupsChecked(t.Context())
	if ok || !strings.Contains(lines[0], "WRONG backup: on ") || !strings.Contains(lines[0], "the newest whole one is of") || !strings.Contains(lines[0], "Check the medium") {
		t.Errorf("failed: %v", lines)
	}
	says(n, "no backup could be made", "Nothing can be written to the place of the backups")
	if a := n.Do(t.Context(), app.Command{Name: "backup-off"}); a.Error != "" {
		t.Error(a.Error)
	}
	says(n, "Backups are not made by themselves")
}

// scheduled runs the schedule with these settings until it has made, or failed to
// make, one backup.
func scheduled(n *apptest.Node, s backup.Settings) {
	n.T.Helper()
	if err := n.DB.Write(n.T.Context(), s.Keep); err != nil {
		n.T.Fatal(err)
	}
	ctx, cancel := context.WithCancel(n.T.Context())
	log := &lineSignal{line: make(chan string, 8)}
	n.LogTo(apptest.TextLog(log))
	ended := make(chan struct{})
	go func() { defer close(ended); n.KeepBackups(ctx) }()
	select {
	case <-log.line:
	case <-time.After(apptest.Longest):
		n.T.Error("the schedule does nothing")
	}
	cancel()
	<-ended
}

// lineSignal hands each line of a log over.
type lineSignal struct{ line chan string }

func (l *lineSignal) Write(b []byte) (int, error) {
	l.line <- string(b)
	return len(b), nil
}

// says looks at the first page of the administrator.
func says(n *apptest.Node, words ...string) {
	n.T.Helper()
	n.At("administrator").Get("/").Says(n.T, 200, words...)
}
