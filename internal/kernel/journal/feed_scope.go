package journal

import (
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Carry brings a person into the scope of a feed although the filter did not, such as
// one who was asked for by a card, until a time or, if it is zero, for good.
func (j *Journal) Carry(tx *db.Tx, id db.ID, flt Filter, subject db.ID, why string, until time.Time) error {
	f, err := j.filler(tx, id, flt)
	if err != nil {
		return err
	}
	if err := f.enter(subject, why, until); err != nil {
		return fault.Wrap("journal.Carry", err)
	}
	return f.save()
}

// DropGuests drops who was in scope until a time that is over, at most limit people,
// and answers how many.
func (j *Journal) DropGuests(tx *db.Tx, id db.ID, limit int) (int, error) {
	feed, err := openFeed(tx, id, true)
	if err != nil {
		return 0, err
	}
	rows, err := tx.Query("SELECT subject FROM journal_feed_subjects WHERE feed = ? AND until < ? ORDER BY subject LIMIT ?", feed.no, j.clock.now(), limit)
	if err != nil {
		return 0, err
	}
	gone, err := rows.IDs()
	if err != nil {
		return 0, err
	}
	for _, s := range gone {
		if err := j.Drop(tx, id, s); err != nil {
			return 0, err
		}
	}
	return len(gone), nil
}

// Rescope makes a feed walk all origins again, because its filter changed. Who was in
// scope because the filter had wanted them, or somebody whom they travel with, is
// dropped where it wants none of them now; who stays is not sent again; who is wanted
// now, or was kept out by a cap that is higher now, comes in on the way.
func (j *Journal) Rescope(tx *db.Tx, id db.ID, flt Filter) error {
	const op = "journal.Rescope"
	f, err := j.filler(tx, id, flt)
	if err != nil {
		return err
	}
	rows, err := tx.Query("SELECT subject FROM journal_feed_subjects WHERE feed = ? AND why <> ? ORDER BY subject", f.feed.no, ScopeFetched)
	if err != nil {
		return err
	}
	in, err := rows.IDs()
	if err != nil {
		return err
	}
	judged := make(map[db.ID]bool, len(in)) // a company stays or goes as one
	for _, s := range in {
		if judged[s] {
			continue
		}
		c, err := j.companyOf(tx, s)
		if err != nil {
			return fault.Wrap(op, err)
		}
		for _, one := range c.Subjects {
			judged[one] = true
		}
		stays, err := f.wantsAny(c)
		if err == nil && !stays {
			err = j.Drop(tx, id, s)
		}
		if err != nil {
			return fault.Wrap(op, err)
		}
	}
	_, err = tx.Exec("UPDATE journal_feed_cursors SET walked = CASE WHEN walked > seq THEN walked ELSE seq END, seq = 0 WHERE feed = ?", f.feed.no)
	return err
}

// wantsAny reports whether the filter wants an entry about one of a company, or one of
// them was asked for.
func (f *filler) wantsAny(c company) (bool, error) {
	for _, s := range c.Subjects {
		asked, err := f.tx.Exists("SELECT 1 FROM journal_feed_subjects WHERE feed = ? AND subject = ? AND why = ?", f.feed.no, s, ScopeFetched)
		if err != nil || asked {
			return asked, err
		}
	}
	for _, doc := range c.Docs {
		wanted, err := f.wantsDoc(doc)
		if err != nil || wanted {
			return wanted, err
		}
	}
	return false, nil
}

func (f *filler) wantsDoc(doc db.ID) (bool, error) {
	rows, err := f.tx.Query("SELECT header FROM journal_entries WHERE doc = ? ORDER BY slot", doc)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	for rows.Next() {
		var raw []byte
		if err := rows.Scan(&raw); err != nil {
			return false, err
		}
		h, err := parseHeader(raw)
		if err != nil {
			return false, err
		}
		p := Part{Entry: Entry{Header: h}}
		if f.allowed(&h) && f.wants(&p, f.flt.Own != nil && f.flt.Own(h.Version.Origin.Installation)) {
			return true, rows.Err()
		}
	}
	return false, rows.Err()
}

// InScope counts the people in the scope of a feed.
func (j *Journal) InScope(tx *db.Tx, id db.ID) (n int64, err error) {
	feed, err := openFeed(tx, id, false)
	if err != nil {
		return 0, err
	}
	err = tx.Row("SELECT count(*) FROM journal_feed_subjects WHERE feed = ?", feed.no).Scan(&n)
	return n, err
}

// Drop takes a person, and those who travel with them, out of a feed's scope: what
// the feed carried of them goes, but for what somebody who stays needs.
func (j *Journal) Drop(tx *db.Tx, id db.ID, subject db.ID) error {
	f, err := j.filler(tx, id, Filter{})
	if err != nil {
		return err
	}
	c, err := j.companyOf(tx, subject)
	if err != nil {
		return err
	}
	for _, s := range c.Subjects {
		if _, err := tx.Exec("DELETE FROM journal_feed_subjects WHERE feed = ? AND subject = ?", f.feed.no, s); err != nil {
			return err
		}
	}
	for _, doc := range c.Docs {
		if err := f.drop(doc); err != nil {
			return fault.Wrap("journal.Drop", err)
		}
	}
	return f.save()
}

func (f *filler) drop(doc db.ID) error {
	carried, _, err := f.isCarried(doc)
	if err != nil || !carried {
		return err
	}
	if stays, err := f.needed(doc); err != nil || stays {
		return err
	}
	if err := f.add(Item{Op: OpDrop, Doc: doc}); err != nil {
		return err
	}
	_, err = f.tx.Exec("UPDATE journal_feed_docs SET carried = 0 WHERE feed = ? AND doc = ?", f.feed.no, doc)
	return err
}

// needed reports whether somebody in scope still needs a document: it is about them,
// or a document about them links to it.
func (f *filler) needed(doc db.ID) (bool, error) {
	return f.tx.Exists(`SELECT 1 FROM journal_feed_subjects s WHERE s.feed = ? AND (s.subject = ?
		OR EXISTS (SELECT 1 FROM journal_about a WHERE a.doc = ? AND a.target = s.subject)
		OR EXISTS (SELECT 1 FROM journal_about l JOIN journal_about a ON a.doc = l.doc WHERE l.target = ? AND a.target = s.subject)) LIMIT 1`,
		f.feed.no, doc, doc, doc)
}

// InFeed reports whether a feed carries a document now.
func (j *Journal) InFeed(tx *db.Tx, id, doc db.ID) (bool, error) {
	feed, err := openFeed(tx, id, false)
	if err != nil {
		return false, err
	}
	f := filler{j: j, tx: tx, feed: feed}
	carried, _, err := f.isCarried(doc)
	return carried, err
}
