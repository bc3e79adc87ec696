package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// loadPair takes the certificate of the last time, with which also a locked node
// shows its log-in page. One that cannot be read is made anew once somebody opens
// the records.
func (h *Host) loadPair() {
	if !h.o.HTTPS {
		return
	}
	p, err := readPair(filepath.Join(h.o.Dir, tlsFile))
	switch {
	case err == nil:
		h.pair.Store(p)
	case !errors.Is(err, os.ErrNotExist):
		h.o.Log.Error("the certificate of the pages cannot be read; it is made anew when the records are opened")
	}
}

// httpsTime is the node's clock for certificates: one that stands before the program
// was made is wrong, and a certificate of such a time would hold on no device.
func (h *Host) httpsTime() time.Time {
	if now := h.o.Clock(); now.After(earliest) {
		return now
	}
	return earliest
}

// renewPair sees to it that the pages have a certificate of this node's authority,
// for its hosts, that holds now and for a while. It works where the file cannot be
// written: a full disk keeps nobody from the records.
func (n *Node) renewPair(ctx context.Context) error {
	h := n.host
	if !h.o.HTTPS {
		return nil
	}
	now, hosts := h.httpsTime(), h.o.Hosts
	var next *tlsPair
	var replaced bool
	err := n.DB.Write(ctx, func(tx *db.Tx) error {
		next, replaced = nil, false
		a, other, err := authorityOf(tx, hosts, now)
		if err != nil || !h.pair.Load().due(a.cert, hosts, now) {
			return err
		}
		replaced = other
		next, err = a.issue(hosts, now)
		return err
	})
	if err != nil || next == nil {
		return err
	}
	if replaced {
		n.log.Warn("the names of this node changed: every phone, tablet and computer has to install the new certificate")
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.gone { // destroyed meanwhile: no key is left behind
		return nil
	}
	h.pair.Store(next)
	return next.write(filepath.Join(h.o.Dir, tlsFile))
}

// keepPair renews it until ctx ends.
func (n *Node) keepPair(ctx context.Context) {
	for {
		if err := n.renewPair(ctx); err != nil && ctx.Err() == nil {
			n.log.Error("the certificate of the pages could not be renewed; it is tried again", "key", fault.KeyOf(err))
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(sweepEvery):
		}
	}
}

// replaceAuthority makes another authority, after the old one's key may have got into
// other hands or near the end of its ten years.
func (n *Node) replaceAuthority(ctx context.Context) ([]string, error) {
	if !n.host.o.HTTPS {
		return nil, errors.New("run this while `godwit serve --https` is running on this folder")
	}
	if err := n.DB.Write(ctx, dropAuthorities); err != nil {
		return nil, err
	}
	if err := n.renewPair(ctx); err != nil {
		return nil, err
	}
	return append(n.host.httpsLines(), "Every phone, tablet and computer has to install the new certificate. Remove the old one from each."), nil
}

// httpsLines say at the terminal what devices are to trust.
func (h *Host) httpsLines() []string {
	p := h.pair.Load()
	if p == nil {
		return []string{"There is no certificate yet: it is made when somebody opens the records, once, with `godwit key unlock LOGIN --dir " + h.o.Dir + "`."}
	}
	return []string{"The certificate that devices install has this fingerprint (SHA-256):", "", "  " + spaced(fingerprint(p.ca)), ""}
}

// spaced is a fingerprint on one line.
func spaced(groups []string) string { return strings.Join(groups, " ") }

// checkHTTPS looks at the certificate of the pages.
func (h *Host) checkHTTPS(e *exam) {
	if h.o.onServer() { // there is no folder, and a proxy has the certificate
		return
	}
	path := filepath.Join(h.o.Dir, tlsFile)
	p := h.pair.Load()
	if p == nil {
		var err error
		switch p, err = readPair(path); {
		case errors.Is(err, os.ErrNotExist) && !h.o.HTTPS:
			return
		case err != nil:
			e.say(!h.o.HTTPS, "https: there is no certificate that can be read; it is made when `godwit serve --https` runs and somebody opens the records")
			return
		}
	}
	now := h.o.Clock()
	until := p.leaf.NotAfter.Format(time.DateOnly)
	switch {
	case !h.o.HTTPS: // a stopped node, or one that is served in another way now
		e.note("https: the certificate of the pages holds until %s; `godwit serve --https` renews it", until)
	case now.Before(p.leaf.NotBefore) || now.After(p.leaf.NotAfter):
		e.say(false, "https: the certificate of the pages holds from %s to %s, which is not now. Look at the clock; it is made anew while the records are open", p.leaf.NotBefore.Format(time.DateOnly), until)
	default:
		e.say(true, "https: the certificate of the pages holds until %s", until)
	}
	if left := p.ca.NotAfter.Sub(now); left < leafBack {
		e.say(false, "https: what devices installed ends on %s. Replace it with `godwit https replace --dir %s`, and install the new one on every device", p.ca.NotAfter.Format(time.DateOnly), h.o.Dir)
	}
	e.note("https: fingerprint of the certificate that devices install: %s", spaced(fingerprint(p.ca)))
}

// httpsCommand does what the command line asks of the certificate.
func (n *Node) httpsCommand(ctx context.Context, c Command) ([]string, error) {
	switch c.Name {
	case "https-replace":
		return n.replaceAuthority(ctx)
	case "https-show":
		h := n.host
		if h.pair.Load() == nil {
			p, err := readPair(filepath.Join(h.o.Dir, tlsFile))
			if err != nil {
				return nil, errors.New("this folder has no certificate; `godwit serve --https` makes one once the records are open")
			}
			return []string{spaced(fingerprint(p.ca))}, nil
		}
		return []string{spaced(fingerprint(h.pair.Load().ca))}, nil
	}
	return nil, fmt.Errorf("unknown command %q", c.Name)
}
