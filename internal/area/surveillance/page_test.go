package surveillance

import (
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/page/pagetest"
)

func renderer(t testing.TB) *page.Renderer {
	t.Helper()
	return pagetest.RendererAt(t, sampleNow, "epidemiologist", Pages())
}

func TestWords(t *testing.T) { pagetest.Catalogues(t, Pages()) }

func TestPages(t *testing.T) { pagetest.EveryPage(t, renderer(t), Samples(pagetest.Hostile)) }

func TestPagesInABrowser(t *testing.T) {
	pagetest.BrowseSamples(t, renderer(t), Samples(pagetest.Hostile))
}

// codes are the keys of the words that the lists need.
func codes(l Lists, signs []string) (keys []string) {
	for _, s := range signs {
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
