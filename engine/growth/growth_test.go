package growth

import (
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/godwit-health/godwit/internal/testkit"
)

func TestTheTablesAreWHOsUnchanged(t *testing.T) {
	for name, source := range map[string]string{"weight-for-age": "weianthro", "length-for-age": "lenanthro", "bmi-for-age": "bmianthro", "arm-for-age": "acanthro",
		"head-for-age": "hcanthro", "triceps-for-age": "tsanthro", "subscapular-for-age": "ssanthro", "weight-for-length": "wflanthro", "weight-for-height": "wfhanthro",
		"weight-for-age-5-10": "wfawho2007", "height-for-age-5-19": "hfawho2007", "bmi-for-age-5-19": "bfawho2007"} {
		raw, err := os.ReadFile(testkit.Data(t, filepath.Join("growth", source+".txt")))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(string(raw)), "\n")[1:]
		per := 1.0
		if strings.HasPrefix(source, "wf") && strings.HasSuffix(source, "anthro") {
			per = 10
		}
		tab := load(name, per)
		for _, line := range lines {
			f := strings.Fields(line)
			got, ok := tab.at(Sex(number(t, f[0])), number(t, f[1]))
			if want := (lms{number(t, f[2]), number(t, f[3]), number(t, f[4])}); !ok || got != want {
				t.Fatalf("%s at %s: %v, want %v", name, f[1], got, want)
			}
		}
		if n := len(tab.rows[0]) + len(tab.rows[1]); n != len(lines) {
			t.Errorf("%s: %d rows, want %d", name, n, len(lines))
		}
	}
}

// The figures are from the tests of the WHO R package anthroplus.
func TestFromSixtyMonthsTheReferenceCanHold(t *testing.T) {
	for _, k := range []struct{ months, height, weight, waz, haz, baz float64 }{
		{60.32, 113.8, 18.7, 0.212, 0.959, -0.575},
		{60.911701, 113.6, 20.5, 0.795, 0.848, 0.418},
	} {
		c := NewChild(Female, k.months*DaysPerMonth)
		c.Length, c.Weight = k.height, k.weight
		got := Rules{ReferenceFrom: 60}.Assess(c)
		for i, want := range map[Index]float64{WeightForAge: k.waz, LengthForAge: k.haz, BMIForAge: k.baz} {
			if s := got.Of(i); s.State != Stands || math.Abs(s.Z-want) > 0.0006 {
				t.Errorf("at %v months %s is %v (%s), want %v", k.months, i, s.Z, s.State, want)
			}
		}
		if s := (Rules{}).Assess(c).Of(WeightForAge); s.State != AgeOutside || !math.IsNaN(s.Z) {
			t.Errorf("at %v months the programs of 2009 answer nothing, and this is %v (%s)", k.months, s.Z, s.State)
		}
	}
}

func TestWhereAnIndexBeginsAndEnds(t *testing.T) {
	full := func(age float64) Child {
		c := NewChild(Male, age)
		c.Weight, c.Length, c.Arm, c.Head, c.Position = 30, 100, 15, 48, Standing
		return c
	}
	months := func(m float64) float64 { return m * DaysPerMonth }
	for _, k := range []struct {
		name  string
		age   float64
		index Index
		want  State
	}{
		{"birth", 0, WeightForAge, Stands},
		{"the day before the arm has a table", 90, ArmForAge, AgeOutside},
		{"the first day of the arm", 91, ArmForAge, Stands},
		{"the last day under sixty months", 1826, LengthForAge, Stands},
		{"sixty months", 1827, LengthForAge, AgeOutside},
		{"sixty months, the head", 1827, HeadForAge, AgeOutside},
		{"five years and a month, the head", months(61), HeadForAge, AgeOutside},
		{"five years and a month, the arm", months(61), ArmForAge, AgeOutside},
		{"just before five years and a month", months(61) - 0.5, BMIForAge, AgeOutside},
		{"five years and a month", months(61), BMIForAge, Stands},
		{"five years and a month, weight for height", months(61), WeightForLength, AgeOutside},
		{"ten years, weight", months(120.9), WeightForAge, Stands},
		{"over ten years, weight", months(121), WeightForAge, AgeOutside},
		{"over ten years, height", months(121), LengthForAge, Stands},
		{"nineteen years", months(228.9), BMIForAge, Stands},
		{"over nineteen years", months(229), BMIForAge, AgeOutside},
	} {
		if got := (Rules{}).Assess(full(k.age)).Of(k.index).State; got != k.want {
			t.Errorf("%s: %s is %s, want %s", k.name, k.index, got, k.want)
		}
	}
}

func TestWhatIsNotKnownHasNoScoreAndSaysWhy(t *testing.T) {
	full := NewChild(Female, 400)
	full.Weight, full.Length, full.Arm, full.Position = 9, 75, 14, Lying
	for _, k := range []struct {
		name   string
		change func(*Child)
		want   map[Index]State
	}{
		{"all known", func(*Child) {}, map[Index]State{WeightForAge: Stands, LengthForAge: Stands, WeightForLength: Stands, BMIForAge: Stands, ArmForAge: Stands, HeadForAge: NotMeasured}},
		{"no sex", func(c *Child) { c.Sex = SexUnknown }, map[Index]State{WeightForAge: SexNotKnown, WeightForLength: SexNotKnown}},
		{"a sex that no table has", func(c *Child) { c.Sex = 7 }, map[Index]State{WeightForAge: SexNotKnown, ArmForAge: SexNotKnown}},
		{"no age", func(c *Child) { c.Age = math.NaN() }, map[Index]State{WeightForAge: AgeNotKnown, BMIForAge: AgeNotKnown, WeightForLength: Stands}},
		{"an age below zero", func(c *Child) { c.Age = -1 }, map[Index]State{WeightForAge: AgeNotKnown, WeightForLength: Stands}},
		{"no weight", func(c *Child) { c.Weight = math.NaN() }, map[Index]State{WeightForAge: NotMeasured, LengthForAge: Stands, BMIForAge: NotMeasured, WeightForLength: NotMeasured}},
		{"a weight of zero", func(c *Child) { c.Weight = 0 }, map[Index]State{WeightForAge: NotMeasured, WeightForLength: NotMeasured, LengthForAge: Stands}},
		{"no length", func(c *Child) { c.Length = math.NaN() }, map[Index]State{WeightForAge: Stands, LengthForAge: NotMeasured, BMIForAge: NotMeasured, WeightForLength: NotMeasured}},
		{"too short for the table", func(c *Child) { c.Length = 44.9 }, map[Index]State{WeightForLength: LengthOutside, LengthForAge: Stands}},
		{"oedema", func(c *Child) { c.Oedema = true }, map[Index]State{WeightForAge: HasOedema, WeightForLength: HasOedema, BMIForAge: HasOedema, LengthForAge: Stands, ArmForAge: Stands}},
		{"oedema and no weight", func(c *Child) { c.Oedema, c.Weight = true, math.NaN() }, map[Index]State{WeightForAge: NotMeasured}},
	} {
		c := full
		k.change(&c)
		got := Rules{}.Assess(c)
		for i, want := range k.want {
			if s := got.Of(i); s.State != want || math.IsNaN(s.Z) != (want != Stands) {
				t.Errorf("%s: %s is %v (%s), want %s", k.name, i, s.Z, s.State, want)
			}
		}
	}
}

func TestALengthIsCorrectedForHowItWasTaken(t *testing.T) {
	for _, k := range []struct {
		name     string
		age      float64
		position Position
		want     float64
	}{
		{"a year old who stood", 365, Standing, 80.7},
		{"a year old who lay", 365, Lying, 80},
		{"nobody stands at eight months", 250, Standing, 80},
		{"the last day of lying", 730, Standing, 80.7},
		{"the first day of standing", 731, Standing, 80},
		{"two years old who lay", 731, Lying, 79.3},
		{"not said", 731, PositionUnknown, 80},
		{"age not known", math.NaN(), Standing, 80},
	} {
		c := NewChild(Male, k.age)
		c.Length, c.Position = 80, k.position
		if got := (Rules{}).Assess(c).Length; math.Abs(got-k.want) > 1e-9 {
			t.Errorf("%s: %v, want %v", k.name, got, k.want)
		}
	}
}

func TestWithoutAnAgeWeightGoesByHowTheLengthWasTaken(t *testing.T) {
	z := func(length float64, p Position) float64 {
		c := NewChild(Male, math.NaN())
		c.Weight, c.Length, c.Position = 12, length, p
		return Rules{}.Assess(c).Of(WeightForLength).Z
	}
	if z(87, Lying) == z(87, Standing) {
		t.Fatal("the two tables answer the same, so this shows nothing")
	}
	if z(87, PositionUnknown) != z(87, Standing) || z(86.9, PositionUnknown) != z(86.9, Lying) {
		t.Error("from 87 cm a child was measured standing, and below lying")
	}
}

func TestAMeasureThatNoChildHasIsRefused(t *testing.T) {
	for field, change := range map[string]func(*Child){
		"age": func(c *Child) { c.Age = -1 }, "weight": func(c *Child) { c.Weight = 0 }, "length": func(c *Child) { c.Length = -70 },
		"arm": func(c *Child) { c.Arm = math.Inf(1) }, "head": func(c *Child) { c.Head = -1 }, "triceps": func(c *Child) { c.Triceps = 0 }, "subscapular": func(c *Child) { c.Subscapular = 0 },
	} {
		c := NewChild(Male, 100)
		if err := c.Check(); err != nil {
			t.Fatal(err)
		}
		change(&c)
		err := c.Check()
		if err == nil || !strings.HasPrefix(err.Error(), field+":") {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// A child anywhere in the tables: the curve through its measure is its score.
func TestACurveAndAScoreAreEachOthersInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sex := rapid.SampledFrom([]Sex{Male, Female}).Draw(t, "sex")
		z := rapid.Float64Range(-5.5, 5.5).Draw(t, "z")
		i := rapid.SampledFrom([]Index{WeightForAge, LengthForAge, BMIForAge, ArmForAge, WeightForLength}).Draw(t, "index")
		curve := Rules{}.Curve(i, sex, z, Standing)
		p := curve[rapid.IntRange(0, len(curve)-1).Draw(t, "at")]
		c := NewChild(sex, math.Ceil(p.X*DaysPerMonth))
		switch i {
		case WeightForAge:
			c.Weight = p.Y
		case LengthForAge:
			c.Length = p.Y
		case ArmForAge:
			c.Arm = p.Y
		case WeightForLength:
			c = NewChild(sex, 1000)
			c.Weight, c.Length = p.Y, p.X
		case BMIForAge:
			c.Length, c.Weight = 100, p.Y
		}
		s := Rules{}.Assess(c).Of(i)
		// A month is no whole number of days: the score is of the day after.
		if s.State != Stands || math.Abs(s.Z-z) > 0.25 || i == WeightForLength && math.Abs(s.Z-z) > 1e-9 {
			t.Fatalf("%s of %v at %v: %v (%s), want %v", i, p.Y, p.X, s.Z, s.State, z)
		}
	})
}

func TestAHeavierChildHasAHigherScoreAlsoFarOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := NewChild(rapid.SampledFrom([]Sex{Male, Female}).Draw(t, "sex"), rapid.Float64Range(0, 1826).Draw(t, "age"))
		c.Weight = rapid.Float64Range(0.5, 60).Draw(t, "weight")
		low := Rules{}.Assess(c).Of(WeightForAge).Z
		c.Weight += rapid.Float64Range(0.001, 5).Draw(t, "more")
		if high := (Rules{}).Assess(c).Of(WeightForAge).Z; !(high > low) {
			t.Fatalf("%v kg more makes %v of %v", c.Weight, high, low)
		}
	})
}

func TestImplausibleIsJudgedAsPrinted(t *testing.T) {
	at := func(z float64) Score {
		c := NewChild(Female, 500)
		c.Length = 75
		line, _ := read().length.at(Female, 75)
		c.Weight = line.at(z, true)
		return Rules{}.Assess(c).Of(WeightForLength)
	}
	for z, want := range map[float64]bool{5.004: false, 5.006: true, -5.004: false, -5.006: true, 0: false} {
		if got := at(z); got.Implausible != want || math.Abs(got.Z-z) > 1e-9 {
			t.Errorf("%s: implausible %v at %v", strconv.FormatFloat(z, 'f', -1, 64), got.Implausible, got.Z)
		}
	}
}
