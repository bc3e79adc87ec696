package course

import (
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/areatest"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
	"github.com/godwit-health/godwit/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// world is this package on a real database, with people, orders and the packs that ship:
// a camp, a clinic along the road, and a clinic that is closed.
type world struct {
	*Service
	*areatest.World
	persons *people.Service
	orders  *order.Service

	registered int
}

func both(t *testing.T, f func(t *testing.T, w *world)) { areatest.Both(t, newWorld, f) }

// shipped are the packs with programmes, in force from the first day.
type shipped struct{ areatest.Shipped }

var ids = []string{"anc", "ncd", "nutrition", "pnc", "return", "tb"}

func (s *shipped) InForce(tx *db.Tx, _ string, on calendar.Day) (out []*pack.Pack, err error) {
	for _, id := range ids {
		p, err := s.Active(tx, id, on)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

func (s *shipped) ByHash(tx *db.Tx, hash string) (*pack.Pack, error) {
	for _, id := range ids {
		if p, err := s.Active(tx, id, 0); err == nil && p.Hash == hash {
			return p, nil
		}
	}
	return nil, fault.New(fault.NotFound, "test", "packs.error.not_found")
}

func (s *shipped) Version(tx *db.Tx, _, _, hash string) (*pack.Pack, error) {
	return s.ByHash(tx, hash)
}

// records gives orders what they need of persons.
type records struct{ *people.Service }

func (r records) Briefs(tx *db.Tx, ids []db.ID) (map[db.ID]order.Brief, error) {
	all, err := r.Service.Briefs(tx, ids)
	out := map[db.ID]order.Brief{}
	for id, b := range all {
		out[id] = order.Brief{Name: b.Original, Code: b.Code}
	}
	return out, err
}

func (r records) Known(tx *db.Tx, person db.ID, on calendar.Day) (value.Facts, error) {
	facts, _, err := r.Facts(tx, person, on)
	return value.Facts{"sex": facts[people.FactSex].Value, "dob": facts[people.FactBirth].Value}, err
}

func newWorld(t *testing.T, pg string) *world {
	t.Helper()
	packs := &shipped{}
	w := &world{World: areatest.New(t, areatest.Setup{Postgres: pg, Now: sampleNow,
		Migrations: [][]db.Migration{people.Migrations(), order.Migrations(), Migrations()},
		Kinds:      [][]journal.Kind{people.Kinds(), order.Kinds(), Kinds()},
		Pages:      []page.Area{{Name: "people", Templates: people.Templates, Locales: people.Locales}, {Name: "order", Templates: order.Templates, Locales: order.Locales}, Pages()}})}
	d, j, a, pages := w.Store, w.Entries, w.Gate, w.Renderer
	w.persons = people.New(people.Deps{DB: d, Journal: j, Access: a, Sites: w.Houses, Pages: pages, Clock: w.Time})
	w.orders = order.New(order.Deps{DB: d, Journal: j, Access: a, Pages: pages, Packs: packs, People: records{w.persons}, Consents: w.persons, After: After, Clock: w.Time})
	w.Service = New(Deps{DB: d, Journal: j, Access: a, Pages: pages, Packs: packs, People: w.persons, Orders: w.orders, Sites: w.Houses, Clock: w.Time})
	w.orders.OnResult(w.Recorded)
	w.persons.OnRecord(w.Links)
	w.Employ("CAMP", "")
	w.Employ("ROAD", "_road", "nurse", "physician")
	names := func(s string) map[string]string { return map[string]string{"en": s} }
	w.Build(place.Site{Code: "CAMP", Kind: place.Centre, Names: names("Camp"), Country: "KEN", ConsentAge: 16},
		place.Site{Code: "ROAD", Kind: place.Centre, Names: names("Road clinic"), Country: "UGA", ConsentAge: 16},
		place.Site{Code: "SHUT", Kind: place.Centre, Names: names("Old clinic"), Country: "UGA", ConsentAge: 16, Closed: true})
	w.Serve(w.Routes, w.orders.Routes)
	return w
}

func (w *world) day() calendar.Day { return calendar.DayOfTime(w.Now) }

// on sets the clock to some days from the day of the tests.
func (w *world) on(days int) { w.Now = sampleNow.AddDate(0, 0, days) }

func (w *world) person(sex people.Sex) db.ID {
	w.T.Helper()
	id := db.NewID()
	w.registered++ // each is born on another day: nobody looks like somebody else
	_, err := w.persons.Register(w.As("reception"), people.Registration{ID: id, Person: people.Person{Family: name(id), Sex: sex, Birth: (calendar.DayOf(1976, 3, 4) + calendar.Day(61*w.registered)).Date()}, Site: "CAMP", Family: db.NewID(), NewFamily: true, FamilyNumber: "GW-" + id.String()[30:], Role: people.RoleHead})
	w.Must(err)
	return id
}

// name is one that looks like nobody else's.
func name(id db.ID) string {
	out := []byte("A")
	for _, b := range id[8:] {
		out = append(out, 'a'+b%26)
	}
	return string(out)
}

// enrolled is a course that a nurse enrolled somebody in today.
func (w *world) enrolled(login string, person db.ID, packID, code string) db.ID {
	w.T.Helper()
	id := db.NewID()
	w.Must(w.Enrol(w.As(login), id, person, packID, code, w.day()))
	return id
}

// fills fills in the open form of a course: of enrolment, or one that it asks.
func (w *world) fills(login string, id db.ID, service string, pairs ...string) {
	w.T.Helper()
	o := w.look(login, id)
	form, ok := o.formOrder(service)
	if !ok {
		asked, err := w.AskForm(w.As(login), id, service)
		w.Must(err)
		form.ID = asked
	}
	answers := map[string][]string{}
	for i := 0; i < len(pairs); i += 2 {
		answers[pairs[i]] = []string{pairs[i+1]}
	}
	saved, err := w.orders.Record(w.As(login), order.Entry{ID: db.NewID(), Order: form.ID, Answers: answers})
	if err != nil {
		w.T.Fatalf("%v: %+v", err, saved.Check)
	}
}

func (w *world) look(login string, id db.ID) Opened {
	w.T.Helper()
	o, err := w.Look(w.As(login), id, "en")
	w.Must(err)
	return o
}

// tb is a course of treatment that begins today, confirmed and pulmonary.
func (w *world) tb() db.ID {
	w.T.Helper()
	id := w.enrolled("nurse", w.person(people.Male), "tb", "TB")
	w.fills("nurse", id, serviceEnrol, "tb_start", w.day().String(), "tb_planned_end", (w.day() + 168).String(), "tb_regimen", "ds", "tb_phase", "intensive", "tb_site", "pulmonary", "tb_confirmed", "yes", "tb_smear_negative_start", "no")
	return id
}

// dose records a dose and says what it came to.
func (w *world) dose(login string, id db.ID, on calendar.Day, state DoseState, seen ...db.ID) (DoseResult, error) {
	return w.RecordDose(w.As(login), db.NewID(), id, on, state, seen)
}

// reviews are the open review items of two records that look like one act.
func (w *world) reviews() (out []journal.Review) {
	w.T.Helper()
	w.Must(w.Store.Read(w.T.Context(), func(tx *db.Tx) (err error) { out, err = w.Entries.Reviews(tx, 100); return err }))
	return out
}

// outcome is the class that the pack's table gives now.
func (w *world) outcome(id db.ID) string {
	x, _ := w.look("nurse", id).Outcome()
	return x.Code
}

// codes are the codes of what is settled, of a kind.
func codes(o Opened, kind string) (out []string) {
	for _, x := range o.Said.Outcomes {
		if string(x.Kind) == kind && x.State == "" || string(x.Kind) == kind && x.State == "definite" {
			out = append(out, x.Code)
		}
	}
	return out
}

// rebuilt checks that the tables are a function of the entries.
func (w *world) rebuilt() {
	w.T.Helper()
	if r, err := w.Entries.Rebuild(w.T.Context(), nil); err != nil || !r.Same() {
		w.T.Errorf("a rebuild: %+v %v", r, err)
	}
}

// key is the message of an error.
func key(err error) string { return fault.KeyOf(err) }
