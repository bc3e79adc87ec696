package surveillance

import (
	"context"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// Origin answers the page of a document that raised a signal, to whoever may open it; false
// where it is another area's, or not theirs to see.
type Origin func(ctx context.Context, about db.ID) (page.Link, bool)

// OnOrigin adds an area that raises signals and shows where they came from. It is called
// while the areas are built.
func (s *Service) OnOrigin(f Origin) { s.origins = append(s.origins, f) }

// origin links the page of a signal to what raised it.
func (s *Service) origin(ctx context.Context, about db.ID) []page.Link {
	if about.IsZero() {
		return nil
	}
	for _, f := range s.origins {
		if l, ok := f(ctx, about); ok {
			return []page.Link{l}
		}
	}
	return nil
}
