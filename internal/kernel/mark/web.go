package mark

import (
	"bytes"
	"context"
	"embed"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Locales are this package's words.
//
//go:embed locales/*.json
var Locales embed.FS

type key struct{}

// Here reports whether a request is one of an exercise.
func Here(ctx context.Context) bool { on, _ := ctx.Value(key{}).(bool); return on }

// Files marks every file that the pages behind it give out: its name, for whoever looks
// into a folder, and its lines. A file that cannot carry the mark is stopped.
func Files(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m := &marked{ResponseWriter: w}
		next.ServeHTTP(m, r.WithContext(context.WithValue(r.Context(), key{}, true)))
		m.finish(r)
	})
}

// marked holds a file back until it is whole.
type marked struct {
	http.ResponseWriter
	begun  bool
	status int
	held   *bytes.Buffer // nil for what is no file
}

// WriteHeader implements http.ResponseWriter.
func (w *marked) WriteHeader(status int) {
	if w.begun {
		return
	}
	w.begun, w.status = true, status
	h := w.Header()
	d := h.Get("Content-Disposition")
	if status < 300 && (strings.HasPrefix(d, "attachment") || carries(h.Get("Content-Type"))) {
		h.Set("Content-Disposition", strings.Replace(d, `filename="`, `filename="`+Word+`-`, 1))
		w.held = &bytes.Buffer{}
		return
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *marked) Write(b []byte) (int, error) {
	if !w.begun {
		w.WriteHeader(http.StatusOK)
	}
	if w.held != nil {
		return w.held.Write(b)
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap gives http.ResponseController what is behind.
func (w *marked) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// finish sends the file.
func (w *marked) finish(r *http.Request) {
	if w.held == nil {
		return
	}
	h := w.Header()
	b, err := Into(h.Get("Content-Type"), w.held.Bytes())
	if err != nil {
		slog.Error("a file of an exercise was stopped: it cannot carry the mark", "op", "mark.Files", "pattern", r.Pattern, "kind", h.Get("Content-Type"))
		h.Del("Content-Disposition")
		h.Set("Content-Type", "text/plain; charset=utf-8")
		b, w.status = []byte("This file cannot carry the mark of an exercise and was not sent.\n"), http.StatusInternalServerError
	}
	h.Set("Content-Length", strconv.Itoa(len(b)))
	w.ResponseWriter.WriteHeader(w.status)
	_, _ = w.ResponseWriter.Write(b) // who closed the page has no use for the error
}

// Uploads checks the files of a form that was parsed; limit is the most that one holds.
func Uploads(r *http.Request, limit int64) error {
	if r.MultipartForm == nil {
		return nil
	}
	for field, list := range r.MultipartForm.File {
		for _, f := range list {
			if err := upload(f, limit, Here(r.Context())); err != nil {
				return &fault.Error{Code: fault.CodeOf(err), Op: "mark.Uploads", Field: field, Key: fault.KeyOf(err), Err: err}
			}
		}
	}
	return nil
}

func upload(h *multipart.FileHeader, limit int64, exercise bool) error {
	f, err := h.Open()
	if err != nil {
		return err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit))
	if err != nil {
		return err
	}
	return Check(b, exercise)
}
