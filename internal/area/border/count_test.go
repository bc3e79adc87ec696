package border

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

func batchOf(sh Shift, h Hour, n int64) Tally {
	return Tally{ID: db.NewID(), Shift: sh.ID, Counts: []Count{{Key{h, Passed, In, "18_59"}, n}, {Key{h, Screened, In, "18_59"}, n}, {Key{h, HandWashed, In, ""}, n}}}
}

// A phone that does not know whether its batch arrived sends it again.
func TestABatchThatIsSentTwiceCountsOnce(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		sh := w.shift("screener", "BUSIA")
		b := batchOf(sh, w.hour(), 7)
		for range 3 {
			w.must(w.Count(w.as("screener"), b))
		}
		again := b
		again.Counts = []Count{b.Counts[2], b.Counts[0], b.Counts[1]} // in another order it says the same
		w.must(w.Count(w.as("screener_2"), again))
		if got := w.totals("BUSIA", w.hour().Day()); got[Passed] != 7 || got[HandWashed] != 7 {
			t.Errorf("sent four times: %v", got)
		}
		again.Counts = []Count{{Key{w.hour(), Passed, In, ""}, 8}}
		if err := w.Count(w.as("screener"), again); !fault.Is(err, fault.Conflict) {
			t.Errorf("other numbers under the same id: %v", err)
		}
		if got := w.totals("BUSIA", w.hour().Day()); got[Passed] != 7 {
			t.Errorf("they changed what was counted: %v", got)
		}
	})
}

func TestBadCountsAreRefused(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		sh := w.shift("screener", "BUSIA")
		for name, c := range map[string]Count{
			"a negative number": {Key{w.hour(), Passed, In, ""}, -1}, "an hour to come": {Key{w.hour() + 2, Passed, In, ""}, 1},
			"three weeks ago": {Key{w.hour() - 21*24, Passed, In, ""}, 1}, "more than can be": {Key{w.hour(), Passed, In, ""}, 100_001},
			"what nobody counts": {Key{w.hour(), "deported", In, ""}, 1}, "another direction": {Key{w.hour(), Passed, "up", ""}, 1}, "another age": {Key{w.hour(), Passed, In, "17"}, 1},
		} {
			if err := w.Count(w.as("screener"), Tally{ID: db.NewID(), Shift: sh.ID, Counts: []Count{c}}); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := w.Count(w.as("screener"), Tally{ID: db.NewID(), Shift: sh.ID}); !fault.Is(err, fault.Invalid) {
			t.Errorf("an empty batch: %v", err)
		}
		if err := w.Count(w.as("screener"), batchOf(Shift{ID: db.NewID()}, w.hour(), 1)); !fault.Is(err, fault.NotFound) {
			t.Errorf("of no shift: %v", err)
		}
		if got := w.totals("BUSIA", w.hour().Day()); len(got) != 0 {
			t.Errorf("something was counted: %v", got)
		}
	})
}

// The clock of the point decides the hour and the day, on both sides of midnight UTC.
func TestHoursAreThoseOfThePoint(t *testing.T) {
	for _, tc := range []struct {
		at        string
		offset    int
		hour, day int
	}{{"2026-11-22T21:59:59Z", 180, 0, 1}, {"2026-11-22T20:59:59Z", 180, 23, 0}, {"2026-11-22T03:10:00Z", -240, 23, -1}, {"2026-11-22T03:20:00Z", 345, 9, 0}, {"1969-12-31T23:30:00Z", 0, 23, -20780}} {
		at, err := time.Parse(time.RFC3339, tc.at)
		if err != nil {
			t.Fatal(err)
		}
		h := Post{Offset: tc.offset}.HourAt(at)
		if int(h.OfDay()) != tc.hour || int(h.Day())-20779 != tc.day {
			t.Errorf("%s at %+d minutes: hour %d of day %d", tc.at, tc.offset, h.OfDay(), int(h.Day())-20779)
		}
	}
}

// reference/surveillance-border.md, 0.7 and POE-2.
func TestWhichNumbersContradictEachOther(t *testing.T) {
	for _, tc := range []struct {
		why    string
		totals Totals
		field  string
	}{
		{"more washed than screened is what happens", Totals{Passed: 3_102_900, Screened: 3_101_600, HandWashed: 3_102_818}, ""},
		{"POE-2 a: more washed than passed", Totals{Passed: 900, Screened: 880, RefusedScreening: 20, HandWashed: 905}, "hand_washed"},
		{"all passed were screened or refused", Totals{Passed: 900, Screened: 880, RefusedScreening: 20, HandWashed: 900}, ""},
		{"one more refused than passed", Totals{Passed: 900, Screened: 880, RefusedScreening: 21}, "refused_screening"},
		{"more screened than passed", Totals{Passed: 10, Screened: 11}, "screened"},
		{"screened without a number of passed", Totals{Screened: 11}, "passed"},
		{"information may be given to who waits", Totals{Passed: 1, Informed: 40}, ""},
		{"information alone", Totals{Informed: 40}, ""},
		{"a negative number", Totals{Passed: -1}, "passed"},
		{"nothing counted", Totals{}, ""},
	} {
		errs := tc.totals.Valid()
		if tc.field == "" && len(errs) > 0 || tc.field != "" && (len(errs) != 1 || fault.FieldOf(errs[0]) != tc.field) {
			t.Errorf("%s: %v, want %q", tc.why, errs, tc.field)
		}
	}
}

func TestTypedHoursAndTheReportOfTheDay(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		sh := w.shift("screener", "BUSIA")
		ctx := w.as("screener")
		w.must(w.Count(ctx, batchOf(sh, w.hour(), 10)))
		typed := Totals{Passed: 100, Screened: 90, RefusedScreening: 10, HandWashed: 95}
		for range 2 { // sent twice it counts once
			w.must(w.TypeHour(ctx, 11, In, "", typed))
		}
		typed[Passed] = 120
		w.must(w.TypeHour(ctx, 11, In, "", typed)) // and typed again it is corrected
		day := w.hour().Day()
		if got := w.totals("BUSIA", day); got[Passed] != 130 || got[HandWashed] != 105 {
			t.Fatalf("typed: %v", got)
		}
		for range 2 { // an age group of the same hour is counted beside it, and typed again corrected too
			w.must(w.TypeHour(ctx, 11, In, "0_4", Totals{Passed: 7}))
		}
		if got := w.totals("BUSIA", day); got[Passed] != 137 {
			t.Fatalf("an hour by age group: %v", got)
		}
		if b, err := w.PointBoardOf(w.as("manager"), "BUSIA", day); err != nil || b.Ages["0_4"][Passed] != 7 {
			t.Errorf("%+v %v", b.Ages, err)
		}
		w.must(w.TypeHour(ctx, 11, In, "0_4", Totals{Passed: 0}))
		if err := w.TypeHour(ctx, 11, In, "0-4", Totals{Passed: 5}); fault.FieldOf(err) != "age" {
			t.Errorf("an age group of no list: %v", err)
		}
		if err := w.TypeHour(ctx, 11, In, "", Totals{Passed: 5, HandWashed: 6}); fault.FieldOf(err) != "hand_washed" {
			t.Errorf("a contradiction: %v", err)
		}
		st, err := w.DayOf(ctx, "BUSIA", 0)
		w.must(err)
		if st.Closed || st.Counted[Passed] != 130 {
			t.Fatalf("before the report: %+v", st)
		}
		report := Totals{Passed: 131, Screened: 100, RefusedScreening: 10, HandWashed: 105, RefusedHandWashing: 0, Sanitised: 0, Informed: 0}
		if err := w.Close(ctx, "BUSIA", day, report, false, ""); fault.FieldOf(err) != "why" {
			t.Errorf("a correction without a why: %v", err)
		}
		if err := w.Close(ctx, "BUSIA", day, Totals{Passed: 131}, false, "one was missed"); fault.KeyOf(err) != "border.error.number" {
			t.Errorf("a report with gaps: %v", err)
		}
		for range 2 {
			w.must(w.Close(ctx, "BUSIA", day, report, false, "one was missed"))
		}
		if got := w.totals("BUSIA", day); got[Passed] != 131 {
			t.Errorf("reported: %v", got)
		}
		late := batchOf(sh, w.hour()-3, 4) // a phone that was away
		w.must(w.Count(ctx, late))
		st, err = w.DayOf(ctx, "BUSIA", day)
		w.must(err)
		if !st.Closed || !st.After || st.Counted[Passed] != 134 {
			t.Errorf("after a late phone: %+v", st)
		}
		report[Passed], report[Screened], report[HandWashed] = 134, 104, 109
		w.must(w.Close(ctx, "BUSIA", day, report, false, ""))
		st, err = w.DayOf(ctx, "BUSIA", day)
		w.must(err)
		if got := w.totals("BUSIA", day); got[Passed] != 134 || st.After {
			t.Errorf("reported again: %v %+v", got, st)
		}
	})
}

func TestAZeroIsSaidBySomebody(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.shift("screener", "BUSIA")
		day := w.hour().Day() - 1
		zero := Totals{}
		for _, what := range Whats {
			zero[what] = 0
		}
		if err := w.Close(w.as("screener"), "BUSIA", day, zero, false, ""); fault.FieldOf(err) != "zero" {
			t.Errorf("a zero that nobody said: %v", err)
		}
		one := maps.Clone(zero)
		one[Passed] = 1
		if err := w.Close(w.as("screener"), "BUSIA", day, one, true, "seen"); fault.FieldOf(err) != "zero" {
			t.Errorf("nobody came, and one passed: %v", err)
		}
		w.must(w.Close(w.as("screener"), "BUSIA", day, zero, true, ""))
		st, err := w.DayOf(w.as("screener"), "BUSIA", day)
		w.must(err)
		before, err := w.DayOf(w.as("screener"), "BUSIA", day-1)
		w.must(err)
		if !st.Closed || !st.Report.Zero || before.Closed {
			t.Errorf("reported %t, the day before %t", st.Closed, before.Closed)
		}
		if err := w.Close(w.as("screener"), "BUSIA", day+2, zero, true, ""); fault.KeyOf(err) != "border.error.future" {
			t.Errorf("tomorrow: %v", err)
		}
	})
}

// What is counted follows from the documents, also when they are made anew, struck or
// destroyed.
func TestCountsAreThoseOfTheJournal(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		sh := w.shift("screener", "BUSIA")
		ctx := w.as("screener")
		a, b := batchOf(sh, w.hour(), 10), batchOf(sh, w.hour()-1, 5)
		w.must(w.Count(ctx, a))
		w.must(w.Count(ctx, b))
		w.must(w.Close(ctx, "BUSIA", w.hour().Day(), Totals{Passed: 16, Screened: 15, RefusedScreening: 0, HandWashed: 15, RefusedHandWashing: 0, Sanitised: 0, Informed: 0}, false, "one missed"))
		report, err := w.Journal.Rebuild(ctx, nil)
		w.must(err)
		if !report.Same() {
			t.Errorf("after a rebuild: %+v", report.Tables)
		}
		day := w.hour().Day()
		if got := w.totals("BUSIA", day); got[Passed] != 16 || got[Screened] != 15 {
			t.Errorf("after a rebuild: %v", got)
		}
		author := journal.Author{User: w.users["screener"].User}
		w.must(w.DB.Write(ctx, func(tx *db.Tx) error {
			d, err := w.Journal.Load(tx, a.ID)
			if err != nil {
				return err
			}
			return w.Journal.Append(tx, author, journal.Change{Kind: kindTally, Doc: a.ID, Base: d.Version, EnteredInError: true, Purpose: "public_health"})
		}))
		if got := w.totals("BUSIA", day); got[Passed] != 6 || got[Screened] != 5 {
			t.Errorf("one struck: %v", got)
		}
		w.must(w.DB.Write(ctx, func(tx *db.Tx) error {
			return w.Journal.Erase(tx, author, journal.Author{User: w.users["manager"].User}, b.ID, "test")
		}))
		if got := w.totals("BUSIA", day); got[Passed] != 1 || got[Screened] != 0 {
			t.Errorf("one destroyed: %v", got)
		}
	})
}

func TestWhoCountsWhere(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		sh := w.shift("screener", "BUSIA")
		if other := w.shift("screener_2", "BUSIA"); other.ID != sh.ID {
			t.Error("a second screener began another shift beside the one at work")
		}
		for login, may := range map[string]bool{"screener": true, "nurse": true, "physician": true, "screener_elsewhere": false, "volunteer": false, "reception": false,
			"epidemiologist": false, "administrator": false, "privacy_officer": false} {
			err := w.Count(w.as(login), batchOf(sh, w.hour(), 1))
			if (err == nil) != may || err != nil && !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s counts: %v, want %t", login, err, may)
			}
		}
		if _, err := w.StartShift(w.as("screener"), "GULU"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a shift at another site: %v", err)
		}
		if _, err := w.DayOf(w.as("screener_elsewhere"), "BUSIA", 0); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the day of another site: %v", err)
		}
		if err := w.SavePost(w.as("screener"), Post{}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a screener opens a point: %v", err)
		}
		points, err := w.Points(w.as("screener"))
		w.must(err)
		if len(points) != 1 || points[0].Post.Code != "BUSIA" {
			t.Errorf("a screener sees %d points", len(points))
		}
		if all, err := w.Points(w.as("epidemiologist")); err != nil || len(all) != 2 {
			t.Errorf("the desk sees %d points, %v", len(all), err)
		}
		if _, err := w.Points(context.Background()); !fault.Is(err, fault.Forbidden) {
			t.Errorf("nobody sees points: %v", err)
		}
	})
}

// The note of a shift reaches the next one, and holds nobody's number.
func TestAShiftIsHandedOver(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		first := w.shift("screener", "BUSIA")
		if err := w.EndShift(w.as("screener"), "call 0772 123 456"); fault.KeyOf(err) != "border.error.personal" {
			t.Errorf("a telephone number: %v", err)
		}
		w.must(w.EndShift(w.as("screener"), "Thermometer 2 is broken."))
		if _, err := w.OwnShift(w.as("screener")); !fault.Is(err, fault.NotFound) {
			t.Errorf("a shift that is over: %v", err)
		}
		w.clock = w.clock.Add(time.Hour)
		next := w.shift("screener_2", "BUSIA")
		own, err := w.OwnShift(w.as("screener_2"))
		w.must(err)
		if next.ID == first.ID || own.Before.Handover != "Thermometer 2 is broken." {
			t.Errorf("the next shift: %+v", own)
		}
		w.must(w.Count(w.as("screener_2"), batchOf(first, w.hour()-1, 3))) // a phone that still held the first one's
		if own, err = w.OwnShift(w.as("screener_2")); err != nil || len(own.Counts) != 0 {
			t.Errorf("the first shift's counts are the second's: %v %v", own.Counts, err)
		}
		w.clock = w.clock.Add(17 * time.Hour)
		if again := w.shift("screener", "BUSIA"); again.ID == next.ID {
			t.Error("a shift that nobody ended goes on for ever")
		}
	})
}

func TestThePagesOfAShift(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		if code, to := w.get("screener", "/border/count"); code != http.StatusSeeOther || !strings.HasPrefix(to, "/border") {
			t.Errorf("without a shift: %d %s", code, to)
		}
		if code, to := w.post("screener", "/border/shift", url.Values{"point": {"BUSIA"}}); code != http.StatusSeeOther || to != "/border/count" {
			t.Fatalf("starting: %d %s", code, to)
		}
		_, body := w.get("screener", "/border/count")
		w.says(body, "Busia", "Passed, screened, hands washed", "This shift so far")
		id := regexp.MustCompile(`name="id" value="([^"]+)"`).FindStringSubmatch(body)[1]
		press := url.Values{"id": {id}, "tap": {"all"}, "direction": {"out"}, "age": {"0_4"}}
		for range 2 { // the same form again, as a reload sends it
			if code, to := w.post("screener", "/border/tap", press); code != http.StatusSeeOther || to != "/border/count?age=0_4&direction=out" {
				t.Fatalf("a press: %d %s", code, to)
			}
		}
		if got := w.totals("BUSIA", w.hour().Day()); got[Passed] != 1 || got[Screened] != 1 || got[HandWashed] != 1 {
			t.Errorf("one press twice: %v", got)
		}
		own, err := w.OwnShift(w.as("screener"))
		w.must(err)
		send := func(body string) (int, string) {
			r := httptest.NewRequest(http.MethodPost, "/border/taps", strings.NewReader(body))
			return w.ask("screener", r)
		}
		batch := fmt.Sprintf(`{"id":"%s","shift":"%s","counts":[{"h":%d,"w":"passed","d":"in","a":"","n":12}]}`, db.NewID(), own.Shift.ID, w.hour())
		for range 2 {
			if code, answer := send(batch); code != 200 || !strings.Contains(answer, `"counted"`) {
				t.Errorf("a batch: %d %s", code, answer)
			}
		}
		if code, answer := send(strings.Replace(batch, `"n":12`, `"n":-12`, 1)); code != http.StatusConflict || !strings.Contains(answer, `"refused"`) {
			t.Errorf("a batch that says something else now: %d %s", code, answer)
		}
		if code, _ := send(`{"id":`); code != http.StatusUnprocessableEntity {
			t.Errorf("half a batch: %d", code)
		}
		if got := w.totals("BUSIA", w.hour().Day()); got[Passed] != 13 {
			t.Errorf("counted: %v", got)
		}
		code, body := w.post("screener", "/border/hours", url.Values{"hour": {"11"}, "direction": {"in"}, "passed": {"5"}, "hand_washed": {"6"}})
		if code != http.StatusUnprocessableEntity {
			t.Errorf("a contradiction answers %d", code)
		}
		w.says(body, "More washed their hands than passed")
		if code, to := w.post("screener", "/border/hours", url.Values{"hour": {"11"}, "direction": {"in"}, "passed": {"٥"}, "hand_washed": {"5"}}); code != http.StatusSeeOther || to != "/border/hours" {
			t.Errorf("an hour with Arabic digits: %d %s", code, to)
		}
		_, body = w.get("screener", "/border/hours")
		w.says(body, "11:00 to 12:00", "Typed on this shift")
		_, body = w.get("screener", "/border/points/BUSIA/day")
		w.says(body, "Report of the day", "Close the day")
		for name, filled := range map[string]bool{"passed": true, "sanitised": false} { // what nobody counted is not filled in with zero
			if input := regexp.MustCompile(`<input[^>]*name="` + name + `"[^>]*>`).FindString(body); input == "" || strings.Contains(input, `value=""`) == filled {
				t.Errorf("%s: %s", name, input)
			}
		}
		code, to := w.post("screener", "/border/points/BUSIA/day", url.Values{"day": {fmt.Sprint(int(w.hour().Day()))}, "passed": {"18"}, "screened": {"1"}, "refused_screening": {"0"}, "hand_washed": {"6"},
			"refused_hand_washing": {"0"}, "sanitised": {"0"}, "informed": {"0"}})
		if code != http.StatusSeeOther {
			t.Errorf("closing: %d %.900s", code, to)
		}
		_, body = w.get("epidemiologist", "/border")
		w.says(body, "Busia", "Reported", "18")
		if code, to := w.post("screener", "/border/shift/end", url.Values{"note": {"Soap is low."}}); code != http.StatusSeeOther || to != "/border" {
			t.Errorf("the end: %d %s", code, to)
		}
	})
}

func TestAPointIsOpenedOnAPage(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		code, body := w.get("manager", "/border/points/new")
		w.says(body, "Lwanda path", "UTC&#43;03:00", "UTC−00:30", "UTC&#43;05:45")
		if code != 200 || strings.Contains(body, "Clinic") || strings.Contains(body, `value="BUSIA"`) {
			t.Errorf("%d: a clinic, or a point that is open, can be chosen", code)
		}
		form := url.Values{"code": {"LWANDA"}, "site": {"NOWHERE"}, "offset": {"180"}, "is": {"corridor"}}
		if code, _ := w.post("manager", "/border/points", form); code != http.StatusUnprocessableEntity {
			t.Errorf("a site that is not there: %d", code)
		}
		form.Set("site", "BUS")
		if code, to := w.post("manager", "/border/points", form); code != http.StatusSeeOther {
			t.Fatalf("%d %.900s", code, to)
		}
		p, err := w.PointOf(w.as("manager"), "LWANDA")
		w.must(err)
		if !p.Keep() || !p.Post.Corridor || !p.Open() {
			t.Errorf("opened: %+v", p)
		}
		form.Set("is", "shut")
		w.post("manager", "/border/points", form)
		if _, err := w.StartShift(w.as("screener"), "LWANDA"); fault.KeyOf(err) != "border.error.closed_point" {
			t.Errorf("a shift where nobody is screened any more: %v", err)
		}
		if code, _ := w.get("screener", "/border/points/LWANDA"); code != http.StatusForbidden {
			t.Errorf("a screener opens the page of a point: %d", code)
		}
		_, body = w.get("manager", "/border/points/LWANDA")
		w.says(body, "Lwanda path", "Its place must not become known")
	})
}

func TestTheBoardSaysWhatWasCountedAndWhatWasNot(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		sh := w.shift("screener", "BUSIA")
		day := w.hour().Day()
		w.must(w.Count(w.as("screener"), batchOf(sh, w.hour(), 30)))
		w.must(w.Count(w.as("screener"), Tally{ID: db.NewID(), Shift: sh.ID, Counts: []Count{{Key{w.hour() - 1, Passed, Out, "0_4"}, 10}, {Key{w.hour() - 25, Passed, In, ""}, 7}}}))
		w.must(w.Close(w.as("screener"), "BUSIA", day-1, Totals{Passed: 9, Screened: 0, RefusedScreening: 0, HandWashed: 0, RefusedHandWashing: 0, Sanitised: 0, Informed: 0}, false, "two were missed"))
		desk := w.as("epidemiologist")
		b, err := w.BoardOf(desk, 0, 7)
		w.must(err)
		if b.All[Passed] != 49 || b.All[Screened] != 30 || b.Open != 2 || len(b.Points) != 2 || b.Points[0].Point.Post.Code != "BUSIA" || b.Points[0].Reported != 1 || b.Points[0].Totals[Passed] != 49 {
			t.Fatalf("board: %+v", b)
		}
		if _, known := b.Points[1].Totals[Passed]; known {
			t.Error("a point that counted nothing has a number")
		}
		if b.Days[0].Totals[Passed] != 40 || b.Days[0].Reported != 0 || b.Days[1].Totals[Passed] != 9 || b.Days[1].Reported != 1 {
			t.Errorf("days: %+v", b.Days[:2])
		}
		if n, known := b.Days[1].Totals[Sanitised]; !known || n != 0 {
			t.Error("a zero that was reported is not known")
		}
		if _, known := b.Days[0].Totals[Sanitised]; known {
			t.Error("what nobody counted on a day without a report is a number")
		}
		if one, err := w.BoardOf(desk, 0, 1); err != nil || one.All[Passed] != 40 {
			t.Errorf("one day: %v %v", one.All, err)
		}
		p, err := w.PointBoardOf(desk, "BUSIA", day-1)
		w.must(err)
		if !p.Reported || len(p.Hours) != 2 || !p.Hours[0].Whole || p.Hours[0].Totals[Passed] != 2 || p.Hours[1].Hour != 11 || p.Directions[In][Passed] != 7 {
			t.Errorf("the day before at BUSIA: %+v", p)
		}
		if p, err = w.PointBoardOf(desk, "BUSIA", 0); err != nil || p.All[Passed] != 40 || p.Ages["0_4"][Passed] != 10 || p.Directions[Out][Passed] != 10 {
			t.Errorf("today at BUSIA: %+v %v", p, err)
		}
		for _, login := range []string{"screener", "volunteer", "reception", "administrator"} {
			if _, err := w.BoardOf(w.as(login), 0, 7); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s reads the board: %v", login, err)
			}
			if _, err := w.PointBoardOf(w.as(login), "BUSIA", 0); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s reads the board of a point: %v", login, err)
			}
		}
		_, body := w.get("epidemiologist", "/border/board?days=7")
		w.says(body, "1 of 7", "61.2 %", "Gulu park", "Not known")
		_, body = w.get("epidemiologist", "/border/points/BUSIA/board?day="+fmt.Sprint(int(day-1)))
		w.says(body, "Corrected by the report", "11:00 to 12:00")
	})
}

// However batches are cut, repeated and ordered, what is counted is what was pressed.
func TestNothingIsLostOrCountedTwiceInAnyOrder(t *testing.T) {
	w := newWorld(t, "")
	sh := w.shift("screener", "BUSIA")
	day := w.hour().Day()
	rapid.Check(t, func(r *rapid.T) {
		before := w.totals("BUSIA", day)[Passed]
		var batches []Tally
		var want int64
		for range rapid.IntRange(1, 4).Draw(r, "batches") {
			n := rapid.Int64Range(0, 9).Draw(r, "n")
			m := rapid.Int64Range(1, 9).Draw(r, "m")
			want += n + m
			batches = append(batches, Tally{ID: db.NewID(), Shift: sh.ID, Counts: []Count{{Key{w.hour(), Passed, In, ""}, n}, {Key{w.hour(), Passed, Out, ""}, m}}})
		}
		for _, i := range rapid.SliceOfN(rapid.IntRange(0, len(batches)-1), 0, 12).Draw(r, "sent") {
			w.must(w.Count(w.as("screener"), batches[i]))
		}
		for _, b := range batches {
			w.must(w.Count(w.as("screener"), b))
		}
		if got := w.totals("BUSIA", day)[Passed] - before; got != want {
			r.Fatalf("%d counted, %d pressed", got, want)
		}
	})
}
