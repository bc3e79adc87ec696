package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/packcmd"
	"github.com/godwit-health/godwit/packs"
)

func packEnv(w world) *packcmd.Env {
	return &packcmd.Env{Out: w.out, Err: w.err, Shipped: packs.Builtin(), Today: calendar.DayOfTime(time.Now())}
}

type demoCmd struct {
	Addr string `default:"127.0.0.1:8080" help:"Where to listen. A port in use gives way to the next free one."`
	Dir  string `help:"Folder of the demo: made, or used again if it is a demo. A temporary one if left out." type:"path"`
	Seed uint64 `default:"1" help:"The same seed gives the same world."`

	WithHub bool `help:"Show a hub and a laptop that is enrolled there, each with pages of its own."`

	Families int `hidden:"" default:"0" help:"How many families; for tests."`
}

// Help adds an example.
func (demoCmd) Help() string {
	return "Example:\n\n  godwit demo\n  godwit demo --addr 127.0.0.1:9000 --dir ./demo --seed 7\n  godwit demo --with-hub\n\nNobody in the demo exists. Stop it with Ctrl-C; a temporary folder is removed."
}

// Run runs the command.
func (c *demoCmd) Run(w *world) error {
	return app.Demo(w.ctx, app.DemoOptions{Addr: c.Addr, Dir: c.Dir, Seed: c.Seed, Families: c.Families, WithHub: c.WithHub, Out: w.out, Log: logger(w.err)})
}

type serveCmd struct {
	Dir      string   `required:"" help:"Folder of the node: made if it does not exist." type:"path"`
	Addr     string   `default:"127.0.0.1:8080" help:"Where to listen."`
	Host     []string `help:"Name or address by which browsers on other machines reach this node, once for each. Any other is refused." placeholder:"NAME"`
	TLS      bool     `name:"tls" help:"A TLS proxy is in front: cookies travel over TLS only."`
	Public   string   `help:"Address by which travellers' own phones reach this installation, for the poster of a point of entry." placeholder:"https://poe.example.org"`
	HTTPS    bool     `name:"https" help:"Serve over TLS with a certificate of this node's own, which phones and tablets install from its page /install."`
	KeyFile  string   `help:"Key file of this machine, which opens the records without anybody; see 'godwit key host add'." env:"GODWIT_KEY_FILE" placeholder:"FILE"`
	SyncAddr string   `help:"Listen here for nodes, which makes this installation their hub, such as 0.0.0.0:8443." placeholder:"ADDRESS"`
	SyncName string   `help:"Name and port by which nodes reach this hub; the address if left out." placeholder:"HOST:PORT"`
	Country  string   `help:"Country where this site examines, three letters; proposed for new cases." placeholder:"XXX"`
}

// Help adds an example.
func (serveCmd) Help() string {
	return "Example:\n\n  godwit user add admin --dir ./node\n  godwit serve --dir ./node\n  godwit serve --dir ./node --addr 127.0.0.1:8080 --host clinic.example.org --tls\n  godwit serve --dir ./node --addr 0.0.0.0:8443 --https --host 192.168.1.10\n\nStop it with Ctrl-C or SIGTERM: what was acknowledged is kept. Health and metrics answer on this machine only, at /healthz and /metrics."
}

// Run runs the command.
func (c *serveCmd) Run(w *world) error {
	return app.Serve(w.ctx, app.ServeOptions{Dir: c.Dir, Addr: c.Addr, Country: strings.ToUpper(c.Country), Hosts: c.Host, TLS: c.TLS, Public: c.Public, HTTPS: c.HTTPS, KeyFile: c.KeyFile,
		SyncAddr: c.SyncAddr, SyncName: cmp.Or(c.SyncName, c.SyncAddr), Out: w.out, Log: logger(w.err)})
}

func logger(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelInfo}))
}

type doctorCmd struct {
	unlocking
	Dir string `xor:"where" required:"" help:"Folder of the node." type:"existingdir"`
}

// Help adds an example.
func (doctorCmd) Help() string {
	return "Example:\n\n  godwit doctor --dir ./node\n\nExit status 1 when something is wrong; each line says what to do."
}

// Run runs the command.
func (c *doctorCmd) Run(w *world) error {
	return do(w, c.Dir, c.unlocking, app.Command{Name: "doctor"})
}

type rebuildCmd struct {
	unlocking
	Dir string `xor:"where" required:"" help:"Folder of the node." type:"existingdir"`
}

// Help adds an example.
func (rebuildCmd) Help() string {
	return "Example:\n\n  godwit rebuild --dir ./node\n\nAll current rows come from the journal. This makes them anew and says whether any was different (exit status 1)."
}

// Run runs the command.
func (c *rebuildCmd) Run(w *world) error {
	return do(w, c.Dir, c.unlocking, app.Command{Name: "rebuild"})
}

// unlocking is what opens a locked folder that no server has open.
type unlocking struct {
	As      string `help:"Log-in of a user whose password opens a locked node: asked for, or read from the first line of standard input." placeholder:"LOGIN"`
	KeyFile string `help:"Key file of this machine, which opens a locked node." env:"GODWIT_KEY_FILE" placeholder:"FILE"`

	Database string `xor:"where" required:"" help:"Instead of a folder: the PostgreSQL database of a hub. Its password comes from PGPASSWORD, PGPASSFILE or a service file." placeholder:"postgres://…"`
}

// with asks for the password and puts what opens the node into a command.
func (u unlocking) with(w *world, c app.Command) (app.Command, error) {
	c.As, c.KeyFile = u.As, u.KeyFile
	var err error
	if c.KeyFile != "" { // a running server has a working folder of its own
		c.KeyFile, err = filepath.Abs(c.KeyFile)
	}
	if u.As == "" || err != nil {
		return c, err
	}
	c.Unlock, err = readLine(w, "Password of "+u.As+", to unlock: ")
	return c, err
}

// do runs a command on the node of a folder and prints what it answered.
func do(w *world, dir string, u unlocking, c app.Command) error {
	if c.Unlock == "" {
		var err error
		if c, err = u.with(w, c); err != nil {
			return err
		}
	}
	return run1(w, dir, u, c)
}

func run1(w *world, dir string, u unlocking, c app.Command) error {
	a, err := app.Run(w.ctx, app.Options{Dir: dir, Database: u.Database, Log: logger(w.err)}, c)
	if err != nil {
		return err
	}
	return show(w, a)
}

// show prints what a command answered.
func show(w *world, a app.Answer) error {
	for _, l := range a.Lines {
		fmt.Fprintln(w.out, l)
	}
	if a.Error != "" {
		return errors.New(a.Error)
	}
	if !a.OK {
		return wanting{}
	}
	return nil
}

type userCmd struct {
	Add     userAddCmd     `cmd:"" help:"Make a user. The first of a node is its administrator."`
	Passwd  userPasswdCmd  `cmd:"" help:"Set a user's password and end their log-ins."`
	Disable userDisableCmd `cmd:"" help:"Disable a user and end their log-ins."`
	Change  userChangeCmd  `cmd:"" help:"Change a user's name, roles, sites or ceiling."`
	Enable  userEnableCmd  `cmd:"" help:"Let a disabled user log in again."`
	List    userListCmd    `cmd:"" help:"List the users."`
	Roles   userRolesCmd   `cmd:"" help:"List the roles and what each is for."`
}

type userAddCmd struct {
	unlocking
	Login     string   `arg:"" help:"Log-in name."`
	Dir       string   `xor:"where" required:"" help:"Folder of the node." type:"path"`
	Name      string   `help:"Full name; the log-in name if left out."`
	Role      []string `help:"Role, once for each: reception, nurse, physician, radiographer, laboratory, counsellor, screener, volunteer, epidemiologist, manager, medical_officer, privacy_officer, administrator. 'godwit user roles' says what each is for."`
	Site      []string `help:"Code of a site where the user works, once for each; * for all. The node's only site if left out."`
	Programme []string `default:"*" help:"Code of a programme, once for each; * for all."`
	Ceiling   string   `default:"clinical" enum:"identity,clinical,sensitive" help:"The most sensitive data the user may open: identity, clinical or sensitive."`
	Locale    string   `default:"en" enum:"en,fr,es,ar" help:"Language."`
}

// Help adds an example.
func (userAddCmd) Help() string {
	return "Example:\n\n  godwit user add admin --dir ./node\n  godwit user add amina --dir ./node --role nurse --site NBO --name \"Amina Yusuf\"\n\nThe password is asked for, or read from the first line of standard input."
}

// Run runs the command.
func (c *userAddCmd) Run(w *world) error {
	cmd, password, err := c.unlocking.withPassword(w, app.Command{Name: "user-add"})
	if err != nil {
		return err
	}
	name := c.Name
	if name == "" {
		name = c.Login
	}
	cmd.Login, cmd.FullName, cmd.Roles, cmd.Sites, cmd.Programmes = c.Login, name, c.Role, c.Site, c.Programme
	cmd.Ceiling, cmd.Locale, cmd.Password = c.Ceiling, c.Locale, password
	return run1(w, c.Dir, c.unlocking, cmd)
}

type userPasswdCmd struct {
	unlocking
	Login string `arg:"" help:"Log-in name."`
	Dir   string `xor:"where" required:"" help:"Folder of the node." type:"existingdir"`
}

// Help adds an example.
func (userPasswdCmd) Help() string {
	return "Example:\n\n  godwit user passwd amina --dir ./node\n\nThe user has to change it at the next log-in."
}

// Run runs the command.
func (c *userPasswdCmd) Run(w *world) error {
	cmd, password, err := c.unlocking.withPassword(w, app.Command{Name: "user-passwd"})
	if err != nil {
		return err
	}
	cmd.Login, cmd.Password = c.Login, password
	return run1(w, c.Dir, c.unlocking, cmd)
}

type userDisableCmd struct {
	unlocking
	Login string `arg:"" help:"Log-in name."`
	Dir   string `xor:"where" required:"" help:"Folder of the node." type:"existingdir"`
}

// Help adds an example.
func (userDisableCmd) Help() string {
	return "Example:\n\n  godwit user disable amina --dir ./node\n\nNothing of what the user did is changed. The last administrator stays."
}

// Run runs the command.
func (c *userDisableCmd) Run(w *world) error {
	return do(w, c.Dir, c.unlocking, app.Command{Name: "user-disable", Login: c.Login})
}

type userChangeCmd struct {
	unlocking
	Login     string   `arg:"" help:"Log-in name; it never changes."`
	Dir       string   `xor:"where" required:"" help:"Folder of the node." type:"existingdir"`
	Name      string   `help:"Full name."`
	Role      []string `help:"Role, once for each, in place of the ones before; 'godwit user roles' lists them."`
	Site      []string `help:"Code of a site, once for each, in place of the ones before; * for all."`
	Programme []string `help:"Code of a programme, once for each, in place of the ones before; * for all."`
	Ceiling   string   `enum:",identity,clinical,sensitive" default:"" help:"The most sensitive data the user may open: identity, clinical or sensitive."`
	Locale    string   `enum:",en,fr,es,ar" default:"" help:"Language: en, fr, es or ar."`
}

// Help adds an example.
func (userChangeCmd) Help() string {
	return "Example:\n\n  godwit user change amina --dir ./node --role nurse --role counsellor --ceiling sensitive\n\nWhat is not named stays as it is."
}

// Run runs the command.
func (c *userChangeCmd) Run(w *world) error {
	return do(w, c.Dir, c.unlocking, app.Command{Name: "user-change", Login: c.Login, FullName: c.Name, Roles: c.Role, Sites: c.Site, Programmes: c.Programme,
		Ceiling: c.Ceiling, Locale: c.Locale})
}

type userEnableCmd struct {
	unlocking
	Login string `arg:"" help:"Log-in name."`
	Dir   string `xor:"where" required:"" help:"Folder of the node." type:"existingdir"`
}

// Help adds an example.
func (userEnableCmd) Help() string {
	return "Example:\n\n  godwit user enable amina --dir ./node\n\nThe password is the one from before; 'godwit user passwd' gives a new one."
}

// Run runs the command.
func (c *userEnableCmd) Run(w *world) error {
	return do(w, c.Dir, c.unlocking, app.Command{Name: "user-enable", Login: c.Login})
}

type userRolesCmd struct{}

// Help adds an example.
func (userRolesCmd) Help() string { return "Example:\n\n  godwit user roles" }

// Run runs the command.
func (userRolesCmd) Run(w *world) error {
	for _, line := range app.RoleLines() {
		fmt.Fprintln(w.out, line)
	}
	return nil
}

type userListCmd struct {
	unlocking
	Dir string `xor:"where" required:"" help:"Folder of the node." type:"existingdir"`
}

// Help adds an example.
func (userListCmd) Help() string { return "Example:\n\n  godwit user list --dir ./node" }

// Run runs the command.
func (c *userListCmd) Run(w *world) error {
	return do(w, c.Dir, c.unlocking, app.Command{Name: "user-list"})
}

// withPassword asks for what unlocks the node, and then for a new password.
func (u unlocking) withPassword(w *world, c app.Command) (app.Command, string, error) {
	c, err := u.with(w, c)
	if err != nil {
		return c, "", err
	}
	password, err := readPassword(w)
	return c, password, err
}

// readPassword asks for a new password, at a terminal twice and without showing
// what is typed.
func readPassword(w *world) (string, error) {
	first, err := readLine(w, "Password: ")
	if _, there := terminal(w); err != nil || !there {
		return first, err
	}
	second, err := readLine(w, "Again: ")
	if err != nil {
		return "", err
	}
	if first != second {
		return "", errors.New("the two passwords are not the same; nothing was changed")
	}
	return first, nil
}

func terminal(w *world) (fd int, there bool) {
	f, ok := w.in.(*os.File)
	if !ok {
		return 0, false
	}
	return int(f.Fd()), term.IsTerminal(int(f.Fd()))
}

// readLine asks at a terminal without showing what is typed, and otherwise takes
// the next line of standard input.
func readLine(w *world, prompt string) (string, error) {
	if fd, there := terminal(w); there {
		fmt.Fprint(w.err, prompt)
		typed, err := term.ReadPassword(fd)
		fmt.Fprintln(w.err)
		return string(typed), err
	}
	if w.lines == nil {
		w.lines = bufio.NewReader(io.LimitReader(w.in, 16<<10))
	}
	line, err := w.lines.ReadString('\n')
	line = strings.TrimRight(line, "\r\n")
	if line == "" {
		if err == nil || errors.Is(err, io.EOF) {
			err = errors.New("no password: type one, or put it on the first line of standard input")
		}
		return "", err
	}
	return line, nil
}

type versionCmd struct{}

// Run runs the command.
func (versionCmd) Run(w *world) error {
	version, revision := "unreleased", "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		if info.Main.Version != "" && info.Main.Version != "(devel)" {
			version = info.Main.Version
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				revision = s.Value
			}
		}
		_, err := fmt.Fprintf(w.out, "godwit %s (%s, %s)\n", version, revision, info.GoVersion)
		return err
	}
	_, err := fmt.Fprintf(w.out, "godwit %s\n", version)
	return err
}
