package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/key"
)

// setUp makes a node of an empty folder: its first administrator's password makes
// the key slots, and everything else stands on them. A cut in the middle leaves a
// folder that the same command finishes.
func (h *Host) setUp(ctx context.Context, c Command) (Answer, error) {
	if err := access.CheckPassword(c.Password, c.Login, c.FullName); err != nil {
		return Answer{}, err
	}
	if len(c.Roles) > 0 && (len(c.Roles) > 1 || access.Role(c.Roles[0]) != access.Administrator) {
		return Answer{}, errors.New("the first user of a node is its administrator; leave --role out, and make the others after")
	}
	if c.KeyFile != "" {
		if _, err := os.Stat(c.KeyFile); err == nil { // it may be another node's
			return Answer{}, fault.New(fault.Conflict, "app.setUp", "key.exists")
		}
	}
	s := h.Keys()
	words, err := s.Create(ctx, nil, c.Login, c.Password)
	if err != nil {
		return Answer{}, err
	}
	if c.KeyFile != "" {
		err = s.AddHost(ctx, c.KeyFile)
	}
	var a Answer
	if err == nil {
		var n *Node
		if n, err = h.OpenWith(ctx, h.o); err == nil {
			a = n.Do(ctx, c)
		}
	}
	if err != nil || a.Error != "" {
		return a, errors.Join(err, h.undoSetUp(s, c.KeyFile))
	}
	a.Lines = append(a.Lines, wordLines(words)...)
	if c.KeyFile != "" {
		a.Lines = append(a.Lines, hostLines(c.KeyFile)...)
	}
	return a, nil
}

// undoSetUp leaves the folder as empty as it was: nobody is in the database yet.
func (h *Host) undoSetUp(s *key.Slots, keyFile string) error {
	h.mu.Lock()
	n, stop := h.node.Swap(nil), h.stop
	h.stop = nil
	h.mu.Unlock()
	if stop != nil {
		stop()
	}
	var err error
	if n != nil {
		err = n.shut()
	}
	for _, end := range []string{"", "-wal", "-shm"} {
		if gone := os.Remove(filepath.Join(h.o.Dir, DatabaseFile+end)); gone != nil && !errors.Is(gone, os.ErrNotExist) {
			err = errors.Join(err, gone)
		}
	}
	var also []string
	if keyFile != "" {
		also = []string{keyFile}
	}
	err = errors.Join(err, s.Destroy(also...))
	h.mu.Lock()
	h.slots = h.newSlots()
	h.mu.Unlock()
	return err
}

// wordLines print the recovery key, and how to keep it.
func wordLines(words string) []string {
	return []string{"",
		"The recovery words of this node, shown this once and kept nowhere:",
		"", "  " + words, "",
		"They open the records when nobody who can log in is there. Write them on paper, twice, and",
		"read them back. Keep them apart from the machine, in two places that are locked, and write",
		"down who has them. Whoever has them and a copy of the folder reads everything.",
		"`godwit key words` makes new ones; these open nothing then."}
}

func hostLines(path string) []string {
	return []string{"", "This machine unlocks by itself with " + path + ": say --key-file " + path + " to serve.",
		"Whoever takes the disk with that file and the folder reads everything: keep it on another one."}
}

// protect puts the key of a folder from before there were slots into slots, with
// the password of one of its administrators, and replaces the data key, since the
// plain file may have been copied.
func (h *Host) protect(ctx context.Context, c Command) (Answer, error) {
	give, err := h.take(ctx)
	if err != nil {
		return Answer{}, err
	}
	defer give()
	n := h.node.Load()
	switch {
	case h.Keys() != nil:
		return Answer{}, fault.New(fault.Conflict, "app.protect", "key.slots_exist")
	case h.o.Demo:
		return Answer{}, errors.New("a demo keeps its key in a plain file; nobody in it exists")
	}
	if err := n.mayProtect(ctx, c); err != nil {
		return Answer{}, err
	}
	dataKey, err := h.provider().DataKey(ctx)
	if err != nil {
		return Answer{}, err
	}
	defer clear(dataKey)
	s := h.newSlots()
	words, err := s.Create(ctx, dataKey, c.Login, c.Password)
	if err != nil {
		return Answer{}, err
	}
	again := h.newSlots()
	if err := again.Unlock(ctx, c.Login, c.Password); err != nil { // before the plain key goes
		return Answer{}, err
	}
	again.Lock()
	h.mu.Lock()
	h.slots = s
	h.mu.Unlock()
	if err := n.Access.WantRotation(ctx); err != nil {
		return Answer{}, err
	}
	if err := n.followAccounts(ctx); err != nil {
		return Answer{}, err
	}
	lines := []string{"the key is in slots now, and the plain key file is destroyed; the data key is being replaced",
		"each other user gets a slot at the next log-in, and can unlock the node after that"}
	return Answer{Lines: append(lines, wordLines(words)...), OK: true}, nil
}

// mayProtect asks for an administrator's own password: it is the only way in at
// first, beside the recovery words.
func (n *Node) mayProtect(ctx context.Context, c Command) error {
	if err := n.Access.Admit(ctx, c.Login, c.Password, ""); err != nil {
		return err
	}
	all, err := n.Access.Users(access.Operator(ctx))
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(u access.User) bool {
		return !u.Disabled && strings.EqualFold(u.Login, c.Login) && slices.Contains(u.Roles, access.Administrator)
	}) {
		return fault.Field("app.protect", "login", "door.recover.not_administrator")
	}
	return nil
}

// lockedAnswer says how to open what is locked.
func lockedAnswer(dir string) error {
	return fmt.Errorf("the records in %s are locked. Somebody logs in in the browser first; or say with --as LOGIN whose password opens them, or with --key-file the key file of this machine", dir)
}
