package analysis

import (
	"bytes"
	"context"
	"embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/area/surveillance/alert"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
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

//go:embed data/suppression.csv
var suppressionCSV []byte

// Pages are the words of this package; its pages are sheets of package page.
func Pages() page.Area { return page.Area{Name: "analysis", Templates: files, Locales: files} }

// Deps is what a Service needs.
type Deps struct {
	DB      *db.DB
	Journal *journal.Journal
	Access  *access.Access
	Pages   *page.Renderer // nil where there are no pages
	Signals *surveillance.Service
	Cases   *linelist.Service
	Alerts  *alert.Service
	Clock   func() time.Time

	// Sites names the sites, and says which are never told of.
	Sites interface {
		All(tx *db.Tx) ([]place.Site, error)
	}

	// Packs are the packs in force, and those that decided before.
	Packs interface {
		Active(tx *db.Tx, id string, on calendar.Day) (*pack.Pack, error)
		ExplainRecord(tx *db.Tx, r pack.Record, lang string) (pack.Explanation, error)
	}
}

// Service is this package's use cases.
type Service struct {
	Deps
	rule Suppression
}

// New makes the service.
func New(d Deps) *Service {
	if d.Clock == nil {
		d.Clock = time.Now
	}
	rule, err := readSuppression(suppressionCSV)
	if err != nil { // ours, and found by the first test that runs
		panic(fmt.Sprintf("analysis/data/suppression.csv: %v", err))
	}
	return &Service{Deps: d, rule: rule}
}

func readSuppression(b []byte) (Suppression, error) {
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	var out Suppression
	if err != nil || len(rows) != 2 {
		return out, fmt.Errorf("%d rows: %w", len(rows), err)
	}
	for _, r := range rows[1:] {
		n, err := strconv.Atoi(r[1])
		switch {
		case err != nil || n < 0:
			return out, fmt.Errorf("limit %q", r[1])
		case r[0] == "smallest":
			out.Limit, out.Source = n, r[3]
		default:
			return out, fmt.Errorf("there is no rule %q", r[0])
		}
	}
	return out, nil
}

func (s *Service) today() calendar.Day { return calendar.DayOfTime(s.Clock()) }

func (s *Service) now() time.Time { return s.Clock().UTC().Truncate(time.Microsecond) }

func (s *Service) lists() surveillance.Lists { return s.Signals.Lists() }

func (s *Service) mayRead(ctx context.Context) error {
	return s.Access.Check(ctx, access.StatisticsRead, access.Resource{Kind: kindDeaths})
}

// busiest is the disease with most cases for counting in the days that are asked for: a
// desk that is opened begins where there is something to see. Where there is nothing it is
// the first of the list.
func (s *Service) busiest(ctx context.Context, a Asked) (best string, err error) {
	const op = "analysis.busiest"
	if err := s.mayRead(ctx); err != nil || !a.Valid() {
		return a.Disease, fault.Wrap(op, err)
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		most := 0
		best = a.Disease
		for _, d := range s.lists().Diseases {
			list, err := s.Cases.Reported(tx, d.Code, a.From, a.To)
			if err != nil {
				return err
			}
			n := 0
			for _, t := range list {
				if t.Class.Counts() && (a.Site == "" || t.Site == a.Site) {
					n += t.N
				}
			}
			if n > most {
				best, most = d.Code, n
			}
		}
		return nil
	})
	return best, fault.Wrap(op, err)
}

// DeskOf works out what can be said of a disease in a place and a period.
func (s *Service) DeskOf(ctx context.Context, a Asked) (out Desk, err error) {
	const op = "analysis.DeskOf"
	if err := s.mayRead(ctx); err != nil {
		return out, fault.Wrap(op, err)
	}
	d, ok := s.lists().Disease(a.Disease)
	switch {
	case !ok:
		return out, fault.Field(op, "disease", "analysis.error.choose")
	case !a.Valid():
		return out, fault.Field(op, "from", "analysis.error.period")
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		reported, err := s.Cases.Reported(tx, a.Disease, a.From, a.To)
		if err != nil {
			return err
		}
		people := 0
		if a.Site != "" {
			if people, err = s.Alerts.PopulationIn(tx, surveillance.SiteUnit(a.Site), a.To); err != nil {
				return err
			}
		}
		serial, delay, err := s.parameters(tx, d, a)
		if err != nil {
			return err
		}
		// Up to six days more than the lead: what leaves is of whole weeks.
		onsets, err := s.Cases.Onsets(tx, a.Disease, a.From-lead(serial)-6, a.To)
		if err != nil {
			return err
		}
		out = Make(a, s.today(), d, reported, onsets, people, serial, delay, s.speciesKnown(d))
		return s.named(tx, &out)
	})
	if err != nil {
		return out, fault.Wrap(op, err)
	}
	if s.Access.Ever(ctx, access.ContactFollow) {
		_, n, err := s.Cases.Worklist(ctx)
		if err != nil {
			return out, fault.Wrap(op, err)
		}
		out.Contacts, out.ContactsKnown = n, true
		if out.New, err = s.Cases.NewCases(ctx, a.Disease, a.Site, a.From, a.To); err != nil {
			return out, fault.Wrap(op, err)
		}
	}
	return out, nil
}

// speciesKnown reports whether a disease is one species where species differ.
func (s *Service) speciesKnown(d surveillance.Disease) bool {
	return d.Species != "" || !slices.ContainsFunc(s.lists().Diseases, func(x surveillance.Disease) bool {
		return x.Definition != "" && x.Definition == d.Definition && x.Species != ""
	})
}

// parameters are the serial interval and the delay to death of the agent, by its own
// name; where the list has none there is none.
func (s *Service) parameters(tx *db.Tx, d surveillance.Disease, a Asked) (serial, delay Interval, err error) {
	p, err := s.Packs.Active(tx, "countermeasures", s.today())
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Unavailable) {
		err = nil
	}
	if err != nil {
		return serial, delay, err
	}
	if p != nil && d.Agent != "" {
		serial, delay = pairOf(p, d.Agent+".serial_interval_mean", d.Agent+".serial_interval_sd"), pairOf(p, d.Agent+".death_delay_shape", d.Agent+".death_delay_scale")
	}
	if a.Given.Known() {
		serial = a.Given
		serial.Reader = true
	}
	return serial, delay, nil
}

func pairOf(p *pack.Pack, first, second string) (out Interval) {
	l, ok := p.List("parameters")
	if !ok {
		return out
	}
	for _, m := range l.Members {
		n, err := strconv.ParseFloat(m.Value, 64)
		if err != nil {
			continue
		}
		switch m.Code {
		case first:
			out.A, out.Certain = n, string(m.Certainty)
			for _, c := range p.Cites(m.Source) {
				out.Source = c.Title
			}
		case second:
			out.B = n
		}
	}
	return out
}

// named gives the sites of a desk their names, and joins those that are never told of.
func (s *Service) named(tx *db.Tx, d *Desk) error {
	if s.Sites == nil {
		return nil
	}
	all, err := s.Sites.All(tx)
	if err != nil {
		return err
	}
	for i := range d.Sites {
		if j := slices.IndexFunc(all, func(x place.Site) bool { return x.Code == d.Sites[i].Key }); j >= 0 {
			if all[j].Code == d.Site {
				d.SiteName = all[j].Name("")
			}
		}
	}
	return nil
}

// sites are the sites that are known here, by their codes.
func (s *Service) sites(ctx context.Context) (map[string]place.Site, error) {
	out := map[string]place.Site{}
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		if s.Sites == nil {
			return nil
		}
		all, err := s.Sites.All(tx)
		for _, x := range all {
			out[x.Code] = x
		}
		return err
	})
	return out, err
}
