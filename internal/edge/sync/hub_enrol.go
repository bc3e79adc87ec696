package sync

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"io"
	"net/http"
	"strings"

	"github.com/fxamacker/cbor/v2"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Two hubs get to know each other as a node and its hub do: by a code that works once,
// through which each pins the other's key. One of them calls; what is shared goes both
// ways in what it calls for.

const pathHubEnrol = "/sync/v1/hub/enrol"

type hubEnrolRequest struct {
	Secret []byte `cbor:"1,keyasint"`
	Name   string `cbor:"2,keyasint"` // by which the caller calls itself, for the answerer's eyes
}

type hubEnrolAnswer struct {
	Name string `cbor:"1,keyasint"`
}

// InviteHub makes a code for the hub of another organisation, which works once within
// a day. name is what it is called here.
func (s *Service) InviteHub(ctx context.Context, name string) (OtherHub, string, error) {
	name = strings.TrimSpace(name)
	if name == "" || len(name) > 80 {
		return OtherHub{}, "", fault.Field("sync.InviteHub", "name", "sync.no_name")
	}
	secret := make([]byte, secretSize)
	rand.Read(secret)
	sum := sha256.Sum256(secret)
	h := OtherHub{ID: db.NewID(), Name: name, State: Invited}
	var text string
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		id, err := ownIdentity(tx)
		if err != nil {
			return err
		}
		pin, err := id.pin()
		if err != nil {
			return err
		}
		text = code{s.Address, pin[:pinShort], secret}.String()
		return insertHub(tx, h, sum[:], s.Clock().Add(codeLife), s.Clock())
	})
	return h, text, err
}

// enrolHub takes a hub in whose code is right. A wrong code, one that is used and one
// that is too old are told alike.
func (s *Service) enrolHub(ctx context.Context, pin []byte, r hubEnrolRequest) error {
	refused := fault.New(fault.Forbidden, "sync.EnrolHub", "sync.code_refused")
	sum := sha256.Sum256(r.Secret)
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		h, err := hubBy(tx, "code", sum[:])
		if fault.Is(err, fault.NotFound) {
			return refused
		}
		if err != nil {
			return err
		}
		late, err := isThere(tx, "SELECT 1 FROM sync_peer WHERE id = ? AND code_until < ?", h.ID, s.Clock())
		if err != nil {
			return err
		}
		if late || h.State != Invited {
			return refused
		}
		return enrolledHub(tx, h, pin)
	})
}

func (s *Service) serveHubEnrol(w http.ResponseWriter, r *http.Request) {
	var req hubEnrolRequest
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 4<<10))
	if err == nil {
		err = strict.Unmarshal(body, &req)
	}
	pin := clientPin(r)
	if err != nil || pin == nil {
		refuse(w, badFrame())
		return
	}
	if err := s.enrolHub(r.Context(), pin, req); err != nil {
		refuse(w, err)
		return
	}
	reply(w, hubEnrolAnswer{})
}

// EnrolHub makes this hub known at another by its code, and the other here. name is
// what the other is called here. It works once.
func (s *Service) EnrolHub(ctx context.Context, c Client, name, text string) (OtherHub, error) {
	co, err := parseCode(text)
	if err != nil {
		return OtherHub{}, err
	}
	name = strings.TrimSpace(name)
	if name == "" || len(name) > 80 {
		return OtherHub{}, fault.Field("sync.EnrolHub", "name", "sync.no_name")
	}
	var id identity
	if err := s.DB.Write(ctx, func(tx *db.Tx) (err error) { id, err = ownIdentity(tx); return err }); err != nil {
		return OtherHub{}, err
	}
	client, err := c.http(id, co.pin)
	if err != nil {
		return OtherHub{}, err
	}
	defer client.CloseIdleConnections()
	var a hubEnrolAnswer
	pin, err := post(ctx, client, co.address, pathHubEnrol, hubEnrolRequest{Secret: co.secret}, &a)
	if err != nil {
		return OtherHub{}, err
	}
	h := OtherHub{ID: db.NewID(), Name: name, State: Enrolled, Address: co.address, Pin: pin}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		known, err := hubBy(tx, "pin", pin)
		if fault.Is(err, fault.NotFound) {
			return insertHub(tx, h, nil, s.Clock(), s.Clock())
		}
		if err != nil {
			return err
		}
		h.ID = known.ID
		_, err = tx.Exec("UPDATE sync_peer SET state = ?, address = ?, name = ? WHERE id = ?", string(Enrolled), h.Address, h.Name, known.ID)
		return err
	})
	return h, err
}

// RevokeHub ends every exchange with a hub, under whatever agreement.
func (s *Service) RevokeHub(ctx context.Context, hub db.ID) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := hubBy(tx, "id", hub); err != nil {
			return err
		}
		_, err := tx.Exec("UPDATE sync_peer SET state = ?, code = NULL, code_until = NULL WHERE id = ?", string(Revoked), hub)
		return err
	})
}

// Hubs lists the hubs of other organisations.
func (s *Service) Hubs(tx *db.Tx) ([]OtherHub, error) { return otherHubs(tx) }

// recogniseHub finds a hub by its key.
func recogniseHub(tx *db.Tx, pin []byte) (OtherHub, error) {
	const op = "sync.Swap"
	if pin == nil {
		return OtherHub{}, fault.New(fault.Forbidden, op, "sync.unknown_hub")
	}
	h, err := hubBy(tx, "pin", pin)
	switch {
	case fault.Is(err, fault.NotFound):
		return h, fault.New(fault.Forbidden, op, "sync.unknown_hub")
	case err != nil:
		return h, err
	case h.State != Enrolled || !samePin(h.Pin, pin):
		return h, fault.New(fault.Forbidden, op, "sync.revoked")
	}
	return h, nil
}

// reply answers a message.
func reply(w http.ResponseWriter, v any) {
	b, err := cbor.Marshal(v)
	if err != nil {
		refuse(w, err)
		return
	}
	_, _ = w.Write(b)
}

// post sends a message to a hub and reads its answer; it answers the hub's key.
func post(ctx context.Context, client *http.Client, address, path string, v, into any) ([]byte, error) {
	body, err := cbor.Marshal(v)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, silence)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+address+path, bytes.NewReader(body))
	if err != nil {
		return nil, fault.Field("sync.Hub", "code", "sync.bad_code")
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, unreachable(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, maxSwap))
	if err != nil {
		return nil, unreachable(err)
	}
	if res.StatusCode != http.StatusOK {
		return nil, troubled(b)
	}
	if err := strict.Unmarshal(b, into); err != nil {
		return nil, badFrame()
	}
	return pinOf(res.TLS.PeerCertificates[0]), nil
}
