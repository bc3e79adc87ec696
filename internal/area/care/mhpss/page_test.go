package mhpss

import (
	"os"
	"testing"

	"github.com/godwit-health/godwit/internal/area/care/team"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/page/pagetest"
	"github.com/godwit-health/godwit/internal/kernel/seal"
)

func renderer(t *testing.T) *page.Renderer {
	t.Helper()
	return pagetest.Renderer(t, "reception", team.Pages(), page.Area{Name: "seal", Templates: seal.Locales, Locales: seal.Locales}, Pages())
}

func TestWords(t *testing.T) { pagetest.Catalogues(t, Pages(), os.DirFS(".")) }

func TestPages(t *testing.T) { pagetest.EveryPage(t, renderer(t), Samples(pagetest.Hostile)) }

func TestPagesInABrowser(t *testing.T) {
	pagetest.BrowseSamples(t, renderer(t), Samples(pagetest.Hostile))
}
