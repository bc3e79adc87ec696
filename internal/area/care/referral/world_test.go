package referral

import (
	"context"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/areatest"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
	"github.com/godwit-health/godwit/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// world is this package on a real database: the staff of a camp, and of a clinic along the
// road.
type world struct {
	*Service
	*areatest.World
	persons    *people.Service
	registered int
}

func both(t *testing.T, f func(t *testing.T, w *world)) { areatest.Both(t, newWorld, f) }

func newWorld(t *testing.T, pg string) *world {
	t.Helper()
	w := &world{World: areatest.New(t, areatest.Setup{Postgres: pg, Now: sampleNow,
		Migrations: [][]db.Migration{people.Migrations(), Migrations()}, Kinds: [][]journal.Kind{people.Kinds(), Kinds()},
		Pages: []page.Area{{Name: "people", Templates: people.Templates, Locales: people.Locales}, Pages()}})}
	w.persons = people.New(people.Deps{DB: w.Store, Journal: w.Entries, Access: w.Gate, Sites: w.Houses, Pages: w.Renderer, Clock: w.Time})
	w.Service = New(Deps{DB: w.Store, Journal: w.Entries, Access: w.Gate, Pages: w.Renderer, People: w.persons, Sites: w.Houses, Clock: w.Time,
		Pieces: func(context.Context, *db.Tx, db.ID, db.ID) ([]Piece, error) {
			return samplePieces("Severe pneumonia"), nil
		}})
	w.Must(w.Gate.Register(Outlets()...))
	w.Gate.StandingOf(w.persons.Standing)
	w.Employ("CAMP", "")
	w.Employ("ROAD", "_road", "nurse", "physician")
	w.Employ("FAR", "_far", "nurse")
	names := func(s string) map[string]string { return map[string]string{"en": s} }
	w.Build(place.Site{Code: "CAMP", Kind: place.Centre, Names: names("Camp"), Country: "KEN", ConsentAge: 16},
		place.Site{Code: "ROAD", Kind: place.Centre, Names: names("Road clinic"), Country: "UGA", ConsentAge: 16},
		place.Site{Code: "FAR", Kind: place.Centre, Names: names("Far clinic"), Country: "UGA", ConsentAge: 16},
		place.Site{Code: "SHUT", Kind: place.Centre, Names: names("Old clinic"), Country: "UGA", ConsentAge: 16, Closed: true})
	w.Serve(w.Routes, w.persons.Routes)
	return w
}

func (w *world) person() db.ID {
	w.T.Helper()
	id := db.NewID()
	w.registered++ // each is born on another day: nobody looks like somebody else
	_, err := w.persons.Register(w.As("reception"), people.Registration{ID: id, Person: people.Person{Family: name(id), Sex: people.Female, Birth: (calendar.DayOf(1976, 3, 4) + calendar.Day(61*w.registered)).Date()},
		Site: "CAMP", Family: db.NewID(), NewFamily: true, FamilyNumber: "GW-" + id.String()[30:], Role: people.RoleHead})
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

// fresh is somebody who logs in now: what is open to their site is read anew.
func (w *world) fresh(login string) context.Context {
	w.T.Helper()
	a, err := w.Gate.Refresh(w.As(login), w.Staff[login])
	w.Must(err)
	w.Staff[login] = a
	return w.As(login)
}

// request is a whole one, to the clinic along the road.
func (w *world) request() Request {
	return Request{ID: db.NewID(), Person: w.person(), To: ToSite, ToSite: "ROAD", Urgency: "emergency", Reason: "Fast breathing", Done: "First dose given", Include: []string{"a", "b"}, Transport: "ambulance", Agreed: value.Yes}
}

// sent is a referral that the nurse of the camp sent.
func (w *world) sent(change func(*Request)) db.ID {
	w.T.Helper()
	r := w.request()
	if change != nil {
		change(&r)
	}
	w.Must(w.Send(w.As("nurse"), r))
	return r.ID
}

func (w *world) look(login string, id db.ID) Opened {
	w.T.Helper()
	o, err := w.Look(w.fresh(login), id, "en")
	w.Must(err)
	return o
}

func (w *world) say(login string, id db.ID, k StepKind, words string) error {
	return w.Say(w.fresh(login), Said{ID: db.NewID(), Referral: id, Step: k, Words: words})
}

func (w *world) lists(login string) Lists {
	w.T.Helper()
	l, err := w.List(w.fresh(login), "en")
	w.Must(err)
	return l
}

// reads reports whether somebody may open a person's record.
func (w *world) reads(login string, person db.ID) bool {
	ctx := w.fresh(login)
	var err error
	w.Must(w.Store.Read(ctx, func(tx *db.Tx) error { _, err = w.persons.Banner(ctx, tx, person); return nil }))
	return err == nil
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
