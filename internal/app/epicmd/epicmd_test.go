package epicmd

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/godwit-health/godwit/engine/epi"
	"github.com/godwit-health/godwit/internal/testkit"
)

// run runs a command line and answers its status and what it wrote.
func run(t testing.TB, in string, args ...string) (status int, out, errs string) {
	t.Helper()
	var o, x strings.Builder
	var cli struct {
		Epi Commands `cmd:""`
	}
	parser, err := kong.New(&cli, kong.Name("godwit"), kong.Exit(func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	ctx, err := parser.Parse(append([]string{"epi"}, args...))
	if err != nil {
		return 2, "", err.Error()
	}
	err = ctx.Run(&Env{In: strings.NewReader(in), Out: &o, Err: &x})
	var code interface{ ExitCode() int }
	switch {
	case err == nil:
		return 0, o.String(), x.String()
	case errors.As(err, &code):
		return code.ExitCode(), o.String(), x.String()
	}
	return 2, o.String(), x.String() + err.Error()
}

const weeks = "series_id,t,observed\na,1,4\na,2,0\na,3,3\na,4,5\na,5,2\na,6,1\na,7,2\na,8,4\na,9,40\na,10,\n"

func TestTheAnswerIsCSVWithAnEmptyCellForWhatDoesNotExist(t *testing.T) {
	status, out, errs := run(t, weeks, "detect", "--method", "ears-c1", "-")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if status != 0 || errs != "" || len(lines) != 11 {
		t.Fatalf("status %d, %q, %q", status, out, errs)
	}
	for i, want := range map[int]string{
		0:  "series_id,t,observed,upperbound,alarm,state,mean,sd",
		1:  "a,1,4,,,insufficient-history,,",
		10: "a,10,,", // not reported: a limit, and no say
	} {
		if !strings.HasPrefix(lines[i], want) {
			t.Errorf("line %d: %q, want %q", i, lines[i], want)
		}
	}
	if f := strings.Split(lines[9], ","); f[4] != "1" || f[5] != "ok" {
		t.Errorf("40 cases after 0 to 5: %q, want an alarm", lines[9])
	}
	if f := strings.Split(lines[10], ","); f[3] == "" || f[4] != "" || f[5] != "not-reported" {
		t.Errorf("a week not reported: %q", lines[10])
	}
}

func TestParametersInTheSpellingOfTheReferenceProgram(t *testing.T) {
	_, a, _ := run(t, weeks, "detect", "--method", "ears-c1", "--min-sigma", "2", "--from", "8", "--to", "9", "-")
	status, b, errs := run(t, weeks, "detect", "--method", "ears-c1", "--minSigma", "2", "--range", "8:9", "-")
	if status != 0 || errs != "" || a != b || strings.Count(b, "\n") != 3 {
		t.Errorf("status %d, %q\n%s\n%s", status, errs, a, b)
	}
	if status, _, errs := run(t, weeks, "detect", "--method", "farrington", "--reweight=false", "--trend=true", "-"); status != 0 {
		t.Errorf("yes and no written out: %d %s", status, errs)
	}
}

func TestJSONHasNullForWhatDoesNotExist(t *testing.T) {
	status, out, _ := run(t, weeks, "detect", "--method", "ears-c1", "--json", "-")
	var rows []map[string]any
	if err := json.Unmarshal([]byte(out), &rows); status != 0 || err != nil || len(rows) != 10 {
		t.Fatalf("status %d, %v, %s", status, err, out)
	}
	if rows[0]["upperbound"] != nil || rows[0]["alarm"] != nil || rows[8]["alarm"] != true || rows[8]["t"] != 9.0 || rows[0]["state"] != "insufficient-history" {
		t.Errorf("%v and %v", rows[0], rows[8])
	}
	status, out, _ = run(t, "t,total\n1,0\n2,0\n", "growth", "--json", "-")
	if err := json.Unmarshal([]byte(out), &rows); status != 0 || err != nil || rows[0]["state"] != "not-identifiable" || rows[0]["r"] != nil {
		t.Errorf("growth of zeros: status %d, %s", status, out)
	}
}

func TestASeriesThatCannotBeReadIsLeftOutAndNamed(t *testing.T) {
	status, out, errs := run(t, weeks+"b,1,-5\n", "detect", "--method", "ears-c1", "--last", "1", "-")
	if status != 1 || strings.Count(out, "\n") != 2 || !strings.Contains(errs, "line 12: series b: observed is negative") || !strings.Contains(errs, "1 of 2 series left out") {
		t.Errorf("status %d\n%s\n%s", status, out, errs)
	}
	status, out, errs = run(t, "t,observed\n1,1\n3,1\n", "detect", "--method", "ears-c1", "-")
	if status != 2 || out != "" || !strings.Contains(errs, "t goes from 1 to 3") || !strings.Contains(errs, "no series could be read") {
		t.Errorf("status %d\n%s\n%s", status, out, errs)
	}
}

func TestWhatIsAskedWronglyIsSaidWithWhatToDo(t *testing.T) {
	si := filepath.Join(t.TempDir(), "si.csv")
	if err := os.WriteFile(si, []byte("k,p\n0,0\n1,0.5\n2,0.4\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const days = "t,total,imported,deaths,cases\n1,5,0,0,5\n2,5,0,0,5\n3,5,0,0,5\n4,5,0,1,5\n"
	for _, tc := range []struct{ why, args, in, want string }{
		{"no such method", "detect --method often -", weeks, "--method must be one of"},
		{"a parameter of another method", "detect --method ears-c1 --b 5 -", weeks, "ears-c1 has no --b; it takes --baseline, --alpha, --min-sigma"},
		{"a parameter where there is none", "detect --method rki1 --alpha 0.1 -", weeks, "rki1 has no --alpha; it takes no parameter"},
		{"an alpha of nothing", "detect --method ears-c1 --alpha 0 -", weeks, "--alpha is 0; it is above 0"},
		{"a baseline of nothing", "detect --method ears-c1 --baseline 0 -", weeks, "--baseline is 0; it is at least 1"},
		{"half a block", "detect --method cdc --m 0.5 -", weeks, "whole number of four-week blocks"},
		{"half a limit54", "detect --method farrington --limit54 5 -", weeks, "such as 5,4"},
		{"a t that is not there", "detect --method ears-c1 --from 99 -", weeks, "go from 1 to 10"},
		{"a range that is none", "detect --method ears-c1 --range 5 -", weeks, "FROM:TO"},
		{"last and from", "detect --method ears-c1 --from 2 --last 3 -", weeks, "neither --from nor --to"},
		{"no file", "detect --method ears-c1 nowhere.csv", "", "nowhere.csv"},
		{"an empty file", "detect --method ears-c1 -", "", "standard input: file: is empty"},
		{"only a header", "detect --method ears-c1 -", "t,observed\n", "no rows"},
		{"no serial interval", "rt -", days, "--mean-si and --std-si, or --si"},
		{"two serial intervals", "rt --mean-si 5 --std-si 3 --si " + si + " -", days, "either --si or"},
		{"a serial interval that sums to 0.9", "rt --si " + si + " -", days, "sum to 0.9 and not to 1"},
		{"a window longer than the series", "rt --mean-si 5 --std-si 3 -", days, "7 days after the first do not fit"},
		{"weeks where days are needed", "rt --mean-si 5 --std-si 3 -", "t,total\n2020-W01,1\n2020-W02,1\n", "needs cases by day"},
		{"half a delay", "cfr --shape 2 -", days, "--shape and --scale belong together"},
		{"two delays", "cfr --shape 2 --scale 3 --delay-mean 4 --delay-sd 2 -", days, "give either"},
		{"no deaths", "cfr -", "t,cases\n1,1\n", "no column deaths"},
		{"days backwards", "growth --from-day 5 --to-day 2 -", days, "the first before the last"},
		{"a day after the end", "growth --from-day 9 -", days, "has 4 days"},
		{"more than all", "prop 5/3", "", "5 of 3 is more than all"},
		{"no proportion", "prop five", "", "a proportion is written 5/20"},
		{"an interval of a mean of a day", "si --mean-si 1 --std-si 1", "", "above 1"},
	} {
		status, out, errs := run(t, tc.in, strings.Fields(tc.args)...)
		if status != 2 || strings.Count(out, "\n") > 1 || !strings.Contains(errs, tc.want) {
			t.Errorf("%s: status %d, %q, %q; want %q", tc.why, status, out, errs, tc.want)
		}
	}
}

func TestTheOtherCommands(t *testing.T) {
	days := "t,total,imported,deaths,cases\n"
	for i := 1; i <= 40; i++ {
		days += strconv.Itoa(i) + ",6,1,0,6\n"
	}
	for _, tc := range []struct{ args, want string }{
		{"rt --mean-si 5 --std-si 3 -", ",2,8,ok,"},
		{"rt --mean-si 5 --std-si 3 --min-cases 50 -", ",2,8,too-few-cases,,,"},
		{"cfr --delay-mean 8 --delay-sd 5 -", ",none,240,0,240,0,0,"},
		{"growth --interval 7 --to-day 30 -", ",7,5,0,"},
		{"prop 0/0 5/20", "0,0,,,,,,not-identifiable\n5,20,0.25,"},
		{"si --mean-si 2.6 --std-si 1.5 --days 3", "1,0.2331721254075"},
	} {
		if status, out, errs := run(t, days, strings.Fields(tc.args)...); status != 0 || errs != "" || !strings.Contains(out, tc.want) {
			t.Errorf("%s: status %d, %q, %q; want %q", tc.args, status, out, errs, tc.want)
		}
	}
	if status, out, errs := run(t, days, "rt", "--mean-si", "30", "--std-si", "20", "-"); status != 0 || !strings.Contains(out, ",ok,") || !strings.Contains(errs, "of the serial interval is within its 40 days") {
		t.Errorf("an interval longer than the series: status %d, %q, %q", status, out, errs)
	}
	_, with, _ := run(t, days, "rt", "--mean-si", "5", "--std-si", "3", "-")
	_, without, _ := run(t, days, "rt", "--mean-si", "5", "--std-si", "3", "--ignore-imported", "-")
	if with == without {
		t.Error("imported cases make no difference")
	}
}

// records reads a CSV, packed or not, as rows by column name.
func records(t *testing.T, r io.Reader) []map[string]string {
	t.Helper()
	all, err := csv.NewReader(r).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, row := range all[1:] {
		m := map[string]string{}
		for i, h := range all[0] {
			m[h] = row[i]
		}
		out = append(out, m)
	}
	return out
}

func oracle(t *testing.T, name string) []map[string]string {
	t.Helper()
	f, err := os.Open(testkit.Data(t, "epi/"+name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if !strings.HasSuffix(name, ".gz") {
		return records(t, f)
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	return records(t, z)
}

// The whole way, from a CSV to a CSV, against the reference program: every case of
// every file of limits through the command as it is typed.
func TestTheCommandAnswersWhatTheReferenceProgramDoes(t *testing.T) {
	sheets, freq := map[string]string{}, map[string]string{}
	for _, r := range oracle(t, "series.csv.gz") {
		id := r["series_id"]
		if sheets[id] == "" {
			sheets[id], freq[id] = "series_id,t,observed\n", r["freq"]
		}
		sheets[id] += id + "," + r["t"] + "," + r["observed"] + "\n"
	}
	for _, family := range []struct {
		name string
		args func(r map[string]string) []string
		tol  float64
	}{{"ears", earsArgs, 1e-9}, {"farrington", farringtonArgs, 1e-6}, {"other", otherArgs, 1e-9}} {
		out := family.name + "_out.csv"
		if family.name != "other" {
			out += ".gz"
		}
		want := map[string][]map[string]string{}
		for _, r := range oracle(t, out) {
			want[r["case_id"]] = append(want[r["case_id"]], r)
		}
		rows := 0
		for i, c := range oracle(t, family.name+"_cases.csv") {
			if family.name == "ears" && i%4 != 0 {
				continue // 200,000 rows: the engine's own test compares them all
			}
			args := append([]string{"detect", "--freq", freq[c["series_id"]], "-"}, family.args(c)...)
			status, answer, errs := run(t, sheets[c["series_id"]], args...)
			if status != 0 || errs != "" {
				t.Fatalf("%v: status %d, %s", args, status, errs)
			}
			got := map[string]map[string]string{}
			for _, r := range records(t, strings.NewReader(answer)) {
				got[r["t"]] = r
			}
			for _, w := range want[c["case_id"]] {
				rows++
				g := got[w["t"]]
				if g == nil || g["alarm"] != w["alarm"] || !close(g["upperbound"], w["upperbound"], family.tol) {
					t.Errorf("%s t=%s: %v, want %v", c["case_id"], w["t"], g, w)
				}
			}
		}
		t.Logf("%s_out through the command: %d rows compared", family.name, rows)
	}
}

// close compares two cells; what is below 1e-5 of a case is no difference in a limit.
func close(got, want string, tolerance float64) bool {
	if got == "" || want == "" {
		return got == want
	}
	g, err1 := strconv.ParseFloat(got, 64)
	w, err2 := strconv.ParseFloat(want, 64)
	return err1 == nil && err2 == nil && math.Abs(g-w) <= tolerance*math.Max(math.Abs(w), 1e-5)
}

func earsArgs(c map[string]string) []string {
	return []string{"--method", "ears-" + strings.ToLower(c["method"]), "--baseline", c["baseline"], "--min-sigma", c["minSigma"], "--alpha", c["alpha"]}
}

func farringtonArgs(c map[string]string) []string {
	args := []string{"--b", c["b"], "--w", c["w"], "--alpha", c["alpha"], "--powertrans", c["powertrans"],
		"--limit54", c["limit54_cases"] + "," + c["limit54_weeks"], "--from", c["range_from"], "--to", c["range_to"]}
	for _, flag := range []string{"reweight", "trend"} {
		if c[flag] == "TRUE" {
			args = append(args, "--"+flag)
		} else {
			args = append(args, "--no-"+flag)
		}
	}
	if c["variant"] == "farrington" {
		return append(args, "--method", "farrington")
	}
	return append(args, "--method", "farrington-flexible", "--weights-threshold", c["weightsThreshold"], "--p-threshold-trend", c["pThresholdTrend"],
		"--no-periods", c["noPeriods"], "--past-weeks-not-included", c["pastWeeksNotIncluded"], "--threshold-method", c["thresholdMethod"])
}

func otherArgs(c map[string]string) []string {
	args := []string{"--method", strings.ReplaceAll(c["algo"], "_", "-"), "--from", c["range_from"], "--to", c["range_to"]}
	if c["algo"] == "cdc" {
		args = append(args, "--b", "3", "--m", "1", "--alpha", "0.025")
	}
	return args
}

// Whoever reads docs/epi.md finds every method, parameter and state that there is.
func TestTheDocumentNamesWhatThereIs(t *testing.T) {
	doc, err := os.ReadFile(filepath.Join(testkit.Root(t), "docs/epi.md"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(doc)
	var cli struct {
		Epi Commands `cmd:""`
	}
	parser, err := kong.New(&cli, kong.Name("godwit"))
	if err != nil {
		t.Fatal(err)
	}
	flags := 0
	for _, cmd := range parser.Model.Leaves(false) {
		if !strings.Contains(text, "godwit "+cmd.Path()) {
			t.Errorf("docs/epi.md does not name godwit %s", cmd.Path())
		}
		for _, f := range cmd.Flags {
			if f.Name == "help" {
				continue
			}
			flags++
			if !strings.Contains(text, "--"+f.Name) && !strings.Contains(text, "--[no-]"+f.Name) {
				t.Errorf("docs/epi.md does not name %s --%s", cmd.Path(), f.Name)
			}
		}
	}
	if flags < 30 {
		t.Fatalf("only %d flags: the test reads the commands wrongly", flags)
	}
	for _, m := range []string{"ears-c1", "ears-c2", "ears-c3", "farrington", "farrington-flexible", "cusum", "cusum-rossi", "cdc", "rki1", "rki2", "rki3", "bayes1", "bayes2", "bayes3"} {
		if !strings.Contains(text, "`"+m+"`") {
			t.Errorf("docs/epi.md does not explain %s", m)
		}
	}
	for s := epi.Stands; s.String() != ""; s++ {
		if !strings.Contains(text, "`"+s.String()+"`") {
			t.Errorf("docs/epi.md does not explain the state %s", s)
		}
	}
}
