package stewardship

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// receiptLetters leave out what is misread: 0 O 1 I L and vowels, so that no code
// is a word.
const receiptLetters = "23456789BCDFGHJKMNPQRSTVWXZ"

const receiptLength = 12 // 57 bits: not to be guessed at ten an hour

// newReceipt makes the code that whoever complains keeps.
func newReceipt() string {
	var b [receiptLength]byte
	for i := range b {
		var r [1]byte
		for {
			if _, err := rand.Read(r[:]); err != nil {
				panic(err) // crypto/rand does not fail on the systems Go supports
			}
			if int(r[0]) < 256-256%len(receiptLetters) {
				break
			}
		}
		b[i] = receiptLetters[int(r[0])%len(receiptLetters)]
	}
	return string(b[:4]) + "-" + string(b[4:8]) + "-" + string(b[8:])
}

// hashReceipt is how a code is stored and looked for.
func hashReceipt(code string) string {
	code = strings.ToUpper(strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' {
			return -1
		}
		return r
	}, code))
	h := sha256.Sum256([]byte("godwit complaint\x00" + code))
	return hex.EncodeToString(h[:])
}

// File takes a complaint from anybody, without an account, and answers the code
// of its receipt. Neither the account that may be signed in nor the address is
// kept. address only bounds how many come in.
func (s *Service) File(ctx context.Context, c Complaint, address string) (code string, err error) {
	const op = "stewardship.File"
	if errs := c.Valid(); len(errs) > 0 {
		return "", errors.Join(errs...)
	}
	if !s.limit.take(address, s.Clock()) {
		return "", fault.New(fault.Unavailable, op, "stewardship.error.many")
	}
	code = newReceipt()
	fields := map[string]any{"about": c.About, "where": strings.TrimSpace(c.Where), "words": strings.TrimSpace(c.Words),
		"contact": strings.TrimSpace(c.Contact), "lang": c.Lang, "receipt": hashReceipt(code), "received": s.now()}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		// No site in the header: it must not travel, or be listed, with the site's
		// documents.
		return s.Journal.Append(tx, access.Anybody(), journal.Change{Kind: kindComplaint, Doc: c.ID, Sensitivity: journal.Sensitive, Purpose: "oversight", Fields: fields})
	})
	return code, fault.Wrap(op, err)
}

// Complained is what the holder of a code may read.
type Complained struct {
	Answer Answer
	Reply  string
	Passed bool // about exploitation: it was passed on
}

// Follow answers how a complaint stands to whoever holds its code.
func (s *Service) Follow(ctx context.Context, code, address string) (Complained, error) {
	const op = "stewardship.Follow"
	if !s.limit.take("follow "+address, s.Clock()) {
		return Complained{}, fault.New(fault.Unavailable, op, "stewardship.error.many")
	}
	var c Complaint
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		c, err = complaintByReceipt(tx, hashReceipt(code))
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return Complained{}, fault.Field(op, "code", "stewardship.error.code")
	}
	return Complained{Answer: c.Answer, Reply: c.Reply, Passed: !c.Forwarded.IsZero()}, fault.Wrap(op, err)
}

// complaintAction is the right to a complaint: one about the privacy officer goes
// past them.
func complaintAction(aboutOfficer, decide bool) access.Action {
	switch {
	case aboutOfficer:
		return access.ComplaintUp
	case decide:
		return access.ComplaintDecide
	}
	return access.ComplaintRead
}

// Complaints lists what the actor may read: the privacy officer all but those
// about them, a medical officer who is tied to no site those.
func (s *Service) Complaints(ctx context.Context) ([]Complaint, error) {
	const op = "stewardship.Complaints"
	var out []Complaint
	may := false
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		for _, aboutOfficer := range []bool{false, true} {
			if !s.Access.May(ctx, complaintAction(aboutOfficer, false), access.Resource{Kind: kindComplaint}) {
				continue
			}
			may = true
			list, err := listComplaints(tx, aboutOfficer, 500)
			if err != nil {
				return err
			}
			out = append(out, list...)
		}
		return nil
	})
	if err == nil && !may {
		return nil, fault.New(fault.Forbidden, op, "door.forbidden")
	}
	return out, fault.Wrap(op, err)
}

// OpenComplaint opens one.
func (s *Service) OpenComplaint(ctx context.Context, id db.ID) (Complaint, error) {
	const op = "stewardship.OpenComplaint"
	var c Complaint
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if c, err = findComplaint(tx, id); err != nil {
			return err
		}
		return s.Access.Check(ctx, complaintAction(c.About == AboutOfficer, false), access.Resource{Kind: kindComplaint, Doc: id})
	})
	if err != nil {
		return Complaint{}, fault.Wrap(op, err)
	}
	return c, nil
}

// Forward notes that a complaint about exploitation was passed to the body that
// investigates.
func (s *Service) Forward(ctx context.Context, id db.ID) error {
	return s.changeComplaint(ctx, "stewardship.Forward", id, func(c Complaint, _ access.Actor) (map[string]any, error) {
		if !c.Forwarded.IsZero() {
			return nil, fault.New(fault.Conflict, "stewardship.Forward", "stewardship.error.forwarded")
		}
		return map[string]any{"forwarded": s.now()}, nil
	})
}

// Settle answers a complaint; whoever holds the code can read the reply.
func (s *Service) Settle(ctx context.Context, id db.ID, answer Answer, reply string) error {
	const op = "stewardship.Settle"
	return s.changeComplaint(ctx, op, id, func(_ Complaint, a access.Actor) (map[string]any, error) {
		var errs []error
		if !slices.Contains(Answers, answer) {
			errs = append(errs, fault.Field(op, "answer", "stewardship.error.choose"))
		}
		if n := utf8.RuneCountInString(strings.TrimSpace(reply)); n == 0 {
			errs = append(errs, fault.Field(op, "reply", "stewardship.error.reply"))
		} else if n > longReply {
			errs = append(errs, fault.Field(op, "reply", "stewardship.error.long"))
		}
		if len(errs) > 0 {
			return nil, errors.Join(errs...)
		}
		return map[string]any{"answer": answer, "reply": strings.TrimSpace(reply), "answered": s.now(), "decider": a.User}, nil
	})
}

func (s *Service) changeComplaint(ctx context.Context, op string, id db.ID, change func(Complaint, access.Actor) (map[string]any, error)) error {
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		c, err := findComplaint(tx, id)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, complaintAction(c.About == AboutOfficer, true), access.Resource{Kind: kindComplaint, Doc: id}); err != nil {
			return err
		}
		if c.Answer != Open {
			return fault.New(fault.Conflict, op, "stewardship.error.answered")
		}
		fields, err := change(c, a)
		if err != nil {
			return err
		}
		doc, err := s.Journal.Load(tx, id)
		if err != nil {
			return err
		}
		return s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindComplaint, Doc: id, Purpose: "oversight", Base: doc.Version, Fields: fields})
	}))
}
