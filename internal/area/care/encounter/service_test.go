package encounter

import (
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/growth"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

func TestWhatIsMadeForSomebodyStandsFirst(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		for _, k := range []struct {
			name          string
			birth         calendar.Date
			first, last   string
			perhaps, nots int
		}{
			{"ten months", months(10), "IMCI_CHILD", "IMCI_YOUNG_INFANT", 0, 2},
			{"three weeks", calendar.DayOfTime(sampleNow.AddDate(0, 0, -21)).Date(), "IMCI_YOUNG_INFANT", "IMCI_CHILD", 0, 2},
			{"thirty years", months(360), "TRIAGE", "IMCI_YOUNG_INFANT", 0, 2},
			{"of an age that nobody knows", calendar.Date{}, "ANC", "", 3, 0},
		} {
			list, err := w.Offers(w.As("nurse"), w.person(people.Female, k.birth))
			w.Must(err)
			var order []string
			perhaps, nots := 0, 0
			for _, o := range list {
				order = append(order, o.Code)
				switch o.For {
				case value.No:
					nots++
				case value.Yes:
				default:
					perhaps++
				}
			}
			if len(order) != 6 || order[0] != k.first || k.last != "" && order[5] != k.last || perhaps != k.perhaps || nots != k.nots {
				t.Errorf("%s: %v, %d perhaps, %d for somebody else", k.name, order, perhaps, nots)
			}
		}
		w.packs.ids = nil
		if list, err := w.Offers(w.As("nurse"), w.person(people.Male, months(20))); err != nil || len(list) != 0 {
			t.Errorf("with no pack in force: %v, %v", list, err)
		}
	})
}

func TestAChildWithADangerSignDoesNotGoHomeWithoutAWord(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		nurse, child := w.As("nurse"), w.person(people.Female, months(10))
		id := w.begun(child, "phc-child", "IMCI_CHILD")
		if err := w.Begin(nurse, id, child, "phc-child", "IMCI_CHILD", Fixed); !fault.Is(err, fault.Conflict) {
			t.Errorf("sent twice: %v", err)
		}
		if o := w.look("nurse", id); o.Answered || !o.Open() || len(o.Orders) != 1 {
			t.Fatalf("begun: %+v", o.Encounter)
		}
		if err := w.End(nurse, id, Ending{Where: WentHome}); fault.KeyOf(err) != "encounter.error.not_answered" {
			t.Errorf("ended before anything was looked for: %v", err)
		}
		w.answer(id, "cannot_drink", "yes", "fluid_test", "fails", "cough", "yes", "indrawing", "yes", "resp_rate", "58")
		o := w.look("nurse", id)
		if !o.Answered || len(o.Look.Classes) == 0 || levelOf(o.Look.Classes[0].Outcome) != "PINK" || len(o.Look.Open) == 0 {
			t.Fatalf("found %v, open %v", codes(o.Look.Classes), codes(o.Look.Open))
		}
		if len(o.Look.Stops) == 0 {
			t.Fatalf("nothing says stop: %v", codes(o.Look.Classes))
		}
		if err := w.End(nurse, id, Ending{Where: WentHome}); fault.FieldOf(err) != "why" {
			t.Errorf("sent home without a word: %v", err)
		}
		before := codes(o.Look.Classes)
		w.Must(w.End(nurse, id, Ending{Where: Referred, Advice: " Keep her warm. ", FollowUp: calendar.DayOfTime(sampleNow) + 2}))
		o = w.look("physician", id)
		if o.Open() || o.Advice != "Keep her warm." || !slices.Equal(codes(o.Look.Classes), before) || o.EndedBy != w.Staff["nurse"].User {
			t.Errorf("ended: %+v, %v", o.Ending, codes(o.Look.Classes))
		}
		for name, err := range map[string]error{"ended again": w.End(nurse, id, Ending{Where: WentHome, Why: "better"}), "asked again": w.Again(nurse, id)} {
			if fault.KeyOf(err) != "encounter.error.ended" {
				t.Errorf("%s: %v", name, err)
			}
		}
		list, err := w.Today(nurse)
		w.Must(err)
		if len(list) != 1 || list[0].Who.ID != child || list[0].Where != Referred {
			t.Errorf("today: %+v", list)
		}
	})
}

// What was measured again counts, and what was found before stays in the record.
func TestAFormCanBeAskedAgain(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.begun(w.person(people.Male, months(30)), "phc-child", "IMCI_CHILD")
		w.answer(id, "convulsing_now", "yes")
		pink := codes(w.look("nurse", id).Look.Classes)
		w.Now = w.Now.Add(20 * 60 * 1e9)
		w.Must(w.Again(w.As("nurse"), id))
		w.Must(w.Again(w.As("nurse"), id)) // one is open: nothing more is asked
		w.answer(id, "convulsing_now", "no")
		o := w.look("nurse", id)
		if forms, _ := o.parts(); len(forms) != 2 {
			t.Errorf("%d forms", len(forms))
		}
		if after := codes(o.Look.Classes); slices.Equal(after, pink) {
			t.Errorf("still %v", after)
		}
	})
}

func TestWhoLeavesMayLeaveUnanswered(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.begun(w.person(people.Male, months(400)), "phc-adult", "TRIAGE")
		w.Must(w.End(w.As("nurse"), id, Ending{Where: Left, Why: "did not want to wait"}))
		if o := w.look("nurse", id); o.Where != Left || o.Answered {
			t.Errorf("%+v", o.Encounter)
		}
	})
}

func TestAnEndingThatCannotBe(t *testing.T) {
	today := calendar.DayOfTime(sampleNow)
	for field, k := range map[string]struct {
		end   Ending
		stops int
	}{
		"where":     {Ending{Where: "moon"}, 0},
		"why":       {Ending{Where: Left, Why: "  "}, 1},
		"advice":    {Ending{Where: WentHome, Advice: strings.Repeat("é", longText+1)}, 0},
		"follow_up": {Ending{Where: WentHome, FollowUp: today - 1}, 0},
	} {
		errs := k.end.Valid(today, k.stops)
		if len(errs) != 1 || fault.FieldOf(errs[0]) != field {
			t.Errorf("%s: %v", field, errs)
		}
	}
	if errs := (Ending{Where: Referred, FollowUp: today}).Valid(today, 3); len(errs) > 0 {
		t.Error(errs)
	}
}

func TestWhoMayNotSeeCareSeesNoEncounter(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		child := w.person(people.Female, months(10))
		id := w.begun(child, "phc-child", "IMCI_CHILD")
		for _, login := range []string{"reception", "administrator", "screener", "manager", "nurse_far"} {
			if _, err := w.Look(w.As(login), id, "en"); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s opens it: %v", login, err)
			}
			if err := w.Begin(w.As(login), db.NewID(), child, "phc-child", "IMCI_CHILD", Fixed); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s begins one: %v", login, err)
			}
			if links := w.Links(w.As(login), child); len(links) != 0 {
				t.Errorf("%s is led to %v", login, links)
			}
			if list, err := w.Today(w.As(login)); err == nil && len(list) > 0 {
				t.Errorf("%s is shown %v", login, list)
			}
		}
		if links := w.Links(w.As("nurse"), child); len(links) != 2 {
			t.Errorf("the nurse is led to %v", links)
		}
	})
	if _, ok := level("sealed"); ok {
		t.Error("what is sealed is offered")
	}
}

func TestTheTestsOfAPackAreOrderedOnce(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		nurse := w.As("nurse")
		id := w.begun(w.person(people.Female, months(300)), "ncd", "NCD")
		w.answer(id, "sbp", "150", "dbp", "95")
		o := w.look("nurse", id)
		want := 0
		for _, x := range o.Look.Tests {
			if _, ok := o.Pack.ServiceFor(x.Code); ok && x.Kind == decision.Require {
				want++
			}
		}
		n, err := w.OrderTests(nurse, id)
		w.Must(err)
		if n != want {
			t.Errorf("%d ordered of %v", n, codes(o.Look.Tests))
		}
		if n, err = w.OrderTests(nurse, id); err != nil || n != 0 {
			t.Errorf("again: %d, %v", n, err)
		}
		if _, tests := w.look("nurse", id).parts(); len(tests) != want {
			t.Errorf("%d tests wait", len(tests))
		}
	})
}

func TestThePagesLeadThroughAnEncounter(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		child := w.person(people.Female, months(10))
		_, body := w.Get("nurse", newPath+"?person="+child.String())
		w.Says(body, "New encounter", "Sick child visit", "By age or sex this is for somebody else")
		code, body := w.Post("nurse", newPath, url.Values{"id": {db.NewID().String()}, "person": {child.String()}, "setting": {"fixed"}})
		if code != http.StatusUnprocessableEntity {
			t.Errorf("nothing chosen answers %d", code)
		}
		w.Says(body, "Choose what the encounter is for")
		code, to := w.Post("nurse", newPath, url.Values{"id": {db.NewID().String()}, "person": {child.String()}, "what": {"phc-child IMCI_CHILD"}, "setting": {"home"}})
		if code != http.StatusSeeOther || !strings.HasPrefix(to, "/care/") {
			t.Fatalf("begun: %d %s", code, to)
		}
		_, body = w.Get("nurse", to)
		w.Says(body, "At home", "Fill in what was found", "Nothing was filled in yet")
		code, _ = w.Post("nurse", to+"/end", url.Values{"where": {"home"}})
		if code == http.StatusSeeOther {
			t.Error("ended without an answer")
		}
		code, end := w.Post("nurse", to+"/end", url.Values{"where": {"left"}, "follow_up-day": {"1"}, "follow_up-month": {"12"}, "follow_up-year": {"2026"}})
		if code != http.StatusSeeOther {
			t.Fatalf("left: %d %s", code, areaReads(end))
		}
		_, body = w.Get("nurse", to)
		w.Says(body, "Left before the end", "1 December 2026")
		_, body = w.Get("nurse", listPath)
		w.Says(body, "Care today", "Left before the end")
		if code, _ := w.Get("nurse", newPath); code != http.StatusNotFound {
			t.Errorf("a new encounter of nobody answers %d", code)
		}
	})
}

func areaReads(body string) string { return body[:min(len(body), 800)] }

func TestAScoreOfGrowthIsWorkedOutFromWhatWasMeasured(t *testing.T) {
	on := calendar.DayOfTime(sampleNow)
	day := (on - 3).Date()
	person := map[string]decision.Fact{"person.sex": {Value: value.Text("female")}, "person.birth": {Value: value.Day(int(on) - 400)}}
	seen := func() map[string]decision.Fact {
		return map[string]decision.Fact{"weight": {Value: value.Number(7.2), AsOf: day}, "height": {Value: value.Number(74), AsOf: day}, "muac": {Value: value.Number(118), AsOf: day}}
	}
	want := growth.NewChild(growth.Female, 400)
	want.Weight, want.Length = 7.2, 74
	const whz = "whz"
	got, ok := grow(whz, person, seen(), on)
	if z, _ := got.Value.Float(); !ok || math.Abs(z-growth.Rules{}.Assess(want).Of(growth.WeightForLength).Z) > 1e-12 || got.AsOf != day {
		t.Errorf("%v of %v, %v", got.Value, got.AsOf, ok)
	}
	for name, change := range map[string]func(person, seen map[string]decision.Fact){
		"no weight": func(_, s map[string]decision.Fact) { delete(s, "weight") },
		"a disputed weight": func(_, s map[string]decision.Fact) {
			s["weight"] = decision.Fact{Value: value.Number(7.2), Disputed: true}
		},
		"no sex": func(p, _ map[string]decision.Fact) { delete(p, "person.sex") },
		"a disputed sex": func(p, _ map[string]decision.Fact) {
			p["person.sex"] = decision.Fact{Value: value.Text("female"), Disputed: true}
		},
		"oedema": func(_, s map[string]decision.Fact) { s["oedema"] = decision.Fact{Value: value.Text("plus2")} },
		"an implausible weight": func(_, s map[string]decision.Fact) {
			s["weight"] = decision.Fact{Value: value.Number(25)}
		},
	} {
		p, s := map[string]decision.Fact{"person.sex": person["person.sex"], "person.birth": person["person.birth"]}, seen()
		change(p, s)
		if got, ok := grow(whz, p, s, on); ok {
			t.Errorf("%s: %v", name, got.Value)
		}
	}
	if _, ok := grow("xyz", person, seen(), on); ok {
		t.Error("an index that there is not")
	}
}
