package mobility

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/flow"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/place"
	"github.com/godwit-health/godwit/internal/kernel/tally"
)

// WatchState is a flow monitoring point and what was counted there today.
type WatchState struct {
	Watchpoint
	Gazetteer place.Point
	Names     map[string]place.Area // of its places
	Today     calendar.Day
	Hour      int
	People    int64 // today
	Watched   int64 // hours today
	May       bool  // whoever asks may count here
}

func (s *Service) mayWatch(ctx context.Context, site string) error {
	return s.Access.Check(ctx, access.FlowCount, access.Resource{Kind: kindGroup, Site: site})
}

// state describes a point.
func (s *Service) state(ctx context.Context, tx *db.Tx, w Watchpoint) (out WatchState, err error) {
	out = WatchState{Watchpoint: w, Names: map[string]place.Area{}, May: s.mayWatch(ctx, w.Site) == nil && !w.Shut}
	out.Today, out.Hour = w.Clock(s.Clock())
	if out.Gazetteer, err = s.Gazetteer.Point(tx, w.Point); fault.Is(err, fault.NotFound) {
		out.Gazetteer, err = place.Point{Code: w.Point}, nil
	}
	if err != nil {
		return out, err
	}
	if err := s.areaNames(tx, w.Places, out.Names); err != nil {
		return out, err
	}
	for _, c := range []struct {
		counter string
		to      *int64
	}{{counterPassed, &out.People}, {counterWatched, &out.Watched}} {
		sums, err := tally.SumUnder(tx, c.counter, out.Today, out.Today, []string{w.Point})
		if err != nil {
			return out, err
		}
		for _, x := range sums {
			*c.to += x.N
		}
	}
	return out, nil
}

// areaNames finds areas by their codes; what is not there is called by its code.
func (s *Service) areaNames(tx *db.Tx, codes []string, into map[string]place.Area) error {
	for _, code := range codes {
		a, err := s.Gazetteer.Area(tx, code)
		if fault.Is(err, fault.NotFound) {
			a, err = place.Area{Code: code}, nil
		}
		if err != nil {
			return err
		}
		into[code] = a
	}
	return nil
}

// Watchpoints are the flow monitoring points that somebody may read or count at.
func (s *Service) Watchpoints(ctx context.Context) (out []WatchState, err error) {
	const op = "mobility.Watchpoints"
	reads := s.mayRead(ctx) == nil
	if !reads && !s.Access.Ever(ctx, access.FlowCount) {
		return nil, fault.Wrap(op, s.mayRead(ctx))
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		list, err := watchpoints(tx)
		out = nil
		for _, w := range list {
			st, err := s.state(ctx, tx, w)
			if err != nil {
				return err
			}
			if reads || st.May {
				out = append(out, st)
			}
		}
		return err
	})
	return out, fault.Wrap(op, err)
}

// Watchpoint is one point, for whoever counts there or reads it.
func (s *Service) Watchpoint(ctx context.Context, code string) (out WatchState, err error) {
	const op = "mobility.Watchpoint"
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		w, err := watchpointOf(tx, code)
		if err == nil {
			out, err = s.state(ctx, tx, w)
		}
		return err
	})
	if err == nil && !out.May {
		err = s.mayRead(ctx)
	}
	return out, fault.Wrap(op, err)
}

// SaveWatchpoint keeps how a point is run.
func (s *Service) SaveWatchpoint(ctx context.Context, w Watchpoint) error {
	const op = "mobility.SaveWatchpoint"
	if err := s.mayRecord(ctx); err != nil {
		return fault.Wrap(op, err)
	}
	if errs := w.Valid(); len(errs) > 0 {
		return errors.Join(errs...)
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := s.Gazetteer.Point(tx, w.Point); err != nil {
			return fault.Field(op, "point", "mobility.error.choose")
		}
		return s.put(ctx, tx, &Saved{}, kindWatchpoint, idOf(kindWatchpoint, w.Point), map[string]any{"point": w.Point, "site": w.Site, "offset": w.Offset, "from": w.From, "to": w.To,
			"places": w.Places, "excludes": w.Excludes, "shut": w.Shut})
	}))
}

// CountGroup counts people who passed together. The same again, with its own id, is the
// same group and counts once: a phone may send it twice. The hour is watched by that.
func (s *Service) CountGroup(ctx context.Context, g Group) error {
	const op = "mobility.CountGroup"
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		w, err := s.openWatchpoint(ctx, tx, g.Point)
		if err != nil {
			return err
		}
		today, hour := w.Clock(s.Clock())
		if errs := g.Valid(w, today, hour); len(errs) > 0 {
			return errors.Join(errs...)
		}
		was, there, err := groupOf(tx, g.ID)
		if err != nil {
			return err
		}
		if there {
			if was.People == g.People && was.Point == g.Point && was.Day == g.Day && was.From == g.From && was.To == g.To {
				return nil
			}
			return fault.New(fault.Conflict, op, "mobility.error.twice")
		}
		a, _ := access.From(ctx)
		if err := s.watchHour(tx, w, a.Author(), g.Day, g.Hour); err != nil {
			return err
		}
		return s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindGroup, Doc: g.ID, Site: w.Site, Sensitivity: journal.Identity, Purpose: "public_health",
			Fields: map[string]any{"point": g.Point, "day": g.Day, "hour": g.Hour, "way": g.Way, "from": g.From, "to": g.To, "mode": g.Mode, "reason": g.Reason, "people": g.People, "groups": g.Groups, "vulnerable": g.Vulnerable}})
	}))
}

// openWatchpoint is a point at which the actor may count now.
func (s *Service) openWatchpoint(ctx context.Context, tx *db.Tx, code string) (Watchpoint, error) {
	w, err := watchpointOf(tx, code)
	if err != nil {
		return w, err
	}
	if err := s.mayWatch(ctx, w.Site); err != nil {
		return w, err
	}
	if w.Shut {
		return w, fault.New(fault.Conflict, "mobility.openWatchpoint", "mobility.error.shut")
	}
	return w, nil
}

// Watch says that somebody watched a point in some hours of a day, from the first up to
// but not with the last. Hours that were said already stay.
func (s *Service) Watch(ctx context.Context, point string, day calendar.Day, from, to int) error {
	const op = "mobility.Watch"
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		w, err := s.openWatchpoint(ctx, tx, point)
		if err != nil {
			return err
		}
		today, hour := w.Clock(s.Clock())
		switch {
		case from < 0 || to <= from || to > 24:
			return fault.Field(op, "to", "mobility.error.hours")
		case day > today || day == today && to > hour+1:
			return fault.Field(op, "to", "mobility.error.future")
		case day <= today-60:
			return fault.Field(op, "day", "mobility.error.old")
		}
		a, _ := access.From(ctx)
		for h := from; h < to; h++ {
			if err := s.watchHour(tx, w, a.Author(), day, h); err != nil {
				return err
			}
		}
		return nil
	}))
}

// watchHour keeps that an hour was watched, once whoever says it and however often.
func (s *Service) watchHour(tx *db.Tx, w Watchpoint, by journal.Author, day calendar.Day, hour int) error {
	id := idOf(kindWatched, w.Point, day.String(), strconv.Itoa(hour))
	if _, err := s.Journal.Load(tx, id); !fault.Is(err, fault.NotFound) {
		return err
	}
	return s.Journal.Append(tx, by, journal.Change{Kind: kindWatched, Doc: id, Site: w.Site, Sensitivity: journal.Identity, Purpose: "public_health",
		Fields: map[string]any{"point": w.Point, "day": day, "hour": hour}})
}

// Ask keeps what one traveller told, or that they declined.
func (s *Service) Ask(ctx context.Context, x Answer) error {
	const op = "mobility.Ask"
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		w, err := s.openWatchpoint(ctx, tx, x.Point)
		if err != nil {
			return err
		}
		today, _ := w.Clock(s.Clock())
		if errs := x.Valid(w, today); len(errs) > 0 {
			return errors.Join(errs...)
		}
		if _, there, err := answerOf(tx, x.ID); err != nil || there {
			return err
		}
		a, _ := access.From(ctx)
		return s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindAnswer, Doc: x.ID, Site: w.Site, Sensitivity: journal.Identity, Purpose: "public_health",
			Fields: map[string]any{"point": x.Point, "day": x.Day, "agreed": x.Agreed, "from": x.From, "to": x.To, "mode": x.Mode, "reason": x.Reason, "stay": x.Stay, "needs": x.Needs, "intention": x.Intention}})
	}))
}

// PointFlows is what was counted at a point in some days, and what it stands for. It is
// read from tallies.
type PointFlows struct {
	WatchState
	First, Last calendar.Day
	Days        []DayCount // in order
	All         flow.Passing
	Ways        []Passed
	Who         map[string]int64 // by mode:…, reason:…, group:… and vulnerable:…
	Asked       map[string]int64 // agreed, declined, and question:answer
	Small       int64
}

const mostDays = 92

// FlowsAt reads a point over some days up to its today.
func (s *Service) FlowsAt(ctx context.Context, code string, days int) (out PointFlows, err error) {
	const op = "mobility.FlowsAt"
	if err := s.mayRead(ctx); err != nil {
		return out, fault.Wrap(op, err)
	}
	if days < 1 || days > mostDays {
		days = aMonth
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		w, err := watchpointOf(tx, code)
		if err != nil {
			return err
		}
		out, err = s.pointFlows(ctx, tx, w, days)
		return err
	})
	return out, fault.Wrap(op, err)
}

func (s *Service) pointFlows(ctx context.Context, tx *db.Tx, w Watchpoint, days int) (out PointFlows, err error) {
	out = PointFlows{Who: map[string]int64{}, Asked: map[string]int64{}, Small: s.Book.Small}
	if out.WatchState, err = s.state(ctx, tx, w); err != nil {
		return out, err
	}
	out.Last = out.Today
	out.First = out.Last - calendar.Day(days-1)
	under := []string{w.Point}
	for day := out.First; day <= out.Last; day++ {
		d := DayCount{Day: day, Ends: map[Ends]int64{}}
		if day == out.Today {
			_, now := w.Clock(s.Clock())
			d.ToCome = min(w.Hours(), max(0, w.To-now-1))
		}
		hours, err := tally.SumUnder(tx, counterWatched, day, day, under)
		if err != nil {
			return out, err
		}
		for _, c := range hours {
			d.Hours += int(c.N)
		}
		sums, err := tally.SumUnder(tx, counterPassed, day, day, under, 1, 2, 3)
		if err != nil {
			return out, err
		}
		for _, c := range sums {
			d.Ends[Ends{c.Dims[0], c.Dims[1], c.Dims[2]}] = c.N
		}
		out.Days = append(out.Days, d)
	}
	for _, c := range []struct {
		counter string
		to      map[string]int64
	}{{counterWho, out.Who}, {counterAsked, out.Asked}} {
		sums, err := tally.SumUnder(tx, c.counter, out.First, out.Last, under, 1)
		if err != nil {
			return out, err
		}
		for _, x := range sums {
			c.to[x.Dims[0]] = x.N
		}
	}
	out.All, out.Ways, err = estimate(w, out.Days)
	return out, err
}

// monitored is the matrix of what flow monitoring points estimate.
const monitored = "flow-monitoring"

// MakeMatrix makes a matrix of what all points estimate of the last days, so that the
// forecasts can use it.
func (s *Service) MakeMatrix(ctx context.Context, days int, words func(key string, args ...any) string) (out Saved, err error) {
	const op = "mobility.MakeMatrix"
	if err := s.mayRecord(ctx); err != nil {
		return out, fault.Wrap(op, err)
	}
	if days < 1 || days > mostDays {
		days = aMonth
	}
	points, covered, limits := map[string][]Passed{}, map[string]float64{}, []string{}
	var first, last calendar.Day
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		list, err := watchpoints(tx)
		if err != nil {
			return err
		}
		for _, w := range list {
			f, err := s.pointFlows(ctx, tx, w, days)
			if err != nil {
				return err
			}
			points[w.Point], covered[w.Point] = f.Ways, f.whole()
			first, last = f.First, f.Last
			if w.Excludes != "" {
				limits = append(limits, w.Excludes)
			}
		}
		return nil
	})
	if err != nil {
		return out, fault.Wrap(op, err)
	}
	rows := matrixOfPassed(points, covered)
	if len(rows) == 0 {
		return out, fault.New(fault.Invalid, op, "mobility.error.no_estimate")
	}
	slices.Sort(limits)
	text := words("mobility.watch.matrix_limits", "points", len(points), "days", days) + " " + strings.Join(slices.Compact(limits), "; ")
	return s.SaveMatrix(ctx, Table{Matrix: Matrix{Code: monitored, Name: words("mobility.watch.matrix_name"), Measure: People, Per: "day", Unlisted: UnlistedUnknown, From: first.Date(), To: last.Date(),
		Source: words("mobility.watch.matrix_source"), Limits: short(text, longLimits)}, Rows: rows})
}

// whole is how many days of hours have begun: today counts for its part.
func (f PointFlows) whole() float64 {
	n := float64(len(f.Days))
	if k := len(f.Days); k > 0 && f.Hours() > 0 {
		n -= float64(f.Days[k-1].ToCome) / float64(f.Hours())
	}
	return n
}

// Roads are the corridors.
func (s *Service) Roads(ctx context.Context) (out []Road, err error) {
	const op = "mobility.Roads"
	if err := s.mayRead(ctx); err != nil {
		return nil, fault.Wrap(op, err)
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error { out, err = roads(tx); return err })
	return out, fault.Wrap(op, err)
}

// SaveRoad keeps a corridor.
func (s *Service) SaveRoad(ctx context.Context, r Road) error {
	const op = "mobility.SaveRoad"
	if err := s.mayRecord(ctx); err != nil {
		return fault.Wrap(op, err)
	}
	if errs := r.Valid(); len(errs) > 0 {
		return errors.Join(errs...)
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		return s.put(ctx, tx, &Saved{}, kindRoad, idOf(kindRoad, r.Code), map[string]any{"code": r.Code, "name": r.Name, "from": r.From, "to": r.To, "points": r.Points, "note": r.Note, "shut": r.Shut})
	}))
}

// Sketches are the lines of the participatory maps.
func (s *Service) Sketches(ctx context.Context) (out []Sketch, names map[string]place.Area, err error) {
	const op = "mobility.Sketches"
	if err := s.mayRead(ctx); err != nil {
		return nil, nil, fault.Wrap(op, err)
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if out, err = sketches(tx); err != nil {
			return err
		}
		names = map[string]place.Area{}
		var codes []string
		for _, k := range out {
			codes = append(codes, k.About)
		}
		return s.areaNames(tx, codes, names)
	})
	return out, names, fault.Wrap(op, err)
}

// SaveSketch keeps a line of a participatory map. The same id again is the same line.
func (s *Service) SaveSketch(ctx context.Context, k Sketch) error {
	const op = "mobility.SaveSketch"
	if err := s.mayRecord(ctx); err != nil {
		return fault.Wrap(op, err)
	}
	if errs := k.Valid(calendar.DayOfTime(s.Clock())); len(errs) > 0 {
		return errors.Join(errs...)
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		return s.put(ctx, tx, &Saved{}, kindSketch, k.ID, map[string]any{"about": k.About, "place": k.Place, "what": k.What, "way": k.Way, "who": k.Who, "few": k.Few, "many": k.Many,
			"when": k.When, "trust": k.Trust, "told": k.Told, "day": k.Day, "note": k.Note})
	}))
}

// short cuts a text to so many characters.
func short(text string, most int) string {
	if r := []rune(text); len(r) > most {
		return string(r[:most])
	}
	return text
}
