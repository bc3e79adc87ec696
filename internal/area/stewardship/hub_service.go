package stewardship

import (
	"cmp"
	"context"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Cards make hubs known to each other by a card and a fingerprint that is read out, where
// they never have a link. That a hub is known shares nothing: agreements do.
type Cards interface {
	// Own is this hub's card under a name, with its fingerprint.
	Own(ctx context.Context, name string) (card, fingerprint string, err error)
	// Add makes the hub of a card known, if the fingerprint is that of the card.
	Add(ctx context.Context, name, card, fingerprint string) error
	// Revoke ends every exchange with a hub, for good.
	Revoke(ctx context.Context, pin string) error
	// Known are the hubs that were made known, revoked ones among them.
	Known(tx *db.Tx) ([]KnownHub, error)
}

// KnownHub is a hub of another organisation.
type KnownHub struct {
	OtherHub
	Fingerprint string // of its key, as it is read out
	Revoked     bool
	ByFile      bool // no link: what is shared travels as files
}

// OwnCard is what this hub gives to others to be known by.
type OwnCard struct {
	Name, Card, Fingerprint string
}

// mayHubs asks for the right to decide about agreements, and for a hub.
func (s *Service) mayHubs(ctx context.Context, op string) error {
	if err := s.Access.Check(ctx, access.AgreementDecide, access.Resource{Kind: kindAgreement}); err != nil {
		return err
	}
	if s.Cards == nil {
		return fault.New(fault.NotFound, op, "stewardship.hubs.no_hub")
	}
	return nil
}

// KnownHubs lists the hubs of other organisations, with this one's own card.
func (s *Service) KnownHubs(ctx context.Context) (own OwnCard, list []KnownHub, err error) {
	const op = "stewardship.KnownHubs"
	if err = s.mayHubs(ctx, op); err != nil {
		return own, nil, err
	}
	own.Name = cmp.Or(s.Name, "Godwit")
	if own.Card, own.Fingerprint, err = s.Cards.Own(ctx, own.Name); err != nil {
		return own, nil, fault.Wrap(op, err)
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error { list, err = s.Cards.Known(tx); return err })
	return own, list, fault.Wrap(op, err)
}

// AddHub makes the hub of a card known here. The fingerprint is typed as somebody there
// read it out: one that was only looked at would be pressed unread.
func (s *Service) AddHub(ctx context.Context, name, card, fingerprint string) error {
	const op = "stewardship.AddHub"
	if err := s.mayHubs(ctx, op); err != nil {
		return err
	}
	return fault.Wrap(op, s.Cards.Add(ctx, name, card, fingerprint))
}

// RevokeHub ends every exchange with a hub, under whatever agreement.
func (s *Service) RevokeHub(ctx context.Context, pin string, sure bool) error {
	const op = "stewardship.RevokeHub"
	if err := s.mayHubs(ctx, op); err != nil {
		return err
	}
	if !sure {
		return fault.Field(op, "sure", "stewardship.hubs.error_sure")
	}
	return fault.Wrap(op, s.Cards.Revoke(ctx, pin))
}
