package sync

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"net/http"
	"slices"
	"time"

	"filippo.io/age"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Hub to hub. Each agreement has a feed in each direction, and a feed carries what was
// handed over under it and nothing else. The two hubs exchange messages of one form: how
// far the other's feed was taken, and the next items of the own one. Messages are small
// and rare, so there is no window: what is lost is asked for again by the next message.
// A hub never sends its journal to another one, nor a kind that goes everywhere.

const (
	pathSwap = "/sync/v1/hub/swap"
	pathAsk  = "/sync/v1/hub/ask"

	maxSwap  = 4 << 20
	halfSize = 32
)

// Sharing is what the exchange between hubs must know of agreements; the composition
// root ties it to whoever keeps them. Errors are told to the other hub by their key.
type Sharing struct {
	// Kinds are those of documents that may be in an agreement's feed at all.
	Kinds []string

	// Open lists the agreements under which something may go to or come from the hub
	// of this key now.
	Open func(tx *db.Tx, pin []byte, now time.Time) ([]db.ID, error)

	// Terms answers the digest of an agreement's terms, or why nothing may leave or
	// come under it with the hub of this key: it is over, not agreed, with another hub.
	Terms func(tx *db.Tx, agreement db.ID, pin []byte, now time.Time) ([]byte, error)

	// Leaves reports whether a document may be sent under an agreement now. It is asked
	// before a document goes into the feed and again before each sending.
	Leaves func(tx *db.Tx, agreement, doc db.ID) (bool, error)

	// Tells reports whether what one entry of such a document holds may still be told:
	// what a document said before may be more than what it says now. It is asked before
	// each sending; nil where each entry of what leaves may be told.
	Tells func(tx *db.Tx, agreement db.ID, e *journal.Entry) (bool, error)

	// Accept refuses an entry that an agreement does not allow to come.
	Accept func(tx *db.Tx, agreement db.ID, e *journal.Entry) error

	// Arrived is told of documents that have come, once they are projected, in the
	// transaction that takes them: what fails here is not taken.
	Arrived func(ctx context.Context, tx *db.Tx, agreement db.ID, docs []db.ID) error

	// Ask answers a question of the other hub; see swap_ask.go.
	Ask func(ctx context.Context, tx *db.Tx, agreement db.ID, hashes [][]byte) (db.ID, error)
}

// swap is one message.
type swap struct {
	Protocol  int      `cbor:"1,keyasint"`
	Agreement []byte   `cbor:"2,keyasint"`
	Terms     []byte   `cbor:"3,keyasint"`
	Half      []byte   `cbor:"4,keyasint"` // of the key by which identities are compared
	Feed      []byte   `cbor:"5,keyasint"` // of the sender
	At        position `cbor:"6,keyasint"` // how far the sender has taken the other's
	Items     []byte   `cbor:"7,keyasint,omitempty"`
	Seal      string   `cbor:"8,keyasint,omitempty"` // whom files for the sender are sealed to
}

// SwapReport is what one exchange under an agreement did.
type SwapReport struct{ Sent, Taken int64 }

// Swap exchanges once with every hub that this one calls, under every agreement that is
// in force with it. One that fails does not keep the others waiting.
func (s *Service) Swap(ctx context.Context, c Client) (SwapReport, error) {
	var total SwapReport
	var hubs []OtherHub
	var id identity
	err := s.DB.Write(ctx, func(tx *db.Tx) (err error) {
		if id, err = ownIdentity(tx); err != nil {
			return err
		}
		hubs, err = otherHubs(tx)
		return err
	})
	for _, h := range hubs {
		if err != nil || h.Address == "" || h.State != Enrolled || s.Sharing == nil {
			continue
		}
		one, failed := s.swapWith(ctx, c, id, h)
		total.Sent, total.Taken = total.Sent+one.Sent, total.Taken+one.Taken
		key := ""
		if failed != nil {
			key = Trouble{Key: fault.KeyOf(failed)}.known()
		}
		if noted := s.DB.Write(ctx, func(tx *db.Tx) error { return noteHub(tx, h.ID, s.Clock(), key) }); failed == nil {
			failed = noted
		}
		if failed != nil {
			err = failed
		}
	}
	return total, err
}

func (s *Service) swapWith(ctx context.Context, c Client, id identity, h OtherHub) (SwapReport, error) {
	var total SwapReport
	var open []db.ID
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) { open, err = s.Sharing.Open(tx, h.Pin, s.Clock()); return err })
	if err != nil || len(open) == 0 {
		return total, err
	}
	client, err := c.http(id, h.Pin)
	if err != nil {
		return total, err
	}
	defer client.CloseIdleConnections()
	for _, agreement := range open {
		one, failed := s.swapUnder(ctx, client, h, agreement)
		total.Sent, total.Taken = total.Sent+one.Sent, total.Taken+one.Taken
		if failed != nil {
			err = failed
		}
	}
	if total.Taken > 0 && s.Wake != nil {
		s.Wake()
	}
	return total, err
}

// swapUnder exchanges until neither side has more.
func (s *Service) swapUnder(ctx context.Context, client *http.Client, h OtherHub, agreement db.ID) (SwapReport, error) {
	var r SwapReport
	var answer *swap
	for {
		m, did, err := s.swapTurn(ctx, h, agreement, answer)
		if err != nil {
			return r, err
		}
		r.Sent, r.Taken = r.Sent+did.Sent, r.Taken+did.Taken
		if answer != nil && did == (SwapReport{}) {
			return r, nil
		}
		answer = &swap{}
		if _, err := post(ctx, client, h.Address, pathSwap, maxSwap, m, answer); err != nil {
			return r, err
		}
	}
}

func (s *Service) serveSwap(w http.ResponseWriter, r *http.Request) {
	ctx := context.WithoutCancel(r.Context())
	var m swap
	if !readMessage(w, r, maxSwap, &m) {
		refuse(w, badFrame())
		return
	}
	var h OtherHub
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) { h, err = recogniseHub(tx, clientPin(r)); return err })
	if err != nil {
		refuse(w, err)
		return
	}
	var out swap
	var did SwapReport
	agreement, err := idOf(m.Agreement)
	if err == nil {
		out, did, err = s.swapTurn(ctx, h, agreement, &m)
	}
	key := ""
	if err != nil {
		key = Trouble{Key: fault.KeyOf(err)}.known()
	}
	_ = s.DB.Write(ctx, func(tx *db.Tx) error { return noteHub(tx, h.ID, s.Clock(), key) })
	if err != nil {
		refuse(w, err)
		return
	}
	if did.Taken > 0 && s.Wake != nil {
		s.Wake()
	}
	reply(w, out)
}

// swapTurn takes a message of the other hub, if there is one, and makes the next of this
// hub. What it answers is how many items it took and put into its own.
func (s *Service) swapTurn(ctx context.Context, h OtherHub, agreement db.ID, in *swap) (swap, SwapReport, error) {
	var did SwapReport
	if s.Sharing == nil {
		return swap{}, did, fault.New(fault.Forbidden, "sync.Swap", "sync.no_agreement")
	}
	var sh share
	var terms []byte
	err := s.DB.Write(ctx, func(tx *db.Tx) (err error) {
		sh, terms, err = s.meetUnder(tx, h, agreement, in)
		return err
	})
	if err != nil {
		return swap{}, did, err
	}
	if in != nil && len(in.Items) > 0 {
		if did.Taken, err = s.takeShared(ctx, h, sh, in.Items); err != nil {
			return swap{}, did, err
		}
	}
	var out swap
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		if out, err = s.messageOf(tx, sh, terms); err != nil {
			return err
		}
		if in == nil {
			return nil // how far the other has come is not known yet
		}
		out.Items, did.Sent, err = s.nextShared(tx, h, &sh, in.At)
		return err
	})
	return out, did, err
}

// messageOf is a message without items: what was agreed, and how far the other's feed
// was taken.
func (s *Service) messageOf(tx *db.Tx, sh share, terms []byte) (swap, error) {
	out := swap{Protocol: protocol, Agreement: sh.agreement[:], Terms: terms, Half: sh.half, Feed: sh.feed[:]}
	own, err := ownIdentity(tx)
	if err == nil {
		out.Seal, err = own.recipient()
	}
	at := journal.FeedHead{}
	if err == nil && !sh.theirs.IsZero() {
		at, err = s.Journal.Taken(tx, sh.theirs)
	}
	out.At = toPosition(at)
	return out, err
}

// meetUnder compares what both hubs say that they agreed, and opens the exchange.
func (s *Service) meetUnder(tx *db.Tx, h OtherHub, agreement db.ID, in *swap) (share, []byte, error) {
	const op = "sync.Swap"
	terms, err := s.Sharing.Terms(tx, agreement, h.Pin, s.Clock())
	if err != nil {
		return share{}, nil, err
	}
	sh, err := shareOf(tx, agreement)
	if fault.Is(err, fault.NotFound) {
		sh = share{agreement: agreement, peer: h.ID, feed: db.NewID(), half: make([]byte, halfSize)}
		rand.Read(sh.half)
		if err := s.Journal.NewFeed(tx, sh.feed); err != nil {
			return sh, nil, err
		}
		err = insertShare(tx, sh)
	}
	if err != nil || in == nil {
		return sh, terms, err
	}
	theirs, err := idOf(in.Feed)
	switch {
	case err != nil:
		return sh, nil, err
	case in.Protocol != protocol:
		return sh, nil, fault.New(fault.Conflict, op, "sync.other_protocol")
	case sh.peer != h.ID:
		return sh, nil, fault.New(fault.Forbidden, op, "sync.no_agreement")
	case !hmac.Equal(in.Terms, terms):
		return sh, nil, fault.New(fault.Conflict, op, "sync.other_terms")
	case len(in.Half) != halfSize || theirs == sh.feed:
		return sh, nil, badFrame()
	}
	if in.Seal != "" && in.Seal != h.Recipient {
		if _, err := age.ParseX25519Recipient(in.Seal); err != nil {
			return sh, nil, badFrame()
		}
		if err := keepRecipient(tx, h.ID, in.Seal); err != nil {
			return sh, nil, err
		}
	}
	sh.theirs = theirs
	if sh.other == nil {
		sh.other = in.Half // the first stays: a later one would make what was compared before incomparable
	}
	return sh, terms, keepShare(tx, sh, s.Clock())
}

// takeShared checks items of the other hub's feed and takes them, all or none.
func (s *Service) takeShared(ctx context.Context, h OtherHub, sh share, body []byte) (int64, error) {
	var m items
	if err := (Frame{typeItems, body}).read(&m); err != nil {
		return 0, err
	}
	list, from, to, err := m.unpack(journal.NewUnpacker())
	if err != nil {
		return 0, err
	}
	return s.takeItems(ctx, h, sh, list, from, to)
}

func (s *Service) takeItems(ctx context.Context, h OtherHub, sh share, list []journal.Item, from, to journal.FeedHead) (int64, error) {
	docs, err := s.admit(ctx, h, sh, list)
	if err != nil {
		return 0, err
	}
	arrived := func(tx *db.Tx) error { return s.Sharing.Arrived(ctx, tx, sh.agreement, docs) }
	if _, err := s.Journal.TakeFeed(ctx, sh.theirs, from, to, list, nil, arrived); err != nil {
		return 0, err
	}
	return int64(len(list)), nil
}

// admit refuses what the agreement does not allow, before anything of it is stored: an
// entry of another kind, of an origin that is not the other hub's, about a document that
// is this side's own, or an erasure of what did not come from there.
func (s *Service) admit(ctx context.Context, h OtherHub, sh share, list []journal.Item) ([]db.ID, error) {
	var docs []db.ID
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		docs = docs[:0]
		for i := range list {
			doc, mine, err := s.admitOne(tx, h, sh, &list[i])
			if err != nil {
				return err
			}
			if mine && !slices.Contains(docs, doc) {
				docs = append(docs, doc)
			}
		}
		return nil
	})
	return docs, err
}

func (s *Service) admitOne(tx *db.Tx, h OtherHub, sh share, it *journal.Item) (doc db.ID, brought bool, err error) {
	refused := fault.New(fault.Forbidden, "sync.Swap", "sync.not_agreed")
	if it.Op != journal.OpEntry {
		ok, err := came(tx, sh.agreement, it.Doc)
		if err == nil && !ok {
			err = refused
		}
		return it.Doc, false, err
	}
	e := &it.Part.Entry
	if err := claimOrigin(tx, s.Journal, e.Version.Origin.Installation, h.ID); err != nil {
		return e.Doc, false, err
	}
	if erased, is := journal.Erases(e); is {
		ok, err := came(tx, sh.agreement, erased)
		if err == nil && !ok {
			err = refused
		}
		return e.Doc, false, err
	}
	known, err := came(tx, sh.agreement, e.Doc)
	if err != nil {
		return e.Doc, false, err
	}
	if !known {
		here, err := holds(tx, e.Doc)
		if err != nil || here {
			if err == nil {
				err = refused
			}
			return e.Doc, false, err
		}
	}
	if !slices.Contains(s.Sharing.Kinds, e.Kind) || e.Sensitivity >= journal.Sealed {
		return e.Doc, false, refused
	}
	if err := s.Sharing.Accept(tx, sh.agreement, e); err != nil {
		return e.Doc, false, err
	}
	return e.Doc, true, claimDoc(tx, sh.agreement, e.Doc)
}

// nextShared makes the next items of the own feed for a hub that has taken it as far
// as at.
func (s *Service) nextShared(tx *db.Tx, h OtherHub, sh *share, at position) ([]byte, int64, error) {
	from, err := at.head()
	if err != nil {
		return nil, 0, err
	}
	ok, err := s.Journal.FeedAt(tx, sh.feed, from)
	if err != nil {
		return nil, 0, err
	}
	if !ok {
		return nil, 0, fault.New(fault.Conflict, "sync.Swap", "sync.other_position")
	}
	sh.taken, sh.takenHash = int64(from.Seq), from.Hash[:]
	if err := keepShare(tx, *sh, s.Clock()); err != nil {
		return nil, 0, err
	}
	if err := s.fillShared(tx, *sh); err != nil {
		return nil, 0, err
	}
	list, err := s.Journal.Feed(tx, sh.feed, from.Seq, chunkMost)
	if err != nil || len(list) == 0 {
		return nil, 0, err
	}
	for i := range list {
		if err := s.withhold(tx, *sh, &list[i]); err != nil {
			return nil, 0, err
		}
	}
	f, to, err := packItems(journal.NewPacker(), from, list)
	return f.Body, int64(to.Seq - from.Seq), err
}

// fillShared appends to an agreement's feed what may leave under it now.
func (s *Service) fillShared(tx *db.Tx, sh share) error {
	var failed error
	leaves := func(head *journal.Header) bool {
		if failed != nil || !slices.Contains(s.Sharing.Kinds, head.Kind) {
			return false
		}
		back, err := came(tx, sh.agreement, head.Doc)
		if err != nil || back {
			failed = err
			return false
		}
		ok, err := s.Sharing.Leaves(tx, sh.agreement, head.Doc)
		failed = err
		return ok && head.Sensitivity < journal.Sealed
	}
	for more := true; more; {
		var err error
		if _, more, err = s.Journal.FillFeed(tx, sh.feed, journal.Filter{Wants: leaves, Allow: leaves}, chunkMost); err != nil || failed != nil {
			if err == nil {
				err = failed
			}
			return err
		}
	}
	return nil
}

// withhold takes the payload out of an item that was queued and may not leave any more,
// because consent, or what it said, was taken back meanwhile. Its place in the feed stays, so that the
// feed can still be proved; nothing about the person is in it.
func (s *Service) withhold(tx *db.Tx, sh share, it *journal.Item) error {
	if it.Op != journal.OpEntry || it.Part.Payload == nil {
		return nil
	}
	if _, is := journal.Erases(&it.Part.Entry); is {
		return nil
	}
	ok, err := s.Sharing.Leaves(tx, sh.agreement, it.Part.Doc)
	if err == nil && ok && s.Sharing.Tells != nil {
		ok, err = s.Sharing.Tells(tx, sh.agreement, &it.Part.Entry)
	}
	if err == nil && !ok {
		it.Withhold()
	}
	return err
}

// ShareStatus is what has gone and come under an agreement.
type ShareStatus struct {
	Begun   bool // the hubs have spoken
	Feed    journal.FeedHead
	Taken   int64 // of Feed, by the other hub
	Came    journal.FeedHead
	Contact time.Time
}

// ShareOf answers it.
func (s *Service) ShareOf(tx *db.Tx, agreement db.ID) (ShareStatus, error) {
	sh, err := shareOf(tx, agreement)
	if fault.Is(err, fault.NotFound) {
		return ShareStatus{}, nil
	}
	if err != nil {
		return ShareStatus{}, err
	}
	st := ShareStatus{Begun: true, Taken: sh.taken, Contact: sh.contact}
	if st.Feed, err = s.Journal.FeedHead(tx, sh.feed); err != nil || sh.theirs.IsZero() {
		return st, err
	}
	st.Came, err = s.Journal.Taken(tx, sh.theirs)
	return st, err
}

// TakenAt reports whether the other hub has a document that was sent under an agreement.
func (s *Service) TakenAt(tx *db.Tx, agreement, doc db.ID) (sent, taken bool, err error) {
	sh, err := shareOf(tx, agreement)
	if fault.Is(err, fault.NotFound) {
		return false, false, nil
	}
	if err != nil {
		return false, false, err
	}
	at, in, err := s.Journal.FeedPlace(tx, sh.feed, doc)
	return in, in && int64(at) <= sh.taken, err
}

// MatchKey is the key by which identities are compared under an agreement: made of a
// half of each side, so that neither knows it before both have signed, or nil.
func (s *Service) MatchKey(tx *db.Tx, agreement db.ID) ([]byte, error) {
	sh, err := shareOf(tx, agreement)
	if fault.Is(err, fault.NotFound) || err == nil && sh.other == nil {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	halves := [][]byte{sh.half, sh.other}
	slices.SortFunc(halves, slices.Compare)
	sum := sha256.Sum256(slices.Concat([]byte("godwit match 1\x00"), agreement[:], halves[0], halves[1]))
	return sum[:], nil
}
