package mobility

import (
	"errors"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

func TestWhatWasComputedOnceIsNotComputedAgainAndTheOldestIsLeft(t *testing.T) {
	m, made := newMemo[int](2), 0
	get := func(n byte) int {
		v, err := m.get([32]byte{n}, func() (int, error) { made++; return int(n) * 10, nil })
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if a, b := get(1), get(1); a != 10 || b != 10 || made != 1 {
		t.Errorf("computed %d times", made)
	}
	get(2)
	get(3) // the first is left
	if get(1); made != 4 || len(m.of) != 2 || len(m.order) != 2 {
		t.Errorf("computed %d times, %d kept", made, len(m.of))
	}
	if _, err := m.get([32]byte{9}, func() (int, error) { return 0, errors.New("no") }); err == nil || get(9) != 90 {
		t.Error("a fault is not kept")
	}
}

func TestAForecastIsComputedAgainWhenAnythingOfItChanged(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.outbreak()
		ctx := w.as(access.Epidemiologist)
		ask := func() Imports {
			im, err := w.Imported(ctx, ForecastQuery{})
			w.must(err)
			return im
		}
		first, again := ask(), ask()
		if kept := len(w.views.forecasts.of); kept != 1 || first.Forecast.All != again.Forecast.All {
			t.Fatalf("%d forecasts are kept of one question", kept)
		}
		flows := little("flows", People)
		flows.Rows["UGA-B"]["UGA-C"] = n(80)
		_, err := w.SaveMatrix(ctx, flows)
		w.must(err)
		if more := ask().Forecast.All.Mid; more < 1.9*first.Forecast.All.Mid {
			t.Errorf("twice the travellers: %v, was %v", more, first.Forecast.All.Mid)
		}
		w.must(w.SaveAssumptions(ctx, Assumptions{Disease: "bdbv", Seed: 9, Draws: 300}))
		if f := ask().Forecast; f.Seed != 9 || len(w.views.forecasts.of) != 3 {
			t.Errorf("seed %d, %d kept", f.Seed, len(w.views.forecasts.of))
		}
	})
}

func TestARowThatChangedIsReadAsItIsNow(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ctx := w.as(access.Epidemiologist)
		for _, people := range []float64{5, 7, 5} {
			flows := little("flows", People)
			flows.Rows["UGA-B"]["UGA-C"] = n(people)
			_, err := w.SaveMatrix(ctx, flows)
			w.must(err)
			w.must(w.DB.Read(ctx, func(tx *db.Tx) error {
				got, err := w.views.tableOf(tx, "flows")
				if err == nil && *got.Rows["UGA-B"]["UGA-C"] != people {
					t.Errorf("%v, want %v", *got.Rows["UGA-B"]["UGA-C"], people)
				}
				return err
			}))
		}
	})
}
