package stewardship

import (
	"net/http"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/page/pagetest"
)

func renderer(t *testing.T) *page.Renderer {
	t.Helper()
	p, err := page.New(page.Options{Areas: []page.Area{Pages()}, Clock: func() time.Time { return time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC) },
		Frame: func(*http.Request) page.Frame {
			return page.Frame{Site: "Kampala", User: "Miriam Cohen", Role: page.M("door.role.privacy_officer"), SignOut: "/logout"}
		}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestWords(t *testing.T) { pagetest.Catalogues(t, Pages()) }

func TestPages(t *testing.T) { pagetest.EveryPage(t, renderer(t), Samples()) }

func TestPagesInABrowser(t *testing.T) { pagetest.BrowseSamples(t, renderer(t), Samples()) }
