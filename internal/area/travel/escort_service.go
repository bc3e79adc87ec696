package travel

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// roleOf is the right that somebody with an account needs to go along as what they are.
var roleOf = map[Role]access.Role{RoleNurse: access.Nurse, RoleDoctor: access.Physician}

// Typed is an escort as it is typed: its lists are text.
type Typed struct {
	With   []Companion // of which Name may be a login
	Oxygen Oxygen
	Kit    string
	Calls  string
}

// Assign says who and what goes along with somebody. Whatever changes, those who go have
// to be briefed anew.
func (s *Service) Assign(ctx context.Context, movement, person db.ID, in Typed) error {
	const op = "travel.Assign"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		t, e, err := s.escorted(ctx, tx, access.ClinicalWrite, movement, person)
		if err != nil {
			return err
		}
		if t.move.Left(s.now()) {
			return fault.New(fault.Conflict, op, "travel.error.has_left")
		}
		e.With, e.Oxygen = nil, in.Oxygen
		for i, c := range in.With {
			if c, err = companion(tx, i, c, t.move); err != nil {
				return err
			}
			e.With = append(e.With, c)
		}
		var kitErr, callErr error
		e.Kit, kitErr = readKit(in.Kit, t.move.Day)
		e.Calls, callErr = readCalls(in.Calls)
		if errs := append(e.Valid(), kitErr, callErr); errors.Join(errs...) != nil {
			return errors.Join(errs...)
		}
		return s.keepEscort(tx, a, t, map[string]any{"with": e.With, "oxygen": e.Oxygen, "kit": e.Kit, "calls": e.Calls, "briefed_at": time.Time{}, "briefed_by": db.ID{}})
	}))
}

// companion finds who a name stands for: the login of somebody here, or a name as it is.
// Nobody goes along on two movements of one day, nor as what they may not be.
func companion(tx *db.Tx, i int, c Companion, m Movement) (Companion, error) {
	const op = "travel.companion"
	field := "with-" + string(rune('1'+i))
	c.Name = strings.TrimSpace(c.Name)
	u, err := access.UserOf(tx, c.Name)
	if fault.Is(err, fault.NotFound) {
		return c, nil // has no account: a name
	}
	if err != nil {
		return c, err
	}
	if need, ok := roleOf[c.Role]; u.Disabled || ok && !slices.Contains(u.Roles, need) && !slices.Contains(u.Roles, access.MedicalOfficer) {
		return c, fault.Field(op, field, "travel.error.companion_role")
	}
	c.Login, c.Name = u.Login, u.Name
	others, err := companionOn(tx, c.Login, m.ID)
	if slices.ContainsFunc(others, func(o Movement) bool { return o.Day == m.Day }) {
		return c, fault.Field(op, field, "travel.error.companion_busy")
	}
	return c, err
}

// Going is somebody whom the reader goes along with.
type Going struct {
	Movement Movement
	Who      people.Brief
}

// mostGoing is how many days after the departure somebody is still shown to who goes along.
const mostGoing = 14

// Mine lists whom the reader goes along with, the next first. It is their own work: no
// right is asked, and the page behind it asks.
func (s *Service) Mine(ctx context.Context) (out []Going, err error) {
	const op = "travel.Mine"
	a, err := access.Acting(ctx, op)
	if err != nil || a.Login == "" {
		return nil, err
	}
	var shown []db.ID
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, shown = nil, nil
		list, err := goingWith(tx, a.Login, s.today()-mostGoing)
		if err != nil {
			return err
		}
		for _, g := range list {
			who, err := s.People.Briefs(tx, []db.ID{g.Who.ID})
			if err != nil {
				return err
			}
			if b, ok := who[g.Who.ID]; ok && s.Access.May(ctx, access.TravelRead, b.Resource) {
				g.Who = b
				out, shown = append(out, g), append(shown, b.ID)
			}
		}
		return nil
	})
	if err == nil && len(shown) > 0 {
		err = s.Access.Searched(ctx, "travel.escorts", shown)
	}
	return out, fault.Wrap(op, err)
}

// Brief says that those who go along were told all of it.
func (s *Service) Brief(ctx context.Context, movement, person db.ID) error {
	const op = "travel.Brief"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		t, e, err := s.escorted(ctx, tx, access.ClinicalWrite, movement, person)
		if err != nil {
			return err
		}
		switch {
		case len(e.With) == 0:
			return fault.New(fault.Conflict, op, "travel.gap.escort")
		case len(e.Calls) == 0:
			return fault.New(fault.Conflict, op, "travel.error.no_calls")
		}
		return s.keepEscort(tx, a, t, map[string]any{"briefed_at": s.now(), "briefed_by": a.User})
	}))
}

// escorted is somebody of a movement with their escort, for one who may do something about
// what they have.
func (s *Service) escorted(ctx context.Context, tx *db.Tx, action access.Action, movement, person db.ID) (listed, Escort, error) {
	t, err := s.listed(ctx, tx, access.TravelRead, movement, person)
	if err != nil {
		return t, Escort{}, err
	}
	res := t.who.Resource
	res.Sensitivity = journal.Clinical
	if err := s.Access.Check(ctx, action, res); err != nil {
		return t, Escort{}, err
	}
	all, err := escorts(tx, movement)
	e := all[person]
	e.ID = idOf(kindEscort, movement, person)
	return t, e, err
}

func (s *Service) keepEscort(tx *db.Tx, a access.Actor, t listed, fields map[string]any) error {
	id := idOf(kindEscort, t.move.ID, t.who.ID)
	ch := journal.Change{Kind: kindEscort, Doc: id, Subject: t.who.ID, Site: t.who.Resource.Site, Programme: t.who.Resource.Programme, Sensitivity: journal.Clinical, Purpose: a.Purpose, Fields: fields}
	switch doc, err := s.Journal.Load(tx, id); {
	case fault.Is(err, fault.NotFound):
		ch.Fields["movement"] = t.move.ID
	case err != nil:
		return err
	default:
		ch.Base = doc.Version
	}
	return s.Journal.Append(tx, a.Author(), ch)
}

// Log writes down something of the way. The id was made when the page was shown, so that
// what is sent twice from a bad network stands once.
func (s *Service) Log(ctx context.Context, id, movement, person db.ID, l Line) error {
	const op = "travel.Log"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	if l.At.IsZero() {
		l.At = s.now()
	}
	if errs := l.Valid(s.now()); len(errs) > 0 {
		return errors.Join(errs...)
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		t, e, err := s.escorted(ctx, tx, access.ClinicalWrite, movement, person)
		if err != nil {
			return err
		}
		if _, err := s.Journal.Load(tx, id); !fault.Is(err, fault.NotFound) {
			return err // sent twice
		}
		return s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindLog, Doc: id, Subject: person, Site: t.who.Resource.Site, Programme: t.who.Resource.Programme, Sensitivity: journal.Clinical, Purpose: a.Purpose,
			Fields: map[string]any{"escort": e.ID, "at": l.At, "what": l.What, "text": strings.TrimSpace(l.Text), "by": a.Name}})
	}))
}

// Along is an escort as the page of whoever goes along shows it.
type Along struct {
	Person
	Log     []Line
	Note    Note
	Answers []Answer
	Due     []Action // of the pack, where no note is written yet; Text is empty
	Words   map[string]string
	Sites   []Choice // that could take over
	Briefer string
	Oxygen  bool // is needed by the rules

	MayAnswer bool // as who takes over
	Sender    bool // may change the note
}

// Along opens the page of whoever goes along.
func (s *Service) Along(ctx context.Context, movement, person db.ID, lang string) (out Along, err error) {
	const op = "travel.Along"
	p, err := s.Person(ctx, movement, person, lang) // writes the line of the audit
	if err != nil {
		return out, fault.Wrap(op, err)
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out = Along{Person: p}
		_, e, err := s.escorted(ctx, tx, access.ClinicalRead, movement, person)
		if err != nil {
			return err
		}
		out.Escort = e
		if !e.BriefedAt.IsZero() {
			out.Briefer, _ = access.UserName(tx, e.BriefedBy)
		}
		if out.Log, err = logOf(tx, e.ID); err != nil {
			return err
		}
		if out.Note, err = findNote(tx, idOf(kindHandOver, movement, person)); err != nil {
			return err
		}
		if out.Answers, err = answersOf(tx, idOf(kindHandOver, movement, person)); err != nil {
			return err
		}
		out.Sender = out.MayCheck
		if out.Due, out.Words, err = s.due(tx, arrivalOf(p.Movement), lang); err != nil {
			return err
		}
		out.Sites, err = s.receivers(tx, p.Resource.Site, lang)
		return err
	})
	return out, fault.Wrap(op, err)
}
