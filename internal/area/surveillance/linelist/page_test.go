package linelist

import (
	"os"
	"testing"

	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/page/pagetest"
	"github.com/godwit-health/godwit/packs"
)

func renderer(t testing.TB) *page.Renderer {
	t.Helper()
	return pagetest.Renderer(t, "epidemiologist", surveillance.Pages(), Pages())
}

func definition(t *testing.T) *pack.Pack {
	t.Helper()
	p, err := pack.Load(packs.Builtin(), "case-filovirus")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestWords(t *testing.T) { pagetest.Catalogues(t, Pages(), os.DirFS(".")) }

func TestPages(t *testing.T) {
	pagetest.EveryPage(t, renderer(t), Samples(pagetest.Hostile, definition(t)))
}

func TestPagesInABrowser(t *testing.T) {
	pagetest.BrowseSamples(t, renderer(t), Samples(pagetest.Hostile, definition(t)))
}
