package surveillance

import (
	"net/http"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/page/pagetest"
)

func renderer(t *testing.T) *page.Renderer {
	t.Helper()
	p, err := page.New(page.Options{Areas: []page.Area{Pages()}, Clock: func() time.Time { return sampleNow },
		Frame: func(*http.Request) page.Frame {
			return page.Frame{Site: "Kampala", User: "Dr Elena Petrova", Role: page.M("door.role.epidemiologist"), SignOut: "/logout"}
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

// codes are the keys of the words that the lists need.
func codes(l Lists) (keys []string) {
	for _, s := range l.Signs {
		keys = append(keys, "surveillance.lay."+s, "surveillance.lay_how."+s)
	}
	for _, d := range l.Diseases {
		keys = append(keys, "surveillance.disease."+d.Code)
	}
	for _, i := range l.Indicators {
		keys = append(keys, "surveillance.indicator."+i.Code, "surveillance.stem."+i.Stem, "surveillance.mode."+string(i.Mode))
	}
	for _, k := range []FindingKind{Fell, Mismatch, Differ, Revision, TooMany} {
		keys = append(keys, "surveillance.finding."+string(k))
	}
	return keys
}

func msg(key string) page.Msg { return page.M(key) }
