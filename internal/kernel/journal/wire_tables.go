package journal

import (
	"bytes"
	"crypto/sha256"
	"hash"

	"github.com/godwit-health/godwit/internal/kernel/db"
)

// What both ends of a stream remember is bounded here, so that no sender can fill
// a receiver's memory. A full table gives up its oldest line; both ends do so at
// the same entry, and what comes again is sent in full again.
type wireLimits struct {
	origins int    // the later ones are not remembered
	shared  int    // kinds with their sensitivity, purpose and schema; sites with their actors
	ids     uint64 // uses of ids
	base    int    // versions in a base that is remembered
}

var wireMost = wireLimits{origins: 1 << 14, shared: 1 << 12, ids: 1 << 15, base: 4}

// wireTables is what one end of a stream has learned from it. Packer and Unpacker
// each keep one and take the same steps on it, entry by entry.
type wireTables struct {
	limits   wireLimits
	origins  []*wireOrigin
	originAt map[Origin]int
	heads    map[Origin]Head // that the receiver held before, as both were told
	profiles wireRing
	places   wireRing
	ids      map[db.ID]*wireID
	uses     []db.ID // the last uses of ids, in a ring
	used     uint64  // so far

	last    *wireOrigin // of the entry before
	hlc     HLC         // of the entry before
	subject db.ID       // of the entry before
	fresh   db.ID       // the last id that was new and of version 7
}

// wireOrigin is how far an origin came in this stream.
type wireOrigin struct {
	Head
	index int
}

// wireID is an id that was used, and if a document had it, what came of that.
type wireID struct {
	at     uint64 // its last use
	isDoc  bool
	secret []byte
	seen   []Version // a base that has seen every entry of it so far, if it is short
}

func newWireTables(l wireLimits) wireTables {
	return wireTables{
		limits: l, originAt: make(map[Origin]int), heads: make(map[Origin]Head), ids: make(map[db.ID]*wireID),
		profiles: wireRing{max: l.shared, at: make(map[string]int)}, places: wireRing{max: l.shared, at: make(map[string]int)},
	}
}

// origin is an origin's line; one that there is no room for is not remembered.
func (t *wireTables) origin(o Origin) *wireOrigin {
	if i, ok := t.originAt[o]; ok {
		return t.origins[i]
	}
	w := &wireOrigin{Head{Origin: o}, len(t.origins)}
	if w.index < t.limits.origins {
		t.originAt[o] = w.index
		t.origins = append(t.origins, w)
	}
	return w
}

// before is the hash before an entry, if this stream or the receiver's own journal
// has it.
func (t *wireTables) before(o *wireOrigin, seq uint64) (prev [32]byte, ok bool) {
	switch h := t.heads[o.Origin]; {
	case seq == 1:
		return prev, true
	case o.Seq == seq-1:
		return o.Hash, true
	case h.Seq == seq-1:
		return h.Hash, true
	}
	return prev, false
}

// use notes that an id was used.
func (t *wireTables) use(id db.ID) *wireID {
	w := t.ids[id]
	if w == nil {
		w = &wireID{}
		t.ids[id] = w
	} else if w.at == t.used {
		return w
	}
	t.used++
	w.at = t.used
	i := int(t.used % t.limits.ids)
	for len(t.uses) <= i {
		t.uses = append(t.uses, db.ID{})
	}
	if old := t.ids[t.uses[i]]; old != nil && old.at+t.limits.ids == t.used {
		delete(t.ids, t.uses[i])
	}
	t.uses[i] = id
	return w
}

// ago is the id that was used so many uses ago, 0 being the last.
func (t *wireTables) ago(n uint64) (db.ID, bool) {
	if n >= t.used || n >= t.limits.ids {
		return db.ID{}, false
	}
	return t.uses[(t.used-n)%t.limits.ids], true
}

// done notes an entry that went through.
func (t *wireTables) done(o *wireOrigin, e *Entry) {
	t.hlc, t.subject = e.HLC, e.Subject
	o.Seq, o.Hash, t.last = e.Version.Seq, e.Hash, o
	w := t.use(e.Doc)
	if w.isDoc = true; !bytes.Equal(w.secret, e.Secret) {
		w.secret = bytes.Clone(e.Secret)
	}
	if seen := e.Base.with(e.Version).seen; len(seen) <= t.limits.base {
		w.seen = seen
	} else {
		w.seen = nil
	}
}

// isLatest reports whether a base is all that this stream has of a document.
func (w *wireID) isLatest(b Base) bool {
	return w != nil && w.seen != nil && Base{w.seen}.Equal(b)
}

// wireRing is a table of short texts, each with a number.
type wireRing struct {
	max  int
	at   map[string]int
	all  []string
	next int
}

func (r *wireRing) add(s string) {
	if len(r.all) < r.max {
		r.all = append(r.all, "")
	} else if old := r.all[r.next]; r.at[old] == r.next {
		delete(r.at, old)
	}
	r.all[r.next], r.at[s] = s, r.next
	r.next = (r.next + 1) % r.max
}

// wireCheck is over the hashes of a chunk's entries.
type wireCheck struct{ hash.Hash }

func newWireCheck() wireCheck { return wireCheck{sha256.New()} }

func (c wireCheck) add(h *[32]byte) { c.Write(h[:]) }

func (c wireCheck) sum() []byte {
	s := c.Sum(nil)[:wireCheckSize]
	c.Reset()
	return s
}
