package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/stewardship"
	"github.com/godwit-health/godwit/internal/area/surveillance/across"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// seedAcross makes an agreement with an authority that does not exist, and hands it one
// of the demo's contacts. Nothing leaves: nobody has that authority's key. A demo that is
// a hub has none of it, so that two of them can be made known to each other.
func (n *Node) seedAcross(ctx context.Context, today calendar.Day) error {
	if n.Across.Carrier != nil {
		return nil
	}
	site, err := DemoSite()
	if err != nil {
		return err
	}
	first, err := n.As(ctx, string(access.PrivacyOfficer), "oversight")
	if err != nil {
		return err
	}
	second, err := n.As(ctx, "medical_officer_2", "oversight")
	if err != nil {
		return err
	}
	desk, err := n.As(ctx, string(access.Epidemiologist), "public_health")
	if err != nil {
		return err
	}
	key := sha256.Sum256([]byte("an authority of the demonstration"))
	g := stewardship.Agreement{ID: db.NewID(), Peer: "Neighbouring ministry (synthetic)", Pin: hex.EncodeToString(key[:]), Country: "RWA", Purpose: "public_health", Inbox: site.Code, Keep: 42, Expires: today + 300,
		Contacts: "IHR focal points of both sides", Diseases: []string{"ebov", "sudv", "bdbv", "filovirus", "measles", "cholera"}, Fields: map[stewardship.Part][]string{
			stewardship.PartCase: {"class", "onset", "ending"}, stewardship.PartContact: {"last", "exposure", "follow_day", "follow_until", "visits", "sex"}, stewardship.PartContactWho: {"name", "reach", "going_to", "arrives"}}}
	if err := n.Steward.DraftAgreement(first, g); err != nil {
		return fmt.Errorf("demo agreement: %w", err)
	}
	if err := n.Steward.SignAgreement(second, g.ID); err != nil {
		return fmt.Errorf("demo agreement: %w", err)
	}
	due, _, err := n.Cases.Worklist(desk)
	if err != nil {
		return err
	}
	if len(due) == 0 {
		return nil
	}
	if err := n.handOverDemo(desk, due[0], g.ID, today); err != nil {
		return fmt.Errorf("demo notice: %w", err)
	}
	return nil
}

func (n *Node) handOverDemo(ctx context.Context, f linelist.Followed, agreement db.ID, today calendar.Day) error {
	p, err := n.Across.Preview(ctx, across.OfContact, f.ID, agreement)
	if err != nil {
		return err
	}
	_, err = n.Across.Send(ctx, across.Sending{About: across.OfContact, Of: f.ID, Agreement: agreement, Shield: value.No, GoingTo: "Gisenyi, by boat", Arrives: (today + 1).Date(), Reach: "not known", Shown: p.Digest})
	return err
}
