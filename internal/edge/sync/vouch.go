package sync

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"

	"github.com/fxamacker/cbor/v2"

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
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 8<<10))
	if err != nil || strict.Unmarshal(body, &q) != nil || s.Vouch == nil {
		refuse(w, badFrame())
		return
	}
	user, temporary, err := s.Vouch(r.Context(), q.Login, q.Password, "node "+p.ID.String())
	if err != nil {
		refuse(w, err)
		return
	}
	b, err := cbor.Marshal(vouchAnswer{User: user[:], Temporary: temporary})
	if err != nil {
		refuse(w, err)
		return
	}
	_, _ = w.Write(b)
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
	body, err := cbor.Marshal(vouchRequest{login, password})
	if err != nil {
		return db.ID{}, false, err
	}
	ctx, cancel := context.WithTimeout(ctx, vouchWait)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+h.Address+pathVouch, bytes.NewReader(body))
	if err != nil {
		return db.ID{}, false, unreachable(err)
	}
	res, err := client.Do(req)
	if err != nil {
		return db.ID{}, false, unreachable(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err != nil {
		return db.ID{}, false, unreachable(err)
	}
	if res.StatusCode != http.StatusOK {
		return db.ID{}, false, troubled(b)
	}
	var a vouchAnswer
	if strict.Unmarshal(b, &a) != nil || len(a.User) != 16 {
		return db.ID{}, false, fault.New(fault.Unavailable, "sync.Vouch", "sync.bad_frame")
	}
	return db.ID(a.User), a.Temporary, nil
}
