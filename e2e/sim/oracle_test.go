package sim

import (
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// oracle stands outside of all machines. It remembers every change that a machine
// acknowledged, and on which disks it is: the one where it was written, until that is
// put back, and the hub's.
type oracle struct {
	w       *world
	changes []*acknowledged
	words   map[db.ID][]string // that steps wrote into a document, acknowledged or not
	erased  map[db.ID]bool
	dropped map[string]map[db.ID]bool // people who were taken out of a node's scope
	saw     map[fact]map[fact]bool
	there   map[fact]string // what anyone had when a disk was put back last, or the faults ended, and who
}

// acknowledged is a change that a machine said it has.
type acknowledged struct {
	journal.Version
	hash   [32]byte
	doc    db.ID
	step   int
	on     map[*machine]bool
	erases db.ID
	gone   bool // no disk has it
}

func newOracle(w *world) *oracle {
	return &oracle{w: w, words: make(map[db.ID][]string), erased: make(map[db.ID]bool), dropped: make(map[string]map[db.ID]bool),
		saw: make(map[fact]map[fact]bool), there: make(map[fact]string)}
}

// seen are the ends of a machine's own chains as far as the oracle has looked.
type seen map[journal.Origin]uint64

// acked takes down what m has committed since the last time.
func (o *oracle) acked(m *machine) {
	var entries []journal.Entry
	err := m.read(func(tx *db.Tx) error {
		heads, err := o.own(m, tx)
		if err != nil {
			return err
		}
		for _, h := range heads {
			if from := m.seen[h.Origin]; from < h.Seq {
				list, err := m.svc.Journal.After(tx, h.Origin, from, int(h.Seq-from))
				if err != nil {
					return err
				}
				entries = append(entries, list...)
				m.seen[h.Origin] = h.Seq
			}
		}
		return nil
	})
	o.w.must(m, err)
	for _, e := range entries {
		o.written(m, &e)
		o.changes = append(o.changes, &acknowledged{Version: e.Version, hash: e.Hash, doc: e.Doc, step: o.w.step, on: map[*machine]bool{m: true}})
	}
}

func (o *oracle) own(m *machine, tx *db.Tx) ([]journal.Head, error) {
	self, err := m.svc.Journal.Installation(tx)
	if err != nil {
		return nil, err
	}
	heads, err := m.svc.Journal.Heads(tx)
	var out []journal.Head
	for _, h := range heads {
		if h.Origin.Installation == self {
			out = append(out, h)
		}
	}
	return out, err
}

// atHub looks which changes are at the hub now.
func (o *oracle) atHub() {
	hub := o.w.hub
	err := hub.read(func(tx *db.Tx) error {
		for _, c := range o.changes {
			hash, ok, err := hub.svc.Journal.HashAt(tx, c.Origin, c.Seq)
			if err != nil {
				return err
			}
			if c.on[hub] = ok && hash == c.hash; !c.on[hub] {
				delete(c.on, hub)
			}
		}
		return nil
	})
	o.w.must(hub, err)
}

// have is what a machine has of the acknowledged.
func (o *oracle) have(m *machine) map[int]bool {
	if m == o.w.hub {
		o.atHub()
	}
	has := make(map[int]bool)
	for i, c := range o.changes {
		if c.on[m] {
			has[i] = true
		}
	}
	return has
}

// back says that m has only this any more: it was put back.
func (o *oracle) back(m *machine, has map[int]bool) {
	o.atHub()
	for i, c := range o.changes {
		if c.on[m] && !(has[i] && m.has(c)) { // it may have been issued again since, and is there under its old name
			delete(c.on, m)
		}
		for _, n := range o.w.all() {
			if m == o.w.hub && n != m && c.on[n] && !c.on[m] && n.forgot(c) {
				delete(c.on, n)
			}
		}
		c.gone = c.gone || len(c.on) == 0
	}
	o.look(m)
}

// has reports whether a machine has a change under the name that it has now.
func (m *machine) has(c *acknowledged) (has bool) {
	m.w.must(m, m.read(func(tx *db.Tx) error {
		hash, ok, err := m.svc.Journal.HashAt(tx, c.Origin, c.Seq)
		has = ok && hash == c.hash
		return err
	}))
	return has
}

// forgot reports whether a node has dropped what the hub had: then the hub's disk was
// the last that held it.
func (m *machine) forgot(c *acknowledged) bool {
	var e []journal.Entry
	m.w.must(m, m.read(func(tx *db.Tx) (err error) { e, err = m.svc.Journal.After(tx, c.Origin, c.Seq-1, 1); return err }))
	return len(e) == 1 && e[0].Payload == nil
}

// reissued takes down what a machine's changes are called now that they were issued
// again, if that was done before the power went. What is erased was not.
func (o *oracle) reissued(m *machine, moved []journal.Reissued) {
	if len(moved) == 0 {
		o.look(m)
		return
	}
	var self db.ID
	o.w.must(m, m.read(func(tx *db.Tx) (err error) { self, err = m.svc.Journal.Installation(tx); return err }))
	if moved[0].As.Installation == self {
		for _, c := range o.changes {
			if c.on[m] {
				o.renamed(m, c, moved)
			}
		}
	}
	o.look(m)
}

func (o *oracle) renamed(m *machine, c *acknowledged, moved []journal.Reissued) {
	for _, r := range moved {
		if c.Origin != r.From || c.Seq <= r.After {
			continue
		}
		now, ok := r.Versions[c.Version]
		if !ok {
			delete(c.on, m)
			c.gone = c.gone || len(c.on) == 0
			return
		}
		c.Version, c.on = now, map[*machine]bool{m: true} // a copy of it elsewhere has the old name
		o.w.must(m, m.read(func(tx *db.Tx) (err error) {
			c.hash, ok, err = m.svc.Journal.HashAt(tx, now.Origin, now.Seq)
			return err
		}))
		if !ok {
			o.w.lost("%s is not there after it was issued again", now)
		}
		return
	}
}

// drops takes down that somebody left a node's scope.
func (o *oracle) drops(node string, person db.ID) {
	if o.dropped[node] == nil {
		o.dropped[node] = make(map[db.ID]bool)
	}
	o.dropped[node][person] = true
}

// look begins to watch a machine that starts: what it has is not new.
func (o *oracle) look(m *machine) {
	m.seen = make(seen)
	err := m.read(func(tx *db.Tx) error {
		heads, err := m.svc.Journal.Heads(tx)
		for _, h := range heads {
			m.seen[h.Origin] = h.Seq
		}
		return err
	})
	o.w.must(m, err)
}

// restarted looks whether what a machine acknowledged is there after a power cut.
func (o *oracle) restarted(m *machine) {
	err := m.read(func(tx *db.Tx) error {
		for _, c := range o.changes {
			if !c.on[m] {
				continue
			}
			hash, ok, err := m.svc.Journal.HashAt(tx, c.Origin, c.Seq)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
			if !ok || hash != c.hash {
				o.w.lost("%s acknowledged %s in step %d and does not have it after a power cut", m.name, c.Version, c.step)
			}
		}
		return nil
	})
	o.w.must(m, err)
	o.look(m)
}
