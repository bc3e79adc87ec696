package mobility

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/godwit-health/godwit/engine/flow"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

const screeningPath = homePath + "/screening"

func (s *Service) getScreening(w http.ResponseWriter, r *http.Request) {
	p, err := s.PlanScreening(r.Context(), readPlan(r))
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "mobility.screening.title", Back: homeLink(), Wide: true}, screeningView(p, page.LocaleOf(r).Code), nil)
}

func readPlan(r *http.Request) PlanQuery {
	return PlanQuery{ForecastQuery: readForecast(r), Where: Where(r.URL.Query().Get("where")), Teams: wholeOf(r, "teams")}
}

func screeningView(p Planned, lang string) page.Sheet {
	v := page.Sheet{Lead: page.M("mobility.screening.lead")}
	if p.Query.Disease == "" {
		v.Table = noOutbreak()
		return v
	}
	v.Filter = planForm(p, screeningPath)
	v.Actions = []page.Link{assumptionsLink(p.Query.Disease)}
	v.Notes = silentNotes(p.Imports, lang)
	if len(p.Screened.Missing) > 0 {
		v.Notes = append(v.Notes, missingNote(p.Screened.Missing, p.Query.Disease))
	}
	if p.Screened.Shares != nil {
		v.Parts = append(v.Parts, fatesPart(p.Screened))
	}
	v.Parts = append(v.Parts, teamsPart(p, lang))
	if p.Screened.Shares != nil {
		v.Parts = append(v.Parts, influencePart(p.Screened.Influences, "mobility.influence.found", hundred), assumedPart("mobility.forecast.assumed", p.Screened.Assumed))
	}
	v.Limits = append(limitsOf(p.Flows), page.M("mobility.limits.screening"), page.M("mobility.limits.yield"), page.M("mobility.limits.ways"), page.M("mobility.limits.static"))
	return v
}

func planForm(p Planned, action string) *page.Form {
	teams := page.Field{Kind: page.Select, Name: "teams", Label: page.M("mobility.screening.teams"), Value: strconv.Itoa(p.Teams)}
	for i := 1; i <= mostTeams; i++ {
		teams.Options = append(teams.Options, page.Option{Value: strconv.Itoa(i), Text: strconv.Itoa(i)})
	}
	where := page.Field{Kind: page.Select, Name: "where", Label: page.M("mobility.screening.where"), Value: string(p.Where), Options: page.OptionsOf(Wheres, "mobility.screening.where.")}
	return &page.Form{Method: "get", Action: action, Compact: true, Submit: page.M("mobility.next.show"), Fields: []page.Field{p.seriesField(), p.dayField(), p.matrixField("flows", People, p.Flows), where, teams}}
}

// hundred is a share as so many of 100.
func hundred(share float64) string { return fmt.Sprintf("%.1f", 100*share) }

func hundredMsg(key string, i flow.Interval) page.Msg {
	return page.M(key, "mid", hundred(i.Mid), "low", hundred(i.Low), "high", hundred(i.High))
}

// fatesPart is what becomes of 100 infected travellers, by stage and reason.
func fatesPart(s Screened) page.Part {
	t := &page.Table{Columns: []page.Column{{Label: page.M("mobility.fate.what"), Wide: true}, {Label: page.M("mobility.fate.result")}, {Label: page.M("mobility.fate.of_hundred"), Number: true}}}
	for _, f := range Fates {
		if s.Shares[f] == 0 {
			continue
		}
		tag := page.Tag{Level: page.Wait, Text: page.M("mobility.fate.missed")}
		if f.Found() {
			tag = page.Tag{Level: page.Done, Text: page.M("mobility.fate.found")}
		}
		t.Rows = append(t.Rows, []page.Cell{page.M("mobility.fate." + string(f)), tag, hundred(s.Shares[f])})
	}
	return page.Part{Title: page.M("mobility.screening.hundred"), Lead: page.M("mobility.screening.hundred_lead"), Rows: page.Summary{
		{Label: page.M("mobility.screening.found"), Value: hundredMsg("mobility.screening.of_hundred", s.Found)},
		{Label: page.M("mobility.screening.incubating"), Value: hundredMsg("mobility.screening.of_hundred", s.Incubating)}}, Drawing: fatesDrawing(s), Table: t}
}

// fatesDrawing is one bar of 100 travellers a fate, the found and the missed told apart by
// their colour and by the line at which they start.
func fatesDrawing(s Screened) *page.Drawing {
	const width, row, edge = 320.0, 40.0, 8.0
	d := &page.Drawing{Text: page.M("mobility.screening.drawing"), W: width, Key: []page.KeyEntry{{Kind: page.MarkBar, Look: page.LookOne, Text: page.M("mobility.fate.found")}, {Kind: page.MarkBar, Look: page.LookDashed, Text: page.M("mobility.fate.missed")}}}
	for _, f := range Fates {
		if s.Shares[f] == 0 {
			continue
		}
		look := page.LookDashed
		if f.Found() {
			look = page.LookOne
		}
		y := d.H + 18
		d.Marks = append(d.Marks, page.Mark{Kind: page.MarkWords, At: []float64{edge, y - 2}, Text: page.M("mobility.fate." + string(f))},
			page.Mark{Kind: page.MarkBar, Look: look, At: []float64{edge, y + 4, edge + max(1, s.Shares[f]*(width-2*edge)), y + 16}, Name: hundred(s.Shares[f])})
		d.H += row
	}
	d.H += edge
	return d
}

// teamsPart is where so many teams cover most.
func teamsPart(p Planned, lang string) page.Part {
	out := page.Part{Title: page.M("mobility.screening.teams_title")}
	plan := p.Plan
	if len(plan.Placed) == 0 {
		out.Table = &page.Table{Empty: page.Empty{Title: page.M("mobility.screening.nowhere"), Text: page.M("mobility.screening.nowhere_text")}}
		return out
	}
	key := "mobility.screening.teams_lead_travellers"
	if plan.Weighted {
		key = "mobility.screening.teams_lead"
	}
	out.Lead = page.M(key, "met", percent(plan.Met/plan.Total))
	if plan.NoPlace > 0 {
		out.Notes = []page.Callout{{Level: page.Info, Text: []page.Msg{page.M("mobility.screening.no_place", "n", plan.NoPlace)}}}
	}
	t := &page.Table{Columns: []page.Column{{Label: page.M("mobility.screening.teams"), Number: true}, {Label: page.M("mobility.screening.points"), Wide: true}, {Label: page.M("mobility.screening.finds"), Number: true}, {Label: page.M("mobility.screening.how")}}}
	for _, x := range plan.Placed {
		var names []any
		for _, i := range x.Best.Chosen {
			names = append(names, pointName(plan.Points[i], lang))
		}
		t.Rows = append(t.Rows, []page.Cell{x.Teams, names, percent(x.Best.Detected / plan.Total), howMsg(x)})
	}
	out.Table = t
	return out
}

// pointName is what may be shown of a point.
func pointName(p PlannedPoint, lang string) any {
	if !p.Outward.Guarded {
		return p.Name(lang)
	}
	if p.Outward.Names == nil {
		return page.M("mobility.screening.guarded", "kind", page.M("place.point."+string(p.Kind)), "area", page.Country(p.Outward.Country))
	}
	return page.M("mobility.screening.guarded", "kind", page.M("place.point."+string(p.Kind)), "area", place.Area{Code: p.Outward.Code, Names: p.Outward.Names}.Name(lang))
}

// howMsg says how sure it is that no choice is better.
func howMsg(x Placed) any {
	if !x.Best.Exact {
		return page.M("mobility.screening.greedy", "gap", percent(x.Best.Gap()))
	}
	if slices.Equal(x.Best.Chosen, x.Greedy.Chosen) {
		return page.M("mobility.screening.exact")
	}
	return []any{page.M("mobility.screening.exact"), page.M("mobility.screening.exact_better", "gap", percent(1-x.Greedy.Detected/x.Best.Detected))}
}
