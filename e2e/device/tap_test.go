package device

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/godwit-health/godwit/e2e/program"
	"github.com/godwit-health/godwit/e2e/story"
)

// line is a connection to the node that can be cut: requests that it swallows reach
// the node or not, and the browser never hears which.
type line struct {
	*httptest.Server
	state atomic.Int32
	after atomic.Int32 // requests that reached the node with their answer lost
}

const (
	lineGood = iota
	lineCut
	lineDeaf // the node hears, the browser does not
)

func newLine(t *testing.T, node string) *line {
	t.Helper()
	to, err := url.Parse(node)
	if err != nil {
		t.Fatal(err)
	}
	l := &line{}
	proxy := httputil.NewSingleHostReverseProxy(to)
	proxy.ModifyResponse = func(r *http.Response) error {
		if l.state.Load() == lineDeaf && r.Request.URL.Path == "/border/taps" {
			l.after.Add(1)
			_ = r.Body.Close()
			return fmt.Errorf("cut")
		}
		return nil
	}
	hang := func(w http.ResponseWriter) {
		if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_ = c.Close()
		}
	}
	proxy.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { hang(w) }
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if l.state.Load() == lineCut {
			hang(w)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(l.Close)
	return l
}

// press presses a button of the tap counter n times.
func press(b *story.Tab, tap string, n int) *story.Tab {
	b.T.Helper()
	story.Eval[bool](b, fmt.Sprintf(`(function(){var e=document.querySelector("button[name=tap][value=%s]");for(var i=0;i<%d;i++)e.click();return true})()`, tap, n))
	return b
}

// counted is what the tap counter shows of the shift.
func counted(b *story.Tab, what string) int {
	b.T.Helper()
	n, err := strconv.Atoi(story.Eval[string](b, fmt.Sprintf(`document.querySelector("[data-count=%s]").textContent`, what)))
	if err != nil {
		b.T.Fatal(err)
	}
	return n
}

// settles waits until the page says this of what it counted.
func settles(b *story.Tab, state string) *story.Tab {
	b.T.Helper()
	deadline := time.Now().Add(60 * time.Second)
	for time.Now().Before(deadline) {
		if story.Eval[bool](b, fmt.Sprintf(`!document.querySelector("[data-say=%s]").hidden`, state)) {
			return b
		}
		story.Eval[bool](b, `window.dispatchEvent(new Event("online"));true`) // the browser heard of a network
		ctx, cancel := context.WithTimeout(b.Ctx, 200*time.Millisecond)
		<-ctx.Done()
		cancel()
	}
	b.T.Fatalf("the counter never came to %s: %.600s", state, b.Text())
	return b
}

// A lost connection costs no count and doubles none: presses while the line is cut, an
// answer that is lost after the node had counted, the page closed in between.
func TestTapsSurviveALostConnection(t *testing.T) {
	l := newLine(t, program.World(t))
	b := story.Open(t, l.URL)
	b.Size(360).LogIn("screener").In("fr").Visit("/border")
	if b.Has("point") {
		b.Set("point", "BUSIA").Submit()
	}
	settles(b.Visit("/border/count").Sees("Compter les voyageurs"), "sent")
	before := counted(b, "passed")
	press(b.Set("direction", "in"), "all", 3)
	l.state.Store(lineCut)
	press(press(b, "screened", 4), "refused", 1)
	if got := counted(b, "passed"); got != before+8 {
		t.Errorf("%d shown, want %d", got, before+8)
	}
	settles(b, "waiting")
	press(b, "passed", 1)
	story.Eval[bool](b, `document.querySelector("[data-undo]").click();true`)
	l.state.Store(lineDeaf)
	deadline := time.Now().Add(60 * time.Second)
	for l.after.Load() < 2 { // the node heard the same batch twice, and the phone never knew
		if time.Now().After(deadline) {
			t.Fatal("the phone does not send")
		}
		story.Eval[bool](b, `window.dispatchEvent(new Event("online"));true`)
	}
	press(b, "hand_washed", 2)
	l.state.Store(lineGood)
	settles(settles(b, "sent").Visit("/border/count"), "sent")
	if got := counted(b, "passed"); got != before+8 {
		t.Errorf("%d counted, %d pressed", got-before, 8)
	}
	if left := story.Eval[int](b, `Object.keys(localStorage).filter(k=>k.indexOf("godwit-tap.")===0).length`); left != 0 {
		t.Errorf("%d batches still stand on the phone", left)
	}
	// Two pages on one phone: what one has not sent the other shows and sends.
	l.state.Store(lineCut)
	press(b, "all", 5)
	l.state.Store(lineGood)
	settles(b.Visit("/border/count"), "sent").Visit("/border/count")
	if got := counted(b, "passed"); got != before+13 {
		t.Errorf("after the page was closed: %d counted, %d pressed", got-before, 13)
	}
	if text := story.Eval[string](b, `document.body.innerHTML`); strings.Contains(text, `hidden=""`) && story.Eval[bool](b, `getComputedStyle(document.querySelector("[data-undo]")).display!=="none"`) {
		t.Error("a press can be taken back after it was sent")
	}
}

// A press that the lock button follows within a frame is kept, also while a batch is on
// its way: a screen that is off draws no frame that would keep it.
func TestAPressBeforeTheScreenIsLockedIsKept(t *testing.T) {
	b := story.Open(t, program.World(t))
	b.Size(360).LogIn("screener").In("en").Visit("/border")
	if b.Has("point") {
		b.Set("point", "BUSIA").Submit()
	}
	settles(b.Visit("/border/count"), "sent")
	before := counted(b, "passed")
	// All within one task of the browser: no frame is drawn and no answer comes.
	kept := story.Eval[string](b, `(function(){
		var press=document.querySelector("button[name=tap][value=passed]"), sent=0, send=XMLHttpRequest.prototype.send;
		XMLHttpRequest.prototype.send=function(){sent++;return send.apply(this,arguments)};
		press.click();
		window.dispatchEvent(new Event("online"));
		press.click();
		document.dispatchEvent(new Event("visibilitychange"));
		XMLHttpRequest.prototype.send=send;
		var n=0;
		Object.keys(localStorage).forEach(function(k){
			if(k.indexOf("godwit-tap.")!==0) return;
			var c=JSON.parse(localStorage.getItem(k)).counts;
			Object.keys(c).forEach(function(w){if(w.split("|")[1]==="passed") n+=c[w]});
		});
		return [document.hidden,sent,n].join(" ");
	})()`)
	if kept != "false 1 2" {
		t.Errorf("hidden, batches on their way, presses kept: %q, want %q", kept, "false 1 2")
	}
	// The first page may be left while a batch is on its way: the number is the node's own
	// once nothing waits and the page was opened after that.
	settles(settles(b, "sent").Visit("/border/count"), "sent").Visit("/border/count")
	if got := counted(b, "passed"); got != before+2 {
		t.Errorf("%d counted of 2", got-before)
	}
}
