package traveller

import (
	"context"
	"slices"

	"github.com/godwit-health/godwit/internal/area/border"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// Origin is a screening and who came with the traveller, for an area that has a right
// of its own to take them over: the line list.
type Origin struct {
	Screening
	Point   border.Point
	Vehicle *Vehicle // nil where nobody asked
	Disease string   // as surveillance names what is suspected; "" where that is a sign only
}

// Origin answers that for a document that raised a signal, in the caller's transaction;
// fault.NotFound where it is no screening, or where follow-up is over. may decides by
// the site. What is read is noted in the audit.
func (s *Service) Origin(ctx context.Context, tx *db.Tx, about db.ID, may func(site string) error) (Origin, error) {
	sc, err := findScreening(tx, about)
	if err != nil {
		return Origin{}, err
	}
	if err := may(sc.Site); err != nil {
		return Origin{}, err
	}
	out := Origin{Screening: sc, Disease: s.named[sc.Second.One("suspicion")].Disease}
	if out.Point, err = s.Border.PointIn(tx, sc.Point); err != nil {
		return out, err
	}
	if out.Vehicle, err = vehicle(tx, sc.Conveyance); err != nil {
		return out, err
	}
	return out, s.Access.OpenedTx(ctx, tx, about, "border.origin")
}

// Signs are the signs that were ticked. One that was not is no sign that is absent.
func (s Screening) Signs() []string { return slices.Clone(s.Second["signs"]) }
