package sync

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/json"
	"log/slog"
	"net"
	"slices"
	"strings"
	"time"

	"filippo.io/age"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// An enrolment code says where the hub is, what its key begins with, and a secret that
// works once: everything a node needs, to be read out, typed, or scanned.
//
//	hub.example.org:8443/ABCDE-FGHIJ-…

const (
	pinShort   = 16 // bytes of the pin in a code: 128 bits, so that no other key fits
	secretSize = 10
	codeLife   = 24 * time.Hour
)

// code is an enrolment code taken apart.
type code struct {
	address string
	pin     []byte
	secret  []byte
}

var coding = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding) // Crockford: no I, L, O, U

func (c code) String() string {
	s := coding.EncodeToString(append(slices.Clone(c.pin), c.secret...))
	var groups []string
	for part := range slices.Chunk([]byte(s), 5) {
		groups = append(groups, string(part))
	}
	return c.address + "/" + strings.Join(groups, "-")
}

// parseCode reads a code as somebody types it.
func parseCode(s string) (code, error) {
	bad := fault.Field("sync.Enrol", "code", "sync.bad_code")
	address, rest, ok := strings.Cut(strings.TrimSpace(s), "/")
	if !ok {
		return code{}, bad
	}
	if _, _, err := net.SplitHostPort(address); err != nil {
		return code{}, bad
	}
	rest = strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(rest))
	b, err := coding.DecodeString(rest)
	if err != nil || len(b) != pinShort+secretSize {
		return code{}, bad
	}
	return code{address, b[:pinShort], b[pinShort:]}, nil
}

// CheckCode refuses what is no whole code, before anything is done with it.
func CheckCode(text string) error {
	_, err := parseCode(text)
	return err
}

// Invitation is what an administrator says of a node to be.
type Invitation struct {
	Name  string
	Sites []string
	Most  int64 // people in scope at most
}

// Service is the exchange as the program uses it, on either side.
type Service struct {
	Deps

	// Address is where nodes reach this hub, host:port.
	Address string

	// Wake is called after a session that brought something. It may be nil.
	Wake func()

	// Resolve finds the people of a number, or nobody. Asked keeps in the read audit
	// that a node was given somebody, or, with no subject, that it asked for nobody.
	// Without them nobody can be asked for.
	Resolve func(tx *db.Tx, number string) ([]db.ID, error)
	Asked   func(tx *db.Tx, node Peer, a Ask, subject db.ID) error

	// Vouch checks a log-in and a password for a node, at a hub.
	Vouch func(ctx context.Context, login, password, node string) (user db.ID, temporary bool, err error)

	// Sharing answers for agreements with other hubs; nil where there are none.
	Sharing *Sharing

	// FileLimit is the largest file that is made for another hub; 0 is SharedFileLimit.
	FileLimit int

	one   chan struct{} // one exchange with the hub at a time
	words *remembered
}

// New readies a side of the exchange.
func New(s Service) *Service {
	s.one, s.words = make(chan struct{}, 1), new(remembered)
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	return &s
}

// defaultMost is the cap of a node that names none: what a laptop of 4 GB holds well.
const defaultMost = 100_000

// Invite makes a node and answers its code, which works once within a day. The hub
// keeps the hash of its secret alone.
func (s *Service) Invite(ctx context.Context, in Invitation) (Peer, string, error) {
	const op = "sync.Invite"
	name, err := properName(op, in.Name)
	if err != nil {
		return Peer{}, "", err
	}
	if in.Most <= 0 {
		in.Most = defaultMost
	}
	if in.Sites == nil {
		in.Sites = []string{}
	}
	p := Peer{ID: db.NewID(), Name: name, Sites: in.Sites, Most: in.Most, State: Invited}
	var text string
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		var sum []byte
		var err error
		if text, sum, err = s.newCode(tx); err != nil {
			return err
		}
		others, err := peers(tx)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(others, func(o Peer) bool { return o.Name == p.Name && o.State != Revoked }) {
			return fault.Field(op, "name", "sync.name_taken") // who revokes the one means the other
		}
		now := s.Clock()
		p.Until = now.Add(codeLife)
		if err := insertPeer(tx, p, sum, p.Until, now); err != nil {
			return err
		}
		return s.did(ctx, tx, NodeInvited, p)
	})
	return p, text, err
}

// properName is what a machine is called, without what surrounds it.
func properName(op, name string) (string, error) {
	name = strings.TrimSpace(name)
	if name == "" || len(name) > 80 {
		return "", fault.Field(op, "name", "sync.no_name")
	}
	return name, nil
}

// newCode makes a code by which somebody enrols here, and the hash of its secret.
func (s *Service) newCode(tx *db.Tx) (text string, sum []byte, err error) {
	id, err := ownIdentity(tx)
	if err != nil {
		return "", nil, err
	}
	pin, err := id.pin()
	if err != nil {
		return "", nil, err
	}
	secret := make([]byte, secretSize)
	rand.Read(secret)
	hash := sha256.Sum256(secret)
	return code{s.Address, pin[:pinShort], secret}.String(), hash[:], nil
}

type enrolRequest struct {
	Secret       []byte `cbor:"1,keyasint"`
	Program      string `cbor:"2,keyasint"`
	Installation []byte `cbor:"3,keyasint"`
	Recipient    string `cbor:"4,keyasint"`
}

type enrolAnswer struct {
	Node      []byte   `cbor:"1,keyasint"`
	Name      string   `cbor:"2,keyasint"`
	Recipient string   `cbor:"3,keyasint"`
	Sites     []string `cbor:"4,keyasint"`
}

// asks is what a node that has a code says to the hub, and who it says it as.
func (s *Service) asks(ctx context.Context, co code) (identity, enrolRequest, error) {
	var id identity
	var self db.ID
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := hubOf(tx); err == nil {
			return fault.New(fault.Conflict, "sync.Enrol", "sync.enrolled_already")
		} else if !fault.Is(err, fault.NotFound) {
			return err
		}
		var err error
		if self, err = s.Journal.Installation(tx); err != nil {
			return err
		}
		id, err = ownIdentity(tx)
		return err
	})
	if err != nil {
		return id, enrolRequest{}, err
	}
	recipient, err := id.recipient()
	return id, enrolRequest{Secret: co.secret, Program: s.Program, Installation: self[:], Recipient: recipient}, err
}

// enrolled keeps what the hub answered.
func (s *Service) enrolled(ctx context.Context, co code, id identity, pin []byte, a enrolAnswer) (Hub, error) {
	node, err := idOf(a.Node)
	if err != nil {
		return Hub{}, err
	}
	sites, err := json.Marshal(append([]string{}, a.Sites...))
	if err != nil {
		return Hub{}, err
	}
	h := Hub{Address: co.address, Recipient: a.Recipient, Node: node, Name: a.Name, Sites: a.Sites, pin: pin, key: id.key, cert: id.cert}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO sync_hub (one, address, pin, recipient, node, name, sites, key, cert, received, trouble, made)
			VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, 0, '', ?)`, h.Address, h.pin, h.Recipient, h.Node, h.Name, string(sites), h.cert, h.cert, s.Clock()) // the key is the identity's alone
		return err
	})
	if err == nil {
		s.words.keep(h, nil)
	}
	return h, err
}

// enrol takes a node in whose code is right. A wrong code, one that is used and one
// that is too old are told alike.
func (s *Service) enrol(ctx context.Context, pin []byte, r enrolRequest) (enrolAnswer, error) {
	const op = "sync.Enrol"
	sum := sha256.Sum256(r.Secret)
	installation, err := idOf(r.Installation)
	if err != nil {
		return enrolAnswer{}, err
	}
	if _, err := age.ParseX25519Recipient(r.Recipient); err != nil {
		return enrolAnswer{}, badFrame()
	}
	var a enrolAnswer
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		p, err := peerBy(tx, "code", sum[:])
		if fault.Is(err, fault.NotFound) {
			return fault.New(fault.Forbidden, op, "sync.code_refused")
		}
		if err != nil {
			return err
		}
		var until time.Time
		if err := tx.Row("SELECT code_until FROM sync_node WHERE id = ?", p.ID).Scan(&until); err != nil {
			return err
		}
		if s.Clock().After(until) || p.State != Invited {
			return fault.New(fault.Forbidden, op, "sync.code_refused")
		}
		if owner, err := nodeOf(tx, installation); err != nil || !owner.IsZero() {
			if err != nil {
				return err
			}
			return fault.New(fault.Conflict, op, "sync.copied")
		}
		own, err := ownIdentity(tx)
		if err != nil {
			return err
		}
		a = enrolAnswer{Node: p.ID[:], Name: p.Name, Sites: p.Sites}
		if a.Recipient, err = own.recipient(); err != nil {
			return err
		}
		_, err = tx.Exec("UPDATE sync_node SET state = ?, pin = ?, recipient = ?, code = NULL, code_until = NULL, enrolled = ? WHERE id = ?",
			string(Enrolled), pin, r.Recipient, s.Clock(), p.ID)
		return err
	})
	return a, err
}

// HubMoved tells a node that its hub is reached at another address; by its key it is
// known as before.
func (s *Service) HubMoved(ctx context.Context, address string) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec("UPDATE sync_hub SET address = ?", address)
		return err
	})
}

// samePin compares without telling how much was right.
func samePin(a, b []byte) bool { return subtle.ConstantTimeCompare(a, b) == 1 }
