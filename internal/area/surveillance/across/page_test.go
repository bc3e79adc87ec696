package across

import (
	"net/http"
	"os"
	"testing"

	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/page/pagetest"
	"github.com/godwit-health/godwit/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func renderer(t *testing.T) *page.Renderer {
	t.Helper()
	p, err := page.New(page.Options{Areas: []page.Area{surveillance.Pages(), linelist.Pages(), Pages()}, Frame: func(*http.Request) page.Frame {
		return page.Frame{Site: "Kampala", User: "Dr Elena Petrova", Role: page.M("door.role.epidemiologist"), SignOut: "/logout"}
	}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestWords(t *testing.T) { pagetest.Catalogues(t, Pages(), os.DirFS(".")) }

func TestPages(t *testing.T) { pagetest.EveryPage(t, renderer(t), Samples(pagetest.Hostile)) }

func TestPagesInABrowser(t *testing.T) {
	pagetest.BrowseSamples(t, renderer(t), Samples(pagetest.Hostile))
}
