package seal

import (
	"crypto/hpke"
	"sync"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
)

// openFor is how long rooms stay open after the last page of theirs. It is the idle lock of a
// screen; the number is ours.
const openFor = 15 * time.Minute

// opened is what a user holds in one session, in memory only.
type opened struct {
	user  db.ID
	own   hpke.PrivateKey
	until time.Time

	mu     sync.Mutex
	leaves map[db.ID]*Leaf // read ones; nil for what no key here opens
	tried  int             // how many keys those that are nil were tried with
	keys   []granted       // those that are believed
	claims []granted       // granted and not yet believed
	rooms  map[db.ID]*room
}

// ring is what is open on this process, by session.
type ring struct {
	mu   sync.Mutex
	held map[string]*opened
}

func (r *ring) get(session string, user db.ID, now time.Time) (*opened, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	o, ok := r.held[session]
	if !ok || o.user != user || now.After(o.until) {
		return nil, false
	}
	o.until = now.Add(openFor)
	return o, true
}

func (r *ring) put(session string, o *opened) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.held == nil {
		r.held = map[string]*opened{}
	}
	for s, old := range r.held { // who left without closing
		if old.until.Before(o.until.Add(-openFor)) {
			delete(r.held, s)
		}
	}
	r.held[session] = o
}

func (r *ring) drop(session string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.held, session)
}
