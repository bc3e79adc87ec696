package journal

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Doc is a document as all its entries make it.
type Doc struct {
	ID, Subject          db.ID
	Kind                 string
	Site, Programme      string
	Sensitivity          Sensitivity
	Version              Base
	Error                bool // entered in error
	Created, Updated     time.Time
	CreatedBy, UpdatedBy db.ID

	// Fields are the values that hold. A register in conflict shows one of its
	// values here; a safety group in conflict shows none: it is unknown.
	Fields map[string]json.RawMessage

	// Disputed are the groups in conflict, with all their values.
	Disputed map[string][]Alternative

	s *state
}

// Alternative is one value of a group, and who gave it.
type Alternative struct {
	Version Version
	Fields  map[string]json.RawMessage
	Sealed  []byte // payload of a sealed document
	By      db.ID
	At      time.Time
}

// doc shows a state to the world.
func (s *state) doc(id db.ID, kind string) *Doc {
	d := &Doc{
		ID: id, Subject: s.subject, Kind: kind, Site: s.site, Programme: s.programme, Sensitivity: s.sensitivity,
		Version: s.seen, Error: s.inError, Created: s.created.hlc.Time(), Updated: s.updated.hlc.Time(),
		CreatedBy: s.created.by, UpdatedBy: s.updated.by,
		s: s,
	}
	n := 0
	for i := range s.groups {
		if g := &s.groups[i]; len(g.alts) > 0 {
			n += len(g.shown().fields)
		}
	}
	d.Fields = make(map[string]json.RawMessage, n)
	for i := range s.groups {
		g := &s.groups[i]
		name := plainGroup(g.name)
		switch {
		case len(g.alts) == 0 || isDistinct(g.name):
		case g.class == Append:
			for _, a := range g.inOrder() {
				d.addFields(a.fields)
			}
		case g.class == Safety && g.disputed():
			d.addDisputed(name, g.alts)
		default:
			if g.disputed() {
				d.addDisputed(name, g.alts)
			}
			d.addFields(g.shown().fields)
		}
	}
	return d
}

func (d *Doc) addFields(fields []field) {
	for _, f := range fields {
		d.Fields[f.name] = f.raw
	}
}

func (d *Doc) addDisputed(name string, alts []alternative) {
	if d.Disputed == nil {
		d.Disputed = make(map[string][]Alternative)
	}
	d.Disputed[name] = shownAlternatives(alts)
}

// inOrder are a group's values as they are shown: by clock, then by version.
func (g *group) inOrder() []alternative {
	if len(g.alts) < 2 {
		return g.alts
	}
	alts := slices.Clone(g.alts)
	slices.SortFunc(alts, func(a, b alternative) int {
		switch {
		case a.event == b.event:
			return 0
		case a.later(b.event):
			return 1
		}
		return -1
	})
	return alts
}

// Items are the facts of an append group, each as it was entered, in the order of
// their clocks.
func (d *Doc) Items(name string) []Alternative {
	if d.s == nil {
		return nil // kept after Project, which it must not be
	}
	if g := d.s.group(name); g != nil && g.class == Append {
		return shownAlternatives(g.inOrder())
	}
	return nil
}

// SealedItems are the payloads of a sealed document.
func (d *Doc) SealedItems() []Alternative { return d.Items(sealedGroup) }

func shownAlternatives(alts []alternative) []Alternative {
	out := make([]Alternative, len(alts))
	for i, a := range alts {
		out[i] = Alternative{Version: a.version, Sealed: a.sealed, By: a.by, At: a.hlc.Time(),
			Fields: make(map[string]json.RawMessage, len(a.fields))}
		for _, f := range a.fields {
			out[i].Fields[f.name] = f.raw
		}
	}
	return out
}

// Load reads a document, by one point read or two. An erased one is fault.NotFound.
func (j *Journal) Load(tx *db.Tx, doc db.ID) (*Doc, error) {
	d, err := j.readDocument(tx, doc)
	if fault.Is(err, fault.NotFound) {
		return nil, fault.New(fault.NotFound, "journal.Load", "journal.not_found")
	}
	if err != nil {
		return nil, err
	}
	return d.s.doc(doc, d.k.Name), nil
}

// readDocument reads a document's state, without a lock and without its secret.
func (j *Journal) readDocument(tx *db.Tx, id db.ID) (*document, error) {
	var kind string
	var st storedState
	d := &document{}
	if err := tx.Row(`SELECT d.kind, d.state, e.header, e.payload FROM journal_documents d LEFT JOIN journal_entries e ON e.slot = d.slot
		WHERE d.id = ?`, id).Scan(&kind, &st.state, &st.header, &st.payload); err != nil {
		return nil, err
	}
	return j.read(d, kind, st)
}

// History reads all entries of a document, as they are shown: by clock. The
// payload of an erased document is nil.
func (j *Journal) History(tx *db.Tx, doc db.ID) ([]Entry, error) {
	rows, err := tx.Query("SELECT header, hash, payload, commitment FROM journal_entries WHERE doc = ? ORDER BY slot", doc)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Entry
	for rows.Next() {
		e, err := scanEntry(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	byDisplay(out)
	return out, rows.Err()
}

// scanEntry reads header, hash, payload and, once erased, commitment.
func scanEntry(rows *db.Rows, more ...any) (Entry, error) {
	var e Entry
	var hash, commitment []byte
	if err := rows.Scan(append([]any{&e.Raw, &hash, &e.Payload, &commitment}, more...)...); err != nil {
		return e, err
	}
	h, err := parseHeader(e.Raw)
	if err != nil || len(hash) != 32 || commitment != nil && len(commitment) != 32 {
		return e, &fault.Error{Code: fault.Internal, Op: "journal.scanEntry", Key: "journal.bad_header"}
	}
	e.Header = h
	e.Hash = [32]byte(hash)
	copy(e.Commitment[:], commitment)
	return e, nil
}

// changesOf reads what merging needs of a document's entries.
func (j *Journal) changesOf(tx *db.Tx, doc db.ID) ([]change, error) {
	entries, err := j.History(tx, doc)
	if err != nil {
		return nil, err
	}
	return mergeable(entries), nil
}

// mergeable are the changes that the entries of a document are, in the order in which
// they are shown.
func mergeable(entries []Entry) []change {
	kept, names := once(entries)
	changes := make([]change, 0, len(kept))
	for _, e := range kept {
		if c, ok := e.change(); ok {
			if names != nil {
				c.sawOnce(names)
			}
			changes = append(changes, c)
		}
	}
	return changes
}

// change answers the entry for merging. A payload that is no JSON object, which
// only a broken or later program writes, counts as no fields: it stays in the
// journal and a later program reads it.
func (e *Entry) change() (change, bool) {
	if e.Payload == nil {
		return change{}, false
	}
	c := change{Header: &e.Header}
	if e.Sealed {
		c.sealed = e.Payload
		return c, true
	}
	c.fields, _ = decodeFields(e.Payload)
	return c, true
}

// Review is a conflict for a person to look at.
type Review struct {
	Doc      db.ID
	Kind     string
	Topic    string // the group in conflict, or TopicSameAct
	Other    db.ID  // the other document of TopicSameAct
	Opened   time.Time
	Resolved time.Time // zero while open
}

// Reviews lists review items that are open, oldest first, at most limit.
func (j *Journal) Reviews(tx *db.Tx, limit int) ([]Review, error) {
	return reviews(tx, `SELECT doc, kind, topic, opened, resolved, NULL AS other FROM journal_reviews WHERE resolved IS NULL
		UNION ALL SELECT doc, kind, '`+TopicSameAct+`', opened, NULL, other FROM journal_pairs
		ORDER BY opened, doc, other LIMIT ?`, limit)
}

// ReviewsSince lists the review items that were opened or resolved since a time, the
// newest first, at most limit. Those of two documents that look like one act are not
// among them: they are gone once they are resolved.
func (j *Journal) ReviewsSince(tx *db.Tx, since time.Time, limit int) ([]Review, error) {
	return reviews(tx, `SELECT doc, kind, topic, opened, resolved, NULL AS other FROM journal_reviews WHERE resolved >= ?
		UNION ALL SELECT doc, kind, topic, opened, resolved, NULL FROM journal_reviews WHERE resolved IS NULL AND opened >= ?
		ORDER BY opened DESC, doc, topic LIMIT ?`, since, since, limit)
}

// ReviewsOf lists the review items of one document, open and resolved. An item of
// two documents that look like one act is gone once it is resolved; the histories
// of the two say how.
func (j *Journal) ReviewsOf(tx *db.Tx, doc db.ID) ([]Review, error) {
	return reviews(tx, `SELECT doc, kind, topic, opened, resolved, NULL AS other FROM journal_reviews WHERE doc = ?
		UNION ALL SELECT doc, kind, '`+TopicSameAct+`', opened, NULL, other FROM journal_pairs WHERE doc = ? OR other = ?
		ORDER BY opened, topic, doc, other`, doc, doc, doc)
}

func reviews(tx *db.Tx, sql string, args ...any) ([]Review, error) {
	rows, err := tx.Query(sql, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Review
	for rows.Next() {
		var r Review
		if err := rows.Scan(&r.Doc, &r.Kind, &r.Topic, &r.Opened, &r.Resolved, &r.Other); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}
