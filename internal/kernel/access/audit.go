package access

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// The read audit is a stream of its own, apart from the journal and from the
// person's documents: one line an opened record, one a search with the ids it
// showed, one whatever left, one a broken glass. It never holds the words that
// were searched for, nor anything else about the person: a name typed into the
// search box is personal data, of somebody who may not even be here.
//
// Lines are chained by SHA-256 so that one changed or taken out shows. There are
// a few chains, chosen by user, so that readers do not wait for each other. The
// stream belongs to this installation.

// Act is what a line of the audit is about.
type Act string

// The closed list.
const (
	ActOpened   Act = "opened"   // a record was opened
	ActSearched Act = "searched" // a search; Shown says whom it showed
	ActReleased Act = "released" // a print, export or message; What is the route
	ActGlass    Act = "glass"    // the glass was broken
	ActTaken    Act = "taken"    // a site took the person into its care
)

// Read is one line.
type Read struct {
	Chain, Seq int64
	At         time.Time
	User       db.ID
	Subject    db.ID // none for a search
	Act        Act
	Purpose    string
	What       string // which page or route, never content
	Recipient  string
	Shown      []db.ID
	Hash       []byte
}

type read = Read

const chains = 8

// mostLines is the most that one query of the audit answers.
const mostLines = 1000

// mostShown caps the ids of one line: a page shows no more of them.
const mostShown = 200

// Opened writes that the actor opened the subject's record. What names the page
// ("people.person"), never content. It is durable before the page is shown.
func (a *Access) Opened(ctx context.Context, subject db.ID, what string) error {
	return fault.Wrap("access.Opened", a.db.Write(ctx, func(tx *db.Tx) error { return a.OpenedTx(ctx, tx, subject, what) }))
}

// OpenedTx is Opened inside a transaction that writes anyway.
func (a *Access) OpenedTx(ctx context.Context, tx *db.Tx, subject db.ID, what string) error {
	actor, err := Acting(ctx, "access.Opened")
	if err != nil {
		return err
	}
	if err := a.record(tx, Read{User: actor.User, Subject: subject, Act: ActOpened, Purpose: actor.Purpose, What: what}); err != nil {
		return err
	}
	note(ctx, subject)
	return nil
}

// Searched writes that the actor searched and whom the result showed.
func (a *Access) Searched(ctx context.Context, what string, shown []db.ID) error {
	actor, err := Acting(ctx, "access.Searched")
	if err != nil {
		return err
	}
	return fault.Wrap("access.Searched", a.db.Write(ctx, func(tx *db.Tx) error {
		return a.record(tx, Read{User: actor.User, Act: ActSearched, Purpose: actor.Purpose, What: what, Shown: shown[:min(len(shown), mostShown)]})
	}))
}

// Fetched writes, at a hub, that a node was given a person for whom its user had
// asked, or, for none, that nobody of the number was found: who tries numbers shows.
// The user's rights were checked there; purpose is what they said.
func (a *Access) Fetched(tx *db.Tx, user, subject db.ID, purpose string) error {
	if !MayAskFor(purpose) {
		return fault.New(fault.Forbidden, "access.Fetched", "door.forbidden")
	}
	if subject.IsZero() {
		return fault.Wrap("access.Fetched", a.record(tx, Read{User: user, Act: ActSearched, Purpose: purpose, What: "sync.fetch"}))
	}
	return fault.Wrap("access.Fetched", a.record(tx, Read{User: user, Subject: subject, Act: ActOpened, Purpose: purpose, What: "sync.fetch"}))
}

// record appends a line to its chain.
func (a *Access) record(tx *db.Tx, r Read) error {
	r.At = a.clock().UTC().Truncate(time.Microsecond)
	r.Chain = int64(r.User[15]) % chains
	var before []byte
	err := tx.Row("SELECT seq, hash FROM access_read_head WHERE chain = ?", r.Chain).Scan(&r.Seq, &before)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	r.Seq++
	r.Hash = r.sum(before)
	if _, err := tx.Exec(`INSERT INTO access_read_head (chain, seq, hash) VALUES (?, ?, ?)
		ON CONFLICT (chain) DO UPDATE SET seq = excluded.seq, hash = excluded.hash`, r.Chain, r.Seq, r.Hash); err != nil {
		return err
	}
	if _, err := tx.Exec(`INSERT INTO access_read (chain, seq, at, usr, subject, act, purpose, what, recipient, shown, hash)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		r.Chain, r.Seq, r.At, r.User, r.Subject, string(r.Act), r.Purpose, r.What, r.Recipient, packIDs(r.Shown), r.Hash); err != nil {
		return err
	}
	for _, id := range r.Shown {
		if _, err := tx.Exec("INSERT INTO access_read_shown (subject, chain, seq) VALUES (?, ?, ?) ON CONFLICT (subject, chain, seq) DO NOTHING", id, r.Chain, r.Seq); err != nil {
			return err
		}
	}
	return nil
}

// sum is the hash of a line over the one before it.
func (r Read) sum(before []byte) []byte {
	h := sha256.New()
	h.Write(before)
	var n [8]byte
	num := func(v int64) { binary.BigEndian.PutUint64(n[:], uint64(v)); h.Write(n[:]) }
	num(r.Chain)
	num(r.Seq)
	num(r.At.UnixMicro())
	h.Write(r.User[:])
	h.Write(r.Subject[:])
	for _, s := range []string{string(r.Act), r.Purpose, r.What, r.Recipient, string(packIDs(r.Shown))} {
		num(int64(len(s)))
		h.Write([]byte(s))
	}
	return h.Sum(nil)
}

func packIDs(ids []db.ID) []byte {
	b := make([]byte, 0, 16*len(ids))
	for _, id := range ids {
		b = append(b, id[:]...)
	}
	return b
}

func unpackIDs(b []byte) []db.ID {
	var ids []db.ID
	for c := range slices.Chunk(b, 16) {
		if len(c) == 16 {
			ids = append(ids, db.ID(c))
		}
	}
	return ids
}

// ReadFilter says which lines of the audit are wanted, latest first. Zero fields
// do not filter.
type ReadFilter struct {
	Subject, User db.ID
	Act           Act
	From, To      time.Time // from inclusive, to exclusive
	Before        *ReadKey  // page on from here
	Limit         int       // 100 when zero, 1000 at most
}

// ReadKey is a place in the list.
type ReadKey struct {
	At         time.Time
	Chain, Seq int64
}

// Key is the place of a line.
func (r Read) Key() ReadKey { return ReadKey{At: r.At, Chain: r.Chain, Seq: r.Seq} }

// Reads lists lines of the audit for the privacy officer. Reading the audit of
// one person or one user is itself a line of it.
func (a *Access) Reads(ctx context.Context, f ReadFilter) ([]Read, error) {
	if err := a.Check(ctx, AuditRead, Resource{Kind: "access.read"}); err != nil {
		return nil, fault.Wrap("access.Reads", err)
	}
	var out []Read
	err := a.db.Read(ctx, func(tx *db.Tx) (err error) { out, err = readLines(tx, f); return err })
	return out, fault.Wrap("access.Reads", err)
}

// LookedAt lists, for the person, every line about them: who opened their
// record, who saw them in a search, what left and to whom. It needs the right to
// export that list; the caller releases it.
func (a *Access) LookedAt(ctx context.Context, tx *db.Tx, person Resource) ([]Read, error) {
	const op = "access.LookedAt"
	if err := a.Check(ctx, ExportLooked, person); err != nil {
		return nil, fault.Wrap(op, err)
	}
	var out []Read
	f := ReadFilter{Subject: person.Subject, Limit: mostLines}
	for {
		some, err := readLines(tx, f)
		if err != nil {
			return nil, fault.Wrap(op, err)
		}
		if out = append(out, some...); len(some) < mostLines {
			return out, nil
		}
		last := some[len(some)-1].Key()
		f.Before = &last
	}
}

// Released lists what left about a person, latest first. It checks no rights.
func Released(tx *db.Tx, subject db.ID) ([]Read, error) {
	out, err := readLines(tx, ReadFilter{Subject: subject, Act: ActReleased, Limit: mostLines})
	return out, fault.Wrap("access.Released", err)
}

func readLines(tx *db.Tx, f ReadFilter) ([]Read, error) {
	var where []string
	var args []any
	and := func(sql string, a ...any) { where, args = append(where, sql), append(args, a...) }
	if !f.Subject.IsZero() {
		and(`(subject = ? OR EXISTS (SELECT 1 FROM access_read_shown s
			WHERE s.subject = ? AND s.chain = access_read.chain AND s.seq = access_read.seq))`, f.Subject, f.Subject)
	}
	if !f.User.IsZero() {
		and("usr = ?", f.User)
	}
	if f.Act != "" {
		and("act = ?", string(f.Act))
	}
	if !f.From.IsZero() {
		and("at >= ?", f.From)
	}
	if !f.To.IsZero() {
		and("at < ?", f.To)
	}
	if f.Before != nil {
		and("(at < ? OR at = ? AND (chain < ? OR chain = ? AND seq < ?))", f.Before.At, f.Before.At, f.Before.Chain, f.Before.Chain, f.Before.Seq)
	}
	sql := "SELECT chain, seq, at, usr, subject, act, purpose, what, recipient, shown, hash FROM access_read"
	if len(where) > 0 {
		sql += " WHERE " + strings.Join(where, " AND ")
	}
	limit := f.Limit
	if limit <= 0 {
		limit = 100
	}
	rows, err := tx.Query(sql+" ORDER BY at DESC, chain DESC, seq DESC LIMIT ?", append(args, min(limit, mostLines))...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Read
	for rows.Next() {
		r, err := scanRead(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

func scanRead(scan func(...any) error) (Read, error) {
	var r Read
	var act string
	var shown []byte
	err := scan(&r.Chain, &r.Seq, &r.At, &r.User, &r.Subject, &act, &r.Purpose, &r.What, &r.Recipient, &shown, &r.Hash)
	r.Act, r.Shown = Act(act), unpackIDs(shown)
	return r, err
}

// VerifyReads walks every chain of the audit and answers how many lines there
// are, or fault.Internal with the first chain and line that do not fit.
func (a *Access) VerifyReads(ctx context.Context) (int64, error) {
	const op = "access.VerifyReads"
	var total int64
	for chain := range int64(chains) {
		n, err := a.verifyChain(ctx, chain)
		if err != nil {
			return total, fault.Wrap(op, err)
		}
		total += n
	}
	return total, nil
}

func (a *Access) verifyChain(ctx context.Context, chain int64) (int64, error) {
	c := chainCheck{chain: chain}
	for n := 1; n > 0; {
		if err := a.db.Read(ctx, func(tx *db.Tx) (err error) { n, err = c.page(tx); return err }); err != nil {
			return c.last, err
		}
	}
	// The rest and the head are read of one state: what was written meanwhile is in
	// both, and lines that were cut off at the end are in the head alone.
	err := a.db.Read(ctx, func(tx *db.Tx) error {
		for n := 1; n > 0; {
			var err error
			if n, err = c.page(tx); err != nil {
				return err
			}
		}
		var seq int64
		var hash []byte
		err := tx.Row("SELECT seq, hash FROM access_read_head WHERE chain = ?", chain).Scan(&seq, &hash)
		switch {
		case fault.Is(err, fault.NotFound) && c.last == 0:
			return nil
		case fault.Is(err, fault.NotFound):
			return c.broken(c.last)
		case err != nil:
			return err
		case seq > c.last:
			return c.broken(c.last + 1)
		case seq < c.last || !bytes.Equal(hash, c.before):
			return c.broken(c.last)
		}
		return nil
	})
	return c.last, err
}

// chainCheck is how far a chain of the read audit was followed.
type chainCheck struct {
	chain, last int64
	before      []byte
}

func (c *chainCheck) broken(seq int64) error {
	e := fault.New(fault.Internal, "access.VerifyReads", "door.audit.broken")
	e.Args = map[string]any{"chain": c.chain, "line": seq}
	return e
}

// page follows the next lines and answers how many there were.
func (c *chainCheck) page(tx *db.Tx) (n int, err error) {
	rows, err := tx.Query(`SELECT chain, seq, at, usr, subject, act, purpose, what, recipient, shown, hash
		FROM access_read WHERE chain = ? AND seq > ? ORDER BY seq LIMIT 1000`, c.chain, c.last)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		r, err := scanRead(rows.Scan)
		if err != nil {
			return n, err
		}
		if r.Seq != c.last+1 || !bytes.Equal(r.Hash, r.sum(c.before)) {
			return n, c.broken(c.last + 1)
		}
		c.last, c.before = r.Seq, r.Hash
		n++
	}
	return n, rows.Err()
}
