package stewardship

import (
	"context"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// KeepBoth settles two records that look like one act as two acts.
const KeepBoth = "both"

// longestReason is the longest reason for entering a record in error.
const longestReason = 500

// OpenSame opens the review item of two documents that look like one act; it is a
// line in the read audit. The version of each value is its document's id.
func (s *Service) OpenSame(ctx context.Context, doc, other db.ID) (ItemView, error) {
	const op = "stewardship.OpenSame"
	var v ItemView
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		both, err := s.same(ctx, tx, doc, other)
		if err != nil {
			return err
		}
		v = ItemView{Item: Item{Doc: doc, Other: other, Kind: both[0].Kind, Topic: journal.TopicSameAct, Subject: both[0].Subject}, MayResolve: true}
		for _, d := range both {
			name, err := access.UserName(tx, d.CreatedBy)
			if err != nil {
				return err
			}
			v.MayResolve = v.MayResolve && s.maySettle(ctx, tx, d) == nil
			said, err := s.say(tx, d)
			if err != nil {
				return err
			}
			v.Values = append(v.Values, ItemValue{Version: d.ID.String(), By: name, At: d.Created, Fields: d.Fields, Said: said})
		}
		return s.looked(ctx, tx, both...)
	})
	return v, fault.Wrap(op, err)
}

// say has the area say a document in its own words, if it has any.
func (s *Service) say(tx *db.Tx, d *journal.Doc) (page.Summary, error) {
	area, err := s.area(d.Kind)
	if err != nil || area.Say == nil {
		return nil, nil
	}
	return area.Say(tx, d)
}

// same loads the two documents of an open review item that the actor may see.
func (s *Service) same(ctx context.Context, tx *db.Tx, doc, other db.ID) ([]*journal.Doc, error) {
	open, err := s.Journal.ReviewsOf(tx, doc)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(open, func(r journal.Review) bool {
		return r.Topic == journal.TopicSameAct && r.Doc == doc && r.Other == other
	}) {
		return nil, fault.New(fault.NotFound, "stewardship.same", "stewardship.error.settled")
	}
	var both []*journal.Doc
	for _, id := range []db.ID{doc, other} {
		d, err := s.Journal.Load(tx, id)
		if err != nil {
			return nil, err
		}
		if err := s.Access.Check(ctx, access.ReviewRead, access.Of(d)); err != nil {
			return nil, err
		}
		both = append(both, d)
	}
	return both, nil
}

// SettleSame keeps both of two records that look like one act (KeepBoth), or the
// one with the id keep; the other is then entered in error for the reason given.
func (s *Service) SettleSame(ctx context.Context, doc, other db.ID, keep, reason string) error {
	const op = "stewardship.SettleSame"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		both, err := s.same(ctx, tx, doc, other)
		if err != nil {
			return err
		}
		for _, d := range both {
			if err := s.maySettle(ctx, tx, d); err != nil {
				return err
			}
		}
		reason = strings.TrimSpace(reason)
		switch keep {
		case KeepBoth:
			return s.Journal.Append(tx, a.Author(), journal.Change{Kind: both[0].Kind, Doc: doc, Purpose: a.Purpose, Base: both[0].Version, Distinct: []db.ID{other}})
		case doc.String():
			return s.strike(ctx, tx, a, both[1], reason)
		case other.String():
			return s.strike(ctx, tx, a, both[0], reason)
		}
		return fault.Field(op, "keep", "stewardship.error.choose")
	}))
}

// strike enters a document in error the way its area does.
func (s *Service) strike(ctx context.Context, tx *db.Tx, a access.Actor, d *journal.Doc, reason string) error {
	if reason == "" || len(reason) > longestReason {
		return fault.Field("stewardship.strike", "reason", "stewardship.error.struck")
	}
	area, err := s.area(d.Kind)
	if err != nil {
		return err
	}
	if area.Strike != nil {
		return area.Strike(ctx, tx, d, reason)
	}
	if err := s.Journal.Append(tx, a.Author(), journal.Change{Kind: d.Kind, Doc: d.ID, Purpose: a.Purpose, Base: d.Version, EnteredInError: true}); err != nil {
		return err
	}
	return s.settled(ctx, tx, d.ID)
}
