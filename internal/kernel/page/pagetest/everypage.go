package pagetest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/godwit-health/godwit/internal/kernel/page"
)

// view is one of the three ways to render a sample.
type view struct {
	name string
	data any
}

func views(s page.Sample) []view {
	h := s.Hostile
	if h == nil {
		h = MakeHostile(s.Full)
	}
	return []view{{"empty", s.Empty}, {"full", s.Full}, {"hostile", h}}
}

// EveryPage renders every sample with nothing, everything and hostile data, in
// every language and the pseudo-language, and checks the markup. A sample without
// a Hostile view gets MakeHostile of its Full view.
func EveryPage(t *testing.T, p *page.Renderer, samples []page.Sample) {
	t.Helper()
	if len(samples) == 0 {
		t.Fatal("no samples: an area with pages shows each of them")
	}
	langs := append(page.Locales(), page.Locale{Code: page.Pseudo, Dir: "ltr"})
	for _, s := range samples {
		for _, v := range views(s) {
			for _, l := range langs {
				t.Run(s.Name+"/"+v.name+"/"+l.Code, func(t *testing.T) {
					body, status := RenderSample(p, s, v.name, l.Code)
					if status >= 500 {
						t.Fatalf("status %d: %s", status, body)
					}
					for _, f := range Faults(body, l, s, v.name) {
						t.Error(f)
					}
				})
			}
		}
	}
}

// RenderSample renders one view ("empty", "full", "hostile") of a sample.
func RenderSample(p *page.Renderer, s page.Sample, name, lang string) (string, int) {
	w := httptest.NewRecorder()
	serveSample(p, s, name, w, httptest.NewRequest(http.MethodGet, "/sample?x=1", nil), lang)
	return w.Body.String(), w.Code
}

func serveSample(p *page.Renderer, s page.Sample, name string, w http.ResponseWriter, r *http.Request, lang string) {
	if lang != "" {
		r = r.WithContext(page.WithLocale(r.Context(), lang))
	}
	for _, v := range views(s) {
		if v.name != name {
			continue
		}
		if s.Fragment {
			p.Fragment(w, r, s.Template, v.data)
			return
		}
		pg := s.Page(v.data)
		if name == "empty" {
			pg.Problems = nil
		}
		switch {
		case name == "hostile" && pg.Banner != nil:
			pg.Banner = MakeHostile(pg.Banner).(*page.Banner)
		case name == "empty" && pg.Banner != nil:
			pg.Banner = &page.Banner{}
		}
		p.Render(w, r, pg)
		return
	}
	http.NotFound(w, r)
}

// Faults checks the markup of one rendered page.
func Faults(body string, l page.Locale, s page.Sample, view string) []string {
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		return []string{err.Error()}
	}
	c := &checker{view: view, ids: map[string]int{}, labels: map[string]bool{}}
	c.walk(doc, state{})
	c.references()
	if !s.Fragment {
		c.whole(l)
	}
	for _, bad := range []string{"ZgotmplZ", "<nil>", "&lt;nil&gt;", "%!", "map[", "<no value>"} {
		if strings.Contains(body, bad) {
			c.add("the page holds %q", bad)
		}
	}
	if l.Code == page.Pseudo {
		for _, text := range unwrapped(strings.ReplaceAll(c.visible.String(), "· Godwit", "")) {
			c.add("text that is in no catalogue: %q", text)
		}
	}
	return c.faults
}

// unwrapped returns the stretches with letters that stand outside ⟦ ⟧.
func unwrapped(text string) []string {
	var out []string
	depth := 0
	var b strings.Builder
	flush := func() {
		if s := strings.TrimSpace(b.String()); strings.ContainsFunc(s, isLetter) {
			out = append(out, s)
		}
		b.Reset()
	}
	for _, r := range text {
		switch r {
		case '⟦':
			flush()
			depth++
		case '⟧':
			depth--
		default:
			if depth == 0 {
				b.WriteRune(r)
			}
		}
	}
	flush()
	return out
}

func isLetter(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > 0xbf && r != '×' && r != '÷' && !strings.ContainsRune("–—’“”…\u202f\u2068\u2069\u2212", r)
}

func (c *checker) add(format string, args ...any) {
	c.faults = append(c.faults, fmt.Sprintf(format, args...))
}
