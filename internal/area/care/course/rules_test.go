package course

import (
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

var first = calendar.DayOf(2026, 1, 1)

// days writes a calendar as letters from the first day: o observed, v video, s told, m
// missed, h held, n not due, x disputed, . nothing.
func written(letters string) (out []Dose) {
	states := map[rune]DoseState{'o': Observed, 'v': ByVideo, 's': SelfReported, 'm': Missed, 'h': Held, 'n': NotDue}
	for i, c := range letters {
		on := first + calendar.Day(i)
		if c == 'x' {
			out = append(out, Dose{On: on, State: Observed}, Dose{On: on, State: Missed})
		} else if st, ok := states[c]; ok {
			out = append(out, Dose{On: on, State: st})
		}
	}
	return out
}

func TestWhatIsNotRecordedIsNeverMissed(t *testing.T) {
	for name, c := range map[string]struct {
		doses                      string
		missed, gap                [2]float64
		interrupted                value.Truth
		fromLo, fromHi, toLo, toHi int // days after the first; -1 for none
	}{
		"all observed":                    {"ooooo", [2]float64{0, 0}, [2]float64{0, 0}, value.No, -1, -1, -1, -1},
		"one missed at the end":           {"oooom", [2]float64{1, 1}, [2]float64{1, 1}, value.Yes, 4, 4, 5, 5},
		"two running, a held day between": {"oomhm", [2]float64{2, 2}, [2]float64{3, 3}, value.Yes, 2, 2, 5, 5},
		"a missed one, taken since":       {"omooo", [2]float64{0, 0}, [2]float64{0, 0}, value.Yes, 1, 1, 2, 2},
		"the last days not recorded":      {"ooo..", [2]float64{0, 2}, [2]float64{0, 2}, value.Yes, 3, 5, 3, 5},
		"missed, and before it nothing":   {"oo.mm", [2]float64{2, 3}, [2]float64{2, 3}, value.Yes, 2, 3, 5, 5},
		"days that were not due":          {"oonno", [2]float64{0, 0}, [2]float64{0, 0}, value.No, -1, -1, -1, -1},
		"two people differ":               {"oooox", [2]float64{0, 1}, [2]float64{0, 1}, value.Yes, 4, 5, 4, 5},
	} {
		a := calendarOf(written(c.doses)).adherence(first, first+calendar.Day(len(c.doses)))
		if got, want := a.MissedRunning, value.Range(c.missed[0], c.missed[1]); !got.Equal(want) {
			t.Errorf("%s: missed running %v, want %v", name, got, want)
		}
		if got, want := a.GapDays, value.Range(c.gap[0], c.gap[1]); !got.Equal(want) {
			t.Errorf("%s: gap %v, want %v", name, got, want)
		}
		if a.Interrupted != c.interrupted {
			t.Errorf("%s: interrupted %v", name, a.Interrupted)
		}
		if c.fromLo < 0 {
			continue
		}
		if want := value.DayRange(int(first)+c.fromLo, int(first)+c.fromHi); !a.GapFrom.Equal(want) {
			t.Errorf("%s: the gap begins %v, want %v", name, a.GapFrom, want)
		}
		if want := value.DayRange(int(first)+c.toLo, int(first)+c.toHi); !a.GapTo.Equal(want) {
			t.Errorf("%s: the gap ends %v, want %v", name, a.GapTo, want)
		}
	}
}

// The worked case of the reference: 60 due, 50 observed, 4 by video, 3 told, 3 missed.
func TestTheShareOfDosesThatSomebodySaw(t *testing.T) {
	letters := ""
	for letter, n := range map[string]int{"o": 50, "v": 4, "s": 3, "m": 3} {
		for range n {
			letters += letter
		}
	}
	cal := calendarOf(written(letters))
	if got := cal.adherence(first, first+60).TakenPercent; !got.Equal(value.Number(90)) {
		t.Errorf("%v", got)
	}
	// Ten more days of which nobody knows: between 54 and 64 of 70.
	if got := cal.adherence(first, first+70).TakenPercent; !got.Equal(value.Range(77.1, 91.4)) {
		t.Errorf("%v", got)
	}
	if got := calendarOf(nil).adherence(first, first).TakenPercent; got.Known() {
		t.Errorf("before the first dose: %v", got)
	}
}

// The day of today is not over: it counts once something is recorded of it.
func TestTodayIsNotMissedBeforeItIsOver(t *testing.T) {
	if got := calendarOf(written("oo")).adherence(first, first+2).MissedRunning; !got.Equal(value.Number(0)) {
		t.Errorf("%v", got)
	}
	if got := calendarOf(written("oom")).adherence(first, first+2).MissedRunning; !got.Equal(value.Number(1)) {
		t.Errorf("%v", got)
	}
}

func contacts(c Course) Course {
	c.Enrolled = first
	c.Plan = Plan{First: first, Rows: []Row{{Code: "A", From: first, Due: first, To: first + 1}, {Code: "B", From: first + 10, Due: first + 12, To: first + 14}, {Code: "C", From: first + 12, Due: first + 13, To: first + 20, Expires: first + 30}}}
	return c
}

func TestAVisitGivesWayToTheNextWhenItsTimeBegins(t *testing.T) {
	c := contacts(Course{})
	for day, want := range map[int]string{0: "A", 5: "A", 9: "A", 10: "B", 12: "BC", 14: "BC", 15: "C", 30: "C", 31: ""} {
		got := ""
		for _, p := range pending(c, nil, nil) {
			if on := first + calendar.Day(day); on >= p.From && on <= p.Until {
				got += p.Code
			}
		}
		if got != want {
			t.Errorf("day %d: %q, want %q", day, got, want)
		}
	}
	if list := pending(c, []Visit{{Row: 0, On: first}}, nil); len(list) != 2 || list[0].Code != "B" {
		t.Errorf("after the first: %+v", list)
	}
	if list := pending(c, []Visit{{Row: 0, On: first, Absent: true}}, nil); len(list) != 3 {
		t.Errorf("who was absent is still expected: %+v", list)
	}
	c.Ending.Outcome = "DONE"
	if list := pending(c, nil, nil); len(list) != 0 {
		t.Errorf("after the end: %+v", list)
	}
}

func TestWhichVisitADayCountsFor(t *testing.T) {
	list := pending(contacts(Course{}), nil, nil)
	for day, want := range map[int]int{0: 0, 1: 0, 5: 0, 11: 1, 13: 1, 18: 2, 25: 2} {
		if got := rowFor(list, first+calendar.Day(day)); got != want {
			t.Errorf("day %d: row %d, want %d", day, got, want)
		}
	}
	if got := rowFor(nil, first); got != -1 {
		t.Errorf("all done: %d", got)
	}
}

func TestAVisitThatComesAgainCountsFromTheLast(t *testing.T) {
	c := Course{Enrolled: first, Plan: Plan{Rows: []Row{{Code: "W", Every: true, From: 5, Due: 7, To: 9}}}}
	if p := pending(c, nil, nil)[0]; p.From != first+5 || p.To != first+9 {
		t.Errorf("from enrolment: %+v", p)
	}
	if p := pending(c, []Visit{{Code: "W", On: first + 8}, {Code: "W", On: first + 15, Absent: true}}, nil)[0]; p.From != first+13 {
		t.Errorf("from the last that took place: %+v", p)
	}
}

func TestTheDoseOfTheDayIsDueAfterTheLastRecord(t *testing.T) {
	c := Course{Enrolled: first, Plan: Plan{First: first, Doses: true}}
	if p := pending(c, nil, nil)[0]; p.Code != codeDose || p.From != first {
		t.Errorf("%+v", p)
	}
	if p := pending(c, nil, written("oom"))[0]; p.From != first+3 || p.To != first+3 {
		t.Errorf("%+v", p)
	}
}

func TestMeasuresOfACourse(t *testing.T) {
	seen := func(code, v string, day int) order.Observation {
		return order.Observation{Code: code, Value: value.Text(v), On: first + calendar.Day(day)}
	}
	base := told{Course: Course{Enrolled: first + 14, Plan: Plan{First: first, Anchors: map[string]calendar.Date{"start": first.Date()}}}, On: first + 100,
		Visits: []Visit{{On: first + 40}, {On: first + 60, Absent: true}, {On: first + 70, Absent: true}},
		Seen:   []order.Observation{seen("tb", "positive", 31), seen("tb", "negative", 60), seen("tb", "negative", 68), seen("done", "x", 50)}}
	n, d := value.Number, func(day int) value.Value { return value.Day(int(first) + day) }
	for text, want := range map[string]value.Value{
		"open": value.Of(true), "ended": value.Of(false), "died": value.Of(false), "transferred": value.Of(false), "is:sam": value.Text("sam"),
		"weeks": n(12), "enrolled_age": n(14), "days_since_anchor": n(100), "days_since_visit": n(60), "visits_absent": n(2), "enrolled_on": d(14),
		"seen:tb": value.Of(true), "seen:hb": value.NotKnown(), "days_since:tb": n(32), "months_since:tb": n(1), "week_of:tb": n(9),
		"seen_from:tb=60": value.Of(true), "seen_from:tb=69": value.Of(false), "seen_from:hb=0": value.Of(false), "answered:done=no": value.Text("x"), "answered:gone=no": value.Of(false),
		"run_first:tb=negative": d(60), "run_last:tb=negative": d(68), "run_count:tb=negative": n(2), "run_count:tb=positive": n(0), "run_first:tb=positive": value.NotKnown(),
		"last_month:tb=positive": n(1), "last_month:tb=contaminated": n(0), "last_month:hb=positive": value.NotKnown(), "run_count:hb=positive": value.NotKnown(),
	} {
		m, ok := pack.ParseMeasure(text)
		if !ok {
			t.Fatalf("%s is no measure", text)
		}
		if got := base.measure(m, "bool"); !got.Equal(want) {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
	away := base
	away.Transfers, away.Died = []Transfer{{State: Accepted}}, value.Yes
	for name, want := range map[string]bool{"transferred": true, "died": true} {
		if got := away.measure(pack.Measure{Name: name}, "bool"); !got.Equal(value.Of(want)) {
			t.Errorf("%s: %v", name, got)
		}
	}
	away.Transfers = []Transfer{{State: Arrived}, {State: NotCome}}
	if away.away() {
		t.Error("who arrived is not on the way")
	}
}

func TestWhatIsMissingInACourse(t *testing.T) {
	c := contacts(Course{Site: "NBO"})
	c.Plan.Doses = true
	got := map[GapKind]Gap{}
	for _, g := range gaps(c, []Visit{{Row: 1, On: first + 12}}, written("oom.oooooooooooooooooo"), []Transfer{{State: NotCome, To: "NKU-1"}, {State: Refused, To: "OLD"}}, first+22) {
		got[g.Kind] = g
	}
	if g := got[GapVisit]; g.Visit != "C" && g.Visit != "A" || g.Site != "NBO" {
		t.Errorf("visits: %+v", got)
	}
	if g := got[GapMissed]; g.Days != 1 || g.From != first+2 {
		t.Errorf("missed: %+v", g)
	}
	if g := got[GapUnknown]; g.Days != 1 || g.From != first+3 {
		t.Errorf("not recorded: %+v", g)
	}
	if g := got[GapTransfer]; g.State != NotCome || g.Site != "NKU-1" {
		t.Errorf("the last transfer says how it stands: %+v", g)
	}
}

func TestASmallCountIsNotToldToWhoMayNotSeeNames(t *testing.T) {
	c := Corridor{Counts: map[Step]int{StepContinued: 9, StepWaiting: 4}, Total: 13}
	if _, told := c.Count(StepWaiting); told != value.No || c.TotalTold() {
		t.Error("four, or what gives them away")
	}
	if n, told := c.Count(StepContinued); n != 9 || told != value.Yes {
		t.Error("nine are told")
	}
	if n, told := c.Count(StepRefused); n != 0 || told != value.Yes {
		t.Error("none are told")
	}
	c.Names = true
	if n, told := c.Count(StepWaiting); n != 4 || told != value.Yes || !c.TotalTold() {
		t.Error("who may see names may count them")
	}
}

func TestAPlaceOfTheListIsReadBack(t *testing.T) {
	a := after{first, db.ID{1, 2, 3}, -1}
	got, err := parsePlace(a.String())
	if err != nil || *got != a {
		t.Errorf("%v %v", got, err)
	}
	for _, bad := range []string{"x", "1.2", "1.zz.3", "1.00.3", a.String() + ".4", "99999999999." + a.String()[6:]} {
		if _, err := parsePlace(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}
