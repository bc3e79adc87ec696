package traveller

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func inputOfRecord(r pack.Record) decision.Input {
	on, _ := calendar.ParseDay(r.On) // a record's own day
	in := decision.Input{On: on, Facts: map[string]decision.Fact{}}
	for name, f := range r.Facts {
		in.Facts[name] = decision.Fact{Value: f.Value, AsOf: on.Date()}
	}
	return in
}

func TestNobodyWithNothingFoundHasARecord(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.shift("screener", "BUSIA")
		id, kept := w.begins(nil)
		if kept {
			t.Error("a record of somebody with whom nothing was found")
		}
		if _, err := w.Open(w.as("screener"), id, "en"); !fault.Is(err, fault.NotFound) {
			t.Errorf("it opens: %v", err)
		}
		if got := w.counted("BUSIA"); len(got) != 0 || len(w.signals()) != 0 {
			t.Errorf("counted %v, %d signals", got, len(w.signals()))
		}
	})
}

// The second reading decides, and both are kept.
func TestAFeverIsMeasuredAgainAfterARest(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.shift("screener", "BUSIA")
		id, kept := w.begins(Answers{"temp1_c": {"37.8"}})
		o := w.open("screener", id)
		if !kept || o.Waits() != WaitsRest || !slices.Contains(o.Last().Needs, "REMEASURE") {
			t.Fatalf("kept %v, waits for %q, %+v", kept, o.Waits(), o.Last())
		}
		w.clock = w.clock.Add(12 * time.Minute)
		w.must(w.MeasureAgain(w.as("screener"), id, Answers{"temp2_taken": {"yes"}, "temp2_device": {"ncit"}, "temp2_c": {"36.9"}, "visible_sign": {"yes"}}))
		o = w.open("screener", id)
		if o.Last().Class != Released || o.Waits() != WaitsNone || o.First.One("temp1_c") != "37.8" || o.Again.One("temp2_c") != "36.9" {
			t.Errorf("%+v", o.Screening)
		}
		if o.First.One("visible_sign") != "no" || len(o.Again) != 3 {
			t.Errorf("the second temperature changed another answer: %+v, %+v", o.First, o.Again)
		}
		if err := w.MeasureAgain(w.as("screener"), id, Answers{"temp2_taken": {"yes"}, "temp2_device": {"ncit"}, "temp2_c": {"36.1"}}); !fault.Is(err, fault.Conflict) {
			t.Errorf("measured until it fits: %v", err)
		}
		high, _ := w.begins(Answers{"temp1_c": {"37.5"}})
		w.must(w.MeasureAgain(w.as("screener"), high, Answers{"temp2_taken": {"yes"}, "temp2_device": {"tympanic"}, "temp2_c": {"38.0"}}))
		if o := w.open("screener", high); o.Last().Class != Secondary {
			t.Errorf("a fever on both is %q", o.Last().Class)
		}
	})
}

// What nobody answered is no no: an exposure that is not known leaves it open.
func TestWhatIsNotKnownReleasesNobody(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.shift("screener", "BUSIA")
		id, kept := w.begins(Answers{"exposed_recently": {"unknown"}})
		o := w.open("screener", id)
		if !kept || o.Last().Class == Released || !slices.Contains(o.Last().Ask, "exposed_recently") || o.Waits() != WaitsSecond {
			t.Errorf("kept %v, %+v", kept, o.Last())
		}
	})
}

func TestASuspicionRaisesASignalWithItsClockAndNobodyInIt(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.shift("screener", "BUSIA")
		id, _ := w.begins(Answers{"visible_sign": {"yes"}, "temp1_c": {"39.1"}})
		if len(w.signals()) != 0 {
			t.Fatal("a signal before anything is suspected")
		}
		w.must(w.SecondScreening(w.as("screener"), id, ill("vhf", nil)))
		o := w.open("screener", id)
		if o.Last().Class != Referred || o.Last().Contacts != 21 {
			t.Errorf("%+v", o.Last())
		}
		want := []string{"STEP_INFORM", "STEP_CALL", "STEP_DISTANCE", "STEP_MASK", "STEP_NO_TOUCH", "STEP_SEPARATE_ROOM", "STEP_REFER_NOW", "STEP_LIST_CONTACTS", "STEP_HOLD_VEHICLE", "STEP_DISINFECT_05"}
		if !slices.Equal(o.Last().Steps, want) {
			t.Errorf("the card says %v", o.Last().Steps)
		}
		list := w.signals()
		if len(list) != 1 {
			t.Fatalf("%d signals", len(list))
		}
		sig := list[0]
		if sig.Source != surveillance.Border || sig.Disease != "filovirus" || sig.Place != "Busia" || sig.Country != "UGA" || sig.Start.String() != "2026-11-20" || sig.CasesNow != surveillance.Of(1) || sig.About != id {
			t.Errorf("%+v", sig.Signal)
		}
		if o.Signal.ID != sig.ID || o.Signal.Stage != surveillance.Triage || !o.Signal.Due.After(w.clock) || !o.Signal.Due.Equal(sig.Due) {
			t.Errorf("the screener is shown %+v, the desk %v", o.Signal, sig.Due)
		}
		w.noneOf(sig.ID, "Planted", "256700", "Market")
		w.must(w.SecondScreening(w.as("screener"), id, ill("vhf", Answers{"remarks": {"again"}})))
		if len(w.signals()) != 1 {
			t.Error("one traveller raised two signals")
		}
		if got := w.counted("BUSIA"); !reflect.DeepEqual(got, map[string]int64{"secondary": 1, "alerts": 1, "referred": 1}) {
			t.Errorf("counted %v", got)
		}
	})
}

// noneOf looks through the whole journal of a document for what must not be there.
func (w *world) noneOf(doc db.ID, words ...string) {
	w.t.Helper()
	w.must(w.DB.Read(w.t.Context(), func(tx *db.Tx) error {
		entries, err := w.Journal.History(tx, doc)
		for _, e := range entries {
			for _, word := range words {
				if strings.Contains(string(e.Payload), word) {
					w.t.Errorf("%q stands in %s", word, e.Payload)
				}
			}
		}
		return err
	}))
}

func TestACorpseInTheVehicleIsASignalAtOnce(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.shift("screener", "BUSIA")
		id, _ := w.begins(Answers{"corpse_or_very_ill": {"yes"}})
		o := w.open("screener", id)
		if o.Last().Class != StopVehicle || !o.Last().Notify || o.Last().Contacts != 21 || len(w.signals()) != 1 || o.Waits() != WaitsSecond {
			t.Errorf("%+v, %d signals", o.Last(), len(w.signals()))
		}
	})
}

// Where a point is guarded its signal says the country and no place.
func TestASignalOfAGuardedPointNamesNoPlace(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.shift("screener", "LWANDA")
		w.begins(Answers{"corpse_or_very_ill": {"yes"}})
		if list := w.signals(); len(list) != 1 || list[0].Place != "" || list[0].Country != "UGA" {
			t.Errorf("%+v", list)
		}
	})
}

func TestAScreenerSeesTheirOwnShiftOnly(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.shift("screener", "BUSIA")
		id, _ := w.begins(Answers{"visible_sign": {"yes"}})
		w.ends("screener")
		w.shift("screener_2", "BUSIA")
		for login, code := range map[string]fault.Code{"screener": fault.NotFound, "screener_2": fault.Forbidden, "screener_elsewhere": fault.Forbidden, "epidemiologist": fault.Forbidden, "manager": fault.Forbidden, "reception": fault.Forbidden} {
			if _, err := w.Open(w.as(login), id, "en"); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s opens it: %v", login, err)
			}
			if err := w.SecondScreening(w.as(login), id, ill("vhf", nil)); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s changes it: %v", login, err)
			}
			if list, err := w.Own(w.as(login)); len(list) != 0 || login != "screener_2" && !fault.Is(err, code) && !fault.Is(err, fault.NotFound) {
				t.Errorf("%s lists %d: %v", login, len(list), err)
			}
		}
		if o := w.open("nurse", id); o.ID != id { // port health examines whom the screener sent
			t.Error("the nurse does not see it")
		}
		if list, err := w.Own(w.as("nurse")); err != nil || len(list) != 1 {
			t.Errorf("the nurse lists %d, %v", len(list), err)
		}
	})
}

// After its last day the record is gone, its counts and the signal stay.
func TestARecordErasesItselfAfterFollowUpAndItsCountStays(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.shift("screener", "BUSIA")
		id, _ := w.begins(Answers{"visible_sign": {"yes"}})
		w.must(w.SecondScreening(w.as("screener"), id, ill("vhf", nil)))
		w.must(w.CameWith(w.as("screener"), id, Conveyance{Kind: "bus", Number: "KBA 123A"}))
		w.must(w.ListCompanion(w.as("screener"), db.NewID(), id, Answers{"pl_name": {"Companion Planted"}}))
		rested, _ := w.begins(Answers{"temp1_c": {"37.8"}})
		w.must(w.MeasureAgain(w.as("screener"), rested, Answers{"temp2_taken": {"yes"}, "temp2_device": {"ncit"}, "temp2_c": {"36.9"}}))
		before, until := w.counted("BUSIA"), w.open("screener", id).Until
		w.clock = w.clock.AddDate(0, 0, 2)
		if n, err := w.sweeps(); err != nil || n != 1 {
			t.Errorf("two days later %d are gone, %v: only who was released should be", n, err)
		}
		w.clock = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC).AddDate(0, 0, int(until-calendar.DayOfTime(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))))
		if n, err := w.sweeps(); err != nil || n != 0 {
			t.Errorf("on its last day %d are gone, %v", n, err)
		}
		w.clock = w.clock.AddDate(0, 0, 1)
		if n, err := w.sweeps(); err != nil || n != 3 {
			t.Errorf("after it %d are gone, %v: the traveller, the bus and the companion", n, err)
		}
		w.must(w.DB.Read(t.Context(), func(tx *db.Tx) error {
			heads, err := w.Journal.Heads(tx)
			for _, h := range heads {
				entries, err := w.Journal.After(tx, h.Origin, 0, 10_000)
				if err != nil {
					return err
				}
				for _, e := range entries {
					if strings.Contains(string(e.Payload), "Planted") {
						t.Errorf("a name is left in %s", e.Payload)
					}
				}
			}
			return err
		}))
		if after := w.counted("BUSIA"); !reflect.DeepEqual(before, after) || len(w.signals()) != 1 {
			t.Errorf("counted %v before and %v after; %d signals", before, after, len(w.signals()))
		}
		if r, err := w.Journal.Rebuild(t.Context(), nil); err != nil || !r.Same() {
			t.Errorf("rebuilt: %+v, %v", r, err)
		}
		if after := w.counted("BUSIA"); !reflect.DeepEqual(before, after) {
			t.Errorf("counted %v before and %v after it was rebuilt", before, after)
		}
	})
}

func TestWithoutRulesInForceNobodyIsScreened(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.shift("screener", "BUSIA")
		w.Packs.(*inForce).gone = true
		if _, err := w.Begin(w.as("screener"), db.NewID(), well(nil)); fault.KeyOf(err) != "traveller.error.no_pack" {
			t.Errorf("got %v", err)
		}
	})
}

func TestAFormThatIsSentTwiceIsOneTraveller(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.shift("screener", "BUSIA")
		id := db.NewID()
		if _, err := w.Begin(w.as("screener"), id, well(Answers{"visible_sign": {"yes"}})); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Begin(w.as("screener"), id, well(Answers{"visible_sign": {"yes"}})); !fault.Is(err, fault.Conflict) {
			t.Errorf("got %v", err)
		}
		if got := w.counted("BUSIA"); got["secondary"] != 1 {
			t.Errorf("counted %v", got)
		}
	})
}

// What is asked by the pack and not answered is asked again on the page, and what was
// found stands on it with the steps and the clock.
func TestTheScreenersPages(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		if code, to := w.get("screener", "/border/travellers/new"); code != 303 || !strings.HasPrefix(to, "/border") {
			t.Errorf("without a shift: %d %s", code, to)
		}
		w.shift("screener", "BUSIA")
		_, body := w.get("screener", "/border/count")
		if !strings.Contains(body, `href="/border/travellers/new"`) {
			t.Error("the counter does not lead to the closer look")
		}
		id := db.NewID()
		form := typed(id, well(Answers{"visible_sign": {"yes"}}))
		form.Del("q-recent_sign")
		if code, body := w.post("screener", "/border/travellers/new", form); code != 422 || strings.Contains(reads(body), "What now") {
			t.Errorf("an unanswered question: %d", code)
		}
		if code, to := w.post("screener", "/border/travellers/new", typed(id, well(Answers{"visible_sign": {"yes"}}))); code != 303 || to != path(id) {
			t.Fatalf("%d %s", code, to)
		}
		_, body = w.get("screener", path(id))
		w.says(body, "What now: Second screening", "Ask them aside")
		if code, to := w.post("screener", path(id)+"/second", typed(db.NewID(), ill("cholera", nil))); code != 303 || to != path(id) {
			t.Fatalf("%d %.1500s", code, reads(to))
		}
		_, body = w.get("screener", path(id))
		w.says(body, "What now: Referred", "Say what is suspected and what happens next", "Shade, and oral rehydration at once", "A signal was raised", "The next step is due", "Amina Planted", "Unconfirmed rule")
		_, body = w.get("screener", "/border/travellers")
		if strings.Contains(body, "Planted") {
			t.Error("a list shows a name")
		}
		if code, to := w.post("screener", "/border/travellers/new", typed(db.NewID(), well(nil))); code != 303 || to != "/border/count" {
			t.Errorf("nothing found: %d %s", code, to)
		}
		if code, _ := w.get("epidemiologist", path(id)); code != 403 {
			t.Errorf("the desk opens a traveller: %d", code)
		}
	})
}

// The list of contacts is asked for by the pack of conveyances, and nobody is listed
// before it is known what they came with.
func TestTheCompanionsOfABusAreListed(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.shift("screener", "BUSIA")
		id, _ := w.begins(Answers{"visible_sign": {"yes"}})
		w.must(w.SecondScreening(w.as("screener"), id, ill("vhf", nil)))
		if err := w.ListCompanion(w.as("screener"), db.NewID(), id, Answers{"pl_name": {"A"}}); fault.KeyOf(err) != "traveller.error.no_vehicle" {
			t.Errorf("without a vehicle: %v", err)
		}
		if err := w.CameWith(w.as("screener"), id, Conveyance{Kind: "rocket"}); fault.FieldOf(err) != "kind" {
			t.Errorf("a rocket: %v", err)
		}
		w.must(w.CameWith(w.as("screener"), id, Conveyance{Kind: "bus", Number: "KBA 123A"}))
		if code, _ := w.post("screener", path(id)+"/companions/list", typed(db.NewID(), Answers{"pl_name": {"Okello"}, "pl_seat": {"4"}})); code != 303 {
			t.Errorf("listing: %d", code)
		}
		if code, body := w.post("screener", path(id)+"/companions/list", typed(db.NewID(), Answers{"pl_seat": {"5"}})); code != 422 {
			t.Errorf("without a name: %d %.200s", code, body)
		}
		o := w.open("screener", id)
		if o.Vehicle == nil || !slices.Equal(o.Vehicle.Lists, []string{"LIST_ALL_ABOARD"}) || len(o.Vehicle.Companions) != 1 || o.Vehicle.Disease != "filovirus" {
			t.Errorf("%+v", o.Vehicle)
		}
		w.must(w.CameWith(w.as("screener"), id, Conveyance{Kind: "boat", Number: "7"})) // a mistake is corrected
		if o := w.open("screener", id); o.Vehicle.Kind != "boat" || len(o.Vehicle.Companions) != 1 {
			t.Errorf("%+v", o.Vehicle)
		}
		_, body := w.get("screener", path(id)+"/companions")
		w.says(body, "Okello", "followed up for 21 days")
		if w.counted("BUSIA")["listed"] != 1 {
			t.Errorf("counted %v", w.counted("BUSIA"))
		}
	})
}

// Setting any answer to not known, or leaving it out, turns no finding into a release.
func TestVeilingAnAnswerReleasesNobody(t *testing.T) {
	p := ships(t)(packScreening)
	for name, more := range map[string]Answers{"sign": {"visible_sign": {"yes"}}, "fever": {"temp1_c": {"38.5"}, "temp2_taken": {"yes"}, "temp2_device": {"oral"}, "temp2_c": {"38.4"}},
		"contact": {"exposed_recently": {"yes"}, "exposed_date": {"2026-11-18"}}, "list": {"listed_stay": {"yes"}}} {
		full := Screening{Day: calendar.DayOfTime(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)), First: well(more)}
		for question := range full.First {
			if _, marks := more[question]; marks {
				continue
			}
			veiled := full
			veiled.First = full.First.with()
			delete(veiled.First, question)
			if f, err := find(p, veiled); err != nil || f.Class == Released {
				t.Errorf("%s, without %s: %q, %v", name, question, f.Class, err)
			}
		}
		clear := full
		for question := range more {
			clear.First = full.First.with()
			delete(clear.First, question)
			if f, err := find(p, clear); err != nil || f.nothing() {
				t.Errorf("%s not answered: %+v, %v", question, f, err)
			}
		}
	}
}

// Who is suspected of something is kept apart and cared for first: the rest before the
// second temperature is no step of their card.
func TestTheCardOfAReferredTravellerBeginsWithTellingThem(t *testing.T) {
	o := sampleOpened("Amina", ships(t)(packScreening))
	if !o.MayMeasure() {
		t.Fatal("the second temperature is not open: the card would say nothing")
	}
	var said []string
	for _, m := range o.card().Text {
		said = append(said, m.Args[3].(page.Msg).Say("en"))
	}
	if len(said) == 0 || said[0] != "Say what is suspected and what happens next, in a language understood" || slices.ContainsFunc(said, func(s string) bool { return strings.Contains(s, "rest in the shade") }) {
		t.Errorf("the card says %q", said)
	}
}
