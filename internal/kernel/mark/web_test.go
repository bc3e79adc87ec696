package mark

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Files that leave an exercise say so in their names and in their lines; a page does not
// change, and what cannot say so does not leave.
func TestAFileOfAnExerciseSaysSo(t *testing.T) {
	for words, tc := range map[string]struct {
		disposition, kind, body string
		status                  int
		wantName, wantBody      string
		wantStatus              int
	}{
		"a table":             {`attachment; filename="line-list.csv"`, "text/csv", "a\n1\n", 0, `attachment; filename="EXERCISE-line-list.csv"`, "EXERCISE,a\nEXERCISE,1\n", 200},
		"a table to look at":  {"", "text/csv", "a\n", 0, "", "EXERCISE,a\n", 200},
		"with a status":       {`attachment; filename="a.json"`, "application/json", "{}", http.StatusAccepted, `attachment; filename="EXERCISE-a.json"`, `{"EXERCISE":"nothing of this happened"}`, 202},
		"sealed":              {`attachment; filename="n.godwit"`, "application/octet-stream", "\x00", 0, `attachment; filename="EXERCISE-n.godwit"`, "\x00", 200},
		"a form nobody knows": {`attachment; filename="n.pdf"`, "application/pdf", "%PDF", 0, "", "This file cannot carry the mark of an exercise and was not sent.\n", 500},
		"a page":              {"", "text/html", "<p>", 0, "", "<p>", 200},
		"an error":            {`attachment; filename="x"`, "text/plain", "no", 404, `attachment; filename="x"`, "no", 404},
	} {
		rec := httptest.NewRecorder()
		Files(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !Here(r.Context()) {
				t.Error("a page does not know that it is of an exercise")
			}
			w.Header().Set("Content-Type", tc.kind)
			w.Header().Set("Content-Length", "1")
			if tc.disposition != "" {
				w.Header().Set("Content-Disposition", tc.disposition)
			}
			if tc.status != 0 {
				w.WriteHeader(tc.status)
			}
			for _, b := range []byte(tc.body) {
				_, _ = w.Write([]byte{b})
			}
		})).ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/", nil))
		if got := rec.Header().Get("Content-Disposition"); got != tc.wantName || rec.Body.String() != tc.wantBody || rec.Code != tc.wantStatus {
			t.Errorf("%s: %q, %d %q", words, got, rec.Code, rec.Body)
		}
	}
	if Here(t.Context()) {
		t.Error("what nobody marked is an exercise")
	}
}

func TestAFormWithAFileOfAnotherWorldIsRefusedAtItsField(t *testing.T) {
	send := func(body string, exercise bool) (err error) {
		var b bytes.Buffer
		m := multipart.NewWriter(&b)
		part, _ := m.CreateFormFile("list", "cases.csv")
		_, _ = part.Write([]byte(body))
		_ = m.Close()
		r := httptest.NewRequest(http.MethodPost, "/", &b)
		r.Header.Set("Content-Type", m.FormDataContentType())
		h := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if err = r.ParseMultipartForm(1 << 20); err == nil {
				err = Uploads(r, 1<<20)
			}
		})
		if exercise {
			Files(h).ServeHTTP(httptest.NewRecorder(), r)
		} else {
			h.ServeHTTP(httptest.NewRecorder(), r)
		}
		return err
	}
	marked, plain := "EXERCISE,a\nEXERCISE,1\n", "a,b\n1,2\n"
	if send(marked, true) != nil || send(plain, false) != nil {
		t.Error("what is of its own world is refused")
	}
	for key, err := range map[string]error{"mark.error.exercise": send(marked, false), "mark.error.actual": send(plain, true)} {
		if fault.KeyOf(err) != key || fault.FieldOf(err) != "list" || !fault.Is(err, fault.Invalid) || strings.Contains(err.Error(), "cases") {
			t.Errorf("%s: %v", key, err)
		}
	}
}
