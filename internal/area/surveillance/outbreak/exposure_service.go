package outbreak

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// The packs that this package asks.
const (
	packCounter = "countermeasures" // incubation, and what is for which agent
	packCare    = "exposure-care"   // what is offered to somebody who was exposed
)

// FactPrefix stands before the code of a disease in the facts that packs read.
const FactPrefix = "exposed:"

// active is a pack in force, or nil where none is.
func (s *Service) active(tx *db.Tx, id string, on calendar.Day) (*pack.Pack, error) {
	p, err := s.Packs.Active(tx, id, on)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Unavailable) {
		return nil, nil
	}
	return p, err
}

// incubation asks the pack how long after an exposure a disease may begin. A row that no
// source stands behind counts like the others here: to offer too long harms nobody.
func incubation(p *pack.Pack, agent string, on calendar.Day) Incubation {
	if p == nil || agent == "" {
		return Incubation{}
	}
	d := p.Protocol.Decide(decision.Input{On: on, Unasked: true, Facts: map[string]decision.Fact{
		"agent": {Value: value.Text(agent)}, "exposure_last_date": {Value: on.Date().Value()}}})
	o, ok := d.Outcome(decision.Flag, "INCUBATION_POSSIBLE")
	if !ok || o.State != decision.Definite {
		return Incubation{}
	}
	days, err := strconv.Atoi(o.Args["days"])
	return Incubation{Known: err == nil && days >= 0, Days: days}
}

// runnings are the outbreaks that may count, with their places and incubations.
func (s *Service) runnings(a *atlas, on calendar.Day) ([]running, error) {
	list, err := allOutbreaks(a.tx)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	p, err := s.active(a.tx, packCounter, on)
	if err != nil {
		return nil, err
	}
	var out []running
	for _, o := range list {
		if o.State() == Discarded {
			continue
		}
		r, err := s.running(a, p, o, on)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

func (s *Service) running(a *atlas, p *pack.Pack, o Outbreak, on calendar.Day) (running, error) {
	r := running{Outbreak: o}
	for _, code := range o.Places {
		c, err := a.chain(code)
		if err != nil {
			return r, err
		}
		r.Affected = append(r.Affected, c)
		if _, ok := place.Country(c[len(c)-1]); !ok {
			r.Astray = true
		}
	}
	if d, ok := s.Lists.Disease(o.Disease); ok {
		r.In = incubation(p, d.Agent, on)
	}
	return r, nil
}

// Exposure is what is known of one person and one disease.
type Exposure struct {
	Disease string
	Answer  Answer
	Met     []MetBy // what says so, the surest and latest first
}

// MetBy is one meeting, with the outbreak and the visit that met.
type MetBy struct {
	Meeting
	Outbreak Outbreak
	In       Incubation
	Stay     people.Stay // of a stay that was told
	On       people.Came // of a day at a site
}

// exposures answers for every disease that an outbreak was declared of.
func (s *Service) exposures(tx *db.Tx, person db.ID, on calendar.Day) ([]Exposure, error) {
	a := s.atlas(tx)
	all, err := s.runnings(a, on)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return s.exposuresTo(a, all, person, on)
}

// exposuresTo is exposures where the outbreaks were read before.
func (s *Service) exposuresTo(a *atlas, all []running, person db.ID, on calendar.Day) ([]Exposure, error) {
	w, err := s.People.WhereaboutsOf(a.tx, person)
	if err != nil {
		return nil, err
	}
	j, err := a.visits(w)
	if err != nil {
		return nil, err
	}
	var out []Exposure
	for _, d := range s.Lists.Diseases {
		if e, ok := s.exposedTo(d, j, w, all, on); ok {
			out = append(out, e)
		}
	}
	return out, nil
}

// exposedTo answers for one disease; ok is false where no outbreak of it was declared.
func (s *Service) exposedTo(d surveillance.Disease, j told, w people.Whereabouts, all []running, on calendar.Day) (Exposure, bool) {
	e, ok := Exposure{Disease: d.Code, Answer: No}, false
	for _, o := range all {
		of, _ := s.Lists.Disease(o.Disease)
		rel := relation(d, of)
		if rel == Unrelated {
			continue
		}
		ok = true
		answer, met := exposed(j, o, on)
		if rel == Part && answer == Yes {
			answer = Possible // of which species nobody knows
		}
		e.Answer = e.Answer.Worse(answer)
		for _, m := range met {
			by := MetBy{Meeting: m, Outbreak: o.Outbreak, In: o.In}
			if rel == Part {
				by.Certain = false
			}
			if i := slices.IndexFunc(w.Stays, func(st people.Stay) bool { return st.ID == m.Of }); i >= 0 {
				by.Stay = w.Stays[i]
			}
			if i := slices.IndexFunc(w.Came, func(c people.Came) bool { return c.ID == m.Of }); i >= 0 {
				by.On = w.Came[i]
			}
			e.Met = append(e.Met, by)
		}
	}
	slices.SortStableFunc(e.Met, func(a, b MetBy) int {
		if a.Certain != b.Certain {
			if a.Certain {
				return -1
			}
			return 1
		}
		return cmp.Compare(b.Last, a.Last)
	})
	return e, ok
}

// Facts answers what packs may know of a person's exposures on a day: a code for each
// disease of the list. Where no outbreak of a disease was declared the answer is no. It
// checks no rights, like people.Service.Facts.
func (s *Service) Facts(tx *db.Tx, person db.ID, on calendar.Day) (map[string]decision.Fact, error) {
	list, err := s.exposures(tx, person, on)
	if err != nil {
		return nil, err
	}
	out := map[string]decision.Fact{}
	for _, d := range s.Lists.Diseases {
		out[FactPrefix+d.Code] = decision.Fact{Value: No.Value()}
	}
	for _, e := range list {
		if e.Answer == Unknown {
			delete(out, FactPrefix+e.Disease)
			continue
		}
		out[FactPrefix+e.Disease] = decision.Fact{Value: e.Answer.Value()}
	}
	return out, nil
}
