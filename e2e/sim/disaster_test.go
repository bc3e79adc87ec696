package sim

import (
	"math/rand/v2"
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// disaster copies disks, and puts them back.
func (w *world) disaster(n, anyone *machine, r *rand.Rand, what string) {
	switch what {
	case "snapshot":
		if anyone.disk.dead {
			return
		}
		anyone.copies = append(anyone.copies, snapshot{anyone.disk.image(), w.step, w.o.have(anyone)})
		w.say("a copy of the disk of %s is kept", anyone.name)
	case "restore":
		if len(n.copies) > 0 {
			w.restore(n, pick(r, n.copies), r.IntN(2) == 0)
		}
	case "restorehub":
		if len(w.hub.copies) > 0 {
			w.restore(w.hub, pick(r, w.hub.copies), true)
		}
	case "clone":
		w.clone(n)
	}
}

// restore puts a disk back to an older day. told: as `godwit restore` does, which
// gives the installation a new name and applies the erasures that are known since;
// otherwise somebody put the disk back without a word, which nobody does to a hub.
func (w *world) restore(m *machine, s snapshot, told bool) {
	w.say("%s is put back to step %d, by the command: %v", m.name, s.when, told)
	w.o.atHub()
	w.o.still(w.anywhere(), "nobody has it any more")
	var known []journal.Erasure
	w.must(m, m.read(func(tx *db.Tx) (err error) { known, err = m.svc.Journal.Erasures(tx); return err }))
	m.halt(false)
	m.revive(s.on.copy())
	if told {
		m.on()
		_, err := m.svc.Journal.NewInstallation(ctx)
		w.must(m, err)
		w.must(m, m.write(func(tx *db.Tx) error { return m.svc.Journal.ApplyErasures(tx, known) }))
	} else {
		m.twin = true
	}
	w.o.back(m, s.has)
	w.o.there = w.anywhere()
}

// clone copies a node's disk into another machine, and both go on.
func (w *world) clone(n *machine) {
	if n.twin || n.disk.dead || len(w.nodes) > 5 || slices.ContainsFunc(w.nodes, func(o *machine) bool { return o.name == n.name+"b" }) {
		return
	}
	t := &machine{w: w, name: n.name + "b", site: n.site, version: n.version, skew: n.skew}
	t.revive(n.disk.image())
	n.twin, t.twin = true, true
	w.nodes = append(w.nodes, t)
	for _, c := range w.o.changes {
		if c.on[n] {
			c.on[t] = true
		}
	}
	w.o.look(t)
	w.say("the disk of %s is copied, and runs twice", n.name)
}
