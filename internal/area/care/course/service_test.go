package course

import (
	"slices"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

func TestAPregnancyFromEnrolmentToBirthElsewhere(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		woman := w.person(people.Female)
		id := w.enrolled("nurse", woman, "anc", "ANC")
		if o := w.look("nurse", id); !o.Plan.Form || o.Plan.Rows[0].To != 0 {
			t.Fatalf("without its dates: %+v", o.Plan)
		}
		lmp := w.day() - 90
		w.fills("nurse", id, serviceEnrol, "lmp", lmp.String(), "lmp_certain", "yes", "dating_basis", "lmp")
		o := w.look("nurse", id)
		if len(o.Shown) != 1 || o.Shown[0].Date.String() != (lmp+280).String() {
			t.Errorf("the day of birth is expected on %v", o.Shown)
		}
		if len(o.Plan.Rows) != 8 || o.Plan.Rows[0].From != lmp+70 || o.Plan.Form {
			t.Fatalf("the plan: %+v", o.Plan)
		}
		// Due now, the contact of week 12; done, it leaves the list.
		if list, err := w.Recall(w.As("nurse"), "", ""); err != nil || len(list.Lines) != 1 || list.Lines[0].Visit != "ANC_CONTACT_12" {
			t.Fatalf("%+v %v", list.Lines, err)
		}
		w.fills("nurse", id, serviceVisit, "sbp", "118", "dbp", "76")
		if list, _ := w.Recall(w.As("nurse"), "", ""); len(list.Lines) != 0 {
			t.Errorf("after the contact: %+v", list.Lines)
		}
		if o := w.look("nurse", id); len(o.Visits) != 1 || o.Visits[0].Row != 0 || o.Visits[0].Code != "ANC_CONTACT_12" {
			t.Errorf("the visit: %+v", o.Visits)
		}
		// A scan dates the pregnancy two weeks later: what is to come moves, what was done stays.
		w.fills("nurse", id, serviceEnrol, "lmp", lmp.String(), "lmp_certain", "no", "us_date", w.day().String(), "us_ga_days", "76", "dating_basis", "ultrasound")
		if o := w.look("nurse", id); o.Plan.Rows[1].From != lmp+14+126 || len(o.Visits) != 1 {
			t.Errorf("dated anew: %+v", o.Plan.Rows)
		}
		// The birth is followed up at another site, which cannot open this record: the
		// pregnancy ends all the same, and nobody is called for it.
		w.on(200)
		w.Must(w.Store.Write(w.As("nurse_road"), func(tx *db.Tx) error {
			c, err := find(tx, id)
			if err != nil {
				return err
			}
			packs, _ := w.Packs.InForce(tx, packKind, w.day())
			g, _ := packs[3].ProgrammeOf("PNC_MOTHER")
			return w.closeOthers(tx, w.Staff["nurse_road"], Course{Person: c.Person, Site: "ROAD"}, g, w.day())
		}))
		if o := w.look("nurse", id); o.Open() || o.Course.Ending.Outcome != "DELIVERED" || o.Course.Ending.Where != "ROAD" {
			t.Errorf("after the birth: %+v", o.Course.Ending)
		}
		if list, _ := w.Recall(w.As("nurse"), "", ""); len(list.Lines) != 0 {
			t.Errorf("nobody is called for what ended: %+v", list.Lines)
		}
		w.rebuilt()
	})
}

func TestEnrolmentSaysWhatIsWrong(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		woman := w.person(people.Female)
		id := w.enrolled("nurse", woman, "ncd", "NCD")
		for name, c := range map[string]struct {
			doc  db.ID
			pack string
			code string
			on   int
			want string
		}{
			"a day that has not come":  {db.NewID(), "anc", "ANC", 1, "course.error.future"},
			"a programme that is none": {db.NewID(), "anc", "NONE", 0, "course.error.what"},
			"one that goes on":         {db.NewID(), "ncd", "NCD", 0, "course.error.already"},
			"the same form sent twice": {id, "anc", "ANC", 0, "course.error.sent_twice"},
		} {
			if err := w.Enrol(w.As("nurse"), c.doc, woman, c.pack, c.code, w.day()+calendar.Day(c.on)); key(err) != c.want {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := w.Enrol(w.As("reception"), db.NewID(), woman, "anc", "ANC", w.day()); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the reception enrols nobody: %v", err)
		}
	})
}

func TestADeathStopsRecalls(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		man := w.person(people.Male)
		id := w.enrolled("nurse", man, "ncd", "NCD")
		w.fills("nurse", id, serviceEnrol, "cardiovascular_disease", "no")
		w.on(40)
		if list, err := w.Recall(w.As("nurse"), "NCD", ""); err != nil || len(list.Lines) != 1 || !list.Lines[0].Overdue(w.day()) {
			t.Fatalf("%+v %v", list.Lines, err)
		}
		w.dies(man)
		if list, _ := w.Recall(w.As("nurse"), "NCD", ""); len(list.Lines) != 0 {
			t.Errorf("somebody who died is called: %+v", list.Lines)
		}
		if err := w.Enrol(w.As("nurse"), db.NewID(), man, "tb", "TB", w.day()); key(err) != "course.error.died" {
			t.Errorf("%v", err)
		}
		if err := w.End(w.As("nurse"), id, "DIED", w.day()); err != nil {
			t.Errorf("the course ends with it: %v", err)
		}
	})
}

// dies records a death as the record of the person has it.
func (w *world) dies(person db.ID) {
	w.T.Helper()
	w.Must(w.Store.Write(w.As("physician"), func(tx *db.Tx) error {
		d, err := w.Entries.Load(tx, person)
		if err != nil {
			return err
		}
		return w.Entries.Append(tx, w.Staff["physician"].Author(), journal.Change{Kind: d.Kind, Doc: person, Base: d.Version, Fields: map[string]any{"died": value.Yes}})
	}))
}

func TestARecallListGoesOnWhereItStopped(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		const people120 = mostListed*2 + 7
		var gone db.ID
		for i := range people120 {
			p := w.person(people.Male)
			w.enrolled("nurse", p, "nutrition", "NUTRITION_MAM")
			if i == 3 {
				gone = p
			}
		}
		w.dies(gone)
		w.on(14)
		seen, from, pages := map[db.ID]bool{}, "", 0
		for {
			list, err := w.Recall(w.As("nurse"), "NUTRITION_MAM", from)
			w.Must(err)
			for _, l := range list.Lines {
				if seen[l.Course] {
					t.Fatalf("%s stands twice", l.Course)
				}
				seen[l.Course] = true
			}
			pages++
			if from = list.Next; from == "" {
				break
			}
			if len(list.Lines) != mostListed {
				t.Errorf("page %d has %d lines", pages, len(list.Lines))
			}
		}
		if len(seen) != people120-1 || pages != 3 {
			t.Errorf("%d of %d on %d pages", len(seen), people120-1, pages)
		}
		if list, err := w.Recall(w.As("nurse_road"), "", ""); err != nil || len(list.Lines) != 0 {
			t.Errorf("another site reads %d lines, %v", len(list.Lines), err)
		}
		if _, err := w.Recall(w.As("reception"), "", ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the reception: %v", err)
		}
	})
}

func TestWhoDoesNotComeIsAbsentAndStillExpected(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.enrolled("nurse", w.person(people.Female), "nutrition", "NUTRITION_SAM")
		for range 2 {
			w.on(int(w.day()-calendar.DayOfTime(sampleNow)) + 7)
			doc := db.NewID()
			w.Must(w.Absent(w.As("nurse"), doc, id))
			if err := w.Absent(w.As("nurse"), db.NewID(), id); key(err) != "course.error.seen_today" {
				t.Errorf("twice on one day: %v", err)
			}
		}
		if got := w.outcome(id); got != "DEFAULTED" {
			t.Errorf("absent twice running: %q", got)
		}
		w.Must(w.End(w.As("nurse"), id, "DEFAULTED", w.day()))
		if o := w.look("nurse", id); o.Open() || len(o.Said.Outcomes) == 0 {
			t.Errorf("what the rules said is kept: %+v", o.Course.Ending)
		}
		if err := w.Absent(w.As("nurse"), db.NewID(), id); key(err) != "course.error.ended" {
			t.Errorf("after the end: %v", err)
		}
	})
}

func TestAnOutcomeIsWhatTheTableSays(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.tb()
		w.on(2)
		for day := range 2 {
			if _, err := w.dose("nurse", id, w.day()-calendar.Day(2-day), Observed); err != nil {
				t.Fatal(err)
			}
		}
		if got := w.outcome(id); got != "TB_ON_TREATMENT" {
			t.Fatalf("on the second day: %q", got)
		}
		if err := w.End(w.As("nurse"), id, "TB_CURED", w.day()); key(err) != "course.error.not_decided" {
			t.Errorf("cured by whoever says so: %v", err)
		}
		w.fills("nurse", id, serviceEnding, "tb_completed", "yes", "tb_changed", "no", "tb_never_started", "no", "tb_not_tb", "no")
		if got := w.outcome(id); got != "TB_COMPLETED" {
			t.Fatalf("completed without bacteriology: %q", got)
		}
		for name, c := range map[string]struct {
			on   calendar.Day
			want string
		}{"a day that has not come": {w.day() + 1, "course.error.future"}, "before enrolment": {w.day() - 10, "course.error.before"}} {
			if err := w.End(w.As("nurse"), id, "TB_COMPLETED", c.on); key(err) != c.want {
				t.Errorf("%s: %v", name, err)
			}
		}
		w.Must(w.End(w.As("nurse"), id, "TB_COMPLETED", w.day()))
		w.rebuilt()
	})
}

func TestAFormThatIsStruckOutTakesItsVisitBack(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.enrolled("nurse", w.person(people.Male), "ncd", "NCD")
		w.fills("nurse", id, serviceVisit, "sbp", "150", "dbp", "95")
		o := w.look("nurse", id)
		if len(o.Visits) != 1 {
			t.Fatalf("%+v", o.Visits)
		}
		results, err := w.orders.ResultsOf(w.As("physician"), o.Visits[0].Order)
		w.Must(err)
		if _, err := w.orders.StrikeOut(w.As("physician"), results[0].ID, "another person"); err != nil {
			t.Fatal(err)
		}
		if o := w.look("nurse", id); len(o.Visits) != 0 {
			t.Errorf("struck out: %+v", o.Visits)
		}
		w.rebuilt()
	})
}

func TestTheFactsOfACourseReachOtherRules(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.tb()
		person := w.look("nurse", id).Person
		w.on(3)
		if _, err := w.dose("nurse", id, w.day()-1, Missed); err != nil {
			t.Fatal(err)
		}
		w.Must(w.Store.Read(t.Context(), func(tx *db.Tx) error {
			facts, err := w.Facts(tx, person, value.Unknown)
			if v := facts["programme.tb_missed_running"].Value; !v.Equal(value.Range(1, 3)) {
				t.Errorf("missed running: %v: two days are not known", v)
			}
			if v := facts["programme.tb_regimen"].Value; !v.Equal(value.Text("ds")) {
				t.Errorf("the regimen: %v", v)
			}
			if v, ok := facts["programme.tb_neg_first"]; ok {
				t.Errorf("a specimen that nobody took: %v", v)
			}
			return err
		}))
		if o := w.look("nurse", id); !slices.Contains(codes(o, "flag"), "CONTACT_SAME_DAY") {
			t.Errorf("a missed dose asks for nothing: %v", codes(o, "flag"))
		}
	})
}
