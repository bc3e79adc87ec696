package analysis

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

const situationPath = "/surveillance/desk/reported"

var situationRoute = access.Route{Name: "surveillance.situation_reported", Means: access.Print, Purpose: "public_health", Recipients: []access.Recipient{access.Statistics}, Action: access.ExportStatistics, Patterns: []string{"GET /surveillance/desk/reported/print"}}

// readSituation reads what is asked for; what is not a day was not given.
func (s *Service) readSituation(r *http.Request, series []surveillance.CountSeries) (a SituationAsked) {
	q := r.URL.Query()
	a.Disease, a.Source, _ = strings.Cut(q.Get("series"), " ")
	if a.Source == "" && len(series) > 0 {
		a.Disease, a.Source = series[0].Disease, series[0].Source
	}
	if d, err := calendar.ParseDay(q.Get("from")); err == nil {
		a.From = d
	}
	if d, err := calendar.ParseDay(q.Get("to")); err == nil {
		a.To = min(d, s.today())
	}
	return a
}

func (a SituationAsked) query() string {
	return url.Values{"series": {a.Disease + " " + a.Source}, "from": {a.From.String()}, "to": {a.To.String()}}.Encode()
}

func (s *Service) getSituation(w http.ResponseWriter, r *http.Request) {
	series, err := s.SituationSeries(r.Context())
	pg := page.Page{Title: "analysis.reported.title", Back: page.Link{Href: deskPath, Text: page.M("analysis.title")}, Wide: true}
	if err == nil && len(series) == 0 {
		s.Pages.Sheet(w, r, pg, page.Sheet{Lead: page.M("analysis.reported.lead"), Notes: []page.Callout{{Level: page.Info, Text: []page.Msg{page.M("analysis.reported.none")}}}}, nil)
		return
	}
	var x Situation
	var names map[string]surveillance.Unit
	a := s.readSituation(r, series)
	if err == nil {
		x, names, err = s.SituationOf(r.Context(), a)
	}
	if fault.Is(err, fault.Invalid) {
		s.Pages.Sheet(w, r, pg, page.Sheet{Filter: situationForm(a, series), Notes: []page.Callout{{Level: page.Wait, Text: []page.Msg{page.M("analysis.error.period")}}}}, nil)
		return
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	v := situationView(x, names, page.LocaleOf(r).Code)
	v.Filter = situationForm(x.SituationAsked, series)
	if s.Access.Ever(r.Context(), access.ExportStatistics) {
		v.Actions = append(v.Actions, page.Link{Href: situationPath + "/print?" + x.query(), Text: page.M("analysis.report.print")})
	}
	s.Pages.Sheet(w, r, pg, v, nil)
}

func situationForm(a SituationAsked, series []surveillance.CountSeries) *page.Form {
	choose := page.Field{Kind: page.Select, Name: "series", Label: page.M("surveillance.counts.series"), Value: a.Disease + " " + a.Source}
	for _, c := range series {
		choose.Options = append(choose.Options, page.Option{Value: c.Disease + " " + c.Source, Label: page.M("surveillance.counts.by", "disease", diseaseMsg(c.Disease), "source", surveillance.SourceText(c.Source))})
	}
	day := func(d calendar.Day) string {
		if d == 0 {
			return ""
		}
		return d.String()
	}
	return &page.Form{Method: "get", Action: situationPath, Compact: true, Submit: page.M("analysis.show"), Fields: []page.Field{choose,
		{Kind: page.Text, Name: "from", Label: page.M("analysis.from"), Value: day(a.From), Width: 10, Max: 10, Dir: "ltr", Auto: "off"},
		{Kind: page.Text, Name: "to", Label: page.M("analysis.to"), Value: day(a.To), Width: 10, Max: 10, Dir: "ltr", Auto: "off"}}}
}

func (x Situation) head() page.Summary {
	return page.Summary{{Label: page.M("analysis.disease"), Value: diseaseMsg(x.Disease)}, {Label: page.M("analysis.reported.by"), Value: page.M("analysis.reported.as", "source", surveillance.SourceText(x.Source), "day", x.Last.Date())},
		{Label: page.M("analysis.from"), Value: x.From.Date()}, {Label: page.M("analysis.to"), Value: x.To.Date()}}
}

// situationView is the report for the team.
func situationView(x Situation, names map[string]surveillance.Unit, lang string) page.Sheet {
	v := page.Sheet{Lead: page.M("analysis.reported.lead"), Rows: x.head(), Notes: []page.Callout{{Level: page.Wait, Text: []page.Msg{page.M("analysis.team.keep")}}},
		Actions: []page.Link{{Href: "/mobility/next?" + url.Values{"series": {x.Disease + " " + x.Source}, "day": {x.To.String()}}.Encode(), Text: page.M("analysis.reported.next")}},
		Limits:  []page.Msg{page.M("analysis.reported.limit.day"), page.M("analysis.reported.limit.missing"), page.M("analysis.reported.limit.first")}}
	for _, stem := range x.Stems {
		v.Rows = append(v.Rows, page.Row{Label: page.M("surveillance.stem." + stem), Value: page.M("analysis.reported.total_new", "total", x.Totals[stem], "n", x.New[stem])})
	}
	v.Parts = []page.Part{x.curve(), {Title: page.M("analysis.reported.areas"), Lead: page.M("analysis.reported.areas_lead"), Table: x.areas(names, lang)}, x.findings(names, lang)}
	return v
}

func (x Situation) areas(names map[string]surveillance.Unit, lang string) *page.Table {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("analysis.reported.area"), Wide: true}, {Label: page.M("analysis.reported.last")}}}
	for _, stem := range x.Stems {
		t.Columns = append(t.Columns, page.Column{Label: page.M("surveillance.stem." + stem), Number: true})
	}
	t.Columns = append(t.Columns, page.Column{Label: page.M("analysis.reported.silent")})
	for _, l := range x.Lines {
		row := []page.Cell{page.Link{Href: "/surveillance/counts/of/" + url.PathEscape(x.Disease) + "/" + url.PathEscape(l.Unit), Name: names[l.Unit].Name(lang)}, l.As.Date()}
		for _, stem := range x.Stems {
			row = append(row, areaCell(l, stem))
		}
		t.Rows = append(t.Rows, append(row, page.M("analysis.reported.of", "n", l.Silent, "all", l.Days)))
	}
	return t
}

// areaCell is the total as last reported and what is new; what nobody reported is not known.
func areaCell(l SituationLine, stem string) any {
	total, known := l.Totals[stem]
	n, fresh := l.New[stem]
	switch {
	case known && fresh:
		return page.M("analysis.reported.total_new", "total", total.N, "n", n)
	case known:
		return total.N
	case fresh:
		return page.M("analysis.reported.only_new", "n", n)
	}
	return nil
}

// curve are the cases by the day of their report.
func (x Situation) curve() page.Part {
	stem := x.mainStem()
	most := 1
	for _, d := range x.Days {
		most = max(most, d.New[stem])
	}
	const left, top, height = 40.0, 12.0, 140.0
	step := max(4, min(16, 640/float64(len(x.Days))))
	width := left + step*float64(len(x.Days)) + 12
	d := &page.Drawing{Title: page.M("surveillance.stem." + stem), Text: page.M("analysis.reported.curve_text"), W: width, H: top + height + 30}
	d.Marks = append(d.Marks, page.Mark{Kind: page.MarkLine, Look: page.LookAxis, At: []float64{left, top, left, top + height, width, top + height}},
		page.Mark{Kind: page.MarkWords, Look: page.LookAxis, At: []float64{left - 6, top + 8}, Anchor: page.AnchorEnd, Text: most}, page.Mark{Kind: page.MarkWords, Look: page.LookAxis, At: []float64{left - 6, top + height}, Anchor: page.AnchorEnd, Text: 0})
	t := &page.Table{Tight: true, Numbers: true, Columns: []page.Column{{Label: page.M("analysis.reported.day")}, {Label: page.M("analysis.reported.areas_told"), Number: true}}}
	for _, s := range x.Stems {
		t.Columns = append(t.Columns, page.Column{Label: page.M("surveillance.stem." + s), Number: true})
	}
	for i, day := range x.Days {
		at := left + step*float64(i) + 1
		if n := day.New[stem]; n > 0 {
			d.Marks = append(d.Marks, page.Mark{Kind: page.MarkBar, Look: page.LookOne, At: []float64{at, top + height*(1-float64(n)/float64(most)), at + step - 2, top + height}, Name: page.M("analysis.reported.bar", "day", day.Day.Date(), "n", n)})
		}
		row := []page.Cell{day.Day.Date(), day.Areas}
		for _, s := range x.Stems {
			var n any
			if k, ok := day.New[s]; ok {
				n = k
			}
			row = append(row, n)
		}
		t.Rows = append(t.Rows, row)
	}
	slices.Reverse(t.Rows)
	d.Key = []page.KeyEntry{{Kind: page.MarkBar, Look: page.LookOne, Text: page.M("surveillance.stem." + stem)}}
	return page.Part{Title: page.M("analysis.reported.curve"), Lead: page.M("analysis.reported.curve_lead"), Drawing: d, Table: t}
}

// mainStem is what the curve draws: the first that the source reports.
func (x Situation) mainStem() string {
	if len(x.Stems) == 0 {
		return "cases"
	}
	return x.Stems[0]
}

// findings are how many of what does not fit there are in each area; the sentences with
// their numbers stand at the area.
func (x Situation) findings(names map[string]surveillance.Unit, lang string) page.Part {
	p := page.Part{Title: page.M("surveillance.counts.findings"), Lead: page.M("analysis.reported.findings", "count", len(x.Findings))}
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("analysis.reported.area"), Wide: true}, {Label: page.M("analysis.reported.found"), Number: true}}, Empty: page.Empty{Title: page.M("surveillance.counts.no_findings")}}
	for _, l := range x.Lines {
		n := 0
		for _, f := range x.Findings {
			if f.Unit == l.Unit {
				n++
			}
		}
		if n > 0 {
			t.Rows = append(t.Rows, []page.Cell{page.Link{Href: "/surveillance/counts/of/" + url.PathEscape(x.Disease) + "/" + url.PathEscape(l.Unit), Name: names[l.Unit].Name(lang)}, n})
		}
	}
	p.Table = t
	return p
}

// getSituationPrint is the report that leaves: whole weeks that are over, all areas, small
// counts withheld.
func (s *Service) getSituationPrint(w http.ResponseWriter, r *http.Request) {
	series, err := s.SituationSeries(r.Context())
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	a := s.readSituation(r, series)
	list, names, err := s.situationCounts(r.Context(), &a)
	if err == nil {
		whole := false
		if a.From, a.To, whole = wholeWeeks(a.From, a.To, s.today()); !whole {
			err = fault.New(fault.Invalid, "analysis.getSituationPrint", "analysis.error.weeks")
		}
	}
	var codes []string
	if err == nil {
		codes, err = s.tellable(r, names)
	}
	if err == nil {
		err = s.Access.Release(r.Context(), situationRoute, access.Statistics, db.ID{})
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	v := situationLeftView(s.rule.situation(s.lists(), list, a, codes), s.rule, names, page.LocaleOf(r).Code)
	s.Pages.Sheet(w, r, page.Page{Title: "analysis.report.title", Back: page.Link{Href: situationPath + "?" + a.query(), Text: page.M("analysis.reported.title")}}, v, nil)
}

// tellable are the areas that a line may be of: not the sites that are never told of.
func (s *Service) tellable(r *http.Request, names map[string]surveillance.Unit) ([]string, error) {
	sites, err := s.sites(r.Context())
	var out []string
	for code, u := range names {
		site, isSite := strings.CutPrefix(code, surveillance.SiteUnit(""))
		if u.Names == nil && !isSite && len(code) != 3 || isSite && neverTold(sites, site) { // what has no name here may be anything
			continue
		}
		out = append(out, code)
	}
	slices.Sort(out)
	return out, err
}

func situationLeftView(x SituationLeft, rule Suppression, names map[string]surveillance.Unit, lang string) page.Sheet {
	rep := reported{rule: rule}
	v := page.Sheet{Lead: page.M("analysis.reported.left_lead"), Rows: x.head(),
		Limits: []page.Msg{page.M("analysis.limit.weeks"), page.M("analysis.limit.suppressed", "n", rule.Limit), page.M("analysis.reported.limit.totals"), page.M("analysis.reported.limit.day"), page.M("analysis.reported.limit.missing")}}
	areas := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("analysis.reported.area"), Wide: true}}, Empty: page.Empty{Title: page.M("analysis.none")}}
	weeks := &page.Table{Tight: true, Numbers: true, Columns: []page.Column{{Label: page.M("analysis.when")}, {Label: page.M("analysis.reported.days"), Number: true}}}
	for _, stem := range x.Stems {
		v.Rows = append(v.Rows, page.Row{Label: page.M("surveillance.stem." + stem), Value: rep.cell(x.All[stem])})
		areas.Columns = append(areas.Columns, page.Column{Label: page.M("surveillance.stem." + stem), Number: true})
		weeks.Columns = append(weeks.Columns, page.Column{Label: page.M("surveillance.stem." + stem), Number: true})
	}
	v.Rows = append(v.Rows, page.Row{Label: page.M("surveillance.counts.findings"), Value: page.M("analysis.reported.findings", "count", len(x.Findings))})
	for _, k := range x.Weeks {
		row := []page.Cell{page.Code(k.Week), k.Days}
		for _, stem := range x.Stems {
			row = append(row, rep.cell(k.All[stem]))
		}
		weeks.Rows = append(weeks.Rows, row)
	}
	for _, l := range x.Areas {
		row, told := []page.Cell{names[l.Unit].Name(lang)}, false
		if l.Unit == "" {
			row[0] = page.M("analysis.reported.others")
		}
		for _, stem := range x.Stems {
			row, told = append(row, rep.cell(l.New[stem])), told || l.New[stem].Least > 0
		}
		if told {
			areas.Rows = append(areas.Rows, row)
		}
	}
	v.Parts = []page.Part{{Title: page.M("analysis.reported.curve"), Lead: page.M("analysis.reported.curve_lead"), Table: weeks}, {Title: page.M("analysis.reported.areas"), Table: areas}}
	return v
}

// situationSample is a report with an area that did not report, for the tests that render
// every page.
func situationSample(words string, rule Suppression) (team, left page.Sheet) {
	monday := calendar.DayOfTime(sampleNow) - 14
	var list []surveillance.Reported
	for i, n := range []int{4, 11, 2, 0, 9, 30, 1, 8} {
		day := monday + calendar.Day(i)
		c := surveillance.Cell{Unit: []string{"COD", "UGA"}[i%2], Disease: "bdbv", Indicator: "new_suspected_cases", Period: surveillance.DayPeriod(day), Source: words}
		list = append(list, surveillance.FoldReports([]surveillance.Report{{Cell: c, Value: surveillance.Of(n), Reported: day}}))
		c.Indicator = "cumulative_suspected_cases"
		list = append(list, surveillance.FoldReports([]surveillance.Report{{Cell: c, Value: surveillance.Of(20 + 3*i), Reported: day}}))
		c.Indicator = "new_suspected_deaths"
		list = append(list, surveillance.FoldReports([]surveillance.Report{{Cell: c, Value: surveillance.Count{Known: i != 3, N: i / 3}, Reported: day}}))
	}
	a := SituationAsked{Disease: "bdbv", Source: words, From: monday, To: monday + 13}
	names := map[string]surveillance.Unit{"COD": {Code: "COD", Names: map[string]string{"en": words}}, "UGA": {Code: "UGA", Names: map[string]string{"en": words}}}
	return situationView(MakeSituation(surveillance.Shipped(), list, a), names, "en"), situationLeftView(rule.situation(surveillance.Shipped(), list, a, []string{"COD", "UGA"}), rule, names, "en")
}
