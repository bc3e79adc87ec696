package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	devpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/godwit-health/godwit/e2e/program"
	"github.com/godwit-health/godwit/internal/kernel/page/pagetest"
	"github.com/godwit-health/godwit/internal/testkit"
)

// Tab is one person at a browser. Its acts fail the test when the page does not let
// them be done; they answer the Tab, so that a story reads as a chain of acts.
type Tab struct {
	T    testing.TB
	Ctx  context.Context // of the browser, for what has no act here
	Base string          // where the program answers
}

// Open opens a tab of a browser that ends with the test.
func Open(t testing.TB, base string) *Tab {
	t.Helper()
	b := pagetest.NewBrowser(t)
	return &Tab{T: t, Ctx: b.Context(), Base: base}
}

// Eval runs a script and returns what it gives.
func Eval[T any](b *Tab, js string) T {
	b.T.Helper()
	ctx, cancel := context.WithTimeout(b.Ctx, 30*time.Second)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](js))
	if err != nil {
		b.T.Fatalf("script %.80q: %v (at %s)", js, err, b.Where())
	}
	return v
}

func (b *Tab) Where() string {
	ctx, cancel := context.WithTimeout(b.Ctx, 5*time.Second)
	defer cancel()
	v, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`location.pathname`))
	return v
}

// Visit opens a path.
func (b *Tab) Visit(path string) *Tab {
	b.T.Helper()
	b.Leave(fmt.Sprintf(`location.assign(%s)`, Quote(b.Base+path)))
	return b
}

// Leave runs a script that leads to another page, and waits for that page.
func (b *Tab) Leave(js string) {
	b.T.Helper()
	Eval[bool](b, `window.godwitOld=true;true`)
	Eval[bool](b, js+`;true`)
	deadline := time.Now().Add(30 * time.Second)
	for {
		ctx, cancel := context.WithTimeout(b.Ctx, 10*time.Second)
		there, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`window.godwitOld===undefined&&document.readyState==="complete"`))
		cancel()
		if err == nil && there {
			return
		}
		if time.Now().After(deadline) {
			b.T.Fatalf("no new page after %.80q: %v", js, err)
		}
	}
}

// Set answers the field of a name: types into it, chooses it, or ticks it.
func (b *Tab) Set(name, value string) *Tab {
	b.T.Helper()
	js := fmt.Sprintf(`(function(n,v){
		var all=[...document.querySelectorAll("main [name]")].filter(e=>e.name===n);
		if(!all.length)return "no field "+n+" among "+[...new Set([...document.querySelectorAll("main [name]")].map(e=>e.name))].join(" ");
		var e=all[0];
		if(e.type==="radio"||e.type==="checkbox"){e=all.find(x=>x.value===v);if(!e)return "no choice "+v+" of "+n+" among "+all.map(x=>x.value).join(" ");if(!e.checked)e.click();return "";}
		if(e.tagName==="SELECT"&&![...e.options].some(o=>o.value===v))return "no option "+v+" of "+n+" among "+[...e.options].map(o=>o.value).slice(0,20).join(" ");
		e.value=v;e.dispatchEvent(new Event("input",{bubbles:true}));e.dispatchEvent(new Event("change",{bubbles:true}));return "";})(%s,%s)`, Quote(name), Quote(value))
	if fault := Eval[string](b, js); fault != "" {
		b.T.Fatalf("%s (at %s): %.1000s", fault, b.Where(), b.Text())
	}
	return b
}

// Has reports whether the page has a field of that name.
func (b *Tab) Has(name string) bool {
	b.T.Helper()
	return Eval[bool](b, fmt.Sprintf(`[...document.querySelectorAll("main [name]")].some(e=>e.name===%s)`, Quote(name)))
}

// Submit sends the main form, or the one of that id.
func (b *Tab) Submit(id ...string) *Tab {
	b.T.Helper()
	sel := `main form.form:not(.compact)`
	if len(id) > 0 {
		sel = "main form#" + id[0]
	}
	if !Eval[bool](b, `!!document.querySelector(`+Quote(sel+" button[type=submit]")+`)`) {
		b.T.Fatalf("no form %s at %s: %s", sel, b.Where(), b.Text())
	}
	b.Leave(`document.querySelector(` + Quote(sel+" button[type=submit]") + `).click()`)
	return b
}

// Follow clicks the first link of main whose path contains part.
func (b *Tab) Follow(part string) *Tab {
	b.T.Helper()
	js := fmt.Sprintf(`[...document.querySelectorAll("main a[href], .banner a[href]")].find(a=>a.getAttribute("href").includes(%s))`, Quote(part))
	if !Eval[bool](b, `!!(`+js+`)`) {
		b.T.Fatalf("no link with %q at %s: %s", part, b.Where(), b.Text())
	}
	b.Leave("(" + js + ").click()")
	return b
}

// Text is what the page says.
func (b *Tab) Text() string {
	b.T.Helper()
	return strings.Join(strings.Fields(Eval[string](b, `document.body.innerText`)), " ")
}

// Sees fails unless the page says all of it.
func (b *Tab) Sees(words ...string) *Tab {
	b.T.Helper()
	text := b.Text()
	for _, w := range words {
		if !strings.Contains(strings.ToLower(text), strings.ToLower(w)) {
			b.T.Fatalf("%s does not say %q: %.2000s", b.Where(), w, text)
		}
	}
	return b
}

// SeesNot fails if the page says any of it.
func (b *Tab) SeesNot(words ...string) *Tab {
	b.T.Helper()
	text := strings.ToLower(b.Text())
	for _, w := range words {
		if strings.Contains(text, strings.ToLower(w)) {
			b.T.Fatalf("%s says %q", b.Where(), w)
		}
	}
	return b
}

// LogIn logs in as a demo account, after logging out whoever was there.
func (b *Tab) LogIn(login string) *Tab {
	b.T.Helper()
	b.Visit("/login")
	if Eval[bool](b, `!!document.querySelector("form[action='/logout']")`) {
		b.Leave(`document.querySelector("form[action='/logout'] button").click()`)
		b.Visit("/login")
	}
	b.Set("login", login).Set("password", program.Password)
	b.Submit()
	if b.Where() == "/login" {
		b.T.Fatalf("log-in of %s refused: %s", login, b.Text())
	}
	return b
}

// In chooses the language.
func (b *Tab) In(lang string) *Tab {
	b.T.Helper()
	return b.Visit("/lang/" + lang + "?return=/")
}

// Size sets the window: 360 is a phone, 1280 a desk.
func (b *Tab) Size(width int) *Tab {
	b.T.Helper()
	return b.Window(width, 900)
}

// Window sets the window in pixels.
func (b *Tab) Window(width, height int) *Tab {
	b.T.Helper()
	ctx, cancel := context.WithTimeout(b.Ctx, 10*time.Second)
	defer cancel()
	err := chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: int64(width), Height: int64(height), DeviceScaleFactor: 1, Mobile: width < 600})
		return err
	}))
	if err != nil {
		b.T.Fatal(err)
	}
	return b
}

// From scrolls until an element stands at the top.
func (b *Tab) From(selector string) *Tab {
	b.T.Helper()
	Eval[bool](b, `document.querySelector(`+Quote(selector)+`).scrollIntoView({block:"start",behavior:"instant"});true`)
	return b
}

// Shot leaves a picture of the page in the pictures folder, if one is named; a
// relative one is a folder of the repository.
func (b *Tab) Shot(name string) *Tab {
	b.T.Helper()
	dir := os.Getenv("GODWIT_PICTURES")
	if dir == "" {
		return b
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(testkit.Root(b.T), dir)
	}
	ctx, cancel := context.WithTimeout(b.Ctx, 30*time.Second)
	defer cancel()
	var png []byte
	err := chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		res, err := cdp.Call(ctx, tab, devpage.CaptureScreenshot, devpage.CaptureScreenshotParams{})
		if err != nil {
			return err
		}
		png = res.Data
		return nil
	}))
	if err != nil {
		b.T.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.T.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		b.T.Fatal(err)
	}
	return b
}

// Quote writes a text as a string of a script.
func Quote(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}
