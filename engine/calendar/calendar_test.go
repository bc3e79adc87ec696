package calendar

import (
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/value"
	"pgregory.net/rapid"
)

func day(t testing.TB, s string) Day {
	t.Helper()
	d, err := ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func date(t testing.TB, s string) Date {
	t.Helper()
	d, err := Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDaysAgreeWithTheStandardLibrary(t *testing.T) {
	start := time.Date(1850, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 366 * 350 {
		tm := start.AddDate(0, 0, i)
		d := DayOfTime(tm)
		y, m, dd := d.YMD()
		if y != tm.Year() || m != int(tm.Month()) || dd != tm.Day() || int64(d)*86400 != tm.Unix() || d.Weekday() != tm.Weekday() {
			t.Fatalf("%s became %s (%d)", tm, d, d)
		}
	}
}

func TestParseKeepsThePrecision(t *testing.T) {
	for _, tc := range []struct {
		in   string
		prec Precision
		a, b string
	}{
		{"2026-11-22", ToDay, "2026-11-22", "2026-11-22"},
		{"2024-02", ToMonth, "2024-02-01", "2024-02-29"},
		{"2011", ToYear, "2011-01-01", "2011-12-31"},
		{"1996-01-05/1997-12-31", Estimated, "1996-01-05", "1997-12-31"},
		{"٢٠١١-٠٦-٠٢", ToDay, "2011-06-02", "2011-06-02"},
		{"۲۰۱۱", ToYear, "2011-01-01", "2011-12-31"},
	} {
		d := date(t, tc.in)
		a, b, ok := d.Bounds()
		if !ok || d.Precision() != tc.prec || a.String() != tc.a || b.String() != tc.b {
			t.Errorf("%s: %v %s..%s", tc.in, d.Precision(), a, b)
		}
		if again := date(t, d.String()); again != d {
			t.Errorf("%s does not survive printing: %s", tc.in, again)
		}
	}
	if d := date(t, ""); !d.IsZero() {
		t.Error("the empty date must be the unknown one")
	}
}

func TestImpossibleDatesAreErrors(t *testing.T) {
	for _, in := range []string{"2026-02-29", "2026-13-01", "2026-00-01", "2026-01-32", "26-01-01", "2026-1-1", "1492-10-12",
		"9999-01-01", "2026-01-01-01", "yesterday", "2026-06-01/2026-05-01", "-2026", "2026-", "+026", "2026-+1"} {
		if d, err := Parse(in); err == nil {
			t.Errorf("%q was read as %s", in, d)
		}
	}
}

func TestMonthArithmeticHasTwoConventions(t *testing.T) {
	for _, tc := range []struct {
		from        string
		n           int
		clamp, roll string
	}{
		{"2026-08-31", 6, "2027-02-28", "2027-03-01"},
		{"2024-01-31", 1, "2024-02-29", "2024-03-01"},
		{"2026-03-31", -1, "2026-02-28", "2026-03-01"},
		{"2024-02-29", 12, "2025-02-28", "2025-03-01"},
		{"2026-01-15", 25, "2028-02-15", "2028-02-15"},
		{"2026-01-15", -25, "2023-12-15", "2023-12-15"},
	} {
		d := day(t, tc.from)
		if got := d.AddMonths(tc.n, ClampToMonthEnd).String(); got != tc.clamp {
			t.Errorf("%s %+d clamped: %s, want %s", tc.from, tc.n, got, tc.clamp)
		}
		if got := d.AddMonths(tc.n, RollToNextMonth).String(); got != tc.roll {
			t.Errorf("%s %+d rolled: %s, want %s", tc.from, tc.n, got, tc.roll)
		}
	}
}

func TestAgeIsCompletedOnTheBirthday(t *testing.T) {
	for _, tc := range []struct {
		birth, on   string
		unit        Unit
		least, most int
	}{
		{"2011-06-02", "2026-06-01", Years, 14, 14},
		{"2011-06-02", "2026-06-02", Years, 15, 15},
		{"2012-02-29", "2027-02-28", Years, 14, 14}, // completes on 1 March in common years
		{"2012-02-29", "2027-03-01", Years, 15, 15},
		{"2012-02-29", "2028-02-29", Years, 16, 16},
		{"2026-01-31", "2026-02-28", Months, 0, 0},
		{"2026-01-31", "2026-03-01", Months, 1, 1},
		{"2026-01-01", "2026-02-19", Weeks, 7, 7},
		{"2026-01-01", "2026-02-18", Weeks, 6, 6},
		{"2011", "2026-06-01", Years, 14, 15},
		{"2011-06", "2026-06-01", Years, 14, 15},
		{"2011-06", "2026-06", Years, 14, 15},
	} {
		least, most, ok := Age(date(t, tc.birth), date(t, tc.on), tc.unit)
		if !ok || least != tc.least || most != tc.most {
			t.Errorf("born %s on %s: %d..%d, want %d..%d", tc.birth, tc.on, least, most, tc.least, tc.most)
		}
	}
}

func TestAStraddledMilestoneIsUnknownAndNotNo(t *testing.T) {
	on := date(t, "2026-06-01")
	for _, tc := range []struct {
		birth string
		want  value.Truth
	}{
		{"2011-06-01", value.Yes}, {"2011-06-02", value.No}, {"2011", value.Unknown},
		{"2010", value.Yes}, {"2012", value.No}, {"", value.Unknown},
	} {
		if got := AtLeast(date(t, tc.birth), on, 15, Years); got != tc.want {
			t.Errorf("born %q, 15 on %s: %s, want %s", tc.birth, on, got, tc.want)
		}
	}
}

func TestAFutureBirthDateIsNotAnAge(t *testing.T) {
	if v := AgeValue(date(t, "2027-01-01"), date(t, "2026-06-01"), Years); v.Known() {
		t.Errorf("age %s before birth", v)
	}
	if v := AgeValue(date(t, "2026"), date(t, "2026-06-01"), Years); !v.Equal(value.Number(0)) {
		t.Errorf("born this year: age %s, want 0", v)
	}
}

func TestAnEstimatedAgeCoversItsWholeYear(t *testing.T) {
	on := day(t, "2026-11-22")
	d, err := BornAtAge(30, 0, on)
	if err != nil {
		t.Fatal(err)
	}
	if d.String() != "1995-11-23/1996-11-22" {
		t.Errorf("about thirty: %s", d)
	}
	if least, most, _ := Age(d, on.Date(), Years); least != 30 || most != 30 {
		t.Errorf("about thirty is %d..%d", least, most)
	}
	if _, err := BornAtAge(200, 0, on); err == nil {
		t.Error("200 years is not an age")
	}
	d, _ = BornAtAge(1, 3, on)
	if _, last, _ := d.Bounds(); last != on {
		t.Errorf("a margin must not reach past the day: %s", d)
	}
}

func TestASpanAnswersForItsWorstAndBestReading(t *testing.T) {
	lo, hi := day(t, "2026-01-01"), day(t, "2026-06-30")
	for _, tc := range []struct {
		why      string
		from, to string
		ongoing  bool
		touches  value.Truth
	}{
		{"inside", "2026-02-01", "2026-03-01", false, value.Yes},
		{"before", "2024", "2025", false, value.No},
		{"after", "2026-07-01", "", true, value.No},
		{"still there since long", "2019", "", true, value.Yes},
		{"left nobody knows when", "2019", "", false, value.Unknown},
		{"left in 2026, which month?", "2019", "2026", false, value.Yes},
		{"came in 2026, which month?", "2026", "", true, value.Unknown},
		{"came in spring", "2026-03", "", false, value.Yes},
		{"nothing known", "", "", false, value.Unknown},
	} {
		s := Span{From: date(t, tc.from), To: date(t, tc.to), Ongoing: tc.ongoing}
		if got := s.Touches(lo, hi); got != tc.touches {
			t.Errorf("%s: %s, want %s", tc.why, got, tc.touches)
		}
	}
}

// Blurring a birth date may make an age question open, and never turn it.
func TestBlurringNeverTurnsAnAnswer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		birth := Day(rapid.IntRange(-20000, 20000).Draw(t, "birth"))
		on := birth + Day(rapid.IntRange(0, 36500).Draw(t, "days"))
		n := rapid.IntRange(0, 100).Draw(t, "n")
		unit := Unit(rapid.IntRange(0, 3).Draw(t, "unit"))
		y, m, _ := birth.YMD()
		exact := AtLeast(birth.Date(), on.Date(), n, unit)
		year, _ := OfYear(y)
		month, _ := OfMonth(y, m)
		for _, blurred := range []Date{year, month} {
			if got := AtLeast(blurred, on.Date(), n, unit); got != exact && got != value.Unknown {
				t.Fatalf("born %s on %s: %s became %s when known as %s", birth, on, exact, got, blurred)
			}
		}
	})
}

// Every day in an open span's reading must agree with a definite Touches.
func TestTouchesHoldsForEveryReading(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := func(name string) Day { return Day(rapid.IntRange(0, 60).Draw(t, name)) }
		f1, t1, lo := at("f"), at("t"), at("lo")
		hi := lo + at("w")
		f2, t2 := f1+at("fw"), t1+at("tw")
		from, _ := Between(f1, f2)
		to, _ := Between(t1, t2)
		got := Span{From: from, To: to}.Touches(lo, hi)
		for f := f1; f <= f2; f++ {
			for e := max(t1, f); e <= t2; e++ {
				real := value.TruthOf(f <= hi && e >= lo)
				if got.Known() && got != real {
					t.Fatalf("span %s to %s in %d..%d: said %s, reading %d..%d says %s", from, to, lo, hi, got, f, e, real)
				}
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"2026-11-22", "2026-11", "2026", "1996-01-01/1997-01-01", "", "٢٠٢٦", "2026-02-30"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := Parse(s)
		if err != nil {
			return
		}
		if again, err := Parse(d.String()); err != nil || again != d {
			t.Fatalf("%q: %s came back as %s (%v)", s, d, again, err)
		}
	})
}
