package outbreak

import (
	"os"
	"testing"

	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/page/pagetest"
)

func renderer(t testing.TB) *page.Renderer {
	t.Helper()
	return pagetest.Renderer(t, "epidemiologist", page.Area{Name: "people", Templates: people.Templates, Locales: people.Locales}, surveillance.Pages(), Pages())
}

func TestWords(t *testing.T) { pagetest.Catalogues(t, Pages(), os.DirFS(".")) }

func TestPages(t *testing.T) { pagetest.EveryPage(t, renderer(t), Samples(pagetest.Hostile)) }

func TestPagesInABrowser(t *testing.T) {
	pagetest.BrowseSamples(t, renderer(t), Samples(pagetest.Hostile))
}
