package drill

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A page that asks more because of an answer: with fever "yes" it asks since when.
func asks(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	more := ""
	if r.Method == http.MethodPost {
		if r.PostForm.Get("fever") != "yes" || r.PostForm.Get("since") != "" {
			fmt.Fprintf(w, "<main>took %s %s %s</main>", r.PostForm.Get("fever"), r.PostForm.Get("since"), r.PostForm.Get("id"))
			return
		}
		more = `<input name="since">`
		w.WriteHeader(http.StatusUnprocessableEntity)
	}
	fmt.Fprintf(w, `<main><form method="post" action="/ask"><input type="hidden" name="id" value="7"><input type="radio" name="fever" value="yes"><input type="radio" name="fever" value="no">%s</form></main>`, more)
}

func TestAFormIsAnsweredUntilItAsksNoMore(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/ask", asks)
	mux.HandleFunc("/never", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnprocessableEntity)
		fmt.Fprint(w, `<main><div class="problems">Answer this</div><form method="post" action="/never"><input name="x"></form></main>`)
	})
	mux.HandleFunc("/away", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://example.org/", http.StatusSeeOther)
	})
	mux.HandleFunc("/round", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/round", http.StatusSeeOther) })
	srv := httptest.NewServer(mux)
	defer srv.Close()
	tab, err := open(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	for answers, want := range map[string]string{"yes": "took yes monday 7", "no": "took no 7"} {
		if err := tab.Get(t.Context(), "/ask"); err != nil {
			t.Fatal(err)
		}
		f, err := tab.Form("/ask")
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Send(t.Context(), map[string][]string{"fever": {answers}, "since": {"monday"}, "nobody": {"asks"}}); err != nil {
			t.Fatal(err)
		}
		if tab.Reads() != want {
			t.Errorf("%q, want %q", tab.Reads(), want)
		}
	}
	if err := tab.Get(t.Context(), "/ask"); err != nil {
		t.Fatal(err)
	}
	f, _ := tab.Form("/ask")
	if err := f.Send(t.Context(), map[string][]string{"fever": {"yes"}}); err == nil {
		t.Error("a question without an answer is taken")
	}
	f.action = "/never"
	if err := f.Send(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "Answer this") {
		t.Errorf("what is wrong with the form is not said: %v", err)
	}
	for path, want := range map[string]string{"/away": "leads away", "/round": "circle", "/nowhere": "404"} {
		if err := tab.Get(t.Context(), path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// Whoever comes back to their desk after a night logs in again and goes where they were
// going.
func TestWhoIsLoggedOutMeanwhileLogsInAgain(t *testing.T) {
	session := ""
	mux := http.NewServeMux()
	mux.HandleFunc("POST /login", func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		if r.PostForm.Get("login") == "nurse" && r.PostForm.Get("password") == "knots over shingle" {
			session += "x"
			http.SetCookie(w, &http.Cookie{Name: "s", Value: session})
			http.Redirect(w, r, "/", http.StatusSeeOther)
		}
	})
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		if c, err := r.Cookie("s"); r.URL.Path != "/login" && (err != nil || c.Value != session) {
			http.Redirect(w, r, "/login", http.StatusSeeOther)
			return
		}
		fmt.Fprintf(w, "<main>%s</main>", r.URL.Path)
	})
	srv := httptest.NewServer(mux)
	defer srv.Close()
	tab, err := open(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	if err := tab.Get(t.Context(), "/contacts"); err == nil {
		t.Error("a page opens without a log-in")
	}
	if err := tab.LogIn(t.Context(), "nurse", "knots over shingle"); err != nil {
		t.Fatal(err)
	}
	session += "over"
	if err := tab.Get(t.Context(), "/contacts"); err != nil || tab.Reads() != "/contacts" {
		t.Errorf("%q %v", tab.Reads(), err)
	}
	tab.password, session = "another", "over"
	if err := tab.Get(t.Context(), "/contacts"); err == nil {
		t.Error("a log-in that is refused is none")
	}
}
