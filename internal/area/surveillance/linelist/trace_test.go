package linelist

import (
	"reflect"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

func TestOnePersonUnderTwoContactsOfACaseIsCountedOnce(t *testing.T) {
	born, year := calendar.DayOf(1990, 3, 2).Date(), calendar.Date{}
	a, b := db.ID{1}, db.ID{2} // cases
	amina := Contact{Name: "Amina Yusuf", Sex: people.Female, Birth: born}
	is := func(k Contact, person db.ID, f Following, sources ...db.ID) traced {
		return traced{Followed: Followed{Contact: k, Following: f}, Person: person, Sources: sources}
	}
	with := func(change func(*Contact)) Contact { k := amina; change(&k); return k }
	never, seen := Following{Due: true, SeenAgo: -1, Never: true}, Following{Due: true, SeenAgo: 0, Today: Seen}
	nobody := db.ID{}
	for _, tc := range []struct {
		why  string
		list []traced
		want Indicators
	}{
		{"the same registered person, seen under one of the two", []traced{is(Contact{}, db.ID{7}, never, a), is(Contact{}, db.ID{7}, seen, a)}, Indicators{Contacts: 1, Due: 1, SeenToday: 1, Seen48: 1, Seen72: 1}},
		{"two registered persons of one name and birth", []traced{is(amina, db.ID{7}, never, a), is(amina, db.ID{8}, seen, a)}, Indicators{Contacts: 2, Due: 2, SeenToday: 1, Seen48: 1, Seen72: 1, Never: 1}},
		{"name, sex and day of birth", []traced{is(amina, nobody, never, a), is(with(func(k *Contact) { k.Name = "AMINA  YUSUF" }), nobody, never, a)}, Indicators{Contacts: 1, Due: 1, Never: 1}},
		{"of one name, and nobody knows when born", []traced{is(with(func(k *Contact) { k.Birth = year }), nobody, never, a), is(amina, nobody, never, a)}, Indicators{Contacts: 2, Due: 2, Never: 2}},
		{"one name, another sex", []traced{is(with(func(k *Contact) { k.Sex = people.Male }), nobody, never, a), is(amina, nobody, never, a)}, Indicators{Contacts: 2, Due: 2, Never: 2}},
		{"of two cases", []traced{is(amina, nobody, never, a), is(amina, nobody, never, b)}, Indicators{Contacts: 2, Due: 2, Never: 2}},
		{"of two cases, and of one of them twice", []traced{is(amina, nobody, never, a), is(amina, nobody, never, b), is(amina, nobody, seen, a, b)}, Indicators{Contacts: 1, Due: 1, SeenToday: 1, Seen48: 1, Seen72: 1}},
		{"both became one case", []traced{is(Contact{Became: db.ID{9}}, nobody, Following{SeenAgo: -1}, a), is(Contact{Became: db.ID{9}}, nobody, Following{SeenAgo: -1}, a)}, Indicators{Contacts: 1, Became: 1}},
		{"lost under one and followed under the other", []traced{is(with(func(k *Contact) { k.State = DeclaredLost }), nobody, Following{SeenAgo: -1}, a), is(amina, nobody, seen, a)}, Indicators{Contacts: 1, Due: 1, SeenToday: 1, Seen48: 1, Seen72: 1}},
		{"lost under both", []traced{is(with(func(k *Contact) { k.State = DeclaredLost }), nobody, Following{SeenAgo: -1}, a), is(with(func(k *Contact) { k.State = DeclaredLost }), nobody, Following{SeenAgo: -1}, a)}, Indicators{Contacts: 1, Lost: 1}},
		{"one was no contact after all", []traced{is(with(func(k *Contact) { k.State = Cancelled }), nobody, Following{SeenAgo: -1}, a), is(amina, nobody, never, a)}, Indicators{Contacts: 1, Due: 1, Never: 1}},
	} {
		var got Indicators
		for _, f := range counted(tc.list) {
			got.count(f.Contact, f.Following)
		}
		if got != tc.want {
			t.Errorf("%s: %+v, want %+v", tc.why, got, tc.want)
		}
	}
}

func TestTheWorklistShowsBothRecordsAndCountsThePersonOnce(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		source := w.record(Case{Disease: "bdbv"})
		listed := func() db.ID {
			id, err := w.ListContact(w.As("nurse"), source, Contact{Name: "Amina Yusuf", Sex: people.Female, Birth: calendar.DayOf(1990, 3, 2).Date(), Last: (calendar.DayOfTime(w.Now) - 3).Date()}, Touched, true)
			w.Must(err)
			return id
		}
		listed()
		w.Must(w.Visited(w.As("nurse"), listed(), Visit{How: Seen, Signs: value.No}))
		due, n, err := w.Worklist(w.As("nurse"))
		w.Must(err)
		if len(due) != 2 || n.Contacts != 1 || n.Due != 1 || n.SeenToday != 1 || n.Never != 0 {
			t.Errorf("%d lines, %+v", len(due), n)
		}
	})
}

func TestNewCasesThatWereKnownContacts(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		today := calendar.DayOfTime(w.Now)
		source := w.record(Case{Disease: "bdbv", Reported: (today - 40).Date()}) // before the period
		case_ := func(c Case) db.ID {
			c.Disease = "bdbv"
			id := w.record(c)
			w.answer(id, "sign:bleeding_unexplained")
			return id
		}
		w.answer(source, "sign:bleeding_unexplained")
		became := func(name string, k Contact) db.ID {
			k.Name, k.Last = name, (today - 6).Date()
			id, err := w.ListContact(w.As("nurse"), source, k, Touched, true)
			w.Must(err)
			made, err := w.BecomeCase(w.As("nurse"), id)
			w.Must(err)
			w.answer(made, "sign:bleeding_unexplained")
			return made
		}
		month, err := calendar.OfMonth(w.Now.Year(), int(w.Now.Month()))
		w.Must(err)
		became("Listed before", Contact{Listed: (today - 2).Date(), Area: "Beni"})
		became("Listed this month", Contact{Listed: month, Area: "Beni"})
		no, err := w.ListContact(w.As("nurse"), source, Contact{Name: "No case", Last: (today - 6).Date()}, Touched, true)
		w.Must(err)
		_, err = w.BecomeCase(w.As("nurse"), no) // nobody found a sign: not a case for counting
		w.Must(err)
		case_(Case{Name: "Nobody knew", Area: "Goma", Imported: value.Yes})
		case_(Case{Name: "Infected here", Imported: value.No})
		w.record(Case{Disease: "measles", Name: "Another disease"})
		got, err := w.NewCases(w.As("epidemiologist"), "bdbv", "", today-20, today)
		w.Must(err)
		want := NewCases{NewLine: NewLine{All: 4, Known: 1, Open: 1},
			Sources: []NewLine{{Key: "unknown", All: 2, Known: 1, Open: 1}, {Key: "no", All: 1}, {Key: "yes", All: 1}},
			Areas:   []NewLine{{Key: "Beni", All: 2, Known: 1, Open: 1}, {Key: "", All: 1}, {Key: "Goma", All: 1}}}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, want %+v", got, want)
		}
		if got, err := w.NewCases(w.As("epidemiologist"), "bdbv", "GUL", today-20, today); err != nil || got.All != 0 {
			t.Errorf("of another site: %+v (%v)", got, err)
		}
		if got, err := w.NewCases(w.As("epidemiologist_elsewhere"), "bdbv", "", today-20, today); err != nil || got.All != 0 {
			t.Errorf("to whoever works elsewhere: %+v (%v)", got, err)
		}
		if _, err := w.NewCases(w.As("manager"), "bdbv", "", today-20, today); !fault.Is(err, fault.Forbidden) {
			t.Errorf("to a manager: %v", err)
		}
	})
}

// A contact who is listed after the case was reported was found through the case.
func TestAContactListedAfterTheReportWasNotKnownBefore(t *testing.T) {
	day := calendar.DayOf(2026, 6, 10)
	for _, tc := range []struct {
		why  string
		list []Contact
		want value.Truth
	}{
		{"nobody listed them", nil, value.No},
		{"the day before", []Contact{{Listed: (day - 1).Date()}}, value.Yes},
		{"on the day", []Contact{{Listed: day.Date()}}, value.Yes},
		{"the day after", []Contact{{Listed: (day + 1).Date()}}, value.No},
		{"nobody knows when", []Contact{{}}, value.Unknown},
		{"after, and before by another", []Contact{{Listed: (day + 1).Date()}, {Listed: (day - 5).Date()}}, value.Yes},
		{"no contact after all", []Contact{{Listed: (day - 5).Date(), State: Cancelled}}, value.No},
	} {
		if got := knownBefore(Case{Reported: day.Date()}, tc.list); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.why, got, tc.want)
		}
	}
}
