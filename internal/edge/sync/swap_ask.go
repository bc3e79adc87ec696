package sync

import (
	"context"
	"net/http"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// A question across a border: whether a person who stands here is one whom the other
// hub is handing over. It carries keyed hashes and no name. The answer has one size, and
// the answerer looks at nobody but those it is handing over, so "not known" and "known,
// but not handed over" are one answer, found in one way.

// askMost is how many readings of one identity a question may carry.
const askMost = 8

type asked struct {
	Agreement []byte   `cbor:"1,keyasint"`
	Terms     []byte   `cbor:"2,keyasint"`
	Hashes    [][]byte `cbor:"3,keyasint"`
}

type askAnswer struct {
	Packet []byte `cbor:"1,keyasint"` // of the document handed over; zeros for none
}

// Ask asks the other hub of an agreement. The zero ID is "nobody whom we hand over".
// Noting the question and bounding how many are asked is the caller's.
func (s *Service) Ask(ctx context.Context, c Client, agreement db.ID, hashes [][]byte) (db.ID, error) {
	var h OtherHub
	var id identity
	var terms []byte
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		sh, err := shareOf(tx, agreement)
		if fault.Is(err, fault.NotFound) {
			return fault.New(fault.Conflict, "sync.Ask", "sync.no_agreement")
		}
		if err != nil {
			return err
		}
		if h, err = hubBy(tx, "id", sh.peer); err != nil {
			return err
		}
		if h.Address == "" {
			return fault.New(fault.Conflict, "sync.Ask", "sync.not_called")
		}
		if terms, err = s.Sharing.Terms(tx, agreement, h.Pin, s.Clock()); err != nil {
			return err
		}
		id, err = ownIdentity(tx)
		return err
	})
	if err != nil {
		return db.ID{}, err
	}
	client, err := c.http(id, h.Pin)
	if err != nil {
		return db.ID{}, err
	}
	defer client.CloseIdleConnections()
	var a askAnswer
	if _, err := post(ctx, client, h.Address, pathAsk, maxSwap, asked{Agreement: agreement[:], Terms: terms, Hashes: hashes}, &a); err != nil {
		return db.ID{}, err
	}
	return idOf(a.Packet)
}

func (s *Service) serveAsk(w http.ResponseWriter, r *http.Request) {
	ctx := context.WithoutCancel(r.Context())
	var q asked
	if !readMessage(w, r, maxRequest, &q) || len(q.Hashes) == 0 || len(q.Hashes) > askMost {
		refuse(w, badFrame())
		return
	}
	for _, h := range q.Hashes {
		if len(h) != 32 {
			refuse(w, badFrame())
			return
		}
	}
	var found db.ID
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		h, err := recogniseHub(tx, clientPin(r))
		if err != nil {
			return err
		}
		agreement, err := idOf(q.Agreement)
		if err != nil {
			return err
		}
		if s.Sharing == nil || s.Sharing.Ask == nil {
			return fault.New(fault.Forbidden, "sync.Ask", "sync.no_agreement")
		}
		if _, _, err := s.meetUnder(tx, h, agreement, nil); err != nil {
			return err
		}
		found, err = s.Sharing.Ask(ctx, tx, agreement, q.Hashes)
		return err
	})
	if err != nil {
		refuse(w, err)
		return
	}
	reply(w, askAnswer{Packet: found[:]})
}
