package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/godwit-health/godwit/internal/app"
)

type drillCmd struct {
	Scenario string        `default:"plague-at-a-crossing" help:"What is played."`
	Seed     uint64        `default:"1" help:"The same seed plays the same exercise."`
	Pace     time.Duration `default:"0s" help:"How long an hour of the exercise takes whoever looks on, such as 2s. Without it nobody waits."`
	Keep     string        `help:"Leave both hubs in this folder, to look at in a browser. It has to be empty." type:"path" placeholder:"DIR"`
	JSON     bool          `name:"json" help:"Print the score as JSON."`
}

// Help adds an example.
func (drillCmd) Help() string {
	return "Example:\n\n  godwit drill\n  godwit drill --seed 7 --pace 2s\n  godwit drill --scenario measles-missed-at-the-border\n  godwit drill --keep ./exercise --json > score.json\n\nTravellers who do not exist pass a crossing, and staff who do not exist use the screens: screening, signal, triage, verification, risk assessment, response, case, contacts, a notice to the authority of the other country, and the hand-over of a contact who travels on. Two hubs that never have a link exchange it as sealed files. Every page and every record says that it is an exercise, and no record of an exercise ever reaches a real installation. Stopped with Ctrl-C it leaves nothing, in the folder of --keep neither. The table says what was late and which step nobody had taken."
}

// Run runs the command.
func (c *drillCmd) Run(w *world) error {
	progress := w.out
	if c.JSON {
		progress = w.err
	}
	ctx := w.ctx
	if !signal.Ignored(syscall.SIGHUP) { // a window that is closed stops it too: what it has on disk must not stay
		var stop context.CancelFunc
		ctx, stop = signal.NotifyContext(ctx, syscall.SIGHUP)
		defer stop()
	}
	score, err := app.Drill(ctx, app.DrillOptions{Scenario: c.Scenario, Seed: c.Seed, Pace: c.Pace, Keep: c.Keep, Progress: progress, Log: slog.New(slog.NewTextHandler(w.err, &slog.HandlerOptions{Level: slog.LevelError}))})
	if err != nil {
		return err
	}
	if c.JSON {
		e := json.NewEncoder(w.out)
		e.SetIndent("", "  ")
		err = e.Encode(score)
	} else {
		fmt.Fprintln(w.out)
		err = score.Write(w.out)
	}
	if err == nil && c.Keep != "" {
		_, err = io.WriteString(progress, "\nTo look at it: godwit serve --dir "+filepath.Join(c.Keep, "east")+" (or west), and the log-ins of the demo.\n")
	}
	return err
}
