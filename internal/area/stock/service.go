package stock

import (
	"context"
	"embed"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

//go:embed locales
var files embed.FS

// Pages are the words of this area; its pages are sheets.
func Pages() page.Area { return page.Area{Name: "stock", Templates: files, Locales: files} }

// Sites are the sites that there are.
type Sites interface {
	Site(tx *db.Tx, code string) (place.Site, error)
	All(tx *db.Tx) ([]place.Site, error)
}

// Deps is what a Service needs.
type Deps struct {
	DB      *db.DB
	Journal *journal.Journal
	Access  *access.Access
	Pages   *page.Renderer
	Sites   Sites
	Clock   func() time.Time
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

func (s *Service) now() time.Time      { return s.Clock().UTC().Truncate(time.Microsecond) }
func (s *Service) today() calendar.Day { return calendar.DayOfTime(s.Clock()) }

// purpose is that of everything in this area: it is about nobody.
const purpose = "administration"

// at is a site's stock as a policy sees it.
func at(site string) access.Resource {
	return access.Resource{Kind: kindMovement, Site: site, Sensitivity: journal.Identity}
}

// put appends a change to a document that may be there already: its author has seen it as
// it stands.
func (s *Service) put(tx *db.Tx, by journal.Author, c journal.Change) error {
	c.Sensitivity, c.Purpose = journal.Identity, purpose
	d, err := s.Journal.Load(tx, c.Doc)
	switch {
	case err == nil:
		c.Base = d.Version
	case !fault.Is(err, fault.NotFound):
		return err
	}
	return s.Journal.Append(tx, by, c)
}

// SaveItem makes an item or changes it, and says how much of it a site keeps; no site, and
// nothing of that is said.
func (s *Service) SaveItem(ctx context.Context, i Item, site string, l Level) (db.ID, error) {
	const op = "stock.SaveItem"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return db.ID{}, err
	}
	if err := s.Access.Check(ctx, access.StockEdit, at(site)); err != nil {
		return db.ID{}, err
	}
	i = i.clean()
	if err := errors.Join(append(i.Valid(), l.Valid()...)...); err != nil {
		return db.ID{}, err
	}
	i.ID = ItemKey(i.Code)
	return i.ID, fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error { return s.saveItem(tx, a, i, site, l) }))
}

func (s *Service) saveItem(tx *db.Tx, a access.Actor, i Item, site string, l Level) error {
	if err := s.put(tx, a.Author(), journal.Change{Kind: kindItem, Doc: i.ID, Fields: map[string]any{
		"code": i.Code, "name": i.Name, "sort": i.Sort, "atc": i.ATC, "strength": i.Strength, "unit": i.Unit, "content": i.Content, "gone": i.Gone}}); err != nil {
		return err
	}
	if site == "" {
		return nil
	}
	return s.put(tx, a.Author(), journal.Change{Kind: kindLevel, Doc: idOf("stock.level %s %s", site, i.ID), Site: site, Fields: map[string]any{"item": i.ID, "min": l.Min, "max": l.Max}})
}

// Receipt is what came in.
type Receipt struct {
	ID     db.ID // of the movement, made when the form was shown
	Site   string
	Item   db.ID
	Number string // of the lot
	Expiry calendar.Day
	N      int64
	From   string
}

// Receive takes units in.
func (s *Service) Receive(ctx context.Context, r Receipt) error {
	const op = "stock.Receive"
	r.Number, r.From = strings.TrimSpace(r.Number), strings.TrimSpace(r.From)
	var errs []error
	bad := func(field, key string) { errs = append(errs, fault.Field(op, field, "stock.error."+key)) }
	if n := utf8.RuneCountInString(r.Number); n < 1 || n > longCode {
		bad("lot", "lot")
	}
	if r.N <= 0 || r.N > most {
		bad("n", "number")
	}
	switch {
	case r.Expiry == 0:
		bad("expiry", "expiry")
	case r.Expiry < s.today():
		bad("expiry", "expired")
	}
	if utf8.RuneCountInString(r.From) > longText {
		bad("party", "long")
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	return s.move(ctx, op, r.Site, r.Item, func(tx *db.Tx, a access.Actor, _ []Shelf) error {
		id := LotKey(r.Item, r.Number)
		if old, err := findLot(tx, id); err == nil && old.Expiry != r.Expiry {
			return fault.Field(op, "expiry", "stock.error.other_expiry")
		} else if err != nil {
			if !fault.Is(err, fault.NotFound) {
				return err
			}
			if err := s.put(tx, a.Author(), journal.Change{Kind: kindLot, Doc: id, Fields: map[string]any{"item": r.Item, "number": r.Number, "expiry": r.Expiry}}); err != nil {
				return err
			}
		}
		return s.note(tx, a.Author(), Movement{ID: r.ID, Site: r.Site, Item: r.Item, Lot: id, N: r.N, Why: Received, Party: r.From, By: a.User})
	})
}

// move checks that the actor may change a site's stock of an item that there is, and gives
// what stands on its shelves.
func (s *Service) move(ctx context.Context, op, site string, item db.ID, do func(tx *db.Tx, a access.Actor, shelves []Shelf) error) error {
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := s.Access.Check(ctx, access.StockWrite, at(site)); err != nil {
			return err
		}
		if _, err := s.Sites.Site(tx, site); err != nil {
			return err
		}
		if _, err := findItem(tx, item); err != nil {
			return err
		}
		all, err := shelvesOf(tx, site, item, true)
		if err != nil {
			return err
		}
		return do(tx, a, all[item])
	}))
}

// note writes one movement.
func (s *Service) note(tx *db.Tx, by journal.Author, m Movement) error {
	if m.ID.IsZero() {
		m.ID = db.NewID()
	}
	err := s.Journal.Append(tx, by, journal.Change{Kind: kindMovement, Doc: m.ID, Site: m.Site, Sensitivity: journal.Identity, Purpose: purpose, Fields: map[string]any{
		"item": m.Item, "lot": m.Lot, "n": m.N, "why": m.Why, "reason": m.Reason, "party": m.Party, "day": s.today(), "at": s.now(), "by": m.By}})
	if fault.Is(err, fault.Conflict) {
		return fault.New(fault.Conflict, "stock.note", "stock.error.sent_twice")
	}
	return err
}

// short says that there is not enough.
func short(op, field string, there int64) error {
	return &fault.Error{Code: fault.Conflict, Op: op, Field: field, Key: "stock.error.short", Args: map[string]any{"count": there}}
}

// sumOf is how many units may be given on a day.
func sumOf(shelves []Shelf, on calendar.Day) (n int64) {
	for _, h := range shelves {
		if h.Usable(on) {
			n += h.N
		}
	}
	return n
}

// Issue hands units to a ward, a team or a session, first expiry first.
func (s *Service) Issue(ctx context.Context, id db.ID, site string, item db.ID, n int64, to string) error {
	const op = "stock.Issue"
	to = strings.TrimSpace(to)
	if err := errors.Join(countFault(op, n), textFault(op, "party", to, true)); err != nil {
		return err
	}
	return s.move(ctx, op, site, item, func(tx *db.Tx, a access.Actor, shelves []Shelf) error {
		_, err := s.takeOut(tx, a.Author(), op, shelves, n, s.today(), Movement{ID: id, Site: site, Item: item, Why: Issued, Party: to, By: a.User})
		return err
	})
}

// takeOut writes the movements that take n units of what expires first.
func (s *Service) takeOut(tx *db.Tx, by journal.Author, op string, shelves []Shelf, n int64, until calendar.Day, m Movement) ([]Pick, error) {
	picks, missing := FirstOut(shelves, n, s.today(), until)
	if missing > 0 {
		return nil, short(op, "n", n-missing)
	}
	for i, p := range picks {
		m.Lot, m.N = p.Lot.ID, -p.N
		if i > 0 {
			m.ID = db.ID{} // the first has the id of the form, so that sent twice is seen
		}
		if err := s.note(tx, by, m); err != nil {
			return nil, err
		}
	}
	return picks, nil
}

// Give takes units for a person, in the caller's transaction, first expiry first; what
// expires before until is left on the shelf. The movement does not say for whom. id is made
// beforehand, so that a replay is seen.
func (s *Service) Give(tx *db.Tx, by journal.Author, id db.ID, site string, item db.ID, n int64, until calendar.Day) ([]Pick, error) {
	const op = "stock.Give"
	if err := countFault(op, n); err != nil {
		return nil, err
	}
	all, err := shelvesOf(tx, site, item, true)
	if err != nil {
		return nil, err
	}
	return s.takeOut(tx, by, op, all[item], n, until, Movement{ID: id, Site: site, Item: item, Why: Given})
}

// Lose takes units of a lot away, with the reason.
func (s *Service) Lose(ctx context.Context, id db.ID, site string, item, lot db.ID, n int64, why Loss, words string) error {
	const op = "stock.Lose"
	words = strings.TrimSpace(words)
	errs := []error{countFault(op, n), textFault(op, "words", words, why == Other)}
	if !slices.Contains(Losses, why) {
		errs = append(errs, fault.Field(op, "reason", "stock.error.reason"))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return s.move(ctx, op, site, item, func(tx *db.Tx, a access.Actor, shelves []Shelf) error {
		h, err := shelf(op, shelves, lot)
		if err != nil {
			return err
		}
		if h.N < n {
			return short(op, "n", max(h.N, 0))
		}
		return s.note(tx, a.Author(), Movement{ID: id, Site: site, Item: item, Lot: lot, N: -n, Why: Lost, Reason: string(why), Party: words, By: a.User})
	})
}

func shelf(op string, shelves []Shelf, lot db.ID) (Shelf, error) {
	i := slices.IndexFunc(shelves, func(h Shelf) bool { return h.Lot.ID == lot })
	if i < 0 {
		return Shelf{}, fault.Field(op, "lot", "stock.error.which_lot")
	}
	return shelves[i], nil
}

// Count says how many units of a lot were found. What differs is a movement of its own; a
// count that finds what was thought changes nothing.
func (s *Service) Count(ctx context.Context, id db.ID, site string, item, lot db.ID, found int64, words string) error {
	const op = "stock.Count"
	words = strings.TrimSpace(words)
	if found < 0 {
		return fault.Field(op, "n", "stock.error.below_zero")
	}
	if found > most {
		return fault.Field(op, "n", "stock.error.number")
	}
	return s.move(ctx, op, site, item, func(tx *db.Tx, a access.Actor, shelves []Shelf) error {
		h, err := shelf(op, shelves, lot)
		if err != nil {
			return err
		}
		if h.N == found {
			return nil
		}
		if err := textFault(op, "words", words, true); err != nil {
			return err
		}
		return s.note(tx, a.Author(), Movement{ID: id, Site: site, Item: item, Lot: lot, N: found - h.N, Why: Counted, Party: words, By: a.User})
	})
}

// Send puts units on the way to another site, first expiry first, one transfer a lot.
func (s *Service) Send(ctx context.Context, id db.ID, site string, item db.ID, n int64, to string) error {
	const op = "stock.Send"
	if err := countFault(op, n); err != nil {
		return err
	}
	return s.move(ctx, op, site, item, func(tx *db.Tx, a access.Actor, shelves []Shelf) error {
		other, err := s.Sites.Site(tx, to)
		switch {
		case fault.Is(err, fault.NotFound) || err == nil && (to == site):
			return fault.Field(op, "to", "stock.error.to")
		case err != nil:
			return err
		case other.Closed:
			return fault.Field(op, "to", "stock.error.closed")
		}
		picks, err := s.takeOut(tx, a.Author(), op, shelves, n, s.today(), Movement{ID: id, Site: site, Item: item, Why: Sent, Party: to, By: a.User})
		if err != nil {
			return err
		}
		for _, p := range picks {
			if err := s.put(tx, a.Author(), journal.Change{Kind: kindTransfer, Doc: idOf("stock.transfer %s %s", id, p.Lot.ID), Site: to, Fields: map[string]any{
				"item": item, "lot": p.Lot.ID, "n": p.N, "from": site, "to": to, "day": s.today()}}); err != nil {
				return err
			}
		}
		return nil
	})
}

// Arrive takes in what another site sent. What is less than was sent needs a word.
func (s *Service) Arrive(ctx context.Context, id db.ID, came int64, words string) error {
	const op = "stock.Arrive"
	words = strings.TrimSpace(words)
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		t, err := findTransfer(tx, id)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.StockWrite, at(t.To)); err != nil {
			return err
		}
		switch {
		case !t.Open():
			return fault.New(fault.Conflict, op, "stock.error.arrived")
		case came < 0 || came > t.N:
			return &fault.Error{Code: fault.Invalid, Op: op, Field: "n", Key: "stock.error.came", Args: map[string]any{"count": t.N}}
		}
		if err := textFault(op, "words", words, came < t.N); err != nil {
			return err
		}
		if err := s.put(tx, a.Author(), journal.Change{Kind: kindTransfer, Doc: id, Site: t.To, Fields: map[string]any{"came": came, "came_day": s.today(), "note": words}}); err != nil || came == 0 {
			return err
		}
		// Its id follows from the transfer's: two who take it in at two nodes count it once.
		return s.note(tx, a.Author(), Movement{ID: idOf("stock.arrived %s", id), Site: t.To, Item: t.Item, Lot: t.Lot, N: came, Why: Arrived, Party: t.From, By: a.User})
	}))
}

// Hold keeps a lot from being given, everywhere; no words let it go again.
func (s *Service) Hold(ctx context.Context, lot db.ID, words string) error {
	const op = "stock.Hold"
	words = strings.TrimSpace(words)
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	if err := s.Access.Check(ctx, access.StockEdit, at("")); err != nil {
		return err
	}
	if err := textFault(op, "words", words, false); err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := findLot(tx, lot); err != nil {
			return err
		}
		d, err := s.Journal.Load(tx, lot)
		if err != nil {
			return err
		}
		c := journal.Change{Kind: kindLot, Doc: lot, Fields: map[string]any{"held": words}}
		for _, alt := range d.Disputed["held"] { // whoever decides now has seen both
			c.Resolves = append(c.Resolves, alt.Version)
		}
		return s.put(tx, a.Author(), c)
	}))
}

func countFault(op string, n int64) error {
	if n <= 0 || n > most {
		return fault.Field(op, "n", "stock.error.number")
	}
	return nil
}

func textFault(op, field, text string, must bool) error {
	switch {
	case must && text == "":
		return fault.Field(op, field, "stock.error.words")
	case utf8.RuneCountInString(text) > longText:
		return fault.Field(op, field, "stock.error.long")
	}
	return nil
}
