package travel

import (
	"context"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// Person is somebody on a movement, as their travel page shows them.
type Person struct {
	Movement Movement
	Banner   *page.Banner
	Passenger
	Declared Declaration
	Check    Looked // zero: none, or none for this reader
	Signer   string
	Escort   Escort

	SeesCheck bool // may read clinical content of this person
	MayCheck  bool // may begin a check
	MayFile   bool // may hand out a medical file
	MayWrite  bool // may change the list
	HasCheck  bool
}

// Person opens somebody's travel page.
func (s *Service) Person(ctx context.Context, movement, person db.ID, lang string) (out Person, err error) {
	const op = "travel.Person"
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out = Person{}
		t, err := s.listed(ctx, tx, access.TravelRead, movement, person)
		if err != nil {
			return err
		}
		d, err := s.desk(tx, t.move)
		if err != nil {
			return err
		}
		st, err := d.standing(person)
		if err != nil {
			return err
		}
		out.Movement, out.Declared = t.move, st.Declared
		out.Passenger = Passenger{Brief: t.who, Traveller: t.at, Gaps: st.Gaps(t.move.Day), Level: st.Fitness.Level}
		res := Check{Person: person, Site: t.who.Resource.Site, Programme: t.who.Resource.Programme}.Resource()
		out.SeesCheck, out.MayCheck = s.Access.May(ctx, access.ClinicalRead, res), s.Access.May(ctx, access.ClinicalWrite, res)
		out.MayFile = s.Access.May(ctx, access.ExportResults, res)
		out.MayWrite = s.Access.May(ctx, access.TravelWrite, t.who.Resource)
		if out.SeesCheck {
			if out.Check, out.HasCheck, err = s.look(ctx, tx, d, person, lang); err != nil {
				return err
			}
			out.Escort = d.escorts[person]
			if out.Check.Signed() {
				out.Signer, _ = access.UserName(tx, out.Check.SignedBy)
			}
		}
		out.Banner, err = s.People.Banner(ctx, tx, person)
		return err
	})
	if err == nil {
		err = s.Access.Opened(ctx, person, "travel.person")
	}
	return out, fault.Wrap(op, err)
}

// mostOf is how many departures of one person are shown on their page.
const mostOf = 3

// Links are the ways from a person's page: the movements that they are on, the next first.
func (s *Service) Links(ctx context.Context, person db.ID) []page.Link {
	var out []page.Link
	_ = s.DB.Read(ctx, func(tx *db.Tx) error {
		list, err := travellers(tx, "subject = ? AND off = 0", person)
		if err != nil {
			return err
		}
		for _, t := range list {
			m, err := findMovement(tx, t.Movement)
			if err != nil || m.Day < s.today()-mostAhead || !s.Access.May(ctx, access.TravelRead, m.Resource()) || len(out) == mostOf {
				continue
			}
			out = append(out, page.Link{Href: personPath(m.ID, person), Text: page.M("travel.link", "day", page.DateText(m.Day.Date()))})
		}
		return nil
	}) // a way that cannot be shown is left out: the page itself still helps
	return out
}
