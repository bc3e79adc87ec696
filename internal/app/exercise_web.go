package app

import (
	"net/http"
	"strings"
)

// markFiles puts the mark of an exercise before the name of every file that a page
// gives out: on a disk there is no banner.
func markFiles(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { next.ServeHTTP(&markedFile{ResponseWriter: w}, r) })
}

type markedFile struct {
	http.ResponseWriter
	begun bool
}

// WriteHeader implements http.ResponseWriter.
func (w *markedFile) WriteHeader(status int) {
	if !w.begun {
		w.begun = true
		h := w.Header()
		if d := h.Get("Content-Disposition"); d != "" {
			h.Set("Content-Disposition", strings.Replace(d, `filename="`, `filename="EXERCISE-`, 1))
		}
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *markedFile) Write(b []byte) (int, error) {
	if !w.begun {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap gives http.ResponseController what is behind.
func (w *markedFile) Unwrap() http.ResponseWriter { return w.ResponseWriter }
