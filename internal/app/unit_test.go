package app

import (
	"testing"

	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/area/surveillance/outbreak"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// A child with watery stools is a suspected case of cholera where an outbreak of it was
// declared, and open where nobody did.
func TestTheLineListReadsTheOutbreakThatWasDeclared(t *testing.T) {
	n := startNode(t)
	nurse := n.actor(access.Nurse)
	child := func() db.ID {
		id, err := n.Cases.Record(nurse, linelist.Case{Disease: "cholera", Reported: today(n).Date(), Onset: (today(n) - 1).Date(), Birth: (today(n) - 540).Date()}, true)
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
	before := child()
	site, err := demoSite()
	if err == nil {
		_, err = n.Outbreaks.Declare(n.actor(access.Epidemiologist), outbreak.Outbreak{Disease: "cholera", Places: []string{outbreak.SitePrefix + site.Code}, From: (today(n) - 10).Date(), Source: "Ministry of Health"},
			outbreak.Step{State: outbreak.Active, Why: "Confirmed by the laboratory."})
	}
	if err != nil {
		t.Fatal(err)
	}
	if got := class(before); got != linelist.Open {
		t.Errorf("before it was declared: %s", got)
	}
	if got := class(child()); got != linelist.Suspected {
		t.Errorf("after it was declared: %s", got)
	}
}
