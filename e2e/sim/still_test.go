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

// anywhere are the changes that any machine has, and who.
func (w *world) anywhere() map[fact]string {
	out := make(map[fact]string)
	for _, m := range w.all() {
		for _, doc := range m.docs("") {
			for _, e := range m.entries(doc) {
				if out[factOf(&e)] == "" {
					out[factOf(&e)] = m.name + " has " + e.Version.String() + " of " + e.Kind
				}
			}
		}
	}
	return out
}

// still looks whether all that was anywhere when a disk was put back last still is: what
// is in no backup may go with a disk, and in no other way but by an erasure.
func (o *oracle) still(has map[fact]string, where string) {
	erased := make(map[db.ID]bool)
	for _, m := range o.w.all() {
		var all []journal.Erasure
		o.w.must(m, m.read(func(tx *db.Tx) (err error) { all, err = m.svc.Journal.Erasures(tx); return err }))
		for _, e := range all {
			erased[e.Doc] = true
		}
	}
	for f, who := range o.there {
		if has[f] == "" && !erased[f.doc] {
			o.w.lost("%s, about %s, and %s", who, f.doc, where)
		}
	}
}

// nothingGone looks for each of them at the hub, and whether anything there says that it
// has seen what its author had not: that would be set aside in silence.
func (w *world) nothingGone() {
	has := make(map[fact]string)
	for _, doc := range w.hub.docs("") {
		all := w.hub.entries(doc)
		for _, e := range all {
			has[factOf(&e)] = "hub"
		}
		w.nothingSetAside(all)
	}
	w.o.still(has, "the hub never gets it")
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
