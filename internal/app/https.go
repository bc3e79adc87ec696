package app

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// How long certificates hold. A leaf begins a year back, so that a clock that stood
// ahead while it was made shuts nobody out; with that it holds for less than the 825
// days that Apple's systems allow. (docs/adr/0018-a-nodes-own-authority.md)
const (
	authorityYears = 10
	leafLife       = 60 * 24 * time.Hour
	leafRenew      = 30 * 24 * time.Hour
	leafBack       = 365 * 24 * time.Hour
)

// authorityBegins is when every authority begins: devices in the field have clocks
// that stand years behind.
var authorityBegins = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

// privateRanges are addresses that mean another machine on every network: an
// authority may sign for all of them, so that a site's computer that gets another
// address needs no new one. (RFC 1918, 3927, 4193, 4291, 1122)
var privateRanges = []string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8", "::1/128", "fc00::/7", "fe80::/10"}

// authority signs the certificate of a node's pages. Its key lies in the encrypted
// database and is in memory only while it signs.
type authority struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
}

// tlsPair is what the pages are served with: a certificate, its key, and the authority
// that devices install.
type tlsPair struct {
	tls  tls.Certificate
	leaf *x509.Certificate
	ca   *x509.Certificate
}

// serves refuses a name for which no authority should be made: one of a single word
// could be everybody's top-level domain, and a constraint permits all that is below.
func serves(host string) error {
	switch {
	case net.ParseIP(host) != nil:
		return nil
	case len(host) > 253 || !strings.Contains(strings.Trim(host, "."), "."):
		return fmt.Errorf("--host %s: with --https give an address, or a name with a dot in it such as clinic.home.arpa", host)
	}
	for _, label := range strings.Split(host, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || strings.HasPrefix(label, "-") {
			return fmt.Errorf("--host %s is no name of a machine; write it in small letters, digits and hyphens", host)
		}
	}
	return nil
}

// hostNames are all by which a node is reached, beside those that mean itself.
func hostNames(hosts []string) (dns []string, ips []net.IP) {
	dns, ips = []string{"localhost"}, []net.IP{net.IPv4(127, 0, 0, 1).To4(), net.IPv6loopback}
	for _, h := range hosts {
		ip := net.ParseIP(h)
		if v4 := ip.To4(); v4 != nil {
			ip = v4
		}
		switch {
		case ip == nil && !slices.Contains(dns, h):
			dns = append(dns, h)
		case ip != nil && !slices.ContainsFunc(ips, ip.Equal):
			ips = append(ips, ip)
		}
	}
	return dns, ips
}

// permitted are the addresses that an authority may sign for.
func permitted(ips []net.IP) []*net.IPNet {
	var all []*net.IPNet
	for _, r := range privateRanges {
		_, n, _ := net.ParseCIDR(r)
		all = append(all, n)
	}
	for _, ip := range ips {
		if !slices.ContainsFunc(all, func(n *net.IPNet) bool { return n.Contains(ip) }) {
			all = append(all, &net.IPNet{IP: ip, Mask: net.CIDRMask(8*len(ip), 8*len(ip))})
		}
	}
	return all
}

// newAuthority makes one that can sign for these hosts, for what lies below their
// names, and for private addresses; for nothing else in the world, whoever has its key.
func newAuthority(hosts []string, now time.Time) (authority, error) {
	dns, ips := hostNames(hosts)
	serial, err := newSerial()
	if err != nil {
		return authority{}, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return authority{}, err
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{Organization: []string{"Godwit"}, CommonName: "Godwit " + slices.Concat(hosts, []string{"localhost"})[0]},
		NotBefore: authorityBegins, NotAfter: now.AddDate(authorityYears, 0, 0),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign,
		ExtKeyUsage:                 []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		PermittedDNSDomainsCritical: true, PermittedDNSDomains: dns, PermittedIPRanges: permitted(ips),
	}
	if len(template.Subject.CommonName) > 64 { // RFC 5280, ub-common-name
		template.Subject.CommonName = template.Subject.CommonName[:64]
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return authority{}, err
	}
	cert, err := x509.ParseCertificate(der)
	return authority{key, cert}, err
}

func newSerial() (*big.Int, error) {
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	return n.Add(n, big.NewInt(1)), nil
}

// covers reports whether an authority may sign for all of these hosts.
func covers(ca *x509.Certificate, hosts []string) bool {
	dns, ips := hostNames(hosts)
	for _, name := range dns {
		if !slices.ContainsFunc(ca.PermittedDNSDomains, func(p string) bool { return name == p || strings.HasSuffix(name, "."+p) }) {
			return false
		}
	}
	for _, ip := range ips {
		if !slices.ContainsFunc(ca.PermittedIPRanges, func(n *net.IPNet) bool { return n.Contains(ip) }) {
			return false
		}
	}
	return true
}

// issue signs a certificate for the pages.
func (a authority) issue(hosts []string, now time.Time) (*tlsPair, error) {
	dns, ips := hostNames(hosts)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := newSerial()
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{Organization: []string{"Godwit"}},
		NotBefore: now.Add(-leafBack), NotAfter: now.Add(leafLife), BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames: dns, IPAddresses: ips,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		return nil, err
	}
	return newPair(der, a.cert.Raw, key)
}

func newPair(leaf, ca []byte, key *ecdsa.PrivateKey) (p *tlsPair, err error) {
	p = &tlsPair{}
	if p.leaf, err = x509.ParseCertificate(leaf); err != nil {
		return nil, err
	}
	if p.ca, err = x509.ParseCertificate(ca); err != nil {
		return nil, err
	}
	if !key.PublicKey.Equal(p.leaf.PublicKey) {
		return nil, errors.New("a certificate with another's key")
	}
	p.tls = tls.Certificate{Certificate: [][]byte{leaf}, PrivateKey: key, Leaf: p.leaf}
	return p, p.leaf.CheckSignatureFrom(p.ca)
}

// due reports whether a certificate is to be made anew: it is of another authority or
// for other hosts, it does not hold now, or not for long.
func (p *tlsPair) due(ca *x509.Certificate, hosts []string, now time.Time) bool {
	if p == nil || !p.ca.Equal(ca) {
		return true
	}
	dns, ips := hostNames(hosts)
	same := slices.Equal(dns, p.leaf.DNSNames) && slices.EqualFunc(ips, p.leaf.IPAddresses, net.IP.Equal)
	return !same || now.Before(p.leaf.NotBefore) || p.leaf.NotAfter.Sub(now) < leafRenew
}

// fingerprint is the SHA-256 of a certificate in groups of four, as people read it to
// each other.
func fingerprint(c *x509.Certificate) []string {
	sum := sha256.Sum256(c.Raw)
	var groups []string
	for pair := range slices.Chunk(sum[:], 2) {
		groups = append(groups, strings.ToUpper(hex.EncodeToString(pair)))
	}
	return groups
}

// write keeps a pair in a file of this user's alone, whole or not at all.
func (p *tlsPair) write(path string) error {
	key, err := x509.MarshalPKCS8PrivateKey(p.tls.PrivateKey)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	for _, block := range []*pem.Block{{Type: "PRIVATE KEY", Bytes: key}, {Type: "CERTIFICATE", Bytes: p.leaf.Raw}, {Type: "CERTIFICATE", Bytes: p.ca.Raw}} {
		if err := pem.Encode(&b, block); err != nil {
			return err
		}
	}
	next := path + ".new"
	_ = os.Remove(next) // WriteFile keeps the mode of a file that is there
	err = os.WriteFile(next, b.Bytes(), 0o600)
	if err == nil {
		err = os.Rename(next, path)
	}
	if err != nil {
		return errors.Join(&fault.Error{Code: fault.Unavailable, Op: "app.https", Key: "app.folder", Err: err}, os.RemoveAll(next))
	}
	return nil
}

// mostOfPair bounds the file, in bytes.
const mostOfPair = 64 << 10

// readPair reads it again.
func readPair(path string) (*tlsPair, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if st.Size() > mostOfPair {
		return nil, errors.New("too large for a certificate")
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return parsePair(b)
}

func parsePair(b []byte) (*tlsPair, error) {
	var parts [3][]byte
	for i, kind := range []string{"PRIVATE KEY", "CERTIFICATE", "CERTIFICATE"} {
		var block *pem.Block
		if block, b = pem.Decode(b); block == nil || block.Type != kind {
			return nil, fmt.Errorf("part %d is no %s", i+1, strings.ToLower(kind))
		}
		parts[i] = block.Bytes
	}
	any, err := x509.ParsePKCS8PrivateKey(parts[0])
	if err != nil {
		return nil, err
	}
	key, ok := any.(*ecdsa.PrivateKey)
	if !ok {
		return nil, errors.New("part 1 is a key of another kind")
	}
	return newPair(parts[1], parts[2], key)
}
