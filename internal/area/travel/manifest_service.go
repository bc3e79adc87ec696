package travel

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

const (
	// most is how many movements the list shows.
	most = 100
	// mostAhead is how many days before the departure the list says who is not ready:
	// no check is older than that.
	mostAhead = 14
	// mostLooked is how many travellers the list looks at for that.
	mostLooked = 300
)

// Listed is a movement of the list.
type Listed struct {
	Movement
	People   int // on it
	Waiting  int // of them, not ready
	Unlooked bool
}

// List lists the movements from a day on, and how many of those who leave soon are not
// ready; more says that there are others after them.
func (s *Service) List(ctx context.Context, from calendar.Day) (out []Listed, more bool, err error) {
	const op = "travel.List"
	sc, err := s.Access.Reach(ctx, op, access.TravelRead)
	if err != nil {
		return nil, false, fault.Wrap(op, err)
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, more = nil, false
		all, err := movementsFrom(tx, sc, from, most+1)
		if err != nil {
			return err
		}
		if more = len(all) > most; more {
			all = all[:most]
		}
		looked := 0
		for _, m := range all {
			on, err := onBoard(tx, m.ID)
			if err != nil {
				return err
			}
			l := Listed{Movement: m, People: len(on)}
			looked += len(on)
			if l.Unlooked = m.Day > s.today()+mostAhead || looked > mostLooked; !l.Unlooked {
				d, err := s.desk(tx, m)
				if err != nil {
					return err
				}
				for _, t := range on {
					st, err := d.standing(t.Person)
					if err != nil {
						return err
					}
					if len(st.Gaps(m.Day)) > 0 {
						l.Waiting++
					}
				}
			}
			out = append(out, l)
		}
		return nil
	})
	return out, more, fault.Wrap(op, err)
}

// desk reads what boarding rests on for the people of one movement.
type desk struct {
	s        *Service
	tx       *db.Tx
	m        Movement
	declared map[db.ID]Declaration
	checks   map[db.ID]Check
	escorts  map[db.ID]Escort
	books    map[string]*book
}

func (s *Service) desk(tx *db.Tx, m Movement) (d *desk, err error) {
	d = &desk{s: s, tx: tx, m: m, books: map[string]*book{}}
	if d.declared, err = declarations(tx, m.ID); err != nil {
		return d, err
	}
	if d.checks, err = checks(tx, m.ID); err != nil {
		return d, err
	}
	d.escorts, err = escorts(tx, m.ID)
	return d, err
}

// standing is how somebody stands now. It checks no rights: what it says is a code.
func (d *desk) standing(person db.ID) (st Standing, err error) {
	st.Declared = d.declared[person]
	briefs, err := d.s.People.Briefs(d.tx, []db.ID{person})
	if err != nil {
		return st, err
	}
	b, ok := briefs[person]
	st.Died = b.Died || !ok // whose record is not here is not known to live
	if d.s.Clearance != nil {
		if st.Clearance, err = d.s.Clearance(d.tx, person); err != nil {
			return st, err
		}
	}
	if st.Fitness, err = d.fitness(person); err != nil {
		return st, err
	}
	e := d.escorts[person]
	st.Escort = EscortState{Named: e.named(st.Fitness.Level), Ready: e.ready(d.m.Day), Breathes: e.Oxygen.lasts(d.m.Hours)}
	return st, nil
}

// Opened is a movement with who is on it, as far as the reader may know them.
type Opened struct {
	Movement
	Who      []Passenger
	Hidden   int // on it, and not for this reader
	MayWrite bool
	Carriers []Choice // what the pack tells apart
}

// Choice is a value of the pack in the reader's words.
type Choice struct {
	Code string
	Word string
}

// Passenger is one person of the list and what stands against boarding.
type Passenger struct {
	people.Brief
	Traveller Traveller
	Gaps      []Gap
	Level     Level
}

// Open opens a movement.
func (s *Service) Open(ctx context.Context, id db.ID, lang string) (out Opened, err error) {
	const op = "travel.Open"
	var shown []db.ID
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, shown = Opened{}, nil
		if out.Movement, err = findMovement(tx, id); err != nil {
			return err
		}
		res := out.Resource()
		if err := s.Access.Check(ctx, access.TravelRead, res); err != nil {
			return err
		}
		out.MayWrite = s.Access.May(ctx, access.TravelWrite, res)
		out.Carriers = s.choices(tx, lang)
		return s.passengers(ctx, tx, &out, &shown)
	})
	if err == nil && len(shown) > 0 {
		err = s.Access.Searched(ctx, "travel.movement", shown)
	}
	return out, fault.Wrap(op, err)
}

func (s *Service) passengers(ctx context.Context, tx *db.Tx, out *Opened, shown *[]db.ID) error {
	on, err := onBoard(tx, out.ID)
	if err != nil {
		return err
	}
	ids := make([]db.ID, len(on))
	for i, t := range on {
		ids[i] = t.Person
	}
	briefs, err := s.People.Briefs(tx, ids)
	if err != nil {
		return err
	}
	d, err := s.desk(tx, out.Movement)
	if err != nil {
		return err
	}
	for _, t := range on {
		b, ok := briefs[t.Person]
		if !ok || !s.Access.May(ctx, access.TravelRead, b.Resource) {
			out.Hidden++
			continue
		}
		st, err := d.standing(t.Person)
		if err != nil {
			return err
		}
		out.Who, *shown = append(out.Who, Passenger{Brief: b, Traveller: t, Gaps: st.Gaps(out.Day), Level: st.Fitness.Level}), append(*shown, t.Person)
	}
	return nil
}

// choices are the groups of carriers, in the reader's words.
func (s *Service) choices(tx *db.Tx, lang string) (out []Choice) {
	p, err := s.rules(tx)
	if err != nil {
		return nil // no pack in force: the page says that nobody can be checked
	}
	for _, code := range carriers(p) {
		word, _ := p.Word(lang, "value."+factCarrier+"."+code)
		out = append(out, Choice{code, word})
	}
	return out
}

// listed is somebody on the list of a movement.
type listed struct {
	move Movement
	who  people.Brief
	at   Traveller
}

// listed is who is on the list of a movement, for one who may do something about them.
func (s *Service) listed(ctx context.Context, tx *db.Tx, action access.Action, movement, person db.ID) (out listed, err error) {
	const op = "travel.listed"
	if out.move, err = findMovement(tx, movement); err != nil {
		return out, err
	}
	list, err := travellers(tx, "movement = ? AND subject = ? AND off = 0", movement, person)
	if err != nil {
		return out, err
	}
	briefs, err := s.People.Briefs(tx, []db.ID{person})
	if err != nil {
		return out, err
	}
	b, ok := briefs[person]
	if !ok || len(list) == 0 {
		return out, fault.New(fault.NotFound, op, "page.error.not_found")
	}
	out.who, out.at = b, list[0]
	return out, s.Access.Check(ctx, action, b.Resource)
}

// Step says how far somebody is: that they boarded, or why they did not go. Nobody boards
// against whom anything stands.
func (s *Service) Step(ctx context.Context, movement, person db.ID, to State, why string) error {
	const op = "travel.Step"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	why = strings.TrimSpace(why)
	switch {
	case utf8.RuneCountInString(why) > longText:
		return fault.Field(op, "reason", "travel.error.long")
	case slices.Contains(notGone, to) && why == "":
		return fault.Field(op, "reason", "travel.error.why")
	case to != Boarded && !slices.Contains(notGone, to):
		return fault.Field(op, "state", "travel.error.choose")
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		t, err := s.listed(ctx, tx, access.TravelWrite, movement, person)
		if err != nil {
			return err
		}
		if to == Boarded {
			if err := s.boards(tx, t); err != nil {
				return err
			}
		}
		return s.changed(tx, a, t, map[string]any{"state": to, "why": why, "when": s.now()})
	}))
}

// boards refuses somebody against whom anything stands.
func (s *Service) boards(tx *db.Tx, t listed) error {
	const op = "travel.boards"
	switch today := s.today(); { // whatever the clock of the place is, it is within a day
	case today < t.move.Day-1:
		return fault.New(fault.Conflict, op, "travel.error.too_early")
	case today > t.move.Day+1:
		return fault.New(fault.Conflict, op, "travel.error.has_left")
	}
	d, err := s.desk(tx, t.move)
	if err != nil {
		return err
	}
	st, err := d.standing(t.who.ID)
	if err != nil {
		return err
	}
	if gaps := st.Gaps(t.move.Day); len(gaps) > 0 {
		return fault.New(fault.Conflict, op, "travel.gap."+string(gaps[0]))
	}
	return nil
}

// Arrive says that somebody arrived, and what was reported back.
func (s *Service) Arrive(ctx context.Context, movement, person db.ID, report string) error {
	const op = "travel.Arrive"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	if utf8.RuneCountInString(report) > longText {
		return fault.Field(op, "arrival", "travel.error.long")
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		t, err := s.listed(ctx, tx, access.TravelWrite, movement, person)
		if err != nil {
			return err
		}
		if t.at.State != Boarded && t.at.State != Arrived {
			return fault.New(fault.Conflict, op, "travel.error.not_boarded")
		}
		return s.changed(tx, a, t, map[string]any{"state": Arrived, "why": "", "when": s.now(), "arrival": strings.TrimSpace(report)})
	}))
}

func (s *Service) changed(tx *db.Tx, a access.Actor, t listed, fields map[string]any) error {
	doc, err := s.Journal.Load(tx, t.at.ID)
	if err != nil {
		return err
	}
	return s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindTraveller, Doc: t.at.ID, Base: doc.Version, Subject: t.who.ID, Site: doc.Site, Programme: doc.Programme,
		Sensitivity: journal.Identity, Purpose: a.Purpose, Fields: fields})
}

// Move says that a movement leaves at another time, or with a carrier of another group.
// Whoever was found fit is looked at anew by the same rules.
func (s *Service) Move(ctx context.Context, id db.ID, day calendar.Day, at time.Time, hours int, carrier string) error {
	const op = "travel.Move"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		m, err := findMovement(tx, id)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.TravelWrite, m.Resource()); err != nil {
			return err
		}
		doc, err := s.Journal.Load(tx, id)
		if err != nil {
			return err
		}
		m.Day, m.At, m.Hours, m.Carrier = day, at, hours, carrier
		if errs := m.Valid(s.today()); len(errs) > 0 {
			return errs[0]
		}
		return s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindMovement, Doc: id, Base: doc.Version, Site: m.Site, Programme: m.Programme, Sensitivity: journal.Identity, Purpose: a.Purpose,
			Fields: map[string]any{"day": m.Day, "mode": m.Mode, "number": m.Number, "to": m.To, "at": m.At, "hours": m.Hours, "carrier": m.Carrier}})
	}))
}
