package linelist

import (
	"context"
	"embed"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
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

// Pages are the pages and words of this package.
func Pages() page.Area { return page.Area{Name: "linelist", Templates: files, Locales: files} }

// Deps is what a Service needs.
type Deps struct {
	DB      *db.DB
	Journal *journal.Journal
	Access  *access.Access
	Pages   *page.Renderer // nil where there are no pages
	People  *people.Service
	Clock   func() time.Time
	Lists   surveillance.Lists

	// Packs are the case definitions in force, and those that decided before.
	Packs interface {
		Active(tx *db.Tx, id string, on calendar.Day) (*pack.Pack, error)
		ExplainRecord(tx *db.Tx, r pack.Record, lang string) (pack.Explanation, error)
	}

	// Sites names the sites, and the country that a case begins with.
	Sites interface {
		Site(tx *db.Tx, code string) (place.Site, error)
	}

	// Origins answers what a signal came from; nil where cases are made by hand only.
	Origins Origins

	// OutbreakAt answers the state of the outbreak of a disease that was declared for the
	// site of a case and its day of onset, "" where none was; nil where nobody declares.
	OutbreakAt func(tx *db.Tx, c Case) (string, error)

	// Beyond are ways on from a case or a contact that packages above this one have; it
	// may be nil, and is set by the composition root before the first request.
	Beyond func(ctx context.Context, contact bool, id db.ID) []page.Link
}

// Service is this package's use cases.
type Service struct {
	Deps
	told []func(ctx context.Context, tx *db.Tx, c Case) error
}

// New makes the service.
func New(d Deps) *Service {
	if d.Clock == nil {
		d.Clock = time.Now
	}
	return &Service{Deps: d}
}

func (s *Service) today() calendar.Day { return calendar.DayOfTime(s.Clock()) }

func (s *Service) now() time.Time { return s.Clock().UTC().Truncate(time.Microsecond) }
