package pack

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/testkit"
)

// The guide's examples are the pack of these tests, so that nobody learns a
// format from the guide that the program does not read.
func TestTheGuideShowsThePackOfTheTests(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(testkit.Root(t), "docs", "packs.md"))
	if err != nil {
		t.Fatal(err)
	}
	all := ""
	for _, text := range harbour(t) {
		all += text + "\n"
	}
	blocks := regexp.MustCompile("(?s)```(yaml|csv|json)\n(.*?)```").FindAllStringSubmatch(string(b), -1)
	if len(blocks) < 5 {
		t.Fatalf("only %d examples", len(blocks))
	}
	for _, m := range blocks {
		if !strings.Contains(all, m[2]) {
			t.Errorf("this example is not in testdata/harbour:\n%s", m[2])
		}
	}
}

// Every key of a fact, and every kind of outcome to expect, is in the guide.
func TestTheGuideNamesEveryKey(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(testkit.Root(t), "docs", "packs.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"`type`", "`values`", "`unit`", "`min`, `max`", "`from`", "`derive`", "`longest_age`", "`sensitivity`", "`question`",
		"`service`, `absent`", "`used_by`", "`include`", "`ask`", "`undetermined`", "`blocked`", "`unconfirmed`", "`journey`"} {
		if !strings.Contains(string(b), word) {
			t.Errorf("docs/packs.md does not explain %s", word)
		}
	}
	for kind := range expectKinds {
		if !strings.Contains(string(b), kind) {
			t.Errorf("docs/packs.md does not name the outcome %s", kind)
		}
	}
}
