package decision

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/expr"
	"github.com/godwit-health/godwit/engine/value"
)

// stay reads "AAA 2010..2015-03" and "AAA 2020.." (still there), "AAA 2020..?".
func stay(t testing.TB, s string) Stay {
	t.Helper()
	place, span, _ := strings.Cut(s, " ")
	from, to, _ := strings.Cut(span, "..")
	st := Stay{Place: place}
	var err error
	if st.Span.From, err = calendar.Parse(strings.Trim(from, "?")); err != nil {
		t.Fatal(err)
	}
	if to == "" {
		st.Span.Ongoing = true
	} else if st.Span.To, err = calendar.Parse(strings.Trim(to, "?")); err != nil {
		t.Fatal(err)
	}
	return st
}

func journeyValue(t testing.TB, derive string, j *Journey) string {
	t.Helper()
	typ := "int"
	switch {
	case strings.HasPrefix(derive, "any"), strings.HasPrefix(derive, "in_list"):
		typ = "bool"
	case strings.HasPrefix(derive, "last"):
		typ = "date"
	}
	src := Source{Facts: factDefs("d:"+typ+"="+derive, "c:code", "cs:list"), Lists: []ListDef{{ID: "loa", Entries: []ListEntry{{Code: "COD", Value: "300"}, {Code: "TCD", Value: "140"}}}}}
	src.Tables = []*Table{rules(t, "T collect", "d", "outcome; code", "r; known => flag; X")}
	p := mustCompile(t, src)
	return p.Decide(Input{On: dayOf(t, testDay), Journey: j, Facts: FactsOf(value.Facts{"c": value.Text("COD"), "cs": value.Texts("FRA", "TCD")}, 0)}).Used["d"].String()
}

func TestJourney(t *testing.T) {
	cases := []struct {
		derive   string
		complete bool
		stays    string
		want     string
	}{
		// any stay
		{`any_stay_in("loa")`, true, "COD 2010..2015, TZA 2015..", "true"},
		{`any_stay_in("loa")`, false, "COD 2010..2015, TZA 2015..", "true"},
		{`any_stay_in("loa")`, true, "TZA 1990..", "false"},
		{`any_stay_in("loa")`, false, "TZA 1990..", "unknown"},
		{`any_stay_in("loa")`, true, "", "false"},
		{`any_stay_in("loa")`, false, "", "unknown"},
		{`any_stay_in("loa")`, true, "COD ?..?", "unknown"},
		{`any_stay_in("loa", 60, on)`, true, "COD 2010..2015, TZA 2015..", "false"},
		{`any_stay_in("loa", 60, on)`, true, "COD 2010..2021-06-01, TZA 2021-06-02..", "true"},
		{`any_stay_in("loa", 60, on)`, true, "COD 2010..2021-05-31, TZA 2021-06-01..", "false"},
		{`any_stay_in("loa", 60, on)`, true, "COD 2010..2021, TZA 2022..", "unknown"},
		{`any_stay_in("loa", date("2012-01-01"), date("2012-12-31"))`, true, "COD 2010..2015", "true"},
		{`any_stay_in("loa", date("2016-01-01"), date("2016-12-31"))`, true, "COD 2010..2015", "false"},
		{`any_stay_in("loa")`, true, "COD 2027..", "false"},
		{`any_stay_in("loa")`, true, " 2010..2011, TZA 2012..", "unknown"},
		// longest stay, cut to the window
		{`longest_continuous_stay("loa", 60, on)`, true, "FRA 1990-01-01..2022-01-09, COD 2022-01-10..2022-04-09, FRA 2022-04-10..", "3"},
		{`longest_continuous_stay("loa", 60, on)`, true, "FRA 1990-01-01..2022-01-09, COD 2022-01-10..2022-04-08, FRA 2022-04-09..", "2"},
		{`longest_continuous_stay("loa", 60, on)`, true, "FRA 1990-01-01..2022-01-09, COD 2022-01-10..2022-02-20, TCD 2022-02-21..2022-04-09, FRA 2022-04-10..", "3"},
		{`longest_continuous_stay("loa", 60, on)`, true, "COD 1990-01-01..2021-08-31, FRA 2021-09-01..", "3"},
		{`longest_continuous_stay("loa")`, true, "FRA 1850-01-01..1999-12-31, COD 2000-01-01..2009-12-31, FRA 2010-01-01..", "120"},
		{`longest_continuous_stay("loa")`, true, "FRA 1850-01-01..1999-12-31, COD 2000..2009, FRA 2010-01-01..", "96..120"},
		// where was she before? the first stay may have begun earlier
		{`longest_continuous_stay("loa", 60, on)`, true, "COD 2026-01-02..", "5..60"},
		{`longest_continuous_stay("loa", 60, on)`, false, "FRA 1990-01-01..", "0"},
		{`longest_continuous_stay("loa", 60, on)`, false, "FRA 2024-06-01..", "0..36"},
		{`longest_continuous_stay("loa", 60, on)`, true, "FRA 2024-06-01..", "0"},
		{`longest_continuous_stay("loa", 60, on)`, true, "COD 2022-01-01..2022-03-31, FRA 2022-06-01..", "3..12"},
		{`longest_continuous_stay("loa", 60, on)`, true, "FRA 1990-01-01..2022-01-01, COD 2022-01-01..2022-03-31, FRA 2022-06-01..", "3..5"},
		// presence that touches the window, measured in full
		{`longest_stay_touching("loa", 6, on)`, true, "COD 1990-01-01..2025-11-30, FRA 2025-12-01..", "0"},
		{`longest_stay_touching("loa", 6, on)`, true, "FRA 1850-01-01..1989-12-31, COD 1990-01-01..2025-12-01, FRA 2025-12-02..", "431"},
		{`longest_stay_touching("loa", 6, on)`, true, "COD 1990-01-01..1999-12-31, FRA 2000-01-01..2026-03-31, TCD 2026-04-01..2026-04-20, FRA 2026-04-21..", "0"},
		// last day of presence
		{`last_stay("loa")`, true, "COD 2010-01-01..2015-03-31, FRA 2015-04-01..", "2015-03-31"},
		{`last_stay("loa")`, true, "COD 2010-01-01..2015-03, FRA 2015-04-01..", "2015-03-01/2015-03-31"},
		{`last_stay("loa")`, true, "FRA 2015-04-01..", "unknown"},
		// lists and values
		{`in_list("loa", c)`, true, "", "true"}, {`in_list("loa", cs)`, true, "", "true"}, {`country_value("loa", c)`, true, "", "300"},
	}
	for _, c := range cases {
		j := &Journey{Complete: c.complete}
		for _, s := range strings.Split(c.stays, ", ") {
			if s != "" {
				j.Stays = append(j.Stays, stay(t, s))
			}
		}
		if got := journeyValue(t, c.derive, j); got != c.want {
			t.Errorf("%s of %q (complete %v) = %s, want %s", c.derive, c.stays, c.complete, got, c.want)
		}
	}
	if got := journeyValue(t, `any_stay_in("loa")`, nil); got != "unknown" {
		t.Errorf("no journey: %s", got)
	}
}

func TestCitizenships(t *testing.T) {
	for _, c := range []struct {
		codes    []string
		complete bool
		want     string
	}{{[]string{"FRA", "COD"}, false, "true"}, {[]string{"FRA"}, true, "false"}, {[]string{"FRA"}, false, "unknown"}, {nil, true, "false"}} {
		if got := journeyValue(t, `any_citizenship_in("loa")`, &Journey{Citizenships: c.codes, CitizenshipsComplete: c.complete}); got != c.want {
			t.Errorf("%v: %s, want %s", c, got, c.want)
		}
	}
}

// The safety invariant of the reference (assessment rules, 4.6): a stay in a
// listed area or an unknown history never yields the drug.
func TestAnUnknownHistoryNeverYieldsTheDrug(t *testing.T) {
	p := mustCompile(t, Source{Facts: factDefs(`loa:bool=any_stay_in("loa")`), Lists: []ListDef{{ID: "loa", Entries: []ListEntry{{Code: "COD"}}}}, Tables: []*Table{
		rules(t, "T collect", "loa", "outcome; code", "r1; - => treat; IVERMECTIN", "r2; true => contraindicate; IVERMECTIN")}})
	on := dayOf(t, testDay)
	with := func(complete bool, stays ...string) Decision {
		j := &Journey{Complete: complete}
		for _, s := range stays {
			j.Stays = append(j.Stays, stay(t, s))
		}
		return p.Decide(Input{On: on, Journey: j})
	}
	expectSaid(t, with(true, "TZA 1990.."), "treat IVERMECTIN")
	expectSaid(t, with(true, "COD 2010..2015", "TZA 2015.."), "contraindicate IVERMECTIN")
	expectSaid(t, with(false, "TZA 1990.."), "contraindicate? IVERMECTIN [journey]; treat? IVERMECTIN [journey]")
	expectSaid(t, p.Decide(Input{On: on}), "contraindicate? IVERMECTIN [journey]; treat? IVERMECTIN [journey]")
	if d := p.Decide(Input{On: on}); len(d.Ask) != 1 || d.Ask[0] != AskJourney {
		t.Errorf("ask %v", d.Ask)
	}
}

// Knowing less of a journey never turns an answer into its opposite, and what is
// known in full lies within what was answered before.
func TestLessOfAJourneyIsNeverAnotherAnswer(t *testing.T) {
	places := []string{"COD", "TCD", "FRA", "TZA"}
	list := &program{listed: map[string]map[string]ListEntry{"loa": {"COD": {}, "TCD": {}}}}
	rapid.Check(t, func(t *rapid.T) {
		on := calendar.DayOf(2026, 6, 1)
		full := &Journey{Complete: true}
		blurred := &Journey{Complete: rapid.Bool().Draw(t, "complete")}
		next := on - calendar.Day(rapid.IntRange(0, 3000).Draw(t, "start"))
		for next <= on {
			length := calendar.Day(rapid.IntRange(0, 400).Draw(t, "length"))
			last := min(next+length, on)
			s := Stay{Place: rapid.SampledFrom(places).Draw(t, "place"), Span: calendar.Span{From: next.Date(), To: last.Date()}}
			full.Stays = append(full.Stays, s)
			from, _ := calendar.Between(next-calendar.Day(rapid.IntRange(0, 40).Draw(t, "a")), next+calendar.Day(rapid.IntRange(0, 40).Draw(t, "b")))
			to, _ := calendar.Between(last-calendar.Day(rapid.IntRange(0, 40).Draw(t, "c")), last+calendar.Day(rapid.IntRange(0, 40).Draw(t, "d")))
			s.Span = calendar.Span{From: from, To: to}
			switch rapid.IntRange(0, 6).Draw(t, "loss") {
			case 0:
				s.Span.To = calendar.Date{}
			case 1:
				s.Span.From = calendar.Date{}
			case 2:
				if !blurred.Complete {
					next = last + 1
					continue // a stay nobody told of
				}
			}
			blurred.Stays = append(blurred.Stays, s)
			next = last + 1
		}
		window := value.Number(float64(rapid.IntRange(1, 100).Draw(t, "window")))
		compareJourneys(t, list, full, blurred, on, window)
	})
}

func compareJourneys(t *rapid.T, g *program, full, blurred *Journey, on calendar.Day, window value.Value) {
	args := []value.Value{value.Text("loa"), window, value.Day(int(on))}
	for name, f := range map[string]func(*deriveEnv, []value.Value) value.Value{
		"any_stay_in":             func(e *deriveEnv, a []value.Value) value.Value { return anyStayIn(callOf(e), a) },
		"longest_continuous_stay": func(e *deriveEnv, a []value.Value) value.Value { return longestStay(callOf(e), a) },
		"longest_stay_touching":   func(e *deriveEnv, a []value.Value) value.Value { return longestTouching(callOf(e), a) },
		"last_stay":               func(e *deriveEnv, a []value.Value) value.Value { return lastStay(callOf(e), append(a[:1:1], a[2])) },
	} {
		exact := f(&deriveEnv{prog: g, journey: full, on: value.Day(int(on))}, args)
		less := f(&deriveEnv{prog: g, journey: blurred, on: value.Day(int(on))}, args)
		if less.Kind() == value.KindUnknown || exact.Kind() == value.KindUnknown && name == "last_stay" && less.Kind() == value.KindUnknown {
			continue
		}
		lo, hi, ranged := less.Bounds()
		x, y, _ := exact.Bounds()
		if ranged && exact.Kind() != value.KindUnknown && lo <= x && y <= hi {
			continue
		}
		if less.Equal(exact) {
			continue
		}
		t.Fatalf("%s is %s of the full journey and %s of what is left of it\n%+v\n%+v", name, exact, less, full.Stays, blurred.Stays)
	}
}

func callOf(e *deriveEnv) expr.Call { return expr.Call{Env: e} }
