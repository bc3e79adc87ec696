package outbreak

import (
	"context"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// ToOffer is an outbreak with how many people of the reader's sites it met so lately that
// care is to be offered.
type ToOffer struct {
	Outbreak
	Total, Certain int
}

// Path is where these people are listed.
func (o ToOffer) Path() string { return path(o.ID) + "/people" }

// ToOffer counts, for each outbreak that met anybody, whom to offer care. The counts are
// those of the lists themselves and name nobody.
func (s *Service) ToOffer(ctx context.Context) (out []ToOffer, err error) {
	const op = "outbreak.ToOffer"
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		sc, err := s.Access.Reach(ctx, op, access.ExposureRead)
		if err != nil {
			return err
		}
		on := s.today()
		all, err := s.runnings(s.atlas(tx), on)
		if err != nil {
			return err
		}
		for _, r := range all {
			f := MetFilter{Since: never + 1}
			if r.In.Known {
				f.Since = on - calendar.Day(r.In.Days)
			}
			o := ToOffer{Outbreak: r.Outbreak}
			if o.Total, o.Certain, err = countMet(tx, sc, o.ID, f); err != nil {
				return err
			}
			if o.Total > 0 {
				out = append(out, o)
			}
		}
		return nil
	})
	return out, fault.Wrap(op, err)
}
