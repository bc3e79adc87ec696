package sync

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// PeerStanding is a node and what is under way between it and this hub.
type PeerStanding struct {
	Peer
	Backlog Backlog        // towards the node; towards the hub it is Peer.Behind
	Heads   []journal.Head // what is here of the origins under which it wrote
	People  int64          // in its scope
}

// Backlog is what a node has not taken. A feed is filled when its node is there, so
// what came here since it was last heard of has not been looked through for it.
type Backlog struct {
	Known  bool  // false before the node has a feed
	Ready  int64 // items of its feed that it has not taken
	Unread int64 // entries that its feed has not been filled from: at most so many more
}

// Nodes lists the nodes of this hub, and how each stands.
func (s *Service) Nodes(ctx context.Context) ([]PeerStanding, error) {
	var out []PeerStanding
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		all, err := peers(tx)
		if err != nil {
			return err
		}
		heads, err := s.Journal.Heads(tx)
		if err != nil {
			return err
		}
		for _, p := range all {
			st, err := s.standing(tx, p, heads)
			if err != nil {
				return err
			}
			out = append(out, st)
		}
		return nil
	})
	return out, err
}

func (s *Service) standing(tx *db.Tx, p Peer, heads []journal.Head) (PeerStanding, error) {
	st := PeerStanding{Peer: p}
	own, all, err := installations(tx, p.ID)
	if err != nil {
		return st, err
	}
	for _, h := range heads {
		if slices.Contains(all, h.Origin.Installation) {
			st.Heads = append(st.Heads, h)
		}
	}
	if p.Feed.IsZero() {
		return st, nil
	}
	if st.People, err = s.Journal.InScope(tx, p.Feed); err != nil {
		return st, err
	}
	at, err := s.Journal.FeedHead(tx, p.Feed)
	if err != nil {
		return st, err
	}
	unread, err := s.Journal.FeedUnread(tx, p.Feed, func(i db.ID) bool { return slices.Contains(own, i) })
	st.Backlog = Backlog{Known: true, Ready: max(0, int64(at.Seq)-p.Taken), Unread: unread}
	return st, err
}

// Revoke ends what a node may do: it is lost, seized or given up. What it has sent
// stays. Nothing is taken from it or sent to it any more.
func (s *Service) Revoke(ctx context.Context, node db.ID) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		p, err := peerBy(tx, "id", node)
		if err != nil || p.State == Revoked {
			return err
		}
		act := NodeRevoked
		if p.State == Invited {
			act = NodeWithdrawn
		}
		return s.end(ctx, tx, p, act, "", s.Clock())
	})
}

// SetCatchment changes the sites of a node and how many people it may hold. At its
// next contact those are dropped from it who belong to it no more, and those arrive who
// belong to it now, also who was kept out by the cap before. A lower cap drops nobody.
func (s *Service) SetCatchment(ctx context.Context, node db.ID, sites []string, most int64) error {
	if most <= 0 {
		most = defaultMost
	}
	sites = append([]string{}, sites...)
	text, err := json.Marshal(sites)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		p, err := peerBy(tx, "id", node)
		if err != nil {
			return err
		}
		if p.State == Revoked {
			return fault.New(fault.NotFound, "sync.SetCatchment", "sync.unknown_node")
		}
		if slices.Equal(p.Sites, sites) && p.Most == most {
			return nil
		}
		p.Sites, p.Most = sites, most
		if _, err := tx.Exec("UPDATE sync_node SET sites = ?, most = ? WHERE id = ?", string(text), most, p.ID); err != nil {
			return err
		}
		if err := s.did(ctx, tx, NodeChanged, p); err != nil || p.Feed.IsZero() {
			return err
		}
		own, all, err := installations(tx, p.ID)
		if err != nil {
			return err
		}
		return s.Journal.Rescope(tx, p.Feed, p.filter(own, all))
	})
}
