package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
)

// A hub on PostgreSQL has no folder: the database server keeps the records, and
// several processes serve them at once. So there is no lock of a folder, no key
// (docs/operations.md says what has to be encrypted where), and no socket for
// commands, which open the database themselves.

// onServer reports whether a database server keeps the records.
func (o Options) onServer() bool { return o.Database != "" }

// errOnServer answers what is for a folder.
var errOnServer = errors.New("the records of this hub are in a database server's keeping: it has no key slots here, and cannot be destroyed from here")

// claimServer prepares a host without a folder.
func claimServer(o Options) (*Host, error) {
	if o.Dir != "" || o.Demo {
		return nil, errors.New("give either a folder or a database")
	}
	if err := withoutPassword(o.Database); err != nil {
		return nil, err
	}
	if o.Replica != "" {
		if err := withoutPassword(o.Replica); err != nil {
			return nil, err
		}
	}
	h := &Host{o: o, unlockDir: func() {}, turn: make(chan struct{}, 1)}
	if err := h.prepare(); err != nil {
		return nil, errors.Join(err, h.Close())
	}
	return h, nil
}

// withoutPassword refuses a password among the arguments of a command, where every
// user of the machine reads it.
func withoutPassword(url string) error {
	if !strings.Contains(url, "://") && !strings.Contains(url, "=") {
		return errors.New("--database wants an address such as postgres://godwit@db1.example.org,db2.example.org/godwit?sslmode=verify-full")
	}
	if strings.Contains(url, "password=") || userHasPassword(url) {
		return errors.New("a password in the address of the database can be read by everybody on this machine; put it into PGPASSFILE, PGPASSWORD or a service file, and leave it out here")
	}
	return nil
}

// userHasPassword looks for user:password@ in an address.
func userHasPassword(url string) bool {
	_, rest, ok := strings.Cut(url, "://")
	if !ok {
		return false
	}
	authority, _, _ := strings.Cut(rest, "/")
	at := strings.LastIndexByte(authority, '@')
	return at >= 0 && strings.Contains(authority[:at], ":")
}

// store says which database the host opens.
func (h *Host) store() db.Options {
	o := db.Options{Migrations: migrations()}
	if h.o.onServer() {
		o.URL, o.Replica = h.o.Database, h.o.Replica
	} else {
		o.Path, o.Key = filepath.Join(h.o.Dir, DatabaseFile), h.provider()
	}
	return o
}

// at names this node to a command, for a line that says which one to run.
func (n *Node) at() string {
	if n.host.o.onServer() {
		return "--database URL"
	}
	return "--dir " + n.Dir
}

// scratchDir is where large files of a moment lie.
func (n *Node) scratchDir() string {
	if n.Dir == "" {
		return os.TempDir()
	}
	return n.Dir
}

// How long one process keeps work to itself, how often it says that it is still at it,
// and when another one looks whether it is done.
const (
	aloneFor   = 2 * time.Minute
	aloneRenew = 30 * time.Second
	aloneAgain = time.Minute
)

// alone does work behind the pages that one process of a hub is enough for. It
// reports false when another one is at it. On a node, which has one process, it
// just does it.
func (n *Node) alone(ctx context.Context, name string, work func(context.Context) error) (done bool, err error) {
	if n.DB.Engine() != db.Postgres {
		return true, work(ctx)
	}
	me := db.NewID()
	if mine, err := n.DB.Lease(ctx, name, me, aloneFor); err != nil || !mine {
		return false, err
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer cancel()
		for every := time.NewTicker(aloneRenew); ; {
			select {
			case <-ctx.Done():
				every.Stop()
				return
			case <-every.C:
				if mine, err := n.DB.Lease(ctx, name, me, aloneFor); err == nil && !mine {
					return // it was thought dead, and another one is at it
				}
			}
		}
	}()
	err = work(ctx)
	cancel()
	<-ended
	return true, errors.Join(err, n.DB.EndLease(context.WithoutCancel(ctx), name, me))
}
