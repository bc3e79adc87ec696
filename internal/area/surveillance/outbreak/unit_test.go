package outbreak

import (
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

func TestTheStateOfAnOutbreakAtASiteIsOnlyWhatWasDeclaredForCertain(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		state := func(disease, site string, day calendar.Date) (out UnitState) {
			w.Must(w.DB.Read(t.Context(), func(tx *db.Tx) (err error) {
				out, err = w.StateAt(tx, disease, site, day)
				return err
			}))
			return out
		}
		now := w.today()
		if got := state("measles", "CAMP", now.Date()); got != UnitUnknown {
			t.Errorf("nothing is declared: %q", got)
		}
		id := w.measles(Suspected, "KE-TURKANA")
		since, _, _ := date(w.T, "2026-11-01").Bounds()
		month := date(w.T, "2026-11")
		for why, tc := range map[string]struct {
			disease, site string
			day           calendar.Date
			want          UnitState
		}{
			"a site in the district":              {"measles", "CAMP", now.Date(), UnitSuspected},
			"another disease":                     {"cholera", "CAMP", now.Date(), UnitUnknown},
			"a site that is not here":             {"measles", "NOWHERE", now.Date(), UnitUnknown},
			"the day before it began":             {"measles", "CAMP", (since - 1).Date(), UnitUnknown},
			"a day that nobody knows":             {"measles", "CAMP", calendar.Date{}, UnitUnknown},
			"a month of which all days are in it": {"measles", "CAMP", month, UnitSuspected},
		} {
			if got := state(tc.disease, tc.site, tc.day); got != tc.want {
				t.Errorf("%s: %q, want %q", why, got, tc.want)
			}
		}
		change := func(st Step, until calendar.Date) {
			o, err := w.Open(w.As("epidemiologist"), id, "en")
			w.Must(err)
			o.Until = until
			w.Must(w.Do(w.As("epidemiologist"), Change{ID: id, Outbreak: o.Outbreak, Step: st}))
		}
		change(Step{State: Active, Why: "Confirmed."}, calendar.Date{})
		if got := state("measles", "CAMP", now.Date()); got != UnitConfirmed {
			t.Errorf("it is confirmed: %q", got)
		}
		change(Step{State: Over, Why: "No case for 42 days."}, (since + 9).Date())
		for day, want := range map[calendar.Day]UnitState{since + 9: UnitConfirmed, since + 10: UnitUnknown} {
			if got := state("measles", "CAMP", day.Date()); got != want {
				t.Errorf("over on the 10th, on %s: %q, want %q", day, got, want)
			}
		}
		change(Step{State: Discarded, Why: "It was rubella."}, (since + 9).Date())
		if got := state("measles", "CAMP", (since + 1).Date()); got != UnitUnknown {
			t.Errorf("it was none: %q", got)
		}
	})
}
