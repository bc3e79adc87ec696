package page

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func newRenderer(t *testing.T) *Renderer {
	t.Helper()
	p, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAFormPageShowsWhatWasTypedAndWhatIsWrong(t *testing.T) {
	p := newRenderer(t)
	f := &Form{Fields: []Field{{Kind: Text, Name: "q", Label: M("page.search.label")}}}
	f.Fill(map[string][]string{"q": {"<script>x"}})
	f.Note("q", M("page.error.number"))
	w := httptest.NewRecorder()
	p.Form(w, httptest.NewRequest("POST", "/x", nil), Page{Title: "page.save"}, f)
	if w.Code != http.StatusUnprocessableEntity {
		t.Errorf("status %d", w.Code)
	}
	for _, want := range []string{`href="#f-q"`, `value="&lt;script&gt;x"`, `aria-describedby=" e-q"`, "Error: Save"} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("%q is not in\n%s", want, w.Body)
		}
	}
}
