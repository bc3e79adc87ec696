package epi

import (
	"math"
	"strings"
	"testing"
)

var observed = Column{Names: []string{"observed", "total"}}

func TestASheetIsReadBySeriesAndInOrder(t *testing.T) {
	s, err := ReadSheet(strings.NewReader("\ufeffSeries_ID,t,note,Observed\nb,2,x,20\na,1,,1\nb,1,,10\na,2,,\na,3,,NA\n"), observed)
	if err != nil || len(s.Problems) > 0 || len(s.Series) != 2 {
		t.Fatalf("%+v %v", s, err)
	}
	b, a := s.Series[0], s.Series[1]
	if b.ID != "b" || b.T[0] != "1" || b.Counts[0][1] != 20 || a.Counts[0][0] != 1 || !math.IsNaN(a.Counts[0][1]) || !math.IsNaN(a.Counts[0][2]) {
		t.Errorf("%+v", s.Series)
	}
	if b.Find("2") != 1 || b.Find("7") != -1 || b.Start.Known() || b.Daily {
		t.Errorf("%+v", b)
	}
}

func TestWeeksAndDaysAreKnownAsSuch(t *testing.T) {
	for _, tc := range []struct {
		why, rows string
		start     Week
		daily     bool
	}{
		{"weeks over a week 53", "2020-W52,1\n2020-W53,2\n2021-W01,3\n", Week{2020, 52}, false},
		{"days", "2020-12-30,1\n2020-12-31,2\n2021-01-01,3\n", Week{}, true},
		{"days a week apart", "2020-12-28,1\n2021-01-04,3\n", Week{2020, 53}, false},
	} {
		s, err := ReadSheet(strings.NewReader("t,total\n"+tc.rows), observed)
		if err != nil || len(s.Series) != 1 || s.Series[0].Start != tc.start || s.Series[0].Daily != tc.daily {
			t.Errorf("%s: %+v %v", tc.why, s, err)
		}
	}
}

func TestWhatIsWrongWithARowIsNamedAndTheOtherSeriesAreRead(t *testing.T) {
	for _, tc := range []struct{ why, rows, want string }{
		{"a gap", "bad,1,1\nbad,3,1\n", "line 3: series bad: t goes from 1 to 3"},
		{"a week left out over New Year", "bad,2020-W52,1\nbad,2021-W01,1\n", "line 3: series bad: t goes from 2020-W52 to 2021-W01"},
		{"the same t twice", "bad,1,1\nbad,1,2\n", "line 3: series bad: t is the same as in line 2"},
		{"a negative count", "bad,1,-1\n", "line 2: series bad: observed is negative"},
		{"half a case", "bad,1,0.5\n", "line 2: series bad: observed is not a whole number"},
		{"more than everybody", "bad,1,99999999999\n", "observed is more than there are people"},
		{"a word", "bad,1,few\n", "observed is not a number"},
		{"an infinite count", "bad,1,Inf\n", "observed is not a number"},
		{"a week 53 that is none", "bad,2021-W53,1\n", "t is not a whole number, an ISO week"},
		{"a day that is none", "bad,2021-02-30,1\n", "t is not"},
		{"weeks and numbers mixed", "bad,1,1\nbad,1970-W03,1\n", "t is written in another way"},
		{"a row without a t", "bad,,1\n", "t is not"},
	} {
		s, err := ReadSheet(strings.NewReader("series_id,t,observed\n"+tc.rows+"good,1,4\ngood,2,5\n"), observed)
		if err != nil {
			t.Fatal(tc.why, err)
		}
		if len(s.Problems) != 1 || !strings.Contains(s.Problems[0].String(), tc.want) || len(s.Series) != 1 || s.Series[0].ID != "good" {
			t.Errorf("%s: %v, series %+v; want %q", tc.why, s.Problems, s.Series, tc.want)
		}
	}
}

func TestAFileThatIsNoSheetIsRefused(t *testing.T) {
	for _, tc := range []struct{ why, text, want string }{
		{"nothing", "", "is empty"},
		{"only a header", "series_id,t,observed\n", "no rows"},
		{"no t", "series_id,observed\na,1\n", "no column t"},
		{"no counts", "series_id,t\na,1\n", "no column observed or total"},
		{"a quote that does not end", "series_id,t,observed\na,1,\"2\n", "line"},
	} {
		if _, err := ReadSheet(strings.NewReader(tc.text), observed); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %q", tc.why, err, tc.want)
		}
	}
}

func TestProblemsDoNotFillTheScreen(t *testing.T) {
	s, err := ReadSheet(strings.NewReader("t,observed\n"+strings.Repeat("x,1\n", 500)), observed)
	if err != nil || len(s.Problems) != maxProblems+1 || !strings.Contains(s.Problems[maxProblems].String(), "400 more") {
		t.Fatalf("%d problems, %v", len(s.Problems), err)
	}
}

func TestASerialIntervalIsReadFromAFile(t *testing.T) {
	w, err := ReadShares(strings.NewReader("k,p\n0,0\n1,0.4\n2,0.6\n"))
	if err != nil || len(w) != 3 || w[2] != 0.6 {
		t.Fatalf("%v %v", w, err)
	}
	for _, tc := range []struct{ text, want string }{
		{"", "is empty"}, {"a,b\n0,0\n", "no columns"}, {"k,p\n0,0\n2,1\n", "line 3: k is not 1"},
		{"k,p\n0,0\n1,much\n", "line 3: p is not a number"}, {"k,p\n0,0\n1,0.9\n", "sum to 0.9"}, {"k,p\n0,0\n1\n", "line 3"},
	} {
		if _, err := ReadShares(strings.NewReader(tc.text)); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%q: %v, want %q", tc.text, err, tc.want)
		}
	}
}

// No bytes may crash the reader, and what it reads every method takes.
func FuzzReadSheet(f *testing.F) {
	f.Add("series_id,t,observed\na,1,2\na,2,\n")
	f.Add("t,total,imported\n2020-W53,5,1\n2021-W01,6,0\n")
	f.Add("week,total\n2020-12-28,5\n2021-01-04,6\n")
	f.Add("t,observed\n1,-1\n3,x\n")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ReadSheet(strings.NewReader(text), observed, Column{Names: []string{"imported"}, Optional: true})
		if err != nil {
			return
		}
		for _, one := range s.Series {
			if len(one.T) == 0 || len(one.T) != len(one.Counts[0]) {
				t.Fatalf("%d moments and %d counts", len(one.T), len(one.Counts[0]))
			}
			series := Series{Counts: one.Counts[0], Start: one.Start}
			for name, detect := range detectors() {
				if got, err := detect(series, Range{}); err != nil || len(got) != len(one.T) {
					t.Fatalf("%s: %d answers for %d periods: %v", name, len(got), len(one.T), err)
				}
			}
		}
	})
}

// No bytes may crash the reader of intervals, and what it reads is one.
func FuzzReadShares(f *testing.F) {
	f.Add("k,p\n0,0\n1,0.4\n2,0.6\n")
	f.Add("day,w\n0,0\n1,1\n")
	f.Fuzz(func(t *testing.T, text string) {
		w, err := ReadShares(strings.NewReader(text))
		if err != nil {
			return
		}
		if _, err := (Reproduction{Interval: w}).Estimate(Incidence{Total: repeat(20, 3)}); err != nil {
			t.Fatal(err)
		}
	})
}

// No text is a week but a week.
func FuzzParseWeek(f *testing.F) {
	f.Add("2020-W53")
	f.Add("2021-W53")
	f.Fuzz(func(t *testing.T, text string) {
		w, err := ParseWeek(text)
		if err == nil && (w.String() != text || WeekOf(w.Monday()) != w || w.Add(1).Since(w) != 1) {
			t.Errorf("%q is read as %v", text, w)
		}
	})
}
