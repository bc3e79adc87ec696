package analysis

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/area/surveillance/alert"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/kernel/areatest"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// measles records suspected cases that fell ill some days ago, one a day, and how many
// of the first died.
func (w *world) measles(n, dead int) {
	w.T.Helper()
	today := calendar.DayOfTime(w.Now)
	yes := value.Of(true)
	for i := range n {
		c := linelist.Case{Disease: "measles", Reported: (today - calendar.Day(i)).Date(), Onset: (today - calendar.Day(i)).Date(), Imported: value.TruthOf(i%3 == 0)}
		if i < dead {
			c.Ending, c.Ended = linelist.Dead, today.Date()
		}
		id, err := w.cases.Record(w.As("nurse"), c, true)
		w.Must(err)
		w.Must(w.cases.Answer(w.As("nurse"), id, journal.Base{}, map[string]value.Value{"sign:fever": yes, "sign:rash_maculopapular": yes}))
	}
}

func TestADeskReadsTalliesOfTheLineList(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.measles(9, 2)
		today := calendar.DayOfTime(w.Now)
		w.Must(w.Alerts.Count(w.As("epidemiologist"), alert.Headcount{Unit: "site:KLA", On: today - 4, Source: alert.Head, People: 9000, Under5: -1}))
		d, err := w.DeskOf(w.As("epidemiologist"), Asked{Disease: "measles", Site: "KLA", From: today - 20, To: today})
		w.Must(err)
		if d.Cases != 9 || d.Deaths != 2 || d.Imported != 3 || d.AttackNo != Given || d.Attack.Rate != 10 || !d.ContactsKnown {
			t.Errorf("%+v", d)
		}
		if d.New.All != 9 || d.New.Known != 0 || len(d.New.Sources) != 2 {
			t.Errorf("new cases whom tracing knew: %+v", d.New)
		}
		if d.CrudeNo != Given || d.Crude.Deaths != 2 || d.RtNo != NoInterval {
			t.Errorf("fatality %+v, Rt %q: no spread of the interval of measles is on the list", d.Crude, d.RtNo)
		}
		d, err = w.DeskOf(w.As("manager"), Asked{Disease: "measles", From: today - 20, To: today, Given: Interval{A: 11.5, B: 3}})
		w.Must(err)
		if d.RtNo == NoInterval || !d.Serial.Reader || d.ContactsKnown {
			t.Errorf("with an interval of the reader's: %q %+v, contacts %v", d.RtNo, d.Serial, d.ContactsKnown)
		}
		d, err = w.DeskOf(w.As("epidemiologist"), Asked{Disease: "covid", From: today - 20, To: today})
		w.Must(err)
		if !d.Serial.Known() || d.Serial.A != 4.7 || d.Serial.Source == "" {
			t.Errorf("the interval of COVID-19: %+v", d.Serial)
		}
		for _, species := range []string{"bdbv", "filovirus"} {
			if d, err = w.DeskOf(w.As("epidemiologist"), Asked{Disease: species, From: today - 20, To: today}); err != nil || d.Serial.Known() || d.Delay.Known() {
				t.Errorf("%s borrows %+v %+v, %v", species, d.Serial, d.Delay, err)
			}
		}
		if d, err = w.DeskOf(w.As("epidemiologist"), Asked{Disease: "ebov", From: today - 20, To: today}); err != nil || d.Serial.A != 14.2 || d.Delay.A != 2.4 {
			t.Errorf("ebov has %+v %+v, %v", d.Serial, d.Delay, err)
		}
		if _, err = w.DeskOf(w.As("nurse"), Asked{Disease: "measles", From: today - 20, To: today}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a nurse: %v", err)
		}
		if _, err = w.DeskOf(w.As("manager"), Asked{Disease: "measles", From: today, To: today - 1}); fault.FieldOf(err) != "from" {
			t.Errorf("a period that ends before it begins: %v", err)
		}
	})
}

func TestTheSituationReportLeavesWithoutSmallCells(t *testing.T) {
	w := newWorld(t, "")
	w.measles(9, 2)
	code, body := w.Get("epidemiologist", "/surveillance/desk?disease=measles")
	if code != 200 {
		t.Fatalf("the desk: %d", code)
	}
	w.Says(body, "Suspected 9", "Deaths 2", "22.2 %", "No serial interval of this agent", "How many people are there is not known")
	if !strings.Contains(body, "<svg") {
		t.Error("no curve")
	}
	code, body = w.Get("epidemiologist", "/surveillance/desk/team?disease=measles")
	if code != 200 {
		t.Fatalf("the report of the team: %d %.300s", code, body)
	}
	w.Says(body, "Situation report for the team", "Disease Measles", "Suspected 9", "Deaths 2", "it stays in the team")
	if code, _ = w.Get("nurse", "/surveillance/desk/team?disease=measles"); code != 403 {
		t.Errorf("a nurse reads the team's: %d", code)
	}
	// Today is a Wednesday: three cases are of this week, six of the one before.
	code, body = w.Get("epidemiologist", "/surveillance/desk/print?disease=measles")
	if code != 200 {
		t.Fatalf("the report: %d %.300s", code, body)
	}
	w.Says(body, "Situation report", "Cases 6", "To 7 June 2026", "Only whole weeks that are over", "2026-W23 6 at most 6")
	if strings.Contains(body, "22.2") {
		t.Error("the fatality tells the deaths")
	}
	for _, other := range []string{"&to=2026-06-10", "&to=2026-06-08", "&to=2026-06-05", "&site=KLA", "&site=GUL"} {
		if _, again := w.Get("epidemiologist", "/surveillance/desk/print?disease=measles"+other); numbers(again) != numbers(body) {
			t.Errorf("%s is another report: %s, not %s", other, numbers(again), numbers(body))
		}
	}
	code, body = w.Get("manager", "/surveillance/desk/export?disease=measles")
	if code != 200 || !strings.Contains(body, "measles,2026-W23,6,,,,0\n") || strings.Contains(body, "W24") {
		t.Errorf("the file: %d %s", code, body)
	}
	if code, _ = w.Get("nurse", "/surveillance/desk/print?disease=measles"); code != 403 {
		t.Errorf("a nurse prints it: %d", code)
	}
	if code, _ = w.Get("manager", "/surveillance/desk/print?disease=measles&from=2026-06-08&to=2026-06-10"); code != 422 {
		t.Errorf("a week that is not over: %d", code)
	}
	if code, body = w.Get("manager", "/surveillance/desk?disease=measles&from=2026-06-09&to=2026-06-01"); code != 200 {
		t.Errorf("a wrong period: %d", code)
	}
	w.Says(body, "Give two days")
}

// numbers are what the page of a report says of counts.
func numbers(body string) string {
	body = body[strings.Index(body, "<main"):strings.Index(body, "</main>")]
	return areatest.Reads(body)
}

func TestAReaderChoosesNoSerialIntervalOfWhatLeaves(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		yes := value.Of(true)
		for week, n := range []int{6, 3, 14} {
			on := (calendar.DayOf(2026, 5, 13) + calendar.Day(7*week)).Date()
			for range n {
				id, err := w.cases.Record(w.As("nurse"), linelist.Case{Disease: "measles", Reported: on, Onset: on, Imported: value.No}, true)
				w.Must(err)
				w.Must(w.cases.Answer(w.As("nurse"), id, journal.Base{}, map[string]value.Value{"sign:fever": yes, "sign:rash_maculopapular": yes}))
			}
		}
		ask := func(page, given string) string {
			code, body := w.Get("epidemiologist", "/surveillance/desk"+page+"?disease=measles&from=2026-05-11&to=2026-05-31"+given)
			if code != 200 {
				t.Fatalf("%s: %d %.300s", page, code, body)
			}
			return body
		}
		if _, body := w.Get("epidemiologist", "/surveillance/desk?from=2026-05-11&to=2026-05-31"); !strings.Contains(body, `value="measles" selected`) {
			t.Error("a desk that is opened without a disease begins with another than the one that has cases")
		}
		whole, file := numbers(ask("/print", "")), ask("/export", "")
		for _, given := range []string{"&si_mean=1&si_sd=0.5", "&si_mean=8&si_sd=1", "&si_mean=12&si_sd=3"} {
			if desk := ask("", given); !strings.Contains(desk, "Given by you") {
				t.Errorf("the desk does not take the interval of %s", given)
			}
			if got := numbers(ask("/print", given)); got != whole {
				t.Errorf("with %s another report leaves: %s, not %s", given, got, whole)
			}
			if ask("/export", given) != file {
				t.Errorf("with %s another file leaves", given)
			}
		}
	})
}

func (w *world) signal() db.ID {
	w.T.Helper()
	id, err := w.Signals.Report(w.As("physician"), surveillance.Raised{Source: surveillance.Care, Disease: "bdbv", Place: "Camp", Country: "UGA", Cases: surveillance.Of(2)})
	w.Must(err)
	return id
}

func TestAnnex2KeepsEveryAnswerWithItsReason(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		signal := w.signal()
		why := map[string]string{"ihr_q1": "two deaths among health workers", "ihr_q2": "not seen here for years", "ihr_q3": "no traveller is known", "ihr_q4": "nobody can tell yet"}
		a := Annex2{Always: "none", Answers: map[string]string{"ihr_q1": "yes", "ihr_q2": "no", "ihr_q3": "no", "ihr_q4": "not_known"}, Why: why}
		if err := w.Assess(w.As("nurse"), signal, a); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a nurse answers: %v", err)
		}
		if err := w.Assess(w.As("epidemiologist"), signal, Annex2{Always: "none", Answers: a.Answers, Why: map[string]string{}}); fault.FieldOf(err) != "why_ihr_q1" {
			t.Errorf("without reasons: %v", err)
		}
		w.Must(w.Assess(w.As("epidemiologist"), signal, a))
		o, err := w.Annex2Of(w.As("epidemiologist"), signal, "en")
		w.Must(err)
		if len(o.Answers) != 1 || o.Answers[0].Result != NotDecidable {
			t.Fatalf("one yes and one not known: %+v", o.Answers)
		}
		w.Now = w.Now.Add(time.Hour)
		a.Answers = map[string]string{"ihr_q1": "yes", "ihr_q2": "yes", "ihr_q3": "no", "ihr_q4": "not_known"}
		w.Must(w.Assess(w.As("medical_officer"), signal, a))
		o, err = w.Annex2Of(w.As("epidemiologist"), signal, "en")
		w.Must(err)
		if len(o.Answers) != 2 || o.Answers[1].Result != NotifyWHO || o.Answers[0].Result != NotDecidable || o.Answers[0].Why["ihr_q4"] != why["ihr_q4"] || o.Names[o.Answers[1].By] == o.Names[o.Answers[0].By] {
			t.Errorf("after a second officer: %+v", o.Answers)
		}
		if !strings.Contains(o.Told.Outcomes[0].Word, "Notify WHO") {
			t.Errorf("told as %+v", o.Told.Outcomes)
		}
		other := w.signal()
		w.Must(w.Assess(w.As("epidemiologist"), other, Annex2{Always: "polio_wild"}))
		if o, err = w.Annex2Of(w.As("epidemiologist"), other, "en"); err != nil || o.Answers[0].Result != NotifyWHO {
			t.Errorf("one wild poliovirus needs no questions: %+v, %v", o.Answers, err)
		}
	})
}

func TestThePagesOfAnnex2AndOfDeaths(t *testing.T) {
	w := newWorld(t, "")
	path := "/surveillance/annex2/" + w.signal().String()
	code, body := w.Get("epidemiologist", path)
	if code != 200 {
		t.Fatalf("Annex 2: %d", code)
	}
	w.Says(body, "Is the event unusual or unexpected?", "not known")
	if code, body = w.Post("epidemiologist", path, url.Values{"always": {"none"}, "ihr_q1": {"yes"}}); code != 422 {
		t.Errorf("not all is answered: %d", code)
	}
	w.Says(body, "Say why")
	form := url.Values{"always": {"none"}}
	for _, q := range Questions {
		form.Set(q, "yes")
		form.Set("why_"+q, "because it is so")
	}
	if code, body = w.Post("epidemiologist", path, form); code != 303 {
		t.Fatalf("answered: %d %.400s", code, body)
	}
	_, body = w.Get("manager", path)
	w.Says(body, "Notify WHO under Article 6", "within 24 hours", "because it is so", "Dr Elena Petrova")
	today := calendar.DayOfTime(w.Now)
	w.Must(w.Alerts.Count(w.As("epidemiologist"), alert.Headcount{Unit: "site:KLA", On: today - 20, Source: alert.Head, People: 16_200, Under5: 2_916}))
	deaths := url.Values{"unit": {"Kampala"}, "how": {"count"}, "from-day": {"3"}, "from-month": {"6"}, "from-year": {"2026"}, "to-day": {"9"}, "to-month": {"6"}, "to-year": {"2026"}, "deaths": {"14"}, "under5": {"5"}}
	if code, body = w.Post("nurse", "/surveillance/deaths/new", deaths); code != 303 {
		t.Fatalf("a nurse records deaths: %d %.600s", code, body)
	}
	deaths.Set("deaths", "")
	if code, _ = w.Post("nurse", "/surveillance/deaths/new", deaths); code != 422 {
		t.Errorf("a count without a number: %d", code)
	}
	if code, _ = w.Post("epidemiologist_elsewhere", "/surveillance/deaths/new", url.Values{"unit": {"Kampala"}, "how": {"line"}, "from-day": {"3"}, "from-month": {"6"}, "from-year": {"2026"}}); code != 403 {
		t.Errorf("somebody of another site: %d", code)
	}
	code, body = w.Get("epidemiologist", "/surveillance/deaths?unit=Kampala&from=2026-06-03&to=2026-06-09")
	if code != 200 {
		t.Fatalf("mortality: %d", code)
	}
	w.Says(body, "1.23 ( 0.67 to 2.07 )", "2.45", "per 10,000", "UNHCR")
	if code, _ = w.Get("nurse", "/surveillance/deaths"); code != 403 {
		t.Errorf("a nurse reads mortality: %d", code)
	}
}

func TestTwoCountsOfTheSameDaysAreRefused(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		to := calendar.DayOfTime(w.Now) - 1
		week := Entry{Unit: "site:KLA", How: AsCount, From: to - 6, To: to, Deaths: 3, Under5: -1}
		w.Must(w.RecordDeaths(w.As("nurse"), week))
		again := week
		again.From, again.To = week.To, week.To+1
		if err := w.RecordDeaths(w.As("nurse"), again); fault.FieldOf(err) != "from" {
			t.Errorf("a count that shares a day: %v", err)
		}
		again.From = again.To
		w.Must(w.RecordDeaths(w.As("nurse"), again))
		w.Must(w.RecordDeaths(w.As("nurse"), Entry{Unit: "site:KLA", How: OneByOne, From: to, To: to, Deaths: 1, Under5: -1}))
		d, err := w.MortalityOf(w.As("manager"), "site:KLA", to-6, to+1, "en")
		w.Must(err)
		if d.Deaths != 6 || d.Days != 8 {
			t.Errorf("%d deaths of %d days", d.Deaths, d.Days)
		}
	})
}
