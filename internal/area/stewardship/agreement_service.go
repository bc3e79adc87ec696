package stewardship

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Sharer is an area's part of what may be handed over.
type Sharer struct {
	Part   Part
	Fields []string // those that there are; nil where they are codes of the area's own

	// Share answers what is known of a person, as far as the actor may read it. What an
	// agreement does not name is left out afterwards.
	Share func(ctx context.Context, tx *db.Tx, person db.ID, fields []string) ([]Shared, error)
}

// Link is the exchange between hubs. On an installation that is no hub it is nil.
type Link interface {
	Hubs(tx *db.Tx) ([]OtherHub, error)
	// Sent reports whether a document is in an agreement's feed, and whether the other
	// hub has it.
	Sent(tx *db.Tx, agreement, doc db.ID) (sent, taken bool, err error)
	Stands(tx *db.Tx, agreement db.ID) (Stand, error)
	MatchKey(tx *db.Tx, agreement db.ID) ([]byte, error)
	Ask(ctx context.Context, agreement db.ID, hashes [][]byte) (db.ID, error)
}

// OtherHub is a hub that an agreement can be made with.
type OtherHub struct {
	Name string
	Pin  string // hex
}

// Stand is how far an agreement's exchange is.
type Stand struct {
	Begun      bool
	Sent, Took int64  // items of the own feed, and how many of them the other hub has
	Head       string // hash of the last
	Came       int64
	Contact    time.Time
}

func (s *Service) offered() map[Part][]string {
	out := map[Part][]string{}
	for _, sh := range s.Sharers {
		out[sh.Part] = sh.Fields
	}
	return out
}

// DraftAgreement is the first officer's word.
func (s *Service) DraftAgreement(ctx context.Context, g Agreement) error {
	const op = "stewardship.DraftAgreement"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	if err := s.Access.Check(ctx, access.AgreementDecide, access.Resource{Kind: kindAgreement}); err != nil {
		return err
	}
	errs := g.Valid(s.today(), s.offered())
	if slices.ContainsFunc(g.Diseases, func(d string) bool { return !slices.Contains(s.Diseases, d) }) {
		errs = append(errs, fault.Field(op, "diseases", "stewardship.error.choose"))
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	if g.Cap == 0 {
		g.Cap = defaultCap
	}
	fields := map[string]any{"peer": g.Peer, "pin": g.Pin, "country": g.Country, "purpose": g.Purpose, "fields": g.Fields, "sensitive": sorted(g.Sensitive),
		"from": g.From, "to": g.To, "diseases": sorted(g.Diseases), "keep": g.Keep, "expires": g.Expires, "contacts": g.Contacts, "sites": sorted(g.Sites), "inbox": g.Inbox, "cap": g.Cap,
		"drafted_by": a.User, "drafted": s.now()}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		return s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindAgreement, Doc: g.ID, Sensitivity: journal.Identity, Purpose: a.Purpose, Fields: fields})
	}))
}

// SignAgreement is the second officer's word: it holds on this side from now on.
func (s *Service) SignAgreement(ctx context.Context, id db.ID) error {
	return s.changeAgreement(ctx, "stewardship.SignAgreement", id, func(g Agreement, a access.Actor) (map[string]any, error) {
		switch {
		case g.StateAt(s.now()) != AgreementDrafted || g.Expires < s.today():
			return nil, fault.New(fault.Conflict, "stewardship.SignAgreement", "stewardship.error.decided")
		case g.DraftedBy == a.User:
			return nil, fault.New(fault.Forbidden, "stewardship.SignAgreement", "stewardship.error.second")
		}
		return map[string]any{"agreed_by": a.User, "agreed": s.now()}, nil
	})
}

// EndAgreement ends one at once. One officer is enough: stopping harms nobody.
func (s *Service) EndAgreement(ctx context.Context, id db.ID) error {
	return s.changeAgreement(ctx, "stewardship.EndAgreement", id, func(g Agreement, a access.Actor) (map[string]any, error) {
		if g.StateAt(s.now()) == AgreementEnded {
			return nil, fault.New(fault.Conflict, "stewardship.EndAgreement", "stewardship.error.decided")
		}
		return map[string]any{"ended_by": a.User, "ended": s.now()}, nil
	})
}

func (s *Service) changeAgreement(ctx context.Context, op string, id db.ID, change func(Agreement, access.Actor) (map[string]any, error)) error {
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	if err := s.Access.Check(ctx, access.AgreementDecide, access.Resource{Kind: kindAgreement}); err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		g, err := findAgreement(tx, id)
		if err != nil {
			return err
		}
		doc, err := s.Journal.Load(tx, id)
		if err != nil {
			return err
		}
		fields, err := change(g, a)
		if err != nil {
			return err
		}
		return s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindAgreement, Doc: id, Purpose: a.Purpose, Base: doc.Version, Fields: fields})
	}))
}

// AgreementView is an agreement as its officers see it.
type AgreementView struct {
	Agreement
	State    AgreementState
	Stand    Stand
	Linked   bool // this installation is the hub that exchanges
	Packets  int
	Queries  []Query
	MaySign  bool
	Drafter  string
	Second   string
	Terms    string // digest, to be compared by telephone
	People   int    // whom it handed over from here
	Received int
}

// Agreements lists all of them.
func (s *Service) Agreements(ctx context.Context) (out []AgreementView, err error) {
	if err := s.Access.Check(ctx, access.AgreementRead, access.Resource{Kind: kindAgreement}); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := listAgreements(tx, "")
		for _, g := range all {
			out = append(out, AgreementView{Agreement: g, State: g.StateAt(s.now())})
		}
		return err
	})
	return out, fault.Wrap("stewardship.Agreements", err)
}

// OpenAgreement opens one, with what has gone and come under it.
func (s *Service) OpenAgreement(ctx context.Context, id db.ID) (AgreementView, error) {
	var v AgreementView
	if err := s.Access.Check(ctx, access.AgreementRead, access.Resource{Kind: kindAgreement}); err != nil {
		return v, err
	}
	a, _ := access.From(ctx)
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		g, err := findAgreement(tx, id)
		if err != nil {
			return err
		}
		v = AgreementView{Agreement: g, State: g.StateAt(s.now()), Linked: s.Link != nil, Terms: hexOf(g.terms()[:8])}
		v.MaySign = v.State == AgreementDrafted && g.DraftedBy != a.User && s.Access.May(ctx, access.AgreementDecide, access.Resource{Kind: kindAgreement})
		if v.Drafter, err = access.UserName(tx, g.DraftedBy); err != nil {
			return err
		}
		if !g.AgreedBy.IsZero() {
			if v.Second, err = access.UserName(tx, g.AgreedBy); err != nil {
				return err
			}
		}
		if v.Linked {
			if v.Stand, err = s.Link.Stands(tx, id); err != nil {
				return err
			}
		}
		packets, err := packetsUnder(tx, id)
		if err != nil {
			return err
		}
		for _, p := range packets {
			if _, _, err := s.People.Identity(tx, p.Person); err == nil {
				v.People++
			} else if fault.Is(err, fault.NotFound) {
				v.Received++
			} else {
				return err
			}
		}
		v.Queries, err = queriesUnder(tx, id, 100)
		return err
	})
	return v, fault.Wrap("stewardship.OpenAgreement", err)
}

// OtherHubs lists with whom an agreement can be made.
func (s *Service) OtherHubs(ctx context.Context) (out []OtherHub, err error) {
	if err := s.Access.Check(ctx, access.AgreementDecide, access.Resource{Kind: kindAgreement}); err != nil {
		return nil, err
	}
	if s.Link == nil {
		return nil, nil
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error { out, err = s.Link.Hubs(tx); return err })
	return out, err
}
