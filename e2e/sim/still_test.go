package sim

import (
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// fact is a fact whatever it is called: what is issued again has another name, and
// the same document, author, time and payload.
type fact struct {
	doc, by db.ID
	at      journal.HLC
	what    string
}

func factOf(e *journal.Entry) fact { return fact{e.Doc, e.Actor, e.HLC, string(e.Payload)} }

// entries are all of a document that a machine has with their payloads.
func (m *machine) entries(doc db.ID) (out []journal.Entry) {
	m.w.must(m, m.read(func(tx *db.Tx) (err error) { out, err = m.svc.Journal.History(tx, doc); return err }))
	return slices.DeleteFunc(out, func(e journal.Entry) bool { return e.Payload == nil })
}

// written takes down what the author of an entry of m had seen: no name of it is
// another fact's yet.
func (o *oracle) written(m *machine, e *journal.Entry) {
	saw := make(map[fact]bool)
	for _, x := range m.entries(e.Doc) {
		if e.Base.Has(x.Version) {
			saw[factOf(&x)] = true
		}
	}
	o.saw[factOf(e)] = saw
}

// still takes down every fact that anyone has when the faults end: none of them may
// be lost from then on, also what was acknowledged only on a disk that was put back.
func (o *oracle) still() {
	for _, m := range o.w.all() {
		for _, doc := range m.docs("") {
			for _, e := range m.entries(doc) {
				if o.there[factOf(&e)] == "" {
					o.there[factOf(&e)] = m.name + " has " + e.Version.String() + " of " + e.Kind
				}
			}
		}
	}
}

// nothingGone looks for each of them at the hub, and whether anything there says that it
// has seen what its author had not: that would be set aside in silence.
func (w *world) nothingGone() {
	at := make(map[db.ID][]journal.Entry)
	has := make(map[fact]bool)
	for _, doc := range w.hub.docs("") {
		at[doc] = w.hub.entries(doc)
		for _, e := range at[doc] {
			has[factOf(&e)] = true
		}
	}
	listed := make(map[db.ID]bool)
	for _, n := range w.all()[1:] {
		for id := range n.erasedByList() {
			listed[id] = true
		}
	}
	for c, who := range w.o.there {
		if !has[c] && !w.o.erased[c.doc] && !listed[c.doc] {
			w.lost("%s, about %s, when the faults end, and the hub never gets it", who, c.doc)
		}
	}
	for _, doc := range w.hub.docs("") {
		w.nothingSetAside(at[doc])
	}
}

func (w *world) nothingSetAside(all []journal.Entry) {
	merged := make(map[fact]*journal.Entry)
	for i := range all {
		e := &all[i]
		if k := merged[factOf(e)]; k == nil || k.Version.Origin.Installation[6]>>4 != 8 && e.Version.Origin.Installation[6]>>4 == 8 {
			merged[factOf(e)] = e
		}
	}
	for c, e := range merged {
		saw, known := w.o.saw[c]
		for _, x := range all {
			if known && factOf(&x) != c && e.Base.Has(x.Version) && !saw[factOf(&x)] {
				w.fail("%s of %s says that its author had seen %s, which is not so", e.Version, e.Doc, x.Version)
			}
		}
	}
}
