package linelist

import (
	"context"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// causeOutbreak is the cause of a decision that an outbreak made be looked at: it was
// declared, changed or discarded.
const causeOutbreak = "outbreak"

// mark keeps how the outbreak at the site of a case stood when the case was last decided.
func (s *Service) mark(tx *db.Tx, c Case) error {
	if s.OutbreakAt == nil {
		return nil
	}
	state, err := s.OutbreakAt(tx, c)
	if err != nil {
		return err
	}
	return putDecidedIn(tx, c.ID, state)
}

// placeAndDay is what the state of an outbreak is asked of; cases of one share it.
type placeAndDay struct{ disease, site, onset, reported string }

// LookAtOutbreaks classifies anew the cases for which an outbreak stands otherwise than
// when they were decided: it was declared since then, changed, discarded, or came from
// another node. Those too that ended: they are on the curve. It is behind the page, as
// often as it likes; the program is who did it. One transaction a case, so that it can
// stop anywhere and go on.
func (s *Service) LookAtOutbreaks(ctx context.Context) error {
	const op = "linelist.LookAtOutbreaks"
	if s.OutbreakAt == nil {
		return nil
	}
	known := map[placeAndDay]string{}
	for after := (db.ID{}); ; {
		var page, changed []decidedIn
		err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
			if page, err = casesAfter(tx, after, PageOf); err != nil {
				return err
			}
			changed, err = s.otherwise(tx, page, known)
			return err
		})
		if err != nil {
			return fault.Wrap(op, err)
		}
		for _, d := range changed {
			if err := ctx.Err(); err != nil {
				return fault.Wrap(op, err)
			}
			if err := s.DB.Write(ctx, func(tx *db.Tx) error { return s.lookInOutbreak(ctx, tx, d.ID) }); err != nil {
				return fault.Wrap(op, err)
			}
		}
		if len(page) < PageOf {
			return nil
		}
		after = page[len(page)-1].ID
	}
}

// otherwise are the cases of a page whose outbreak stands otherwise now.
func (s *Service) otherwise(tx *db.Tx, page []decidedIn, known map[placeAndDay]string) (out []decidedIn, err error) {
	for _, d := range page {
		at := placeAndDay{d.Disease, d.Site, d.Onset.String(), d.Reported.String()}
		state, ok := known[at]
		if !ok {
			if state, err = s.OutbreakAt(tx, d.Case); err != nil {
				return nil, err
			}
			known[at] = state
		}
		if state != d.State {
			out = append(out, d)
		}
	}
	return out, nil
}

// lookInOutbreak is Look with what is there now: a case that is gone by then is none.
func (s *Service) lookInOutbreak(ctx context.Context, tx *db.Tx, id db.ID) error {
	r, err := findCase(tx, id)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := s.Look(ctx, tx, id, causeOutbreak); err != nil {
		return err
	}
	return s.mark(tx, r.Case) // also where the class stays
}
