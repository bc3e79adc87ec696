package sync

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"filippo.io/age"
	"github.com/fxamacker/cbor/v2"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// What two hubs exchange under an agreement also travels as a file, on a stick or by
// e-mail: the same messages (swap.go), sealed to the other hub (age) and signed by this
// one. To is inside the seal and under the signature, so that nobody can seal what was
// meant for one hub to another.
//
//	"godwit shared 1\n" age( signature sharedBody )

const (
	sharedMagic = "godwit shared 1\n"

	// SharedFileLimit is the largest file that is made or taken.
	SharedFileLimit = 8 << 20
)

type sharedBody struct {
	Cert      []byte   `cbor:"1,keyasint"` // holds the key that signed
	To        []byte   `cbor:"2,keyasint"` // pin of the other hub
	Agreement []byte   `cbor:"3,keyasint"`
	Messages  [][]byte `cbor:"4,keyasint"` // each a swap
}

func sign(id identity, magic string, body []byte) ([]byte, error) {
	key, err := x509.ParsePKCS8PrivateKey(id.key)
	signer, ok := key.(ed25519.PrivateKey)
	if err != nil || !ok {
		return nil, fault.New(fault.Internal, "sync.Sign", "sync.bad_identity")
	}
	return ed25519.Sign(signer, append([]byte(magic), body...)), nil
}

// signedBy answers the pin of the key in cert, if that key signed body.
func signedBy(cert []byte, magic string, sig, body []byte) ([]byte, error) {
	c, err := x509.ParseCertificate(cert)
	if err != nil {
		return nil, badBatch()
	}
	pub, ok := c.PublicKey.(ed25519.PublicKey)
	if !ok || !ed25519.Verify(pub, append([]byte(magic), body...), sig) {
		return nil, badBatch()
	}
	return pinOf(c), nil
}

// sealShared makes the file.
func sealShared(own identity, recipient string, b sharedBody) ([]byte, error) {
	const op = "sync.ExportShared"
	r, err := age.ParseX25519Recipient(recipient)
	if err != nil {
		return nil, fault.New(fault.Conflict, op, "sync.no_recipient")
	}
	b.Cert = own.cert
	body, err := cbor.Marshal(b)
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	sig, err := sign(own, sharedMagic, body)
	if err != nil {
		return nil, err
	}
	out := bytes.NewBufferString(sharedMagic)
	w, err := age.Encrypt(out, r)
	if err == nil {
		_, err = w.Write(append(sig, body...))
	}
	if err = errors.Join(err, closed(w)); err != nil {
		return nil, fault.Wrap(op, err)
	}
	return out.Bytes(), nil
}

func closed(w io.Closer) error {
	if w == nil {
		return nil
	}
	return w.Close()
}

// openShared opens a file that is for this hub, and answers by the key with which pin it
// was signed. Anything else it refuses, and says nothing of what is inside.
func openShared(file []byte, own identity) (b sharedBody, pin []byte, err error) {
	const op = "sync.ImportShared"
	rest, ok := bytes.CutPrefix(file, []byte(sharedMagic))
	if !ok || len(file) > SharedFileLimit {
		return b, nil, badBatch()
	}
	id, err := age.ParseX25519Identity(own.age)
	if err != nil {
		return b, nil, fault.New(fault.Internal, op, "sync.bad_identity")
	}
	plain, err := age.Decrypt(bytes.NewReader(rest), id)
	var other *age.NoIdentityMatchError
	switch {
	case errors.As(err, &other):
		return b, nil, fault.New(fault.Forbidden, op, "sync.not_for_us")
	case err != nil:
		return b, nil, badBatch()
	}
	all, err := io.ReadAll(io.LimitReader(plain, SharedFileLimit))
	if err != nil || len(all) <= ed25519.SignatureSize {
		return b, nil, badBatch()
	}
	return readShared(all, own)
}

// readShared reads what was under the seal.
func readShared(all []byte, own identity) (b sharedBody, pin []byte, err error) {
	sig, body := all[:ed25519.SignatureSize], all[ed25519.SignatureSize:]
	if cbor.Unmarshal(body, &b) != nil || len(b.Messages) == 0 {
		return b, nil, badBatch()
	}
	if pin, err = signedBy(b.Cert, sharedMagic, sig, body); err != nil {
		return b, nil, err
	}
	mine, err := own.pin()
	if err != nil {
		return b, nil, err
	}
	if !samePin(mine, b.To) {
		return b, nil, fault.New(fault.Forbidden, "sync.ImportShared", "sync.not_for_us")
	}
	return b, pin, nil
}

// A card says who a hub is to one that it never has a link with: its key, and whom files
// for it are sealed to. It is no secret. That it is whose it says, its fingerprint shows,
// which the two sides read to each other by another way.

const cardMagic = "godwit-card-1."

type card struct {
	Name string `cbor:"1,keyasint"`
	Cert []byte `cbor:"2,keyasint"`
	Seal string `cbor:"3,keyasint"`
}

type signedCard struct {
	Card []byte `cbor:"1,keyasint"`
	Sig  []byte `cbor:"2,keyasint"`
}

const longestCard = 4 << 10

func writeCard(own identity, name string) (string, error) {
	seal, err := own.recipient()
	if err != nil {
		return "", err
	}
	body, err := cbor.Marshal(card{name, own.cert, seal})
	if err != nil {
		return "", fault.Wrap("sync.Card", err)
	}
	sig, err := sign(own, cardMagic, body)
	if err != nil {
		return "", err
	}
	whole, err := cbor.Marshal(signedCard{body, sig})
	return cardMagic + base64.RawURLEncoding.EncodeToString(whole), fault.Wrap("sync.Card", err)
}

func readCard(text string) (c card, pin []byte, err error) {
	bad := fault.Field("sync.AddHub", "card", "sync.bad_card")
	text = strings.Join(strings.Fields(text), "")
	rest, ok := strings.CutPrefix(text, cardMagic)
	if !ok || len(text) > longestCard {
		return c, nil, bad
	}
	whole, err := base64.RawURLEncoding.Strict().DecodeString(rest)
	var s signedCard
	if err != nil || cbor.Unmarshal(whole, &s) != nil || cbor.Unmarshal(s.Card, &c) != nil || !utf8.ValidString(c.Name) {
		return c, nil, bad
	}
	if pin, err = signedBy(c.Cert, cardMagic, s.Sig, s.Card); err != nil {
		return c, nil, bad
	}
	if _, err := age.ParseX25519Recipient(c.Seal); err != nil {
		return c, nil, bad
	}
	return c, pin, nil
}

// Fingerprint is a pin as people read it to each other: 80 bits, in four groups.
func Fingerprint(pin []byte) string {
	if len(pin) < 10 {
		return ""
	}
	s := coding.EncodeToString(pin[:10])
	return s[:4] + "-" + s[4:8] + "-" + s[8:12] + "-" + s[12:16]
}

// sameFingerprint compares one as somebody types it.
func sameFingerprint(typed string, pin []byte) bool {
	typed = strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(strings.TrimSpace(typed)))
	return typed != "" && typed == strings.ReplaceAll(Fingerprint(pin), "-", "")
}
