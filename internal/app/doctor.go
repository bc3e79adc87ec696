package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
)

// earliest is a day before which no clock of a working node can stand: the
// program is younger than that.
var earliest = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// leastFree is the disk space below which a node's day is in danger, in bytes.
const leastFree = 1 << 30

// doctor checks what the node stands on and says what to do where it is not well.
func (n *Node) doctor(ctx context.Context) (lines []string, ok bool) {
	ok = true
	say := func(good bool, format string, args ...any) {
		mark := "ok   "
		if !good {
			mark, ok = "WRONG", false
		}
		lines = append(lines, mark+" "+fmt.Sprintf(format, args...))
	}
	n.checkFolder(say)
	n.checkClock(ctx, say)
	if free, err := freeBytes(n.Dir); err != nil {
		say(false, "disk: its free space cannot be read: %v", err)
	} else {
		say(free >= leastFree, "disk: %d MiB free (at least %d wanted)", free>>20, leastFree>>20)
	}
	info, err := n.DB.Info(ctx)
	if err != nil {
		say(false, "database: %v", err)
		return lines, ok
	}
	say(info.JournalMode == "wal" && info.Encrypted, "database: %s %s, %d MiB, log %d KiB, mode %s, %s",
		info.Engine, info.Version, info.Bytes>>20, info.LogBytes>>10, info.JournalMode, cipher(info))
	report, err := n.Journal.Verify(ctx)
	if err != nil {
		say(false, "chain: %v", err)
		return lines, ok
	}
	say(report.OK(), "chain: %d entries of %d origins verified", report.Entries, report.Origins)
	for _, p := range report.Problems {
		say(false, "chain: %s", p)
	}
	read, err := n.Access.VerifyReads(ctx)
	say(err == nil, "read audit: %d lines verified", read)
	if first, err := n.Access.NeedsFirst(ctx); err == nil && first {
		say(false, "users: there is no administrator; make one with `godwit user add LOGIN --dir %s`", n.Dir)
	}
	return lines, ok
}

func cipher(i db.Info) string {
	if !i.Encrypted {
		return "NOT encrypted"
	}
	return "encrypted with " + i.Cipher
}

func (n *Node) checkFolder(say func(bool, string, ...any)) {
	st, err := os.Stat(n.Dir)
	if err != nil {
		say(false, "folder: %v", err)
		return
	}
	open := runtime.GOOS != "windows" && st.Mode().Perm()&0o077 != 0
	if open {
		say(false, "folder: others on this machine can open it; run chmod 700 on it")
	} else {
		say(true, "folder: only its owner can open it")
	}
	probe := filepath.Join(n.Dir, ".probe")
	err = os.WriteFile(probe, nil, 0o600)
	_ = os.Remove(probe)
	if err != nil {
		say(false, "folder: nothing can be written to it: %v", err)
	}
}

// checkClock compares the clock with the newest entry of the journal: a clock
// that was set back after that would put today's entries before yesterday's.
func (n *Node) checkClock(ctx context.Context, say func(bool, string, ...any)) {
	now := n.clock()
	last, err := n.Journal.Latest(ctx)
	switch {
	case now.Before(earliest):
		say(false, "clock: it stands at %s, before this program was made; set it", now.Format(time.DateOnly))
	case err != nil:
		say(false, "clock: the newest entry cannot be read: %v", err)
	case last.After(now.Add(5 * time.Minute)):
		say(false, "clock: it stands at %s, but an entry was written at %s; set it", now.Format(time.DateTime), last.Format(time.DateTime))
	default:
		say(true, "clock: %s", now.Format("2006-01-02 15:04 MST"))
	}
}
