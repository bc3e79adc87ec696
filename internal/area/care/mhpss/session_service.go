package mhpss

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Gather keeps a session of a group. The pack says what must be so before: with children, two
// adults whose background was checked.
func (s *Service) Gather(ctx context.Context, room, doc db.ID, v Session) error {
	const op = "mhpss.Gather"
	if err := errors.Join(v.Valid(s.today())...); err != nil {
		return err
	}
	if v.Answers == nil {
		v.Answers = map[string][]string{}
	}
	for name, n := range map[string]int{"session_children": v.Children(), "session_facilitators": v.vetted(), "attended_female": v.Girls + v.Women, "attended_male": v.Boys + v.Men} {
		v.Answers[name] = []string{strconv.Itoa(n)}
	}
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		p, err := s.Packs.Active(tx, packID, v.Day)
		if err != nil {
			return err
		}
		f, ok := p.Form(sessionForm)
		if !ok {
			return fault.New(fault.Unavailable, op, "mhpss.error.no_pack")
		}
		res := f.Check(v.Answers, nil, v.Day)
		if !res.OK() {
			return badAnswers(op, res)
		}
		if what, ok := res.Facts["activity"].Str(); !ok || what == "" {
			return fault.Field(op, "q-activity", "mhpss.error.activity")
		}
		_, x := p.Explain(asked{answers: res.Facts, validated: value.Value{}, responder: value.Value{}, on: v.Day}.input(p), "en")
		for _, o := range holds(x) {
			if o.Code == twoFacilitators {
				return fault.Field(op, "facilitator_1", "mhpss.error.two_facilitators")
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.Vault.Put(ctx, room, doc, sessionLeaf, doc, db.ID{}, v)
}

// Session answers a session with its room.
func (s *Service) session(ctx context.Context, id db.ID) (v Told[Session], in inRoom, err error) {
	rooms, err := s.Rooms(ctx)
	if err != nil {
		return v, in, err
	}
	for _, r := range rooms {
		if in, err = s.read(ctx, r.ID); err != nil {
			return v, in, err
		}
		for _, v := range in.sessions {
			if v.ID == id {
				return v, in, nil
			}
		}
	}
	return v, in, fault.New(fault.NotFound, "mhpss.session", "page.error.not_found")
}

// OnDuty says who answers in a room until a day.
func (s *Service) OnDuty(ctx context.Context, room, doc db.ID, d Duty) error {
	if err := errors.Join(d.Valid(s.today())...); err != nil {
		return err
	}
	return s.Vault.Put(ctx, room, doc, dutyLeaf, db.ID{}, db.ID{}, d)
}

// Import keeps the wording of an instrument in a language.
func (s *Service) Import(ctx context.Context, room, doc db.ID, w Wording) error {
	const op = "mhpss.Import"
	var n int
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		p, err := s.Packs.Active(tx, packID, s.today())
		if err == nil {
			_, n = itemsOf(p, w.Instrument)
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case n == 0:
		return fault.Field(op, "instrument", "mhpss.error.instrument")
	case !slices.Contains(languages, w.Lang):
		return fault.Field(op, "lang", "mhpss.error.lang")
	case strings.TrimSpace(w.Source) == "":
		return fault.Field(op, "source", "mhpss.error.source")
	case len(w.Items) != n:
		return &fault.Error{Code: fault.Invalid, Op: op, Field: "items", Key: "mhpss.error.items", Args: map[string]any{"n": n}}
	}
	return s.Vault.Put(ctx, room, doc, wordsLeaf, db.ID{}, db.ID{}, w)
}

// Figures are what a room did in a month, without persons.
type Figures struct {
	From, To calendar.Day
	Lines    []Figure
	Least    int
}

// Figure is one line; a count below the least is not told.
type Figure struct {
	Key   string // of its words
	Count int
}

// Told reports whether a figure may be told: none and small ones are the same to a reader.
func (f Figures) Told(n int) bool { return n >= f.Least }

// Figures adds up the days of all rooms of the user.
func (s *Service) Figures(ctx context.Context, from, to calendar.Day) (out Figures, err error) {
	out.From, out.To = from, to
	if out.Least, err = leastShown(); err != nil {
		return out, err
	}
	load, err := s.Rooms(ctx)
	if err != nil {
		return out, err
	}
	count := map[string]int{}
	within := func(d calendar.Day) bool { return d >= from && d <= to }
	for _, r := range load {
		in, err := s.read(ctx, r.ID)
		if err != nil {
			return out, err
		}
		for _, v := range in.sessions {
			if within(v.V.Day) {
				count["sessions"]++
				count["girls"] += v.V.Girls
				count["boys"] += v.V.Boys
				count["women"] += v.V.Women
				count["men"] += v.V.Men
			}
		}
		for _, c := range in.cases {
			if within(calendar.DayOfTime(c.At)) {
				count["begun"]++
			}
			for _, t := range c.Talks {
				if within(t.V.Day) {
					count["talks"]++
				}
			}
			for _, k := range c.Checks {
				if within(calendar.DayOfTime(k.At)) {
					count["checks"]++
				}
			}
		}
	}
	for _, key := range figureKeys {
		out.Lines = append(out.Lines, Figure{key, count[key]})
	}
	return out, nil
}

var figureKeys = []string{"sessions", "girls", "boys", "women", "men", "begun", "talks", "checks"}

// languages are those in which a wording can be kept: of the pages, and others that people in
// care speak (BCP 47).
var languages = []string{"en", "fr", "es", "ar", "prs", "ps", "fa", "so", "ti", "am", "sw", "ku", "uk", "ru", "my", "rhg", "bn", "ur", "tr", "pt"}
