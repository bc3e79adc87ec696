package border

import (
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/page/pagetest"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

func renderer(t testing.TB) *page.Renderer {
	t.Helper()
	return pagetest.RendererAt(t, sampleNow, "screener", page.Area{Name: "place", Templates: place.Locales, Locales: place.Locales}, Pages())
}

func TestWords(t *testing.T) { pagetest.Catalogues(t, Pages()) }

func TestPages(t *testing.T) { pagetest.EveryPage(t, renderer(t), Samples(pagetest.Hostile)) }

func TestPagesInABrowser(t *testing.T) {
	pagetest.BrowseSamples(t, renderer(t), Samples(pagetest.Hostile))
}
