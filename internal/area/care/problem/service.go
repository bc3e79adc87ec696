package problem

import (
	"context"
	"embed"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

//go:embed locales
var files embed.FS

// Pages are the words of this area; its pages are sheets.
func Pages() page.Area { return page.Area{Name: "problem", Templates: files, Locales: files} }

// People is what this area needs of persons.
type People interface {
	Briefs(tx *db.Tx, ids []db.ID) (map[db.ID]people.Brief, error)
	Banner(ctx context.Context, tx *db.Tx, person db.ID) (*page.Banner, error)
}

// Signals is what this area needs of surveillance.
type Signals interface {
	Lists() surveillance.Lists
	Raise(ctx context.Context, tx *db.Tx, r surveillance.Raised) (db.ID, error)
}

// Deps is what a Service needs.
type Deps struct {
	DB      *db.DB
	Journal *journal.Journal
	Access  *access.Access
	Pages   *page.Renderer
	People  People
	Signals Signals
	Clock   func() time.Time
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

func (s *Service) now() time.Time      { return s.Clock().UTC().Truncate(time.Microsecond) }
func (s *Service) today() calendar.Day { return calendar.DayOfTime(s.Clock()) }

// siteOf is the site whose list an actor works with.
func siteOf(a access.Actor) (string, error) {
	if site := a.Site(); site != "" && site != access.All {
		return site, nil
	}
	return "", fault.New(fault.Forbidden, "problem.siteOf", "problem.error.site")
}

// TermList is the short list of the actor's site.
type TermList struct {
	Site     string
	Terms    []Term
	MayWrite bool
}

// Terms lists the entries of the actor's site, all of them, by code.
func (s *Service) Terms(ctx context.Context) (out TermList, err error) {
	const op = "problem.Terms"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return out, err
	}
	if out.Site, err = siteOf(a); err != nil {
		return out, err
	}
	res := Term{Site: out.Site}.Resource()
	if err := s.Access.Check(ctx, access.ClinicalRead, res); err != nil {
		return out, fault.Wrap(op, err)
	}
	out.MayWrite = s.Access.May(ctx, access.PlanDiagnose, res)
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out.Terms, err = terms(tx, out.Site, true)
		return err
	})
	slices.SortFunc(out.Terms, byCode)
	return out, fault.Wrap(op, err)
}

func byCode(a, b Term) int {
	return strings.Compare(string(a.System)+" "+a.Code+" "+a.Name, string(b.System)+" "+b.Code+" "+b.Name)
}

// SaveTerm adds an entry to the list of the actor's site. A physician answers for it.
func (s *Service) SaveTerm(ctx context.Context, id db.ID, w Words) error {
	const op = "problem.SaveTerm"
	w.tidy()
	if errs := w.valid(s.Signals.Lists().HasDisease); len(errs) > 0 {
		return errors.Join(errs...)
	}
	_, err := s.addTerms(ctx, op, []Words{w}, []db.ID{id})
	return fault.Wrap(op, err)
}

// Import adds what a file has and the list has not. It answers how many, and the lines
// that were not taken.
func (s *Service) Import(ctx context.Context, file io.Reader) (added int, bad []Row, err error) {
	const op = "problem.Import"
	l, err := ReadList(file, s.Signals.Lists().HasDisease)
	if err != nil {
		return 0, nil, err
	}
	ids := make([]db.ID, len(l.Terms))
	for i := range ids {
		ids[i] = db.NewID()
	}
	added, err = s.addTerms(ctx, op, l.Terms, ids)
	if fault.Is(err, fault.Conflict) {
		return 0, l.Bad, nil
	}
	return added, l.Bad, fault.Wrap(op, err)
}

// addTerms appends what the list of the actor's site has not; nothing new is a conflict.
func (s *Service) addTerms(ctx context.Context, op string, list []Words, ids []db.ID) (added int, err error) {
	a, err := access.Acting(ctx, op)
	if err != nil {
		return 0, err
	}
	site, err := siteOf(a)
	if err != nil {
		return 0, err
	}
	if err := s.Access.Check(ctx, access.PlanDiagnose, Term{Site: site}.Resource()); err != nil {
		return 0, err
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		there, err := terms(tx, site, true)
		if err != nil {
			return err
		}
		var changes []journal.Change
		for i, w := range list {
			if slices.ContainsFunc(there, func(t Term) bool { return t.Same(w) }) {
				continue
			}
			changes = append(changes, journal.Change{Kind: kindTerm, Doc: ids[i], Site: site, Sensitivity: journal.Identity, Purpose: a.Purpose,
				Fields: map[string]any{"system": w.System, "code": w.Code, "name": w.Name, "names": w.Names, "disease": w.Disease, "sensitive": w.Sensitive, "off": false}})
		}
		if added = len(changes); added == 0 {
			return &fault.Error{Code: fault.Conflict, Op: op, Field: "code", Key: "problem.error.twice"}
		}
		if len(there)+added > mostTerms {
			return fault.Field(op, "file", "problem.error.too_large")
		}
		return s.Journal.Append(tx, a.Author(), changes...)
	})
	return added, err
}

// Offer says whether a term is offered from now on.
func (s *Service) Offer(ctx context.Context, id db.ID, offered bool) error {
	const op = "problem.Offer"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		doc, err := s.Journal.Load(tx, id)
		if err != nil {
			return err
		}
		if doc.Kind != kindTerm {
			return fault.New(fault.NotFound, op, "page.error.not_found")
		}
		if err := s.Access.Check(ctx, access.PlanDiagnose, access.Of(doc)); err != nil {
			return err
		}
		return s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindTerm, Doc: id, Base: doc.Version, Purpose: a.Purpose, Fields: map[string]any{"off": !offered}})
	}))
}
