package chart

import (
	"context"
	"embed"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/growth"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/care/encounter"
	"github.com/godwit-health/godwit/internal/area/care/order"
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
func Pages() page.Area { return page.Area{Name: "chart", Templates: files, Locales: files} }

// kindChart is what the read audit calls a chart.
const kindChart = "care.growth"

// People is what this area needs of persons.
type People interface {
	Briefs(tx *db.Tx, ids []db.ID) (map[db.ID]people.Brief, error)
	Facts(tx *db.Tx, person db.ID, on calendar.Day) (map[string]decision.Fact, *decision.Journey, error)
	Banner(ctx context.Context, tx *db.Tx, person db.ID) (*page.Banner, error)
}

// Deps is what a Service needs.
type Deps struct {
	DB     *db.DB
	Access *access.Access
	Pages  *page.Renderer
	People People
	Orders interface {
		Series(tx *db.Tx, subject, caseID db.ID, codes []string) ([]order.Observation, error)
	}
	Clock func() time.Time
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

var printRoute = access.Route{Name: "care.growth_chart", Means: access.Print, Purpose: "care", Recipients: []access.Recipient{access.Applicant},
	Action: access.ExportReferral, Sensitivity: journal.Clinical, Patterns: []string{"GET /people/{id}/print/growth"}}

// Outlets are the ways on which something of a person leaves this area.
func Outlets() []access.Route { return []access.Route{printRoute} }

// resource is the chart of somebody as a policy sees it.
func resource(b people.Brief) access.Resource {
	res := b.Resource
	res.Kind, res.Sensitivity = kindChart, journal.Clinical
	return res
}

// Opened is a chart as its page shows it.
type Opened struct {
	Growth
	Person   db.ID
	Banner   *page.Banner
	MayPrint bool
}

// Look opens somebody's growth: what the actor may know of it.
func (s *Service) Look(ctx context.Context, person db.ID) (out Opened, err error) {
	const op = "chart.Look"
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		list, err := s.People.Briefs(tx, []db.ID{person})
		if err != nil {
			return err
		}
		b, ok := list[person]
		if !ok {
			return fault.New(fault.NotFound, op, "page.error.not_found")
		}
		res := resource(b)
		if err := s.Access.Check(ctx, access.ClinicalRead, res); err != nil {
			return err
		}
		out = Opened{Person: person, MayPrint: s.Access.May(ctx, access.ExportReferral, res)}
		facts, _, err := s.People.Facts(tx, person, s.today())
		if err != nil {
			return err
		}
		all, err := s.Orders.Series(tx, person, db.ID{}, codes)
		if err != nil {
			return err
		}
		var measures []Measure
		for _, o := range all {
			if res.Sensitivity = max(journal.Clinical, o.Sens); s.Access.May(ctx, access.ClinicalRead, res) {
				measures = append(measures, Measure{o.Code, o.Value, o.On})
			}
		}
		out.Growth = grow(of(facts), measures)
		out.Banner, err = s.People.Banner(ctx, tx, person)
		return err
	})
	if err == nil {
		err = s.Access.Opened(ctx, person, kindChart)
	}
	return out, fault.Wrap(op, err)
}

// of is whose growth it is; what is disputed is not known.
func of(facts map[string]decision.Fact) (g Growth) {
	sex, birth := facts[people.FactSex], facts[people.FactBirth]
	if word, _ := sex.Value.Str(); !sex.Disputed {
		switch word {
		case string(people.Male):
			g.Sex = growth.Male
		case string(people.Female):
			g.Sex = growth.Female
		}
	}
	if born, ok := birth.Value.DayNumber(); ok && !birth.Disputed {
		g.Born, g.Dated = calendar.Day(born), true
	}
	return g
}

// Print is Look for a sheet that the person takes along.
func (s *Service) Print(ctx context.Context, person db.ID) (Opened, error) {
	o, err := s.Look(ctx, person)
	if err == nil {
		err = s.Access.Release(ctx, printRoute, access.Applicant, person)
	}
	return o, fault.Wrap("chart.Print", err)
}

// link is the way to the chart of a child, for whoever may open it.
func (s *Service) link(ctx context.Context, tx *db.Tx, person db.ID) []page.Link {
	list, err := s.People.Briefs(tx, []db.ID{person})
	if err != nil {
		return nil // a way that cannot be shown is left out: the page itself still helps
	}
	if b, ok := list[person]; !ok || b.Child != value.Yes || !s.Access.May(ctx, access.ClinicalRead, resource(b)) {
		return nil
	}
	return []page.Link{{Href: path(person), Text: page.M("chart.title")}}
}

// Links are the ways from a person's page.
func (s *Service) Links(ctx context.Context, person db.ID) (out []page.Link) {
	_ = s.DB.Read(ctx, func(tx *db.Tx) error { out = s.link(ctx, tx, person); return nil })
	return out
}

// Beside is the way from an encounter of a child (encounter.OnBeside).
func (s *Service) Beside(ctx context.Context, tx *db.Tx, e encounter.Encounter) (encounter.Beside, error) {
	return encounter.Beside{Links: s.link(ctx, tx, e.Person)}, nil
}
