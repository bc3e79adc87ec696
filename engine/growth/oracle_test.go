package growth

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/godwit-health/godwit/internal/testkit"
)

// rows reads a file of the test data by the names of its columns.
func rows(t *testing.T, parts ...string) []map[string]string {
	t.Helper()
	f, err := os.Open(testkit.Data(t, filepath.Join(parts...)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	list, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, row := range list[1:] {
		m := map[string]string{}
		for i, name := range list[0] {
			m[name] = row[i]
		}
		out = append(out, m)
	}
	return out
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	if s == "" {
		return math.NaN()
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// The reference is the output of the WHO R package anthro, scores to two decimals.
func TestEveryScoreIsTheReferences(t *testing.T) {
	columns := map[Index]string{LengthForAge: "len", WeightForAge: "wei", WeightForLength: "wfl", BMIForAge: "bmi", ArmForAge: "ac"}
	compared, undefined := 0, 0
	for _, row := range rows(t, "epi", "anthro_out.csv") {
		c := NewChild(map[string]Sex{"m": Male, "f": Female}[row["sex"]], number(t, row["age_days"]))
		c.Weight, c.Length, c.Arm = number(t, row["weight_kg"]), number(t, row["lenhei_cm"]), number(t, row["muac_cm"])
		c.Position = map[string]Position{"l": Lying, "h": Standing}[row["measured"]]
		c.Oedema = row["oedema"] == "y"
		got := Rules{}.Assess(c)
		if want := number(t, row["clenhei"]); math.Abs(got.Length-want) > 1e-9 {
			t.Errorf("child %s: length %v, want %v", row["child"], got.Length, want)
		}
		if want := number(t, row["cbmi"]); math.Abs(got.BMI-want) > 1e-9 {
			t.Errorf("child %s: BMI %v, want %v", row["child"], got.BMI, want)
		}
		for i, column := range columns {
			s, printed := got.Of(i), ""
			if s.State == Stands {
				printed = strconv.FormatFloat(math.Round(s.Z*100)/100, 'f', -1, 64)
			} else {
				undefined++
			}
			if want := row["z"+column]; number(t, want) != number(t, printed) && (want != "" || printed != "") {
				t.Errorf("child %s: %s %s (%v, %s), want %s", row["child"], i, printed, s.Z, s.State, want)
			}
			if s.State == Stands && s.Implausible != (row["f"+column] == "1") {
				t.Errorf("child %s: %s %v implausible %v, want %s", row["child"], i, s.Z, s.Implausible, row["f"+column])
			}
			compared++
		}
	}
	if compared < 7000 || undefined < 300 {
		t.Fatalf("only %d scores compared, %d undefined", compared, undefined)
	}
}
