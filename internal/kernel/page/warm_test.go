package page

import (
	"net/http"
	"testing"
	"testing/fstest"
)

// A page that was made ready renders as one that was not, and one that cannot be
// rendered without its data harms nothing.
func TestWarmChangesNoPage(t *testing.T) {
	words := fstest.MapFS{}
	for _, l := range locales {
		words["locales/"+l.Code+".json"] = &fstest.MapFile{Data: []byte(`{"zz.title": "Title here"}`)}
	}
	area := Area{Name: "zz", Locales: words, Templates: fstest.MapFS{"templates/a.html": {Data: []byte(`<p title="{{.Name}}">{{.Name}} {{.Fails}}</p>`)}}}
	body := func(warm bool) string {
		p, err := New(Options{Areas: []Area{area}})
		if err != nil {
			t.Fatal(err)
		}
		if warm {
			p.Warm(t.Context())
		}
		return get(p, func(w http.ResponseWriter, r *http.Request) {
			p.Render(w, r, Page{Template: "zz/a", Title: "zz.title", View: struct{ Name, Fails string }{`"Selam" <b>`, "no"}})
		}, nil).Body.String()
	}
	cold, warm := body(false), body(true)
	if cold != warm || len(cold) < 500 {
		t.Errorf("%d bytes cold, %d warm", len(cold), len(warm))
	}
}
