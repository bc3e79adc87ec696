package app

import (
	"context"
	"fmt"
	"time"

	"github.com/godwit-health/godwit/internal/edge/backup"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// retryBackup is how long after a failure a backup is tried again, unless its time
// comes sooner: a link that is down this minute may be up in the next hour.
const retryBackup = time.Hour

// nextBackup is when the next backup is due; the zero time when none is.
func nextBackup(s backup.Settings, l backup.Last, now time.Time) time.Time {
	if s.Every <= 0 {
		return time.Time{}
	}
	next := now
	if !l.Done.IsZero() {
		next = l.Done.Add(s.Every)
	}
	if !l.Failed.IsZero() {
		if again := l.Failed.Add(min(s.Every, retryBackup)); again.After(next) {
			next = again
		}
	}
	if last := now.Add(s.Every); next.After(last) { // the clock was set back
		next = last
	}
	if next.Before(now) {
		next = now
	}
	return next
}

// keepBackups makes the backups that the settings ask for, until ctx ends.
func (n *Node) keepBackups(ctx context.Context) {
	var notBefore time.Time // after a failure, whether it could be noted or not
	for {
		s, l, err := n.backupState(ctx)
		if err != nil && ctx.Err() == nil {
			n.log.Error("backup settings", "err", err)
		}
		due := time.NewTimer(time.Hour)
		now := n.clock()
		if at := nextBackup(s, l, now); at.IsZero() {
			due.Stop()
		} else {
			due.Reset(max(at.Sub(now), notBefore.Sub(now)))
		}
		select {
		case <-ctx.Done():
			due.Stop()
			return
		case <-n.backupsChanged:
			due.Stop()
			notBefore = time.Time{}
		case <-due.C:
			if err := n.scheduledBackup(ctx); err != nil {
				notBefore = n.clock().Add(min(s.Every, retryBackup))
			}
		}
	}
}

func (n *Node) scheduledBackup(ctx context.Context) error {
	lines, err := n.RunBackup(ctx, Backup{}, nil)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		n.log.Error("backup", "key", fault.KeyOf(err))
	default:
		n.log.Info("backup", "done", lines[1])
	}
	return err
}

func (n *Node) backupState(ctx context.Context) (s backup.Settings, l backup.Last, err error) {
	err = n.DB.Read(ctx, func(tx *db.Tx) error {
		if s, err = backup.ReadSettings(tx); err != nil {
			return err
		}
		l, err = backup.ReadLast(tx)
		return err
	})
	return s, l, err
}

// stopBackups ends the schedule. The place and the recipients stay noted.
func (n *Node) stopBackups(ctx context.Context) ([]string, error) {
	err := n.DB.Write(ctx, func(tx *db.Tx) error {
		s, err := backup.ReadSettings(tx)
		if err != nil {
			return err
		}
		s.Every = 0
		return s.Keep(tx)
	})
	n.tellBackups()
	return []string{"no backups are made by themselves any more; `godwit backup` with --every begins them again"}, err
}

// overdue reports whether backups that should have been made were not, although
// none failed: the machine was off, or the program hangs.
func overdue(s backup.Settings, l backup.Last, now time.Time) bool {
	return s.Every > 0 && !l.Done.IsZero() && now.Sub(l.Done) > 2*s.Every+retryBackup
}

// checkBackups says how the backups stand.
func (n *Node) checkBackups(ctx context.Context, e *exam) {
	s, l, err := n.backupState(ctx)
	const at = "2006-01-02 15:04 MST"
	newest := "none is whole yet"
	if !l.Done.IsZero() {
		newest = fmt.Sprintf("the newest whole one is of %s", l.Done.Format(at))
	}
	switch {
	case err != nil:
		e.say(false, "backup: %s", Sentence(err))
	case !l.Failed.IsZero():
		e.say(false, "backup: on %s none could be made; %s. %s", l.Failed.Format(at), newest, Sentence(&fault.Error{Key: l.Key, Args: l.Args}))
	case overdue(s, l, n.clock()):
		e.say(false, "backup: one should be made every %s, and %s; serve the node, or make one with `godwit backup %s`", s.Every, newest, n.at())
	case l.Done.IsZero() && s.Every == 0:
		e.note("backup: none was ever made; make one with `godwit backup %s --to PLACE --recipient age1… --every 24h`", n.at())
	case l.Done.IsZero():
		e.note("backup: %s; one is made every %s while the node is served", newest, s.Every)
	case s.Every == 0:
		e.say(true, "backup: of %s, %s, %s; none is made by itself", l.Done.Format(at), l.Name, mib(l.Bytes))
	default:
		e.say(true, "backup: of %s, %s, %s; one every %s to %s", l.Done.Format(at), l.Name, mib(l.Bytes), s.Every, s.Place)
	}
}

// backupNotice is the same for the administrator's first page.
func (n *Node) backupNotice(ctx context.Context) (page.Callout, error) {
	s, l, err := n.backupState(ctx)
	if err != nil {
		return page.Callout{}, err
	}
	return backupCallout(s, l, n.clock()), nil
}

func backupCallout(s backup.Settings, l backup.Last, now time.Time) page.Callout {
	c := page.Callout{Level: page.Done, Title: page.M("app.backup.title", "when", l.Done)}
	if l.Done.IsZero() {
		c.Level, c.Title = page.Wait, page.M("app.backup.none")
	}
	switch {
	case !l.Failed.IsZero():
		var args []any
		for k, v := range l.Args {
			args = append(args, k, v)
		}
		c.Level = page.Danger
		c.Text = append(c.Text, page.M("app.backup.failed", "when", l.Failed), page.M(l.Key, args...))
	case overdue(s, l, now):
		c.Level = page.Danger
		c.Text = append(c.Text, page.M("app.backup.overdue"))
	}
	switch {
	case s.Every == 0:
		if !l.Done.IsZero() && c.Level == page.Done {
			c.Level = page.Wait
		}
		c.Text = append(c.Text, page.M("app.backup.by_hand"))
	default:
		c.Text = append(c.Text, page.M("app.backup.every", "hours", hours(s.Every)))
	}
	if !l.Done.IsZero() {
		c.Text = append(c.Text, page.M("app.backup.holds", "count", int(l.Entries)))
	}
	return c
}

// hours are at least one.
func hours(d time.Duration) int { return max(1, int(d.Round(time.Hour)/time.Hour)) }
