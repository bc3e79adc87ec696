package assessment

import (
	"slices"
	"testing"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// ordered are a person's orders of a code in a case, by status.
func (w *world) ordered(person, caseID db.ID, code string) (out []order.Status) {
	w.t.Helper()
	list, err := w.orders.OfPerson(w.as(access.Physician), person)
	must(w.t, err)
	for _, o := range list {
		if o.Case == caseID && o.Code == code {
			out = append(out, o.Status)
		}
	}
	return out
}

// A film of last week is not made again for another destination, and is used there.
func TestWhatWasDoneForAnotherCaseIsNotAskedAgain(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		p := w.register("Amina", 34, people.Male)
		first, ms := w.open("us-immigrant", nil, p)
		w.do(ms[0], "CXR", nil)
		film, day := w.order(ms[0], "CXR").ID, w.today()
		w.clock = w.clock.AddDate(0, 0, 7)
		second, ns := w.open("canada-ime", value.Facts{"category": value.Text("refugee")}, p)
		it := w.item(ns[0], "CXR")
		if it.State != ItemDone || it.Earlier == nil || it.Earlier.Order != film || it.Earlier.On != day {
			t.Fatalf("a film of last week: %+v", it)
		}
		if got := w.ordered(p, second, "CXR"); len(got) != 0 {
			t.Errorf("it is ordered again: %v", got)
		}
		v := w.look(ns[0])
		if s, _ := v.Input.Facts["cxr"].Value.Str(); s != "normal" || slices.Contains(v.Member.Stations, "radiology") {
			t.Errorf("it is not used: %v, stations %v", v.Input.Facts["cxr"], v.Member.Stations)
		}
		path := "/cases/" + second.String() + "/members/" + ns[0].String()
		w.get(w.as(access.Physician), path).says(t, "the plan", "for another application", "/orders/"+film.String())

		// Too old for the day of the examination, it is made again.
		later := (day + 400).Date()
		must(t, w.Edit(w.as(access.Reception), Change{Case: second, Base: w.version(second), ExamDate: &later}))
		if it := w.item(ns[0], "CXR"); it.State == ItemDone || !it.State.ToDo() || !slices.Equal(w.ordered(p, second, "CXR"), []order.Status{order.Ordered}) {
			t.Errorf("a film of 400 days ago: %q %v", it.State, w.ordered(p, second, "CXR"))
		}
		now := w.today().Date()
		must(t, w.Edit(w.as(access.Reception), Change{Case: second, Base: w.version(second), ExamDate: &now}))
		if got := w.ordered(p, second, "CXR"); !slices.Equal(got, []order.Status{order.Cancelled}) {
			t.Errorf("moved back: %v", got)
		}

		// What was struck out there was not done here either.
		results, err := w.orders.ResultsOf(w.as(access.Physician), film)
		must(t, err)
		_, err = w.orders.StrikeOut(w.as(access.Physician), results[0].ID, "another person's film")
		must(t, err)
		if it := w.item(ns[0], "CXR"); it.State != ItemRequired || !slices.Contains(w.ordered(p, second, "CXR"), order.Ordered) {
			t.Errorf("struck out: %q %v", it.State, w.ordered(p, second, "CXR"))
		}
		if got := w.ordered(p, first, "CXR"); !slices.Equal(got, []order.Status{order.InProgress}) {
			t.Errorf("in the first case: %v", got)
		}
	})
}

// Two applications at once: what is done for one is withdrawn from the other's list,
// and what the person refused there stays refused.
func TestTwoOpenCasesAskForOneFilm(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		p, q := w.register("Amina", 34, people.Male), w.register("Yusuf", 40, people.Male)
		first, ms := w.open("us-immigrant", nil, p, q)
		second, ns := w.open("canada-ime", value.Facts{"category": value.Text("refugee")}, p, q)
		if got := w.ordered(p, second, "CXR"); !slices.Equal(got, []order.Status{order.Ordered}) {
			t.Fatalf("not done for either: %v", got)
		}
		must(t, w.orders.Close(w.as(access.Physician), w.order(ns[1], "CXR").ID, order.Refused, ""))
		w.do(ms[0], "CXR", nil)
		w.do(ms[1], "CXR", nil)
		if got := w.ordered(p, second, "CXR"); !slices.Equal(got, []order.Status{order.Cancelled}) || w.item(ns[0], "CXR").State != ItemDone {
			t.Errorf("done for the first: %v %q", got, w.item(ns[0], "CXR").State)
		}
		if st := w.item(ns[1], "CXR").State; st != ItemRefused {
			t.Errorf("who refused the film for Canada: %q", st)
		}
		if got := w.ordered(p, first, "CXR"); !slices.Equal(got, []order.Status{order.Done}) {
			t.Errorf("the first: %v", got)
		}
	})
}

// Who heard that one destination gets the result of an HIV test has not agreed that
// another one does: the test is asked for again, with its talk and consent, and the
// result that is there decides nothing.
func TestASensitiveResultDoesNotCrossToAnotherDestination(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		p := w.register("Amina", 34, people.Male)
		_, ms := w.open("canada-ime", value.Facts{"category": value.Text("refugee")}, p)
		w.do(ms[0], "HIV", map[string]string{"hiv_result": "pos"})
		if f := w.look(ms[0]).Input.Facts["hiv"]; f.Value.Truth() != value.Yes {
			t.Fatalf("where it was asked for it is not used: %+v", f)
		}
		for _, to := range []string{"us-immigrant", "canada-ime", "australia-ime"} {
			_, ns := w.open(to, value.Facts{"category": value.Text("refugee"), "visa": value.Text("permanent")}, p)
			v := w.look(ns[0])
			if f := v.Input.Facts["hiv"]; f.Value.Known() {
				t.Errorf("%s reads the other's result: %+v", to, f)
			}
			if to == "canada-ime" {
				if it := w.item(ns[0], "HIV"); it.State != ItemRequired || it.Earlier != nil {
					t.Errorf("a later application: %+v", it)
				}
				if o := w.order(ns[0], "HIV"); o.Status != order.Ordered || len(o.Needs) != 2 {
					t.Errorf("%+v", o)
				}
			}
			must(t, w.Leave(w.as(access.Reception), v.Case.ID, ns[0]))
		}
		// The person's own answer under no order goes with the person.
		must(t, w.DB.Write(t.Context(), func(tx *db.Tx) error {
			return w.orders.Answer(tx, journal.Author{User: db.NewID()}, order.Answer{Subject: p, Code: "pregnancy_today", Value: value.Of(true), On: w.today(), Sensitivity: journal.Sensitive, Site: "KLA"})
		}))
		_, ns := w.open("canada-ime", value.Facts{"category": value.Text("refugee")}, p)
		if f := w.look(ns[0]).Seen["pregnancy_today"]; f.Value.Truth() != value.Yes {
			t.Errorf("an answer: %+v", f)
		}
	})
}

// What has no longest age, is sensitive, disputed or not known is not carried.
func TestWhatIsCarriedIsShownToBeFresh(t *testing.T) {
	us := shipped()["us-immigrant"]
	film := Earlier{Order: db.NewID(), Service: "chest-xray", Form: "cxr-result", On: examDay}
	exam := Earlier{Order: db.NewID(), Service: "examination", Form: "examination", On: examDay}
	in := func(f decision.Fact) decision.Input {
		return decision.Input{On: examDay, Facts: map[string]decision.Fact{"cxr": f, "sti_suspect": {Value: value.Of(false), AsOf: examDay.Date()}}}
	}
	normal := value.Text("normal")
	for _, c := range []struct {
		why  string
		p    *pack.Pack
		fact decision.Fact
		done []Earlier
		want []string
	}{
		{"of the day", us, decision.Fact{Value: normal, AsOf: examDay.Date()}, []Earlier{film}, []string{"CXR"}},
		{"the last day of its age", us, decision.Fact{Value: normal, AsOf: (examDay - 183).Date()}, []Earlier{film}, []string{"CXR"}},
		{"a day older", us, decision.Fact{Value: normal, AsOf: (examDay - 184).Date()}, []Earlier{film}, nil},
		{"nobody noted the day", us, decision.Fact{Value: normal}, []Earlier{film}, nil},
		{"in dispute", us, decision.Fact{Value: normal, AsOf: examDay.Date(), Disputed: true}, []Earlier{film}, nil},
		{"not known", us, decision.Fact{AsOf: examDay.Date()}, []Earlier{film}, nil},
		{"another service", us, decision.Fact{Value: normal, AsOf: examDay.Date()}, []Earlier{{Service: "chest-xray-lateral", Form: "cxr-result"}}, nil},
		{"another form", us, decision.Fact{Value: normal, AsOf: examDay.Date()}, []Earlier{{Service: "chest-xray", Form: "film"}}, nil},
		{"an examination finds what is sensitive", us, decision.Fact{}, []Earlier{exam}, nil},
		{"nothing was done", us, decision.Fact{Value: normal, AsOf: examDay.Date()}, nil, nil},
	} {
		var got []string
		for code := range carried(in(c.fact), c.p, c.done) {
			got = append(got, code)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.why, got, c.want)
		}
	}
	shielded := Earlier{Service: "chest-xray-shielded", Form: "cxr-result", On: examDay}
	if got := carried(in(decision.Fact{Value: normal, AsOf: examDay.Date()}), shipped()["uk-tb"], []Earlier{shielded}); len(got) != 0 {
		t.Errorf("what asked for a consent: %v", got)
	}
}

// A film that was made before the cough does not answer the cough.
func TestATestMadeBeforeItsReasonDoesNotCount(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		p := w.register("Amina", 34, people.Male)
		_, ms := w.open("canada-ime", value.Facts{"category": value.Text("refugee")}, p)
		w.do(ms[0], "CXR", nil)
		w.clock = w.clock.AddDate(0, 0, 7)
		_, ns := w.open("us-immigrant", nil, p)
		if it := w.item(ns[0], "CXR"); it.State != ItemDone || it.Earlier == nil {
			t.Fatalf("a film of last week for a person who is well: %q", it.State)
		}
		w.answer(ns[0], value.Facts{"symptoms": value.Of(true)})
		if it := w.item(ns[0], "CXR"); it.State != ItemRequired || it.Earlier != nil {
			t.Errorf("he coughs since: %q, taken over %v", it.State, it.Earlier)
		}
		w.clock = w.clock.AddDate(0, 0, 40)
		well := w.register("Musa", 34, people.Male)
		_, ms = w.open("canada-ime", value.Facts{"category": value.Text("refugee")}, well)
		w.do(ms[0], "CXR", nil)
		w.clock = w.clock.AddDate(0, 0, 31)
		_, ns = w.open("us-immigrant", nil, well)
		if it := w.item(ns[0], "CXR"); it.State != ItemRequired {
			t.Errorf("a film of 31 days ago: %q", it.State)
		}
	})
}

// A sensitive result of another case is not read here, and is not read as none.
func TestAHiddenResultIsNotTakenForNone(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		w.shelf.whole()
		p := w.register("Amina", 50, people.Male) // past the age at which the United States asks for syphilis
		_, ms := w.open("canada-ime", value.Facts{"category": value.Text("refugee")}, p)
		w.do(ms[0], "SYPHILIS", map[string]string{"treponemal": "pos", "nontreponemal": "pos", "rpr_titre": "32", "syphilis_conclusion": "untreated"})
		_, ns := w.open("us-immigrant", immigrant(), p)
		v := w.look(ns[0])
		if _, filled := v.Input.Facts["syphilis"]; !filled || v.Input.Facts["syphilis"].Value.Known() {
			t.Errorf("what was found for Canada is read as %+v", v.Input.Facts["syphilis"])
		}
		w.finishWith(ns[0], value.Facts{"syphilis": value.NotKnown()})
		if v := w.look(ns[0]); len(v.obstacles()) == 0 {
			t.Error("cleared as if nothing had been found")
		}
		other := w.register("Musa", 50, people.Male)
		_, os := w.open("us-immigrant", immigrant(), other)
		w.finish(os[0])
		if s, _ := w.look(os[0]).Input.Facts["syphilis"].Value.Str(); s != "none" {
			t.Errorf("of somebody who was never tested and need not be: %q", s)
		}
	})
}
