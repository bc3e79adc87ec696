package packweb

import (
	"errors"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/assessment"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/packs"
)

// Samples are the pages for the tests that render every page. The full views are
// those of a shipped pack; if none can be read they are as good as empty, which
// the tests of the packs themselves report.
func Samples() []page.Sample {
	p, err := pack.Load(packs.Builtin(), "us-immigrant")
	if err != nil {
		p = &pack.Pack{}
	}
	v, names := sampleVersion(p)
	list := listView{Links: []page.Link{{Href: "/packs/import", Text: page.M("packs.import.title")}}}
	list.add(v, p)
	list.Packs[0].Going, _ = sweepOf(assessment.Sweep{Looked: 312, Total: 1204, Begun: sampleClock()})
	_, list.Packs[0].Done = sweepOf(assessment.Sweep{Looked: 1204, Total: 1204, Moved: 37, Begun: sampleClock(), Ended: sampleClock()})
	full := viewOf(v, p, names)
	full.Links = []page.Link{{Href: path(v, "approve"), Text: page.M("packs.approve.link")}, {Href: path(v, "stop"), Text: page.M("packs.stop.link")}}
	rows, members := rowsView{}, rowsView{}
	if len(p.Tables) > 0 {
		rows = tableView(v, p, p.Tables[0])
	}
	if len(p.Lists) > 0 {
		cut := *p.Lists[0]
		cut.Members = cut.Members[:min(len(cut.Members), 5)]
		members = membersView(p, &cut)
	}
	failing := pack.Report{Passed: 3, Failed: 2, Failures: []pack.Failure{
		{Case: "US-02", Line: 1, Wrong: []pack.Mismatch{{What: "require", Want: []string{"IGRA"}, Got: []string{}}}, Rows: []string{"US-S1"}},
		{Case: "US-05", Line: 2, Err: errors.New("fact igra: \"maybe\" is not one of not_done, neg, pos")}}}
	findings := []pack.Finding{{Severity: pack.Error, Rule: "gap", File: "tables/services.csv", Row: 7, Column: "age_years", Text: "no row applies when age_years is 16"},
		{Severity: pack.Warning, Rule: "unused-source", File: "pack.yaml", Text: "nothing cites it"}}
	s := []page.Sample{
		{Name: "packs", Template: "packs/list", Title: "packs.title", Empty: listView{}, Full: list, Wide: true},
		{Name: "pack version", Template: "packs/version", Title: "packs.title", Empty: versionView{}, Full: full, Wide: true},
		{Name: "pack table", Template: "packs/table", Title: "packs.title", Empty: rowsView{}, Full: rows, Wide: true},
		{Name: "pack list", Template: "packs/table", Title: "packs.title", Empty: rowsView{}, Full: members, Wide: true},
		{Name: "pack checks", Template: "packs/check", Title: "packs.title", Empty: checkView{}, Full: checkOf(failing, findings), Wide: true},
		{Name: "pack import", Template: "page/form", Title: "packs.import.title", Empty: importForm(), Full: importForm()},
	}
	for _, name := range actOrder {
		form := func() *page.Form { return acts[name].form(&Web{Deps{Clock: sampleClock}}, v, p) }
		s = append(s, page.Sample{Name: "pack " + name, Template: "page/form", Title: "packs.title", Empty: form(), Full: form()})
	}
	return s
}

func sampleClock() time.Time { return time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC) }

// sampleVersion is a version on which officers did everything they can.
func sampleVersion(p *pack.Pack) (pack.Version, map[db.ID]string) {
	one, two := db.ID{15: 1}, db.ID{15: 2}
	day := calendar.DayOf(2026, 12, 1)
	act := func(n pack.ActName, by db.ID, minutes int) pack.Act {
		return pack.Act{ID: db.ID{15: byte(minutes)}, Hash: p.Hash, Name: n, By: by, At: sampleClock().Add(time.Duration(minutes) * time.Minute), From: day,
			Rows: []string{"US-S1"}, Reason: "The age in row US-S1 is wrong."}
	}
	life := pack.LifeOf(pack.Review, []pack.Act{act(pack.ActApprove, one, 1), act(pack.ActApprove, two, 2), act(pack.ActActivate, one, 3),
		act(pack.ActActivate, two, 4), act(pack.ActStop, one, 5), act(pack.ActStop, two, 6), act(pack.ActStop, one, 7), act(pack.ActActivate, one, 8)})
	v := pack.Version{ID: db.ID{15: 9}, Pack: p.ID, Number: p.Version, Hash: p.Hash, By: one, At: sampleClock(), Life: life}
	v.Status = life.Status(day)
	return v, map[db.ID]string{one: "Miriam Okello", two: "سارة حداد"}
}
