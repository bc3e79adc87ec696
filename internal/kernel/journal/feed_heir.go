package journal

import (
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// A subscriber that begins a new feed still has what the one before brought. What
// belongs into the new feed comes again; the rest would stay with the subscriber for
// good, and nobody would keep it up to date: it is dropped as soon as the new feed is
// filled, and not before, so that nobody is missing meanwhile.

// Inherit makes a new feed follow another one of the same subscriber: who was brought
// in on request stays in scope, and what the subscriber has of the old feed and the
// new one does not bring is dropped.
func (j *Journal) Inherit(tx *db.Tx, id, old db.ID, flt Filter) error {
	const op = "journal.Inherit"
	was, err := openFeed(tx, old, false)
	if fault.KeyOf(err) == "journal.no_feed" {
		return nil
	}
	if err != nil {
		return err
	}
	feed, err := openFeed(tx, id, true)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(`INSERT INTO journal_feed_docs (feed, doc, carried) SELECT f.no, d.doc, 2 FROM journal_feeds f, journal_feed_docs d WHERE f.no = ? AND d.feed = ?
		ON CONFLICT DO NOTHING`, feed.no, was.no); err != nil {
		return fault.Wrap(op, err)
	}
	rows, err := tx.Query("SELECT subject, until FROM journal_feed_subjects WHERE feed = ? AND why = ? ORDER BY subject", was.no, ScopeFetched)
	if err != nil {
		return fault.Wrap(op, err)
	}
	type asked struct {
		subject db.ID
		until   time.Time
	}
	var all []asked
	for rows.Next() {
		var a asked
		if err := rows.Scan(&a.subject, &a.until); err != nil {
			rows.Close()
			return fault.Wrap(op, err)
		}
		all = append(all, a)
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return fault.Wrap(op, err)
	}
	for _, a := range all {
		if err := j.Carry(tx, id, flt, a.subject, ScopeFetched, a.until); err != nil {
			return fault.Wrap(op, err)
		}
	}
	return nil
}

// Left says that a subscriber has these parts, whose documents its feed may not carry.
func (j *Journal) Left(tx *db.Tx, id db.ID, parts []Part) error {
	feed, err := openFeed(tx, id, true)
	if err != nil {
		return err
	}
	for i := range parts {
		if j.reachOf(parts[i].Kind) != WithSubject {
			continue // goes to everybody, and never leaves
		}
		if _, err := tx.Exec(`INSERT INTO journal_feed_docs (feed, doc, carried) VALUES (?, ?, ?)
			ON CONFLICT (feed, doc) DO UPDATE SET carried = excluded.carried WHERE journal_feed_docs.carried = 0`, feed.no, parts[i].Doc, int64(feedLeft)); err != nil {
			return fault.Wrap("journal.Left", err)
		}
	}
	return nil
}

// unsaidErasure is an erasure that this journal knows of from a list, as after a
// restore, and has no entry of: the entry was made after the backup.
const unsaidErasure = `SELECT 1 FROM journal_erasures e WHERE e.doc = ? AND NOT EXISTS (SELECT 1 FROM journal_entries n WHERE n.doc = e.erasure)`

// unsaid reports whether a document is erased without an entry that would say so to
// the subscriber, and has it dropped there instead: the subscriber may still have it.
func (f *filler) unsaid(doc db.ID) (bool, error) {
	unsaid, err := f.tx.Exists(unsaidErasure, doc)
	if err != nil || !unsaid {
		return false, err
	}
	_, err = f.tx.Exec(`INSERT INTO journal_feed_docs (feed, doc, carried) VALUES (?, ?, ?)
		ON CONFLICT (feed, doc) DO UPDATE SET carried = excluded.carried`, f.feed.no, doc, int64(feedLeft))
	return true, err
}

// dropUnsaid has every subscriber who was sent a document drop it, if it is erased
// without an entry: those whose feed carries it, and of kinds that no feed keeps a list
// of, everybody (see leave).
func (j *Journal) dropUnsaid(tx *db.Tx, doc db.ID) error {
	unsaid, err := tx.Exists(unsaidErasure, doc)
	if err != nil || !unsaid {
		return err
	}
	var raw []byte
	if err := tx.Row("SELECT header FROM journal_entries WHERE doc = ? ORDER BY slot LIMIT 1", doc).Scan(&raw); err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if h, err := parseHeader(raw); err == nil && j.reachOf(h.Kind) != WithSubject {
		_, err := tx.Exec(`INSERT INTO journal_feed_docs (feed, doc, carried) SELECT f.no, e.doc, 2 FROM journal_feeds f, journal_erasures e WHERE e.doc = ?
			ON CONFLICT (feed, doc) DO UPDATE SET carried = excluded.carried`, doc)
		return err
	}
	_, err = tx.Exec("UPDATE journal_feed_docs SET carried = ? WHERE doc = ? AND carried IN (1, 3)", int64(feedLeft), doc)
	return err
}

// leave drops what is left when everything that belongs into the feed is in it.
func (f *filler) leave() (more bool, err error) {
	rows, err := f.tx.Query("SELECT doc FROM journal_feed_docs WHERE feed = ? AND carried = ? ORDER BY doc LIMIT ?", f.feed.no, int64(feedLeft), max(f.limit-f.added, 1))
	if err != nil {
		return false, err
	}
	docs, err := rows.IDs()
	if err != nil {
		return false, err
	}
	for _, doc := range docs {
		theirs, err := f.theirs(doc)
		if err != nil {
			return false, err
		}
		if theirs {
			if err := f.add(Item{Op: OpDrop, Doc: doc}); err != nil {
				return false, err
			}
		}
		if _, err := f.tx.Exec("UPDATE journal_feed_docs SET carried = 0 WHERE feed = ? AND doc = ?", f.feed.no, doc); err != nil {
			return false, err
		}
	}
	return len(docs) > 0, nil
}

// theirs reports whether the subscriber can have a document. Of one that only goes up
// nobody is told but the one who wrote it.
func (f *filler) theirs(doc db.ID) (bool, error) {
	var raw []byte
	err := f.tx.Row("SELECT header FROM journal_entries WHERE doc = ? ORDER BY slot LIMIT 1", doc).Scan(&raw)
	if fault.Is(err, fault.NotFound) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	h, err := parseHeader(raw)
	if err != nil || f.j.reachOf(h.Kind) != UpOnly {
		return err == nil, err
	}
	return f.flt.Own != nil && f.flt.Own(h.Version.Origin.Installation), nil
}
