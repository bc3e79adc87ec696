package browser

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/testkit"
)

// dictionary is read once.
var dictionary struct {
	sync.Once
	areas map[string]page.Catalogue
	err   error
}

func loadDictionary(root string) {
	dictionary.areas = map[string]page.Catalogue{}
	for _, tree := range []string{"internal", "packs"} {
		dictionary.err = filepath.WalkDir(filepath.Join(root, tree), func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() && d.Name() == "testdata" {
				return filepath.SkipDir // a pack of tests, which is nobody's page
			}
			if err != nil || d.Name() != "en.json" || !strings.Contains(filepath.ToSlash(path), "/locales/") {
				return err
			}
			dir := filepath.Dir(path)
			c, err := page.ReadCatalogue(os.DirFS(dir), ".")
			if err != nil {
				return err
			}
			if tree == "packs" {
				dictionary.areas["pack:"+filepath.Base(filepath.Dir(dir))] = c
				return nil
			}
			for key := range c["en"] { // keys begin with the area's name
				area, _, _ := strings.Cut(key, ".")
				dictionary.areas[area] = c
			}
			return nil
		})
		if dictionary.err != nil {
			return
		}
	}
}

// Say returns what a page says in a language: the text of a key, with its
// placeholders filled in.
func Say(t testing.TB, lang, key string, args ...string) string {
	t.Helper()
	area, _, _ := strings.Cut(key, ".")
	return lookUp(t, area, lang, key, args)
}

// SayPack is Say for the words of a pack.
func SayPack(t testing.TB, lang, pack, key string) string {
	t.Helper()
	return lookUp(t, "pack:"+pack, lang, key, nil)
}

// Dictionary holds the words of every area, and below "pack:ID" those of the packs.
func Dictionary(t testing.TB) map[string]page.Catalogue {
	t.Helper()
	dictionary.Do(func() { loadDictionary(testkit.Root(t)) })
	if dictionary.err != nil {
		t.Fatal(dictionary.err)
	}
	return dictionary.areas
}

func lookUp(t testing.TB, area, lang, key string, args []string) string {
	t.Helper()
	e, ok := Dictionary(t)[area][lang][key]
	if !ok {
		t.Fatalf("no words for %s in %s", key, lang)
	}
	return strings.Join(strings.Fields(strings.NewReplacer(args...).Replace(e.Text)), " ")
}

// Begin is a text up to its first placeholder.
func Begin(text string) string {
	text, _, _ = strings.Cut(text, "{")
	return strings.TrimSpace(text)
}

// arabicShare is the share of the letters of a text that are Arabic.
func arabicShare(text string) float64 {
	arabic, all := 0, 0
	for _, r := range text {
		if unicode.IsLetter(r) {
			all++
			if unicode.Is(unicode.Arabic, r) {
				arabic++
			}
		}
	}
	if all == 0 {
		return 0
	}
	return float64(arabic) / float64(all)
}

// Speaks fails unless the page is in the language and reads in its direction. A
// page in Arabic may hold Latin letters (names, codes, titles of sources), and not
// more of them than Arabic ones.
func (b *Tab) Speaks(lang string) *Tab {
	b.T.Helper()
	dir := map[string]string{"ar": "rtl"}[lang]
	if dir == "" {
		dir = "ltr"
	}
	if got := Eval[string](b, `document.documentElement.lang+" "+document.documentElement.dir`); got != lang+" "+dir {
		b.T.Fatalf("%s is %q, want %s %s", b.Where(), got, lang, dir)
	}
	share := arabicShare(Eval[string](b, `document.querySelector("main").innerText`))
	if lang == "ar" && share < 0.5 || lang != "ar" && share > 0.5 {
		b.T.Fatalf("%s in %s: %.0f %% of its letters are Arabic: %.500s", b.Where(), lang, share*100, b.Text())
	}
	return b
}
