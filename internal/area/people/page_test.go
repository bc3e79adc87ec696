package people

import (
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/page/pagetest"
)

func area() page.Area { return page.Area{Name: "people", Templates: Templates, Locales: Locales} }

func renderer(t testing.TB) *page.Renderer {
	t.Helper()
	return pagetest.Renderer(t, "", area())
}

func TestWords(t *testing.T) { pagetest.Catalogues(t, area()) }

func TestPages(t *testing.T) { pagetest.EveryPage(t, renderer(t), Samples()) }

func TestPagesInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes minutes")
	}
	pagetest.BrowseSamples(t, renderer(t), Samples())
}
