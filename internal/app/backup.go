package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/godwit-health/godwit/internal/edge/backup"
	"github.com/godwit-health/godwit/internal/edge/sync"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// MachineTables belong to the machine and not to the records: log-ins under way and
// lock-outs, and where this machine sends its backups.
var MachineTables = append([]string{"access_session", "access_attempt", db.LeaseTable}, backup.OwnTables()...)

// ErasuresPrefix begins the name of a list of erasures that is kept beside the
// backups. It names documents, entries and times and nobody, so it is not
// encrypted: whoever restores needs it, and so does whoever checks.
const ErasuresPrefix = "godwit-erased-"

// Backup is one order to back up, as the command line gives it. What is empty comes
// from the node's settings.
type Backup struct {
	To          string        `json:"to,omitempty"`
	Recipients  []string      `json:"recipients,omitempty"`
	Every       time.Duration `json:"every,omitempty"`       // keep these settings, and do it again
	Credentials string        `json:"credentials,omitempty"` // path of a file of credentials

	// Access is what the command's own environment said; it goes to the server over
	// the local socket only, and is kept nowhere.
	Access backup.Access `json:"access,omitzero"`
}

// RunBackup does what an order says, and notes what came of it. An order that fails
// and names its own place says so to who gave it: what is noted is how the place
// stands that the node keeps. A schedule is kept once it has worked.
func (n *Node) RunBackup(ctx context.Context, o Backup, progress backup.Progress) ([]string, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(n.life, cancel)() // what is destroyed is not saved any more
	kept, err := n.backupSettings(ctx, o)
	if err != nil {
		return nil, err
	}
	name, s, size, err := n.backUp(ctx, kept, o.Access, progress)
	at := n.clock()
	noteErr := n.DB.Write(context.WithoutCancel(ctx), func(tx *db.Tx) error {
		switch {
		case err == nil && o.Every > 0:
			if err := kept.Keep(tx); err != nil {
				return err
			}
			fallthrough
		case err == nil:
			return backup.Succeeded(tx, at, name, size, s.Header.Entries)
		case o.To == "" && ctx.Err() == nil && !backup.IsUnderWay(err):
			return backup.Failed(tx, at, err)
		}
		return nil
	})
	if err = errors.Join(err, noteErr); err != nil {
		return nil, err
	}
	n.tellBackups()
	lines := []string{
		fmt.Sprintf("backed up %d entries in %d rows to %s", s.Header.Entries, s.Trailer.Rows, kept.Place),
		fmt.Sprintf("%s, %s, for %s", name, mib(size), count(len(kept.Recipients), "recipient")),
	}
	if o.Every > 0 {
		lines = append(lines, fmt.Sprintf("while the node is served this is done every %s", o.Every))
	}
	return lines, nil
}

// tellBackups wakes the schedule.
func (n *Node) tellBackups() {
	select {
	case n.backupsChanged <- struct{}{}:
	default:
	}
}

// backupSettings completes an order with what the node keeps.
func (n *Node) backupSettings(ctx context.Context, o Backup) (s backup.Settings, err error) {
	err = n.DB.Read(ctx, func(tx *db.Tx) error {
		s, err = backup.ReadSettings(tx)
		return err
	})
	if err != nil {
		return s, err
	}
	if o.To != "" {
		s.Place, s.Credentials = o.To, o.Credentials
	}
	if len(o.Recipients) > 0 {
		s.Recipients = o.Recipients
	}
	if s.Place == "" {
		return s, fault.New(fault.Invalid, "app.backup", "backup.bad_place")
	}
	if o.Every > 0 {
		s.Every = o.Every
	}
	_, err = backup.Recipients(s.Recipients)
	return s, err
}

// backUp writes one archive and, beside it, the newest list of erasures.
func (n *Node) backUp(ctx context.Context, s backup.Settings, a backup.Access, progress backup.Progress) (name string, sum backup.Summary, size int64, err error) {
	if !n.backingUp.TryLock() {
		return "", sum, 0, backup.UnderWay("app.backup")
	}
	defer n.backingUp.Unlock()
	to, err := backup.Recipients(s.Recipients)
	if err != nil {
		return "", sum, 0, err
	}
	if a == (backup.Access{}) {
		if a, err = backup.CredentialsFrom(s.Credentials, os.Getenv); err != nil {
			return "", sum, 0, err
		}
	}
	place, err := backup.At(s.Place, n.scratchDir(), a)
	if err != nil {
		return "", sum, 0, err
	}
	if err := n.room(ctx, place); err != nil {
		return "", sum, 0, err
	}
	made, me := n.clock(), ""
	if err := n.DB.Read(ctx, func(tx *db.Tx) error { me, err = backup.Installation(tx); return err }); err != nil {
		return "", sum, 0, err
	}
	place.RemoveLeft(ctx, me)
	name = backup.NewName(made, me)
	f, err := place.Create(ctx, name)
	if err != nil {
		return "", sum, 0, err
	}
	defer f.Abort()
	counted := &sizeWriter{w: f}
	leave, err := n.leftOut(ctx)
	if err != nil {
		return "", sum, 0, err
	}
	sealed, err := backup.Seal(counted, to)
	if err != nil {
		return "", sum, 0, err
	}
	sum, err = backup.Write(ctx, sealed, backup.Source{DB: n.DB, Journal: n.Journal, Program: Version(), Made: made,
		Files: n.smallFiles(), Leave: leave}, progress)
	if err == nil {
		err = sealed.Close()
	}
	if err == nil {
		err = f.Commit(progress)
	}
	if err == nil {
		err = n.keepErasures(ctx, place, sum.Header.Installation)
	}
	return name, sum, counted.n, err
}

// leftOut are the tables that a backup leaves out: those of the machine, and, of a node,
// its key for the link. A hub's own key is in its backups, since all its nodes know it.
func (n *Node) leftOut(ctx context.Context) (tables []string, err error) {
	err = n.DB.Read(ctx, func(tx *db.Tx) error {
		tables, err = sync.NotSaved(tx)
		return err
	})
	return append(tables, MachineTables...), err
}

// room refuses to begin what cannot be finished. An archive is smaller than the
// database it comes from.
func (n *Node) room(ctx context.Context, place backup.Place) error {
	info, err := n.DB.Info(ctx)
	if err != nil {
		return err
	}
	dir := place.String()
	if strings.Contains(dir, "://") {
		dir = n.scratchDir() // where it waits until it is sent
	}
	return roomFor(dir, info.Bytes)
}

// roomFor refuses a folder whose disk has not so many bytes free. A folder that is
// not there yet is asked for through the nearest one above it that is.
func roomFor(dir string, need int64) error {
	for {
		_, err := os.Stat(dir)
		up := filepath.Dir(dir)
		if err == nil || !errors.Is(err, os.ErrNotExist) || up == dir {
			break
		}
		dir = up
	}
	free, err := freeBytes(dir)
	if err != nil {
		return &fault.Error{Code: fault.Unavailable, Op: "app.room", Key: "backup.unwritable", Err: err}
	}
	if free < uint64(need) {
		return backup.NoRoom("app.room", need, int64(free))
	}
	return nil
}

// folderMarks are the files that say what a folder's records are: of a demo, and of an
// exercise. They go with the records, since a copy without them would pass for real.
var folderMarks = []string{DemoFile, ExerciseFile}

// smallFiles are the files of the folder that belong to its records: all there is
// beside the database is its marks.
func (n *Node) smallFiles() map[string][]byte {
	if n.Dir == "" {
		return nil
	}
	out := map[string][]byte{}
	for _, name := range folderMarks {
		if b, err := os.ReadFile(filepath.Join(n.Dir, name)); err == nil {
			out[name] = b
		}
	}
	return out
}

// keepErasures writes what is known to be erased beside the backups, so that an old
// one restored from there erases it again.
func (n *Node) keepErasures(ctx context.Context, place backup.Place, installation string) error {
	lines, err := n.erasedList(ctx)
	if err != nil {
		return err
	}
	f, err := place.Create(ctx, ErasuresPrefix+installation+".txt")
	if err != nil {
		return err
	}
	defer f.Abort()
	for _, l := range lines {
		if _, err := io.WriteString(f, l+"\n"); err != nil {
			return err
		}
	}
	return f.Commit(nil)
}

// sizeWriter counts what goes through it.
type sizeWriter struct {
	w io.Writer
	n int64
}

// Write implements io.Writer.
func (s *sizeWriter) Write(b []byte) (int, error) {
	n, err := s.w.Write(b)
	s.n += int64(n)
	return n, err
}

func mib(n int64) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
