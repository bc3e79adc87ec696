package travel

import (
	"context"
	"crypto/sha256"
	"embed"
	"errors"
	"strings"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

//go:embed locales
var files embed.FS

// Pages are the words of this area; its pages are sheets.
func Pages() page.Area { return page.Area{Name: "travel", Templates: files, Locales: files} }

// People is what this area needs of persons.
type People interface {
	Briefs(tx *db.Tx, ids []db.ID) (map[db.ID]people.Brief, error)
	Numbered(tx *db.Tx, typed string) ([]db.ID, error)
}

// Deps is what a Service needs.
type Deps struct {
	DB      *db.DB
	Journal *journal.Journal
	Access  *access.Access
	Pages   *page.Renderer
	People  People
	Clock   func() time.Time

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
		err := s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindMovement, Doc: m.ID, Site: m.Site, Programme: m.Programme, Sensitivity: journal.Identity, Purpose: a.Purpose,
			Fields: map[string]any{"day": m.Day, "mode": m.Mode, "number": strings.TrimSpace(m.Number), "to": m.To}})
		if fault.Is(err, fault.Conflict) {
			err = fault.New(fault.Conflict, op, "travel.error.sent_twice")
		}
		return err
	}))
}

// travellerID is one for each movement and person, so that two nodes write the same
// document.
func travellerID(movement, person db.ID) db.ID {
	h := sha256.New()
	h.Write([]byte("travel.traveller\x00"))
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
	if _, err := findMovement(tx, movement); err != nil {
		return err
	}
	res := b.Resource
	if err := s.Access.Check(ctx, access.TravelWrite, res); err != nil {
		return err
	}
	id := travellerID(movement, b.ID)
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

// most is how many movements the list shows.
const most = 200

// List lists the movements from a day on.
func (s *Service) List(ctx context.Context, from calendar.Day) (out []Movement, err error) {
	const op = "travel.List"
	sc, err := s.Access.Reach(ctx, op, access.TravelRead)
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = movementsFrom(tx, sc, from, most)
		return err
	})
	return out, fault.Wrap(op, err)
}

// Opened is a movement with who is on it, as far as the reader may know them.
type Opened struct {
	Movement
	Who      []people.Brief
	Hidden   int // on it, and not for this reader
	MayWrite bool
}

// Open opens a movement.
func (s *Service) Open(ctx context.Context, id db.ID) (out Opened, err error) {
	const op = "travel.Open"
	var shown []db.ID
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if out.Movement, err = findMovement(tx, id); err != nil {
			return err
		}
		res := access.Resource{Kind: kindMovement, Doc: id, Site: out.Site, Programme: out.Programme, Sensitivity: journal.Identity}
		if err := s.Access.Check(ctx, access.TravelRead, res); err != nil {
			return err
		}
		out.MayWrite = s.Access.May(ctx, access.TravelWrite, res)
		ids, err := onBoard(tx, id)
		if err != nil {
			return err
		}
		briefs, err := s.People.Briefs(tx, ids)
		for _, person := range ids {
			b, ok := briefs[person]
			if !ok || !s.Access.May(ctx, access.TravelRead, b.Resource) {
				out.Hidden++
				continue
			}
			out.Who, shown = append(out.Who, b), append(shown, person)
		}
		return err
	})
	if err == nil && len(shown) > 0 {
		err = s.Access.Searched(ctx, "travel.movement", shown)
	}
	return out, fault.Wrap(op, err)
}

// Leaving is one person who leaves with a movement.
type Leaving struct {
	Movement Movement
	Person   db.ID
}

// Leaving lists who leaves on a day. It checks no rights: an area that lists people shows
// only those that its own list may.
func (s *Service) Leaving(tx *db.Tx, day calendar.Day) ([]Leaving, error) { return leaving(tx, day) }
