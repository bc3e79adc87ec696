package chart

import (
	"math"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/growth"
	"github.com/godwit-health/godwit/engine/value"
)

// rules are those that encounters use: the reference holds from the fifth birthday.
var rules = growth.Rules{ReferenceFrom: 60}

// Measure is one thing that was measured.
type Measure struct {
	Code  string
	Value value.Value
	Day   calendar.Day
}

// grow puts what was measured on one day together and holds it against every index. Of two
// measures of one day the later counts.
func grow(g Growth, list []Measure) Growth {
	g.Visits = nil
	at := map[calendar.Day]int{}
	for _, m := range list {
		i, ok := at[m.Day]
		if !ok {
			i = len(g.Visits)
			at[m.Day] = i
			age := math.NaN()
			if g.Dated && m.Day >= g.Born {
				age = float64(m.Day - g.Born)
			}
			g.Visits = append(g.Visits, Visit{Day: m.Day, Child: growth.NewChild(g.Sex, age)})
		}
		c := &g.Visits[i].Child
		v, isNumber := m.Value.Float()
		grade, isCode := m.Value.Str()
		switch {
		case m.Code == codeOedema && isCode:
			c.Oedema = grade != "none"
		case !isNumber:
		case m.Code == codeWeight:
			c.Weight = v
		case m.Code == codeHeight:
			c.Length = v
		case m.Code == codeArm:
			c.Arm = v / 10
		case m.Code == codeHead:
			c.Head = v
		}
	}
	for i := range g.Visits {
		g.Visits[i].Result = rules.Assess(g.Visits[i].Child)
	}
	return g
}

// point is a measure on the chart of an index.
type point struct {
	growth.Point
	Score growth.Score
	Day   calendar.Day
}

// months is the age at a visit in WHO's months.
func (v Visit) months() float64 { return v.Child.Age / growth.DaysPerMonth }

// lying reports whether weight goes by length at a visit: below two years.
func (v Visit) lying() bool {
	if math.IsNaN(v.Child.Age) {
		return v.Child.Length < 87
	}
	return v.Child.Age < 731
}

// measure is what an index is read from.
func (v Visit) measure(i growth.Index) float64 {
	switch i {
	case growth.WeightForAge, growth.WeightForLength:
		return v.Child.Weight
	case growth.LengthForAge:
		return v.Length
	case growth.BMIForAge:
		return v.BMI
	case growth.ArmForAge:
		return v.Child.Arm
	case growth.HeadForAge:
		return v.Child.Head
	}
	return math.NaN()
}

// points are the visits that can be drawn on the chart of an index: of weight for length
// those of one position.
func (g Growth) points(i growth.Index, lying bool) (out []point) {
	for _, v := range g.Visits {
		x := v.months()
		if i == growth.WeightForLength {
			if x = v.Length; v.lying() != lying {
				continue
			}
		}
		if y := v.measure(i); v.Of(i).State == growth.Stands && !math.IsNaN(x) && !math.IsNaN(y) {
			out = append(out, point{growth.Point{X: x, Y: y}, v.Of(i), v.Day})
		}
	}
	return out
}

// lines are the scores that are drawn.
var lines = []float64{-3, -2, 0, 2, 3}

// span is the part of an index's curves that a chart shows: by age up to the second, fifth,
// tenth or last birthday that holds all points, by length ten centimetres around them.
func span(i growth.Index, pts []point) (from, to float64) {
	last := 0.0
	first := math.Inf(1)
	for _, p := range pts {
		last, first = max(last, p.X), min(first, p.X)
	}
	if i == growth.WeightForLength {
		return math.Floor((first-10)/5) * 5, math.Ceil((last+10)/5) * 5
	}
	for _, to := range []float64{24, 60, 120} {
		if last <= to {
			return 0, to
		}
	}
	return 0, 228
}

// within are the points of a curve that lie in a span.
func within(c []growth.Point, from, to float64) (out []growth.Point) {
	for _, p := range c {
		if p.X >= from && p.X <= to {
			out = append(out, p)
		}
	}
	return out
}

// step is a round distance between the ticks of an axis, for some eight of them.
func step(width float64) float64 {
	for _, s := range []float64{0.5, 1, 2, 5, 10, 20} {
		if width/s <= 9 {
			return s
		}
	}
	return 50
}
