package journal

import (
	"bytes"
	"context"
	"fmt"

	"github.com/godwit-health/godwit/internal/kernel/db"
)

// VerifyReport is what Verify found.
type VerifyReport struct {
	Origins  int
	Entries  int64
	Erased   int64 // entries whose payload is destroyed
	Problems []Problem
}

// OK reports whether every chain holds.
func (r VerifyReport) OK() bool { return len(r.Problems) == 0 }

// Problem is a place where a chain does not hold.
type Problem struct {
	Version Version
	What    string
}

// String is one line for a log.
func (p Problem) String() string { return p.Version.String() + ": " + p.What }

// verifyPage is how many entries are read at a time, and maxProblems how many
// problems are worth listing.
const (
	verifyPage  = 500
	maxProblems = 100
)

// Verify reads every chain from its first entry and checks sequence numbers,
// hashes, heads, and each payload against its commitment.
func (j *Journal) Verify(ctx context.Context) (VerifyReport, error) {
	var r VerifyReport
	err := j.db.Read(ctx, func(tx *db.Tx) error {
		r = VerifyReport{}
		heads, err := allHeads(tx)
		if err != nil {
			return err
		}
		var entries int64
		if err := tx.Row("SELECT count(*) FROM journal_entries").Scan(&entries); err != nil {
			return err
		}
		for _, h := range heads {
			v := verifier{r: &r, h: h}
			if err := v.chain(tx); err != nil {
				return err
			}
		}
		r.Origins = len(heads)
		if entries != r.Entries && len(r.Problems) == 0 {
			r.Problems = append(r.Problems, Problem{What: fmt.Sprintf("%d entries belong to no origin", entries-r.Entries)})
		}
		return nil
	})
	return r, err
}

type storedHead struct {
	no     int64
	origin Origin
	head
}

func allHeads(tx *db.Tx) ([]storedHead, error) {
	rows, err := tx.Query("SELECT no, installation, lane, seq, hash FROM journal_heads ORDER BY no")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []storedHead
	for rows.Next() {
		var h storedHead
		var lane, seq int64
		var hash []byte
		if err := rows.Scan(&h.no, &h.origin.Installation, &lane, &seq, &hash); err != nil {
			return nil, err
		}
		h.origin.Lane, h.seq = uint32(lane), uint64(seq)
		copy(h.hash[:], hash)
		out = append(out, h)
	}
	return out, rows.Err()
}

type verifier struct {
	r    *VerifyReport
	h    storedHead
	s    hasher
	at   uint64 // sequence number before this one
	prev [32]byte

	whole uint64 // end of the chain that is here from its beginning
	end   [32]byte
}

func (v *verifier) chain(tx *db.Tx) error {
	for {
		n, err := v.page(tx)
		if err != nil {
			return err
		}
		if n < verifyPage || len(v.r.Problems) >= maxProblems {
			break
		}
	}
	if v.whole != v.h.seq {
		v.problem(v.whole, fmt.Sprintf("the chain ends at %d and its head says %d", v.whole, v.h.seq))
	} else if v.end != v.h.hash {
		v.problem(v.whole, "the head has another hash than the last entry")
	}
	return nil
}

func (v *verifier) problem(seq uint64, what string) {
	v.r.Problems = append(v.r.Problems, Problem{Version{v.h.origin, seq}, what})
}

func (v *verifier) page(tx *db.Tx) (int, error) {
	rows, err := tx.Query(`SELECT e.slot, e.doc, e.header, e.hash, e.payload, e.commitment, e.prev, s.secret
		FROM journal_entries e LEFT JOIN journal_secrets s ON s.doc = e.doc
		WHERE e.slot > ? AND e.slot <= ? ORDER BY e.slot LIMIT ?`, slotOf(v.h.no, v.at), slotOf(v.h.no, maxSeq), verifyPage)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		var slot int64
		var r verified
		if err := rows.Scan(&slot, &r.doc, &r.raw, &r.hash, &r.payload, &r.commitment, &r.prev, &r.secret); err != nil {
			return n, err
		}
		n++
		v.r.Entries++
		v.entry(tx, slotSeq(slot), &r)
	}
	return n, rows.Err()
}

// verified is an entry as it is stored.
type verified struct {
	doc                                          db.ID
	raw, hash, payload, commitment, prev, secret []byte
}

func (v *verifier) entry(tx *db.Tx, seq uint64, r *verified) {
	v.order(seq, r)
	v.at = seq
	h, err := parseHeader(r.raw)
	switch {
	case err != nil:
		v.problem(seq, "the header cannot be read")
	case h.Version != (Version{v.h.origin, seq}) || h.Doc != r.doc:
		v.problem(seq, "the header is of another entry")
	}
	c := v.commitment(tx, seq, r)
	want := v.s.entry(r.raw, &c, &v.prev)
	if !bytes.Equal(want[:], r.hash) {
		v.problem(seq, "the hash does not match")
	}
	copy(v.prev[:], r.hash)
	if seq <= v.h.seq {
		v.whole, v.end = seq, v.prev
	}
}

// order checks how an entry follows the one before it here. Beyond the chain that is
// here from its beginning there are gaps, and each part brings the hash before it.
func (v *verifier) order(seq uint64, r *verified) {
	switch next := seq == v.at+1; {
	case seq <= v.h.seq && !next:
		v.problem(seq, fmt.Sprintf("number %d follows %d", seq, v.at))
	case seq > v.h.seq && len(r.prev) != 32:
		v.problem(seq, "a part without the hash before it")
	case seq > v.h.seq && next && !bytes.Equal(r.prev, v.prev[:]):
		v.problem(seq, "the part does not follow the entry before it")
	}
	if len(r.prev) == 32 && seq > v.h.seq {
		v.prev = [32]byte(r.prev)
	}
}

// commitment is what the chain holds of the payload.
func (v *verifier) commitment(tx *db.Tx, seq uint64, r *verified) [32]byte {
	var c [32]byte
	at := Version{v.h.origin, seq}
	switch {
	case r.payload == nil && len(r.commitment) == 32:
		v.r.Erased++
		copy(c[:], r.commitment)
		if r.secret != nil && !v.hasPayload(tx, r.doc) {
			v.problem(seq, "the payload is gone and the secret is not")
		}
	case r.payload == nil || r.secret == nil:
		v.problem(seq, "the payload or its secret is missing")
	case !isSecret(r.secret):
		v.problem(seq, "the secret has a length that no secret has")
	case len(r.commitment) == 32: // with another secret than the document's first
		copy(c[:], r.commitment)
		e := Entry{Header: Header{Version: at, Doc: r.doc}, Payload: r.payload, Commitment: c}
		if err := otherSecret(tx, &v.s, &e); err != nil || e.Secret == nil {
			v.problem(seq, "the payload does not open its commitment")
		}
	default:
		c = v.s.commit(r.secret, at, r.payload)
	}
	return c
}

// hasPayload reports whether any payload of a document is here. A document that was
// forgotten and comes back has some of its payloads before the others.
func (v *verifier) hasPayload(tx *db.Tx, doc db.ID) bool {
	has, err := tx.Exists("SELECT 1 FROM journal_entries WHERE doc = ? AND payload IS NOT NULL LIMIT 1", doc)
	return has && err == nil
}
