package pack

import (
	"testing"

	"github.com/godwit-health/godwit/engine/value"
)

func TestForWhomAnEncounterIs(t *testing.T) {
	e, ok := load(t).Encounter("VISIT")
	if !ok {
		t.Fatal("the pack of the tests has no encounter VISIT")
	}
	for name, k := range map[string]struct {
		facts value.Facts
		want  value.Truth
	}{
		"two years":      {value.Facts{"age_years": value.Number(2)}, value.Yes},
		"a year":         {value.Facts{"age_years": value.Number(1)}, value.No},
		"nobody knows":   {value.Facts{"age_years": value.NotKnown()}, value.Unknown},
		"nobody told it": {nil, value.Unknown},
	} {
		if got := e.For(k.facts); got != k.want {
			t.Errorf("%s: %v, want %v", name, got, k.want)
		}
	}
	e.when = nil
	if e.For(nil) != value.Yes {
		t.Error("without a condition it is for everybody")
	}
	if _, ok := load(t).Encounter("CALL"); ok {
		t.Error("it has one that it has not")
	}
}
