package outbreak

import (
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// UnitState is the state of an outbreak at a surveillance unit.
type UnitState string

// The states that a declaration can tell. That nothing was declared is no state: then
// nobody said how it stands there.
const (
	UnitConfirmed UnitState = "confirmed"
	UnitSuspected UnitState = "suspected"
	UnitUnknown   UnitState = ""
)

// StateAt answers how an outbreak of a disease stood at a site on a day that may be known
// in part: the surest that was declared for certain there and then. It checks no rights:
// outbreaks name nobody.
func (s *Service) StateAt(tx *db.Tx, disease, site string, day calendar.Date) (UnitState, error) {
	first, last, ok := day.Bounds()
	asked, known := s.Lists.Disease(disease)
	if !ok || !known || site == "" {
		return UnitUnknown, nil
	}
	a := s.atlas(tx)
	all, err := s.runnings(a, s.today())
	if err != nil || len(all) == 0 {
		return UnitUnknown, err
	}
	at, err := a.chain(SitePrefix + site)
	if err != nil {
		return UnitUnknown, err
	}
	out := UnitUnknown
	for _, o := range all {
		if of, _ := s.Lists.Disease(o.Disease); relation(asked, of) != Same || lies(at, o.Affected) != Inside || !o.ran(first, last, s.today()) {
			continue
		}
		if o.confirmed() {
			return UnitConfirmed, nil
		}
		out = UnitSuspected
	}
	return out, nil
}

// ran reports whether an outbreak for certain ran on all of some days.
func (o Outbreak) ran(first, last, today calendar.Day) bool {
	start, end := edges(o.Span(), today)
	return start[1] <= first && last <= end[0]
}

// confirmed reports whether an outbreak was ever called one, also when it is over.
func (o Outbreak) confirmed() bool {
	return slices.ContainsFunc(o.Steps, func(st Step) bool { return st.State == Active })
}
