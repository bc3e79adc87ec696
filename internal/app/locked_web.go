package app

import (
	"log/slog"
	"net/http"

	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// lockedRoutes are all that a locked node answers: the door, languages and assets.
func (h *Host) lockedRoutes() (http.Handler, error) {
	gate, err := h.gate()
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	door := &page.LockedDoor{Pages: h.pages, State: func() string { return string(h.State()) }, Told: h.toldHub,
		Unlock: h.Unlock, UnlockWords: h.UnlockWords, Opened: h.opened}
	door.Routes(mux)
	h.installRoutes(mux)
	h.pages.Routes(mux)
	return gate.Outside(mux), nil
}

// opened is the node's handler; for a node that was closed again in the same
// moment, the locked one.
func (h *Host) opened() http.Handler {
	if n := h.node.Load(); n != nil {
		return n.handler
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.pages.Error(w, r, fault.New(fault.Unavailable, "app.opened", "key.locked"))
	})
}

func (h *Host) logger() *slog.Logger {
	if n := h.node.Load(); n != nil {
		return n.log
	}
	return h.o.Log
}
