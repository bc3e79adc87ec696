package app

import (
	"context"
	"encoding/hex"
	"math/rand/v2"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/assessment"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/area/stewardship"
	"github.com/godwit-health/godwit/internal/edge/sync"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// SharingOf lets the exchange between hubs ask what agreements allow.
func SharingOf(s *stewardship.Service) *sync.Sharing {
	return &sync.Sharing{Kinds: stewardship.SharedKinds(), Open: s.OpenWith, Terms: s.TermsWith, Leaves: s.MayLeave,
		Accept: s.AcceptUnder, Arrived: s.ArrivedUnder, Ask: s.AskedUnder}
}

// HubLink lets stewardship see how the exchange stands.
type HubLink struct {
	Sync   *sync.Service
	Client sync.Client
}

// Hubs implements stewardship.Link.
func (l HubLink) Hubs(tx *db.Tx) ([]stewardship.OtherHub, error) {
	all, err := l.Sync.Hubs(tx)
	var out []stewardship.OtherHub
	for _, h := range all {
		if h.State == sync.Enrolled {
			out = append(out, stewardship.OtherHub{Name: h.Name, Pin: hex.EncodeToString(h.Pin)})
		}
	}
	return out, err
}

// Sent implements stewardship.Link.
func (l HubLink) Sent(tx *db.Tx, agreement, doc db.ID) (sent, taken bool, err error) {
	return l.Sync.TakenAt(tx, agreement, doc)
}

// Stands implements stewardship.Link.
func (l HubLink) Stands(tx *db.Tx, agreement db.ID) (stewardship.Stand, error) {
	st, err := l.Sync.ShareOf(tx, agreement)
	if err != nil || !st.Begun {
		return stewardship.Stand{}, err
	}
	return stewardship.Stand{Begun: true, Sent: int64(st.Feed.Seq), Took: st.Taken, Head: hex.EncodeToString(st.Feed.Hash[:8]), Came: int64(st.Came.Seq), Contact: st.Contact}, nil
}

// MatchKey implements stewardship.Link.
func (l HubLink) MatchKey(tx *db.Tx, agreement db.ID) ([]byte, error) {
	return l.Sync.MatchKey(tx, agreement)
}

// Ask implements stewardship.Link.
func (l HubLink) Ask(ctx context.Context, agreement db.ID, hashes [][]byte) (db.ID, error) {
	return l.Sync.Ask(ctx, l.Client, agreement, hashes)
}

// Sharers are the parts of a record that can be handed over: what each area has, said
// in plain values, as far as the officer may read it.
func Sharers(p *people.Service, o *order.Service, a *assessment.Service) []stewardship.Sharer {
	out := []stewardship.Sharer{
		{Part: stewardship.PartIdentity, Fields: []string{"family", "given", "family_latin", "given_latin", "birth", "sex", "languages"}, Share: shareIdentity(p)},
		{Part: stewardship.PartJourney, Fields: []string{"place", "from", "to"}, Share: shareJourney(p)},
	}
	if a != nil {
		out = append(out, stewardship.Sharer{Part: stewardship.PartClearance, Fields: []string{"destination", "state", "valid_until"}, Share: shareClearance(a)})
	}
	if o != nil {
		out = append(out, stewardship.Sharer{Part: stewardship.PartResults, Share: shareResults(p, o)})
	}
	return out
}

type share = func(ctx context.Context, tx *db.Tx, person db.ID, fields []string) ([]stewardship.Shared, error)

func shareIdentity(s *people.Service) share {
	return func(_ context.Context, tx *db.Tx, person db.ID, _ []string) ([]stewardship.Shared, error) {
		p, res, err := s.Identity(tx, person)
		if err != nil {
			return nil, err
		}
		values := map[string]any{}
		for field, v := range map[string]string{"family": p.Family, "given": p.Given, "family_latin": p.FamilyLatin, "given_latin": p.GivenLatin, "sex": string(p.Sex)} {
			if v != "" {
				values[field] = v
			}
		}
		if !p.Birth.IsZero() {
			values["birth"] = p.Birth.String()
		}
		if len(p.Languages) > 0 {
			values["languages"] = p.Languages
		}
		return []stewardship.Shared{{Timeless: true, Sensitivity: res.Sensitivity, Values: values}}, nil
	}
}

func shareJourney(s *people.Service) share {
	return func(ctx context.Context, tx *db.Tx, person db.ID, _ []string) ([]stewardship.Shared, error) {
		stays, err := s.JourneyOf(ctx, tx, person)
		var out []stewardship.Shared
		for _, st := range stays {
			values := map[string]any{"place": st.Place} // a town or a camp is never handed over: Detail stays
			it := stewardship.Shared{Sensitivity: journal.Identity, Values: values}
			if !st.From.IsZero() {
				values["from"] = st.From.String()
				it.On, _, _ = st.From.Bounds()
			}
			if !st.To.IsZero() {
				values["to"] = st.To.String()
			}
			out = append(out, it)
		}
		return out, err
	}
}

func shareClearance(s *assessment.Service) share {
	return func(ctx context.Context, tx *db.Tx, person db.ID, _ []string) ([]stewardship.Shared, error) {
		all, err := s.ClearancesOf(ctx, tx, person)
		var out []stewardship.Shared
		for _, c := range all {
			out = append(out, stewardship.Shared{Timeless: true, Sensitivity: journal.Sensitive, // a clearance may rest on what is sensitive

				Values: map[string]any{"destination": c.Destination, "state": string(c.State), "valid_until": c.ValidUntil}})
		}
		return out, err
	}
}

func shareResults(p *people.Service, s *order.Service) share {
	return func(ctx context.Context, tx *db.Tx, person db.ID, codes []string) ([]stewardship.Shared, error) {
		_, res, err := p.Identity(tx, person)
		if err != nil {
			return nil, err
		}
		all, err := s.StandsFor(ctx, tx, person, access.Resource{Subject: person, Site: res.Site, Programme: res.Programme}, codes)
		var out []stewardship.Shared
		for _, st := range all {
			text := st.Value
			if st.Unit != "" {
				text += " " + st.Unit
			}
			out = append(out, stewardship.Shared{On: st.On, Sensitivity: st.Sens, Values: map[string]any{st.Code: text}})
		}
		return out, err
	}
}

// swapEvery is how often a hub calls the hubs of other organisations.
const swapEvery = 5 * time.Minute

// swapWithHubs exchanges with them again and again until ctx ends.
func (n *Node) swapWithHubs(ctx context.Context) {
	for {
		_, err := n.alone(ctx, "swap", func(ctx context.Context) error { _, err := n.Sync.Swap(ctx, sync.Client{}); return err })
		if err != nil && ctx.Err() == nil {
			n.log.Warn("exchange with another hub", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(swapEvery + rand.N(swapEvery/4)):
		}
	}
}

// hubCommand does what the command line asks about hubs of other organisations.
func (n *Node) hubCommand(ctx context.Context, c Command) ([]string, error) {
	switch c.Name {
	case "peer-invite":
		if n.Sync.Address == "" {
			return nil, fault.New(fault.Conflict, "app.peer", "sync.not_a_hub")
		}
		h, code, err := n.Sync.InviteHub(ctx, c.Login)
		if err != nil {
			return nil, err
		}
		return []string{h.Name + " may enrol once within a day. Its officers type this (`godwit peer enrol NAME CODE`):", "", "  " + code, ""}, nil
	case "peer-enrol":
		h, err := n.Sync.EnrolHub(ctx, sync.Client{}, c.Login, c.Code)
		if err != nil {
			return nil, err
		}
		return []string{h.Name + " is known here by the key " + hex.EncodeToString(h.Pin[:8]) + "…; nothing is shared until an agreement says so"}, nil
	case "peer-card":
		text, fingerprint, err := n.Sync.Card(ctx, c.Login)
		if err != nil {
			return nil, err
		}
		return []string{text, "", "Send this to the other side. Read the fingerprint to them by telephone, not in the same message:", "", "  " + fingerprint, ""}, nil
	case "peer-add":
		h, err := n.Sync.AddHub(ctx, c.Login, c.Code, c.Typed)
		if err != nil {
			return nil, err
		}
		return []string{h.Name + " is known here by the key " + sync.Fingerprint(h.Pin) + "; nothing is shared until an agreement says so"}, nil
	case "peer-list":
		var lines []string
		err := n.DB.Read(ctx, func(tx *db.Tx) error {
			all, err := n.Sync.Hubs(tx)
			for _, h := range all {
				line := h.Name + ", " + string(h.State)
				if h.Pin != nil {
					line += ", key " + hex.EncodeToString(h.Pin)
				}
				if !h.Contact.IsZero() {
					line += ", last exchange " + calendar.DayOfTime(h.Contact).String()
				}
				lines = append(lines, line)
			}
			return err
		})
		if len(lines) == 0 && err == nil {
			lines = []string{"no hub of another organisation is known"}
		}
		return lines, err
	}
	_, err := n.Sync.Swap(ctx, sync.Client{})
	return []string{"exchanged"}, err
}
