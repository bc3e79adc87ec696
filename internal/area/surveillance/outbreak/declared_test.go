package outbreak

import (
	"slices"
	"testing"

	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// Somebody who is registered nowhere tells places by their names, as they know them.
func TestStaysThatWereToldByNameMeetAnOutbreak(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		said := func(stays ...Declared) (out Said) {
			t.Helper()
			w.Must(w.DB.Read(t.Context(), func(tx *db.Tx) (err error) {
				out, err = w.ExposedDeclared(tx, stays, w.today())
				return err
			}))
			return out
		}
		stay := func(place, from, to string) Declared {
			return Declared{Place: place, From: date(t, from), To: date(t, to)}
		}
		if got := said(); got.Answer != Unknown || got.Declared != 0 {
			t.Errorf("nothing told and nothing declared: %+v", got)
		}
		id := w.measles(Active, "site:CAMP")
		for _, c := range []struct {
			name, place string
			want        Answer
			unplaced    bool
		}{
			{"the site by its name", "kalobeyei CAMP", Yes, false},
			{"the site and where it lies", "Kalobeyei camp, Turkana, Kenya", Yes, false},
			{"the district", "Turkana", Possible, false},
			{"the country", "Kenya", Possible, false},
			{"the country in another language", "Kenia", Possible, false},
			{"another district", "Garissa", No, false},
			{"another country", "Uganda", No, false},
			{"a place that nobody here knows", "Ng'amba rest house", Unknown, true},
			{"such a place in a country that is known", "Ng'amba rest house, Kenya", Possible, true},
			{"two places in one box", "Uganda / Kalobeyei camp", Possible, false},
			{"nothing but a comma", " , ", Unknown, true},
		} {
			got := said(stay(c.place, "2026-06", "2026-11-22"))
			if got.Answer != c.want || (len(got.Unplaced) > 0) != c.unplaced {
				t.Errorf("%s: %s, unplaced %v; want %s, %v", c.name, got.Answer, got.Unplaced, c.want, c.unplaced)
			}
			for _, m := range got.Met {
				if m.Outbreak.ID != id || m.Outbreak.Source != "District laboratory" || m.Stay != 0 || !m.In.Known {
					t.Errorf("%s: %+v", c.name, m)
				}
			}
		}
		two := said(stay("Uganda", "2026-01", "2026-11-10"), stay("Kalobeyei camp", "2026-11-10", "2026-11-22"))
		if len(two.Met) != 1 || two.Met[0].Stay != 1 || two.Answer != Yes {
			t.Errorf("the second stay met it: %+v", two)
		}
		w.Must(w.DB.Read(t.Context(), func(tx *db.Tx) error {
			waiting, err := w.Places.(*place.Gazetteer).Unmatched(tx)
			if len(waiting) != 0 {
				t.Errorf("what a traveller told waits for an officer: %v", waiting)
			}
			return err
		}))
	})
}

// A virus whose species is known is one meeting, and not one for every species that it is
// asked for.
func TestOneOutbreakIsOneMeeting(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		i := slices.IndexFunc(w.Lists.Diseases, func(d surveillance.Disease) bool { return d.Species != "" })
		if i < 0 {
			t.Fatal("no disease has a species")
		}
		_, err := w.Declare(w.As("epidemiologist"), Outbreak{Disease: w.Lists.Diseases[i].Code, Places: []string{"KE-TURKANA"}, From: date(t, "2026-11-01"), Source: "District laboratory"}, Step{State: Active, Why: "Confirmed by PCR."})
		w.Must(err)
		w.Must(w.DB.Read(t.Context(), func(tx *db.Tx) error {
			got, err := w.ExposedDeclared(tx, []Declared{{Place: "Turkana", From: date(t, "2026-11-02"), To: date(t, "2026-11-22")}}, w.today())
			if len(got.Met) != 1 || got.Met[0].Outbreak.Disease != w.Lists.Diseases[i].Code || !got.Met[0].Certain {
				t.Errorf("%+v", got)
			}
			return err
		}))
	})
}
