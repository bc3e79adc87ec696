package sync

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"time"

	"filippo.io/age"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// identity is a side's key pair for the link, and its age identity for batches that
// travel as files. Both are pinned at enrolment: no authority outside vouches for
// them, and none can.
type identity struct {
	key, cert []byte // PKCS #8 and a self-signed certificate, DER
	age       string
}

// newIdentity makes one. The certificate carries nothing: what counts is its key.
func newIdentity() (identity, error) {
	var id identity
	pub, priv, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return id, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "godwit"},
		NotBefore: time.Unix(0, 0), NotAfter: time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), // RFC 5280, 4.1.2.5: no end; clocks are wrong in the field
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth}}
	if id.cert, err = x509.CreateCertificate(rand.Reader, template, template, pub, priv); err != nil {
		return id, err
	}
	if id.key, err = x509.MarshalPKCS8PrivateKey(priv); err != nil {
		return id, err
	}
	a, err := age.GenerateX25519Identity()
	if err != nil {
		return id, err
	}
	id.age = a.String()
	return id, nil
}

// ownIdentity is this installation's, made on the first call.
func ownIdentity(tx *db.Tx) (identity, error) {
	var id identity
	err := tx.Row("SELECT key, cert, age FROM sync_identity").Scan(&id.key, &id.cert, &id.age)
	if !fault.Is(err, fault.NotFound) {
		return id, err
	}
	if id, err = newIdentity(); err != nil {
		return id, err
	}
	n, err := tx.Exec("INSERT INTO sync_identity (one, key, cert, age) VALUES (1, ?, ?, ?) ON CONFLICT DO NOTHING", id.key, id.cert, id.age)
	if err == nil && n != 1 {
		err = db.Retry(fault.New(fault.Unavailable, "sync.Identity", "sync.busy"))
	}
	return id, err
}

func (id identity) certificate() (tls.Certificate, error) {
	key, err := x509.ParsePKCS8PrivateKey(id.key)
	if err != nil {
		return tls.Certificate{}, fault.New(fault.Internal, "sync.Identity", "sync.bad_identity")
	}
	return tls.Certificate{Certificate: [][]byte{id.cert}, PrivateKey: key}, nil
}

// pin is what a side is known by: SHA-256 of its public key (RFC 7469, section 2.4).
func (id identity) pin() ([]byte, error) {
	c, err := x509.ParseCertificate(id.cert)
	if err != nil {
		return nil, fault.New(fault.Internal, "sync.Identity", "sync.bad_identity")
	}
	return pinOf(c), nil
}

func pinOf(c *x509.Certificate) []byte {
	sum := sha256.Sum256(c.RawSubjectPublicKeyInfo)
	return sum[:]
}

// recipient is whom batches to this side are encrypted to.
func (id identity) recipient() (string, error) {
	a, err := age.ParseX25519Identity(id.age)
	if err != nil {
		return "", fault.New(fault.Internal, "sync.Identity", "sync.bad_identity")
	}
	return a.Recipient().String(), nil
}

// serverTLS takes any client certificate: whose it is, the handlers look up.
func serverTLS(id identity) (*tls.Config, error) {
	c, err := id.certificate()
	if err != nil {
		return nil, err
	}
	return &tls.Config{Certificates: []tls.Certificate{c}, ClientAuth: tls.RequireAnyClientCert, MinVersion: tls.VersionTLS13,
		NextProtos: []string{"h2", "http/1.1"}}, nil
}

// clientTLS speaks with the one server whose key begins with pin. Names and dates of
// certificates are not looked at: they prove nothing here, and clocks are wrong.
func clientTLS(id identity, pin []byte) (*tls.Config, error) {
	c, err := id.certificate()
	if err != nil {
		return nil, err
	}
	return &tls.Config{Certificates: []tls.Certificate{c}, MinVersion: tls.VersionTLS13, InsecureSkipVerify: true,
		VerifyConnection: func(s tls.ConnectionState) error {
			if len(s.PeerCertificates) != 1 || len(pin) < pinShort || !bytes.HasPrefix(pinOf(s.PeerCertificates[0]), pin) {
				return fault.New(fault.Forbidden, "sync.Connect", "sync.wrong_hub")
			}
			return nil
		}}, nil
}
