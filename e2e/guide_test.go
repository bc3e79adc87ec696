package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/e2e/browser"
	"github.com/godwit-health/godwit/internal/testkit"
)

// explains are the words that the guide makes bold to explain, and that no page says.
var explains = []string{`The language`, `The banner`, `"Not known" is an answer`, `"The records are locked"`, `A form that came too late`, `Leaving the screen`, `Words beside colours`,
	`that day`, `A wrong result`, `Giving the result`, `Document.`, `Names`, `A child without its parents`, `What has not left this computer`, `at once`, `Before`, `3 changes are waiting to be sent.`, `Cannot reach the hub.`, `The exchange does not go on.`,
	`Silent for 9 days`, `Two machines wrote under one name.`, `A laptop was restored from a backup.`, `A laptop is lost.`}

// What the guide tells people to press is what stands on the page: every other bold
// word of it is in the English words of the program.
func TestTheGuideSaysWhatThePagesSay(t *testing.T) {
	var all strings.Builder
	for _, c := range browser.Dictionary(t) {
		for _, e := range c["en"] {
			for _, text := range e.Texts() {
				all.WriteString("\n" + plainQuotes(text))
			}
		}
	}
	words := all.String()
	pages, err := filepath.Glob(filepath.Join(testkit.Root(t), "docs", "guide", "*.md"))
	if err != nil || len(pages) == 0 {
		t.Fatalf("no guide: %v", err)
	}
	checked := 0
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\*\*([^*]+)\*\*`).FindAllStringSubmatch(string(text), -1) {
			for _, part := range regexp.MustCompile(` → | / `).Split(m[1], -1) {
				if known(part) {
					continue
				}
				checked++
				if !strings.Contains(words, plainQuotes(part)) {
					t.Errorf("%s: no page says %q", filepath.Base(page), part)
				}
			}
		}
	}
	if checked < 20 {
		t.Errorf("only %d words of the guide were looked up", checked)
	}
}

func known(part string) bool {
	for _, e := range explains {
		if part == e {
			return true
		}
	}
	return false
}

func plainQuotes(s string) string {
	return strings.NewReplacer("“", `"`, "”", `"`, "’", "'").Replace(s)
}
