package app

import (
	"context"
	"encoding/hex"

	"github.com/godwit-health/godwit/internal/area/stewardship"
	"github.com/godwit-health/godwit/internal/edge/sync"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// HubCards let those who make agreements make hubs known to each other.
type HubCards struct{ Sync *sync.Service }

// Own implements stewardship.Cards.
func (c HubCards) Own(ctx context.Context, name string) (card, fingerprint string, err error) {
	return c.Sync.Card(ctx, name)
}

// Add implements stewardship.Cards.
func (c HubCards) Add(ctx context.Context, name, card, fingerprint string) error {
	_, err := c.Sync.AddHub(ctx, name, card, fingerprint)
	return err
}

// Revoke implements stewardship.Cards.
func (c HubCards) Revoke(ctx context.Context, pin string) error {
	var id db.ID
	err := c.Sync.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := c.Sync.Hubs(tx)
		for _, h := range all {
			if h.Pin != nil && hex.EncodeToString(h.Pin) == pin {
				id = h.ID
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	if id.IsZero() {
		return fault.New(fault.NotFound, "app.HubCards", "page.error.not_found")
	}
	return c.Sync.RevokeHub(ctx, id)
}

// Known implements stewardship.Cards.
func (c HubCards) Known(tx *db.Tx) ([]stewardship.KnownHub, error) {
	all, err := c.Sync.Hubs(tx)
	var out []stewardship.KnownHub
	for _, h := range all {
		if h.Pin == nil {
			continue // invited, and not come yet
		}
		out = append(out, stewardship.KnownHub{OtherHub: stewardship.OtherHub{Name: h.Name, Pin: hex.EncodeToString(h.Pin)}, Fingerprint: sync.Fingerprint(h.Pin), Revoked: h.State == sync.Revoked,
			ByFile: h.Address == "" && h.Contact.IsZero()})
	}
	return out, err
}
