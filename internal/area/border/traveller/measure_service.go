package traveller

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/border"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// MeasureSheet is the form of a measure on a traveller.
func (s *Service) MeasureSheet(ctx context.Context, screening db.ID) (Sheet, error) {
	const op = "traveller.MeasureSheet"
	var out Sheet
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		sc, err := s.mayChange(ctx, tx, screening)
		if err != nil {
			return err
		}
		out = Sheet{Screening: sc, Skip: dated}
		if out.Point, err = s.Border.PointIn(tx, sc.Point); err != nil {
			return err
		}
		out.Day = out.Point.HourAt(s.now()).Day()
		if out.Pack, err = s.active(tx, packMeasures, out.Day); err == nil {
			out.Form, err = formOf(out.Pack, formMeasure)
		}
		return err
	})
	return out, fault.Wrap(op, err)
}

// dated leaves out the first day: a measure begins when it is recorded.
func dated(r *form.Row) bool { return r.Name == "begin" }

// Refusal is a refusal of a measure by the pack: its codes, for which it has words.
type Refusal struct {
	Holds []string
	Pack  *pack.Pack
}

func (r *Refusal) Error() string {
	return "traveller: the pack holds the measure: " + strings.Join(r.Holds, " ")
}

// Order begins a measure. What the pack holds it back for is a *Refusal.
func (s *Service) Order(ctx context.Context, id, screening db.ID, answers Answers) error {
	const op = "traveller.Order"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		sc, err := s.mayChange(ctx, tx, screening)
		if err != nil {
			return err
		}
		at, err := s.Border.PointIn(tx, sc.Point)
		if err != nil {
			return err
		}
		m := Measure{ID: id, Site: sc.Site, Screening: screening, Point: sc.Point, Shift: sc.Shift, Day: at.HourAt(s.now()).Day(), At: s.now(), Code: answers.One("measure"), Answers: answers}
		p, err := s.active(tx, packMeasures, m.Day)
		if err != nil {
			return err
		}
		f, err := formOf(p, formMeasure)
		if err != nil {
			return err
		}
		if !f.Check(answers, nil, m.Day, dated).OK() {
			return fault.New(fault.Invalid, op, "traveller.error.answers")
		}
		if m.Due, err = dueAfter(p, answers.One("review_hours"), m.At); err != nil {
			return err
		}
		ruling, record, err := rule(p, m, m.At)
		if err != nil {
			return err
		}
		if len(ruling.Holds) > 0 {
			return &fault.Error{Code: fault.Invalid, Op: op, Key: "traveller.error.held", Err: &Refusal{ruling.Holds, p}}
		}
		if m.Until, err = s.keep(tx, m); err != nil {
			return err
		}
		err = s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindMeasure, Doc: id, Site: m.Site, Sensitivity: journal.Clinical, Purpose: "public_health",
			Fields: map[string]any{"screening": m.Screening, "point": m.Point, "shift": m.Shift, "day": m.Day, "at": m.At, "code": m.Code, "answers": m.Answers,
				"record": json.RawMessage(record), "due": m.Due, until: m.Until}})
		if fault.Is(err, fault.Conflict) {
			return fault.New(fault.Conflict, op, "traveller.error.sent_twice")
		}
		if err != nil {
			return err
		}
		return s.counts(tx, a, id, m.Site, Found{m.Point, m.Day, map[string]int64{"measures": 1}})
	}))
}

// looksAfter answers a measure that the actor may look after: of their own shift, or of
// any while it holds somebody at the point where they are at work. Port health looks
// after all of a site.
func (s *Service) looksAfter(ctx context.Context, tx *db.Tx, action access.Action, id db.ID) (Measure, error) {
	m, err := findMeasure(tx, id)
	if err != nil {
		return m, err
	}
	shift := m.Shift
	if own, err := s.Border.OwnIn(ctx, tx, "traveller.looksAfter"); err == nil && m.Open() && own.Shift.Point == m.Point {
		shift = own.Shift.ID
	}
	if err := s.Access.Check(ctx, access.ScreeningRead, resourceOf(kindMeasure, id, m.Site, shift)); err != nil {
		return m, err
	}
	return m, s.Access.Check(ctx, action, resourceOf(kindMeasure, id, m.Site, shift))
}

// Care is a measure as its page shows it.
type Care struct {
	Measure
	Point  border.Point
	Pack   *pack.Pack // nil where none is in force any more
	Ruling Ruling
	Names  map[db.ID]string
	Now    time.Time
	Whole  bool // the actor may open the screening
}

// Care opens a measure. Whoever is held is a code: their name stands on the screening.
func (s *Service) Care(ctx context.Context, id db.ID) (Care, error) {
	const op = "traveller.Care"
	var out Care
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		m, err := s.looksAfter(ctx, tx, access.ScreeningRead, id)
		if err != nil {
			return err
		}
		doc, err := s.Journal.Load(tx, id)
		if err != nil {
			return err
		}
		out = Care{Names: map[db.ID]string{}, Now: s.now(), Whole: s.Access.May(ctx, access.ScreeningRead, resourceOf(kindScreening, m.Screening, m.Site, m.Shift))}
		if out.Measure, err = measureOf(doc); err != nil {
			return err
		}
		if out.Point, err = s.Border.PointIn(tx, m.Point); err != nil {
			return err
		}
		for _, l := range out.Looks {
			if out.Names[l.By], err = access.UserName(tx, l.By); err != nil {
				return err
			}
		}
		out.Pack, err = s.active(tx, packMeasures, m.Day)
		if fault.Is(err, fault.Unavailable) {
			out.Pack, err = nil, nil
		}
		if err == nil && out.Pack != nil {
			out.Ruling, _, err = rule(out.Pack, out.Measure, out.Now)
		}
		if err != nil {
			return err
		}
		return s.Access.OpenedTx(ctx, tx, id, "border.measure")
	})
	return out, fault.Wrap(op, err)
}

// Looked adds a look, an appeal, its answer, or the release. hours is after how many the
// next look is due; a look and an answer that goes on need it.
func (s *Service) Looked(ctx context.Context, id db.ID, l Look, hours string) error {
	const op = "traveller.Looked"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		m, err := s.looksAfter(ctx, tx, access.ScreeningRecord, id)
		if err != nil {
			return err
		}
		if !m.Open() {
			return fault.New(fault.Conflict, op, "traveller.error.released")
		}
		doc, err := s.Journal.Load(tx, id)
		if err != nil {
			return err
		}
		l.At, l.By, l.Words = s.now(), a.User, strings.TrimSpace(l.Words)
		fields := map[string]any{}
		if err := s.look(tx, m, &l, hours, fields); err != nil {
			return err
		}
		fields["look"] = l
		return s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindMeasure, Doc: id, Base: doc.Version, Purpose: "public_health", Fields: fields})
	}))
}

// look checks a look and works out what it changes.
func (s *Service) look(tx *db.Tx, m Measure, l *Look, hours string, fields map[string]any) error {
	const op = "traveller.look"
	if key := surveillance.TextFault(l.Words, longWords); key == "long" {
		return fault.Field(op, "words", "traveller.error.long")
	}
	say := len([]rune(l.Words)) >= 3
	switch l.Act {
	case Reviewed:
		if !l.Food.Known() {
			return fault.Field(op, "food", "traveller.error.choose")
		}
		if !l.Phone.Known() {
			return fault.Field(op, "phone", "traveller.error.choose")
		}
	case Appealed, Let:
		if !say {
			return fault.Field(op, "words", "traveller.error.why")
		}
	case Answered:
		if !m.Unanswered() {
			return fault.New(fault.Conflict, op, "traveller.error.moved_on")
		}
		if !l.Upheld.Known() {
			return fault.Field(op, "upheld", "traveller.error.choose")
		}
		if !say {
			return fault.Field(op, "words", "traveller.error.why")
		}
	default:
		return fault.Field(op, "act", "traveller.error.choose")
	}
	if l.Act == Let || l.Act == Answered && l.Upheld == value.No {
		last, err := s.keep(tx, m)
		fields["ended"], fields["why"], fields[until] = l.At, l.Words, last
		return err
	}
	if l.Act == Appealed {
		return nil // it stays due when it was: an appeal puts nothing off
	}
	p, err := s.active(tx, packMeasures, m.Day)
	if err != nil {
		return err
	}
	if l.Due, err = dueAfter(p, hours, l.At); err == nil {
		fields["due"] = l.Due
	}
	return err
}

// keep is until when a measure is kept that ends now.
func (s *Service) keep(tx *db.Tx, m Measure) (calendar.Day, error) {
	p, err := s.active(tx, packScreening, m.Day)
	if err != nil {
		return 0, err
	}
	return keptUntil(p, "found", calendar.DayOfTime(s.now()))
}

// Waiting lists the measures that hold somebody and that the actor may look after: at
// the point of their shift, or at the sites of port health.
func (s *Service) Waiting(ctx context.Context) ([]Measure, error) {
	const op = "traveller.Waiting"
	var out []Measure
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		own, err := s.Border.OwnIn(ctx, tx, op)
		if err == nil {
			out, err = openMeasures(tx, "m.point = ?", []any{own.Shift.Point}, mostListed)
			return err
		}
		sc, scopeErr := s.Access.Scope(ctx, access.ScreeningRead)
		if scopeErr != nil || sc.Empty() {
			return err
		}
		where, args := sc.Where("m")
		out, err = openMeasures(tx, where, args, mostListed)
		return err
	})
	return out, fault.Wrap(op, err)
}

// HeldIn answers how many are held at each point, and of how many nobody looked after in
// time: numbers only, for the board, which asks for its own right.
func (s *Service) HeldIn(tx *db.Tx) (map[string]border.Held, error) { return heldAt(tx, s.now()) }
