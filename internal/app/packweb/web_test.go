package packweb

import (
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/page/pagetest"
	"github.com/godwit-health/godwit/internal/kernel/place"
	"github.com/godwit-health/godwit/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func renderer(t *testing.T) *page.Renderer {
	t.Helper()
	p, err := page.New(page.Options{Areas: []page.Area{Area(), {Name: "place", Templates: place.Locales, Locales: place.Locales}}, Clock: func() time.Time { return sampleClock() },
		Frame: func(*http.Request) page.Frame { return page.Frame{Demo: true} }})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestWords(t *testing.T) { pagetest.Catalogues(t, Area(), os.DirFS("../../kernel/pack")) }

func TestPages(t *testing.T) { pagetest.EveryPage(t, renderer(t), Samples()) }

func TestPagesInABrowser(t *testing.T) { pagetest.BrowseSamples(t, renderer(t), Samples()) }
