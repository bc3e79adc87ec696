package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"filippo.io/age"

	"github.com/godwit-health/godwit/internal/edge/backup"
	"github.com/godwit-health/godwit/internal/edge/sync"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/key"
)

// RestoringDir is where a folder is restored until it is whole: inside the folder,
// so that nothing touches another disk, and so that moving it in place is a rename.
const RestoringDir = ".restoring"

// Restore is one order to restore, and what to compare.
type Restore struct {
	From       string // an archive: a path, or an address of a store
	Identity   string // path of the identity file
	Passphrase func() (string, error)
	Dir        string
	Database   string   // instead of a folder: an empty database of a server
	Erasures   []string // lines of `godwit erased list` from elsewhere
	Access     backup.Access
	Clock      func() time.Time
	Progress   backup.Progress
}

// opened is an archive that is being read.
type opened struct {
	*backup.Reader
	file  io.ReadCloser
	place backup.Place
}

func (o *opened) close() {
	o.Reader.Close()
	_ = o.file.Close()
}

// openArchive finds an archive and reads its header.
func openArchive(ctx context.Context, r Restore) (*opened, error) {
	place, name, err := backup.Beside(r.From, r.Access)
	if err != nil {
		return nil, err
	}
	if st, err := os.Stat(r.From); err == nil && st.IsDir() {
		return nil, pickOne(ctx, r.From)
	}
	ids, err := backup.Identities(r.Identity, r.Passphrase)
	if err != nil {
		return nil, err
	}
	f, _, err := place.Open(ctx, name)
	if err != nil {
		return nil, err
	}
	a, err := readArchive(f, ids)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &opened{a, f, place}, nil
}

func readArchive(r io.Reader, ids []age.Identity) (*backup.Reader, error) {
	plain, err := backup.Unseal(r, ids)
	if err != nil {
		return nil, err
	}
	return backup.NewReader(plain)
}

// pickOne says which archive of a folder is the newest: which one to restore is not
// for the program to choose.
func pickOne(ctx context.Context, dir string) error {
	place, err := backup.At(dir, "", backup.Access{})
	if err != nil {
		return err
	}
	names, err := place.List(ctx, "")
	if err != nil {
		return err
	}
	names = slices.DeleteFunc(names, func(n string) bool { return !backup.IsName(n) })
	if len(names) == 0 {
		return fmt.Errorf("%s is a folder and holds no backup; say which file with --from", dir)
	}
	return fmt.Errorf("%s is a folder; say which file with --from. The newest is %s", dir, filepath.Join(dir, names[len(names)-1]))
}

func (r *Restore) begin() {
	if r.Clock == nil {
		r.Clock = time.Now
	}
}

// RestoreNode makes a node's folder from an archive. The folder is as it was until
// everything is read, checked and written.
func RestoreNode(ctx context.Context, r Restore) ([]string, error) {
	r.begin()
	if err := emptyFolder(r.Dir); err != nil {
		return nil, err
	}
	a, err := openArchive(ctx, r)
	if err != nil {
		return nil, err
	}
	defer a.close()
	if err := roomFor(r.Dir, a.Header.Size+a.Header.Size/4); err != nil {
		return nil, err
	}
	erased, err := knownErasures(ctx, a.place, r.Erasures)
	if err != nil {
		return nil, err
	}
	_, statErr := os.Stat(r.Dir)
	work := filepath.Join(r.Dir, RestoringDir)
	if err := errors.Join(os.RemoveAll(work), os.MkdirAll(work, 0o700)); err != nil {
		return nil, &fault.Error{Code: fault.Unavailable, Op: "app.restore", Key: "app.folder", Err: err}
	}
	lines, err := restoreInto(ctx, work, a, erased, r)
	if err == nil {
		err = moveUp(work, r.Dir)
	}
	if err != nil {
		err = errors.Join(err, os.RemoveAll(work))
		if errors.Is(statErr, os.ErrNotExist) {
			_ = os.Remove(r.Dir) // we made it
		}
		return nil, err
	}
	lines = append(lines, fmt.Sprintf("restored to %s; run `godwit doctor --dir %s` and then `godwit serve --dir %s`", r.Dir, r.Dir, r.Dir))
	if !IsDemo(r.Dir) {
		lines = append(lines, fmt.Sprintf("its key lies in %s as plain text until `godwit key protect LOGIN --dir %s` puts it into slots: do that now", KeyFile, r.Dir))
	}
	return append(lines, "no backups of this folder are made yet: `godwit backup` with --every begins them"), nil
}

// emptyFolder refuses to restore over anything.
func emptyFolder(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return &fault.Error{Code: fault.Unavailable, Op: "app.restore", Key: "app.folder", Err: err}
	}
	for _, e := range entries {
		if e.Name() != RestoringDir && e.Name() != "lost+found" {
			return fmt.Errorf("%s is not empty (%s). A backup is restored into an empty folder only: give another with --dir, and put it in the place of the old one when it is well", dir, e.Name())
		}
	}
	return nil
}

// restoreInto makes a node's files in work.
func restoreInto(ctx context.Context, work string, a *opened, erased []journal.Erasure, r Restore) ([]string, error) {
	k, err := newKey(work)
	if err != nil {
		return nil, err
	}
	c, err := load(ctx, db.Options{Path: filepath.Join(work, DatabaseFile), Key: k}, a.Reader, r)
	if err != nil {
		return nil, err
	}
	lines, err := c.settle(ctx, erased)
	if err = errors.Join(err, c.db.Close()); err != nil {
		return nil, err
	}
	for name, content := range a.Header.Files {
		if !slices.Contains(folderMarks, name) { // what a later program adds is not for this one to write
			continue
		}
		if err := os.WriteFile(filepath.Join(work, name), content, 0o600); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

// newKey gives a restored folder the key that its database is written with. It is a
// plain file: a slot needs somebody's password, and godwit key protect asks for one.
func newKey(dir string) (key.Provider, error) {
	path := filepath.Join(dir, KeyFile)
	if err := key.Create(path); err != nil {
		return nil, err
	}
	return key.File(path), nil
}

// moveUp puts the files in place, the database last: with it the folder is a node.
func moveUp(work, dir string) error {
	for _, name := range slices.Concat([]string{KeyFile}, folderMarks, []string{DatabaseFile}) {
		err := os.Rename(filepath.Join(work, name), filepath.Join(dir, name))
		if err != nil && (!slices.Contains(folderMarks, name) || !errors.Is(err, os.ErrNotExist)) {
			return err
		}
	}
	return errors.Join(os.RemoveAll(work), backup.SyncDir(dir))
}

// copied is an archive's content in a database of its own.
type copied struct {
	header  backup.Header
	trailer backup.Trailer
	db      *db.DB
	journal *journal.Journal
	clock   func() time.Time
}

// load reads an archive into a new database, first with the tables of the
// program that wrote it, then brought to those of this one.
func load(ctx context.Context, at db.Options, a *backup.Reader, r Restore) (_ *copied, err error) {
	c := &copied{header: a.Header, clock: r.Clock}
	then, err := a.Tables(migrations())
	if err != nil {
		return nil, err
	}
	at.Migrations = then
	d, err := db.Open(ctx, at)
	if err != nil {
		return nil, err
	}
	c.trailer, err = a.Load(ctx, d, r.Progress)
	if err = errors.Join(err, d.Close()); err != nil {
		return nil, err
	}
	at.Migrations = migrations()
	if c.db, err = db.Open(ctx, at); err != nil {
		return nil, err
	}
	_, exercise := a.Header.Files[ExerciseFile] // what restoring writes carries the mark too
	if c.journal, err = journal.New(journal.Options{DB: c.db, Kinds: kinds(), Clock: r.Clock, Exercise: exercise}); err == nil {
		err = c.check(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, c.db.Close())
	}
	return c, nil
}

// check verifies every chain, and that each ends where the archive says.
func (c *copied) check(ctx context.Context) error {
	report, err := c.journal.Verify(ctx)
	if err != nil {
		return err
	}
	if !report.OK() {
		return &fault.Error{Code: fault.Invalid, Op: "app.restore", Key: "backup.damaged", Err: errors.New(report.Problems[0].String())}
	}
	same := false
	err = c.db.Read(ctx, func(tx *db.Tx) error {
		same, err = backup.SameHeads(tx, c.journal, c.header)
		return err
	})
	if err == nil && (!same || report.Entries != c.header.Entries) {
		err = backup.OtherHeads("app.restore")
	}
	return err
}

// settle makes the copy a node of its own: another installation, and without what
// was erased since.
func (c *copied) settle(ctx context.Context, erased []journal.Erasure) ([]string, error) {
	if _, err := c.journal.NewInstallation(ctx); err != nil {
		return nil, err
	}
	var needsCode bool
	if err := c.db.Write(ctx, func(tx *db.Tx) (err error) { needsCode, err = sync.Restored(tx); return err }); err != nil {
		return nil, err
	}
	before, after, err := applyErasures(ctx, c.db, c.journal, erased)
	if err != nil {
		return nil, err
	}
	if after > before {
		if err := c.db.Scrub(ctx); err != nil {
			return nil, err
		}
	}
	lines := c.lines()
	if needsCode {
		lines = append(lines, "it exchanges with its hub when it is invited there again: `godwit sync enrol CODE`, or Exchange in the browser. Revoke the machine that it takes the place of")
	}
	if len(erased) == 0 {
		return append(lines, "no erasures are known from elsewhere; what was erased after the backup is in it again. If there is a list, restore once more with --erasures"), nil
	}
	return append(lines, fmt.Sprintf("%s known, %d of them newer than the backup; what they name is destroyed", count(len(erased), "erasure"), after-before)), nil
}

// lines say what was restored, and what may be missing.
func (c *copied) lines() []string {
	h := c.header
	lines := []string{fmt.Sprintf("backup of %s, made by godwit %s on %s", h.Made.Format("2006-01-02 15:04 MST"), h.Program, h.Engine),
		fmt.Sprintf("%d entries of %d origins verified, %d rows, %d persons", h.Entries, len(h.Heads), c.trailer.Rows, c.trailer.Tables["people_person"])}
	if !h.Latest.IsZero() {
		lines = append(lines, fmt.Sprintf("the newest change is of %s; what was changed after the backup, in the last %s, is not in it",
			h.Latest.Format("2006-01-02 15:04 MST"), c.clock().Sub(h.Made).Round(time.Minute)))
	}
	return lines
}

// knownErasures reads the lists that lie beside the archive, and the one that was
// given. Sync brings what a hub knows; this is for before it.
func knownErasures(ctx context.Context, place backup.Place, given []string) ([]journal.Erasure, error) {
	known, err := parseErasures(given)
	if err != nil {
		return nil, err
	}
	names, err := place.List(ctx, ErasuresPrefix)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		f, _, err := place.Open(ctx, name)
		if err != nil {
			return nil, err
		}
		b, err := io.ReadAll(io.LimitReader(f, maxCommand))
		if err = errors.Join(err, f.Close()); err != nil {
			return nil, err
		}
		more, err := parseErasures(strings.Split(string(b), "\n"))
		if err != nil {
			return nil, fmt.Errorf("%s, beside the backup: %w", name, err)
		}
		known = append(known, more...)
	}
	slices.SortFunc(known, func(a, b journal.Erasure) int { return strings.Compare(a.Doc.String(), b.Doc.String()) })
	return slices.CompactFunc(known, func(a, b journal.Erasure) bool { return a.Doc == b.Doc }), nil
}
