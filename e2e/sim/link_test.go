package sim

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/godwit-health/godwit/internal/edge/sync"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// start begins an exchange of a node with the hub.
func (w *world) start(n *machine) {
	if n.unplugged {
		return
	}
	n.on()
	l, err := n.svc.LinkTo(ctx, w.hub.svc, n.fresh)
	n.fresh, n.disturbed, n.levelled = false, false, false
	n.link = l
	if err != nil {
		w.ended(n, err)
		return
	}
	w.say("%s calls the hub", n.name)
}

// advance moves some frames, in either direction.
func (w *world) advance(n *machine, r *rand.Rand, frames int) {
	for range frames {
		if n.link == nil {
			return
		}
		up := r.IntN(2) == 0
		if up && len(n.link.Up) == 0 || !up && len(n.link.Down) == 0 {
			up = !up
		}
		w.move(n, up)
	}
}

// move moves one frame.
func (w *world) move(n *machine, up bool) {
	l := n.link
	queue, by, move := l.Down, n, l.MoveDown
	if up {
		queue, by, move = l.Up, w.hub, l.MoveUp
	}
	if len(queue) == 0 {
		n.link = nil // the other side has nothing to say: it was cut, or lost a frame
		return
	}
	if n.old = append(n.old, queue[0]); len(n.old) > 30 {
		n.old = n.old[1:]
	}
	f := queue[0]
	by.on()
	err := move(ctx)
	n.rest()
	w.hub.rest()
	w.say("%s %s (%d bytes)", map[bool]string{true: n.name + " →", false: "→ " + n.name}[up], f.Type, len(f.Body))
	if err != nil || n.disk.dead || w.hub.disk.dead {
		w.ended(n, err)
		return
	}
	if l.Done() && len(l.Up)+len(l.Down) == 0 {
		n.moved, n.levelled, n.link = l.Moved(), true, nil
		w.say("%s is level: %+v", n.name, n.moved)
	}
}

// disturb doubles, swaps or brings back frames: what a stick can do, and no link.
func (w *world) disturb(n *machine, r *rand.Rand, how string) {
	if n.link == nil {
		return
	}
	queue := &n.link.Up
	if r.IntN(2) == 0 {
		queue = &n.link.Down
	}
	switch {
	case how == "stale" && len(n.old) > 0:
		*queue = slices.Insert(*queue, 0, pick(r, n.old))
	case how == "twice" && len(*queue) > 0:
		*queue = slices.Insert(*queue, 0, (*queue)[0])
	case how == "swap" && len(*queue) > 1:
		(*queue)[0], (*queue)[1] = (*queue)[1], (*queue)[0]
	default:
		return
	}
	n.disturbed = true
	w.say("%s: a frame is disturbed (%s)", n.name, how)
}

// ended sorts out why an exchange ended.
func (w *world) ended(n *machine, err error) {
	n.link = nil
	n.rest()
	w.hub.rest()
	nodeDown, hubDown := n.down(), w.hub.down()
	if nodeDown || hubDown {
		w.say("the power of %s went", map[bool]string{true: n.name, false: "the hub"}[nodeDown])
		return
	}
	key := fault.KeyOf(err)
	n.on()
	again, mended := n.svc.Mend(ctx, err)
	if n.down() {
		w.say("the power of %s went", n.name)
		return
	}
	if again {
		n.fresh = true
		w.o.look(n)
		w.say("%s begins anew: %s", n.name, key)
		return
	}
	if mended == nil {
		return
	}
	w.say("the exchange of %s ended: %s", n.name, key)
	full := n.disk.room >= 0 || w.hub.disk.room >= 0
	switch {
	case full && (fault.Is(err, fault.Unavailable) || fault.Is(mended, fault.Unavailable)), n.disturbed:
	case n.twin && slices.Contains([]string{"sync.fork", "sync.copied", "journal.fork", "journal.own_origin", "journal.gap"}, key):
		w.goOn(n, key)
	case key == "sync.unknown_node" && w.copies > 0: // the hub was put back to before it enrolled anew
		w.enrolAnew(n)
	default:
		w.fail("the exchange of %s ended: %v [%s]", n.name, err, key)
	}
}

// goOn does what the page offers to a machine that was refused because another one
// wrote under its name: what only it has is issued again under a new name, and, since
// the other is used too, it enrols as a node of its own. The power may go at any point.
func (w *world) goOn(n *machine, why string) {
	w.hub.on()
	var moved []journal.Reissued
	err := w.try(n, func() (err error) { moved, err = n.svc.ReissueAt(ctx, w.hub.svc); return err })
	w.o.reissued(n, moved)
	if err != nil {
		w.say("%s is a fork (%s); issuing again came to nothing: %v", n.name, why, fault.KeyOf(err))
		return
	}
	w.reissued++
	w.say("%s is a fork (%s) and issues %d changes again", n.name, why, count(moved))
	w.enrolAnew(n)
}

// enrolAnew makes a machine a node of its own, by a code.
func (w *world) enrolAnew(n *machine) {
	w.hub.on()
	w.copies++
	name := fmt.Sprintf("%s of its own %d", n.name, w.copies)
	_, code, err := w.hub.svc.Invite(ctx, sync.Invitation{Name: name, Sites: []string{n.site}})
	if w.hub.down() || err != nil {
		return // it is refused again, and tries again
	}
	err = w.try(n, func() error { _, err := n.svc.EnrolAnewAt(ctx, w.hub.svc, code); return err })
	w.say("%s enrols as %q: %v", n.name, name, fault.KeyOf(err))
}

// try does something at a machine whose power may go meanwhile.
func (w *world) try(n *machine, do func() error) error {
	n.on()
	err := do()
	n.rest()
	w.hub.rest()
	if n.down() || w.hub.down() {
		w.say("the power went meanwhile")
	}
	return err
}

func count(moved []journal.Reissued) (n int) {
	for _, m := range moved {
		n += len(m.Versions)
	}
	return n
}

// through is a whole exchange, with nothing in its way, and answers whether it came
// to its end.
func (w *world) through(n *machine) bool {
	for range 8 {
		if n.unplugged {
			return false
		}
		w.start(n)
		for moved := 0; n.link != nil; moved++ {
			if moved > 500 {
				w.fail("%s: the exchange has no end", n.name)
			}
			w.move(n, len(n.link.Up) > 0)
		}
		if n.levelled {
			return true
		}
	}
	return false
}
