package sync

import (
	"context"
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// A hub that was put back to an older copy of itself lacks what came after. What a
// node wrote it sends again, as always. What the hub or a node that is gone wrote is
// only where the hub had sent it: each node brings that back. The hub decides that it
// went back, from a place in a feed that it does not know; what a node brings unasked
// is refused. It sends nothing itself until all is brought, and only then the node says
// that it takes the new feed: what is cut before begins again.

// bring packs the next chunk of what came from the hub, or answers nil when all is
// brought, or while the hub has not said what it refuses of it.
func (s *NodeSession) bring(ctx context.Context) (*Frame, error) {
	f, err := s.chunkOfParts(ctx)
	if f != nil || err != nil || len(s.refused) == 0 || s.waits() {
		return f, err
	}
	if err := s.again(ctx); err != nil {
		return nil, err
	}
	return s.chunkOfParts(ctx) // what was issued again comes after all there was
}

// fill packs payloads that the hub has not and asked for, or answers nil. What was written
// here goes before them.
func (s *NodeSession) fill(ctx context.Context) (*Frame, error) {
	for len(s.bare) > 0 {
		var parts []journal.Part
		var looked int
		err := s.d.DB.Read(ctx, func(tx *db.Tx) (err error) {
			parts, looked, err = s.d.Journal.Payloads(tx, s.bare, chunkGoal)
			return err
		})
		if err != nil {
			return nil, err
		}
		if s.bare = s.bare[looked:]; len(parts) == 0 {
			continue
		}
		for i := range parts {
			if err := s.pack.Add(&parts[i].Entry, parts[i].Prev); err != nil {
				return nil, err
			}
		}
		return s.partsFrame()
	}
	return nil, nil
}

// partsFrame is what is packed, as a frame of parts.
func (s *NodeSession) partsFrame() (*Frame, error) {
	chunk, err := s.pack.Chunk()
	if err != nil {
		return nil, err
	}
	s.parts++
	s.under.send(len(chunk), s.d.Clock(), sentUp{part: s.parts})
	return &Frame{typeParts, slices.Clone(chunk)}, nil
}

// waits reports whether the hub has still to say something about what it was brought.
func (s *NodeSession) waits() bool { return s.judged < s.parts }

func (s *NodeSession) chunkOfParts(ctx context.Context) (*Frame, error) {
	var parts []journal.Part
	err := s.d.DB.Read(ctx, func(tx *db.Tx) (err error) {
		parts, err = s.d.Journal.Beyond(tx, s.brought, chunkMost)
		return err
	})
	if err != nil || len(parts) == 0 {
		return nil, err
	}
	for i := range parts {
		if err := s.pack.Add(&parts[i].Entry, parts[i].Prev); err != nil {
			return nil, err
		}
		if s.brought = parts[i].Place(); s.pack.Size() >= chunkGoal {
			break
		}
	}
	return s.partsFrame()
}

// adopt takes the hub's new feed for this node's, once all is brought.
func (s *NodeSession) adopt(ctx context.Context) error {
	if !s.back {
		return nil
	}
	s.back = false
	return s.d.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec("UPDATE sync_hub SET feed = ?", s.feed)
		return err
	})
}

// again issues again what the hub refused of what was brought: other entries stand there
// under these numbers, because a node that was put back too wrote again under its old
// name and came first. It is done at once for all, so that what was written on what is
// known to be so. The node's part of the fork is gone then, and the hub's can come.
func (s *NodeSession) again(ctx context.Context) error {
	err := s.d.DB.Write(ctx, func(tx *db.Tx) error {
		moved, err := s.d.Journal.IssueAgain(tx, s.refused)
		if err != nil {
			return err
		}
		return s.d.didReissue(ctx, tx, s.hub, moved)
	})
	s.refused = nil
	return err
}

// brought takes what a node brings back, and says which of it is to be issued again.
func (s *HubSession) brought(ctx context.Context, f Frame) ([]Frame, error) {
	if !s.back && len(s.bare) == 0 {
		return nil, badFrame()
	}
	parts, err := s.take.Unpack(f.Body)
	if err != nil {
		return nil, err
	}
	if !s.back && slices.ContainsFunc(parts, func(p journal.Part) bool {
		return !slices.Contains(s.bare, journal.Head{Origin: p.Version.Origin, Seq: p.Version.Seq, Hash: p.Hash})
	}) {
		return nil, badFrame()
	}
	s.parts++
	return s.acknowledge(ctx, 0, func(tx *db.Tx) ([]journal.Head, error) {
		refused, err := s.d.Journal.TakeParts(tx, parts)
		if err != nil {
			return nil, err
		}
		return refused, s.d.Journal.Left(tx, s.peer.Feed, parts)
	})
}
