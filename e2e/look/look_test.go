// Package look looks at every page of the demo that somebody can reach by links.
package look

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/godwit-health/godwit/e2e/program"
	"github.com/godwit-health/godwit/internal/kernel/page/pagetest"
)

// found is a page that somebody can reach by links.
type found struct {
	Pattern string `json:"pattern"`
	Path    string `json:"path"`
	From    string `json:"from"`
	Status  int    `json:"status"`
}

// crawlJS follows every link of the pages it reaches, one page of each pattern, and
// gives what it found. A pattern is a path with its ids and values taken out.
const crawlJS = `(async function(known,most){
	var plain=p=>p.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g,"{id}").replace(/\?(?!person|destination).*/,"").replace(/=[^&]*/g,"=").replace(/^\/worklist\/[a-z]+/,"/worklist/{station}");
	var seen=new Set(known),out=[],queue=[["/",""]];
	while(queue.length&&out.length<most){
		var [path,from]=queue.shift(),pattern=plain(path);
		if(seen.has(pattern))continue;
		seen.add(pattern);
		var r=await fetch(path,{headers:{Accept:"text/html"}});
		var html=(r.headers.get("Content-Type")||"").startsWith("text/html");
		if(!html)continue;
		out.push({pattern:pattern,path:path,from:from,status:r.status});
		var doc=new DOMParser().parseFromString(await r.text(),"text/html");
		doc.querySelectorAll("a[href]").forEach(function(a){
			var h=a.getAttribute("href");
			if(h.startsWith("/")&&!h.startsWith("/lang/")&&!h.startsWith("/assets/")&&!h.includes("#"))queue.push([h,path]);
		});
	}
	return JSON.stringify(out);
})(%s,%d)`

// lookers are whose pages are looked at, those who see most first. A page that one
// of them has shown is not looked at again, except what differs by role.
var lookers = []string{"physician", "reception", "nurse", "laboratory", "counsellor", "medical_officer", "privacy_officer", "manager", "administrator"}

// differs are the pages that show each role something else.
var differs = regexp.MustCompile(`^/$|^/people/\{id\}$|^/cases/\{id\}/members/\{id\}$|^/rights$`)

// busiest are the pages that most people have open all day: they are looked at in
// every shape. Another page is looked at on a desk in one language and on a phone
// in the other, turn about. GODWIT_LOOK=all looks at every page in every shape, as
// the pages' own packages do with samples.
var busiest = regexp.MustCompile(`^/$|^/people/new$|^/people/\{id\}$|^/worklist/\{station\}$|^/orders/\{id\}|^/cases$|^/cases/\{id\}$|^/cases/\{id\}/members/\{id\}$|^/alerts$`)

// shape is how a page is looked at.
type shape struct {
	lang  string
	width int
}

func shapes(pattern string, turn int) []shape {
	switch {
	case busiest.MatchString(pattern), os.Getenv("GODWIT_LOOK") == "all":
		return []shape{{"en", 360}, {"en", 1280}, {"ar", 360}, {"ar", 1280}}
	case turn%2 == 0:
		return []shape{{"en", 1280}, {"ar", 360}}
	}
	return []shape{{"en", 360}, {"ar", 1280}}
}

// Every page of the demo that somebody can reach by links keeps WCAG 2.2 AA as far
// as axe-core can tell, fits its window, and runs no script that its policy
// forbids: in English and Arabic, on a phone and on a desk. No link is dead.
func TestEveryPageInTwoLanguagesAndTwoWidths(t *testing.T) {
	browser := pagetest.NewBrowser(t)
	b := &looker{t: t, browser: browser, ctx: browser.Context(), base: program.World(t)}
	var known []string
	looks := 0
	for _, role := range lookers {
		b.become(role)
		var ask []string
		for _, p := range known {
			if !differs.MatchString(p) {
				ask = append(ask, p)
			}
		}
		for _, f := range b.crawl(ask, 80) {
			known = append(known, f.Pattern)
			if f.Status >= 400 {
				t.Errorf("%s: %s, which %s leads to, answers %d", role, f.Path, f.From, f.Status)
				continue
			}
			looks += b.looksAt(role, f, shapes(f.Pattern, len(known)))
		}
	}
	if looks < 120 {
		t.Errorf("only %d looks: the demo's pages were not found", looks)
	}
	t.Logf("%d looks at %d pages", looks, len(known))
}

// looker is somebody at a browser who reads and does nothing.
type looker struct {
	t       testing.TB
	browser *pagetest.Browser
	ctx     context.Context
	base    string
}

func TestMain(m *testing.M) { program.Main(m) }

// become logs out whoever was there and logs in as a demo account, in English.
func (b *looker) become(role string) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, chromedp.Navigate(b.base+"/lang/en?return=/login")); err != nil {
		b.t.Fatal(err)
	}
	js := fmt.Sprintf(`(async function(){
		var post=(path,form)=>fetch(path,{method:"POST",body:new URLSearchParams(form)});
		await post("/logout",{});
		var r=await post("/login",{login:%q,password:%q,next:"/"});
		return new URL(r.url).pathname})()`, role, program.Password)
	at, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](js, chromedp.EvalAwaitPromise))
	if err != nil || at == "/login" {
		b.t.Fatalf("log-in of %s: at %q, %v", role, at, err)
	}
}

// crawl finds the pages of whoever is logged in.
func (b *looker) crawl(known []string, most int) (out []found) {
	b.t.Helper()
	if known == nil {
		known = []string{}
	}
	js, _ := json.Marshal(known)
	text, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](fmt.Sprintf(crawlJS, js, most), chromedp.EvalAwaitPromise))
	if err == nil {
		err = json.Unmarshal([]byte(text), &out)
	}
	if err != nil {
		b.t.Fatalf("crawl: %v", err)
	}
	return out
}

// looksAt looks at a page in every shape and reports what is wrong with it.
func (b *looker) looksAt(role string, f found, all []shape) int {
	b.t.Helper()
	for _, sh := range all {
		v := pagetest.Visit{URL: b.base + f.Path, Lang: sh.lang, Width: sh.width}
		if dir := os.Getenv("GODWIT_SHOTS"); dir != "" {
			v.Shot = filepath.Join(dir, fmt.Sprintf("%s-%s-%s-%d.png", role, strings.Trim(regexp.MustCompile(`[^a-z]+`).ReplaceAllString(f.Pattern, "-"), "-"), sh.lang, sh.width))
		}
		faults, err := b.browser.Look(v)
		if err != nil {
			b.t.Fatalf("%s: %s: %v", role, f.Path, err)
		}
		for _, fault := range faults {
			b.t.Errorf("%s %s %s %d: %s", role, f.Path, sh.lang, sh.width, fault)
		}
	}
	return len(all)
}
