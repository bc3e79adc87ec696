package app

import (
	"net"
	"net/http"

	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

const (
	installPath = "/install"
	installFile = "godwit-ca.crt"
)

// installRoutes are the page from which a device gets the certificate of this node's
// authority, without a log-in: whoever needs it cannot log in safely yet.
func (h *Host) installRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /install", h.getInstall)
	mux.HandleFunc("GET /install/godwit-ca.crt", h.getAuthority)
}

// plainRoutes are all that answers without TLS: the installation page. Whatever else
// is asked for is led to TLS, and what a form sent is not taken.
func (h *Host) plainRoutes() (http.Handler, error) {
	gate, err := h.gate()
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	h.installRoutes(mux)
	h.pages.Routes(mux)
	mux.HandleFunc("/", h.toTLS)
	return gate.Outside(mux), nil
}

// toTLS leads to the same page over TLS, or, while there is no certificate, to the
// page that says so. The gate has looked at the host.
func (h *Host) toTLS(w http.ResponseWriter, r *http.Request) {
	to := "https://" + r.Host + r.URL.RequestURI()
	if h.pair.Load() == nil {
		to = installPath
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// installView is how a device comes to trust this node.
type installView struct {
	State    string // "ready", "none" (no certificate yet)
	Notice   page.Callout
	Number   []string // the fingerprint, in groups
	Download page.Link
	Address  string
	QR       page.Symbol
	Systems  []installSystem
}

// installSystem are the steps of one kind of device.
type installSystem struct {
	Name  page.Msg
	Steps []page.Msg
}

// installSystems are in the order of how many of them come.
func installSystems() []installSystem {
	var all []installSystem
	for _, s := range []struct {
		name  string
		steps []string
	}{
		{"android", []string{"1", "2", "3", "4"}},
		{"ios", []string{"1", "2", "3", "4"}},
		{"windows", []string{"1", "2", "3"}},
	} {
		sys := installSystem{Name: page.M("app.install." + s.name)}
		for _, n := range s.steps {
			sys.Steps = append(sys.Steps, page.M("app.install."+s.name+"_"+n))
		}
		all = append(all, sys)
	}
	return all
}

func (h *Host) getInstall(w http.ResponseWriter, r *http.Request) {
	p := h.pair.Load()
	switch {
	case h.State() == StateDestroyed:
		page.Destroyed(h.pages, w, r, h.toldHub())
		return
	case !h.o.HTTPS:
		h.pages.Error(w, r, fault.New(fault.NotFound, "app.install", "page.error.not_found"))
		return
	case p == nil:
		h.pages.Render(w, r, page.Page{Template: "app/install", Title: "app.install.title", Status: http.StatusServiceUnavailable, View: installView{State: "none"}, Return: installPath})
		return
	}
	v, err := newInstallView(fingerprint(p.ca), "https://"+r.Host+"/")
	if err != nil {
		h.pages.Error(w, r, err)
		return
	}
	h.pages.Render(w, r, page.Page{Template: "app/install", Title: "app.install.title", View: v, Return: installPath})
}

func newInstallView(number []string, address string) (installView, error) {
	qr, err := page.SymbolOf(address, page.M("app.install.qr"))
	return installView{State: "ready", Number: number, Address: address, QR: qr, Systems: installSystems(),
		Notice:   page.Callout{Level: page.Danger, Title: page.M("app.install.compare"), Text: []page.Msg{page.M("app.install.compare_text")}},
		Download: page.Link{Href: installPath + "/" + installFile, Text: page.M("app.install.download")}}, err
}

// getAuthority gives out the certificate; there is nothing secret in it.
func (h *Host) getAuthority(w http.ResponseWriter, r *http.Request) {
	p := h.pair.Load()
	if p == nil || !h.o.HTTPS || h.State() == StateDestroyed {
		h.pages.Error(w, r, fault.New(fault.NotFound, "app.install", "page.error.not_found"))
		return
	}
	w.Header().Set("Content-Type", "application/x-x509-ca-cert")
	w.Header().Set("Content-Disposition", `attachment; filename="`+installFile+`"`)
	_, _ = w.Write(p.ca.Raw)
}

// trust is what the administrator reads out to whoever installs the certificate.
func (h *Host) trust() (number []string, install page.Link) {
	p := h.pair.Load()
	if p == nil {
		return nil, install
	}
	return fingerprint(p.ca), page.Link{Href: installPath, Text: page.M("app.install.title")}
}

// installURL is where devices find the page, by the first name of this node.
func installURL(hosts []string, at net.Addr) string {
	host, port := "localhost", ""
	if len(hosts) > 0 {
		host = hosts[0]
	}
	if _, p, err := net.SplitHostPort(at.String()); err == nil {
		port = p
	}
	return "http://" + net.JoinHostPort(host, port) + installPath
}
