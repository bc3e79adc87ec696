package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/godwit-health/godwit/internal/app"
)

type backupCmd struct {
	Now backupNowCmd `cmd:"" default:"withargs" help:"Make a backup now, and again at times with --every."`
	Key backupKeyCmd `cmd:"" help:"Make the key pair of the organisation that opens its backups."`
	Off backupOffCmd `cmd:"" help:"Make no more backups by itself."`
}

// Help adds an example.
func (backupCmd) Help() string {
	return backupNowCmd{}.Help() + "\n\ngodwit backup now --help has the flags."
}

type backupNowCmd struct {
	unlocking
	Dir         string        `xor:"where" required:"" help:"Folder of the node." type:"existingdir"`
	To          string        `help:"A folder, s3://bucket/prefix, or https://host/bucket/prefix of a store that speaks S3. The one of last time with --every if left out."`
	Recipient   []string      `help:"Who can open it, once for each: age1… of the organisation. Those of last time with --every if left out." placeholder:"age1…"`
	Every       time.Duration `help:"Keep place and recipients, and do it again at this distance while the node is served, such as 24h." placeholder:"24h"`
	Credentials string        `help:"File of credentials for the store, in the form of Amazon's tools. AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY if left out." type:"existingfile"`
}

// Help adds an example.
func (backupNowCmd) Help() string {
	return "Example:\n\n  godwit backup key --out organisation.key\n  godwit backup --dir ./node --to /media/stick --recipient age1…\n  godwit backup --dir ./node --to s3://backups/nairobi --recipient age1… --every 24h\n\n" +
		"It works while the node is served, and holds nobody up. The backup is one encrypted file; only an identity of a recipient opens it, and no identity should be on this machine. What stands under a final name is whole."
}

// Run runs the command.
func (c *backupNowCmd) Run(w *world) error {
	if c.Every != 0 && c.Every < time.Minute {
		return errors.New("--every: a minute is the shortest distance; nothing was done")
	}
	access, err := app.StoreAccess(c.Credentials, w.getenv)
	if err != nil {
		return err
	}
	to := c.To
	if to != "" && !strings.Contains(to, "://") {
		if to, err = filepath.Abs(to); err != nil {
			return err
		}
	}
	bar := newBar(w.err)
	defer bar.end()
	return do(w, c.Dir, c.unlocking, app.Command{Name: "backup", Progress: bar.say,
		Backup: &app.Backup{To: to, Recipients: c.Recipient, Every: c.Every, Credentials: c.Credentials, Access: access}})
}

type backupKeyCmd struct {
	Out        string `required:"" help:"File to write the identity to; it must not exist." type:"path"`
	Passphrase bool   `help:"Lock the file with a passphrase, which is asked for."`
}

// Help adds an example.
func (backupKeyCmd) Help() string {
	return "Example:\n\n  godwit backup key --out organisation.key --passphrase\n\nDo it once, on a machine that is not a node, and keep the file in two safes: without it no backup opens. The line it prints, age1…, is the recipient, and no secret."
}

// Run runs the command.
func (c *backupKeyCmd) Run(w *world) error {
	passphrase := ""
	if c.Passphrase {
		var err error
		if passphrase, err = readPassword(w); err != nil {
			return err
		}
	}
	recipient, err := app.MakeIdentity(c.Out, passphrase)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s exists already, and an identity is never written over; give another file with --out", c.Out)
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(w.out, recipient)
	return nil
}

type backupOffCmd struct {
	unlocking
	Dir string `xor:"where" required:"" help:"Folder of the node." type:"existingdir"`
}

// Help adds an example.
func (backupOffCmd) Help() string {
	return "Example:\n\n  godwit backup off --dir ./node\n\nWhat was made stays where it is."
}

// Run runs the command.
func (c *backupOffCmd) Run(w *world) error {
	return do(w, c.Dir, c.unlocking, app.Command{Name: "backup-off"})
}

type restoreCmd struct {
	From        string `required:"" help:"The backup: a file, s3://bucket/prefix/NAME, or https://host/bucket/prefix/NAME."`
	Identity    string `required:"" help:"Identity file of a recipient." type:"existingfile"`
	Dir         string `required:"" xor:"where" help:"Folder to restore into: new or empty." type:"path"`
	Database    string `required:"" xor:"where" help:"Instead of a folder: the empty PostgreSQL database of a hub. Its password comes from PGPASSWORD, PGPASSFILE or a service file." placeholder:"postgres://…"`
	Erasures    string `help:"A list of godwit erased list, of another node or from later. Lists beside the backup are found without it." type:"existingfile"`
	Credentials string `help:"File of credentials for the store. AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY if left out." type:"existingfile"`
}

// Help adds an example.
func (restoreCmd) Help() string {
	return "Example:\n\n  godwit restore --from /media/stick/godwit-20261122T040000Z-957cb6.godwit.age --identity organisation.key --dir ./restored --erasures erased.txt\n\n" +
		"All is decrypted, checked and written before the folder becomes a node. It is a new installation, with a key of its own; what was erased since the backup is erased in it.\n\n" +
		"With --database it becomes a hub on PostgreSQL, whether the backup was made from a folder or from a database. The database has to be empty."
}

// Run runs the command.
func (c *restoreCmd) Run(w *world) error {
	var erased []string
	if c.Erasures != "" {
		b, err := readList(c.Erasures)
		if err != nil {
			return err
		}
		erased = b
	}
	bar := newBar(w.err)
	defer bar.end()
	r, err := order(w, c.From, c.Identity, c.Credentials, bar)
	if err != nil {
		return err
	}
	r.Dir, r.Database, r.Erasures = c.Dir, c.Database, erased
	restore := app.RestoreNode
	if c.Database != "" {
		restore = app.RestoreServer
	}
	lines, err := restore(w.ctx, r)
	bar.end()
	for _, l := range lines {
		fmt.Fprintln(w.out, l)
	}
	return err
}

type verifyCmd struct {
	unlocking
	Dir         string `help:"Folder of a node." type:"existingdir" xor:"where" required:""`
	From        string `help:"A backup: a file, s3://bucket/prefix/NAME, or https://host/bucket/prefix/NAME." xor:"where" required:""`
	Identity    string `help:"Identity file of a recipient, for a backup." type:"existingfile"`
	Credentials string `help:"File of credentials for the store." type:"existingfile"`
}

// Help adds an example.
func (verifyCmd) Help() string {
	return "Example:\n\n  godwit verify --dir ./node\n  godwit verify --from /media/stick/godwit-20261122T040000Z-957cb6.godwit.age --identity organisation.key\n\n" +
		"Checks every page, every chain, and every row against the journal, in an encrypted scratch copy: the node is not written to and goes on serving. Exit status 1 when something is wrong."
}

// Run runs the command.
func (c *verifyCmd) Run(w *world) error {
	bar := newBar(w.err)
	defer bar.end()
	if c.From == "" {
		return do(w, c.Dir, c.unlocking, app.Command{Name: "verify", Progress: bar.say})
	}
	if c.Identity == "" {
		return errors.New("a backup is opened with an identity: give its file with --identity")
	}
	r, err := order(w, c.From, c.Identity, c.Credentials, bar)
	if err != nil {
		return err
	}
	a, err := app.VerifyBackup(w.ctx, r)
	bar.end()
	if err != nil {
		if app.IsFinding(err) {
			fmt.Fprintln(w.out, "WRONG", app.Sentence(err))
			return wanting{}
		}
		return err
	}
	return show(w, a)
}

// order is what restore and verify have in common.
func order(w *world, from, identity, credentials string, bar *bar) (app.Restore, error) {
	access, err := app.StoreAccess(credentials, w.getenv)
	return app.Restore{From: from, Identity: identity, Access: access, Progress: bar.say,
		Passphrase: func() (string, error) { return readPassphrase(w) }}, err
}

// readPassphrase asks once: it opens a file, and a wrong one harms nothing.
func readPassphrase(w *world) (string, error) {
	if f, ok := w.in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		fmt.Fprint(w.err, "Passphrase of the identity file: ")
		b, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(w.err)
		return string(b), err
	}
	return readPassword(w)
}

// bar shows how much is done, on a terminal only.
type bar struct {
	w     io.Writer
	shown string
}

func newBar(w io.Writer) *bar {
	if f, ok := w.(*os.File); !ok || !term.IsTerminal(int(f.Fd())) {
		w = nil
	}
	return &bar{w: w}
}

const barWidth = 40

func (b *bar) say(done, total int64) {
	if b.w == nil || total <= 0 {
		return
	}
	full := int(barWidth * min(done, total) / total)
	line := fmt.Sprintf("\r[%s%s] %3d %%", strings.Repeat("#", full), strings.Repeat(" ", barWidth-full), 100*min(done, total)/total)
	if line != b.shown {
		b.shown = line
		fmt.Fprint(b.w, line)
	}
}

// end leaves the line.
func (b *bar) end() {
	if b.shown != "" {
		b.shown = ""
		fmt.Fprintln(b.w)
	}
}
