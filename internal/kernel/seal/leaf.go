package seal

import (
	"crypto/ecdh"
	"crypto/hpke"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"time"

	"golang.org/x/crypto/chacha20poly1305"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

const keySize = 32

// classes are the sizes a leaf can have: few, so that a size says next to nothing. A note
// of a session, a membership and a mark that somebody looked are all of the first or second.
var classes = []int{1 << 10, 1 << 12, 1 << 14, 1 << 16}

// Leaf is one thing that a room keeps.
type Leaf struct {
	ID     db.ID           `json:"-"`
	Room   db.ID           `json:"-"`
	Kind   string          `json:"k"`
	Record db.ID           `json:"r,omitzero"` // leaves of one record have one
	Person db.ID           `json:"p,omitzero"` // whom it is about, if anybody
	By     db.ID           `json:"b"`
	At     time.Time       `json:"t"`
	Body   json.RawMessage `json:"v,omitempty"`
}

// Into reads what the leaf says.
func (l Leaf) Into(v any) error {
	return fault.Wrap("seal.Into", json.Unmarshal(l.Body, v))
}

// bind ties what is encrypted to the document that it stands in.
func bind(label string, doc db.ID) []byte {
	return append([]byte("godwit seal "+label+" 1\x00"), doc[:]...)
}

// encrypt makes the bytes of a leaf: the leaf's own key wrapped by the room's, and the
// padded text under it.
func encrypt(room [keySize]byte, doc db.ID, l Leaf) ([]byte, error) {
	const op = "seal.encrypt"
	text, err := json.Marshal(l)
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	const head = chacha20poly1305.NonceSizeX + keySize + chacha20poly1305.Overhead
	size := 0
	for _, c := range classes {
		if head+4+len(text)+chacha20poly1305.Overhead <= c {
			size = c
			break
		}
	}
	if size == 0 {
		return nil, fault.Field(op, "", "seal.error.long")
	}
	plain := make([]byte, size-head-chacha20poly1305.Overhead)
	binary.BigEndian.PutUint32(plain, uint32(len(text))) //nolint:gosec // below the largest class
	copy(plain[4:], text)

	var own [keySize]byte
	rand.Read(own[:])
	wrap, err := chacha20poly1305.NewX(room[:])
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	body, err := chacha20poly1305.New(own[:])
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	out := make([]byte, chacha20poly1305.NonceSizeX, size)
	rand.Read(out)
	out = wrap.Seal(out, out[:chacha20poly1305.NonceSizeX], own[:], bind("wrap", doc))
	// A key that is used once needs no nonce of its own.
	return body.Seal(out, make([]byte, chacha20poly1305.NonceSize), plain, bind("leaf", doc)), nil
}

// decrypt reads the bytes of a leaf; ok is false where the key is not that of its room.
func decrypt(room [keySize]byte, doc db.ID, b []byte) (l Leaf, ok bool) {
	const head = chacha20poly1305.NonceSizeX + keySize + chacha20poly1305.Overhead
	if len(b) < classes[0] {
		return l, false
	}
	wrap, err := chacha20poly1305.NewX(room[:])
	if err != nil {
		return l, false
	}
	own, err := wrap.Open(nil, b[:chacha20poly1305.NonceSizeX], b[chacha20poly1305.NonceSizeX:head], bind("wrap", doc))
	if err != nil {
		return l, false
	}
	body, err := chacha20poly1305.New(own)
	if err != nil {
		return l, false
	}
	plain, err := body.Open(nil, make([]byte, chacha20poly1305.NonceSize), b[head:], bind("leaf", doc))
	if err != nil || len(plain) < 4 {
		return l, false
	}
	n := binary.BigEndian.Uint32(plain)
	if int64(n) > int64(len(plain)-4) || json.Unmarshal(plain[4:4+n], &l) != nil {
		return l, false
	}
	l.ID = doc
	return l, true
}

// granted is the key of a room at one of its turns.
type granted struct {
	room   db.ID
	epoch  uint32
	secret [keySize]byte
}

func (g granted) hash() [sha256.Size]byte {
	return sha256.Sum256(append(append([]byte("godwit seal turn 1\x00"), g.room[:]...), g.secret[:]...))
}

const (
	grantPlain = len(db.ID{}) + 4 + keySize
	grantBox   = 32 + grantPlain + chacha20poly1305.Overhead
)

func kem() hpke.KEM { return hpke.DHKEM(ecdh.X25519()) }

// grant makes the bytes of a grant: a box for each public key, and boxes that nobody opens.
func (g granted) grant(doc db.ID, publics [][]byte) ([]byte, error) {
	const op = "seal.grant"
	size := 0
	for _, c := range classes {
		if len(publics) <= c/grantBox {
			size = c
			break
		}
	}
	if size == 0 {
		return nil, fault.Field(op, "", "seal.error.many")
	}
	plain := make([]byte, 0, grantPlain)
	plain = append(plain, g.room[:]...)
	plain = binary.BigEndian.AppendUint32(plain, g.epoch)
	plain = append(plain, g.secret[:]...)
	defer clear(plain)
	out := make([]byte, 0, size)
	for i := range size / grantBox {
		var to hpke.PublicKey
		what := plain
		if i < len(publics) {
			p, err := kem().NewPublicKey(publics[i])
			if err != nil {
				return nil, fault.Wrap(op, err)
			}
			to = p
		} else {
			nobody, err := kem().GenerateKey()
			if err != nil {
				return nil, fault.Wrap(op, err)
			}
			to, what = nobody.PublicKey(), make([]byte, grantPlain)
		}
		box, err := hpke.Seal(to, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), bind("grant", doc), what)
		if err != nil {
			return nil, fault.Wrap(op, err)
		}
		out = append(out, box...)
	}
	rest := make([]byte, size-len(out))
	rand.Read(rest)
	return append(out, rest...), nil
}

// ungrant looks for the box of a key.
func ungrant(own hpke.PrivateKey, doc db.ID, b []byte) (g granted, ok bool) {
	for ; len(b) >= grantBox; b = b[grantBox:] {
		plain, err := hpke.Open(own, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), bind("grant", doc), b[:grantBox])
		if err != nil || len(plain) != grantPlain {
			continue
		}
		copy(g.room[:], plain)
		g.epoch = binary.BigEndian.Uint32(plain[len(g.room):])
		copy(g.secret[:], plain[len(g.room)+4:])
		return g, true
	}
	return g, false
}
