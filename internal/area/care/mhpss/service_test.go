package mhpss

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/care/team"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/areatest"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/key"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
	"github.com/godwit-health/godwit/internal/kernel/seal"
	"github.com/godwit-health/godwit/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

type world struct {
	*Service
	*areatest.World
	persons *people.Service
	room    db.ID
}

func both(t *testing.T, f func(t *testing.T, w *world)) { areatest.Both(t, newWorld, f) }

func newWorld(t *testing.T, pg string) *world {
	t.Helper()
	w := &world{World: areatest.New(t, areatest.Setup{Postgres: pg, Now: sampleNow,
		Migrations: [][]db.Migration{seal.Migrations(), people.Migrations()}, Kinds: [][]journal.Kind{seal.Kinds(), people.Kinds()},
		Pages: []page.Area{{Name: "seal", Templates: seal.Locales, Locales: seal.Locales}, {Name: "people", Templates: people.Templates, Locales: people.Locales}, team.Pages(), Pages()}})}
	vault := seal.New(seal.Deps{DB: w.Store, Journal: w.Entries, Access: w.Gate, Clock: w.Time, Cost: key.Cost{Memory: 64, Time: 1, Threads: 1},
		Session: func(ctx context.Context) string { a, _ := access.From(ctx); return a.Login }})
	w.persons = people.New(people.Deps{DB: w.Store, Journal: w.Entries, Access: w.Gate, Sites: w.Houses, Pages: w.Renderer, Clock: w.Time})
	w.Service = New(Deps{DB: w.Store, Vault: vault, Access: w.Gate, Pages: w.Renderer, Packs: &areatest.Shipped{}, People: w.persons, Clock: w.Time})
	w.Employ("CAMP", "")
	w.Build(place.Site{Code: "CAMP", Kind: place.Centre, Names: map[string]string{"en": "Camp"}, Country: "KEN", ConsentAge: 16})
	w.Serve(w.Routes, team.New(team.Deps{Vault: vault, Access: w.Gate, Pages: w.Renderer, Clock: w.Time}).Routes)
	w.Must(vault.Open(w.As("counsellor"), access.DemoPassword))
	w.Must(vault.Open(w.As("nurse"), access.DemoPassword))
	w.room = db.NewID()
	w.Must(vault.Found(w.As("counsellor"), w.room, "Quiet room", string(team.Support), "CAMP"))
	return w
}

func (w *world) person(years int) db.ID {
	w.T.Helper()
	id := db.NewID()
	_, err := w.persons.Register(w.As("reception"), people.Registration{ID: id, Person: people.Person{Family: "Achieng " + id.String()[30:], Sex: "female", Birth: calendar.DayOfTime(sampleNow.AddDate(-years, 0, -3)).Date()},
		Site: "CAMP", Family: db.NewID(), NewFamily: true, FamilyNumber: "GW-" + id.String()[30:], Role: people.RoleHead})
	w.Must(err)
	return id
}

func (w *world) begun(person db.ID) db.ID {
	w.T.Helper()
	id := db.NewID()
	w.Must(w.Begin(w.As("counsellor"), id, w.room, person, Begun{Mode: Individual, Explained: true, Agreed: true}, Contact{None: true}))
	return id
}

// equipped puts somebody on duty and imports a wording of an instrument in English.
func (w *world) equipped(instrument string, items int) {
	w.T.Helper()
	ctx := w.As("counsellor")
	w.Must(w.OnDuty(ctx, w.room, db.NewID(), Duty{Name: "Fatou", Reach: "tent 4", Until: w.today()}))
	w.Must(w.Import(ctx, w.room, db.NewID(), Wording{Instrument: instrument, Lang: "en", Source: "test version", Items: slices.Repeat([]string{"A question"}, items)}))
}

func answers(instrument string, values ...string) map[string][]string {
	out := map[string][]string{}
	for i, v := range values {
		name := instrument + "_" + strconv.Itoa(i+1)
		if v == "unknown" || v == "refused" {
			name += "-not"
		}
		out[name] = []string{v}
	}
	return out
}

func (w *world) look(id db.ID) Opened {
	w.T.Helper()
	o, err := w.Look(w.As("counsellor"), id)
	w.Must(err)
	return o
}

func TestAScoreStandsBehindItsGates(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ctx := w.As("counsellor")
		adult, child := w.begun(w.person(30)), w.begun(w.person(10))
		full := func() map[string][]string { return answers("phq9", "2", "2", "1", "1", "1", "1", "1", "1", "0") }
		refuses := func(id db.ID, lang, why string) {
			t.Helper()
			if _, err := w.Score(ctx, id, db.NewID(), "phq9", lang, full()); fault.KeyOf(err) != "mhpss.error.gate" {
				t.Errorf("%s: %v", why, err)
			}
		}
		refuses(adult, "en", "no wording was imported, and nobody is on duty")
		w.equipped("phq9", 9)
		refuses(adult, "ar", "no wording in Arabic")
		refuses(child, "en", "a child of ten")
		if _, err := w.Score(ctx, adult, db.NewID(), "phq9", "en", full()); err != nil {
			t.Fatal(err)
		}
		s := w.look(adult).Scores[0].V
		if s.Total == nil || *s.Total != 10 || !slices.Contains(s.Codes, "classify.PHQ9_MODERATE") || s.Check {
			t.Errorf("2,2,1,1,1,1,1,1,0 is 10 and moderate: %+v", s)
		}
		unborn := w.begun(w.nobodysAge())
		refuses(unborn, "en", "an age that is not known is no adult's")
	})
}

func (w *world) nobodysAge() db.ID {
	w.T.Helper()
	id := db.NewID()
	_, err := w.persons.Register(w.As("reception"), people.Registration{ID: id, Person: people.Person{Family: "Unknown", Sex: "female"}, Site: "CAMP", Family: db.NewID(), NewFamily: true, FamilyNumber: "GW-X", Role: people.RoleHead})
	w.Must(err)
	return id
}

func TestAnAnswerOnSelfHarmIsNotPassedOver(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ctx := w.As("counsellor")
		w.equipped("phq9", 9)
		id := w.begun(w.person(30))
		_, err := w.Score(ctx, id, db.NewID(), "phq9", "en", answers("phq9", "2", "0", "0", "0", "0", "0", "0", "0", "1"))
		w.Must(err)
		if s := w.look(id).Scores[0].V; !s.Check || s.Duty != "Fatou · tent 4" || !slices.Contains(s.Codes, "classify.PHQ9_MINIMAL") {
			t.Fatalf("a total of 3 with the last answer 1: %+v", s)
		}
		w.Now = w.Now.Add(7 * 60e9)
		_, body := w.Get("counsellor", "/support")
		w.Says(body, "A safety check waits", "For 7 min", "Fatou · tent 4")
		if err := w.Close(ctx, id, db.NewID(), Closing{Why: "goals"}); fault.KeyOf(err) != "mhpss.error.check_first" {
			t.Errorf("a case that waits for a check ends: %v", err)
		}
		if _, err := w.Check(ctx, id, db.NewID(), map[string][]string{"selfharm_plan": {"no"}}, "", "en"); err == nil {
			t.Error("a check without an outcome is one")
		}
		_, err = w.Check(ctx, id, db.NewID(), map[string][]string{"selfharm_plan": {"no"}, "selfharm_means": {"no"}, "selfharm_act": {"no"}, "safety_outcome": {"plan_made"}}, "", "en")
		w.Must(err)
		if since, _ := w.look(id).Waits(); !since.IsZero() {
			t.Error("it waits on after the check")
		}
		w.Must(w.Close(ctx, id, db.NewID(), Closing{Why: "goals"}))

		// The last question skipped: no total, and it is asked in person.
		id = w.begun(w.person(40))
		_, err = w.Score(ctx, id, db.NewID(), "phq9", "en", answers("phq9", "1", "1", "1", "1", "1", "1", "1", "1", "refused"))
		w.Must(err)
		if s := w.look(id).Scores[0].V; s.Total != nil || !s.Check {
			t.Errorf("the last answer refused: %+v", s)
		}
	})
}

func TestFourteenChildrenNeedTwoVettedAdultsAndNoNames(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ctx := w.As("counsellor")
		v := Session{Day: w.today(), Name: "Drawing", Aims: "Calm", Girls: 8, Boys: 6, Answers: map[string][]string{"activity": {"recreational"}},
			Facilitators: []Facilitator{{"Fatou", w.today() - 100}, {"Omar", 0}}}
		doc := db.NewID()
		for name, day := range map[string]calendar.Day{"not checked": 0, "checked after the session": w.today() + 1} {
			v.Facilitators[1].Vetted = day
			if err := w.Gather(ctx, w.room, doc, v); fault.FieldOf(err) != "facilitator_1" {
				t.Errorf("the second adult %s: %v", name, err)
			}
		}
		v.Facilitators[1].Vetted = w.today() - 5
		w.Must(w.Gather(ctx, w.room, doc, v))
		if err := w.Gather(ctx, w.room, doc, v); fault.KeyOf(err) != "seal.error.sent_twice" {
			t.Errorf("sent twice: %v", err)
		}
		f, err := w.Figures(ctx, w.today()-20, w.today())
		w.Must(err)
		page := areatest.Reads(second(w.Get("counsellor", "/support/figures")))
		if !strings.Contains(page, "Girls fewer than 10") || strings.Contains(page, "Girls 8") {
			t.Errorf("a small number is told: %s", page)
		}
		if f.Lines[1].Count != 8 {
			t.Errorf("girls counted: %+v", f.Lines)
		}
	})
}

func second(_ int, body string) string { return body }

func TestWhoIsNoMemberSeesNothing(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.begun(w.person(30))
		if code, _ := w.Get("nurse", "/support/"+id.String()); code != 404 {
			t.Errorf("a nurse who is no member: %d", code)
		}
		for _, login := range []string{"administrator", "reception", "privacy_officer", "epidemiologist"} {
			if code, body := w.Get(login, "/support/"+id.String()); code != 403 || strings.Contains(body, "Achieng") {
				t.Errorf("%s: %d", login, code)
			}
		}
		if code, to := w.Get("physician", "/support"); code != 303 || !strings.HasPrefix(to, "/rooms") {
			t.Errorf("a physician who opened nothing: %d %s", code, to)
		}
		// Leaving closes: whoever goes back is asked for a password.
		if _, to := w.Get("counsellor", "/rooms/leave"); to != "/" {
			t.Errorf("leaving leads to %q", to)
		}
		if code, to := w.Get("counsellor", "/support/"+id.String()); code != 303 || !strings.HasPrefix(to, "/rooms?next=") {
			t.Errorf("after leaving: %d %s", code, to)
		}
	})
}

func TestNothingTypedIsLost(t *testing.T) {
	w := newWorld(t, "")
	person := w.person(30)
	code, body := w.Post("counsellor", "/support/new", url.Values{"id": {db.NewID().String()}, "person": {person.String()}, "room": {w.room.String()}, "explained": {"yes"}, "wants": {"to sleep again"}, "when": {"mornings"}})
	if code != 422 {
		t.Fatalf("a form without consent: %d", code)
	}
	w.Says(body, "Without their agreement nothing is kept", "Choose how.", "to sleep again")
	if !strings.Contains(body, `value="mornings"`) {
		t.Error("what was typed is lost")
	}
	id := w.begun(person)
	code, body = w.Post("counsellor", "/support/"+id.String()+"/talk", url.Values{"doc": {db.NewID().String()}, "aims": {"sleep"}, "mode": {"individual"}, "minutes": {"many"}})
	if code != 422 || !strings.Contains(body, "sleep") {
		t.Errorf("a talk without a day: %d", code)
	}
	if err := w.Begin(w.As("counsellor"), db.NewID(), w.room, person, Begun{Mode: Individual, Explained: true, Agreed: true}, Contact{None: true}); fault.KeyOf(err) != "mhpss.error.open_already" {
		t.Errorf("two at once: %v", err)
	}
}

func TestARecordIsDestroyedByTwoMembers(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ctx := w.As("counsellor")
		id := w.begun(w.person(30))
		c, err := w.Vault.Candidate(ctx, "nurse")
		w.Must(err)
		w.Must(w.Vault.Admit(ctx, w.room, "nurse", c.Fingerprints[0]))
		w.Must(w.Erase(ctx, id))
		if err := w.Erase(ctx, id); !fault.Is(err, fault.Conflict) {
			t.Errorf("alone: %v", err)
		}
		w.Must(w.Erase(w.As("nurse"), id))
		if _, err := w.Look(ctx, id); !fault.Is(err, fault.NotFound) {
			t.Errorf("it is still there: %v", err)
		}
	})
}

func TestWhoOpenedARecordStandsInTheRoomOnceADayAndNotInTheAudit(t *testing.T) {
	w := newWorld(t, "")
	id := w.begun(w.person(30))
	for range 3 {
		w.look(id)
	}
	_, all, err := w.Vault.Leaves(w.As("counsellor"), w.room)
	w.Must(err)
	looks := 0
	for _, l := range all {
		if team.IsLook(l) && l.Record == id {
			looks++
		}
	}
	if looks != 1 {
		t.Errorf("%d marks of one reader on one day", looks)
	}
	var n int
	w.Must(w.Store.Read(t.Context(), func(tx *db.Tx) error {
		return tx.Row("SELECT count(*) FROM access_read WHERE usr = ?", w.Staff["counsellor"].User).Scan(&n)
	}))
	if n != 0 {
		t.Errorf("the audit of the site has %d lines of it", n)
	}
}
