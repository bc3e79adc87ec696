package app_test

import (
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/area/surveillance/outbreak"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// A child with watery stools is a suspected case of cholera where an outbreak of it was
// declared, and open where nobody did; a case of before follows when it is declared and
// when it is discarded, with the outbreak as the cause.
func TestTheLineListReadsTheOutbreakThatWasDeclared(t *testing.T) {
	n := apptest.Start(t)
	nurse := n.Actor(access.Nurse)
	child := func() db.ID {
		id, err := n.Cases.Record(nurse, linelist.Case{Disease: "cholera", Reported: apptest.Today(n).Date(), Onset: (apptest.Today(n) - 1).Date(), Birth: (apptest.Today(n) - 540).Date()}, true)
		if err == nil {
			err = n.Cases.Answer(nurse, id, journal.Base{}, map[string]value.Value{"sign:stool_watery": value.Of(true), "sign:stool_blood": value.Of(false), "sign:stools_24h": value.Number(6), "sign:diarrhoea_days": value.Number(1)})
		}
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	class := func(id db.ID) linelist.Class {
		o, err := n.Cases.Open(nurse, id, "en")
		if err != nil {
			t.Fatal(err)
		}
		return o.Class()
	}
	program, _ := access.From(app.AsProgram(t.Context()))
	who := map[db.ID]string{program.User: "program"}
	history := func(id db.ID) string {
		o, err := n.Cases.Open(nurse, id, "en")
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, k := range o.Classed[1:] {
			out = append(out, string(k.Class)+" by "+who[k.By]+": "+k.Cause)
		}
		if o.Stale {
			out = append(out, "stale")
		}
		return strings.Join(out, ", ")
	}
	looks := func() {
		if err := n.OutbreaksChanged(app.AsProgram(t.Context())); err != nil {
			t.Fatal(err)
		}
	}
	before := child()
	told := history(before)
	if looks(); history(before) != told || class(before) != linelist.Open {
		t.Errorf("before anything was declared: %s, %s", class(before), history(before))
	}
	site, err := app.DemoSite()
	var declared db.ID
	var o outbreak.Outbreak
	if err == nil {
		o = outbreak.Outbreak{Disease: "cholera", Places: []string{outbreak.SitePrefix + site.Code}, From: (apptest.Today(n) - 10).Date(), Source: "Ministry of Health"}
		declared, err = n.Outbreaks.Declare(n.Actor(access.Epidemiologist), o, outbreak.Step{State: outbreak.Active, Why: "Confirmed by the laboratory."})
	}
	if err != nil {
		t.Fatal(err)
	}
	after := child()
	if got := class(after); got != linelist.Suspected {
		t.Errorf("after it was declared: %s", got)
	}
	own := history(after)
	looks()
	if got, want := history(before), told+", SUSPECTED by program: outbreak"; class(before) != linelist.Suspected || got != want {
		t.Errorf("the case of before it was declared: %s, %q, want %q", class(before), got, want)
	}
	once := history(before)
	if looks(); history(before) != once || history(after) != own {
		t.Errorf("looked at again, nothing is new: %s; %s", history(before), history(after))
	}
	if err := n.Outbreaks.Do(n.Actor(access.Epidemiologist), outbreak.Change{ID: declared, Outbreak: o, Step: outbreak.Step{State: outbreak.Discarded, Why: "The laboratory found another cause."}}); err != nil {
		t.Fatal(err)
	}
	looks()
	for _, id := range []db.ID{before, after} {
		if got := history(id); class(id) != linelist.Open || !strings.HasSuffix(got, ", OPEN by program: outbreak") {
			t.Errorf("after it was discarded: %s, %s", class(id), got)
		}
	}
}
