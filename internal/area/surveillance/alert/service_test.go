package alert

import (
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// camp makes Kampala a camp that reports measles and bloody diarrhoea since W20.
func (w *world) camp() {
	w.T.Helper()
	w.Must(w.SaveReporter(w.As("epidemiologist"), Reporter{Unit: "site:KLA", Setting: Camp, Diseases: []string{"measles", "bloody_diarrhoea"}, Due: 2, From: "2026-W20"}))
}

func (w *world) board() Board {
	w.T.Helper()
	b, err := w.BoardOf(w.As("epidemiologist"))
	w.Must(err)
	return b
}

// case1 records a suspected case of measles as a nurse, from a form.
func (w *world) case1(number string) db.ID {
	w.T.Helper()
	id, err := w.cases.Record(w.As("nurse"), linelist.Case{Disease: "measles", Number: number, Reported: calendar.DayOfTime(w.Now).Date(), Onset: calendar.DayOfTime(w.Now).Date()}, true)
	w.Must(err)
	yes := value.Of(true)
	w.Must(w.cases.Answer(w.As("nurse"), id, journal.Base{}, map[string]value.Value{"sign:fever": yes, "sign:rash_maculopapular": yes}))
	return id
}

func TestOneCaseInACampIsAnAlertThatStaysAfterItWasAcknowledged(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.camp()
		if n := len(w.board().Open); n != 0 {
			t.Fatalf("%d alerts before any case", n)
		}
		w.case1("ME-1")
		b := w.board()
		if len(b.Open) != 1 || b.Open[0].Rule != "AT-CAMP1" || b.Open[0].Last().Level != Threshold || b.Open[0].Last().Observed != 1 {
			t.Fatalf("alerts after one suspected case: %+v", b.Open)
		}
		id := b.Open[0].ID
		if err := w.Acknowledge(w.As("nurse"), id, Acknowledged{Outcome: Watch, Why: "looked at it"}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a nurse acknowledges: %v", err)
		}
		if err := w.Acknowledge(w.As("epidemiologist"), id, Acknowledged{Outcome: Watch, Why: " "}); fault.FieldOf(err) != "why" {
			t.Errorf("without a reason: %v", err)
		}
		w.Must(w.Acknowledge(w.As("epidemiologist"), id, Acknowledged{Outcome: Investigate, Why: "first case in the camp"}))
		b = w.board()
		if len(b.Open) != 0 || len(b.Done) != 1 || b.Done[0].Rose() {
			t.Fatalf("after it was acknowledged: %d open, %+v", len(b.Open), b.Done)
		}
		w.Now = w.Now.Add(time.Hour)
		w.case1("ME-2")
		w.Must(w.Look(w.As("epidemiologist"))) // again, with nothing new
		seen, err := w.Open(w.As("epidemiologist"), id, "en")
		w.Must(err)
		if !seen.Rose() || len(seen.Raised) != 2 || len(seen.Acks) != 1 || seen.Names[seen.Acks[0].By] == "" {
			t.Errorf("after a second case: rose %v, raised %d, acknowledged %+v by %q", seen.Rose(), len(seen.Raised), seen.Acks, seen.Names)
		}
		if len(seen.Because) != 1 || !strings.Contains(seen.Because[0].Sentence, "camp") || len(seen.Because[0].Sources) == 0 {
			t.Errorf("its rule and source: %+v", seen.Because)
		}
		sig, err := w.Signals.Open(w.As("epidemiologist"), seen.Acks[0].Signal)
		w.Must(err)
		if sig.Disease != "measles" || sig.Source != surveillance.Counts || sig.Cases.N != 1 {
			t.Errorf("the signal %+v", sig.Signal)
		}
	})
}

func TestWhatTwoInstallationsRaiseIsOneAlert(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.camp()
		w.case1("ME-1")
		w.Must(w.Look(w.As("epidemiologist_elsewhere")))
		if b := w.board(); len(b.Open) != 1 || len(b.Open[0].Raised) != 1 {
			t.Errorf("looked at twice: %+v", b.Open)
		}
		w.Mine = func(*db.Tx, string) (bool, error) { return false, nil }
		w.case1("ME-2")
		if b := w.board(); len(b.Open[0].Raised) != 1 {
			t.Errorf("an installation that does not look after the site raises: %+v", b.Open[0].Raised)
		}
	})
}

func TestASiteThatAnotherInstallationLooksAfterRaisesNothingHere(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		for i := range 5 { // at a site that is not expected to report
			w.case1("ME-" + strconv.Itoa(i))
		}
		w.Must(w.Look(w.As("epidemiologist")))
		b := w.board()
		if len(b.Open) != 1 || len(b.Open[0].Raised) != 1 {
			t.Fatalf("five cases of measles: %+v", b.Open)
		}
		w.Mine = func(*db.Tx, string) (bool, error) { return false, nil }
		w.case1("ME-6")
		w.Must(w.Look(w.As("epidemiologist")))
		if b = w.board(); len(b.Open) != 1 || len(b.Open[0].Raised) != 1 {
			t.Errorf("an installation that does not look after the site raises: %+v", b.Open)
		}
	})
}

func TestADeathCountsOnItsDayAndNotOnThatOfTheReport(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		today := calendar.DayOfTime(w.Now)
		for _, c := range []linelist.Case{
			{Number: "long ago", Reported: (today - 20).Date(), Ended: (today - 1).Date()},
			{Number: "today", Reported: today.Date(), Ended: (today - 15).Date()},
		} {
			c.Disease, c.Onset, c.Birth, c.Ending = "cholera", (today - 21).Date(), calendar.DayOf(1990, 1, 1).Date(), linelist.Dead
			id, err := w.cases.Record(w.As("nurse"), c, true)
			w.Must(err)
			w.Must(w.cases.Override(w.As("epidemiologist"), id, linelist.Suspected, "seen at home"))
		}
		d, _ := surveillance.Shipped().Disease("cholera")
		w.Must(w.DB.Read(t.Context(), func(tx *db.Tx) error {
			s, err := w.SeriesIn(tx, "site:KLA", d, "")
			if err != nil {
				return err
			}
			if n, atLeast, known := s.deathsOver5(today); n != 1 || atLeast || !known || len(s.Died) != 2 {
				t.Errorf("%d in seven days (at least %v, known %v) of %+v", n, atLeast, known, s.Died)
			}
			return nil
		}))
	})
}

func TestAReportOfZeroIsAReportAndAMissingWeekIsNot(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.camp() // today is a Wednesday of W24; W20 to W23 are expected
		report := func(who string, r Weekly) error { return w.ReportWeek(w.As(who), r) }
		w.Must(report("nurse", Weekly{Unit: "site:KLA", Week: "2026-W23", Zero: true}))
		if err := report("epidemiologist_elsewhere", Weekly{Unit: "site:KLA", Week: "2026-W22", Zero: true}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("somebody of another site reports: %v", err)
		}
		w.Must(report("nurse", Weekly{Unit: "site:KLA", Week: "2026-W22", Lines: []Line{{Disease: "measles", Cases: surveillance.Of(2)}}}))
		out, err := w.ReportsOf(w.As("epidemiologist"), 5)
		w.Must(err)
		line := out.Lines[0]
		want := []ReportState{Late, Late, Missing, Missing, NotExpected} // due on the Tuesday after
		for i, st := range want {
			if line.States[i] != st {
				t.Errorf("%s is %s, want %s", out.Weeks[i], line.States[i], st)
			}
		}
		if out.All != (Shares{Expected: 4, Received: 2}) || !line.Got[0].Zero || line.Got[1].Zero {
			t.Errorf("shares %+v, reports %+v %+v", out.All, line.Got[0], line.Got[1])
		}
		// A correction does not make a report anew, and an empty box is not zero.
		w.Now = w.Now.AddDate(0, 0, 7)
		w.Must(report("nurse", Weekly{Unit: "site:KLA", Week: "2026-W23", Lines: []Line{{Disease: "measles", Cases: surveillance.Of(4), Deaths: surveillance.Of(0)}}}))
		_, _, again, err := w.WeekOf(w.As("nurse"), "site:KLA", "2026-W22")
		w.Must(err)
		if again.Lines[1].Cases.N != 2 || again.Lines[1].Deaths.Known || again.Lines[0].Cases.Known {
			t.Errorf("W22 reads %+v", again.Lines)
		}
		out, err = w.ReportsOf(w.As("nurse"), 5)
		w.Must(err)
		if got := out.Lines[0].Got[1]; got == nil || got.On != calendar.DayOf(2026, 6, 10) || got.Zero {
			t.Errorf("the corrected report: %+v", got)
		}
	})
}

func TestCountsThatAreBroughtInAreReportsToo(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.camp()
		count := func(week surveillance.Period, n int) {
			_, err := w.Signals.RecordCounts(w.As("epidemiologist"), surveillance.Report{Cell: surveillance.Cell{Unit: "site:KLA", Disease: "bloody_diarrhoea", Indicator: WeeklyCases, Period: week, Source: WeeklySource},
				Value: surveillance.Of(n), Reported: calendar.DayOf(2026, 6, 9)})
			w.Must(err)
		}
		for _, week := range []surveillance.Period{"2026-W20", "2026-W21", "2026-W22"} {
			count(week, 4)
		}
		count("2026-W23", 4)
		for _, a := range w.board().Open {
			t.Errorf("four is no alert: %+v", a.Of)
		}
		count("2026-W23", 5)
		b := w.board()
		if len(b.Open) != 1 || b.Open[0].Rule != "AT-CAMP3" || b.Open[0].Week != "2026-W23" {
			t.Fatalf("five: %+v", b.Open)
		}
		out, err := w.ReportsOf(w.As("manager"), 4)
		w.Must(err)
		if out.All != (Shares{Expected: 4, Received: 4, OnTime: 1}) {
			t.Errorf("shares %+v", out.All)
		}
		for _, st := range b.Standings {
			if st.Disease == "measles" && (st.Known || len(st.May) == 0) {
				t.Errorf("measles was not reported, and stands as %+v", st)
			}
		}
	})
}

func TestThePagesOfTheDesk(t *testing.T) {
	w := newWorld(t, "")
	code, body := w.Post("epidemiologist", "/surveillance/weeks/reporter", url.Values{"unit": {"Kampala"}, "setting": {"camp"}, "diseases": {"measles"}, "due": {"2"}, "from": {"2025-W53"}})
	if code != 422 {
		t.Errorf("week 53: %d", code)
	}
	w.Says(body, "Not every year has a week 53")
	code, to := w.Post("epidemiologist", "/surveillance/weeks/reporter", url.Values{"unit": {"Kampala"}, "setting": {"camp"}, "diseases": {"measles"}, "due": {"2"}, "from": {"2026-W20"}})
	if code != 303 || to != "/surveillance/weeks" {
		t.Fatalf("a site that reports: %d %.300s", code, to)
	}
	code, to = w.Post("nurse", "/surveillance/weeks/report?unit=site:KLA&week=2026-W23", url.Values{"cases.measles": {"٣"}, "deaths.measles": {""}})
	if code != 303 {
		t.Fatalf("a nurse reports with Arabic digits: %d %.600s", code, to)
	}
	_, body = w.Get("nurse", "/surveillance/weeks")
	w.Says(body, "Record deaths")
	w.Says(body, "Kampala", "1 of 4 ( 25.0 %)", "Late", "Missing")
	if code, _ = w.Get("nurse", "/surveillance/alerts"); code != 403 {
		t.Errorf("a nurse opens the board: %d", code)
	}
	w.case1("ME-1")
	_, body = w.Get("manager", "/surveillance/alerts")
	w.Says(body, "Measles", "Kampala", "Alert threshold", "AT-CAMP1", "Not acknowledged", "Insufficient history", "at least 0.5")
	id := w.board().Open[0].ID.String()
	_, body = w.Get("manager", "/surveillance/alerts/"+id)
	w.Says(body, "UNHCR", "Its weeks", "2026-W23 3")
	if strings.Contains(body, `name="why"`) {
		t.Error("a manager is asked to acknowledge")
	}
	code, body = w.Post("epidemiologist", "/surveillance/alerts/"+id, url.Values{"outcome": {"watch"}})
	if code != 422 {
		t.Errorf("without a reason: %d", code)
	}
	w.Says(body, "Say why")
	if code, to = w.Post("epidemiologist", "/surveillance/alerts/"+id, url.Values{"outcome": {"watch"}, "why": {"One child, isolated."}}); code != 303 || to != "/surveillance/alerts/"+id {
		t.Errorf("acknowledged: %d %s", code, to)
	}
	if code, _ = w.Post("epidemiologist", "/surveillance/alerts/look", nil); code != 303 {
		t.Errorf("look again: %d", code)
	}
	if code, _ = w.Post("epidemiologist", "/surveillance/weeks/people", url.Values{"unit": {"KLA"}, "on-day": {"1"}, "on-month": {"6"}, "on-year": {"2026"}, "source": {"headcount"}, "people": {"16200"}, "under5": {"2916"}}); code != 303 {
		t.Errorf("people counted: %d", code)
	}
	_, body = w.Get("epidemiologist", "/surveillance/alerts/"+id)
	w.Says(body, "People there 16", "One child, isolated.", "Watch next week")
}

func TestCountsOfTheLineListFollowWhatIsKnown(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		day := calendar.DayOfTime(w.Now)
		count := func(which func(linelist.Tallied) bool) (n int) {
			w.Must(w.DB.Read(t.Context(), func(tx *db.Tx) error {
				list, err := w.cases.Reported(tx, "measles", day-40, day)
				for _, k := range list {
					if which(k) {
						n += k.N
					}
				}
				return err
			}))
			return n
		}
		suspected := func(k linelist.Tallied) bool { return k.Class == linelist.Suspected && k.Site == "KLA" }
		id := w.case1("ME-1")
		w.case1("ME-2")
		if n := count(suspected); n != 2 {
			t.Fatalf("%d suspected", n)
		}
		w.Must(w.cases.Override(w.As("epidemiologist"), id, linelist.Confirmed, "seen by the physician"))
		all := count(func(linelist.Tallied) bool { return true })
		if n := count(suspected); n != 1 || all != 2 {
			t.Errorf("after one was confirmed: %d suspected of %d", n, all)
		}
		rep, err := w.Journal.Rebuild(t.Context(), nil)
		w.Must(err)
		if n := count(suspected); n != 1 || count(func(linelist.Tallied) bool { return true }) != 2 || !rep.Same() {
			t.Errorf("after a rebuild: %d suspected, same %v", n, rep.Same())
		}
	})
}
