package report

import (
	"context"
	"crypto/sha256"
	"embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/programme/count"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
	"github.com/godwit-health/godwit/internal/kernel/tally"
)

//go:embed locales
var files embed.FS

// Pages are the words of this package; its pages are sheets.
func Pages() page.Area { return page.Area{Name: "report", Templates: files, Locales: files} }

// packIndicators is the pack whose indicators are reported.
const packIndicators = "care-indicators"

// Deps is what a Service needs.
type Deps struct {
	DB      *db.DB
	Journal *journal.Journal
	Access  *access.Access
	Pages   *page.Renderer // nil where there are no pages
	Clock   func() time.Time
	Sender  Sender // nil where nothing is sent to a ministry
	Packs   interface {
		Active(tx *db.Tx, id string, on calendar.Day) (*pack.Pack, error)
	}
	Sites interface {
		Site(tx *db.Tx, code string) (place.Site, error)
		All(tx *db.Tx) ([]place.Site, error)
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

func (s *Service) now() time.Time      { return s.Clock().UTC().Truncate(time.Microsecond) }
func (s *Service) today() calendar.Day { return calendar.DayOfTime(s.now()) }

// idOf is the id of a document that is there once for what its name says.
func idOf(format string, args ...any) db.ID {
	h := sha256.Sum256(fmt.Appendf(nil, format, args...))
	id := db.ID(h[:16])
	id[6], id[8] = 0x80|id[6]&0x0f, 0x80|id[8]&0x3f // RFC 9562, version 8
	return id
}

func reportID(site string, p Period) db.ID { return idOf("godwit report\x00%s\x00%s", site, p.Code()) }

func (s *Service) reads(ctx context.Context) error {
	return s.Access.Check(ctx, access.StatisticsRead, access.Resource{Kind: kindReport})
}

func ofSite(site string) access.Resource {
	return access.Resource{Kind: kindReport, Site: site, Sensitivity: journal.Identity}
}

// pack is the pack of indicators in force on a day.
func (s *Service) pack(tx *db.Tx, on calendar.Day) (*pack.Pack, error) {
	p, err := s.Packs.Active(tx, packIndicators, on)
	if fault.Is(err, fault.Unavailable) || fault.Is(err, fault.NotFound) {
		return nil, &fault.Error{Code: fault.Unavailable, Op: "report.pack", Key: "report.error.no_pack", Err: err}
	}
	return p, err
}

// append writes a change to a document that may be there already.
func (s *Service) append(tx *db.Tx, a access.Actor, c journal.Change) error {
	c.Sensitivity, c.Purpose = journal.Identity, "statistics"
	d, err := s.Journal.Load(tx, c.Doc)
	switch {
	case err == nil:
		c.Base = d.Version
	case !fault.Is(err, fault.NotFound):
		return err
	}
	return s.Journal.Append(tx, a.Author(), c)
}

// counted is what the tallies say of an indicator at a site in a period; a figure without
// a number is one that no tally holds.
func (s *Service) counted(tx *db.Tx, x pack.Indicator, site string, p Period) (Figure, error) {
	var list []tallied
	take := func(counter string, under []string, first, last calendar.Day, dims int, of func(service string) bool) error {
		sums, err := tally.SumUnder(tx, counter, first, last, under, 1, dims, dims+1, dims+2, dims+3, dims+4)
		for _, c := range sums {
			if of(c.Dims[0]) {
				list = append(list, tallied{count.DimsOf(c.Dims[1:]), c.N})
			}
		}
		return err
	}
	all := func(string) bool { return true }
	var err error
	switch x.Measure {
	case pack.Contacts, pack.Tests:
		counter := map[pack.Quantity]string{pack.Contacts: count.CounterContact, pack.Tests: count.CounterTest}[x.Measure]
		err = take(counter, []string{site}, p.First, p.Last(), 2, func(service string) bool {
			of, _, _ := strings.Cut(service, "/")
			return len(x.Of) == 0 || slices.Contains(x.Of, service) || slices.Contains(x.Of, of)
		})
	case pack.Registered:
		err = take(count.CounterRegistered, []string{site}, p.First, p.Last(), 2, all)
	case pack.Persons:
		service := count.Any
		if len(x.Of) > 0 {
			service = x.Of[0]
		}
		counter := map[Freq]string{Weekly: count.CounterWeek, Monthly: count.CounterMonth}[p.Freq]
		err = take(counter, []string{site, service}, p.First, p.First, 2, all)
	case pack.Cases:
		sums, e := tally.SumUnder(tx, "linelist.reported."+x.Of[0], p.First, p.Last(), []string{site}, 1)
		for err = e; len(sums) > 0; sums = sums[1:] {
			if sums[0].Dims[0] != "discarded" && sums[0].Dims[0] != "not_a_case" {
				list = append(list, tallied{n: sums[0].N})
			}
		}
	default:
		return Figure{}, nil
	}
	return figureOf(x, list), err
}

// Opened is a report with what the tallies say now.
type Opened struct {
	Report
	Place    place.Site
	Pack     *pack.Pack
	Counted  map[string]Figure
	State    State
	MaySign  bool
	Today    calendar.Day
	Targets  []Ministry // whom it can be sent to
	MayShare bool
}

// Open opens the report of a site and a period, there or not.
func (s *Service) Open(ctx context.Context, site string, p Period) (out Opened, err error) {
	const op = "report.Open"
	if err := s.reads(ctx); err != nil {
		return out, fault.Wrap(op, err)
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = s.open(ctx, tx, site, p)
		return err
	})
	return out, fault.Wrap(op, err)
}

func (s *Service) open(ctx context.Context, tx *db.Tx, site string, p Period) (out Opened, err error) {
	out = Opened{Today: s.today(), Counted: map[string]Figure{}}
	if p.First > out.Today {
		return out, fault.New(fault.NotFound, "report.open", "page.error.not_found")
	}
	if out.Place, err = s.Sites.Site(tx, site); err != nil {
		return out, err
	}
	if out.Pack, err = s.pack(tx, min(p.Last(), out.Today)); err != nil {
		return out, err
	}
	out.Report, err = findReport(tx, reportID(site, p))
	if fault.Is(err, fault.NotFound) {
		out.Report, err = Report{ID: reportID(site, p), Site: site, Period: p}, nil
	}
	if err != nil {
		return out, err
	}
	for _, x := range reported(out.Pack, p.Freq) {
		if out.Counted[x.Code], err = s.counted(tx, x, site, p); err != nil {
			return out, err
		}
	}
	out.State = stateOf(out.Report, lateOf(out.Pack, p), out.Today)
	out.MaySign = s.Access.May(ctx, access.ProgrammeReport, ofSite(site))
	if out.MayShare = s.Sender != nil && s.Access.Ever(ctx, access.ExportStatistics); out.MayShare {
		all, err := ministries(tx)
		if err != nil {
			return out, err
		}
		for _, m := range all {
			if m.Freq == p.Freq && !m.Closed {
				out.Targets = append(out.Targets, m)
			}
		}
	}
	return out, nil
}

// lateOf is how many days after a period its report is late.
func lateOf(p *pack.Pack, period Period) int {
	n, _ := p.Param("late_"+string(period.Freq)+"_days", period.First)
	return int(n)
}

// Signing is what a person says of a period; a nil number was not reported.
type Signing struct {
	Numbers map[string]*int64
	Zero    bool // what is empty is zero
	Comment string
}

// mostCounted is more than any site counts in a period.
const mostCounted = 100_000_000

// Sign signs a report, or corrects one by another version.
func (s *Service) Sign(ctx context.Context, site string, p Period, in Signing) error {
	const op = "report.Sign"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := s.Access.Check(ctx, access.ProgrammeReport, ofSite(site)); err != nil {
			return err
		}
		o, err := s.open(ctx, tx, site, p)
		if err != nil {
			return err
		}
		if p.Last() >= o.Today {
			return fault.New(fault.Conflict, op, "report.error.goes_on")
		}
		v := Version{Figures: map[string]Figure{}, Hash: o.Pack.Hash, Comment: strings.TrimSpace(in.Comment), Zero: in.Zero, At: s.now(), By: a.User}
		var errs []error
		if utf8.RuneCountInString(v.Comment) > longText {
			errs = append(errs, fault.Field(op, "comment", "report.error.long"))
		}
		for _, x := range reported(o.Pack, p.Freq) {
			n := in.Numbers[x.Code]
			if n == nil && in.Zero && x.Measure != pack.Typed {
				n = new(int64)
			}
			if n != nil && (*n < 0 || *n > mostCounted) {
				errs = append(errs, fault.Field(op, fieldOf(x.Code), "report.error.number"))
				continue
			}
			if n != nil {
				v.Figures[x.Code] = settled(n, o.Counted[x.Code])
			}
		}
		if len(errs) > 0 {
			return errors.Join(errs...)
		}
		if len(v.Figures) == 0 {
			return fault.New(fault.Invalid, op, "report.error.nothing")
		}
		return s.version(tx, a, o.Report, v)
	}))
}

// Withdraw takes a report back: it was not this site's, or not this period's. What was sent
// of it is deleted where it was sent when somebody presses there again.
func (s *Service) Withdraw(ctx context.Context, site string, p Period, why string) error {
	const op = "report.Withdraw"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	if why = strings.TrimSpace(why); why == "" || utf8.RuneCountInString(why) > longText {
		return fault.Field(op, "why", "report.error.why")
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := s.Access.Check(ctx, access.ProgrammeReport, ofSite(site)); err != nil {
			return err
		}
		r, err := findReport(tx, reportID(site, p))
		if err != nil {
			return err
		}
		if _, ok := r.Last(); !ok {
			return fault.New(fault.Conflict, op, "report.error.withdrawn")
		}
		return s.version(tx, a, r, Version{Withdrawn: true, Comment: why, At: s.now(), By: a.User})
	}))
}

func (s *Service) version(tx *db.Tx, a access.Actor, r Report, v Version) error {
	return s.append(tx, a, journal.Change{Kind: kindReport, Doc: r.ID, Site: r.Site, Fields: map[string]any{"site": r.Site, "period": r.Period, "version": v}})
}

// Line is a site with its periods, the latest first.
type Line struct {
	Site    place.Site
	Periods []Opened // Report and State only
}

// Board is who reported what when.
type Board struct {
	Freq    Freq
	Periods []Period
	Lines   []Line
	Rules   *pack.Pack
	InTime  int
	Late    int
	Missing int
}

// mostPeriods is how many periods the board has.
const mostPeriods = 6

// Board answers completeness and timeliness of the last whole periods.
func (s *Service) Board(ctx context.Context, f Freq) (out Board, err error) {
	const op = "report.Board"
	if err := s.reads(ctx); err != nil {
		return out, fault.Wrap(op, err)
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out = Board{Freq: f}
		last := periodOf(f, s.today()).Before(1)
		for i := range mostPeriods {
			out.Periods = append(out.Periods, last.Before(i))
		}
		if out.Rules, err = s.pack(tx, s.today()); err != nil {
			return err
		}
		sites, err := s.Sites.All(tx)
		if err != nil {
			return err
		}
		list, err := reportsOf(tx, f, out.Periods[mostPeriods-1].First, last.First)
		if err != nil {
			return err
		}
		by := map[string]Report{}
		for _, r := range list {
			by[r.Site+" "+r.Period.Code()] = r
		}
		for _, site := range sites {
			if !site.Closed && site.Kind != place.Office {
				out.Lines = append(out.Lines, s.line(site, out.Rules, out.Periods, by))
			}
		}
		for _, l := range out.Lines {
			for _, p := range l.Periods {
				switch p.State {
				case InTime:
					out.InTime++
				case Late:
					out.Late++
				case Missing:
					out.Missing++
				}
			}
		}
		return nil
	})
	return out, fault.Wrap(op, err)
}

func (s *Service) line(site place.Site, rules *pack.Pack, periods []Period, by map[string]Report) Line {
	l := Line{Site: site}
	for _, p := range periods {
		r, ok := by[site.Code+" "+p.Code()]
		if !ok {
			r = Report{Site: site.Code, Period: p}
		}
		l.Periods = append(l.Periods, Opened{Report: r, State: stateOf(r, lateOf(rules, p), s.today())})
	}
	return l
}

// Whole is a period over the sites that reported: as it is here, or as it leaves.
type Whole struct {
	Period   Period
	Pack     *pack.Pack
	Sites    []place.Site
	Reported []bool // in the order of the sites
	Figures  []map[string]Figure
	Releases []Release // of counts, in the pack's order
	K        int64     // counts below it are left out; 1 is none
}

// WholeIn gathers a period of these sites, every site where none is named; k is the limit at
// which counts are left out. It checks no rights.
func (s *Service) WholeIn(tx *db.Tx, p Period, only []string, k int64) (out Whole, err error) {
	out = Whole{Period: p, K: k}
	if out.Pack, err = s.pack(tx, min(p.Last(), s.today())); err != nil {
		return out, err
	}
	sites, err := s.Sites.All(tx)
	if err != nil {
		return out, err
	}
	list, err := reportsOf(tx, p.Freq, p.First, p.First)
	if err != nil {
		return out, err
	}
	for _, site := range sites {
		if k > 1 && site.Guarded {
			continue // it is left out of the total too, which would tell it
		}
		if site.Kind == place.Office || len(only) > 0 && !slices.Contains(only, site.Code) {
			continue
		}
		i := slices.IndexFunc(list, func(r Report) bool { return r.Site == site.Code })
		figures, ok := map[string]Figure(nil), false
		if i >= 0 {
			var v Version
			if v, ok = list[i].Last(); ok {
				figures = v.Figures
			}
		}
		if site.Closed && !ok {
			continue
		}
		out.Sites, out.Reported, out.Figures = append(out.Sites, site), append(out.Reported, ok), append(out.Figures, figures)
	}
	for _, x := range reported(out.Pack, p.Freq) {
		var of []Figure
		for _, f := range out.Figures {
			of = append(of, f[x.Code])
		}
		out.Releases = append(out.Releases, released(x, of, k))
	}
	return out, nil
}

// smallOf is the limit of a recipient on a day: "partner" or "public".
func smallOf(p *pack.Pack, to string, on calendar.Day) int64 {
	n, ok := p.Param("small_"+to, on)
	if !ok {
		n, _ = p.Param("small_public", on)
	}
	return int64(max(n, 2))
}

// Whole gathers a period: as it is for those who look here, or as it leaves (to "partner"
// or "public").
func (s *Service) Whole(ctx context.Context, p Period, to string) (out Whole, err error) {
	const op = "report.Whole"
	if err := s.reads(ctx); err != nil {
		return out, fault.Wrap(op, err)
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		rules, err := s.pack(tx, min(p.Last(), s.today()))
		if err != nil {
			return err
		}
		k := int64(1)
		if to != "" {
			k = smallOf(rules, to, p.First)
		}
		out, err = s.WholeIn(tx, p, nil, k)
		return err
	})
	return out, fault.Wrap(op, err)
}
