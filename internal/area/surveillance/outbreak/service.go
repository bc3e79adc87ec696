package outbreak

import (
	"context"
	"embed"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

//go:embed locales
var files embed.FS

// Pages are the words of this package; its pages are sheets.
func Pages() page.Area { return page.Area{Name: "outbreak", Templates: files, Locales: files} }

// People is what this package needs of persons.
type People interface {
	WhereaboutsOf(tx *db.Tx, person db.ID) (people.Whereabouts, error)
	BeenIn(tx *db.Tx, country string, from, to calendar.Day, after db.ID, limit int) ([]db.ID, error)
	CameTo(tx *db.Tx, site string, from, to calendar.Day, after db.ID, limit int) ([]db.ID, error)
	Briefs(tx *db.Tx, ids []db.ID) (map[db.ID]people.Brief, error)
	Facts(tx *db.Tx, person db.ID, on calendar.Day) (map[string]decision.Fact, *decision.Journey, error)
	Banner(ctx context.Context, tx *db.Tx, person db.ID) (*page.Banner, error)
	Identity(tx *db.Tx, person db.ID) (people.Person, access.Resource, error)
}

// Places is what this package needs of the gazetteer.
type Places interface {
	Area(tx *db.Tx, code string) (place.Area, error)
	Point(tx *db.Tx, code string) (place.Point, error)
	Ancestors(tx *db.Tx, code string) ([]place.Area, error)
	Exact(tx *db.Tx, q place.Query) (*place.Ref, error)
	Resolve(tx *db.Tx, q place.Query) (place.Resolution, error)
}

// Deps is what a Service needs.
type Deps struct {
	DB      *db.DB
	Journal *journal.Journal
	Access  *access.Access
	Pages   *page.Renderer // nil where there are no pages
	People  People
	Places  Places
	Lists   surveillance.Lists
	Clock   func() time.Time

	// Sites are the sites, which an outbreak may be at.
	Sites interface {
		Site(tx *db.Tx, code string) (place.Site, error)
		All(tx *db.Tx) ([]place.Site, error)
	}

	// Packs are the protocols in force: the countermeasures and what is offered after an
	// exposure.
	Packs interface {
		Active(tx *db.Tx, id string, on calendar.Day) (*pack.Pack, error)
	}

	// Leaving lists who leaves on a day; it may be nil.
	Leaving func(tx *db.Tx, day calendar.Day) ([]Leaving, error)

	// Signals are what an outbreak is declared from; it may be nil.
	Signals interface {
		Open(ctx context.Context, id db.ID) (surveillance.Opened, error)
	}
}

// Service is this package's use cases.
type Service struct {
	Deps
	changed []func(ctx context.Context, tx *db.Tx, person db.ID) error
	wake    func()
}

// New makes the service.
func New(d Deps) *Service {
	if d.Clock == nil {
		d.Clock = time.Now
	}
	return &Service{Deps: d, wake: func() {}}
}

// OnChange has f called in the transaction that finds that a person met an outbreak, or
// no longer did. It is for the composition root, before the first request.
func (s *Service) OnChange(f func(ctx context.Context, tx *db.Tx, person db.ID) error) {
	s.changed = append(s.changed, f)
}

// OnDeclare has f called after an outbreak was declared or changed: somebody is to look
// at everybody who met it (Look). It is for the composition root.
func (s *Service) OnDeclare(f func()) { s.wake = f }

func (s *Service) today() calendar.Day { return calendar.DayOfTime(s.Clock()) }

func (s *Service) now() time.Time { return s.Clock().UTC().Truncate(time.Microsecond) }

// clinical is a person's resource for what is clinical about them.
func clinical(r access.Resource) access.Resource {
	r.Kind, r.Doc, r.Sensitivity = kindOffer, db.ID{}, max(r.Sensitivity, journal.Clinical)
	return r
}
