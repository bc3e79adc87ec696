package outbreak

import (
	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// Declared is a stay that was told by somebody who is registered nowhere: an area, a town,
// a point or a site by its name, and from when to when, as exactly as they know.
type Declared struct {
	Place    string
	From, To calendar.Date // zero is not known
}

// Said is what stays that somebody told say of all outbreaks together.
type Said struct {
	Answer   Answer
	Met      []SaidMet // what says so, the surest and latest first
	Unplaced []int     // the stays, from 0, of which some place is not known here
	Declared int       // how many outbreaks there were to meet
}

// SaidMet is one meeting, with the outbreak and the number of the stay, from 0.
type SaidMet struct {
	Meeting
	Outbreak Outbreak
	In       Incubation
	Stay     int
}

// ExposedDeclared answers what the stays that somebody told say on a day of the outbreaks
// that were declared. Nothing told is not known, also where no outbreak was declared. It
// keeps nothing and checks no rights: outbreaks name nobody.
func (s *Service) ExposedDeclared(tx *db.Tx, stays []Declared, on calendar.Day) (Said, error) {
	a := s.atlas(tx)
	all, err := s.runnings(a, on)
	if err != nil {
		return Said{}, err
	}
	var at []whereabout
	for _, st := range stays {
		w, err := a.named(st.Place)
		if err != nil {
			return Said{}, err
		}
		at = append(at, w)
	}
	return say(stays, at, all, on), nil
}

// named are the places that free text means. Text that names two places that do not lie
// in each other, or one that nobody here knows, says of no day where somebody was.
func (a *atlas) named(text string) (whereabout, error) {
	c, err := a.find(text, "")
	if err != nil || c != nil {
		return whereabout{At: nonEmpty(c), Whole: c != nil}, err
	}
	out := whereabout{Whole: true}
	for _, part := range parts(text) {
		c, err := a.find(part, "")
		if err != nil {
			return out, err
		}
		if c == nil {
			out.Whole = false
			continue
		}
		out.At = append(out.At, c)
	}
	out.nest()
	return out, nil
}

func nonEmpty(c Chain) []Chain {
	if len(c) == 0 {
		return nil
	}
	return []Chain{c}
}
