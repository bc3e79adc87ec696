package alert

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// SaveWatched declares which counts of a source the board looks at day by day, or that it
// no longer does, and looks at them.
func (s *Service) SaveWatched(ctx context.Context, w Watched) error {
	const op = "alert.SaveWatched"
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		a, err := access.Acting(ctx, op)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.CountRecord, access.Resource{Kind: kindWatched}); err != nil {
			return err
		}
		if errs := w.Valid(s.lists()); len(errs) > 0 {
			return errors.Join(errs...)
		}
		if _, there, err := s.Signals.LastCountIn(tx, w.Disease, w.Source); err != nil || !there {
			return errors.Join(err, fault.Field(op, "series", "alert.error.choose"))
		}
		slices.Sort(w.Rules)
		w.Rules = slices.Compact(w.Rules)
		w.ID = watchedID(w.Disease, w.Source, w.Stem)
		if err := s.append(tx, a, kindWatched, w.ID, a.Site(), map[string]any{"disease": w.Disease, "source": w.Source, "stem": w.Stem, "setting": w.Setting, "rules": w.Rules, "stopped": w.Stopped}); err != nil {
			return err
		}
		if w.Stopped {
			return dropWatch(tx, w.ID)
		}
		return s.lookAtDays(ctx, tx, w)
	}))
}

// Watches is what is watched, and what could be.
type Watches struct {
	List   []Watched
	Series []surveillance.CountSeries
}

// WatchesOf reads which reported counts are watched.
func (s *Service) WatchesOf(ctx context.Context) (out Watches, err error) {
	const op = "alert.WatchesOf"
	if err := s.mayRead(ctx); err != nil {
		return out, fault.Wrap(op, err)
	}
	if out.Series, err = s.Signals.CountSeries(ctx); err != nil {
		return out, fault.Wrap(op, err)
	}
	out.Series = slices.DeleteFunc(out.Series, func(c surveillance.CountSeries) bool { return c.Source == WeeklySource })
	err = s.DB.Read(ctx, func(tx *db.Tx) error { out.List, err = allWatched(tx); return err })
	return out, fault.Wrap(op, err)
}

// lookAtWatched looks at all reported counts that are watched.
func (s *Service) lookAtWatched(ctx context.Context, tx *db.Tx) error {
	all, err := allWatched(tx)
	if err != nil {
		return err
	}
	for _, w := range all {
		if w.Stopped {
			continue
		}
		if w.Site != "" { // one installation looks, so that two never disagree by turns
			if mine, err := s.mine(tx, w.Site); err != nil {
				return err
			} else if !mine {
				continue
			}
		}
		if err := s.lookAtDays(ctx, tx, w); err != nil {
			return err
		}
	}
	return nil
}

// lookAtDays holds the rules against every unit of a watched series, as of the last day of
// which its source reported anything.
func (s *Service) lookAtDays(ctx context.Context, tx *db.Tx, w Watched) error {
	a, err := access.Acting(ctx, "alert.lookAtDays")
	if err != nil {
		return err
	}
	p, err := s.thresholds(tx)
	if err != nil {
		return err
	}
	all, err := s.dailies(tx, w, "")
	if err != nil {
		return err
	}
	for _, d := range all {
		st, raised := JudgeDays(p, d)
		st.At = s.now()
		if err := keepDay(tx, st); err != nil {
			return err
		}
		if err := s.raiseAll(tx, a, raised, st.At); err != nil {
			return err
		}
	}
	return nil
}

// raiseAll raises what the rules said at one moment.
func (s *Service) raiseAll(tx *db.Tx, a access.Actor, raised []Raised, at time.Time) error {
	for _, r := range raised {
		r.At = at
		if err := s.raise(tx, a, r); err != nil {
			return err
		}
	}
	return nil
}

// raise adds what a rule says to its alert, if that is news.
func (s *Service) raise(tx *db.Tx, a access.Actor, r Raised) error {
	was, err := findAlert(tx, alertID(r.Of))
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if !was.news(r) {
		return nil
	}
	u, err := s.unit(tx, r.Unit)
	if err != nil {
		return err
	}
	return s.append(tx, a, kindAlert, alertID(r.Of), cmp.Or(u.Site, a.Site()), map[string]any{"raised": r})
}

// dailies reads the series of a watched source, of every unit or of one. Units of which
// nothing was said in the window are none: their reports ended.
func (s *Service) dailies(tx *db.Tx, w Watched, unit string) (out []Daily, err error) {
	last, there, err := s.Signals.LastCountIn(tx, w.Disease, w.Source)
	if err != nil || !there {
		return nil, err
	}
	lists := s.lists()
	var indicators []string
	for _, stem := range lists.CaseStems() {
		indicators = append(indicators, lists.Stem(stem)...)
	}
	first := last - daysBack + 1
	counts, err := s.Signals.CountsIn(tx, surveillance.CountFilter{Disease: w.Disease, Source: w.Source, Unit: unit, Indicators: indicators, From: first, To: last})
	if err != nil {
		return nil, err
	}
	for from := 0; from < len(counts); {
		to := from
		for to < len(counts) && counts[to].Unit == counts[from].Unit {
			to++
		}
		d := DailyOf(lists, w, counts[from].Unit, counts[from:to], first, last)
		if d.Population, err = s.PopulationIn(tx, d.Unit, last); err != nil {
			return nil, err
		}
		out, from = append(out, d), to
	}
	return out, nil
}

// dailyOf is the series that an alert is of, as it stands now.
func (s *Service) dailyOf(tx *db.Tx, of Of) (*Daily, error) {
	w := Watched{Disease: of.Disease, Source: of.Source, Stem: of.Stem}
	all, err := allWatched(tx)
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(all, func(x Watched) bool { return x.ID == watchedID(of.Disease, of.Source, of.Stem) }); i >= 0 {
		w = all[i]
	}
	list, err := s.dailies(tx, w, of.Unit)
	if err != nil || len(list) == 0 {
		return &Daily{Watched: w, Unit: of.Unit}, err
	}
	return &list[0], nil
}
