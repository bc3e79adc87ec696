package assessment

import (
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/page/pagetest"
)

func TestEveryWordInEveryLanguage(t *testing.T) { pagetest.Catalogues(t, Pages()) }

func renderer(t testing.TB) *page.Renderer {
	t.Helper()
	return pagetest.Renderer(t, "", Pages())
}

func TestEveryPage(t *testing.T) { pagetest.EveryPage(t, renderer(t), Samples()) }

func TestPagesInABrowser(t *testing.T) { pagetest.BrowseSamples(t, renderer(t), Samples()) }
