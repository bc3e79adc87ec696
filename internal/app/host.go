package app

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/key"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// Host has a folder: its lock, its keys, and the pages that need no database. The
// node is there while the records are open. (docs/adr/0015-locked-start.md)
type Host struct {
	o         Options
	pages     *page.Renderer
	unlockDir func()
	locked    http.Handler

	turn chan struct{} // one opening, closing or destroying at a time
	node atomic.Pointer[Node]
	pair atomic.Pointer[tlsPair] // what the pages are served with over TLS; nil until there is one

	mu       sync.Mutex
	slots    *key.Slots // nil while the key is a plain file
	keyFiles []string   // of this machine, that serve was given
	gone     bool       // destroyed
	work     context.Context
	stop     context.CancelFunc // ends the work of the open node
	behind   sync.WaitGroup

	told atomic.Int32 // what the hub knows of the records having been destroyed

	close    sync.Once
	closeErr error
}

// State is what a host can say of its folder without opening it.
type State string

// The states.
const (
	StateNew       State = "new"       // nobody has set it up
	StateLocked    State = "locked"    // somebody has to log in first
	StateOpen      State = "open"      // the node is at work
	StateDestroyed State = "destroyed" // nobody can open it ever again
)

// exists reports whether a folder has a file.
func exists(dir, name string) bool {
	if dir == "" { // a hub on a database server has none
		return false
	}
	_, err := os.Stat(filepath.Join(dir, name))
	return err == nil
}

// Claim takes a folder for this process and finds out what its key lies in.
func Claim(o Options) (*Host, error) {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.onServer() {
		return claimServer(o)
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, &fault.Error{Code: fault.Unavailable, Op: "app.Open", Key: "app.folder", Err: err}
	}
	if err := fits(o); err != nil {
		return nil, err
	}
	unlock, err := lockDir(filepath.Join(o.Dir, LockFile))
	if err != nil {
		return nil, err
	}
	h := &Host{o: o, unlockDir: unlock, turn: make(chan struct{}, 1)}
	if err := h.prepare(); err != nil {
		return nil, errors.Join(err, h.Close())
	}
	return h, nil
}

func (h *Host) prepare() (err error) {
	if h.o.Demo && h.o.Remake {
		if err := prepareDemo(h.o.Dir); err != nil {
			return err
		}
		if h.o.Exercise {
			if err := markExercise(h.o.Dir); err != nil {
				return err
			}
		}
	}
	plain := h.o.Demo || h.o.onServer() || exists(h.o.Dir, KeyFile)
	if exists(h.o.Dir, SlotsFile) || !plain && !IsNode(h.o.Dir) {
		h.slots = h.newSlots()
	}
	h.loadPair()
	h.gone = h.slots == nil && !h.o.onServer() && !exists(h.o.Dir, KeyFile) && exists(h.o.Dir, goneFile)
	h.pages, err = page.New(page.Options{Areas: Areas(), Frame: h.frame, Clock: h.o.Clock, Log: h.o.Log, Pseudo: h.o.Demo})
	if err != nil {
		return err
	}
	h.locked, err = h.lockedRoutes()
	return err
}

func (h *Host) newSlots() *key.Slots {
	return key.NewSlots(key.Options{Path: filepath.Join(h.o.Dir, SlotsFile), Cost: h.o.SlotCost, Clock: h.o.Clock})
}

// frame is what surrounds a page: the open node's, or nothing.
func (h *Host) frame(r *http.Request) page.Frame {
	if n := h.node.Load(); n != nil {
		return n.frame(r)
	}
	return page.Frame{Demo: h.o.Demo, Exercise: IsExercise(h.o.Dir)}
}

// Keys are the slots, or nil where the key is a plain file.
func (h *Host) Keys() *key.Slots {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.slots
}

// Node is the open node, nil while the records are locked.
func (h *Host) Node() *Node { return h.node.Load() }

// provider is where the database gets its key.
func (h *Host) provider() key.Provider {
	if s := h.Keys(); s != nil {
		return s
	}
	return key.File(filepath.Join(h.o.Dir, KeyFile))
}

// State is how the folder stands.
func (h *Host) State() State {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.gone:
		return StateDestroyed
	case h.node.Load() != nil:
		return StateOpen
	case h.slots != nil && !exists(h.o.Dir, SlotsFile) && !IsNode(h.o.Dir):
		return StateNew
	}
	return StateLocked
}

// take waits for the turn to open or to close; give ends it.
func (h *Host) take(ctx context.Context) (give func(), err error) {
	select {
	case h.turn <- struct{}{}:
		return func() { <-h.turn }, nil
	case <-ctx.Done():
		return nil, &fault.Error{Code: fault.Unavailable, Op: "app.Open", Key: "key.busy"}
	}
}

// OpenWith opens the node with what the options have.
func (h *Host) OpenWith(ctx context.Context, o Options) (*Node, error) {
	give, err := h.take(ctx)
	if err != nil {
		return nil, err
	}
	defer give()
	if n := h.node.Load(); n != nil {
		return n, nil
	}
	s := h.Keys()
	switch {
	case h.State() == StateDestroyed:
		return nil, fault.New(fault.Unavailable, "app.Open", "key.destroyed")
	case o.onServer():
	case s == nil && !IsNode(o.Dir):
		if err := key.Create(filepath.Join(o.Dir, KeyFile)); err != nil && !fault.Is(err, fault.Conflict) {
			return nil, err
		}
	case s == nil:
	case o.KeyFile != "":
		err = s.UnlockFile(ctx, o.KeyFile)
	case o.As != "":
		err = s.Unlock(ctx, o.As, o.Password)
	}
	if err != nil {
		return nil, err
	}
	n, err := h.start(ctx)
	if err == nil && o.As != "" && s != nil && o.KeyFile == "" {
		err = h.admit(ctx, n, o.As, o.Password, "")
	}
	return h.publish(n, err)
}

// Unlock opens the node for a user who logs in: it unlocks the slots, opens the
// database, and lets in nobody who could not log in. Where the node is open
// already it does nothing. A wrong password, a user without a slot and a disabled
// user get the same answer.
func (h *Host) Unlock(ctx context.Context, login, password, remote string) error {
	return h.unlock(ctx, func(s *key.Slots) error { return s.Unlock(ctx, login, password) },
		func(n *Node) error { return h.admit(ctx, n, login, password, remote) })
}

// UnlockWords opens the node with the recovery key. With a log-in it gives that
// administrator a new password; without one it leaves the node open, at the log-in
// page.
func (h *Host) UnlockWords(ctx context.Context, words, login, password string) error {
	given := login == ""
	err := h.unlock(ctx, func(s *key.Slots) error { return s.UnlockWords(ctx, words) },
		func(n *Node) error {
			if given {
				return nil
			}
			given = true
			return n.Access.Recover(ctx, login, password)
		})
	if err == nil && !given { // somebody else opened it in the same moment: the words were not looked at
		return fault.New(fault.Unavailable, "app.UnlockWords", "key.busy")
	}
	return err
}

func (h *Host) unlock(ctx context.Context, open func(*key.Slots) error, admit func(*Node) error) error {
	give, err := h.take(ctx)
	if err != nil {
		return err
	}
	defer give()
	s := h.Keys()
	if h.node.Load() != nil || s == nil {
		return nil
	}
	if err := open(s); err != nil {
		return err
	}
	// From here on it is everybody's node: whoever asked may go away meanwhile.
	ctx = context.WithoutCancel(ctx)
	n, err := h.start(ctx)
	if err == nil {
		err = admit(n)
	}
	_, err = h.publish(n, err)
	return err
}

// start opens the database and everything that stands on it.
func (h *Host) start(ctx context.Context) (*Node, error) {
	life, end := context.WithCancel(context.Background())
	n := &Node{life: life, end: end, host: h, Dir: h.o.Dir, Demo: h.o.Demo, Exercise: IsExercise(h.o.Dir), Pages: h.pages, log: h.o.Log, clock: h.o.Clock, keyTurns: make(chan struct{}, 1), backupsChanged: make(chan struct{}, 1)}
	if err := n.open(ctx, h.o); err != nil {
		return n, err
	}
	if err := n.renewPair(ctx); err != nil { // the records matter more
		n.log.Error("the certificate of the pages could not be made; it is tried again", "key", fault.KeyOf(err))
	}
	return n, nil
}

// admit lets a user in who could log in. One whose slot is still that of the
// password before unlocks, and logs in with the new one.
func (h *Host) admit(ctx context.Context, n *Node, login, password, remote string) error {
	if first, err := n.Access.NeedsFirst(ctx); err != nil || first { // a cut in the middle of setting up
		return err
	}
	err := n.Access.Admit(ctx, login, password, remote)
	switch {
	case fault.Is(err, fault.Forbidden) && !n.rolledBack.Load() && n.Access.SlotBehind(ctx, login):
		return nil
	case fault.Is(err, fault.Forbidden):
		return fault.New(fault.Forbidden, "app.Unlock", "key.refused")
	}
	return err
}

// publish makes a node that was opened the host's, or locks again what failed.
func (h *Host) publish(n *Node, err error) (*Node, error) {
	if err != nil {
		err = errors.Join(err, n.shut())
		if s := h.Keys(); s != nil {
			s.Lock()
		}
		return nil, first(err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.gone { // in the same moment
		return nil, errors.Join(fault.New(fault.Unavailable, "app.Open", "key.destroyed"), n.shut())
	}
	h.node.Store(n)
	h.begin(n)
	return n, nil
}

// first is the error that a page or a command can say, of several.
func first(err error) error {
	var several interface{ Unwrap() []error }
	if errors.As(err, &several) && len(several.Unwrap()) == 1 {
		return several.Unwrap()[0]
	}
	return err
}

// begin starts the work behind the pages, once the host serves; mu is held.
func (h *Host) begin(n *Node) {
	if h.work == nil || h.work.Err() != nil {
		return
	}
	var ctx context.Context
	ctx, h.stop = context.WithCancel(h.work)
	for _, do := range []func(context.Context){n.refold, n.sweepRules, n.sweepKept, n.lookAtOutbreaks, n.watchCounts, n.turnKeys, n.ServeNodes, n.syncWithHub, n.swapWithHubs, n.lookAgain, n.keepBackups, n.keepPair} {
		h.behind.Go(func() { do(ctx) })
	}
}

// end stops that work and waits for it.
func (h *Host) end() {
	h.mu.Lock()
	stop := h.stop
	h.stop = nil
	h.mu.Unlock()
	if stop != nil {
		stop()
	}
	h.behind.Wait()
}

// Close gives back the folder.
func (h *Host) Close() error {
	h.close.Do(func() {
		h.turn <- struct{}{} // for good: nobody opens it again
		h.end()
		if n := h.node.Swap(nil); n != nil {
			h.closeErr = n.shut()
		}
		if s := h.Keys(); s != nil {
			s.Lock()
		}
		h.unlockDir()
	})
	return h.closeErr
}

// refold makes the search index anew after an upgrade that folds names in another
// way.
func (n *Node) refold(ctx context.Context) {
	if _, err := n.alone(ctx, "refold", func(ctx context.Context) error { return n.People.Refold(ctx, nil) }); err != nil && ctx.Err() == nil {
		n.log.Error("search index", "err", err)
	}
}

// gate is the part of access that needs no database.
func (h *Host) gate() (*access.Access, error) {
	return access.New(access.Options{Clock: h.o.Clock, Hosts: h.o.Hosts, Secure: h.o.Secure || h.o.HTTPS, Unpinned: h.o.HTTPS, Fail: h.pages.Error})
}
