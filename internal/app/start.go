package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"time"

	"github.com/godwit-health/godwit/internal/area/border/traveller"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// ServeOptions say which node to run and where.
type ServeOptions struct {
	Dir, Addr, Country string
	Database, Replica  string   // of a hub, in place of a folder; for reports
	Hosts              []string // names by which browsers reach it, beside loopback
	TLS                bool     // a TLS proxy is in front
	HTTPS              bool     // over TLS with a certificate of the node's own authority
	Public             string   // address by which travellers' own phones reach it
	KeyFile            string   // opens the records of a host that nobody attends
	SyncAddr, SyncName string   // where a hub listens for nodes, and how they reach it
	Out                io.Writer
	Log                *slog.Logger
}

// Serve runs the node of a folder until ctx ends. It listens at once; while the
// records are locked, all it shows is the page at which somebody opens them. A
// demo's folder is served too, as the demo that it is: its own accounts, and a mark
// on every page.
func Serve(ctx context.Context, o ServeOptions) error {
	if err := halfMade(o.Dir); err != nil {
		return err
	}
	if err := reachable(o.SyncAddr, o.SyncName); err != nil {
		return err
	}
	if err := o.canHTTPS(); err != nil {
		return err
	}
	if err := o.canPublic(); err != nil {
		return err
	}
	h, err := Claim(Options{Dir: o.Dir, Database: o.Database, Replica: o.Replica, Demo: IsDemo(o.Dir), Country: o.Country, Hosts: o.Hosts, Public: o.Public, Secure: o.TLS, HTTPS: o.HTTPS, SyncAddr: o.SyncAddr, SyncName: o.SyncName, Log: o.Log})
	if err != nil {
		return explainOpen(o.Dir, err)
	}
	if err := h.openForServe(ctx, o); err != nil {
		return errors.Join(explainOpen(o.Dir, err), h.Close())
	}
	l, _, err := Listen(o.Addr, false)
	if err != nil {
		return errors.Join(explainListen(o.Addr, err), h.Close())
	}
	ops, err := opsListener(l, o.HTTPS)
	if err != nil {
		return errors.Join(err, l.Close(), h.Close())
	}
	h.announce(ctx, o)
	h.announceReach(o, l.Addr(), ops)
	scheme := "http"
	if o.HTTPS {
		scheme = "https"
	}
	err = h.Serve(ctx, l, ops, func() { fmt.Fprintf(o.Out, "ready %s://%s\n", scheme, l.Addr()) })
	return errors.Join(err, h.Close())
}

// canHTTPS looks at the hosts before a certificate names them.
func (o *ServeOptions) canHTTPS() error {
	switch {
	case !o.HTTPS:
		return nil
	case o.Database != "":
		return errors.New("--https is for a node with a folder: there the key is encrypted. In front of a hub on a database server put a TLS proxy, and say so with --tls")
	case o.TLS:
		return errors.New("--https and --tls do not go together: with --tls a proxy in front has the certificate")
	}
	for i, host := range o.Hosts {
		o.Hosts[i] = strings.ToLower(strings.TrimSuffix(host, "."))
		if err := serves(o.Hosts[i]); err != nil {
			return err
		}
	}
	return nil
}

// canPublic takes an address that other machines know.
func (o *ServeOptions) canPublic() error {
	if o.Public == "" {
		return nil
	}
	at, ok := traveller.PublicAddress(o.Public)
	if !ok {
		return fmt.Errorf("--public %s: give the address by which travellers' phones reach this node, such as https://poe.example.org", o.Public)
	}
	o.Public = at
	return nil
}

// announceReach says at the terminal how other machines reach the node, and what they
// are to trust.
func (h *Host) announceReach(o ServeOptions, at net.Addr, ops net.Listener) {
	if ops != nil {
		fmt.Fprintf(o.Out, "health and metrics, for this machine only: http://%s\n", ops.Addr())
	}
	if !IsLoopback(at) && len(o.Hosts) == 0 {
		fmt.Fprintln(o.Out, "Other machines can connect and are refused: say with --host by which name they reach this node.")
	}
	if !IsLoopback(at) && !o.TLS && !o.HTTPS {
		fmt.Fprintln(o.Out, "Pages are not encrypted on the way to other machines: say --https, or put a TLS proxy in front and say so with --tls.")
	}
	if o.HTTPS && h.State() != StateDestroyed {
		for _, line := range h.httpsLines() {
			fmt.Fprintln(o.Out, line)
		}
		fmt.Fprintf(o.Out, "devices install it from %s\n", installURL(o.Hosts, at))
	}
}

// openForServe opens what nobody has to log in for: a plain key, or slots with the
// key file of this machine. When that file cannot be read, people can still open
// the node.
func (h *Host) openForServe(ctx context.Context, o ServeOptions) error {
	opts := h.o
	if opts.KeyFile = o.KeyFile; o.KeyFile != "" {
		h.keyFiles = []string{o.KeyFile}
	}
	if h.State() != StateLocked || h.Keys() != nil && o.KeyFile == "" {
		return nil
	}
	_, err := h.OpenWith(ctx, opts)
	if err != nil && o.KeyFile != "" && h.Keys() != nil && h.Keys().State().Locked && fault.KeyOf(err) != "" && !strings.HasPrefix(fault.KeyOf(err), "db.") {
		fmt.Fprintf(o.Out, "%s did not open the records: %s\n", o.KeyFile, Sentence(err))
		return nil
	}
	return err
}

// announce says at the terminal how the folder stands.
func (h *Host) announce(ctx context.Context, o ServeOptions) {
	switch h.State() {
	case StateDestroyed:
		fmt.Fprintln(o.Out, "The records in this folder were destroyed: nobody can open them. Give another folder with --dir.")
		return
	case StateNew:
		fmt.Fprintf(o.Out, "There is no user yet. Make the administrator with: godwit user add LOGIN --dir %s\n", o.Dir)
		return
	case StateLocked:
		fmt.Fprintln(o.Out, "The records are locked. The first person who logs in opens them for everybody.")
		return
	}
	n := h.node.Load()
	switch {
	case n.Exercise:
		fmt.Fprintln(o.Out, "This folder holds an exercise: nothing in it happened, and nobody in it exists. Register nobody real here.")
	case n.Demo:
		fmt.Fprintln(o.Out, "This folder holds a demonstration: nobody in it exists. Register nobody real here.")
	case h.o.onServer():
		fmt.Fprintln(o.Out, "The records are in a database server's keeping: its disk, its backups and the way to it have to be encrypted there (docs/operations.md).")
	case h.Keys() == nil:
		fmt.Fprintf(o.Out, "The key of this folder lies in a plain file beside it: whoever copies the folder reads the records. Protect it with: godwit key protect LOGIN --dir %s\n", o.Dir)
	}
	if first, err := n.Access.NeedsFirst(ctx); err == nil && first {
		fmt.Fprintf(o.Out, "There is no user yet. Make the administrator with: godwit user add LOGIN %s\n", n.at())
	}
	if all, err := n.sites(ctx); err == nil && len(all) == 0 {
		fmt.Fprintf(o.Out, "There is no site yet, so nobody can be registered. Make one with: godwit site set CODE %s\n", n.at())
	}
}

func explainListen(addr string, err error) error {
	if inUse(err) {
		return &explained{addr + " is in use by another program; give another address with --addr", err}
	}
	return &explained{fmt.Sprintf("cannot listen on %s: %v", addr, err), err}
}

// opsListener is where health and metrics answer: the pages' own listener where
// that is on loopback and not over TLS, and otherwise a port of loopback.
func opsListener(pages net.Listener, https bool) (net.Listener, error) {
	if IsLoopback(pages.Addr()) && !https {
		return nil, nil
	}
	l, _, err := Listen("127.0.0.1:9480", true)
	return l, err
}

// DemoOptions say how to show the demonstration.
type DemoOptions struct {
	Addr, Dir string
	Seed      uint64
	Families  int // demoFamilies when zero
	Out       io.Writer
	Log       *slog.Logger
	Clock     func() time.Time

	WithHub  bool // the world is a hub, and a laptop that is enrolled there runs beside it
	syncAddr string
}

// Demo starts a node with a synthetic world and runs it until ctx ends. Without a
// folder it makes a temporary one and removes it at the end.
func Demo(ctx context.Context, o DemoOptions) (err error) {
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
		return explainListen(o.Addr, err)
	}
	if o.WithHub {
		return demoWithHub(ctx, dir, o, l)
	}
	n, err := OpenDemo(ctx, dir, o)
	if err != nil {
		return errors.Join(explainOpen(dir, err), l.Close())
	}
	if moved {
		fmt.Fprintf(o.Out, "%s is in use; taking %s instead\n", o.Addr, l.Addr())
	}
	n.announce(o.Out, dir, o.Dir == "", l.Addr().String())
	err = n.host.Serve(ctx, l, nil, func() { fmt.Fprintf(o.Out, "ready http://%s\n", l.Addr()) })
	return errors.Join(err, n.Close())
}

// announce says what the newcomer needs: where, who, and that nothing is real.
func (n *Node) announce(w io.Writer, dir string, temporary bool, addr string) {
	fmt.Fprintf(w, "\nGodwit demonstration. Nobody in it exists.\n\n  address   http://%s\n  folder    %s", addr, dir)
	if temporary {
		fmt.Fprint(w, " (temporary, removed at the end)")
	}
	fmt.Fprintf(w, "\n  database  encrypted, its key in the same folder: for a demonstration only\n\n  log in as one of these, all with the password: %s\n\n", DemoPassword())
	for _, a := range DemoAccounts() {
		fmt.Fprintf(w, "  %-20s %s\n", a.User.Login, a.User.Name)
	}
	if sights := demoSights(dir); len(sights) > 0 {
		fmt.Fprint(w, "\n  worth a look (the search finds a family by its number):\n\n")
		for _, s := range sights {
			fmt.Fprintf(w, "  %s\n", s)
		}
	}
	fmt.Fprintln(w, "\nStop with Ctrl-C.")
}
