package outbreak

import (
	"strings"

	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// atlas reads of places what many stays need only once.
type atlas struct {
	s      *Service
	tx     *db.Tx
	chains map[string]Chain
	stays  map[[2]string]Chain
	sites  []place.Site
	read   bool
}

func (s *Service) atlas(tx *db.Tx) *atlas {
	return &atlas{s: s, tx: tx, chains: map[string]Chain{}, stays: map[[2]string]Chain{}}
}

// chain is a place and what it lies in. A place that is not here yet is only itself.
func (a *atlas) chain(code string) (Chain, error) {
	if c, ok := a.chains[code]; ok {
		return c, nil
	}
	c, err := a.work(code)
	if err == nil {
		a.chains[code] = c
	}
	return c, err
}

func (a *atlas) work(code string) (Chain, error) {
	out := Chain{code}
	if site, ok := strings.CutPrefix(code, SitePrefix); ok {
		st, err := a.s.Sites.Site(a.tx, site)
		if fault.Is(err, fault.NotFound) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		return a.above(out, st.Area, st.Country)
	}
	if _, ok := place.Country(code); ok {
		return out, nil
	}
	area, err := a.s.Places.Area(a.tx, code)
	if err == nil {
		return a.up(out, area)
	}
	if !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	p, err := a.s.Places.Point(a.tx, code)
	if fault.Is(err, fault.NotFound) {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	if p.Site != "" {
		out = append(out, SitePrefix+p.Site)
	}
	return a.above(out, p.Area, p.Country)
}

// above adds an area, where one is known, and what it lies in.
func (a *atlas) above(c Chain, code, country string) (Chain, error) {
	if code != "" {
		area, err := a.s.Places.Area(a.tx, code)
		if err == nil {
			return a.up(append(c, code), area)
		}
		if !fault.Is(err, fault.NotFound) {
			return nil, err
		}
	}
	if country != "" {
		c = append(c, country)
	}
	return c, nil
}

func (a *atlas) up(c Chain, area place.Area) (Chain, error) {
	above, err := a.s.Places.Ancestors(a.tx, area.Code)
	for _, x := range above {
		c = append(c, x.Code)
	}
	if area.Country != "" {
		c = append(c, area.Country)
	}
	return c, err
}

// all are the sites.
func (a *atlas) all() ([]place.Site, error) {
	if a.read {
		return a.sites, nil
	}
	var err error
	a.sites, err = a.s.Sites.All(a.tx)
	a.read = err == nil
	return a.sites, err
}

// of is where a stay was: the place that its words mean, if they mean one, else the
// country.
func (a *atlas) of(st people.Stay) (Chain, error) {
	key := [2]string{st.Place, st.Detail}
	if c, ok := a.stays[key]; ok {
		return c, nil
	}
	c, err := a.meant(st)
	if err == nil {
		a.stays[key] = c
	}
	return c, err
}

func (a *atlas) meant(st people.Stay) (Chain, error) {
	tries := []string{st.Detail}
	if parts := parts(st.Detail); len(parts) > 1 {
		tries = append(tries, parts...) // "Camp, section B": the smallest part that is known
	}
	for _, text := range tries {
		if c, err := a.find(text, st.Place); c != nil || err != nil {
			return c, err
		}
	}
	return Chain{st.Place}, nil
}

// parts are the places of "Camp, section B".
func parts(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",،;/()", r) })
}

// find is the one place or site of a name in a country, or of the world where that is "";
// nil where there is none, or more than one.
func (a *atlas) find(text, country string) (Chain, error) {
	if text = strings.TrimSpace(text); text == "" {
		return nil, nil
	}
	ref, err := a.s.Places.Exact(a.tx, place.Query{Text: text, Within: country})
	if fault.Is(err, fault.Invalid) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if ref != nil {
		return a.chain(ref.Code)
	}
	code, err := a.siteNamed(text, country)
	if err != nil || code == "" {
		return nil, err
	}
	return a.chain(SitePrefix + code)
}

// siteNamed is the one site with a name, of a country or of the world where that is "".
func (a *atlas) siteNamed(text, country string) (string, error) {
	sites, err := a.all()
	found := ""
	for _, st := range sites {
		if country != "" && st.Country != country {
			continue
		}
		for _, name := range st.Names {
			if strings.EqualFold(strings.TrimSpace(name), text) && found != st.Code {
				if found != "" {
					return "", err
				}
				found = st.Code
			}
		}
	}
	return found, err
}

// visits are the times of a person at places, for rules.
func (a *atlas) visits(w people.Whereabouts) (told, error) {
	out := told{Birth: w.Birth}
	for _, st := range w.Stays {
		at, err := a.of(st)
		if err != nil {
			return out, err
		}
		out.Visits = append(out.Visits, Visit{ID: st.ID, At: at, Span: st.Span(), Sure: st.Sure != people.SureGuess && !st.Disputed})
	}
	for _, c := range w.Came {
		at, err := a.chain(SitePrefix + c.Site)
		if err != nil {
			return out, err
		}
		out.Visits = append(out.Visits, visitOfDay(c, at))
	}
	return out, nil
}
