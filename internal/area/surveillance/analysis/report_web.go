package analysis

import (
	"encoding/csv"
	"net/http"
	"slices"
	"strconv"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

var (
	printRoute = access.Route{Name: "surveillance.situation", Means: access.Print, Purpose: "public_health", Recipients: []access.Recipient{access.Statistics}, Action: access.ExportStatistics, Patterns: []string{"GET /surveillance/desk/print"}}
	fileRoute  = access.Route{Name: "surveillance.situation_file", Means: access.Export, Purpose: "public_health", Recipients: []access.Recipient{access.Statistics}, Action: access.ExportStatistics, Patterns: []string{"GET /surveillance/desk/export"}}
)

// Outlets are this package's ways out.
func Outlets() []access.Route { return []access.Route{printRoute, fileRoute, situationRoute} }

// reported is a desk as it leaves, with small cells suppressed.
type reported struct {
	Desk
	Outside
	rule  Suppression
	sites map[string]place.Site
}

// newReported is what leaves of a desk of whole weeks and all sites.
func newReported(d Desk, rule Suppression, sites map[string]place.Site) reported {
	var codes []string
	for code := range sites {
		if !neverTold(sites, code) {
			codes = append(codes, code)
		}
	}
	slices.Sort(codes)
	return reported{Desk: d, Outside: rule.leaving(d, codes), rule: rule, sites: sites}
}

// leaving answers what leaves of what is asked: whole weeks that are over, and all sites
// together, since one of a site alone could be subtracted from another; and the serial
// interval of the agent, since a reader who may choose it can ask about one week at a time.
func (s *Service) leaving(r *http.Request, route access.Route) (reported, error) {
	a, whole := s.readAsked(r.URL.Query()), false
	a.Site, a.Given = "", Interval{}
	if a.From, a.To, whole = wholeWeeks(a.From, a.To, s.today()); !whole {
		return reported{}, fault.New(fault.Invalid, "analysis.leaving", "analysis.error.weeks")
	}
	sites, err := s.sites(r.Context())
	if err != nil {
		return reported{}, err
	}
	d, err := s.DeskOf(r.Context(), a)
	if err == nil {
		err = s.Access.Release(r.Context(), route, access.Statistics, db.ID{})
	}
	return newReported(d, s.rule, sites), err
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

func (rep reported) cell(c Cell) any {
	switch {
	case c.Told():
		return c.Least
	case c == rep.rule.total(1):
		return page.M("analysis.fewer", "n", rep.rule.Limit)
	case c.Least == 0:
		return page.M("analysis.at_most", "n", c.Most)
	}
	return page.M("analysis.between", "low", c.Least, "high", c.Most)
}

// period says what a report is of.
func (d Desk) period(site any) page.Summary {
	return page.Summary{{Label: page.M("analysis.disease"), Value: diseaseMsg(d.Disease)}, {Label: page.M("analysis.site"), Value: site}, {Label: page.M("analysis.from"), Value: d.From.Date()}, {Label: page.M("analysis.to"), Value: d.To.Date()}}
}

// reportView is the situation report: the numbers of the desk, none of them small.
func reportView(rep reported, lang string) page.Sheet {
	v := page.Sheet{Lead: page.M("analysis.report.lead"), Rows: append(rep.period(page.M("analysis.all_sites")),
		page.Row{Label: page.M("analysis.cases"), Value: rep.cell(rep.Outside.Cases)}, page.Row{Label: page.M("analysis.confirmed"), Value: rep.cell(rep.Outside.Classes[0])}, page.Row{Label: page.M("analysis.probable"), Value: rep.cell(rep.Outside.Classes[1])},
		page.Row{Label: page.M("analysis.suspected"), Value: rep.cell(rep.Outside.Classes[2])}, page.Row{Label: page.M("analysis.deaths"), Value: rep.cell(rep.Outside.Deaths)})}
	v.Parts = []page.Part{{Title: page.M("analysis.curve"), Table: rep.weeks()}, {Title: page.M("analysis.by_title"), Table: rep.table(lang)}, rep.rates()}
	v.Limits = []page.Msg{page.M("analysis.limit.weeks"), page.M("analysis.limit.suppressed", "n", rep.rule.Limit), page.M("analysis.limit.left_out"), page.M("analysis.limit.late"), page.M("analysis.limit.guarded"), page.M("analysis.limit.classes")}
	return v
}

// rates are the rates that tell no more than the numbers that leave: the fatality of
// numbers that do, and the reproduction number that is worked out of weeks that do. Every
// other one is of the desk alone.
func (rep reported) rates() page.Part {
	p := page.Part{Title: page.M("analysis.rates"), Lead: page.M("analysis.report.rates_lead")}
	cfr := page.Row{Label: page.M("analysis.cfr_crude"), Value: refused(Withheld)}
	if rep.Outside.Cases.Told() && rep.Outside.Deaths.Told() {
		cfr = fatalityRow(page.M("analysis.cfr_crude"), rep.Crude, rep.CrudeNo)
	}
	p.Rows = append(p.Rows, cfr)
	if rep.Outside.LastRtNo != Given {
		p.Rows = append(p.Rows, page.Row{Label: page.M("analysis.rt"), Value: refused(rep.Outside.LastRtNo)})
		return p
	}
	last := rep.Outside.LastRt
	p.Rows = append(p.Rows, page.Row{Label: page.M("analysis.rt"), Value: page.M("analysis.rt_is", "mean", text(last.Mean, 2), "low", text(last.Low, 2), "high", text(last.High, 2))}, page.Row{Label: page.M("analysis.rt_end"), Value: last.Day.Date()})
	return p
}

func (rep reported) weeks() *page.Table {
	t := &page.Table{Tight: true, Numbers: true, Columns: []page.Column{{Label: page.M("analysis.when")}, {Label: page.M("analysis.cases"), Number: true}, {Label: page.M("analysis.local"), Number: true}, {Label: page.M("analysis.imported"), Number: true}, {Label: page.M("analysis.unknown"), Number: true}, {Label: page.M("analysis.deaths"), Number: true}}}
	for _, x := range rep.Weeks {
		t.Rows = append(t.Rows, []page.Cell{page.Code(x.Week), rep.cell(x.All), rep.cell(x.LocalLeft), rep.cell(x.ImportedLeft), rep.cell(x.UnknownLeft), rep.cell(x.DeathsLeft)})
	}
	return t
}

// table are the lines of which something is told for certain.
func (rep reported) table(lang string) *page.Table {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("analysis.by"), Wide: true}, {Label: page.M("analysis.cases"), Number: true}, {Label: page.M("analysis.deaths"), Number: true}}, Empty: page.Empty{Title: page.M("analysis.none")}}
	for _, g := range []struct {
		kind  string
		lines []Left
	}{{"age", rep.Outside.Ages}, {"site", rep.Outside.Sites}} {
		for _, l := range g.lines {
			if l.Cases.Least > 0 {
				t.Rows = append(t.Rows, []page.Cell{lineLabel(g.kind, l.Key, rep.sites, lang), rep.cell(l.Cases), rep.cell(l.Deaths)})
			}
		}
	}
	return t
}

// getExport writes the weeks of the report as CSV: what is suppressed is "<5", or empty.
func (s *Service) getExport(w http.ResponseWriter, r *http.Request) {
	rep, err := s.leaving(r, fileRoute)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="situation-`+rep.Outside.To.String()+`.csv"`)
	out := csv.NewWriter(w)
	_ = out.Write([]string{"disease", "week", "cases", "local", "imported", "origin_unknown", "deaths"}) // who closed the page has no use for the error
	for _, x := range rep.Weeks {
		row := []string{rep.Disease, string(x.Week)}
		for _, c := range []Cell{x.All, x.LocalLeft, x.ImportedLeft, x.UnknownLeft, x.DeathsLeft} {
			row = append(row, rep.cellText(c))
		}
		_ = out.Write(row)
	}
	out.Flush()
}

func (rep reported) cellText(c Cell) string {
	switch {
	case c.Told():
		return strconv.Itoa(c.Least)
	case c == rep.rule.total(1):
		return "<" + strconv.Itoa(rep.rule.Limit)
	}
	return ""
}
