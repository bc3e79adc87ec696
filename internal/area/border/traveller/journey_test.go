package traveller

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/surveillance/outbreak"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// declares has the epidemiologist declare a disease in places since the first of the month.
func (w *world) declares(disease string, state outbreak.State, places ...string) db.ID {
	w.t.Helper()
	from, err := calendar.Parse("2026-11-01")
	w.must(err)
	id, err := w.outbreaks.Declare(w.as("epidemiologist"), outbreak.Outbreak{Disease: disease, Places: places, From: from, Source: "District laboratory"}, outbreak.Step{State: state, Why: "Three cases confirmed."})
	w.must(err)
	return id
}

// districts puts two districts of Uganda into the gazetteer.
func (w *world) districts() {
	w.t.Helper()
	g := place.NewGazetteer(w.DB, w.Journal, w.Access)
	for code, name := range map[string]string{"UG-KASESE": "Kasese", "UG-GULU": "Gulu district"} {
		_, err := g.SaveArea(w.as("administrator"), place.Area{Code: code, Country: "UGA", Level: 1, Parent: "UGA", Names: map[string]string{"en": name}})
		w.must(err)
	}
}

// told are the answers about a stay.
func told(n int, place, from, to string) Answers {
	a := Answers{stayQuestion(n, "place"): {place}}
	for part, date := range map[string]string{"from": from, "to": to} {
		if a[stayQuestion(n, part)] = []string{date}; date == "" {
			delete(a, stayQuestion(n, part))
			a[stayQuestion(n, part)+"-not"] = []string{"unknown"}
		}
	}
	return a
}

func TestAScreeningSaysWhetherTheJourneyMetAnOutbreak(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.districts()
		id := w.declares("measles", outbreak.Active, "UG-KASESE")
		w.shift("screener", "BUSIA")
		for _, c := range []struct {
			name     string
			stays    Answers
			want     outbreak.Answer
			flag     string
			unplaced []int
		}{
			{"nobody told a stay", nil, outbreak.Unknown, "", nil},
			{"in the district until today", told(1, "Kasese", "2026-06", "2026-11-22"), outbreak.Yes, "JOURNEY_MET", nil},
			{"there, and when is not known", told(1, "Kasese", "", ""), outbreak.Possible, "JOURNEY_MAY_HAVE_MET", nil},
			{"in the country", told(1, "Uganda", "2026-06", "2026-11-22"), outbreak.Possible, "JOURNEY_MAY_HAVE_MET", nil},
			{"elsewhere until today", told(1, "Gulu district", "2026-06", "2026-11-22"), outbreak.No, "", nil},
			{"elsewhere, until when is not known", told(1, "Gulu district", "2026-06", ""), outbreak.Unknown, "", nil},
			{"a place that nobody here knows", told(1, "Nowhere Planted", "2026-06", "2026-11-22"), outbreak.Unknown, "", []int{1}},
			{"the second stay is the one", told(1, "Gulu district", "2026-06", "2026-11-15").with(told(2, "Kasese", "2026-11-15", "2026-11-22")), outbreak.Yes, "JOURNEY_MET", nil},
		} {
			sc, _ := w.begins(Answers{"visible_sign": {"yes"}})
			if w.open("screener", sc).Journey != nil {
				t.Errorf("%s: something is said of a journey before anybody asked", c.name)
			}
			w.must(w.SecondScreening(w.as("screener"), sc, ill("none", c.stays)))
			o := w.open("screener", sc)
			j := o.Last().Journey
			if j == nil || j.Answer != c.want || !slices.Equal(j.Unplaced, c.unplaced) || (c.flag != "") != slices.Contains(o.Last().Flags, c.flag) {
				t.Fatalf("%s: %+v, %v; want %s", c.name, j, o.Last().Flags, c.want)
			}
			if o.Last().Class != "RELEASED_ADVICE" {
				t.Errorf("%s: %q", c.name, o.Last().Class)
			}
			if !reflect.DeepEqual(o.Journey, j) {
				t.Errorf("%s: kept %+v, and now it is %+v", c.name, j, o.Journey)
			}
			for _, m := range j.Met {
				if m.Outbreak != id || m.Disease != "measles" || m.Source != "District laboratory" || !m.Counts {
					t.Errorf("%s: %+v", c.name, m)
				}
			}
		}
	})
}

// What was found stays as it was found; what is declared later is said beside it.
func TestAnOutbreakThatIsDeclaredLaterIsSaidOfWhoPassedBefore(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.districts()
		w.shift("screener", "BUSIA")
		id, _ := w.begins(Answers{"visible_sign": {"yes"}})
		w.must(w.SecondScreening(w.as("screener"), id, ill("none", told(1, "Kasese", "2026-06", "2026-11-22"))))
		_, body := w.get("screener", path(id))
		w.says(body, "Met a declared outbreak No", "No outbreak is declared")
		w.declares("measles", outbreak.Active, "UG-KASESE")
		o := w.open("screener", id)
		if o.Last().Journey.Answer != outbreak.No || o.Journey.Answer != outbreak.Yes {
			t.Errorf("found %+v, now %+v", o.Last().Journey, o.Journey)
		}
		_, body = w.get("screener", path(id))
		w.says(body, "Met a declared outbreak Yes", "By what was declared at the screening No", "Outbreak of Measles", "Source: District laboratory")
	})
}

// The page says the fact, what it rests on, who says so and how sure the days are; and
// what was told is there when the form is opened again.
func TestThePageSaysWhyAJourneyMayHaveMetAnOutbreak(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.districts()
		w.declares("measles", outbreak.Suspected, "UG-KASESE")
		w.shift("screener", "BUSIA")
		id, _ := w.begins(Answers{"visible_sign": {"yes"}})
		form := typed(db.NewID(), ill("none", nil))
		form.Set("q-stay1_place", "Kasese")
		if code, body := w.post("screener", path(id)+"/second", form); code != 422 {
			t.Fatalf("a place without its days is taken: %d", code)
		} else {
			w.says(body, "Stay 1: from", "Stay 1: until", "Stay 2 of the last 21 days")
		}
		form.Set("q-stay1_from-year", "2026")
		form.Set("q-stay1_from-month", "10")
		form.Set("q-stay1_to-year", "2026")
		form.Set("q-stay1_to-month", "9")
		if code, body := w.post("screener", path(id)+"/second", form); code != 422 {
			t.Errorf("an end before the beginning is taken: %d", code)
		} else {
			w.says(body, "The end lies in the future or before the beginning.")
		}
		form.Set("q-stay1_to-month", "11")
		if code, to := w.post("screener", path(id)+"/second", form); code != 303 {
			t.Fatalf("%d %.1500s", code, reads(to))
		}
		_, body := w.get("screener", path(id))
		w.says(body, "Journey and outbreaks", "Met a declared outbreak Possible", "Stay in Kasese , October 2026 to November 2026", "may be", "Outbreak of Measles , since 1 November 2026", "Suspected", "Source: District laboratory",
			"Last day there: between 1 November 2026 and 22 November 2026", "it is no reason to hold anybody or to turn them away", "The journey may have met a declared outbreak", "What now: Released with advice They go on. Their journey met, or may have met, a declared outbreak: tell them, and offer care.")
		_, body = w.get("screener", path(id)+"/second")
		for _, held := range []string{`name="q-stay1_place"`, `value="Kasese"`, `name="q-sign_onset-day"`} {
			if !strings.Contains(body, held) {
				t.Errorf("%s is not on the form that is opened again", held)
			}
		}
		again := typedFrom(body)
		if got := []string{again["q-stay1_from-month"], again["q-stay1_from-year"], again["q-stay1_to-month"], again["q-stay1_from-day"], again["q-sign_onset-day"]}; !slices.Equal(got, []string{"10", "2026", "11", "", "20"}) {
			t.Errorf("the dates on the form that is opened again are %v", got)
		}
		list, err := w.Own(w.as("screener"))
		if err != nil || len(list) != 1 {
			t.Fatalf("%d, %v", len(list), err)
		}
		if _, body := w.get("screener", "/border/travellers"); strings.Contains(body, "Kasese") || strings.Contains(reads(body), "Measles") {
			t.Error("a list says where somebody was")
		}
	})
}

// Nothing of a journey is in what leaves: neither in the signal nor in the counts.
func TestAJourneyIsInNoSignalAndNoCount(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.districts()
		w.declares("measles", outbreak.Active, "UG-KASESE")
		w.shift("screener", "BUSIA")
		plain, _ := w.begins(Answers{"visible_sign": {"yes"}})
		w.must(w.SecondScreening(w.as("screener"), plain, ill("cholera", nil)))
		before := w.counted("BUSIA")
		met, _ := w.begins(Answers{"visible_sign": {"yes"}})
		w.must(w.SecondScreening(w.as("screener"), met, ill("cholera", told(1, "Kasese", "2026-06", "2026-11-22"))))
		after := w.counted("BUSIA")
		for what, n := range after {
			if n != 2*before[what] {
				t.Errorf("%s: %d of one and %d of two", what, before[what], n)
			}
		}
		list := w.signals()
		if len(list) != 2 {
			t.Fatalf("%d signals", len(list))
		}
		for _, sig := range list {
			w.noneOf(sig.ID, "Kasese", "KASESE")
		}
	})
}

// Whatever else was found, what a journey met changes no class, no step, no need, no
// referral, nobody's list of contacts and no alert, and keeps no record longer.
func TestAJourneyIsNeverABarByItself(t *testing.T) {
	p := ships(t)(packScreening)
	second, err := formOf(p, formSecond)
	if err != nil {
		t.Fatal(err)
	}
	suspicions := choices(t, p, "suspicion")
	rapid.Check(t, func(r *rapid.T) {
		pick := func(name string, from ...string) []string { return []string{rapid.SampledFrom(from).Draw(r, name)} }
		sc := Screening{Day: calendar.DayOf(2026, 11, 22), First: Answers{"screen_consent": pick("consent", "agreed", "declined"), "corpse_or_very_ill": pick("corpse", "yes", "no", "unknown"),
			"known_contact": pick("contact", "yes", "no", "unknown"), "visible_sign": pick("sign", "yes", "no", "unknown"), "temp1_device": pick("device", "ncit", "oral"), "temp1_c": pick("temp", "36.5", "37.6", "38.4"),
			"recent_sign": pick("recent", "yes", "no", "unknown"), "exposed_recently": pick("exposed", "yes", "no", "unknown"), "exposed_date": pick("day", "2026-11-20", "2026-09-20"), "listed_stay": pick("listed", "yes", "no", "unknown"), "temp2_taken": pick("again", "yes", "no"),
			"temp2_device": {"oral"}, "temp2_c": pick("second", "36.9", "38.4"), "ambient_c": pick("ambient", "25", "45")}}
		if rapid.Bool().Draw(r, "screened twice") {
			sc.Second = ill(rapid.SampledFrom(suspicions).Draw(r, "suspicion"), Answers{"antipyretic_6h": pick("medicine", "yes", "no", "unknown")})
		}
		if !second.Check(sc.Second, nil, sc.Day).OK() && len(sc.Second) > 0 {
			r.Fatalf("the form refuses %v", sc.Second)
		}
		plain, err := find(p, sc)
		if err != nil {
			r.Fatal(err)
		}
		for _, answer := range []outbreak.Answer{outbreak.Yes, outbreak.Possible, outbreak.Unknown, outbreak.No} {
			sc.Journey = &Journey{Answer: answer}
			got, err := find(p, sc)
			if err != nil {
				r.Fatal(err)
			}
			said := len(got.Flags) > len(plain.Flags)
			got.Journey, got.Record, got.Flags = plain.Journey, plain.Record, got.Flags[:min(len(got.Flags), len(plain.Flags))]
			if said != (answer == outbreak.Yes || answer == outbreak.Possible) {
				r.Fatalf("a journey that met: %s, said %v", answer, said)
			}
			if len(got.Flags) == 0 {
				got.Flags = plain.Flags
			}
			if !reflect.DeepEqual(got, plain) {
				r.Fatalf("a journey that met: %s changes %+v to %+v", answer, plain, got)
			}
		}
	})
}

// choices are the answers to a question of the second screening.
func choices(t *testing.T, p *pack.Pack, question string) (out []string) {
	t.Helper()
	f, err := formOf(p, formSecond)
	if err != nil {
		t.Fatal(err)
	}
	r, ok := f.Row(question)
	if !ok || len(r.Choices) == 0 {
		t.Fatalf("no question %q", question)
	}
	for _, c := range r.Choices {
		out = append(out, c.Name)
	}
	return out
}

var inputs = regexp.MustCompile(`<input [^>]*name="([^"]*)"[^>]*>`)

// typedFrom are the values of the boxes of a page.
func typedFrom(body string) map[string]string {
	out := map[string]string{}
	for _, m := range inputs.FindAllStringSubmatch(body, -1) {
		if _, v, ok := strings.Cut(m[0], ` value="`); ok {
			out[m[1]], _, _ = strings.Cut(v, `"`)
		}
	}
	return out
}
