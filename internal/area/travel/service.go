package travel

import (
	"context"
	"crypto/sha256"
	"embed"
	"errors"
	"strings"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/people"
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

// Pages are the words of this area; its pages are sheets.
func Pages() page.Area { return page.Area{Name: "travel", Templates: files, Locales: files} }

// People is what this area needs of persons.
type People interface {
	Briefs(tx *db.Tx, ids []db.ID) (map[db.ID]people.Brief, error)
	Numbered(tx *db.Tx, typed string) ([]db.ID, error)
	Facts(tx *db.Tx, person db.ID, on calendar.Day) (map[string]decision.Fact, *decision.Journey, error)
	Banner(ctx context.Context, tx *db.Tx, person db.ID) (*page.Banner, error)
}

// Orders is where the answers of a check are.
type Orders interface {
	Place(tx *db.Tx, by journal.Author, r order.Request) error
	OfCase(tx *db.Tx, subject, caseID db.ID) ([]order.Order, error)
	FactsFor(tx *db.Tx, subject, caseID db.ID, codes []string) (map[string]decision.Fact, error)
	Used(tx *db.Tx, by journal.Author, subject db.ID, what string, results ...db.ID) error
}

// Packs gives the pack of fitness.
type Packs interface {
	Active(tx *db.Tx, id string, on calendar.Day) (*pack.Pack, error)
	ByHash(tx *db.Tx, hash string) (*pack.Pack, error)
	ExplainRecord(tx *db.Tx, r pack.Record, lang string) (pack.Explanation, error)
}

// Deps is what a Service needs.
type Deps struct {
	DB      *db.DB
	Journal *journal.Journal
	Access  *access.Access
	Pages   *page.Renderer
	People  People
	Orders  Orders
	Packs   Packs
	Clock   func() time.Time

	// Sites are those of this installation: nobody leaves from one that is closed.
	Sites interface {
		Site(tx *db.Tx, code string) (place.Site, error)
		All(tx *db.Tx) ([]place.Site, error)
	}

	// NewCode makes a code by which somebody without an account answers, and its hash;
	// nil: nobody can. Where it is typed hands the hash to AnswerByCode.
	NewCode func() (code, hash string)
	// ReplyPath is where a code is typed.
	ReplyPath string

	// Clearance is how the assessment of somebody stands, whoever asks: a clearance that
	// is suspended stops boarding, also where the reader may not know why. Nil: there
	// are no assessments here.
	Clearance func(tx *db.Tx, person db.ID) (Clearance, error)

	// OnFile is what the areas of care have of somebody, as far as the reader may know it
	// and it may stand on paper; nil: nothing.
	OnFile func(ctx context.Context, tx *db.Tx, person db.ID, lang string) (File, error)

	// Beyond are more ways from a movement's page, by its day; it may be nil.
	Beyond func(ctx context.Context, day calendar.Day) []page.Link
}

// Service is this area's use cases.
type Service struct{ Deps }

// New makes the service.
func New(d Deps) *Service {
	if d.Clock == nil {
		d.Clock = time.Now
	}
	return &Service{d}
}

func (s *Service) today() calendar.Day { return calendar.DayOfTime(s.Clock()) }
func (s *Service) now() time.Time      { return s.Clock().UTC().Truncate(time.Microsecond) }

// Plan plans a movement.
func (s *Service) Plan(ctx context.Context, m Movement) (db.ID, error) {
	const op = "travel.Plan"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return m.ID, err
	}
	if m.ID.IsZero() {
		m.ID = db.NewID()
	}
	if m.Site == "" {
		m.Site = a.Site()
	}
	if err := s.Access.Check(ctx, access.TravelWrite, access.Resource{Kind: kindMovement, Site: m.Site, Programme: m.Programme, Sensitivity: journal.Identity}); err != nil {
		return m.ID, fault.Wrap(op, err)
	}
	if errs := m.Valid(s.today()); len(errs) > 0 {
		return m.ID, errors.Join(errs...)
	}
	return m.ID, fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := s.open(tx, m.Site); err != nil {
			return err
		}
		err := s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindMovement, Doc: m.ID, Site: m.Site, Programme: m.Programme, Sensitivity: journal.Identity, Purpose: a.Purpose,
			Fields: map[string]any{"day": m.Day, "mode": m.Mode, "number": strings.TrimSpace(m.Number), "to": m.To, "at": m.At, "hours": m.Hours, "carrier": m.Carrier}})
		if fault.Is(err, fault.Conflict) {
			err = fault.New(fault.Conflict, op, "travel.error.sent_twice")
		}
		return err
	}))
}

// open refuses a site that is closed.
func (s *Service) open(tx *db.Tx, site string) error {
	if s.Sites == nil {
		return nil
	}
	at, err := s.Sites.Site(tx, site)
	if fault.Is(err, fault.NotFound) {
		return nil // of another installation: it knows itself whether it is closed
	}
	if err == nil && at.Closed {
		err = fault.New(fault.Conflict, "travel.open", "travel.error.site_closed")
	}
	return err
}

// idOf is one for each movement and person, so that two nodes write the same document.
func idOf(kind string, movement, person db.ID) db.ID {
	h := sha256.New()
	h.Write([]byte(kind + "\x00"))
	h.Write(movement[:])
	h.Write(person[:])
	var id db.ID
	copy(id[:], h.Sum(nil))
	id[6], id[8] = 0x80|id[6]&0x0f, 0x80|id[8]&0x3f // RFC 9562, version 8
	return id
}

// Board puts the people of a number or code on a movement: a family's number is all of
// them.
func (s *Service) Board(ctx context.Context, movement db.ID, typed string) error {
	const op = "travel.Board"
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		ids, err := s.People.Numbered(tx, typed)
		if err != nil {
			return err
		}
		briefs, err := s.People.Briefs(tx, ids)
		if err != nil {
			return err
		}
		found := 0
		for _, id := range ids {
			b, ok := briefs[id]
			if !ok || b.Died || !s.Access.May(ctx, access.PersonRead, b.Resource) {
				continue
			}
			if err := s.put(ctx, tx, movement, b, false); err != nil {
				return err
			}
			found++
		}
		if found == 0 {
			return fault.Field(op, "typed", "travel.error.nobody")
		}
		return nil
	}))
}

// TakeOff takes somebody off a movement.
func (s *Service) TakeOff(ctx context.Context, movement, person db.ID) error {
	const op = "travel.TakeOff"
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		briefs, err := s.People.Briefs(tx, []db.ID{person})
		if err != nil {
			return err
		}
		b, ok := briefs[person]
		if !ok {
			return fault.New(fault.NotFound, op, "page.error.not_found")
		}
		return s.put(ctx, tx, movement, b, true)
	}))
}

func (s *Service) put(ctx context.Context, tx *db.Tx, movement db.ID, b people.Brief, off bool) error {
	const op = "travel.put"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	m, err := findMovement(tx, movement)
	if err == nil && !off && m.Left(s.now()) {
		err = fault.New(fault.Conflict, op, "travel.error.has_left")
	}
	if err != nil {
		return err
	}
	res := b.Resource
	if err := s.Access.Check(ctx, access.TravelWrite, res); err != nil {
		return err
	}
	id := idOf("travel.traveller", movement, b.ID)
	ch := journal.Change{Kind: kindTraveller, Doc: id, Subject: b.ID, Site: res.Site, Programme: res.Programme, Sensitivity: journal.Identity, Purpose: a.Purpose, Fields: map[string]any{"off": off}}
	switch doc, err := s.Journal.Load(tx, id); {
	case fault.Is(err, fault.NotFound):
		ch.Fields["movement"] = movement
	case err != nil:
		return err
	default:
		ch.Base = doc.Version
	}
	return s.Journal.Append(tx, a.Author(), ch)
}

// Leaving is one person who leaves with a movement.
type Leaving struct {
	Movement Movement
	Person   db.ID
}

// Leaving lists who leaves on a day. It checks no rights: an area that lists people shows
// only those that its own list may.
func (s *Service) Leaving(tx *db.Tx, day calendar.Day) ([]Leaving, error) { return leaving(tx, day) }
