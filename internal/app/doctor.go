package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// earliest is a day before which no clock of a working node can stand: the
// program is younger than that.
var earliest = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// leastFree is the disk space below which a node's day is in danger, in bytes.
const leastFree = 1 << 30

// exam gathers what doctor finds.
type exam struct {
	lines []string
	ok    bool
}

func (e *exam) say(good bool, format string, args ...any) {
	mark := "ok    "
	if !good {
		mark, e.ok = "WRONG ", false
	}
	e.lines = append(e.lines, mark+fmt.Sprintf(format, args...))
}

// note says what is neither well nor wrong.
func (e *exam) note(format string, args ...any) {
	e.lines = append(e.lines, "note  "+fmt.Sprintf(format, args...))
}

// Doctor checks what the node stands on and says what to do where it is not well.
func (n *Node) Doctor(ctx context.Context) (lines []string, ok bool) {
	e := &exam{ok: true}
	if n.host.o.onServer() {
		n.checkClock(ctx, e)
		n.checkServer(ctx, e)
	} else {
		n.host.checkFolder(e)
		n.checkKeys(ctx, e)
		n.checkClock(ctx, e)
		checkDisk(e, n.Dir)
		n.checkDatabase(ctx, e)
	}
	report, err := n.Journal.Verify(ctx)
	if err != nil {
		e.say(false, "chain: %s", Sentence(err))
		return e.lines, e.ok
	}
	e.say(report.OK(), "chain: %d entries of %d origins verified", report.Entries, report.Origins)
	for _, p := range report.Problems {
		e.say(false, "chain: %s", p)
	}
	read, err := n.Access.VerifyReads(ctx)
	if err != nil {
		e.say(false, "read audit: %s", Sentence(err))
	} else {
		e.say(true, "read audit: %d lines verified", read)
	}
	n.host.checkHTTPS(e)
	n.checkBackups(ctx, e)
	if all, err := n.sites(ctx); err == nil && len(all) == 0 {
		e.say(false, "sites: there is none, so nobody can be registered; make one with `godwit site set CODE %s`", n.at())
	}
	if first, err := n.Access.NeedsFirst(ctx); err == nil && first {
		e.say(false, "users: there is no administrator; make one with `godwit user add LOGIN %s`", n.at())
	}
	return e.lines, e.ok
}

// cannotOpen is what doctor can say of a folder whose database does not open.
func (h *Host) cannotOpen(err error) Answer {
	e := &exam{ok: true}
	if !h.o.onServer() {
		h.checkFolder(e)
		checkDisk(e, h.o.Dir)
	}
	e.say(false, "database: %s", Sentence(err))
	h.checkHTTPS(e)
	return Answer{Lines: e.lines, OK: e.ok}
}

// checkKeys looks at what the key lies in, and whether it is as it was left.
func (n *Node) checkKeys(ctx context.Context, e *exam) {
	s := n.host.Keys()
	switch {
	case s == nil && n.Demo:
		return
	case s == nil:
		e.say(false, "key: it is in a plain file; whoever copies the folder reads it. Run `godwit key protect LOGIN --dir %s`", n.Dir)
		return
	}
	users, err := s.Users()
	due, dueErr := n.Access.RotationDue(ctx)
	switch st := s.State(); {
	case st.Problem != nil:
		e.say(false, "key: %s", Sentence(st.Problem))
	case err != nil:
		e.say(false, "key: %s", Sentence(err))
	case n.rolledBack.Load():
		e.say(false, "key: %s Run `godwit key rotate` and `godwit key words`", Sentence(fault.New(fault.Conflict, "app.doctor", "key.rolled_back")))
	case st.Rotating, due != nil, dueErr != nil:
		e.say(false, "key: the data key is still to be replaced; it needs as much free space as the database takes")
	default:
		e.say(true, "key: %d users can unlock the records", len(users))
	}
}

func checkDisk(e *exam, dir string) {
	free, err := freeBytes(dir)
	if err != nil {
		e.say(false, "disk: its free space cannot be read: %v", err)
		return
	}
	e.say(free >= leastFree, "disk: %d MiB free (at least %d wanted)", free>>20, leastFree>>20)
}

// checkDatabase asks the engine what it is, and to read every page of the file: a
// page that rotted or was changed from outside does not decipher to anything.
func (n *Node) checkDatabase(ctx context.Context, e *exam) {
	info, err := n.DB.Info(ctx)
	if err != nil {
		e.say(false, "database: %s", Sentence(err))
		return
	}
	e.say(info.JournalMode == "wal" && info.Encrypted, "database: %s %s, %d MiB, log %d KiB, mode %s, %s",
		info.Engine, info.Version, info.Bytes>>20, info.LogBytes>>10, info.JournalMode, cipher(info))
	var damage []string
	err = n.DB.Read(ctx, func(tx *db.Tx) error {
		damage = nil
		rows, err := tx.Query("PRAGMA quick_check(10)")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				return err
			}
			if line != "ok" {
				damage = append(damage, line)
			}
		}
		return rows.Err()
	})
	switch {
	case err != nil:
		e.say(false, "pages: %s", Sentence(err))
	case len(damage) > 0:
		e.say(false, "pages: the database file is damaged (%s). Stop the node, keep the folder as it is, and restore a backup beside it", strings.Join(damage, "; "))
	default:
		e.say(true, "pages: every page of the database reads")
	}
}

func cipher(i db.Info) string {
	if !i.Encrypted {
		return "NOT encrypted"
	}
	return "encrypted with " + i.Cipher
}

// checkFolder looks at who else can get at the folder, its key and its database.
func (h *Host) checkFolder(e *exam) {
	dir, open, keeper := h.o.Dir, false, KeyFile
	if h.Keys() != nil {
		keeper = SlotsFile
	}
	names := []string{"", keeper, DatabaseFile}
	if exists(dir, tlsFile) {
		names = append(names, tlsFile)
	}
	for _, name := range names {
		path := filepath.Join(dir, name)
		st, err := os.Stat(path)
		switch {
		case err != nil:
			e.say(false, "folder: %v", err)
			open = true
		case runtime.GOOS != "windows" && st.Mode().Perm()&0o077 != 0:
			mode := "600"
			if st.IsDir() {
				mode = "700"
			}
			e.say(false, "folder: others on this machine can open %s; run chmod %s on it", path, mode)
			open = true
		}
	}
	if !open {
		e.say(true, "folder: only its owner can open it")
	}
	probe := filepath.Join(dir, ".probe")
	err := os.WriteFile(probe, nil, 0o600)
	_ = os.Remove(probe)
	if err != nil {
		e.say(false, "folder: nothing can be written to it: %v", err)
	}
}

// checkClock compares the clock with the newest entry of the journal: a clock
// that was set back after that would put today's entries before yesterday's.
func (n *Node) checkClock(ctx context.Context, e *exam) {
	now := n.clock()
	last, err := n.Journal.Latest(ctx)
	switch {
	case now.Before(earliest):
		e.say(false, "clock: it stands at %s, before this program was made; set it", now.Format(time.DateOnly))
	case err != nil:
		e.say(false, "clock: the newest entry cannot be read: %v", err)
	case last.After(now.Add(5 * time.Minute)):
		e.say(false, "clock: it stands at %s, but an entry was written at %s; set it", now.Format(time.DateTime), last.Format(time.DateTime))
	default:
		n.sayDate(ctx, e, now)
	}
}

// sayDate says whether the date of the clock is doubted: then nothing is erased by it.
func (n *Node) sayDate(ctx context.Context, e *exam, now time.Time) {
	d, err := n.date(ctx)
	switch {
	case err != nil:
		e.say(false, "clock: what is known of the date cannot be read: %v", err)
	case d.Crept:
		e.say(false, "clock: it stands at %s; on its own word alone it went ahead for weeks, in small steps, and what is known to have come is %s. Until an administrator confirms the date under This device, another installation bears witness of it, or the clock is set, nothing more that is kept until a day is erased by it", now.Format(time.DateTime), d.Known.Format(time.DateTime))
	case d.Ahead:
		e.say(false, "clock: it stands at %s, and the last time that is known is %s. Until an administrator confirms the date under This device, or the clock is set, nothing that is kept until a day is erased by it", now.Format(time.DateTime), d.Known.Format(time.DateTime))
	case d.Behind:
		e.say(false, "clock: it stands at %s, but %s has come already; set it", now.Format(time.DateTime), d.Known.Format(time.DateTime))
	default:
		e.say(true, "clock: %s", now.Format("2006-01-02 15:04 MST"))
	}
}
