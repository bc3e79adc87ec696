package traveller

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/internal/area/border"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// resourceOf is what a right to a screening is decided by.
func resourceOf(kind string, id db.ID, site string, shift db.ID) access.Resource {
	return access.Resource{Kind: kind, Doc: id, Site: site, Sensitivity: journal.Clinical, Shift: shift.String()}
}

// Sheet is a form of the pack with what it is about.
type Sheet struct {
	Pack      *pack.Pack
	Form      *form.Form
	Skip      func(*form.Row) bool // questions that this page does not ask; may be nil
	Screening Screening
	Point     border.Point
	Day       calendar.Day
}

// FirstSheet is the first screening of somebody new, on the actor's shift.
func (s *Service) FirstSheet(ctx context.Context) (Sheet, error) {
	const op = "traveller.FirstSheet"
	var out Sheet
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		own, err := s.mayBegin(ctx, tx, op)
		if err != nil {
			return err
		}
		out = Sheet{Point: own.Point, Day: own.Hour.Day()}
		if out.Pack, err = s.active(tx, packScreening, out.Day); err == nil {
			out.Form, err = formOf(out.Pack, formFirst)
		}
		return err
	})
	return out, fault.Wrap(op, err)
}

func (s *Service) mayBegin(ctx context.Context, tx *db.Tx, op string) (border.Own, error) {
	own, err := s.Border.OwnIn(ctx, tx, op)
	if err != nil {
		return own, err
	}
	return own, s.Access.Check(ctx, access.ScreeningRecord, resourceOf(kindScreening, db.ID{}, own.Shift.Site, own.Shift.ID))
}

// AgainSheet is the second temperature of a screening.
func (s *Service) AgainSheet(ctx context.Context, id db.ID) (Sheet, error) {
	return s.sheet(ctx, "traveller.AgainSheet", id, formFirst, onlyAgain)
}

// SecondSheet is the second screening.
func (s *Service) SecondSheet(ctx context.Context, id db.ID) (Sheet, error) {
	return s.sheet(ctx, "traveller.SecondSheet", id, formSecond, nil)
}

func (s *Service) sheet(ctx context.Context, op string, id db.ID, name string, skip func(*form.Row) bool) (Sheet, error) {
	var out Sheet
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		sc, err := s.mayChange(ctx, tx, id)
		if err != nil {
			return err
		}
		out = Sheet{Screening: sc, Day: sc.Day, Skip: skip}
		if out.Point, err = s.Border.PointIn(tx, sc.Point); err != nil {
			return err
		}
		if out.Pack, err = s.active(tx, packScreening, sc.Day); err == nil {
			out.Form, err = formOf(out.Pack, name)
		}
		return err
	})
	return out, fault.Wrap(op, err)
}

// mayRead answers a screening of the actor's own shift, or of any where port health
// looks.
func (s *Service) mayRead(ctx context.Context, tx *db.Tx, id db.ID) (Screening, error) {
	sc, err := findScreening(tx, id)
	if err != nil {
		return sc, err
	}
	return sc, s.Access.Check(ctx, access.ScreeningRead, resourceOf(kindScreening, id, sc.Site, sc.Shift))
}

// mayChange asks for both rights: to the shift, and to record.
func (s *Service) mayChange(ctx context.Context, tx *db.Tx, id db.ID) (Screening, error) {
	sc, err := s.mayRead(ctx, tx, id)
	if err != nil {
		return sc, err
	}
	return sc, s.Access.Check(ctx, access.ScreeningRecord, resourceOf(kindScreening, id, sc.Site, sc.Shift))
}

// Begin records the first screening of somebody on the actor's shift, and raises a
// signal where the pack says so. Where it finds nothing it keeps nothing, and kept is
// false.
func (s *Service) Begin(ctx context.Context, id db.ID, answers Answers) (kept bool, err error) {
	const op = "traveller.Begin"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return false, err
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		kept = false
		own, err := s.mayBegin(ctx, tx, op)
		if err != nil {
			return err
		}
		sc := Screening{ID: id, Site: own.Shift.Site, Point: own.Point.Post.Code, Shift: own.Shift.ID, Day: own.Hour.Day(), At: s.now(), First: answers}
		p, err := s.active(tx, packScreening, sc.Day)
		if err != nil {
			return err
		}
		f, err := formOf(p, formFirst)
		if err != nil {
			return err
		}
		if !f.Check(answers, nil, sc.Day).OK() {
			return fault.New(fault.Invalid, op, "traveller.error.answers")
		}
		found, err := find(p, sc)
		if err != nil || found.nothing() {
			return err
		}
		kept = true
		c := journal.Change{Kind: kindScreening, Doc: id, Site: sc.Site, Sensitivity: journal.Clinical, Purpose: "public_health",
			Fields: map[string]any{"point": sc.Point, "shift": sc.Shift, "day": sc.Day, "at": sc.At, "first": answers}}
		err = s.decide(ctx, tx, a, p, own.Point, &sc, found, c)
		if fault.Is(err, fault.Conflict) {
			return fault.New(fault.Conflict, op, "traveller.error.sent_twice")
		}
		return err
	})
	return kept, fault.Wrap(op, err)
}

// decide appends a change of a screening with what the pack finds of it, raises the
// signal, and counts it.
func (s *Service) decide(ctx context.Context, tx *db.Tx, a access.Actor, p *pack.Pack, at border.Point, sc *Screening, found Finding, c journal.Change) error {
	found.At, found.By = s.now(), a.User
	sc.Findings = append(slices.Clone(sc.Findings), found)
	c.Fields["finding"] = found
	last, err := keptUntil(p, found.sortOf(), sc.Day)
	if err != nil {
		return err
	}
	if last != sc.Until {
		sc.Until = last
		c.Fields[until] = last
	}
	if sc.Signal.IsZero() && found.alerts() {
		if sc.Signal, err = s.raise(ctx, tx, *sc, at); err != nil {
			return err
		}
		c.Fields["signal"] = sc.Signal
	}
	if err := s.Journal.Append(tx, a.Author(), c); err != nil {
		return err
	}
	return s.counts(tx, a, sc.ID, sc.Site, Found{sc.Point, sc.Day, sc.Counted()})
}

// raise tells surveillance: what is suspected, where and since when, and nothing of the
// traveller. Where a point is guarded nobody outside hears which it is.
func (s *Service) raise(ctx context.Context, tx *db.Tx, sc Screening, at border.Point) (db.ID, error) {
	r := surveillance.Raised{Source: surveillance.Border, Sign: "other", Site: sc.Site, Country: at.Country, Start: sc.onset(), Detected: sc.At, Cases: surveillance.Of(1), About: sc.ID}
	if !at.Keep() {
		r.Place = at.Name("en")
	}
	if n, ok := s.named[sc.Second.One("suspicion")]; ok {
		r.Disease, r.Sign = n.Disease, n.Sign
	}
	return s.Signals.Raise(ctx, tx, r)
}

// MeasureAgain records the second temperature, taken after a rest.
func (s *Service) MeasureAgain(ctx context.Context, id db.ID, answers Answers) error {
	return s.answer(ctx, "traveller.MeasureAgain", id, formFirst, func(sc *Screening) (map[string]any, error) {
		if !sc.MayMeasure() {
			return nil, fault.New(fault.Conflict, "traveller.MeasureAgain", "traveller.error.moved_on")
		}
		again := Answers{}
		for _, name := range againFields {
			if v, ok := answers[name]; ok {
				again[name] = v
			}
		}
		sc.Again, sc.AgainAt = again, s.now()
		return map[string]any{"again": again, "again_at": sc.AgainAt}, nil
	}, func(sc Screening) Answers { return sc.First.with(sc.Again) })
}

// SecondScreening records the second screening. It can be done again: what was answered
// before is kept in the journal, and the finding is a new one.
func (s *Service) SecondScreening(ctx context.Context, id db.ID, answers Answers) error {
	return s.answer(ctx, "traveller.SecondScreening", id, formSecond, func(sc *Screening) (map[string]any, error) {
		sc.Second, sc.SecondAt = answers, s.now()
		return map[string]any{"second": answers, "second_at": sc.SecondAt}, nil
	}, func(sc Screening) Answers { return sc.Second })
}

// answer changes a screening, checks the answers to a form of the pack and decides anew.
func (s *Service) answer(ctx context.Context, op string, id db.ID, name string, change func(*Screening) (map[string]any, error), check func(Screening) Answers) error {
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := s.mayChange(ctx, tx, id); err != nil {
			return err
		}
		doc, err := s.Journal.Load(tx, id)
		if err != nil {
			return err
		}
		sc, err := screeningOf(doc)
		if err != nil {
			return err
		}
		p, err := s.active(tx, packScreening, sc.Day)
		if err != nil {
			return err
		}
		fields, err := change(&sc)
		if err != nil {
			return err
		}
		f, err := formOf(p, name)
		if err != nil {
			return err
		}
		if !f.Check(check(sc), nil, sc.Day).OK() {
			return fault.New(fault.Invalid, op, "traveller.error.answers")
		}
		if sc.Journey, err = s.journey(tx, p, sc); err != nil {
			return err
		}
		found, err := find(p, sc)
		if err != nil {
			return err
		}
		at, err := s.Border.PointIn(tx, sc.Point)
		if err != nil {
			return err
		}
		return s.decide(ctx, tx, a, p, at, &sc, found, journal.Change{Kind: kindScreening, Doc: id, Base: doc.Version, Purpose: "public_health", Fields: fields})
	}))
}

// journey works out whether the stays that were told met an outbreak, on the day of the
// screening, by what is declared now. Before a second screening nobody asked: nil.
func (s *Service) journey(tx *db.Tx, p *pack.Pack, sc Screening) (*Journey, error) {
	if s.Exposed == nil || p == nil || len(sc.Second) == 0 {
		return nil, nil
	}
	f, err := formOf(p, formSecond)
	if err != nil {
		return nil, err
	}
	stays, numbers := staysOf(f, sc.Second)
	said, err := s.Exposed(tx, stays, sc.Day)
	if err != nil {
		return nil, err
	}
	j := journeyOf(said, numbers, sc.Day)
	return &j, nil
}

// Opened is a screening as its page shows it.
type Opened struct {
	Screening
	Pack        *pack.Pack // in force on its day; nil where none is any more
	Explanation pack.Explanation
	Point       border.Point
	Measures    []Measure
	Vehicle     *Vehicle // nil where nobody asked what they came with
	Signal      surveillance.Raising
	Now         time.Time
	Mine        bool // the actor may record
	MayDesk     bool // the actor may open the signal
}

// Open opens one screening, in a language for the words of the pack.
func (s *Service) Open(ctx context.Context, id db.ID, lang string) (Opened, error) {
	const op = "traveller.Open"
	var out Opened
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		sc, err := s.mayRead(ctx, tx, id)
		if err != nil {
			return err
		}
		doc, err := s.Journal.Load(tx, id)
		if err != nil {
			return err
		}
		res := resourceOf(kindScreening, id, sc.Site, sc.Shift)
		out = Opened{Now: s.now(), Mine: s.Access.May(ctx, access.ScreeningRecord, res), MayDesk: s.Access.Ever(ctx, access.SignalRead)}
		if out.Screening, err = screeningOf(doc); err != nil {
			return err
		}
		if out.Point, err = s.Border.PointIn(tx, sc.Point); err != nil {
			return err
		}
		if out.Pack, out.Explanation, err = s.explained(tx, out.Screening, lang); err != nil {
			return err
		}
		if out.Journey, err = s.journey(tx, out.Pack, out.Screening); err != nil {
			return err
		}
		if out.Measures, err = measuresOf(tx, id); err != nil {
			return err
		}
		if out.Vehicle, err = vehicle(tx, out.Conveyance); err != nil {
			return err
		}
		if !sc.Signal.IsZero() {
			if out.Signal, err = s.Signals.RaisingOf(tx, sc.Signal); err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
		}
		return s.Access.OpenedTx(ctx, tx, id, "border.screening")
	})
	return out, fault.Wrap(op, err)
}

// explained answers the pack in force and why the last finding is what it is.
func (s *Service) explained(tx *db.Tx, sc Screening, lang string) (*pack.Pack, pack.Explanation, error) {
	p, err := s.active(tx, packScreening, sc.Day)
	if fault.Is(err, fault.Unavailable) {
		p, err = nil, nil
	}
	if err != nil || len(sc.Last().Record) == 0 {
		return p, pack.Explanation{}, err
	}
	var x pack.Explanation
	rec, err := pack.ParseRecord(json.RawMessage(sc.Last().Record))
	if err == nil {
		if x, err = s.Packs.ExplainRecord(tx, rec, lang); fault.Is(err, fault.NotFound) || fault.Is(err, fault.Unavailable) {
			err = nil
		}
	}
	return p, x, err
}

// mostListed is how many screenings a list has: a shift has a few.
const mostListed = 100

// Own lists the screenings of the actor's shift; to port health without a shift those
// of their sites. Listing shows codes and no names.
func (s *Service) Own(ctx context.Context) ([]Screening, error) {
	const op = "traveller.Own"
	var out []Screening
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		sc, err := s.Access.Scope(ctx, access.ScreeningRead)
		if err != nil {
			return err
		}
		if sc.Empty() {
			_, err = s.Border.OwnIn(ctx, tx, op) // says that a shift is missing, or that it is forbidden
			return err
		}
		where, args := sc.Where("s")
		out, err = screeningsIn(tx, where, args, mostListed)
		return err
	})
	return out, fault.Wrap(op, err)
}
