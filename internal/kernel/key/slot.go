package key

import (
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/hpke"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	mathrand "math/rand/v2"
	"slices"

	"golang.org/x/crypto/chacha20poly1305"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// keys are what the slots guard. next is set while the database is on its way
// from one data key to another.
type keys struct {
	current, next [Size]byte
	rotating      bool
}

func (k *keys) wipe() { *k = keys{} }

// member is a slot as whoever has the data key sees it. Its public key lets a new
// data key be sealed to it although nobody types its password.
type member struct {
	tag     [tagSize]byte
	nonce   [nonceSize]byte
	wrapped [wrapSize]byte
	public  [32]byte
	kind    kind
	name    string
}

func kem() hpke.KEM { return hpke.DHKEM(ecdh.X25519()) }

// bind ties a ciphertext to its file, its slot and what it is for.
func bind(h *header, use string, parts ...[]byte) []byte {
	b := append([]byte("godwit key slot 1 "+use+"\x00"), h.salt[:]...)
	b = h.cost.append(b)
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

// subkey is a key for one use, from the data key.
func subkey(data [Size]byte, h *header, use string) []byte {
	k, err := hkdf.Key(sha256.New, data[:], h.salt[:], "godwit key slot 1 "+use, Size)
	if err != nil { // only a length of more than 255 hashes is refused
		panic(err)
	}
	return k
}

func sealer(k []byte) interface {
	Seal(dst, nonce, plaintext, additional []byte) []byte
	Open(dst, nonce, ciphertext, additional []byte) ([]byte, error)
} {
	c, err := chacha20poly1305.NewX(k)
	if err != nil { // only a wrong length of the key is refused
		panic(err)
	}
	return c
}

// enrol makes a slot that tag and wrap open.
func enrol(h *header, k kind, name string, tag [tagSize]byte, wrap [Size]byte) (m member, err error) {
	m = member{tag: tag, kind: k, name: name}
	private, err := kem().GenerateKey()
	if err != nil {
		return m, err
	}
	plain, err := private.Bytes()
	if err != nil {
		return m, err
	}
	defer clear(plain)
	copy(m.public[:], private.PublicKey().Bytes())
	rand.Read(m.nonce[:])
	copy(m.wrapped[:], sealer(wrap[:]).Seal(nil, m.nonce[:], plain, bind(h, "private", m.tag[:])))
	return m, nil
}

// dummy makes a slot that looks like any other and that nothing opens.
func dummy(h *header) (member, error) {
	var tag [tagSize]byte
	var wrap [Size]byte
	rand.Read(tag[:])
	rand.Read(wrap[:])
	return enrol(h, dummyKind, "", tag, wrap)
}

// seal writes a member's slot for the keys.
func (m *member) seal(h *header, ks *keys) (slot, error) {
	s := slot{tag: m.tag, nonce: m.nonce, wrapped: m.wrapped}
	public, err := kem().NewPublicKey(m.public[:])
	if err != nil {
		return s, err
	}
	plain := make([]byte, 0, boxPlain)
	flag := byte(0)
	if ks.rotating {
		flag = 1
	}
	plain = append(append(append(plain, flag), ks.current[:]...), ks.next[:]...)
	defer clear(plain)
	box, err := hpke.Seal(public, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), bind(h, "box", m.tag[:]), plain)
	if err != nil {
		return s, err
	}
	copy(s.box[:], box)
	card := make([]byte, cardPlain)
	copy(card, m.public[:])
	card[32], card[33] = byte(m.kind), byte(len(m.name))
	copy(card[34:], m.name)
	rand.Read(s.cardNonce[:])
	copy(s.card[:], sealer(subkey(ks.current, h, "card")).Seal(nil, s.cardNonce[:], card, s.bound(h)))
	return s, nil
}

// bound is what a card vouches for: the part of the slot that cannot be made anew
// without the password.
func (s *slot) bound(h *header) []byte {
	return bind(h, "card", s.tag[:], s.nonce[:], s.wrapped[:])
}

// read opens a slot's card; false if it was changed or is another key's.
func (s *slot) read(h *header, data [Size]byte) (member, bool) {
	m := member{tag: s.tag, nonce: s.nonce, wrapped: s.wrapped}
	card, err := sealer(subkey(data, h, "card")).Open(nil, s.cardNonce[:], s.card[:], s.bound(h))
	if err != nil || card[32] > byte(hostKind) || card[33] > nameSize {
		return m, false
	}
	copy(m.public[:], card)
	m.kind, m.name = kind(card[32]), string(card[34:34+int(card[33])])
	return m, true
}

// unwrap opens a slot with what was derived from a password.
func (s *slot) unwrap(h *header, wrap [Size]byte) (*keys, bool) {
	plain, err := sealer(wrap[:]).Open(nil, s.nonce[:], s.wrapped[:], bind(h, "private", s.tag[:]))
	if err != nil {
		return nil, false
	}
	defer clear(plain)
	private, err := kem().NewPrivateKey(plain)
	if err != nil {
		return nil, false
	}
	box, err := hpke.Open(private, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), bind(h, "box", s.tag[:]), s.box[:])
	if err != nil || len(box) != boxPlain {
		return nil, false
	}
	defer clear(box)
	ks := &keys{rotating: box[0] == 1}
	copy(ks.current[:], box[1:])
	copy(ks.next[:], box[1+Size:])
	return ks, true
}

// find looks at every slot, so that the time says nothing about which one fits.
func (im *image) find(tag [tagSize]byte, wrap [Size]byte) (*keys, bool) {
	at := -1
	for i := range im.slots {
		if subtle.ConstantTimeCompare(im.slots[i].tag[:], tag[:]) == 1 {
			at = i
		}
	}
	if at < 0 {
		return nil, false
	}
	return im.slots[at].unwrap(&im.header, wrap)
}

// sealOf is the seal that whoever has the data key would put on a body.
func sealOf(h *header, data [Size]byte, body []byte) (sum [sha256.Size]byte) {
	mac := hmac.New(sha256.New, subkey(data, h, "seal"))
	mac.Write(body)
	copy(sum[:], mac.Sum(nil))
	return sum
}

// sealed says whether the file is as somebody with the data key left it.
func (im *image) sealed(data [Size]byte) bool {
	want := sealOf(&im.header, data, im.body)
	return im.whole && hmac.Equal(want[:], im.seal[:])
}

// book is a slot file opened for writing.
type book struct {
	header
	members []member
	keys    keys
}

// open reads every card. lost counts the slots whose card does not open; they
// become dummies.
func (im *image) open(ks *keys) (b *book, lost int, err error) {
	b = &book{header: im.header, keys: *ks, members: make([]member, len(im.slots))}
	for i := range im.slots {
		m, ok := im.slots[i].read(&im.header, ks.current)
		if !ok {
			lost++
			if m, err = dummy(&b.header); err != nil {
				return nil, 0, err
			}
		}
		b.members[i] = m
	}
	return b, lost, nil
}

// bytes writes the file, with every box and card made anew.
func (b *book) bytes() ([]byte, Stamp, error) {
	slots := make([]slot, len(b.members))
	for i := range b.members {
		var err error
		if slots[i], err = b.members[i].seal(&b.header, &b.keys); err != nil {
			return nil, Stamp{}, err
		}
	}
	body := frame(b.header, slots)
	seal := sealOf(&b.header, b.keys.current, body)
	return finish(body, seal), Stamp{b.generation, seal}, nil
}

// find is the place of whom a slot is for, or -1.
func (b *book) find(k kind, name string) int {
	return slices.IndexFunc(b.members, func(m member) bool { return m.kind == k && m.name == name })
}

// put gives somebody a slot in the place of the old one, or of a dummy taken at
// random, so that the order says nothing either.
func (b *book) put(m member) error {
	if i := b.find(m.kind, m.name); i >= 0 {
		b.members[i] = m
		return nil
	}
	var free []int
	for i := range b.members {
		if b.members[i].kind == dummyKind {
			free = append(free, i)
		}
	}
	if len(free) <= len(b.members)/4 && len(b.members) < mostSlots {
		for range len(b.members) {
			d, err := dummy(&b.header)
			if err != nil {
				return err
			}
			free = append(free, len(b.members))
			b.members = append(b.members, d)
		}
	}
	if len(free) == 0 {
		return fault.New(fault.Conflict, "key.Set", "key.full")
	}
	b.members[free[mathrand.IntN(len(free))]] = m
	return nil
}

// ways counts what a person can open the file with, but for the slot at except.
func (b *book) ways(except int) (n int) {
	for i, m := range b.members {
		if i != except && (m.kind == userKind || m.kind == paperKind) {
			n++
		}
	}
	return n
}

// drop makes somebody's slot a dummy.
func (b *book) drop(k kind, name string) error {
	const op = "key.Remove"
	i := b.find(k, name)
	if i < 0 {
		return fault.New(fault.NotFound, op, "key.no_slot")
	}
	if b.ways(i) == 0 {
		return fault.New(fault.Conflict, op, "key.last")
	}
	var err error
	b.members[i], err = dummy(&b.header)
	return err
}
