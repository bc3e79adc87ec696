package drill

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/packs"
)

// inForce gives the packs as they ship.
type inForce struct{}

func (inForce) Active(_ *db.Tx, id string, _ calendar.Day) (*pack.Pack, error) {
	return pack.Load(packs.Builtin(), id)
}

var (
	began = time.Date(2026, 11, 1, 6, 0, 0, 0, time.UTC)
	elena = db.ID{1}
)

func at(hours float64) time.Time { return began.Add(time.Duration(hours * float64(time.Hour))) }

// recorded is a signal that was triaged, verified and assessed at these hours, and to
// which the response began at the fourth; those of owned were taken before.
func recorded(hours [4]float64, owned ...surveillance.Act) Record {
	s := surveillance.Signal{Detected: at(1), Reported: at(1), Start: calendar.DayOfTime(at(-48)).Date()}
	for i, act := range []surveillance.Act{surveillance.ActTriage, surveillance.ActVerify, surveillance.ActAssess, surveillance.ActRespond} {
		if hours[i] == 0 {
			break
		}
		if slices.Contains(owned, act) {
			s.Steps = append(s.Steps, surveillance.Step{Act: surveillance.ActTake, By: elena, At: at(hours[i] - 0.1)})
		}
		st := surveillance.Step{Act: act, By: elena, At: at(hours[i]), Outcome: surveillance.GoOn}
		if act == surveillance.ActRespond {
			st.Action, st.On = "investigation", calendar.DayOfTime(at(hours[i]))
		}
		s.Steps = append(s.Steps, st)
	}
	s.Standing = surveillance.Fold(s)
	clocks, err := surveillance.New(surveillance.Deps{Packs: inForce{}}).Clocks(nil)
	if err != nil || len(clocks) == 0 {
		panic(fmt.Sprint("no clocks: ", err))
	}
	return Record{Signal: s, Clocks: clocks, Seven: surveillance.SevenOf(s, clocks, calendar.DayOfTime(at(200))), Names: map[db.ID]string{elena: "Elena"}}
}

func line(t *testing.T, s Score, step string) Line {
	t.Helper()
	for _, l := range s.Lines {
		if l.Step == step {
			return l
		}
	}
	t.Fatalf("no step %q in %+v", step, s.Lines)
	return Line{}
}

func TestAStepIsLateOneMinuteAfterItsClock(t *testing.T) {
	for words, tc := range map[string]struct {
		hours [4]float64
		step  string
		want  Verdict
	}{
		"triage in 24 hours":             {[4]float64{25, 26, 27, 28}, "triage", InTime},
		"triage a minute later":          {[4]float64{25 + 1.0/60, 26, 27, 28}, "triage", Late},
		"verification in 24 hours":       {[4]float64{2, 26, 27, 28}, "verification", InTime},
		"verification a minute later":    {[4]float64{2, 26 + 1.0/60, 27, 28}, "verification", Late},
		"assessment in 48 hours":         {[4]float64{2, 3, 51, 52}, "risk assessment", InTime},
		"assessment a minute later":      {[4]float64{2, 3, 51 + 1.0/60, 52}, "risk assessment", Late},
		"the response begins in a day":   {[4]float64{2, 3, 4, 28}, "response begun", InTime},
		"the response begins later":      {[4]float64{2, 3, 4, 28 + 1.0/60}, "response begun", Late},
		"nobody verified":                {[4]float64{2, 0, 0, 0}, "verification", NotDone},
		"no response":                    {[4]float64{2, 3, 4, 0}, "response begun", NotDone},
		"no list has a clock for a case": {[4]float64{2, 3, 4, 5}, "case recorded", NoClock},
	} {
		if tc.want == NoClock {
			tc.step = "case recorded"
		}
		m := Marks{Arrived: at(0.5), Case: at(10), Listed: at(11)}
		if got := line(t, ScoreOf(Scenario{}, 1, began, recorded(tc.hours), m), tc.step); got.Verdict != tc.want {
			t.Errorf("%s: %s, want %s (%+v)", words, got.Verdict, tc.want, got)
		}
	}
}

func TestAStepThatNobodyTookHasNoOwner(t *testing.T) {
	s := ScoreOf(Scenario{}, 1, began, recorded([4]float64{2, 3, 4, 5}, surveillance.ActTriage, surveillance.ActRespond), Marks{})
	for step, owner := range map[string]string{"triage": "Elena", "verification": "", "risk assessment": "", "response begun": "Elena"} {
		if l := line(t, s, step); l.Owner != owner || l.Unowned != (owner == "") {
			t.Errorf("%s: owner %q, nobody's %v", step, l.Owner, l.Unowned)
		}
	}
	if s.Unowned != 2 {
		t.Errorf("%d steps without an owner", s.Unowned)
	}
}

// A step that was never reached is one that was not done: left out, a drill that stopped
// early would look better than one that went on.
func TestStepsAfterTheOneThatWasNotDoneAreNotDoneEither(t *testing.T) {
	s := ScoreOf(Scenario{}, 1, began, recorded([4]float64{2, 0, 0, 0}, surveillance.ActTriage), Marks{})
	for _, step := range []string{"verification", "risk assessment", "response begun"} {
		if l := line(t, s, step); l.Verdict != NotDone || l.Unowned != (step == "verification") {
			t.Errorf("%s: %+v", step, l)
		}
	}
	if s.Unowned != 1 {
		t.Errorf("%d steps without an owner", s.Unowned)
	}
}

func TestWhatIsNotKnownIsNotMet(t *testing.T) {
	r := recorded([4]float64{2, 3, 4, 5})
	if s := ScoreOf(Scenario{}, 1, began, r, Marks{}); s.Seven != "missed" || line(t, s, "time to notify (1)").Verdict != Late {
		t.Errorf("nobody was told in eight days: %s, %+v", s.Seven, line(t, s, "time to notify (1)"))
	}
	r.Seven = surveillance.SevenOf(r.Signal, r.Clocks, calendar.DayOfTime(at(5)))
	if s := ScoreOf(Scenario{}, 1, began, r, Marks{}); s.Seven != "not known" || line(t, s, "time to notify (1)").Verdict != NotDone {
		t.Errorf("nobody was told on the first day: %s, %+v", s.Seven, line(t, s, "time to notify (1)"))
	}
	r.Start = calendar.Date{}
	r.Seven = surveillance.SevenOf(r.Signal, r.Clocks, calendar.DayOfTime(at(5)))
	if l := line(t, ScoreOf(Scenario{}, 1, began, r, Marks{}), "time to detect (7)"); l.Verdict != Undecided {
		t.Errorf("nobody knows when it began: %+v", l)
	}
	if l := line(t, ScoreOf(Scenario{}, 1, began, r, Marks{}), "early response (7)"); l.Verdict != NotDone {
		t.Errorf("nobody was told, so nobody answered: %+v", l)
	}
}

func TestTheTableSaysThatItIsAnExercise(t *testing.T) {
	var b strings.Builder
	if err := ScoreOf(Scenario{Name: "x", Disease: "plague"}, 7, began, recorded([4]float64{30, 31, 32, 33}), Marks{Arrived: at(0.5)}).Write(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"EXERCISE. Nothing of this happened. Scenario x (plague), seed 7.", "day 1 12:00", "29 h", "LATE", "NOBODY", "Late or not done: triage,"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s", want, b.String())
		}
	}
}

func TestEveryScenarioThatShips(t *testing.T) {
	lists := surveillance.Shipped()
	for _, name := range Scenarios() {
		sc, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		if !lists.HasDisease(sc.Disease) || sc.Travellers < 1+sc.Feverish || len(sc.Response) == 0 || sc.Response[0].Needless != "" {
			t.Errorf("%s: %+v", name, sc)
		}
		if sc.East.Site.Country == sc.West.Site.Country || sc.Agreement.Days == 0 || len(sc.Agreement.Says["fields"]) == 0 || sc.FollowUp.Days == 0 || sc.Abroad.Days == 0 {
			t.Errorf("%s: nothing goes across a border: %+v", name, sc.Agreement)
		}
		for _, side := range []Side{sc.East, sc.West} {
			for lang, words := range side.Site.Names {
				if !slices.Contains([]string{"Exercise", "Exercice", "Ejercicio", "تمرين"}, strings.TrimSpace(strings.Split(words, ":")[0])) {
					t.Errorf("%s: a site is called %q in %s", name, words, lang)
				}
			}
		}
		who := append(slices.Clone(sc.Companions), sc.Second["traveller_name"]...)
		if sc.Clinic != nil {
			who = append(who, sc.Clinic.Case["name"]...)
		}
		if len(who) < 2 {
			t.Errorf("%s: nobody is ill", name)
		}
		for _, c := range who {
			if !strings.HasPrefix(c, "Exercise ") {
				t.Errorf("%s: somebody is called %q", name, c)
			}
		}
		done := map[string]bool{}
		for _, r := range sc.Response {
			done[r.Action] = true
		}
		for _, a := range surveillance.Actions {
			if !done[a] {
				t.Errorf("%s: nobody says anything of %s", name, a)
			}
		}
	}
	if _, err := Load("../doc"); err == nil {
		t.Error("a file that is no scenario is read")
	}
}
