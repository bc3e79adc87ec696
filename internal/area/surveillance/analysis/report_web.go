package analysis

import (
	"encoding/csv"
	"net/http"
	"strconv"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

var (
	printRoute = access.Route{Name: "surveillance.situation", Means: access.Print, Purpose: "public_health", Recipients: []access.Recipient{access.Statistics}, Action: access.ExportStatistics, Patterns: []string{"GET /surveillance/desk/print"}}
	fileRoute  = access.Route{Name: "surveillance.situation_file", Means: access.Export, Purpose: "public_health", Recipients: []access.Recipient{access.Statistics}, Action: access.ExportStatistics, Patterns: []string{"GET /surveillance/desk/export"}}
)

// Outlets are this package's ways out.
func Outlets() []access.Route { return []access.Route{printRoute, fileRoute} }

// reported is a desk as it leaves, with small cells suppressed.
type reported struct {
	Desk
	rule  Suppression
	sites map[string]place.Site
}

func (s *Service) leaving(r *http.Request, route access.Route) (reported, error) {
	a := s.readAsked(r.URL.Query())
	sites, err := s.guarded(r.Context())
	if err == nil && neverTold(sites, a.Site) {
		a.Site = "" // never told of finer than its country
	}
	out := reported{rule: s.rule, sites: sites}
	if err == nil {
		out.Desk, err = s.DeskOf(r.Context(), a)
	}
	if err == nil {
		err = s.Access.Release(r.Context(), route, access.Statistics, db.ID{})
	}
	return out, err
}

// neverTold reports whether nothing finer than the country is told of a site: what is
// not known here may be a shelter.
func neverTold(sites map[string]place.Site, code string) bool {
	site, ok := sites[code]
	return !ok || site.Guarded
}

func (s *Service) getPrint(w http.ResponseWriter, r *http.Request) {
	rep, err := s.leaving(r, printRoute)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "analysis.report.title", Back: page.Link{Href: deskPath + "?" + rep.query().Encode(), Text: page.M("analysis.title")}}, reportView(rep, page.LocaleOf(r).Code), nil)
}

func cellOf(c Cell, limit int) any {
	switch {
	case !c.Suppressed:
		return c.N
	case c.N < limit && !c.Blank:
		return page.M("analysis.fewer", "n", limit)
	}
	return page.M("analysis.withheld")
}

// reportView is the situation report: the numbers of the desk, none of them small.
func reportView(rep reported, lang string) page.Sheet {
	d, one := rep.Desk, func(n int) any { return cellOf(rep.rule.One(n), rep.rule.Limit) }
	classes := rep.rule.Line(d.Confirmed, d.Probable, d.Suspected)
	site := any(page.M("analysis.all_sites"))
	if s, ok := rep.sites[d.Site]; ok {
		site = s.Name(lang)
	}
	v := page.Sheet{Lead: page.M("analysis.report.lead"), Rows: page.Summary{{Label: page.M("analysis.disease"), Value: diseaseMsg(d.Disease)}, {Label: page.M("analysis.site"), Value: site}, {Label: page.M("analysis.from"), Value: d.From.Date()}, {Label: page.M("analysis.to"), Value: d.To.Date()},
		{Label: page.M("analysis.cases"), Value: one(d.Cases)}, {Label: page.M("analysis.confirmed"), Value: cellOf(classes[0], rep.rule.Limit)}, {Label: page.M("analysis.probable"), Value: cellOf(classes[1], rep.rule.Limit)},
		{Label: page.M("analysis.suspected"), Value: cellOf(classes[2], rep.rule.Limit)}, {Label: page.M("analysis.deaths"), Value: one(d.Deaths)}}}
	rates := ratePart(rep.fatality())
	if rep.rule.One(d.Cases).Suppressed || rep.rule.One(d.Deaths).Suppressed || rep.rule.One(d.Cases-d.Deaths).Suppressed {
		rates = page.Part{Title: page.M("analysis.rates"), Lead: page.M("analysis.report.rates_withheld")}
	}
	v.Parts = []page.Part{{Title: page.M("analysis.curve"), Table: rep.weeks()}, {Title: page.M("analysis.by_title"), Table: rep.table(lang)}, rates}
	if d.RtNo == Given && !rep.rule.One(d.Cases).Suppressed {
		if last, ok := rep.lastRt(); ok {
			v.Parts = append(v.Parts, page.Part{Title: page.M("analysis.rt"), Rows: page.Summary{{Label: page.M("analysis.rt_end"), Value: last.Day.Date()}, {Label: page.M("analysis.rt_mean"), Value: page.M("analysis.rt_is", "mean", text(last.Mean, 2), "low", text(last.Low, 2), "high", text(last.High, 2))}}})
		}
	}
	v.Limits = []page.Msg{page.M("analysis.limit.suppressed", "n", rep.rule.Limit), page.M("analysis.limit.late"), page.M("analysis.limit.guarded"), page.M("analysis.limit.classes")}
	return v
}

// fatality is the desk without the fatalities that tell a small number: how many
// recovered, how many are open, or how many of those who died have no day of onset.
func (rep reported) fatality() Desk {
	d := rep.Desk
	if rep.rule.One(d.Recovered).Suppressed || rep.rule.One(d.Cases-d.Deaths-d.Recovered).Suppressed {
		d.SettledNo = Withheld
	}
	if n := int(d.Delayed.Deaths); d.DelayedNo == Given && (rep.rule.One(n).Suppressed || rep.rule.One(d.Deaths-n).Suppressed) {
		d.DelayedNo = Withheld
	}
	return d
}

// lastRt is the last reproduction number of days that are not fresh.
func (rep reported) lastRt() (out RtDay, ok bool) {
	for _, r := range rep.Rt {
		if r.No == Given && !r.Fresh {
			out, ok = r, true
		}
	}
	return out, ok
}

func (rep reported) weeks() *page.Table {
	t := &page.Table{Tight: true, Numbers: true, Columns: []page.Column{{Label: page.M("analysis.when")}, {Label: page.M("analysis.local"), Number: true}, {Label: page.M("analysis.imported"), Number: true}, {Label: page.M("analysis.unknown"), Number: true}, {Label: page.M("analysis.deaths"), Number: true}}}
	for i, c := range rep.rule.Weeks(rep.Weekly) {
		t.Rows = append(t.Rows, []page.Cell{page.Code(rep.Weekly[i].Week), cellOf(c[0], rep.rule.Limit), cellOf(c[1], rep.rule.Limit), cellOf(c[2], rep.rule.Limit), cellOf(c[3], rep.rule.Limit)})
	}
	return t
}

// groups are the lines that leave: ages, and sites but those that are never told of.
func (rep reported) groups() map[string][]Line {
	return map[string][]Line{"age": rep.Ages, "site": coarse(rep.Sites, func(code string) bool { return neverTold(rep.sites, code) })}
}

func (rep reported) table(lang string) *page.Table {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("analysis.by"), Wide: true}, {Label: page.M("analysis.cases"), Number: true}, {Label: page.M("analysis.deaths"), Number: true}}, Empty: page.Empty{Title: page.M("analysis.none")}}
	groups := rep.groups()
	for _, kind := range []string{"age", "site"} {
		cases, deaths := rep.rule.Lines(groups[kind])
		for i, l := range groups[kind] {
			t.Rows = append(t.Rows, []page.Cell{lineLabel(kind, l.Key, rep.sites, lang), cellOf(cases[i], rep.rule.Limit), cellOf(deaths[i], rep.rule.Limit)})
		}
	}
	return t
}

// getExport writes the weeks of the report as CSV: what is suppressed is "<5", or empty
// where it would be worked out from the rest.
func (s *Service) getExport(w http.ResponseWriter, r *http.Request) {
	rep, err := s.leaving(r, fileRoute)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="situation-`+rep.To.String()+`.csv"`)
	out := csv.NewWriter(w)
	_ = out.Write([]string{"disease", "week", "local", "imported", "origin_unknown", "deaths"}) // who closed the page has no use for the error
	for i, week := range rep.rule.Weeks(rep.Weekly) {
		row := []string{rep.Disease, string(rep.Weekly[i].Week)}
		for _, x := range week {
			row = append(row, rep.cellText(x))
		}
		_ = out.Write(row)
	}
	out.Flush()
}

func (rep reported) cellText(c Cell) string {
	switch {
	case !c.Suppressed:
		return strconv.Itoa(c.N)
	case c.N < rep.rule.Limit && !c.Blank:
		return "<" + strconv.Itoa(rep.rule.Limit)
	}
	return ""
}
