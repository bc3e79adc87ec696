package growth

import "math"

// Point is a point of a curve: an age in months, or a length in centimetres, and the
// measure there.
type Point struct{ X, Y float64 }

// Curve are the measures whose score is z, from the first to the last that the tables
// have: by month of age, and for weight for length by centimetre, of length for the lying
// and of height for the standing. Beyond 3 it is as far out as a score is. It is empty
// where there is no table of the sex.
func (r Rules) Curve(i Index, sex Sex, z float64, position Position) []Point {
	var out []Point
	add := func(x float64, line lms, ok bool) {
		if ok {
			out = append(out, Point{x, line.at(z, i.restricted())})
		}
	}
	if i == WeightForLength {
		t, from, to := read().height, heightFrom, heightTo
		if position == Lying {
			t, from, to = read().length, lengthFrom, lengthTo
		}
		for x := from; x <= to; x++ {
			line, ok := t.at(sex, x)
			add(x, line, ok)
		}
		return out
	}
	for m := 0.0; m < referenceTo; m++ {
		line, state := r.line(NewChild(sex, m*DaysPerMonth), i, math.NaN())
		add(m, line, state == Stands)
	}
	return out
}

// at is the measure whose score is z, however far out.
func (p lms) at(z float64, restricted bool) float64 {
	switch {
	case restricted && z > restrictedFrom:
		return p.value(3) + (z-3)*(p.value(3)-p.value(2))
	case restricted && z < -restrictedFrom:
		return p.value(-3) + (z+3)*(p.value(-2)-p.value(-3))
	}
	return p.value(z)
}
