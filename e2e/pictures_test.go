package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/e2e/program"
	"github.com/godwit-health/godwit/e2e/story"
	"github.com/godwit-health/godwit/internal/testkit"
)

// TestPictures makes the pictures of the README and the user guide from a running
// demo, when GODWIT_PICTURES names the folder for them.
func TestPictures(t *testing.T) {
	if os.Getenv("GODWIT_PICTURES") == "" {
		t.Skip("skipped, makes pictures only: set GODWIT_PICTURES to a folder, or run make pictures")
	}
	b := story.Open(t, program.World(t))
	b.Size(1280).LogIn("reception").In("en").Shot("today-reception-en")
	b.Visit("/people/new").Shot("register-en-desk")
	family := best(b, "/cases?state=services", "/cases/0", func() int { return len(b.Links("/people/0")) })
	b.Visit(family).Shot("board-en-desk")
	b.Size(360).In("ar").Visit(family).Shot("board-ar-phone")
	b.Size(1280).LogIn("nurse").In("en").Visit("/worklist/nurse").Shot("worklist-nurse-en-desk")
	b.LogIn("epidemiologist").Visit("/surveillance").Shot("surveillance-en-desk")
	b.Visit("/linelist").Shot("linelist-en-desk")
	b.Visit("/border/board").Shot("border-board-en-desk")
	b.Size(360).LogIn("volunteer").In("fr").Visit("/surveillance/tell").Shot("tell-fr-phone")
	b.LogIn("screener").Visit("/border")
	if b.Has("point") {
		b.Set("point", "BUSIA").Submit()
	}
	b.Visit("/border/count").Set("direction", "in").Shot("tap-fr-phone")
	b.Size(1280).In("en").LogIn("physician").Visit("/cases").Shot("cases-en-desk")
	b.Visit(family).Follow("/members/").Shot("member-en-desk")
	b.Size(360).Visit("/cases?state=suspended").Follow("/cases/0").Follow("/members/").From(".banner").Shot("suspended-en-phone")
	person := best(b, family, "/people/0", func() int {
		if strings.Contains(b.Visit(b.Where()+"/ask/pregnancy").Text(), "By sex and age") {
			return 0
		}
		return 1
	})
	b.Visit(person + "/ask/pregnancy").From(".banner").Shot("safety-en-phone")

	hub, laptop := demoPair(t)
	hub.Size(1280).In("en").LogIn("administrator").Visit("/admin/nodes").Shot("nodes-en-desk")
	hub.Follow("/admin/nodes/0").Shot("node-en-desk")
	laptop.Size(360).In("en").LogIn("reception").Visit("/sync").Shot("sync-en-phone")
	laptop.Size(1280).Visit("/people/ask").Shot("ask-hub-en-desk")
	tutorialPictures(t)
}

// best opens the first pages with part in their paths that the page at from leads
// to, and returns the path that measures most.
func best(b *story.Tab, from, part string, measure func() int) string {
	b.T.Helper()
	best, most := "", 0
	links := b.Visit(from).Links(part)
	for _, path := range links[:min(len(links), 12)] {
		if strings.Count(path, "/") != strings.Count(part, "/") {
			continue
		}
		b.Visit(path)
		if n := measure(); best == "" || n > most {
			best, most = path, n
		}
	}
	if best == "" {
		b.T.Fatalf("%s leads to no %s", from, part)
	}
	return best
}

// mostPicture bounds a picture, in bytes.
const mostPicture = 200 << 10

// Each picture that a page of the documentation shows exists, and each that exists
// is shown.
func TestEveryPictureIsThereAndShown(t *testing.T) {
	root := testkit.Root(t)
	shown := map[string]bool{}
	pages, err := filepath.Glob(filepath.Join(root, "docs", "guide", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	top, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	pages = append(pages, top...)
	image := regexp.MustCompile(`!\[[^\]]+\]\(([^)]+\.png)\)`)
	for _, page := range append(pages, filepath.Join(root, "README.md")) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range image.FindAllStringSubmatch(string(text), -1) {
			path := filepath.Join(filepath.Dir(page), filepath.FromSlash(m[1]))
			shown[path] = true
			switch st, err := os.Stat(path); {
			case err != nil:
				t.Errorf("%s shows %s, which is not there", filepath.Base(page), m[1])
			case st.Size() > mostPicture:
				t.Errorf("%s has %d bytes, at most %d are meant: whoever reads this has a slow line", m[1], st.Size(), mostPicture)
			}
		}
	}
	if len(shown) == 0 {
		t.Fatal("no picture found in the documentation: the test reads it wrongly")
	}
	there, _ := filepath.Glob(filepath.Join(root, "docs", "pictures", "*.png"))
	for _, path := range there {
		if !shown[path] {
			t.Errorf("%s is shown nowhere", filepath.Base(path))
		}
	}
}
