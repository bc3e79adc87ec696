package traveller

import (
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Address says how travellers' own phones reach this installation.
type Address struct {
	// Public is what was set, as PublicAddress gives it; "" where nothing was.
	Public string
	// Secure says that it was told that a TLS proxy stands in front.
	Secure bool
	// Here says that the traveller's phone is this machine too, as in a demonstration.
	Here bool
}

// forwarding are the headers by which a proxy shows itself. What they say is not
// believed: anybody may send them.
var forwarding = []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Via"}

// PublicAddress checks the address that is set: a scheme and a name that other machines
// know, with a port if need be, and nothing else.
func PublicAddress(text string) (string, bool) {
	u, err := url.Parse(strings.TrimSuffix(text, "/"))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Path != "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || ownHost(u.Host) {
		return "", false
	}
	return u.Scheme + "://" + u.Host, true
}

// ownHost reports whether a host is none, or one by which only this machine knows itself.
func ownHost(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	ip := net.ParseIP(host)
	return host == "" || host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && (ip.IsLoopback() || ip.IsUnspecified())
}

// Of is the address at which a page was asked for, as another machine would reach it, for
// what leads outsiders here; an error where nobody outside does.
func (a Address) Of(r *http.Request) (string, error) { return a.of(r) }

// of is the address at which the page was asked for, as a traveller's phone would reach
// it. Behind a proxy that the installation was not told of nobody knows whether the way
// from the phone is over TLS, and on a loopback address it is this machine's alone: a
// poster that leads nowhere, or that leads past the proxy, is not printed.
func (a Address) of(r *http.Request) (string, error) {
	const op = "traveller.address"
	proxied := false
	for _, h := range forwarding {
		proxied = proxied || len(r.Header.Values(h)) > 0
	}
	switch {
	case a.Public != "":
		return a.Public, nil
	case ownHost(r.Host) && !a.Here:
		return "", fault.New(fault.Unavailable, op, "traveller.error.address_own")
	case r.TLS != nil || a.Secure:
		return "https://" + r.Host, nil
	case proxied:
		return "", fault.New(fault.Unavailable, op, "traveller.error.address_proxy")
	}
	return "http://" + r.Host, nil
}
