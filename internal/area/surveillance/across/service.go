package across

import (
	"context"
	"crypto/sha256"
	"embed"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

//go:embed locales
var files embed.FS

// Pages are the words of this package; its pages are sheets.
func Pages() page.Area { return page.Area{Name: "across", Templates: files, Locales: files} }

// Agreements are the sharing agreements under which there can be notices.
type Agreements interface {
	All(tx *db.Tx) ([]Terms, error)
	One(tx *db.Tx, id db.ID) (Terms, error)
	// MayBeNamed answers why who a registered person is may not be told, or nil.
	MayBeNamed(tx *db.Tx, agreement, person db.ID) (refused, err error)
	// Sent reports whether a document is on its way, and whether the other side has it.
	// On an installation that is no hub nobody knows.
	Sent(tx *db.Tx, agreement, doc db.ID) (sent, taken bool, err error)
}

// Carrier moves what waits under an agreement as a file, where there is no link; nil on
// an installation that is no hub.
type Carrier interface {
	// Export makes a file of what the other side is not known to have.
	Export(ctx context.Context, agreement db.ID) (Parcel, error)
	// Import takes a file of the other side, and answers how much of it was new.
	Import(ctx context.Context, body []byte) (taken int, err error)
}

// Parcel is a file as it leaves: sealed to the other side and signed by this one.
type Parcel struct {
	Body  []byte
	Items int
}

// Deps is what a Service needs.
type Deps struct {
	DB         *db.DB
	Journal    *journal.Journal
	Access     *access.Access
	Pages      *page.Renderer // nil where there are no pages
	Cases      *linelist.Service
	People     *people.Service
	Agreements Agreements
	Carrier    Carrier // may be nil
	Lists      surveillance.Lists
	Name       string // what this hub calls itself
	Clock      func() time.Time

	// Clocks are the clocks in force; nil where nothing has one.
	Clocks func(tx *db.Tx) (surveillance.Clocks, error)

	// Sites says which site must not be told.
	Sites interface {
		Site(tx *db.Tx, code string) (place.Site, error)
	}
}

// Service is this package's use cases.
type Service struct{ Deps }

// New makes the service.
func New(d Deps) *Service {
	if d.Clock == nil {
		d.Clock = time.Now
	}
	return &Service{d}
}

func (s *Service) today() calendar.Day { return calendar.DayOfTime(s.Clock().UTC()) }

func (s *Service) now() time.Time { return s.Clock().UTC().Truncate(time.Microsecond) }

// openBy is by when the other side has to open a notice; zero where no pack in force says.
func (s *Service) openBy(tx *db.Tx, sent time.Time) (time.Time, error) {
	if s.Clocks == nil {
		return time.Time{}, nil
	}
	clocks, err := s.Clocks(tx)
	if c, ok := clocks[surveillance.ClockAcross]; ok {
		return sent.Add(c.Long), err
	}
	return time.Time{}, err
}

// program is this installation itself, which acknowledges what arrives.
func program(ctx context.Context) journal.Author {
	a, _ := access.From(access.Operator(ctx))
	return a.Author()
}

// idOf makes the id of what there can be once only, whoever makes it.
func idOf(name string) db.ID {
	h := sha256.Sum256([]byte(name))
	var id db.ID
	copy(id[:], h[:])
	id[6], id[8] = 0x80|id[6]&0x0f, 0x80|id[8]&0x3f // RFC 9562, version 8
	return id
}

// route is the way out of a notice. Consent is not its basis: the law is that obliges an
// authority to tell another of a case; who may not be named stays unnamed.
var route = access.Route{Name: "surveillance.notice", Means: access.Message, Purpose: "public_health", Recipients: []access.Recipient{access.HealthAuthority},
	Action: access.NoticeSend, Sensitivity: journal.Clinical}

// unnamedRoute is the same way out of a notice that does not say who it is about: the
// record of the person says that it went, and that it did not name them.
var unnamedRoute = access.Route{Name: "surveillance.notice_unnamed", Means: access.Message, Purpose: "public_health", Recipients: []access.Recipient{access.HealthAuthority},
	Action: access.NoticeSend, Sensitivity: journal.Clinical}

// parcelRoute is the way out of the file that carries notices.
var parcelRoute = access.Route{Name: "surveillance.notice_file", Means: access.Export, Purpose: "public_health", Recipients: []access.Recipient{access.HealthAuthority},
	Action: access.NoticeSend, Sensitivity: journal.Clinical, Patterns: []string{"POST /across/export"}}

// Outlets are this package's ways out.
func Outlets() []access.Route { return []access.Route{route, unnamedRoute, parcelRoute} }
