package chart

import (
	"math"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/growth"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var born = calendar.DayOf(2025, 1, 10)

func measured(day calendar.Day, code string, v float64) Measure {
	return Measure{code, value.Number(v), born + day}
}

func TestWhatWasMeasuredOnOneDayBelongsTogether(t *testing.T) {
	g := grow(Growth{Sex: growth.Female, Born: born, Dated: true}, []Measure{
		measured(300, codeWeight, 8.2), measured(300, codeHeight, 71), measured(300, codeArm, 142), measured(300, codeWeight, 8.4), // weighed again
		measured(390, codeWeight, 8.9), {codeOedema, value.Text("one"), born + 390}})
	if len(g.Visits) != 2 || g.Visits[0].Child.Weight != 8.4 || g.Visits[0].Child.Arm != 14.2 {
		t.Fatalf("%+v", g.Visits)
	}
	want := growth.Rules{ReferenceFrom: 60}.Assess(g.Visits[0].Child)
	for _, i := range shown[:5] {
		if x := g.Visits[0].Of(i); x.State != growth.Stands || x.Z != want.Of(i).Z {
			t.Errorf("%s: %+v", i, x)
		}
	}
	if x := g.Visits[1].Of(growth.WeightForAge); x.State != growth.HasOedema {
		t.Errorf("a weight with oedema says nothing: %+v", x)
	}
	if pts := g.points(growth.WeightForAge, true); len(pts) != 1 {
		t.Errorf("and is not drawn: %+v", pts)
	}
}

func TestWhatIsNotKnownHasNoScore(t *testing.T) {
	list := []Measure{measured(300, codeWeight, 8.2), measured(300, codeHeight, 71)}
	if g := grow(Growth{Born: born, Dated: true}, list); len(notes(g)) != 1 || len(g.points(growth.WeightForAge, true)) != 0 {
		t.Errorf("without a sex: %+v", g)
	}
	g := grow(Growth{Sex: growth.Male}, list)
	if len(g.points(growth.WeightForAge, true)) != 0 || len(g.points(growth.WeightForLength, true)) != 1 || len(notes(g)) != 1 {
		t.Errorf("without a birth weight goes by length: %+v", g)
	}
	if g := grow(Growth{Sex: growth.Male, Born: born + 301, Dated: true}, list); !math.IsNaN(g.Visits[0].Child.Age) {
		t.Error("measured before the birth")
	}
	sex, birth := decision.Fact{Value: value.Text("male")}, decision.Fact{Value: value.Day(int(born))}
	if g := of(map[string]decision.Fact{people.FactSex: sex, people.FactBirth: birth}); g.Sex != growth.Male || g.Born != born || !g.Dated {
		t.Errorf("%+v", g)
	}
	sex.Disputed, birth.Disputed = true, true
	if g := of(map[string]decision.Fact{people.FactSex: sex, people.FactBirth: birth}); g.Sex != growth.SexUnknown || g.Dated {
		t.Errorf("what is disputed is not known: %+v", g)
	}
}

func TestAnImplausibleMeasureIsMarkedAndNotJoined(t *testing.T) {
	g := grow(Growth{Sex: growth.Female, Born: born, Dated: true}, []Measure{measured(100, codeWeight, 5.8), measured(200, codeWeight, 72), measured(300, codeWeight, 8.4)})
	d := draw(growth.WeightForAge, g.Sex, true, g.points(growth.WeightForAge, true))
	triangles, dots, joined := 0, 0, 0
	for _, m := range d.Marks {
		switch {
		case m.Kind == page.MarkTriangle:
			triangles++
		case m.Kind == page.MarkDot:
			dots++
		case m.Kind == page.MarkLine && m.Look == page.LookOne:
			joined = len(m.At) / 2
		}
		for i := 0; i < len(m.At); i += 2 {
			if m.At[i] < 0 || m.At[i] > d.W || m.At[i+1] < 0 || m.At[i+1] > d.H {
				t.Errorf("%s lies outside the drawing: %v", m.Kind, m.At[i:i+2])
			}
		}
	}
	if triangles != 1 || dots != 2 || joined != 2 {
		t.Errorf("%d triangles, %d dots, %d joined", triangles, dots, joined)
	}
	if n := notes(g); len(n) != 1 || n[0].Title.Key != "chart.implausible" {
		t.Errorf("%+v", n)
	}
}

func TestAChartHoldsTheChild(t *testing.T) {
	for _, c := range []struct {
		month, to float64
	}{{0, 24}, {24, 24}, {25, 60}, {60, 60}, {61, 120}, {121, 228}} {
		if from, to := span(growth.BMIForAge, []point{{Point: growth.Point{X: c.month}}}); from != 0 || to != c.to {
			t.Errorf("%v months: %v to %v", c.month, from, to)
		}
	}
	if from, to := span(growth.WeightForLength, []point{{Point: growth.Point{X: 71}}, {Point: growth.Point{X: 82}}}); from != 60 || to != 95 {
		t.Errorf("%v to %v", from, to)
	}
	// Below two years weight goes by length, from then on by height: two charts.
	g := grow(Growth{Sex: growth.Male, Born: born, Dated: true}, []Measure{measured(730, codeWeight, 12), measured(730, codeHeight, 87), measured(731, codeWeight, 12), measured(731, codeHeight, 87)})
	if len(g.points(growth.WeightForLength, true)) != 1 || len(g.points(growth.WeightForLength, false)) != 1 {
		t.Errorf("%+v", g.Visits)
	}
}
