package mobility

import (
	"encoding/json"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/flow"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// fixed are assumptions that are taken as known, in the order of ForecastAsks.
func fixed(reported, incubation, ill, stayIncubating, stayIll, travel float64) []Assumed {
	var out []Assumed
	for i, v := range []float64{reported, incubation, ill, stayIncubating, stayIll, travel, 1.5, 0.2} {
		out = append(out, Assumed{Assumption: flow.Assumption{Name: ForecastAsks[i].Code, Low: v, Likely: v, High: v}})
	}
	return out
}

// exactly is a number of cases of which every report lies within the window.
func exactly(n float64) Counted {
	return Counted{Least: n, Likely: n, Most: n, Days: 20, Of: 20, Last: day}
}

func forecastInput() ForecastInput {
	return ForecastInput{AsOf: day, Window: 20, Days: 28, Cases: map[string]Counted{"A": exactly(10), "X": exactly(4)}, Places: []string{"B", "C", "D"},
		Flows:  &Table{Matrix: Matrix{Per: "week", Unlisted: UnlistedFew}, Rows: map[string]map[string]*float64{"A": {"B": n(100), "C": n(300), "D": nil}, "X": {"B": n(50)}}},
		People: map[string]float64{"A": 1000}, Assumed: fixed(0.5, 8, 4, 0.1, 0.9, 1), Seed: 1, Draws: 100}
}

func forecasted(t *testing.T, in ForecastInput) Forecast {
	t.Helper()
	f, err := Forecasted(in)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestTheForecastIsThePublishedFormula(t *testing.T) {
	f := forecasted(t, forecastInput())
	// Dorigatti 2017 by the engine that agrees with its authors' program; the two shares
	// who stay are one, weighted by the days in which each holds.
	want, _ := flow.Route{Source: flow.Source{Cases: 10, Ascertainment: 0.5, Population: 1000, Window: 20},
		Corridor: flow.Corridor{Residents: flow.Of(400), Reduction: (8*0.1 + 4*0.9) / 12}}.Expected(flow.Periods{Incubation: 8, Infectious: 4})
	if b := f.Corridors[1]; b.To != "B" || b.People != 400 || math.Abs(b.Cases.Mid-want) > 1e-12 || b.Cases.Low != b.Cases.Mid {
		t.Errorf("%+v, want %v", b, want)
	}
	if c := f.Destinations[0]; c.Unit != "C" || math.Abs(c.Cases.Mid-3*want) > 1e-12 || math.Abs(c.Any-(1-math.Exp(-3*want))) > 1e-12 {
		t.Errorf("%+v", c)
	}
	if o := f.Origins[0].OnePer; o.State != flow.Known || math.Abs(o.Travellers.Mid-400/want) > 1e-6 {
		t.Errorf("one case per travellers, not per scenario: %+v, want %v", o, 400/want)
	}
	if math.Abs(f.All.Mid-4*want) > 1e-12 {
		t.Errorf("%+v", f.All)
	}
	o, _ := flow.OutbreakGiven(3*want, 1.5, 0.2)
	if got := f.Destinations[0].Outbreak; math.Abs(got.Value-o.Outbreak) > 1e-12 {
		t.Errorf("%v, want %v", got, o.Outbreak)
	}
}

func TestWhatIsNotKnownIsNotNobody(t *testing.T) {
	f := forecasted(t, forecastInput())
	for _, d := range f.Destinations {
		if d.Unit == "D" {
			t.Errorf("nobody knows who travels to D: %+v", d)
		}
		if d.Unit == "B" && d.Listed != 1 {
			t.Errorf("what comes from X is not known, for nobody knows how many live there: %+v", d)
		}
	}
	if x := f.Origins[1]; x.Unit != "X" || x.People.Known || x.OnePer.State != flow.Unknown {
		t.Errorf("%+v", x)
	}
	in := forecastInput()
	in.Flows.Unlisted = UnlistedNone // a whole list: nobody travels to D from A
	in.Flows.Rows["A"] = map[string]*float64{"B": n(100)}
	for _, d := range forecasted(t, in).Destinations {
		if d.Unit == "D" && (d.Listed != 1 || d.People != 0 || d.OnePer.State != flow.Unreachable) {
			t.Errorf("%+v", d)
		}
	}
}

func TestAForecastSaysWhyThereIsNone(t *testing.T) {
	for why, change := range map[string]func(*ForecastInput){
		"affected": func(in *ForecastInput) { in.Cases = nil }, "flows": func(in *ForecastInput) { in.Flows = nil }, "period": func(in *ForecastInput) { in.Flows.Per = "" },
		"candidates": func(in *ForecastInput) { in.Places = nil }, "assumptions": func(in *ForecastInput) { in.Assumed = in.Assumed[1:] }, "data": func(in *ForecastInput) { in.People = nil },
	} {
		in := forecastInput()
		change(&in)
		if f := forecasted(t, in); f.Absent != why || len(f.Destinations) != 0 {
			t.Errorf("%q, want %q", f.Absent, why)
		}
	}
}

func TestMoreInfectionsThanPeopleAreToldAndNotComputedWith(t *testing.T) {
	in := forecastInput()
	in.Cases["A"] = exactly(900) // at half of them reported 1,800 of 1,000
	o := forecasted(t, in).Origins[0]
	if !o.Impossib || o.OnePer.Travellers.Mid < 1 {
		t.Errorf("%+v", o)
	}
}

func TestTheSameSeedGivesTheSameForecastWithItsInterval(t *testing.T) {
	in := forecastInput()
	book := New(Deps{}).Book
	var missing []string
	if in.Assumed, missing = book.Of(Assumptions{Disease: "bdbv"}, ForecastAsks); len(missing) != 0 {
		t.Fatal(missing)
	}
	in.Draws = 500
	a, b := forecasted(t, in), forecasted(t, in)
	if !reflect.DeepEqual(a, b) {
		t.Error("the same seed gives something else")
	}
	in.Seed = 2
	if c := forecasted(t, in); c.All == a.All {
		t.Error("another seed gives the same")
	}
	if a.All.Low >= a.All.Mid || a.All.Mid >= a.All.High {
		t.Errorf("%+v", a.All)
	}
	o := a.Destinations[0].OnePer.Travellers
	if o.Low >= o.Mid || o.Mid >= o.High {
		t.Errorf("the fewest travellers come first: %+v", o)
	}
	if top := a.Influences[0]; top.Name != "reported" && top.Name != "ill" && top.Name != "travel" || top.Swing() <= a.Influences[len(a.Influences)-1].Swing() {
		t.Errorf("%+v", a.Influences)
	}
}

func TestARangeIsReadAsItIsWritten(t *testing.T) {
	for text, want := range map[string]Range{"0.2 / 0.5 / 1": {0.2, 0.5, 1}, " 7 ": {7, 7, 7}, "0,2/0,5/0,9": {0.2, 0.5, 0.9}} {
		got, err := ParseRange(text)
		if err != nil || got != want {
			t.Errorf("%q: %v %v", text, got, err)
		}
		if again, err := ParseRange(got.String()); err != nil || again != got {
			t.Errorf("%q is written %q", text, got)
		}
	}
	for _, text := range []string{"", "a", "1/2", "1/2/3/4", "1//3"} {
		if r, err := ParseRange(text); err == nil {
			t.Errorf("%q is %v", text, r)
		}
	}
}

func TestAssumptionsStayWithinWhatTheyCanBe(t *testing.T) {
	for field, own := range map[string]map[string]Range{"reported": {"reported": {0, 0.5, 1}}, "ill": {"ill": {5, 3, 9}}, "stay_ill": {"stay_ill": {0.1, 0.5, 1.5}}, "nonsense": {"nonsense": {1, 1, 1}}, "travel": {"travel": {math.NaN(), 1, 1}}} {
		if err := (Assumptions{Disease: "bdbv", Draws: 100, Own: own}).Valid(); fault.FieldOf(err) != field {
			t.Errorf("%v: %v", own, err)
		}
	}
	if err := (Assumptions{Disease: "bdbv", Draws: 10}).Valid(); fault.FieldOf(err) != "draws" {
		t.Error(err)
	}
}

func TestEveryAssumptionThatShipsIsOfADiseaseThatCanBeReported(t *testing.T) {
	lists, book := surveillance.New(surveillance.Deps{}).Lists(), New(Deps{}).Book
	if len(book.of) < 8 {
		t.Fatalf("%d diseases", len(book.of))
	}
	for disease := range book.of {
		if disease != "*" && !lists.HasDisease(disease) {
			t.Errorf("%s is no disease", disease)
		}
		if _, missing := book.Of(Assumptions{Disease: disease}, ForecastAsks); disease != "*" && len(missing) > 0 {
			t.Errorf("%s: nobody says %v", disease, missing)
		}
	}
	if _, missing := book.Of(Assumptions{Disease: "rabies"}, ForecastAsks); len(missing) == 0 {
		t.Error("of a disease of which nothing is said the numbers are missing, and not those of another")
	}
}

func TestAForecastOfWhatIsStoredAndTheAssumptionsThatAnOfficerGave(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.outbreak()
		body := w.page(access.Epidemiologist, "/mobility/forecast")
		for _, part := range []string{"Zone C", "travellers (", "What the number hangs on most", "What this cannot say", "draws of what is assumed", "<svg"} {
			if !strings.Contains(body, part) {
				t.Errorf("%q is not in the page", part)
			}
		}
		im, err := w.Imported(w.as(access.Epidemiologist), ForecastQuery{})
		w.must(err)
		if len(im.Forecast.Corridors) != 1 || im.Forecast.Corridors[0].From != "UGA-B" || im.Forecast.Corridors[0].To != "UGA-C" {
			t.Fatalf("%+v", im.Forecast.Corridors)
		}
		form := url.Values{"disease": {"bdbv"}, "reported": {"0.1"}, "seed": {"42"}, "draws": {"300"}, "why": {"A survey of funerals"}}
		if code, _ := w.post(access.Nurse, "/mobility/assumptions", form); code != 403 {
			t.Errorf("a nurse changes what is assumed: %d", code)
		}
		if code, body := w.post(access.Epidemiologist, "/mobility/assumptions", form); code != 303 {
			t.Fatalf("%d %s", code, body)
		}
		after, err := w.Imported(w.as(access.Epidemiologist), ForecastQuery{})
		w.must(err)
		if after.Forecast.Seed != 42 || after.Forecast.Draws != 300 || after.Forecast.Assumed[0].High != 0.1 || after.Forecast.All.Mid <= im.Forecast.All.Mid {
			t.Errorf("%+v", after.Forecast.Assumed[0])
		}
		if body := w.page(access.Epidemiologist, "/mobility/assumptions?disease=bdbv"); !strings.Contains(body, "A survey of funerals") || !strings.Contains(body, `value="42"`) {
			t.Error("what was given is not shown")
		}
		form.Set("reported", "0.5/0.1/1")
		form.Set("seed", "-1")
		if code, body := w.post(access.Epidemiologist, "/mobility/assumptions", form); code != 422 || !strings.Contains(body, "seed is a whole number") {
			t.Errorf("%d", code)
		}
		if code, _ := w.get(access.Epidemiologist, "/mobility/assumptions?disease=dragon-pox"); code != 404 {
			t.Errorf("%d", code)
		}
	})
}

// outbreak is one in zones A and B, of which only B's travellers to C are known.
func (w *world) outbreak() {
	w.t.Helper()
	ctx := w.as(access.Epidemiologist)
	flows := little("flows", People)
	flows.Rows["UGA-B"]["UGA-C"] = n(40)
	for _, t := range []Table{flows, little("road", Minutes)} {
		_, err := w.SaveMatrix(ctx, t)
		w.must(err)
	}
	for i, unit := range []string{"UGA-A", "UGA-B"} {
		d := day + calendar.Day(2*i)
		_, err := w.counts.RecordCounts(ctx, surveillance.Report{Cell: surveillance.Cell{Unit: unit, Disease: "bdbv", Indicator: "cumulative_cases", Period: surveillance.DayPeriod(d), Source: "sitrep"}, Value: surveillance.Of(3), Reported: d})
		w.must(err)
	}
}

// page asks a page that has to be there.
func (w *world) page(role access.Role, path string) string {
	w.t.Helper()
	code, body := w.get(role, path)
	if code != http.StatusOK {
		w.t.Fatalf("%s: %d %s", path, code, body)
	}
	return body
}

func (w *world) post(role access.Role, path string, form url.Values) (int, string) {
	w.t.Helper()
	mux := http.NewServeMux()
	w.Routes(mux)
	req := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode())).WithContext(w.as(role))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	mux.ServeHTTP(rec, req)
	return rec.Code, rec.Body.String()
}

// What the table that ships says beside a number is told in the reader's language.
func TestEveryNoteOfTheTableHasWords(t *testing.T) {
	book := New(Deps{}).Book
	for _, lang := range []string{"en", "fr", "es", "ar"} {
		text, err := files.ReadFile("locales/" + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var words map[string]any
		if err := json.Unmarshal(text, &words); err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, of := range book.of {
			for _, a := range of {
				if a.Note == "" {
					continue
				}
				n++
				if words["mobility.note."+a.Note] == nil {
					t.Errorf("%s has no words for %q", lang, a.Note)
				}
			}
		}
		if n < 20 {
			t.Errorf("%d notes", n)
		}
	}
}
