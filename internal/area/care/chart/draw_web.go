package chart

import (
	"math"
	"strconv"

	"github.com/godwit-health/godwit/engine/growth"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// The frame of a chart, in pixels.
const (
	wide, high                = 560.0, 320.0
	edgeLeft, edgeRight       = 44.0, 30.0
	edgeTop, edgeBottom       = 12.0, 34.0
	dot                       = 4.0
	implausible               = 6.0
	beneath, beside, halfText = 18.0, 6.0, 4.0
)

// frame turns measures into pixels.
type frame struct{ x0, x1, y0, y1 float64 }

func (f frame) at(p growth.Point) []float64 {
	return []float64{edgeLeft + (p.X-f.x0)/(f.x1-f.x0)*(wide-edgeLeft-edgeRight), high - edgeBottom - (p.Y-f.y0)/(f.y1-f.y0)*(high-edgeTop-edgeBottom)}
}

// draw is the chart of one index: the curves of the standard, and the child's measures.
func draw(i growth.Index, sex growth.Sex, lying bool, pts []point) *page.Drawing {
	position := growth.Standing
	if lying {
		position = growth.Lying
	}
	x0, x1 := span(i, pts)
	curves := make([][]growth.Point, len(lines))
	y0, y1 := math.Inf(1), math.Inf(-1)
	for n, z := range lines {
		curves[n] = within(rules.Curve(i, sex, z, position), x0, x1)
		for _, p := range curves[n] {
			y0, y1 = min(y0, p.Y), max(y1, p.Y)
		}
	}
	for _, p := range pts {
		y0, y1 = min(y0, p.Y), max(y1, p.Y)
	}
	by := step(y1 - y0)
	f := frame{x0, x1, math.Floor(y0/by) * by, math.Ceil(y1/by) * by}
	last := pts[len(pts)-1]
	d := &page.Drawing{Title: name(i), Text: page.M("chart.said", "count", len(pts), "day", page.DateText(last.Day.Date()), "z", page.Code(signed(last.Score.Z))), W: wide, H: high,
		Key: []page.KeyEntry{{Kind: page.MarkDot, Look: page.LookOne, Text: page.M("chart.key.child")}, {Kind: page.MarkLine, Look: page.LookPlain, Text: page.M("chart.key.median")},
			{Kind: page.MarkLine, Look: page.LookTwo, Text: page.M("chart.key.two")}, {Kind: page.MarkLine, Look: page.LookAlarm, Text: page.M("chart.key.three")}}}
	d.Marks = axes(f, i, by)
	for n, z := range lines {
		d.Marks = append(d.Marks, curve(f, z, curves[n])...)
	}
	marks, flagged := child(f, pts)
	d.Marks = append(d.Marks, marks...)
	if flagged {
		d.Key = append(d.Key, page.KeyEntry{Kind: page.MarkTriangle, Look: page.LookAlarm, Text: page.M("chart.implausible")})
	}
	return d
}

// axes are the ticks with their numbers: months of age or centimetres of length below, the
// measure at the left.
func axes(f frame, i growth.Index, by float64) (out []page.Mark) {
	every := 5.0
	if i != growth.WeightForLength {
		every = 6
		for (f.x1-f.x0)/every > 10 {
			every *= 2
		}
	}
	for x := f.x0; x <= f.x1; x += every {
		bottom, top := f.at(growth.Point{X: x, Y: f.y0}), f.at(growth.Point{X: x, Y: f.y1})
		out = append(out, page.Mark{Kind: page.MarkLine, Look: page.LookAxis, At: append(bottom, top...)},
			page.Mark{Kind: page.MarkWords, Look: page.LookAxis, At: []float64{bottom[0], bottom[1] + beneath}, Text: strconv.FormatFloat(x, 'f', -1, 64), Anchor: page.AnchorMiddle})
	}
	for y := f.y0; y <= f.y1+by/2; y += by {
		left, right := f.at(growth.Point{X: f.x0, Y: y}), f.at(growth.Point{X: f.x1, Y: y})
		out = append(out, page.Mark{Kind: page.MarkLine, Look: page.LookAxis, At: append(left, right...)},
			page.Mark{Kind: page.MarkWords, Look: page.LookAxis, At: []float64{left[0] - beside, left[1] + halfText}, Text: strconv.FormatFloat(y, 'f', -1, 64), Anchor: page.AnchorEnd})
	}
	unit := "chart.axis.months"
	if i == growth.WeightForLength {
		unit = "chart.axis.length"
	}
	return append(out, page.Mark{Kind: page.MarkWords, Look: page.LookAxis, At: []float64{wide / 2, high - 2}, Text: page.M(unit), Anchor: page.AnchorMiddle})
}

// curve is the line of one score with its number at the end.
func curve(f frame, z float64, pts []growth.Point) []page.Mark {
	if len(pts) < 2 {
		return nil
	}
	look := page.LookPlain
	switch math.Abs(z) {
	case 2:
		look = page.LookTwo
	case 3:
		look = page.LookAlarm
	}
	m := page.Mark{Kind: page.MarkLine, Look: look}
	for _, p := range pts {
		m.At = append(m.At, f.at(p)...)
	}
	end := f.at(pts[len(pts)-1])
	text := strconv.FormatFloat(math.Abs(z), 'f', -1, 64)
	if z < 0 {
		text = "−" + text
	}
	return []page.Mark{m, {Kind: page.MarkWords, Look: page.LookAxis, At: []float64{end[0] + beside, end[1] + halfText}, Text: text}}
}

// child are the measures, joined where they are plausible: a line through one that is not
// would read as growth.
func child(f frame, pts []point) (out []page.Mark, flagged bool) {
	line := page.Mark{Kind: page.MarkLine, Look: page.LookOne, R: 2}
	for _, p := range pts {
		m := page.Mark{Kind: page.MarkDot, Look: page.LookOne, At: f.at(p.Point), R: dot, Name: page.M("chart.point", "day", page.DateText(p.Day.Date()), "z", page.Code(signed(p.Score.Z)))}
		if p.Score.Implausible {
			m.Kind, m.Look, m.R, flagged = page.MarkTriangle, page.LookAlarm, implausible, true
		} else {
			line.At = append(line.At, m.At...)
		}
		out = append(out, m)
	}
	if len(line.At) >= 4 {
		out = append([]page.Mark{line}, out...)
	}
	return out, flagged
}
