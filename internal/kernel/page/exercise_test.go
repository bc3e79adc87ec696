package page_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/testkit"
)

// In an exercise every page says so, in every language, also the sheets that are made to
// be printed and have no head.
func TestAnExerciseSaysSoOnEveryPage(t *testing.T) {
	for _, exercise := range []bool{true, false} {
		p, err := page.New(page.Options{Frame: func(*http.Request) page.Frame { return page.Frame{Demo: true, Exercise: exercise} }})
		if err != nil {
			t.Fatal(err)
		}
		for lang, want := range map[string]string{"en": "Exercise. Nothing here happened", "fr": "Exercice. Rien de ceci", "es": "Ejercicio. Nada de esto", "ar": "تمرين. لم يحدث شيء"} {
			for _, bare := range []bool{false, true} {
				rec := httptest.NewRecorder()
				p.Render(rec, httptest.NewRequest(http.MethodGet, "/", nil), page.Page{Template: page.SheetTemplate, Title: "page.style.title", View: page.Sheet{}, Bare: bare, Lang: lang})
				if got := strings.Contains(rec.Body.String(), want); got != exercise {
					t.Errorf("%s, bare %v, in an exercise %v: the page says so: %v", lang, bare, exercise, got)
				}
			}
		}
	}
	css, err := os.ReadFile(filepath.Join(testkit.Root(t), "web", "print.css"))
	if err != nil {
		t.Fatal(err)
	}
	hidden := regexp.MustCompile(`[^{}]*\{ display: none !important; \}`).FindString(string(css))
	if hidden == "" || strings.Contains(hidden, ".exercise") || strings.Contains(hidden, ".demo") {
		t.Errorf("what paper leaves out: %q", hidden)
	}
}
