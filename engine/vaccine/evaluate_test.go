package vaccine

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/godwit-health/godwit/engine/calendar"
)

func TestPeriodsAreReadAsSchedulesWriteThem(t *testing.T) {
	for _, tc := range []struct{ text, from, to string }{
		{"6 weeks - 4 days", "2025-01-01", "2025-02-08"},
		{" 13 years", "2000-02-29", "2013-03-01"},
		{"1 years - 4 days", "2024-03-01", "2025-02-25"},
		{"16 years - 4 months", "2004-02-29", "2019-10-29"},
		{"8 months + 1 day", "2025-01-31", "2025-10-02"}, // 30 September there is, 31 is not
		{"6 months", "2000-03-31", "2000-10-01"},
		{"6 months - 4 days", "2000-01-31", "2000-07-27"},
		{"6 months", "2010-08-31", "2011-03-01"},
		{"0 days", "2025-01-01", "2025-01-01"},
		{"4-WEEKS", "2025-01-01", ""},
		{"four weeks", "2025-01-01", ""},
		{"4", "2025-01-01", ""},
		{"9999999 days", "2025-01-01", ""},
		{"3 fortnights", "2025-01-01", ""},
	} {
		p, err := ParsePeriod(tc.text)
		switch {
		case tc.to == "" && err == nil && p.From(day(t, tc.from)) >= day(t, tc.from):
			t.Errorf("%q was read as %s", tc.text, p)
		case tc.to == "":
		case err != nil || p.From(day(t, tc.from)).String() != tc.to:
			t.Errorf("%s + %q: %s (%v), want %s", tc.from, tc.text, p.From(day(t, tc.from)), err, tc.to)
		}
	}
	for _, none := range []string{"", "n/a", " "} {
		if p, err := ParsePeriod(none); err != nil || p.Given {
			t.Errorf("%q is a period", none)
		}
	}
}

const age = "<age><absMinAge>6 weeks - 4 days</absMinAge><minAge>6 weeks</minAge><earliestRecAge>2 months</earliestRecAge>" +
	"<latestRecAge>3 months</latestRecAge><maxAge>1 year</maxAge></age>"

func TestAgesHaveAGracePeriodAndAnExclusiveUpperBound(t *testing.T) {
	s := mustCompile(t, "", antigenXML("A", "", seriesXML(age)))
	for _, tc := range []struct {
		on      string
		status  Status
		reasons string
	}{
		{"2025-02-07", NotValid, "Too young"}, // born 2025-01-01, 6 weeks are 12 February
		{"2025-02-08", Valid, "Grace period (age)"},
		{"2025-02-12", Valid, ""},
		{"2025-12-31", Valid, ""},
		{"2026-01-01", Extraneous, "Too old"},
	} {
		r := evaluate(t, s, born(t, "2025-01-01", tc.on+" 1"), "2026-06-01")
		e := r.Doses[0].Evaluations[0]
		if e.Status != tc.status || strings.Join(e.Reasons.Codes(), "; ") != tc.reasons {
			t.Errorf("a dose on %s: %s %v, want %s %s", tc.on, e.Status, e.Reasons.Codes(), tc.status, tc.reasons)
		}
	}
}

const (
	apart = "<interval><fromPrevious>Y</fromPrevious><absMinInt>4 weeks - 4 days</absMinInt><minInt>4 weeks</minInt>" +
		"<earliestRecInt>8 weeks</earliestRecInt><latestRecInt>13 weeks</latestRecInt></interval>"
	fromFirst = "<interval><fromPrevious>N</fromPrevious><fromTargetDose>1</fromTargetDose><absMinInt>16 weeks</absMinInt><minInt>16 weeks</minInt></interval>"
)

func TestIntervalsRunFromTheLastDoseThatCountsOrDoesNot(t *testing.T) {
	s := mustCompile(t, "", antigenXML("A", "", seriesXML(age, apart, apart+fromFirst)))
	for _, tc := range []struct {
		why   string
		doses []string
		want  []Status
	}{
		{"too soon, and the next one counts from it", []string{"2025-02-12 01", "2025-03-07 01", "2025-04-03 01"}, []Status{Valid, NotValid, Valid}},
		{"too soon after one that did not count", []string{"2025-02-12 01", "2025-03-07 01", "2025-03-12 01"}, []Status{Valid, NotValid, NotValid}},
		{"all intervals have to be met", []string{"2025-02-12 01", "2025-03-12 01", "2025-05-30 01", "2025-06-27 01"}, []Status{Valid, Valid, NotValid, Valid}},
		{"one more than the series has", []string{"2025-02-12 01", "2025-03-12 01", "2025-06-30 01", "2025-08-30 01"}, []Status{Valid, Valid, Valid, Extraneous}},
	} {
		if got := statuses(evaluate(t, s, born(t, "2025-01-01", tc.doses...), "2025-12-01")); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %v, want %v", tc.why, got, tc.want)
		}
	}
}

func TestAnAllowableIntervalStandsInForThePreferable(t *testing.T) {
	allowed := "<allowableInterval><fromPrevious>Y</fromPrevious><absMinInt>2 weeks</absMinInt></allowableInterval>"
	s := mustCompile(t, "", antigenXML("A", "", seriesXML(age, apart+allowed)))
	r := evaluate(t, s, born(t, "2025-01-01", "2025-02-12 01", "2025-02-26 01"), "2025-12-01")
	if e := r.Doses[1].Evaluations[0]; e.Status != Valid || e.Reasons != AllowableIntervalOnly {
		t.Errorf("two weeks: %s %v", e.Status, e.Reasons.Codes())
	}
	r = evaluate(t, s, born(t, "2025-01-01", "2025-02-12 01", "2025-02-25 01"), "2025-12-01")
	if e := r.Doses[1].Evaluations[0]; e.Status != NotValid || !e.Reasons.Has(TooSoon) {
		t.Errorf("13 days: %s %v", e.Status, e.Reasons.Codes())
	}
}

func TestTheRuleInEffectOnTheDayOfTheDoseCounts(t *testing.T) {
	dated := "<interval><fromPrevious>Y</fromPrevious><absMinInt>16 weeks</absMinInt><cessationDate>20161215</cessationDate></interval>" +
		"<interval><fromPrevious>Y</fromPrevious><absMinInt>5 months</absMinInt><effectiveDate>20161216</effectiveDate></interval>"
	s := mustCompile(t, "", antigenXML("A", "", seriesXML("", dated)))
	if got := statuses(evaluate(t, s, born(t, "2015-01-01", "2016-09-20 01", "2016-12-15 01"), "2025-12-01")); got[1] != NotValid {
		t.Errorf("on the last day of the old rule it still counts, and gives %s", got[1])
	}
	for on, want := range map[string]Status{"2016-12-15": Valid, "2016-12-16": NotValid, "2017-01-20": Valid} {
		if got := statuses(evaluate(t, s, born(t, "2015-01-01", "2016-08-20 01", on+" 01"), "2025-12-01")); got[1] != want {
			t.Errorf("second dose on %s: %s, want %s", on, got[1], want)
		}
	}
}

const liveConflict = "<liveVirusConflict><previous><cvx>03</cvx></previous><current><cvx>01</cvx></current><conflictBeginInterval>1 day</conflictBeginInterval>" +
	"<minConflictEndInterval>24 days</minConflictEndInterval><conflictEndInterval>28 days</conflictEndInterval></liveVirusConflict>"

func TestAConflictBeginsTheDayAfterAndEndsOnItsDay(t *testing.T) {
	s := mustCompile(t, liveConflict, antigenXML("A", "", seriesXML("")))
	for on, want := range map[string]Status{"2025-03-01": Valid, "2025-03-02": NotValid, "2025-03-24": NotValid, "2025-03-25": Valid} {
		r := evaluate(t, s, born(t, "2025-01-01", "2025-03-01 03", on+" 01"), "2025-12-01")
		if e := r.Doses[1].Evaluations[0]; e.Status != want || (want == NotValid) != e.Reasons.Has(Conflicts) {
			t.Errorf("given on %s: %s %v, want %s", on, e.Status, e.Reasons.Codes(), want)
		}
	}
	f := of(t, evaluate(t, s, born(t, "2025-01-01", "2025-03-01 03"), "2025-03-02"), "Group A")
	if f.Earliest.String() != "2025-03-29" || f.Earliest.By != ByConflict {
		t.Errorf("next dose from %s by %s, want 28 days after", f.Earliest, f.Earliest.By)
	}
}

func TestTwoProductsOfOneDayDoNotConflict(t *testing.T) {
	backwards := strings.NewReplacer("<cvx>03</cvx>", "<cvx>01</cvx>", "<cvx>01</cvx>", "<cvx>02</cvx>").Replace(liveConflict)
	s := mustCompile(t, backwards, antigenXML("A", "", seriesXML("", "<allowableVaccine><cvx>02</cvx></allowableVaccine>")))
	for on, want := range map[string]Status{"2025-03-01": Valid, "2025-03-02": NotValid} {
		if got := statuses(evaluate(t, s, born(t, "2025-01-01", "2025-03-01 01", on+" 02"), "2025-12-01")); got[1] != want {
			t.Errorf("on %s: %s, want %s", on, got[1], want)
		}
	}
}

func TestProductsArePreferableAllowableInadvertentOrNone(t *testing.T) {
	s := mustCompile(t, "", antigenXML("A", "", seriesXML(
		"<allowableVaccine><cvx>2</cvx><beginAge>1 year</beginAge></allowableVaccine>",
		"<inadvertentVaccine><cvx>02</cvx></inadvertentVaccine>"+apart)))
	for _, tc := range []struct {
		why     string
		dose    string
		status  Status
		reasons Reasons
	}{
		{"preferable, the zero before the code left out", "2025-03-01 1", Valid, 0},
		{"allowable at that age", "2026-01-01 02", Valid, AllowableVaccineOnly},
		{"allowable, too young for it", "2025-12-31 02", NotValid, NotAcceptable | VaccineOutOfAge},
	} {
		e := evaluate(t, s, born(t, "2025-01-01", tc.dose), "2026-06-01").Doses[0].Evaluations[0]
		if e.Status != tc.status || e.Reasons != tc.reasons {
			t.Errorf("%s: %s %v, want %s %v", tc.why, e.Status, e.Reasons.Codes(), tc.status, tc.reasons.Codes())
		}
	}
	r := evaluate(t, s, born(t, "2025-01-01", "2025-03-01 01", "2025-06-01 02"), "2025-06-02")
	if e := r.Doses[1].Evaluations[0]; e.Status != NotValid || e.Reasons != InadvertentVaccine {
		t.Errorf("inadvertent: %s %v", e.Status, e.Reasons.Codes())
	}
	// The interval still runs from the dose before; the inadvertent one's own day is the earliest.
	if f := of(t, r, "Group A"); f.Earliest.String() != "2025-06-01" || f.Earliest.By != ByInadvertent {
		t.Errorf("after an inadvertent dose: %s by %s", f.Earliest, f.Earliest.By)
	}
}

func TestATradeNameIsJudgedByTheMakerWhereItIsNotKnown(t *testing.T) {
	doses := "<seriesDose><doseNumber>Dose 1</doseNumber><preferableVaccine><cvx>02</cvx><tradeName>GOOD Adult</tradeName><mvx>GDC</mvx><volume>1.0</volume></preferableVaccine></seriesDose>"
	s := mustCompile(t, "", antigenXML("A", "", strings.Replace(seriesXML(), "</selectSeries>", "</selectSeries>"+doses, 1)))
	for _, tc := range []struct {
		dose    Dose
		status  Status
		reasons Reasons
	}{
		{Dose{TradeName: "Good adult"}, Valid, 0},
		{Dose{TradeName: "Other", Maker: "GDC"}, NotValid, NotAcceptable | OtherTradeName},
		{Dose{Maker: "gdc"}, Valid, 0},
		{Dose{}, NotValid, NotAcceptable | OtherTradeName},
		{Dose{Maker: "GDC", Volume: 0.5}, Valid, LessThanRecommendedVol},
	} {
		tc.dose.Product, tc.dose.Date = "02", day(t, "2025-03-01").Date()
		e := evaluate(t, s, &Patient{Birth: day(t, "2025-01-01"), Doses: []Dose{tc.dose}}, "2025-06-01").Doses[0].Evaluations[0]
		if e.Status != tc.status || e.Reasons != tc.reasons {
			t.Errorf("%+v: %s %v, want %s %v", tc.dose, e.Status, e.Reasons.Codes(), tc.status, tc.reasons.Codes())
		}
	}
}

func TestADoseWithAConditionDoesNotCountAndIsNoReference(t *testing.T) {
	s := mustCompile(t, "", antigenXML("A", "", seriesXML("", apart)))
	p := born(t, "2025-01-01", "2025-03-31 01", "2025-04-15 01", "2025-04-30 01")
	p.Doses[1].LotExpiry, _ = calendar.OfMonth(2025, 3)
	p.Doses[0].LotExpiry, _ = calendar.OfMonth(2025, 3) // good until the last day of March
	r := evaluate(t, s, p, "2025-06-01")
	if got := statuses(r); !slices.Equal(got, []Status{Valid, SubStandard, Valid}) {
		t.Errorf("an expired lot: %v", got)
	}
	if e := r.Doses[1].Evaluations[0]; e.Reasons != LotExpired {
		t.Errorf("%v", e.Reasons.Codes())
	}
	p.Doses[1].LotExpiry, p.Doses[1].Condition = calendar.Date{}, true
	if e := evaluate(t, s, p, "2025-06-01").Doses[1].Evaluations[0]; e.Status != SubStandard || e.Reasons != ConditionFlag {
		t.Errorf("a recalled lot: %s %v", e.Status, e.Reasons.Codes())
	}
}

func skipXML(context, logic string, sets ...string) string {
	out := "<conditionalSkip><context>" + context + "</context><setLogic>" + logic + "</setLogic>"
	for _, s := range sets {
		out += "<set>" + s + "</set>"
	}
	return out + "</conditionalSkip>"
}

func TestSkipsKeepToTheirContextSetsAndConditions(t *testing.T) {
	old := "<conditionLogic>n/a</conditionLogic><condition><conditionType>Age</conditionType><beginAge>1 year</beginAge></condition>"
	long := "<condition><conditionType>Interval</conditionType><interval>6 months</interval></condition>"
	none := "<condition><conditionType>Vaccine Count By Age</conditionType><doseCount>0</doseCount><doseType>valid</doseType><doseCountLogic>Greater Than</doseCountLogic><vaccineTypes>1; 02</vaccineTypes></condition>"
	for _, tc := range []struct {
		why   string
		skip  string
		on    string // of the second dose
		skips bool
	}{
		{"old enough", skipXML("Both", "n/a", old), "2026-01-01", true},
		{"a day too young", skipXML("Both", "n/a", old), "2025-12-31", false},
		{"only for forecasts", skipXML("Forecast", "n/a", old), "2026-01-01", false},
		{"one of two sets", skipXML("Evaluation", "OR", old, long), "2026-01-01", true},
		{"both of two sets", skipXML("Evaluation", "AND", old, "<conditionLogic>AND</conditionLogic>"+long), "2026-01-01", true},
		{"both, one not met", skipXML("Evaluation", "AND", old, long), "2025-12-31", false},
		{"one condition of two", skipXML("Evaluation", "n/a", "<conditionLogic>OR</conditionLogic>"+long+none), "2025-03-30", true},
		{"both conditions", skipXML("Evaluation", "n/a", "<conditionLogic>AND</conditionLogic>"+long+none), "2025-03-30", false},
		{"a set that is over", skipXML("Both", "n/a", "<cessationDate>20251231</cessationDate>"+old), "2026-01-01", false},
	} {
		s := mustCompile(t, "", antigenXML("A", "", seriesXML("", tc.skip, "")))
		r := evaluate(t, s, born(t, "2025-01-01", "2025-03-01 01", tc.on+" 01"), "2026-06-01")
		want := 2
		if tc.skips {
			want = 3
		}
		if got := r.Doses[1].Evaluations[0].Target; got != want {
			t.Errorf("%s: held against dose %d, want %d", tc.why, got, want)
		}
	}
}

func TestACountKnowsOnlyTheDosesBefore(t *testing.T) {
	two := "<condition><conditionType>Vaccine Count by Age</conditionType><doseCount>1</doseCount><doseType>Total</doseType><doseCountLogic>greater than</doseCountLogic></condition>"
	s := mustCompile(t, "", antigenXML("A", "", seriesXML("", skipXML("Both", "n/a", two)+apart, "")))
	r := evaluate(t, s, born(t, "2025-01-01", "2025-03-01 01", "2025-03-05 01", "2025-03-06 01"), "2025-06-01")
	var targets []int
	for _, d := range r.Doses {
		targets = append(targets, d.Evaluations[0].Target)
	}
	if !slices.Equal(targets, []int{1, 2, 3}) || !slices.Equal(statuses(r), []Status{Valid, NotValid, Valid}) {
		t.Errorf("held against %v: %v", targets, statuses(r))
	}
}

func TestACountLooksAtDatesProductsAndWhetherDosesCount(t *testing.T) {
	count := func(more string) string {
		return skipXML("Both", "n/a", "<condition><conditionType>Vaccine Count by Date and Age</conditionType><doseCount>0</doseCount><doseCountLogic>greater than</doseCountLogic>"+more+"</condition>")
	}
	for _, tc := range []struct {
		why, more string
		skips     bool
	}{
		{"any dose", "<doseType>Total</doseType>", true},
		{"only doses that count, and there is none", "<doseType>Valid</doseType>", false},
		{"of that product", "<doseType>Total</doseType><vaccineTypes>02;1</vaccineTypes>", true},
		{"of another product", "<doseType>Total</doseType><vaccineTypes>02</vaccineTypes>", false},
		{"from its day", "<doseType>Total</doseType><startDate>20250301</startDate>", true},
		{"after its day", "<doseType>Total</doseType><startDate>20250302</startDate>", false},
		{"until its day, which does not count", "<doseType>Total</doseType><endDate>20250301</endDate>", false},
		{"until the day after", "<doseType>Total</doseType><endDate>20250302</endDate>", true},
		{"at an age it was not", "<doseType>Total</doseType><beginAge>3 months</beginAge>", false},
		{"below an age", "<doseType>Total</doseType><endAge>3 months</endAge>", true},
	} {
		s := mustCompile(t, "", antigenXML("A", "", seriesXML(strings.Replace(count(tc.more), "<context>Both", "<context>Forecast", 1)+"<age><absMinAge>1 year</absMinAge></age>", "")))
		f := of(t, evaluate(t, s, born(t, "2025-01-01", "2025-03-01 01"), "2025-06-01"), "Group A")
		want := 1
		if tc.skips {
			want = 2
		}
		if f.Series[0].Target != want {
			t.Errorf("%s: target dose %d, want %d", tc.why, f.Series[0].Target, want)
		}
	}
}

func TestARecurringDoseComesAgain(t *testing.T) {
	s := mustCompile(t, "", antigenXML("A", "", seriesXML(apart+"<recurringDose>Yes</recurringDose>")))
	r := evaluate(t, s, born(t, "2020-01-01", "2021-01-01 01", "2022-01-01 01", "2023-01-01 01"), "2024-01-01")
	f := of(t, r, "Group A")
	if got := statuses(r); !slices.Equal(got, []Status{Valid, Valid, Valid}) || f.Status != NotComplete || f.Dose != 4 || f.Earliest.String() != "2023-01-29" {
		t.Errorf("%v, then %s dose %d from %s", got, f.Status, f.Dose, f.Earliest)
	}
}

func TestDosesThatCannotBeHeldAgainstAScheduleAreNamed(t *testing.T) {
	s := mustCompile(t, "", antigenXML("A", "", seriesXML("")))
	p := born(t, "2025-01-01", "2025-03-01 01", "2024-12-31 01", "2025-07-01 01", "2025-03-01 99", "2025-03-01 001")
	year, _ := calendar.OfYear(2025)
	p.Doses = append(p.Doses, Dose{Product: "01", Date: year}, Dose{Product: "01"})
	r := evaluate(t, s, p, "2025-06-30")
	got := map[int]ProblemCode{}
	for _, q := range r.Problems {
		got[q.Dose] = q.Code
	}
	for dose, want := range map[int]ProblemCode{1: DoseBeforeBirth, 2: FutureDose, 3: UnknownProduct, 4: SameDoseTwice, 5: InexactDate, 6: InexactDate} {
		if got[dose] != want {
			t.Errorf("dose %d: %q, want %q", dose, got[dose], want)
		}
	}
	if st := statuses(r); !slices.Equal(st, []Status{Valid, 0, 0, 0, Extraneous, 0, 0}) {
		t.Errorf("%v", st)
	}
	if _, err := s.Evaluate(born(t, "2025-01-02"), day(t, "2025-01-01")); err == nil {
		t.Error("a patient to be born is evaluated")
	}
}

func TestAProductCountsForAnAntigenAtTheAgesOfTheAssociation(t *testing.T) {
	d, err := ReadCDSi(fstest.MapFS{"schedule.xml": {Data: fmt.Appendf(nil, scheduleXML, "")},
		"a.xml": {Data: []byte(antigenXML("A", "", seriesXML("")))}, "b.xml": {Data: []byte(antigenXML("B", "", seriesXML("")))}})
	if err != nil {
		t.Fatal(err)
	}
	fifty, _ := ParsePeriod("50 years")
	d.Products[0].Antigens = []Association{{Antigen: "A", End: fifty}, {Antigen: "B", Begin: fifty}}
	s, err := Compile(d)
	if err != nil {
		t.Fatal(err)
	}
	for on, want := range map[string]string{"2019-12-31": "A", "2020-01-01": "B"} {
		e := evaluate(t, s, born(t, "1970-01-01", on+" 01"), "2025-01-01").Doses[0].Evaluations
		if len(e) != 1 || e[0].Antigen != want {
			t.Errorf("given on %s: %+v, want it to count for %s", on, e, want)
		}
	}
}
