package app

import (
	"os"
	"testing"

	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/page/pagetest"
	"github.com/godwit-health/godwit/packs"
)

func TestWords(t *testing.T) { pagetest.Catalogues(t, ownPages(), os.DirFS("packcmd")) }

func renderer(t testing.TB) *page.Renderer {
	t.Helper()
	p, err := page.New(page.Options{Areas: areas()})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPages(t *testing.T) { pagetest.EveryPage(t, renderer(t), samples(t)) }

func TestPagesInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes minutes")
	}
	pagetest.BrowseSamples(t, renderer(t), samples(t))
}

// samples are this package's own pages: today, and the questions before an act.
func samples(t testing.TB) []page.Sample {
	t.Helper()
	card := func(title, text, href string) todayCard {
		return todayCard{page.M(title), page.M(text), []page.Link{{Href: href, Text: page.M("app.today.open")}}}
	}
	full := todayView{Alerts: page.Callout{Level: page.Danger, Title: page.M("app.today.alerts", "count", 3), Links: []page.Link{{Href: "/alerts", Text: page.M("app.nav.alerts")}}},
		Cards: []todayCard{card("app.today.reception", "app.today.reception_text", "/people/new"), card("app.today.station", "app.today.station_text", "/worklist"),
			card("app.today.cases", "app.today.cases_text", "/cases"), {Title: page.M("app.today.administration"), Text: page.M("app.today.administration_text")}}}
	p, err := pack.Load(packs.Builtin(), safetyPack)
	if err != nil {
		t.Fatal(err)
	}
	questions, ok := p.Form(safetyForm)
	if !ok {
		t.Fatal("the safety pack has no such form")
	}
	ask := func(typed map[string][]string) askView {
		f := &page.Form{Action: "/people/x/ask/pregnancy", Submit: page.M("app.safety.save")}
		answers := page.Answers(questions, typed)
		f.Ask(questions.View(answers, check(questions, answers)), typed, typed != nil)
		return askView{Form: f}
	}
	return []page.Sample{
		{Name: "today", Template: "app/today", Title: "app.today.title", Wide: true, Empty: todayView{}, Full: full, Hostile: full},
		{Name: "questions", Template: "app/ask", Title: "app.safety.title", Empty: askView{Empty: page.Empty{Title: page.M("app.safety.not_asked"), Text: page.M("app.safety.not_asked_text")}},
			Full: ask(nil), Hostile: ask(map[string][]string{"q-pregnancy_today": {pagetest.Hostile}, "q-lmp-day": {pagetest.Hostile}})},
	}
}

func check(f *form.Form, answers map[string][]string) *form.Result {
	return f.Check(answers, nil, 20000)
}
