package pagetest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	devpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/testkit"
)

// Browser is a headless Chromium with one tab, and axe-core at hand.
type Browser struct {
	ctx context.Context
	axe string
}

// NewBrowser starts Chromium, or skips the test where there is none. It ends with
// the test.
func NewBrowser(t testing.TB) *Browser {
	t.Helper()
	path := testkit.Chromium(t)
	axe, err := os.ReadFile(filepath.Join(testkit.Root(t), "web", "vendor-test", "axe-core@4.14.1", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("hide-scrollbars", true),
	)
	alloc, cancelAlloc := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(func() { cancel(); cancelAlloc() })
	watch := chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, devpage.AddScriptToEvaluateOnNewDocument, devpage.AddScriptToEvaluateOnNewDocumentParams{Source: watchJS})
		return err
	})
	if err := chromedp.Do(ctx, watch); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	return &Browser{ctx: ctx, axe: string(axe)}
}

// Context is for chromedp.Run in tests that do more than look.
func (b *Browser) Context() context.Context { return b.ctx }

// Visit is one look at one page.
type Visit struct {
	URL     string
	Lang    string // "en" or "ar"; "" leaves the cookie alone
	Width   int    // 360 or 1280
	Cookies []*http.Cookie
	Shot    string // where to leave a picture; "" for none
	Print   bool   // show it as it would be printed
}

// violation is a finding of axe-core.
type violation struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		HTML   string `json:"html"`
		Target []any  `json:"target"`
	} `json:"nodes"`
}

// tags are the rules that a page must keep: WCAG 2.2 AA and good practice.
const tags = `["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa","best-practice"]`

// Look opens a page and returns what is wrong with it: every violation that
// axe-core reports, a page wider than the window, what the content security
// policy refused and where a script failed.
func (b *Browser) Look(v Visit) ([]string, error) {
	ctx, cancel := context.WithTimeout(b.ctx, 60*time.Second)
	defer cancel()
	if err := b.open(ctx, v); err != nil {
		return nil, err
	}
	var faults []string
	wide, err := chromedp.Run(ctx, chromedp.Evaluate[string](overflowJS))
	if err != nil {
		return nil, err
	}
	if wide != "" {
		faults = append(faults, "wider than the window: "+wide)
	}
	noted, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](`window.godwitFaults.concat(window.hostile?["what was typed was run"]:[])`))
	if err != nil {
		return nil, err
	}
	faults = append(faults, noted...)
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](b.axe+";true")); err != nil {
		return nil, fmt.Errorf("load axe-core: %w", err)
	}
	out, err := chromedp.Run(ctx, chromedp.Evaluate[string](
		`axe.run(document,{runOnly:`+tags+`,resultTypes:["violations"]}).then(function(r){return JSON.stringify(r.violations)})`, chromedp.EvalAwaitPromise))
	if err != nil {
		return nil, fmt.Errorf("axe-core: %w", err)
	}
	var vs []violation
	if err := json.Unmarshal([]byte(out), &vs); err != nil {
		return nil, err
	}
	for _, x := range vs {
		for _, n := range x.Nodes {
			faults = append(faults, fmt.Sprintf("axe %s: %s: %v %.160s", x.ID, x.Help, n.Target, n.HTML))
		}
	}
	if v.Shot != "" {
		err = b.shoot(ctx, v.Shot)
	}
	return faults, err
}

// watchJS notes from the first moment on what the content security policy
// refuses and what a script fails at.
const watchJS = `window.godwitFaults=[];
document.addEventListener("securitypolicyviolation",function(e){godwitFaults.push("policy: "+e.violatedDirective+" "+e.blockedURI)});
window.addEventListener("error",function(e){godwitFaults.push("script: "+e.message)});`

// overflowJS names the first element that sticks out of the page.
const overflowJS = `(function(){
  var d=document.documentElement;
  if(d.scrollWidth<=d.clientWidth)return "";
  var w=d.clientWidth,out="";
  document.querySelectorAll("body *").forEach(function(e){
    var r=e.getBoundingClientRect();
    if(!out&&r.width&&(r.right>w+1||r.left<-1)&&getComputedStyle(e).position!=="absolute")out=e.tagName+"."+e.className+" "+Math.round(r.left)+".."+Math.round(r.right)+" "+e.textContent.slice(0,40);
  });
  return "page "+d.scrollWidth+" px in "+w+" px: "+(out||"?");
})()`

func (b *Browser) open(ctx context.Context, v Visit) error {
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(int64(v.Width), 900)); err != nil {
		return err
	}
	kind := ""
	if v.Print {
		kind = "print"
	}
	if err := media(ctx, kind); err != nil {
		return err
	}
	cookies := v.Cookies
	if v.Lang != "" {
		cookies = append(append([]*http.Cookie(nil), cookies...), &http.Cookie{Name: "godwit_lang", Value: v.Lang})
	}
	for _, c := range cookies {
		set := chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := cdp.Call(ctx, t, network.SetCookie, network.SetCookieParams{Name: c.Name, Value: c.Value, URL: v.URL})
			return err
		})
		if err := chromedp.Do(ctx, set); err != nil {
			return fmt.Errorf("cookie %s: %w", c.Name, err)
		}
	}
	return chromedp.Do(ctx, chromedp.Navigate(v.URL))
}

// EmulatePrint shows the page of a tab the way it would be printed.
func EmulatePrint(ctx context.Context) error { return media(ctx, "print") }

func media(ctx context.Context, kind string) error {
	return chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: kind})
		return err
	}))
}

func (b *Browser) shoot(ctx context.Context, path string) error {
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, png, 0o644)
}

// Browse looks at paths below base in English and Arabic at 360 and 1280 px, and
// fails for every violation. Cookies log the browser in. With GODWIT_SHOTS=folder
// it leaves a picture of each look there.
func Browse(t *testing.T, base string, paths []string, cookies ...*http.Cookie) {
	t.Helper()
	b := NewBrowser(t)
	for _, path := range paths {
		for _, lang := range []string{"en", "ar"} {
			for _, width := range []int{360, 1280} {
				b.check(t, base, path, lang, width, cookies)
			}
		}
	}
}

func (b *Browser) check(t *testing.T, base, path, lang string, width int, cookies []*http.Cookie) {
	t.Run(fmt.Sprintf("%s %s %d", path, lang, width), func(t *testing.T) {
		faults, err := b.Look(Visit{URL: base + path, Lang: lang, Width: width, Cookies: cookies, Shot: shot(path, lang, width)})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range faults {
			t.Error(f)
		}
	})
}

var unsafe = regexp.MustCompile(`[^a-zA-Z0-9]+`)

func shot(path, lang string, width int) string {
	dir := os.Getenv("GODWIT_SHOTS")
	if dir == "" {
		return ""
	}
	if p, err := url.PathUnescape(path); err == nil {
		path = p
	}
	return filepath.Join(dir, strings.Trim(unsafe.ReplaceAllString(path, "-"), "-")+"-"+lang+"-"+strconv.Itoa(width)+".png")
}

// Policy is the strictest content security policy a page must live with; the one
// that access sets may not be laxer about scripts and styles.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// SampleServer serves the samples on loopback at /sample/{number}/{view}.
func SampleServer(t testing.TB, p *page.Renderer, samples []page.Sample) *httptest.Server {
	mux := http.NewServeMux()
	p.Routes(mux)
	p.StyleRoutes(mux)
	mux.HandleFunc("GET /sample/{n}/{view}", func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(r.PathValue("n"))
		if err != nil || n < 0 || n >= len(samples) {
			http.NotFound(w, r)
			return
		}
		serveSample(p, samples[n], r.PathValue("view"), w, r, "")
	})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", Policy)
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// BrowseSamples looks at every sample that is a whole page: full in English and
// Arabic on a phone and on a desk, hostile in Arabic on a phone and in English on
// a desk (a page that breaks under long names or runs what was typed fails), and
// empty in English on a phone.
func BrowseSamples(t *testing.T, p *page.Renderer, samples []page.Sample) {
	t.Helper()
	b := NewBrowser(t)
	s := SampleServer(t, p, samples)
	for i, sample := range samples {
		if sample.Fragment {
			continue
		}
		path := func(view string) string {
			return fmt.Sprintf("/sample/%d/%s?%s", i, view, url.QueryEscape(sample.Name))
		}
		for _, lang := range []string{"en", "ar"} {
			b.check(t, s.URL, path("full"), lang, 360, nil)
			b.check(t, s.URL, path("full"), lang, 1280, nil)
		}
		b.check(t, s.URL, path("hostile"), "ar", 360, nil)
		b.check(t, s.URL, path("hostile"), "en", 1280, nil)
		b.check(t, s.URL, path("empty"), "en", 360, nil)
	}
}
