package surveillance

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

var may18 = calendar.DayOf(2026, 5, 18)

// cell is a count of Bundibugyo disease in Uganda by one source.
func cell(indicator string, day calendar.Day) Cell {
	return Cell{Unit: "UGA", Disease: "bdbv", Indicator: indicator, Period: DayPeriod(day), Source: "sitrep"}
}

func said(indicator string, day calendar.Day, n int) Report {
	return Report{Cell: cell(indicator, day), Value: Of(n), Reported: day}
}

func folded(list ...Report) (out []Reported) {
	for _, r := range list {
		out = append(out, FoldReports([]Report{r}))
	}
	return out
}

func TestWeeksAndDaysThatThereAreNotAreRefused(t *testing.T) {
	lists := ownLists()
	today := calendar.DayOf(2026, 5, 27) // a Wednesday of week 22
	for _, c := range []struct {
		period Period
		key    string
	}{
		{"2026-W21", ""}, {"2026-05-27", ""}, {"2020-W53", ""},
		{"2025-W53", "week"}, // 2025 has 52 weeks
		{"2026-W54", "week"}, {"2026-W00", "week"}, {"2026-W5", "week"}, {"2026-w21", "period"},
		{"2026-W22", "week_open"}, {"2026-05-28", "future"}, {"2026-02-30", "period"}, {"18/05/2026", "period"}, {"", "period"},
	} {
		r := Report{Cell: cell("new_cases", today), Value: Of(1), Reported: today}
		r.Period = c.period
		errs := r.Valid(lists, today)
		switch {
		case c.key == "" && len(errs) != 0:
			t.Errorf("%s: %v", c.period, errs)
		case c.key != "" && (len(errs) != 1 || fault.KeyOf(errs[0]) != "surveillance.error."+c.key):
			t.Errorf("%s: %v, want %s", c.period, errs, c.key)
		}
	}
	early := said("new_cases", may18, 1)
	early.Reported = may18 - 1
	if errs := early.Valid(lists, today); len(errs) != 1 || fault.KeyOf(errs[0]) != "surveillance.error.reported_before" {
		t.Errorf("a report that is older than its day: %v", errs)
	}
	if errs := said("new_cases", may18, -1).Valid(lists, today); len(errs) != 1 || fault.FieldOf(errs[0]) != "value" {
		t.Errorf("a negative count: %v", errs)
	}
}

func TestNotReportedTakesNoNumberBackAndOneWithdrawnIsNotKnown(t *testing.T) {
	first, silent, later := said("new_cases", may18, 5), said("new_cases", may18, 0), said("new_cases", may18, 7)
	silent.Value, silent.Reported, later.Reported = Count{}, may18+1, may18+2
	r := FoldReports([]Report{later, silent, first}) // by the date of the report, whatever came first
	if r.Value != Of(7) || r.Revised != 1 || r.Differs {
		t.Errorf("%+v", r)
	}
	if r := FoldReports([]Report{first, silent}); r.Value != Of(5) || r.Revised != 0 {
		t.Errorf("not reported took a number back: %+v", r)
	}
	if r := FoldReports([]Report{silent}); r.Value.Known {
		t.Errorf("not reported is a number: %+v", r)
	}
	back := silent
	back.Reported, back.Withdrawn = may18+3, true
	if r := FoldReports([]Report{first, back}); r.Value.Known {
		t.Errorf("a withdrawn number holds: %+v", r)
	}
	same := said("new_cases", may18, 6)
	if r := FoldReports([]Report{first, same}); !r.Differs || r.Value != Of(6) {
		t.Errorf("two reports of one date that differ: %+v", r)
	}
}

func TestACumulativeCountThatFallsIsAFindingAndNeverHidden(t *testing.T) {
	lists := ownLists()
	list := folded(said("cumulative_cases", may18, 20), said("cumulative_cases", may18+1, 14), said("new_cases", may18+1, 3), said("cumulative_cases", may18+2, 16), said("new_cases", may18+2, 2))
	got := lists.Reconcile(list)
	if len(got) != 1 || got[0].Kind != Fell || got[0].Was != 20 || got[0].Is != 14 || got[0].Earlier != DayPeriod(may18) || got[0].Period != DayPeriod(may18+1) {
		t.Errorf("%+v", got)
	}
	var values []How
	for _, i := range lists.Increments(list) {
		values = append(values, i.How)
	}
	if len(values) != 2 || values[0] != AsReported || values[1] != AsReported {
		t.Errorf("the new counts that were reported stand: %v", values)
	}
	if inc := lists.Increments(folded(said("cumulative_cases", may18, 20), said("cumulative_cases", may18+1, 14))); len(inc) != 1 || inc[0].How != Fallen || inc[0].Value.Known {
		t.Errorf("a fall has an increment: %+v", inc)
	}
}

func TestNewAndCumulativeAreReconciledOnlyOverDaysThatAreAllReported(t *testing.T) {
	lists := ownLists()
	gap := folded(said("cumulative_cases", may18, 10), said("cumulative_cases", may18+3, 25), said("new_cases", may18+3, 4))
	if got := lists.Reconcile(gap); len(got) != 0 {
		t.Errorf("two days of which nobody reported could hold the difference: %+v", got)
	}
	whole := append(gap, folded(said("new_cases", may18+1, 5), said("new_cases", may18+2, 5))...)
	got := lists.Reconcile(whole)
	if len(got) != 1 || got[0].Kind != Mismatch || got[0].Was != 15 || got[0].Is != 14 {
		t.Errorf("%+v", got)
	}
	inc := lists.Increments(gap)
	if len(inc) != 1 || inc[0].Value != Of(4) || inc[0].How != AsReported {
		t.Errorf("the days before are no zero and no part of it: %+v", inc)
	}
	inc = lists.Increments(folded(said("cumulative_cases", may18, 10), said("cumulative_cases", may18+3, 25)))
	if len(inc) != 1 || inc[0].Value != Of(15) || inc[0].How != Derived || inc[0].First != may18+1 || inc[0].Last != may18+3 {
		t.Errorf("%+v", inc)
	}
}

func TestAPartThatIsMoreThanItsWholeIsAFinding(t *testing.T) {
	got := ownLists().Reconcile(folded(said("poe_passed", may18, 90), said("poe_screened", may18, 91), said("poe_refused_screening", may18, 90)))
	if len(got) != 1 || got[0].Kind != TooMany || got[0].Indicator != "poe_screened" || got[0].Whole != "poe_passed" {
		t.Errorf("%+v", got)
	}
}

func TestAWeekNotReportedIsMissingAndNeverZero(t *testing.T) {
	week := func(p Period, v Count) Reported {
		r := said("new_cases", may18, 0)
		r.Period, r.Value = p, v
		return FoldReports([]Report{r})
	}
	got := Completeness([]Reported{week("2026-W18", Of(0)), week("2026-W19", Count{}), week("2026-W21", Of(4))}, []Period{"2026-W18", "2026-W19", "2026-W20", "2026-W21"})
	if got != (Told{Expected: 4, Reported: 2, NotReported: 1, Missing: 1}) {
		t.Errorf("%+v", got)
	}
}

func TestFirstSeenIsTheFirstDayWithANumberAboveZero(t *testing.T) {
	silent := said("new_cases", may18, 0)
	silent.Value = Count{}
	list := append(folded(said("new_cases", may18-2, 0), said("new_cases", may18+2, 1), said("cumulative_cases", may18+1, 1)), FoldReports([]Report{silent}))
	if day, seen := FirstSeen(list); !seen || day != may18+1 {
		t.Errorf("%v %v", day, seen)
	}
	if _, seen := FirstSeen(list[:1]); seen {
		t.Error("zero is seen")
	}
}

func TestReportsAreKeptOnceWithTheirHistory(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		first := said("cumulative_cases", may18, 20)
		first.From = "cases.csv:2"
		outcome := func(list ...Report) []Became {
			t.Helper()
			got, err := w.RecordCounts(w.as("epidemiologist"), list...)
			w.must(err)
			return got
		}
		if got := outcome(first, first); got[0] != Kept || got[1] != Known {
			t.Errorf("%v", got)
		}
		later := first
		later.Value, later.Reported = Of(14), may18+1
		if got := outcome(first, later); got[0] != Known || got[1] != Revised {
			t.Errorf("%v", got)
		}
		list, err := w.Counts(w.as("manager"), CountFilter{Disease: "bdbv", Indicators: w.Lists().Stem("cases"), From: may18, To: may18})
		w.must(err)
		if len(list) != 1 || list[0].Value != Of(14) || len(list[0].Reports) != 2 || list[0].Revised != 1 || list[0].Reports[0].From != "cases.csv:2" {
			t.Fatalf("%+v", list)
		}
		if list, err = w.Counts(w.as("manager"), CountFilter{Disease: "bdbv", From: may18 + 1}); err != nil || len(list) != 0 {
			t.Errorf("%v %v", list, err)
		}
		o, err := w.CountOverview(w.as("medical_officer"), "", "")
		w.must(err)
		if len(o.Series) != 1 || o.Chosen.Counts != 1 || len(o.Units) != 1 || o.Units[0].Unit.Name("fr") != "Ouganda" || len(o.Units[0].Findings) != 1 {
			t.Errorf("%+v", o)
		}
	})
}

func TestOfManyReportsAWrongOneKeepsNone(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		bad := said("new_cases", may18+1, 1)
		for field, spoil := range map[string]func(){"unit": func() { bad.Unit = "NOWHERE" }, "period": func() { bad.Period = "2025-W53" }} {
			was := bad
			spoil()
			if _, err := w.RecordCounts(w.as("epidemiologist"), said("new_cases", may18, 1), bad); fault.FieldOf(err) != field {
				t.Errorf("%s: %v", field, err)
			}
			bad = was
		}
		list, err := w.Counts(w.as("epidemiologist"), CountFilter{})
		if err != nil || len(list) != 0 {
			t.Errorf("%v %v", list, err)
		}
	})
}

func TestWhoMayRecordAndReadCounts(t *testing.T) {
	w := newWorld(t, "")
	for _, login := range []string{"nurse", "screener", "volunteer", "reception", "manager"} {
		if _, err := w.RecordCounts(w.as(login), said("new_cases", may18, 1)); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s records: %v", login, err)
		}
	}
	for _, login := range []string{"nurse", "screener", "administrator"} {
		if _, err := w.Counts(w.as(login), CountFilter{}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s reads: %v", login, err)
		}
		if code, _ := w.get(login, countsPath); code != 403 {
			t.Errorf("%s opens the page: %d", login, code)
		}
	}
	if _, err := w.RecordCounts(w.as("administrator"), said("new_cases", may18, 1)); err != nil {
		t.Errorf("the command line brings files in: %v", err)
	}
}

func TestACountIsReportedCorrectedAndShownOnPages(t *testing.T) {
	w := newWorld(t, "")
	form := url.Values{"unit": {"Kampala"}, "disease": {"cholera"}, "indicator": {"cumulative_suspected_cases"}, "period": {"2026-11-20"}, "value": {"12"}, "source": {"Weekly report"},
		"reported-day": {"21"}, "reported-month": {"11"}, "reported-year": {"2026"}}
	code, to := w.post("epidemiologist", countsPath+"/new", form)
	if code != 303 || to != countsPath+"/of/cholera/site:KLA" {
		t.Fatalf("%d %s", code, to)
	}
	form.Set("period", "2026-11-21")
	form.Set("value", "٩")
	if code, body := w.post("epidemiologist", countsPath+"/new", form); code != 303 {
		t.Fatalf("%d %s", code, body)
	}
	_, body := w.get("epidemiologist", to)
	w.says(body, "Kampala", "fell from 12 ( 20 November 2026 ) to 9", "Source: Weekly report")
	french := httptest.NewRequest(http.MethodGet, to, nil)
	french.Header.Set("Accept-Language", "fr")
	if _, body := w.ask("epidemiologist", french); !strings.Contains(body, "Rapport hebdomadaire") || strings.Contains(body, "Weekly report") {
		t.Error("the source that is a word of ours is not told in French")
	}
	for field, v := range map[string]string{"value": "", "unit": "Atlantis", "period": "2025-W53"} {
		was := form.Get(field)
		form.Set(field, v)
		if code, body := w.post("epidemiologist", countsPath+"/new", form); code != 422 || !strings.Contains(body, `id="e-`+field) {
			t.Errorf("%s: %d", field, code)
		}
		form.Set(field, was)
	}
	form.Set("value", "")
	form.Set("state", "not_reported")
	form.Set("period", "2026-11-22")
	form.Set("reported-day", "22")
	if code, _ := w.post("epidemiologist", countsPath+"/new", form); code != 303 {
		t.Fatal(code)
	}
	_, body = w.get("epidemiologist", to)
	w.says(body, "Not reported")
	list, err := w.Counts(w.as("epidemiologist"), CountFilter{Unit: "site:KLA"})
	w.must(err)
	_, body = w.get("epidemiologist", countsPath+"/one/"+list[0].ID.String())
	w.says(body, "History", "Every report", "12")
	_, body = w.get("manager", countsPath)
	w.says(body, "Kampala", "1 reported number does not fit")
}
