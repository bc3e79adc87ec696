package ready

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

func day(t *testing.T, s string) calendar.Day {
	t.Helper()
	d, err := calendar.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func record(w What, answers ...string) Record {
	r := Record{What: w, Place: "site/BUS", Answers: map[string]string{}}
	for i := 0; i+1 < len(answers); i += 2 {
		r.Answers[answers[i]] = answers[i+1]
	}
	return r
}

// without is a record of which one answer is not known.
func without(r Record, name string) Record {
	out := r
	out.Answers = map[string]string{}
	for k, v := range r.Answers {
		if k != name {
			out.Answers[k] = v
		}
	}
	return out
}

func with(r Record, name, v string) Record {
	out := without(r, name)
	out.Answers[name] = v
	return out
}

func disputed(r Record, groups ...string) Record {
	r.Disputed = groups
	return r
}

var (
	goodPlan     = record(Plan, "name", "Plan", "dated", "2026-01-01", "kept", "Red folder", "tested", "2026-05-01", "next", "2026-11-23")
	goodItem     = record(Item, "name", "Gloves", "minimum", "200", "have", "200", "counted", "2026-11-01", "lasting", "expires", "expires", "2026-11-23", "next", "2026-11-23")
	goodContact  = record(Contact, "function", "ambulance", "name", "Ambulance", "phone", "112", "deputy", "Night", "deputy_phone", "113", "confirmed", "2026-11-01", "next", "2026-11-23")
	goodExercise = record(Exercise, "name", "Bus", "format", "drill", "held", "2026-06-01", "next", "2026-11-23")
	goodAction   = record(Action, "name", "Write it down", "owner", "Shift leader", "due", "2026-11-23")
)

func TestWhatIsNotKnownIsNotReady(t *testing.T) {
	today := day(t, "2026-11-23") // every day above is still good on its last day
	all := []Record{goodPlan, goodItem, goodContact, goodExercise, goodAction}
	if got := Gaps(all, today); len(got) > 0 {
		t.Fatalf("a place that has everything has gaps: %v", got)
	}
	for _, tc := range []struct {
		words string
		of    int
		to    Record
		want  Why
	}{
		{"a plan of no day", 0, without(goodPlan, "dated"), Unknown},
		{"a plan that nobody knows where it is", 0, without(goodPlan, "kept"), Unknown},
		{"a plan that nobody tried", 0, without(goodPlan, "tested"), Untested},
		{"a plan that was written after it was tried", 0, with(goodPlan, "dated", "2026-05-02"), Untested},
		{"a plan of which two say where it is", 0, disputed(goodPlan, "plan"), Unknown},
		{"a number that two counted otherwise", 1, disputed(goodItem, "count"), Unknown},
		{"a telephone that two wrote otherwise", 2, disputed(goodContact, "confirmed"), Unknown},
		{"an exercise of which two say when it was", 3, disputed(goodExercise, "exercise"), Unknown},
		{"an action of which two say what is to be done", 4, disputed(goodAction, "action"), Unknown},
		{"a plan without a day of review", 0, without(goodPlan, "next"), Unknown},
		{"a plan that was to be reviewed yesterday", 0, with(goodPlan, "next", "2026-11-22"), Overdue},
		{"stock that nobody counted", 1, without(goodItem, "have"), Unknown},
		{"stock of which nobody knows when it was counted", 1, without(goodItem, "counted"), Unknown},
		{"stock without a least", 1, without(goodItem, "minimum"), Unknown},
		{"one pair too few", 1, with(goodItem, "have", "199"), Short},
		{"none at all", 1, with(goodItem, "have", "0"), Short},
		{"expired yesterday", 1, with(goodItem, "expires", "2026-11-22"), Expired},
		{"nobody knows whether it expires", 1, without(without(goodItem, "lasting"), "expires"), Unknown},
		{"a count of last month", 1, with(goodItem, "next", "2026-11-22"), Overdue},
		{"a contact that nobody confirmed", 2, without(goodContact, "confirmed"), Unconfirmed},
		{"a contact to be confirmed again yesterday", 2, with(goodContact, "next", "2026-11-22"), Unconfirmed},
		{"a contact without a telephone", 2, without(goodContact, "phone"), Unknown},
		{"a contact without a deputy", 2, without(goodContact, "deputy"), Alone},
		{"a deputy without a telephone", 2, without(goodContact, "deputy_phone"), Alone},
		{"an exercise with no next", 3, without(goodExercise, "next"), Unknown},
		{"an exercise that was due yesterday", 3, with(goodExercise, "next", "2026-11-22"), Overdue},
		{"an action that was due yesterday", 4, with(goodAction, "due", "2026-11-22"), Overdue},
		{"an action without a day", 4, without(goodAction, "due"), Unknown},
		{"an action that is nobody's", 4, without(goodAction, "owner"), Unowned},
	} {
		changed := slices.Clone(all)
		changed[tc.of] = tc.to
		got := Gaps(changed, today)
		if len(got) != 1 || got[0].Why != tc.want || got[0].What != all[tc.of].What {
			t.Errorf("%s: %v, want %s", tc.words, got, tc.want)
		}
	}
	if got := Gaps([]Record{goodPlan, with(without(goodItem, "expires"), "lasting", "lasts"), goodContact, goodExercise}, today); len(got) > 0 {
		t.Errorf("what does not expire has no day of expiry: %v", got)
	}
}

func TestWhereThereIsNothingEverythingIsMissing(t *testing.T) {
	gone := goodPlan
	gone.Gone = true
	for words, list := range map[string][]Record{"nothing": nil, "a plan that is no longer used": {gone}} {
		got := fmt.Sprint(Gaps(list, day(t, "2026-11-23")))
		for _, w := range Boarded {
			if !strings.Contains(got, "{"+string(w)+" none") {
				t.Errorf("%s: %s is not missing: %s", words, w, got)
			}
		}
	}
}

func TestTheLatestExerciseSaysWhenTheNextIs(t *testing.T) {
	older := with(with(goodExercise, "held", "2025-06-01"), "next", "2025-12-01")
	got := Gaps([]Record{goodPlan, goodItem, goodContact, goodExercise, older}, day(t, "2026-11-23"))
	if len(got) > 0 {
		t.Errorf("an exercise that a later one has followed is overdue: %v", got)
	}
}

func TestOverdueActionsComeFirstAndThoseWithoutADayLast(t *testing.T) {
	list := []Record{with(without(goodAction, "due"), "name", "no day"), with(with(goodAction, "due", "2027-01-01"), "name", "later"), with(with(goodAction, "due", "2026-01-01"), "name", "late")}
	byDue(list)
	if got := list[0].Name() + ", " + list[1].Name() + ", " + list[2].Name(); got != "late, later, no day" {
		t.Error(got)
	}
}

func TestWhatARecordMayNotSay(t *testing.T) {
	today := day(t, "2026-11-23")
	for _, tc := range []struct {
		words, field, key string
		r                 Record
	}{
		{"no name", "name", "needed", without(goodPlan, "name")},
		{"a telephone among the words", "objectives", "personal", with(goodExercise, "objectives", "Call 0712 345 678 first")},
		{"an exercise to come", "held", "future", with(goodExercise, "held", "2026-11-24")},
		{"a count of minus one", "have", "number", with(goodItem, "have", "-1")},
		{"a count in words", "have", "number", with(goodItem, "have", "many")},
		{"a function that is none", "function", "choose", with(goodContact, "function", "friend")},
		{"a month for a day", "next", "day", with(goodPlan, "next", "2026-11")},
		{"no expiry and a day of it", "expires", "lasts", with(goodItem, "lasting", "lasts")},
		{"a name as long as a book", "name", "long", with(goodPlan, "name", strings.Repeat("x", longWords+1))},
		{"a telephone as long as a book", "phone", "long", with(goodContact, "phone", strings.Repeat("1", longPhone+1))},
	} {
		errs := tc.r.Valid(today)
		if len(errs) != 1 || fault.KeyOf(errs[0]) != "ready.error."+tc.key {
			t.Errorf("%s: %v", tc.words, errs)
		}
	}
	if errs := (&Record{What: "gun"}).Valid(today); len(errs) != 1 || !fault.Is(errs[0], fault.NotFound) {
		t.Errorf("a sort that is none: %v", errs)
	}
}
