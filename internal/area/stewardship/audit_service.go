package stewardship

import (
	"context"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// AuditQuery is what a privacy officer asks of the read audit: a person's code, a
// user, what was done, the days.
type AuditQuery struct {
	Code     string
	User     db.ID
	Act      access.Act
	From, To calendar.Date
	Before   *access.ReadKey
}

// AuditLine is a line with names and codes. A person is a code here: the list
// itself shows nobody's name.
type AuditLine struct {
	Line
	Code string
}

const auditPage = 50

// Audit lists lines of the read audit, latest first, a page at a time.
func (s *Service) Audit(ctx context.Context, q AuditQuery) ([]AuditLine, error) {
	const op = "stewardship.Audit"
	f, err := s.auditFilter(ctx, q)
	if err != nil {
		return nil, err
	}
	reads, err := s.Access.Reads(ctx, f)
	if err != nil {
		return nil, err
	}
	out := make([]AuditLine, len(reads))
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		lines, err := named(tx, reads)
		if err != nil {
			return err
		}
		for i, l := range lines {
			out[i].Line = l
			if !l.Subject.IsZero() {
				out[i].Code = people.ShowCode(people.Code(l.Subject))
			}
		}
		return nil
	})
	return out, fault.Wrap(op, err)
}

func (s *Service) auditFilter(ctx context.Context, q AuditQuery) (access.ReadFilter, error) {
	f := access.ReadFilter{User: q.User, Act: q.Act, Before: q.Before, Limit: auditPage + 1}
	if err := s.Access.Check(ctx, access.AuditRead, access.Resource{Kind: "access.read"}); err != nil {
		return f, err
	}
	if code := strings.TrimSpace(q.Code); code != "" {
		id, err := s.personOfCode(ctx, code)
		if err != nil {
			return f, err
		}
		f.Subject = id
	}
	if first, _, ok := q.From.Bounds(); ok {
		f.From = startOf(first)
	}
	if _, last, ok := q.To.Bounds(); ok {
		f.To = startOf(last + 1)
	}
	return f, nil
}

// personOfCode finds the person of a code, or of the id in a link.
func (s *Service) personOfCode(ctx context.Context, text string) (db.ID, error) {
	const op = "stewardship.personOfCode"
	if id, err := db.ParseID(text); err == nil {
		return id, nil
	}
	none := fault.Field(op, "code", "stewardship.error.person")
	code, ok := people.ParseCode(text)
	if !ok {
		return db.ID{}, none
	}
	found, err := s.People.Search(ctx, code)
	if err != nil {
		return db.ID{}, err
	}
	for _, h := range found.Hits {
		if people.Code(h.ID) == code {
			return h.ID, nil
		}
	}
	return db.ID{}, none
}
