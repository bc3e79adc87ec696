package page_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/page/pagetest"
)

// tab opens a path of the sample server.
func tab(t *testing.T, path string, width int64) context.Context {
	t.Helper()
	b := pagetest.NewBrowser(t)
	s := pagetest.SampleServer(t, renderer(t), page.Samples())
	ctx, cancel := context.WithTimeout(b.Context(), 60*time.Second)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900), chromedp.Navigate(s.URL+path)); err != nil {
		t.Fatal(err)
	}
	return ctx
}

func eval[T any](t *testing.T, ctx context.Context, js string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", js, err)
	}
	return v
}

func TestSearchAsYouType(t *testing.T) {
	ctx := tab(t, "/style", 1280)
	if err := chromedp.Do(ctx, chromedp.SendKeys(chromedp.CSS("#q"), "sel"), chromedp.WaitReady(chromedp.CSS("#found .hits a"))); err != nil {
		t.Fatal(err)
	}
	if got := eval[string](t, ctx, `location.pathname`); got != "/style" {
		t.Errorf("typing led to %s", got)
	}
	if got := eval[int](t, ctx, `document.querySelectorAll("#found .hits a").length`); got != 2 {
		t.Errorf("%d hits", got)
	}
	if got := eval[[]string](t, ctx, `window.godwitFaults`); len(got) != 0 {
		t.Errorf("faults %v", got)
	}
	// Escape closes the list and leaves what was typed.
	if err := chromedp.Do(ctx, chromedp.KeyEvent(kb.Escape)); err != nil {
		t.Fatal(err)
	}
	if got := eval[string](t, ctx, `document.querySelector("#found").innerHTML+"|"+document.querySelector("#q").value`); got != "|sel" {
		t.Errorf("after Escape %q", got)
	}
}

func TestTheErrorSummaryTakesTheFocus(t *testing.T) {
	ctx := tab(t, "/style?problem=1", 360)
	if got := eval[string](t, ctx, `document.activeElement.className`); got != "problems" {
		t.Errorf("the focus is on %q", got)
	}
	eval[bool](t, ctx, `document.querySelector(".problem-list a").click(),true`)
	if got := eval[string](t, ctx, `location.hash`); got != "#f-birth" {
		t.Errorf("the first problem leads to %s", got)
	}
	if got := eval[string](t, ctx, `document.querySelector(location.hash).name`); got != "birth-day" {
		t.Errorf("the problem leads to %s", got)
	}
}

// Everything on the page can be reached by the Tab key, in the order in which it
// is read, and shows that it has the focus.
func TestEverythingWorksByKeyboard(t *testing.T) {
	for _, lang := range []string{"en", "ar"} {
		t.Run(lang, func(t *testing.T) {
			ctx := tab(t, "/lang/"+lang+"?return=/style", 1280)
			want := eval[int](t, ctx, `document.querySelectorAll("a[href],button,input:not([type=hidden]):not([type=radio]),select,textarea,summary").length`)
			hidden := eval[int](t, ctx, `[...document.querySelectorAll("summary,.nav-small :is(a,button)")].length`)
			first, seen := "", map[string]bool{}
			for range want + 10 {
				if err := chromedp.Do(ctx, chromedp.KeyEvent(kb.Tab)); err != nil {
					t.Fatal(err)
				}
				at := eval[string](t, ctx, `(function(){var e=document.activeElement;if(e===document.body)return"";
					if(!e.dataset.n)e.dataset.n=String(window.n=(window.n||0)+1);
					var s=getComputedStyle(e),p=e.closest(".choice"),q=p?getComputedStyle(p):s;
					var shown=[s,q].some(function(x){return x.outlineStyle!=="none"&&x.outlineWidth!=="0px"||x.boxShadow!=="none"});
					return e.dataset.n+" "+shown+" "+e.tagName+" "+e.className})()`)
				if at == "" {
					break
				}
				if first == "" {
					first = at
				}
				if strings.Contains(at, " false ") {
					t.Errorf("the focus does not show on %s", at)
				}
				seen[at] = true
			}
			if !strings.HasSuffix(first, "A skip") {
				t.Errorf("the first stop is %s, want the link to the content", first)
			}
			if radios := 1; len(seen) < want-hidden+radios {
				t.Errorf("%d stops for %d controls", len(seen), want-hidden+radios)
			}
		})
	}
}

// A finger needs 44 px on the pages of stations and borders (design, section 8);
// links inside a sentence are let off, as WCAG 2.5.8 does; a table is cards on a phone.
func TestTargetsFitAFinger(t *testing.T) {
	ctx := tab(t, "/style", 360)
	small := eval[[]string](t, ctx, `[...document.querySelectorAll("button,select,textarea,input:not([type=hidden]),.nav a,.langs a,.pager a,.back a,.table td a,summary")]
		.filter(function(e){var b=e.closest(".choice")||e,r=b.getBoundingClientRect();return r.width&&(r.height<43.5||r.width<24)&&!e.classList.contains("as-link")})
		.map(function(e){return e.tagName+" "+e.className+" "+e.id+" "+e.getBoundingClientRect().height})`)
	for _, s := range small {
		t.Errorf("too small for a finger: %s", s)
	}
}

func TestWithoutScriptTheSearchIsAForm(t *testing.T) {
	s := pagetest.SampleServer(t, renderer(t), page.Samples())
	r, err := http.PostForm(s.URL+"/style/search", url.Values{"q": {"selam"}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusOK || !strings.Contains(r.Header.Get("Content-Type"), "text/html") {
		t.Errorf("%d %v", r.StatusCode, r.Header)
	}
	ctx := tab(t, "/style", 1280)
	got := eval[string](t, ctx, `(function(){var f=document.querySelector("form.search");return f.method+" "+new URL(f.action).pathname+" "+f.querySelector("[name]").name})()`)
	if got != "post /style/search q" {
		t.Errorf("the form is %q", got)
	}
}

func TestArabicIsMirrored(t *testing.T) {
	ctx := tab(t, "/lang/ar?return=/style", 1280)
	got := eval[string](t, ctx, `(function(){
		var d=getComputedStyle(document.documentElement).direction, m=document.querySelector(".mark").getBoundingClientRect(), l=document.querySelector(".langs").getBoundingClientRect();
		var n=[...document.querySelectorAll("td bdi")].find(function(e){return e.textContent==="US-2026-004117"});
		return d+" "+(m.left>l.left)+" "+getComputedStyle(n).direction})()`)
	if got != "rtl true ltr" {
		t.Errorf("direction, mark right of the languages, case number: %s", got)
	}
}

func TestPrintIsBlackOnWhite(t *testing.T) {
	ctx := tab(t, "/style", 1280)
	pdf, err := chromedp.Run(ctx, chromedp.PrintToPDF())
	if err != nil {
		t.Fatal(err)
	}
	if len(pdf) < 1000 || string(pdf[:5]) != "%PDF-" {
		t.Fatalf("no PDF: %d bytes", len(pdf))
	}
	if err := pagetest.EmulatePrint(ctx); err != nil {
		t.Fatal(err)
	}
	got := eval[[]string](t, ctx, `[...document.querySelectorAll("body, main *, .banner *")].filter(function(e){
		if(!e.offsetParent||!e.textContent.trim())return false;
		var c=getComputedStyle(e).color;return c!=="rgb(0, 0, 0)"&&![...e.children].length})
		.map(function(e){return e.tagName+"."+e.className+" "+getComputedStyle(e).color+" "+e.textContent.slice(0,30)})`)
	for _, s := range got {
		t.Errorf("printed in colour: %s", s)
	}
	for _, sel := range []string{".top", ".nav", ".foot", ".buttons"} {
		if shown := eval[bool](t, ctx, fmt.Sprintf(`[...document.querySelectorAll(%q)].some(function(e){return e.offsetHeight>0})`, sel)); shown {
			t.Errorf("%s is printed", sel)
		}
	}
}

// The words of a drawing stand to the right of their point in every language, and a line
// is as wide as its mark says: neither may be lost to a rule of the style sheet.
func TestADrawingIsTheSameBesideAnArabicPage(t *testing.T) {
	ctx := tab(t, "/style", 1280)
	for _, dir := range []string{"ltr", "rtl"} {
		js := `(document.documentElement.dir="` + dir + `", getComputedStyle(document.querySelector(".drawing-frame svg text")).direction)`
		if got := eval[string](t, ctx, js); got != "ltr" {
			t.Errorf("in a page that reads %s words of a drawing read %s", dir, got)
		}
	}
	if got := eval[string](t, ctx, `(l=>(l.setAttribute("stroke-width","7"),getComputedStyle(l).strokeWidth))(document.querySelector(".drawing-frame .mark-line"))`); got != "7px" {
		t.Errorf("a line of 7 pixels is %s wide", got)
	}
}

// A drawing that is wider than a phone begins at its left in every language, where the
// time begins, and says that it slides; on a desk and on paper nothing is said.
func TestADrawingWiderThanAPhoneSaysThatItSlides(t *testing.T) {
	const said, wider = `getComputedStyle(document.querySelector(".drawing-slide")).display!=="none"`, `(f=>f.scrollWidth>f.clientWidth)(document.querySelector(".drawing-slide + .drawing-frame"))`
	phone := tab(t, "/style", 360)
	if !eval[bool](t, phone, said) || !eval[bool](t, phone, wider) {
		t.Error("on a phone the drawing is wider than its frame, and nothing says so")
	}
	if at := eval[float64](t, phone, `(document.documentElement.dir="rtl",(f=>f.querySelector("svg").getBoundingClientRect().left-f.getBoundingClientRect().left)(document.querySelector(".drawing-slide + .drawing-frame")))`); at < 0 {
		t.Errorf("beside an Arabic page the left of the drawing is %v pixels out of sight", at)
	}
	if eval[bool](t, tab(t, "/style", 1280), said) {
		t.Error("on a desk it says that it slides")
	}
}
