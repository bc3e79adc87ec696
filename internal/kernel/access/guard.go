package access

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// guard serves a page and watches how it answers. On a way out it puts an error
// in place of a page that would leave without a Release: a forgotten call shows
// in the first test, and never as a print on paper. On a person's page that is
// refused it offers the glass to those who may break it. A page about a person
// about whom nothing was written into the read audit gets its line (looked.go). It
// returns the status that was sent.
func (a *Access) guard(w http.ResponseWriter, r *http.Request, next http.Handler) int {
	l := &looked{}
	r = r.WithContext(context.WithValue(r.Context(), lookedKey{}, l))
	g := &guarded{ResponseWriter: w, status: http.StatusOK}
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead
	if IsWayOut(r.URL.Path) && (reads || r.Method == http.MethodPost) {
		m := &released{}
		r = r.WithContext(context.WithValue(r.Context(), releasedKey{}, m))
		g.mark = m
	}
	subject := subjectOf(r.URL.Path)
	g.offer = reads && !subject.IsZero() && a.options.Refused != nil && r.Header.Get("HX-Request") == "" &&
		a.May(r.Context(), GlassBreak, Resource{Subject: subject})
	g.look = func(status int) error {
		if !shows(r, status) {
			return nil
		}
		return a.writeMissing(r, l, g.Header().Get("Content-Type"))
	}
	next.ServeHTTP(g, r)
	if g.failed != nil {
		slog.Error("a page was stopped: its line of the read audit could not be written", "op", "access.guard", "pattern", r.Pattern, "code", string(fault.CodeOf(g.failed)))
		a.refuse(w, r, g.failed)
		return http.StatusInternalServerError
	}
	if g.stopped {
		a.counts.stopped.Add(1)
		slog.Error("a print or export was stopped: it made no release", "op", "access.guard", "pattern", r.Pattern)
	}
	if g.offered {
		a.options.Refused(w, r, subject)
	}
	return g.status
}

// subjectOf is the person of a page below /people/{id}, the only pages whose path
// names one.
func subjectOf(path string) db.ID {
	rest, ok := strings.CutPrefix(path, "/people/")
	if !ok {
		return db.ID{}
	}
	first, _, _ := strings.Cut(rest, "/")
	id, err := db.ParseID(first)
	if err != nil {
		return db.ID{}
	}
	return id
}

// guarded watches the first status of a response.
type guarded struct {
	http.ResponseWriter
	mark    *released // nil when the path is no way out
	offer   bool      // a refusal may be answered with the offer to break the glass
	status  int
	done    bool
	stopped bool // nothing of the page is sent: it made no release
	offered bool // nothing of the page is sent: the offer comes in its place

	look   func(status int) error // writes what the read audit lacks, before anything is sent
	failed error                  // it could not: nothing of the page is sent
}

// WriteHeader lets redirects and errors through, and a page only after a Release.
func (g *guarded) WriteHeader(status int) {
	if g.done {
		return
	}
	g.done, g.status = true, status
	stop := g.mark != nil && status < 300 && !g.mark.yes
	if !stop && g.look != nil {
		if g.failed = g.look(status); g.failed != nil {
			g.Header().Del("Content-Length")
			return
		}
	}
	switch {
	case stop:
		g.stopped = true
		h := g.Header()
		h.Del("Content-Length")
		h.Del("Content-Disposition")
		h.Set("Content-Type", "text/plain; charset=utf-8")
		g.status = http.StatusInternalServerError
		g.ResponseWriter.WriteHeader(g.status)
		_, _ = g.ResponseWriter.Write([]byte("This page made no release and was not sent.\n"))
	case g.offer && status == http.StatusForbidden:
		g.offered = true
		g.Header().Del("Content-Length")
	default:
		g.ResponseWriter.WriteHeader(status)
	}
}

// Write sends a page, or nothing of it when something else goes in its place.
func (g *guarded) Write(b []byte) (int, error) {
	if !g.done {
		g.WriteHeader(http.StatusOK)
	}
	if g.stopped || g.offered || g.failed != nil {
		return len(b), nil
	}
	return g.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController find the real writer.
func (g *guarded) Unwrap() http.ResponseWriter { return g.ResponseWriter }
