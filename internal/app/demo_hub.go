package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/godwit-health/godwit/internal/edge/sync"
	"github.com/godwit-health/godwit/internal/kernel/access"
)

// A demonstration of a hub and a node: the centre of the demo's world is the hub, and
// beside it, in the same process and on loopback, runs a laptop that is enrolled there.
// The laptop is made empty: sites, staff, protocols and people come to it by sync, and
// each password is vouched for by the hub at the first log-in.

const demoLaptop = "Laptop 1"

// demoPair are the two, with where browsers reach the laptop.
type demoPair struct {
	laptop *Node
	l      net.Listener
}

// openLaptop makes the laptop of a hub that is served, or opens it again.
func openLaptop(ctx context.Context, hub *Node, dir string, o DemoOptions) (_ demoPair, err error) {
	_, whole := demoSeed(dir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return demoPair{}, err
	}
	n, err := Open(ctx, Options{Dir: dir, Demo: true, Clock: o.Clock, Log: o.Log, Remake: true})
	if err != nil {
		return demoPair{}, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, n.Close())
		}
	}()
	if whole {
		err = n.Sync.HubMoved(ctx, hub.Sync.Address)
	} else if err = n.enrolDemo(ctx, hub); err == nil {
		err = finishDemo(dir, o.Seed, nil)
	}
	if err != nil {
		return demoPair{}, err
	}
	l, _, err := Listen("127.0.0.1:0", false)
	return demoPair{n, l}, err
}

// enrolDemo invites a laptop for the hub's first site, and exchanges once.
func (n *Node) enrolDemo(ctx context.Context, hub *Node) error {
	sites, err := hub.sites(ctx)
	if err != nil {
		return err
	}
	in := sync.Invitation{Name: demoLaptop}
	for _, s := range sites[:min(len(sites), 1)] {
		in.Sites = append(in.Sites, s.Code)
	}
	_, code, err := hub.Sync.Invite(access.Operator(ctx), in)
	if err != nil {
		return err
	}
	if _, err := n.Sync.Enrol(ctx, sync.Client{}, code); err != nil {
		return err
	}
	_, err = n.Sync.Sync(ctx, sync.Client{})
	return err
}

// demoWithHub runs both until ctx ends.
func demoWithHub(ctx context.Context, dir string, o DemoOptions, l net.Listener) error {
	nodes, _, err := Listen("127.0.0.1:0", false) // a port that is free
	if err != nil {
		return errors.Join(err, l.Close())
	}
	o.syncAddr = nodes.Addr().String()
	if err := nodes.Close(); err != nil {
		return errors.Join(err, l.Close())
	}
	hub, err := OpenDemo(ctx, filepath.Join(dir, "hub"), o)
	if err != nil {
		return errors.Join(explainOpen(dir, err), l.Close())
	}
	hub.announce(o.Out, dir, o.Dir == "", l.Addr().String())
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 2)
	go func() { ended <- hub.Serve(ctx, l, nil) }()
	err = waitFor(ctx, o.syncAddr)
	var pair demoPair
	if err == nil {
		fmt.Fprintln(o.Out, "Enrolling a laptop …")
		pair, err = openLaptop(ctx, hub, filepath.Join(dir, "laptop"), o)
	}
	if err != nil {
		stop()
		return errors.Join(err, <-ended, hub.Close())
	}
	go func() {
		ended <- pair.laptop.host.Serve(ctx, pair.l, nil, func() {
			_, port, _ := net.SplitHostPort(pair.l.Addr().String()) // under another name: browsers keep one log-in for all ports of one
			fmt.Fprintf(o.Out, "\n  hub       http://%s   Nodes, as administrator\n  laptop    http://localhost:%s   enrolled at the hub; the same log-ins\n\n", l.Addr(), port)
			fmt.Fprintf(o.Out, "ready http://%s\n", l.Addr())
		})
	}()
	first := <-ended
	stop()
	return errors.Join(first, <-ended, pair.laptop.Close(), hub.Close())
}

// waitFor waits until an address answers.
func waitFor(ctx context.Context, addr string) error {
	for {
		c, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
		if err == nil {
			return c.Close()
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}
