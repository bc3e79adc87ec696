package sync

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Deps are what a side of the exchange needs.
type Deps struct {
	DB      *db.DB
	Journal *journal.Journal
	Clock   func() time.Time
	Program string // version, for the other side's eyes
	Log     *slog.Logger
}

// NodeSession is a node's side of one exchange. It is for one goroutine.
type NodeSession struct {
	d     Deps
	hub   Hub
	self  db.ID // installation
	feed  db.ID
	at    journal.FeedHead
	now   journal.FeedHead // where this node stood when a batch was opened
	has   []journal.Head   // what the hub says it has
	sent  map[journal.Origin]uint64
	under window[sentUp]
	pack  *journal.Packer
	take  *journal.Unpacker
	past  []journal.Entry // what the stream down goes on from, until its first chunk

	began, ended, level bool
	ask                 *Ask // for a person, until it is answered
	found               bool
	fresh               bool // begin from nothing, without what both sides have
	file                bool // nobody answers
	back                bool // the hub went back: it is brought what came from it
	brought             int64
	parts, judged       uint64         // chunks of that which were sent, and which the hub took or refused
	refused             []journal.Head // of it, to be issued again
	bare                []journal.Head // of which the hub asks for the payloads
	trouble             *Trouble

	Sent, Up, Down int64 // entries sent, of these acknowledged, and items taken
}

// sentUp is what the hub says it has once it has taken a chunk: each origin up to
// here, and so many chunks of parts.
type sentUp struct {
	to      map[journal.Origin]uint64
	entries int64
	part    uint64
}

// NewNodeSession begins an exchange with the hub where this node is enrolled.
func NewNodeSession(ctx context.Context, d Deps) (*NodeSession, error) {
	s := &NodeSession{d: d, under: newWindow[sentUp](), sent: make(map[journal.Origin]uint64), pack: journal.NewPacker(), take: journal.NewUnpacker()}
	err := d.DB.Read(ctx, func(tx *db.Tx) (err error) { s.hub, err = hubOf(tx); return err })
	return s, err
}

// Start answers the first frame.
func (s *NodeSession) Start(ctx context.Context) ([]Frame, error) {
	var h hello
	err := s.d.DB.Write(ctx, func(tx *db.Tx) error {
		self, err := s.d.Journal.Installation(tx)
		if err != nil {
			return err
		}
		heads, err := s.d.Journal.Heads(tx)
		if err != nil {
			return err
		}
		if !s.hub.Feed.IsZero() {
			if s.at, err = s.d.Journal.Taken(tx, s.hub.Feed); err != nil {
				return err
			}
		}
		s.self = self
		if s.file {
			if s.has, err = ackedHeads(tx); err != nil {
				return err
			}
		}
		h = hello{Protocol: protocol, Program: s.d.Program, Installation: self[:], Heads: toHeads(heads), At: toPosition(s.at), Fresh: s.fresh, Ticket: s.hub.ticket, Primes: !s.fresh && !s.file}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if !s.hub.Feed.IsZero() {
		h.Feed = s.hub.Feed[:]
	}
	if s.file {
		h.File, h.Fresh, h.Assumed = true, true, toHeads(s.has)
		for _, k := range s.has {
			s.sent[k.Origin] = k.Seq
			s.pack.Knows(k)
		}
	}
	return frames(typeHello, h)
}

func frames(t Type, v any) ([]Frame, error) {
	f, err := frameOf(t, v)
	return []Frame{f}, err
}

// Done reports whether both sides have said all they had.
func (s *NodeSession) Done() bool {
	return s.trouble != nil || s.level && s.ended && s.ask == nil && s.under.empty()
}

// Trouble is why the hub ended the exchange, or nil.
func (s *NodeSession) Trouble() *Trouble { return s.trouble }

// Receive takes a frame of the hub's and answers those to send.
func (s *NodeSession) Receive(ctx context.Context, f Frame) ([]Frame, error) {
	if !s.began && f.Type != typeWelcome && f.Type != typeTrouble {
		return nil, badFrame()
	}
	switch f.Type {
	case typeWelcome:
		return s.welcome(ctx, f)
	case typeAcked:
		return s.acked(ctx, f)
	case typeItems:
		return s.items(ctx, f)
	case typeFetched:
		var a fetched
		if err := f.read(&a); err != nil || s.ask == nil {
			return nil, badFrame()
		}
		s.ask, s.found, s.level = nil, a.Found, false
		return frames(typeEnd, struct{}{}) // so that the hub says when it has sent them
	case typeLevel:
		return nil, s.levelled(ctx, f)
	case typeTrouble:
		var t Trouble
		if err := f.read(&t); err != nil {
			return nil, err
		}
		s.trouble = &t
		return nil, s.keepTrouble(ctx, t.known())
	}
	return nil, badFrame()
}

func (s *NodeSession) welcome(ctx context.Context, f Frame) ([]Frame, error) {
	var w welcome
	if err := f.read(&w); err != nil {
		return nil, err
	}
	feed, err := idOf(w.Feed)
	if err != nil {
		return nil, err
	}
	if s.has, err = fromHeads(w.Heads); err != nil {
		return nil, err
	}
	at, err := w.At.head()
	if err != nil {
		return nil, err
	}
	if s.bare, err = fromHeads(w.Bare); err != nil || len(s.bare) > bareMost {
		return nil, badFrame()
	}
	s.feed, s.began, s.back = feed, true, w.Back
	for _, h := range s.has {
		s.sent[h.Origin] = h.Seq
		s.pack.Knows(h)
	}
	var past []journal.Entry
	err = s.d.DB.Write(ctx, func(tx *db.Tx) error {
		if err := s.compare(tx); err != nil {
			return err
		}
		if s.at, err = s.d.Journal.Taken(tx, feed); err != nil {
			return err
		}
		if err := keepAcked(tx, s.has); err != nil {
			return err
		}
		if !s.fresh {
			if past, err = pastOf(tx, s.d.Journal, s.self, s.has); err != nil {
				return err
			}
		}
		sites, err := json.Marshal(append([]string{}, w.Sites...))
		if err != nil {
			return err
		}
		adopted := feed
		if w.Back {
			adopted = s.hub.Feed
		}
		_, err = tx.Exec("UPDATE sync_hub SET feed = ?, name = ?, sites = ?, contact = ?, trouble = '', ticket = COALESCE(?, ticket)", adopted, w.Name, string(sites), s.d.Clock(), w.Ticket)
		return err
	})
	if err != nil {
		return nil, err
	}
	if s.now = s.at; s.at != at && !s.file {
		return nil, fault.New(fault.Conflict, "sync.Welcome", "sync.other_position")
	}
	if err := s.pack.Prime(past); err != nil {
		return nil, err
	}
	s.past = past
	if s.file {
		return nil, nil
	}
	out, err := s.pump(ctx)
	if err != nil || s.ask == nil {
		return out, err
	}
	ask, err := frameOf(typeFetch, s.ask)
	return append(out, ask), err
}

// pastOf reads the entries that both sides have and that the stream begins from: a
// short session would otherwise explain each kind, officer and field again.
func pastOf(tx *db.Tx, j *journal.Journal, self db.ID, has []journal.Head) ([]journal.Entry, error) {
	var past []journal.Entry
	for _, h := range has {
		if h.Origin.Installation != self || len(past) >= journal.WirePast {
			continue
		}
		from := h.Seq - min(h.Seq, uint64(journal.WirePast-len(past)))
		entries, err := j.After(tx, h.Origin, from, int(h.Seq-from))
		if err != nil {
			return nil, err
		}
		past = append(past, entries...)
	}
	return past, nil
}

// compare looks whether what the hub has of this node's origins is what is here. If
// it is not, two machines wrote under one name, and nothing is sent. What stands here
// beside the chains came from a hub, and is another matter (see again).
func (s *NodeSession) compare(tx *db.Tx) error {
	heads, err := s.d.Journal.Heads(tx)
	if err != nil {
		return err
	}
	for _, own := range heads {
		for _, h := range s.has {
			if h.Origin != own.Origin || h.Seq > own.Seq {
				continue
			}
			same, err := s.d.Journal.InChain(tx, h)
			if err != nil {
				return err
			}
			if !same {
				return fault.New(fault.Conflict, "sync.Welcome", "sync.fork")
			}
		}
	}
	return nil
}

// pump sends what the window has room for.
func (s *NodeSession) pump(ctx context.Context) ([]Frame, error) {
	var out []Frame
	for s.under.free() && !s.ended {
		f, err := s.next(ctx)
		if err != nil {
			return nil, err
		}
		if f == nil && s.back && s.waits() {
			return out, nil // until the hub has said what it refuses of what it was brought
		}
		if f == nil {
			s.ended = true
			end, err := frameOf(typeEnd, struct{}{})
			if err != nil {
				return nil, err
			}
			return append(out, end), nil
		}
		out = append(out, *f)
	}
	return out, nil
}

// next packs the next chunk, or answers nil when everything is sent. What is brought goes
// first: what was written here since was written on it.
func (s *NodeSession) next(ctx context.Context) (*Frame, error) {
	if s.back {
		if f, err := s.bring(ctx); f != nil || err != nil || s.waits() {
			return f, err
		}
	}
	var parts []journal.Part
	err := s.d.DB.Read(ctx, func(tx *db.Tx) (err error) {
		parts, err = s.unsent(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(parts) == 0 {
		return s.fill(ctx)
	}
	up := sentUp{to: make(map[journal.Origin]uint64), entries: int64(len(parts))}
	for i := range parts {
		if err := s.pack.Add(&parts[i].Entry, parts[i].Prev); err != nil {
			return nil, err
		}
		v := parts[i].Version
		s.sent[v.Origin], up.to[v.Origin] = v.Seq, v.Seq
	}
	chunk, err := s.pack.Chunk()
	if err != nil {
		return nil, err
	}
	s.Sent += up.entries
	s.under.send(len(chunk), s.d.Clock(), up)
	return &Frame{typeEntries, slices.Clone(chunk)}, nil
}

// unsent reads what the next chunk holds: entries in the order of their origins, as
// many as make a chunk.
func (s *NodeSession) unsent(tx *db.Tx) ([]journal.Part, error) {
	heads, err := s.d.Journal.Heads(tx)
	if err != nil {
		return nil, err
	}
	var out []journal.Part
	size := 0
	for _, h := range heads {
		for at := s.sent[h.Origin]; at < h.Seq && size < chunkGoal && len(out) < chunkMost; {
			prev, _, err := s.d.Journal.HashAt(tx, h.Origin, at)
			if err != nil {
				return nil, err
			}
			entries, err := s.d.Journal.After(tx, h.Origin, at, 32)
			if err != nil {
				return nil, err
			}
			if len(entries) == 0 {
				return nil, fault.New(fault.Internal, "sync.Next", "sync.gap_here")
			}
			for i := 0; i < len(entries) && size < chunkGoal; i++ {
				out = append(out, journal.Part{Entry: entries[i], Prev: prev})
				size += len(entries[i].Raw) + len(entries[i].Payload)
				prev, at = entries[i].Hash, entries[i].Version.Seq
			}
		}
	}
	return out, nil
}

func (s *NodeSession) acked(ctx context.Context, f Frame) ([]Frame, error) {
	var a acked
	if err := f.read(&a); err != nil {
		return nil, err
	}
	heads, err := fromHeads(a.Heads)
	if err != nil {
		return nil, err
	}
	refused, err := fromHeads(a.Refused)
	if err != nil {
		return nil, err
	}
	s.refused, s.judged = append(s.refused, refused...), a.Parts
	at := make(map[journal.Origin]uint64, len(heads))
	for _, h := range heads {
		at[h.Origin] = h.Seq
	}
	s.under.arrived(s.d.Clock(), func(c sentUp) bool {
		if !reached(at, c.to) || c.part > a.Parts {
			return false
		}
		s.Up += c.entries
		return true
	})
	s.has = heads
	err = s.d.DB.Write(ctx, func(tx *db.Tx) error {
		if err := keepAcked(tx, heads); err != nil {
			return err
		}
		_, err := tx.Exec("UPDATE sync_hub SET contact = ?, received = ?", s.d.Clock(), int64(a.Received))
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.pump(ctx)
}

func reached(at, to map[journal.Origin]uint64) bool {
	for o, seq := range to {
		if at[o] < seq {
			return false
		}
	}
	return true
}

func (s *NodeSession) items(ctx context.Context, f Frame) ([]Frame, error) {
	var m items
	if err := f.read(&m); err != nil {
		return nil, err
	}
	if err := s.take.Prime(s.past); err != nil { // nothing, where the hub does without
		return nil, err
	}
	s.past = nil
	list, from, to, err := m.unpack(s.take)
	if err != nil {
		return nil, err
	}
	if s.file && to.Seq <= s.now.Seq {
		return nil, nil // a batch that is taken twice
	}
	if err := s.adopt(ctx); err != nil {
		return nil, err
	}
	if s.at, err = s.d.Journal.TakeFeed(ctx, s.feed, from, to, list, s.has, nil); err != nil {
		return nil, err
	}
	s.Down += int64(len(list))
	s.level = false
	return frames(typeTaken, toPosition(s.at))
}

func (s *NodeSession) levelled(ctx context.Context, f Frame) error {
	var l level
	if err := f.read(&l); err != nil {
		return err
	}
	if err := s.adopt(ctx); err != nil {
		return err
	}
	s.level = true
	trouble := ""
	if l.Full {
		trouble = "sync.full"
	}
	return s.d.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec("UPDATE sync_hub SET contact = ?, received = ?, trouble = ?", s.d.Clock(), int64(l.Received), trouble)
		return err
	})
}

func (s *NodeSession) keepTrouble(ctx context.Context, key string) error {
	return s.d.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec("UPDATE sync_hub SET trouble = ?", key)
		return err
	})
}

// unpack answers the items of a message.
func (m *items) unpack(u *journal.Unpacker) (list []journal.Item, from, to journal.FeedHead, err error) {
	if from, err = m.From.head(); err != nil {
		return nil, from, to, err
	}
	if to, err = m.To.head(); err != nil {
		return nil, from, to, err
	}
	var parts []journal.Part
	if len(m.Chunk) > 0 {
		if parts, err = u.Unpack(m.Chunk); err != nil {
			return nil, from, to, err
		}
	}
	drops := m.Drops
	for i, n := range m.Runs {
		for range n {
			if i%2 == 0 {
				if len(parts) == 0 {
					return nil, from, to, badFrame()
				}
				list = append(list, journal.Item{Op: journal.OpEntry, Part: parts[0]})
				parts = parts[1:]
				continue
			}
			if len(drops) == 0 {
				return nil, from, to, badFrame()
			}
			id, err := idOf(drops[0])
			if err != nil {
				return nil, from, to, err
			}
			list = append(list, journal.Item{Op: journal.OpDrop, Doc: id})
			drops = drops[1:]
		}
	}
	if len(parts)+len(drops) > 0 {
		return nil, from, to, badFrame()
	}
	return list, from, to, nil
}
