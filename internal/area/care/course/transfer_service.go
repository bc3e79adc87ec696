package course

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// AskTransfer asks another site to take a course over. Until it accepts, the course stays
// where it is, and doses and visits go on being recorded there.
func (s *Service) AskTransfer(ctx context.Context, doc, id db.ID, to, why string) error {
	const op = "course.AskTransfer"
	why = strings.TrimSpace(why)
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		o, a, err := s.writable(ctx, tx, op, id)
		if err != nil {
			return err
		}
		if t, ok := o.Waiting(); ok && t.State == Asked {
			if t.ID == doc {
				return nil // sent twice
			}
			return fault.Field(op, "to", "course.error.on_its_way")
		}
		if utf8.RuneCountInString(why) > longText {
			return fault.Field(op, "why", "course.error.long")
		}
		if err := s.openSite(tx, op, to, o.Site); err != nil {
			return err
		}
		return sentTwice(s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindTransfer, Doc: doc, Subject: o.Person, Site: to, Programme: o.Course.Programme, Sensitivity: o.Course.Sensitivity, Purpose: a.Purpose,
			Fields: map[string]any{"course": id, "pack": o.Course.Pack, "code": o.Course.Code, "from": o.Site, "why": why, "asked_at": s.now(), "asked_by": a.User, "state": Asked, "since": s.now(), "by": a.User}}))
	}))
}

// openSite checks that a course can go to a site.
func (s *Service) openSite(tx *db.Tx, op, to, from string) error {
	if to == from {
		return fault.Field(op, "to", "course.error.same_site")
	}
	site, err := s.Sites.Site(tx, to)
	switch {
	case fault.Is(err, fault.NotFound):
		return fault.Field(op, "to", "course.error.no_site")
	case err != nil:
		return err
	case site.Closed:
		return fault.Field(op, "to", "course.error.site_closed")
	}
	return nil
}

// Incoming is a transfer as the site it is for, or comes from, sees it.
type Incoming struct {
	Transfer
	Who              people.Brief
	Rules            *pack.Pack // nil where none of that id is in force here
	MayAnswer        bool       // as the site it is for
	MayWithdraw      bool       // as the site it comes from
	FromName, ToName string
}

// LookTransfer opens a transfer, for either of its sites.
func (s *Service) LookTransfer(ctx context.Context, id db.ID, lang string) (out Incoming, err error) {
	const op = "course.LookTransfer"
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		t, err := findTransfer(tx, id)
		if err != nil {
			return err
		}
		out = Incoming{Transfer: t}
		res := t.Resource()
		if err := s.Access.Check(ctx, access.ClinicalRead, res); err != nil {
			res.Site = t.From
			if s.Access.Check(ctx, access.ClinicalRead, res) != nil {
				return err
			}
		}
		res.Site = t.To
		out.MayAnswer = s.Access.May(ctx, access.ClinicalWrite, res)
		res.Site = t.From
		out.MayWithdraw = s.Access.May(ctx, access.ClinicalWrite, res)
		who, err := s.People.Briefs(tx, []db.ID{t.Person})
		if err != nil {
			return err
		}
		out.Who = who[t.Person]
		packs, err := s.Packs.InForce(tx, packKind, s.today())
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(packs, func(p *pack.Pack) bool { return p.ID == t.Pack }); i >= 0 {
			out.Rules = packs[i]
		}
		if out.FromName, err = s.siteName(tx, t.From, lang); err != nil {
			return err
		}
		out.ToName, err = s.siteName(tx, t.To, lang)
		return err
	})
	if err == nil {
		err = s.Access.Opened(ctx, out.Person, "care.transfer")
	}
	return out, fault.Wrap(op, err)
}

func (s *Service) siteName(tx *db.Tx, code, lang string) (string, error) {
	site, err := s.Sites.Site(tx, code)
	if fault.Is(err, fault.NotFound) {
		return code, nil
	}
	return site.Name(lang), err
}

// Answer brings a transfer to a state. Accepting it moves the course to the site that
// accepts, and opens the person's record there.
func (s *Service) Answer(ctx context.Context, id db.ID, to TransferState, reason string) error {
	const op = "course.Answer"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		t, err := findTransfer(tx, id)
		if err != nil {
			return err
		}
		res := t.Resource()
		if to == Withdrawn {
			res.Site = t.From
		}
		if err := s.Access.Check(ctx, access.ClinicalWrite, res); err != nil {
			return err
		}
		if t.State == to {
			return nil // sent twice
		}
		if err := t.Answerable(to, reason); err != nil {
			return err
		}
		if to == Accepted {
			if err := s.takeOver(ctx, tx, a, t); err != nil {
				return err
			}
		}
		doc, err := s.Journal.Load(tx, id)
		if err != nil {
			return err
		}
		return s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindTransfer, Doc: id, Base: doc.Version, Subject: t.Person, Site: t.To, Programme: t.Programme, Sensitivity: t.Sensitivity, Purpose: a.Purpose,
			Fields: map[string]any{"state": to, "reason": reason, "since": s.now(), "by": a.User}})
	}))
}

// takeOver moves a course to the site that accepted it.
func (s *Service) takeOver(ctx context.Context, tx *db.Tx, a access.Actor, t Transfer) error {
	const op = "course.takeOver"
	if err := s.openSite(tx, op, t.To, t.From); err != nil {
		return err
	}
	c, err := find(tx, t.Course)
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.Unavailable, op, "course.error.not_here")
	}
	if err != nil {
		return err
	}
	if !c.Open() {
		return fault.New(fault.Conflict, op, "course.error.ended")
	}
	doc, err := s.Journal.Load(tx, c.ID)
	if err != nil {
		return err
	}
	c.Site = t.To
	// The plan is said again so that there is something to change: the site itself is in
	// the header.
	if err := s.Journal.Append(tx, a.Author(), s.change(a, c, journal.Change{Base: doc.Version, Fields: map[string]any{"plan": c.Plan}})); err != nil {
		return err
	}
	if s.OpenTo != nil {
		return s.OpenTo(ctx, tx, t.Person, t.To)
	}
	return nil
}

// keepOpen keeps the record open to the site that cares for somebody who is registered at
// another, for as long as it does: whoever records something there is at work on it.
func (s *Service) keepOpen(ctx context.Context, tx *db.Tx, o Opened) error {
	if s.OpenTo == nil || o.Who.Resource.Site == o.Site {
		return nil
	}
	return s.OpenTo(ctx, tx, o.Person, o.Site)
}

// SitesFor lists the sites that a course can be sent to: open ones, without its own.
func (s *Service) SitesFor(ctx context.Context, c Course) (out []place.Site, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := s.Sites.All(tx)
		out = slices.DeleteFunc(all, func(x place.Site) bool { return x.Code == c.Site })
		return err
	})
	return out, fault.Wrap("course.SitesFor", err)
}
