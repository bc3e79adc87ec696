package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/testkit"
)

// TestPictures makes the pictures of the README and the user guide from a running
// demo, when GODWIT_PICTURES names the folder for them.
func TestPictures(t *testing.T) {
	if os.Getenv("GODWIT_PICTURES") == "" {
		t.Skip("skipped, makes pictures only: set GODWIT_PICTURES to a folder, or run make pictures")
	}
	b := open(t, world(t))
	b.size(1280).logIn("reception").in("en").shot("today-reception-en")
	b.visit("/people/new").shot("register-en-desk")
	family := b.best("/cases?state=services", "/cases/0", func() int { return len(b.links("/people/0")) })
	b.visit(family).shot("board-en-desk")
	b.size(360).in("ar").visit(family).shot("board-ar-phone")
	b.size(1280).logIn("nurse").in("en").visit("/worklist/nurse").shot("worklist-nurse-en-desk")
	b.logIn("epidemiologist").visit("/surveillance").shot("surveillance-en-desk")
	b.visit("/linelist").shot("linelist-en-desk")
	b.visit("/border/board").shot("border-board-en-desk")
	b.size(360).logIn("volunteer").in("fr").visit("/surveillance/tell").shot("tell-fr-phone")
	b.logIn("screener").visit("/border")
	if b.has("point") {
		b.set("point", "BUSIA").submit()
	}
	b.visit("/border/count").set("direction", "in").shot("tap-fr-phone")
	b.size(1280).in("en").logIn("physician").visit("/cases").shot("cases-en-desk")
	b.visit(family).follow("/members/").shot("member-en-desk")
	b.size(360).visit("/cases?state=suspended").follow("/cases/0").follow("/members/").from(".banner").shot("suspended-en-phone")
	person := b.best(family, "/people/0", func() int {
		if strings.Contains(b.visit(b.where()+"/ask/pregnancy").text(), "By sex and age") {
			return 0
		}
		return 1
	})
	b.visit(person + "/ask/pregnancy").from(".banner").shot("safety-en-phone")

	hub, laptop := demoPair(t)
	hub.size(1280).in("en").logIn("administrator").visit("/admin/nodes").shot("nodes-en-desk")
	hub.follow("/admin/nodes/0").shot("node-en-desk")
	laptop.size(360).in("en").logIn("reception").visit("/sync").shot("sync-en-phone")
	laptop.size(1280).visit("/people/ask").shot("ask-hub-en-desk")
	tutorialPictures(t)
}

// best opens the first pages with part in their paths that the page at from leads
// to, and returns the path that measures most.
func (b *tab) best(from, part string, measure func() int) string {
	b.t.Helper()
	best, most := "", 0
	links := b.visit(from).links(part)
	for _, path := range links[:min(len(links), 12)] {
		if strings.Count(path, "/") != strings.Count(part, "/") {
			continue
		}
		b.visit(path)
		if n := measure(); best == "" || n > most {
			best, most = path, n
		}
	}
	if best == "" {
		b.t.Fatalf("%s leads to no %s", from, part)
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
