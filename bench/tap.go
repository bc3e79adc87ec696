package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// The budget (design, section 10): a tap at a point of entry within 50 ms.
const (
	tapBudget = 50.0
	tapTurns  = 120
	tapRest   = 20 // milliseconds between two presses, for the page to draw
)

// slowdowns are how many times slower than this machine the browser is made to run.
// Lighthouse takes four times for a middling phone and six for a cheap one.
var slowdowns = []float64{1, 4, 6}

// tapJS presses a button again and again and answers how long each press took until
// the handler was done, and until the frame after it was drawn, in milliseconds.
const tapJS = `new Promise(function(done){
	var all=[],b=document.querySelector("button[name=tap][value=all]"),n=0;
	(function press(){
		if(n++>=%d){done(all);return}
		var t=performance.now();b.click();var h=performance.now()-t;
		requestAnimationFrame(function(){setTimeout(function(){all.push([h,performance.now()-t]);setTimeout(press,%d)},0)});
	})();
})`

// benchTap presses the tap counter in Chromium, as fast as this machine and slower,
// with and without a node that answers.
func benchTap(w io.Writer) error {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		fmt.Fprintln(w, "no Chromium on this machine: nothing measured")
		return nil
	}
	dir, err := os.MkdirTemp("", "godwit-bench-tap-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	p, err := newPosts(dir)
	if err != nil {
		return err
	}
	defer p.d.Close()
	actor, _ := access.From(p.ctx)
	actor.Shift = p.shifts[0].ID.String()
	mux := http.NewServeMux()
	p.Routes(mux)
	p.Pages.Routes(mux)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := page.WithLocale(access.With(r.Context(), actor), "fr")
		mux.ServeHTTP(w, r.WithContext(ctx))
	}))
	defer srv.Close()
	alloc, cancel := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(dir+"/profile"))...)
	defer cancel()
	ctx, cancel := chromedp.NewContext(alloc)
	defer cancel()
	ctx, cancel = context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](fmt.Sprintf(`location.assign(%q);true`, srv.URL+"/border/count"))); err != nil {
		return err
	}
	if err := until(ctx, `!!document.querySelector("[data-say=sent]:not([hidden])")`); err != nil {
		return err
	}
	fmt.Fprintf(w, "%d presses each; milliseconds until the press is kept and shown (handler), and until the next frame was drawn (frame)\n", tapTurns)
	fmt.Fprintf(w, "%-34s %12s %12s %12s %12s %8s\n", "", "handler p50", "handler p95", "frame p50", "frame p95", "budget")
	for _, slow := range slowdowns {
		err := chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
			_, err := cdp.Call(ctx, tab, emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: slow})
			return err
		}))
		if err != nil {
			return err
		}
		if err := tapLine(ctx, w, fmt.Sprintf("this machine, %.0f times slower", slow)); err != nil {
			return err
		}
	}
	srv.CloseClientConnections()
	srv.Close()
	return tapLine(ctx, w, fmt.Sprintf("the same %.0f, without a node", slowdowns[len(slowdowns)-1]))
}

func tapLine(ctx context.Context, w io.Writer, name string) error {
	times, err := chromedp.Run(ctx, chromedp.Evaluate[[][2]float64](fmt.Sprintf(tapJS, tapTurns, tapRest), chromedp.EvalAwaitPromise))
	if err != nil {
		return err
	}
	at := func(i int, q float64) float64 {
		var all []float64
		for _, t := range times {
			all = append(all, t[i])
		}
		slices.Sort(all)
		return all[int(float64(len(all)-1)*q)]
	}
	fmt.Fprintf(w, "%-34s %12.1f %12.1f %12.1f %12.1f %8.2f\n", name, at(0, .5), at(0, .95), at(1, .5), at(1, .95), at(1, .95)/tapBudget)
	return nil
}

// until waits for a page to say something.
func until(ctx context.Context, js string) error {
	for range 300 {
		if there, err := chromedp.Run(ctx, chromedp.Evaluate[bool](js)); err == nil && there {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return errors.New("the page did not come")
}
