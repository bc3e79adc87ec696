package app

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/key"
)

// turnAgain is how long a change of the data key that failed waits for the next
// try: a full disk, a read that took too long.
const turnAgain = time.Minute

// noted are a node's slots, whose state the database keeps after each change.
type noted struct {
	*key.Slots
	n *Node
}

// Set gives a user a slot.
func (s noted) Set(ctx context.Context, user, password string) error {
	if err := s.Slots.Set(ctx, user, password); err != nil {
		return err
	}
	return s.n.noteStamp(ctx)
}

// Remove takes it away.
func (s noted) Remove(user string) error {
	if err := s.Slots.Remove(user); err != nil {
		return err
	}
	return s.n.noteStamp(context.Background())
}

// noteStamp keeps in the database which state of the slot file was written, unless
// the file is an old one: that is to be seen until the key was replaced.
func (n *Node) noteStamp(ctx context.Context) error {
	if n.rolledBack.Load() {
		return nil
	}
	return n.Access.NoteStamp(ctx, n.host.Keys().Stamp())
}

// followAccounts ties the slots to the accounts, and looks whether they are those
// that the database saw last.
func (n *Node) followAccounts(ctx context.Context) error {
	s := n.host.Keys()
	if s == nil {
		return nil
	}
	before, err := n.Access.NotedStamp(ctx)
	if err != nil {
		return err
	}
	switch err := s.Since(before); {
	case err == nil:
		err = n.noteStamp(ctx)
		if err != nil {
			return err
		}
	case fault.KeyOf(err) == "key.rolled_back":
		n.rolledBack.Store(true)
		if err := n.Access.DoubtSlots(ctx); err != nil {
			return err
		}
		fallthrough
	default:
		n.log.Error("key slots", "key", fault.KeyOf(err))
	}
	n.Access.UseSlots(noted{s, n}, n.tellKeys)
	if _, err := n.Access.SettleSlots(ctx); err != nil && !fault.Is(err, fault.Conflict) { // a harmed file still opens
		return err
	}
	// The plain key of a folder from before, after a cut in the middle of protecting it.
	if path := filepath.Join(n.Dir, KeyFile); exists(n.Dir, KeyFile) {
		if err := key.Shred(path); err != nil {
			n.log.Error("the plain key file could not be destroyed; remove it", "key", fault.KeyOf(err))
		}
	}
	n.tellKeys()
	return nil
}

// tellKeys wakes turnKeys.
func (n *Node) tellKeys() {
	select {
	case n.keyTurns <- struct{}{}:
	default:
	}
}

// turnKeys takes the slots away of whoever was disabled elsewhere, and replaces the
// data key whenever that is due, until ctx ends.
func (n *Node) turnKeys(ctx context.Context) {
	for {
		again := time.After(sweepEvery)
		_, err := n.Access.SettleSlots(ctx)
		if err = errors.Join(err, n.ReplaceKey(ctx)); err != nil && ctx.Err() == nil {
			n.log.Error("the data key could not be replaced; it is tried again", "key", fault.KeyOf(err), "err", err)
			again = time.After(turnAgain)
		}
		select {
		case <-ctx.Done():
			return
		case <-again:
		case <-n.keyTurns:
		}
	}
}

// ReplaceKey ends a change of the data key that a cut interrupted, and makes the
// one that is due, if any. Every step may be the last before a cut: the next start
// goes on from there.
func (n *Node) ReplaceKey(ctx context.Context) error {
	s := n.host.Keys()
	if s == nil {
		return nil
	}
	if s.State().Rotating {
		if err := n.rotate(ctx, s); err != nil {
			return err
		}
	}
	for {
		due, err := n.Access.RotationDue(ctx)
		if err != nil || due == nil {
			return err
		}
		if err := n.rotate(ctx, s); err != nil {
			return err
		}
		if err := n.Access.RotationDone(ctx, due); err != nil {
			return err
		}
	}
}

func (n *Node) rotate(ctx context.Context, s *key.Slots) error {
	next, err := s.Rotate()
	if err != nil {
		return err
	}
	defer clear(next)
	if err := n.DB.Rekey(ctx, next); err != nil {
		return err
	}
	if err := s.Settle(); err != nil {
		return err
	}
	n.rolledBack.Store(false)
	return n.noteStamp(ctx)
}
