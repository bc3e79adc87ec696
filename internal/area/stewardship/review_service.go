package stewardship

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// Item is a review item: a group of a document to which two changes, that did
// not see each other, gave different values.
type Item struct {
	Doc     db.ID
	Kind    string
	Topic   string
	Other   db.ID // of two documents that look like one act
	Subject db.ID
	Opened  time.Time
}

// ItemView is one with its values.
type ItemView struct {
	Item
	MayResolve bool
	Values     []ItemValue
}

// ItemValue is one of the values.
type ItemValue struct {
	Version string
	By      string // name of who entered it
	At      time.Time
	Fields  map[string]json.RawMessage
	Said    page.Summary // the same in the area's own words, if it has any
}

const mostItems = 200

// Items lists open review items that the actor may see.
func (s *Service) Items(ctx context.Context) ([]Item, error) {
	const op = "stewardship.Items"
	if !s.Access.Ever(ctx, access.ReviewRead) {
		return nil, fault.New(fault.Forbidden, op, "door.forbidden")
	}
	var out []Item
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := s.Journal.Reviews(tx, 10*mostItems)
		if err != nil {
			return err
		}
		for _, r := range all {
			doc, err := s.Journal.Load(tx, r.Doc)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return err
			}
			if len(out) >= mostItems || !s.Access.May(ctx, access.ReviewRead, access.Of(doc)) {
				continue
			}
			if r.Topic == journal.TopicSameAct {
				other, err := s.Journal.Load(tx, r.Other)
				if err != nil {
					return err
				}
				if !s.Access.May(ctx, access.ReviewRead, access.Of(other)) {
					continue
				}
			}
			out = append(out, Item{Doc: r.Doc, Kind: r.Kind, Topic: r.Topic, Other: r.Other, Subject: doc.Subject, Opened: r.Opened})
		}
		return nil
	})
	return out, fault.Wrap(op, err)
}

// OpenItem opens one; it is a line in the read audit.
func (s *Service) OpenItem(ctx context.Context, doc db.ID, topic string) (ItemView, error) {
	const op = "stewardship.OpenItem"
	var v ItemView
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		d, err := s.Journal.Load(tx, doc)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.ReviewRead, access.Of(d)); err != nil {
			return err
		}
		alternatives := d.Disputed[topic]
		if len(alternatives) < 2 {
			return fault.New(fault.NotFound, op, "stewardship.error.settled")
		}
		v = ItemView{Item: Item{Doc: doc, Kind: d.Kind, Topic: topic, Subject: d.Subject}, MayResolve: s.maySettle(ctx, tx, d) == nil}
		for _, alt := range alternatives {
			name, err := access.UserName(tx, alt.By)
			if err != nil {
				return err
			}
			v.Values = append(v.Values, ItemValue{Version: alt.Version.String(), By: name, At: alt.At, Fields: alt.Fields})
		}
		return s.looked(ctx, tx, d)
	})
	return v, fault.Wrap(op, err)
}

// looked writes the lines of the read audit of documents whose values are shown: one a
// person, and one a document that is about nobody registered. That may hold a name too,
// such as a traveller's.
func (s *Service) looked(ctx context.Context, tx *db.Tx, docs ...*journal.Doc) error {
	var of []db.ID
	for _, d := range docs {
		id := d.Subject
		if id.IsZero() {
			id = d.ID
		}
		if slices.Contains(of, id) {
			continue
		}
		of = append(of, id)
		if err := s.Access.OpenedTx(ctx, tx, id, "stewardship.review"); err != nil {
			return err
		}
	}
	return nil
}

// Resolve keeps one of the values. The others stay in the history.
func (s *Service) Resolve(ctx context.Context, doc db.ID, topic, version string) error {
	const op = "stewardship.Resolve"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		d, err := s.Journal.Load(tx, doc)
		if err != nil {
			return err
		}
		if err := s.maySettle(ctx, tx, d); err != nil {
			return err
		}
		alternatives := d.Disputed[topic]
		if len(alternatives) < 2 {
			return fault.New(fault.Conflict, op, "stewardship.error.settled")
		}
		i := slices.IndexFunc(alternatives, func(x journal.Alternative) bool { return x.Version.String() == version })
		if i < 0 {
			return fault.Field(op, "keep", "stewardship.error.choose")
		}
		c := journal.Change{Kind: d.Kind, Doc: doc, Subject: d.Subject, Site: d.Site, Programme: d.Programme, Sensitivity: d.Sensitivity,
			Purpose: a.Purpose, Base: d.Version, Fields: map[string]any{}}
		for _, alt := range alternatives {
			c.Resolves = append(c.Resolves, alt.Version)
			for f := range alt.Fields {
				c.Fields[f] = nil // what only another value had is cleared
			}
		}
		for f, raw := range alternatives[i].Fields {
			c.Fields[f] = raw
		}
		if err := s.Journal.Append(tx, a.Author(), c); err != nil {
			return err
		}
		return s.settled(ctx, tx, doc)
	}))
}

// maySettle checks the right to settle review items and the right to change the
// document, which the settling does.
func (s *Service) maySettle(ctx context.Context, tx *db.Tx, d *journal.Doc) error {
	if err := s.Access.Check(ctx, access.ReviewResolve, access.Of(d)); err != nil {
		return err
	}
	area, err := s.area(d.Kind)
	if err != nil {
		return err
	}
	return area.MaySettle(ctx, tx, d)
}

// settled has the area bring what rests on a document that was settled.
func (s *Service) settled(ctx context.Context, tx *db.Tx, doc db.ID) error {
	d, err := s.Journal.Load(tx, doc)
	if err != nil {
		return err
	}
	area, err := s.area(d.Kind)
	if err != nil || area.Settled == nil {
		return err
	}
	return area.Settled(ctx, tx, d)
}

// SettleActions are the rights that settling a document of this area needs beside
// the one to settle review items.
func SettleActions() map[string]access.Action {
	return map[string]access.Action{kindRequest: access.RightsDecide, kindComplaint: access.ComplaintDecide, kindErasure: access.ErasureApprove,
		kindAgreement: access.AgreementDecide, kindPacket: access.AgreementDecide, kindAnswer: access.AgreementDecide, kindReplyCode: access.AgreementDecide, kindQuery: access.AgreementDecide}
}
