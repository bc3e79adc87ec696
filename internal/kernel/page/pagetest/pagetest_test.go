package pagetest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/godwit-health/godwit/internal/kernel/page"
)

// good is a page with nothing wrong; each case below breaks one thing.
const good = `<!doctype html><html lang="en" dir="ltr"><head><title>T</title></head><body><main><h1>T</h1>
<form method="post"><label for="a">A</label><input type="text" id="a" name="a"></form><a href="/x">x</a><bdi>Amal</bdi></main></body></html>`

func TestEveryFaultOfTheMarkupIsFound(t *testing.T) {
	en := page.Locales()[0]
	if f := Faults(good, en, page.Sample{}, "full"); len(f) != 0 {
		t.Fatalf("the good page has faults: %v", f)
	}
	swap := func(from, to string) string {
		if !strings.Contains(good, from) {
			t.Fatalf("%q is not in the good page", from)
		}
		return strings.Replace(good, from, to, 1)
	}
	for name, c := range map[string]struct{ body, want string }{
		"another language":        {swap(`lang="en"`, `lang="fr"`), `want "en"`},
		"no direction":            {swap(` dir="ltr"`, ``), `want "en"`},
		"no title":                {swap(`<title>T</title>`, ``), "no title"},
		"no heading":              {swap(`<h1>T</h1>`, ``), "0 h1"},
		"two headings":            {swap(`<h1>T</h1>`, `<h1>T</h1><h1>U</h1>`), "2 h1"},
		"no main":                 {strings.NewReplacer("<main>", "<div>", "</main>", "</div>").Replace(good), "0 main"},
		"an id twice":             {swap(`<a href`, `<p id="a"></p><a href`), `"a" stands 2 times`},
		"no label":                {swap(`<label for="a">A</label>`, ``), "no label"},
		"a label for nothing":     {swap(`for="a"`, `for="b"`), `points at "b"`},
		"a description of naught": {swap(`id="a" `, `id="a" aria-describedby="h" `), `points at "h"`},
		"no name":                 {swap(` name="a"`, ``), "no name"},
		"ticked in advance":       {swap(`type="text"`, `type="checkbox" checked`), "ticked in advance"},
		"an empty link":           {swap(`href="/x"`, `href=""`), "empty href"},
		"a link to naught":        {swap(`href="/x"`, `href="#y"`), `points at "y"`},
		"a script as a link":      {swap(`href="/x"`, `href="javascript:x"`), "href"},
		"a link without a text":   {swap(`>x</a>`, `></a>`), "has no text"},
		"an inline script":        {swap(`<a href`, `<script>x()</script><a href`), "inline script"},
		"an inline style":         {swap(`<a href`, `<a style="x" href`), "no inline"},
		"a style sheet":           {swap(`<a href`, `<style>x</style><a href`), "inline style sheet"},
		"a handler":               {swap(`<a href`, `<a onclick="x" href`), "onclick"},
		"an image without alt":    {swap(`<a href`, `<img src="/p"><a href`), "without alt"},
		"a heading without scope": {swap(`<a href`, `<table><tr><th>A</th></tr></table><a href`), "without scope"},
		"a class of its own":      {swap(`<a href`, `<a class="my-own" href`), `"my-own" is not in`},
		"an override set free":    {swap(`<bdi>Amal</bdi>`, "<p>\u202eAmal</p>"), "right-to-left override"},
		"a forgotten placeholder": {swap(`<a href`, `<p>Hello {name}</p><a href`), "{name}"},
		"a key shown":             {swap(`<a href`, `<p>[people.title]</p><a href`), "[people.title]"},
		"a nil shown":             {swap(`<a href`, `<p>&lt;nil&gt;</p><a href`), "nil"},
		"a format shown":          {swap(`<a href`, `<p>%!s(int=3)</p><a href`), "%!"},
		"an unsafe value":         {swap(`href="/x"`, `href="#ZgotmplZ"`), "ZgotmplZ"},
		"a query that is dropped": {swap(`method="post"`, `method="get" action="/a?b=1"`), "drops the query"},
		"a button without text":   {swap(`</form>`, `<button></button></form>`), "button without text"},
	} {
		found := Faults(c.body, en, page.Sample{}, "empty")
		if !strings.Contains(strings.Join(found, "\n"), c.want) {
			t.Errorf("%s: found %q, want %q", name, found, c.want)
		}
	}
}

func TestThePseudoLanguageFindsHardCodedText(t *testing.T) {
	pseudo := page.Locale{Code: page.Pseudo, Dir: "ltr"}
	wrapped := `<!doctype html><html lang="en" dir="ltr"><title>⟦T⟧ · Godwit</title><main><h1>⟦Hello <bdi>Amal</bdi>, you⟧</h1><p>3–4 <bdi>x</bdi> · 12.5</p><p data-user>Amal</p><input type="text" aria-label="⟦A⟧" name="a" value="typed"></main>`
	if f := Faults(wrapped, pseudo, page.Sample{}, "full"); len(f) != 0 {
		t.Errorf("faults %v", f)
	}
	for _, c := range []string{`<p>min</p>`, `<p>⟦one⟧ two</p>`, `<img alt="Photo" src="/p">`, `<input type="search" name="q" aria-label="⟦Q⟧" placeholder="Name">`, `<p>سلام</p>`} {
		if f := Faults(strings.Replace(wrapped, "</main>", c+"</main>", 1), pseudo, page.Sample{}, "full"); len(f) == 0 {
			t.Errorf("%s passes", c)
		}
	}
}

func TestHostileReachesTextFromOutsideOnly(t *testing.T) {
	type row struct {
		Href, Name, GivenName, Note string
		ID                          string
		N                           int
	}
	type view struct {
		Title string
		Rows  []row
		Cells [][]any
		Link  page.Link
		Said  page.Msg
		Form  *page.Form
		Tags  []page.Tag
	}
	in := view{Title: "t", Rows: []row{{"/a", "n", "g", "x", "1", 3}}, Cells: [][]any{{"c", page.Code("d"), 4}}, Link: page.Link{Href: "/l", Name: "n"},
		Said: page.M("k", "who", "w", "n", 3), Form: &page.Form{Fields: []page.Field{{Name: "f", Value: "v"}}}, Tags: []page.Tag{{Level: page.Done, Text: page.M("k")}}}
	out := MakeHostile(in).(view)
	for name, got := range map[string]string{"Title": out.Title, "GivenName": out.Rows[0].GivenName, "Name": out.Rows[0].Name, "Note": out.Rows[0].Note, "cell": out.Cells[0][0].(string),
		"Code": string(out.Cells[0][1].(page.Code)), "Link.Name": out.Link.Name, "argument": out.Said.Args[1].(string), "Field.Value": out.Form.Fields[0].Value} {
		if got != Hostile {
			t.Errorf("%s is spared: %q", name, got)
		}
	}
	if out.Rows[0].Href != "/a" || out.Rows[0].ID != "1" || out.Rows[0].N != 3 || out.Link.Href != "/l" || out.Said.Key != "k" || out.Said.Args[3] != 3 || out.Form.Fields[0].Name != "f" || out.Tags[0].Level != page.Done {
		t.Errorf("what is not data was changed: %+v", out)
	}
	if in.Form.Fields[0].Value != "v" || in.Rows[0].Note != "x" || in.Said.Args[1] != "w" {
		t.Error("the original was changed")
	}
}

func words(change map[string]string) fstest.MapFS {
	m := fstest.MapFS{}
	for _, l := range page.Locales() {
		text := `{"zz.title": "` + l.Code + ` title {name}", "zz.n": {"one": "{count} x", "other": "{count} xs"}}`
		if l.Code == "ar" {
			text = `{"zz.title": "ar title {name}", "zz.n": {"zero": "{count}", "one": "{count}", "two": "{count}", "few": "{count}", "many": "{count}", "other": "{count}"}}`
		}
		if c, ok := change[l.Code]; ok {
			text = c
		}
		m["locales/"+l.Code+".json"] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

func TestEveryFaultOfTheWordsIsFound(t *testing.T) {
	code := fstest.MapFS{"a.go": {Data: []byte("package a\n\nvar _ = page.M(\"zz.title\")\n")}}
	templates := fstest.MapFS{"templates/a.html": {Data: []byte(`{{tn "zz.n" 3}}`)}}
	faults := func(l fstest.MapFS, tm, c fstest.MapFS) string {
		return strings.Join(CatalogueFaults(page.Area{Name: "zz", Locales: l, Templates: tm}, c), "\n")
	}
	if f := faults(words(nil), templates, code); f != "" {
		t.Fatalf("good words have faults: %s", f)
	}
	const plural = `"zz.n": {"one": "{count} x", "other": "{count} xs"}`
	for name, c := range map[string]struct {
		locales         fstest.MapFS
		templates, code fstest.MapFS
		want            string
	}{
		"a missing key":          {words(map[string]string{"fr": `{` + plural + `}`}), templates, code, "zz.title is missing"},
		"a key too many":         {words(map[string]string{"fr": `{"zz.title": "t {name}", "zz.extra": "x", ` + plural + `}`}), templates, code, "zz.extra is not in en.json"},
		"a category too few":     {words(map[string]string{"ar": `{"zz.title": "t {name}", ` + plural + `}`}), templates, code, "has the categories [one other]"},
		"a category too many":    {words(map[string]string{"fr": `{"zz.title": "t {name}", "zz.n": {"one": "{count}", "many": "{count}", "other": "{count}"}}`}), templates, code, "has the categories"},
		"a plural and a text":    {words(map[string]string{"fr": `{"zz.title": "t {name}", "zz.n": "{count}"}`}), templates, code, "plural categories in one language"},
		"another placeholder":    {words(map[string]string{"es": `{"zz.title": "t {nombre}", ` + plural + `}`}), templates, code, "placeholders [nombre]"},
		"an empty text":          {words(map[string]string{"es": `{"zz.title": " ", ` + plural + `}`}), templates, code, "is empty"},
		"markup":                 {words(map[string]string{"es": `{"zz.title": "<b>{name}</b>", ` + plural + `}`}), templates, code, "holds markup"},
		"not translated":         {words(map[string]string{"en": `{"zz.title": "A title for {name} here", ` + plural + `}`, "fr": `{"zz.title": "A title for {name} here", ` + plural + `}`}), templates, code, "still English"},
		"a key nobody says":      {words(nil), fstest.MapFS{}, code, "zz.n is used nowhere"},
		"a key that is not":      {words(nil), fstest.MapFS{"templates/a.html": {Data: []byte(`{{tn "zz.n" 3}}{{t "zz.gone"}}`)}}, code, "says zz.gone"},
		"a key that is not, Go":  {words(nil), templates, fstest.MapFS{"a.go": {Data: []byte("package a\n\nvar _ = page.M(\"zz.title\")\nvar _ = fault.New(fault.Invalid, \"op\", \"zz.gone\")\n")}}, "says zz.gone"},
		"a tag that is not":      {words(nil), fstest.MapFS{"templates/a.html": {Data: []byte(`{{tn "zz.n" 3}}{{tag "wait" "zz.gone"}}`)}}, code, "says zz.gone"},
		"a page key that is not": {words(nil), fstest.MapFS{"templates/a.html": {Data: []byte(`{{tn "zz.n" 3}}{{t "page.gone"}}`)}}, code, "says page.gone"},
		"no words at all":        {fstest.MapFS{}, templates, code, "en.json"},
	} {
		if got := faults(c.locales, c.templates, c.code); !strings.Contains(got, c.want) {
			t.Errorf("%s: found %q, want %q", name, got, c.want)
		}
	}
	// A key that is put together counts by its beginning.
	if f := faults(words(nil), templates, fstest.MapFS{"a.go": {Data: []byte("package a\n\nvar _ = page.M(\"zz.\" + x)\n")}}); strings.Contains(f, "used nowhere") {
		t.Logf("a beginning without a name of its own does not count: %s", f)
	} else {
		t.Error(`"zz." alone uses every key of the area`)
	}
}

const bad = `<!doctype html><html dir="ltr"><head><title>T</title><link rel="stylesheet" href="/s.css"><script>window.x=1</script></head><body><main><h1>T</h1>
<form><input type="text" name="a"></form><p class="pale">pale words</p><p class="broad">x</p></main></body></html>`

// The negative control: a harness that finds nothing on this page finds nothing.
func TestTheBrowserFindsWhatIsWrong(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", Policy)
		if r.URL.Path == "/s.css" {
			w.Header().Set("Content-Type", "text/css")
			_, _ = io.WriteString(w, `.pale{color:#bbb;background:#fff}.broad{width:2000px}`)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, bad)
	}))
	defer s.Close()
	faults, err := NewBrowser(t).Look(Visit{URL: s.URL + "/", Lang: "en", Width: 360})
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(faults, "\n")
	for _, want := range []string{"axe html-has-lang", "axe label", "axe color-contrast", "wider than the window", "policy: script-src"} {
		if !strings.Contains(all, want) {
			t.Errorf("%s was not found in\n%s", want, all)
		}
	}
}
