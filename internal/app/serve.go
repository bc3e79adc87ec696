package app

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// ops answers whether the node lives and what it counts, to this machine only.
// It holds no personal data.
func (n *Node) ops() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", n.healthz)
	mux.Handle("GET /metrics", n.metrics())
	return mux
}

// isOps are the paths of ops.
func isOps(path string) bool { return path == "/healthz" || path == "/metrics" }

// Handler is the whole node: every page behind the gate, and the ops paths for
// connections that begin and end on this machine.
func (n *Node) Handler() http.Handler {
	ops := n.ops()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isOps(r.URL.Path) {
			if !local(r) {
				http.NotFound(w, r)
				return
			}
			ops.ServeHTTP(w, r)
			return
		}
		n.handler.ServeHTTP(w, r)
	})
}

// local reports whether a request came over a loopback address at both ends and
// through no proxy.
func local(r *http.Request) bool {
	at, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if at == nil || !IsLoopback(at) {
		return false
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		return false
	}
	for _, h := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"} {
		if r.Header.Get(h) != "" {
			return false
		}
	}
	return true
}

// Serve answers requests until ctx ends, then lets those under way finish. ops,
// where there is one, is a second listener on loopback for health and metrics.
func (n *Node) Serve(ctx context.Context, l, ops net.Listener) error {
	server := func(h http.Handler) *http.Server {
		return &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 2 * time.Minute,
			WriteTimeout: 2 * time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10}
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
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	return errors.Join(err, srv.Shutdown(stop), side.Shutdown(stop), admin.close(stop))
}
