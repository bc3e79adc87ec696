package sync

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// A node whose records are destroyed says so to its hub, which revokes it: whoever has
// the machine can exchange nothing with it, and whoever looks after the hub sees why it
// is silent. The key of the link lies in the database, so what is needed for the last
// words is kept in memory while the records are open: destroying asks no database, and
// waits for nothing. A locked node has no last words.

const pathFarewell = "/sync/v1/farewell"

// WhyDestroyed is why a node was revoked that said farewell.
const WhyDestroyed = "destroyed"

type farewell struct {
	Unsent *int64 `cbor:"1,keyasint,omitempty"` // entries that the hub does not have, where that is known
}

type farewellAnswer struct{}

// lastWords are what a node needs to say farewell.
type lastWords struct {
	hub    Hub
	unsent *int64
}

// remembered holds them; nil without a hub.
type remembered struct{ atomic.Pointer[lastWords] }

func (r *remembered) keep(h Hub, unsent *int64) {
	if was := r.Load(); unsent == nil && was != nil && was.hub.Node == h.Node {
		unsent = was.unsent
	}
	r.Store(&lastWords{h, unsent})
}

// Farewell says to the hub that the records here are destroyed. It uses no database
// and works once; without a hub it answers sync.not_enrolled.
func (s *Service) Farewell(ctx context.Context, c Client) error {
	w := s.words.Swap(nil)
	if w == nil {
		return fault.New(fault.NotFound, "sync.Farewell", "sync.not_enrolled")
	}
	client, err := c.http(identity{key: w.hub.key, cert: w.hub.cert}, w.hub.pin)
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	var a farewellAnswer
	_, err = post(ctx, client, w.hub.Address, pathFarewell, maxAnswer, farewell{Unsent: w.unsent}, &a)
	return err
}

func (s *Service) serveFarewell(w http.ResponseWriter, r *http.Request) {
	ctx := context.WithoutCancel(r.Context()) // it was said, also when the link is cut behind it
	p, err := s.recognise(ctx, clientPin(r))
	if err != nil {
		refuse(w, err)
		return
	}
	var f farewell
	if !readMessage(w, r, maxRequest, &f) || f.Unsent != nil && *f.Unsent < 0 {
		refuse(w, badFrame())
		return
	}
	if err := s.gone(ctx, p.ID, f.Unsent); err != nil {
		refuse(w, err)
		return
	}
	reply(w, farewellAnswer{})
}

// gone revokes a node that said farewell.
func (s *Service) gone(ctx context.Context, node db.ID, unsent *int64) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		p, err := peerBy(tx, "id", node)
		if err != nil || p.State == Revoked {
			return err
		}
		if unsent == nil {
			unsent = p.Behind
		}
		now := s.Clock()
		if _, err := tx.Exec("UPDATE sync_node SET contact = ?, behind = ? WHERE id = ?", now, unsent, p.ID); err != nil {
			return err
		}
		return s.end(ctx, tx, p, NodeDestroyed, WhyDestroyed, now)
	})
}

// end revokes a node, or withdraws its invitation.
func (s *Service) end(ctx context.Context, tx *db.Tx, p Peer, act NodeAct, why string, now time.Time) error {
	if _, err := tx.Exec("UPDATE sync_node SET state = ?, code = NULL, code_until = NULL, ended = ?, why = ? WHERE id = ?", string(Revoked), now, why, p.ID); err != nil {
		return err
	}
	return s.did(ctx, tx, act, p)
}
