package app_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/area/care/encounter"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/care/problem"
	"github.com/godwit-health/godwit/internal/area/care/referral"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/area/stewardship"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/area/surveillance/outbreak"
	"github.com/godwit-health/godwit/internal/area/travel"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// notAboutOne are the pages with a part of the path to fill in that are about no
// one person: each with why.
var notAboutOne = []string{
	"GET /packs/{id}", "GET /packs/{id}/", // protocols
	"GET /lang/{code}", "GET /worklist/{station}", "GET /worklist/{station}/done", "GET /worklist/{station}/print/list", "GET /worklist/{station}/label", // a language; a list, which is a search
	"GET /cases/{id}", "GET /cases/{id}/edit", "GET /cases/{id}/people", "GET /families/{id}", // several people, noted as a search
	"GET /people/{id}/photo.jpg",                      // a picture inside a page, see the next test
	"GET /admin/users/{id}", "GET /admin/users/{id}/", // people who work here
	"GET /admin/nodes/{id}", "GET /admin/nodes/{id}/revoke", // a machine
	"GET /complaints/{id}",                                                                            // of nobody: a complaint names no person
	"GET /border/points/{code}", "GET /border/points/{point}/day", "GET /border/points/{point}/board", // counts of nobody
	"GET /border/points/{point}/", "GET /border/devices/{id}", "GET /border/stations/{id}", // a point and what stands there
	// Travellers, who are not registered: the line is about the record itself (traveller.Service.Open).
	"GET /border/travellers/{id}", "GET /border/travellers/{id}/", "GET /border/measures/{id}", "GET /border/measures/{id}/{act}", "GET /border/declarations/{id}", "GET /border/declarations/{id}/{list}",
	"GET /campaigns/{id}", "GET /campaigns/{id}/", "GET /campaign/messages/{id}", "GET /campaign/activities/{id}", "GET /rumours/{id}", // counts of nobody, and what is said without a name
	"GET /declare/{point}",                                           // an empty form
	"GET /surveillance/alerts/{id}", "GET /surveillance/annex2/{id}", // an event and its counts
	"GET /surveillance/counts/",                                              // what reports say of a place
	"GET /surveillance/signals/{id}", "GET /surveillance/signals/{id}/{act}", // hold nobody; whom one came from is a link to that person's page
	"GET /agreements/{id}", "GET /hubs/{pin}", // between two hubs, about nobody
	// What was agreed with another hub stands in sharing_test.go, where there is one.
	"GET /handovers/{id}", "GET /people/{id}/handover/{agreement}",
	"GET /contacts/{id}",                                                     // somebody who is not registered: the line is about the contact itself
	"GET /surveillance/signals/{id}", "GET /surveillance/signals/{id}/{act}", // an event; a person behind it is a link to their own page
	"GET /outbreaks/{id}", "GET /outbreaks/{id}/step", // name nobody
	"GET /surveillance/ready/",                  // offices, stock and plans of a place
	"GET /across/", "GET /contacts/{id}/across", // under an agreement with another hub: see across_test.go
	"GET /programme/", "GET /stock/", // counts of a site, and what stands on its shelves
	"GET /travel/{id}",                 // several people, noted as a search
	"GET /outbreaks/{id}/people",       // several people, noted as a search
	"GET /rooms/{id}", "GET /support/", // sealed: a line would tell that there is a record; who opened it stands in its room
	"GET /surveillance/counts/", "GET /mobility/", // numbers of a place and a time
}

// Whoever opens any page about a person leaves a line in the read audit: each page
// that is served is opened here by somebody who may, and a page that this test does
// not know fails it.
func TestEveryPageAboutAPersonLeavesALineInTheReadAudit(t *testing.T) {
	n := apptest.Start(t)
	person := n.Register(n.At(access.Reception), "family_latin", "Hassan", "given_latin", "Omar", "sex", "male", "birth-year", "1990")
	paths := pagesAbout(n, person)
	for _, p := range patterns(t, n.Mux()) {
		path, get := strings.CutPrefix(p, "GET ")
		if !get || !strings.Contains(path, "{") || path == "/{$}" ||
			slices.ContainsFunc(notAboutOne, func(x string) bool { return p == x || strings.HasSuffix(x, "/") && strings.HasPrefix(p, x) }) {
			continue
		}
		to, ok := paths[path]
		if !ok {
			t.Errorf("%s: is it about a person? Say how to open it, or why it is not", p)
			continue
		}
		opened := false
		for _, role := range []access.Role{access.Physician, access.Nurse, access.Reception, access.PrivacyOfficer, access.Counsellor, access.Epidemiologist} {
			v, before := n.At(role), n.LinesAbout(person)
			a := v.Get(to)
			if a.Status != http.StatusOK || strings.HasPrefix(a.Path, "/login") {
				continue
			}
			opened = true
			if after := n.LinesAbout(person); after <= before {
				t.Errorf("the %s opened %s (%s) and left no line", role, p, to)
			}
			break
		}
		if !opened {
			t.Errorf("nobody may open %s (%s): the test shows nothing of it", p, to)
		}
	}
}

// A picture inside a page that was just opened is part of that page.
func TestAPictureInAPageLeavesNoSecondLine(t *testing.T) {
	n := apptest.Start(t)
	person := n.Woman()
	photograph(n, person)
	v := n.At(access.Nurse)
	v.Get("/people/"+person.String()).Says(t, 200)
	before := n.LinesAbout(person)
	if a := v.Get("/people/" + person.String() + "/photo.jpg"); a.Status != 200 {
		t.Fatalf("the picture: %d", a.Status)
	}
	if after := n.LinesAbout(person); after != before {
		t.Errorf("%d lines for the picture", after-before)
	}
	// Asked for by itself, it is the first thing that somebody else sees of her.
	n.At(access.Physician).Get("/people/" + person.String() + "/photo.jpg")
	if after := n.LinesAbout(person); after != before+1 {
		t.Errorf("%d lines for a picture that was opened by itself", after-before)
	}
}

func TestAFormThatComesBackLeavesALineToo(t *testing.T) {
	n := apptest.Start(t)
	person := n.Woman()
	v := n.At(access.Nurse)
	before := n.LinesAbout(person)
	v.Post("/people/"+person.String()+"/ask/pregnancy", map[string][]string{"q-pregnancy_today": {"no"}}).Says(t, 422, "Amina Warsame")
	if after := n.LinesAbout(person); after <= before {
		t.Error("a form that was posted by hand showed the person and left no line")
	}
}

// trip is where somebody's travel is looked at.
type trip struct{ page, check, note string }

// travels puts somebody on a flight of tomorrow with a check that is begun and a note.
func travels(n *apptest.Node, person db.ID) trip {
	must := func(err error) {
		n.T.Helper()
		if err != nil {
			n.T.Fatal(err)
		}
	}
	nurse, today := n.Actor(access.Nurse), apptest.Today(n)
	flight, err := n.Travel.Plan(nurse, travel.Movement{Day: today + 1, Mode: travel.Flight, Number: "GW 7", To: "CAN", Hours: 9})
	must(err)
	must(n.Travel.Board(nurse, flight, people.ShowCode(people.Code(person))))
	check := db.NewID()
	must(n.Travel.Begin(nurse, check, flight, person))
	must(n.Travel.Write(nurse, flight, person, travel.Note{To: "Clinic", Arrival: today + 1, Condition: "Well", Medicines: "None"}, nil))
	along, err := n.Travel.Along(nurse, flight, person, "en")
	must(err)
	at := "/travel/" + flight.String() + "/people/" + person.String()
	return trip{at, "/travel-checks/" + check.String(), "/travel-notes/" + along.Note.ID.String()}
}

// photograph gives a person a photo.
func photograph(n *apptest.Node, person db.ID) {
	n.T.Helper()
	if err := n.People.SetPhoto(n.Actor(access.Reception), person, db.NewID(), smallPicture(n.T)); err != nil {
		n.T.Fatal(err)
	}
}

// smallPicture is a JPEG of nobody.
func smallPicture(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 200, 200)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// pagesAbout fills each pattern of a page about a person: what each needs is made
// here first, by people who may.
func pagesAbout(n *apptest.Node, person db.ID) map[string]string {
	n.T.Helper()
	must := func(err error) {
		n.T.Helper()
		if err != nil {
			n.T.Fatal(err)
		}
	}
	desk, doctor := n.Actor(access.Reception), n.Actor(access.Physician)
	photograph(n, person)
	family := db.NewID()
	must(n.People.NewFamily(desk, people.Family{ID: family, Unit: people.UnitFamily, Number: "GW-77001"}, person, people.RoleHead))
	var inFamily, member db.ID
	caseID := n.OpenCase(person)
	n.Read(func(tx *db.Tx) error {
		if err := tx.Row("SELECT id FROM people_member WHERE person = ?", person).Scan(&inFamily); err != nil {
			return err
		}
		return tx.Row("SELECT id FROM assessment_member WHERE person = ?", person).Scan(&member)
	})
	ill, err := n.Cases.Record(doctor, linelist.Case{Disease: "measles", Person: person, Reported: apptest.Today(n).Date()}, false)
	must(err)
	measles, err := n.Outbreaks.Declare(n.Actor(access.Epidemiologist), outbreak.Outbreak{Disease: "measles", Places: []string{"KEN"}, From: apptest.Today(n).Date(), Source: "Ministry of Health"}, outbreak.Step{State: outbreak.Active, Why: "Confirmed."})
	must(err)
	film, talk := n.Order(person, "EXAM", "exam", "physician", "cxr-result"), n.Order(person, "CXR2", "chest-xray", "radiology", "cxr-result")
	saved, err := n.Orders.Record(doctor, order.Entry{ID: db.NewID(), Order: film, Identity: "photo", Answers: map[string][]string{
		"image_date": {apptest.Today(n).String()}, "shielded": {"no"}, "quality": {"good"}, "cxr": {"normal"}, "reader": {"R. Quispe"}}})
	must(err)
	site, err := app.DemoSite()
	must(err)
	blood := order.Request{ID: db.NewID(), Subject: person, Pack: "us-immigrant", Code: "HIV", Service: "hiv-test", Station: access.LabStation, Form: "hiv-result",
		Sensitivity: journal.Sensitive, Site: site.Code, Needs: []order.Need{order.NeedConsent}, Consent: "hiv"}
	must(n.Orders.Order(doctor, blood))
	b := "/orders/" + blood.ID.String()
	request := db.NewID()
	must(n.Steward.Record(desk, stewardship.Request{ID: request, Person: person, Asked: stewardship.AskedCopy, By: stewardship.BySelf, Received: apptest.Today(n)}))
	erasure := db.NewID()
	must(n.Steward.AskErasure(n.Actor(access.PrivacyOfficer), stewardship.Erasure{ID: erasure, Person: person, Reason: stewardship.ReasonRequest, Kinds: []string{"people.photo"}}))
	n.AtOnce(person, "wristband", "W-1", "W-2")
	must(n.Access.BreakGlass(doctor, person, "unconscious, allergies needed"))
	glasses, err := n.Access.Glasses(n.Actor(access.PrivacyOfficer), 10)
	must(err)
	agreed := people.Consent{ID: db.NewID(), Scope: people.ScopePhoto, Decision: people.Given, GivenBy: people.BySelf, On: apptest.Today(n).Date(), Capacity: people.CapacityFull,
		Interpreter: people.InterpreterNone, Mode: people.ModeSigned}
	must(n.People.RecordConsent(desk, person, []people.Consent{agreed}))
	visit := db.NewID()
	must(n.Encounters.Begin(doctor, visit, person, "phc-adult", "TRIAGE", encounter.Fixed))
	cold := db.NewID()
	must(n.Problems.Add(doctor, problem.Entry{ID: cold, Person: person, Words: problem.Words{Name: "Cold"}, Certainty: problem.Suspected}))
	tb, move := db.NewID(), db.NewID()
	must(n.Courses.Enrol(doctor, tb, person, "tb", "TB", apptest.Today(n)))
	must(n.Courses.AskTransfer(doctor, move, tb, app.DemoClinic().Code, ""))
	trip := travels(n, person)
	sent := db.NewID()
	must(n.Referrals.Send(doctor, referral.Request{ID: sent, Person: person, To: referral.ToOutside, ToName: "District hospital", Urgency: "soon", Reason: "Fever", Transport: "foot"}))
	l := "/linelist/" + ill.String()
	p, c, o, r := "/people/"+person.String(), "/cases/"+caseID.String()+"/members/"+member.String(), "/orders/"+talk.String(), "/results/"+saved.Result.ID.String()
	return map[string]string{
		"/people/{id}": p, "/people/{id}/edit/{section}": p + "/edit/name", "/people/{id}/journey": p + "/journey", "/people/{id}/stays/{doc}": p + "/stays/new",
		"/people/{id}/documents/{doc}": p + "/documents/new", "/people/{id}/contacts/{doc}": p + "/contacts/new", "/people/{id}/consents": p + "/consents",
		"/people/{id}/consent/{scope}": p + "/consent/assessment", "/people/{id}/consents/{doc}/withdraw": p + "/consents/" + agreed.ID.String() + "/withdraw",
		"/people/{id}/print/consent/{scope}": p + "/print/consent/assessment", "/people/{id}/print/slip": p + "/print/slip", "/people/{id}/photo": p + "/photo",
		"/people/{id}/family": p + "/family", "/people/{id}/relations": p + "/relations", "/people/{id}/handover": p + "/handover",
		"/people/{id}/ask/pregnancy": p + "/ask/pregnancy", "/people/{id}/print/copy": p + "/print/copy", "/people/{id}/print/looked": p + "/print/looked",
		"/families/{id}/members/{doc}": "/families/" + family.String() + "/members/" + inFamily.String(),
		"/cases/{id}/members/{member}": c, "/cases/{id}/members/{member}/answer": c + "/answer", "/cases/{id}/members/{member}/application": c + "/application",
		"/cases/{id}/members/{member}/waive": c + "/waive?service=CXR", "/cases/{id}/members/{member}/override": c + "/override", "/cases/{id}/members/{member}/print/why": c + "/print/why",
		"/orders/{id}": o, "/orders/{id}/result": o + "/result", "/orders/{id}/collect": o + "/collect", "/orders/{id}/counselling": o + "/counselling",
		"/orders/{id}/consent": b + "/consent", "/orders/{id}/print/label": b + "/print/label", "/orders/{id}/close": o + "/close", "/orders/{id}/again": o + "/again",
		"/results/{id}": r, "/results/{id}/correct": r + "/correct", "/results/{id}/error": r + "/error", "/results/{id}/told": r + "/told",
		"/rights/{id}": "/rights/" + request.String(), "/erasures/{id}": "/erasures/" + erasure.String(), "/review/{doc}": "/review/" + person.String() + "?topic=wristband",
		"/exposure/{id}": "/exposure/" + person.String(), "/outbreaks/{id}/people/{person}": "/outbreaks/" + measles.String() + "/people/" + person.String(),
		"/linelist/{id}": l, "/linelist/{id}/edit": l + "/edit", "/linelist/{id}/signs": l + "/signs", "/linelist/{id}/result": l + "/result?of=lab:igm:measles", "/linelist/{id}/override": l + "/override", "/linelist/{id}/contact": l + "/contact",
		"/linelist/{id}/circle": l + "/circle", "/linelist/{id}/source": l + "/source", "/linelist/{id}/across": l + "/across",
		"/travel/{id}/people/{person}": trip.page, "/travel/{id}/people/{person}/escort": trip.page + "/escort", "/travel-checks/{id}": trip.check, "/travel-notes/{id}": trip.note,
		"/care/{id}":    "/care/" + visit.String(),
		"/courses/{id}": "/courses/" + tb.String(), "/courses/{id}/doses": "/courses/" + tb.String() + "/doses", "/courses/{id}/transfer": "/courses/" + tb.String() + "/transfer",
		"/people/{id}/growth": p + "/growth", "/people/{id}/print/growth": p + "/print/growth",
		"/referrals/{id}": referral.Path(sent),
		"/transfers/{id}": "/transfers/" + move.String(), "/continuity/{id}": "/continuity/" + person.String(),
		"/people/{id}/problems": p + "/problems", "/problems/{id}": "/problems/" + cold.String(),
		"/glass/{subject}": "/glass/" + person.String(), "/audit/glass/{id}": "/audit/glass/" + glasses[0].ID.String(),
	}
}
