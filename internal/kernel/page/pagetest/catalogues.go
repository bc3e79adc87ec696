package pagetest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/page"
)

// Catalogues checks the words of an area. It reads the Go files of the current
// folder, which in a test is the package's own, to see which keys are used. A key
// that is put together ("people.sex." + code) counts as used if its beginning,
// up to a dot or an underscore, stands in the code as a text of its own. More
// folders (Go files, templates/*.html) may use the words too.
func Catalogues(t *testing.T, area page.Area, more ...fs.FS) {
	t.Helper()
	for _, f := range CatalogueFaults(area, os.DirFS("."), more...) {
		t.Error(f)
	}
}

// CatalogueFaults returns what Catalogues would report, for code in fsys.
func CatalogueFaults(area page.Area, code fs.FS, more ...fs.FS) []string {
	c, err := page.ReadCatalogue(area.Locales, "locales")
	if err != nil {
		return []string{err.Error()}
	}
	var faults []string
	for _, l := range page.Locales() {
		faults = append(faults, compare(l, c)...)
	}
	uses, err := findUses(append(more, area.Templates, code)...)
	if err != nil {
		return append(faults, err.Error())
	}
	return append(faults, uses.against(area.Name, c["en"])...)
}

var keyForm = regexp.MustCompile(`^[a-z][a-zA-Z0-9]*(\.[a-zA-Z0-9_-]+)+$`)

// compare checks one language against English.
func compare(l page.Locale, c page.Catalogue) []string {
	var faults []string
	add := func(format string, args ...any) {
		faults = append(faults, l.Code+".json: "+fmt.Sprintf(format, args...))
	}
	en, here := c["en"], c[l.Code]
	for _, k := range keys(here) {
		if _, ok := en[k]; !ok {
			add("%s is not in en.json", k)
		}
		if !keyForm.MatchString(k) {
			add("%q is not a key: area.meaning in small letters", k)
		}
	}
	for _, k := range keys(en) {
		e, ok := here[k]
		if !ok {
			add("%s is missing", k)
			continue
		}
		if (e.Plural == nil) != (en[k].Plural == nil) {
			add("%s has plural categories in one language and not in the other", k)
			continue
		}
		if e.Plural != nil {
			want := page.Categories(l.Tag)
			if got := keys(e.Plural); !slices.Equal(got, want) {
				add("%s has the categories %v, the language has %v", k, got, want)
			}
		}
		faults = append(faults, compareTexts(l, k, e, en[k])...)
	}
	return faults
}

func compareTexts(l page.Locale, k string, e, en page.Entry) []string {
	var faults []string
	want := page.Placeholders(strings.Join(en.Texts(), " "))
	for _, text := range e.Texts() {
		switch {
		case strings.TrimSpace(text) == "":
			faults = append(faults, fmt.Sprintf("%s.json: %s is empty", l.Code, k))
		case strings.ContainsAny(text, "<>"):
			faults = append(faults, fmt.Sprintf("%s.json: %s holds markup; texts are plain", l.Code, k))
		case !slices.Equal(page.Placeholders(text), want):
			faults = append(faults, fmt.Sprintf("%s.json: %s has the placeholders %v, English has %v", l.Code, k, page.Placeholders(text), want))
		case l.Code != "en" && slices.Contains(en.Texts(), text) && len(strings.Fields(text)) >= 3 && hasLetters(text):
			faults = append(faults, fmt.Sprintf("%s.json: %s is still English: %q", l.Code, k, text))
		}
	}
	return faults
}

func hasLetters(s string) bool {
	for _, p := range regexp.MustCompile(`\{[^}]*\}`).Split(s, -1) {
		if regexp.MustCompile(`\pL{3}`).MatchString(p) {
			return true
		}
	}
	return false
}

// uses is what the code and the templates of an area say.
type uses struct {
	said   map[string]string // keys that are surely looked up → where
	quoted map[string]bool   // every quoted text
}

var (
	templateKey   = regexp.MustCompile(`\b(?:t|plain|tn|msg|tag\s+"[a-z]*"|tag\s+[.$][\w.]*|link\s+(?:"[^"]*"|[.$][\w.]*))\s+"([^"]+)"`)
	templateQuote = regexp.MustCompile(`"([^"\n]*)"`)
	action        = regexp.MustCompile(`(?s)\{\{.*?\}\}`)
)

func findUses(folders ...fs.FS) (uses, error) {
	u := uses{said: map[string]string{}, quoted: map[string]bool{}}
	for _, fsys := range folders {
		if fsys == nil {
			continue
		}
		for _, pattern := range []string{"templates/*.html", "*.go"} {
			names, err := fs.Glob(fsys, pattern)
			if err != nil {
				return u, err
			}
			for _, name := range names {
				b, err := fs.ReadFile(fsys, name)
				if err != nil {
					return u, err
				}
				if err := u.file(name, b); err != nil {
					return u, err
				}
			}
		}
	}
	return u, nil
}

func (u *uses) file(name string, b []byte) error {
	switch {
	case strings.HasSuffix(name, ".html"):
		u.template(name, string(b))
	case !strings.HasSuffix(name, "_test.go"):
		f, err := parser.ParseFile(token.NewFileSet(), name, b, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool { u.node(name, n); return true })
	}
	return nil
}

func (u *uses) template(name, text string) {
	for _, a := range action.FindAllString(text, -1) {
		for _, m := range templateKey.FindAllStringSubmatch(a, -1) {
			u.said[m[1]] = name
		}
		for _, m := range templateQuote.FindAllStringSubmatch(a, -1) {
			u.quoted[m[1]] = true
		}
	}
}

// node notes the texts of Go code, and the keys handed to page.M, fault.New,
// fault.Field and the field Title.
func (u *uses) node(name string, n ast.Node) {
	switch n := n.(type) {
	case *ast.BasicLit:
		if s, ok := text(n); ok {
			u.quoted[s] = true
		}
	case *ast.CallExpr:
		fun := ""
		switch f := n.Fun.(type) {
		case *ast.SelectorExpr:
			fun = f.Sel.Name
			if x, ok := f.X.(*ast.Ident); ok {
				fun = x.Name + "." + fun
			}
		case *ast.Ident:
			fun = f.Name
		}
		at, ok := map[string]int{"page.M": 0, "M": 0, "fault.New": 2, "fault.Field": 2}[fun]
		if ok && at < len(n.Args) {
			if s, ok := text(n.Args[at]); ok {
				u.said[s] = name
			}
		}
	case *ast.KeyValueExpr:
		if k, ok := n.Key.(*ast.Ident); ok && k.Name == "Title" {
			if s, ok := text(n.Value); ok {
				u.said[s] = name
			}
		}
	}
}

func text(e ast.Expr) (string, bool) {
	l, ok := e.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(l.Value)
	return s, err == nil
}

// against compares what is used with what there is. Keys of other areas are left
// to their own tests; those of the page package are checked everywhere.
func (u *uses) against(area string, have map[string]page.Entry) []string {
	var faults []string
	known := map[string]bool{}
	for k := range have {
		known[k] = true
	}
	for _, a := range page.OwnAreas() {
		if c, err := page.ReadCatalogue(a.Locales, "locales"); err == nil {
			for k := range c["en"] {
				known[k] = true
			}
		}
	}
	for _, k := range keys(u.said) {
		prefix, _, _ := strings.Cut(k, ".")
		if (prefix == area || prefix == "page") && keyForm.MatchString(k) && !known[k] {
			faults = append(faults, fmt.Sprintf("%s: says %s, which is in no catalogue", u.said[k], k))
		}
	}
	for _, k := range keys(have) {
		if !u.used(k) {
			faults = append(faults, fmt.Sprintf("en.json: %s is used nowhere", k))
		}
	}
	return faults
}

func (u *uses) used(key string) bool {
	if u.quoted[key] {
		return true
	}
	for i := len(key) - 1; i > 0; i-- {
		if (key[i] == '.' || key[i] == '_') && strings.Contains(key[:i], ".") && u.quoted[key[:i+1]] {
			return true
		}
	}
	// "_range" is put behind a key that is quoted itself.
	if base, ok := strings.CutSuffix(key, "_range"); ok {
		return u.quoted[base] && u.quoted["_range"]
	}
	return false
}

func keys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
