package vaccine

import (
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
)

func TestDatesFollowAgesThenIntervals(t *testing.T) {
	s := mustCompile(t, "", antigenXML("A", "", seriesXML(age, apart)))
	for _, tc := range []struct {
		why                            string
		doses                          []string
		number                         int
		earliest, recommended, pastDue string
		by                             [3]Basis
		status                         SeriesStatus
	}{
		{"by age", nil, 1, "2025-02-12", "2025-03-01", "2025-03-31",
			[3]Basis{ByMinimumAge, ByEarliestRecommendedAge, ByLatestRecommendedAge}, NotComplete},
		{"by interval", []string{"2025-03-01 01"}, 2, "2025-03-29", "2025-04-26", "2025-05-30",
			[3]Basis{ByMinimumInterval, ByEarliestRecommendedInterval, ByLatestRecommendedInterval}, NotComplete},
		{"after a dose that did not count: a series without one starts at the recommended age", []string{"2025-02-01 01"}, 1, "2025-02-12", "2025-03-01", "2025-03-31",
			[3]Basis{ByMinimumAge, ByEarliestRecommendedAge, ByLatestRecommendedAge}, NotComplete},
		{"complete", []string{"2025-03-01 01", "2025-03-29 01"}, 0, "", "", "", [3]Basis{}, Complete},
	} {
		f := of(t, evaluate(t, s, born(t, "2025-01-01", tc.doses...), "2025-04-01"), "Group A")
		if f.Status != tc.status || f.Dose != tc.number || f.Earliest.String() != tc.earliest || f.Recommended.String() != tc.recommended ||
			f.PastDue.String() != tc.pastDue || [3]Basis{f.Earliest.By, f.Recommended.By, f.PastDue.By} != tc.by {
			t.Errorf("%s: %s dose %d, %s %s %s by %v", tc.why, f.Status, f.Dose, f.Earliest, f.Recommended, f.PastDue,
				[3]Basis{f.Earliest.By, f.Recommended.By, f.PastDue.By})
		}
	}
}

func TestADoseNeverComesDueBeforeTheLastOneGiven(t *testing.T) {
	s := mustCompile(t, "", antigenXML("A", "", seriesXML(age)))
	f := of(t, evaluate(t, s, born(t, "2025-01-01", "2025-04-20 02"), "2025-05-01"), "Group A")
	if f.Earliest.String() != "2025-04-20" || f.Earliest.By != ByLastDose || f.Recommended.By != ByEarliestDate || f.PastDue.String() != "2025-04-20" {
		t.Errorf("%s by %s, %s, %s", f.Earliest, f.Earliest.By, f.Recommended.By, f.PastDue)
	}
}

func TestWhoIsTooOldOrCannotFinishHasAgedOut(t *testing.T) {
	s := mustCompile(t, liveConflict, antigenXML("A", "", seriesXML(age)))
	for _, tc := range []struct {
		on     string
		doses  []string
		status SeriesStatus
		reason ForecastReason
	}{
		{"2025-12-31", nil, NotComplete, DoseNeeded},
		{"2026-01-01", nil, AgedOut, MaximumAge},
		{"2025-12-10", []string{"2025-12-05 03"}, AgedOut, CannotFinish},
	} {
		f := of(t, evaluate(t, s, born(t, "2025-01-01", tc.doses...), tc.on), "Group A")
		if f.Status != tc.status || f.Series[0].Reason != tc.reason || (f.Earliest.By == NoBasis) == (tc.status == NotComplete) {
			t.Errorf("on %s: %s, %s, from %q", tc.on, f.Status, f.Series[0].Reason, f.Earliest)
		}
	}
}

func TestASkipOnTheEarliestDateForecastsTheNextDose(t *testing.T) {
	later := skipXML("Forecast", "n/a", "<condition><conditionType>Age</conditionType><beginAge>12 months</beginAge></condition>")
	twice := "<interval><fromPrevious>Y</fromPrevious><minInt>8 weeks</minInt></interval>"
	s := mustCompile(t, "", antigenXML("A", "", seriesXML("", apart+later, twice)))
	for dose, want := range map[string]struct {
		target   int
		earliest string
	}{"2025-11-20 01": {2, "2025-12-18"}, "2025-12-20 01": {3, "2026-02-14"}} {
		f := of(t, evaluate(t, s, born(t, "2025-01-01", dose), dose[:10]), "Group A")
		if f.Series[0].Target != want.target || f.Earliest.String() != want.earliest {
			t.Errorf("after a dose on %s: target dose %d on %s, want %d on %s", dose, f.Series[0].Target, f.Earliest, want.target, want.earliest)
		}
	}
}

func TestSeasonsBoundTheForecastAndItsNumber(t *testing.T) {
	season := "<seasonalRecommendation><startDate>20250701</startDate><endDate>20260630</endDate></seasonalRecommendation>"
	s := mustCompile(t, "", antigenXML("A", "", seriesXML(season, apart+season+"<recurringDose>Yes</recurringDose>")))
	for _, tc := range []struct {
		on     string
		doses  []string
		status SeriesStatus
		number int
		from   string
	}{
		{"2025-05-01", nil, NotComplete, 1, "2025-07-01"},
		{"2026-06-30", nil, NotComplete, 1, "2025-07-01"},
		{"2026-07-01", nil, NotRecommended, 0, ""},
		{"2025-09-01", []string{"2024-10-01 01"}, NotComplete, 1, "2025-07-01"}, // a dose of last year counts for the series, not for the number
		{"2025-09-01", []string{"2024-10-01 01", "2025-08-01 01"}, NotComplete, 2, "2025-08-29"},
	} {
		f := of(t, evaluate(t, s, born(t, "2024-01-01", tc.doses...), tc.on), "Group A")
		if f.Status != tc.status || f.Dose != tc.number || f.Earliest.String() != tc.from {
			t.Errorf("on %s after %v: %s dose %d from %s", tc.on, tc.doses, f.Status, f.Dose, f.Earliest)
		}
	}
}

func TestASeriesOfWhichEveryDoseIsSkippedIsNotRecommended(t *testing.T) {
	old := skipXML("Forecast", "n/a", "<condition><conditionType>Age</conditionType><beginAge>5 years</beginAge></condition>")
	s := mustCompile(t, "", antigenXML("A", "", seriesXML(old, old)))
	for on, want := range map[string]struct {
		status SeriesStatus
		reason ForecastReason
	}{"2024-12-31": {NotComplete, DoseNeeded}, "2025-01-01": {NotRecommended, PastHistory}} {
		f := of(t, evaluate(t, s, born(t, "2020-01-01"), on), "Group A")
		if f.Status != want.status || f.Series[0].Reason != want.reason {
			t.Errorf("on %s: %s, %s", on, f.Status, f.Series[0].Reason)
		}
	}
	if f := of(t, evaluate(t, s, born(t, "2020-01-01", "2021-01-01 1"), "2025-01-01"), "Group A"); f.Status != Complete {
		t.Errorf("with one dose that counts: %s", f.Status)
	}
}

func seriesOf(kind, group, priority, preference, more string, doses ...string) string {
	return "<seriesType>" + kind + "</seriesType><selectSeries><seriesGroup>" + group + "</seriesGroup><seriesPriority>" + priority +
		"</seriesPriority><seriesPreference>" + preference + "</seriesPreference></selectSeries>" + more + dosesXML(doses...)
}

const ifSeven = "<indication><observationCode><code>007</code></observationCode><beginAge>1 year</beginAge></indication>"

func with(p *Patient, codes ...string) *Patient {
	for _, c := range codes {
		o := Observed{Code: c}
		if code, system, ok := strings.Cut(c, "|"); ok {
			o = Observed{Code: code, System: system}
		}
		p.History = append(p.History, o)
	}
	return p
}

func TestImmunityAndContraindicationsStopTheForecast(t *testing.T) {
	more := "<immunity><clinicalHistory><guidelineCode>020</guidelineCode></clinicalHistory><dateOfBirth><immunityBirthDate>01/01/1957</immunityBirthDate>" +
		"<birthCountry>U.S.</birthCountry><exclusion><exclusionCode>055</exclusionCode></exclusion></dateOfBirth></immunity>" +
		"<contraindications><vaccineGroup><contraindication><observationCode>080</observationCode><endAge>18 years</endAge></contraindication></vaccineGroup>" +
		"<vaccine><contraindication><observationCode>081</observationCode><contraindicatedVaccine><cvx>1</cvx></contraindicatedVaccine></contraindication>" +
		"<contraindication><observationCode>082</observationCode><contraindicatedVaccine><cvx>2</cvx></contraindicatedVaccine></contraindication></vaccine></contraindications>"
	s := mustCompile(t, "", antigenXML("A", more, seriesXML("")))
	for _, tc := range []struct {
		why, birth, country string
		codes               []string
		want                SeriesStatus
	}{
		{"nothing known", "2010-01-01", "", nil, NotComplete},
		{"proven", "2010-01-01", "", []string{"20"}, Immune},
		{"born before, there", "1956-12-31", "US", nil, Immune},
		{"born before, somewhere", "1956-12-31", "", nil, NotComplete},
		{"born on the day", "1957-01-01", "US", nil, NotComplete},
		{"born before, excluded", "1956-12-31", "us", []string{"055"}, NotComplete},
		{"a reaction", "2010-01-01", "", []string{"080"}, Contraindicated},
		{"a reaction that does not count at that age", "2000-01-01", "", []string{"080"}, NotComplete},
		{"every vaccine of the dose is contraindicated", "2010-01-01", "", []string{"081"}, Contraindicated},
		{"another vaccine is", "2010-01-01", "", []string{"082"}, NotComplete},
	} {
		p := with(born(t, tc.birth), tc.codes...)
		p.Country = tc.country
		if f := of(t, evaluate(t, s, p, "2025-06-01"), "Group A"); f.Status != tc.want {
			t.Errorf("%s: %s, want %s", tc.why, f.Status, tc.want)
		}
	}
	// A complete series stays complete: the first rows of table 7-10 come first.
	if f := of(t, evaluate(t, s, with(born(t, "2010-01-01", "2012-01-01 1"), "080"), "2025-06-01"), "Group A"); f.Status != Complete {
		t.Errorf("complete and contraindicated: %s", f.Status)
	}
}

func TestARiskSeriesIsForThoseItsIndicationHoldsFor(t *testing.T) {
	s := mustCompile(t, "", antigenXML("A", "", seriesXML("", apart), seriesOf("Risk", "2", "A", "1", ifSeven, "", apart, apart)))
	for _, tc := range []struct {
		why, birth string
		codes      []string
		want       SeriesKind
		forecasts  int
	}{
		{"no indication", "2020-01-01", nil, Standard, 1},
		{"indicated", "2020-01-01", []string{"7"}, Risk, 2},
		{"indicated by another code system", "2020-01-01", []string{"77386006|snomed"}, Risk, 2},
		{"the same number of another code system", "2020-01-01", []string{"7|snomed"}, Standard, 1},
		{"too young for it", "2025-01-02", []string{"007"}, Standard, 1},
	} {
		r := evaluate(t, s, with(born(t, tc.birth), tc.codes...), "2026-01-01")
		n := 0
		for _, f := range r.Forecasts {
			if f.Group == "Group A" {
				n++
			}
		}
		if f := of(t, r, "Group A"); f.Kind != tc.want || n != tc.forecasts {
			t.Errorf("%s: %s leads %d forecasts", tc.why, f.Kind, n)
		}
	}
}

func TestASeriesIsForItsGenders(t *testing.T) {
	s := mustCompile(t, "", antigenXML("A", "", strings.Replace(seriesXML(""), "</seriesType>", "</seriesType><requiredGender>Female</requiredGender><requiredGender>Unknown</requiredGender>", 1)))
	for g, want := range map[Gender]int{Female: 1, UnknownGender: 1, Male: 0} {
		p := born(t, "2020-01-01")
		p.Gender = g
		n := 0
		for _, f := range evaluate(t, s, p, "2025-01-01").Forecasts {
			if f.Group == "Group A" {
				n++
			}
		}
		if n != want {
			t.Errorf("gender %d: %d forecasts", g, n)
		}
	}
}

func TestAnEquivalentSeriesGroupMakesAnotherRedundant(t *testing.T) {
	standard := strings.Replace(seriesXML("", apart), "</seriesType>", "</seriesType><equivalentSeriesGroups>2</equivalentSeriesGroups>", 1)
	s := mustCompile(t, "", antigenXML("A", "", standard, seriesOf("Risk", "2", "A", "1", "<equivalentSeriesGroups>1</equivalentSeriesGroups>"+ifSeven, "", apart, apart)))
	for _, tc := range []struct {
		why   string
		doses []string
		want  string
	}{
		{"nothing given: only the risk series", nil, "Risk Not Complete"},
		{"the standard series is complete: it alone", []string{"2021-01-01 01", "2022-01-01 01"}, "Standard Complete"},
	} {
		var got []string
		for _, f := range evaluate(t, s, with(born(t, "2020-01-01", tc.doses...), "007"), "2025-01-01").Forecasts {
			if f.Group == "Group A" {
				got = append(got, f.Kind.String()+" "+f.Status.String())
			}
		}
		if strings.Join(got, ", ") != tc.want {
			t.Errorf("%s: %s", tc.why, strings.Join(got, ", "))
		}
	}
}

func TestASeriesMayWaitForAnotherGroupToBeComplete(t *testing.T) {
	done := skipXML("Both", "n/a", "<condition><conditionType>Completed Series</conditionType><seriesGroups>1</seriesGroups></condition>")
	s := mustCompile(t, "", antigenXML("A", "", seriesOf("Risk", "2", "A", "1", ifSeven, done, ""), seriesXML("", apart)))
	for _, tc := range []struct {
		doses  []string
		target int
	}{{nil, 1}, {[]string{"2021-01-01 01", "2022-01-01 01"}, 2}} {
		f := of(t, evaluate(t, s, with(born(t, "2020-01-01", tc.doses...), "007"), "2025-01-01"), "Group A")
		want := SeriesStatus(NotComplete)
		if tc.target == 2 { // its first dose is skipped and the second satisfied by the first dose given
			want = Complete
		}
		if f.Kind != Risk || f.Status != want {
			t.Errorf("after %v: %s %s", tc.doses, f.Kind, f.Status)
		}
	}
}

func TestTheHighestPriorityThenScoreThenPreferenceChoosesASeries(t *testing.T) {
	start := func(kind, priority, preference, maxStart, product string, doses ...string) string {
		return strings.Replace(seriesOf(kind, "1", priority, preference, ifSeven, doses...), "</seriesPreference>",
			"</seriesPreference><maxAgeToStart>"+maxStart+"</maxAgeToStart><productPath>"+product+"</productPath>", 1)
	}
	name := func(s *Schedule, f Forecast) int { // its place among the series
		for i := range s.data.Antigens[0].Series {
			if &s.data.Antigens[0].Series[i] == f.Series[0].Series {
				return i
			}
		}
		return -1
	}
	for _, tc := range []struct {
		why    string
		series []string
		doses  []string
		want   int
		choice Choice
	}{
		{"a lower priority is out", []string{start("Risk", "B", "1", "", "No", ""), start("Risk", "A", "2", "", "No", "", "")}, nil, 1, OnlyScorable},
		{"started too late", []string{start("Standard", "A", "1", "1 year", "No", "", ""), start("Standard", "A", "2", "", "No", "", "", "")}, []string{"2021-01-01 01"}, 1, OnlyScorable},
		{"one is complete", []string{start("Standard", "A", "1", "", "No", "", ""), start("Standard", "A", "2", "", "No", "")}, []string{"2021-01-01 01"}, 1, OnlyComplete},
		{"closest to completion", []string{start("Standard", "A", "1", "", "No", "", "", ""), start("Standard", "A", "2", "", "No", "", "")}, []string{"2021-01-01 01"}, 1, HighestScore},
		{"preference where scores tie", []string{start("Standard", "A", "2", "", "No", "", ""), start("Standard", "A", "1", "", "No", "", "")}, []string{"2021-01-01 01"}, 1, BestPreference},
		{"a product path with all doses valid", []string{start("Standard", "A", "1", "", "No", "", ""), start("Standard", "A", "2", "", "Yes", "", "")}, []string{"2021-01-01 01"}, 1, HighestScore},
		{"no dose: a product path is behind", []string{start("Standard", "A", "1", "", "Yes", "", ""), start("Standard", "A", "2", "", "No", "", "")}, nil, 1, HighestScore},
		{"one that can still be completed", []string{start("Standard", "A", "1", "", "No", "", "<age><maxAge>5 years</maxAge></age>"+"<interval><fromPrevious>Y</fromPrevious><minInt>4 years</minInt></interval>", "<age><maxAge>5 years</maxAge></age>"),
			start("Standard", "A", "2", "", "No", "", "", "", "")}, []string{"2021-01-01 01"}, 1, OnlyInProcess},
		{"one whose last dose would come too late", []string{start("Standard", "A", "1", "", "No", "", apart, "<age><maxAge>6 years</maxAge></age>"+"<interval><fromPrevious>Y</fromPrevious><minInt>5 years</minInt></interval>"),
			start("Standard", "A", "2", "", "No", "", "", "", "")}, []string{"2021-01-01 01"}, 1, HighestScore},
		{"most valid doses", []string{start("Standard", "A", "1", "", "No", "", "<age><absMinAge>3 years</absMinAge></age>", ""), start("Standard", "A", "2", "", "No", "", "", "", "")}, []string{"2021-01-01 01", "2022-01-01 01"}, 1, HighestScore},
		{"contraindicated where another is not", []string{start("Risk", "A", "1", "", "No", ""), strings.ReplaceAll(start("Risk", "A", "2", "", "No", ""), "<preferableVaccine><cvx>01", "<preferableVaccine><cvx>02")}, nil, 1, OnlyScorable},
		{"an evaluation-only series that is not complete", []string{start("Evaluation Only", "A", "1", "", "No", "", ""), start("Standard", "A", "2", "", "No", "", "")}, []string{"2021-01-01 01"}, 1, OnlyScorable},
		{"both complete: most valid doses", []string{start("Standard", "A", "1", "", "No", ""), start("Standard", "A", "2", "", "No", "", "")}, []string{"2021-01-01 01", "2022-01-01 01"}, 1, HighestScore},
		{"no dose: one that can be completed", []string{start("Standard", "A", "1", "", "No", "", "<age><maxAge>3 years</maxAge></age><interval><fromPrevious>Y</fromPrevious><minInt>4 years</minInt></interval>"),
			start("Standard", "A", "2", "", "No", "", "")}, nil, 1, HighestScore},
		{"tied in all: the first", []string{start("Standard", "A", "", "", "No", "", ""), start("Standard", "A", "", "", "No", "", "")}, nil, 0, FirstOfThePrefer},
	} {
		contra := "<contraindications><vaccine><contraindication><observationCode>099</observationCode><contraindicatedVaccine><cvx>1</cvx></contraindicatedVaccine></contraindication></vaccine></contraindications>"
		s := mustCompile(t, "", antigenXML("A", contra, tc.series...))
		p := with(born(t, "2020-01-01", tc.doses...), "007")
		if strings.HasPrefix(tc.why, "contraindicated") {
			p = with(p, "099")
		}
		f := of(t, evaluate(t, s, p, "2025-01-01"), "Group A")
		if got := name(s, f); got != tc.want || f.Series[0].Choice != tc.choice {
			t.Errorf("%s: series %d, %s (%d points)", tc.why, got, f.Series[0].Choice, f.Series[0].Score)
		}
	}
}

func TestAGroupOfSeveralAntigensHasOneForecast(t *testing.T) {
	for _, tc := range []struct {
		why, full string
		override  bool
		number    int
		earliest  string
	}{
		{"the latest of the earliest dates, the least number when all are given", "Yes", false, 1, "2025-03-08"},
		{"the greatest number when not", "No", false, 2, "2025-03-08"},
		{"an interval with priority: the earliest, not before the last dose", "No", true, 2, "2025-03-01"},
	} {
		interval := apart
		if tc.override {
			interval = strings.Replace(apart, "</interval>", "<intervalPriority>override</intervalPriority></interval>", 1)
		}
		d := &Data{Products: []Product{{Code: "1", Antigens: []Association{{Antigen: "A"}}}, {Code: "3", Antigens: []Association{{Antigen: "B"}}}},
			Groups: []Group{{Name: "AB", Full: tc.full == "Yes", Antigens: []string{"A", "B"}}}}
		for i, doses := range [][]string{{age, interval}, {"<age><minAge>2 months</minAge></age>"}} {
			r := reader{periods: map[string]Period{}}
			root, err := parseXML("x", []byte(strings.ReplaceAll(antigenXML(string(rune('A'+i)), "", seriesXML(doses...)), "Group "+string(rune('A'+i)), "AB")))
			if err != nil {
				t.Fatal(err)
			}
			d.Antigens = append(d.Antigens, r.antigen(root))
		}
		s, err := Compile(d)
		if err != nil {
			t.Fatal(err)
		}
		p := born(t, "2025-01-01", "2025-02-08 01")
		f := of(t, evaluate(t, s, p, "2025-02-10"), "AB")
		if f.Status != NotComplete || len(f.Series) != 2 || f.Dose != tc.number {
			t.Errorf("%s: %s dose %d of %d", tc.why, f.Status, f.Dose, len(f.Series))
		}
		if f.Earliest.String() != tc.earliest {
			t.Errorf("%s: from %s, want %s", tc.why, f.Earliest, tc.earliest)
		}
	}
}

func TestTheStatusOfAGroupIsTheMostPressingOfItsAntigens(t *testing.T) {
	for _, tc := range []struct {
		of   []SeriesStatus
		want SeriesStatus
	}{
		{[]SeriesStatus{NotComplete, Contraindicated, AgedOut}, Contraindicated},
		{[]SeriesStatus{NotComplete, AgedOut, NotRecommended}, AgedOut},
		{[]SeriesStatus{NotComplete, NotRecommended, Complete}, NotRecommended},
		{[]SeriesStatus{Complete, NotComplete, Immune}, NotComplete},
		{[]SeriesStatus{Immune, Immune}, Immune},
		{[]SeriesStatus{Immune, Complete}, Complete},
	} {
		var f []SeriesForecast
		for _, s := range tc.of {
			f = append(f, SeriesForecast{Status: s})
		}
		if got := groupStatus(f); got != tc.want {
			t.Errorf("%v: %s, want %s", tc.of, got, tc.want)
		}
	}
}

func TestAnIntervalMayRunFromAnObservationOrAnyProduct(t *testing.T) {
	onset := "<interval><fromPrevious>N</fromPrevious><fromRelevantObs><code>007</code></fromRelevantObs><minInt>27 weeks</minInt></interval>"
	other := "<interval><fromPrevious>N</fromPrevious><fromMostRecent>2; 3</fromMostRecent><minInt>8 weeks</minInt></interval>"
	s := mustCompile(t, "", antigenXML("A", "", seriesXML(onset+other)))
	p := with(born(t, "1990-01-01", "2025-01-01 03", "2025-08-01 03"), "007", "007", "007")
	for i, when := range []string{"2024-01-01", "2025-01-10", ""} {
		if when != "" {
			p.History[i].Date = day(t, when).Date()
		}
	}
	f := of(t, evaluate(t, s, p, "2025-09-01"), "Group A")
	if f.Earliest.String() != "2025-09-26" || f.Earliest.By != ByMinimumInterval {
		t.Errorf("8 weeks after the last product 3: %s by %s", f.Earliest, f.Earliest.By)
	}
	p.Doses = nil
	if f = of(t, evaluate(t, s, p, "2025-09-01"), "Group A"); f.Earliest.String() != "2025-07-18" {
		t.Errorf("27 weeks after the latest of three observations: %s", f.Earliest)
	}
	p.History = []Observed{{Code: "007", Date: calendar.Date{}}}
	if f = of(t, evaluate(t, s, p, "2025-09-01"), "Group A"); f.Earliest.String() != "1990-01-01" {
		t.Errorf("an observation without a date is no reference: %s", f.Earliest)
	}
}

func TestWhatNobodyKnowsIsNotAppliedAndIsAsked(t *testing.T) {
	more := "<contraindications><vaccineGroup><contraindication><observationCode>080</observationCode><contraindicationText>not with 80</contraindicationText><endAge>18 years</endAge>" +
		"<contraindicationGuidance>mind 80</contraindicationGuidance></contraindication></vaccineGroup></contraindications>"
	risk := strings.Replace(ifSeven, "<beginAge>", "<description>for seven</description><guidance>mind 7</guidance><beginAge>", 1)
	s := mustCompile(t, "", antigenXML("A", more, seriesXML(""), seriesOf("Risk", "2", "A", "1", "<seriesAdminGuidance>mind the series</seriesAdminGuidance>"+risk, "")))
	p := with(born(t, "2020-01-01"), "007", "080")
	p.History[0].Unknown, p.History[1].Unknown = true, true
	r := evaluate(t, s, p, "2025-01-01")
	if f := of(t, r, "Group A"); f.Kind != Standard || f.Status != NotComplete || len(f.Guidance) != 0 {
		t.Errorf("not known: %s %s %q", f.Kind, f.Status, f.Guidance)
	}
	if len(r.Questions) != 2 || r.Questions[0].Text != "not with 80" || !r.Questions[0].Contraindication ||
		r.Questions[1].Text != "for seven" || r.Questions[1].Contraindication || r.Questions[1].About.Code != "007" || r.Questions[1].Antigen != "A" {
		t.Errorf("%+v", r.Questions)
	}
	p.Birth = day(t, "2024-06-01") // the indication is from one year of age
	if r = evaluate(t, s, p, "2025-01-01"); len(r.Questions) != 1 {
		t.Errorf("a question that cannot matter at that age is asked: %+v", r.Questions)
	}
	p = with(born(t, "2020-01-01"), "007", "080")
	r = evaluate(t, s, p, "2025-01-01")
	if f := of(t, r, "Group A"); f.Kind != Risk || f.Status != Contraindicated || strings.Join(f.Guidance, "; ") != "mind the series; mind 7; mind 80" || len(r.Questions) != 0 {
		t.Errorf("known: %s %s %q", f.Kind, f.Status, f.Guidance)
	}
}
