package journal

import (
	"slices"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// On PostgreSQL a statement costs a way to the server and back, which is most of what
// applying an entry takes. So what a batch needs to see is read for all of it at once,
// and what it writes is gathered (db.Tx.Gather). SQLite is in the same process, and
// reads each row when it is needed.

// ahead is what was read before a batch.
type ahead struct {
	done    bool
	secrets map[db.ID][]byte // nil: erased
	docs    map[db.ID]*document
	slots   map[int64]bool // of these entries, that are here
}

// look reads ahead, and locks the documents in the order of their ids.
func (a *applier) look(entries []Entry) error {
	if a.tx.Engine() != db.Postgres || len(entries) < 2 {
		return nil
	}
	ids := make([]db.ID, 0, len(entries))
	slots := make([]any, 0, len(entries))
	for i := range entries {
		ids = append(ids, entries[i].Doc)
		slots = append(slots, slotOf(a.origins[entries[i].Version.Origin].no, entries[i].Version.Seq))
	}
	slices.SortFunc(ids, func(x, y db.ID) int { return slices.Compare(x[:], y[:]) })
	ids = slices.Compact(ids)
	a.ahead = ahead{secrets: make(map[db.ID][]byte), docs: make(map[db.ID]*document), slots: make(map[int64]bool)}
	for _, read := range []func() error{
		func() error { return a.lookSecrets(ids) },
		func() error { return a.lookDocuments(ids) },
		func() error { return a.lookSlots(slots) },
	} {
		if err := read(); err != nil {
			return err
		}
	}
	a.ahead.done = true
	return nil
}

// in is a list of arguments in one of few lengths, so that few statements are
// prepared: the last is said again.
func in(args []any) (sql string, all []any) {
	n := 16
	for n < len(args) {
		n *= 2
	}
	all = slices.Grow(slices.Clip(args), n-len(args))
	for len(all) < n {
		all = append(all, args[len(args)-1])
	}
	return " IN (" + strings.TrimSuffix(strings.Repeat("?, ", n), ", ") + ")", all
}

func inIDs(ids []db.ID) (sql string, all []any) {
	args := make([]any, len(ids))
	for i := range ids {
		args[i] = ids[i]
	}
	return in(args)
}

// mostAhead is how many rows are asked for in one statement.
const mostAhead = 1024

func (a *applier) lookSecrets(ids []db.ID) error {
	for part := range slices.Chunk(ids, mostAhead) {
		list, args := inIDs(part)
		rows, err := a.tx.Query("SELECT doc, secret FROM journal_secrets WHERE doc"+list, args...)
		if err != nil {
			return err
		}
		for rows.Next() {
			var id db.ID
			var secret []byte
			if err := rows.Scan(&id, &secret); err != nil {
				return err
			}
			a.ahead.secrets[id] = secret
		}
		if err := rows.Close(); err != nil {
			return err
		}
	}
	return nil
}

// lookDocuments reads those that exist, which have a secret.
func (a *applier) lookDocuments(ids []db.ID) error {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id db.ID) bool { _, has := a.ahead.secrets[id]; return !has })
	for part := range slices.Chunk(ids, mostAhead) {
		list, args := inIDs(part)
		rows, err := a.tx.Query(documentColumns+" WHERE d.id"+list+" ORDER BY d.id FOR UPDATE OF d", args...)
		if err != nil {
			return err
		}
		for rows.Next() {
			var id db.ID
			var kind string
			var st storedState
			d := &document{}
			if err := rows.Scan(&kind, &d.schema, &st.state, &st.header, &st.payload, &d.secret, &id); err != nil {
				return err
			}
			if a.ahead.docs[id], err = a.j.read(d, kind, st); err != nil {
				return err
			}
		}
		if err := rows.Close(); err != nil {
			return err
		}
	}
	return nil
}

func (a *applier) lookSlots(slots []any) error {
	for part := range slices.Chunk(slots, mostAhead) {
		list, args := in(part)
		rows, err := a.tx.Query("SELECT slot FROM journal_entries WHERE slot"+list, args...)
		if err != nil {
			return err
		}
		for rows.Next() {
			var slot int64
			if err := rows.Scan(&slot); err != nil {
				return err
			}
			a.ahead.slots[slot] = true
		}
		if err := rows.Close(); err != nil {
			return err
		}
	}
	return nil
}

// secret keeps one that the batch brought.
func (h *ahead) secret(doc db.ID, secret []byte) {
	if h.done {
		h.secrets[doc] = secret
	}
}

// secret answers the document's secret: nil where it is erased.
func (a *applier) secret(doc db.ID) (secret []byte, isNew bool, err error) {
	if a.ahead.done {
		secret, known := a.ahead.secrets[doc]
		return secret, !known, nil
	}
	err = a.tx.Row("SELECT secret FROM journal_secrets WHERE doc = ?", doc).Scan(&secret)
	if fault.Is(err, fault.NotFound) {
		return nil, true, nil
	}
	return secret, false, err
}

// lockDocument is the journal's, or what was read ahead.
func (a *applier) lockDocument(id db.ID) (*document, error) {
	if !a.ahead.done {
		return a.j.lockDocument(a.tx, id)
	}
	if d := a.ahead.docs[id]; d != nil {
		return d, nil
	}
	return nil, fault.New(fault.NotFound, "journal.Apply", "journal.not_found")
}

// acted is a document after a change, whose acts are still to be compared.
type acted struct {
	id    db.ID
	d     *document
	isNew bool
}

// compareActsOf is compareActs for the documents of a batch: a day of a person once,
// however much was recorded on it.
func (j *Journal) compareActsOf(tx *db.Tx, all []acted) error {
	var days []actsDay
	seen := map[actsDay]bool{}
	for _, a := range all {
		at, is, err := j.noteActs(tx, a.id, a.d, a.isNew)
		if err != nil {
			return err
		}
		if k := (actsDay{at.subject, at.day}); is && !seen[k] {
			seen[k] = true
			days = append(days, k)
		}
	}
	if tx.Engine() != db.Postgres {
		for _, k := range days {
			if err := j.compareDay(tx, k.subject, k.day); err != nil {
				return err
			}
		}
		return nil
	}
	wrote, paired := map[actsDay]int{}, map[actsDay]int{}
	var subjects []db.ID
	for _, k := range days {
		subjects = append(subjects, k.subject)
	}
	slices.SortFunc(subjects, func(x, y db.ID) int { return slices.Compare(x[:], y[:]) })
	for part := range slices.Chunk(slices.Compact(subjects), mostAhead) {
		if err := countDays(tx, wrote, "SELECT subject, day, count(DISTINCT source) FROM journal_acts", part); err != nil {
			return err
		}
		if err := countDays(tx, paired, "SELECT subject, day, count(*) FROM journal_pairs", part); err != nil {
			return err
		}
	}
	for _, k := range days {
		if wrote[k] < 2 && paired[k] == 0 {
			continue
		}
		if err := j.comparePairs(tx, k.subject, k.day, wrote[k]); err != nil {
			return err
		}
	}
	return nil
}

// actsDay is a day of a person, on which acts are compared.
type actsDay struct {
	subject db.ID
	day     int64
}

// countDays reads a number for each day of some people.
func countDays(tx *db.Tx, into map[actsDay]int, sql string, subjects []db.ID) error {
	list, args := inIDs(subjects)
	rows, err := tx.Query(sql+" WHERE subject"+list+" GROUP BY subject, day", args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var k actsDay
		var n int
		if err := rows.Scan(&k.subject, &k.day, &n); err != nil {
			return err
		}
		into[k] = n
	}
	return rows.Err()
}
