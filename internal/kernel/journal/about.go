package journal

import (
	"context"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Reach says to which nodes the documents of a kind go down from a hub. It never
// keeps an entry from going up.
type Reach uint8

// The reaches.
const (
	// WithSubject goes where the person it is about goes, where the documents go
	// that link to it, and, if it is about nobody, to the sites of its header.
	WithSubject Reach = iota
	// Everywhere goes to every node: what all of them need to work by one rule.
	Everywhere
	// UpOnly stays at the hub and at the node that wrote it, such as a complaint
	// that bypasses the site.
	UpOnly
)

// String is the reach's name.
func (r Reach) String() string {
	if r > UpOnly {
		return "unset"
	}
	return [...]string{"with subject", "everywhere", "up only"}[r]
}

// reachOf is the reach of a kind. A kind that this program does not know goes with
// its subject: a hub that is older than its nodes must not scatter records.
func (j *Journal) reachOf(kind string) Reach {
	if kind == kindErasure {
		return Everywhere
	}
	return j.kind(kind).Reach
}

// storeAbout keeps what a document is about: the person of its header, and the
// documents that it links to. It is a function of the state, as any projection.
func storeAbout(tx *db.Tx, id db.ID, d *document) error {
	if !d.isNew && d.k.Links == nil && d.s.subject == d.about {
		return nil
	}
	if !d.isNew {
		if _, err := tx.Exec("DELETE FROM journal_about WHERE doc = ?", id); err != nil {
			return err
		}
	}
	if s := d.s.subject; !s.IsZero() && s != id {
		if err := addAbout(tx, s, id); err != nil {
			return err
		}
	}
	if d.k.Links == nil {
		return nil
	}
	doc := d.s.doc(id, d.k.Name)
	links := d.k.Links(doc)
	doc.s = nil
	for _, to := range links {
		if to.IsZero() || to == id || to == d.s.subject {
			continue
		}
		if err := addAbout(tx, to, id); err != nil {
			return err
		}
	}
	return nil
}

func addAbout(tx *db.Tx, target, doc db.ID) error {
	_, err := tx.Exec("INSERT INTO journal_about (target, doc) VALUES (?, ?) ON CONFLICT DO NOTHING", target, doc)
	return err
}

// About lists the documents about a person, or linked to a document, in the order
// of their ids. What is erased is not among them.
func (j *Journal) About(tx *db.Tx, target db.ID) ([]db.ID, error) {
	rows, err := tx.Query("SELECT doc FROM journal_about WHERE target = ? ORDER BY doc", target)
	if err != nil {
		return nil, err
	}
	return rows.IDs()
}

// company is everything that travels with a person: the documents about them, what
// those link to, and, where such a document binds those who link to it (a family,
// a case), these people and all of theirs.
type company struct {
	Docs     []db.ID
	Subjects []db.ID
}

// companyOf finds it. A person of a long chain of families is followed no further
// than maxCompany people: whoever reaches that is told by a review, not by a hang.
func (j *Journal) companyOf(tx *db.Tx, subject db.ID) (company, error) {
	w := walker{j: j, tx: tx, seen: map[db.ID]bool{subject: true}, docs: make(map[db.ID]bool)}
	w.out.Subjects = []db.ID{subject}
	for i := 0; i < len(w.out.Subjects); i++ {
		if err := w.person(w.out.Subjects[i]); err != nil {
			return company{}, err
		}
	}
	return w.out, nil
}

const maxCompany = 200

type walker struct {
	j    *Journal
	tx   *db.Tx
	seen map[db.ID]bool // subjects
	docs map[db.ID]bool
	out  company
}

func (w *walker) person(subject db.ID) error {
	about, err := w.j.About(w.tx, subject)
	if err != nil {
		return err
	}
	for _, id := range append([]db.ID{subject}, about...) { // the person's own document has the person's id
		if err := w.doc(id); err != nil {
			return err
		}
	}
	return nil
}

// doc takes a document and what it links to.
func (w *walker) doc(id db.ID) error {
	if w.docs[id] {
		return nil
	}
	d, err := w.j.readDocument(w.tx, id)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if d.k.Reach != WithSubject {
		return nil
	}
	w.docs[id] = true
	w.out.Docs = append(w.out.Docs, id)
	if d.k.Binds {
		if err := w.bound(id); err != nil {
			return err
		}
	}
	if d.k.Links == nil {
		return nil
	}
	for _, to := range d.k.Links(d.s.doc(id, d.k.Name)) {
		if err := w.doc(to); err != nil {
			return err
		}
	}
	return nil
}

// bound takes the people who are held together by a document.
func (w *walker) bound(id db.ID) error {
	members, err := w.j.About(w.tx, id)
	if err != nil {
		return err
	}
	for _, m := range members {
		d, err := w.j.readDocument(w.tx, m)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if s := d.s.subject; !s.IsZero() && !w.seen[s] && !d.s.inError && len(w.seen) < maxCompany {
			w.seen[s] = true
			w.out.Subjects = append(w.out.Subjects, s)
		}
	}
	return nil
}

// aboutKind is the name, which no kind can have, under which journal_kinds keeps that
// journal_about is filled: a database of before does not have it.
const aboutKind = "=about"

// fillAbout fills journal_about once, after an upgrade.
func (j *Journal) fillAbout(ctx context.Context) error {
	return j.db.Write(ctx, func(tx *db.Tx) error {
		var schema int64
		err := tx.Row("SELECT schema FROM journal_kinds WHERE name = ?", aboutKind).Scan(&schema)
		if err == nil || !fault.Is(err, fault.NotFound) {
			return err
		}
		err = eachID(ctx, tx, "SELECT id FROM journal_documents WHERE id > ? ORDER BY id LIMIT ?", nil, func(id db.ID) error {
			d, err := j.readDocument(tx, id)
			if err != nil {
				return err
			}
			d.isNew = true
			return storeAbout(tx, id, d)
		})
		if err != nil {
			return err
		}
		_, err = tx.Exec("INSERT INTO journal_kinds (name, schema) VALUES (?, 1)", aboutKind)
		return err
	})
}
