package chart

import (
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/growth"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

var sampleNow = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

// Samples are this area's pages for the tests that render every page.
func Samples(string) []page.Sample {
	sample := func(name string, g Growth) page.Sample {
		v := sheet(Opened{Growth: g})
		return page.Sample{Name: name, Template: page.SheetTemplate, Title: "chart.title", Empty: sheet(Opened{}), Full: v, Hostile: v, Wide: true}
	}
	born := calendar.DayOfTime(sampleNow) - 900
	m := func(day calendar.Day, code string, v float64) Measure {
		return Measure{code, value.Number(v), born + day}
	}
	list := []Measure{m(30, codeWeight, 3.9), m(30, codeHeight, 53), m(200, codeWeight, 6.8), m(200, codeHeight, 65), m(200, codeArm, 131), m(200, codeHead, 42.5), m(400, codeWeight, 8.1), m(400, codeHeight, 72.5),
		m(800, codeWeight, 9.9), m(800, codeHeight, 84), m(850, codeWeight, 99), {codeOedema, value.Text("none"), born + 850}, {codeWeight, value.Number(10), born + 870}, {codeOedema, value.Text("one"), born + 870}}
	return []page.Sample{
		sample("growth", grow(Growth{Sex: growth.Female, Born: born, Dated: true}, list)),
		sample("growth of somebody of whom little is known", grow(Growth{}, list)),
	}
}
