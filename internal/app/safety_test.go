package app

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// register registers a person at the desk and returns who it is.
func (n *testNode) register(v *visitor, pairs ...string) db.ID {
	n.t.Helper()
	f := v.form("/people/new").set(pairs...)
	f.send().says(n.t, 200)
	id, err := db.ParseID(f.values.Get("id"))
	if err != nil {
		n.t.Fatal(err)
	}
	return id
}

// woman registers a woman who is 30 on the tests' day.
func (n *testNode) woman() db.ID {
	return n.register(n.at(access.Reception), "family_latin", "Warsame", "given_latin", "Amina", "sex", "female", "birth-day", "3", "birth-month", "3", "birth-year", "1996")
}

// order orders a service for a person, as a physician does.
func (n *testNode) order(person db.ID, code, service, station, formName string) db.ID {
	n.t.Helper()
	site, err := demoSite()
	if err != nil {
		n.t.Fatal(err)
	}
	r := order.Request{ID: db.NewID(), Subject: person, Pack: "us-immigrant", Code: code, Service: service, Station: station, Form: formName,
		Sensitivity: journal.Clinical, Site: site.Code}
	if err := n.Orders.Order(n.actor(access.Physician), r); err != nil {
		n.t.Fatal(err)
	}
	return r.ID
}

func (n *testNode) film(person db.ID) (order string) {
	return "/orders/" + n.order(person, "CXR", "chest-xray", "radiology", "cxr-result").String()
}

// linkTo is the first link of a page that leads to part, "" for none.
func linkTo(a answer, part string) string {
	for _, l := range a.links() {
		if strings.Contains(l, part) {
			return l
		}
	}
	return ""
}

// date answers the three boxes of a date.
func date(name string, d calendar.Day) []string {
	y, m, dd := d.YMD()
	return []string{name + "-day", fmt.Sprint(dd), name + "-month", fmt.Sprint(m), name + "-year", fmt.Sprint(y)}
}

func today(n *testNode) calendar.Day { return calendar.DayOfTime(n.clock.Now()) }

func TestAWomanIsNotXRayedBeforeTheAnswerOfTheDay(t *testing.T) {
	n := startNode(t)
	film := n.film(n.woman())
	station := n.at(access.Radiographer)
	a := station.get(film).says(t, 200, "Pregnancy was not answered today", "Ask about pregnancy today")
	if linkTo(a, film+"/collect") != "" || linkTo(a, film+"/result") != "" {
		t.Error("the station is offered the act before the answer")
	}
	// A page that was left open, or a request by hand, gets no further.
	station.form(film+"/collect").set("identity", "photo").send().says(t, 422, "The safety check of this station is not clean")

	ask := linkTo(a, "/ask/pregnancy")
	if ask == "" {
		t.Fatal("no way to ask")
	}
	station.get(ask).says(t, 200, "Amina Warsame", "Are you pregnant, or could you be?", "She may decline")
	// Nothing is ticked in advance, and no answer is no answer.
	f := station.form(ask)
	if got := f.values.Get("q-pregnancy_today"); got != "" {
		t.Errorf("an answer was chosen in advance: %q", got)
	}
	f.send().says(t, 422, "There is a problem")
	// After "no" the questions about the periods follow, and have to be answered.
	a = station.form(ask).set("q-pregnancy_today", "no").send().says(t, 422, "About your periods")
	a = station.formOf(a, ask).set("q-pregnancy_today", "no", "q-periods", "known").send().says(t, 422, "First day of the last period")
	tomorrow := append([]string{"q-pregnancy_today", "no", "q-periods", "known"}, date("q-lmp", today(n)+1)...)
	a = station.formOf(a, ask).set(tomorrow...).send().says(t, 422, "The date lies in the future")
	whole := append([]string{"q-pregnancy_today", "no", "q-periods", "known"}, date("q-lmp", today(n)-12)...)
	last := station.formOf(a, ask).set(whole...)
	a = last.send().says(t, 200, "The answers of today are saved")
	if a.path != film {
		t.Errorf("after the answers the station stands at %s, want the order %s", a.path, film)
	}
	if linkTo(a, film+"/collect") == "" || strings.Contains(text(a.doc), "Pregnancy was not answered") {
		t.Errorf("the answered order is still stopped: %s", text(a.doc))
	}
	// The same form again changes nothing and says so.
	last.send().says(t, 409, "This form was sent before")
	station.form(film+"/collect").set("identity", "photo").send().says(t, 200)
}

func TestTheAnswerOfAnotherDayCountsAsNone(t *testing.T) {
	n := startNode(t)
	film := n.film(n.woman())
	station := n.at(access.Radiographer)
	whole := append([]string{"q-pregnancy_today", "no", "q-periods", "known"}, date("q-lmp", today(n)-12)...)
	ask := linkTo(station.get(film), "/ask/pregnancy")
	a := station.form(ask).set("q-pregnancy_today", "no").send()
	a = station.formOf(a, ask).set("q-periods", "known").send()
	station.formOf(a, ask).set(whole...).send().says(t, 200)
	n.clock.move(24 * time.Hour)
	n.at(access.Radiographer).get(film).says(t, 200, "Pregnancy was not answered today")
}

func TestARefusedAnswerGoesToThePhysician(t *testing.T) {
	n := startNode(t)
	person := n.woman()
	film := n.film(person)
	station := n.at(access.Radiographer)
	ask := linkTo(station.get(film), "/ask/pregnancy")
	a := station.form(ask).set("q-pregnancy_today", "refused").send().says(t, 200, "She does not wish to say", "The physician sees to it today")
	if linkTo(a, "/ask/") != "" || linkTo(a, film+"/collect") != "" {
		t.Error("the station is to ask again, or may go on")
	}
	// The answer is hers: a refusal is not a no, and nobody at a station reads it.
	n.read(func(tx *db.Tx) error {
		facts, err := n.Orders.Facts(tx, person, []string{"pregnancy_today"})
		if got := facts["pregnancy_today"].Value; got.Kind() != value.KindRefused {
			t.Errorf("recorded as %v", got)
		}
		return err
	})
	doctor := n.at(access.Physician)
	a = doctor.get(film).says(t, 200, "Talk with her alone and record what she says")
	whole := append([]string{"q-pregnancy_today", "no", "q-periods", "known"}, date("q-lmp", today(n)-5)...)
	talk := linkTo(a, "/ask/pregnancy")
	b := doctor.form(talk).set("q-pregnancy_today", "no").send()
	b = doctor.formOf(b, talk).set("q-periods", "known").send()
	doctor.formOf(b, talk).set(whole...).send().says(t, 200, "The answers of today are saved")
	if linkTo(station.get(film), film+"/collect") == "" {
		t.Error("after the talk the station may still not go on")
	}
}

func TestTheQuestionsAreAskedInFourLanguagesOfWhoTheyAreFor(t *testing.T) {
	n := startNode(t)
	ask := "/people/" + n.woman().String() + "/ask/pregnancy"
	nurse := n.at(access.Nurse)
	for lang, words := range map[string]string{"en": "Are you pregnant", "fr": "Êtes-vous enceinte", "es": "¿Está embarazada", "ar": "هل أنتِ حامل"} {
		nurse.get("/lang/" + lang + "?return=/")
		nurse.get(ask).says(t, 200, words)
	}
	nurse.get("/lang/en?return=/")
	man := n.register(n.at(access.Reception), "family_latin", "Osei", "given_latin", "Kofi", "sex", "male", "birth-year", "1990")
	nurse.get("/people/"+man.String()+"/ask/pregnancy").says(t, 200, "By sex and age this is not asked here")
	nurse.post("/people/"+man.String()+"/ask/pregnancy", map[string][]string{"id": {db.NewID().String()}, "q-pregnancy_today": {"no"}}).says(t, 409)
	if a := nurse.get(n.film(man)); linkTo(a, "/ask/") != "" {
		t.Error("a man is asked")
	}
	// Reception asks nobody, and hears what it hears about any closed door.
	n.at(access.Reception).get(ask).says(t, 403)
	nurse.get("/people/"+db.NewID().String()+"/ask/pregnancy").says(t, 404)
	nurse.get("/people/nobody/ask/pregnancy").says(t, 404)
}

// Each kind of act against each kind of person. An injection or a medicine that
// the pack does not know has to be safe as any it could be.
func TestWhatIsAboutToBeDoneDecides(t *testing.T) {
	n := startNode(t)
	reception := n.at(access.Reception)
	people := map[string]db.ID{
		"woman, not asked":    n.woman(),
		"woman, pregnant":     n.register(reception, "family_latin", "Bekele", "given_latin", "Hiwot", "sex", "female", "birth-year", "1998"),
		"woman, not pregnant": n.register(reception, "family_latin", "Rojas", "given_latin", "Marta", "sex", "female", "birth-year", "1994"),
		"man":                 n.register(reception, "family_latin", "Osei", "given_latin", "Kofi", "sex", "male", "birth-year", "1990"),
		"sex not recorded":    n.register(reception, "family_latin", "Diallo", "given_latin", "Awa", "birth-year", "2000"),
		"girl of five":        n.register(reception, "family_latin", "Okello", "given_latin", "Grace", "sex", "female", "birth-year", "2021"),
	}
	say := func(person string, answers map[string]value.Value) {
		site, _ := demoSite()
		err := n.DB.Write(t.Context(), func(tx *db.Tx) error {
			for code, v := range answers {
				if err := n.Orders.Answer(tx, journal.Author{User: db.NewID()}, order.Answer{Subject: people[person], Code: code, Value: v, On: today(n), Sensitivity: journal.Sensitive, Site: site.Code}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	say("woman, pregnant", map[string]value.Value{"pregnancy_today": value.Of(true)})
	say("woman, not pregnant", map[string]value.Value{"pregnancy_today": value.Of(false), "periods": value.Text("known"), "lmp": value.Day(int(today(n) - 9))})

	acts := map[string]order.Order{
		"X-ray":             {Request: order.Request{Service: "chest-xray", Station: "radiology"}, Act: form.Image},
		"MMR":               {Request: order.Request{Service: "vaccine-mmr", Station: "vaccination"}, Act: form.Injection},
		"tetanus":           {Request: order.Request{Service: "vaccine-td", Station: "vaccination"}, Act: form.Injection},
		"skin test":         {Request: order.Request{Service: "tuberculin-skin-test", Station: "nurse"}, Act: form.Injection},
		"unknown injection": {Request: order.Request{Service: "vaccine-of-tomorrow", Station: "vaccination"}, Act: form.Injection},
		"albendazole":       {Request: order.Request{Service: "presumptive-albendazole", Station: "vaccination"}, Act: form.Dispense},
		"praziquantel":      {Request: order.Request{Service: "presumptive-praziquantel", Station: "vaccination"}, Act: form.Dispense},
		"unknown medicine":  {Request: order.Request{Service: "something-new", Station: "pharmacy"}, Act: form.Dispense},
		"blood test":        {Request: order.Request{Service: "hiv-test", Station: "laboratory"}, Act: form.Specimen},
	}
	dangerous := []string{"X-ray", "MMR", "unknown injection", "albendazole", "unknown medicine"}
	stopped := map[string][]string{"woman, not asked": dangerous, "woman, pregnant": dangerous, "sex not recorded": dangerous}
	site, _ := demoSite()
	for who, id := range people {
		for what, o := range acts {
			o.ID, o.Subject, o.Site, o.Sensitivity = db.NewID(), id, site.Code, journal.Clinical
			n.read(func(tx *db.Tx) error {
				v, err := stationSafety{n.Node}.Check(n.actor(access.Nurse), tx, o, today(n))
				if want := !slices.Contains(stopped[who], what); v.Clean != want {
					t.Errorf("%s, %s: clean is %v, want %v", who, what, v.Clean, want)
				}
				if !v.Clean && len(v.Why) == 0 {
					t.Errorf("%s, %s: stopped without a reason", who, what)
				}
				return err
			})
		}
	}
}

// Without the rules nobody is touched; who may not know why hears that there is a
// reason.
func TestWithoutTheRulesNobodyIsTouched(t *testing.T) {
	n := startNode(t)
	person := n.woman()
	site, _ := demoSite()
	o := order.Order{Request: order.Request{ID: db.NewID(), Subject: person, Service: "chest-xray", Station: "radiology", Site: site.Code, Sensitivity: journal.Clinical}, Act: form.Image}
	check := func(ctxOf access.Role, on calendar.Day) order.Verdict {
		var v order.Verdict
		n.read(func(tx *db.Tx) (err error) {
			v, err = stationSafety{n.Node}.Check(n.actor(ctxOf), tx, o, on)
			return err
		})
		return v
	}
	if v := check(access.Radiographer, today(n)-3000); v.Clean || n.Pages.Text("en", v.Why[0]) != n.Pages.Text("en", page.M("app.safety.no_pack")) {
		t.Errorf("without the pack: %+v", v)
	}
	if v := check(access.Manager, today(n)); v.Clean || v.Ask.Href != "" || n.Pages.Text("en", v.Why[0]) != "There is a clinical reason. Ask the physician." {
		t.Errorf("to a manager: %+v", v)
	}
}

// Two stations have the questions open at once: what the first was told is not
// overwritten by the form that the second was shown before.
func TestAStaleNoDoesNotOverwriteAYes(t *testing.T) {
	n := startNode(t)
	person := n.woman()
	film := n.film(person)
	station, nurse := n.at(access.Radiographer), n.at(access.Nurse)
	ask := "/people/" + person.String() + "/ask/pregnancy"
	no := append([]string{"q-pregnancy_today", "no", "q-periods", "known"}, date("q-lmp", today(n)-12)...)
	a := nurse.form(ask).set("q-pregnancy_today", "no").send()
	stale := nurse.formOf(a, ask).set("q-periods", "known")
	a = stale.send()
	stale = nurse.formOf(a, ask).set(no...)
	yes := station.form(ask).set("q-pregnancy_today", "yes")
	if a := yes.send(); a.status == 422 { // what follows a yes is hers to decide
		yes = station.formOf(a, ask).set("q-pregnancy_today", "yes", "q-choice_explained", "yes", "q-choice", "wait")
		yes.send().says(t, 200, "The answers of today are saved")
	}
	stale.send().says(t, 200, "The answers of today are saved")
	n.read(func(tx *db.Tx) error {
		facts, err := n.Orders.Facts(tx, person, []string{"pregnancy_today"})
		if f := facts["pregnancy_today"]; !f.Disputed {
			t.Errorf("no dispute: %+v", f)
		}
		return err
	})
	if a := station.get(film); linkTo(a, film+"/collect") != "" || linkTo(a, "/ask/") == "" {
		t.Error("the station may go on, or may not ask again")
	}
}

// Her own record says that she is pregnant, what she says at the station is no: one
// of the two is wrong, and until it is known which nobody takes an image.
func TestARecordedPregnancyStandsAgainstANo(t *testing.T) {
	n := startNode(t)
	no, yes := decision.Fact{Value: value.Of(false)}, decision.Fact{Value: value.Of(true)}
	record := func(v value.Truth, on calendar.Day, disputed bool) map[string]decision.Fact {
		return map[string]decision.Fact{people.FactPregnant: {Value: value.OfTruth(v), AsOf: on.Date(), Disputed: disputed}}
	}
	for _, c := range []struct {
		what   string
		record map[string]decision.Fact
		said   decision.Fact
		want   bool
	}{
		{"yes of last week", record(value.Yes, today(n)-7, false), no, true},
		{"yes of two years ago", record(value.Yes, today(n)-730, false), no, false},
		{"a dispute in the record", record(value.No, today(n), true), no, true},
		{"both say yes", record(value.Yes, today(n), false), yes, false},
		{"the record says no", record(value.No, today(n), false), no, false},
		{"no record", nil, no, false},
	} {
		if got := recordDisagrees(c.record, c.said, today(n)); got != c.want {
			t.Errorf("%s: %v", c.what, got)
		}
	}
}

func TestTheRecordAndTheAnswerOfTheDayTogetherDecide(t *testing.T) {
	n := startNode(t)
	person := n.woman()
	film, ask := n.film(person), "/people/"+person.String()+"/ask/pregnancy"
	station, nurse := n.at(access.Radiographer), n.at(access.Nurse)
	record := func(pregnant string) {
		t.Helper()
		nurse.form("/people/"+person.String()+"/edit/safety").set("has_allergy", "no", "pregnant", pregnant).send().says(t, 200)
	}
	record("yes")
	a := station.form(ask).set("q-pregnancy_today", "no").send()
	a = station.formOf(a, ask).set("q-periods", "known").send()
	no := append([]string{"q-pregnancy_today", "no", "q-periods", "known"}, date("q-lmp", today(n)-12)...)
	station.formOf(a, ask).set(no...).send().says(t, 200, "The answers of today are saved")
	if a := station.get(film).says(t, 200, "does not agree"); linkTo(a, film+"/collect") != "" {
		t.Error("the station may go on while the record says pregnant")
	}
	record("no")
	if a := station.get(film); linkTo(a, film+"/collect") == "" {
		t.Errorf("both say no and the station may not go on: %s", text(a.doc))
	}
}
