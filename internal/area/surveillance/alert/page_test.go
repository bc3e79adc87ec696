package alert

import (
	"net/http"
	"os"
	"testing"

	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/page/pagetest"
)

func renderer(t *testing.T) *page.Renderer {
	t.Helper()
	p, err := page.New(page.Options{Areas: []page.Area{surveillance.Pages(), Pages()}, Frame: func(*http.Request) page.Frame {
		return page.Frame{Site: "Kampala", User: "Dr Elena Petrova", Role: page.M("door.role.epidemiologist"), SignOut: "/logout"}
	}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestWords(t *testing.T) { pagetest.Catalogues(t, Pages(), os.DirFS(".")) }

func TestPages(t *testing.T) { pagetest.EveryPage(t, renderer(t), Samples(pagetest.Hostile)) }

func TestPagesInABrowser(t *testing.T) {
	pagetest.BrowseSamples(t, renderer(t), Samples(pagetest.Hostile))
}

// The words of states come from package epi and from the packs: each has its own.
func TestEveryStateHasItsWord(t *testing.T) {
	p := renderer(t)
	for _, state := range []string{"insufficient-history", "not-reported", "history-not-reported", "no-variation", "too-few-cases", "not-identifiable", "not-converged"} {
		for _, lang := range []string{"en", "ar"} {
			if text := p.Text(lang, page.M("alert.check."+state)); text == "" || text[0] == '[' {
				t.Errorf("%s in %s: %q", state, lang, text)
			}
		}
	}
}
