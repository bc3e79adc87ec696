package app

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/page/pagetest"
	"github.com/godwit-health/godwit/packs"
)

func TestWords(t *testing.T) { pagetest.Catalogues(t, ownPages(), os.DirFS("packcmd")) }

func renderer(t testing.TB) *page.Renderer {
	t.Helper()
	p, err := page.New(page.Options{Areas: Areas()})
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
	states := backupSamples()
	full := todayView{Backup: states[3], Alerts: page.Callout{Level: page.Danger, Title: page.M("app.today.alerts", "count", 3), Links: []page.Link{{Href: "/alerts", Text: page.M("app.nav.alerts")}}},
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
	list, one, done := usersSamples()
	return append(syncSamples(t), []page.Sample{
		{Name: "users", Template: "app/users", Title: "app.users.title", Wide: true, Empty: usersView{Table: usersTable(nil)}, Full: list("Amal Idris"), Hostile: list(pagetest.Hostile)},
		{Name: "a user", Template: "app/user", Title: "app.users.one", Empty: userView{}, Full: one("Amal Idris", false), Hostile: one(pagetest.Hostile, true)},
		{Name: "accounts", Template: "app/accounts", Title: "app.accounts.title", Wide: true, Empty: accountsView{Table: accountsTable()}, Full: done("Amal Idris"), Hostile: done(pagetest.Hostile)},
		{Name: "device", Template: "app/device", Title: "app.device.title", Empty: deviceView{}, Full: device(page.Danger, "key.rolled_back", "app.device.rolled_back_do"), Hostile: device(page.Wait, "app.device.rotating", "app.device.rotating_text")},
		{Name: "device of before", Template: "app/device", Title: "app.device.title", Empty: deviceView{}, Full: device(page.Danger, "app.device.plain", "app.device.plain_do"), Hostile: device(page.Danger, "key.harmed", "app.device.harmed_do")},
		{Name: "device that is well", Template: "app/device", Title: "app.device.title", Empty: deviceView{}, Full: device(page.Done, "app.device.well", "app.device.rotating_text"), Hostile: device(page.Info, "app.device.demo", "app.device.rotating_text")},
		{Name: "date", Template: page.SheetTemplate, Title: "app.date.title", Empty: page.Sheet{}, Full: sampleDate(journal.Date{Ahead: true}), Hostile: sampleDate(journal.Date{Behind: true}), Problems: []page.Problem{{Field: "right", Text: page.M("app.date.say")}}},
		{Name: "date that crept", Template: page.SheetTemplate, Title: "app.date.title", Empty: page.Sheet{}, Full: sampleDate(journal.Date{Ahead: true, Crept: true}), Hostile: sampleDate(journal.Date{Ahead: true, Crept: true})},
		{Name: "date that is well", Template: page.SheetTemplate, Title: "app.date.title", Empty: page.Sheet{}, Full: sampleDate(journal.Date{}), Hostile: sampleDate(journal.Date{})},
		{Name: "certificate", Template: "app/install", Title: "app.install.title", Empty: installView{State: "none"}, Full: install(t)},
		{Name: "destroy", Template: "app/destroy", Title: "app.destroy.title", Empty: destroyView{Unsent: unsentNotice(0)}, Full: destroyView{Unsent: unsentNotice(4812), Form: destroyForm("NBO")},
			Problems: []page.Problem{{Field: "code", Text: page.M("app.destroy.wrong")}}},
		{Name: "today", Template: "app/today", Title: "app.today.title", Wide: true, Empty: todayView{Backup: states[0]}, Full: full, Hostile: todayView{Backup: states[8], Cards: full.Cards}},
		{Name: "questions", Template: "app/ask", Title: "app.safety.title", Empty: askView{Empty: page.Empty{Title: page.M("app.safety.not_asked"), Text: page.M("app.safety.not_asked_text")}},
			Full: ask(nil), Hostile: ask(map[string][]string{"q-pregnancy_today": {pagetest.Hostile}, "q-lmp-day": {pagetest.Hostile}})},
	}...)
}

// device is the page of the key as it stands in one way.
func device(level page.Level, title, text string) deviceView {
	return deviceView{Notice: page.Callout{Level: level, Title: page.M(title), Text: []page.Msg{page.M(text)}}, Rotate: true,
		Rows:   page.Summary{{Label: page.M("app.device.unlockers"), Value: []page.Cell{page.Code("amal"), page.Code("boris")}}},
		Number: sampleNumber(), Install: page.Link{Href: installPath, Text: page.M("app.install.title")},
		Destroy: page.Link{Href: DestroyPath, Text: page.M("app.destroy.title")}, Date: page.Link{Href: datePath, Text: page.M("app.date.title")}}
}

// sampleDate is the page of the date as it stands in one way.
func sampleDate(d journal.Date) page.Sheet {
	d.Clock, d.Known = time.Date(2027, 11, 22, 9, 30, 0, 0, time.UTC), time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	v, _ := dateView(d)
	return v
}

// install is the page of the certificate, with a fingerprint as long as any.
func install(t testing.TB) installView {
	t.Helper()
	v, err := newInstallView(sampleNumber(), "https://clinic.example.org:8443/")
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func sampleNumber() []string { return strings.Fields(strings.Repeat("0DA4 9BF7 E8C3 7B12 ", 4)) }

// usersSamples are the pages of users: the list, one user, what was done.
func usersSamples() (list func(string) usersView, one func(string, bool) userView, done func(string) accountsView) {
	at := time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)
	account := func(name string) access.Account {
		return access.Account{User: access.User{ID: db.ID{1}, Login: "amal", Name: name, Roles: access.Roles()[:3], Sites: []string{"NBO", "KLA"}, Programmes: []string{access.All},
			Ceiling: "clinical", Locale: "ar", Disputed: true}, Password: true, Given: true, Changed: at, Shut: at}
	}
	list = func(name string) usersView {
		a, b := account(name), account(name)
		b.Disabled, b.Sites = true, []string{access.All}
		return usersView{Table: usersTable([]access.Account{a, b, {User: a.User}}), Add: page.Link{Href: usersPath + "/new", Text: page.M("app.users.add")}}
	}
	one = func(name string, own bool) userView {
		a := account(name)
		v := userView{Own: own, Acts: userActs(a, false), Edit: page.Link{Href: usersPath, Text: page.M("app.users.edit")}, Rows: page.Summary{
			{Label: page.M("door.me.name"), Value: name}, {Label: page.M("app.users.state"), Value: accountTags(a)}, {Label: page.M("door.me.roles"), Value: roleNames(a.Roles)},
			{Label: page.M("app.users.locale"), Value: localeName("ar")}}}
		for _, act := range access.AccountActs() {
			v.Done = append(v.Done, page.Event{When: at, What: page.M("app.accounts.act_" + string(act)), Detail: []page.Cell{name, roleNames(a.Roles)},
				State: lookedTag(access.AccountEvent{Opens: true})})
		}
		if !own {
			v.Secret, v.Password = "badi-feko-gumi-taro", page.Callout{Level: page.Wait, Title: page.M("app.users.password_title"), Text: []page.Msg{page.M("app.users.password_once"), page.M("app.users.password_tell")}}
		}
		return v
	}
	done = func(name string) accountsView {
		v := accountsView{Notice: accountsNotice(2), Table: accountsTable(), Form: &page.Form{Action: "/audit/accounts", Submit: page.M("app.accounts.look"), Fields: []page.Field{{Kind: page.Hidden, Name: "id", Value: "1"}}}}
		for _, act := range access.AccountActs() {
			v.Table.Rows = append(v.Table.Rows, []page.Cell{at, page.M("app.accounts.operator"), page.M("app.accounts.act_" + string(act)),
				page.Link{Href: usersPath, Name: name}, roleNames(access.Roles()[:2]), lookedTag(access.AccountEvent{Opens: true, Reviewed: at})})
		}
		return v
	}
	return list, one, done
}

func check(f *form.Form, answers map[string][]string) *form.Result {
	return f.Check(answers, nil, 20000)
}
