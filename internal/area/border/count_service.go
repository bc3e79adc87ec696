package border

import (
	"context"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Count takes a batch of taps. A batch that is here already counts no second time; one
// that says other numbers under the same id is fault.Conflict. It need not be of the
// shift that the actor is on: a phone that was away brings what the shift before had
// counted on it.
func (s *Service) Count(ctx context.Context, t Tally) error {
	const op = "border.Count"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	t.Typed, t.Counts = false, Same(t.Counts)
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		sh, err := findShift(tx, t.Shift)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.ScreeningRecord, resourceOf(kindTally, sh)); err != nil {
			return err
		}
		p, err := s.point(tx, sh.Point)
		if err != nil {
			return err
		}
		t.Point = p.Post.Code
		there, err := findTally(tx, t.ID)
		if err == nil {
			if there.Shift == t.Shift && slices.Equal(there.Counts, t.Counts) {
				return nil
			}
			return fault.New(fault.Conflict, op, "border.error.other_numbers")
		}
		if !fault.Is(err, fault.NotFound) {
			return err
		}
		if errs := t.Valid(p.HourAt(s.now())); len(errs) > 0 {
			return joined(errs)
		}
		return s.Journal.Append(tx, a.Author(), tallyChange(t, sh.Site))
	}))
}

func tallyChange(t Tally, site string) journal.Change {
	return journal.Change{Kind: kindTally, Doc: t.ID, Site: site, Sensitivity: journal.Identity, Purpose: "public_health",
		Fields: map[string]any{"point": t.Point, "shift": t.Shift, "typed": t.Typed, "counts": t.Counts}}
}

// TypeHour records what was counted by hand in an hour of the own shift, in one
// direction. Typing it again puts the new numbers in the place of the old ones.
func (s *Service) TypeHour(ctx context.Context, ofDay Hour, d Direction, age Age, totals Totals) error {
	const op = "border.TypeHour"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		own, err := s.own(ctx, tx, op)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.ScreeningRecord, resourceOf(kindTally, own.Shift)); err != nil {
			return err
		}
		if ofDay < 0 || ofDay > 23 || !slices.Contains(Directions, d) {
			return fault.Field(op, "hour", "border.error.choose")
		}
		if age != "" && !slices.Contains(Ages, age) {
			return fault.Field(op, "age", "border.error.choose")
		}
		h := latest(own.Hour, ofDay)
		t := Tally{ID: hourID(own.Shift.ID, h, d, age), Point: own.Point.Post.Code, Shift: own.Shift.ID, Typed: true}
		for _, w := range Whats {
			if n, ok := totals[w]; ok {
				t.Counts = append(t.Counts, Count{Key{Hour: h, What: w, Direction: d, Age: age}, n})
			}
		}
		if errs := append(t.Valid(own.Hour), totals.Valid()...); len(errs) > 0 {
			return joined(unique(errs))
		}
		return s.put(tx, a, tallyChange(t, own.Shift.Site))
	}))
}

// latest is the last hour, up to now, that has this place in the day.
func latest(now, ofDay Hour) Hour {
	h := now - now.OfDay() + ofDay
	if h > now {
		h -= 24
	}
	return h
}

// unique keeps one fault a field and key.
func unique(errs []error) []error {
	seen := map[string]bool{}
	var out []error
	for _, e := range errs {
		k := fault.FieldOf(e) + " " + fault.KeyOf(e)
		if !seen[k] {
			seen[k] = true
			out = append(out, e)
		}
	}
	return out
}

// TypedHours lists what the own shift typed.
func (s *Service) TypedHours(ctx context.Context) (Own, []Tally, error) {
	const op = "border.TypedHours"
	var own Own
	var out []Tally
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if own, err = s.own(ctx, tx, op); err != nil {
			return err
		}
		out, err = typedHours(tx, own.Shift.ID)
		return err
	})
	return own, out, fault.Wrap(op, err)
}

// DayState is a day of a point as its report shows it.
type DayState struct {
	Point   Point
	Day     calendar.Day
	Today   calendar.Day
	Counted Totals // by taps and by the hour, without what the report corrected
	Report  Closing
	Closed  bool
	// After is what was counted since the report was made, by phones that came late.
	After bool
}

// DayOf answers a day of a point; 0 is today there.
func (s *Service) DayOf(ctx context.Context, point string, day calendar.Day) (DayState, error) {
	const op = "border.DayOf"
	var out DayState
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		out, err = s.dayState(ctx, tx, point, day)
		return err
	})
	return out, fault.Wrap(op, err)
}

func (s *Service) dayState(ctx context.Context, tx *db.Tx, point string, day calendar.Day) (DayState, error) {
	p, err := s.point(tx, point)
	if err != nil {
		return DayState{}, err
	}
	if err := s.Access.Check(ctx, access.ScreeningRecord, access.Resource{Kind: kindClosing, Site: p.Post.Site, Sensitivity: journal.Identity}); err != nil {
		return DayState{}, err
	}
	out := DayState{Point: p, Today: p.HourAt(s.now()).Day(), Day: day}
	if day == 0 {
		out.Day = out.Today
	}
	if out.Counted, err = dayTotals(tx, p.Post.Code, out.Day); err != nil {
		return out, err
	}
	out.Report, err = closingOf(tx, p.Post.Code, out.Day)
	if fault.Is(err, fault.NotFound) {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	out.Closed = true
	for _, c := range out.Report.Corrections() {
		out.Counted[c.What] -= c.N
	}
	for _, w := range Whats {
		out.After = out.After || out.Counted[w] != out.Report.Counted[w]
	}
	return out, nil
}

// Close reports a day: what was counted as it stands, or with corrections and why. It
// can be done again, as when a phone that was away brought more.
func (s *Service) Close(ctx context.Context, point string, day calendar.Day, stated Totals, zero bool, why string) error {
	const op = "border.Close"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		st, err := s.dayState(ctx, tx, point, day)
		if err != nil {
			return err
		}
		c := Closing{Point: st.Point.Post.Code, Day: st.Day, Counted: st.Counted, Stated: stated, Zero: zero, Why: strings.TrimSpace(why), At: s.now(), By: a.User}
		if errs := c.Valid(st.Today); len(errs) > 0 {
			return joined(errs)
		}
		return s.put(tx, a, journal.Change{Kind: kindClosing, Doc: closingID(c.Point, c.Day), Site: st.Point.Post.Site, Sensitivity: journal.Identity, Purpose: "public_health",
			Fields: map[string]any{"point": c.Point, "day": c.Day, "counted": c.Counted, "stated": c.Stated, "zero": c.Zero, "why": c.Why, "at": c.At, "by": c.By}})
	}))
}
