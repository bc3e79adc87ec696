package drill

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/surveillance/across"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// contact is one in the east who is followed for seven days, with the hours at which they
// were seen.
func contact(id byte, name string, seen ...float64) linelist.Followed {
	f := linelist.Followed{Contact: linelist.Contact{ID: db.ID{id}, Name: name}}
	f.Days = 7
	for _, h := range seen {
		f.Visits = append(f.Visits, linelist.Visit{Day: calendar.DayOfTime(at(h)), How: linelist.Seen, At: at(h)})
	}
	return f
}

// sentAt is a notice of so many hours, and when there it was opened, accepted and over.
func sentAt(about across.About, of byte, hours ...float64) across.Line {
	l := across.Line{Steps: map[across.Step]across.Answer{}}
	l.About, l.Of, l.At = about, db.ID{of}, at(hours[0])
	for i, step := range []across.Step{across.StepRead, across.StepAccepted, across.StepOutcome} {
		if i+1 < len(hours) {
			l.Steps[step] = across.Answer{At: at(hours[i+1]), Outcome: across.Completed}
		}
	}
	return l
}

var walks = Scenario{Companions: []string{"Exercise Amani"}}

func TestContactsAreLateOneMinuteAfterTheirClocks(t *testing.T) {
	minute := 1.0 / 60
	for words, tc := range map[string]struct {
		listed, seen float64
		step         string
		want         Verdict
	}{
		"listed in a day":             {34, 35, "contacts listed", InTime},
		"listed a minute later":       {34 + minute, 35, "contacts listed", Late},
		"seen in two days":            {12, 60, "contacts seen", InTime},
		"seen a minute later":         {12, 60 + minute, "contacts seen", Late},
		"seen three days after":       {12, 82, "case to contacts seen", InTime},
		"a minute more than three":    {12, 82 + minute, "case to contacts seen", Late},
		"one whom nobody ever saw":    {12, 0, "contacts seen", NotDone},
		"and nobody was ever through": {12, 0, "case to contacts seen", NotDone},
	} {
		r := recorded([4]float64{2, 3, 4, 5})
		r.Contacts = []linelist.Followed{contact(1, "Exercise Amani", 13), contact(2, "Exercise Okello")}
		if tc.seen != 0 {
			r.Contacts[1] = contact(2, "Exercise Okello", tc.seen)
		}
		m := Marks{Case: at(10), Listed: at(tc.listed), Contacts: []db.ID{{1}, {2}}, Aboard: 3}
		if got := line(t, ScoreOf(walks, 1, began, r, m), tc.step); got.Verdict != tc.want {
			t.Errorf("%s: %+v, want %s", words, got, tc.want)
		}
	}
}

// The clock of a notice runs from when it was written, not from when the file arrived.
func TestANoticeThatNobodyThereOpensInADayIsLate(t *testing.T) {
	for words, tc := range map[string]struct {
		sent []float64
		want Verdict
	}{
		"opened in a day":       {[]float64{11, 35, 40}, InTime},
		"opened a minute later": {[]float64{11, 35 + 1.0/60, 40}, Late},
		"never opened":          {[]float64{11}, NotDone},
	} {
		r := recorded([4]float64{2, 3, 4, 5})
		r.Sent = []across.Line{sentAt(across.OfContact, 1, tc.sent...), sentAt(across.OfCase, 9, tc.sent...)}
		r.Contacts = []linelist.Followed{contact(1, "Exercise Amani", 13)}
		s := ScoreOf(walks, 1, began, r, Marks{Case: at(10), Contacts: []db.ID{{1}}, Left: at(10.5), Traveller: db.ID{1}})
		for _, step := range []string{"notice opened there", "hand-over opened there"} {
			if got := line(t, s, step); got.Verdict != tc.want || got.Clock == "" || got.Source == "" {
				t.Errorf("%s, %s: %+v", words, step, got)
			}
		}
	}
}

// Who travels on and was never listed is lost between two authorities: that is a fault.
// Whose follow-up was over needs no hand-over.
func TestWhoTravelsOnUnlistedWasNotHandedOver(t *testing.T) {
	r := recorded([4]float64{2, 3, 4, 5})
	left := Marks{Left: at(50)}
	s := ScoreOf(walks, 1, began, r, left)
	for _, step := range []string{"contact handed over", "hand-over opened there", "outcome told"} {
		if got := line(t, s, step); got.Verdict != NotDone {
			t.Errorf("%s: %+v", step, got)
		}
	}
	r.Contacts = []linelist.Followed{contact(1, "Exercise Amani", 13)}
	s = ScoreOf(walks, 1, began, r, left)
	if got := line(t, s, "contact handed over"); got.Verdict != NotDue || !strings.Contains(got.Note, "over") {
		t.Errorf("%+v", got)
	}
	for _, l := range s.Lines {
		if l.Step == "hand-over opened there" {
			t.Errorf("%+v", l)
		}
	}
}

// Days are counted where somebody is followed: once, and not on both sides.
func TestDaysOfFollowUpAreCountedOnce(t *testing.T) {
	r := recorded([4]float64{2, 3, 4, 5})
	r.Contacts = []linelist.Followed{contact(1, "Exercise Amani", 13), contact(2, "Exercise Okello", 13, 14, 37)}
	r.Abroad = contact(7, "Exercise Amani", 13, 37, 61)
	m := Marks{Case: at(10), Listed: at(11), Contacts: []db.ID{{1}, {2}}, Traveller: db.ID{1}}
	if got := line(t, ScoreOf(walks, 1, began, r, m), "case to contacts seen"); got.Note != "5 of 14 days of follow-up seen" {
		t.Errorf("%+v", got)
	}
	r.Contacts[0].Visits = nil // nobody had seen them before they left
	if got := line(t, ScoreOf(walks, 1, began, r, m), "contacts seen"); got.Note != "2 of 2" || got.Took != "2 h" {
		t.Errorf("seen on the other side: %+v", got)
	}
}

func TestTheAgendaIsPlayedInTheOrderOfItsTimes(t *testing.T) {
	p := Play{Clock: NewClock(began, 0)}
	var got []string
	do := func(name string) func(time.Duration) {
		return func(d time.Duration) {
			p.in(d, name, func(ctx context.Context) error { got = append(got, name); return nil })
		}
	}
	do("late")(3 * time.Hour)
	do("first")(0)
	do("early")(time.Hour)
	p.in(2*time.Hour, "middle", func(ctx context.Context) error {
		got = append(got, "middle")
		do("between")(30 * time.Minute)
		return nil
	})
	if err := p.goOn(t.Context()); err != nil {
		t.Fatal(err)
	}
	if want := "first early middle between late"; strings.Join(got, " ") != want {
		t.Errorf("%q, want %q", got, want)
	}
	if d := p.Clock.Now().Sub(at(3)); d < 0 || d > time.Minute {
		t.Errorf("three hours later it is %v off", d)
	}
}
