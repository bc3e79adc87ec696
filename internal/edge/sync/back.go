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
// brought.
func (s *NodeSession) bring(ctx context.Context) (*Frame, error) {
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
	chunk, err := s.pack.Chunk()
	if err != nil {
		return nil, err
	}
	s.parts++
	s.under.send(len(chunk), s.d.Clock(), sentUp{part: s.parts})
	return &Frame{typeParts, slices.Clone(chunk)}, nil
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

// brought takes what a node brings back.
func (s *HubSession) brought(ctx context.Context, f Frame) ([]Frame, error) {
	if !s.back {
		return nil, badFrame()
	}
	parts, err := s.take.Unpack(f.Body)
	if err != nil {
		return nil, err
	}
	if err := s.d.Journal.TakeParts(ctx, parts); err != nil {
		return nil, err
	}
	s.parts++
	s.ended = false
	var a acked
	err = s.d.DB.Write(ctx, func(tx *db.Tx) error {
		if err := s.d.Journal.Left(tx, s.peer.Feed, parts); err != nil {
			return err
		}
		a, err = s.receipt(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	out, err := frames(typeAcked, a)
	if err != nil {
		return nil, err
	}
	more, err := s.pump(ctx)
	return append(out, more...), err
}
