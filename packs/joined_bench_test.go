package packs

import (
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// A decision where nobody knows anything yet, which is what a case opens with.
func BenchmarkAWholeDestinationWithNothingKnown(b *testing.B) {
	for _, name := range []string{"us-immigrant", "uk-refugee", "canada-ime", "australia-ime"} {
		base, err := pack.Load(Builtin(), name)
		if err != nil {
			b.Fatal(err)
		}
		var with []*pack.Pack
		for _, w := range base.With {
			q, err := pack.Load(Builtin(), w.Pack)
			if err != nil {
				b.Fatal(err)
			}
			with = append(with, q)
		}
		p, err := pack.Join(base, with...)
		if err != nil {
			b.Fatal(err)
		}
		on := calendar.DayOf(2026, 6, 1)
		in := decision.Input{On: on, Facts: map[string]decision.Fact{base.DateBasis: {Value: on.Date().Value(), AsOf: on.Date()}}}
		b.Run(name+"/alone", func(b *testing.B) {
			for b.Loop() {
				base.Protocol.Decide(in)
			}
		})
		b.Run(name+"/whole", func(b *testing.B) {
			for b.Loop() {
				p.Protocol.Decide(in)
			}
		})
	}
}
