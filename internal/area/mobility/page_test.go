package mobility

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/page/pagetest"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

func renderer(t testing.TB) *page.Renderer {
	t.Helper()
	return pagetest.RendererAt(t, time.Date(2026, 5, 24, 9, 30, 0, 0, time.UTC), "epidemiologist", page.Area{Name: "place", Templates: place.Locales, Locales: place.Locales}, surveillance.Pages(), Pages())
}

func TestWords(t *testing.T) { pagetest.Catalogues(t, Pages()) }

func TestPages(t *testing.T) { pagetest.EveryPage(t, renderer(t), Samples(pagetest.Hostile)) }

func TestPagesInABrowser(t *testing.T) {
	pagetest.BrowseSamples(t, renderer(t), Samples(pagetest.Hostile))
}

// Words whose keys are put together, which no other test sees.
func TestEveryCodeHasItsWords(t *testing.T) {
	var keys []string
	for _, m := range Models {
		keys = append(keys, "mobility.model."+string(m), "mobility.model_how."+string(m))
	}
	for _, m := range Measures {
		keys = append(keys, "mobility.measure."+string(m))
	}
	for _, u := range []Unlisted{UnlistedUnknown, UnlistedNone, UnlistedFew} {
		keys = append(keys, "mobility.unlisted."+string(u))
	}
	for _, a := range Asks {
		keys = append(keys, "mobility.assume."+a.Code, "mobility.assume.hint_"+a.unit())
	}
	for _, c := range []string{"O", "S", "R"} {
		keys = append(keys, "mobility.certainty."+c)
	}
	for prefix, list := range map[string][]string{"way": Ways, "mode": Modes, "reason": Reasons, "group": Groups, "vulnerable": Vulnerable, "stay": Stays, "need": Needs, "intention": Intentions, "end": {Elsewhere, NotTold},
		"sketch_what": SketchWhats, "when": Whens, "trust": Trusts, "told": Tolds} {
		for _, code := range list {
			keys = append(keys, "mobility."+prefix+"."+code)
		}
	}
	for _, f := range Fates {
		keys = append(keys, "mobility.fate."+string(f))
	}
	for _, w := range Wheres {
		keys = append(keys, "mobility.screening.where."+string(w))
	}
	for _, k := range []MeasureKind{Open, Screen, Close} {
		keys = append(keys, "mobility.measure_kind."+string(k))
	}
	for _, why := range []string{"assumptions", "period", "flows", "times", "positions", "candidates", "affected", "data"} {
		keys = append(keys, "mobility.absent."+why)
	}
	p := renderer(t)
	for _, lang := range []string{"en", "fr", "es", "ar"} {
		for _, key := range keys {
			if text := p.Text(lang, page.M(key)); strings.Contains(text, "mobility.") {
				t.Errorf("%s: no words for %s", lang, key)
			}
		}
	}
}

// A measure at a border buys days. No word of this package promises more, in any language.
func TestNoWordCallsADelayAPrevention(t *testing.T) {
	promise := regexp.MustCompile(`(?i)prevent|pr[ée]v[ea]n|emp[eê]ch|impid|impedir|evita(n|r)? (el|los|la|un) (caso|brote)|وقاي|يمنع|منع`)
	for _, lang := range []string{"en", "fr", "es", "ar"} {
		b, err := files.ReadFile("locales/" + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		if found := promise.FindAll(b, -1); found != nil {
			t.Errorf("%s: %q", lang, found)
		}
	}
}
