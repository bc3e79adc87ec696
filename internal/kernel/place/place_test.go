package place

import (
	"strings"
	"testing"
)

func TestCountriesAreISO3166(t *testing.T) {
	if n := len(load().countries); n != 249 {
		t.Fatalf("%d countries, ISO 3166-1 has 249", n)
	}
	seen := map[string]bool{}
	for _, p := range append(Countries(), Specials()...) {
		if len(p.Code) != 3 || strings.ToUpper(p.Code) != p.Code {
			t.Errorf("%q is not an alpha-3 code", p.Code)
		}
		for _, l := range locales {
			if strings.TrimSpace(p.Name(l)) == "" {
				t.Errorf("%s has no name in %s", p.Code, l)
			}
		}
		if p.Kind == KindCountry && p.Code != "ATA" {
			r, ok := RegionOf(p.Subregion)
			if !ok || r.Parent != p.Region {
				t.Errorf("%s: subregion %q does not lie in region %q", p.Code, p.Subregion, p.Region)
			}
		}
		if p.Kind == KindCountry && seen[p.Numeric] {
			t.Errorf("%s: numeric %s twice", p.Code, p.Numeric)
		}
		seen[p.Numeric] = p.Kind == KindCountry
		if p.Of != "" {
			if _, ok := Country(p.Of); !ok {
				t.Errorf("%s belongs to %q, which is no place", p.Code, p.Of)
			}
		}
	}
}

func TestNames(t *testing.T) {
	for _, c := range []struct{ code, locale, want string }{
		{"COD", "en", "Democratic Republic of the Congo"},
		{"COD", "fr", "République démocratique du Congo"},
		{"ETH", "ar", "إثيوبيا"},
		{"ESP", "es-PE", "España"},
		{"ESP", "sw", "Spain"}, // a locale not carried falls back to English
		{"XXB", "en", "Refugee (1951 Convention)"},
	} {
		p, ok := Lookup(c.code)
		if !ok || p.Name(c.locale) != c.want {
			t.Errorf("%s in %s is %q, want %q", c.code, c.locale, p.Name(c.locale), c.want)
		}
	}
}

func TestADocumentCodeIsNoPlaceToStay(t *testing.T) {
	for _, code := range []string{"XXA", "XXB", "XXC", "XXX", "UNO", "GBN", "UTO", "", "ZZZ", "eth"} {
		if _, ok := Country(code); ok {
			t.Errorf("Country(%q) is a place", code)
		}
	}
	if _, ok := Country("RKS"); !ok {
		t.Error("RKS is a place where people live")
	}
}

func TestFromMRZ(t *testing.T) {
	for code, want := range map[string]string{"D<<": "DEU", "D": "DEU", "ETH": "ETH", "XXA": "XXA", "UTO": "UTO", "QQQ": "", "": "", "<<<": ""} {
		if p, _ := FromMRZ(code); p.Code != want {
			t.Errorf("FromMRZ(%q) = %q, want %q", code, p.Code, want)
		}
	}
}

func TestFind(t *testing.T) {
	for _, c := range []struct{ text, first string }{
		{"cote d'iv", "CIV"}, {"ivory", "CIV"}, {"إثيوبيا", "ETH"}, {"اثيوبيا", "ETH"},
		{"burma", "MMR"}, {"turkey", "TUR"}, {"swaz", "SWZ"}, {"et", "ETH"}, {"ETH", "ETH"}, {"sudan du", "SSD"}, {"Soudan du", "SSD"}, {"perú", "PER"},
	} {
		got := Find(c.text, 5)
		if c.text == "sudan du" { // words of two languages are no name
			if len(got) != 0 {
				t.Errorf("Find(%q) = %v", c.text, got)
			}
			continue
		}
		if len(got) == 0 || got[0].Code != c.first {
			t.Errorf("Find(%q) does not begin with %s: %v", c.text, c.first, got)
		}
	}
	if got := Find("  ", 5); got != nil {
		t.Errorf("an empty search found %v", got)
	}
	if got := Find("a", 7); len(got) != 7 {
		t.Errorf("limit 7 gave %d", len(got))
	}
}

func TestSortedFollowsTheLanguage(t *testing.T) {
	fr := Sorted("fr")
	at := func(code string) int {
		for i, p := range fr {
			if p.Code == code {
				return i
			}
		}
		return -1
	}
	// É sorts with E, not after Z: Éthiopie lies between Estonie and Fidji.
	if !(at("EST") < at("ETH") && at("ETH") < at("FJI")) {
		t.Errorf("Estonie %d, Éthiopie %d, Fidji %d", at("EST"), at("ETH"), at("FJI"))
	}
	if len(fr) != 250 {
		t.Errorf("%d countries and places, want 250", len(fr))
	}
}

func TestLanguages(t *testing.T) {
	l, ok := LanguageOf("ti")
	if !ok || l.Name("en") != "Tigrinya" {
		t.Errorf("ti is %q", l.Name("en"))
	}
	for _, l := range Languages("en") {
		for _, loc := range locales {
			if l.Name(loc) == "" {
				t.Errorf("%s has no name in %s", l.Code, loc)
			}
		}
	}
}
