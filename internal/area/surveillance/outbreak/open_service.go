package outbreak

import (
	"context"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// Opened is an outbreak as its page shows it.
type Opened struct {
	Outbreak
	Base       journal.Base
	Names      []string // of its places, in a language
	Users      map[db.ID]string
	In         Incubation
	MayDeclare bool
	MayPeople  bool
	Page       Page // without the people: the counts
}

// Open opens an outbreak.
func (s *Service) Open(ctx context.Context, id db.ID, locale string) (out Opened, err error) {
	const op = "outbreak.Open"
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		doc, err := s.Journal.Load(tx, id)
		if err != nil {
			return err
		}
		if doc.Kind != kindOutbreak || doc.Error {
			return fault.New(fault.NotFound, op, "page.error.not_found")
		}
		if err := s.Access.Check(ctx, access.OutbreakRead, access.Of(doc)); err != nil {
			return err
		}
		if out.Outbreak, err = outbreakOf(doc); err != nil {
			return err
		}
		out.Base, out.Users = doc.Version, map[db.ID]string{}
		if out.Names, err = s.named(tx, out.Places, locale); err != nil {
			return err
		}
		for _, st := range out.Steps {
			if out.Users[st.By], err = access.UserName(tx, st.By); err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
		}
		out.MayDeclare = s.Access.May(ctx, access.OutbreakDeclare, access.Of(doc))
		return s.counted(ctx, tx, &out)
	})
	return out, fault.Wrap(op, err)
}

// counted tells whoever may open people how many there are at their sites.
func (s *Service) counted(ctx context.Context, tx *db.Tx, o *Opened) error {
	on, a := s.today(), s.atlas(tx)
	p, err := s.active(tx, packCounter, on)
	if err != nil {
		return err
	}
	r, err := s.running(a, p, o.Outbreak, on)
	if err != nil {
		return err
	}
	o.In = r.In
	sc, err := s.Access.Scope(ctx, access.ExposureRead)
	if err != nil || sc.Empty() {
		return err
	}
	o.MayPeople = true
	f := MetFilter{Since: never + 1}
	if r.In.Known {
		f.Since = on - calendar.Day(r.In.Days)
	}
	if o.Page.Total, o.Page.Certain, err = countMet(tx, sc, o.ID, f); err != nil {
		return err
	}
	o.Page.Looking, err = s.looking(a, r, on)
	return err
}

// Meant are places that somebody typed, one a line, with the names that mean none.
type Meant struct {
	Codes []string
	Wrong []string
}

// Mean finds which places of a country are meant by names.
func (s *Service) Mean(ctx context.Context, country, text string) (out Meant, err error) {
	const op = "outbreak.Mean"
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		for _, line := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' || r == ';' }) {
			if line = strings.TrimSpace(line); line == "" {
				continue
			}
			ref, err := s.Places.Exact(tx, place.Query{Text: line, Within: country})
			if err != nil && !fault.Is(err, fault.Invalid) {
				return err
			}
			if ref == nil {
				out.Wrong = append(out.Wrong, line)
			} else if !slices.Contains(out.Codes, ref.Code) {
				out.Codes = append(out.Codes, ref.Code)
			}
		}
		return nil
	})
	return out, fault.Wrap(op, err)
}

// choices are the sites that an outbreak may be at, and the names of places that it
// is at already.
func (s *Service) choices(ctx context.Context, o Outbreak, locale string) (sites []place.Site, names []string, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if sites, err = s.Sites.All(tx); err != nil {
			return err
		}
		names, err = s.named(tx, o.Places, locale)
		return err
	})
	sites = slices.DeleteFunc(sites, func(st place.Site) bool { return st.Closed && !slices.Contains(o.Places, SitePrefix+st.Code) })
	return sites, names, err
}

// Told is one person's page for one outbreak.
type Told struct {
	Outbreak Outbreak
	Names    []string
	Who      Who
	Exposure Exposure
	Places   map[db.ID]string // of the meetings, by the stay or arrival
	Banner   *page.Banner
	MayOffer bool
	Users    map[db.ID]string
}

// PersonOf opens what is known of one person and one outbreak.
func (s *Service) PersonOf(ctx context.Context, id, person db.ID, lang string) (out Told, err error) {
	const op = "outbreak.PersonOf"
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if out.Outbreak, err = findOutbreak(tx, id); err != nil {
			return err
		}
		_, res, err := s.People.Identity(tx, person)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.ExposureRead, clinical(res)); err != nil {
			return err
		}
		out.MayOffer = s.Access.May(ctx, access.ExposureOffer, clinical(res))
		if out.Banner, err = s.bannerOf(ctx, tx, person); err != nil {
			return err
		}
		if out.Names, err = s.named(tx, out.Outbreak.Places, lang); err != nil {
			return err
		}
		return s.personOf(ctx, tx, &out, person, lang)
	})
	if err != nil {
		return out, fault.Wrap(op, err)
	}
	return out, fault.Wrap(op, s.Access.Opened(ctx, person, "outbreak.person"))
}

func (s *Service) personOf(ctx context.Context, tx *db.Tx, out *Told, person db.ID, lang string) error {
	on, a := s.today(), s.atlas(tx)
	m, err := s.menu(tx, out.Outbreak, lang)
	if err != nil {
		return err
	}
	r, err := s.running(a, m.counter, out.Outbreak, on)
	if err != nil {
		return err
	}
	w, err := s.People.WhereaboutsOf(tx, person)
	if err != nil {
		return err
	}
	j, err := a.visits(w)
	if err != nil {
		return err
	}
	d, _ := s.Lists.Disease(out.Outbreak.Disease)
	out.Exposure, _ = s.exposedTo(d, j, w, []running{r}, on)
	who, err := s.whos(ctx, tx, m, r, []met{func() met { x := row(j, r, on); x.Person = person; return x }()}, calendar.Date{})
	if err != nil || len(who) == 0 {
		return err
	}
	out.Who, out.Users = who[0], map[db.ID]string{}
	out.Who.Answer = out.Exposure.Answer
	for _, c := range out.Who.Care {
		for _, is := range c.Offer.Told {
			if out.Users[is.By], err = access.UserName(tx, is.By); err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
		}
	}
	out.Places, err = s.placesOf(tx, out.Exposure.Met, lang)
	return err
}

// placesOf names where each meeting was.
func (s *Service) placesOf(tx *db.Tx, met []MetBy, lang string) (map[db.ID]string, error) {
	out := map[db.ID]string{}
	for _, m := range met {
		if !m.Came {
			continue
		}
		name, err := s.nameOf(tx, SitePrefix+m.On.Site, lang)
		if err != nil {
			return nil, err
		}
		out[m.Of] = name
	}
	return out, nil
}
