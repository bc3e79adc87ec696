package border

import (
	"context"
	"embed"
	"slices"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

//go:embed templates locales
var files embed.FS

// Pages are the pages and words of this package.
func Pages() page.Area { return page.Area{Name: "border", Templates: files, Locales: files} }

// Deps is what a Service needs.
type Deps struct {
	DB      *db.DB
	Journal *journal.Journal
	Access  *access.Access
	Pages   *page.Renderer // nil where there are no pages
	Signals *surveillance.Service
	Clock   func() time.Time

	Sites interface {
		All(tx *db.Tx) ([]place.Site, error)
	}
	// Places knows the points of entry and of congregation; place.Gazetteer.
	Places interface {
		Point(tx *db.Tx, code string) (place.Point, error)
		Points(tx *db.Tx, f place.PointFilter) ([]place.Point, error)
	}
	// Held answers at which point how many are held by a measure (package traveller); nil
	// where nobody is.
	Held func(tx *db.Tx) (map[string]Held, error)
	// Ready says what a shift has to look at before it screens, and Tasks what whoever
	// looks after the points has to do (package ground); nil where there is nothing.
	Ready func(ctx context.Context, own Own) ([]page.Callout, error)
	Tasks func(ctx context.Context) ([]page.Callout, error)
	// TakeShift puts whoever is logged in on a shift, "" to leave it; Access.TakeShift.
	TakeShift func(ctx context.Context, shift string)
}

// Service is this package's use cases.
type Service struct{ Deps }

// New makes the service.
func New(d Deps) *Service {
	if d.Clock == nil {
		d.Clock = time.Now
	}
	if d.TakeShift == nil && d.Access != nil {
		d.TakeShift = d.Access.TakeShift
	}
	return &Service{d}
}

func (s *Service) now() time.Time { return s.Clock().UTC().Truncate(time.Microsecond) }

// mayCountAt reports whether the actor screens at a point.
func (s *Service) mayCountAt(ctx context.Context, p Point) bool {
	return s.Access.May(ctx, access.ScreeningRecord, access.Resource{Kind: kindTally, Site: p.Post.Site, Sensitivity: journal.Identity})
}

// edits checks that the actor may change how a point screens.
func (s *Service) edits(ctx context.Context, p Post) error {
	return s.Access.Check(ctx, access.BorderEdit, access.Resource{Kind: kindPost, Site: p.Site, Sensitivity: journal.Identity})
}

// SavePost makes a point of the gazetteer one where travellers are screened, or changes
// how they are.
func (s *Service) SavePost(ctx context.Context, p Post) error {
	const op = "border.SavePost"
	if err := s.edits(ctx, Post{}); err != nil { // nowhere at all
		return fault.Wrap(op, err)
	}
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		was, err := findPost(tx, p.Code)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		errs := p.Valid()
		if at, err := s.Places.Point(tx, p.Code); err != nil || !screens(at.Kind) {
			errs = append(errs, fault.Field(op, "code", "border.error.choose"))
		}
		if !s.siteExists(tx, p.Site) {
			errs = append(errs, fault.Field(op, "site", "border.error.choose"))
		}
		if len(errs) > 0 {
			return joined(unique(errs))
		}
		for _, x := range []Post{was.Post, p} { // nobody takes a point from another site, nor gives it one
			if err := s.edits(ctx, x); err != nil {
				return err
			}
		}
		return s.put(tx, a, journal.Change{Kind: kindPost, Doc: postID(p.Code), Site: p.Site, Sensitivity: journal.Identity, Purpose: "public_health",
			Fields: map[string]any{"code": p.Code, "site": p.Site, "offset": p.Offset, "corridor": p.Corridor, "shut": p.Shut}})
	}))
}

// point answers a point where travellers are screened.
func (s *Service) point(tx *db.Tx, code string) (Point, error) {
	p, err := findPost(tx, code)
	if err != nil {
		return p, err
	}
	p.Point, err = s.named(tx, p.Post)
	return p, err
}

// named is the point of the gazetteer under a post; one that has not come here yet by
// sync has its code.
func (s *Service) named(tx *db.Tx, p Post) (place.Point, error) {
	at, err := s.Places.Point(tx, p.Code)
	if fault.Is(err, fault.NotFound) {
		return place.Point{Code: p.Code}, nil
	}
	return at, err
}

func (s *Service) siteExists(tx *db.Tx, code string) bool {
	all, err := s.Sites.All(tx)
	return err == nil && slices.ContainsFunc(all, func(x place.Site) bool { return x.Code == code })
}

// put appends a change to a document that may be there already: its author has seen it
// as it stands.
func (s *Service) put(tx *db.Tx, a access.Actor, c journal.Change) error {
	d, err := s.Journal.Load(tx, c.Doc)
	switch {
	case err == nil:
		c.Base = d.Version
	case !fault.Is(err, fault.NotFound):
		return err
	}
	return s.Journal.Append(tx, a.Author(), c)
}

// PointState is a point with how its day stands.
type PointState struct {
	Point
	Today  calendar.Day // at the point
	Shift  Shift        // the one at work; its ID is zero where nobody is
	Totals Totals       // counted today
	Report bool         // today is reported
	Count  bool         // the actor may count here
	Edits  bool         // and change the point
	Ready  bool         // and see what it has for the day on which something happens
}

// Points lists the points: to whoever looks after them all of them, to a screener those
// where they may work.
func (s *Service) Points(ctx context.Context) ([]PointState, error) {
	const op = "border.Points"
	reads := s.Access.Ever(ctx, access.BorderRead)
	if !reads && !s.Access.Ever(ctx, access.ScreeningRecord) {
		return nil, fault.New(fault.Forbidden, op, "door.forbidden")
	}
	ready := s.Access.Ever(ctx, access.PrepareRead)
	var out []PointState
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		all, err := allPosts(tx)
		if err != nil {
			return err
		}
		counted := map[calendar.Day]map[string]Totals{} // read once a day, not once a point
		for _, p := range all {
			if p.Point, err = s.named(tx, p.Post); err != nil {
				return err
			}
			st := PointState{Point: p, Count: p.Open() && s.mayCountAt(ctx, p), Edits: s.edits(ctx, p.Post) == nil, Ready: ready}
			if !reads && !st.Count {
				continue
			}
			if err := s.state(tx, &st, counted); err != nil {
				return err
			}
			out = append(out, st)
		}
		return nil
	})
	return out, fault.Wrap(op, err)
}

func (s *Service) state(tx *db.Tx, st *PointState, counted map[calendar.Day]map[string]Totals) error {
	st.Today = st.Point.HourAt(s.now()).Day()
	var err error
	if st.Shift, err = s.openShift(tx, st.Post.Code); err != nil {
		return err
	}
	if counted[st.Today] == nil {
		if counted[st.Today], err = pointTotals(tx, st.Today, st.Today); err != nil {
			return err
		}
	}
	st.Totals = counted[st.Today][st.Post.Code]
	_, err = closingOf(tx, st.Post.Code, st.Today)
	st.Report = err == nil
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	return err
}

// PointOf answers a point for the page that changes it.
func (s *Service) PointOf(ctx context.Context, code string) (Point, error) {
	const op = "border.PointOf"
	if err := s.Access.Check(ctx, access.BorderRead, access.Resource{Kind: kindPost}); err != nil {
		return Point{}, fault.Wrap(op, err)
	}
	var p Point
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		p, err = s.point(tx, code)
		return err
	})
	return p, fault.Wrap(op, err)
}

// Free lists the points of the gazetteer where nobody is screened yet.
func (s *Service) Free(ctx context.Context) ([]place.Point, error) {
	const op = "border.Free"
	if err := s.edits(ctx, Post{}); err != nil {
		return nil, fault.Wrap(op, err)
	}
	var out []place.Point
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		all, err := s.Places.Points(tx, place.PointFilter{})
		if err != nil {
			return err
		}
		for _, p := range all {
			if !screens(p.Kind) {
				continue
			}
			switch _, err := findPost(tx, p.Code); {
			case fault.Is(err, fault.NotFound):
				out = append(out, p)
			case err != nil:
				return err
			}
		}
		return nil
	})
	return out, fault.Wrap(op, err)
}
