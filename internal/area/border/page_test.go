package border

import (
	"net/http"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/page/pagetest"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

func renderer(t *testing.T) *page.Renderer {
	t.Helper()
	p, err := page.New(page.Options{Areas: []page.Area{{Name: "place", Templates: place.Locales, Locales: place.Locales}, Pages()}, Clock: func() time.Time { return sampleNow },
		Frame: func(*http.Request) page.Frame {
			return page.Frame{Site: "Busia", User: "Omar Farah", Role: page.M("door.role.screener"), SignOut: "/logout"}
		}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestWords(t *testing.T) { pagetest.Catalogues(t, Pages()) }

func TestPages(t *testing.T) { pagetest.EveryPage(t, renderer(t), Samples(pagetest.Hostile)) }

func TestPagesInABrowser(t *testing.T) {
	pagetest.BrowseSamples(t, renderer(t), Samples(pagetest.Hostile))
}
