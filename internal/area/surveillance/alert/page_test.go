package alert

import (
	"os"
	"testing"

	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/page/pagetest"
)

func renderer(t testing.TB) *page.Renderer {
	t.Helper()
	return pagetest.Renderer(t, "epidemiologist", surveillance.Pages(), Pages())
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
