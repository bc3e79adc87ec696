package value

import (
	"encoding/json"
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestTheUnknownIsNotANo(t *testing.T) {
	all := []Truth{Unknown, No, Yes, Refused}
	for _, a := range all {
		for _, b := range all {
			and, or := a.And(b), a.Or(b)
			if and == No && a != No && b != No {
				t.Errorf("%s and %s became no", a, b)
			}
			if or == No && (a != No || b != No) {
				t.Errorf("%s or %s became no", a, b)
			}
			if and.Not() != a.Not().Or(b.Not()) {
				t.Errorf("De Morgan fails for %s, %s", a, b)
			}
		}
	}
	var zero Truth
	if zero != Unknown || zero.Known() || zero.Not() != Unknown {
		t.Error("the zero Truth must be unknown")
	}
}

func TestTruthSurvivesText(t *testing.T) {
	for _, want := range []Truth{Unknown, No, Yes, Refused} {
		got, err := ParseTruth(want.String())
		if err != nil || got != want {
			t.Errorf("%s came back as %s (%v)", want, got, err)
		}
	}
	if _, err := ParseTruth("maybe"); err == nil {
		t.Error("maybe is not an answer")
	}
}

func TestRangesSettleWhatTheyCan(t *testing.T) {
	for _, tc := range []struct {
		a, b       Value
		less, same Truth
	}{
		{Number(1), Number(2), Yes, No},
		{Number(2), Number(2), No, Yes},
		{Range(14, 15), Number(15), Unknown, Unknown},
		{Range(14, 15), Number(16), Yes, No},
		{Range(15, 16), Number(15), No, Unknown},
		{NotKnown(), Number(1), Unknown, Unknown},
		{RefusedAnswer(), Number(1), Unknown, Unknown},
		{Text("a"), Text("b"), Unknown, No},
		{Text("1"), Number(1), Unknown, No},
		{Of(true), Of(true), Unknown, Yes},
		{Day(10), DayRange(11, 20), Yes, No},
		{Texts("a", "b"), Texts("a", "b"), Unknown, Yes},
		{List(Text("a"), NotKnown()), Texts("a", "b"), Unknown, Unknown},
		{List(Text("c"), NotKnown()), Texts("a", "b"), Unknown, No},
	} {
		if got := tc.a.Less(tc.b); got != tc.less {
			t.Errorf("%s < %s: %s, want %s", tc.a, tc.b, got, tc.less)
		}
		if got := tc.a.Same(tc.b); got != tc.same {
			t.Errorf("%s = %s: %s, want %s", tc.a, tc.b, got, tc.same)
		}
	}
}

func TestBrokenNumbersAreNotKnown(t *testing.T) {
	for _, v := range []Value{Number(math.NaN()), Range(2, 1), DayRange(2, 1)} {
		if v.Kind() != KindUnknown {
			t.Errorf("%s should be unknown", v)
		}
	}
}

func draw(t *rapid.T) Value {
	n := func(name string) float64 { return float64(rapid.IntRange(-1000, 1000).Draw(t, name)) / 4 }
	switch rapid.IntRange(0, 7).Draw(t, "kind") {
	case 0:
		return NotKnown()
	case 1:
		return RefusedAnswer()
	case 2:
		return Of(rapid.Bool().Draw(t, "b"))
	case 3:
		return Number(n("n"))
	case 4:
		lo := n("lo")
		if rapid.Bool().Draw(t, "open") {
			return Range(lo, math.Inf(1))
		}
		return Range(lo, lo+math.Abs(n("w")))
	case 5:
		return Text(rapid.String().Draw(t, "s"))
	case 6:
		lo := rapid.IntRange(-40000, 40000).Draw(t, "day")
		return DayRange(lo, lo+rapid.IntRange(0, 400).Draw(t, "days"))
	}
	return List(Text(rapid.String().Draw(t, "e")), Number(n("m")))
}

func TestValuesSurviveJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := draw(t)
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var got Value
		if err := json.Unmarshal(b, &got); err != nil || !got.Equal(v) {
			t.Fatalf("%s became %s through %s (%v)", v, got, b, err)
		}
	})
}

func TestAnUntoldObjectIsAnError(t *testing.T) {
	var v Value
	if err := json.Unmarshal([]byte(`{"what":1}`), &v); err == nil {
		t.Error("an object without a telling key was read")
	}
}

func TestUnitsConvertOrSayTheyCannot(t *testing.T) {
	for _, tc := range []struct {
		q    Quantity
		unit string
		want float64
	}{
		{Quantity{3500, "g"}, "kg", 3.5},
		{Quantity{98.6, "[degF]"}, "Cel", 37},
		{Quantity{37, "Cel"}, "[degF]", 98.6},
		{Quantity{12.5, "g/dL"}, "g/L", 125},
		{Quantity{70, "kg"}, "kg", 70},
	} {
		got, err := tc.q.In(tc.unit)
		if err != nil || math.Abs(got.Number-tc.want) > 1e-9 || got.Unit != tc.unit {
			t.Errorf("%s in %s: %s (%v)", tc.q, tc.unit, got, err)
		}
	}
	if _, err := (Quantity{1, "kg"}).In("cm"); err == nil {
		t.Error("a mass became a length")
	}
	if q, err := (Quantity{}).In("kg"); err != nil || !q.IsZero() {
		t.Error("nothing measured must stay nothing measured")
	}
}

func FuzzUnmarshal(f *testing.F) {
	for _, s := range []string{`null`, `true`, `1.5`, `"x"`, `{"refused":true}`, `{"days":[1,2]}`, `{"range":[1,2]}`, `[1,"a"]`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var v, again Value
		if json.Unmarshal(b, &v) != nil {
			return
		}
		out, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(out, &again); err != nil || !again.Equal(v) {
			t.Fatalf("%s → %s → %s (%v)", b, v, again, err)
		}
	})
}
