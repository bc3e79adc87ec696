package outbreak

import (
	"context"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// Seen is what is known of a person's exposures, as a page shows it.
type Seen struct {
	List   []Exposure
	Places map[db.ID]string
	Banner *page.Banner // nil for whoever may not open the person
	Who    Who          // as a list names them
}

// bannerOf is the banner of a person. Whoever may open what somebody was exposed to and
// not the person, as an epidemiologist may, gets none: their page names the person as the
// list did from which they came.
func (s *Service) bannerOf(ctx context.Context, tx *db.Tx, person db.ID) (*page.Banner, error) {
	b, err := s.People.Banner(ctx, tx, person)
	if fault.Is(err, fault.Forbidden) {
		return nil, nil
	}
	return b, err
}

// briefOf names a person as a list does.
func (s *Service) briefOf(tx *db.Tx, person db.ID) (Who, error) {
	briefs, err := s.People.Briefs(tx, []db.ID{person})
	return Who{Person: person, Brief: briefs[person], On: s.today()}, err
}

// Exposures opens what a person was exposed to.
func (s *Service) Exposures(ctx context.Context, person db.ID, lang string) (out Seen, err error) {
	const op = "outbreak.Exposures"
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		res, err := s.resource(tx, person)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.ExposureRead, res); err != nil {
			return err
		}
		if out.Banner, err = s.bannerOf(ctx, tx, person); err != nil {
			return err
		}
		if out.Who, err = s.briefOf(tx, person); err != nil {
			return err
		}
		return s.seen(tx, person, lang, &out)
	})
	if err != nil {
		return out, fault.Wrap(op, err)
	}
	return out, fault.Wrap(op, s.Access.Opened(ctx, person, "outbreak.exposure"))
}

func (s *Service) seen(tx *db.Tx, person db.ID, lang string, out *Seen) (err error) {
	if out.List, err = s.exposures(tx, person, s.today()); err != nil {
		return err
	}
	var met []MetBy
	for _, e := range out.List {
		met = append(met, e.Met...)
	}
	out.Places, err = s.placesOf(tx, met, lang)
	return err
}

// Flags are what the banner says of a person: yes and possible, to whoever may open it.
func (s *Service) Flags(ctx context.Context, tx *db.Tx, person db.ID) ([]page.Tag, error) {
	if !s.Access.Ever(ctx, access.ExposureRead) {
		return nil, nil
	}
	res, err := s.resource(tx, person)
	if err != nil || !s.Access.May(ctx, access.ExposureRead, res) {
		return nil, err
	}
	list, err := s.exposures(tx, person, s.today())
	var out []page.Tag
	for _, e := range list {
		if e.told() {
			out = append(out, page.Tag{Level: page.Quiet, Text: page.M("outbreak.flag", "disease", diseaseMsg(e.Disease), "answer", page.M("outbreak.answer."+string(e.Answer)))})
		}
	}
	return out, err
}

// told reports whether an exposure is said without being asked for. A virus whose species
// is known is not said a second time as the virus of any species; and a stay that is known
// only as a country with an affected district in it says too little to stand above
// everybody's record. The fact and the page of exposures have both.
func (e Exposure) told() bool {
	if e.Answer != Yes && e.Answer != Possible {
		return false
	}
	for _, m := range e.Met {
		if m.Outbreak.Disease == e.Disease && m.Lies == Inside {
			return true
		}
	}
	return false
}

// remarks is what follows from a person's journey, for whoever may open it; an error is
// nothing to say: the journey itself still helps.
func (s *Service) remarksOf(ctx context.Context, person db.ID, lang string) (out Seen) {
	_ = s.DB.Read(ctx, func(tx *db.Tx) error {
		res, err := s.resource(tx, person)
		if err != nil || !s.Access.May(ctx, access.ExposureRead, res) {
			return err
		}
		return s.seen(tx, person, lang, &out)
	})
	return out
}
