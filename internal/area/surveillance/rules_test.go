package surveillance

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

var noon = time.Date(2026, 5, 8, 12, 0, 0, 0, time.UTC)

func after(hours int) time.Time { return noon.Add(time.Duration(hours) * time.Hour) }

func day(t *testing.T, s string) calendar.Day {
	t.Helper()
	d, err := calendar.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestASignalStandsWhereItsStepsBroughtIt(t *testing.T) {
	by := db.ID{1}
	take := Step{Act: ActTake, By: by, At: after(1)}
	toVerify := Step{Act: ActTriage, At: after(2), Outcome: GoOn}
	discard := Step{Act: ActTriage, At: after(2), Outcome: Discard}
	isTrue := Step{Act: ActVerify, At: after(20), Outcome: GoOn}
	isFalse := Step{Act: ActVerify, At: after(19), Outcome: Discard}
	silence := Step{Act: ActVerify, At: after(18), Outcome: NoAnswer}
	assess := Step{Act: ActAssess, At: after(30), Level: High}
	shut := Step{Act: ActClose, At: after(99)}
	for _, tc := range []struct {
		why   string
		steps []Step
		stage Stage
		since time.Time
		late  int
	}{
		{"new", nil, Triage, noon, 0},
		{"taken, and still at triage", []Step{take}, Triage, noon, 0},
		{"to be verified", []Step{toVerify}, Verify, after(2), 0},
		{"discarded at triage", []Step{discard}, Discarded, after(2), 0},
		{"nobody reached is no answer", []Step{toVerify, silence}, Verify, after(2), 0},
		{"not true", []Step{toVerify, isFalse}, Discarded, after(19), 0},
		{"assessed", []Step{toVerify, isTrue, assess}, Respond, after(30), 0},
		{"assessed again later runs no new clock", []Step{toVerify, isTrue, assess, {Act: ActAssess, At: after(50), Level: Low}}, Respond, after(30), 0},
		{"closed", []Step{toVerify, isTrue, assess, shut}, Closed, after(99), 0},
		{"two officers at triage, one goes on: that wins when it comes first", []Step{toVerify, discard}, Verify, after(2), 1},
		{"and when it comes last", []Step{discard, toVerify}, Verify, after(2), 0},
		{"two officers verify, true wins first", []Step{toVerify, isTrue, isFalse}, Assess, after(20), 1},
		{"and last", []Step{toVerify, isFalse, isTrue}, Assess, after(20), 0},
		{"closing what another has not assessed changes nothing", []Step{toVerify, shut}, Verify, after(2), 1},
		{"opened again it begins at triage", []Step{discard, {Act: ActReopen, At: after(40)}}, Triage, after(40), 0},
		{"and a step of before does not count", []Step{discard, {Act: ActReopen, At: after(40)}, {Act: ActVerify, At: after(41), Outcome: GoOn}}, Triage, after(40), 1},
	} {
		got := Fold(Signal{Detected: noon, Steps: tc.steps})
		if got.Stage != tc.stage || !got.Since.Equal(tc.since) || len(got.Late) != tc.late {
			t.Errorf("%s: %s since %s with %d late steps; want %s since %s with %d", tc.why, got.Stage, got.Since, len(got.Late), tc.stage, tc.since, tc.late)
		}
	}
}

// Two nodes may hear of the same decisions in another order: whether the signal is
// given up must not depend on it.
func TestGoingOnWinsInEveryOrderOfTheSameDecisions(t *testing.T) {
	decisions := []Step{{Act: ActTriage, At: after(2), Outcome: Discard}, {Act: ActTriage, At: after(3), Outcome: GoOn}, {Act: ActTriage, At: after(4), Outcome: Discard}}
	r := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		r.Shuffle(len(decisions), func(i, j int) { decisions[i], decisions[j] = decisions[j], decisions[i] })
		if got := Fold(Signal{Detected: noon, Steps: decisions}); got.Stage != Verify {
			t.Fatalf("%v: %s, want to be verified", decisions, got.Stage)
		}
	}
}

func TestClocks(t *testing.T) {
	clocks := shippedProtocol(t).Clocks
	for _, tc := range []struct {
		why  string
		st   Standing
		now  time.Time
		due  time.Time
		pace Pace
	}{
		{"triage has 24 hours", Standing{Stage: Triage, Since: noon}, after(1), after(24), InTime},
		{"the last quarter is soon", Standing{Stage: Triage, Since: noon}, after(19), after(24), Soon},
		{"on the hour it is still in time", Standing{Stage: Triage, Since: noon}, after(24), after(24), Soon},
		{"a moment later it is overdue", Standing{Stage: Triage, Since: noon}, after(24).Add(time.Second), after(24), Overdue},
		{"an assessment has 48 hours", Standing{Stage: Assess, Since: noon}, after(47), after(48), Soon},
		{"a response begins within a day", Standing{Stage: Respond, Since: noon}, after(25), after(24), Overdue},
		{"and is complete within seven once it has begun", Standing{Stage: Respond, Begun: true, Since: noon}, after(25), after(168), InTime},
		{"what is closed has none", Standing{Stage: Closed, Since: noon}, after(1000), time.Time{}, Stopped},
		{"nor has what was discarded", Standing{Stage: Discarded, Since: noon}, after(1000), time.Time{}, Stopped},
	} {
		due, pace := Due(tc.st, clocks, tc.now)
		if !due.Equal(tc.due) || pace != tc.pace {
			t.Errorf("%s: due %s, pace %d; want %s, %d", tc.why, due, pace, tc.due, tc.pace)
		}
	}
}

// Worked cases 717 a and b of the reference, and dates that are not known to the day.
func TestSevenOneSeven(t *testing.T) {
	clocks := shippedProtocol(t).Clocks
	actions := func(needless string, days ...string) (out []Step) {
		for i, a := range Actions {
			st := Step{Act: ActRespond, Action: a}
			if a == needless {
				st.Needless = true
			} else {
				st.On = day(t, days[min(i, len(days)-1)])
			}
			out = append(out, st)
		}
		return out
	}
	date := func(s string) calendar.Date {
		d, err := calendar.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	told := Step{Act: ActNotify, On: day(t, "2026-05-09")}
	begun := []Step{{Act: ActTriage, At: noon, Outcome: GoOn}, {Act: ActVerify, At: noon, Outcome: GoOn}, {Act: ActAssess, At: noon, Level: High}}
	with := func(more ...Step) []Step { return append(slices.Clone(begun), more...) }
	for _, tc := range []struct {
		why    string
		start  string
		steps  []Step
		today  string
		detect value.Truth
		notify value.Truth
		answer value.Truth
		least  int // days of the response
	}{
		{"the last action on day 8 is late", "2026-05-01", with(append(actions("", "2026-05-10", "2026-05-17"), told)...), "2026-06-01", value.Yes, value.Yes, value.No, 8},
		{"an action that does not apply is dropped", "2026-05-01", with(append(actions("laboratory", "2026-05-10", "2026-05-16"), told)...), "2026-06-01", value.Yes, value.Yes, value.Yes, 7},
		{"eight days to detect are one too many", "2026-04-30", with(told), "2026-05-10", value.No, value.Yes, value.Unknown, 1},
		{"a start known to the month of May decides", "2026-05", with(told), "2026-05-10", value.Yes, value.Yes, value.Unknown, 1},
		{"one known to April does not meet it", "2026-03", with(told), "2026-05-10", value.No, value.Yes, value.Unknown, 1},
		{"one between 25 April and 3 May is not decidable", "2026-04-25/2026-05-03", with(told), "2026-05-10", value.Unknown, value.Yes, value.Unknown, 1},
		{"a response that has lasted 8 days is missed before it is over", "2026-05-01", with(told), "2026-05-17", value.Yes, value.Yes, value.No, 8},
	} {
		s := Signal{Detected: noon, Start: date(tc.start), Steps: tc.steps}
		s.Standing = Fold(s)
		got := SevenOf(s, clocks, day(t, tc.today))
		if got.Detect.Met != tc.detect || got.Notify.Met != tc.notify || got.Respond.Met != tc.answer || got.Respond.Least != tc.least {
			t.Errorf("%s: %+v", tc.why, got)
		}
	}
	unknown := SevenOf(Signal{Detected: noon}, clocks, day(t, "2026-05-08"))
	if unknown.Detect.Known || unknown.Detect.Met != value.Unknown {
		t.Errorf("a start that nobody knows: %+v, want not known", unknown.Detect)
	}
	if missed := SevenOf(Signal{Detected: noon}, clocks, day(t, "2026-05-10")); missed.Notify.Met != value.No || !missed.Notify.Running {
		t.Errorf("nobody told after two days: %+v, want missed and running", missed.Notify)
	}
}

func TestAReportThatCannotBe(t *testing.T) {
	lists, told, today := ownLists(), shippedProtocol(t), day(t, "2026-05-08")
	tomorrow := (today + 1).Date()
	good := Raised{Source: Community, Sign: "awd"}
	for _, tc := range []struct {
		why, field string
		change     func(r *Raised)
	}{
		{"nothing wrong", "", func(*Raised) {}},
		{"no sign and no disease", "sign", func(r *Raised) { r.Sign = "" }},
		{"a disease that is not in the list", "disease", func(r *Raised) { r.Disease = "ebola" }},
		{"a source that is not in the list", "source", func(r *Raised) { r.Source = "spy" }},
		{"it begins tomorrow", "start", func(r *Raised) { r.Start = tomorrow }},
		{"fewer than nobody is ill", "cases", func(r *Raised) { r.Cases = Of(-1) }},
		{"more died than were ill", "deaths", func(r *Raised) { r.Cases, r.Deaths = Of(2), Of(3) }},
		{"deaths without a number of ill", "", func(r *Raised) { r.Deaths = Of(3) }},
		{"none ill is a number", "", func(r *Raised) { r.Cases, r.Deaths = Of(0), Of(0) }},
		{"a telephone number in the words", "words", func(r *Raised) { r.Words = "call 0772 123 456" }},
		{"one in Arabic digits", "words", func(r *Raised) { r.Words = "اتصل ٠٧٧٢١٢٣٤٥٦" }},
		{"an address of mail", "words", func(r *Raised) { r.Words = "ask a.b@example.org" }},
		{"a date is no telephone number", "", func(r *Raised) { r.Words = "since 2026-05-01, 12 houses" }},
		{"a large number of people is none either", "", func(r *Raised) { r.Words = "a camp of 120 000 people" }},
		{"a telephone number as the place", "place", func(r *Raised) { r.Place = "+256 772 123456" }},
		{"a text without end", "words", func(r *Raised) { r.Words = strings.Repeat("word ", 500) }},
	} {
		r := good
		tc.change(&r)
		errs := r.Valid(lists, told, today)
		switch {
		case tc.field == "" && len(errs) > 0:
			t.Errorf("%s: %v", tc.why, errs)
		case tc.field != "" && (len(errs) != 1 || !strings.Contains(errs[0].Error(), "("+tc.field+")")):
			t.Errorf("%s: %v, want a fault of %s", tc.why, errs, tc.field)
		}
	}
}

func TestListsThatAreBrokenAreRefused(t *testing.T) {
	good := fstest.MapFS{}
	for _, name := range []string{"diseases.csv", "indicators.csv"} {
		b, err := data.ReadFile("data/" + name)
		if err != nil {
			t.Fatal(err)
		}
		good[name] = &fstest.MapFile{Data: b}
	}
	if _, err := ReadLists(good); err != nil {
		t.Fatalf("what ships: %v", err)
	}
	for _, tc := range []struct{ why, file, old, new, want string }{
		{"an indicator of no mode", "indicators.csv", "hospitalised,hospitalised,standing", "hospitalised,hospitalised,daily", "indicators.csv"},
		{"an indicator twice", "indicators.csv", "cumulative_cases,", "new_cases,", "twice"},
		{"another head", "diseases.csv", "code,", "sign,", "columns"},
	} {
		broken := fstest.MapFS{}
		for name, f := range good {
			broken[name] = f
		}
		text := string(good[tc.file].Data)
		if !strings.Contains(text, tc.old) {
			t.Fatalf("%s: %q is not in %s", tc.why, tc.old, tc.file)
		}
		broken[tc.file] = &fstest.MapFile{Data: []byte(strings.Replace(text, tc.old, tc.new, 1))}
		if _, err := ReadLists(broken); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %q", tc.why, err, tc.want)
		}
	}
}

// Every sign and disease that can be chosen has its words; pagetest cannot see keys
// that are put together.
func TestEveryCodeHasItsWords(t *testing.T) {
	l := ownLists()
	p := renderer(t)
	for _, lang := range []string{"en", "fr", "es", "ar"} {
		for _, key := range codes(l, shippedProtocol(t).Signs) {
			if text := p.Text(lang, msg(key)); strings.Contains(text, "surveillance.") {
				t.Errorf("%s: no words for %s", lang, key)
			}
		}
	}
}
