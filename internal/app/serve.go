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
	"time"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// ops answers whether the node lives and what it counts, to this machine only.
// It holds no personal data.
func (h *Host) ops() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", h.healthz)
	mux.HandleFunc("GET /metrics", h.metrics)
	return localOnly(mux)
}

// isOps are the paths of ops.
func isOps(path string) bool { return path == "/healthz" || path == "/metrics" }

// Handler is all that the host answers: the ops paths for connections that begin
// and end on this machine, the node's pages while it is open, and otherwise the
// page at which somebody opens it.
func (h *Host) Handler() http.Handler {
	ops := h.ops()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isOps(r.URL.Path) {
			ops.ServeHTTP(w, r)
			return
		}
		defer h.caught(w, r)
		if n := h.node.Load(); n != nil {
			ctx, cancel := context.WithCancel(r.Context())
			defer cancel()
			defer context.AfterFunc(n.life, cancel)()
			n.handler.ServeHTTP(w, r.WithContext(ctx))
			return
		}
		h.locked.ServeHTTP(w, r)
	})
}

// Handler is the host's, for a node that was opened at once.
func (n *Node) Handler() http.Handler { return n.host.Handler() }

// caught turns a panic of ours into an error page. The log gets the page's pattern
// and where it happened, never the value, which could quote a record.
func (h *Host) caught(w http.ResponseWriter, r *http.Request) {
	switch v := recover(); v {
	case nil:
	case http.ErrAbortHandler:
		panic(v)
	default:
		h.logger().Error("panic", "pattern", r.Pattern, "type", fmt.Sprintf("%T", v), "stack", string(debug.Stack()))
		h.pages.Error(w, r, fault.New(fault.Internal, "app.Handler", "page.error.internal"))
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
// The node may be locked, be opened meanwhile, and be destroyed. ready is called
// when pages and commands are answered.
func (h *Host) Serve(ctx context.Context, l, ops net.Listener, ready func()) error {
	server := func(handler http.Handler) *http.Server {
		return &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 2 * time.Minute,
			WriteTimeout: 2 * time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
			ErrorLog: slog.NewLogLogger(quietLog{h.o.Log.Handler()}, slog.LevelWarn)}
	}
	srv, side := server(h.Handler()), server(h.ops())
	plain, err := h.plainRoutes()
	if err != nil {
		return err
	}
	bare := server(plain)
	var admin *adminServer
	if !h.o.onServer() { // there commands open the database themselves
		if admin, err = h.listenAdmin(); err != nil {
			return err
		}
	}
	failed := make(chan error, 4)
	if h.o.HTTPS {
		secure, plain := split(l, helloWithin)
		srv.TLSConfig = h.tlsConfig()
		go func() { failed <- srv.ServeTLS(secure, "", "") }()
		go func() { failed <- bare.Serve(plain) }()
	} else {
		go func() { failed <- srv.Serve(l) }()
	}
	if ops != nil {
		go func() { failed <- side.Serve(ops) }()
	}
	if admin != nil {
		go func() { failed <- admin.serve() }()
	}
	work, stopWork := context.WithCancel(ctx)
	h.mu.Lock()
	h.work = work
	if n := h.node.Load(); n != nil {
		h.begin(n)
	}
	h.mu.Unlock()
	h.behind.Go(func() { h.pages.Warm(work) })
	ready()
	defer h.behind.Wait()
	defer stopWork()
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	return errors.Join(err, srv.Shutdown(stop), bare.Shutdown(stop), side.Shutdown(stop), admin.close(stop))
}

// Serve is the host's, for a node that was opened at once.
func (n *Node) Serve(ctx context.Context, l, ops net.Listener) error {
	return n.host.Serve(ctx, l, ops, func() {})
}

// quietLog keeps of what net/http logs only that it did: its texts quote the
// addresses of visitors.
type quietLog struct{ slog.Handler }

// Handle replaces the text.
func (q quietLog) Handle(ctx context.Context, r slog.Record) error {
	return q.Handler.Handle(ctx, slog.NewRecord(r.Time, r.Level, "a connection failed", r.PC))
}
