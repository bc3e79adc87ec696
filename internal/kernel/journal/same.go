package journal

import (
	"slices"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Acts says what a document records that can be done only once, such as a dose
// or a measurement of a day. Two documents of one kind about one subject look like
// one act where a key of theirs is the same, neither author had seen the other's
// document, and the authors are two or sat at two installations. A review item is
// open then until one of the documents is entered in error or a change says that
// they are distinct (Change.Distinct).
type Acts struct {
	Day  int64    // only documents of one day are compared
	Keys []string // what was done; none for a document that records no act
	Name db.ID    // by which others say that they saw this document; its own id if zero
	Seen []db.ID  // names of the documents that its author had seen

	// Replaces names documents of that day that this one stands for, as a
	// correction does, as far as they are of the same sensitivity: who may not see
	// a part of a record does not replace it.
	Replaces []db.ID
}

// TopicSameAct is the topic of the review item of two documents that look like
// one act.
const TopicSameAct = "same_act"

// distinctPrefix begins the names of the fields that say which documents a
// document is distinct from. They belong to the journal: no area sees them.
const distinctPrefix = "distinct:"

func distinctField(other db.ID) string { return distinctPrefix + other.String() }

// isDistinct reports whether a group of a state is one of those fields.
func isDistinct(group string) bool { return strings.HasPrefix(group, lone+distinctPrefix) }

// withDistinct adds what a change says is distinct to its fields.
func (c *Change) withDistinct() map[string]any {
	if len(c.Distinct) == 0 {
		return c.Fields
	}
	all := make(map[string]any, len(c.Fields)+len(c.Distinct))
	for n, v := range c.Fields {
		all[n] = v
	}
	for _, other := range c.Distinct {
		all[distinctField(other)] = true
	}
	return all
}

// candidate is a document of one day that records an act.
type candidate struct {
	id   db.ID
	kind string
	s    *state
	acts Acts
}

// compareActs brings the review items of two documents that look like one act
// after a change of this one. What is open is a function of the documents that
// are here, so nodes that have the same documents have the same items, whatever
// the order in which they came.
func (j *Journal) compareActs(tx *db.Tx, id db.ID, d *document) error {
	at, is, err := j.noteActs(tx, id, d, false)
	if err != nil || !is {
		return err
	}
	return j.compareDay(tx, at.subject, at.day)
}

// noteActs keeps where a document is compared, and reports whether it is.
func (j *Journal) noteActs(tx *db.Tx, id db.ID, d *document, isNew bool) (at actsAt, is bool, err error) {
	if d.k.Acts == nil {
		return at, false, nil
	}
	doc := d.s.doc(id, d.k.Name)
	acts := d.k.Acts(doc)
	doc.s = nil
	none := len(acts.Keys) == 0 || doc.Subject.IsZero()
	source := d.s.created.by.String() + " " + d.s.created.version.Origin.Installation.String()
	at = actsAt{doc.Subject, acts.Day, source}
	var had bool
	var was actsAt
	if !isNew {
		if was, had, err = actsRow(tx, id); err != nil {
			return at, false, err
		}
	}
	if had && (none || was != at) {
		if err := j.forgetActs(tx, id); err != nil {
			return at, false, err
		}
		had = false
	}
	if none || had {
		return at, !none, nil
	}
	_, err = tx.Exec("INSERT INTO journal_acts (doc, subject, day, source) VALUES (?, ?, ?, ?)", id, doc.Subject, acts.Day, source)
	return at, err == nil, err
}

// actsAt is where a document is compared, and who wrote it where.
type actsAt struct {
	subject db.ID
	day     int64
	source  string
}

// actsRow reads where a document is compared, if it is.
func actsRow(tx *db.Tx, id db.ID) (at actsAt, had bool, err error) {
	err = tx.Row("SELECT subject, day, source FROM journal_acts WHERE doc = ?", id).Scan(&at.subject, &at.day, &at.source)
	if fault.Is(err, fault.NotFound) {
		return at, false, nil
	}
	return at, err == nil, err
}

// forgetActs takes a document out of the comparison.
func (j *Journal) forgetActs(tx *db.Tx, id db.ID) error {
	at, had, err := actsRow(tx, id)
	if err != nil || !had {
		return err
	}
	if _, err := tx.Exec("DELETE FROM journal_acts WHERE doc = ?", id); err != nil {
		return err
	}
	return j.compareDay(tx, at.subject, at.day)
}

// compareDay compares all documents of a subject and a day with each other: who
// had seen what can follow from a third document.
func (j *Journal) compareDay(tx *db.Tx, subject db.ID, day int64) error {
	// What one person wrote at one installation is never two records of one act: most
	// days of most people need no more than this.
	var n int
	if err := tx.Row("SELECT count(DISTINCT source) FROM journal_acts WHERE subject = ? AND day = ?", subject, day).Scan(&n); err != nil {
		return err
	}
	return j.comparePairs(tx, subject, day, n)
}

// comparePairs does it, where so many wrote on the day.
func (j *Journal) comparePairs(tx *db.Tx, subject db.ID, day int64, n int) error {
	var all []candidate
	if n > 1 {
		var err error
		if all, err = j.candidates(tx, subject, day); err != nil {
			return err
		}
	}
	if _, err := tx.Exec("DELETE FROM journal_pairs WHERE subject = ? AND day = ?", subject, day); err != nil {
		return err
	}
	for i := range all {
		for k := i + 1; k < len(all); k++ {
			a, b := &all[i], &all[k]
			if !looksLike(a, b) || replaced(all, a) || replaced(all, b) || sees(all, a, b) || sees(all, b, a) {
				continue
			}
			opened := max(a.s.created.hlc, b.s.created.hlc)
			if _, err := tx.Exec("INSERT INTO journal_pairs (doc, other, kind, subject, day, opened) VALUES (?, ?, ?, ?, ?, ?)",
				a.id, b.id, a.kind, subject, day, opened.Time()); err != nil {
				return err
			}
		}
	}
	return nil
}

// candidates reads the documents of a subject and a day, by their ids.
func (j *Journal) candidates(tx *db.Tx, subject db.ID, day int64) ([]candidate, error) {
	rows, err := tx.Query(`SELECT d.id, d.kind, d.state, e.header, e.payload FROM journal_acts a JOIN journal_documents d ON d.id = a.doc
		LEFT JOIN journal_entries e ON e.slot = d.slot
		WHERE a.subject = ? AND a.day = ? ORDER BY d.id`, subject, day)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []candidate
	for rows.Next() {
		var c candidate
		var st storedState
		if err := rows.Scan(&c.id, &c.kind, &st.state, &st.header, &st.payload); err != nil {
			return nil, err
		}
		k := j.kind(c.kind)
		if k.Acts == nil {
			continue
		}
		if c.s, err = st.read(k); err != nil {
			return nil, err
		}
		doc := c.s.doc(c.id, c.kind)
		if c.acts = k.Acts(doc); c.acts.Name.IsZero() {
			c.acts.Name = c.id
		}
		doc.s = nil
		all = append(all, c)
	}
	return all, rows.Err()
}

// looksLike reports whether two documents may be one act, but for who saw whom.
func looksLike(a, b *candidate) bool {
	if a.kind != b.kind || a.acts.Name == b.acts.Name || a.s.inError || b.s.inError {
		return false
	}
	ea, eb := a.s.created, b.s.created
	if ea.by == eb.by && ea.version.Origin.Installation == eb.version.Origin.Installation {
		return false
	}
	if a.s.group(lone+distinctField(b.id)) != nil || b.s.group(lone+distinctField(a.id)) != nil {
		return false
	}
	return slices.ContainsFunc(a.acts.Keys, func(key string) bool { return slices.Contains(b.acts.Keys, key) })
}

// replaced reports whether another document stands for c.
func replaced(all []candidate, c *candidate) bool {
	return slices.ContainsFunc(all, func(by candidate) bool {
		return by.kind == c.kind && by.s.sensitivity == c.s.sensitivity && !by.s.inError && by.id != c.id && slices.Contains(by.acts.Replaces, c.acts.Name)
	})
}

// sees reports whether the author of a had seen b, or something of that day whose
// author had seen b: a correction stands for what it replaced.
func sees(all []candidate, a, b *candidate) bool {
	asked := map[db.ID]bool{a.acts.Name: true}
	todo := []db.ID{a.acts.Name}
	for len(todo) > 0 {
		name := todo[0]
		todo = todo[1:]
		for i := range all {
			if all[i].acts.Name != name {
				continue
			}
			for _, seen := range all[i].acts.Seen {
				if seen == b.acts.Name {
					return true
				}
				if !asked[seen] {
					asked[seen] = true
					todo = append(todo, seen)
				}
			}
		}
	}
	return false
}
