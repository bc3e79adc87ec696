package campaign

import (
	"os"
	"testing"

	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/page/pagetest"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

func areas() []page.Area {
	return []page.Area{{Name: "place", Templates: place.Locales, Locales: place.Locales}, surveillance.Pages(), Pages()}
}

func renderer(t testing.TB) *page.Renderer {
	t.Helper()
	return pagetest.RendererAt(t, sampleNow, "epidemiologist", areas()...)
}

func TestWords(t *testing.T) { pagetest.Catalogues(t, Pages(), os.DirFS(".")) }

func TestPages(t *testing.T) {
	pagetest.EveryPage(t, renderer(t), Samples(pagetest.Hostile))
}

func TestPagesInABrowser(t *testing.T) {
	pagetest.BrowseSamples(t, renderer(t), Samples(pagetest.Hostile))
}
