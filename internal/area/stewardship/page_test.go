package stewardship

import (
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/page/pagetest"
)

func renderer(t testing.TB) *page.Renderer {
	t.Helper()
	return pagetest.RendererAt(t, time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC), "privacy_officer", Pages())
}

func TestWords(t *testing.T) { pagetest.Catalogues(t, Pages()) }

func TestPages(t *testing.T) { pagetest.EveryPage(t, renderer(t), Samples()) }

func TestPagesInABrowser(t *testing.T) { pagetest.BrowseSamples(t, renderer(t), Samples()) }
