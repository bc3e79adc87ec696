package backup

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every fault that this package can answer has a sentence in every language.
func TestEveryFaultHasWords(t *testing.T) {
	keys := faultKeys(t)
	for _, lang := range []string{"en", "fr", "es", "ar"} {
		raw, err := Locales.ReadFile("locales/" + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		words := make(map[string]string)
		if err := json.Unmarshal(raw, &words); err != nil {
			t.Fatal(err)
		}
		for k := range keys {
			if words[k] == "" {
				t.Errorf("%s: no words for %s", lang, k)
			}
		}
		for k := range words {
			if !keys[k] {
				t.Errorf("%s: %s is never used", lang, k)
			}
		}
	}
}

// faultKeys reads the message keys out of this package's source.
func faultKeys(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	key := regexp.MustCompile(`"(backup\.[a-z0-9_]+)"`)
	keys := make(map[string]bool)
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		for _, m := range key.FindAllStringSubmatch(string(b), -1) {
			if !notAKey[m[1]] {
				keys[m[1]] = true
			}
		}
	}
	return keys
}

// notAKey are names of operations and kinds that look like one.
var notAKey = map[string]bool{}
