package traveller

import (
	"context"
	"crypto/sha256"
	"embed"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/border"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/area/surveillance/outbreak"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

//go:embed templates locales
var files embed.FS

// Pages are the pages and words of this package.
func Pages() page.Area { return page.Area{Name: "traveller", Templates: files, Locales: files} }

// Deps is what a Service needs.
type Deps struct {
	DB      *db.DB
	Journal *journal.Journal
	Access  *access.Access
	Pages   *page.Renderer // nil where there are no pages
	Border  *border.Service
	Signals *surveillance.Service
	Clock   func() time.Time
	Address Address // at which travellers declare

	// Exposed works out what stays that were told say of the outbreaks that were declared;
	// nil where nobody keeps outbreaks.
	Exposed func(tx *db.Tx, stays []outbreak.Declared, on calendar.Day) (outbreak.Said, error)

	// Packs are the rules in force, and those that decided before.
	Packs interface {
		Active(tx *db.Tx, id string, on calendar.Day) (*pack.Pack, error)
		ExplainRecord(tx *db.Tx, r pack.Record, lang string) (pack.Explanation, error)
	}
}

// Service is this package's use cases.
type Service struct {
	Deps
	named map[string]named // suspicions by their code in the pack
	limit *limiter         // of declarations that anybody may send
}

// New makes the service.
func New(d Deps) *Service {
	if d.Clock == nil {
		d.Clock = time.Now
	}
	return &Service{d, suspicions(), newLimiter()}
}

func (s *Service) now() time.Time { return s.Clock().UTC().Truncate(time.Microsecond) }

// active answers a pack in force on a day; where none is, nobody can be screened.
func (s *Service) active(tx *db.Tx, id string, on calendar.Day) (*pack.Pack, error) {
	p, err := s.Packs.Active(tx, id, on)
	if fault.Is(err, fault.Unavailable) || fault.Is(err, fault.NotFound) {
		return nil, &fault.Error{Code: fault.Unavailable, Op: "traveller.active", Key: "traveller.error.no_pack", Err: err}
	}
	return p, err
}

// idOf is the id of a document that is there once for what its name says.
func idOf(name string) db.ID {
	h := sha256.Sum256([]byte(name))
	var id db.ID
	copy(id[:], h[:])
	id[6], id[8] = 0x80|id[6]&0x0f, 0x80|id[8]&0x3f // RFC 9562, version 8
	return id
}

// counts says what a document is counted as, in a document about nobody that stays when
// the document is gone.
func (s *Service) counts(tx *db.Tx, a access.Actor, of db.ID, site string, f Found) error {
	c := journal.Change{Kind: kindFound, Doc: idOf("border.found " + of.String()), Site: site, Sensitivity: journal.Identity, Purpose: "public_health",
		Fields: map[string]any{"point": f.Point, "day": f.Day, "counts": f.Counts}}
	d, err := s.Journal.Load(tx, c.Doc)
	switch {
	case err == nil:
		c.Base = d.Version
	case !fault.Is(err, fault.NotFound):
		return err
	}
	return s.Journal.Append(tx, a.Author(), c)
}

// Sweep erases what was kept until a day before today, and answers how many. It is the
// program's own work and needs nobody's right.
func (s *Service) Sweep(ctx context.Context) (gone int, err error) {
	const op = "traveller.Sweep"
	by, err := access.Acting(access.Operator(ctx), op)
	if err != nil {
		return 0, err
	}
	gone, err = s.Journal.Sweep(ctx, by.Author(), calendar.DayOfTime(s.now()), expired)
	return gone, fault.Wrap(op, err)
}
