package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/key"
)

// keyCommand does a command about the key slots of an open node.
func (n *Node) keyCommand(ctx context.Context, c Command) (lines []string, ok bool, err error) {
	s := n.host.Keys()
	if s == nil {
		return nil, false, plainKey(n)
	}
	switch c.Name {
	case "key-status":
		return n.keyStatus(ctx, s)
	case "key-words":
		words, err := s.NewWords(ctx)
		if err == nil {
			lines, err = wordLines(words), n.noteStamp(ctx)
		}
		return lines, true, err
	case "key-rotate":
		if err := n.Access.WantRotation(ctx); err != nil {
			return nil, false, err
		}
		n.tellKeys()
		return []string{"the data key is being replaced; `godwit doctor` says when it is done"}, true, nil
	case "key-host-add":
		if err := s.AddHost(ctx, c.File); err != nil {
			return nil, false, err
		}
		return hostLines(c.File)[1:], true, n.noteStamp(ctx)
	case "key-host-remove":
		if err := s.RemoveHost(); err != nil {
			return nil, false, err
		}
		if err := n.Access.WantRotation(ctx); err != nil { // whoever has a copy of the file may have the data key
			return nil, false, err
		}
		n.tellKeys()
		return []string{"the key file opens nothing any more; the data key is being replaced"}, true, n.noteStamp(ctx)
	case "key-repair":
		lost, err := s.Repair()
		if err != nil {
			return nil, false, err
		}
		lines = []string{fmt.Sprintf("the key file is whole again; %d slots were lost", lost)}
		if lost > 0 {
			lines = append(lines, "who had one gets another at the next log-in; `godwit key words` makes new recovery words")
		}
		return lines, true, errors.Join(n.Access.DoubtSlots(ctx), n.noteStamp(ctx))
	}
	return nil, false, fmt.Errorf("no command %q", c.Name)
}

// plainKey says that there are no slots to do anything with.
func plainKey(n *Node) error {
	if n.Demo {
		return errors.New("a demo keeps its key in a plain file; nobody in it exists")
	}
	return fmt.Errorf("the key of this folder lies in a plain file; `godwit key protect LOGIN --dir %s` puts it into slots", n.Dir)
}

func (n *Node) keyStatus(ctx context.Context, s *key.Slots) (lines []string, ok bool, err error) {
	users, err := s.Users()
	if err != nil {
		return nil, false, err
	}
	due, err := n.Access.RotationDue(ctx)
	if err != nil {
		return nil, false, err
	}
	lines = append(lines, fmt.Sprintf("%d users can unlock the records:", len(users)))
	for _, u := range users {
		lines = append(lines, "  "+u)
	}
	st := s.State()
	switch {
	case st.Problem != nil:
		return append(lines, Sentence(st.Problem)), false, nil
	case n.rolledBack.Load():
		return append(lines, Sentence(fault.New(fault.Conflict, "app.keyStatus", "key.rolled_back"))), false, nil
	case st.Rotating || due != nil:
		return append(lines, "the data key is still to be replaced"), false, nil
	}
	return append(lines, "the key file is as it was left"), true, nil
}
