package page_test

import (
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/page/pagetest"
)

func renderer(t *testing.T) *page.Renderer {
	t.Helper()
	p, err := page.New(page.Options{
		Clock: func() time.Time { return time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC) },
		Frame: func(*http.Request) page.Frame {
			return page.Frame{
				Site: "Khartoum", Role: page.M("page.style.nurse"), User: "Amal Idris", SignOut: "/logout",
				Search: "/style/search", Demo: true, Sync: &page.Sync{Waiting: 3, Last: "07:40"},
				Nav: []page.Nav{{Href: "/", Text: page.M("page.style.worklist")}, {Href: "/sample", Text: page.M("page.style.title")},
					{Href: "/radiology", Text: page.M("page.style.radiology")}, {Href: "/laboratory", Text: page.M("page.style.laboratory")}},
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestWords(t *testing.T) {
	for _, a := range page.OwnAreas() {
		if a.Locales == nil {
			continue
		}
		pagetest.Catalogues(t, a, page.SharedTemplates(), os.DirFS("../access"), os.DirFS("../key"))
	}
}

func TestEveryPageInEveryLanguage(t *testing.T) { pagetest.EveryPage(t, renderer(t), page.Samples()) }

func TestEveryPageInABrowser(t *testing.T) { pagetest.BrowseSamples(t, renderer(t), page.Samples()) }
