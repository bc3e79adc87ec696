package web

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func sheet(t *testing.T) string {
	t.Helper()
	return read(t, "godwit.css")
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := files.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(`(?s)/\*.*?\*/`).ReplaceAllString(string(b), "")
}

// physical finds what does not mirror in right-to-left text. Anything named left
// or right is one; so are the short forms whose four values go clockwise.
func physical(css string) []string {
	var out []string
	for _, re := range []string{
		`(?i)[a-z-]*\b(left|right)\b[a-z-]*`,
		`(?i)(^|[\s;{])(width|height|min-width|max-width|min-height|max-height|top|bottom)\s*:`,
		`(?i)(margin|padding|border)-(top|bottom)`,
		`(?i)(margin|padding|inset|border-width)\s*:\s*[^;}\s]+\s+[^;}\s]+\s+[^;}\s]+\s+[^;}\s]+`,
	} {
		out = append(out, regexp.MustCompile(re).FindAllString(css, -1)...)
	}
	return out
}

func TestTheSheetHasLogicalPropertiesOnly(t *testing.T) {
	for _, name := range sheets {
		for _, bad := range physical(read(t, name)) {
			t.Errorf("%s says %q: use the inline and block properties", name, strings.TrimSpace(bad))
		}
	}
}

func TestPhysicalPropertiesAreFound(t *testing.T) {
	for _, css := range []string{
		"a { margin-left: 0 }", "a{text-align:right}", "a { float: left }", "a { left: 0; }", "a{ width: 3px }",
		"a { padding: 1px 2px 3px 4px }", "a { border-top-left-radius: 2px }", "a { margin-top: 2px }",
	} {
		if len(physical(css)) == 0 {
			t.Errorf("%s passes", css)
		}
	}
	if got := physical("a { margin-inline: 0; inset-inline-start: 2px; border-start-start-radius: 3px; padding: 1px 2px }"); len(got) != 0 {
		t.Errorf("logical properties are refused: %q", got)
	}
}

// pairs are text and the ground it stands on, as tokens.
var pairs = [][2]string{
	{"ink", "paper"}, {"ink", "surface"}, {"ink", "sunk"}, {"ink", "accent-soft"}, {"ink", "info-soft"}, {"ink", "done-soft"}, {"ink", "wait-soft"}, {"ink", "danger-soft"},
	{"muted", "paper"}, {"muted", "surface"}, {"muted", "sunk"}, {"muted", "accent-soft"},
	{"accent", "paper"}, {"accent", "surface"}, {"accent", "sunk"}, {"accent", "accent-soft"}, {"accent", "info-soft"}, {"accent", "wait-soft"}, {"accent", "danger-soft"}, {"accent", "done-soft"},
	{"accent-deep", "surface"}, {"accent-deep", "accent-soft"}, {"accent-deep", "paper"},
	{"on-accent", "accent"}, {"on-accent", "accent-deep"}, {"on-accent-soft", "accent"}, {"focus", "accent"}, {"on-accent", "danger"}, {"on-accent", "danger-deep"},
	{"info", "info-soft"}, {"done", "done-soft"}, {"wait", "wait-soft"}, {"danger", "surface"}, {"danger", "paper"}, {"danger-deep", "danger-soft"},
	{"focus-ink", "focus"},
}

// edges are lines that a reader must see to find a control (WCAG 1.4.11): 3 to 1.
var edges = [][2]string{{"edge", "surface"}, {"edge", "paper"}, {"accent", "surface"}, {"accent", "paper"}, {"danger", "paper"}, {"focus-ink", "paper"}, {"focus-ink", "focus"}}

func tokens(t *testing.T, css string) map[string]string {
	t.Helper()
	root := regexp.MustCompile(`(?s):root\s*\{(.*?)\}`).FindStringSubmatch(css)
	if root == nil {
		t.Fatal("no tokens")
	}
	out := map[string]string{}
	for _, m := range regexp.MustCompile(`--([a-z-]+):\s*(#[0-9a-fA-F]{3,6})\b`).FindAllStringSubmatch(root[1], -1) {
		out[m[1]] = m[2]
	}
	return out
}

// luminance is the relative luminance of WCAG 2.2.
func luminance(hexColour string) float64 {
	h := strings.TrimPrefix(hexColour, "#")
	if len(h) == 3 {
		h = string([]byte{h[0], h[0], h[1], h[1], h[2], h[2]})
	}
	var l float64
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(h[2*i:2*i+2], 16, 8)
		if err != nil {
			return math.NaN()
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		l += weight * c
	}
	return l
}

func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func TestContrastOfEveryPair(t *testing.T) {
	if got := contrast("#767676", "#fff"); math.Abs(got-4.54) > 0.01 { // the well-known limit grey
		t.Fatalf("the ratio of #767676 on white is 4.54, computed %.2f", got)
	}
	tok := tokens(t, sheet(t))
	check := func(list [][2]string, least float64) {
		for _, p := range list {
			a, b := tok[p[0]], tok[p[1]]
			if a == "" || b == "" {
				t.Errorf("no colour token %v", p)
			} else if got := contrast(a, b); got < least {
				t.Errorf("%s on %s is %.2f to 1, wanted %.1f", p[0], p[1], got, least)
			}
		}
	}
	check(pairs, 4.5)
	check(edges, 3)
}

// Every colour token that text or a ground may take stands in the pairs; a new
// one must be added there.
func TestEveryColourIsChecked(t *testing.T) {
	lines := []string{"line", "wait-line"} // hairlines that carry nothing
	for name := range tokens(t, sheet(t)) {
		in := func(list [][2]string) bool {
			return slices.ContainsFunc(list, func(p [2]string) bool { return p[0] == name || p[1] == name })
		}
		if !in(pairs) && !in(edges) && !slices.Contains(lines, name) {
			t.Errorf("the colour --%s is in no pair", name)
		}
	}
}

func TestColoursAreTokens(t *testing.T) {
	body := regexp.MustCompile(`(?s):root\s*\{.*?\}`).ReplaceAllString(sheet(t), "")
	for _, c := range regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b`).FindAllString(body, -1) {
		t.Errorf("the colour %s is no token, so a ministry cannot change it", c)
	}
}

func TestTheSheetIsSmall(t *testing.T) {
	byPath, byName := all()
	const most = 18100 // bytes as served, uncompressed; a rule that goes in pays with one that goes
	if n := len(byPath[byName["godwit.css"]].body); n > most {
		t.Errorf("the sheet is %d bytes as served, the limit is %d", n, most)
	}
}

func TestTheSheetFetchesNothing(t *testing.T) {
	for _, name := range append(slices.Clone(sheets), "godwit.js", "tap.js", "godwit.svg") {
		b, err := files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(string(b), "http://www.w3.org/2000/svg", "")
		if m := regexp.MustCompile(`@import|https?://|url\(`).FindString(text); m != "" {
			t.Errorf("%s holds %q: nothing is fetched from elsewhere", name, m)
		}
	}
}

// used are the classes that some template or view of the program puts into a page.
func used(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	word := regexp.MustCompile(`-?[a-zA-Z][\w-]*`)
	attribute := regexp.MustCompile(`class="((?:[^"{]|\{\{.*?\}\})*)"`)
	level := regexp.MustCompile(`(?:Level|Tag|class|width|return)[^\n"]*"((?:[a-z]|w\d)[\w-]*)"`)
	err := filepath.WalkDir(filepath.Join("..", "internal"), func(p string, d fs.DirEntry, err error) error {
		html, code := strings.HasSuffix(p, ".html"), strings.HasSuffix(p, ".go") && !strings.HasSuffix(p, "_test.go")
		if err != nil || d.IsDir() || !html && !code {
			return err
		}
		b, err := os.ReadFile(p)
		if html {
			for _, m := range attribute.FindAllSubmatch(b, -1) {
				for _, w := range word.FindAll(m[1], -1) {
					out[string(w)] = true
				}
			}
		} else {
			for _, m := range level.FindAllSubmatch(b, -1) {
				out[string(m[1])] = true
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// The other way round, a page with a class that no sheet has, fails package pagetest.
func TestEveryClassOfTheSheetsIsUsed(t *testing.T) {
	in := used(t)
	if !in["banner"] || !in["task-name"] || !in["danger"] || in["no-such-class"] {
		t.Fatal("the templates are read wrongly")
	}
	width := regexp.MustCompile(`^w\d+$`) // package page makes them of a number
	for name := range Classes() {
		if !in[name] && !width.MatchString(name) {
			t.Errorf("the class %s is in a sheet and no page has it: take it out", name)
		}
	}
}

// What the browser gets says the same as what was written.
func TestTokensAreServedUnderShortNames(t *testing.T) {
	byPath, byName := all()
	names := map[string]bool{}
	for _, s := range short() {
		if names[s] {
			t.Errorf("two tokens are %s", s)
		}
		names[s] = true
	}
	for _, name := range sheets {
		body := string(byPath[byName[name]].body)
		for _, m := range regexp.MustCompile(`var\((--[^)]*)\)`).FindAllStringSubmatch(body, -1) {
			first, _, _ := strings.Cut(m[1], ",")
			if !names[first] {
				t.Errorf("%s uses %s, which nothing defines", name, first)
			}
		}
		if m := token.FindString(body); len(m) > 4 {
			t.Errorf("%s is served with the token %s", name, m)
		}
	}
}

type vendored struct {
	Package, Version, Licence, Use, Integrity string
	Files                                     map[string]string
}

func TestVendoredFilesAreWhatTheListSays(t *testing.T) {
	b, err := files.ReadFile("VENDOR.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []vendored
	if err := json.Unmarshal(b, &list); err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, v := range list {
		if v.Licence == "" || v.Use == "" || !strings.HasPrefix(v.Integrity, "sha512-") {
			t.Errorf("%s: licence, use or integrity is missing", v.Package)
		}
		licence := false
		for name, want := range v.Files {
			listed[name] = true
			body, err := os.ReadFile(filepath.FromSlash(name))
			if err != nil {
				t.Error(err)
				continue
			}
			sum := sha256.Sum256(body)
			if got := hex.EncodeToString(sum[:]); got != want {
				t.Errorf("%s is %s, VENDOR.json says %s", name, got, want)
			}
			if !strings.Contains(name, v.Package+"@"+v.Version+"/") {
				t.Errorf("%s is not in the folder of %s@%s", name, v.Package, v.Version)
			}
			licence = licence || strings.HasPrefix(filepath.Base(name), "LICENSE")
		}
		if !licence {
			t.Errorf("%s comes without its licence", v.Package)
		}
	}
	for _, dir := range []string{"vendor", "vendor-test"} {
		err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && !listed[filepath.ToSlash(p)] {
				t.Errorf("%s is not in VENDOR.json", p)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func TestWhatOnlyTestsNeedIsNotInTheProgram(t *testing.T) {
	err := fs.WalkDir(files, ".", func(p string, d fs.DirEntry, err error) error {
		if strings.Contains(p, "axe") {
			t.Errorf("%s is embedded", p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestHandler(t *testing.T) {
	get := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w
	}
	for name := range names {
		w := get(Path(name))
		if w.Code != http.StatusOK || w.Body.Len() == 0 {
			t.Errorf("%s at %s: %d, %d bytes", name, Path(name), w.Code, w.Body.Len())
		}
		if h := w.Header(); !strings.Contains(h.Get("Cache-Control"), "immutable") || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Content-Type") == "" {
			t.Errorf("%s: headers %v", name, h)
		}
	}
	for _, p := range []string{Prefix, Prefix + "godwit.css", Prefix + "../VENDOR.json", Prefix + "VENDOR.json"} {
		if w := get(p); w.Code != http.StatusNotFound {
			t.Errorf("%s answers %d", p, w.Code)
		}
	}
	if Path("no.css") != "" {
		t.Error("an unknown asset has a path")
	}
}
