package stewardship

import (
	"context"
	"embed"
	"slices"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

//go:embed templates locales
var files embed.FS

// Pages are the pages and words of this area.
func Pages() page.Area { return page.Area{Name: "stewardship", Templates: files, Locales: files} }

// Deps is what a Service needs.
type Deps struct {
	DB      *db.DB
	Journal *journal.Journal
	Access  *access.Access
	Pages   *page.Renderer // nil where there are no pages
	People  *people.Service
	Clock   func() time.Time

	// Copies write the parts of a person's own copy that an area says better than
	// its raw fields do. A kind without one is copied field by field.
	Copies []Copier

	// Units finds the documents that a person shares with others and that no header
	// ties to them, such as a family's: an erasure of the last one takes them along.
	// Renew writes such a document anew with another text, so that the old one can
	// be erased.
	Units func(tx *db.Tx, person db.ID) ([]Unit, error)
	Renew func(ctx context.Context, tx *db.Tx, doc db.ID, text string) error

	// Name is what this hub calls itself to others that people are handed over to.
	Name string

	// Sharers are the parts of a record that can be handed over under an agreement.
	Sharers []Sharer

	// Diseases are those of which there can be notices of cases and contacts, and
	// Register is where everything that was noticed under an agreement is listed.
	Diseases []string
	Register func(agreement db.ID) page.Link

	// Sites are those of this installation, for an agreement to name; it may be nil.
	Sites interface {
		All(tx *db.Tx) ([]place.Site, error)
	}

	// Link is the exchange with other hubs; nil where this is no hub.
	Link Link

	// Cards make other hubs known; nil where this is no hub.
	Cards Cards

	// Elsewhere takes an answer by a code that is no agreement's; known is false where it
	// is nobody's. It may be nil.
	Elsewhere func(ctx context.Context, hash string, r Reply) (known bool, err error)

	// Areas answer for the kinds of document whose review items can be settled.
	// What no area answers for is not settled here.
	Areas []Area
}

// Unit is a document that several people share.
type Unit struct {
	Doc    db.ID
	Kind   string
	Others int    // how many others it is about
	Text   string // free text that may name the person
}

// Area is what an area says when a review item of one of its kinds is settled:
// the settling is a change of a document of its own.
type Area struct {
	Kinds []string

	// MaySettle checks that the actor may change this document, as the area's own
	// pages would.
	MaySettle func(ctx context.Context, tx *db.Tx, d *journal.Doc) error

	// Settled brings what rests on the document after it was settled, in the same
	// transaction. It may be nil.
	Settled func(ctx context.Context, tx *db.Tx, d *journal.Doc) error

	// Say writes a document in the area's own words, to compare two of them. Where it
	// is nil or says nothing the fields are shown.
	Say func(tx *db.Tx, d *journal.Doc) (page.Summary, error)

	// Strike enters a document in error with all that the area ties to that. Where
	// it is nil the document alone is marked.
	Strike func(ctx context.Context, tx *db.Tx, d *journal.Doc, reason string) error
}

// area answers who answers for a kind.
func (s *Service) area(kind string) (Area, error) {
	for _, a := range s.Areas {
		if slices.Contains(a.Kinds, kind) {
			return a, nil
		}
	}
	return Area{}, fault.New(fault.Forbidden, "stewardship.area", "door.forbidden")
}

// Copier writes the part of a person's own copy that covers some kinds of
// document. It gets a context in which the right to the copy was checked, and
// writes nothing about anybody else.
type Copier struct {
	Kinds []string
	Copy  func(ctx context.Context, tx *db.Tx, person db.ID, lang string) ([]Section, error)
}

// Section is one part of a copy.
type Section struct {
	Title page.Msg
	Rows  page.Summary
}

// Service is this area's use cases.
type Service struct {
	Deps
	limit *limiter
	known map[string]bool // keys of this area's words
}

// New makes the service.
func New(d Deps) *Service {
	if d.Clock == nil {
		d.Clock = time.Now
	}
	s := &Service{Deps: d, limit: newLimiter(), known: map[string]bool{}}
	s.Copies = append(slices.Clone(s.Copies), Copier{Kinds: []string{kindPacket, kindAnswer, kindReplyCode}, Copy: s.copyHandOvers})
	if words, err := page.ReadCatalogue(files, "locales"); err == nil { // embedded; a test reads it
		for key := range words["en"] {
			s.known[key] = true
		}
	}
	return s
}

// Outlets are this area's ways out.
func (s *Service) Outlets() []access.Route {
	return append([]access.Route{routeCopy, routeLooked}, routesHandOver...)
}

var routeCopy = access.Route{
	Name: "stewardship.copy", Means: access.Print, Purpose: "person_request", Recipients: []access.Recipient{access.Applicant},
	Action: access.ExportCopy, Sensitivity: journal.Sensitive, Patterns: []string{"GET /people/{id}/print/copy"},
}

var routeLooked = access.Route{
	Name: "stewardship.looked", Means: access.Print, Purpose: "person_request", Recipients: []access.Recipient{access.Applicant},
	Action: access.ExportLooked, Patterns: []string{"GET /people/{id}/print/looked"},
}

func (s *Service) today() calendar.Day { return calendar.DayOfTime(s.Clock()) }

// startOf is the first instant of a day.
func startOf(d calendar.Day) time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

func (s *Service) now() time.Time { return s.Clock().UTC().Truncate(time.Microsecond) }
