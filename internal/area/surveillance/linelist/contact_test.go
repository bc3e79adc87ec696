package linelist

import (
	"net/url"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

func (w *world) contact(source db.ID, name string, ago int) db.ID {
	w.T.Helper()
	id, err := w.ListContact(w.As("nurse"), source, Contact{Name: name, Last: (calendar.DayOfTime(w.Now) - calendar.Day(ago)).Date()}, Touched, false)
	w.Must(err)
	return id
}

func (w *world) followed(id db.ID) OpenedContact {
	w.T.Helper()
	o, err := w.OpenContact(w.As("epidemiologist"), id, "en")
	w.Must(err)
	return o
}

// Day 0 is the last exposure; visits are on days 1 to 21 of a filovirus, and whoever
// was seen on each of them is discharged on day 21 and not a day before.
func TestDaysOfFollowUpAreThoseOfThePack(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		source := w.record(Case{Disease: "bdbv", Name: "Source"})
		for _, tc := range []struct {
			ago    int
			due    bool
			status string
		}{{0, false, "UNDER_FOLLOW_UP"}, {1, true, "UNDER_FOLLOW_UP"}, {21, true, "UNDER_FOLLOW_UP"}, {22, false, "UNDER_FOLLOW_UP"}} {
			o := w.followed(w.contact(source, "", tc.ago))
			if o.Days != 21 || o.DayNo != tc.ago || o.Due != tc.due || o.Status != tc.status {
				t.Errorf("exposed %d days ago: %+v", tc.ago, o.Following)
			}
		}
		id := w.contact(source, "Seen daily", 21)
		today := calendar.DayOfTime(w.Now)
		for d := today - 20; d < today; d++ {
			w.Must(w.Visited(w.As("nurse"), id, Visit{Day: d, How: Seen, Signs: value.No}))
		}
		if o := w.followed(id); o.Status != "UNDER_FOLLOW_UP" || !o.Due {
			t.Errorf("before the visit of day 21: %+v", o.Following)
		}
		w.Must(w.Visited(w.As("nurse"), id, Visit{How: Seen, Signs: value.No}))
		if o := w.followed(id); o.Status != "COMPLETED" {
			t.Errorf("seen on day 21: %+v", o.Following)
		}
		w.Must(w.Visited(w.As("nurse"), id, Visit{Day: today - 5, How: NotSeen}))
		if o := w.followed(id); o.Status != "INCOMPLETE" {
			t.Errorf("a visit was put right to not seen: %+v", o.Following)
		}
		cholera := w.record(Case{Disease: "cholera", Name: "Other source"})
		if o := w.followed(w.contact(cholera, "", 6)); o.Days != 5 || o.Due {
			t.Errorf("day 6 of cholera: %+v", o.Following)
		}
	})
}

func TestAContactOfBundibugyoIsNotCreditedTheZaireVaccineOnTheirPage(t *testing.T) {
	w := newWorld(t, "")
	source := w.record(Case{Disease: "ebov"})
	id, err := w.ListContact(w.As("nurse"), source, Contact{Vaccine: "ervebo", Last: (calendar.DayOfTime(w.Now) - 1).Date()}, Near, false)
	w.Must(err)
	if o := w.followed(id); len(counterCodes(o.Counter.Told[RoleContact], "offer")) == 0 {
		t.Error("a contact of the Zaire virus is not offered its vaccine")
	}
	w.result(source, "lab:species:filovirus", "BDBV", "2026-06-09")
	_, body := w.Get("nurse", contactPath(id))
	w.Says(body, "Not to be given", "rVSV-ZEBOV (Ervebo)", "no protection is credited")
	if got := counterCodes(w.followed(id).Counter.Told[RoleContact], "offer"); len(got) > 0 {
		t.Errorf("the source is Bundibugyo now, and %v is offered", got)
	}
}

func TestAContactWhoIsACaseIsRefusedOrBecomesOne(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		source := w.record(Case{Disease: "bdbv", Name: "Mohamed Ali"})
		c := Contact{Name: "Muhammad Aly", Last: calendar.DayOfTime(w.Now).Date()}
		if _, err := w.ListContact(w.As("nurse"), source, c, Touched, false); fault.FieldOf(err) != "another" {
			t.Errorf("the source himself as his contact: %v", err)
		}
		id := w.contact(source, "Rosa", 2)
		if _, err := w.ListContact(w.As("nurse"), source, Contact{Name: "Rosa", Last: c.Last}, Touched, false); fault.FieldOf(err) != "another" {
			t.Errorf("listed twice: %v", err)
		}
		made, err := w.BecomeCase(w.As("nurse"), id)
		w.Must(err)
		o := w.opened(made)
		if o.Name != "Rosa" || o.Case.Disease != "bdbv" || len(o.Linked) != 1 || o.Linked[0].Case.ID != source {
			t.Errorf("the case that she became: %q, %+v", o.Name, o.Linked)
		}
		if got := w.followed(id); got.Status != "BECAME_CASE" || got.Due {
			t.Errorf("as a contact she is %+v", got.Following)
		}
		if err := w.Visited(w.As("nurse"), id, Visit{How: Seen}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a case is visited as a contact: %v", err)
		}
		if _, err := w.BecomeCase(w.As("nurse"), id); !fault.Is(err, fault.Invalid) {
			t.Errorf("a second case of her: %v", err)
		}
		report, err := w.Journal.Rebuild(t.Context(), nil)
		w.Must(err)
		if !report.Same() {
			t.Errorf("the tables differ after a rebuild: %+v", report)
		}
	})
}

func TestTheWorklistOfTheDayAndWhatItShows(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		source := w.record(Case{Disease: "bdbv"})
		w.Must(w.Answer(w.As("nurse"), source, journal.Base{}, map[string]value.Value{"sign:bleeding_unexplained": value.Of(true)}))
		seen, _, lost := w.contact(source, "Amina", 3), w.contact(source, "Bahati", 2), w.contact(source, "Chantal", 4)
		w.contact(source, "Exposed today", 0)
		w.Must(w.Visited(w.As("nurse"), seen, Visit{How: Seen, Signs: value.No}))
		w.Must(w.Declare(w.As("nurse"), lost, DeclaredLost))
		due, n, err := w.Worklist(w.As("nurse"))
		w.Must(err)
		if len(due) != 2 || due[0].Name != "Bahati" || due[1].Today != Seen {
			t.Errorf("due: %+v", due)
		}
		if want := (Indicators{Contacts: 4, Due: 2, SeenToday: 1, Seen48: 1, Seen72: 1, Never: 1, Lost: 1, Cases: 1}); n != want {
			t.Errorf("%+v, want %+v", n, want)
		}
		_, body := w.Get("nurse", "/contacts")
		w.Says(body, "Bahati", "2 of 21", "1 of 2 ( 50 %)")
		for login, want := range map[string]bool{"epidemiologist": true, "nurse": true, "reception": false, "screener": false, "manager": false} {
			if _, _, err := w.Worklist(w.As(login)); (err == nil) != want {
				t.Errorf("%s: %v, want %t", login, err, want)
			}
		}
		if due, _, err := w.Worklist(w.As("epidemiologist_elsewhere")); err != nil || len(due) != 0 {
			t.Errorf("at another site: %d, %v", len(due), err)
		}
	})
}

// Seen yesterday is within 48 hours, the day before within 72; a visit that found nobody is
// none. Of whom nobody knows the day of the exposure stands apart, and a contact who turned
// out to be no case is none of the cases that were known before.
func TestTheIndicatorsOfTracingCountOfThoseDue(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		source := w.record(Case{Disease: "bdbv"})
		today := calendar.DayOfTime(w.Now)
		for name, ago := range map[string]calendar.Day{"Today": 0, "Yesterday": 1, "The day before": 2, "Three days ago": 3} {
			w.Must(w.Visited(w.As("nurse"), w.contact(source, name, 6), Visit{Day: today - ago, How: Seen}))
		}
		missed := w.contact(source, "Not at home", 6)
		w.Must(w.Visited(w.As("nurse"), missed, Visit{Day: today - 4, How: Seen}))
		w.Must(w.Visited(w.As("nurse"), missed, Visit{How: NotSeen}))
		w.contact(source, "Nobody went", 6)
		month, err := calendar.Parse("2026-05")
		w.Must(err)
		_, err = w.ListContact(w.As("nurse"), source, Contact{Name: "In May", Last: month}, Touched, false)
		w.Must(err)
		became, err := w.BecomeCase(w.As("nurse"), w.contact(source, "No case", 6))
		w.Must(err)
		count := func() Indicators {
			_, n, err := w.Worklist(w.As("nurse"))
			w.Must(err)
			return n
		}
		if n := count(); n.Due != 6 || n.SeenToday != 1 || n.Seen48 != 2 || n.Seen72 != 3 || n.Never != 1 || n.DueOpen != 1 || n.Became != 1 || n.Cases != 0 || n.KnownBefore != 0 {
			t.Errorf("%+v", n)
		}
		w.Must(w.Answer(w.As("nurse"), became, journal.Base{}, map[string]value.Value{"sign:bleeding_unexplained": value.Of(true)}))
		if n := count(); n.Cases != 1 || n.KnownBefore != 1 {
			t.Errorf("she is a case now: %+v", n)
		}
		_, body := w.Get("nurse", "/contacts")
		w.Says(body, "Seen today or yesterday, of those due 2 of 6", "Seen in the last three days, of those due 3 of 6", "Not known whether a visit is due 1")
	})
}

func TestAContactIsFollowedOnThePages(t *testing.T) {
	w := newWorld(t, "")
	source := w.record(Case{Disease: "bdbv", Name: "Source"})
	id := db.NewID()
	form := url.Values{"id": {id.String()}, "name": {"Amina"}, "last-day": {"12"}, "last-month": {"6"}, "last-year": {"2026"}, "type": {"physical"}}
	code, body := w.Post("nurse", path(source)+"/contact", form)
	if code != 422 {
		t.Fatalf("an exposure to come: %d", code)
	}
	w.Says(body, "This day is still to come.")
	form.Set("last-day", "9")
	if code, to := w.Post("nurse", path(source)+"/contact", form); code != 303 || to != path(source) {
		t.Fatalf("%d %.300s", code, to)
	}
	_, body = w.Get("nurse", path(source))
	w.Says(body, "Contacts of this case", "Amina", "1 of 21")
	if code, body = w.Post("nurse", contactPath(id)+"/visit", url.Values{"day-day": {"10"}, "day-month": {"6"}, "day-year": {"2026"}}); code != 422 {
		t.Fatalf("a visit that went in no way: %d %.300s", code, body)
	}
	if code, to := w.Post("nurse", contactPath(id)+"/visit", url.Values{"how": {"seen"}, "signs": {"no"}, "day-day": {"10"}, "day-month": {"6"}, "day-year": {"2026"}}); code != 303 || to != "/contacts" {
		t.Fatalf("%d %.300s", code, to)
	}
	code, to := w.Post("nurse", contactPath(id)+"/case", url.Values{})
	if code != 303 {
		t.Fatalf("%d %s", code, to)
	}
}
