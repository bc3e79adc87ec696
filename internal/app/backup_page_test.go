package app

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/edge/backup"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// Room is asked for before anything is written.
func TestNoRoom(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "not", "there", "yet")
	err := roomFor(dir, 1<<62)
	if fault.KeyOf(err) != "backup.no_room" || !strings.Contains(Sentence(err), "MiB are needed and ") {
		t.Errorf("%v", err)
	}
	if err := roomFor(dir, 1); err != nil {
		t.Error(err)
	}
}

// When the next backup is due.
func TestWhenTheNextBackupIsDue(t *testing.T) {
	now := time.Date(2027, 3, 14, 12, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	day := backup.Settings{Every: 24 * time.Hour}
	for _, tc := range []struct {
		why  string
		s    backup.Settings
		l    backup.Last
		want time.Time
	}{
		{"nothing is set", backup.Settings{}, backup.Last{}, time.Time{}},
		{"none was made", day, backup.Last{}, now},
		{"one was made an hour ago", day, backup.Last{Done: ago(time.Hour)}, now.Add(23 * time.Hour)},
		{"the machine was off for a week", day, backup.Last{Done: ago(168 * time.Hour)}, now},
		{"one failed just now", day, backup.Last{Done: ago(25 * time.Hour), Failed: now}, now.Add(time.Hour)},
		{"one failed two hours ago", day, backup.Last{Done: ago(26 * time.Hour), Failed: ago(2 * time.Hour)}, now},
		{"the first failed just now", day, backup.Last{Failed: now}, now.Add(time.Hour)},
		{"one failed, and they are close together", backup.Settings{Every: time.Minute}, backup.Last{Failed: now}, now.Add(time.Minute)},
		{"the clock was set back by a year", day, backup.Last{Done: now.AddDate(1, 0, 0)}, now.Add(24 * time.Hour)},
	} {
		if got := nextBackup(tc.s, tc.l, now); !got.Equal(tc.want) {
			t.Errorf("%s: %v, want %v", tc.why, got, tc.want)
		}
	}
}

// Every state of the backups has its words.
func backupSamples() (all []page.Callout) {
	at := time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)
	day := backup.Settings{Every: 24 * time.Hour}
	for _, l := range []backup.Last{{}, {Done: at, Entries: 4812}, {Done: at, Failed: at, Key: "backup.no_room", Args: map[string]any{"need": 12, "free": 3}}} {
		all = append(all, backupCallout(day, l, at), backupCallout(backup.Settings{}, l, at), backupCallout(day, l, at.AddDate(0, 0, 9)))
	}
	return all
}

func TestEveryFailureOfABackupHasASentence(t *testing.T) {
	words, err := terminalWords()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range backupSamples() {
		for _, m := range append(c.Text, c.Title) {
			if _, ok := words[m.Key]; !ok {
				t.Errorf("no words for %s", fmt.Sprint(m.Key))
			}
		}
	}
}
