package stewardship

import (
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

func TestConflictsAreCountedByWeekWithTheirMedianWait(t *testing.T) {
	at := func(day string, hour int) time.Time {
		d, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		return d.Add(time.Duration(hour) * time.Hour)
	}
	sunday := calendar.DayOfTime(at("2026-11-22", 0))
	weeks := Weeks([]Span{
		{at("2026-11-16", 0), at("2026-11-16", 3)}, // the first hour of the running week
		{at("2026-11-15", 23), at("2026-11-16", 4)},
		{at("2026-11-22", 9), time.Time{}},
		{at("2026-09-27", 12), at("2026-11-18", 12)}, // arose before the first week
		{at("2026-09-28", 12), at("2026-09-28", 12)},
		{at("2026-12-24", 12), time.Time{}}, // a clock that is ahead
	}, sunday)
	if len(weeks) != 8 || weeks[0].From.Date().String() != "2026-11-16" || weeks[7].From.Date().String() != "2026-09-28" {
		t.Fatalf("%+v", weeks)
	}
	want := []Week{{Arose: 2, Settled: 3, Wait: 5 * time.Hour}, {Arose: 1}, {}, {}, {}, {}, {}, {Arose: 1, Settled: 1}}
	for i, w := range weeks {
		w.From = 0
		if w != want[i] {
			t.Errorf("week %d: %+v, want %+v", i, w, want[i])
		}
	}
	monday := Weeks(nil, sunday+1)
	if monday[0].From != sunday+1 {
		t.Errorf("on a Monday the week begins on %s", monday[0].From.Date())
	}
}

func TestTheMedianOfAnEvenNumberLiesBetweenTheTwoInTheMiddle(t *testing.T) {
	if got := median([]time.Duration{8, 2, 4, 100}); got != 6 {
		t.Errorf("%d, want 6", got)
	}
}

func TestTheNumbersOfConflictsAreOfThoseThatTheActorMaySee(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		person := w.register("Tesfaye")
		var base journal.Base
		w.must(w.DB.Read(t.Context(), func(tx *db.Tx) error {
			d, err := w.Journal.Load(tx, person)
			if err == nil {
				base = d.Version
			}
			return err
		}))
		for _, year := range []string{"1988", "1992"} {
			w.must(w.DB.Write(t.Context(), func(tx *db.Tx) error {
				return w.Journal.Append(tx, w.users["nurse"].Author(), journal.Change{Kind: "people.person", Doc: person, Base: base, Fields: map[string]any{"birth": year}})
			}))
		}
		count := func(login string) Week {
			t.Helper()
			weeks, err := w.WeeksOfConflicts(w.as(login))
			if err != nil {
				t.Fatal(err)
			}
			return weeks[0]
		}
		if got := count("reception"); got.Arose != 1 || got.Settled != 0 {
			t.Errorf("while it is open: %+v", got)
		}
		v, err := w.OpenItem(w.as("reception"), person, "birth")
		w.must(err)
		w.clock = w.clock.Add(3 * time.Hour)
		w.must(w.Resolve(w.as("reception"), person, "birth", v.Values[0].Version))
		if got := count("reception"); got.Arose != 1 || got.Settled != 1 || got.Wait < 2*time.Hour || got.Wait > 4*time.Hour {
			t.Errorf("after three hours: %+v", got)
		}
		_, body := w.get("reception", "/review")
		w.want("the page", body, "How many, and how long they wait", "3 hours", "None settled", "0 pairs of them wait now")

		elsewhere := w.users["reception"]
		elsewhere.Sites = []string{"NBO"}
		w.users["elsewhere"] = elsewhere
		if got := count("elsewhere"); got.Arose != 0 || got.Settled != 0 {
			t.Errorf("to the reception of another site: %+v", got)
		}
		if _, err := w.WeeksOfConflicts(w.as("epidemiologist")); !fault.Is(err, fault.Forbidden) {
			t.Errorf("to an epidemiologist: %v", err)
		}
	})
}
