package page_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/page/pagetest"
)

const filmForm = `type,name,label::en,label::fr,label::es,label::ar,hint::en,required,relevant,constraint,constraint_message::en,calculation,unit,min,max,warn_max,allow,appearance
begin group,film,The film,Le cliché,La placa,الصورة,,,,,,,,,,,,
select_one cxr,cxr,What does the film show?,Que montre le cliché ?,¿Qué muestra la placa?,ماذا تُظهر الصورة؟,Look at both lungs.,yes,,,,,,,,,,
choice cxr,normal,Normal,Normal,Normal,طبيعي,,,,,,,,,,,,
choice cxr,tb,Suggests tuberculosis,Évoque la tuberculose,Sugiere tuberculosis,توحي بالسل,,,,,,,,,,,,
select_one yes_no,cavity,Is there a cavity?,Y a-t-il une caverne ?,¿Hay una caverna?,هل يوجد تجويف؟,,yes,${cxr} = 'tb',,,,,,,,unknown refused,
end group,,,,,,,,,,,,,,,,,
note,say,Say the result in person.,Annoncez le résultat en personne.,Comunique el resultado en persona.,أبلغ النتيجة شخصيًا.,,,,,,,,,,,,
decimal,weight,Weight,Poids,Peso,الوزن,,yes,,,,,kg,1,300,150,unknown,
date,taken,Date of the film,Date du cliché,Fecha de la placa,تاريخ الصورة,,yes,,,,,,,,,,
date,onset,Start of the cough,Début de la toux,Inicio de la tos,بداية السعال,,,,,,,,,,,refused,partial
select_multiple yes_no,multi,Both,Les deux,Ambos,كلاهما,,,,,,,,,,,,
text,remark,Remark,Remarque,Observación,ملاحظة,,,,string-length(.) < 5,Keep it short.,,,,,,,multiline
calculate,double,Twice the weight,Le double,El doble,الضعف,,,,,,${weight} * 2,kg,,,,,
`

func film(t *testing.T) *form.Form {
	t.Helper()
	f, err := form.Parse(filmForm)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

var today = calendar.DayOf(2026, 11, 22)

// ask makes the page's form after a post, as an area does.
func ask(t *testing.T, typed url.Values, judge bool) (*page.Form, *form.Result) {
	t.Helper()
	f := film(t)
	answers := page.Answers(f, typed)
	res := f.Check(answers, value.Facts{}, today)
	out := &page.Form{ID: "film"}
	out.Ask(f.View(answers, res), typed, judge)
	return out, res
}

func rendered(t *testing.T, f *page.Form) string {
	t.Helper()
	w := httptest.NewRecorder()
	renderer(t).Form(w, httptest.NewRequest(http.MethodGet, "/x", nil), page.Page{Title: "page.style.form"}, f)
	return w.Body.String()
}

func TestAPacksFormAsksWithoutBlame(t *testing.T) {
	f, _ := ask(t, nil, false)
	if f.Failed() {
		t.Errorf("a form that nobody has answered has problems: %v", f.Problems())
	}
	body := rendered(t, f)
	for _, want := range []string{"What does the film show?", "Look at both lungs.", `type="radio"`, `name="q-taken-day"`, "The film</h2>", "Say the result in person.", `<textarea id="f-q-remark"`, ">kg<"} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is not on the page", want)
		}
	}
	if strings.Contains(body, "cavity") || strings.Contains(body, "checked") {
		t.Error("a question that does not apply is asked, or an answer is given in advance")
	}
}

func TestAnswersBringUpQuestions(t *testing.T) {
	f, _ := ask(t, url.Values{"q-cxr": {"tb"}}, false)
	q := f.Find("q-cavity")
	if q == nil || len(q.Options) != 4 || q.Options[3].Value != form.RefusedAnswer {
		t.Fatalf("the cavity is asked as %+v", q)
	}
	if q.Optional {
		t.Error("a required question is called optional")
	}
}

func TestAPacksFormIsChecked(t *testing.T) {
	typed := url.Values{"q-cxr": {"tb"}, "q-cavity": {"refused"}, "q-weight": {"٦١٫٥"}, "q-taken-day": {"3"}, "q-taken-month": {"6"}, "q-taken-year": {"2026"},
		"q-onset-month": {"5"}, "q-onset-year": {"2026"}, "q-remark": {"ok"}}
	f, res := ask(t, typed, true)
	if !res.OK() || f.Failed() {
		t.Fatalf("good answers are refused: %v %v", res.Errors, f.Problems())
	}
	if got := res.Values["taken"].String() + " " + res.Values["onset"].String() + " " + res.Values["cavity"].String(); got != "2026-06-03 2026-05-01/2026-05-31 refused" {
		t.Errorf("read as %s", got)
	}
	if body := rendered(t, f); !strings.Contains(body, "Twice the weight") || !strings.Contains(body, "123\u00a0kg") {
		t.Error("the calculation is not shown")
	}
}

func TestEveryFormErrorHasItsWords(t *testing.T) {
	ok := func() url.Values {
		return url.Values{"q-cxr": {"normal"}, "q-weight": {"60"}, "q-taken-day": {"3"}, "q-taken-month": {"6"}, "q-taken-year": {"2026"}}
	}
	for _, c := range []struct {
		name, field string
		change      url.Values
		want        string
	}{
		{"nothing", "q-cxr", url.Values{"q-cxr": {""}}, "Answer this question."},
		{"no number", "q-weight", url.Values{"q-weight": {"much"}}, "Enter a number."},
		{"two readings", "q-weight", url.Values{"q-weight": {"1,234"}}, "read in two ways"},
		{"too small", "q-weight", url.Values{"q-weight": {"0"}}, "least possible is"},
		{"too large", "q-weight", url.Values{"q-weight": {"600"}}, "most possible is"},
		{"unlikely", "q-weight", url.Values{"q-weight": {"180"}}, "is unusual"},
		{"no day", "q-taken", url.Values{"q-taken-day": {"31"}}, "not a day of the calendar"},
		{"half a date", "q-taken", url.Values{"q-taken-day": {""}}, "Enter the day, the month and the year."},
		{"not a choice", "q-cxr", url.Values{"q-cxr": {"maybe"}}, "Choose one of the answers."},
		{"an answer and none", "q-weight", url.Values{"q-weight-not": {"unknown"}}, "Give one answer only"},
		{"a constraint in the author's words", "q-remark", url.Values{"q-remark": {"far too long"}}, "Keep it short."},
		{"too much text", "q-remark", url.Values{"q-remark": {strings.Repeat("x", 5000)}}, "too long"},
	} {
		typed := ok()
		for k, v := range c.change {
			typed[k] = v
		}
		f, _ := ask(t, typed, true)
		if len(f.Problems()) != 1 || f.Problems()[0].Field != c.field {
			t.Errorf("%s: problems %+v, want one at %s", c.name, f.Problems(), c.field)
			continue
		}
		if body := rendered(t, f); !strings.Contains(body, c.want) {
			t.Errorf("%s: %q is not on the page", c.name, c.want)
		}
	}
}

func TestAnUnlikelyNumberIsConfirmed(t *testing.T) {
	typed := url.Values{"q-cxr": {"normal"}, "q-weight": {"180"}, "q-taken-day": {"3"}, "q-taken-month": {"6"}, "q-taken-year": {"2026"}}
	f, _ := ask(t, typed, true)
	q := f.Find("q-weight")
	if q == nil || len(q.Extra) != 2 || q.Extra[1].Name != "q-weight-sure" || q.Extra[1].Ticked {
		t.Fatalf("no box to confirm: %+v", q)
	}
	typed.Set(q.Extra[1].Name, q.Extra[1].Value)
	if _, res := ask(t, typed, true); !res.OK() {
		t.Errorf("a confirmed number is refused: %v", res.Errors)
	}
	typed.Set("q-weight", "190")
	if _, res := ask(t, typed, true); res.OK() {
		t.Error("the confirmation of one number counts for another")
	}
}

func TestStoredAnswersAreShownToBeCorrected(t *testing.T) {
	f := film(t)
	answers := f.Answers(value.Facts{"cxr": value.Text("tb"), "cavity": value.NotKnown(), "weight": value.Number(61.5), "taken": value.Day(int(calendar.DayOf(2026, 6, 3)))})
	out := &page.Form{}
	out.Ask(f.View(answers, f.Check(answers, value.Facts{}, today)), nil, false)
	body := rendered(t, out)
	for _, want := range []string{`value="tb" checked`, `value="unknown" checked`, `value="61.5"`, `name="q-taken-day" value="03"`, `name="q-taken-year" value="2026"`} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is not on the page", want)
		}
	}
}

// serveLive serves a live form; before is called with each answer that comes.
func serveLive(t *testing.T, before func(r *http.Request)) string {
	t.Helper()
	p := renderer(t)
	mux := http.NewServeMux()
	p.Routes(mux)
	live := func(w http.ResponseWriter, r *http.Request) {
		if err := page.ReadForm(w, r, 1<<16); err != nil {
			p.Error(w, r, err)
			return
		}
		f, _ := ask(t, r.Form, false)
		f.Live = "/live"
		if page.IsFragment(r) {
			before(r)
			p.Fragment(w, r, "page/form", f)
			return
		}
		p.Form(w, r, page.Page{Title: "page.style.form"}, f)
	}
	mux.HandleFunc("GET /live", live)
	mux.HandleFunc("POST /live", live)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", pagetest.Policy)
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL + "/live"
}

// With script an answer brings up its questions at once, and the focus stays.
func TestALiveForm(t *testing.T) {
	b := pagetest.NewBrowser(t)
	url := serveLive(t, func(*http.Request) {})
	faults, err := b.Look(pagetest.Visit{URL: url, Lang: "ar", Width: 360, Shot: ""})
	if err != nil || len(faults) > 0 {
		t.Errorf("%v %v", faults, err)
	}
	ctx, cancel := context.WithTimeout(b.Context(), 30*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.SendKeys(chromedp.CSS("#f-q-remark"), "ok"), chromedp.Click(chromedp.CSS("#f-q-cxr-2")), chromedp.WaitReady(chromedp.CSS("#f-q-cavity"))); err != nil {
		t.Fatal(err)
	}
	got := eval[string](t, ctx, `document.activeElement.id+"|"+document.querySelector("#f-q-cxr-2").checked+"|"+document.querySelector("#f-q-remark").value+"|"+document.querySelectorAll("form#film").length+"|"+window.godwitFaults`)
	if got != "f-q-cxr-2|true|ok|1|" {
		t.Errorf("after the answer: %s", got)
	}
}

// On a slow link somebody answers faster than the node: what the last answer asks for
// comes up all the same.
func TestTheLastOfQuickAnswersBringsItsQuestions(t *testing.T) {
	b := pagetest.NewBrowser(t)
	held := make(chan struct{})
	var first sync.Once
	url := serveLive(t, func(r *http.Request) {
		first.Do(func() {
			select {
			case <-held:
			case <-r.Context().Done(): // the browser asks for something newer
			}
		})
	})
	if _, err := b.Look(pagetest.Visit{URL: url, Lang: "en", Width: 360, Shot: ""}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(b.Context(), 30*time.Second)
	defer cancel()
	eval[bool](t, ctx, `(function(){
		var remark=document.querySelector("#f-q-remark");
		["a","ab"].forEach(function(v){remark.value=v;remark.dispatchEvent(new Event("change",{bubbles:true}))});
		document.querySelector("#f-q-cxr-2").click();
		return true})()`)
	close(held)
	if err := chromedp.Do(ctx, chromedp.WaitReady(chromedp.CSS("#f-q-cavity"))); err != nil {
		t.Fatalf("the question never came: %v", err)
	}
	if got := eval[string](t, ctx, `document.querySelector("#f-q-cxr-2").checked+"|"+document.querySelector("#f-q-remark").value`); got != "true|ab" {
		t.Errorf("after the answers: %s", got)
	}
}
