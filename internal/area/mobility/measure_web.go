package mobility

import (
	"math"
	"net/http"
	"strconv"

	"github.com/godwit-health/godwit/engine/epi"
	"github.com/godwit-health/godwit/engine/flow"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

const measuresPath = homePath + "/measures"

func (s *Service) getMeasures(w http.ResponseWriter, r *http.Request) {
	q := MeasureQuery{PlanQuery: readPlan(r)}
	if v, err := strconv.ParseFloat(page.Digits(r.URL.Query().Get("doubling")), 64); err == nil && v > 0 && v <= 1000 {
		q.Doubling = v
	}
	m, err := s.Measures(r.Context(), q)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "mobility.measures.title", Back: homeLink(), Wide: true}, measuresView(m, page.LocaleOf(r).Code), nil)
}

func measuresView(m Measured, lang string) page.Sheet {
	v := page.Sheet{Lead: page.M("mobility.measures.lead")}
	if m.Query.Disease == "" {
		v.Table = noOutbreak()
		return v
	}
	v.Filter = planForm(m.Planned, measuresPath)
	doubling := page.Field{Kind: page.Text, Name: "doubling", Label: page.M("mobility.measures.doubling"), Width: 4, Max: 6, Dir: "ltr", Auto: "off", Optional: true}
	if m.Doubling > 0 {
		doubling.Value = trim(m.Doubling)
	}
	v.Filter.Fields = append(v.Filter.Fields, doubling)
	v.Actions = []page.Link{assumptionsLink(m.Query.Disease)}
	switch f := m.Forecast; {
	case len(f.Missing) > 0:
		v.Notes = []page.Callout{missingNote(f.Missing, m.Query.Disease)}
		return v
	case f.Absent != "":
		v.Notes = []page.Callout{{Level: page.Wait, Text: []page.Msg{page.M("mobility.absent." + f.Absent)}}}
		return v
	}
	c := m.Choices
	v.Notes = append([]page.Callout{{Level: page.Info, Text: []page.Msg{page.M("mobility.measures.honest")}}}, silentNotes(m.Imports, lang)...)
	v.Rows = page.Summary{{Label: page.M("mobility.measures.growth"), Value: growthCell(c.Growing)}, {Label: page.M("mobility.measures.travel"), Value: page.M("mobility.measures.travel_of", "n", three(c.Travel), "days", m.Forecast.Days)},
		{Label: page.M("mobility.measures.diverted"), Value: page.M("mobility.measures.diverted_of", "likely", percent(c.Diverted.Likely), "low", percent(c.Diverted.Low), "high", percent(c.Diverted.High))}}
	v.Parts = []page.Part{choicesPart(c), teamsPart(m.Planned, lang)}
	v.Limits = append(limitsOf(m.Flows), page.M("mobility.limits.delay"), page.M("mobility.limits.seir"), page.M("mobility.limits.harm"), page.M("mobility.limits.static"))
	return v
}

// growthCell says how fast the outbreak grows and what that rests on.
func growthCell(g Growing) any {
	out := []any{growthMsg(g)}
	if g.State == epi.Stands && !g.Told {
		out = append(out, page.M("mobility.measures.growth_rests", "bins", g.Bins, "width", g.Width))
	}
	if g.Silent > 0 {
		out = append(out, page.M("mobility.measures.growth_silent", "n", g.Silent))
	}
	return out
}

// growthMsg says how fast the outbreak grows, or why nobody can say.
func growthMsg(g Growing) any {
	switch {
	case g.Told:
		return page.M("mobility.measures.growth_told", "days", three(math.Ln2/g.Rate.Mid))
	case g.State != epi.Stands:
		return page.M("mobility.measures.growth_none")
	case g.Rate.Mid <= 0:
		return page.M("mobility.measures.growth_shrinks")
	case g.Rate.Low <= 0:
		return page.M("mobility.measures.growth_open", "days", three(math.Ln2/g.Rate.Mid), "low", three(math.Ln2/g.Rate.High))
	}
	return page.M("mobility.measures.growth_of", "days", three(math.Ln2/g.Rate.Mid), "low", three(math.Ln2/g.Rate.High), "high", three(math.Ln2/g.Rate.Low))
}

func choicesPart(c Choices) page.Part {
	t := &page.Table{Columns: []page.Column{{Label: page.M("mobility.measures.what"), Wide: true}, {Label: page.M("mobility.measures.delay")}, {Label: page.M("mobility.measures.later"), Number: true},
		{Label: page.M("mobility.measures.stopped"), Number: true}, {Label: page.M("mobility.measures.around"), Number: true}, {Label: page.M("mobility.measures.checked"), Number: true}}}
	for _, x := range c.List {
		var later any
		if x.Later.Known {
			later = three(x.Later.Value)
		}
		t.Rows = append(t.Rows, []page.Cell{choiceMsg(x), delayMsg(x), later, three(x.Stopped), three(x.Diverted), three(x.Checked)})
	}
	p := page.Part{Title: page.M("mobility.measures.choices"), Lead: page.M("mobility.measures.choices_lead"), Table: t, Drawing: choicesDrawing(c)}
	if c.Course != flow.Known {
		p.Notes = []page.Callout{{Level: page.Info, Text: []page.Msg{page.M("mobility.measures.no_course")}}}
	}
	return p
}

func choiceMsg(x Choice) page.Msg {
	if x.Kind == Close {
		return page.M("mobility.measure_kind.close", "share", percent(x.Closed))
	}
	return page.M("mobility.measure_kind." + string(x.Kind))
}

// delayMsg says the days of delay with their limits.
func delayMsg(x Choice) page.Msg {
	switch {
	case x.State != flow.Known:
		return page.M("mobility.measures.delay_unknown")
	case x.Kind == Open:
		return page.M("mobility.measures.delay_none")
	case unlimited(x.Delay) || math.IsInf(x.Delay.Mid, 1):
		return page.M("mobility.measures.delay_open", "mid", three(x.Delay.Mid), "low", three(x.Delay.Low))
	}
	return page.M("mobility.measures.delay_of", "mid", three(x.Delay.Mid), "low", three(x.Delay.Low), "high", three(x.Delay.High))
}

// choicesDrawing puts days of delay and the share of journeys stopped side by side.
func choicesDrawing(c Choices) *page.Drawing {
	const width, row, edge = 320.0, 44.0, 8.0
	most := 0.0
	for _, x := range c.List {
		if x.State == flow.Known && !math.IsInf(x.Delay.Mid, 1) {
			most = math.Max(most, x.Delay.Mid)
		}
	}
	if most == 0 {
		return nil
	}
	d := &page.Drawing{Text: page.M("mobility.measures.drawing"), W: width, Key: []page.KeyEntry{{Kind: page.MarkBar, Look: page.LookOne, Text: page.M("mobility.measures.delay")}, {Kind: page.MarkBar, Look: page.LookDashed, Text: page.M("mobility.measures.stopped_share")}}}
	for _, x := range c.List {
		y := d.H + 16
		d.Marks = append(d.Marks, page.Mark{Kind: page.MarkWords, At: []float64{edge, y}, Text: choiceMsg(x)})
		if !math.IsInf(x.Delay.Mid, 1) {
			d.Marks = append(d.Marks, page.Mark{Kind: page.MarkBar, Look: page.LookOne, At: []float64{edge, y + 5, edge + max(1, x.Delay.Mid/most*(width-2*edge)), y + 13}, Name: delayMsg(x)})
		}
		d.Marks = append(d.Marks, page.Mark{Kind: page.MarkBar, Look: page.LookDashed, At: []float64{edge, y + 15, edge + max(1, x.Stopped/math.Max(1, c.Travel)*(width-2*edge)), y + 21}, Name: three(x.Stopped)})
		d.H += row
	}
	return d
}
