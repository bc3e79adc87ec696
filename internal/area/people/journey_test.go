package people

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
)

func stay(t testing.TB, place, from, to string) Stay {
	t.Helper()
	s := Stay{Place: place, From: date(t, from)}
	if to == "now" {
		s.Ongoing = true
	} else {
		s.To = date(t, to)
	}
	return s
}

func TestStayValid(t *testing.T) {
	birth := date(t, "1990")
	for _, c := range []struct {
		why  string
		s    Stay
		want []string
	}{
		{"a plain stay", stay(t, "ETH", "2010", "2015-03"), nil},
		{"still there", stay(t, "ETH", "2010", "now"), nil},
		{"nothing known but the country", Stay{Place: "SDN"}, nil},
		{"nowhere", Stay{}, []string{"place country"}},
		{"in a document code", Stay{Place: "XXA"}, []string{"place country"}},
		{"from tomorrow", stay(t, "ETH", "2026-11-23", "now"), []string{"from stay_future"}},
		{"until next year", stay(t, "ETH", "2010", "2027"), []string{"to stay_future"}},
		{"ends before it begins", stay(t, "ETH", "2015", "2014"), []string{"to stay_ends_before"}},
		{"begins and ends in one year", stay(t, "ETH", "2015", "2015"), nil},
		{"before birth", stay(t, "ETH", "1988", "1989"), []string{"from stay_before_birth", "to stay_before_birth"}},
		{"from the year of birth", stay(t, "ETH", "1990", "2000"), nil},
		{"over and still there", Stay{Place: "ETH", To: date(t, "2010"), Ongoing: true}, []string{"to stay_ongoing_and_end"}},
	} {
		if got := faults(c.s.Valid(birth, today)); !slices.Equal(got, append([]string{}, c.want...)) {
			t.Errorf("%s: %q, want %q", c.why, got, c.want)
		}
	}
}

func TestGaps(t *testing.T) {
	birth := date(t, "2000-06-01")
	for _, c := range []struct {
		why   string
		stays []Stay
		want  []string // first–last, before
	}{
		{"nothing told", nil, nil},
		{"all of life", []Stay{stay(t, "ETH", "2000", "2018-03"), stay(t, "SDN", "2018-04", "now")}, nil},
		{"a month on the way is no question", []Stay{stay(t, "ETH", "2000", "2018-03-01"), stay(t, "SDN", "2018-03-25", "now")}, nil},
		{"two years nobody spoke of", []Stay{stay(t, "SDN", "2020-01-01", "now"), stay(t, "ETH", "2000", "2018-01-01")}, []string{"2018-01-02 2019-12-31"}},
		{"childhood missing", []Stay{stay(t, "ETH", "2010-01-01", "now")}, []string{"2000-06-01 2009-12-31"}},
		{"and then?", []Stay{stay(t, "ETH", "2000", "2020-01-01")}, []string{"2020-01-02 2026-11-22"}},
		{"end not known: no gap, no answer", []Stay{{Place: "ETH", From: date(t, "2000")}}, nil},
		{"a short stay inside a long one", []Stay{stay(t, "ETH", "2000", "now"), stay(t, "KEN", "2005", "2006")}, nil},
	} {
		var got []string
		for _, g := range Gaps(c.stays, birth, today) {
			got = append(got, g.First.String()+" "+g.Last.String())
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.why, got, c.want)
		}
	}
}

func TestWhole(t *testing.T) {
	birth := date(t, "2000")
	all := []Stay{stay(t, "ETH", "2000", "now")}
	if Whole(Journey{}, all, birth, today) != value.Unknown {
		t.Error("nobody said it is all")
	}
	if Whole(Journey{Complete: true}, all, birth, today) != value.Yes {
		t.Error("the person said it is all, and nothing contradicts")
	}
	if Whole(Journey{Complete: true}, []Stay{stay(t, "ETH", "2000", "2010")}, birth, today) != value.Unknown {
		t.Error("sixteen years are missing")
	}
	if Whole(Journey{Complete: true}, nil, birth, today) != value.Unknown {
		t.Error("a history of nothing is not whole")
	}
}

func TestOverlap(t *testing.T) {
	stays := []Stay{stay(t, "ETH", "2000-01-01", "2010-05-05"), stay(t, "SDN", "2010-05-05", "2012-01-01"), stay(t, "EGY", "2011-01-01", "now")}
	if got := Overlap(stays, today); !slices.Equal(got, [][2]int{{1, 2}}) {
		t.Errorf("overlaps %v", got)
	}
	stays[2].Sure = SureGuess
	if got := Overlap(stays, today); len(got) != 0 {
		t.Errorf("a guess contradicts nothing: %v", got)
	}
}

// Filling a gap with a stay of exactly its days removes it and opens no other.
func TestFillingAGapClosesIt(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		birth := calendar.Day(rapid.IntRange(0, 15000).Draw(r, "birth")).Date()
		first, _, _ := birth.Bounds()
		var stays []Stay
		for range rapid.IntRange(1, 6).Draw(r, "stays") {
			from := rapid.IntRange(int(first), int(today)).Draw(r, "from")
			to := rapid.IntRange(from, int(today)).Draw(r, "to")
			stays = append(stays, Stay{Place: "ETH", From: calendar.Day(from).Date(), To: calendar.Day(to).Date()})
		}
		gaps := Gaps(stays, birth, today)
		for _, g := range gaps {
			if g.First > g.Last || g.First < first || g.Last > today {
				r.Fatalf("gap %s–%s", g.First, g.Last)
			}
			for _, s := range stays {
				if s.Span().Touches(g.First, g.Last) != value.No {
					r.Fatalf("a stay lies in the gap %s–%s", g.First, g.Last)
				}
			}
			stays = append(stays, Stay{Place: "SDN", From: g.First.Date(), To: g.Last.Date()})
		}
		if left := Gaps(stays, birth, today); len(left) != 0 {
			r.Fatalf("still open: %v", left)
		}
	})
}
