package sync

import (
	"bytes"
	"context"
	"io"
	"net/http"

	"github.com/fxamacker/cbor/v2"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// What is said in one message and its answer goes here; a session has frames of its
// own (transport.go).

// Bounds of small messages, in bytes.
const (
	maxRequest = 4 << 10
	maxAnswer  = 64 << 10
)

// readMessage reads what was posted, and reports whether it could be read.
func readMessage(w http.ResponseWriter, r *http.Request, most int64, into any) bool {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	return err == nil && strict.Unmarshal(body, into) == nil
}

// reply answers a message.
func reply(w http.ResponseWriter, v any) {
	b, err := cbor.Marshal(v)
	if err != nil {
		refuse(w, err)
		return
	}
	_, _ = w.Write(b)
}

// post sends a message to a hub and reads its answer of at most so many bytes; it
// answers the hub's key.
func post(ctx context.Context, client *http.Client, address, path string, most int64, v, into any) ([]byte, error) {
	body, err := cbor.Marshal(v)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, silence)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+address+path, bytes.NewReader(body))
	if err != nil {
		return nil, fault.Field("sync.Hub", "code", "sync.bad_code")
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, unreachable(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, most))
	if err != nil {
		return nil, unreachable(err)
	}
	if res.StatusCode != http.StatusOK {
		return nil, troubled(b)
	}
	if err := strict.Unmarshal(b, into); err != nil {
		return nil, badFrame()
	}
	return pinOf(res.TLS.PeerCertificates[0]), nil
}
