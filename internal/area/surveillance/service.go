package surveillance

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

//go:embed locales
var files embed.FS

//go:embed data/*.csv
var data embed.FS

// Pages are the pages and words of this package.
func Pages() page.Area { return page.Area{Name: "surveillance", Templates: files, Locales: files} }

// Deps is what a Service needs.
type Deps struct {
	DB      *db.DB
	Journal *journal.Journal
	Access  *access.Access
	Pages   *page.Renderer // nil where there are no pages
	Clock   func() time.Time

	// Sites names the sites, for lists and for the country that a report begins with.
	Sites interface {
		Site(tx *db.Tx, code string) (place.Site, error)
		All(tx *db.Tx) ([]place.Site, error)
	}

	// Places finds the areas and points that counts are about; nil where there is no
	// gazetteer, and then counts are about sites and countries.
	Places interface {
		Unit(tx *db.Tx, code string) (Unit, error)
		FindUnit(tx *db.Tx, text string) (u Unit, found bool, err error)
	}

	// Packs are the clocks, the lay definitions and the matrix of risk in force; nil where
	// there are none.
	Packs interface {
		Active(tx *db.Tx, id string, on calendar.Day) (*pack.Pack, error)
	}
}

// Service is this package's use cases.
type Service struct {
	Deps
	lists   Lists
	origins []Origin
	counted []func(ctx context.Context, tx *db.Tx, list []Report) error
}

// New makes the service.
func New(d Deps) *Service {
	if d.Clock == nil {
		d.Clock = time.Now
	}
	return &Service{Deps: d, lists: ownLists()}
}

// ownLists reads what ships with the program. A mistake in it is ours and is found by
// the first test that runs.
func ownLists() Lists {
	folder, err := fs.Sub(data, "data")
	if err != nil {
		panic(err)
	}
	l, err := ReadLists(folder)
	if err != nil {
		panic(fmt.Sprintf("surveillance/data: %v", err))
	}
	return l
}

// Shipped are the lists that ship with the program.
func Shipped() Lists { return ownLists() }

// Lists are the lists in force.
func (s *Service) Lists() Lists { return s.lists }

// Protocol is what the packs in force today say of signals.
func (s *Service) Protocol(tx *db.Tx) (Protocol, error) {
	events, err := s.active(tx, packEvents)
	if err != nil {
		return Protocol{}, err
	}
	lay, err := s.active(tx, packLay)
	return protocolOf(events, lay, s.today()), err
}

// active is a pack in force today, or nil where none is.
func (s *Service) active(tx *db.Tx, id string) (*pack.Pack, error) {
	if s.Packs == nil {
		return nil, nil
	}
	p, err := s.Packs.Active(tx, id, s.today())
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Unavailable) {
		return nil, nil
	}
	return p, err
}

// Clocks are the clocks in force today.
func (s *Service) Clocks(tx *db.Tx) (Clocks, error) {
	events, err := s.active(tx, packEvents)
	return protocolOf(events, nil, s.today()).Clocks, err
}

func (s *Service) today() calendar.Day { return calendar.DayOfTime(s.Clock()) }

func (s *Service) now() time.Time { return s.Clock().UTC().Truncate(time.Microsecond) }

// startOf is the first instant of a day.
func startOf(d calendar.Day) time.Time { return time.Unix(int64(d)*86400, 0).UTC() }
