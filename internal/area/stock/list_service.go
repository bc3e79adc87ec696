package stock

import (
	"cmp"
	"context"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// mostItems is how many items a list holds.
const mostItems = 2000

// Overview is what a site has.
type Overview struct {
	Site     place.Site
	Sites    []place.Site // that the actor may look at
	List     []Standing
	Left     bool // there are more than mostItems
	Transfer []Transfer
	Edits    bool
	Moves    bool
	On, Soon calendar.Day
	Names    map[db.ID]Item
	Lots     map[db.ID]Lot
}

// Overview answers what a site has; "" is the actor's first. within is how many days ahead
// what expires is told.
func (s *Service) Overview(ctx context.Context, site string, within int) (out Overview, err error) {
	const op = "stock.Overview"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return out, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out = Overview{On: s.today(), Soon: s.today() + calendar.Day(within), Names: map[db.ID]Item{}, Lots: map[db.ID]Lot{}}
		all, err := s.Sites.All(tx)
		if err != nil {
			return err
		}
		for _, p := range all {
			if s.Access.May(ctx, access.StockRead, at(p.Code)) {
				out.Sites = append(out.Sites, p)
			}
		}
		if site == "" {
			site = firstOf(a, out.Sites)
		}
		if err := s.Access.Check(ctx, access.StockRead, at(site)); err != nil {
			return err
		}
		if out.Site, err = s.Sites.Site(tx, site); err != nil {
			return err
		}
		out.Edits, out.Moves = s.Access.May(ctx, access.StockEdit, at(site)), s.Access.May(ctx, access.StockWrite, at(site))
		return s.stand(tx, &out)
	})
	return out, fault.Wrap(op, err)
}

// firstOf is the site that somebody starts at.
func firstOf(a access.Actor, may []place.Site) string {
	if a.Site() != "" || len(may) == 0 {
		return a.Site()
	}
	return may[0].Code
}

func (s *Service) stand(tx *db.Tx, out *Overview) error {
	all, err := items(tx, mostItems+1)
	if err != nil {
		return err
	}
	if out.Left = len(all) > mostItems; out.Left {
		all = all[:mostItems]
	}
	levels, err := levelsOf(tx, out.Site.Code)
	if err != nil {
		return err
	}
	shelves, err := shelvesOf(tx, out.Site.Code, db.ID{}, false)
	if err != nil {
		return err
	}
	for _, i := range all {
		out.Names[i.ID] = i
		if i.Gone && sumOf(shelves[i.ID], 0) == 0 {
			continue
		}
		out.List = append(out.List, Stand(i, levels[i.ID], shelves[i.ID], out.On, out.Soon))
	}
	if out.Transfer, err = openTransfers(tx, out.Site.Code, 200); err != nil {
		return err
	}
	for _, t := range out.Transfer {
		if l, err := findLot(tx, t.Lot); err == nil {
			out.Lots[t.Lot] = l
		}
	}
	return nil
}

// cardLines is how many movements a card shows.
const cardLines = 200

// Card is an item at a site.
type Card struct {
	Standing
	Site  place.Site
	To    []place.Site // where it may be sent
	Lines []Line
	Left  bool // there are more than cardLines movements
	Lots  map[db.ID]Lot
	Edits bool
	Moves bool
	On    calendar.Day
}

// Card opens an item at a site.
func (s *Service) Card(ctx context.Context, item db.ID, site string) (out Card, err error) {
	const op = "stock.Card"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return out, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out = Card{On: s.today(), Lots: map[db.ID]Lot{}}
		all, err := s.Sites.All(tx)
		if err != nil {
			return err
		}
		var may []place.Site
		for _, p := range all {
			if s.Access.May(ctx, access.StockRead, at(p.Code)) {
				may = append(may, p)
			}
		}
		if site == "" {
			site = firstOf(a, may)
		}
		if err := s.Access.Check(ctx, access.StockRead, at(site)); err != nil {
			return err
		}
		if out.Site, err = s.Sites.Site(tx, site); err != nil {
			return err
		}
		for _, p := range all {
			if p.Code != site && !p.Closed {
				out.To = append(out.To, p)
			}
		}
		i, err := findItem(tx, item)
		if err != nil {
			return err
		}
		levels, err := levelsOf(tx, site)
		if err != nil {
			return err
		}
		shelves, err := shelvesOf(tx, site, item, false)
		if err != nil {
			return err
		}
		slices.SortFunc(shelves[item], func(a, b Shelf) int { return cmp.Or(cmp.Compare(a.Expiry, b.Expiry), cmp.Compare(a.Number, b.Number)) })
		out.Standing = Stand(i, levels[item], shelves[item], out.On, out.On)
		for _, h := range shelves[item] {
			out.Lots[h.Lot.ID] = h.Lot
		}
		out.Edits, out.Moves = s.Access.May(ctx, access.StockEdit, at(site)), s.Access.May(ctx, access.StockWrite, at(site))
		out.Lines, out.Left, err = card(tx, site, item, cardLines)
		return err
	})
	return out, fault.Wrap(op, err)
}

// Kept is an item and how many units of it may be given at a site.
type Kept struct {
	Item
	N int64
}

// Kept lists the items of an ATC code, with what of each may be given at a site today.
func (s *Service) Kept(tx *db.Tx, site, atc string) ([]Kept, error) {
	list, err := itemsOf(tx, atc)
	var out []Kept
	for _, i := range list {
		if i.Gone {
			continue
		}
		shelves, err := shelvesOf(tx, site, i.ID, false)
		if err != nil {
			return nil, err
		}
		out = append(out, Kept{Item: i, N: sumOf(shelves[i.ID], s.today())})
	}
	return out, err
}

// ItemIn is an item, in the caller's transaction.
func (s *Service) ItemIn(tx *db.Tx, id db.ID) (Item, error) { return findItem(tx, id) }

// Coming is a transfer and what it is of.
type Coming struct {
	Transfer
	Item   Item
	Lot    Lot
	Sender place.Site
	Moves  bool
}

// Coming opens a transfer to a site of the actor's.
func (s *Service) Coming(ctx context.Context, id db.ID) (out Coming, err error) {
	const op = "stock.Coming"
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if out.Transfer, err = findTransfer(tx, id); err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.StockRead, at(out.To)); err != nil {
			return err
		}
		out.Moves = s.Access.May(ctx, access.StockWrite, at(out.To))
		if out.Item, err = findItem(tx, out.Transfer.Item); err != nil {
			return err
		}
		if out.Lot, err = findLot(tx, out.Transfer.Lot); err != nil {
			return err
		}
		out.Sender, err = s.Sites.Site(tx, out.From)
		return err
	})
	return out, fault.Wrap(op, err)
}

// editable is the site whose list the actor may change: the one asked for, or their first.
func (s *Service) editable(ctx context.Context, site string) (string, error) {
	a, err := access.Acting(ctx, "stock.editable")
	if err != nil {
		return "", err
	}
	if site == "" {
		site = a.Site()
	}
	return site, s.Access.Check(ctx, access.StockEdit, at(site))
}
