package mhpss

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"slices"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/internal/area/care/team"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/seal"
)

//go:embed locales
var files embed.FS

// Pages are the words of this area; its pages are sheets.
func Pages() page.Area { return page.Area{Name: "mhpss", Templates: files, Locales: files} }

// Packs gives the pack of support.
type Packs interface {
	Active(tx *db.Tx, id string, on calendar.Day) (*pack.Pack, error)
}

// People is what this area needs of persons.
type People interface {
	Briefs(tx *db.Tx, ids []db.ID) (map[db.ID]people.Brief, error)
	Facts(tx *db.Tx, person db.ID, on calendar.Day) (map[string]decision.Fact, *decision.Journey, error)
	Banner(ctx context.Context, tx *db.Tx, person db.ID) (*page.Banner, error)
}

// Deps is what a Service needs.
type Deps struct {
	DB     *db.DB
	Vault  *seal.Vault
	Access *access.Access
	Pages  *page.Renderer
	Packs  Packs
	People People
	Clock  func() time.Time
}

// Service is this area's use cases.
type Service struct{ Deps }

// New makes the service.
func New(d Deps) *Service {
	if d.Clock == nil {
		d.Clock = time.Now
	}
	return &Service{d}
}

func (s *Service) today() calendar.Day { return calendar.DayOfTime(s.Clock()) }

// Rooms are those of the user for support.
func (s *Service) Rooms(ctx context.Context) ([]seal.Room, error) {
	return s.Vault.Rooms(ctx, string(team.Support))
}

// inRoom is a room with what it keeps.
type inRoom struct {
	seal.Room
	cases    []Case
	sessions []Told[Session]
	duty     *Duty
	wordings []Wording
}

// read reads a room.
func (s *Service) read(ctx context.Context, id db.ID) (in inRoom, err error) {
	room, all, err := s.Vault.Leaves(ctx, id)
	if err != nil {
		return in, err
	}
	in.Room = room
	byCase := map[db.ID][]seal.Leaf{}
	var order []db.ID
	for _, l := range all {
		switch l.Kind {
		case sessionLeaf:
			err = add(&in.sessions, l)
		case dutyLeaf:
			in.duty = &Duty{}
			err = l.Into(in.duty)
		case wordsLeaf:
			var w Wording
			err = l.Into(&w)
			in.wordings = append(slices.DeleteFunc(in.wordings, func(x Wording) bool { return x.Instrument == w.Instrument && x.Lang == w.Lang }), w)
		default:
			if byCase[l.Record] == nil {
				order = append(order, l.Record)
			}
			byCase[l.Record] = append(byCase[l.Record], l)
		}
		if err != nil {
			return in, err
		}
	}
	for _, id := range order {
		c, ok, err := caseOf(byCase[id])
		if err != nil {
			return in, err
		}
		if ok {
			in.cases = append(in.cases, c)
		}
	}
	if in.duty != nil && in.duty.Until < s.today() {
		in.duty = nil
	}
	return in, nil
}

// wording is the text of an instrument in a language.
func (in inRoom) wording(instrument, lang string) (Wording, bool) {
	for _, w := range in.wordings {
		if w.Instrument == instrument && w.Lang == lang {
			return w, true
		}
	}
	return Wording{}, false
}

// Listed is a case on the first page.
type Listed struct {
	Case
	Who people.Brief
	Own bool // the user began it
}

// Caseload is what the first page shows.
type Caseload struct {
	Rooms    []seal.Room
	Cases    []Listed
	More     int // cases that are not shown
	Sessions []Told[Session]
	Duty     map[db.ID]*Duty // by room
}

const mostCases = 200

// Load answers the caseload of the user's rooms: who waits for a safety check first, then by
// the day that was agreed on.
func (s *Service) Load(ctx context.Context) (out Caseload, err error) {
	const op = "mhpss.Load"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return out, err
	}
	if out.Rooms, err = s.Rooms(ctx); err != nil {
		return out, err
	}
	out.Duty = map[db.ID]*Duty{}
	for _, r := range out.Rooms {
		in, err := s.read(ctx, r.ID)
		if err != nil {
			return out, err
		}
		for _, c := range in.cases {
			out.Cases = append(out.Cases, Listed{Case: c, Own: c.By == a.User})
		}
		out.Sessions = append(out.Sessions, in.sessions...)
		out.Duty[r.ID] = in.duty
	}
	slices.SortStableFunc(out.Cases, func(x, y Listed) int { return cmp.Or(urgency(x)-urgency(y), cmp.Compare(x.Next(), y.Next())) })
	slices.SortStableFunc(out.Sessions, func(x, y Told[Session]) int { return cmp.Compare(y.V.Day, x.V.Day) })
	if n := len(out.Cases) - mostCases; n > 0 {
		out.Cases, out.More = out.Cases[:mostCases], n
	}
	if n := len(out.Sessions) - mostCases; n > 0 {
		out.Sessions, out.More = out.Sessions[:mostCases], out.More+n
	}
	return out, s.name(ctx, out.Cases)
}

func urgency(l Listed) int {
	since, _ := l.Waits()
	switch {
	case !since.IsZero():
		return 0
	case l.Closed != nil:
		return 3
	case l.Next() == 0:
		return 2
	}
	return 1
}

// name says who cases are about, as far as the user may know persons.
func (s *Service) name(ctx context.Context, list []Listed) error {
	var ids []db.ID
	for _, l := range list {
		ids = append(ids, l.Person)
	}
	return s.DB.Read(ctx, func(tx *db.Tx) error {
		briefs, err := s.People.Briefs(tx, ids)
		if err != nil {
			return err
		}
		for i := range list {
			b := briefs[list[i].Person]
			if !s.Access.May(ctx, access.PersonRead, b.Resource) {
				b = people.Brief{Hit: people.Hit{Code: b.Code}}
			}
			list[i].Who = b
		}
		return nil
	})
}

// Find answers a case with its room; one of a room of somebody else is not there.
func (s *Service) find(ctx context.Context, id db.ID) (c Case, in inRoom, err error) {
	const op = "mhpss.find"
	rooms, err := s.Rooms(ctx)
	if err != nil {
		return c, in, err
	}
	for _, r := range rooms {
		if in, err = s.read(ctx, r.ID); err != nil {
			return c, in, err
		}
		for _, c := range in.cases {
			if c.ID == id {
				return c, in, nil
			}
		}
	}
	return c, in, fault.New(fault.NotFound, op, "page.error.not_found")
}

// Opened is a case as its page shows it.
type Opened struct {
	Case
	in     inRoom
	Banner *page.Banner
	Pack   *pack.Pack
	Died   bool
	Me     db.ID
}

// Look opens a case, and keeps in its room that it was opened.
func (s *Service) Look(ctx context.Context, id db.ID) (o Opened, err error) {
	const op = "mhpss.Look"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return o, err
	}
	if o.Case, o.in, err = s.find(ctx, id); err != nil {
		return o, err
	}
	o.Me = a.User
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if o.Banner, err = s.People.Banner(ctx, tx, o.Person); fault.Is(err, fault.Forbidden) {
			o.Banner, err = nil, nil // a member whose rights do not reach the person's page
		}
		if err != nil {
			return err
		}
		briefs, err := s.People.Briefs(tx, []db.ID{o.Person})
		if err != nil {
			return err
		}
		o.Died = briefs[o.Person].Died
		if o.Pack, err = s.Packs.Active(tx, packID, s.today()); fault.Is(err, fault.Unavailable) || fault.Is(err, fault.NotFound) {
			o.Pack, err = nil, nil
		}
		return err
	})
	if err == nil {
		err = team.Looked(ctx, s.Vault, o.Room, id, s.Clock())
	}
	return o, fault.Wrap(op, err)
}

// Begin begins a case. id was made when the form was shown.
func (s *Service) Begin(ctx context.Context, id, room, person db.ID, b Begun, c Contact) error {
	const op = "mhpss.Begin"
	if err := errors.Join(append(b.Valid(), c.Valid()...)...); err != nil {
		return err
	}
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		briefs, err := s.People.Briefs(tx, []db.ID{person})
		if err != nil {
			return err
		}
		who, ok := briefs[person]
		switch {
		case !ok:
			return fault.New(fault.NotFound, op, "page.error.not_found")
		case who.Died:
			return fault.New(fault.Conflict, op, "mhpss.error.died")
		}
		return s.Access.Check(ctx, access.PersonRead, who.Resource)
	})
	if err != nil {
		return err
	}
	in, err := s.read(ctx, room)
	if err != nil {
		return err
	}
	for _, have := range in.cases {
		if have.Person == person && have.Closed == nil && have.ID != id {
			return fault.New(fault.Conflict, op, "mhpss.error.open_already")
		}
	}
	// The beginning has the id of the case, so that a form that is sent twice is kept once.
	if err := s.Vault.Put(ctx, room, id, caseLeaf, id, person, b); err != nil {
		return err
	}
	return s.Vault.Put(ctx, room, db.NewID(), contactLeaf, id, person, c)
}

// put keeps something of a case that goes on.
func (s *Service) put(ctx context.Context, id, doc db.ID, kind string, body any) error {
	c, _, err := s.find(ctx, id)
	if err != nil {
		return err
	}
	if c.Closed != nil {
		return fault.New(fault.Conflict, "mhpss.put", "mhpss.error.closed")
	}
	return s.Vault.Put(ctx, c.Room, doc, kind, id, c.Person, body)
}

// Talked keeps a talk of a case.
func (s *Service) Talked(ctx context.Context, id, doc db.ID, t Talk) error {
	if err := errors.Join(t.Valid(s.today())...); err != nil {
		return err
	}
	return s.put(ctx, id, doc, talkLeaf, t)
}

// Refer keeps where somebody wants to go besides, and what may be told there.
func (s *Service) Refer(ctx context.Context, id, doc db.ID, v Referral) error {
	if err := errors.Join(v.Valid()...); err != nil {
		return err
	}
	return s.put(ctx, id, doc, referLeaf, v)
}

// Close ends a case. One that waits for a safety check stays open.
func (s *Service) Close(ctx context.Context, id, doc db.ID, v Closing) error {
	const op = "mhpss.Close"
	if !slices.Contains(Ends, v.Why) {
		return fault.Field(op, "why", "mhpss.error.why")
	}
	c, _, err := s.find(ctx, id)
	if err != nil {
		return err
	}
	if since, _ := c.Waits(); !since.IsZero() {
		return fault.Field(op, "why", "mhpss.error.check_first")
	}
	return s.put(ctx, id, doc, closeLeaf, v)
}

// Erase asks that a case be destroyed, or agrees with a member who asked.
func (s *Service) Erase(ctx context.Context, id db.ID) error {
	a, err := access.Acting(ctx, "mhpss.Erase")
	if err != nil {
		return err
	}
	c, _, err := s.find(ctx, id)
	switch {
	case err != nil:
		return err
	case c.Erasing.IsZero():
		return s.Vault.AskErase(ctx, c.Room, id)
	case c.Erasing == a.User:
		return fault.New(fault.Conflict, "mhpss.Erase", "seal.error.two")
	}
	return s.Vault.Erase(ctx, c.Room, id)
}
