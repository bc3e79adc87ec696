package page

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

func get(p *Renderer, h func(http.ResponseWriter, *http.Request), change func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "/people/1?tab=2", nil)
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	h(w, r)
	return w
}

type badView struct{ Name string }

// fails breaks after it has written something.
func (badView) Fails() (string, error) { return "", errors.New("no such row") }

func TestAFailingTemplateIsNeverHalfAPage(t *testing.T) {
	words := fstest.MapFS{}
	for _, l := range locales {
		words["locales/"+l.Code+".json"] = &fstest.MapFile{Data: []byte(`{"zz.title": "Title here"}`)}
	}
	var log bytes.Buffer
	p, err := New(Options{Log: slog.New(slog.NewTextHandler(&log, nil)), Areas: []Area{{Name: "zz", Locales: words,
		Templates: fstest.MapFS{"templates/a.html": {Data: []byte(`<p>{{.Name}} half a page {{.Fails}}</p>`)}}}}})
	if err != nil {
		t.Fatal(err)
	}
	w := get(p, func(w http.ResponseWriter, r *http.Request) {
		p.Render(w, r, Page{Template: "zz/a", Title: "zz.title", View: badView{Name: "Selam"}})
	}, nil)
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "half a page") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if !strings.Contains(w.Body.String(), "حدث خطأ") {
		t.Error("the last resort does not speak every language")
	}
	if strings.Contains(log.String(), "Selam") {
		t.Error("the log holds a name")
	}
	for _, name := range []string{"zz/none", "none/a", ""} {
		w := get(p, func(w http.ResponseWriter, r *http.Request) { p.Render(w, r, Page{Template: name, Title: "zz.title"}) }, nil)
		if w.Code != http.StatusInternalServerError {
			t.Errorf("template %q: %d", name, w.Code)
		}
	}
}

func TestMistakesInAnAreaShowAtTheStart(t *testing.T) {
	words := func(en string) fstest.MapFS {
		m := fstest.MapFS{}
		for _, l := range locales {
			m["locales/"+l.Code+".json"] = &fstest.MapFile{Data: []byte(en)}
		}
		return m
	}
	ok := words(`{"zz.a": "A"}`)
	for name, areas := range map[string][]Area{
		"a broken template":    {{Name: "zz", Locales: ok, Templates: fstest.MapFS{"templates/a.html": {Data: []byte(`{{if}}`)}}}},
		"an unknown function":  {{Name: "zz", Locales: ok, Templates: fstest.MapFS{"templates/a.html": {Data: []byte(`{{fetch "x"}}`)}}}},
		"a missing language":   {{Name: "zz", Locales: fstest.MapFS{"locales/en.json": {Data: []byte(`{}`)}}, Templates: fstest.MapFS{}}},
		"words that are none":  {{Name: "zz", Locales: words(`[]`), Templates: fstest.MapFS{}}},
		"a key of another":     {{Name: "zz", Locales: words(`{"page.save": "X"}`), Templates: fstest.MapFS{}}},
		"two areas of a name":  {{Name: "page", Locales: ok, Templates: fstest.MapFS{}}},
		"a number for a text":  {{Name: "zz", Locales: words(`{"zz.a": 3}`), Templates: fstest.MapFS{}}},
		"a plural of no texts": {{Name: "zz", Locales: words(`{"zz.a": {"one": 1}}`), Templates: fstest.MapFS{}}},
	} {
		if _, err := New(Options{Areas: areas}); err == nil {
			t.Errorf("%s: the program starts", name)
		}
	}
	if _, err := New(Options{Areas: []Area{{Name: "zz", Locales: ok, Templates: fstest.MapFS{}}}}); err != nil {
		t.Errorf("a good area is refused: %v", err)
	}
}

func TestFaultsBecomeStatusAndSentence(t *testing.T) {
	p := newRenderer(t)
	for _, c := range []struct {
		err    error
		status int
		want   string
	}{
		{fault.New(fault.NotFound, "x", ""), 404, "Not found"},
		{fault.New(fault.Forbidden, "x", ""), 403, "Your role does not include this"},
		{fault.New(fault.Conflict, "x", ""), 409, "Nothing was overwritten"},
		{fault.New(fault.Unavailable, "x", ""), 503, "Try again in a moment"},
		{fault.New(fault.Invalid, "x", "page.error.body"), 422, "could not be read"},
		{errors.New("pq: password for Selam"), 500, "Nothing was saved"},
	} {
		w := get(p, func(w http.ResponseWriter, r *http.Request) { p.Error(w, r, c.err) }, nil)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%v: %d, want %d and %q", c.err, w.Code, c.status, c.want)
		}
		if strings.Contains(w.Body.String(), "Selam") {
			t.Error("the page holds the cause")
		}
		part := get(p, func(w http.ResponseWriter, r *http.Request) { p.Error(w, r, c.err) }, func(r *http.Request) { r.Header.Set("HX-Request", "true") })
		if part.Code != c.status || strings.Contains(part.Body.String(), "<html") {
			t.Errorf("%v: htmx gets %d and %.80s", c.err, part.Code, part.Body)
		}
	}
}

func TestTheLogOfAFaultNamesTheRouteAndNobody(t *testing.T) {
	var log bytes.Buffer
	p := newRenderer(t)
	p.opts.Log = slog.New(slog.NewTextHandler(&log, nil))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /people/{id}", func(w http.ResponseWriter, r *http.Request) { p.Error(w, r, errors.New("no room")) })
	mux.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/people/0193abcd", nil))
	if !strings.Contains(log.String(), "/people/{id}") || strings.Contains(log.String(), "0193abcd") {
		t.Errorf("log: %s", log.String())
	}
}

func TestPagesAreNotKept(t *testing.T) {
	p := newRenderer(t)
	w := get(p, func(w http.ResponseWriter, r *http.Request) {
		p.Render(w, r, Page{Template: "page/form", Title: "page.save", View: &Form{}})
	}, nil)
	if w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("Cache-Control %q", w.Header().Get("Cache-Control"))
	}
}

func TestTheLanguageFollowsTheWishes(t *testing.T) {
	p := newRenderer(t)
	p.opts.Frame = func(*http.Request) Frame { return Frame{Locale: "es"} }
	for _, c := range []struct {
		name   string
		change func(*http.Request)
		page   Page
		want   string
	}{
		{"the user's own", func(r *http.Request) { r.Header.Set("Accept-Language", "fr") }, Page{}, `lang="es"`},
		{"the switch before the user's own", func(r *http.Request) { r.AddCookie(&http.Cookie{Name: localeCookie, Value: "ar"}) }, Page{}, `lang="ar" dir="rtl"`},
		{"the context before the switch", func(r *http.Request) {
			r.AddCookie(&http.Cookie{Name: localeCookie, Value: "ar"})
			*r = *r.WithContext(WithLocale(r.Context(), "fr"))
		}, Page{}, `lang="fr"`},
		{"a sheet in the person's language", nil, Page{Lang: "ar"}, `lang="ar" dir="rtl"`},
		{"never the pseudo-language by cookie", func(r *http.Request) { r.AddCookie(&http.Cookie{Name: localeCookie, Value: Pseudo}) }, Page{}, `lang="en"`},
	} {
		c.page.Template, c.page.Title, c.page.View = "page/form", "page.save", &Form{}
		w := get(p, func(w http.ResponseWriter, r *http.Request) { p.Render(w, r, c.page) }, c.change)
		if !strings.Contains(w.Body.String(), "<html "+c.want) {
			t.Errorf("%s: %.60s", c.name, w.Body)
		}
	}
}

func TestNegotiation(t *testing.T) {
	for header, want := range map[string]string{
		"": "en", "ar-SY,ar;q=0.9,en;q=0.5": "ar", "am,fr;q=0.7,en;q=0.3": "fr", "es-VE": "es", "de": "en", "*": "en", "not a header;;": "en",
		"en;q=0.1, fr;q=0.9": "fr", strings.Repeat("fr,", 400): "en", "en-XA": "en",
	} {
		if got := negotiate(header).Code; got != want {
			t.Errorf("%.40q: %s, want %s", header, got, want)
		}
	}
}

func TestTheSwitchGoesBackToThePageAndNowhereElse(t *testing.T) {
	mux := http.NewServeMux()
	p := newRenderer(t)
	p.Routes(mux)
	do := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w
	}
	w := do("/lang/ar?return=%2Fpeople%2F1%3Ftab%3D2")
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/people/1?tab=2" {
		t.Errorf("%d %q", w.Code, w.Header().Get("Location"))
	}
	if c := w.Result().Cookies(); len(c) != 1 || c[0].Value != "ar" || !c[0].HttpOnly {
		t.Errorf("cookies %v", c)
	}
	for _, to := range []string{"https://evil.example", "//evil.example", "/%5Cevil.example", "javascript:alert(1)", "", "/a%0d%0aSet-Cookie:x"} {
		if w := do("/lang/fr?return=" + to); w.Header().Get("Location") != "/" {
			t.Errorf("return=%s leads to %q", to, w.Header().Get("Location"))
		}
	}
	for _, path := range []string{"/lang/xx", "/lang/" + Pseudo} {
		if w := do(path); w.Code != http.StatusNotFound {
			t.Errorf("%s answers %d", path, w.Code)
		}
	}
}

func TestEveryPageOffersTheOtherLanguages(t *testing.T) {
	p := newRenderer(t)
	w := get(p, func(w http.ResponseWriter, r *http.Request) {
		p.Render(w, r, Page{Template: "page/form", Title: "page.save", View: &Form{}})
	}, nil)
	for _, l := range []string{"fr", "es", "ar"} {
		if !strings.Contains(w.Body.String(), `href="/lang/`+l+`?return=%2fpeople%2f1%3ftab%3d2"`) {
			t.Errorf("no way to %s and back in %s", l, w.Body)
		}
	}
}

func TestAFlashIsShownOnce(t *testing.T) {
	p := newRenderer(t)
	w := get(p, func(w http.ResponseWriter, r *http.Request) {
		p.Redirect(w, r, "/people/1", M("page.from_to", "from", 1, "to", "<b>"))
	}, nil)
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/people/1" {
		t.Fatalf("%d %s", w.Code, w.Header().Get("Location"))
	}
	c := w.Result().Cookies()[0]
	page := get(p, func(w http.ResponseWriter, r *http.Request) {
		p.Render(w, r, Page{Template: "page/form", Title: "page.save", View: &Form{}})
	}, func(r *http.Request) { r.AddCookie(c) })
	if !strings.Contains(page.Body.String(), `role="status"`) || !strings.Contains(page.Body.String(), "<bdi>&lt;b&gt;</bdi>") {
		t.Errorf("the flash is not shown: %s", page.Body)
	}
	if gone := page.Result().Cookies(); len(gone) != 1 || gone[0].MaxAge >= 0 {
		t.Errorf("the flash is not taken away: %v", gone)
	}
	for _, bad := range []string{"x", "bm90IGpzb24", "eyJrIjoiPHNjcmlwdD4ifQ"} {
		page := get(p, func(w http.ResponseWriter, r *http.Request) {
			p.Render(w, r, Page{Template: "page/form", Title: "page.save", View: &Form{}})
		}, func(r *http.Request) { r.AddCookie(&http.Cookie{Name: flashCookie, Value: bad}) })
		if page.Code != http.StatusOK || strings.Contains(page.Body.String(), `class="flash"`) {
			t.Errorf("a forged flash %q shows", bad)
		}
	}
}

func TestARedirectStaysOnTheNodeAndTellsHtmx(t *testing.T) {
	p := newRenderer(t)
	w := get(p, func(w http.ResponseWriter, r *http.Request) { p.Redirect(w, r, "//evil.example", Msg{}) }, nil)
	if w.Header().Get("Location") != "/" {
		t.Errorf("leads to %s", w.Header().Get("Location"))
	}
	w = get(p, func(w http.ResponseWriter, r *http.Request) { p.Redirect(w, r, "/a", Msg{}) }, func(r *http.Request) { r.Header.Set("HX-Request", "true") })
	if w.Code != http.StatusNoContent || w.Header().Get("HX-Redirect") != "/a" {
		t.Errorf("htmx gets %d %v", w.Code, w.Header())
	}
}

func TestNavigationMarksWhereWeAre(t *testing.T) {
	for _, c := range []struct {
		href, path string
		want       bool
	}{{"/", "/", true}, {"/", "/people", false}, {"/people", "/people/1", true}, {"/people", "/peoples", false}, {"/people", "/people", true}} {
		if current(c.href, c.path) != c.want {
			t.Errorf("%s on %s", c.href, c.path)
		}
	}
}

func TestShowRefusesWhatItDoesNotKnow(t *testing.T) {
	s, err := newRenderer(t).set(locales[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []any{struct{}{}, map[string]string{}, errors.New("x"), &struct{}{}} {
		if _, err := s.show(v); err == nil {
			t.Errorf("%T is shown", v)
		}
	}
	for _, v := range []any{nil, "", []string{}, []Tag(nil)} {
		if got, err := s.show(v); err != nil || !strings.Contains(string(got), "Not known") {
			t.Errorf("%#v shows %s, %v", v, got, err)
		}
	}
}

func BenchmarkPage(b *testing.B) {
	p := newRenderer(b)
	for range 3 {
		get(p, func(w http.ResponseWriter, r *http.Request) {
			p.Render(w, r, Page{Template: "page/style", Title: "page.style.title", View: fullStyle(), Banner: styleBanner()})
		}, nil)
	}
	for b.Loop() {
		get(p, func(w http.ResponseWriter, r *http.Request) {
			p.Render(w, r, Page{Template: "page/style", Title: "page.style.title", View: fullStyle(), Banner: styleBanner()})
		}, nil)
	}
}
