package sync

import (
	"context"
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// HubSession is the hub's side of one exchange with one node. It is for one
// goroutine.
type HubSession struct {
	s       *Service
	d       Deps
	peer    Peer
	self    db.ID            // the node's installation
	own     []db.ID          // under which it writes, and of which it has everything
	all     []db.ID          // under which it ever wrote
	old     db.ID            // the feed that it had until now
	origins []journal.Origin // under which it may write
	copies  []journal.Origin // of others, which it has and this hub has too
	pack    *journal.Packer
	take    *journal.Unpacker
	past    []journal.Entry // what the stream down goes on from, until its first chunk
	sent    journal.FeedHead
	under   window[uint64] // where in the feed each chunk ends
	counted int64
	behind  int64 // entries that the node has and this hub has not, as far as it has said

	back  bool           // this hub does not have all that it sent to the node
	bare  []journal.Head // of which it asked for the payloads
	asked int64          // how far the node is asked with that
	parts uint64         // chunks of parts that the node has brought

	began, ended, over bool
	file               bool // what the node sent before it could be answered
}

// NewHubSession begins an exchange with a node that the transport has recognised.
func NewHubSession(s *Service, p Peer) *HubSession {
	return &HubSession{s: s, d: s.Deps, peer: p, under: newWindow[uint64](), pack: journal.NewPacker(), take: journal.NewUnpacker()}
}

// Over reports whether nothing more will be answered.
func (s *HubSession) Over() bool { return s.over }

// Receive takes a frame of the node's and answers those to send. A fault of the
// node's is answered as trouble; an error is one of ours, or the link's.
func (s *HubSession) Receive(ctx context.Context, f Frame) ([]Frame, error) {
	out, err := s.receive(ctx, f)
	if err == nil || !answers(err) {
		return out, err
	}
	s.over = true
	key := fault.KeyOf(err)
	if err := s.note(ctx, key); err != nil {
		return nil, err
	}
	return frames(typeTrouble, Trouble{Code: string(fault.CodeOf(err)), Key: key})
}

// answers reports whether an error is the node's to hear, rather than that of this
// machine.
func answers(err error) bool {
	return fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) || fault.Is(err, fault.Forbidden) || fault.Is(err, fault.NotFound)
}

func (s *HubSession) receive(ctx context.Context, f Frame) ([]Frame, error) {
	if s.over || s.began == (f.Type == typeHello) {
		return nil, badFrame()
	}
	switch f.Type {
	case typeHello:
		return s.hello(ctx, f)
	case typeEntries:
		return s.entries(ctx, f)
	case typeTaken:
		return s.taken(ctx, f)
	case typeParts:
		return s.brought(ctx, f)
	case typeEnd:
		s.ended = true
		if err := s.nothingBehind(ctx); err != nil {
			return nil, err
		}
		return s.pump(ctx)
	case typeFetch:
		return s.fetch(ctx, f)
	case typeTrouble:
		var t Trouble
		if err := f.read(&t); err != nil {
			return nil, err
		}
		s.over = true
		return nil, s.note(ctx, t.known())
	}
	return nil, badFrame()
}

func (s *HubSession) hello(ctx context.Context, f Frame) ([]Frame, error) {
	const op = "sync.Hello"
	var h hello
	if err := f.read(&h); err != nil {
		return nil, err
	}
	self, err := idOf(h.Installation)
	if err != nil {
		return nil, err
	}
	theirs, err := fromHeads(h.Heads)
	if err != nil {
		return nil, err
	}
	if h.Protocol != protocol {
		return nil, fault.New(fault.Conflict, op, "sync.other_protocol")
	}
	s.self, s.file, s.under.open = self, h.File, h.File
	var w welcome
	var past []journal.Entry
	err = s.d.DB.Write(ctx, func(tx *db.Tx) error {
		if s.peer, err = peerBy(tx, "id", s.peer.ID); err != nil {
			return err
		}
		if s.peer.State != Enrolled {
			return fault.New(fault.Forbidden, op, "sync.revoked")
		}
		if w, err = s.meet(tx, &h, theirs); err != nil || h.Fresh {
			return err
		}
		has, err := fromHeads(w.Heads)
		if err != nil {
			return err
		}
		past, err = pastOf(tx, s.d.Journal, s.self, has)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.began = true
	knows := w.Heads
	if h.File {
		knows = h.Assumed
	}
	heads, err := fromHeads(knows)
	if err != nil {
		return nil, err
	}
	for _, k := range heads {
		s.take.Knows(k)
	}
	if err := s.take.Prime(past); err != nil {
		return nil, err
	}
	if h.Primes {
		s.past = past
	}
	out, err := frames(typeWelcome, w)
	if err != nil {
		return nil, err
	}
	more, err := s.pump(ctx)
	return append(out, more...), err
}

// meet compares what the node has with what is here, and answers where both go on.
func (s *HubSession) meet(tx *db.Tx, h *hello, theirs []journal.Head) (welcome, error) {
	here, err := s.d.Journal.Installation(tx)
	if err != nil {
		return welcome{}, err
	}
	has, err := s.heads(tx, theirs)
	if err != nil {
		return welcome{}, err
	}
	s.old = s.peer.Feed
	if err := s.known(tx, here, theirs); err != nil {
		return welcome{}, err
	}
	ticket, err := s.ticket(tx, h.Ticket)
	if err != nil {
		return welcome{}, err
	}
	feed, at, err := s.feedFor(tx, h)
	if err != nil {
		return welcome{}, err
	}
	s.sent = at
	if _, err := s.d.Journal.DropGuests(tx, feed, 100); err != nil {
		return welcome{}, err
	}
	s.behind = behindOf(theirs, has)
	_, err = tx.Exec("UPDATE sync_node SET contact = ?, trouble = '', feed = ?, taken = ?, behind = ?, asked = ? WHERE id = ?",
		s.d.Clock(), feed, int64(at.Seq), s.behind, s.peer.asked, s.peer.ID)
	s.peer.Feed = feed
	if !s.file {
		if s.bare, s.asked, err = s.d.Journal.Bare(tx, s.peer.asked, bareMost); err != nil {
			return welcome{}, err
		}
	}
	return welcome{Protocol: protocol, Program: s.d.Program, Hub: here[:], Feed: feed[:], At: toPosition(at), Heads: toHeads(has),
		Name: s.peer.Name, Sites: s.peer.Sites, Back: s.back, Ticket: ticket, Bare: toHeads(s.bare)}, err
}

// heads are what is here of the origins that the node has written. Of its own
// installation that is all that is here, also what the node does not know of: a copy
// from before it wrote the first entry of an origin names none of that origin.
func (s *HubSession) heads(tx *db.Tx, theirs []journal.Head) ([]journal.Head, error) {
	all, err := s.d.Journal.Heads(tx)
	if err != nil {
		return nil, err
	}
	s.origins = s.origins[:0]
	for _, t := range theirs {
		s.origins = append(s.origins, t.Origin)
	}
	return slices.DeleteFunc(all, func(h journal.Head) bool {
		return h.Origin.Installation != s.self && !slices.Contains(s.origins, h.Origin)
	}), nil
}

// behindOf is how many entries are there and not here.
func behindOf(theirs, has []journal.Head) (n int64) {
	for _, t := range theirs {
		i := slices.IndexFunc(has, func(h journal.Head) bool { return h.Origin == t.Origin })
		switch {
		case i < 0:
			n += int64(t.Seq)
		case has[i].Seq < t.Seq:
			n += int64(t.Seq - has[i].Seq)
		}
	}
	return n
}

// nothingBehind notes that the node has sent all it had, and what it was asked for.
func (s *HubSession) nothingBehind(ctx context.Context) error {
	asked := max(s.asked, s.peer.asked)
	if s.behind == 0 && asked == s.peer.asked {
		return nil
	}
	s.behind, s.peer.asked = 0, asked
	return s.d.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec("UPDATE sync_node SET behind = 0, asked = ? WHERE id = ?", asked, s.peer.ID)
		return err
	})
}

// feedFor answers the node's feed and where it goes on. A node that has taken
// something else than was sent, or a hub that went back to an older copy of itself,
// begins a new feed: what is there already costs the link, and loses nothing.
func (s *HubSession) feedFor(tx *db.Tx, h *hello) (db.ID, journal.FeedHead, error) {
	at, err := h.At.head()
	if err != nil {
		return db.ID{}, at, err
	}
	if f := s.peer.Feed; !f.IsZero() && slices.Equal(h.Feed, f[:]) {
		ok, err := s.d.Journal.FeedAt(tx, f, at)
		if err != nil || ok {
			return f, at, err
		}
	} else if !f.IsZero() && len(h.Feed) == 0 {
		return f, journal.FeedHead{}, nil
	}
	if len(h.Feed) > 0 {
		taken, err := idOf(h.Feed)
		if err != nil {
			return db.ID{}, at, err
		}
		knows, err := s.d.Journal.FeedAt(tx, taken, at)
		if err != nil && fault.KeyOf(err) != "journal.no_feed" {
			return db.ID{}, at, err
		}
		s.back = !knows && !s.file
	}
	f := db.NewID()
	if err := s.d.Journal.NewFeed(tx, f); err != nil {
		return f, at, err
	}
	s.peer.asked = 0 // another disk than the one that was asked
	if s.old.IsZero() && len(h.Feed) > 0 && !s.back {
		s.old = db.ID(h.Feed) // it took another node's before it became one of its own
	}
	if !s.old.IsZero() {
		err = s.d.Journal.Inherit(tx, f, s.old, s.filter())
	}
	return f, journal.FeedHead{}, err
}

func (s *HubSession) entries(ctx context.Context, f Frame) ([]Frame, error) {
	parts, err := s.take.Unpack(f.Body)
	if err != nil {
		return nil, err
	}
	entries := make([]journal.Entry, len(parts))
	for i := range parts {
		if !slices.Contains(s.origins, parts[i].Version.Origin) {
			if parts[i].Version.Origin.Installation != s.self {
				return nil, fault.New(fault.Forbidden, "sync.Entries", "sync.not_yours")
			}
			s.origins = append(s.origins, parts[i].Version.Origin)
		}
		entries[i] = parts[i].Entry
	}
	return s.acknowledge(ctx, int64(len(entries)), func(tx *db.Tx) ([]journal.Head, error) {
		if err := s.d.Journal.ApplyIn(tx, entries); err != nil {
			return nil, err
		}
		return nil, s.d.Journal.CameBare(tx, s.peer.Feed, entries)
	})
}

// acknowledge takes a chunk, which holds so many entries of the node's own, and answers
// that it did, in one transaction.
func (s *HubSession) acknowledge(ctx context.Context, own int64, take func(tx *db.Tx) (refused []journal.Head, err error)) ([]Frame, error) {
	var a acked
	behind := max(0, s.behind-own)
	err := s.d.DB.Write(ctx, func(tx *db.Tx) error {
		refused, err := take(tx)
		if err != nil {
			return err
		}
		if a, err = s.receipt(tx); err != nil {
			return err
		}
		a.Refused = toHeads(refused)
		_, err = tx.Exec("UPDATE sync_node SET contact = ?, received = ?, behind = ? WHERE id = ?", s.d.Clock(), int64(a.Received), behind, s.peer.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.ended, s.behind, s.counted = false, behind, s.counted+own
	out, err := frames(typeAcked, a)
	if err != nil {
		return nil, err
	}
	more, err := s.pump(ctx)
	return append(out, more...), err
}

// receipt is what the hub has of the node's origins.
func (s *HubSession) receipt(tx *db.Tx) (acked, error) {
	all, err := s.d.Journal.Heads(tx)
	if err != nil {
		return acked{}, err
	}
	has := slices.DeleteFunc(all, func(h journal.Head) bool {
		return !slices.Contains(s.origins, h.Origin) && !slices.Contains(s.copies, h.Origin)
	})
	var n uint64
	for _, h := range has {
		if !slices.Contains(s.copies, h.Origin) {
			n += h.Seq
		}
	}
	return acked{Heads: toHeads(has), Received: n, Parts: s.parts}, nil
}

func (s *HubSession) taken(ctx context.Context, f Frame) ([]Frame, error) {
	var p position
	if err := f.read(&p); err != nil {
		return nil, err
	}
	s.under.arrived(s.d.Clock(), func(end uint64) bool { return end <= p.Seq })
	err := s.d.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec("UPDATE sync_node SET contact = ?, taken = ? WHERE id = ?", s.d.Clock(), int64(p.Seq), s.peer.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.pump(ctx)
}

func (s *HubSession) filter() journal.Filter { return s.peer.filter(s.own, s.all) }

// filter says what belongs to a node: whom its sites see, and whom it writes about.
// own and all are the names under which it writes, and ever wrote.
func (p Peer) filter(own, all []db.ID) journal.Filter {
	return journal.Filter{Reference: true, Most: p.Most,
		Own: func(i db.ID) bool { return slices.Contains(own, i) },
		Wants: func(h *journal.Header) bool {
			return h.Site != "" && slices.Contains(p.Sites, h.Site) || slices.Contains(all, h.Version.Origin.Installation)
		}}
}

// pump sends what the window has room for, and says so when nothing is left.
func (s *HubSession) pump(ctx context.Context) ([]Frame, error) {
	var out []Frame
	for s.under.free() && (s.ended || !s.back) {
		f, err := s.next(ctx)
		if err != nil {
			return nil, err
		}
		if f == nil {
			break
		}
		out = append(out, *f)
	}
	if !s.ended || !s.under.empty() {
		return out, nil
	}
	var n, in int64
	err := s.d.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if in, err = s.d.Journal.InScope(tx, s.peer.Feed); err != nil {
			return err
		}
		return tx.Row("SELECT received FROM sync_node WHERE id = ?", s.peer.ID).Scan(&n)
	})
	if err != nil {
		return nil, err
	}
	f, err := frameOf(typeLevel, level{Received: uint64(n), Full: s.peer.Most > 0 && in >= s.peer.Most})
	return append(out, f), err
}

// next makes the next chunk of the feed, filling it first, or answers nil.
func (s *HubSession) next(ctx context.Context) (*Frame, error) {
	list, err := s.read(ctx)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		for more := true; more && len(list) == 0; {
			err := s.d.DB.Write(ctx, func(tx *db.Tx) (err error) {
				_, more, err = s.d.Journal.FillFeed(tx, s.peer.Feed, s.filter(), chunkMost)
				return err
			})
			if err != nil {
				return nil, err
			}
			if list, err = s.read(ctx); err != nil {
				return nil, err
			}
		}
	}
	if len(list) == 0 {
		return nil, nil
	}
	return s.chunk(list)
}

func (s *HubSession) read(ctx context.Context) (list []journal.Item, err error) {
	err = s.d.DB.Read(ctx, func(tx *db.Tx) (err error) {
		list, err = s.d.Journal.Feed(tx, s.peer.Feed, s.sent.Seq, chunkMost)
		return err
	})
	return list, err
}

func (s *HubSession) chunk(list []journal.Item) (*Frame, error) {
	if err := s.pack.Prime(s.past); err != nil {
		return nil, err
	}
	s.past = nil
	f, sent, err := packItems(s.pack, s.sent, list)
	if err != nil {
		return nil, err
	}
	s.sent = sent
	s.under.send(len(f.Body), s.d.Clock(), s.sent.Seq)
	return &f, nil
}

// packItems packs the items of a feed that follow after from, as many as a chunk takes,
// and answers where they end.
func packItems(pack *journal.Packer, from journal.FeedHead, list []journal.Item) (Frame, journal.FeedHead, error) {
	m := items{From: toPosition(from)}
	packed := 0
	for i := range list {
		it := &list[i]
		for len(m.Runs) == 0 || (len(m.Runs)%2 == 1) != (it.Op == journal.OpEntry) {
			m.Runs = append(m.Runs, 0) // entries, drops, entries …
		}
		m.Runs[len(m.Runs)-1]++
		if it.Op == journal.OpEntry {
			if err := pack.Add(&it.Part.Entry, it.Part.Prev); err != nil {
				return Frame{}, from, err
			}
			packed++
		} else {
			m.Drops = append(m.Drops, it.Doc[:])
		}
		if pack.Size() >= chunkGoal {
			list = list[:i+1]
			break
		}
	}
	to := from.Chain(list)
	m.To = toPosition(to)
	if packed > 0 {
		chunk, err := pack.Chunk()
		if err != nil {
			return Frame{}, from, err
		}
		m.Chunk = chunk
	}
	f, err := frameOf(typeItems, m)
	return f, to, err
}

// note keeps why a session ended.
func (s *HubSession) note(ctx context.Context, key string) error {
	return s.d.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec("UPDATE sync_node SET trouble = ?, contact = ? WHERE id = ?", key, s.d.Clock(), s.peer.ID)
		return err
	})
}

// Took is how many entries the node sent.
func (s *HubSession) Took() int64 { return s.counted }
