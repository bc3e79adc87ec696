package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/godwit-health/godwit/internal/app"
)

type destroyCmd struct {
	unlocking
	Dir string `xor:"where" required:"" help:"Folder of the node." type:"existingdir"`
	Yes bool   `help:"Without asking. Nothing brings the records back."`
}

// Help adds an example.
func (destroyCmd) Help() string {
	return "Example:\n\n  godwit destroy --dir ./node\n  godwit destroy --dir ./node --yes\n\nFor seizure and evacuation. It says what has reached no other place, asks for the code of the site, and then makes the records unreadable for ever, within a second, on a running node and on a stopped or locked one. Practise it on a demo's folder."
}

// Run runs the command.
func (c *destroyCmd) Run(w *world) error {
	if c.Yes {
		return run1(w, c.Dir, c.unlocking, app.Command{Name: "destroy", Yes: true})
	}
	cmd, err := c.unlocking.with(w, app.Command{Name: "destroy-ask"})
	if err != nil {
		return err
	}
	a, err := app.Run(w.ctx, app.Options{Dir: c.Dir, Database: c.Database, Log: logger(w.err)}, cmd)
	if err != nil {
		return err
	}
	if a.Error != "" {
		return errors.New(a.Error)
	}
	for _, l := range a.Lines {
		fmt.Fprintln(w.out, l)
	}
	fmt.Fprintf(w.out, "Type %s to destroy the records: ", a.Word)
	if w.lines == nil {
		w.lines = bufio.NewReader(io.LimitReader(w.in, 16<<10))
	}
	typed, err := w.lines.ReadString('\n')
	if err != nil && typed == "" {
		return errors.New("nothing was typed; nothing was destroyed")
	}
	fmt.Fprintln(w.out)
	cmd.Name, cmd.Typed = "destroy", strings.TrimSpace(typed)
	return run1(w, c.Dir, c.unlocking, cmd)
}
