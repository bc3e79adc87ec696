package vaccine

import (
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"pgregory.net/rapid"
)

// history draws a patient with doses of any product of the schedule, often several on a
// day, and with any of its observations.
func drawn(t *rapid.T, s *Schedule, on calendar.Day) *Patient {
	p := &Patient{Birth: on - calendar.Day(rapid.IntRange(0, 30000).Draw(t, "days old")), Gender: Gender(rapid.IntRange(0, 2).Draw(t, "gender"))}
	dates := rapid.SliceOfN(rapid.IntRange(0, int(on-p.Birth)), 1, 4).Draw(t, "dates")
	for range rapid.IntRange(0, 9).Draw(t, "doses") {
		code := s.data.Products[rapid.IntRange(0, len(s.data.Products)-1).Draw(t, "product")].Code
		p.Doses = append(p.Doses, Dose{Date: (p.Birth + calendar.Day(rapid.SampledFrom(dates).Draw(t, "date"))).Date(), Product: code,
			Maker: rapid.SampledFrom([]string{"", "MSD", "SKB"}).Draw(t, "maker"), Condition: rapid.IntRange(0, 9).Draw(t, "condition") == 0})
	}
	for range rapid.IntRange(0, 3).Draw(t, "observations") {
		o := Observed{Code: s.data.Observations[rapid.IntRange(0, len(s.data.Observations)-1).Draw(t, "observation")].Code}
		if rapid.Bool().Draw(t, "dated") {
			o.Date = (on - calendar.Day(rapid.IntRange(0, 1000).Draw(t, "days ago"))).Date()
		}
		p.History = append(p.History, o)
	}
	return p
}

func TestTheOrderOfDosesAndObservationsNeverMatters(t *testing.T) {
	s := published(t)
	on := day(t, "2025-11-10")
	rapid.Check(t, func(t *rapid.T) {
		p := drawn(t, s, on)
		a, err := s.Evaluate(p, on)
		if err != nil {
			t.Fatal(err)
		}
		q := &Patient{Birth: p.Birth, Gender: p.Gender, History: rapid.Permutation(p.History).Draw(t, "observations")}
		order := rapid.Permutation(indexes(len(p.Doses))).Draw(t, "order")
		for _, i := range order {
			q.Doses = append(q.Doses, p.Doses[i])
		}
		b, err := s.Evaluate(q, on)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(a.Forecasts, b.Forecasts) {
			t.Fatalf("in the order %v the forecasts are others", order)
		}
		// Doses that are the same in everything cannot be told apart: what comes out is
		// compared as a set.
		for i := range p.Doses {
			if !slices.EqualFunc(alike(p, a, p.Doses[i]), alike(q, b, p.Doses[i]), func(x, y DoseResult) bool { return reflect.DeepEqual(x, y) }) {
				t.Fatalf("in the order %v dose %d comes out otherwise", order, i)
			}
		}
	})
}

func indexes(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// alike are the results of all doses that equal one, in the order of the evaluation.
func alike(p *Patient, r *Result, d Dose) (out []DoseResult) {
	for i := range p.Doses {
		if p.Doses[i] == d {
			out = append(out, r.Doses[i])
		}
	}
	return out
}

func TestADoseToComeChangesNothingButAWarning(t *testing.T) {
	s := published(t)
	on := day(t, "2025-11-10")
	rapid.Check(t, func(t *rapid.T) {
		p := drawn(t, s, on)
		a, _ := s.Evaluate(p, on)
		q := *p
		q.Doses = append(slices.Clone(p.Doses), Dose{Product: s.data.Products[0].Code, Date: (on + calendar.Day(rapid.IntRange(1, 500).Draw(t, "in days"))).Date()})
		b, _ := s.Evaluate(&q, on)
		if !reflect.DeepEqual(a.Forecasts, b.Forecasts) || !reflect.DeepEqual(a.Doses, b.Doses[:len(p.Doses)]) || len(b.Problems) != len(a.Problems)+1 {
			t.Fatal("a dose after the assessment date has an effect")
		}
	})
}

// What holds of every forecast, whoever the patient is.
func TestForecastsKeepTheirPromises(t *testing.T) {
	s := published(t)
	on := day(t, "2025-11-10")
	rapid.Check(t, func(t *rapid.T) {
		p := drawn(t, s, on)
		r, err := s.Evaluate(p, on)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range r.Forecasts {
			due := f.Status == NotComplete
			switch {
			case f.Status == NoStatus, len(f.Series) == 0:
				t.Fatalf("%s has no status or no series", f.Group)
			case due != (f.Earliest.By != NoBasis), due != (f.Recommended.By != NoBasis), due != (f.Dose > 0):
				t.Fatalf("%s is %s, with dose %d from %s", f.Group, f.Status, f.Dose, f.Earliest)
			case due && (f.Recommended.Day < f.Earliest.Day || f.PastDue.By != NoBasis && f.PastDue.Day < f.Earliest.Day):
				t.Fatalf("%s: earliest %s, recommended %s, past due %s", f.Group, f.Earliest, f.Recommended, f.PastDue)
			}
			for _, one := range f.Series {
				if one.Status == NoStatus || one.Reason == NoReason || one.Choice == NotChosen {
					t.Fatalf("%s of %s does not say why", one.Series.Name, f.Group)
				}
			}
		}
		for i, d := range r.Doses {
			for _, e := range d.Evaluations {
				if e.Status == NotEvaluated || e.Status != Valid && e.Reasons == 0 {
					t.Fatalf("dose %d in %s: %q without a reason", i, e.Series.Name, e.Status)
				}
			}
		}
	})
}

// A schedule is shared by goroutines; run with -race.
func TestAScheduleIsShared(t *testing.T) {
	s := mustCompile(t, liveConflict, antigenXML("A", "", seriesXML(age, apart), seriesOf("Risk", "2", "A", "1", ifSeven, "", apart)))
	on := day(t, "2025-11-10")
	p := with(born(t, "2024-01-01", "2024-03-01 01", "2024-06-01 03"), "007")
	want, _ := s.Evaluate(p, on)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				if got, _ := s.Evaluate(p, on); !reflect.DeepEqual(got, want) {
					t.Error("another result")
				}
			}
		})
	}
	wg.Wait()
}
