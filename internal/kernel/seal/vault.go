package seal

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/json"
	"slices"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/key"
)

// Locales are the words of this package's faults, in every language.
//
//go:embed locales
var Locales embed.FS

// Deps is what a Vault needs.
type Deps struct {
	DB      *db.DB
	Journal *journal.Journal
	Access  *access.Access
	Clock   func() time.Time
	Cost    key.Cost // of a try at a password; zero is key.DefaultCost
	// Session names the log-in of a context: what is open belongs to one screen.
	Session func(ctx context.Context) string
}

// Vault is the sealed rooms of an installation.
type Vault struct {
	Deps
	ring ring
}

// New makes the vault.
func New(d Deps) *Vault {
	if d.Clock == nil {
		d.Clock = time.Now
	}
	if d.Cost == (key.Cost{}) {
		d.Cost = key.DefaultCost()
	}
	return &Vault{Deps: d}
}

// The leaves by which a room is what it is; areas have kinds of their own.
const (
	foundLeaf = "room.found" // name, purpose and site
	admitLeaf = "room.admit" // a member
	leaveLeaf = "room.leave" // a member who left
	turnLeaf  = "room.turn"  // under the key before: the hash of the next
	pastLeaf  = "room.past"  // under a key: the one before
)

// Room is a team and what it keeps, as a member sees it.
type Room struct {
	ID      db.ID
	Name    string
	Purpose string // what it is for: a word of the area that uses it
	Site    string
	Members []Member
}

// Member is somebody of a room.
type Member struct {
	User   db.ID     `json:"user"`
	Name   string    `json:"name"`
	Public [][]byte  `json:"public"`
	By     db.ID     `json:"-"`
	At     time.Time `json:"-"`
}

// room is a Room with what is needed to write in it.
type room struct {
	Room
	heads  []granted // the key that holds; several where two turned it apart
	leaves []*Leaf   // of areas, in their order
}

type founded struct {
	Name    string `json:"name"`
	Purpose string `json:"purpose"`
	Site    string `json:"site"`
}

type turned struct {
	Hash []byte `json:"hash,omitempty"`
	Key  []byte `json:"key,omitempty"`
	N    uint32 `json:"n"`
}

// closedKey says that rooms are not open in this session.
const closedKey = "seal.error.closed"

// IsClosed reports whether an error says that the user must open their rooms first.
func IsClosed(err error) bool { return fault.KeyOf(err) == closedKey }

func (v *Vault) actor(ctx context.Context, op string) (access.Actor, error) {
	a, err := access.Acting(ctx, op)
	if err != nil {
		return a, err
	}
	return a, v.Access.Check(ctx, access.RoomUse, access.Resource{Kind: leafKind})
}

func (v *Vault) opened(ctx context.Context, op string) (access.Actor, *opened, error) {
	a, err := v.actor(ctx, op)
	if err != nil {
		return a, nil, err
	}
	o, ok := v.ring.get(v.Session(ctx), a.User, v.Clock())
	if !ok {
		return a, nil, fault.New(fault.Unavailable, op, closedKey)
	}
	return a, o, nil
}

// refresh reads what came since: leaves, and the keys that are in them.
func (o *opened) refresh(tx *db.Tx) error {
	ids, err := leafIDs(tx)
	if err != nil {
		return err
	}
	here := make(map[db.ID]bool, len(ids))
	for _, id := range ids {
		here[id] = true
	}
	changed := false
	for id := range o.leaves {
		if !here[id] { // erased
			delete(o.leaves, id)
			changed = true
		}
	}
	for {
		more := false
		for _, id := range ids {
			l, seen := o.leaves[id]
			if l != nil || seen && o.tried == len(o.keys) {
				continue
			}
			body, err := leafBody(tx, id)
			if err != nil {
				return err
			}
			read := o.read(id, body, seen)
			o.leaves[id], more = read, more || read != nil
		}
		o.tried = len(o.keys)
		believed, err := o.believe(tx, ids)
		if err != nil {
			return err
		}
		changed = changed || more || believed
		if !believed {
			break
		}
	}
	if changed || len(o.rooms) == 0 {
		o.build()
	}
	return nil
}

// read tries what is held on a leaf. A grant is looked for once, the first time.
func (o *opened) read(id db.ID, body []byte, seen bool) *Leaf {
	for _, k := range o.keys {
		if l, ok := decrypt(k.secret, id, body); ok {
			l.Room = k.room
			return &l
		}
	}
	if !seen {
		if g, ok := ungrant(o.own, id, body); ok {
			o.claims = append(o.claims, g)
		}
	}
	return nil
}

// believe takes granted keys that follow from what is believed, and reports whether there
// was one. The first key of a room is believed as it comes: whoever admits somebody tells
// them so, and no one else knows the room. Each later one must have been announced under a
// key before it, so that nobody who can only write to the database gives a member a key.
func (o *opened) believe(tx *db.Tx, ids []db.ID) (bool, error) {
	slices.SortStableFunc(o.claims, func(a, b granted) int { return cmp.Compare(a.epoch, b.epoch) })
	var next []granted
	var left []granted
	add := func(g granted) {
		if !o.believes(g) && !slices.Contains(next, g) {
			next = append(next, g)
		}
	}
	for _, l := range o.leaves {
		if l == nil || l.Kind != pastLeaf {
			continue
		}
		var t turned
		if l.Into(&t) == nil && len(t.Key) == keySize {
			add(granted{l.Room, t.N, [keySize]byte(t.Key)})
		}
	}
	for _, c := range o.claims {
		known := slices.ContainsFunc(slices.Concat(o.keys, next), func(k granted) bool { return k.room == c.room })
		switch {
		case o.believes(c):
		case !known, o.announced(c):
			add(c)
		default:
			follows, err := o.follows(tx, ids, c)
			if err != nil {
				return false, err
			}
			if follows {
				add(c)
			} else {
				left = append(left, c)
			}
		}
	}
	o.claims, o.keys = left, append(o.keys, next...)
	return len(next) > 0, nil
}

// follows reports whether the keys that lie under a granted one lead back to one that was
// announced or is believed: somebody was out of the room for some turns, and is in it again.
func (o *opened) follows(tx *db.Tx, ids []db.ID, c granted) (bool, error) {
	for i := len(ids) - 1; i >= 0; i-- {
		if o.leaves[ids[i]] != nil {
			continue
		}
		body, err := leafBody(tx, ids[i])
		if err != nil {
			return false, err
		}
		l, ok := decrypt(c.secret, ids[i], body)
		var t turned
		if !ok || l.Kind != pastLeaf || l.Into(&t) != nil || len(t.Key) != keySize || t.N >= c.epoch {
			continue
		}
		under := granted{c.room, t.N, [keySize]byte(t.Key)}
		if o.believes(under) || o.announced(under) {
			return true, nil
		}
		if ok, err := o.follows(tx, ids, under); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

func (o *opened) believes(g granted) bool { return slices.Contains(o.keys, g) }

func (o *opened) announced(g granted) bool {
	want := g.hash()
	for _, l := range o.leaves {
		var t turned
		if l != nil && l.Kind == turnLeaf && l.Room == g.room && l.Into(&t) == nil && bytes.Equal(t.Hash, want[:]) {
			return true
		}
	}
	return false
}

// build makes the rooms of what was read.
func (o *opened) build() {
	o.rooms = map[db.ID]*room{}
	var all []*Leaf
	for _, l := range o.leaves {
		if l != nil {
			all = append(all, l)
		}
	}
	slices.SortFunc(all, func(a, b *Leaf) int { return cmp.Or(a.At.Compare(b.At), bytes.Compare(a.ID[:], b.ID[:])) })
	past := map[[sha256.Size]byte]bool{}
	for _, k := range o.keys {
		if o.rooms[k.room] == nil {
			o.rooms[k.room] = &room{Room: Room{ID: k.room}}
		}
	}
	for _, l := range all {
		r := o.rooms[l.Room]
		switch l.Kind {
		case foundLeaf:
			var f founded
			if l.Into(&f) == nil {
				r.Name, r.Purpose, r.Site = f.Name, f.Purpose, f.Site
			}
		case admitLeaf, leaveLeaf:
			var m Member
			if l.Into(&m) != nil {
				break
			}
			m.By, m.At = l.By, l.At
			r.Members = slices.DeleteFunc(r.Members, func(x Member) bool { return x.User == m.User })
			if l.Kind == admitLeaf {
				r.Members = append(r.Members, m)
			}
		case pastLeaf:
			var t turned
			if l.Into(&t) == nil && len(t.Key) == keySize {
				past[granted{l.Room, t.N, [keySize]byte(t.Key)}.hash()] = true
			}
		case turnLeaf:
		default:
			r.leaves = append(r.leaves, l)
		}
	}
	for _, k := range o.keys {
		if !past[k.hash()] {
			o.rooms[k.room].heads = append(o.rooms[k.room].heads, k)
		}
	}
}

// isMember reports whether a user belongs to a room now.
func (r *room) isMember(user db.ID) bool {
	return slices.ContainsFunc(r.Members, func(m Member) bool { return m.User == user })
}

// Rooms lists those of the user of the context that are for a purpose, all where it is "".
func (v *Vault) Rooms(ctx context.Context, purpose string) (out []Room, err error) {
	const op = "seal.Rooms"
	err = v.in(ctx, op, func(tx *db.Tx, a access.Actor, o *opened) error {
		for _, r := range o.rooms {
			if r.isMember(a.User) && (purpose == "" || r.Purpose == purpose) {
				out = append(out, r.Room)
			}
		}
		return nil
	})
	slices.SortFunc(out, func(a, b Room) int { return cmp.Or(cmp.Compare(a.Name, b.Name), bytes.Compare(a.ID[:], b.ID[:])) })
	return out, err
}

// Leaves are what a room keeps, the oldest first.
func (v *Vault) Leaves(ctx context.Context, id db.ID) (r Room, out []Leaf, err error) {
	const op = "seal.Leaves"
	err = v.in(ctx, op, func(tx *db.Tx, a access.Actor, o *opened) error {
		have, err := o.member(op, a, id)
		if err != nil {
			return err
		}
		r = have.Room
		for _, l := range have.leaves {
			out = append(out, *l)
		}
		return nil
	})
	return r, out, err
}

// in reads what the user holds and answers from it.
func (v *Vault) in(ctx context.Context, op string, f func(*db.Tx, access.Actor, *opened) error) error {
	a, o, err := v.opened(ctx, op)
	if err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return fault.Wrap(op, v.DB.Read(ctx, func(tx *db.Tx) error {
		if err := o.refresh(tx); err != nil {
			return err
		}
		return f(tx, a, o)
	}))
}

// member is a room of the user; anybody else's is not there.
func (o *opened) member(op string, a access.Actor, id db.ID) (*room, error) {
	r := o.rooms[id]
	if r == nil || !r.isMember(a.User) {
		return nil, fault.New(fault.NotFound, op, "page.error.not_found")
	}
	return r, nil
}

// write changes a room in one transaction.
func (v *Vault) write(ctx context.Context, op string, id db.ID, f func(*db.Tx, *pen) error) error {
	a, o, err := v.opened(ctx, op)
	if err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return fault.Wrap(op, v.DB.Write(ctx, func(tx *db.Tx) error {
		if err := o.refresh(tx); err != nil {
			return err
		}
		r, err := o.member(op, a, id)
		if err != nil {
			return err
		}
		p := &pen{v: v, tx: tx, actor: a, site: r.Site, key: r.heads[0]}
		if len(r.heads) > 1 {
			// Two turned the key apart, and each left out somebody else: the members as
			// they are now get another one.
			if err := p.turn(r, r.Members); err != nil {
				return err
			}
		}
		return f(tx, p)
	}))
}

// pen writes leaves of one room.
type pen struct {
	v     *Vault
	tx    *db.Tx
	actor access.Actor
	site  string
	key   granted
}

func (p *pen) append(doc db.ID, b []byte) error {
	// Neither who wrote it nor what for stands in the header.
	return p.v.Journal.Append(p.tx, access.Anybody(), journal.Change{Kind: leafKind, Doc: doc, Site: p.site, Sensitivity: journal.Sealed, Purpose: "care", Sealed: b})
}

func (p *pen) put(doc db.ID, l Leaf, body any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	l.By, l.At, l.Body = p.actor.User, p.v.Clock().UTC().Truncate(time.Microsecond), raw
	b, err := encrypt(p.key.secret, doc, l)
	if err != nil {
		return err
	}
	return p.append(doc, b)
}

func (p *pen) grant(members []Member) error {
	var to [][]byte
	for _, m := range members {
		to = append(to, m.Public...)
	}
	doc := db.NewID()
	b, err := p.key.grant(doc, to)
	if err != nil {
		return err
	}
	return p.append(doc, b)
}

// turn gives members a new key. Where the key was turned twice apart, every one before is
// announced from and kept.
func (p *pen) turn(r *room, members []Member) error {
	next := granted{room: r.ID}
	rand.Read(next.secret[:])
	for _, h := range r.heads {
		next.epoch = max(next.epoch, h.epoch+1)
	}
	hash := next.hash()
	for _, h := range r.heads {
		p.key = h
		if err := p.put(db.NewID(), Leaf{Kind: turnLeaf}, turned{N: next.epoch, Hash: hash[:]}); err != nil {
			return err
		}
	}
	p.key = next
	for _, h := range r.heads {
		if err := p.put(db.NewID(), Leaf{Kind: pastLeaf}, turned{N: h.epoch, Key: h.secret[:]}); err != nil {
			return err
		}
	}
	return p.grant(members)
}
