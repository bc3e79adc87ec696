package growthcmd

import (
	"encoding/csv"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/godwit-health/godwit/internal/testkit"
)

// run runs a command line and answers its status and what it wrote.
func run(t testing.TB, in string, args ...string) (status int, out, errs string) {
	t.Helper()
	var o, x strings.Builder
	var cli struct {
		Growth Commands `cmd:""`
	}
	parser, err := kong.New(&cli, kong.Name("godwit"), kong.Exit(func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	ctx, err := parser.Parse(append([]string{"growth", "zscore"}, args...))
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

func TestAFileOfChildrenIsAnsweredAsItWasWritten(t *testing.T) {
	status, out, errs := run(t, "\ufeffID, Sex ,age_days,weight_kg,length_cm,measured,muac_cm,oedema,village\n"+
		"a,M,616,13.05,84.7,L,14.2,n,\"Kasenyi, south\"\n"+
		"b,f,,9,,,,,\n"+
		"c,F,1021,16.2,92.5,h,15.9,Y,\n"+
		"d,m,700\n", "-")
	want := `ID,Sex,age_days,weight_kg,length_cm,measured,muac_cm,oedema,village,waz,haz,whz,baz,acz,flag,flagged,undefined
a,M,616,13.05,84.7,L,14.2,n,"Kasenyi, south",1.209,0.097,1.582,1.610,-0.667,0,,
b,f,,9,,,,,,,,,,,,,waz age-not-known; haz age-not-known; whz not-measured; baz age-not-known; acz age-not-known
c,F,1021,16.2,92.5,h,15.9,Y,,,-0.221,,,0.292,0,,waz oedema; whz oedema; baz oedema
d,m,700,,,,,,,,,,,,,,waz not-measured; haz not-measured; whz not-measured; baz not-measured; acz not-measured
`
	if status != 0 || errs != "" || rounded(out) != want {
		t.Fatalf("status %d, %q\n%s\nwant\n%s", status, errs, rounded(out), want)
	}
}

func TestAFileWithDecimalCommasHasSemicolons(t *testing.T) {
	status, out, errs := run(t, "id;sex;age_days;weight_kg\na;m;616;13,05\n", "-")
	if status != 0 || errs != "" || !strings.HasPrefix(out, "id;sex;age_days;weight_kg;waz;") || !strings.Contains(out, "a;m;616;13,05;1.2") {
		t.Errorf("status %d, %q, %q", status, errs, out)
	}
}

// rounded is an answer with its scores to three decimals.
func rounded(out string) string {
	lines := strings.Split(out, "\n")
	for i, line := range lines {
		cells := strings.Split(line, ",")
		for k, c := range cells {
			if v, err := strconv.ParseFloat(c, 64); err == nil && len(c)-strings.Index(c, ".") == 7 && strings.Contains(c, ".") {
				cells[k] = strconv.FormatFloat(v, 'f', 3, 64)
			}
		}
		lines[i] = strings.Join(cells, ",")
	}
	return strings.Join(lines, "\n")
}

func TestACellThatCannotBeReadIsNamedAndTheRestOfTheRowIsAnswered(t *testing.T) {
	head := "id,sex,age_days,weight_kg,length_cm,measured,muac_cm,oedema\n"
	for _, k := range []struct{ name, row, says string }{
		{"a comma as decimal point", `a,m,616,"13,05",84.7,l,14.2,n`, `line 2: weight_kg: "13,05" is not a number`},
		{"a unit", "a,m,616,13.05,84.7 cm,l,14.2,n", `line 2: length_cm: "84.7 cm" is not a number`},
		{"a weight below zero", "a,m,616,-13,84.7,l,14.2,n", `line 2: weight_kg: "-13" cannot be`},
		{"a weight of zero", "a,m,616,0,84.7,l,14.2,n", `line 2: weight_kg: "0" cannot be`},
		{"an age below zero", "a,m,-1,13,84.7,l,14.2,n", `line 2: age_days: "-1" cannot be`},
		{"no number at all", "a,m,616,NaN,84.7,l,14.2,n", `line 2: weight_kg: "NaN" is not a number`},
		{"another sex", "a,x,616,13.05,84.7,l,14.2,n", `line 2: sex: "x" is none of f, m`},
		{"another position", "a,m,616,13.05,84.7,sat,14.2,n", `line 2: measured: "sat" is none of h, l`},
		{"oedema in doubt", "a,m,616,13.05,84.7,l,14.2,perhaps", `line 2: oedema: "perhaps" is none of n, y`},
		{"too many cells", "a,m,616,13.05,84.7,l,14.2,n,1,2", `line 2: has 10 cells for 8 columns`},
	} {
		status, out, errs := run(t, head+k.row+"\nz,m,616,13.05,84.7,l,14.2,n\n", "-")
		lines := strings.Split(strings.TrimSpace(out), "\n")
		if status != 1 || !strings.Contains(errs, k.says) || len(lines) != 3 || !strings.HasPrefix(lines[1], "a,") || !strings.HasPrefix(lines[2], "z,m,616,13.05,84.7,l,14.2,n,1.2") {
			t.Errorf("%s: status %d, %q\n%s", k.name, status, errs, out)
		}
	}
}

func TestAFileThatIsNoFileOfChildrenIsRefused(t *testing.T) {
	for _, k := range []struct{ name, in, says string }{
		{"empty", "", "the file is empty"},
		{"no age", "id,sex,weight_kg\n", "no column age_days"},
		{"no measure", "id,sex,age_days\n", "no column of a measure"},
		{"one column twice", "id,sex,SEX,age_days,weight_kg\n", `column "sex" stands there twice`},
		{"an answer of ours", "id,sex,age_days,weight_kg,waz\n", "has a column waz already"},
		{"a quote that does not end", "id,sex,age_days,weight_kg\n\"a,m,1,3\n", "extraneous or missing"},
	} {
		if status, _, errs := run(t, k.in, "-"); status != 2 || !strings.Contains(errs, k.says) {
			t.Errorf("%s: status %d, %q", k.name, status, errs)
		}
	}
	if status, _, errs := run(t, "id,sex,age_days,weight_kg\n", "--reference-from", "59", "-"); status != 2 || !strings.Contains(errs, "reference-from") {
		t.Errorf("a reference from 59 months: status %d, %q", status, errs)
	}
}

func TestSkinfoldsAndTheHeadAreAnsweredWhereTheFileHasThem(t *testing.T) {
	_, out, errs := run(t, "sex,age_days,head_cm,triceps_mm\nm,365,46,8\n", "-")
	if !strings.HasPrefix(out, "sex,age_days,head_cm,triceps_mm,waz,haz,whz,baz,acz,hcz,tsz,flag,") || !strings.Contains(out, "m,365,46,8,,,,,,-0.") || errs != "" {
		t.Errorf("%q, %q", out, errs)
	}
}

// Every child of the reference, through the command as its users call it.
func TestTheCommandAnswersAsTheReferencePrints(t *testing.T) {
	f, err := os.Open(testkit.Data(t, filepath.Join("epi", "anthro_out.csv")))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range in[0] {
		column[name] = i
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"id", "sex", "age_days", "weight_kg", "length_cm", "measured", "muac_cm", "oedema"})
	for _, row := range in[1:] {
		_ = w.Write(row[:8])
	}
	w.Flush()
	status, out, errs := run(t, b.String(), "-")
	if status != 0 || errs != "" {
		t.Fatalf("status %d, %q", status, errs)
	}
	got, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil || len(got) != len(in) {
		t.Fatalf("%d rows for %d, %v", len(got), len(in), err)
	}
	for i, row := range in[1:] {
		for k, name := range []string{"zwei", "zlen", "zwfl", "zbmi", "zac"} {
			cell, want := got[i+1][8+k], row[column[name]]
			if cell == "" || want == "" {
				if cell != want {
					t.Errorf("child %s: %s is %q, want %q", row[0], name, cell, want)
				}
				continue
			}
			g, _ := strconv.ParseFloat(cell, 64)
			v, _ := strconv.ParseFloat(want, 64)
			if math.Abs(math.Round(g*100)/100-v) > 1e-9 {
				t.Errorf("child %s: %s is %s, want %s", row[0], name, cell, want)
			}
		}
	}
}
