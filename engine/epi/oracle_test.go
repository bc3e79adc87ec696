package epi

import (
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/testkit"
)

// table is one file of the reference outputs.
type table struct {
	t    *testing.T
	name string
	col  map[string]int
	rows [][]string
}

func oracle(t *testing.T, name string) *table {
	t.Helper()
	f, err := os.Open(testkit.Data(t, "epi/"+name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(name, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := csv.NewReader(r).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := &table{t: t, name: name, col: map[string]int{}, rows: rows[1:]}
	for i, h := range rows[0] {
		out.col[h] = i
	}
	return out
}

func (o *table) text(row []string, column string) string {
	i, ok := o.col[column]
	if !ok {
		o.t.Fatalf("%s has no column %s", o.name, column)
	}
	return row[i]
}

// num is a cell as a number; an empty one is NaN.
func (o *table) num(row []string, column string) float64 {
	s := o.text(row, column)
	switch s {
	case "", "NA", "NaN":
		return math.NaN()
	case "Inf":
		return math.Inf(1)
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		o.t.Fatalf("%s: %s %q", o.name, column, s)
	}
	return v
}

func (o *table) int(row []string, column string) int { return int(o.num(row, column)) }

// by groups the rows by a column.
func (o *table) by(column string) map[string][][]string {
	m := map[string][][]string{}
	for _, row := range o.rows {
		k := o.text(row, column)
		m[k] = append(m[k], row)
	}
	return m
}

// differs lists the values that are not those of the reference program, and why; each
// stands in docs/epi.md. One that agrees after all fails too.
var differs = map[string]string{
	"other_out: oth2050 cusum_rossi t=379 upperbound": "the limit is the square of a difference that is nearly nothing (0.00017); the reference program expands the square and loses digits: 2.9e-8, off by 5e-15",
}

// tally counts what was compared and reports what differs, the first few in words.
type tally struct {
	t            *testing.T
	file         string
	rows, failed int
	listed       int
	worst        float64
}

func (c *tally) near(got, want, tolerance float64, format string, args ...any) {
	c.t.Helper()
	where := c.file + ": " + fmt.Sprintf(format, args...)
	_, listed := differs[where]
	same := c.same(got, want, tolerance)
	switch {
	case listed && same:
		c.t.Errorf("%s is listed as different and agrees", where)
	case listed:
		c.listed++
	case !same:
		if c.failed++; c.failed <= 12 {
			c.t.Errorf("%s: got %.15g, want %.15g", where, got, want)
		}
	}
}

func (c *tally) same(got, want, tolerance float64) bool {
	if math.IsNaN(got) && math.IsNaN(want) || got == want {
		return true
	}
	off := math.Abs(got-want) / math.Max(math.Abs(want), 1e-12)
	if math.IsNaN(off) {
		off = math.Inf(1)
	}
	if off <= tolerance {
		c.worst = math.Max(c.worst, off)
		return true
	}
	return false
}

func (c *tally) done() {
	c.t.Helper()
	if c.rows == 0 {
		c.t.Errorf("%s: nothing was compared", c.file)
	}
	if c.failed > 0 {
		c.t.Errorf("%s: %d values differ", c.file, c.failed)
	}
	want := 0
	for where := range differs {
		if strings.HasPrefix(where, c.file+": ") {
			want++
		}
	}
	if c.listed != want {
		c.t.Errorf("%s: %d listed values were met, %d are listed", c.file, c.listed, want)
	}
	c.t.Logf("%s: %d rows compared, worst relative difference %.1e, %d listed values differ", c.file, c.rows, c.worst, c.listed)
}

func oracleSeries(t *testing.T) map[string]Series {
	o := oracle(t, "series.csv.gz")
	m := map[string]Series{}
	for _, row := range o.rows {
		id := o.text(row, "series_id")
		s := m[id]
		s.PerYear = o.int(row, "freq")
		s.Counts = append(s.Counts, o.num(row, "observed"))
		m[id] = s
	}
	return m
}

func alarmOf(b Bound) float64 {
	switch b.Alarm.String() {
	case "yes":
		return 1
	case "no":
		return 0
	}
	return math.NaN()
}

func TestEARSAgreesWithTheReferenceProgram(t *testing.T) {
	series, out := oracleSeries(t), oracle(t, "ears_out.csv.gz")
	byCase := out.by("case_id")
	c := &tally{t: t, file: "ears_out"}
	defer c.done()
	cases := oracle(t, "ears_cases.csv")
	for _, row := range cases.rows {
		id := cases.text(row, "case_id")
		p := EARS{Baseline: cases.int(row, "baseline"), MinSigma: cases.num(row, "minSigma"), Alpha: cases.num(row, "alpha")}
		p.Method = map[string]EARSMethod{"C1": C1, "C2": C2, "C3": C3}[cases.text(row, "method")]
		points, err := p.Detect(series[cases.text(row, "series_id")], Range{})
		if err != nil {
			t.Fatal(id, err)
		}
		for _, want := range byCase[id] {
			k := out.int(want, "t")
			got := points[k-1]
			c.rows++
			c.near(got.Observed, out.num(want, "observed"), 0, "%s t=%d observed", id, k)
			c.near(got.Upper, out.num(want, "upperbound"), 1e-9, "%s t=%d upperbound", id, k)
			c.near(alarmOf(got.Bound), out.num(want, "alarm"), 0, "%s t=%d alarm", id, k)
		}
	}
}

func TestFarringtonAgreesWithTheReferenceProgram(t *testing.T) {
	series, out := oracleSeries(t), oracle(t, "farrington_out.csv.gz")
	byCase := out.by("case_id")
	cases := oracle(t, "farrington_cases.csv")
	c := &tally{t: t, file: "farrington_out"}
	defer c.done()
	for _, row := range cases.rows {
		id := cases.text(row, "case_id")
		flag := func(name string) bool { return cases.text(row, name) == "TRUE" }
		power := map[string]Power{"2/3": TwoThirds, "1/2": Half, "none": NoPower}[cases.text(row, "powertrans")]
		r := Periods(cases.int(row, "range_from")-1, cases.int(row, "range_to")-1)
		var points []FarringtonPoint
		var err error
		original := cases.text(row, "variant") == "farrington"
		if original {
			points, err = Farrington{Years: cases.int(row, "b"), HalfWindow: cases.int(row, "w"), Reweight: flag("reweight"), Trend: flag("trend"),
				Alpha: cases.num(row, "alpha"), Power: power, MinCases: cases.num(row, "limit54_cases"), MinWeeks: cases.int(row, "limit54_weeks")}.Detect(series[cases.text(row, "series_id")], r)
		} else {
			method := map[string]Threshold{"delta": Delta, "nbPlugin": NBPlugIn, "muan": Muan}[cases.text(row, "thresholdMethod")]
			points, err = FarringtonFlexible{Years: cases.int(row, "b"), HalfWindow: cases.int(row, "w"), Reweight: flag("reweight"), Trend: flag("trend"),
				WeightsThreshold: cases.num(row, "weightsThreshold"), TrendP: cases.num(row, "pThresholdTrend"), Alpha: cases.num(row, "alpha"), Power: power,
				MinCases: cases.num(row, "limit54_cases"), MinWeeks: cases.int(row, "limit54_weeks"), Periods: cases.int(row, "noPeriods"),
				PastExcluded: cases.int(row, "pastWeeksNotIncluded"), Threshold: method}.Detect(series[cases.text(row, "series_id")], r)
		}
		if err != nil {
			t.Fatal(id, err)
		}
		for i, want := range byCase[id] {
			k := out.int(want, "t")
			got := points[i]
			c.rows++
			where := id + " " + cases.text(row, "variant") + " t=" + strconv.Itoa(k) + " " + got.State.String()
			c.near(got.Observed, out.num(want, "observed"), 0, "%s observed", where)
			c.near(got.Upper, out.num(want, "upperbound"), 1e-6, "%s upperbound", where)
			c.near(alarmOf(got.Bound), out.num(want, "alarm"), 0, "%s alarm", where)
			if !original {
				compareFit(c, cases, row, out, want, got, where)
			}
		}
	}
}

// compareFit compares what the flexible method says beside the limit. The reference
// program's score is on the scale of the fit's link where the limit is a quantile, and
// its mu0 of the delta limit takes the mean for a logarithm: both are made here by its
// formula from our numbers (docs/epi.md).
func compareFit(c *tally, cases *table, row []string, out *table, want []string, got FarringtonPoint, where string) {
	c.t.Helper()
	if got.State != TooFewCases { // the reference program leaves it empty there
		c.near(got.Expected, out.num(want, "expected"), 1e-6, "%s expected", where)
	}
	delta := cases.text(row, "thresholdMethod") == "delta"
	score, mean := got.Score, got.Mean
	if delta {
		z := normalQuantile(1 - cases.num(row, "alpha"))
		mean = math.Exp(got.Expected + z*got.Expected*got.SE)
	} else {
		eta := math.Log(got.Expected)
		score = (got.Observed - eta) / (got.limit() - eta)
	}
	c.near(mean, out.num(want, "mu0"), 1e-6, "%s mu0", where)
	c.near(got.Dispersion, out.num(want, "phi"), 1e-6, "%s phi", where)
	c.near(got.Trend, out.num(want, "trend"), 1e-6, "%s trend", where)
	c.near(got.PValue, out.num(want, "pvalue"), 1e-6, "%s pvalue", where)
	c.near(score, out.num(want, "score"), 1e-6, "%s score", where)
}

// limit is the limit, also where the method is silent: from the score.
func (p FarringtonPoint) limit() float64 {
	return p.Expected + (p.Observed-p.Expected)/p.Score
}

func TestOtherMethodsAgreeWithTheReferenceProgram(t *testing.T) {
	series, out := oracleSeries(t), oracle(t, "other_out.csv")
	byCase := out.by("case_id")
	c := &tally{t: t, file: "other_out"}
	defer c.done()
	cases := oracle(t, "other_cases.csv")
	for _, row := range cases.rows {
		id, s := cases.text(row, "case_id"), series[cases.text(row, "series_id")]
		r := Periods(cases.int(row, "range_from")-1, cases.int(row, "range_to")-1)
		bounds, sums := otherBounds(t, cases.text(row, "algo"), s, r)
		for i, want := range byCase[id] {
			c.rows++
			where := id + " " + cases.text(row, "algo") + " t=" + out.text(want, "t")
			c.near(float64(bounds[i].T+1), out.num(want, "t"), 0, "%s t", where)
			c.near(bounds[i].Upper, out.num(want, "upperbound"), 1e-9, "%s upperbound", where)
			c.near(alarmOf(bounds[i]), out.num(want, "alarm"), 0, "%s alarm", where)
			if sums != nil {
				c.near(sums[i], out.num(want, "cusum"), 1e-9, "%s cusum", where)
			}
		}
	}
}

// otherBounds runs one of the methods with the parameters of the reference run.
func otherBounds(t *testing.T, algo string, s Series, r Range) (bounds []Bound, sums []float64) {
	baseline := map[string]func() ([]BaselinePoint, error){
		"rki1":   func() ([]BaselinePoint, error) { return RKI1.Detect(s, r) },
		"rki2":   func() ([]BaselinePoint, error) { return RKI2.Detect(s, r) },
		"bayes1": func() ([]BaselinePoint, error) { return Bayes1.Detect(s, r) },
		"bayes2": func() ([]BaselinePoint, error) { return Bayes2.Detect(s, r) },
		"bayes3": func() ([]BaselinePoint, error) { return Bayes3.Detect(s, r) },
		"cdc":    func() ([]BaselinePoint, error) { return HistoricalLimits{Years: 3, Months: 1}.Detect(s, r) },
	}
	if f := baseline[algo]; f != nil {
		points, err := f()
		if err != nil {
			t.Fatal(algo, err)
		}
		for _, p := range points {
			bounds = append(bounds, p.Bound)
		}
		return bounds, nil
	}
	method, ok := map[string]Transform{"cusum": Standard, "cusum_rossi": Rossi}[algo]
	if !ok {
		t.Fatalf("no method %q", algo)
	}
	points, err := CUSUM{Transform: method}.Detect(s, r)
	if err != nil {
		t.Fatal(algo, err)
	}
	for _, p := range points {
		bounds, sums = append(bounds, p.Bound), append(sums, p.Sum)
	}
	return bounds, sums
}

func TestDiscretisationAgreesWithTheReferenceProgram(t *testing.T) {
	o := oracle(t, "discr_si.csv")
	c := &tally{t: t, file: "discr_si"}
	defer c.done()
	for _, row := range o.rows {
		k := o.int(row, "k")
		w, err := DiscreteInterval(o.num(row, "mu"), o.num(row, "sigma"), k+1)
		if err != nil {
			t.Fatal(err)
		}
		c.rows++
		c.near(w[k], o.num(row, "p"), 1e-9, "mu %s sigma %s k=%d", o.text(row, "mu"), o.text(row, "sigma"), k)
	}
}

func TestReproductionNumbersAgreeWithTheReferenceProgram(t *testing.T) {
	series := map[string]Incidence{}
	days := oracle(t, "rt_series.csv")
	for _, row := range days.rows {
		in := series[days.text(row, "series_id")]
		in.Total = append(in.Total, days.num(row, "total"))
		in.Imported = append(in.Imported, days.num(row, "imported"))
		series[days.text(row, "series_id")] = in
	}
	si := oracle(t, "rt_si.csv")
	intervals := si.by("case_id")
	out := oracle(t, "rt_out.csv.gz")
	want := out.by("case_id")
	c := &tally{t: t, file: "rt_out"}
	cs := &tally{t: t, file: "rt_si"}
	defer c.done()
	defer cs.done()
	cases := oracle(t, "rt_cases.csv")
	for _, row := range cases.rows {
		id := cases.text(row, "case_id")
		in := series[cases.text(row, "series_id")]
		p := Reproduction{MeanPrior: cases.num(row, "mean_prior"), SDPrior: cases.num(row, "std_prior"), Window: cases.int(row, "window")}
		var shares []float64
		for _, r := range intervals[id] {
			shares = append(shares, si.num(r, "w"))
		}
		if cases.text(row, "method") == "parametric_si" {
			w, err := DiscreteInterval(cases.num(row, "mean_si"), cases.num(row, "std_si"), len(shares)-1)
			if err != nil {
				t.Fatal(err)
			}
			w = append(w, 0) // the reference program adds a day that no window reaches
			for k := range w {
				cs.rows++
				cs.near(w[k], shares[k], 1e-9, "%s day %d", id, k)
			}
			p.MeanSI, p.SDSI = cases.num(row, "mean_si"), cases.num(row, "std_si")
		} else {
			cs.rows += len(shares)
			p.Interval = shares
		}
		if cases.text(row, "use_imported") != "TRUE" {
			in.Imported = nil
		}
		points, err := p.Estimate(in)
		if err != nil {
			t.Fatal(id, err)
		}
		if len(points) != len(want[id]) {
			t.Errorf("%s: %d windows, want %d", id, len(points), len(want[id]))
			continue
		}
		for i, r := range want[id] {
			compareWindow(c, id, out, r, points[i])
		}
	}
}

// compareWindow compares one window with a row of the file.
func compareWindow(c *tally, id string, out *table, row []string, p RtPoint) {
	c.t.Helper()
	c.rows++
	where := id + " window " + out.text(row, "t_start") + " " + p.State.String()
	c.near(float64(p.Start+1), out.num(row, "t_start"), 0, "%s t_start", where)
	c.near(float64(p.End+1), out.num(row, "t_end"), 0, "%s t_end", where)
	c.near(p.Mean, out.num(row, "Mean_R_"), 1e-9, "%s mean", where)
	c.near(p.SD, out.num(row, "Std_R_"), 1e-9, "%s sd", where)
	for j, name := range []string{"Quantile.0.025_R_", "Quantile.0.05_R_", "Quantile.0.25_R_", "Median_R_", "Quantile.0.75_R_", "Quantile.0.95_R_", "Quantile.0.975_R_"} {
		c.near(p.Quantiles[j], out.num(row, name), 1e-9, "%s %s", where, name)
	}
}

func TestGrowthAgreesWithTheReferenceProgram(t *testing.T) {
	daily := map[string][]float64{}
	days := oracle(t, "rt_series.csv")
	for _, row := range days.rows {
		id := days.text(row, "series_id")
		daily[id] = append(daily[id], days.num(row, "total"))
	}
	o := oracle(t, "growth_out.csv")
	c := &tally{t: t, file: "growth_out"}
	defer c.done()
	for _, row := range o.rows {
		id, width := o.text(row, "series_id"), o.int(row, "interval")
		where := id + " " + o.text(row, "interval")
		bins, err := Bins(daily[id], width)
		bins = bins[:min(o.int(row, "to_day")/width+1, len(bins))] // a bin that began by then
		if err != nil {
			t.Fatal(err)
		}
		g, err := EstimateGrowth(bins, float64(width))
		if err != nil {
			t.Fatal(err)
		}
		c.rows++
		c.near(float64(g.Bins), o.num(row, "n_bins"), 0, "%s bins", where)
		c.near(g.Rate, o.num(row, "r"), 1e-9, "%s r", where)
		c.near(g.Interval.Low, o.num(row, "r_lo"), 1e-9, "%s r_lo", where)
		c.near(g.Interval.High, o.num(row, "r_hi"), 1e-9, "%s r_hi", where)
		c.near(g.Doubling, o.num(row, "doubling"), 1e-9, "%s doubling", where)
		c.near(g.DoublingInterval.Low, o.num(row, "doubling_lo"), 1e-9, "%s doubling_lo", where)
		c.near(g.DoublingInterval.High, o.num(row, "doubling_hi"), 1e-9, "%s doubling_hi", where)
		c.near(g.Halving, o.num(row, "halving"), 1e-9, "%s halving", where)
	}
}

func TestFatalityAgreesWithTheReferenceProgram(t *testing.T) {
	cases, deaths := map[string][]float64{}, map[string][]float64{}
	days := oracle(t, "cfr_series.csv")
	for _, row := range days.rows {
		id := days.text(row, "series_id")
		cases[id], deaths[id] = append(cases[id], days.num(row, "cases")), append(deaths[id], days.num(row, "deaths"))
	}
	o := oracle(t, "cfr_out.csv")
	c := &tally{t: t, file: "cfr_out"}
	defer c.done()
	for _, row := range o.rows {
		id := o.text(row, "series_id")
		where := id + " " + o.text(row, "delay")
		var f Fatality
		var err error
		tolerance := 1e-9
		if part := strings.Split(o.text(row, "delay"), "_"); len(part) == 3 {
			shape, _ := strconv.ParseFloat(part[1], 64)
			scale, _ := strconv.ParseFloat(part[2], 64)
			f, err = DelayedFatality(cases[id], deaths[id], GammaDelay{shape, scale})
			c.near(f.Outcomes, o.num(row, "estimated_known_outcomes"), 1e-9, "%s outcomes", where)
		} else {
			f, err = CrudeFatality(cases[id], deaths[id])
		}
		if err != nil {
			t.Fatal(err)
		}
		c.rows++
		c.near(f.Cases, o.num(row, "total_cases"), 0, "%s cases", where)
		c.near(f.Deaths, o.num(row, "total_deaths"), 0, "%s deaths", where)
		c.near(f.Risk, o.num(row, "severity_estimate"), tolerance, "%s risk", where)
		c.near(f.Interval.Low, o.num(row, "severity_low"), tolerance, "%s low", where)
		c.near(f.Interval.High, o.num(row, "severity_high"), tolerance, "%s high", where)
	}
}

func TestProportionsAgreeWithTheReferenceProgram(t *testing.T) {
	o := oracle(t, "prop_ci.csv")
	c := &tally{t: t, file: "prop_ci"}
	defer c.done()
	for _, row := range o.rows {
		where := o.text(row, "x") + "/" + o.text(row, "n")
		p, err := EstimateProportion(o.num(row, "x"), o.num(row, "n"), 0)
		if err != nil {
			t.Fatal(err)
		}
		c.rows++
		c.near(p.P, o.num(row, "p"), 1e-9, "%s p", where)
		c.near(p.Wilson.Low, o.num(row, "wilson_lo"), 1e-9, "%s wilson_lo", where)
		c.near(p.Wilson.High, o.num(row, "wilson_hi"), 1e-9, "%s wilson_hi", where)
		c.near(p.Exact.Low, o.num(row, "exact_lo"), 1e-9, "%s exact_lo", where)
		c.near(p.Exact.High, o.num(row, "exact_hi"), 1e-9, "%s exact_hi", where)
	}
}

// A row that differs stands in the document with its reason.
func TestEveryRowThatDiffersIsInTheDocument(t *testing.T) {
	doc, err := os.ReadFile(filepath.Join(testkit.Root(t), "docs", "epi.md"))
	if err != nil {
		t.Fatal(err)
	}
	for where := range differs {
		f := strings.Fields(where) // file, case, method, t, column
		row := "| " + strings.TrimSuffix(f[0], ":") + ", " + f[1] + ", " + f[3] + ", `" + f[4] + "` |"
		if !strings.Contains(string(doc), row) {
			t.Errorf("docs/epi.md has no row %s", row)
		}
	}
}
