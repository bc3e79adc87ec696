package analysis

import (
	"os"
	"testing"

	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/area/surveillance/alert"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/page/pagetest"
	"github.com/godwit-health/godwit/packs"
)

func renderer(t testing.TB) *page.Renderer {
	t.Helper()
	return pagetest.Renderer(t, "epidemiologist", surveillance.Pages(), alert.Pages(), Pages())
}

func instrument(t *testing.T) *pack.Pack {
	t.Helper()
	p, err := pack.Load(packs.Builtin(), packAnnex2)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestWords(t *testing.T) { pagetest.Catalogues(t, Pages(), os.DirFS(".")) }

func TestPages(t *testing.T) {
	pagetest.EveryPage(t, renderer(t), Samples(pagetest.Hostile, instrument(t)))
}

func TestPagesInABrowser(t *testing.T) {
	pagetest.BrowseSamples(t, renderer(t), Samples(pagetest.Hostile, instrument(t)))
}

func TestEveryRefusalHasItsWord(t *testing.T) {
	p := renderer(t)
	for _, r := range []Refusal{NoInterval, NoDelay, NoPopulation, TooFew, TooShort, NotDetermined, MoreDeaths, SpeciesUnknown, NotReported} {
		for _, lang := range []string{"en", "ar"} {
			if text := p.Text(lang, page.M("analysis.refusal."+string(r))); text == "" || text[0] == '[' {
				t.Errorf("%s in %s: %q", r, lang, text)
			}
		}
	}
}
