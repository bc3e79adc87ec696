package sync

import (
	"context"
	"crypto/sha256"
	"net/http"

	"filippo.io/age"

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
	Seal   string `cbor:"3,keyasint,omitempty"`
}

type hubEnrolAnswer struct {
	Name string `cbor:"1,keyasint"`
	Seal string `cbor:"2,keyasint,omitempty"`
}

// InviteHub makes a code for the hub of another organisation, which works once within
// a day. name is what it is called here.
func (s *Service) InviteHub(ctx context.Context, name string) (OtherHub, string, error) {
	name, err := properName("sync.InviteHub", name)
	if err != nil {
		return OtherHub{}, "", err
	}
	h := OtherHub{ID: db.NewID(), Name: name, State: Invited}
	var text string
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		var sum []byte
		var err error
		if text, sum, err = s.newCode(tx); err != nil {
			return err
		}
		return insertHub(tx, h, sum, s.Clock().Add(codeLife), s.Clock())
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
		late, err := tx.Exists("SELECT 1 FROM sync_peer WHERE id = ? AND code_until < ?", h.ID, s.Clock())
		if err != nil {
			return err
		}
		if late || h.State != Invited {
			return refused
		}
		if err := enrolledHub(tx, h, pin); err != nil || r.Seal == "" {
			return err
		}
		if _, err := age.ParseX25519Recipient(r.Seal); err != nil {
			return badFrame()
		}
		if h, err = hubBy(tx, "pin", pin); err != nil {
			return err
		}
		return keepRecipient(tx, h.ID, r.Seal)
	})
}

func (s *Service) serveHubEnrol(w http.ResponseWriter, r *http.Request) {
	var req hubEnrolRequest
	pin := clientPin(r)
	if !readMessage(w, r, maxRequest, &req) || pin == nil {
		refuse(w, badFrame())
		return
	}
	if err := s.enrolHub(r.Context(), pin, req); err != nil {
		refuse(w, err)
		return
	}
	var seal string
	err := s.DB.Write(r.Context(), func(tx *db.Tx) error {
		own, err := ownIdentity(tx)
		if err == nil {
			seal, err = own.recipient()
		}
		return err
	})
	if err != nil {
		refuse(w, err)
		return
	}
	reply(w, hubEnrolAnswer{Seal: seal})
}

// EnrolHub makes this hub known at another by its code, and the other here. name is
// what the other is called here. It works once.
func (s *Service) EnrolHub(ctx context.Context, c Client, name, text string) (OtherHub, error) {
	co, err := parseCode(text)
	if err != nil {
		return OtherHub{}, err
	}
	if name, err = properName("sync.EnrolHub", name); err != nil {
		return OtherHub{}, err
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
	seal, err := id.recipient()
	if err != nil {
		return OtherHub{}, err
	}
	pin, err := post(ctx, client, co.address, pathHubEnrol, maxSwap, hubEnrolRequest{Secret: co.secret, Seal: seal}, &a)
	if err != nil {
		return OtherHub{}, err
	}
	if a.Seal != "" {
		if _, err := age.ParseX25519Recipient(a.Seal); err != nil {
			return OtherHub{}, badFrame()
		}
	}
	h := OtherHub{ID: db.NewID(), Name: name, State: Enrolled, Address: co.address, Pin: pin, Recipient: a.Seal}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		known, err := hubBy(tx, "pin", pin)
		if fault.Is(err, fault.NotFound) {
			return insertHub(tx, h, nil, s.Clock(), s.Clock())
		}
		if err != nil {
			return err
		}
		h.ID = known.ID
		if h.Recipient == "" {
			h.Recipient = known.Recipient
		}
		_, err = tx.Exec("UPDATE sync_peer SET state = ?, address = ?, name = ?, recipient = ? WHERE id = ?", string(Enrolled), h.Address, h.Name, h.Recipient, known.ID)
		return err
	})
	return h, err
}

// RevokeHub ends every exchange with a hub, under whatever agreement.
func (s *Service) RevokeHub(ctx context.Context, hub db.ID) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		h, err := hubBy(tx, "id", hub)
		if err != nil || h.State == Revoked {
			return err
		}
		if _, err := tx.Exec("UPDATE sync_peer SET state = ?, code = NULL, code_until = NULL WHERE id = ?", string(Revoked), hub); err != nil {
			return err
		}
		return s.did(ctx, tx, HubRevoked, Peer{ID: h.ID, Name: h.Name})
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
