package traveller

import (
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// The packs of conveyances and what of them has a name here.
const (
	packConveyance   = "conveyance-contacts"
	factConveyance   = "conveyance"
	packDeclarations = "border-declarations"
	formCompanion    = "passenger-list"
)

// kindsOf are the conveyances that the pack knows.
func kindsOf(p *pack.Pack) []string {
	f, _ := p.Fact(factConveyance)
	return f.Values
}

// whom answers whom the pack says to list of a conveyance. At a border nobody is
// confirmed yet.
func whom(p *pack.Pack, c Conveyance, today calendar.Day) []string {
	in := decision.Input{On: today, Facts: map[string]decision.Fact{}}
	put := func(name string, v value.Value) { in.Facts[name] = decision.Fact{Value: v, AsOf: today.Date()} }
	put(factConveyance, value.Text(c.Kind))
	put("journey_date", value.Text(c.Day.String()))
	put("listing_day", value.Text(today.String()))
	put("ill_on_board", value.OfTruth(c.Ill))
	put("fluid_exposure", value.OfTruth(c.Fluids))
	put("index_confirmed", value.Of(false))
	if c.Disease != "" {
		put("index_disease", value.Text(c.Disease))
	}
	if n, err := strconv.ParseFloat(strings.TrimSpace(c.Hours), 64); err == nil && n >= 0 {
		put("journey_hours", value.Number(n))
	}
	d := p.Protocol.Decide(in)
	return inOrder(p, decision.Flag, d.Codes(decision.Flag))
}
