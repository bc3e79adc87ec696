package outbreak

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// What somebody told of their stays, as the gazetteer reads it.
func TestWhatIsSaidOfStaysThatWereTold(t *testing.T) {
	inTheCamp, elsewhere := whereabout{At: []Chain{camp}, Whole: true}, whereabout{At: []Chain{{"UGA"}}, Whole: true}
	nowhere := whereabout{}
	partly := whereabout{At: []Chain{camp}}                              // "camp, Foo": nobody here knows Foo
	both := whereabout{At: []Chain{camp, {"UGA-X", "UGA"}}, Whole: true} // two places in one box
	type stay struct {
		at       whereabout
		from, to string
	}
	outbreak := []running{inCamp(t, Active, "2026-11-01", "")}
	unknown23 := []running{inCamp(t, Active, "2026-11-01", "")}
	unknown23[0].In = Incubation{}
	for _, c := range []struct {
		name     string
		all      []running
		stays    []stay
		want     Answer
		met      int
		unplaced []int
	}{
		{"nothing told", outbreak, nil, Unknown, 0, nil},
		{"nothing told, and no outbreak declared", nil, nil, Unknown, 0, nil},
		{"a stay, and no outbreak declared", nil, []stay{{elsewhere, "2026-01", "2026-11-22"}}, No, 0, nil},
		{"in the camp until today", outbreak, []stay{{inTheCamp, "2026-06", "2026-11-22"}}, Yes, 1, nil},
		{"elsewhere until today", outbreak, []stay{{elsewhere, "2026-06", "2026-11-22"}}, No, 0, nil},
		{"elsewhere until yesterday: a day is open", outbreak, []stay{{elsewhere, "2026-06", "2026-11-21"}}, Unknown, 0, nil},
		{"elsewhere, until when is not known", outbreak, []stay{{elsewhere, "2026-06", ""}}, Unknown, 0, nil},
		{"in the camp, and when is not known", outbreak, []stay{{inTheCamp, "", ""}}, Possible, 1, nil},
		{"in the camp until some day of a month", outbreak, []stay{{inTheCamp, "2026-06", "2026-11"}}, Yes, 1, nil},
		{"in the camp from some day of October to some day of November", outbreak, []stay{{inTheCamp, "2026-10", "2026-11"}, {elsewhere, "2026-11", "2026-11-22"}}, Yes, 1, nil},
		{"left the camp in October or November", outbreak, []stay{{inTheCamp, "2026-06", "2026"}}, Possible, 1, nil},
		{"a place that nobody here knows", outbreak, []stay{{nowhere, "2026-06", "2026-11-22"}}, Unknown, 0, []int{0}},
		{"such a place beside one that covers every day", outbreak, []stay{{elsewhere, "2026-06", "2026-11-22"}, {nowhere, "2026-11-10", "2026-11-12"}}, Unknown, 0, []int{1}},
		{"such a place long before what counts", outbreak, []stay{{elsewhere, "2026-06", "2026-11-22"}, {nowhere, "2026-01-10", "2026-05-12"}}, No, 0, []int{1}},
		{"in the camp and in a place that nobody knows, in one box", outbreak, []stay{{partly, "2026-06", "2026-11-22"}}, Possible, 1, []int{0}},
		{"two places in one box", outbreak, []stay{{both, "2026-06", "2026-11-22"}}, Possible, 1, nil},
		{"an end before the beginning is no date", outbreak, []stay{{inTheCamp, "2026-11-10", "2026-11-02"}}, Possible, 1, nil},
		{"how long it counts is not known", unknown23, []stay{{inTheCamp, "2026-06", "2026-11-22"}}, Unknown, 1, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var stays []Declared
			var where []whereabout
			for _, s := range c.stays {
				stays, where = append(stays, Declared{From: date(t, s.from), To: date(t, s.to)}), append(where, s.at)
			}
			got := say(stays, where, c.all, day0)
			if got.Answer != c.want || len(got.Met) != c.met || !slices.Equal(got.Unplaced, c.unplaced) {
				t.Errorf("%s with %d meetings, unplaced %v; want %s with %d, %v", got.Answer, len(got.Met), got.Unplaced, c.want, c.met, c.unplaced)
			}
		})
	}
}

// The days within which the last one of a meeting lies are as uncertain as what was told.
func TestTheLastDayOfAMeetingIsAsUncertainAsTheDates(t *testing.T) {
	all := []running{inCamp(t, Active, "2026-11-01", "")}
	at := []whereabout{{At: []Chain{camp}, Whole: true}}
	for _, c := range []struct {
		name, from, to, first, last string
		known, certain              bool
	}{
		{"until a day", "2026-06", "2026-11-12", "2026-11-12", "2026-11-12", true, true},
		{"until a month, of which today is the last day that there was", "2026-06", "2026-11", "2026-11-01", "2026-11-22", true, true},
		{"until nobody knows when", "2026-11-05", "", "2026-11-05", "2026-11-22", true, true},
		{"nobody knows when", "", "", "", "2026-11-22", false, false},
	} {
		got := say([]Declared{{From: date(t, c.from), To: date(t, c.to)}}, at, all, day0)
		if len(got.Met) != 1 {
			t.Fatalf("%s: %d meetings", c.name, len(got.Met))
		}
		first, last, known := got.Met[0].Bounds(day0)
		if known != c.known || last.String() != c.last || known && first.String() != c.first || got.Met[0].Certain != c.certain {
			t.Errorf("%s: %s to %s, known %v, certain %v", c.name, first, last, known, got.Met[0].Certain)
		}
	}
}

// To veil what was told makes nothing surer: a date or a place less turns no answer into
// another definite one, and none into a no.
func TestVeilingAStayMakesNothingSurer(t *testing.T) {
	places := []whereabout{{At: []Chain{camp}, Whole: true}, {At: []Chain{camp[1:]}, Whole: true}, {At: []Chain{{"UGA"}}, Whole: true}}
	dates := []string{"", "2026", "2026-10", "2026-11", "2026-10-20", "2026-11-03", "2026-11-15", "2026-11-22"}
	rapid.Check(t, func(r *rapid.T) {
		all := []running{inCamp(t, rapid.SampledFrom([]State{Suspected, Active, Over}).Draw(r, "state"), rapid.SampledFrom([]string{"2026-09-01", "2026-11-01"}).Draw(r, "since"), rapid.SampledFrom([]string{"", "2026-11-10"}).Draw(r, "until"))}
		var stays []Declared
		var at []whereabout
		for range rapid.IntRange(1, 3).Draw(r, "stays") {
			stays = append(stays, Declared{From: date(t, rapid.SampledFrom(dates).Draw(r, "from")), To: date(t, rapid.SampledFrom(dates).Draw(r, "to"))})
			if last := &stays[len(stays)-1]; last.span().From.IsZero() && !last.From.IsZero() {
				last.From, last.To = last.To, last.From // told in an order that contradicts itself
			}
			at = append(at, rapid.SampledFrom(places).Draw(r, "place"))
		}
		before := say(stays, at, all, day0).Answer
		i := rapid.IntRange(0, len(stays)-1).Draw(r, "veiled")
		less, where := slices.Clone(stays), slices.Clone(at)
		switch rapid.IntRange(0, 2).Draw(r, "what") {
		case 0:
			less[i].From = date(t, "")
		case 1:
			less[i].To = date(t, "")
		case 2:
			where[i] = whereabout{}
		}
		after := say(less, where, all, day0).Answer
		if after == No && before != No || after == Yes && before != Yes {
			r.Fatalf("%s became %s: %+v at %+v, less %d", before, after, stays, at, i)
		}
	})
}

func TestOneOfTwoPlacesThatLiesInTheOtherIsWhereItWas(t *testing.T) {
	w := whereabout{At: []Chain{{"KEN"}, camp, camp, {"KE-TURKANA", "KEN"}}, Whole: true}
	if w.nest(); len(w.At) != 1 || w.At[0][0] != camp[0] || !w.sure() {
		t.Errorf("%v", w.At)
	}
	w = whereabout{At: []Chain{{"KEN"}, {"UGA"}}, Whole: true}
	if w.nest(); len(w.At) != 2 || w.sure() {
		t.Errorf("%v", w.At)
	}
}
