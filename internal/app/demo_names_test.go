package app

import (
	"slices"
	"testing"
)

// Every point of the demo reads in the language of whoever looks at it.
func TestThePointsOfTheDemoHaveANameInEachLanguage(t *testing.T) {
	for _, p := range slices.Concat(DemoPoints, lakePoints()) {
		for _, lang := range []string{"en", "fr", "es", "ar"} {
			if p.Names[lang] == "" {
				t.Errorf("%s has no name in %s", p.Code, lang)
			}
		}
	}
}
