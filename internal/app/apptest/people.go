package apptest

import (
	"fmt"
	"maps"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/area/assessment"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/surveillance/outbreak"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// LinesAbout counts the lines of the read audit about somebody.
func (n *Node) LinesAbout(person db.ID) (lines int) {
	n.T.Helper()
	n.Read(func(tx *db.Tx) error {
		return tx.Row("SELECT count(*) FROM access_read WHERE subject = ?", person).Scan(&lines)
	})
	return lines
}

// Declare declares measles where everybody of a demo is, and looks at all of them.
func (n *Node) Declare(places ...string) db.ID {
	n.T.Helper()
	id, err := n.Outbreaks.Declare(n.Actor(access.Epidemiologist), outbreak.Outbreak{Disease: "measles", Places: places, From: (Today(n) - 10).Date(), Source: "Ministry of Health"},
		outbreak.Step{State: outbreak.Active, Why: "Confirmed by the laboratory."})
	if err == nil {
		err = n.Outbreaks.Look(app.AsProgram(n.T.Context()))
	}
	if err != nil {
		n.T.Fatal(err)
	}
	return id
}

// Register registers a person at the desk and returns who it is.
func (n *Node) Register(v *Visitor, pairs ...string) db.ID {
	n.T.Helper()
	f := v.Form("/people/new").Set(pairs...)
	f.Send().Says(n.T, 200)
	id, err := db.ParseID(f.Values.Get("id"))
	if err != nil {
		n.T.Fatal(err)
	}
	return id
}

// Woman registers a woman who is 30 on the tests' day.
func (n *Node) Woman() db.ID {
	return n.Register(n.At(access.Reception), "family_latin", "Warsame", "given_latin", "Amina", "sex", "female", "birth-day", "3", "birth-month", "3", "birth-year", "1996")
}

// Order orders a service for a person, as a physician does.
func (n *Node) Order(person db.ID, code, service, station, formName string) db.ID {
	n.T.Helper()
	site, err := app.DemoSite()
	if err != nil {
		n.T.Fatal(err)
	}
	r := order.Request{ID: db.NewID(), Subject: person, Pack: "us-immigrant", Code: code, Service: service, Station: station, Form: formName,
		Sensitivity: journal.Clinical, Site: site.Code}
	if err := n.Orders.Order(n.Actor(access.Physician), r); err != nil {
		n.T.Fatal(err)
	}
	return r.ID
}

// Film orders a chest X-ray and answers the path of its order.
func (n *Node) Film(person db.ID) (order string) {
	return "/orders/" + n.Order(person, "CXR", "chest-xray", "radiology", "cxr-result").String()
}

// DateFields answers the three boxes of a date.
func DateFields(name string, d calendar.Day) []string {
	y, m, dd := d.YMD()
	return []string{name + "-day", fmt.Sprint(dd), name + "-month", fmt.Sprint(m), name + "-year", fmt.Sprint(y)}
}

// Today is the day on which a node stands.
func Today(n *Node) calendar.Day { return calendar.DayOfTime(n.Clock.Now()) }

// OpenCase opens a case for one person and answers it.
func (n *Node) OpenCase(person db.ID) db.ID {
	n.T.Helper()
	id := db.NewID()
	if err := n.Assessment.Open(n.Actor(access.Reception), assessment.NewCase{ID: id, Case: assessment.Case{Number: "NBO2026000001", Destination: "us-immigrant",
		ExamDate: Today(n).Date(), ExamCountry: "KEN"}, Members: []assessment.NewMember{{ID: db.NewID(), Person: person, Relation: "principal"}}}); err != nil {
		n.T.Fatal(err)
	}
	return id
}

// Ordered are the services of a person that are ordered for a case and not withdrawn.
func (n *Node) Ordered(person, caseID db.ID) (codes []string) {
	n.T.Helper()
	n.Read(func(tx *db.Tx) error {
		states, err := n.Orders.States(tx, person, caseID)
		maps.DeleteFunc(states, func(_ string, s order.Status) bool { return !s.Open() })
		codes = slices.Sorted(maps.Keys(states))
		return err
	})
	return codes
}

// Load reads a document from the journal.
func (n *Node) Load(doc db.ID) (d *journal.Doc) {
	n.T.Helper()
	n.Read(func(tx *db.Tx) (err error) { d, err = n.Journal.Load(tx, doc); return err })
	return d
}

// AtOnce has two officers change a document on the same page.
func (n *Node) AtOnce(doc db.ID, field string, values ...string) {
	n.T.Helper()
	d := n.Load(doc)
	for i, v := range values {
		a, _ := access.From(n.Actor([]access.Role{access.Reception, access.Nurse}[i]))
		if err := n.DB.Write(n.T.Context(), func(tx *db.Tx) error {
			return n.Journal.Append(tx, a.Author(), journal.Change{Kind: d.Kind, Doc: doc, Base: d.Version, Fields: map[string]any{field: v}})
		}); err != nil {
			n.T.Fatal(err)
		}
	}
}
