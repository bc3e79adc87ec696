package e2e

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

	"github.com/godwit-health/godwit/internal/kernel/page/pagetest"
	"github.com/godwit-health/godwit/internal/testkit"
)

// tab is one person at a browser.
type tab struct {
	t       testing.TB
	browser *pagetest.Browser
	ctx     context.Context
	base    string
}

func open(t testing.TB, base string) *tab {
	t.Helper()
	b := pagetest.NewBrowser(t)
	return &tab{t: t, browser: b, ctx: b.Context(), base: base}
}

// eval runs a script and returns what it gives.
func eval[T any](b *tab, js string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](js))
	if err != nil {
		b.t.Fatalf("script %.80q: %v (at %s)", js, err, b.where())
	}
	return v
}

func (b *tab) where() string {
	ctx, cancel := context.WithTimeout(b.ctx, 5*time.Second)
	defer cancel()
	v, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`location.pathname`))
	return v
}

// visit opens a path.
func (b *tab) visit(path string) *tab {
	b.t.Helper()
	b.leave(fmt.Sprintf(`location.assign(%s)`, quote(b.base+path)))
	return b
}

// leave runs a script that leads to another page, and waits for that page.
func (b *tab) leave(js string) {
	b.t.Helper()
	eval[bool](b, `window.godwitOld=true;true`)
	eval[bool](b, js+`;true`)
	deadline := time.Now().Add(30 * time.Second)
	for {
		ctx, cancel := context.WithTimeout(b.ctx, 10*time.Second)
		there, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`window.godwitOld===undefined&&document.readyState==="complete"`))
		cancel()
		if err == nil && there {
			return
		}
		if time.Now().After(deadline) {
			b.t.Fatalf("no new page after %.80q: %v", js, err)
		}
	}
}

// set answers the field of a name: types into it, chooses it, or ticks it.
func (b *tab) set(name, value string) *tab {
	b.t.Helper()
	js := fmt.Sprintf(`(function(n,v){
		var all=[...document.querySelectorAll("main [name]")].filter(e=>e.name===n);
		if(!all.length)return "no field "+n+" among "+[...new Set([...document.querySelectorAll("main [name]")].map(e=>e.name))].join(" ");
		var e=all[0];
		if(e.type==="radio"||e.type==="checkbox"){e=all.find(x=>x.value===v);if(!e)return "no choice "+v+" of "+n+" among "+all.map(x=>x.value).join(" ");if(!e.checked)e.click();return "";}
		if(e.tagName==="SELECT"&&![...e.options].some(o=>o.value===v))return "no option "+v+" of "+n+" among "+[...e.options].map(o=>o.value).slice(0,20).join(" ");
		e.value=v;e.dispatchEvent(new Event("input",{bubbles:true}));e.dispatchEvent(new Event("change",{bubbles:true}));return "";})(%s,%s)`, quote(name), quote(value))
	if fault := eval[string](b, js); fault != "" {
		b.t.Fatalf("%s (at %s): %.1000s", fault, b.where(), b.text())
	}
	return b
}

// has reports whether the page has a field of that name.
func (b *tab) has(name string) bool {
	b.t.Helper()
	return eval[bool](b, fmt.Sprintf(`[...document.querySelectorAll("main [name]")].some(e=>e.name===%s)`, quote(name)))
}

// submit sends the main form, or the one of that id.
func (b *tab) submit(id ...string) *tab {
	b.t.Helper()
	sel := `main form.form:not(.compact)`
	if len(id) > 0 {
		sel = "main form#" + id[0]
	}
	if !eval[bool](b, `!!document.querySelector(`+quote(sel+" button[type=submit]")+`)`) {
		b.t.Fatalf("no form %s at %s: %s", sel, b.where(), b.text())
	}
	b.leave(`document.querySelector(` + quote(sel+" button[type=submit]") + `).click()`)
	return b
}

// follow clicks the first link of main whose path contains part.
func (b *tab) follow(part string) *tab {
	b.t.Helper()
	js := fmt.Sprintf(`[...document.querySelectorAll("main a[href], .banner a[href]")].find(a=>a.getAttribute("href").includes(%s))`, quote(part))
	if !eval[bool](b, `!!(`+js+`)`) {
		b.t.Fatalf("no link with %q at %s: %s", part, b.where(), b.text())
	}
	b.leave("(" + js + ").click()")
	return b
}

// text is what the page says.
func (b *tab) text() string {
	b.t.Helper()
	return strings.Join(strings.Fields(eval[string](b, `document.body.innerText`)), " ")
}

// sees fails unless the page says all of it.
func (b *tab) sees(words ...string) *tab {
	b.t.Helper()
	text := b.text()
	for _, w := range words {
		if !strings.Contains(strings.ToLower(text), strings.ToLower(w)) {
			b.t.Fatalf("%s does not say %q: %.2000s", b.where(), w, text)
		}
	}
	return b
}

// seesNot fails if the page says any of it.
func (b *tab) seesNot(words ...string) *tab {
	b.t.Helper()
	text := strings.ToLower(b.text())
	for _, w := range words {
		if strings.Contains(text, strings.ToLower(w)) {
			b.t.Fatalf("%s says %q", b.where(), w)
		}
	}
	return b
}

// logIn logs in as a demo account, after logging out whoever was there.
func (b *tab) logIn(login string) *tab {
	b.t.Helper()
	b.visit("/login")
	if eval[bool](b, `!!document.querySelector("form[action='/logout']")`) {
		b.leave(`document.querySelector("form[action='/logout'] button").click()`)
		b.visit("/login")
	}
	b.set("login", login).set("password", password)
	b.submit()
	if b.where() == "/login" {
		b.t.Fatalf("log-in of %s refused: %s", login, b.text())
	}
	return b
}

// in chooses the language.
func (b *tab) in(lang string) *tab {
	b.t.Helper()
	return b.visit("/lang/" + lang + "?return=/")
}

// size sets the window: 360 is a phone, 1280 a desk.
func (b *tab) size(width int) *tab {
	b.t.Helper()
	return b.window(width, 900)
}

// window sets the window in pixels.
func (b *tab) window(width, height int) *tab {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 10*time.Second)
	defer cancel()
	err := chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: int64(width), Height: int64(height), DeviceScaleFactor: 1, Mobile: width < 600})
		return err
	}))
	if err != nil {
		b.t.Fatal(err)
	}
	return b
}

// from scrolls until an element stands at the top.
func (b *tab) from(selector string) *tab {
	b.t.Helper()
	eval[bool](b, `document.querySelector(`+quote(selector)+`).scrollIntoView({block:"start",behavior:"instant"});true`)
	return b
}

// shot leaves a picture of the page in the pictures folder, if one is named; a
// relative one is a folder of the repository.
func (b *tab) shot(name string) *tab {
	b.t.Helper()
	dir := os.Getenv("GODWIT_PICTURES")
	if dir == "" {
		return b
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(testkit.Root(b.t), dir)
	}
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
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
		b.t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		b.t.Fatal(err)
	}
	return b
}

func quote(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}
