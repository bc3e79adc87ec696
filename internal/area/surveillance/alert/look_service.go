package alert

import (
	"context"
	"errors"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/epi"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

const packThresholds = "alert-thresholds"

// Look holds every rule against every series that there is, and raises what is an alert
// of it. The program does so every hour, since a week that ends is a change that nobody
// writes.
func (s *Service) Look(ctx context.Context) error {
	const op = "alert.Look"
	began := s.now()
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		reporters, err := allReporters(tx)
		if err != nil {
			return err
		}
		for _, r := range reporters {
			if err := s.lookAt(ctx, tx, r.Unit, ""); err != nil {
				return err
			}
		}
		if err := s.lookAtOthers(ctx, tx, reporters); err != nil {
			return err
		}
		if err := s.lookAtWatched(ctx, tx); err != nil {
			return err
		}
		if err := dropDays(tx, began); err != nil {
			return err
		}
		return dropStandings(tx, began)
	})
	return fault.Wrap(op, err)
}

// LookAgain is Look by somebody at the desk.
func (s *Service) LookAgain(ctx context.Context) error {
	if err := s.mayRead(ctx); err != nil {
		return fault.Wrap("alert.LookAgain", err)
	}
	return s.Look(ctx)
}

// lookAtOthers looks at the sites that have cases and are not expected to report.
func (s *Service) lookAtOthers(ctx context.Context, tx *db.Tx, reporters []Reporter) error {
	today := s.today()
	for _, d := range s.lists().Diseases {
		sites, err := s.Cases.SitesWith(tx, d.Code, today-listedBack, today)
		if err != nil {
			return err
		}
		for _, site := range sites {
			unit := surveillance.SiteUnit(site)
			if slices.ContainsFunc(reporters, func(r Reporter) bool { return r.Unit == unit }) {
				continue // with that disease, if it is one of those looked at there or has cases
			}
			if mine, err := s.mine(tx, site); err != nil {
				return err
			} else if !mine {
				continue // another installation counts there, and two would never agree
			}
			if err := s.lookAtSeries(ctx, tx, unit, d, ""); err != nil {
				return err
			}
		}
	}
	return nil
}

// Case looks at the series that a case belongs to.
func (s *Service) Case(ctx context.Context, tx *db.Tx, c linelist.Case) error {
	d, _ := linelist.Species(c, s.lists())
	if d.Code == "" {
		return nil
	}
	return s.lookAt(ctx, tx, surveillance.SiteUnit(c.Site), d.Code)
}

// lookAt looks at the series of a unit: of one disease, or of all that it reports and
// those that its line list has.
func (s *Service) lookAt(ctx context.Context, tx *db.Tx, unit, disease string) error {
	if site, ok := siteCode(unit); ok {
		if mine, err := s.mine(tx, site); err != nil || !mine {
			return err
		}
	}
	r, _, err := findReporter(tx, unit)
	if err != nil {
		return err
	}
	for _, d := range s.lists().Diseases {
		if disease != "" && d.Code != disease {
			continue
		}
		if disease == "" && !slices.Contains(r.Diseases, d.Code) {
			site, ok := siteCode(unit)
			if !ok {
				continue
			}
			sites, err := s.Cases.SitesWith(tx, d.Code, s.today()-listedBack, s.today())
			if err != nil {
				return err
			}
			if !slices.Contains(sites, site) {
				continue
			}
		}
		if err := s.lookAtSeries(ctx, tx, unit, d, r.Setting); err != nil {
			return err
		}
	}
	return nil
}

// mine reports whether this installation looks at the series of a site.
func (s *Service) mine(tx *db.Tx, site string) (bool, error) {
	if s.Mine == nil {
		return true, nil
	}
	return s.Mine(tx, site)
}

func siteCode(unit string) (string, bool) {
	prefix := surveillance.SiteUnit("")
	if len(unit) > len(prefix) && unit[:len(prefix)] == prefix {
		return unit[len(prefix):], true
	}
	return "", false
}

func (s *Service) lookAtSeries(ctx context.Context, tx *db.Tx, unit string, d surveillance.Disease, setting Setting) error {
	a, err := access.Acting(ctx, "alert.look")
	if err != nil {
		return err
	}
	series, err := s.SeriesIn(tx, unit, d, setting)
	if err != nil {
		return err
	}
	p, err := s.thresholds(tx)
	if err != nil {
		return err
	}
	st, raised := Judge(p, series)
	st.At = s.now()
	if err := keepStanding(tx, st); err != nil {
		return err
	}
	return s.raiseAll(tx, a, raised, st.At)
}

// thresholds are those in force; nil where none are.
func (s *Service) thresholds(tx *db.Tx) (*pack.Pack, error) {
	p, err := s.Packs.Active(tx, packThresholds, s.today())
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Unavailable) {
		return nil, nil
	}
	return p, err
}

// SeriesIn reads what is known of a disease in a unit: what was reported of its weeks,
// and how many cases the line list has.
func (s *Service) SeriesIn(tx *db.Tx, unit string, d surveillance.Disease, setting Setting) (Series, error) {
	today := s.today()
	out := Series{Unit: unit, Disease: d, Setting: setting, Today: today, Last: lastWeek(today)}
	first := out.Last.Add(-weeksBack)
	from, _ := bounds(first)
	_, until := bounds(out.Last)
	out.Weeks = make([]WeekCount, weeksBack+1)
	counts, err := s.Signals.CountsIn(tx, surveillance.CountFilter{Disease: d.Code, Unit: unit, Indicators: []string{WeeklyCases, "new_cases"}, From: from, To: until})
	if err != nil {
		return out, err
	}
	for _, c := range counts {
		if w, err := epi.ParseWeek(string(c.Period)); err == nil && c.Value.Known {
			at := &out.Weeks[w.Since(first)].Reported
			if !at.Known || at.N < c.Value.N { // of two sources, the one that knows more
				*at = c.Value
			}
		}
	}
	if out.DeathsTold, err = s.deathsTold(tx, unit, d, out.Last); err != nil {
		return out, err
	}
	if site, ok := siteCode(unit); ok {
		out.Site = true
		if err := s.fromLineList(tx, site, from, first, &out); err != nil {
			return out, err
		}
	}
	for len(out.Weeks) > 1 && out.Weeks[0] == (WeekCount{}) {
		out.Weeks = out.Weeks[1:]
	}
	out.Population, err = s.PopulationIn(tx, unit, today)
	return out, err
}

// deathsTold is how many deaths the report of a week has; of two sources, the one that
// knows more.
func (s *Service) deathsTold(tx *db.Tx, unit string, d surveillance.Disease, week epi.Week) (out surveillance.Count, err error) {
	first, last := bounds(week)
	counts, err := s.Signals.CountsIn(tx, surveillance.CountFilter{Disease: d.Code, Unit: unit, Indicators: []string{WeeklyDeaths, "new_deaths"}, From: first, To: last})
	for _, c := range counts {
		if string(c.Period) == week.String() && c.Value.Known && (!out.Known || out.N < c.Value.N) {
			out = c.Value
		}
	}
	return out, err
}

func (s *Service) fromLineList(tx *db.Tx, site string, from calendar.Day, first epi.Week, out *Series) error {
	cases, err := s.Cases.Reported(tx, out.Disease.Code, from, out.Today)
	if err != nil {
		return err
	}
	for _, k := range cases {
		if k.Site != site || !k.Class.Counts() {
			continue
		}
		if k.Day > out.Today-listedBack {
			out.Listed = append(out.Listed, k)
		}
		if w := weekOf(k.Day).Since(first); w < len(out.Weeks) {
			out.Weeks[w].Listed += k.N
		} else {
			out.Running += k.N
		}
	}
	if out.Died, err = s.Cases.Deaths(tx, out.Disease.Code, site, out.Today-diedBack); err != nil {
		return err
	}
	tests, err := s.Cases.Tests(tx, out.Disease.Code, out.Today-listedBack, out.Today)
	for _, t := range tests {
		if t.Site == site {
			out.Tests = append(out.Tests, t)
		}
	}
	return err
}

// Acknowledge says that an officer saw an alert, and why it is dealt with so. To
// investigate raises a signal, with the clocks of one.
func (s *Service) Acknowledge(ctx context.Context, id db.ID, ack Acknowledged) error {
	const op = "alert.Acknowledge"
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		a, err := access.Acting(ctx, op)
		if err != nil {
			return err
		}
		found, err := findAlert(tx, id)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.SignalWork, access.Resource{Kind: kindAlert, Site: found.Site, Sensitivity: journal.Identity}); err != nil {
			return err
		}
		if errs := ack.Valid(); len(errs) > 0 {
			return errors.Join(errs...)
		}
		ack.At, ack.Observed = s.now(), found.Last().Observed
		if ack.Outcome == Investigate {
			u, err := s.Signals.Unit(tx, found.Unit)
			if err != nil {
				return err
			}
			if ack.Signal, err = s.Signals.Raise(ctx, tx, surveillance.Raised{Source: surveillance.Counts, Disease: found.Disease, Site: found.Site, Place: u.Name("en"),
				Cases: surveillance.Of(int(found.Last().Observed)), Detected: found.First(), About: id}); err != nil {
				return err
			}
		}
		return s.append(tx, a, kindAlert, id, "", map[string]any{"ack": ack})
	}))
}

// Seen is an alert as its page shows it.
type Seen struct {
	Alert
	UnitName    surveillance.Unit
	Because     []pack.ExplainedRow // of a threshold
	Standing    Standing
	Others      []Alert // of the same unit and disease
	Series      Series
	Names       map[db.ID]string
	MayAck      bool
	Certain     string
	Unconfirmed bool
	Daily       *Daily // of counts that a source reports by day, in place of Series
}

// Open opens an alert, in a language for the words of its rule.
func (s *Service) Open(ctx context.Context, id db.ID, lang string) (out Seen, err error) {
	const op = "alert.Open"
	if err := s.mayRead(ctx); err != nil {
		return out, fault.Wrap(op, err)
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out = Seen{Names: map[db.ID]string{}}
		if out.Alert, err = findAlert(tx, id); err != nil {
			return err
		}
		if out.UnitName, err = s.unit(tx, out.Unit); err != nil {
			return err
		}
		out.MayAck = s.Access.May(ctx, access.SignalWork, access.Resource{Kind: kindAlert, Site: out.Site, Sensitivity: journal.Identity})
		for _, a := range out.Acks {
			if out.Names[a.By], err = access.UserName(tx, a.By); err != nil {
				return err
			}
		}
		if err := s.explain(tx, &out, lang); err != nil {
			return err
		}
		out.Others, err = seriesAlerts(tx, out.Unit, out.Disease)
		out.Others = slices.DeleteFunc(out.Others, func(o Alert) bool { return o.ID == id })
		if err != nil {
			return err
		}
		if out.Source != "" {
			out.Daily, err = s.dailyOf(tx, out.Of)
			return err
		}
		d, _ := s.lists().Disease(out.Disease)
		r, _, err := findReporter(tx, out.Unit)
		if err != nil {
			return err
		}
		if out.Series, err = s.SeriesIn(tx, out.Unit, d, r.Setting); err != nil {
			return err
		}
		out.Standing, _, err = findStanding(tx, out.Unit, out.Disease)
		return err
	})
	return out, fault.Wrap(op, err)
}

// explain finds the row of the pack that the alert is by, as it was when it fired.
func (s *Service) explain(tx *db.Tx, out *Seen, lang string) error {
	last := out.Last()
	if len(last.Record) == 0 {
		return nil
	}
	rec, err := pack.ParseRecord(last.Record)
	if err != nil {
		return err
	}
	x, err := s.Packs.ExplainRecord(tx, rec, lang)
	if fault.Is(err, fault.NotFound) {
		return nil // the pack has not come with the sync yet
	}
	if err != nil {
		return err
	}
	for _, o := range x.Outcomes {
		for _, r := range o.Because {
			if r.ID == out.Rule {
				out.Because = append(out.Because, r)
				out.Unconfirmed = out.Unconfirmed || o.Unconfirmed
				return nil
			}
		}
	}
	return nil
}

// unit names a unit, also one whose name has not come yet.
func (s *Service) unit(tx *db.Tx, code string) (surveillance.Unit, error) {
	u, err := s.Signals.Unit(tx, code)
	if fault.Is(err, fault.NotFound) {
		u, err = surveillance.Unit{Code: code}, nil
	}
	return u, err
}

// Board is the alert board.
type Board struct {
	Open, Done []Alert
	Standings  []Standing
	Units      map[string]surveillance.Unit
	Reporters  []Reporter
	Days       []DayStanding // of what is watched by day
}

const mostDone = 50

// BoardOf reads the board: alerts, and what every rule said last. It reads no count.
func (s *Service) BoardOf(ctx context.Context) (out Board, err error) {
	const op = "alert.BoardOf"
	if err := s.mayRead(ctx); err != nil {
		return out, fault.Wrap(op, err)
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out = Board{Units: map[string]surveillance.Unit{}}
		if out.Open, err = openAlerts(tx); err != nil {
			return err
		}
		if out.Done, err = doneAlerts(tx, mostDone); err != nil {
			return err
		}
		if out.Standings, err = standings(tx); err != nil {
			return err
		}
		if out.Reporters, err = allReporters(tx); err != nil {
			return err
		}
		if out.Days, err = dayStandings(tx); err != nil {
			return err
		}
		name := func(code string) {
			if _, ok := out.Units[code]; !ok && err == nil {
				out.Units[code], err = s.unit(tx, code)
			}
		}
		for _, list := range [][]Alert{out.Open, out.Done} {
			for _, a := range list {
				name(a.Unit)
			}
		}
		for _, st := range out.Standings {
			name(st.Unit)
		}
		for _, st := range out.Days {
			name(st.Unit)
		}
		return err
	})
	return out, fault.Wrap(op, err)
}

// Waiting counts the alerts that nobody has acknowledged.
func (s *Service) Waiting(ctx context.Context) (n int, err error) {
	if err := s.mayRead(ctx); err != nil {
		return 0, fault.Wrap("alert.Waiting", err)
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error { n, err = countOpen(tx); return err })
	return n, fault.Wrap("alert.Waiting", err)
}

// WeekLine is how a unit stands to some weeks.
type WeekLine struct {
	Reporter
	Name   surveillance.Unit
	States []ReportState // by the weeks of the table
	Got    []*Received
	Shares Shares
	May    bool // the reader may send its report
}

// mostWeeks is how many weeks completeness shows at most: a quarter.
const mostWeeks = 13

// Weeks is completeness and timeliness.
type Weeks struct {
	Weeks []epi.Week // the last complete one first
	Lines []WeekLine
	By    []Shares // by week
	All   Shares
}

// ReportsOf reads which weeks were reported by whom, and when. Whoever may only send
// the report of the own site sees the own site.
func (s *Service) ReportsOf(ctx context.Context, weeks int) (out Weeks, err error) {
	const op = "alert.ReportsOf"
	if _, err := access.Acting(ctx, op); err != nil {
		return out, err
	}
	readAll := s.mayRead(ctx) == nil
	if !readAll && !s.Access.Ever(ctx, access.WeekReport) {
		return out, fault.Wrap(op, s.mayRead(ctx))
	}
	weeks = min(max(weeks, 1), mostWeeks)
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out = Weeks{}
		last := lastWeek(s.today())
		for i := range weeks {
			out.Weeks = append(out.Weeks, last.Add(-i))
		}
		out.By = make([]Shares, weeks)
		first, _ := bounds(out.Weeks[weeks-1])
		received, err := receivedIn(tx, first, lastDay(last))
		if err != nil {
			return err
		}
		reporters, err := allReporters(tx)
		if err != nil {
			return err
		}
		for _, r := range reporters {
			line, err := s.weekLine(ctx, tx, r, &out, received)
			if err != nil {
				return err
			}
			if readAll || line.May {
				out.Lines = append(out.Lines, line)
			}
		}
		for i := range out.Weeks {
			for _, l := range out.Lines {
				out.By[i].add(l.States[i])
				out.All.add(l.States[i])
			}
		}
		return nil
	})
	return out, fault.Wrap(op, err)
}

func (s *Service) weekLine(ctx context.Context, tx *db.Tx, r Reporter, out *Weeks, received []Received) (WeekLine, error) {
	u, err := s.unit(tx, r.Unit)
	line := WeekLine{Reporter: r, Name: u, May: s.mayReport(ctx, tx, r.Unit) == nil}
	for _, w := range out.Weeks {
		var got *Received
		if i := slices.IndexFunc(received, func(x Received) bool { return x.Unit == r.Unit && x.Week == surveillance.Period(w.String()) }); i >= 0 {
			got = &received[i]
		}
		st := StateOf(r, w, got, s.today())
		line.States, line.Got = append(line.States, st), append(line.Got, got)
		line.Shares.add(st)
	}
	return line, err
}

// WeekOf reads the report of a week of a unit as it stands, to be filled in or
// corrected.
func (s *Service) WeekOf(ctx context.Context, unit string, week surveillance.Period) (r Reporter, name surveillance.Unit, w Weekly, err error) {
	const op = "alert.WeekOf"
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		var ok bool
		if r, ok, err = findReporter(tx, unit); err == nil && !ok {
			err = fault.New(fault.NotFound, op, "page.error.not_found")
		}
		if err != nil {
			return err
		}
		if err := s.mayReport(ctx, tx, unit); err != nil {
			return err
		}
		if name, err = s.unit(tx, unit); err != nil {
			return err
		}
		w = Weekly{Unit: unit, Week: week}
		first, last, _ := week.Bounds()
		counts, err := s.Signals.CountsIn(tx, surveillance.CountFilter{Unit: unit, Source: WeeklySource, Indicators: []string{WeeklyCases, WeeklyDeaths}, From: first, To: last})
		if err != nil {
			return err
		}
		for _, d := range r.Diseases {
			l := Line{Disease: d}
			for _, c := range counts {
				switch {
				case c.Disease != d || c.Period != week:
				case c.Indicator == WeeklyCases:
					l.Cases = c.Value
				default:
					l.Deaths = c.Value
				}
			}
			w.Lines = append(w.Lines, l)
		}
		return nil
	})
	return r, name, w, fault.Wrap(op, err)
}
