package chart

import (
	"os"
	"testing"

	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/page/pagetest"
)

func renderer(t *testing.T) *page.Renderer {
	t.Helper()
	return pagetest.Renderer(t, "reception", page.Area{Name: "people", Templates: people.Templates, Locales: people.Locales}, page.Area{Name: "order", Templates: order.Templates, Locales: order.Locales}, Pages())
}

func TestWords(t *testing.T) { pagetest.Catalogues(t, Pages(), os.DirFS(".")) }

func TestPages(t *testing.T) { pagetest.EveryPage(t, renderer(t), Samples(pagetest.Hostile)) }

func TestPagesInABrowser(t *testing.T) {
	pagetest.BrowseSamples(t, renderer(t), Samples(pagetest.Hostile))
}
