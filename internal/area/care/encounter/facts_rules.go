package encounter

import (
	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// Gather finds the facts of a pack in the record for other parts of care: what is told of
// the person by where the pack says it comes from, what was observed by code, and what
// follows from both, such as a z-score.
func Gather(p *pack.Pack, person, seen map[string]decision.Fact, on calendar.Day) map[string]decision.Fact {
	return gather(p, person, seen, on)
}
