package alert

import (
	"context"
	"embed"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/epi"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

//go:embed locales
var files embed.FS

// Pages are the words of this package; its pages are sheets of package page.
func Pages() page.Area { return page.Area{Name: "alert", Templates: files, Locales: files} }

// Deps is what a Service needs.
type Deps struct {
	DB      *db.DB
	Journal *journal.Journal
	Access  *access.Access
	Pages   *page.Renderer // nil where there are no pages
	Signals *surveillance.Service
	Clock   func() time.Time

	// Cases are the counts of the line list.
	Cases interface {
		Reported(tx *db.Tx, disease string, first, last calendar.Day) ([]linelist.Tallied, error)
		Tests(tx *db.Tx, disease string, first, last calendar.Day) ([]linelist.Tested, error)
		Deaths(tx *db.Tx, disease, site string, since calendar.Day) ([]linelist.Died, error)
		SitesWith(tx *db.Tx, disease string, first, last calendar.Day) ([]string, error)
	}

	// Packs are the thresholds in force, and those that decided before.
	Packs interface {
		Active(tx *db.Tx, id string, on calendar.Day) (*pack.Pack, error)
		ExplainRecord(tx *db.Tx, r pack.Record, lang string) (pack.Explanation, error)
	}

	// Population is how many people the gazetteer says a unit has; nil where there is no
	// gazetteer.
	Population func(tx *db.Tx, unit string) (people int, known bool, err error)

	// Mine reports whether this installation is the one that looks after a site, so that
	// not every node that has a part of the counts raises alerts of it; nil is yes.
	Mine func(tx *db.Tx, site string) (bool, error)
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

func (s *Service) now() time.Time { return s.Clock().UTC().Truncate(time.Microsecond) }

func (s *Service) lists() surveillance.Lists { return s.Signals.Lists() }

// siteOf is the site that answers for a unit: the unit's own, else the one of whoever
// writes.
func (s *Service) siteOf(tx *db.Tx, unit string, a access.Actor) (surveillance.Unit, string, error) {
	u, err := s.Signals.Unit(tx, unit)
	if fault.Is(err, fault.NotFound) {
		err = fault.Field("alert.siteOf", "unit", "alert.error.unit")
	}
	if u.Site != "" {
		return u, u.Site, err
	}
	return u, a.Site(), err
}

// append writes one change as the actor.
func (s *Service) append(tx *db.Tx, a access.Actor, kind string, id db.ID, site string, fields map[string]any) error {
	c := journal.Change{Kind: kind, Doc: id, Site: site, Sensitivity: journal.Identity, Purpose: "public_health", Fields: fields}
	doc, err := s.Journal.Load(tx, id)
	switch {
	case err == nil:
		c.Base, c.Site = doc.Version, ""
	case !fault.Is(err, fault.NotFound):
		return err
	}
	return s.Journal.Append(tx, a.Author(), c)
}

// SaveReporter sets who is expected to report.
func (s *Service) SaveReporter(ctx context.Context, r Reporter) error {
	const op = "alert.SaveReporter"
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		a, err := access.Acting(ctx, op)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.CountRecord, access.Resource{Kind: kindReporter}); err != nil {
			return err
		}
		slices.Sort(r.Diseases)
		r.Diseases = slices.Compact(r.Diseases)
		if errs := r.Valid(s.lists()); len(errs) > 0 {
			return errors.Join(errs...)
		}
		u, site, err := s.siteOf(tx, r.Unit, a)
		if err != nil {
			return err
		}
		r.Unit = u.Code
		if err := s.append(tx, a, kindReporter, reporterID(r.Unit), site, map[string]any{"unit": r.Unit, "setting": r.Setting, "diseases": r.Diseases, "due": r.Due, "from": r.From, "until": r.Until}); err != nil {
			return err
		}
		return s.lookAt(ctx, tx, r.Unit, "")
	}))
}

// Reporters lists the units that are expected to report.
func (s *Service) Reporters(ctx context.Context) (out []Reporter, err error) {
	const op = "alert.Reporters"
	if err := s.mayRead(ctx); err != nil {
		return nil, fault.Wrap(op, err)
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error { out, err = allReporters(tx); return err })
	return out, fault.Wrap(op, err)
}

func (s *Service) mayRead(ctx context.Context) error {
	return s.Access.Check(ctx, access.StatisticsRead, access.Resource{Kind: kindAlert})
}

// Count says that people were counted.
func (s *Service) Count(ctx context.Context, h Headcount) error {
	const op = "alert.Count"
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		a, err := access.Acting(ctx, op)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.CountRecord, access.Resource{Kind: kindHeadcount}); err != nil {
			return err
		}
		if errs := h.Valid(s.today()); len(errs) > 0 {
			return errors.Join(errs...)
		}
		_, site, err := s.siteOf(tx, h.Unit, a)
		if err != nil {
			return err
		}
		return s.append(tx, a, kindHeadcount, headcountID(h), site, map[string]any{"count": h})
	}))
}

// HeadcountsIn lists the headcounts of a unit up to a day, the latest first, for areas
// that have checked the right.
func (s *Service) HeadcountsIn(tx *db.Tx, unit string, until calendar.Day) ([]Headcount, error) {
	return headcountsOf(tx, unit, until)
}

// PopulationIn is the last headcount of a unit, else what the gazetteer says; 0 is not
// known.
func (s *Service) PopulationIn(tx *db.Tx, unit string, until calendar.Day) (int, error) {
	counted, err := headcountsOf(tx, unit, until)
	if err != nil || len(counted) > 0 {
		if len(counted) > 0 {
			return counted[0].People, nil
		}
		return 0, err
	}
	if s.Population == nil {
		return 0, nil
	}
	people, known, err := s.Population(tx, unit)
	if !known {
		people = 0
	}
	return people, err
}

// WeeklySource is who a weekly report's counts are from.
const WeeklySource = surveillance.WeeklySource

// The indicators of a weekly report.
const (
	WeeklyCases  = "new_suspected_cases"
	WeeklyDeaths = "new_suspected_deaths"
)

// Line is one disease of a weekly report. What is not known was left empty, and is not
// reported.
type Line struct {
	Disease       string
	Cases, Deaths surveillance.Count
}

// Weekly is the report of a week by a unit. Zero says that nothing was seen.
type Weekly struct {
	Unit  string
	Week  surveillance.Period
	Zero  bool
	Lines []Line
}

// Valid checks a weekly report of a reporter on a day.
func (w Weekly) Valid(today calendar.Day) []error {
	var errs []error
	bad := func(field, key string) {
		errs = append(errs, fault.Field("alert.Weekly", field, "alert.error."+key))
	}
	week, err := epi.ParseWeek(string(w.Week))
	if err != nil {
		bad("week", "week")
	} else if lastDay(week) >= today {
		bad("week", "week_open")
	}
	any := false
	for _, l := range w.Lines {
		any = any || l.Cases.Known || l.Deaths.Known
		if w.Zero && (l.Cases.Known && l.Cases.N != 0 || l.Deaths.Known && l.Deaths.N != 0) {
			bad("zero", "zero")
			break
		}
		if l.Deaths.Known && l.Cases.Known && l.Deaths.N > l.Cases.N {
			bad("deaths."+l.Disease, "more_deaths")
		}
	}
	if !any && !w.Zero {
		bad("zero", "nothing")
	}
	return errs
}

// ReportWeek keeps the report of a week. A week that was reported before gets a
// correction; the day on which it first came stays.
func (s *Service) ReportWeek(ctx context.Context, w Weekly) error {
	const op = "alert.ReportWeek"
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		r, ok, err := findReporter(tx, w.Unit)
		if err == nil && !ok {
			err = fault.Field(op, "unit", "alert.error.unit")
		}
		if err != nil {
			return err
		}
		if err := s.mayReport(ctx, tx, w.Unit); err != nil {
			return err
		}
		if errs := w.Valid(s.today()); len(errs) > 0 {
			return errors.Join(errs...)
		}
		var list []surveillance.Report
		for _, d := range r.Diseases {
			line := Line{Disease: d}
			if i := slices.IndexFunc(w.Lines, func(l Line) bool { return l.Disease == d }); i >= 0 {
				line = w.Lines[i]
			}
			for indicator, n := range map[string]surveillance.Count{WeeklyCases: line.Cases, WeeklyDeaths: line.Deaths} {
				if w.Zero {
					n = surveillance.Of(0)
				}
				list = append(list, surveillance.Report{Cell: surveillance.Cell{Unit: w.Unit, Disease: d, Indicator: indicator, Period: w.Week, Source: WeeklySource}, Value: n, Reported: s.today()})
			}
		}
		slices.SortFunc(list, func(a, b surveillance.Report) int {
			return strings.Compare(a.Disease+a.Indicator, b.Disease+b.Indicator)
		})
		if _, err := s.Signals.RecordChecked(ctx, tx, list...); err != nil {
			return err
		}
		return s.Counted(ctx, tx, list)
	}))
}

// mayReport checks the right to report the week of a unit: a site's at the site, any
// other unit's by whoever keeps counts.
func (s *Service) mayReport(ctx context.Context, tx *db.Tx, unit string) error {
	u, err := s.Signals.Unit(tx, unit)
	if err != nil {
		return err
	}
	if u.Site == "" {
		return s.Access.Check(ctx, access.CountRecord, access.Resource{Kind: kindReceived})
	}
	return s.Access.Check(ctx, access.WeekReport, access.Resource{Kind: kindReceived, Site: u.Site, Sensitivity: journal.Identity})
}

// Counted notes the weekly reports among counts that were kept, whoever brought them,
// and holds the rules against what they say.
func (s *Service) Counted(ctx context.Context, tx *db.Tx, counts []surveillance.Report) error {
	a, err := access.Acting(ctx, "alert.Counted")
	if err != nil {
		return err
	}
	type key struct {
		unit string
		week surveillance.Period
	}
	var order []key
	got := map[key]*Received{}
	for _, c := range counts {
		if c.Source != WeeklySource || !c.Period.Week() || !c.Value.Known {
			continue
		}
		k := key{c.Unit, c.Period}
		if got[k] == nil {
			got[k] = &Received{Unit: c.Unit, Week: c.Period, On: c.Reported, Zero: true}
			order = append(order, k)
		}
		got[k].Zero = got[k].Zero && c.Value.N == 0
		got[k].On = min(got[k].On, c.Reported)
	}
	var units []string
	for _, k := range order {
		_, expected, err := findReporter(tx, k.unit)
		if err != nil {
			return err
		}
		if !expected {
			continue
		}
		was, there, err := findReceived(tx, k.unit, k.week)
		if err != nil {
			return err
		}
		if !slices.Contains(units, k.unit) {
			units = append(units, k.unit)
		}
		if there && was.On <= got[k].On && was.Zero == got[k].Zero {
			continue
		}
		_, site, err := s.siteOf(tx, k.unit, a)
		if err != nil {
			return err
		}
		if err := s.append(tx, a, kindReceived, receivedID(k.unit, k.week), site, map[string]any{"report": got[k]}); err != nil {
			return err
		}
	}
	for _, u := range units {
		if err := s.lookAt(ctx, tx, u, ""); err != nil {
			return err
		}
	}
	return nil
}

// FindUnit finds the unit of a code or a name that somebody typed.
func (s *Service) FindUnit(ctx context.Context, text string) (code string, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		u, err := s.Signals.FindUnit(tx, text)
		if fault.Is(err, fault.Invalid) || fault.Is(err, fault.NotFound) {
			err = fault.Field("alert.FindUnit", "unit", "alert.error.unit")
		}
		code = u.Code
		return err
	})
	return code, err
}
