package outbreak

import (
	"net/url"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/areatest"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

func TestAnOutbreakDeclaredInACampListsWhoWasThere(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		lived := w.person("reception", "CAMP", "Lokwa", "1990", w.stay("KEN", "Kalobeyei camp", "2026-06", "now"))
		district := w.person("reception", "CAMP", "Ekai", "1991", w.stay("KEN", "Turkana", "2026-06", "now"))
		country := w.person("reception", "CAMP", "Abdi", "1992", w.stay("KEN", "", "2026-06", "now"))
		other := w.person("reception", "CAMP", "Farah", "1993", w.stay("KEN", "Garissa", "2026-06", "now"))
		left := w.person("reception", "CAMP", "Deng", "1994", w.stay("KEN", "Kalobeyei camp", "2020", "2026-10-01"), w.stay("UGA", "", "2026-10-01", "now"))
		here := w.person("reception", "CAMP", "Okello", "1995", w.stay("UGA", "", "2020", "now"))
		w.arrive(here)
		id := w.measles(Active, "site:CAMP")
		got := w.answers("nurse", id)
		for name, c := range map[string]struct {
			person db.ID
			want   Answer
			listed bool
		}{"lived in the camp": {lived, Yes, true}, "in the district": {district, Possible, true}, "in the country": {country, Possible, true}, "in another district": {other, No, false},
			"left before it began": {left, No, false}, "came to the site today": {here, Yes, true}} {
			if answer := w.exposure(c.person, "measles"); answer != c.want {
				t.Errorf("%s: the fact is %s, want %s", name, answer, c.want)
			}
			if x, ok := got[c.person]; ok != c.listed || ok && x.Answer != c.want {
				t.Errorf("%s: on the list %v as %s, want %v as %s", name, ok, x.Answer, c.listed, c.want)
			}
		}
		if len(w.told) != 4 {
			t.Errorf("%d people were told of, want the four who met it", len(w.told))
		}
		if w.exposure(lived, "cholera") != No {
			t.Error("an outbreak of measles says something of cholera")
		}
	})
}

func TestAnOutbreakInADistrictReachesItsSites(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		camp := w.person("reception", "CAMP", "Lokwa", "1990", w.stay("UGA", "", "2020", "now"))
		w.arrive(camp)
		w.measles(Active, "KE-TURKANA")
		if got := w.exposure(camp, "measles"); got != Yes {
			t.Errorf("came to a site in the district: %s, want yes", got)
		}
	})
}

func TestTheListFollowsTheJourneyAndTheOutbreak(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		p := w.person("reception", "CAMP", "Lokwa", "1990", w.stay("UGA", "", "2020", "now"))
		id := w.measles(Suspected, "site:CAMP")
		if _, ok := w.answers("nurse", id)[p]; ok {
			t.Fatal("somebody who was in another country is on the list")
		}
		st := w.stay("KEN", "Kalobeyei camp", "2026-10", "now")
		st.ID = db.NewID()
		w.Must(w.people.SaveStay(w.As("reception"), p, journal.Base{}, st))
		if got := w.answers("nurse", id)[p].Answer; got != Possible {
			t.Errorf("a stay was added, the outbreak is suspected: %q, want possible", got)
		}
		w.Must(w.people.RemoveStay(w.As("reception"), p, st.ID))
		if _, ok := w.answers("nurse", id)[p]; ok {
			t.Error("the stay was entered in error, and the person is still on the list")
		}
		st.ID = db.NewID()
		w.Must(w.people.SaveStay(w.As("reception"), p, journal.Base{}, st))
		o := w.open(id)
		w.Must(w.Do(w.As("epidemiologist"), Change{ID: id, Base: o.Base, Outbreak: o.Outbreak, Step: Step{State: Active, Why: "The laboratory confirmed it."}}))
		w.Must(w.Look(t.Context()))
		if got := w.answers("nurse", id)[p].Answer; got != Yes {
			t.Errorf("the outbreak was confirmed: %s, want yes", got)
		}
		o = w.open(id)
		moved := o.Outbreak
		moved.Places = []string{"KE-GARISSA"}
		w.Must(w.Do(w.As("epidemiologist"), Change{ID: id, Base: o.Base, Outbreak: moved, Step: Step{State: Active, Why: "The place was wrong."}}))
		w.Must(w.Look(t.Context()))
		if _, ok := w.answers("nurse", id)[p]; ok {
			t.Error("the outbreak is elsewhere now, and the person is still on its list")
		}
		if steps := w.open(id).Steps; len(steps) != 3 || steps[0].State != Suspected || steps[2].Why != "The place was wrong." {
			t.Errorf("steps: %+v", steps)
		}
	})
}

func TestAnOutbreakThatWasNoneListsNobody(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		p := w.person("reception", "CAMP", "Lokwa", "1990", w.stay("KEN", "Kalobeyei camp", "2026-06", "now"))
		id := w.measles(Active, "site:CAMP")
		o := w.open(id)
		w.Must(w.Do(w.As("epidemiologist"), Change{ID: id, Outbreak: o.Outbreak, Step: Step{State: Discarded, Why: "It was rubella."}}))
		w.told = nil
		w.Must(w.Look(t.Context()))
		if _, ok := w.answers("nurse", id)[p]; ok || w.exposure(p, "measles") != No {
			t.Error("an outbreak that was none still exposes")
		}
		if len(w.told) != 1 || w.told[0] != p {
			t.Error("nobody was told that the person met none")
		}
	})
}

func TestTimeTakesPeopleOffTheList(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		p := w.person("reception", "CAMP", "Lokwa", "1990", w.stay("KEN", "Kalobeyei camp", "2026-06", "2026-11-20"), w.stay("UGA", "", "2026-11-20", "now"))
		id := w.measles(Active, "site:CAMP")
		w.Now = w.Now.AddDate(0, 0, 21) // 23 days after the twentieth
		if got := w.answers("nurse", id)[p].Answer; got != Yes {
			t.Errorf("on the 23rd day: %q, want yes", got)
		}
		w.Now = w.Now.AddDate(0, 0, 1)
		if _, ok := w.answers("nurse", id)[p]; ok {
			t.Error("on the 24th day the person is still on the list, though nobody looked")
		}
	})
}

func TestManyPeopleAreLookedAtInStepsThatGoOnWhereTheyStopped(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		for range lookAt + 7 {
			w.person("reception", "CAMP", "Lokwa", "1990", w.stay("KEN", "Kalobeyei camp", "2026-06", "now"))
		}
		id, err := w.Declare(w.As("epidemiologist"), Outbreak{Disease: "measles", Places: []string{"site:CAMP"}, From: date(t, "2026-11-01"), Source: "District laboratory"}, Step{State: Active, Why: "Three cases confirmed."})
		w.Must(err)
		count := func() Page {
			p, _, err := w.PeopleOf(w.As("nurse"), id, "", "en", 0)
			w.Must(err)
			return p
		}
		w.Must(w.LookSome(t.Context(), 1))
		if p := count(); p.Total != lookAt || !p.Looking {
			t.Errorf("after one step %d are listed, and the page says that it goes on: %v", p.Total, p.Looking)
		}
		w.Must(w.Look(t.Context()))
		if p := count(); p.Total != lookAt+7 || p.Looking || p.Certain != lookAt+7 {
			t.Errorf("after all steps %d are listed, %d for certain, going on: %v", p.Total, p.Certain, p.Looking)
		}
		told := len(w.told)
		w.Must(w.Look(t.Context()))
		if len(w.told) != told {
			t.Error("to look again told of people anew")
		}
	})
}

func TestASiteSeesItsOwnPeople(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		mine := w.person("reception", "CAMP", "Lokwa", "1990", w.stay("KEN", "Kalobeyei camp", "2026-06", "now"))
		theirs := w.person("reception_hub", "HUB", "Ekai", "1990", w.stay("KEN", "Kalobeyei camp", "2026-06", "now"))
		id := w.measles(Active, "site:CAMP")
		if got := w.answers("nurse", id); len(got) != 1 || got[mine].Person != mine {
			t.Errorf("the camp's nurse sees %v", got)
		}
		if got := w.answers("nurse_hub", id); len(got) != 1 || got[theirs].Person != theirs {
			t.Errorf("the hub's nurse sees %v", got)
		}
		err := w.Offer(w.As("nurse"), Tell{Outbreak: id, Person: theirs, Care: map[string]OfferState{"SYMPTOM_CHECK": Given}})
		if !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.NotFound) {
			t.Errorf("a nurse of another site noted an offer: %v", err)
		}
		for _, login := range []string{"reception", "manager", "administrator", "privacy_officer", "screener"} {
			if _, _, err := w.PeopleOf(w.As(login), id, "", "en", 0); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s opens the list: %v", login, err)
			}
		}
		for _, login := range []string{"nurse", "physician", "manager", "reception"} {
			_, err := w.Declare(w.As(login), Outbreak{Disease: "measles", Places: []string{"KEN"}, From: date(t, "2026"), Source: "Somebody"}, Step{State: Active, Why: "Because."})
			if !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s declares an outbreak: %v", login, err)
			}
		}
	})
}

func TestVaccinationIsOfferedAndWhatBecameOfItIsKept(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		p := w.person("reception", "CAMP", "Lokwa", "1990", w.stay("KEN", "Kalobeyei camp", "2026-06", "now"))
		id := w.measles(Active, "site:CAMP")
		who := w.answers("nurse", id)[p]
		if len(who.Care) != 2 || who.Care[0].Open || who.Care[1].Open {
			t.Fatalf("care: %+v", who.Care)
		}
		tell := func(login, care string, st OfferState) error {
			return w.Offer(w.As(login), Tell{Outbreak: id, Person: p, Care: map[string]OfferState{care: st}})
		}
		w.Must(tell("nurse", "MEASLES_VACCINE", Offered))
		w.Must(tell("nurse", "MEASLES_VACCINE", Declined))
		w.Must(tell("physician", "MEASLES_VACCINE", Given))
		got, err := w.PersonOf(w.As("nurse"), id, p, "en")
		w.Must(err)
		for _, c := range got.Who.Care {
			if c.Code == "MEASLES_VACCINE" && (len(c.Offer.Told) != 3 || c.Offer.Told[1].State != Declined || c.Offer.Last().State != Given) {
				t.Errorf("what became of it: %+v", c.Offer.Told)
			}
		}
		if err := tell("nurse", "ERVEBO", Given); fault.FieldOf(err) != "state_ERVEBO" {
			t.Errorf("a vaccine of another disease was noted: %v", err)
		}
	})
}

// Nobody who could be pregnant is given a live vaccine before pregnancy was answered
// that day.
func TestALiveVaccineWaitsForTheAnswerOfTheDay(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		p := w.person("reception", "CAMP", "Nakiru", "1995", w.stay("KEN", "Kalobeyei camp", "2026-06", "now"))
		w.edit(p, func(x *people.Person) { x.Sex = people.Female })
		id := w.measles(Active, "site:CAMP")
		vaccine := func() (Care, bool) {
			for _, c := range w.answers("nurse", id)[p].Care {
				if c.Code == "MEASLES_VACCINE" {
					return c, true
				}
			}
			return Care{}, false
		}
		give := func() error {
			return w.Offer(w.As("nurse"), Tell{Outbreak: id, Person: p, Care: map[string]OfferState{"MEASLES_VACCINE": Given}})
		}
		if c, ok := vaccine(); !ok || !c.Open {
			t.Error("pregnancy was not asked, and the vaccine does not wait")
		}
		if err := give(); fault.FieldOf(err) != "state_MEASLES_VACCINE" {
			t.Errorf("pregnancy was not asked, and the vaccine was noted as given: %v", err)
		}
		w.pregnant(p, value.Yes)
		if _, ok := vaccine(); ok {
			t.Error("she is pregnant, and the vaccine is offered")
		}
		if err := give(); fault.FieldOf(err) != "state_MEASLES_VACCINE" {
			t.Errorf("she is pregnant, and the vaccine was noted as given: %v", err)
		}
		w.pregnant(p, value.No)
		w.Must(give())
		w.Now = w.Now.AddDate(0, 0, 1)
		if c, ok := vaccine(); !ok || !c.Open {
			t.Error("the answer of yesterday counts today")
		}
	})
}

func TestSomebodyWhoDiedIsOfferedNothing(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		p := w.person("reception", "CAMP", "Lokwa", "1990", w.stay("KEN", "Kalobeyei camp", "2026-06", "now"))
		id := w.measles(Active, "site:CAMP")
		w.edit(p, func(x *people.Person) { x.Died = value.Yes })
		if who := w.answers("nurse", id)[p]; len(who.Care) != 0 {
			t.Errorf("care for somebody who died: %+v", who.Care)
		}
		if err := w.Offer(w.As("nurse"), Tell{Outbreak: id, Person: p, Care: map[string]OfferState{"SYMPTOM_CHECK": Offered}}); fault.KeyOf(err) != "outbreak.error.died" {
			t.Errorf("an offer to somebody who died: %v", err)
		}
	})
}

func TestWithoutAPackNobodyIsSaidToBeSafe(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		p := w.person("reception", "CAMP", "Lokwa", "1990", w.stay("KEN", "Kalobeyei camp", "2026-06", "now"))
		w.Packs.(*areatest.Shipped).Gone = true
		id := w.measles(Active, "site:CAMP")
		if got := w.exposure(p, "measles"); got != Unknown {
			t.Errorf("no pack is in force: %s, want unknown", got)
		}
		if who := w.answers("nurse", id)[p]; who.Answer != Unknown || len(who.Care) != 0 {
			t.Errorf("no pack is in force: %s with %+v", who.Answer, who.Care)
		}
	})
}

func TestWhatIsDeclaredIsChecked(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		good := Outbreak{Disease: "measles", Places: []string{"KEN"}, From: date(t, "2026-11"), Source: "Ministry"}
		for field, bad := range map[string]func(*Outbreak, *Step){
			"disease": func(o *Outbreak, _ *Step) { o.Disease = "scurvy" },
			"places":  func(o *Outbreak, _ *Step) { o.Places = []string{"NOWHERE"} },
			"from":    func(o *Outbreak, _ *Step) { o.From = date(t, "2026-11-23") },
			"until":   func(o *Outbreak, s *Step) { s.State = Over },
			"source":  func(o *Outbreak, _ *Step) { o.Source = " " },
			"why":     func(_ *Outbreak, s *Step) { s.Why = "" },
			"state":   func(_ *Outbreak, s *Step) { s.State = Discarded },
		} {
			o, st := good, Step{State: Active, Why: "Confirmed."}
			bad(&o, &st)
			if _, err := w.Declare(w.As("epidemiologist"), o, st); fault.FieldOf(err) != field {
				t.Errorf("%s: %v", field, err)
			}
		}
		o := good
		o.ID = db.NewID()
		_, err := w.Declare(w.As("epidemiologist"), o, Step{State: Active, Why: "Confirmed."})
		w.Must(err)
		if _, err = w.Declare(w.As("epidemiologist"), o, Step{State: Active, Why: "Confirmed."}); !fault.Is(err, fault.Conflict) {
			t.Errorf("sent twice: %v", err)
		}
	})
}

func TestPagesFromDeclarationToOffer(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		p := w.person("reception", "CAMP", "Lokwa", "1990", w.stay("KEN", "Kalobeyei camp", "2026-06", "now"))
		id := db.NewID()
		form := url.Values{"id": {id.String()}, "disease": {"measles"}, "state": {"active"}, "sites": {"site:CAMP"}, "country": {"KEN"}, "places": {"Nowhere at all"}, "from-month": {"11"}, "from-year": {"2026"},
			"source": {"District laboratory"}, "why": {"Three cases confirmed."}}
		code, body := w.Post("epidemiologist", "/outbreaks/new", form)
		if code != 422 {
			t.Fatalf("a name that means no place: %d %s", code, areatest.Reads(body))
		}
		w.Says(body, "A name means no place of the list")
		form.Set("places", "turkana")
		if code, to := w.Post("epidemiologist", "/outbreaks/new", form); code != 303 || to != path(id) {
			t.Fatalf("declared: %d %s", code, areatest.Reads(to))
		}
		_, body = w.Get("manager", "/outbreaks")
		w.Says(body, "Measles", "Confirmed and going on", "Turkana", "Kalobeyei camp", "District laboratory")
		_, body = w.Get("nurse", path(id))
		w.Says(body, "1 person, for certain: 1", "up to 23 days", "Three cases confirmed.")
		if _, body = w.Get("manager", path(id)); strings.Contains(areatest.Reads(body), "for certain:") {
			t.Error("the manager reads how many people met it")
		}
		_, body = w.Get("nurse", path(id)+"/people")
		w.Says(body, "Lokwa", "Yes", "Measles and rubella vaccine to offer", "Kalobeyei camp")
		if strings.Contains(areatest.Reads(body), "CAMP") {
			t.Error("a site is told by its code")
		}
		who := path(id) + "/people/" + p.String()
		_, body = w.Get("nurse", who)
		w.Says(body, "Stay in Kenya since June 2026", "for certain", "Source: District laboratory", "bars nobody")
		for _, at := range []string{who, "/exposure/" + p.String()} { // whoever may open no person reads why somebody is on the list all the same
			code, body := w.Get("epidemiologist", at)
			if code != 200 {
				t.Errorf("%s: %d", at, code)
			}
			w.Says(body, "Person Lokwa", "for certain", "Source: District laboratory")
		}
		if code, body := w.Post("nurse", who, url.Values{}); code != 422 {
			t.Errorf("nothing was ticked: %d %s", code, areatest.Reads(body))
		}
		if code, to := w.Post("nurse", who, url.Values{"state_MEASLES_VACCINE": {"offered"}, "note": {"In the queue for the flight"}}); code != 303 {
			t.Errorf("an offer: %d %s", code, areatest.Reads(to))
		}
		_, body = w.Get("nurse", path(id)+"/people?site=CAMP")
		w.Says(body, "Measles and rubella vaccine Offered")
		reads, err := w.Access.Reads(w.As("privacy_officer"), access.ReadFilter{Subject: p})
		w.Must(err)
		if len(reads) == 0 {
			t.Error("that the list and the page were read is noted nowhere")
		}
		base := w.open(id)
		_, body = w.Get("epidemiologist", path(id)+"/step")
		w.Says(body, "Places that it has", "Turkana")
		end := url.Values{"id": {id.String()}, "base": {base.Base.String()}, "disease": {"measles"}, "state": {"over"}, "kept": {"KE-TURKANA"}, "sites": {"site:CAMP"}, "from-month": {"11"}, "from-year": {"2026"},
			"source": {"District laboratory"}, "why": {"No case for six weeks."}}
		if code, body := w.Post("epidemiologist", path(id)+"/step", end); code != 422 {
			t.Errorf("ended without an end: %d %s", code, areatest.Reads(body))
		}
		end.Set("until-day", "20")
		end.Set("until-month", "11")
		end.Set("until-year", "2026")
		if code, to := w.Post("epidemiologist", path(id)+"/step", end); code != 303 {
			t.Errorf("ended: %d %s", code, areatest.Reads(to))
		}
		if o := w.open(id); o.State() != Over || len(o.Steps) != 2 {
			t.Errorf("%s with %d steps", o.State(), len(o.Steps))
		}
		if code, _ := w.Get("reception", "/outbreaks"); code != 403 {
			t.Errorf("reception opens the list: %d", code)
		}
	})
}

func (w *world) open(id db.ID) Opened {
	w.T.Helper()
	o, err := w.Open(w.As("epidemiologist"), id, "en")
	w.Must(err)
	return o
}
