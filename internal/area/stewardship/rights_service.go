package stewardship

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Record notes what a person asked. Anybody at a desk may; the privacy officer
// answers.
func (s *Service) Record(ctx context.Context, r Request) error {
	const op = "stewardship.Record"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	if errs := r.Valid(s.today()); len(errs) > 0 {
		return errors.Join(errs...)
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		_, res, err := s.People.Identity(tx, r.Person)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.RightsRecord, res); err != nil {
			return err
		}
		return s.Journal.Append(tx, a.Author(), journal.Change{
			Kind: kindRequest, Doc: r.ID, Subject: r.Person, Site: res.Site, Programme: res.Programme, Sensitivity: journal.Identity, Purpose: "person_request",
			Fields: map[string]any{"asked": r.Asked, "by": r.By, "words": strings.TrimSpace(r.Words), "wanted": strings.TrimSpace(r.Wanted), "received": r.Received},
		})
	}))
}

// Requests lists the requests that the actor may see, those whose clock runs out
// first ahead.
func (s *Service) Requests(ctx context.Context) ([]Request, error) {
	const op = "stewardship.Requests"
	sc, err := s.Access.Reach(ctx, op, access.RightsRead)
	if err != nil {
		return nil, err
	}
	var out []Request
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		rows, err := listRequests(tx, sc, 500)
		if err != nil {
			return err
		}
		for _, r := range rows {
			q, err := r.request()
			if err != nil {
				return err
			}
			out = append(out, q)
		}
		return nil
	})
	return out, fault.Wrap(op, err)
}

// RequestView is a request with what its page needs.
type RequestView struct {
	Request
	MayDecide bool
	ToTell    []Told // who got data on this person and has not been told
}

// Due is the day by which it must be answered.
func (r Request) Due() calendar.Day { return Due(r.Received, r.Extended) }

// OpenRequest opens one; it is a line in the read audit.
func (s *Service) OpenRequest(ctx context.Context, id db.ID) (RequestView, error) {
	const op = "stewardship.OpenRequest"
	var v RequestView
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		r, err := findRequest(tx, id)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.RightsRead, r.Resource); err != nil {
			return err
		}
		if v.Request, err = r.request(); err != nil {
			return err
		}
		v.MayDecide = s.Access.May(ctx, decideAction(v.Asked), r.Resource)
		if v.ToTell, err = s.toTell(tx, v.Request); err != nil {
			return err
		}
		return s.Access.OpenedTx(ctx, tx, r.Subject, kindRequest)
	})
	return v, fault.Wrap(op, err)
}

// decideAction is the right that an answer needs: whether a finding is wrong is
// for a physician to say, all else for the privacy officer.
func decideAction(a Asked) access.Action {
	if a == AskedCorrection {
		return access.CorrectionDecide
	}
	return access.RightsDecide
}

// toTell lists the recipients who must hear of a correction, an objection or an
// erasure: everybody but the person to whom something went (GDPR art. 19).
func (s *Service) toTell(tx *db.Tx, r Request) ([]Told, error) {
	if r.Asked == AskedCopy || r.Asked == AskedLooked {
		return nil, nil
	}
	left, err := access.Released(tx, r.Person)
	if err != nil {
		return nil, err
	}
	var out []Told
	for _, l := range left {
		t := Told{Route: l.What, Recipient: l.Recipient}
		same := func(x Told) bool { return x.Route == t.Route && x.Recipient == t.Recipient }
		if l.Recipient == string(access.Applicant) || l.Recipient == string(access.Statistics) || slices.ContainsFunc(r.Told, same) || slices.ContainsFunc(out, same) {
			continue
		}
		out = append(out, t)
	}
	return out, nil
}

// Extend tells the person, within the first month, that it takes longer.
func (s *Service) Extend(ctx context.Context, id db.ID, why string) error {
	const op = "stewardship.Extend"
	return s.changeRequest(ctx, op, id, func(r Request, today calendar.Day) (map[string]any, error) {
		switch {
		case strings.TrimSpace(why) == "" || utf8.RuneCountInString(why) > longReply:
			return nil, fault.Field(op, "why", "stewardship.error.why")
		case r.Extended:
			return nil, fault.Field(op, "why", "stewardship.error.extended")
		case !MayExtend(r.Received, today):
			return nil, fault.Field(op, "why", "stewardship.error.late")
		}
		return map[string]any{"extended": true, "extended_why": strings.TrimSpace(why), "extended_told": today}, nil
	})
}

// Answered records the answer. A correction that is refused keeps the person's
// statement attached to their record.
func (s *Service) Answered(ctx context.Context, id db.ID, answer Answer, reply string) error {
	const op = "stewardship.Answered"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	return s.changeRequest(ctx, op, id, func(r Request, today calendar.Day) (map[string]any, error) {
		var errs []error
		if !slices.Contains(Answers, answer) {
			errs = append(errs, fault.Field(op, "answer", "stewardship.error.choose"))
		}
		if strings.TrimSpace(reply) == "" {
			errs = append(errs, fault.Field(op, "reply", "stewardship.error.reply"))
		} else if utf8.RuneCountInString(reply) > longReply {
			errs = append(errs, fault.Field(op, "reply", "stewardship.error.long"))
		}
		if len(errs) > 0 {
			return nil, errors.Join(errs...)
		}
		return map[string]any{"answer": answer, "reply": strings.TrimSpace(reply), "answered": today, "decider": a.User,
			"statement": r.Asked == AskedCorrection && answer != Done}, nil
	})
}

// Tell notes that a recipient was told.
func (s *Service) Tell(ctx context.Context, id db.ID, route, recipient string) error {
	const op = "stewardship.Tell"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		r, q, doc, err := s.loadRequest(ctx, tx, id)
		if err != nil {
			return err
		}
		open, err := s.toTell(tx, q)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(open, func(t Told) bool { return t.Route == route && t.Recipient == recipient })
		if i < 0 {
			return fault.Field(op, "recipient", "stewardship.error.choose")
		}
		open[i].On = s.today()
		return s.appendRequest(tx, a, r, doc, map[string]any{"told": append(q.Told, open[i])})
	}))
}

func (s *Service) loadRequest(ctx context.Context, tx *db.Tx, id db.ID) (row, Request, *journal.Doc, error) {
	r, err := findRequest(tx, id)
	if err != nil {
		return r, Request{}, nil, err
	}
	q, err := r.request()
	if err != nil {
		return r, q, nil, err
	}
	if err := s.Access.Check(ctx, decideAction(q.Asked), r.Resource); err != nil {
		return r, q, nil, err
	}
	doc, err := s.Journal.Load(tx, id)
	return r, q, doc, err
}

func (s *Service) changeRequest(ctx context.Context, op string, id db.ID, change func(Request, calendar.Day) (map[string]any, error)) error {
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		r, q, doc, err := s.loadRequest(ctx, tx, id)
		if err != nil {
			return err
		}
		if q.Answer != Open {
			return fault.New(fault.Conflict, op, "stewardship.error.answered")
		}
		fields, err := change(q, s.today())
		if err != nil {
			return err
		}
		return s.appendRequest(tx, a, r, doc, fields)
	}))
}

func (s *Service) appendRequest(tx *db.Tx, a access.Actor, r row, doc *journal.Doc, fields map[string]any) error {
	return s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindRequest, Doc: r.Doc, Subject: r.Subject, Site: r.Site, Programme: r.Programme,
		Sensitivity: r.Sensitivity, Purpose: "person_request", Base: doc.Version, Fields: fields})
}
