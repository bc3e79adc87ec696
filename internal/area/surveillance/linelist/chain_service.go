package linelist

import (
	"context"
	"errors"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// mostChained is how many cases a drawing has.
const mostChained = 300

// ChainsOf puts the cases of a filter, the latest first, into chains of transmission.
func (s *Service) ChainsOf(ctx context.Context, f Filter) (out Chains, total int, err error) {
	const op = "linelist.ChainsOf"
	var list []Listed
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		sc, err := s.Access.Reach(ctx, op, access.LineListRead)
		if err != nil {
			return err
		}
		if total, err = countCases(tx, sc, f); err != nil {
			return err
		}
		rows, err := listCases(tx, sc, f, mostChained, 0)
		if err != nil {
			return err
		}
		if list, err = s.listed(ctx, tx, rows); err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(l Listed) bool { return l.Class() == NotACase })
		out, err = s.chained(tx, list)
		return err
	})
	if err != nil {
		return Chains{}, 0, fault.Wrap(op, err)
	}
	return out, total, nil // by their codes: nobody is named on it
}

// chained reads the links of cases, and which contacts became cases.
func (s *Service) chained(tx *db.Tx, list []Listed) (Chains, error) {
	var ids []db.ID
	for _, l := range list {
		ids = append(ids, l.ID)
	}
	links, err := linksFrom(tx, ids)
	if err != nil {
		return Chains{}, err
	}
	for _, id := range ids { // whose source is not on the list
		own, err := linksOf(tx, id)
		if err != nil {
			return Chains{}, err
		}
		for _, l := range own {
			if l.To == id && !slices.Contains(ids, l.From) && !l.From.IsZero() {
				links = append(links, l)
			}
		}
	}
	became, contacts := map[db.ID]db.ID{}, map[db.ID]int{}
	for _, id := range ids {
		rows, err := contactsOf(tx, id)
		if err != nil {
			return Chains{}, err
		}
		for _, r := range rows {
			switch {
			case !r.Became.IsZero():
				became[r.ID] = r.Became
			case r.State != Cancelled:
				contacts[id]++
			}
		}
	}
	return Chain(list, links, became, contacts), nil
}

// Candidates are the cases that a case may have been infected by: those of the same
// disease that the actor may open, but itself.
func (s *Service) Candidates(ctx context.Context, id db.ID) (of Listed, out []Listed, err error) {
	const op = "linelist.Candidates"
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		_, r, err := s.mayChange(ctx, tx, op, id)
		if err != nil {
			return err
		}
		one, err := s.listed(ctx, tx, []caseRow{r})
		if err != nil {
			return err
		}
		of = one[0]
		sc, err := s.Access.Scope(ctx, access.LineListRead)
		if err != nil {
			return err
		}
		out = nil
		for _, d := range s.Lists.Diseases {
			if d.Code != r.Disease && (d.Definition == "" || d.Definition != of.Disease.Definition) {
				continue
			}
			rows, err := listCases(tx, sc, Filter{Disease: d.Code}, mostChained, 0)
			if err != nil {
				return err
			}
			list, err := s.listed(ctx, tx, rows)
			if err != nil {
				return err
			}
			out = append(out, list...)
		}
		out = slices.DeleteFunc(out, func(l Listed) bool { return l.ID == id || l.Class() == NotACase })
		return nil
	})
	return of, out, fault.Wrap(op, err)
}

// LinkSource says which case infected another, and how sure that is. What is linked
// already is judged anew. A circle is refused, and so is a source that fell ill after the
// case, unless another says that somebody looked at the days.
func (s *Service) LinkSource(ctx context.Context, l Link, another bool) error {
	const op = "linelist.LinkSource"
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		a, target, err := s.mayChange(ctx, tx, op, l.To)
		if err != nil {
			return err
		}
		source, err := findCase(tx, l.From)
		if fault.Is(err, fault.NotFound) {
			return fault.Field(op, "from", "linelist.error.choose")
		}
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.LineListRead, source.Resource); err != nil {
			return err
		}
		if errs := l.Valid(s.today()); len(errs) > 0 {
			return errors.Join(errs...)
		}
		known, err := s.upwards(tx, l.From)
		if err != nil {
			return err
		}
		if l.Sure != RuledOut {
			if closesCycle(known, l.From, l.To) {
				return fault.Field(op, "from", "linelist.error.cycle")
			}
			if !another && target.Onset.Before(source.Onset) == value.Yes {
				return fault.Field(op, "another", "linelist.error.before_source")
			}
		}
		l.Site, l.Programme = target.Resource.Site, target.Resource.Programme
		own, err := linksOf(tx, l.To)
		if err != nil {
			return err
		}
		for _, x := range own {
			if x.From == l.From && x.To == l.To {
				return s.judgeLink(tx, a, x, l)
			}
		}
		return s.link(tx, a, l)
	}))
}

// Valid checks a link on a day.
func (l Link) Valid(today calendar.Day) []error {
	const op = "linelist.Link"
	var errs []error
	bad := func(field, key string) { errs = append(errs, fault.Field(op, field, "linelist.error."+key)) }
	if l.From.IsZero() || l.From == l.To {
		bad("from", "choose")
	}
	if !slices.Contains(Certainties, l.Sure) {
		bad("certainty", "choose")
	}
	if l.Type != "" && !slices.Contains(Exposures, l.Type) {
		bad("type", "choose")
	}
	if first, _, ok := l.Last.Bounds(); ok && first > today {
		bad("last", "future")
	}
	return errs
}

// judgeLink changes what is known of a link.
func (s *Service) judgeLink(tx *db.Tx, a access.Actor, old, l Link) error {
	doc, err := s.Journal.Load(tx, old.ID)
	if err != nil {
		return err
	}
	fields := map[string]any{}
	if old.Sure != l.Sure {
		fields["certainty"] = l.Sure
	}
	if !l.Last.IsZero() && old.Last != l.Last {
		fields["last"] = l.Last
	}
	if l.Type != "" && old.Type != l.Type {
		fields["type"] = l.Type
	}
	if len(fields) == 0 {
		return nil
	}
	return s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindLink, Doc: old.ID, Base: doc.Version, Purpose: "public_health", Fields: fields})
}

// mostUp is how far up a circle is looked for.
const mostUp = 500

// upwards are the links above a case, to the top of its chain.
func (s *Service) upwards(tx *db.Tx, from db.ID) (out []Link, err error) {
	seen := map[db.ID]bool{}
	for above := []db.ID{from}; len(above) > 0 && len(seen) < mostUp; above = above[1:] {
		if seen[above[0]] {
			continue
		}
		seen[above[0]] = true
		list, err := linksOf(tx, above[0])
		if err != nil {
			return nil, err
		}
		for _, l := range list {
			if l.To == above[0] && !l.From.IsZero() {
				out = append(out, l)
				above = append(above, l.From)
			}
		}
	}
	return out, nil
}
