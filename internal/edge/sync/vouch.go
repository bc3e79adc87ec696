package sync

import (
	"context"
	"net/http"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Accounts travel by sync and passwords never do. The first log-in of a user on a node
// is checked by the hub, over the link that both have pinned.

type vouchRequest struct {
	Login    string `cbor:"1,keyasint"`
	Password string `cbor:"2,keyasint"`
}

type vouchAnswer struct {
	User      []byte `cbor:"1,keyasint"`
	Temporary bool   `cbor:"2,keyasint,omitempty"`
}

// vouchWait is how long somebody at a log-in page waits for the hub.
const vouchWait = 20 * time.Second

func (s *Service) serveVouch(w http.ResponseWriter, r *http.Request) {
	p, err := s.recognise(r.Context(), clientPin(r))
	if err != nil {
		refuse(w, err)
		return
	}
	var q vouchRequest
	if !readMessage(w, r, 2*maxRequest, &q) || s.Vouch == nil {
		refuse(w, badFrame())
		return
	}
	user, temporary, err := s.Vouch(r.Context(), q.Login, q.Password, "node "+p.ID.String())
	if err != nil {
		refuse(w, err)
		return
	}
	reply(w, vouchAnswer{User: user[:], Temporary: temporary})
}

// AskVouch asks the hub whose a log-in and a password are. A node without a hub has
// nobody to ask, and a password that is not here is wrong.
func (s *Service) AskVouch(ctx context.Context, c Client, login, password string) (user db.ID, temporary bool, err error) {
	var h Hub
	err = s.DB.Read(ctx, func(tx *db.Tx) (err error) { h, err = hubOf(tx); return err })
	if err != nil {
		return db.ID{}, false, err
	}
	client, err := c.http(identity{key: h.key, cert: h.cert}, h.pin)
	if err != nil {
		return db.ID{}, false, err
	}
	defer client.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(ctx, vouchWait)
	defer cancel()
	var a vouchAnswer
	if _, err := post(ctx, client, h.Address, pathVouch, maxAnswer, vouchRequest{login, password}, &a); err != nil {
		return db.ID{}, false, err
	}
	if len(a.User) != 16 {
		return db.ID{}, false, fault.New(fault.Unavailable, "sync.Vouch", "sync.bad_frame")
	}
	return db.ID(a.User), a.Temporary, nil
}
