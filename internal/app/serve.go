package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// ops answers whether the node lives and what it counts, to this machine only.
// It holds no personal data.
func (n *Node) ops() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", n.healthz)
	mux.Handle("GET /metrics", n.metrics())
	return localOnly(mux)
}

// isOps are the paths of ops.
func isOps(path string) bool { return path == "/healthz" || path == "/metrics" }

// Handler is the whole node: every page behind the gate, and the ops paths for
// connections that begin and end on this machine.
func (n *Node) Handler() http.Handler {
	ops := n.ops()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isOps(r.URL.Path) {
			ops.ServeHTTP(w, r)
			return
		}
		defer n.caught(w, r)
		n.handler.ServeHTTP(w, r)
	})
}

// caught turns a panic of ours into an error page. The log gets the page's pattern
// and where it happened, never the value, which could quote a record.
func (n *Node) caught(w http.ResponseWriter, r *http.Request) {
	switch v := recover(); v {
	case nil:
	case http.ErrAbortHandler:
		panic(v)
	default:
		n.log.Error("panic", "pattern", r.Pattern, "type", fmt.Sprintf("%T", v), "stack", string(debug.Stack()))
		n.Pages.Error(w, r, fault.New(fault.Internal, "app.Handler", "page.error.internal"))
	}
}

// local reports whether a request came over a loopback address at both ends, to a
// loopback name (a page of another site cannot point its own name here, and a
// proxy on this machine passes its own), and through no proxy.
func local(r *http.Request) bool {
	at, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if at == nil || !IsLoopback(at) {
		return false
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		return false
	}
	for _, h := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Via"} {
		if len(r.Header.Values(h)) > 0 {
			return false
		}
	}
	name := r.Host
	if h, _, err := net.SplitHostPort(name); err == nil {
		name = h
	}
	ip := net.ParseIP(strings.Trim(name, "[]"))
	return name == "localhost" || ip != nil && ip.IsLoopback()
}

// localOnly refuses everybody else as if there were nothing.
func localOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !local(r) {
			http.NotFound(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Serve answers requests until ctx ends, then lets those under way finish. ops,
// where there is one, is a second listener on loopback for health and metrics.
func (n *Node) Serve(ctx context.Context, l, ops net.Listener) error {
	server := func(h http.Handler) *http.Server {
		return &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 2 * time.Minute,
			WriteTimeout: 2 * time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
			ErrorLog: slog.NewLogLogger(quietLog{n.log.Handler()}, slog.LevelWarn)}
	}
	srv, side := server(n.Handler()), server(n.ops())
	admin, err := n.listenAdmin()
	if err != nil {
		return err
	}
	failed := make(chan error, 3)
	go func() { failed <- srv.Serve(l) }()
	if ops != nil {
		go func() { failed <- side.Serve(ops) }()
	}
	go func() { failed <- admin.serve() }()
	var behind sync.WaitGroup
	work, stopWork := context.WithCancel(ctx)
	behind.Go(func() { // after an upgrade that folds names in another way
		if err := n.People.Refold(work, nil); err != nil && work.Err() == nil {
			n.log.Error("search index", "err", err)
		}
	})
	behind.Go(func() { n.sweepRules(work) })
	defer behind.Wait()
	defer stopWork()
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	return errors.Join(err, srv.Shutdown(stop), side.Shutdown(stop), admin.close(stop))
}

// quietLog keeps of what net/http logs only that it did: its texts quote the
// addresses of visitors.
type quietLog struct{ slog.Handler }

// Handle replaces the text.
func (q quietLog) Handle(ctx context.Context, r slog.Record) error {
	return q.Handler.Handle(ctx, slog.NewRecord(r.Time, r.Level, "a connection failed", r.PC))
}
