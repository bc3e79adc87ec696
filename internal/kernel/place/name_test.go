package place

import "testing"

// A site and a point that came in from a list without a language have a name in every
// language, and not their code.
func TestANameOfNoLanguageIsANameInAll(t *testing.T) {
	for _, lang := range []string{"en", "fr", "es", "ar"} {
		for what, got := range map[string]string{"site": Site{Code: "S1", Names: map[string]string{AnyLanguage: "Mto"}}.Name(lang), "point": Point{Code: "P1", Names: map[string]string{AnyLanguage: "Mto"}}.Name(lang),
			"a language without pages": Site{Code: "S1", Names: map[string]string{"sw": "Mto"}}.Name(lang)} {
			if got != "Mto" {
				t.Errorf("%s in %s: %q", what, lang, got)
			}
		}
	}
	if got := (Site{Code: "S1", Names: map[string]string{"fr": "Pont", AnyLanguage: "Mto"}}).Name("fr"); got != "Pont" {
		t.Errorf("its own language comes first: %q", got)
	}
	if got := (Site{Code: "S1"}).Name("en"); got != "S1" {
		t.Errorf("nothing but a code: %q", got)
	}
}
