package story

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/godwit-health/godwit/e2e/browser"
)

// Problems is the summary of what is wrong with the form, "" when nothing is.
func (b *Tab) Problems() string {
	return Eval[string](b, `(document.querySelector("main .problems")||{innerText:""}).innerText`)
}

// Links are the paths that main or the banner lead to and that contain part.
func (b *Tab) Links(part string) []string {
	b.T.Helper()
	return Eval[[]string](b, fmt.Sprintf(`[...document.querySelectorAll("main a[href], .banner a[href]")].map(a=>a.getAttribute("href")).filter(h=>h.includes(%s))`, browser.Quote(part)))
}

// Status is the HTTP status of the page.
func (b *Tab) Status() int {
	b.T.Helper()
	return Eval[int](b, `performance.getEntriesByType("navigation")[0].responseStatus`)
}

// Row follows the link of the line, card or list item that says all the words.
func (b *Tab) Row(words ...string) *Tab {
	b.T.Helper()
	js, _ := json.Marshal(words)
	find := fmt.Sprintf(`(function(words){
		var rows=[...document.querySelectorAll("main tr, main .board-member, main .callout, main li")].filter(r=>words.every(w=>r.textContent.includes(w))&&r.querySelector("a[href]"));
		return rows.length?rows[0].querySelector("a[href]"):null;})(%s)`, js)
	if !Eval[bool](b, `!!`+find) {
		b.T.Fatalf("no line with %q at %s: %.1500s", words, b.Where(), b.Text())
	}
	b.Leave(find + `.click()`)
	return b
}

// Says reports whether the page says it.
func (b *Tab) Says(words string) bool {
	b.T.Helper()
	return strings.Contains(strings.ToLower(b.Text()), strings.ToLower(words))
}

var PersonCode = regexp.MustCompile(`\b[0-9A-Z]{5}-[0-9A-Z]{5}\b`)

var (
	PersonPath = regexp.MustCompile(`^/people/[0-9a-f-]{36}$`)
	casePath   = regexp.MustCompile(`^/cases/[0-9a-f-]{36}$`)
)

// Saves sends a registration. In a world in which the story was told before there
// is somebody of that name, and reception says that it is somebody else.
func (b *Tab) Saves() {
	b.T.Helper()
	const save = `document.querySelector("main form[action='/people'] button[type=submit]").click()`
	b.Leave(save)
	if b.Has("distinct") {
		Eval[bool](b, `[...document.querySelectorAll("main [name=distinct]")].forEach(e=>e.checked=true);true`)
		b.Leave(save)
	}
}

// value is what stands in a field.
func (b *Tab) value(name string) string {
	b.T.Helper()
	return Eval[string](b, fmt.Sprintf(`(function(n){var all=[...document.querySelectorAll("main [name]")].filter(e=>e.name===n);
		var e=all.find(e=>e.type!=="radio"||e.checked);return e?e.value:"";})(%s)`, browser.Quote(name)))
}

// Until waits for a condition of the page.
func (b *Tab) Until(js string) {
	b.T.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); {
		if Eval[bool](b, js) {
			return
		}
	}
	b.T.Fatalf("%s never came at %s", js, b.Where())
}

// SignIn signs in at a real node.
func (b *Tab) SignIn(login, password string) *Tab {
	b.T.Helper()
	b.Visit("/login")
	if Eval[bool](b, `!!document.querySelector("form[action='/logout']")`) {
		b.Leave(`document.querySelector("form[action='/logout'] button").click()`)
		b.Visit("/login")
	}
	b.Set("login", login).Set("password", password).Submit()
	if b.Where() == "/login" {
		b.T.Fatalf("log-in of %s refused: %s", login, b.Text())
	}
	return b
}

// SignInFirst signs in with a password that somebody gave, and chooses another.
func (b *Tab) SignInFirst(login, given, own string) *Tab {
	b.T.Helper()
	return b.SignIn(login, given).Set("old", given).Set("password", own).Set("again", own).Submit()
}

// Pictured leaves pictures of the page as it is on a phone and on a desk.
func (b *Tab) Pictured(path, name string) *Tab {
	b.T.Helper()
	for _, sh := range []struct {
		lang  string
		width int
	}{{"ar", 360}, {"en", 360}, {"ar", 1280}, {"en", 1280}} {
		b.Size(sh.width).In(sh.lang).Visit(path).Speaks(sh.lang)
		if wide := Eval[int](b, `document.documentElement.scrollWidth-document.documentElement.clientWidth`); wide > 0 {
			b.T.Errorf("%s in %s is %d pixels wider than a window of %d", path, sh.lang, wide, sh.width)
		}
		b.Shot(name + "-" + sh.lang + "-" + map[int]string{360: "phone", 1280: "desk"}[sh.width])
	}
	return b
}
