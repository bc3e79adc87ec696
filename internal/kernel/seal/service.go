package seal

import (
	"bytes"
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

const longestName = 80

// Found makes a room of which the user of the context is the one member.
func (v *Vault) Found(ctx context.Context, id db.ID, name, purpose, site string) error {
	const op = "seal.Found"
	a, o, err := v.opened(ctx, op)
	if err != nil {
		return err
	}
	name = strings.TrimSpace(name)
	switch {
	case name == "":
		return fault.Field(op, "name", "seal.error.name")
	case utf8.RuneCountInString(name) > longestName:
		return fault.Field(op, "name", "seal.error.name_long")
	case !slices.Contains(a.Sites, site) && !slices.Contains(a.Sites, access.All):
		return fault.Field(op, "site", "seal.error.site")
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return fault.Wrap(op, v.DB.Write(ctx, func(tx *db.Tx) error {
		if err := o.refresh(tx); err != nil {
			return err
		}
		if o.rooms[id] != nil {
			return fault.New(fault.Conflict, op, "seal.error.sent_twice")
		}
		p := &pen{v: v, tx: tx, actor: a, site: site, key: granted{room: id, epoch: 1}}
		rand.Read(p.key.secret[:])
		me := Member{User: a.User, Name: a.Name, Public: [][]byte{o.own.PublicKey().Bytes()}}
		if err := p.grant([]Member{me}); err != nil {
			return err
		}
		if err := p.put(db.NewID(), Leaf{Kind: foundLeaf}, founded{name, purpose, site}); err != nil {
			return err
		}
		return p.put(db.NewID(), Leaf{Kind: admitLeaf}, me)
	}))
}

// Candidate is somebody who could be admitted: they have opened their rooms once.
type Candidate struct {
	User         db.ID
	Name         string
	Fingerprints []string // of each of their keys, the newest last
	public       [][]byte
}

// Candidate finds a user by log-in, with the keys that are to be compared before they are
// admitted.
func (v *Vault) Candidate(ctx context.Context, login string) (c Candidate, err error) {
	const op = "seal.Candidate"
	_, _, err = v.opened(ctx, op)
	if err != nil {
		return c, err
	}
	err = v.DB.Read(ctx, func(tx *db.Tx) (err error) { c, err = v.candidate(tx, login); return err })
	return c, fault.Wrap(op, err)
}

func (v *Vault) candidate(tx *db.Tx, login string) (c Candidate, err error) {
	const op = "seal.candidate"
	u, err := access.UserOf(tx, login)
	if fault.Is(err, fault.NotFound) || err == nil && u.Disabled {
		return c, fault.Field(op, "login", "seal.error.login")
	}
	if err != nil {
		return c, err
	}
	c.User, c.Name = u.ID, u.Name
	if c.public, err = publics(tx, u.ID); err != nil {
		return c, err
	}
	if len(c.public) == 0 {
		return c, fault.Field(op, "login", "seal.error.no_key")
	}
	for _, p := range c.public {
		c.Fingerprints = append(c.Fingerprints, Fingerprint(p))
	}
	return c, nil
}

// Admit admits a user with one of their keys: that whose fingerprint was compared. Somebody
// who is a member already gets that key besides, as after a reset or at another installation.
func (v *Vault) Admit(ctx context.Context, id db.ID, login, fingerprint string) error {
	const op = "seal.Admit"
	return v.write(ctx, op, id, func(tx *db.Tx, p *pen) error {
		c, err := v.candidate(tx, login)
		if err != nil {
			return err
		}
		i := slices.Index(c.Fingerprints, tidy(fingerprint))
		if i < 0 {
			return fault.Field(op, "fingerprint", "seal.error.fingerprint")
		}
		r := v.roomOf(ctx, p, id)
		m := Member{User: c.User, Name: c.Name}
		for _, have := range r.Members {
			if have.User == c.User {
				m.Public = have.Public
			}
		}
		if !slices.ContainsFunc(m.Public, func(have []byte) bool { return bytes.Equal(have, c.public[i]) }) {
			m.Public = append(slices.Clone(m.Public), c.public[i])
		}
		if err := p.put(db.NewID(), Leaf{Kind: admitLeaf}, m); err != nil {
			return err
		}
		return p.grant([]Member{m})
	})
}

// tidy writes a fingerprint as Fingerprint does, however it was typed.
func tidy(typed string) string {
	text := strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '2' && r <= '7' {
			return r
		}
		return -1
	}, strings.ToUpper(typed))
	var parts []string
	for len(text) > 4 {
		parts, text = append(parts, text[:4]), text[4:]
	}
	return strings.Join(append(parts, text), " ")
}

// roomOf is the room that write looked up.
func (v *Vault) roomOf(ctx context.Context, p *pen, id db.ID) *room {
	o, ok := v.ring.get(v.Session(ctx), p.actor.User, v.Clock())
	if !ok || o.rooms[id] == nil {
		return &room{}
	}
	return o.rooms[id]
}

// Remove takes a member out: the key turns for those who stay. The last one cannot leave:
// nobody could read what is there.
func (v *Vault) Remove(ctx context.Context, id, user db.ID) error {
	const op = "seal.Remove"
	return v.write(ctx, op, id, func(tx *db.Tx, p *pen) error {
		r := v.roomOf(ctx, p, id)
		stay := slices.DeleteFunc(slices.Clone(r.Members), func(m Member) bool { return m.User == user })
		switch {
		case len(stay) == len(r.Members):
			return fault.New(fault.NotFound, op, "page.error.not_found")
		case len(stay) == 0:
			return fault.New(fault.Conflict, op, "seal.error.last")
		}
		if p.key != r.heads[0] { // write has turned it already
			r = &room{Room: r.Room, heads: []granted{p.key}}
		}
		// Under the key before the turn, so that their own screen knows it too.
		if err := p.put(db.NewID(), Leaf{Kind: leaveLeaf}, Member{User: user}); err != nil {
			return err
		}
		return p.turn(r, stay)
	})
}

// Put keeps something in a room. doc is made when the form is shown, so that a form that is
// sent twice is kept once.
func (v *Vault) Put(ctx context.Context, id, doc db.ID, kind string, record, person db.ID, body any) error {
	const op = "seal.Put"
	return v.write(ctx, op, id, func(tx *db.Tx, p *pen) error {
		err := p.put(doc, Leaf{Kind: kind, Record: record, Person: person}, body)
		if fault.Is(err, fault.Conflict) {
			return fault.New(fault.Conflict, op, "seal.error.sent_twice")
		}
		return err
	})
}

const eraseLeaf = "room.erase"

// Ask asks that all of a record be destroyed; another member must agree. Leaves answers it
// with the others, under the kind that IsErasure knows.
func (v *Vault) AskErase(ctx context.Context, id, record db.ID) error {
	return v.Put(ctx, id, db.NewID(), eraseLeaf, record, db.ID{}, struct{}{})
}

// IsErasure reports whether a leaf asks for the erasure of its record.
func IsErasure(l Leaf) bool { return l.Kind == eraseLeaf }

// Erase destroys every leaf of a record for which another member asked: payloads and keys,
// here and wherever they went, by entries that name the documents and both members.
func (v *Vault) Erase(ctx context.Context, id, record db.ID) error {
	const op = "seal.Erase"
	return v.write(ctx, op, id, func(tx *db.Tx, p *pen) error {
		r := v.roomOf(ctx, p, id)
		var asked *Leaf
		for _, l := range r.leaves {
			if l.Record == record && IsErasure(*l) && l.By != p.actor.User {
				asked = l
			}
		}
		if asked == nil {
			return fault.New(fault.Conflict, op, "seal.error.two")
		}
		by := p.actor.Author()
		first := by
		first.User = asked.By
		for _, l := range r.leaves {
			if l.Record != record {
				continue
			}
			if err := v.Journal.Erase(tx, first, by, l.ID, "sealed"); err != nil {
				return err
			}
		}
		return nil
	})
}
