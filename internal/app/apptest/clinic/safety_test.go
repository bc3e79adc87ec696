package clinic

import (
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

func TestAWomanIsNotXRayedBeforeTheAnswerOfTheDay(t *testing.T) {
	n := apptest.Start(t)
	film := n.Film(n.Woman())
	station := n.At(access.Radiographer)
	a := station.Get(film).Says(t, 200, "Pregnancy was not answered today", "Ask about pregnancy today")
	if apptest.LinkTo(a, film+"/collect") != "" || apptest.LinkTo(a, film+"/result") != "" {
		t.Error("the station is offered the act before the answer")
	}
	// A page that was left open, or a request by hand, gets no further.
	station.Form(film+"/collect").Set("identity", "photo").Send().Says(t, 422, "The safety check of this station is not clean")

	ask := apptest.LinkTo(a, "/ask/pregnancy")
	if ask == "" {
		t.Fatal("no way to ask")
	}
	station.Get(ask).Says(t, 200, "Amina Warsame", "Are you pregnant, or could you be?", "She may decline")
	// Nothing is ticked in advance, and no answer is no answer.
	f := station.Form(ask)
	if got := f.Values.Get("q-pregnancy_today"); got != "" {
		t.Errorf("an answer was chosen in advance: %q", got)
	}
	f.Send().Says(t, 422, "There is a problem")
	// After "no" the questions about the periods follow, and have to be answered.
	a = station.Form(ask).Set("q-pregnancy_today", "no").Send().Says(t, 422, "About your periods")
	a = station.FormOf(a, ask).Set("q-pregnancy_today", "no", "q-periods", "known").Send().Says(t, 422, "First day of the last period")
	tomorrow := append([]string{"q-pregnancy_today", "no", "q-periods", "known"}, apptest.DateFields("q-lmp", apptest.Today(n)+1)...)
	a = station.FormOf(a, ask).Set(tomorrow...).Send().Says(t, 422, "The date lies in the future")
	whole := append([]string{"q-pregnancy_today", "no", "q-periods", "known"}, apptest.DateFields("q-lmp", apptest.Today(n)-12)...)
	last := station.FormOf(a, ask).Set(whole...)
	a = last.Send().Says(t, 200, "The answers of today are saved")
	if a.Path != film {
		t.Errorf("after the answers the station stands at %s, want the order %s", a.Path, film)
	}
	if apptest.LinkTo(a, film+"/collect") == "" || strings.Contains(apptest.Text(a.Doc), "Pregnancy was not answered") {
		t.Errorf("the answered order is still stopped: %s", apptest.Text(a.Doc))
	}
	// The same form again changes nothing and says so.
	last.Send().Says(t, 409, "This form was sent before")
	station.Form(film+"/collect").Set("identity", "photo").Send().Says(t, 200)
}

func TestTheAnswerOfAnotherDayCountsAsNone(t *testing.T) {
	n := apptest.Start(t)
	film := n.Film(n.Woman())
	station := n.At(access.Radiographer)
	whole := append([]string{"q-pregnancy_today", "no", "q-periods", "known"}, apptest.DateFields("q-lmp", apptest.Today(n)-12)...)
	ask := apptest.LinkTo(station.Get(film), "/ask/pregnancy")
	a := station.Form(ask).Set("q-pregnancy_today", "no").Send()
	a = station.FormOf(a, ask).Set("q-periods", "known").Send()
	station.FormOf(a, ask).Set(whole...).Send().Says(t, 200)
	n.Clock.Move(24 * time.Hour)
	n.At(access.Radiographer).Get(film).Says(t, 200, "Pregnancy was not answered today")
}

func TestARefusedAnswerGoesToThePhysician(t *testing.T) {
	n := apptest.Start(t)
	person := n.Woman()
	film := n.Film(person)
	station := n.At(access.Radiographer)
	ask := apptest.LinkTo(station.Get(film), "/ask/pregnancy")
	a := station.Form(ask).Set("q-pregnancy_today", "refused").Send().Says(t, 200, "She does not wish to say", "The physician sees to it today")
	if apptest.LinkTo(a, "/ask/") != "" || apptest.LinkTo(a, film+"/collect") != "" {
		t.Error("the station is to ask again, or may go on")
	}
	// The answer is hers: a refusal is not a no, and nobody at a station reads it.
	n.Read(func(tx *db.Tx) error {
		facts, err := n.Orders.Facts(tx, person, []string{"pregnancy_today"})
		if got := facts["pregnancy_today"].Value; got.Kind() != value.KindRefused {
			t.Errorf("recorded as %v", got)
		}
		return err
	})
	doctor := n.At(access.Physician)
	a = doctor.Get(film).Says(t, 200, "Talk with her alone and record what she says")
	whole := append([]string{"q-pregnancy_today", "no", "q-periods", "known"}, apptest.DateFields("q-lmp", apptest.Today(n)-5)...)
	talk := apptest.LinkTo(a, "/ask/pregnancy")
	b := doctor.Form(talk).Set("q-pregnancy_today", "no").Send()
	b = doctor.FormOf(b, talk).Set("q-periods", "known").Send()
	doctor.FormOf(b, talk).Set(whole...).Send().Says(t, 200, "The answers of today are saved")
	if apptest.LinkTo(station.Get(film), film+"/collect") == "" {
		t.Error("after the talk the station may still not go on")
	}
}

func TestTheQuestionsAreAskedInFourLanguagesOfWhoTheyAreFor(t *testing.T) {
	n := apptest.Start(t)
	ask := "/people/" + n.Woman().String() + "/ask/pregnancy"
	nurse := n.At(access.Nurse)
	for lang, words := range map[string]string{"en": "Are you pregnant", "fr": "Êtes-vous enceinte", "es": "¿Está embarazada", "ar": "هل أنتِ حامل"} {
		nurse.Get("/lang/" + lang + "?return=/")
		nurse.Get(ask).Says(t, 200, words)
	}
	nurse.Get("/lang/en?return=/")
	man := n.Register(n.At(access.Reception), "family_latin", "Osei", "given_latin", "Kofi", "sex", "male", "birth-year", "1990")
	nurse.Get("/people/"+man.String()+"/ask/pregnancy").Says(t, 200, "By sex and age this is not asked here")
	nurse.Post("/people/"+man.String()+"/ask/pregnancy", map[string][]string{"id": {db.NewID().String()}, "q-pregnancy_today": {"no"}}).Says(t, 409)
	if a := nurse.Get(n.Film(man)); apptest.LinkTo(a, "/ask/") != "" {
		t.Error("a man is asked")
	}
	// Reception asks nobody, and hears what it hears about any closed door.
	n.At(access.Reception).Get(ask).Says(t, 403)
	nurse.Get("/people/"+db.NewID().String()+"/ask/pregnancy").Says(t, 404)
	nurse.Get("/people/nobody/ask/pregnancy").Says(t, 404)
}

// Two stations have the questions open at once: what the first was told is not
// overwritten by the form that the second was shown before.
func TestAStaleNoDoesNotOverwriteAYes(t *testing.T) {
	n := apptest.Start(t)
	person := n.Woman()
	film := n.Film(person)
	station, nurse := n.At(access.Radiographer), n.At(access.Nurse)
	ask := "/people/" + person.String() + "/ask/pregnancy"
	no := append([]string{"q-pregnancy_today", "no", "q-periods", "known"}, apptest.DateFields("q-lmp", apptest.Today(n)-12)...)
	a := nurse.Form(ask).Set("q-pregnancy_today", "no").Send()
	stale := nurse.FormOf(a, ask).Set("q-periods", "known")
	a = stale.Send()
	stale = nurse.FormOf(a, ask).Set(no...)
	yes := station.Form(ask).Set("q-pregnancy_today", "yes")
	if a := yes.Send(); a.Status == 422 { // what follows a yes is hers to decide
		yes = station.FormOf(a, ask).Set("q-pregnancy_today", "yes", "q-choice_explained", "yes", "q-choice", "wait")
		yes.Send().Says(t, 200, "The answers of today are saved")
	}
	stale.Send().Says(t, 200, "The answers of today are saved")
	n.Read(func(tx *db.Tx) error {
		facts, err := n.Orders.Facts(tx, person, []string{"pregnancy_today"})
		if f := facts["pregnancy_today"]; !f.Disputed {
			t.Errorf("no dispute: %+v", f)
		}
		return err
	})
	if a := station.Get(film); apptest.LinkTo(a, film+"/collect") != "" || apptest.LinkTo(a, "/ask/") == "" {
		t.Error("the station may go on, or may not ask again")
	}
}

func TestTheRecordAndTheAnswerOfTheDayTogetherDecide(t *testing.T) {
	n := apptest.Start(t)
	person := n.Woman()
	film, ask := n.Film(person), "/people/"+person.String()+"/ask/pregnancy"
	station, nurse := n.At(access.Radiographer), n.At(access.Nurse)
	record := func(pregnant string) {
		t.Helper()
		nurse.Form("/people/"+person.String()+"/edit/safety").Set("has_allergy", "no", "pregnant", pregnant).Send().Says(t, 200)
	}
	record("yes")
	a := station.Form(ask).Set("q-pregnancy_today", "no").Send()
	a = station.FormOf(a, ask).Set("q-periods", "known").Send()
	no := append([]string{"q-pregnancy_today", "no", "q-periods", "known"}, apptest.DateFields("q-lmp", apptest.Today(n)-12)...)
	station.FormOf(a, ask).Set(no...).Send().Says(t, 200, "The answers of today are saved")
	if a := station.Get(film).Says(t, 200, "does not agree"); apptest.LinkTo(a, film+"/collect") != "" {
		t.Error("the station may go on while the record says pregnant")
	}
	record("no")
	if a := station.Get(film); apptest.LinkTo(a, film+"/collect") == "" {
		t.Errorf("both say no and the station may not go on: %s", apptest.Text(a.Doc))
	}
}
