package ready

import (
	"context"
	"embed"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

//go:embed locales
var files embed.FS

// Pages are the pages and words of this package.
func Pages() page.Area { return page.Area{Name: "ready", Templates: files, Locales: files} }

// Deps is what a Service needs.
type Deps struct {
	DB      *db.DB
	Journal *journal.Journal
	Access  *access.Access
	Pages   *page.Renderer // nil where there are no pages
	Clock   func() time.Time

	Sites interface {
		Site(tx *db.Tx, code string) (place.Site, error)
		All(tx *db.Tx) ([]place.Site, error)
	}
	// Points knows the points of entry and of congregation; place.Gazetteer.
	Points interface {
		Point(tx *db.Tx, code string) (place.Point, error)
		Points(tx *db.Tx, f place.PointFilter) ([]place.Point, error)
	}
	// SiteOf answers the site that looks after a point where the gazetteer has none; ""
	// where nobody does, and nil where nobody knows.
	SiteOf func(tx *db.Tx, point string) (string, error)
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

func (s *Service) today() calendar.Day { return calendar.DayOfTime(s.Clock()) }

// The two sorts of places, as they stand in an address.
const (
	siteSort  = "site"
	pointSort = "point"
)

// Place is a site or a point.
type Place struct {
	Sort, Code string
	Site       string // whose records it has; "" is everybody's
	Names      map[string]string
	Guarded    bool
}

// Ref is how records name a place.
func (p Place) Ref() string { return p.Sort + "/" + p.Code }

// Name is the place's name in a language.
func (p Place) Name(lang string) string { return place.Site{Code: p.Code, Names: p.Names}.Name(lang) }

func siteHere(x place.Site) Place {
	return Place{Sort: siteSort, Code: x.Code, Site: x.Code, Names: x.Names, Guarded: x.Guarded}
}

func (s *Service) pointHere(tx *db.Tx, x place.Point) (Place, error) {
	p := Place{Sort: pointSort, Code: x.Code, Site: x.Site, Names: x.Names, Guarded: x.Keep()}
	if p.Site != "" || s.SiteOf == nil {
		return p, nil
	}
	var err error
	p.Site, err = s.SiteOf(tx, x.Code)
	return p, err
}

// placeIn answers a place by what names it.
func (s *Service) placeIn(tx *db.Tx, ref string) (Place, error) {
	kind, code, _ := strings.Cut(ref, "/")
	switch kind {
	case siteSort:
		x, err := s.Sites.Site(tx, code)
		return siteHere(x), err
	case pointSort:
		x, err := s.Points.Point(tx, code)
		if err != nil {
			return Place{}, err
		}
		return s.pointHere(tx, x)
	}
	return Place{}, fault.New(fault.NotFound, "ready.place", "page.error.not_found")
}

// places are the sites and the points of entry and of congregation that are open.
func (s *Service) places(tx *db.Tx) ([]Place, error) {
	points, err := s.Points.Points(tx, place.PointFilter{})
	if err != nil {
		return nil, err
	}
	var out []Place
	for _, x := range points {
		if !x.Kind.Entry() && !x.Kind.Congregation() {
			continue
		}
		p, err := s.pointHere(tx, x)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	sites, err := s.Sites.All(tx)
	for _, x := range sites {
		if !x.Closed {
			out = append(out, siteHere(x))
		}
	}
	return out, err
}

func (s *Service) reads(ctx context.Context) error {
	return s.Access.Check(ctx, access.PrepareRead, access.Resource{Kind: Plan.kind()})
}

// edits checks that the actor may change what a place has.
func (s *Service) edits(ctx context.Context, p Place) error {
	return s.Access.Check(ctx, access.PrepareEdit, access.Resource{Kind: Plan.kind(), Site: p.Site, Sensitivity: journal.Identity})
}

// Standing is a place with what is missing there.
type Standing struct {
	Place
	Gaps []Gap
	Open int // actions
}

// Board lists every place with what is missing; those where most is grave first.
func (s *Service) Board(ctx context.Context) ([]Standing, error) {
	const op = "ready.Board"
	if err := s.reads(ctx); err != nil {
		return nil, fault.Wrap(op, err)
	}
	var out []Standing
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		places, err := s.places(tx)
		if err != nil {
			return err
		}
		all, err := recordsAt(tx, "")
		if err != nil {
			return err
		}
		at := map[string][]Record{}
		for _, r := range all {
			at[r.Place] = append(at[r.Place], r)
		}
		for _, p := range places {
			st := Standing{Place: p, Gaps: Gaps(at[p.Ref()], s.today())}
			for _, r := range at[p.Ref()] {
				if r.Open() {
					st.Open++
				}
			}
			out = append(out, st)
		}
		return nil
	})
	slices.SortStableFunc(out, func(a, b Standing) int { return b.grave() - a.grave() })
	return out, fault.Wrap(op, err)
}

func (s Standing) grave() (n int) {
	for _, g := range s.Gaps {
		if g.Why.Grave() {
			n++
		}
	}
	return n
}

// Kit is what a place has.
type Kit struct {
	Place   Place
	Records []Record // without those that have left
	Gaps    []Gap
	Today   calendar.Day
	Edits   bool
	Prints  bool
}

// Of are the records of a sort.
func (k Kit) Of(w What) []Record {
	var out []Record
	for _, r := range k.Records {
		if r.What == w {
			out = append(out, r)
		}
	}
	return out
}

// Open answers what a place has.
func (s *Service) Open(ctx context.Context, ref string) (Kit, error) {
	const op = "ready.Open"
	if err := s.reads(ctx); err != nil {
		return Kit{}, fault.Wrap(op, err)
	}
	var out Kit
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		out = Kit{Today: s.today(), Prints: s.Access.Ever(ctx, access.ExportStatistics)}
		if out.Place, err = s.placeIn(tx, ref); err != nil {
			return err
		}
		out.Edits = s.edits(ctx, out.Place) == nil
		all, err := recordsAt(tx, ref)
		out.Records = slices.DeleteFunc(all, Record.Left)
		out.Gaps = Gaps(out.Records, out.Today)
		return err
	})
	return out, fault.Wrap(op, err)
}

// Waiting is an action that is not done, with where.
type Waiting struct {
	Record
	At    Place
	Edits bool // the reader may change it
}

// Waiting lists the actions of every place that are not done: overdue first.
func (s *Service) Waiting(ctx context.Context) ([]Waiting, error) {
	const op = "ready.Waiting"
	if err := s.reads(ctx); err != nil {
		return nil, fault.Wrap(op, err)
	}
	var out []Waiting
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		list, err := waiting(tx)
		if err != nil {
			return err
		}
		byDue(list)
		for _, r := range list {
			p, err := s.placeIn(tx, r.Place)
			if fault.Is(err, fault.NotFound) { // it has not come to this installation
				p, err = Place{Code: r.Place}, nil
			}
			if err != nil {
				return err
			}
			out = append(out, Waiting{r, p, s.edits(ctx, p) == nil})
		}
		return nil
	})
	return out, fault.Wrap(op, err)
}

// Record answers one record.
func (s *Service) Record(ctx context.Context, id db.ID) (out Record, err error) {
	const op = "ready.Record"
	if err := s.reads(ctx); err != nil {
		return out, fault.Wrap(op, err)
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = recordByID(tx, id)
		return err
	})
	return out, fault.Wrap(op, err)
}

// Save keeps records of one place, new or changed, all or none.
func (s *Service) Save(ctx context.Context, records ...Record) error {
	const op = "ready.Save"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	if err := s.edits(ctx, Place{}); err != nil { // nowhere at all
		return fault.Wrap(op, err)
	}
	for i := range records {
		if errs := records[i].Valid(s.today()); len(errs) > 0 {
			return errors.Join(errs...)
		}
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		for _, r := range records {
			c, err := s.change(ctx, tx, r)
			if err != nil {
				return err
			}
			if len(c.Fields) == 0 {
				continue
			}
			if err := s.Journal.Append(tx, a.Author(), c); err != nil {
				return err
			}
		}
		return nil
	}))
}

// change is what a record says that is not kept yet. Whoever answers a form on which
// somebody else's answer did not stand yet is told, and takes nothing back unseen.
func (s *Service) change(ctx context.Context, tx *db.Tx, r Record) (journal.Change, error) {
	const op = "ready.change"
	p, err := s.placeIn(tx, r.Place)
	if err == nil {
		err = s.edits(ctx, p)
	}
	if err != nil {
		return journal.Change{}, err
	}
	c := journal.Change{Kind: r.What.kind(), Doc: r.ID, Site: p.Site, Sensitivity: journal.Identity, Purpose: "public_health", Fields: map[string]any{}}
	was := Record{Answers: map[string]string{}}
	d, err := s.Journal.Load(tx, r.ID)
	switch {
	case err == nil:
		if d.Kind != c.Kind {
			return c, fault.New(fault.NotFound, op, "page.error.not_found")
		}
		if was, err = recordOf(d); err != nil {
			return c, err
		}
		if was.Place != r.Place {
			return c, fault.New(fault.NotFound, op, "page.error.not_found")
		}
		if r.Seen != "" && r.Seen != was.Stands() {
			return c, fault.Field(op, "name", "ready.error.changed")
		}
		c.Base, c.Site = d.Version, d.Site
	case fault.Is(err, fault.NotFound):
		c.Fields["place"] = r.Place
		if r.What == Action && !r.From.IsZero() {
			c.Fields["from"] = r.From
		}
	default:
		return c, err
	}
	if !c.Base.IsZero() {
		r.Unsay(was)
	}
	for name, v := range r.Answers {
		if was.Answers[name] != v {
			c.Fields[name] = v
		}
	}
	if r.Gone != was.Gone {
		c.Fields["gone"] = r.Gone
	}
	// A form of a new record that comes again is a double press, or somebody went back and
	// has not seen what stands now.
	if r.New && !c.Base.IsZero() && (len(c.Fields) > 0 || r.From != was.From) {
		return c, fault.Field(op, "name", "ready.error.changed")
	}
	return c, nil
}
