package course

import (
	"context"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// AskForm asks a form of a course: of a visit, of enrolment once more, or of its end. It
// answers the order that is filled in.
func (s *Service) AskForm(ctx context.Context, id db.ID, service string) (form db.ID, err error) {
	const op = "course.AskForm"
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		o, a, err := s.writable(ctx, tx, op, id)
		if err != nil {
			return err
		}
		name, code := o.Visit, o.Plan.visitCode(rowFor(o.Pending, s.today()))
		switch service {
		case serviceEnrol:
			name, code = o.Enrol, o.Course.Code
		case serviceEnding:
			name, code = o.Programme.Ending, o.Course.Code
		case serviceVisit:
		default:
			name = ""
		}
		if name == "" {
			return fault.New(fault.Invalid, op, "page.error.body")
		}
		if err := s.askForm(tx, a, o.Course, o.Programme, name, code, service); err != nil {
			return err
		}
		all, err := s.Orders.OfCase(tx, o.Person, id)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(x order.Order) bool { return x.Status.Open() && x.Code == code && ours(x.Service) })
		if i >= 0 {
			form = all[i].ID
		}
		return s.keepOpen(ctx, tx, o)
	})
	return form, fault.Wrap(op, err)
}

// Absent records that somebody did not come to the visit that is due.
func (s *Service) Absent(ctx context.Context, doc, id db.ID) error {
	const op = "course.Absent"
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		o, a, err := s.writable(ctx, tx, op, id)
		if err != nil {
			return err
		}
		today := s.today()
		if slices.ContainsFunc(o.Visits, func(v Visit) bool { return v.On == today }) {
			return fault.New(fault.Conflict, op, "course.error.seen_today")
		}
		row := rowFor(o.Pending, today)
		return sentTwice(s.visit(tx, a, o.Course, doc, Visit{Course: id, Code: o.Plan.visitCode(row), Row: row, On: today, Absent: true, By: a.User}))
	}))
}

// sentTwice reads a change that is there already, by its id, as one that was sent twice.
func sentTwice(err error) error {
	if fault.Is(err, fault.Conflict) && fault.KeyOf(err) == "journal.exists" {
		return nil
	}
	return err
}

// visit writes a visit, at the site where it took place.
func (s *Service) visit(tx *db.Tx, a access.Actor, c Course, doc db.ID, v Visit) error {
	site := a.Site()
	if site == "" || site == access.All {
		site = c.Site
	}
	fields := map[string]any{"course": v.Course, "code": v.Code, "row": v.Row, "on": v.On, "absent": v.Absent, "by": v.By}
	if !v.Order.IsZero() {
		fields["order"] = v.Order
	}
	return s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindVisit, Doc: doc, Subject: c.Person, Site: site, Programme: c.Programme,
		Sensitivity: c.Sensitivity, Purpose: a.Purpose, Fields: fields})
}

// Recorded hears of every result: the form of a visit is a visit, whether it was asked by
// the course or by an encounter; what the dates rest on lays the course out anew; a result
// that was struck out takes its visit back.
func (s *Service) Recorded(ctx context.Context, tx *db.Tx, r order.Result) error {
	const op = "course.Recorded"
	a, err := access.Acting(ctx, op)
	if err != nil || r.Order.IsZero() {
		return nil // nobody's act: an answer beside orders
	}
	list, err := of(tx, r.Subject)
	if err != nil || !slices.ContainsFunc(list, Course.Open) {
		return fault.Wrap(op, err)
	}
	o, err := s.Orders.ByID(tx, r.Order)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return fault.Wrap(op, err)
	}
	for _, c := range list {
		if !c.Open() || ours(o.Service) && o.Case != c.ID {
			continue
		}
		if err := s.recorded(tx, a, c, o, r); err != nil {
			return fault.Wrap(op, err)
		}
	}
	return nil
}

func (s *Service) recorded(tx *db.Tx, a access.Actor, c Course, o order.Order, r order.Result) error {
	p, g, err := s.packOf(tx, c)
	if fault.Is(err, fault.Unavailable) {
		return nil
	}
	if err != nil {
		return err
	}
	isVisit := o.Service == serviceVisit || !ours(o.Service) && o.Pack == p.ID && o.Form == g.Visit
	if isVisit {
		if err := s.attend(tx, a, c, o, r); err != nil {
			return err
		}
	}
	return s.replan(tx, a, c)
}

// attend writes the visit that a result is of, or takes it back.
func (s *Service) attend(tx *db.Tx, a access.Actor, c Course, o order.Order, r order.Result) error {
	visits, err := visitsOf(tx, c.ID)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(visits, func(v Visit) bool { return v.Order == o.ID })
	switch {
	case at >= 0 && r.InError:
		doc, err := s.Journal.Load(tx, visits[at].ID)
		if err != nil {
			return err
		}
		return s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindVisit, Doc: visits[at].ID, Base: doc.Version, Subject: c.Person, Purpose: a.Purpose, EnteredInError: true})
	case at >= 0 || r.InError || r.Refused || r.On < c.Enrolled:
		return nil
	}
	doses, err := dosesOf(tx, c.ID, 0, never)
	if err != nil {
		return err
	}
	row := rowFor(pending(c, visits, doses), r.On)
	return s.visit(tx, a, c, db.NewID(), Visit{Course: c.ID, Code: c.Plan.visitCode(row), Row: row, On: r.On, Order: o.ID, By: a.User})
}

// OrderTests orders what the pack requires now and nobody ordered for this course.
func (s *Service) OrderTests(ctx context.Context, id db.ID) error {
	const op = "course.OrderTests"
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		o, a, err := s.writable(ctx, tx, op, id)
		if err != nil {
			return err
		}
		for _, x := range o.Said.Outcomes {
			svc, ok := o.Pack.ServiceFor(x.Code)
			sens, fits := level(svc.Sensitivity)
			if x.Kind != decision.Require || x.State != decision.Definite || !ok || !fits || o.ordered(x.Code) {
				continue
			}
			r := order.Request{Subject: o.Person, Case: id, Pack: o.Course.Pack, Version: o.Version, Hash: o.Hash, Code: svc.Code, Service: svc.Service, Station: svc.Station,
				Form: svc.Form, Sensitivity: sens, Consent: svc.Consent, Site: o.Site, Programme: o.Course.Programme, Purpose: a.Purpose}
			if svc.Counselling {
				r.Needs = append(r.Needs, order.NeedCounselling)
			}
			if svc.Consent != "" {
				r.Needs = append(r.Needs, order.NeedConsent)
			}
			for _, row := range x.Rows {
				r.Why = append(r.Why, row.ID)
			}
			if err := s.Access.Check(ctx, access.OrderCreate, access.Resource{Kind: "care.order", Subject: o.Person, Site: o.Site, Programme: o.Course.Programme, Sensitivity: sens, Station: svc.Station}); err != nil {
				return err
			}
			if err := s.Orders.Place(tx, a.Author(), r); err != nil {
				return err
			}
		}
		return nil
	}))
}

// ordered reports whether a test waits already.
func (o Opened) ordered(code string) bool {
	return slices.ContainsFunc(o.Orders, func(x order.Order) bool { return x.Code == code && x.Status.Open() })
}

// End ends a course on a day: with the class that the pack's table gives, or with one of
// the programme's outcomes. What the pack says at this moment is kept with it.
func (s *Service) End(ctx context.Context, id db.ID, outcome string, on calendar.Day) error {
	const op = "course.End"
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		o, a, err := s.writable(ctx, tx, op, id)
		if err != nil {
			return err
		}
		switch {
		case on > s.today():
			return fault.Field(op, "on", "course.error.future")
		case on < o.Enrolled:
			return fault.Field(op, "on", "course.error.before")
		}
		e := Ending{Outcome: outcome, On: on, Where: o.Site}
		if o.Decides != "" {
			x, ok := o.Outcome()
			if !ok || slices.Contains(o.Running, x.Code) || outcome != x.Code {
				return fault.Field(op, "outcome", "course.error.not_decided")
			}
		} else if !slices.Contains(o.Outcomes, outcome) {
			return fault.Field(op, "outcome", "course.error.outcome")
		}
		if e.Record, err = o.Pack.NewRecord(o.judged.in, o.judged.dec).Bytes(); err != nil {
			return err
		}
		return s.end(tx, a, o.Course, e)
	}))
}
