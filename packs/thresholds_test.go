package packs

import (
	"encoding/csv"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/testkit"
)

// oracle reads rows of reference outputs by column name.
func oracle(t *testing.T, name string) []map[string]string {
	t.Helper()
	f, err := os.Open(testkit.Data(t, "epi/"+name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) < 2 {
		t.Fatalf("%s: %d rows, %v", name, len(rows), err)
	}
	var out []map[string]string
	for _, r := range rows[1:] {
		m := map[string]string{}
		for i, c := range r {
			m[rows[0][i]] = c
		}
		out = append(out, m)
	}
	return out
}

func number(t *testing.T, row map[string]string, column string) float64 {
	t.Helper()
	f, err := strconv.ParseFloat(row[column], 64)
	if err != nil {
		t.Fatalf("%s: %v", column, err)
	}
	return f
}

// judge asks the thresholds pack about a disease in a district.
func judge(t *testing.T, p *pack.Pack, disease string, facts value.Facts) decision.Decision {
	t.Helper()
	on := calendar.DayOf(2026, 6, 10)
	all := value.Facts{"as_of": value.Day(int(on)), "disease": value.Text(disease), "setting": value.Text("district")}
	for _, f := range p.Facts { // what is not given was looked for and is none
		if strings.HasPrefix(f.From, "count:") {
			all[f.Name] = value.Number(0)
		}
	}
	for k, v := range facts {
		all[k] = v
	}
	return p.Protocol.Decide(decision.Input{On: on, Facts: decision.FactsOf(all, on)})
}

func level(t *testing.T, p *pack.Pack, d decision.Decision) (alert, epidemic bool) {
	t.Helper()
	codes := d.Codes(decision.Classify)
	epidemic = slices.Contains(codes, "EPIDEMIC")
	s, ok := p.Protocol.Standing(&d, "AT.level")
	if !ok || s.Open() || (s.Code == "EPIDEMIC") != epidemic {
		t.Fatalf("standing %+v of %v", s, codes)
	}
	return epidemic || slices.Contains(codes, "ALERT"), epidemic
}

func TestMeningitisThresholdsAgreeWithTheReference(t *testing.T) {
	p := load(t, "alert-thresholds")
	rows := oracle(t, "thr_meningitis.csv")
	for _, r := range rows {
		d := judge(t, p, "meningitis", value.Facts{"population": value.Number(number(t, r, "population")), "cases_week": value.Number(number(t, r, "wk_current")),
			"cases_week_1": value.Number(number(t, r, "wk_minus1")), "cases_week_2": value.Number(number(t, r, "wk_minus2")), "cases_week_3": value.Number(number(t, r, "wk_minus3"))})
		alert, epidemic := level(t, p, d)
		if alert != (r["alert"] == "1") || epidemic != (r["epidemic"] == "1") {
			t.Errorf("case %s: alert %v, epidemic %v, the reference says %s and %s: %v", r["case"], alert, epidemic, r["alert"], r["epidemic"], r)
		}
		if got, ok := d.Used["rate_100k"].Float(); !ok || !near(got, number(t, r, "rate_per_100k")) {
			t.Errorf("case %s: rate %v, want %s", r["case"], got, r["rate_per_100k"])
		}
	}
	t.Logf("%d rows", len(rows))
}

// near allows for the ten digits that the reference prints.
func near(a, b float64) bool { return a == b || (a-b)*(a-b) <= 1e-18*b*b }

func TestMeaslesThresholdsAgreeWithTheReference(t *testing.T) {
	p := load(t, "alert-thresholds")
	rows := oracle(t, "thr_measles.csv")
	for _, r := range rows {
		until := int(number(t, r, "as_of_day"))
		suspected, confirmed := 0.0, 0.0
		for _, e := range strings.Fields(r["events_day:class(S=suspected,C=confirmed)"]) {
			day, class, _ := strings.Cut(e, ":")
			n, err := strconv.Atoi(day)
			if err != nil {
				t.Fatal(err)
			}
			if n > until || n <= until-30 { // 30d: the day itself and the 29 before it
				continue
			}
			suspected++
			if class == "C" {
				confirmed++
			}
		}
		if suspected != number(t, r, "suspected_incl_confirmed_30d") || confirmed != number(t, r, "confirmed_30d") {
			t.Errorf("case %s: counted %v and %v in 30 days: %v", r["case"], suspected, confirmed, r)
		}
		alert, epidemic := level(t, p, judge(t, p, "measles", value.Facts{"cases_30d": value.Number(suspected), "confirmed_30d": value.Number(confirmed)}))
		if alert != (r["suspected_outbreak_ge5"] == "1" || r["confirmed_outbreak_ge3"] == "1") || epidemic != (r["confirmed_outbreak_ge3"] == "1") {
			t.Errorf("case %s: alert %v, epidemic %v: %v", r["case"], alert, epidemic, r)
		}
	}
	t.Logf("%d rows", len(rows))
}

func TestMalariaThresholdsAgreeWithTheReference(t *testing.T) {
	p := load(t, "alert-thresholds")
	rows := oracle(t, "thr_malaria.csv")
	for _, r := range rows {
		facts := value.Facts{"cases_week": value.Number(number(t, r, "current")), "history_years": value.Number(5)}
		for column := range r {
			if strings.HasPrefix(column, "y") {
				facts[column] = value.Number(number(t, r, column))
			}
		}
		d := judge(t, p, "malaria", facts)
		flags := d.Codes(decision.Flag)
		for flag, column := range map[string]string{"ABOVE_QUARTILE": "above_q3", "ABOVE_CSUM": "above_csum196", "ABOVE_MEAN_2SD": "above_mean2sd"} {
			if slices.Contains(flags, flag) != (r[column] == "1") {
				t.Errorf("case %s: %s is %v, the reference says %s: %v", r["case"], flag, slices.Contains(flags, flag), r[column], r)
			}
		}
		for fact, column := range map[string]string{"over_quartile": "third_quartile_4th_of_5", "over_csum": "csum_mean_1.96sd", "over_mean_2sd": "mean_2sd"} {
			got, ok := d.Used[fact].Float()
			if limit := number(t, r, "current") - got; !ok || !near(limit, number(t, r, column)) {
				t.Errorf("case %s: limit of %s %v, want %s", r["case"], fact, limit, r[column])
			}
		}
	}
	t.Logf("%d rows", len(rows))
}

// A quiet answer needs every week: whatever is not reported, the answer is open or
// flagged and never a definite "nothing".
func TestAWeekNotReportedIsNeverQuiet(t *testing.T) {
	p := load(t, "alert-thresholds")
	for _, disease := range []string{"meningitis", "malaria", "ili", "unexplained-death"} {
		d := judge(t, p, disease, value.Facts{"population": value.Number(50000), "cases_week": value.NotKnown(), "cases_week_1": value.Number(8)})
		s, _ := p.Protocol.Standing(&d, "AT.level")
		if !s.Open() || !slices.Contains(s.Ask, "cases_week") || !slices.Contains(d.Codes(decision.Flag), "NOT_REPORTED") {
			t.Errorf("%s: %+v, flags %v", disease, s, d.Codes(decision.Flag))
		}
	}
}
