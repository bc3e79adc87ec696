package campaign

import (
	"context"
	"crypto/sha256"
	"slices"

	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Tell records what people say.
func (s *Service) Tell(ctx context.Context, r Rumour) error {
	const op = "campaign.Tell"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	ck := check{op: op}
	ck.text("words", &r.Words, 3, longText)
	ck.text("place", &r.Place, 2, longPlace)
	for _, f := range []struct {
		field string
		ok    bool
	}{{"kind", s.lists.Feedback.Has(r.Kind)}, {"topic", r.Topic == "" || s.lists.Topics.Has(r.Topic)}, {"language", s.lists.Languages.Has(r.Language)},
		{"channel", s.lists.Heard.Has(r.Channel)}, {"risks", s.lists.Risks.All(r.Risks)}} {
		if !f.ok {
			ck.bad(f.field, "choose")
		}
	}
	if slices.Contains(r.Risks, "none") && len(r.Risks) > 1 {
		ck.bad("risks", "none_and")
	}
	if first, _, ok := r.Since.Bounds(); ok && first > s.today() {
		ck.bad("since", "future")
	}
	ck.count("cases", r.Cases)
	ck.count("deaths", r.Deaths)
	if r.Ill != value.Yes {
		r.Sign, r.Cases, r.Deaths = "", Count{}, Count{}
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := s.may(ctx, access.CampaignRecord, kindRumour, a.Site()); err != nil {
			return err
		}
		if !r.Campaign.IsZero() {
			if _, err := one(tx, kindCampaign, r.Campaign, asCampaign); err != nil {
				return err
			}
		}
		if r.Ill == value.Yes {
			p, err := s.Signals.Protocol(tx)
			if err != nil {
				return err
			}
			if r.Sign == "" {
				r.Sign = surveillance.SignOther
			}
			if !p.HasSign(r.Sign) {
				ck.bad("sign", "choose")
			}
			if r.Cases.Known && r.Deaths.Known && r.Deaths.N > r.Cases.N {
				ck.bad("deaths", "deaths")
			}
		}
		if err := ck.err(); err != nil {
			return err
		}
		fields := map[string]any{"kind": r.Kind, "topic": r.Topic, "words": r.Words, "place": r.Place, "language": r.Language, "channel": r.Channel, "since": r.Since, "risks": r.Risks,
			"ill": r.Ill, "sign": r.Sign, "cases": r.Cases, "deaths": r.Deaths, "by": a.User, "at": s.now()}
		if !r.Campaign.IsZero() {
			fields["campaign"] = r.Campaign
		}
		return s.made(tx, a, journal.Change{Kind: kindRumour, Doc: r.ID, Site: a.Site(), Fields: fields})
	}))
}

// HeardAgain records that the same was heard more often.
func (s *Service) HeardAgain(ctx context.Context, rumour db.ID, times int) error {
	const op = "campaign.HeardAgain"
	if times < 1 || times > 10_000 {
		return fault.Field(op, "times", "campaign.error.count")
	}
	return s.onRumour(ctx, op, rumour, access.CampaignRecord, func(tx *db.Tx, a access.Actor, r Rumour) error {
		return s.put(tx, a, journal.Change{Kind: kindRumour, Doc: r.ID, Site: r.Site, Fields: map[string]any{"hearing": Hearing{Times: times, At: s.now()}}})
	})
}

// onRumour does something to a rumour that the actor may do there.
func (s *Service) onRumour(ctx context.Context, op string, id db.ID, action access.Action, do func(*db.Tx, access.Actor, Rumour) error) error {
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		r, err := one(tx, kindRumour, id, asRumour)
		if err == nil {
			err = s.may(ctx, action, kindRumour, r.Site)
		}
		if err != nil {
			return err
		}
		return do(tx, a, r)
	}))
}

// Do does the step of a rumour that waits: it was checked, answered with a message that
// may be used, or followed.
func (s *Service) Do(ctx context.Context, rumour db.ID, step Step) error {
	const op = "campaign.Do"
	return s.onRumour(ctx, op, rumour, access.CampaignEdit, func(tx *db.Tx, a access.Actor, r Rumour) error {
		if r.Next() != step.To || step.To == "" {
			return fault.New(fault.Conflict, op, "campaign.error.moved_on")
		}
		ck := check{op: op}
		ck.text("words", &step.Words, 3, longText)
		if step.To != Answered {
			step.Version = db.ID{}
		}
		if !step.Version.IsZero() {
			m, err := messageWith(tx, r.Campaign, step.Version)
			if err != nil {
				return err
			}
			if m.StandingOf(step.Version) != Approved {
				ck.bad("version", "not_approved")
			}
		}
		if err := ck.err(); err != nil {
			return err
		}
		step.At = s.now()
		return s.put(tx, a, journal.Change{Kind: kindRumour, Doc: r.ID, Site: r.Site, Fields: map[string]any{"step": step}})
	})
}

// signalID is the signal of a rumour. It follows from the rumour, so that two nodes that
// raise it before they meet have raised one.
func signalID(rumour db.ID) db.ID {
	h := sha256.Sum256(append([]byte("programme.rumour signal\x1f"), rumour[:]...))
	var id db.ID
	copy(id[:], h[:])
	id[6], id[8] = 0x80|id[6]&0x0f, 0x80|id[8]&0x3f // RFC 9562, version 8
	return id
}

// Raise offers a rumour to surveillance as a signal, and answers it; a rumour that raised
// one answers that.
func (s *Service) Raise(ctx context.Context, rumour db.ID) (db.ID, error) {
	const op = "campaign.Raise"
	var id db.ID
	err := s.onRumour(ctx, op, rumour, access.CampaignRecord, func(tx *db.Tx, a access.Actor, r Rumour) error {
		if !r.Signal.IsZero() {
			id = r.Signal
			return nil
		}
		if r.Ill == value.No {
			return fault.New(fault.Conflict, op, "campaign.error.not_ill")
		}
		sign := r.Sign
		if sign == "" {
			sign = surveillance.SignOther
		}
		var err error
		id, err = s.Signals.Raise(ctx, tx, surveillance.Raised{ID: signalID(r.ID), Source: surveillance.Rumour, Sign: sign, Site: r.Site, Place: r.Place, Start: r.Since,
			Detected: r.At, Cases: r.Cases, Deaths: r.Deaths, Words: r.Words, About: r.ID})
		if err != nil {
			return err
		}
		return s.put(tx, a, journal.Change{Kind: kindRumour, Doc: r.ID, Site: r.Site, Fields: map[string]any{"signal": id}})
	})
	return id, err
}

// RumourSheet is a rumour with what the actor may do to it.
type RumourSheet struct {
	Rumour
	Campaign Campaign // none, where it belongs to none
	Messages []Message
	Names    map[db.ID]string
	Raising  surveillance.Raising // of its signal
	Lists    Lists
	Edits    bool
	Records  bool
	Desk     bool // the actor may open the signal
}

// Rumour answers a rumour.
func (s *Service) Rumour(ctx context.Context, id db.ID) (RumourSheet, error) {
	const op = "campaign.Rumour"
	out := RumourSheet{Names: map[db.ID]string{}, Lists: s.lists}
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		sc, err := s.Access.Reach(ctx, op, access.CampaignRead)
		if err != nil {
			return err
		}
		if out.Rumour, err = one(tx, kindRumour, id, asRumour); err != nil {
			return err
		}
		if err := s.may(ctx, access.CampaignRead, kindRumour, out.Site); err != nil {
			return err
		}
		if !out.Rumour.Campaign.IsZero() {
			if out.Campaign, err = one(tx, kindCampaign, out.Rumour.Campaign, asCampaign); err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
			if out.Messages, err = of(tx, sc, kindMessage, out.Rumour.Campaign, mostList, asMessage); err != nil {
				return err
			}
		}
		if !out.Signal.IsZero() {
			if out.Raising, err = s.Signals.RaisingOf(tx, out.Signal); err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
		}
		return s.named(tx, &out)
	})
	out.Edits, out.Records = s.may(ctx, access.CampaignEdit, kindRumour, out.Site) == nil, s.may(ctx, access.CampaignRecord, kindRumour, out.Site) == nil
	out.Desk = s.may(ctx, access.SignalRead, kindRumour, out.Site) == nil
	return out, fault.Wrap(op, err)
}

func (s *Service) named(tx *db.Tx, out *RumourSheet) error {
	ids := []db.ID{out.By}
	for _, h := range out.Heard {
		ids = append(ids, h.By)
	}
	for _, st := range out.Steps {
		ids = append(ids, st.By)
	}
	for _, id := range ids {
		if id.IsZero() {
			continue
		}
		name, err := access.UserName(tx, id)
		if err != nil {
			return err
		}
		out.Names[id] = name
	}
	return nil
}

// Rumours answers what people say, the latest first, and whether some are left out.
func (s *Service) Rumours(ctx context.Context) ([]Rumour, bool, error) {
	const op = "campaign.Rumours"
	var out []Rumour
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		sc, err := s.Access.Reach(ctx, op, access.CampaignRead)
		if err == nil {
			out, err = of(tx, sc, kindRumour, db.ID{}, mostList, asRumour)
		}
		return err
	})
	out, more := cut(out, mostList)
	return out, more, fault.Wrap(op, err)
}

// OriginIn answers whether a document is a rumour that the actor may read: surveillance
// asks where a signal came from.
func (s *Service) OriginIn(ctx context.Context, tx *db.Tx, about db.ID) (Rumour, bool) {
	r, err := one(tx, kindRumour, about, asRumour)
	if err != nil || s.may(ctx, access.CampaignRead, kindRumour, r.Site) != nil {
		return Rumour{}, false
	}
	return r, true
}
