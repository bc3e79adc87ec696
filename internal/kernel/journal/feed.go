package journal

import (
	"crypto/sha256"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// A feed is what one subscriber is sent: entries of any origin and drops, in one
// sequence with a chain of its own, so that a filtered copy can still be proved to
// be all that was sent and nothing else. FillFeed appends what has come since the
// last time; the subscriber takes it with TakeFeed.

// Op says what an item of a feed does.
type Op uint8

// The operations.
const (
	OpEntry Op = 1 + iota // brings an entry
	OpDrop                // takes a document away: it left the subscriber's scope
)

// Item is one item of a feed.
type Item struct {
	Op   Op
	Part Part  // of OpEntry
	Doc  db.ID // of OpDrop
}

// Filter says what belongs into a feed. It sees headers only.
type Filter struct {
	// Own reports whether an installation is the subscriber's: it has its own
	// entries already, and whom it writes about is in its scope.
	Own func(installation db.ID) bool

	// Wants reports whether an entry brings whom it is about into scope, or its
	// document if it is about nobody.
	Wants func(h *Header) bool

	// Allow reports whether an entry may be in the feed at all; nil allows every one.
	Allow func(h *Header) bool

	// Most is how many people may be in scope, so that a node never holds more than it
	// can carry; 0 is any number. Who is kept out can still be asked for one by one
	// when others have gone.
	Most int64

	// Reference says that the kinds which go everywhere are in the feed.
	Reference bool
}

// checkpoint is how many items lie between two whose hash is kept, so that a
// subscriber's position is checked by reading a few.
const checkpoint = 128

var feedLabel = []byte("godwit feed 1\x00")

// feedHash chains an item. What stands for an entry is its hash, which outlives its
// payload.
func feedHash(prev *[32]byte, it *Item) [32]byte {
	b := make([]byte, 0, 96)
	b = append(append(b, feedLabel...), prev[:]...)
	b = append(b, byte(it.Op))
	if it.Op == OpEntry {
		b = append(b, it.Part.Hash[:]...)
	} else {
		b = append(b, it.Doc[:]...)
	}
	return sha256.Sum256(b)
}

// FeedHead is the end of a feed.
type FeedHead struct {
	Seq  uint64
	Hash [32]byte
}

// NewFeed makes an empty feed.
func (j *Journal) NewFeed(tx *db.Tx, id db.ID) error {
	var no int64
	if err := tx.Row("SELECT coalesce(max(no), 0) + 1 FROM journal_feeds").Scan(&no); err != nil {
		return err
	}
	n, err := tx.Exec("INSERT INTO journal_feeds (no, id, seq, hash) VALUES (?, ?, 0, ?) ON CONFLICT DO NOTHING", no, id, make([]byte, 32))
	if err == nil && n != 1 {
		err = db.Retry(fault.New(fault.Unavailable, "journal.NewFeed", "journal.busy"))
	}
	return err
}

// FeedHead answers the end of a feed.
func (j *Journal) FeedHead(tx *db.Tx, id db.ID) (FeedHead, error) {
	f, err := openFeed(tx, id, false)
	return f.FeedHead, err
}

// FeedUnread answers how many entries here FillFeed has not looked at for a feed, but
// for those of installations that own names: at most so many would be added to it.
func (j *Journal) FeedUnread(tx *db.Tx, id db.ID, own func(installation db.ID) bool) (int64, error) {
	f, err := openFeed(tx, id, false)
	if err != nil {
		return 0, err
	}
	rows, err := tx.Query(`SELECT h.installation, h.seq - coalesce(c.seq, 0) FROM journal_heads h
		LEFT JOIN journal_feed_cursors c ON c.feed = ? AND c.no = h.no WHERE h.seq > coalesce(c.seq, 0)`, f.no)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var n int64
	for rows.Next() {
		var installation db.ID
		var more int64
		if err := rows.Scan(&installation, &more); err != nil {
			return 0, err
		}
		if !own(installation) {
			n += more
		}
	}
	return n, rows.Err()
}

// openFeedState is a feed under way.
type openFeedState struct {
	no int64
	FeedHead
}

func openFeed(tx *db.Tx, id db.ID, lock bool) (openFeedState, error) {
	sql := "SELECT no, seq, hash FROM journal_feeds WHERE id = ?"
	if lock && tx.Engine() == db.Postgres {
		sql += " FOR UPDATE"
	}
	var f openFeedState
	var seq int64
	var hash []byte
	err := tx.Row(sql, id).Scan(&f.no, &seq, &hash)
	if fault.Is(err, fault.NotFound) {
		return f, fault.New(fault.NotFound, "journal.Feed", "journal.no_feed")
	}
	f.Seq = uint64(seq)
	copy(f.Hash[:], hash)
	return f, err
}

// Feed reads items of a feed after a position, at most limit.
func (j *Journal) Feed(tx *db.Tx, id db.ID, after uint64, limit int) ([]Item, error) {
	f, err := openFeed(tx, id, false)
	if err != nil {
		return nil, err
	}
	return j.items(tx, f.no, after, limit)
}

func (j *Journal) items(tx *db.Tx, feed int64, after uint64, limit int) ([]Item, error) {
	rows, err := tx.Query("SELECT op, slot, doc FROM journal_feed_items WHERE feed = ? AND seq > ? ORDER BY seq LIMIT ?", feed, int64(after), limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Item
	for rows.Next() {
		var op int64
		var slot *int64
		var it Item
		if err := rows.Scan(&op, &slot, &it.Doc); err != nil {
			return nil, err
		}
		if it.Op = Op(op); slot != nil {
			it.Part.slot = *slot
		}
		out = append(out, it)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for i := range out {
		if out[i].Op == OpEntry {
			if out[i].Part, err = j.part(tx, out[i].Part.slot); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// part reads one entry with the hash before it.
func (j *Journal) part(tx *db.Tx, slot int64) (Part, error) {
	rows, err := tx.Query(entryColumns+" WHERE e.slot = ?", slot)
	if err != nil {
		return Part{}, err
	}
	parts, err := j.scanParts(tx, rows)
	if err != nil {
		return Part{}, err
	}
	if len(parts) != 1 {
		return Part{}, fault.New(fault.Internal, "journal.Feed", "journal.not_found")
	}
	p := parts[0]
	if p.Prev != [32]byte{} || slotSeq(slot) == 1 {
		return p, nil
	}
	var prev []byte
	err = tx.Row("SELECT hash FROM journal_entries WHERE slot = ?", slot-1).Scan(&prev)
	copy(p.Prev[:], prev)
	return p, err
}

// FeedAt reports whether a feed had this hash at this position: whether a subscriber
// who says so has taken what was sent.
func (j *Journal) FeedAt(tx *db.Tx, id db.ID, at FeedHead) (bool, error) {
	f, err := openFeed(tx, id, false)
	if err != nil || at.Seq > f.Seq {
		return false, err
	}
	from := at.Seq / checkpoint * checkpoint
	var prev [32]byte
	if from > 0 {
		var hash []byte
		if err := tx.Row("SELECT hash FROM journal_feed_items WHERE feed = ? AND seq = ?", f.no, int64(from)).Scan(&hash); err != nil {
			return false, err
		}
		copy(prev[:], hash)
	}
	if at.Seq > from {
		items, err := j.items(tx, f.no, from, int(at.Seq-from))
		if err != nil {
			return false, err
		}
		for i := range items {
			prev = feedHash(&prev, &items[i])
		}
	}
	return prev == at.Hash, nil
}

// Chain answers the hash after these items, for who sends them and who takes them.
func (h FeedHead) Chain(items []Item) FeedHead {
	for i := range items {
		h.Hash = feedHash(&h.Hash, &items[i])
	}
	h.Seq += uint64(len(items))
	return h
}

// add appends an item.
func (f *filler) add(it Item) error {
	f.feed.Seq++
	f.feed.Hash = feedHash(&f.feed.Hash, &it)
	var hash, slot, doc any
	if f.feed.Seq%checkpoint == 0 {
		hash = f.feed.Hash[:]
	}
	if it.Op == OpEntry {
		slot = it.Part.slot
	} else {
		doc = it.Doc
	}
	f.added++
	_, err := f.tx.Exec("INSERT INTO journal_feed_items (feed, seq, op, slot, doc, hash) VALUES (?, ?, ?, ?, ?, ?)",
		f.feed.no, int64(f.feed.Seq), int64(it.Op), slot, doc, hash)
	return err
}

// feedCursor is the number under which a feed keeps how far it has read
// journal_parts. Origins are numbered from 1.
const feedCursor = 0

func (f *filler) keepCursor(no int64, seq uint64) error {
	_, err := f.tx.Exec(`INSERT INTO journal_feed_cursors (feed, no, seq) VALUES (?, ?, ?)
		ON CONFLICT (feed, no) DO UPDATE SET seq = excluded.seq`, f.feed.no, no, int64(seq))
	return err
}

// erasedBy answers which document an erasure erases.
func erasedBy(e *Entry) db.ID {
	fields, err := decodeFields(e.Payload)
	if err != nil {
		return db.ID{}
	}
	for _, f := range fields {
		if f.name == "doc" && len(f.raw) > 2 {
			id, _ := db.ParseID(string(f.raw[1 : len(f.raw)-1]))
			return id
		}
	}
	return db.ID{}
}

// Erases answers which document an entry erases, if it is an erasure.
func Erases(e *Entry) (db.ID, bool) {
	if e.Kind != kindErasure {
		return db.ID{}, false
	}
	return erasedBy(e), true
}

// Withhold takes the payload and the secret out of an item and leaves what the chain
// holds of it: the item still stands where it stood in the feed.
func (it *Item) Withhold() {
	e := &it.Part.Entry
	if it.Op != OpEntry || e.Payload == nil {
		return
	}
	var s hasher
	e.Commitment = s.commit(e.Secret, e.Version, e.Payload)
	e.Payload, e.Secret = nil, nil
}

// FeedPlace answers where the last item of a document stands in a feed.
func (j *Journal) FeedPlace(tx *db.Tx, id, doc db.ID) (seq uint64, in bool, err error) {
	f, err := openFeed(tx, id, false)
	if err != nil {
		return 0, false, err
	}
	var last *int64
	err = tx.Row(`SELECT max(i.seq) FROM journal_feed_items i JOIN journal_entries e ON e.slot = i.slot WHERE i.feed = ? AND e.doc = ?`, f.no, doc).Scan(&last)
	if err != nil || last == nil {
		return 0, false, err
	}
	return uint64(*last), true, nil
}
