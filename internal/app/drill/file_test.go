package drill

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// A file that a form gives out is put into a form of another page as it is; the page that
// it came from stays.
func TestAFileGoesFromOneFormToAnother(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /files", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `<main><form method="post" action="/export"><input type="radio" name="to" id="a" value="7"><label for="a">The west</label><button name="press" value="it">Make</button></form>
			<form method="post" action="/files" enctype="multipart/form-data"><input type="hidden" name="kept" value="9"><input type="file" name="file"></form><section class="callout wait"><p>for the west</p></section></main>`)
	})
	mux.HandleFunc("POST /export", func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		w.Header().Set("Content-Disposition", `attachment; filename="`+r.PostForm.Get("press")+`EXERCISE-`+r.PostForm.Get("to")+`"`)
		_, _ = w.Write([]byte{0, 1, 2})
	})
	mux.HandleFunc("POST /files", func(w http.ResponseWriter, r *http.Request) {
		f, h, err := r.FormFile("file")
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		b, _ := io.ReadAll(f)
		fmt.Fprintf(w, "<main>took %s %v %s</main>", h.Filename, b, r.PostFormValue("kept"))
	})
	srv := httptest.NewServer(mux)
	defer srv.Close()
	tab, err := open(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	var marked []bool
	tab.looked = func(m bool) { marked = append(marked, m) }
	form := func(ends string) *Sent {
		t.Helper()
		if err := tab.Get(t.Context(), "/files"); err != nil {
			t.Fatal(err)
		}
		f, err := tab.Form(ends)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	f := form("/export")
	if tab.Callout(f.labels["to"]) != "" {
		t.Error("other words are taken for the same") // "The west" and "the west"
	}
	file, err := f.Download(t.Context(), map[string][]string{"to": f.choices["to"]})
	if err != nil || file.Name != "EXERCISE-7" || !file.Marked() || len(marked) != 2 || !marked[1] {
		t.Fatalf("%+v %v %v", file, marked, err)
	}
	if err := form("/files").Upload(t.Context(), "file", file); err != nil || tab.Reads() != "took EXERCISE-7 [0 1 2] 9" {
		t.Errorf("%q %v", tab.Reads(), err)
	}
	if file, err := form("/export").Download(t.Context(), map[string][]string{"to": {"7"}, "press": {"x-"}}); err != nil || file.Marked() {
		t.Errorf("a file without the mark passes for one of an exercise: %+v %v", file, err)
	}
	f = form("/files")
	if _, err := f.Download(t.Context(), nil); err == nil {
		t.Error("a page passes for a file")
	}
}

// Of several choices the box says the one that it names in full.
func TestABoxNamesAChoice(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `<main><section class="callout wait"><p>The list says: Follow-up over, not seen every day</p></section></main>`)
	}))
	defer srv.Close()
	tab, err := open(srv.URL)
	if err == nil {
		err = tab.Get(t.Context(), "/")
	}
	if err != nil {
		t.Fatal(err)
	}
	if got := tab.Callout(Labels{"over": "Follow-up over", "incomplete": "Follow-up over, not seen every day", "lost": "Lost"}); got != "incomplete" {
		t.Errorf("%q", got)
	}
	if got := tab.Callout(Labels{"lost": "Lost"}); got != "" {
		t.Errorf("%q", got)
	}
}
