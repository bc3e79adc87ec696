package encounter

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
// the staff of a camp, and of another one.
type world struct {
	*Service
	*areatest.World
	persons *people.Service
	orders  *order.Service
	packs   *shipped
}

func both(t *testing.T, f func(t *testing.T, w *world)) { areatest.Both(t, newWorld, f) }

// shipped are the packs of care that the tests need, in force from the first day.
type shipped struct {
	areatest.Shipped
	ids []string
}

func (s *shipped) InForce(tx *db.Tx, _ string, on calendar.Day) (out []*pack.Pack, err error) {
	for _, id := range s.ids {
		p, err := s.Active(tx, id, on)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

func (s *shipped) ByHash(tx *db.Tx, hash string) (*pack.Pack, error) {
	for _, id := range s.ids {
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
	w := &world{packs: &shipped{ids: []string{"anc", "ncd", "nutrition", "phc-adult", "phc-child", "phc-young-infant"}}, World: areatest.New(t, areatest.Setup{Postgres: pg, Now: sampleNow,
		Migrations: [][]db.Migration{people.Migrations(), order.Migrations(), Migrations()},
		Kinds:      [][]journal.Kind{people.Kinds(), order.Kinds(), Kinds()},
		Pages:      []page.Area{{Name: "people", Templates: people.Templates, Locales: people.Locales}, {Name: "order", Templates: order.Templates, Locales: order.Locales}, Pages()}})}
	d, j, a, pages := w.Store, w.Entries, w.Gate, w.Renderer
	w.persons = people.New(people.Deps{DB: d, Journal: j, Access: a, Sites: w.Houses, Pages: pages, Clock: w.Time})
	w.orders = order.New(order.Deps{DB: d, Journal: j, Access: a, Pages: pages, Packs: w.packs, People: records{w.persons}, Consents: w.persons, After: After, Clock: w.Time})
	w.Service = New(Deps{DB: d, Journal: j, Access: a, Pages: pages, Packs: w.packs, People: w.persons, Orders: w.orders, Clock: w.Time})
	w.Employ("CAMP", "")
	w.Employ("FAR", "_far", "nurse")
	w.Build(place.Site{Code: "CAMP", Kind: place.Centre, Names: map[string]string{"en": "Camp"}, Country: "KEN", ConsentAge: 16},
		place.Site{Code: "FAR", Kind: place.Centre, Names: map[string]string{"en": "Far camp"}, Country: "KEN", ConsentAge: 16})
	w.Serve(w.Routes, w.orders.Routes)
	return w
}

// person registers somebody; a zero birth is not known.
func (w *world) person(sex people.Sex, birth calendar.Date) db.ID {
	w.T.Helper()
	id := db.NewID()
	_, err := w.persons.Register(w.As("reception"), people.Registration{ID: id, Person: people.Person{Family: "Achieng " + id.String()[30:], Sex: sex, Birth: birth}, Site: "CAMP", Family: db.NewID(), NewFamily: true, FamilyNumber: "GW-" + id.String()[30:], Role: people.RoleHead})
	w.Must(err)
	return id
}

// months is a birth some months before the day of the tests.
func months(n int) calendar.Date { return calendar.DayOfTime(sampleNow.AddDate(0, -n, -3)).Date() }

// begun is an encounter that the nurse began.
func (w *world) begun(person db.ID, packID, code string) db.ID {
	w.T.Helper()
	id := db.NewID()
	w.Must(w.Begin(w.As("nurse"), id, person, packID, code, Fixed))
	return id
}

// answer fills in the open form of an encounter.
func (w *world) answer(id db.ID, pairs ...string) {
	w.T.Helper()
	o := w.look("nurse", id)
	answers := map[string][]string{}
	for i := 0; i < len(pairs); i += 2 {
		answers[pairs[i]] = []string{pairs[i+1]}
	}
	forms, _ := o.parts()
	for _, f := range forms {
		if f.Status.Open() {
			saved, err := w.orders.Record(w.As("nurse"), order.Entry{ID: db.NewID(), Order: f.ID, Answers: answers})
			if err != nil {
				w.T.Fatalf("%v: %+v", err, saved.Check)
			}
			return
		}
	}
	w.T.Fatal("no form is asked")
}

func (w *world) look(login string, id db.ID) Opened {
	w.T.Helper()
	o, err := w.Look(w.As(login), id, "en")
	w.Must(err)
	return o
}

// codes are the codes of outcomes.
func codes(list []pack.ExplainedOutcome) (out []string) {
	for _, o := range list {
		out = append(out, o.Code)
	}
	return out
}
