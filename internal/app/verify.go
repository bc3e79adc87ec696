package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/godwit-health/godwit/internal/edge/backup"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/key"
)

// Verify checks the node that is open: every page of its file, every chain, and
// its rows against the journal, in a scratch copy so that nothing of it is
// written to and nobody waits.
func (n *Node) Verify(ctx context.Context, progress backup.Progress) ([]string, bool, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(n.life, cancel)()
	e := &exam{ok: true}
	if n.host.o.onServer() {
		n.checkServer(ctx, e)
	} else {
		n.checkDatabase(ctx, e)
	}
	info, err := n.DB.Info(ctx)
	if err != nil {
		return e.lines, false, err
	}
	if err := roomFor(n.scratchDir(), scratchSize(info.Bytes)); err != nil {
		return nil, false, err
	}
	err = scratch(n.scratchDir(), func(path string, k key.Provider) error {
		out, in := io.Pipe()
		wrote := make(chan error, 1)
		go func() {
			_, err := backup.Write(ctx, in, backup.Source{DB: n.DB, Journal: n.Journal, Program: Version(), Made: n.clock(), Leave: MachineTables}, nil)
			in.CloseWithError(err)
			wrote <- err
		}()
		a, err := backup.NewReader(out)
		if err == nil {
			defer a.Close()
			err = examine(ctx, e, path, k, a, Restore{Clock: n.clock, Progress: progress})
		}
		out.CloseWithError(err) // or the writer would wait for a reader that is gone
		return errors.Join(err, <-wrote)
	})
	return e.lines, e.ok, notHeld(e, err)
}

// VerifyBackup checks an archive: that it decrypts, that it is whole, that its
// chains hold, and that its rows are what its journal says.
func VerifyBackup(ctx context.Context, r Restore) (Answer, error) {
	a, err := openArchive(ctx, r)
	if err != nil {
		return Answer{}, err
	}
	defer a.close()
	e := &exam{ok: true}
	e.say(true, "backup: opens; of %s, made by godwit %s on %s", a.Header.Made.Format("2006-01-02 15:04 MST"), a.Header.Program, a.Header.Engine)
	if err := roomFor(os.TempDir(), scratchSize(a.Header.Size)); err != nil {
		return Answer{}, fmt.Errorf("%s The scratch copy goes to %s; TMPDIR names another folder", Sentence(err), os.TempDir())
	}
	err = scratch(os.TempDir(), func(path string, k key.Provider) error { return examine(ctx, e, path, k, a.Reader, r) })
	if err = notHeld(e, err); err != nil {
		return Answer{}, err
	}
	return Answer{Lines: e.lines, OK: e.ok}, nil
}

// scratchSize is what a scratch copy takes at most: itself, and the log of making
// its rows anew.
func scratchSize(database int64) int64 { return 3 * database }

// scratch gives f a place for a database that is removed afterwards. Its key exists
// in memory only: what a power cut leaves of it is noise.
func scratch(dir string, f func(path string, k key.Provider) error) error {
	dir, err := os.MkdirTemp(dir, ".godwit-verify-")
	if err != nil {
		return &fault.Error{Code: fault.Unavailable, Op: "app.verify", Key: "app.folder", Err: err}
	}
	k := make([]byte, key.Size)
	rand.Read(k)
	defer clear(k)
	return errors.Join(f(filepath.Join(dir, DatabaseFile), key.Plain(k)), os.RemoveAll(dir))
}

// examine loads an archive and compares.
func examine(ctx context.Context, e *exam, path string, k key.Provider, a *backup.Reader, r Restore) error {
	c, err := load(ctx, db.Options{Path: path, Key: k}, a, r)
	if err != nil {
		return err
	}
	err = c.examine(ctx, e)
	return errors.Join(err, c.db.Close())
}

func (c *copied) examine(ctx context.Context, e *exam) error {
	e.say(true, "content: %d rows of %d tables, SHA-256 %s", c.trailer.Rows, len(c.trailer.Tables), c.trailer.SHA256)
	e.say(true, "chain: %d entries of %d origins verified; each ends where it should", c.header.Entries, len(c.header.Heads))
	gate, err := access.New(access.Options{DB: c.db, Journal: c.journal, Clock: c.clock})
	if err != nil {
		return err
	}
	if lines, err := gate.VerifyReads(ctx); err != nil {
		e.say(false, "read audit: %s", Sentence(err))
	} else {
		e.say(true, "read audit: %d lines verified", lines)
	}
	report, err := c.journal.Rebuild(ctx, nil)
	if err != nil {
		return err
	}
	for _, t := range report.Tables {
		if !t.Same() {
			e.say(false, "rows: %s is not what the journal says: %d missing, %d that do not belong, %d not the same", t.Table, t.Missing, t.Stray, t.Changed)
		}
	}
	if report.Same() {
		e.say(true, "rows: %d documents of %d tables are what the journal says", report.Documents, len(report.Tables))
	} else {
		e.say(false, "rows: keep this folder as it is and report it; `godwit rebuild` makes the rows anew from the journal")
	}
	return nil
}

// notHeld makes a finding out of an error that is one.
func notHeld(e *exam, err error) error {
	if fault.Is(err, fault.Invalid) && fault.KeyOf(err) != "" {
		e.say(false, "content: %s", Sentence(err))
		return nil
	}
	return err
}
