package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/godwit-health/godwit/internal/edge/sync"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// closeWithin is how long Destroy waits for the database to be closed. What was
// to be destroyed is gone before that.
const closeWithin = 500 * time.Millisecond

// tellWithin is how long a destroyed node tries to reach its hub, behind the answer.
const tellWithin = 20 * time.Second

// Unsent is how many changes were made here that have reached no other place: those
// that the hub has not acknowledged, or every one where there is no hub.
func (n *Node) Unsent(ctx context.Context) (changes int64, err error) {
	st, err := n.Sync.Status(ctx)
	return st.Unsent, err
}

// destroyWord is what is typed to destroy the records where no site has a code, or
// where nobody can read it.
const destroyWord = "DESTROY"

// confirmation is what whoever destroys the records has to type: the code of the
// site, so that it is not done on the wrong machine.
func (n *Node) confirmation(ctx context.Context) string {
	if all, err := n.sites(ctx); err == nil && len(all) > 0 {
		return all[0].Code
	}
	return destroyWord
}

// Destroy makes the records of this folder unreadable for ever, within a second:
// the slots, the key in memory, and with the database every log-in. It waits for
// nothing that is under way. It may be called again until it answers nil.
//
// What it does not reach: copies of the slot file elsewhere, and old blocks of a
// flash disk (package key).
//
// A node that is open tells its hub afterwards, with what it has in memory. Destroy
// waits for that as long as it waits for the database to be closed, and no longer.
func (h *Host) Destroy() error {
	if h.o.onServer() {
		return errOnServer
	}
	h.mu.Lock()
	s, keyFiles := h.slots, append([]string{filepath.Join(h.o.Dir, KeyFile), filepath.Join(h.o.Dir, tlsFile), filepath.Join(h.o.Dir, tlsFile+".new")}, h.keyFiles...)
	h.gone = true
	h.mu.Unlock()
	// What is under way learns of it first: a job that finds its key gone would
	// otherwise tell the log of a fault that is none.
	h.quit()
	var err error
	if s == nil {
		s = h.newSlots()
	}
	err = s.Destroy(keyFiles...)
	mark := fmt.Sprintf("The records in this folder were destroyed on %s. Nobody can open them.\n", h.o.Clock().UTC().Format(time.DateTime))
	if werr := os.WriteFile(filepath.Join(h.o.Dir, goneFile), []byte(mark), 0o600); werr != nil {
		err = errors.Join(err, &fault.Error{Code: fault.Unavailable, Op: "app.Destroy", Key: "key.not_destroyed"})
	}
	if n := h.node.Swap(nil); n != nil {
		h.after(n)
	}
	return err
}

// quit ends the work behind the pages and every request under way, and waits for none.
func (h *Host) quit() {
	h.mu.Lock()
	n, stop := h.node.Load(), h.stop
	h.mu.Unlock()
	if stop != nil {
		stop()
	}
	if n != nil {
		n.end()
	}
}

// after closes the database of a node whose records are destroyed, and tells the hub.
// The link may need longer than the second that there is: it goes on by itself.
func (h *Host) after(n *Node) {
	over := make(chan struct{}, 2)
	go func() { _ = n.shut(); over <- struct{}{} }()
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), tellWithin)
		defer cancel()
		switch err := n.Sync.Farewell(ctx, sync.Client{}); {
		case err == nil:
			h.told.Store(hubTold)
		case fault.KeyOf(err) == "sync.not_enrolled":
			h.told.Store(hubNone)
		default:
			h.told.Store(hubByHand)
		}
		over <- struct{}{}
	}()
	late := time.After(closeWithin)
	for range 2 {
		select {
		case <-over:
		case <-late:
			return
		}
	}
}

// What the hub knows of the records having been destroyed.
const (
	hubByHand int32 = iota // nothing that we know of: the node was locked, or the link is down
	hubTold
	hubNone // there is none
)

// toldHub is that as a word for the page.
func (h *Host) toldHub() string {
	return map[int32]string{hubTold: "told", hubByHand: "by_hand"}[h.told.Load()]
}

// hubLine says it on the command line.
func (h *Host) hubLine() []string {
	switch h.told.Load() {
	case hubTold:
		return []string{"the hub was told, and has revoked this node"}
	case hubNone:
		return nil
	}
	return []string{"the hub was not told: if this node has one, have it revoked there (Nodes in the browser, or `godwit hub revoke NAME`)"}
}

// destroyCommand asks, or does it.
func (h *Host) destroyCommand(ctx context.Context, c Command) (Answer, error) {
	n := h.node.Load()
	word := destroyWord
	if n != nil {
		word = n.confirmation(ctx)
	}
	switch {
	case h.State() == StateNew:
		return Answer{}, fmt.Errorf("%s holds no node; nothing was destroyed", h.o.Dir)
	case c.Name == "destroy-ask":
		return Answer{Lines: append([]string{h.unsentLine(ctx, n)}, destroyLines...), Word: word, OK: true}, nil
	case !c.Yes && strings.TrimSpace(c.Typed) != word:
		return Answer{}, fmt.Errorf("this is not %s; nothing was destroyed", word)
	}
	if err := h.Destroy(); err != nil {
		return Answer{}, err
	}
	return Answer{Lines: append([]string{"the records in " + h.o.Dir + " are destroyed: nobody can open them any more"}, h.hubLine()...), OK: true}, nil
}

var destroyLines = []string{
	"Nobody will be able to open the records in this folder any more, for ever: no password, no recovery words, no key file.",
	"Copies elsewhere are not reached: a backup opens with the passwords of its day.",
}

// unsentLine says what would be lost.
func (h *Host) unsentLine(ctx context.Context, n *Node) string {
	if n == nil {
		return "The records are locked, so what was made here and has reached no other place cannot be counted. It would be lost."
	}
	changes, err := n.Unsent(ctx)
	switch {
	case err != nil:
		return "What was made here and has reached no other place cannot be counted. It would be lost."
	case changes == 0:
		return "Everything that was made here has reached another place."
	case changes == 1:
		return "1 change was made here and has reached no other place. It would be lost."
	}
	return fmt.Sprintf("%d changes were made here and have reached no other place. They would be lost.", changes)
}
