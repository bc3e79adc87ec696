package referral

import (
	"context"
	"slices"
	"time"

	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

const (
	// mostListed is how many referrals one list shows; the page says when there are more.
	mostListed = 100
	// mostOf is how many of one person are looked at, the latest first.
	mostOf = 50
	// shownFor is how long what was answered stays in the lists.
	shownFor = 30 * 24 * time.Hour
)

// Opened is a referral as its page shows it.
type Opened struct {
	Referral
	Banner           *page.Banner // nil where the record is not open to the reader: the referral alone is
	Who              people.Brief
	FromName, ToName string
	ToClosed         bool // the site sent to was closed since
	AsSender         bool // the reader speaks for the place that sent
	MayWrite         bool
	MayPrint         bool
	Now              time.Time
}

// Look opens a referral, for either of its sites.
func (s *Service) Look(ctx context.Context, id db.ID, lang string) (out Opened, err error) {
	const op = "referral.Look"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return out, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		r, err := s.readable(ctx, tx, id)
		if err != nil {
			return err
		}
		out = Opened{Referral: r, Now: s.now()}
		as, err := s.speaks(ctx, a, r)
		out.MayWrite, out.AsSender = err == nil, as == r.Site
		list, err := s.People.Briefs(tx, []db.ID{r.Person})
		if err != nil {
			return err
		}
		out.Who = list[r.Person]
		res := r.Resource()
		out.MayPrint = out.AsSender && s.Access.May(ctx, access.ExportReferral, res)
		if err := s.names(tx, &out, lang); err != nil {
			return err
		}
		out.Banner, err = s.People.Banner(ctx, tx, r.Person)
		if fault.Is(err, fault.Forbidden) {
			return nil
		}
		return err
	})
	if err == nil {
		err = s.Access.Opened(ctx, out.Person, kindReferral)
	}
	return out, fault.Wrap(op, err)
}

// readable is a referral that the actor may read as one of its sites.
func (s *Service) readable(ctx context.Context, tx *db.Tx, id db.ID) (Referral, error) {
	r, err := find(tx, id)
	if err != nil {
		return r, err
	}
	err = s.Access.Check(ctx, access.ClinicalRead, r.Resource())
	if err != nil && r.Shared() && s.Access.May(ctx, access.ClinicalRead, r.at(r.ToSite)) {
		err = nil
	}
	return r, err
}

func (s *Service) names(tx *db.Tx, out *Opened, lang string) (err error) {
	if out.FromName, _, err = s.site(tx, out.Site, lang); err != nil {
		return err
	}
	out.ToName = out.Referral.ToName
	if out.To == ToSite {
		out.ToName, out.ToClosed, err = s.site(tx, out.ToSite, lang)
	}
	return err
}

// site is what a site is called, and whether it was closed.
func (s *Service) site(tx *db.Tx, code, lang string) (string, bool, error) {
	x, err := s.Sites.Site(tx, code)
	if fault.Is(err, fault.NotFound) {
		return code, false, nil
	}
	if name := x.Name(lang); name != "" {
		return name, x.Closed, err
	}
	return code, x.Closed, err
}

// Lists are the referrals of the actor's sites.
type Lists struct {
	Received []Opened // wait for this site's word
	Sent     []Opened // wait for another's
	Answered []Opened // both ways, of the last month
	More     bool     // a list was cut
}

// List tells what waits and what was answered, sent from and to the actor's sites. For
// whoever works everywhere every referral is one that was sent.
func (s *Service) List(ctx context.Context, lang string) (out Lists, err error) {
	const op = "referral.List"
	sc, err := s.Access.Reach(ctx, op, access.ClinicalRead)
	if err != nil {
		return out, fault.Wrap(op, err)
	}
	a, err := access.Acting(ctx, op)
	if err != nil {
		return out, err
	}
	var shown []db.ID
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, shown = Lists{}, nil
		answered := map[db.ID]bool{}
		for _, part := range []struct {
			column string
			open   bool
			into   *[]Opened
		}{{receivers, true, &out.Received}, {senders, true, &out.Sent}, {receivers, false, &out.Answered}, {senders, false, &out.Answered}} {
			rows, err := s.waiting(tx, sc, a, part.column, part.open)
			if err != nil {
				return err
			}
			if len(rows) > mostListed {
				rows, out.More = rows[:mostListed], true
			}
			for _, r := range rows {
				if !part.open && answered[r.ID] {
					continue
				}
				answered[r.ID] = !part.open
				*part.into = append(*part.into, Opened{Referral: r, AsSender: part.column == senders, Now: s.now()})
				shown = append(shown, r.Person)
			}
		}
		who, err := s.People.Briefs(tx, shown)
		if err != nil {
			return err
		}
		for _, list := range [][]Opened{out.Received, out.Sent, out.Answered} {
			for i := range list {
				list[i].Who = who[list[i].Person]
				if err := s.names(tx, &list[i], lang); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err == nil && len(shown) > 0 {
		err = s.Access.Searched(ctx, kindReferral, shown)
	}
	return out, fault.Wrap(op, err)
}

// waiting lists one more than is shown, of the actor's sites.
func (s *Service) waiting(tx *db.Tx, sc access.Scope, a access.Actor, column string, open bool) ([]Referral, error) {
	var sites []string
	if !slices.Contains(a.Sites, access.All) {
		sites = slices.Clone(a.Sites)
		if len(sites) == 0 {
			return nil, nil
		}
	} else if column == receivers {
		return nil, nil
	}
	return on(tx, sc, column, sites, open, s.now().Add(-shownFor), mostListed+1)
}

// Waiting is what the first page says: the most urgent that waits, and how many there are.
type Waiting struct {
	Received, Sent, Overdue int
	More                    bool // at least so many
	First                   []Referral
	Now                     time.Time
}

// Waiting counts what waits at the actor's sites, and names the first few, those that are
// to be answered soonest first.
func (s *Service) Waiting(ctx context.Context, most int) (out Waiting, err error) {
	const op = "referral.Waiting"
	sc, err := s.Access.Reach(ctx, op, access.ClinicalRead)
	if err != nil {
		return out, fault.Wrap(op, err)
	}
	a, err := access.Acting(ctx, op)
	if err != nil {
		return out, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out = Waiting{Now: s.now()}
		for _, column := range []string{receivers, senders} {
			rows, err := s.waiting(tx, sc, a, column, true)
			if err != nil {
				return err
			}
			if len(rows) > mostListed {
				rows, out.More = rows[:mostListed], true
			}
			for _, r := range rows {
				if column == receivers {
					out.Received++
				} else {
					out.Sent++
				}
				if r.Overdue(out.Now) {
					out.Overdue++
				}
				if !slices.ContainsFunc(out.First, func(x Referral) bool { return x.ID == r.ID }) {
					out.First = append(out.First, r)
				}
			}
		}
		slices.SortStableFunc(out.First, func(a, b Referral) int { return a.Due.Compare(b.Due) })
		out.First = out.First[:min(most, len(out.First))]
		return nil
	})
	return out, fault.Wrap(op, err)
}

// Links are the ways from a person's page: the referrals that wait, and a new one.
func (s *Service) Links(ctx context.Context, person db.ID) (out []page.Link) {
	_ = s.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := of(tx, person)
		for _, r := range all {
			if !r.State().Answers() && s.Access.May(ctx, access.ClinicalRead, r.Resource()) {
				out = append(out, page.Link{Href: Path(r.ID), Text: page.M("referral.link", "day", page.DateText(dayOf(r.At)))})
			}
		}
		if b, err := s.brief(ctx, tx, access.ClinicalWrite, person); err == nil && !b.Died {
			out = append(out, page.Link{Href: newPath + "?person=" + person.String(), Text: page.M("referral.new.title")})
		}
		return err
	}) // a way that cannot be shown is left out: the page itself still helps
	return out
}
