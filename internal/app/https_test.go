package app_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// tlsHost is a real node after a power cut, at one port with TLS and without.
type tlsHost struct {
	*apptest.LockedHost
	addr string
	stop func()
}

func tlsNode(t testing.TB, dir string, hosts ...string) *tlsHost {
	t.Helper()
	c := apptest.NewClock(apptest.Day.Add(time.Hour))
	h, err := app.Claim(app.Options{Dir: dir, Clock: c.Now, Log: apptest.TextLog(os.Stderr), HTTPS: true, Hosts: hosts})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- h.Serve(ctx, l, nil, func() { close(ready) }) }()
	<-ready
	n := &tlsHost{&apptest.LockedHost{Host: h, T: t, Clock: c, URL: "https://" + l.Addr().String(), Dir: dir}, l.Addr().String(), nil}
	stopped := false
	n.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; err != nil {
			t.Error("serving:", err)
		}
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(n.stop)
	return n
}

// mustUnlock opens the records at the machine: before there is a certificate nobody
// can log in from elsewhere.
func (n *tlsHost) mustUnlock() *app.Node {
	n.T.Helper()
	if err := n.Unlock(n.T.Context(), "administrator", app.DemoPassword(), ""); err != nil || n.Node() == nil {
		n.T.Fatal("the node does not open:", err)
	}
	return n.Node()
}

// trusting is a device that trusts one authority and nobody else.
func (n *tlsHost) trusting(ca *x509.Certificate) *apptest.Visitor {
	n.T.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		n.T.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(ca)
	tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, Time: n.Clock.Now}, ForceAttemptHTTP2: true}
	n.T.Cleanup(tr.CloseIdleConnections)
	return apptest.NewVisitor(n.T, n.URL, &http.Client{Jar: jar, Timeout: apptest.Longest, Transport: tr})
}

// plainly asks without TLS, and follows nothing.
func (n *tlsHost) plainly(method, path, host string) (*http.Response, string) {
	n.T.Helper()
	r, err := http.NewRequest(method, "http://"+n.addr+path, nil)
	if err != nil {
		n.T.Fatal(err)
	}
	if host != "" {
		r.Host = host
	}
	c := &http.Client{Timeout: apptest.Longest, Transport: &http.Transport{DisableKeepAlives: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := c.Do(r)
	if err != nil {
		n.T.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		n.T.Fatal(err)
	}
	return resp, string(b)
}

// installed downloads the authority as a device does.
func (n *tlsHost) installed() *x509.Certificate {
	n.T.Helper()
	resp, body := n.plainly("GET", "/install/godwit-ca.crt", "")
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "application/x-x509-ca-cert" {
		n.T.Fatalf("the certificate: %d, %v", resp.StatusCode, resp.Header)
	}
	ca, err := x509.ParseCertificate([]byte(body))
	if err != nil {
		n.T.Fatal(err)
	}
	return ca
}

// A device that installed the certificate gets the log-in page over TLS, while the
// records are open and after a power cut while they are locked, works there, and
// never needs the certificate again. One that did not install it gets nothing.
func TestADeviceTrustsTheNodeOpenAndLocked(t *testing.T) {
	dir, _ := apptest.Protected(t)
	n := tlsNode(t, dir)
	if resp, body := n.plainly("GET", "/install", ""); resp.StatusCode != 503 || !strings.Contains(body, "no certificate to install yet") {
		t.Errorf("before there is one: %d %.200s", resp.StatusCode, body)
	}
	if resp, _ := n.plainly("GET", "/login", ""); resp.Header.Get("Location") != "/install" {
		t.Errorf("before there is one the way leads to %q", resp.Header.Get("Location"))
	}
	n.mustUnlock()
	ca := n.installed()
	v := n.trusting(ca)
	v.Get("/login").Says(t, 200, "Sign in")
	v.Get("/install").Says(t, 200, app.Fingerprint(ca)[0], app.Fingerprint(ca)[15])
	v.LogIn("administrator", app.DemoPassword())
	v.Get(app.DevicePath).Says(t, 200, app.Fingerprint(ca)[0], app.Fingerprint(ca)[15])
	resp, err := v.Client.Get(n.URL + "/login")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.Proto != "HTTP/2.0" || resp.Header.Get("Strict-Transport-Security") != "" {
		t.Errorf("%s, %v", resp.Proto, resp.Header)
	}
	if _, err := (&http.Client{Timeout: apptest.Longest, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: x509.NewCertPool(), Time: n.Clock.Now}}}).Get(n.URL + "/login"); err == nil {
		t.Error("a device that trusts nobody got a page")
	}

	files := apptest.FilesOf(t, dir)
	n.stop()
	again := tlsNode(t, apptest.FolderWith(t, files))
	v = again.trusting(ca)
	v.Get("/login").Says(t, 200, "The records are locked")
	if again.Node() != nil {
		t.Fatal("it is open")
	}
	if a, in := v.Tries("administrator", app.DemoPassword()); !in {
		t.Fatalf("log-in over TLS: %d %.200s", a.Status, apptest.Text(a.Doc))
	}
	v.Client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err = v.Client.PostForm(again.URL+"/login", url.Values{"login": {"administrator"}, "password": {app.DemoPassword()}})
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if len(resp.Cookies()) == 0 {
		t.Error("a log-in gave no cookie")
	}
	for _, c := range resp.Cookies() {
		if !c.Secure {
			t.Errorf("the cookie %s travels without TLS", c.Name)
		}
	}
	if !again.installed().Equal(ca) {
		t.Error("the certificate that devices installed was replaced")
	}
}

// The authority's key lies in the encrypted database only, and what lies in the plain
// file is this user's alone.
func TestTheKeyOfTheAuthorityLiesInNoPlainFile(t *testing.T) {
	dir, _ := apptest.Protected(t)
	n := tlsNode(t, dir)
	n.mustUnlock()
	var all []app.Authority
	if err := n.Node().DB.Read(t.Context(), func(tx *db.Tx) (err error) { all, err = app.Authorities(tx); return err }); err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	secret, err := all[0].Key().Bytes()
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := app.ReadPair(filepath.Join(dir, app.TLSFile))
	if err != nil || !leaf.CA().Equal(all[0].Cert()) {
		t.Fatal("the file has no certificate of this authority:", err)
	}
	for name, b := range apptest.FilesOf(t, dir) {
		if bytes.Contains(b, secret) || bytes.Contains(b, all[0].Cert().RawSubjectPublicKeyInfo) && name != app.TLSFile {
			t.Errorf("%s has the authority's key", name)
		}
	}
	st, err := os.Stat(filepath.Join(dir, app.TLSFile))
	if err != nil || runtime.GOOS != "windows" && st.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", st.Mode(), err)
	}
	if err := n.Destroy(); err != nil || apptest.There(dir, app.TLSFile) {
		t.Errorf("destroyed, and the key of the pages is there: %v", err)
	}
	if resp, _ := n.plainly("GET", "/install", ""); resp.StatusCode != 410 {
		t.Errorf("/install of a destroyed node: %d", resp.StatusCode)
	}
}

// Without TLS there is the installation page and nothing else: no page is shown, no
// form taken, and no other name led anywhere.
func TestWithoutTLSThereIsOnlyTheInstallationPage(t *testing.T) {
	dir, _ := apptest.Protected(t)
	n := tlsNode(t, dir, "192.168.7.9", "clinic.example.org")
	n.mustUnlock()
	ca := n.installed()
	resp, body := n.plainly("GET", "/install", "clinic.example.org:8443")
	for _, must := range append(app.Fingerprint(ca), "https://clinic.example.org:8443/", "Compare the number") {
		if !strings.Contains(body, must) {
			t.Errorf("/install (%d) does not say %q", resp.StatusCode, must)
		}
	}
	for _, path := range []string{"/", "/login", "/people?q=a", "/healthz", "/metrics", "/recovery", "/install/other", app.DevicePath} {
		for _, method := range []string{"GET", "POST"} {
			resp, _ := n.plainly(method, path, "192.168.7.9:8443")
			if to := resp.Header.Get("Location"); resp.StatusCode != 303 || to != "https://192.168.7.9:8443"+path || len(resp.Cookies()) > 0 {
				t.Errorf("%s %s without TLS: %d to %q, %v", method, path, resp.StatusCode, to, resp.Cookies())
			}
		}
	}
	for _, path := range []string{"/install", "/install/godwit-ca.crt", "/login"} {
		if resp, _ := n.plainly("GET", path, "evil.example.net"); resp.StatusCode != http.StatusMisdirectedRequest {
			t.Errorf("%s for another name: %d", path, resp.StatusCode)
		}
	}
}

// Whoever has an authority's key can sign for nothing but the node's own names and
// for private addresses.
func TestAnAuthoritySignsForItsOwnNamesOnly(t *testing.T) {
	a, err := app.NewAuthority([]string{"clinic.example.org", "203.0.113.7"}, apptest.Day)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(a.Cert())
	for host, want := range map[string]bool{
		"clinic.example.org": true, "x-ray.clinic.example.org": true, "203.0.113.7": true, "192.168.1.20": true, "fd00::5": true, "10.9.8.7": true,
		"example.org": false, "bank.example.com": false, "evilclinic.example.org": false, "203.0.113.8": false, "2001:db8::1": false, "172.32.0.1": false, "8.8.8.8": false,
	} {
		p, err := a.Issue([]string{host}, apptest.Day)
		if err != nil {
			t.Fatal(err)
		}
		_, err = p.Leaf().Verify(x509.VerifyOptions{DNSName: host, Roots: pool, CurrentTime: apptest.Day})
		if (err == nil) != want {
			t.Errorf("%s: %v", host, err)
		}
		if app.Covers(a.Cert(), []string{host}) != want {
			t.Errorf("covers says otherwise of %s", host)
		}
	}
	inner, err := app.NewAuthority([]string{"clinic.example.org"}, apptest.Day)
	if err != nil {
		t.Fatal(err)
	}
	p, err := inner.Issue([]string{"clinic.example.org"}, apptest.Day)
	if err != nil {
		t.Fatal(err)
	}
	below, err := x509.CreateCertificate(nil, inner.Cert(), a.Cert(), inner.Cert().PublicKey, a.Key()) // an authority below the authority
	if err != nil {
		t.Fatal(err)
	}
	middle, err := x509.ParseCertificate(below)
	if err != nil {
		t.Fatal(err)
	}
	mid := x509.NewCertPool()
	mid.AddCert(middle)
	if _, err := p.Leaf().Verify(x509.VerifyOptions{DNSName: "clinic.example.org", Roots: pool, Intermediates: mid, CurrentTime: apptest.Day}); err == nil {
		t.Error("an authority below the authority is believed")
	}
}

// While the records are open the certificate is renewed in time, after the clock
// jumped, and for other hosts; what devices installed stays as long as it can.
func TestTheCertificateIsRenewedAndWhatDevicesInstalledStays(t *testing.T) {
	dir, _ := apptest.Protected(t)
	n := tlsNode(t, dir, "192.168.7.9", "clinic.example.org")
	open := n.mustUnlock()
	first := n.ShownPair()
	renewed := func(why string, leaf, ca bool, from *app.TLSPair) *app.TLSPair {
		t.Helper()
		if err := open.RenewPair(t.Context()); err != nil {
			t.Fatal(err)
		}
		p := n.ShownPair()
		if p.Leaf().Equal(from.Leaf()) == leaf {
			t.Errorf("%s: another certificate: %v, want %v", why, !leaf, leaf)
		}
		if p.CA().Equal(from.CA()) == ca {
			t.Errorf("%s: another authority: %v, want %v", why, !ca, ca)
		}
		if now := n.HTTPSTime(); now.Before(p.Leaf().NotBefore) || now.After(p.Leaf().NotAfter) {
			t.Errorf("%s: holds from %s to %s, not now", why, p.Leaf().NotBefore, p.Leaf().NotAfter)
		}
		if kept, err := app.ReadPair(filepath.Join(dir, app.TLSFile)); err != nil || !kept.Leaf().Equal(p.Leaf()) {
			t.Errorf("%s: the file has another: %v", why, err)
		}
		return p
	}
	day := 24 * time.Hour
	renewed("at once", false, false, first)
	n.Clock.Move(29 * day)
	renewed("29 days later", false, false, first)
	n.Clock.Move(2 * day)
	p := renewed("31 days later", true, false, first)
	n.Clock.Move(-31 * day)
	renewed("the clock set right by a month", false, false, p)
	n.Clock.Move(3 * 365 * day)
	p = renewed("the clock jumped ahead by years", true, false, p)
	n.Clock.Move(-3 * 365 * day)
	p = renewed("and was set right", true, false, p)
	n.Clock.Move(-40 * 365 * day)
	p = renewed("an empty battery", false, false, p)
	n.Clock.Move(40 * 365 * day)
	n.NowReachedBy("192.168.99.1", "clinic.example.org", "hall.clinic.example.org")
	p = renewed("another private address and a name below", true, false, p)
	n.NowReachedBy("other.example.org")
	other := renewed("another name", true, true, p)
	n.NowReachedBy("192.168.7.9", "clinic.example.org")
	p = renewed("back to the name of before", true, true, other)
	if !p.CA().Equal(first.CA()) {
		t.Error("devices that trusted the name of before have to install it again")
	}
	if a := open.Do(t.Context(), app.Command{Name: "https-replace"}); a.Error != "" || strings.Contains(strings.Join(a.Lines, " "), app.Spaced(app.Fingerprint(first.CA()))) {
		t.Error("replaced on demand:", a)
	}
	if n.ShownPair().CA().Equal(first.CA()) {
		t.Error("the authority was not replaced")
	}
}

// The doctor says how the certificate stands, and what to read out.
func TestTheDoctorLooksAtTheCertificate(t *testing.T) {
	dir, _ := apptest.Protected(t)
	n := tlsNode(t, dir)
	n.mustUnlock()
	look := func(want ...string) {
		t.Helper()
		lines, _ := n.HTTPSChecked()
		for _, w := range want {
			if all := strings.Join(lines, "\n"); !strings.Contains(all, w) {
				t.Errorf("no %q in\n%s", w, all)
			}
		}
	}
	look("ok    https: the certificate of the pages holds until 2027-01-15", app.Spaced(app.Fingerprint(n.ShownPair().CA())))
	n.Clock.Move(61 * 24 * time.Hour)
	look("WRONG https: the certificate of the pages holds from")
	n.Clock.Move(9 * 365 * 24 * time.Hour)
	look("WRONG https: what devices installed ends on 2036-11-16", "godwit https replace")
}

// A certificate file that rotted keeps nobody out: it is made anew.
func TestACertificateFileThatRottedIsMadeAnew(t *testing.T) {
	dir, _ := apptest.Protected(t)
	n := tlsNode(t, dir)
	n.mustUnlock()
	ca := n.installed()
	files := apptest.FilesOf(t, dir)
	n.stop()
	files[app.TLSFile] = files[app.TLSFile][:len(files[app.TLSFile])/2]
	dir = apptest.FolderWith(t, files)
	n = tlsNode(t, dir)
	n.mustUnlock()
	n.trusting(ca).Get("/login").Says(t, 200)
	if _, err := app.ReadPair(filepath.Join(dir, app.TLSFile)); err != nil {
		t.Error(err)
	}
}

// Who connects and says nothing, or nonsense, holds up nobody and not the end.
func TestWhoSaysNothingHoldsUpNobody(t *testing.T) {
	dir, _ := apptest.Protected(t)
	n := tlsNode(t, dir)
	n.mustUnlock()
	for _, say := range []string{"", "\x16", "\x16\x03\x01\xff\xff", "\x00\x01\x02\r\n\r\n"} {
		c, err := net.Dial("tcp", n.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := io.WriteString(c, say); err != nil {
			t.Fatal(err)
		}
	}
	n.trusting(n.installed()).Get("/login").Says(t, 200)
}

// The port goes on while somebody is silent, however long that is, and its end does
// not wait for them.
func TestThePortGoesOnWhileSomebodyIsSilent(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	secure, plain := app.Split(l, 24*time.Hour)
	dial := func(say string) net.Conn {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		if _, err := io.WriteString(c, say); err != nil {
			t.Fatal(err)
		}
		return c
	}
	silent := dial("")
	for say, side := range map[string]net.Listener{"GET": plain, "\x16\x03\x01": secure} {
		dial(say)
		c, err := side.Accept()
		if err != nil {
			t.Fatal(err)
		}
		heard := make([]byte, 3)
		if _, err := io.ReadFull(c, heard); err != nil || string(heard) != say {
			t.Errorf("said %q, heard %q: %v", say, heard, err)
		}
		_ = c.Close()
	}
	if err := secure.Close(); err != nil {
		t.Error(err)
	}
	if _, err := plain.Accept(); err == nil {
		t.Error("the other half goes on after the port was closed")
	}
	if _, err := silent.Read(make([]byte, 1)); err == nil {
		t.Error("somebody said something to whoever was silent")
	}
}

// A name that is somebody else's, or everybody's, gets no authority.
func TestHostsOfACertificate(t *testing.T) {
	for host, want := range map[string]bool{"192.168.1.10": true, "2001:db8::7": true, "clinic.home.arpa": true, "x-1.example.org": true,
		"clinic": false, "org": false, "": false, "*.example.org": false, "a..b": false, ".example.org": false, "a b.org": false, "-a.org": false} {
		if err := app.Serves(host); (err == nil) != want {
			t.Errorf("%q: %v", host, err)
		}
	}
	o := &app.ServeOptions{HTTPS: true, Hosts: []string{"Clinic.Example.org."}}
	if err := o.CanHTTPS(); err != nil || o.Hosts[0] != "clinic.example.org" {
		t.Error(o.Hosts, err)
	}
	if err := (&app.ServeOptions{HTTPS: true, TLS: true}).CanHTTPS(); err == nil {
		t.Error("--https and --tls went together")
	}
}

// Whatever lies in the certificate file, reading it ends and what it answers is whole.
func FuzzPair(f *testing.F) {
	a, err := app.NewAuthority(nil, apptest.Day)
	if err != nil {
		f.Fatal(err)
	}
	p, err := a.Issue(nil, apptest.Day)
	if err != nil {
		f.Fatal(err)
	}
	path := filepath.Join(f.TempDir(), app.TLSFile)
	if err := p.Write(path); err != nil {
		f.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	if _, err := app.ParsePair(b); err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add(b[:len(b)/2])
	f.Fuzz(func(t *testing.T, b []byte) {
		if p, err := app.ParsePair(b); err == nil && p.Leaf().CheckSignatureFrom(p.CA()) != nil {
			t.Error("a certificate of another authority")
		}
	})
}
