package assessment

import (
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/page/pagetest"
)

func TestEveryWordInEveryLanguage(t *testing.T) { pagetest.Catalogues(t, Pages()) }

func renderer(t *testing.T) *page.Renderer {
	t.Helper()
	p, err := page.New(page.Options{Areas: []page.Area{Pages()}})
	must(t, err)
	return p
}

func TestEveryPage(t *testing.T) { pagetest.EveryPage(t, renderer(t), Samples()) }

func TestPagesInABrowser(t *testing.T) { pagetest.BrowseSamples(t, renderer(t), Samples()) }
