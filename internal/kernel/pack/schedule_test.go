package pack

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
)

const visitHeader = "visit,anchor,unit,due,due_from,due_to,expires,certainty,source,note\n"

func TestASchedulesMistakesAreNamedWithRowAndColumn(t *testing.T) {
	for _, c := range []struct {
		name, row, column, want string
	}{
		{"no visit", ",exam_date,d,7,5,9,,S,harbour-rules,", "visit", "empty"},
		{"an anchor that is no date", "CALL,symptoms,d,7,5,9,,S,harbour-rules,", "anchor", "symptoms"},
		{"an anchor that is no fact", "CALL,exam_day,d,7,5,9,,S,harbour-rules,", "anchor", "exam_day"},
		{"a unit that does not exist", "CALL,exam_date,w,7,5,9,,S,harbour-rules,", "unit", "w"},
		{"a certainty that does not exist", "CALL,exam_date,d,7,5,9,,X,harbour-rules,", "certainty", "X"},
		{"no day", "CALL,exam_date,d,,5,9,,S,harbour-rules,", "due", "whole number"},
		{"half a day", "CALL,exam_date,d,7,5,9.5,,S,harbour-rules,", "due_to", "9.5"},
		{"a day in another century", "CALL,exam_date,d,7,5,90000,,S,harbour-rules,", "due_to", "90000"},
		{"due before the window", "CALL,exam_date,d,4,5,9,,S,harbour-rules,", "due_from", "after due"},
		{"due after the window", "CALL,exam_date,d,10,5,9,,S,harbour-rules,", "due_to", "before due"},
		{"expired before the window ends", "CALL,exam_date,d,7,5,9,8,S,harbour-rules,", "expires", "before due_to"},
	} {
		files := harbour(t)
		files["schedules/calls.csv"] = visitHeader + c.row + "\n"
		_, err := Parse(files)
		t.Run(c.name, func(t *testing.T) { wantProblem(t, err, "schedules/calls.csv", 2, c.column, c.want) })
	}
	files := harbour(t)
	files["schedules/calls.csv"] = "visit,anchor\nCALL,exam_date\n"
	_, err := Parse(files)
	wantProblem(t, err, "schedules/calls.csv", 1, "due", "missing")
}

func TestAVisitHasItsWordAndItsSource(t *testing.T) {
	files := harbour(t)
	files["schedules/calls.csv"] = visitHeader + "CALL,exam_date,d,7,5,9,,S,nowhere,\n"
	p, err := Parse(files)
	if err != nil {
		t.Fatal(err)
	}
	said := fmt.Sprint(p.Lint(day(t, "2026-11-22")))
	for _, want := range []string{"form.CALL", `"nowhere" is not the id of a source`} {
		if !strings.Contains(said, want) {
			t.Errorf("the linter does not say %q: %s", want, said)
		}
	}
	if s, ok := p.Schedule("calls"); !ok || len(s.Visits) != 1 || s.Visits[0].Code != "CALL" {
		t.Errorf("the pack has %v, %v", s, ok)
	}
}

var (
	contacts = Schedule{ID: "contacts", Visits: []Visit{
		{Code: "FIRST", Anchor: "start", Due: 10, From: 7, To: 14},
		{Code: "SECOND", Anchor: "start", Due: 40, From: 30, To: 50, Expires: 60, Lapses: true},
	}}
	calls = Schedule{ID: "calls", Visits: []Visit{
		{Code: "CALL", Anchor: "start", Due: 2, From: 2, To: 3},
		{Code: "CALL", Anchor: "start", Due: 5, From: 5, To: 6},
		{Code: "CALL", Anchor: "start", Due: 10, From: 10, To: 11},
	}}
	newborn = Schedule{ID: "newborn", Visits: []Visit{
		{Code: "DAY", Anchor: "start", Hours: true, Due: 24, From: 0, To: 24, Expires: 90, Lapses: true},
		{Code: "DAYS", Anchor: "start", Hours: true, Due: 60, From: 48, To: 70},
	}}
)

func stand(s Schedule, start string, day calendar.Day, attended ...Attended) string {
	date, err := calendar.Parse(start)
	if err != nil {
		panic(err)
	}
	var out []string
	for _, e := range s.Expect(func(string) calendar.Date { return date }, attended, day) {
		out = append(out, string(e.State))
	}
	return strings.Join(out, " ")
}

func TestHowAVisitStands(t *testing.T) {
	at := func(s string) calendar.Day { return day(t, s) }
	for _, c := range []struct {
		name     string
		schedule Schedule
		start    string
		on       string
		attended []Attended
		want     string
	}{
		{"the day before the window", contacts, "2026-03-01", "2026-03-07", nil, "later later"},
		{"its first day", contacts, "2026-03-01", "2026-03-08", nil, "due later"},
		{"its last day", contacts, "2026-03-01", "2026-03-15", nil, "due later"},
		{"the day after", contacts, "2026-03-01", "2026-03-16", nil, "overdue later"},
		{"a visit that never lapses", contacts, "2026-03-01", "2028-03-01", nil, "overdue lapsed"},
		{"the last day before it lapses", contacts, "2026-03-01", "2026-04-30", nil, "overdue overdue"},
		{"the first day after", contacts, "2026-03-01", "2026-05-01", nil, "overdue lapsed"},
		{"attended", contacts, "2026-03-01", "2026-03-16", []Attended{{"FIRST", at("2026-03-09")}}, "attended later"},
		{"attended too late is attended", contacts, "2026-03-01", "2026-06-16", []Attended{{"SECOND", at("2026-06-09")}}, "overdue attended"},
		{"attended too early is attended", contacts, "2026-03-01", "2026-03-16", []Attended{{"SECOND", at("2026-03-02")}}, "overdue attended"},
		{"another visit counts for nothing", contacts, "2026-03-01", "2026-03-09", []Attended{{"THIRD", at("2026-03-09")}}, "due later"},
		{"a visit of tomorrow has not taken place", contacts, "2026-03-01", "2026-03-09", []Attended{{"FIRST", at("2026-03-10")}}, "due later"},
		{"nobody knows from when", contacts, "", "2026-03-09", nil, "not_dated not_dated"},
		{"nobody knows from when, and it took place", contacts, "", "2026-03-09", []Attended{{"FIRST", at("2026-03-09")}}, "attended not_dated"},
		{"the month is known: perhaps due is due", contacts, "2026-03", "2026-03-08", nil, "due later"},
		{"the month is known: perhaps overdue is due", contacts, "2026-03", "2026-04-14", nil, "due due"},
		{"the month is known: overdue for certain", contacts, "2026-03", "2026-04-15", nil, "overdue due"},
		{"the second call in its window", calls, "2026-03-01", "2026-03-07", []Attended{{"CALL", at("2026-03-06")}}, "overdue attended later"},
		{"a call between two windows is the one before, late", calls, "2026-03-01", "2026-03-07", []Attended{{"CALL", at("2026-03-05")}}, "attended due later"},
		{"two calls, whatever their order", calls, "2026-03-01", "2026-03-07", []Attended{{"CALL", at("2026-03-06")}, {"CALL", at("2026-03-03")}}, "attended attended later"},
		{"a call before every window is the first", calls, "2026-03-01", "2026-03-02", []Attended{{"CALL", at("2026-03-02")}}, "attended later later"},
		{"two calls of one day", calls, "2026-03-01", "2026-03-07", []Attended{{"CALL", at("2026-03-03")}, {"CALL", at("2026-03-03")}}, "attended attended later"},
		{"more calls than rows", calls, "2026-03-01", "2026-03-12", []Attended{{"CALL", at("2026-03-03")}, {"CALL", at("2026-03-06")}, {"CALL", at("2026-03-11")}, {"CALL", at("2026-03-12")}}, "attended attended attended"},
		{"within 24 hours goes into the next day", newborn, "2026-03-01", "2026-03-02", nil, "due later"},
		{"and not further", newborn, "2026-03-01", "2026-03-03", nil, "overdue due"},
		{"70 hours end on the third day", newborn, "2026-03-01", "2026-03-04", nil, "overdue due"},
		{"90 hours lapse after the fourth", newborn, "2026-03-01", "2026-03-05", nil, "overdue overdue"},
		{"and are gone then", newborn, "2026-03-01", "2026-03-06", nil, "lapsed overdue"},
	} {
		if got := stand(c.schedule, c.start, at(c.on), c.attended...); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestAWindowOfAnUnsureAnchorIsWiderAndSaysSo(t *testing.T) {
	month, err := calendar.Parse("2026-03")
	if err != nil {
		t.Fatal(err)
	}
	e := contacts.Expect(func(string) calendar.Date { return month }, nil, day(t, "2026-03-01"))[1]
	if !e.Widened || e.From != day(t, "2026-03-31") || e.To != day(t, "2026-05-20") || e.Due != day(t, "2026-04-25") || e.Expires != day(t, "2026-05-30") {
		t.Errorf("%+v", e)
	}
}

// However visits come, none is counted twice, none that has a row is lost while one is
// open, and the order in which they are told does not matter.
func TestVisitsCountOnceWhateverTheirOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	start := calendar.DayOf(2026, 3, 1)
	for range 2000 {
		var done []Attended
		for range r.IntN(5) {
			done = append(done, Attended{"CALL", start + calendar.Day(r.IntN(20)-3)})
		}
		on := start + 30
		first := stand(calls, "2026-03-01", on, done...)
		if n := strings.Count(first, "attended"); n != min(len(done), 3) {
			t.Fatalf("%d of %v count: %s", n, done, first)
		}
		r.Shuffle(len(done), func(i, j int) { done[i], done[j] = done[j], done[i] })
		if again := stand(calls, "2026-03-01", on, done...); again != first {
			t.Fatalf("%s, and in another order %s: %v", first, again, done)
		}
	}
}
