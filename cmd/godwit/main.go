// Command godwit is the one program of Godwit: a node, a demonstration, and the
// tools for protocols. The flags are here; everything else is internal/app.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/epicmd"
	"github.com/godwit-health/godwit/internal/app/flowcmd"
	"github.com/godwit-health/godwit/internal/app/growthcmd"
	"github.com/godwit-health/godwit/internal/app/matchcmd"
	"github.com/godwit-health/godwit/internal/app/packcmd"
	"github.com/godwit-health/godwit/internal/app/vaccinecmd"
)

// cli is the command line.
type cli struct {
	Demo    demoCmd             `cmd:"" help:"Start a demonstration with a synthetic world."`
	Drill   drillCmd            `cmd:"" help:"Play an outbreak that did not happen on two installations, and score the clocks."`
	Serve   serveCmd            `cmd:"" help:"Run the node of a folder."`
	User    userCmd             `cmd:"" help:"Make, change and disable users of a node."`
	Site    siteCmd             `cmd:"" help:"Make, change and list the sites of a node."`
	Place   placeCmd            `cmd:"" help:"The gazetteer: areas, points, populations, boundaries, and what names mean."`
	Import  importCmd           `cmd:"" help:"Bring in what others publish."`
	Erased  erasedCmd           `cmd:"" help:"Keep what was erased apart from backups, and erase it again after a restore."`
	Key     keyCmd              `cmd:"" help:"Look after what unlocks a node: slots, recovery words, the key file of a machine."`
	HTTPS   httpsCmd            `cmd:"" name:"https" help:"Look after the certificate that phones and tablets install."`
	Sync    syncCmd             `cmd:"" help:"Exchange records with the hub."`
	Hub     hubCmd              `cmd:"" help:"Look after the nodes of a hub."`
	Peer    peerCmd             `cmd:"" help:"Hubs of other organisations, for sharing agreements."`
	Destroy destroyCmd          `cmd:"" help:"Make the records of a node unreadable for ever: for seizure and evacuation."`
	Backup  backupCmd           `cmd:"" help:"Make an encrypted backup of a node, while it is served or not."`
	Restore restoreCmd          `cmd:"" help:"Make a node's folder from a backup."`
	Verify  verifyCmd           `cmd:"" help:"Check a node or a backup: pages, chains, and rows against the journal."`
	Doctor  doctorCmd           `cmd:"" help:"Check folder, clock, disk, database and the chain of the journal."`
	Rebuild rebuildCmd          `cmd:"" help:"Project all rows again from the journal and compare."`
	Pack    packcmd.Commands    `cmd:"" help:"Check, test and explain protocol packs."`
	DMN     packcmd.DMN         `cmd:"" name:"dmn" help:"Run DMN conformance cases."`
	Epi     epicmd.Commands     `cmd:"" help:"Outbreak detection, reproduction number, fatality and growth from a CSV."`
	Flow    flowcmd.Commands    `cmd:"" help:"Mobility models, importation risk, screening and travel measures, from CSV."`
	Match   matchcmd.Commands   `cmd:"" help:"Find records of one person in a CSV, or in two."`
	Vaccine vaccinecmd.Commands `cmd:"" help:"Evaluate vaccine doses and forecast what is due, by CDSi supporting data."`
	Growth  growthcmd.Commands  `cmd:"" help:"z-scores of children by the WHO growth standards and reference, from a CSV."`
	Version versionCmd          `cmd:"" help:"Print the version."`
}

// world is what the commands touch: streams and nothing global, so that tests
// run the real command.
type world struct {
	ctx      context.Context
	in       io.Reader
	out, err io.Writer
	getenv   func(string) string
	lines    *bufio.Reader // standard input, once something was read from it
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(world{ctx: ctx, in: os.Stdin, out: os.Stdout, err: os.Stderr, getenv: os.Getenv}, os.Args[1:])
	stop()
	os.Exit(code)
}

// run does one command and answers its exit status: 0 done, 1 checked and found
// wanting, 2 could not be done.
func run(w world, args []string) (code int) {
	exited := -1
	parser, err := kong.New(&cli{}, kong.Name("godwit"),
		kong.Description("A health record and health-security system for people on the move.\n\nStart with: godwit demo"),
		kong.Writers(w.out, w.err), kong.Exit(func(c int) { exited = c }), kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		fmt.Fprintln(w.err, "godwit:", err)
		return 2
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	k, err := parser.Parse(args)
	if exited >= 0 { // --help was printed
		return exited
	}
	if err != nil {
		fmt.Fprintln(w.err, "godwit:", err)
		fmt.Fprintln(w.err, "Run `godwit --help` for the commands.")
		return 2
	}
	err = k.Run(&w, packEnv(w), &epicmd.Env{In: w.in, Out: w.out, Err: w.err}, &flowcmd.Env{In: w.in, Out: w.out},
		&matchcmd.Env{In: w.in, Out: w.out, Err: w.err}, &vaccinecmd.Env{In: w.in, Out: w.out, Err: w.err},
		&growthcmd.Env{In: w.in, Out: w.out, Err: w.err})
	var status interface{ ExitCode() int }
	switch {
	case err == nil:
		return 0
	case errors.As(err, &status):
		return status.ExitCode()
	}
	fmt.Fprintln(w.err, "godwit:", app.Sentence(err))
	return 2
}

// wanting is the exit status of a check that found something.
type wanting struct{}

// Error says so.
func (wanting) Error() string { return "checked, and found wanting" }

// ExitCode implements kong.ExitCoder.
func (wanting) ExitCode() int { return 1 }
