package outbreak

import (
	"context"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Leaving is a person who leaves on a day.
type Leaving struct {
	Person   db.ID
	Movement db.ID
	Number   string // of the flight or vehicle
}

// Departing is a person who leaves, with what they may have been exposed to.
type Departing struct {
	Leaving
	Answer Answer // the surest of all
	Met    []DepartingMet
	Who    Who // who it is; the care stands with each outbreak
}

// DepartingMet is one outbreak and what may be offered because of it.
type DepartingMet struct {
	Outbreak Outbreak
	Who
}

// Departures is who leaves on a day, as far as the reader may open their exposures.
type Departures struct {
	Day    calendar.Day
	List   []Departing
	Hidden int // leave, and are not for this reader
	Count  map[Answer]int
}

// DeparturesOn lists who leaves on a day, those who were exposed first.
func (s *Service) DeparturesOn(ctx context.Context, day calendar.Day, lang string) (out Departures, err error) {
	const op = "outbreak.DeparturesOn"
	out = Departures{Day: day, Count: map[Answer]int{}}
	if !s.Access.Ever(ctx, access.ExposureRead) || s.Leaving == nil {
		return out, fault.New(fault.Forbidden, op, "door.forbidden")
	}
	var shown []db.ID
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		leaving, err := s.Leaving(tx, day)
		if err != nil {
			return err
		}
		l, err := s.leavingBook(tx, lang)
		if err != nil {
			return err
		}
		for _, x := range leaving {
			d, ok, err := s.departing(ctx, l, x, day)
			if err != nil {
				return err
			}
			if !ok {
				out.Hidden++
				continue
			}
			out.Count[d.Answer]++
			out.List, shown = append(out.List, d), append(shown, x.Person)
		}
		return nil
	})
	slices.SortStableFunc(out.List, func(a, b Departing) int {
		return slices.Index(answerOrder, a.Answer) - slices.Index(answerOrder, b.Answer)
	})
	if err == nil && len(shown) > 0 {
		err = s.Access.Searched(ctx, "outbreak.departures", shown)
	}
	return out, fault.Wrap(op, err)
}

// leavingBook reads what a list of departures needs only once.
type leavingBook struct {
	a     *atlas
	all   []running
	menus map[db.ID]menu
}

func (s *Service) leavingBook(tx *db.Tx, lang string) (leavingBook, error) {
	l := leavingBook{a: s.atlas(tx), menus: map[db.ID]menu{}}
	var err error
	if l.all, err = s.runnings(l.a, s.today()); err != nil {
		return l, err
	}
	for _, o := range l.all {
		if l.menus[o.ID], err = s.menu(tx, o.Outbreak, lang); err != nil {
			return l, err
		}
	}
	return l, nil
}

// departing is one row; ok is false where the reader may not open the person.
func (s *Service) departing(ctx context.Context, l leavingBook, x Leaving, day calendar.Day) (Departing, bool, error) {
	d := Departing{Leaving: x, Answer: No}
	briefs, err := s.People.Briefs(l.a.tx, []db.ID{x.Person})
	if err != nil {
		return d, false, err
	}
	b, ok := briefs[x.Person]
	if !ok || !s.Access.May(ctx, access.ExposureRead, clinical(b.Resource)) {
		return d, false, nil
	}
	d.Who = Who{Person: x.Person, Brief: b, On: s.today()}
	w, err := s.People.WhereaboutsOf(l.a.tx, x.Person)
	if err != nil {
		return d, false, err
	}
	j, err := l.a.visits(w)
	if err != nil {
		return d, false, err
	}
	for _, o := range l.all {
		answer, _ := exposed(j, o, s.today())
		d.Answer = d.Answer.Worse(answer)
		if answer != Yes && answer != Possible {
			continue
		}
		m := row(j, o, s.today())
		m.Person = x.Person
		who, err := s.whos(ctx, l.a.tx, l.menus[o.ID], o, []met{m}, day.Date())
		if err != nil {
			return d, false, err
		}
		for _, one := range who {
			d.Met = append(d.Met, DepartingMet{o.Outbreak, one})
		}
	}
	return d, true, nil
}
