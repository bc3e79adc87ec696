package travel

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// leaves registers somebody and puts them on a flight of some day.
func (w *world) leaves(days calendar.Day) (flight, person db.ID) {
	w.t.Helper()
	desk := w.as("reception")
	person = db.NewID()
	_, err := w.people.Register(desk, people.Registration{ID: person, Person: people.Person{Family: "Lokwa", Sex: people.Female}, Site: "CAMP"})
	w.must(err)
	flight, err = w.Plan(desk, Movement{Day: calendar.DayOfTime(now) + days, Mode: Flight, Number: "GW 101", To: "CAN", Hours: 9})
	w.must(err)
	w.must(w.Board(desk, flight, people.ShowCode(people.Code(person))))
	return flight, person
}

func (w *world) gaps(flight, person db.ID) []Gap {
	w.t.Helper()
	p, err := w.Person(w.as("nurse"), flight, person, "en")
	w.must(err)
	return p.Gaps
}

var ofOwnWill = Declaration{By: people.BySelf, Language: "Swahili", Interpreter: people.InterpreterNone, Witness: "A. Otieno"}

func TestNobodyBoardsWithoutTheirOwnWord(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		stopped := false
		w.Clearance = func(*db.Tx, db.ID) (Clearance, error) { return Clearance{Stopped: stopped}, nil }
		flight, person := w.leaves(1)
		desk := w.as("reception")
		if got := w.gaps(flight, person); !slices.Equal(got, []Gap{GapUndeclared, GapUnchecked}) {
			t.Errorf("before anything was said: %v", got)
		}
		if err := w.Step(desk, flight, person, Boarded, ""); fault.KeyOf(err) != "travel.gap.undeclared" {
			t.Errorf("boards without a word: %v", err)
		}
		d := ofOwnWill
		d.Movement, d.Interpreter = flight, people.InterpreterChild
		if err := w.Declare(desk, person, d); fault.FieldOf(err) != "interpreter" {
			t.Errorf("a child interprets: %v", err)
		}
		d.Interpreter = people.InterpreterNone
		w.must(w.Declare(desk, person, d))
		if got := w.gaps(flight, person); !slices.Equal(got, []Gap{GapUnchecked}) {
			t.Errorf("after the declaration: %v", got)
		}
		stopped = true
		if got := w.gaps(flight, person); !slices.Contains(got, GapClearance) {
			t.Errorf("a clearance that is suspended stops nothing: %v", got)
		}
		stopped = false
		w.must(w.Withdraw(desk, flight, person, "Afraid"))
		if got := w.gaps(flight, person); !slices.Contains(got, GapWithdrawn) {
			t.Errorf("after the withdrawal: %v", got)
		}
		w.must(w.Declare(desk, person, d))
		if got := w.gaps(flight, person); slices.Contains(got, GapWithdrawn) {
			t.Errorf("who declares anew: %v", got)
		}
		if err := w.Step(desk, flight, person, NoShow, ""); fault.FieldOf(err) != "reason" {
			t.Errorf("did not come, without why: %v", err)
		}
		w.must(w.Step(desk, flight, person, NoShow, "Ill"))
	})
}

func TestAnEscortIsPlannedWithWhatIsGoodOnTheDay(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		flight, person := w.leaves(5)
		nurse := w.as("nurse")
		in := Typed{With: []Companion{{Name: "nurse", Role: RoleNurse}}, Oxygen: Oxygen{Litres: 2, Hours: 10, Source: "Concentrator"},
			Kit: "adrenaline 1 mg, 2, 2026-11-26\ngauze", Calls: "Clinic, +254 700 000000"}
		for field, bad := range map[string]func(*Typed){
			"kit":          func(in *Typed) {}, // the adrenaline ends the day before
			"calls":        func(in *Typed) { in.Kit, in.Calls = "", "Clinic" },
			"with-1":       func(in *Typed) { in.Kit, in.With = "", []Companion{{Name: "reception", Role: RoleNurse}} },
			"oxygen_hours": func(in *Typed) { in.Kit, in.Oxygen.Hours = "", 0 },
		} {
			typed := in
			bad(&typed)
			if err := w.Assign(nurse, flight, person, typed); fault.FieldOf(err) != field {
				t.Errorf("%s: %v", field, err)
			}
		}
		in.Kit = "adrenaline 1 mg, 2, 2026-11-27\ngauze"
		w.must(w.Assign(nurse, flight, person, in))
		if err := w.Assign(w.as("reception"), flight, person, in); !fault.Is(err, fault.Forbidden) {
			t.Errorf("reception plans an escort: %v", err)
		}
		a, err := w.Along(nurse, flight, person, "en")
		w.must(err)
		if day := a.Movement.Day; a.Escort.ready(day) || !a.Escort.named(Nurse) || a.Escort.named(Doctor) || len(a.Escort.Kit) != 2 {
			t.Errorf("before the briefing: %+v", a.Escort)
		}
		w.must(w.Brief(nurse, flight, person))
		a, err = w.Along(nurse, flight, person, "en")
		w.must(err)
		if day := a.Movement.Day; !a.Escort.ready(day) || a.Escort.ready(day+1) || !a.Escort.Oxygen.lasts(9) || a.Escort.Oxygen.lasts(11) || a.Escort.Oxygen.lasts(0) {
			t.Errorf("after the briefing: %+v", a.Escort)
		}
		if list, err := w.Mine(nurse); err != nil || len(list) != 1 || list[0].Who.ID != person {
			t.Errorf("whom the nurse goes along with: %v, %v", list, err)
		}
		other, another := w.leaves(5)
		if err := w.Assign(nurse, other, another, in); fault.FieldOf(err) != "with-1" {
			t.Errorf("one nurse on two flights of a day: %v", err)
		}
		w.must(w.Assign(nurse, flight, person, in))
		if a, err = w.Along(nurse, flight, person, "en"); err != nil || !a.Escort.BriefedAt.IsZero() {
			t.Errorf("a new plan needs no new briefing: %v, %v", a.Escort.BriefedAt, err)
		}
	})
}

func TestAHandOverIsAcceptedWithACodeOnce(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.NewCode = func() (string, string) { return "CODE", "hash" }
		w.must(w.Access.Register(Outlets()...))
		w.Access.StandingOf(func(tx *db.Tx, subject db.ID) (access.Standing, error) { return w.people.Standing(tx, subject) })
		flight, person := w.leaves(0)
		nurse, today := w.as("nurse"), calendar.DayOfTime(now)
		line := db.NewID()
		w.must(w.Log(nurse, line, flight, person, Line{What: Observed, Text: "Sleeps, 96 %"}))
		w.must(w.Log(nurse, line, flight, person, Line{What: Observed, Text: "Sleeps, 96 %"})) // sent twice
		if _, err := w.PrintNote(nurse, flight, person, "en"); fault.KeyOf(err) != "travel.error.no_note" {
			t.Errorf("prints a note that nobody wrote: %v", err)
		}
		note := Note{To: "Toronto General", Arrival: today, Condition: "Stable", Medicines: "Isoniazid 300 mg daily, 30 days"}
		for field, bad := range map[string]func(*Note){"to": func(n *Note) { n.To = " " }, "arrival": func(n *Note) { n.Arrival = today - 2 }, "condition": func(n *Note) { n.Condition = "" },
			"medicines": func(n *Note) { n.Medicines = strings.Repeat("x", longText+1) }, "to_site": func(n *Note) { n.ToSite = "NOWHERE" }} {
			n := note
			bad(&n)
			if err := w.Write(nurse, flight, person, n, nil); fault.FieldOf(err) != field {
				t.Errorf("%s: %v", field, err)
			}
		}
		w.must(w.Write(nurse, flight, person, note, nil))
		p, err := w.PrintNote(nurse, flight, person, "en")
		w.must(err)
		if p.Code != "CODE" || len(p.Log) != 1 {
			t.Errorf("code %q, %d lines", p.Code, len(p.Log))
		}
		accepted := Answer{Step: Accepted, Words: "In bed 4"}
		for _, c := range []struct {
			hash string
			ans  Answer
			want bool
		}{{"other", accepted, false}, {"", accepted, false}, {"hash", accepted, true}, {"hash", accepted, false}, {"hash", Answer{Step: Followed, Outcome: Continued}, true}} {
			if known, err := w.AnswerByCode(t.Context(), c.hash, c.ans); err != nil || known != c.want {
				t.Errorf("%q %s: %v, %v", c.hash, c.ans.Step, known, err)
			}
		}
		if err := w.Write(nurse, flight, person, note, nil); fault.KeyOf(err) != "travel.error.accepted" {
			t.Errorf("a note that was accepted is changed: %v", err)
		}
		if _, err := w.PrintFile(w.as("physician"), flight, person, ToCare, "en"); fault.FieldOf(err) != "file_to" {
			t.Errorf("a medical file without consent: %v", err)
		}
		if list, _, err := w.Notes(nurse); err != nil || len(list) != 0 {
			t.Errorf("what was told to the end is still listed: %v, %v", list, err)
		}
	})
}

// at adds somebody like a demo account who works at another site.
func (w *world) at(login, like, site string) {
	w.t.Helper()
	for _, u := range access.DemoAccounts([]string{site}, []string{access.All}) {
		if u.User.Login != like {
			continue
		}
		u.User.Login = login
		made, err := w.Access.AddUser(access.Operator(w.t.Context()), u.User, u.Password, false)
		w.must(err)
		w.users[made.Login] = access.Actor{User: made.ID, Login: made.Login, Name: made.Name, Roles: made.Roles, Sites: made.Sites, Programmes: made.Programmes, Sensitivity: made.Sensitivity, Purpose: access.OrdinaryPurpose(made.Roles)}
	}
}

func TestASiteThatTakesOverAcceptsByLogIn(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		sites := place.NewSites(w.DB, w.Journal, w.Access)
		w.Sites = sites
		for _, code := range []string{"CLINIC", "OTHER"} {
			w.must(sites.Save(w.as("administrator"), place.Site{Code: code, Kind: place.Clinic, Names: map[string]string{"en": "Site " + strings.ToLower(code)}, Country: "KEN", ConsentAge: 16}))
			w.at("nurse_"+strings.ToLower(code), "nurse", code)
		}
		flight, person := w.leaves(0)
		nurse, there, elsewhere := w.as("nurse"), w.as("nurse_clinic"), w.as("nurse_other")
		w.must(w.Write(nurse, flight, person, Note{ToSite: "CLINIC", Arrival: calendar.DayOfTime(now), Condition: "Stable", Medicines: "None"}, nil))
		id := idOf(kindHandOver, flight, person)
		for who, want := range map[string]int{"nurse": 1, "nurse_clinic": 1, "nurse_other": 0} {
			if list, _, err := w.Notes(w.as(who)); err != nil || len(list) != want {
				t.Errorf("%s is shown %d hand-overs, want %d; %v", who, len(list), want, err)
			}
		}
		if _, err := w.Receive(elsewhere, id, "en"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a site that has nothing to do with it opens the note: %v", err)
		}
		for who, ctx := range map[string]context.Context{"the site that wrote it": nurse, "another site": elsewhere} {
			if err := w.Answer(ctx, id, Answer{Step: Accepted}); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s accepts: %v", who, err)
			}
		}
		if err := w.Answer(there, id, Answer{Step: Followed}); fault.FieldOf(err) != "outcome" {
			t.Errorf("tells what became of it without what: %v", err)
		}
		opened := func() (n int) {
			w.must(w.DB.Read(t.Context(), func(tx *db.Tx) error {
				return tx.Row("SELECT count(*) FROM access_opened WHERE subject = ? AND site = ?", person, "CLINIC").Scan(&n)
			}))
			return n
		}
		if opened() != 0 {
			t.Error("the record is open before anybody accepted")
		}
		w.must(w.Answer(there, id, Answer{Step: Accepted, Words: "Arrived well"}))
		if opened() != 1 {
			t.Error("who was accepted is not open to the site")
		}
		if err := w.Answer(there, id, Answer{Step: Accepted}); fault.FieldOf(err) != "step" {
			t.Errorf("accepted twice: %v", err)
		}
		w.must(w.Answer(there, id, Answer{Step: Followed, Outcome: Referred, Words: "To the hospital"}))
		r, err := w.Receive(nurse, id, "en")
		w.must(err)
		if len(r.Answers) != 2 || r.MayAnswer {
			t.Errorf("the site that wrote it reads %d answers, and may answer: %v", len(r.Answers), r.MayAnswer)
		}
	})
}
