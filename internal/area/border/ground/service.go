package ground

import (
	"context"
	"crypto/sha256"
	"embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/border"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

//go:embed locales
var files embed.FS

// Pages are the pages and words of this package.
func Pages() page.Area { return page.Area{Name: "ground", Templates: files, Locales: files} }

// Deps is what a Service needs.
type Deps struct {
	DB      *db.DB
	Journal *journal.Journal
	Access  *access.Access
	Pages   *page.Renderer // nil where there are no pages
	Border  *border.Service
	Clock   func() time.Time

	// Packs are the rules in force.
	Packs interface {
		Active(tx *db.Tx, id string, on calendar.Day) (*pack.Pack, error)
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

func (s *Service) now() time.Time { return s.Clock().UTC().Truncate(time.Microsecond) }

func (s *Service) today() calendar.Day { return calendar.DayOfTime(s.now()) }

func (s *Service) active(tx *db.Tx, id string) (*pack.Pack, error) {
	p, err := s.Packs.Active(tx, id, s.today())
	if fault.Is(err, fault.Unavailable) || fault.Is(err, fault.NotFound) {
		return nil, &fault.Error{Code: fault.Unavailable, Op: "ground.active", Key: "ground.error.no_pack", Err: err}
	}
	return p, err
}

// reads checks that the actor may look at a point: whoever reads the board, and whoever
// works there.
func (s *Service) reads(ctx context.Context, p border.Point) error {
	err := s.Access.Check(ctx, access.BorderRead, access.Resource{Kind: kindStation})
	if err == nil || s.works(ctx, p) {
		return nil
	}
	return err
}

// works reports whether the actor screens at a point.
func (s *Service) works(ctx context.Context, p border.Point) bool {
	return s.Access.May(ctx, access.ScreeningRecord, access.Resource{Kind: kindStation, Site: p.Post.Site, Sensitivity: journal.Identity})
}

// edits checks that the actor may change what a point has; a point of no site stands for
// any.
func (s *Service) edits(ctx context.Context, p border.Point) error {
	return s.Access.Check(ctx, access.BorderEdit, access.Resource{Kind: kindStation, Site: p.Post.Site, Sensitivity: journal.Identity})
}

// put appends a change to a document that may be there already: its author has seen it
// as it stands.
func (s *Service) put(tx *db.Tx, a access.Actor, c journal.Change) error {
	c.Sensitivity, c.Purpose = journal.Identity, "public_health"
	d, err := s.Journal.Load(tx, c.Doc)
	switch {
	case err == nil:
		c.Base = d.Version
	case !fault.Is(err, fault.NotFound):
		return err
	}
	return s.Journal.Append(tx, a.Author(), c)
}

// idOf is the id of a document that is there once for what its name says.
func idOf(format string, args ...any) db.ID {
	h := sha256.Sum256(fmt.Appendf(nil, format, args...))
	var id db.ID
	copy(id[:], h[:])
	id[6], id[8] = 0x80|id[6]&0x0f, 0x80|id[8]&0x3f // RFC 9562, version 8
	return id
}

// textFault says what is wrong with a text that must not be somebody's: too long, or a
// telephone or an address in it.
func textFault(op, field, text string) error {
	if key := surveillance.TextFault(text, 1000); key != "" {
		return fault.Field(op, field, "ground.error."+key)
	}
	return nil
}

// Overview is what a point has.
type Overview struct {
	Point    border.Point
	Shift    db.ID // the actor's own, if they are on one here
	Stations []Station
	Repairs  []Repair
	Devices  []Device
	Assessed []Assessment // the latest first
	Side     Side
	Rules    *pack.Pack // of stations; nil where none is in force
	Scores   *pack.Pack // of capacities
	Now      time.Time
	Works    bool
	Edits    bool
	Ready    bool // the actor may see what the point has for the day on which something happens
}

// Overview answers what a point has.
func (s *Service) Overview(ctx context.Context, point string) (Overview, error) {
	const op = "ground.Overview"
	var out Overview
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		out = Overview{Now: s.now()}
		if out.Point, err = s.Border.PointIn(tx, point); err != nil {
			return err
		}
		if err := s.reads(ctx, out.Point); err != nil {
			return err
		}
		out.Works, out.Edits, out.Ready = s.works(ctx, out.Point), s.edits(ctx, out.Point) == nil, s.Access.Ever(ctx, access.PrepareRead)
		if own, err := s.Border.OwnIn(ctx, tx, op); err == nil && own.Shift.Point == point {
			out.Shift = own.Shift.ID
		}
		return s.gather(tx, &out)
	})
	return out, fault.Wrap(op, err)
}

func (s *Service) gather(tx *db.Tx, out *Overview) error {
	point := out.Point.Post.Code
	var err error
	for _, p := range []struct {
		id   string
		into **pack.Pack
	}{{packStation, &out.Rules}, {packCapacities, &out.Scores}} {
		if *p.into, err = s.active(tx, p.id); err != nil && !fault.Is(err, fault.Unavailable) {
			return err
		}
	}
	if out.Stations, err = of(tx, kindStation, point, asStation); err != nil {
		return err
	}
	out.Stations = slices.DeleteFunc(out.Stations, func(x Station) bool { return x.Gone })
	for _, st := range out.Stations {
		if out.Rules == nil {
			break
		}
		r, ok, err := repairOf(out.Rules, st, s.today(), out.Point.Post.Corridor)
		if err != nil {
			return err
		}
		if ok {
			out.Repairs = append(out.Repairs, r)
		}
	}
	if out.Devices, err = of(tx, kindDevice, point, asDevice); err != nil {
		return err
	}
	out.Devices = slices.DeleteFunc(out.Devices, func(x Device) bool { return x.Gone })
	if out.Assessed, err = of(tx, kindCapacity, point, asAssessment); err != nil {
		return err
	}
	slices.SortFunc(out.Assessed, func(a, b Assessment) int { return int(b.Day - a.Day) })
	sides, err := of(tx, kindSide, point, asSide)
	if len(sides) > 0 {
		out.Side = sides[0]
	}
	return err
}

// Repairs lists the stations that are to be repaired, the one that is due first first:
// the tasks of whoever looks after the points.
func (s *Service) Repairs(ctx context.Context) ([]Repair, error) {
	const op = "ground.Repairs"
	if err := s.Access.Check(ctx, access.BorderRead, access.Resource{Kind: kindStation}); err != nil {
		return nil, fault.Wrap(op, err)
	}
	var out []Repair
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		points, err := s.Border.PointsIn(tx)
		if err != nil {
			return err
		}
		for _, p := range points {
			if !p.Open() || !p.Post.Corridor {
				continue
			}
			o := Overview{Point: p}
			if err := s.gather(tx, &o); err != nil {
				return err
			}
			for _, r := range o.Repairs {
				r.PointName = p.Name("en")
				out = append(out, r)
			}
		}
		return nil
	})
	slices.SortStableFunc(out, func(a, b Repair) int { return a.Due.Compare(b.Due) })
	return out, fault.Wrap(op, err)
}

// named checks the name of a thing.
func named(op, name string) (string, error) {
	name = strings.TrimSpace(name)
	if n := len([]rune(name)); n < 2 || n > longName {
		return name, fault.Field(op, "name", "ground.error.name")
	}
	return name, textFault(op, "name", name)
}
