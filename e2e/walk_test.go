package e2e

import (
	"os"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/e2e/program"
	"github.com/godwit-health/godwit/e2e/story"
)

// roles are the demo's accounts, and where their work is.
var roles = []string{"reception", "nurse", "physician", "radiographer", "laboratory", "counsellor", "screener", "volunteer", "epidemiologist", "manager",
	"medical_officer", "privacy_officer", "administrator"}

// The newcomer's walk: every account logs in, and every place in its menu opens, in
// English on a desk and in Arabic on a phone.
func TestWalkEveryAccountSeesItsPlaces(t *testing.T) {
	b := story.Open(t, program.World(t))
	// The menu stands on a page twice, for a desk and for a phone: each place is opened once.
	for _, lang := range []string{"en", "ar"} {
		width := map[string]int{"en": 1280, "ar": 360}[lang]
		b.Size(width)
		for _, role := range roles {
			b.LogIn(role).In(lang)
			if dir := story.Eval[string](b, `document.documentElement.dir`); dir != map[string]string{"en": "ltr", "ar": "rtl"}[lang] {
				t.Errorf("%s in %s: direction %s", role, lang, dir)
			}
			for _, href := range story.Eval[[]string](b, `[...new Set([...document.querySelectorAll(".nav a")].map(a=>a.getAttribute("href")))]`) {
				b.Visit(href)
				if status := story.Eval[int](b, `performance.getEntriesByType("navigation")[0].responseStatus`); status != 200 {
					t.Errorf("%s in %s: %s answers %d: %.300s", role, lang, href, status, b.Text())
				}
				if story.Eval[bool](b, `document.documentElement.scrollWidth>innerWidth+1`) {
					t.Errorf("%s in %s: %s is wider than the window", role, lang, href)
				}
			}
		}
	}
}

// What the demo prints must be enough to use it, and true.
func TestWalkTheDemoSaysWhatANewcomerNeeds(t *testing.T) {
	var printed string
	if path := os.Getenv("GODWIT_DEMO_OUTPUT"); path != "" {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		printed = string(b)
	} else {
		program.World(t)
		printed = strings.Join(program.Shared().Lines, "\n")
	}
	for _, want := range append([]string{"Nobody in it exists", program.Password, "ready http://127.0.0.1:"}, roles...) {
		if !strings.Contains(printed, want) {
			t.Errorf("the demo does not print %q", want)
		}
	}
	if lines := strings.Split(strings.TrimSpace(printed), "\n"); !strings.HasPrefix(lines[len(lines)-1], "ready ") {
		t.Errorf("the last line is %q, want the ready line", lines[len(lines)-1])
	}
}
