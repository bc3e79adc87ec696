package traveller

import (
	"os"
	"testing"

	"github.com/godwit-health/godwit/internal/area/border"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/area/surveillance/outbreak"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/page/pagetest"
	"github.com/godwit-health/godwit/internal/kernel/place"
	"github.com/godwit-health/godwit/packs"
)

func areas() []page.Area {
	return []page.Area{{Name: "place", Templates: place.Locales, Locales: place.Locales}, surveillance.Pages(), outbreak.Pages(), border.Pages(), Pages()}
}

func renderer(t testing.TB) *page.Renderer {
	t.Helper()
	return pagetest.RendererAt(t, sampleNow, "screener", areas()...)
}

// ships answers a pack that ships.
func ships(t testing.TB) func(id string) *pack.Pack {
	return func(id string) *pack.Pack {
		t.Helper()
		p, err := pack.Load(packs.Builtin(), id)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
}

func TestWords(t *testing.T) { pagetest.Catalogues(t, Pages(), os.DirFS(".")) }

func TestPages(t *testing.T) {
	pagetest.EveryPage(t, renderer(t), Samples(pagetest.Hostile, ships(t)))
}

func TestPagesInABrowser(t *testing.T) {
	pagetest.BrowseSamples(t, renderer(t), Samples(pagetest.Hostile, ships(t)))
}
