package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"time"
)

// ServeOptions say which node to run and where.
type ServeOptions struct {
	Dir, Addr, Country string
	Out                io.Writer
	Log                *slog.Logger
}

// Serve runs the node of a folder until ctx ends.
func Serve(ctx context.Context, o ServeOptions) error {
	n, err := Open(ctx, Options{Dir: o.Dir, Demo: IsDemo(o.Dir), Country: o.Country, Log: o.Log})
	if err != nil {
		return explainOpen(o.Dir, err)
	}
	l, _, err := Listen(o.Addr, false)
	if err != nil {
		return errors.Join(fmt.Errorf("cannot listen on %s: %w", o.Addr, err), n.Close())
	}
	ops, err := opsListener(l)
	if err != nil {
		return errors.Join(err, l.Close(), n.Close())
	}
	if first, err := n.Access.NeedsFirst(ctx); err == nil && first {
		fmt.Fprintf(o.Out, "There is no user yet. Make the administrator with: godwit user add LOGIN --dir %s\n", o.Dir)
	}
	if !IsLoopback(l.Addr()) {
		fmt.Fprintln(o.Out, "This address can be reached from other machines, and the pages are not encrypted on the way: put a TLS proxy in front.")
		fmt.Fprintf(o.Out, "health and metrics: http://%s\n", ops.Addr())
	}
	fmt.Fprintf(o.Out, "ready http://%s\n", l.Addr())
	err = n.Serve(ctx, l, ops)
	return errors.Join(err, n.Close())
}

// opsListener is where health and metrics answer: the pages' own listener where
// that is on loopback, and otherwise a port of loopback.
func opsListener(pages net.Listener) (net.Listener, error) {
	if IsLoopback(pages.Addr()) {
		return nil, nil
	}
	l, _, err := Listen("127.0.0.1:9480", true)
	return l, err
}

func explainOpen(dir string, err error) error {
	if errors.Is(err, errRunning) {
		return fmt.Errorf("another process has %s open; stop it first", dir)
	}
	return err
}

// DemoOptions say how to show the demonstration.
type DemoOptions struct {
	Addr, Dir string
	Seed      uint64
	Families  int // 300 when zero
	Out       io.Writer
	Log       *slog.Logger
	Clock     func() time.Time
}

// Demo starts a node with a synthetic world and runs it until ctx ends. Without a
// folder it makes a temporary one and removes it at the end.
func Demo(ctx context.Context, o DemoOptions) (err error) {
	if o.Families == 0 {
		o.Families = 300
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	dir := o.Dir
	if dir == "" {
		if dir, err = os.MkdirTemp("", "godwit-demo-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	l, moved, err := Listen(o.Addr, true)
	if err != nil {
		return err
	}
	n, err := OpenDemo(ctx, dir, o)
	if err != nil {
		return errors.Join(explainOpen(dir, err), l.Close())
	}
	if moved {
		fmt.Fprintf(o.Out, "%s is in use; taking %s instead\n", o.Addr, l.Addr())
	}
	n.announce(o.Out, dir, o.Dir == "", l.Addr().String())
	ready := make(chan error, 1)
	go func() { ready <- n.Serve(ctx, l, nil) }()
	if err := waitFor(ctx, l.Addr().String()); err == nil {
		fmt.Fprintf(o.Out, "ready http://%s\n", l.Addr())
	}
	return errors.Join(<-ready, n.Close())
}

// OpenDemo opens a demo's folder and, where it is empty, fills it with the world
// of the seed.
func OpenDemo(ctx context.Context, dir string, o DemoOptions) (*Node, error) {
	seeded := isNode(dir)
	n, err := Open(ctx, Options{Dir: dir, Demo: true, Clock: o.Clock, Log: o.Log})
	if err != nil || seeded {
		return n, err
	}
	if o.Out != nil {
		fmt.Fprintf(o.Out, "Making a synthetic world (seed %d) …\n", o.Seed)
	}
	if err := n.seed(ctx, o.Seed, o.Families); err != nil {
		return nil, errors.Join(err, n.Close())
	}
	return n, nil
}

// announce says what the newcomer needs: where, who, and that nothing is real.
func (n *Node) announce(w io.Writer, dir string, temporary bool, addr string) {
	fmt.Fprintf(w, "\nGodwit demonstration. Nobody in it exists.\n\n  address   http://%s\n  folder    %s", addr, dir)
	if temporary {
		fmt.Fprint(w, " (temporary, removed at the end)")
	}
	fmt.Fprintf(w, "\n  database  encrypted, its key in the same folder: for a demonstration only\n\n  log in as one of these, all with the password: %s\n\n", demoPassword())
	for _, a := range DemoAccounts() {
		fmt.Fprintf(w, "  %-20s %s\n", a.User.Login, a.User.Name)
	}
	fmt.Fprintln(w, "\nStop with Ctrl-C.")
}

// waitFor waits until the listener answers.
func waitFor(ctx context.Context, addr string) error {
	for {
		c, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
		if err == nil {
			return c.Close()
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}
