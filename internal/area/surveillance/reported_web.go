package surveillance

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/epi"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

const countsPath = "/surveillance/counts"

// countRoutes are the pages of reported counts.
func (s *Service) countRoutes(mux *http.ServeMux) {
	for pattern, h := range map[string]http.HandlerFunc{
		"GET /surveillance/counts":                   s.getCounts,
		"GET /surveillance/counts/new":               s.getNewCount,
		"POST /surveillance/counts/new":              s.postNewCount,
		"GET /surveillance/counts/one/{id}":          s.getCount,
		"GET /surveillance/counts/of/{disease}/{at}": s.getUnitCounts,
	} {
		mux.HandleFunc(pattern, h)
	}
}

func countsLink() page.Link {
	return page.Link{Href: countsPath, Text: page.M("surveillance.counts.title")}
}

// seriesValue is a disease and a source in one choice.
func seriesValue(c CountSeries) string { return c.Disease + " " + c.Source }

func (s *Service) getCounts(w http.ResponseWriter, r *http.Request) {
	disease, source, _ := strings.Cut(r.URL.Query().Get("series"), " ")
	o, err := s.CountOverview(r.Context(), disease, source)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "surveillance.counts.title", Back: deskLink(), Wide: true}, s.countsView(o, page.LocaleOf(r).Code, s.Access.Ever(r.Context(), access.CountRecord)), nil)
}

func (s *Service) countsView(o Overview, lang string, mayRecord bool) page.Sheet {
	v := page.Sheet{Lead: page.M("surveillance.counts.lead"), Table: &page.Table{Empty: page.Empty{Title: page.M("surveillance.counts.none"), Text: page.M("surveillance.counts.none_text")}}}
	if mayRecord {
		v.Actions = []page.Link{{Href: countsPath + "/new", Text: page.M("surveillance.counts.new")}}
	}
	if len(o.Series) == 0 {
		return v
	}
	choose := page.Field{Kind: page.Select, Name: "series", Label: page.M("surveillance.counts.series"), Value: seriesValue(o.Chosen)}
	for _, c := range o.Series {
		choose.Options = append(choose.Options, page.Option{Value: seriesValue(c), Label: page.M("surveillance.counts.by", "disease", page.M("surveillance.disease."+c.Disease), "source", SourceText(c.Source))})
	}
	v.Filter = &page.Form{Method: "get", Action: countsPath, Compact: true, Submit: page.M("surveillance.list.show"), Fields: []page.Field{choose}}
	found := 0
	t := v.Table
	t.Tight = true
	t.Columns = []page.Column{{Label: page.M("surveillance.counts.unit"), Wide: true}, {Label: page.M("surveillance.counts.last")}}
	shown := []string{"suspected_cases", "confirmed_cases", "suspected_deaths", "confirmed_deaths"}
	for _, stem := range shown {
		t.Columns = append(t.Columns, page.Column{Label: page.M("surveillance.stem." + stem), Number: true})
	}
	t.Columns = append(t.Columns, page.Column{Label: page.M("surveillance.counts.findings")})
	for _, u := range o.Units {
		found += len(u.Findings)
		row := []page.Cell{page.Link{Href: unitPath(o.Chosen.Disease, u.Unit.Code), Name: u.Unit.Name(lang)}, u.Last}
		for _, stem := range shown {
			row = append(row, latestTotal(u.Counts, "cumulative_"+stem))
		}
		t.Rows = append(t.Rows, append(row, findingsTag(u.Findings)))
	}
	v.Notes = append(v.Notes, page.Callout{Level: page.Info, Text: []page.Msg{page.M("surveillance.counts.unknown")}})
	if found > 0 {
		v.Notes = append(v.Notes, page.Callout{Level: page.Wait, Text: []page.Msg{page.M("surveillance.counts.found", "count", found)}})
	}
	return v
}

func unitPath(disease, unit string) string {
	return countsPath + "/of/" + url.PathEscape(disease) + "/" + url.PathEscape(unit)
}

// latestTotal is the last known number of an indicator; nil, "not known", where none is.
func latestTotal(list []Reported, indicator string) any {
	var latest *Reported
	for i, r := range list {
		if r.Indicator == indicator && r.Value.Known && (latest == nil || byPeriod(*latest, r) < 0) {
			latest = &list[i]
		}
	}
	if latest == nil {
		return nil
	}
	return latest.Value.N
}

func findingsTag(list []Finding) any {
	if len(list) == 0 {
		return page.Tag{Text: page.M("surveillance.counts.no_findings")}
	}
	return page.Tag{Level: page.Wait, Text: page.M("surveillance.counts.finding_count", "count", len(list))}
}

func (s *Service) getUnitCounts(w http.ResponseWriter, r *http.Request) {
	disease := r.PathValue("disease")
	u, err := s.UnitCountsOf(r.Context(), disease, r.PathValue("at"), r.URL.Query().Get("source"))
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "surveillance.counts.unit_title", Back: countsLink(), Wide: true}, s.unitView(u, disease, page.LocaleOf(r).Code), nil)
}

// unitView shows the counts of a unit: what does not fit, then one table a stem and source.
func (s *Service) unitView(u UnitCounts, disease, lang string) page.Sheet {
	v := page.Sheet{Rows: page.Summary{{Label: page.M("surveillance.counts.unit"), Value: u.Unit.Name(lang)}, {Label: page.M("surveillance.list.what"), Value: page.M("surveillance.disease." + disease)}}}
	if len(u.Findings) > 0 {
		p := page.Part{Title: page.M("surveillance.counts.findings"), Lead: page.M("surveillance.counts.findings_lead"),
			Table: &page.Table{Columns: []page.Column{{Label: page.M("surveillance.counts.period")}, {Label: page.M("surveillance.counts.what"), Wide: true}, {Label: page.M("surveillance.counts.source")}}}}
		for _, f := range u.Findings {
			p.Table.Rows = append(p.Table.Rows, []page.Cell{page.Code(f.Period), findingMsg(f), SourceText(f.Source)})
		}
		v.Parts = append(v.Parts, p)
	}
	for _, key := range s.tablesOf(u.Counts) {
		v.Parts = append(v.Parts, s.stemPart(u.Counts, key))
	}
	return v
}

// tablesOf are the stems and sources that there are counts of, in the order of the list.
func (s *Service) tablesOf(list []Reported) (out []seriesKey) {
	for _, ind := range s.lists.Indicators {
		for _, r := range list {
			k := seriesKey{unit: r.Unit, disease: r.Disease, source: r.Source, what: ind.Stem}
			if r.Indicator == ind.Code && !slices.Contains(out, k) {
				out = append(out, k)
			}
		}
	}
	return out
}

// stemPart is the table of one stem of one source: new and cumulative side by side.
func (s *Service) stemPart(list []Reported, k seriesKey) page.Part {
	var modes []Indicator
	for _, ind := range s.lists.Indicators {
		if ind.Stem == k.what && slices.ContainsFunc(list, func(r Reported) bool { return r.Indicator == ind.Code && r.Source == k.source }) {
			modes = append(modes, ind)
		}
	}
	p := page.Part{Title: page.M("surveillance.stem." + k.what), Lead: page.M("surveillance.counts.source_is", "source", SourceText(k.source)),
		Table: &page.Table{Tight: true, Numbers: true, Columns: []page.Column{{Label: page.M("surveillance.counts.period")}}}}
	for _, m := range modes {
		p.Table.Columns = append(p.Table.Columns, page.Column{Label: page.M("surveillance.mode." + string(m.Mode)), Number: true})
	}
	for _, period := range periodsOf(list, k) {
		row := []page.Cell{page.Code(period)}
		for _, m := range modes {
			row = append(row, countCell(list, Cell{k.unit, k.disease, m.Code, period, k.source}))
		}
		p.Table.Rows = append(p.Table.Rows, row)
	}
	return p
}

func periodsOf(list []Reported, k seriesKey) (out []Period) {
	for _, r := range list {
		if r.Source == k.source && !slices.Contains(out, r.Period) && strings.HasSuffix(r.Indicator, k.what) {
			out = append(out, r.Period)
		}
	}
	slices.Sort(out)
	return out
}

// countCell shows a count with the way to its history. Nothing reported, "not reported"
// and zero are three things.
func countCell(list []Reported, c Cell) any {
	i := slices.IndexFunc(list, func(r Reported) bool { return r.Cell == c })
	if i < 0 {
		return page.Tag{Text: page.M("surveillance.counts.missing")}
	}
	r := list[i]
	link := page.Link{Href: countsPath + "/one/" + r.ID.String()}
	if !r.Value.Known {
		link.Text = page.M("surveillance.counts.how.not_reported")
		return link
	}
	link.Text = page.M("surveillance.counts.number", "n", r.Value.N)
	switch {
	case r.Differs:
		return []any{link, page.Tag{Level: page.Wait, Text: page.M("surveillance.finding.differ_tag")}}
	case r.Revised > 0:
		return []any{link, page.Tag{Level: page.Info, Text: page.M("surveillance.finding.revision_tag")}}
	}
	return link
}

// findingMsg says a finding in one sentence.
func findingMsg(f Finding) page.Msg {
	return page.M("surveillance.finding."+string(f.Kind), "indicator", page.M("surveillance.indicator."+f.Indicator), "earlier", periodArg(f.Earlier), "was", f.Was, "is", f.Is, "whole", wholeMsg(f))
}

// periodArg is a period within a sentence: a day as days are written there.
func periodArg(p Period) any {
	if first, last, ok := p.Bounds(); ok && first == last {
		return first.Date()
	}
	return string(p)
}

func wholeMsg(f Finding) page.Msg {
	if f.Whole == "" {
		return page.M("page.unknown")
	}
	return page.M("surveillance.indicator." + f.Whole)
}

func (s *Service) getCount(w http.ResponseWriter, r *http.Request) {
	id, err := page.PathID(r, "id")
	var c Reported
	var u Unit
	if err == nil {
		c, u, err = s.Count(r.Context(), id)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "surveillance.counts.one", Back: page.Link{Href: unitPath(c.Disease, c.Unit), Text: page.M("surveillance.counts.unit_title")}},
		countView(c, u.Name(page.LocaleOf(r).Code), s.Access.Ever(r.Context(), access.CountRecord)), nil)
}

func countView(c Reported, unit string, mayRecord bool) page.Sheet {
	var holds any = page.M("surveillance.counts.how.not_reported")
	if c.Value.Known {
		holds = c.Value.N
	}
	v := page.Sheet{Rows: page.Summary{{Label: page.M("surveillance.counts.unit"), Value: unit}, {Label: page.M("surveillance.list.what"), Value: page.M("surveillance.disease." + c.Disease)},
		{Label: page.M("surveillance.counts.indicator"), Value: page.M("surveillance.indicator." + c.Indicator)}, {Label: page.M("surveillance.counts.period"), Value: page.Code(c.Period)},
		{Label: page.M("surveillance.counts.source"), Value: SourceText(c.Source)}, {Label: page.M("surveillance.counts.holds"), Value: holds}}}
	if mayRecord {
		v.Actions = []page.Link{{Href: countsPath + "/new?of=" + c.ID.String(), Text: page.M("surveillance.counts.correct")}}
	}
	p := page.Part{Title: page.M("surveillance.counts.history"), Lead: page.M("surveillance.counts.history_lead")}
	for _, r := range slices.Backward(c.Reports) {
		e := page.Event{When: r.Reported, What: page.M("surveillance.counts.how.not_reported")}
		switch {
		case r.Withdrawn:
			e.What = page.M("surveillance.counts.withdrawn")
		case r.Value.Known:
			e.What = page.M("surveillance.counts.number", "n", r.Value.N)
		}
		var detail []any
		for _, text := range []string{r.From, r.Note} {
			if text != "" {
				detail = append(detail, text)
			}
		}
		if len(detail) > 0 {
			e.Detail = detail
		}
		p.Timeline = append(p.Timeline, e)
	}
	v.Parts = []page.Part{p}
	return v
}

// countForm asks for one count.
func (s *Service) countForm() *page.Form {
	indicators := page.OptionsOf(codesOf(s.lists.Indicators), "surveillance.indicator.")
	return &page.Form{Action: countsPath + "/new", Submit: page.M("surveillance.counts.save"), Fields: []page.Field{
		{Kind: page.Text, Name: "unit", Label: page.M("surveillance.counts.unit"), Hint: page.M("surveillance.counts.unit_hint"), Max: longPlace, Dir: "auto", Auto: "off"},
		{Kind: page.Select, Name: "disease", Label: page.M("surveillance.report.disease"), Options: s.diseaseOptions()[1:]},
		{Kind: page.Select, Name: "indicator", Label: page.M("surveillance.counts.indicator"), Options: indicators},
		{Kind: page.Text, Name: "period", Label: page.M("surveillance.counts.period"), Hint: page.M("surveillance.counts.period_hint"), Width: 10, Max: 10, Dir: "ltr", Auto: "off"},
		{Kind: page.Text, Name: "value", Label: page.M("surveillance.counts.value"), Hint: page.M("surveillance.counts.value_hint"), Width: 10, Max: 10, Dir: "ltr", Auto: "off",
			Extra: []page.Extra{{Name: "state", Value: "not_reported", Label: page.M("surveillance.counts.not_reported_box")}, {Name: "state", Value: "withdrawn", Label: page.M("surveillance.counts.withdrawn_box")}}},
		{Kind: page.Text, Name: "source", Label: page.M("surveillance.counts.source"), Hint: page.M("surveillance.counts.source_hint"), Max: longSource, Dir: "auto", Auto: "off"},
		{Kind: page.Date, Name: "reported", Label: page.M("surveillance.counts.reported"), Hint: page.M("surveillance.counts.reported_hint")},
		{Kind: page.LongText, Name: "note", Label: page.M("surveillance.counts.note"), Max: longWhy, Optional: true},
	}}
}

func codesOf(list []Indicator) (out []string) {
	for _, i := range list {
		out = append(out, i.Code)
	}
	return out
}

func (s *Service) mayRecord(r *http.Request) error {
	return s.Access.Check(r.Context(), access.CountRecord, access.Resource{Kind: kindReported})
}

// getNewCount is the form, filled with a cell that is to be corrected, if one is given.
func (s *Service) getNewCount(w http.ResponseWriter, r *http.Request) {
	err := s.mayRecord(r)
	f := s.countForm()
	if of := r.URL.Query().Get("of"); of != "" && err == nil {
		var id db.ID
		var c Reported
		if id, err = db.ParseID(of); err == nil {
			c, _, err = s.Count(r.Context(), id)
		}
		for name, v := range map[string]string{"unit": c.Unit, "disease": c.Disease, "indicator": c.Indicator, "period": string(c.Period), "source": c.Source} {
			f.Find(name).Value = v
		}
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.showNewCount(w, r, f)
}

func (s *Service) showNewCount(w http.ResponseWriter, r *http.Request, f *page.Form) {
	s.Pages.Sheet(w, r, page.Page{Title: "surveillance.counts.new", Back: countsLink()}, page.Sheet{Lead: page.M("surveillance.counts.new_lead"), Form: f}, f)
}

func (s *Service) postNewCount(w http.ResponseWriter, r *http.Request) {
	err := page.ReadForm(w, r, page.FormLimit)
	if err == nil {
		err = s.mayRecord(r)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := s.countForm()
	f.Fill(r.PostForm)
	report, err := s.readCountForm(r)
	if err == nil {
		_, err = s.RecordCounts(r.Context(), report)
	}
	if err != nil {
		if !f.Fail(err) {
			s.Pages.Error(w, r, err)
			return
		}
		s.showNewCount(w, r, f)
		return
	}
	to := countsPath
	if s.Access.Ever(r.Context(), access.StatisticsRead) {
		to = unitPath(report.Disease, report.Unit)
	}
	s.Pages.Redirect(w, r, to, page.M("surveillance.counts.saved"))
}

func (s *Service) readCountForm(r *http.Request) (Report, error) {
	const op = "surveillance.readCountForm"
	get := r.PostForm.Get
	report := Report{Cell: Cell{Disease: get("disease"), Indicator: get("indicator"), Period: Period(strings.ToUpper(strings.TrimSpace(latin(get("period"))))), Source: get("source")}, Note: get("note"),
		Withdrawn: slices.Contains(r.PostForm["state"], "withdrawn")}
	var errs []error
	var err error
	if report.Value, err = readReportedCount(get("value")); err != nil {
		errs = append(errs, err)
	}
	if report.Value.Known == (len(r.PostForm["state"]) > 0) { // an empty box says nothing; a number and a tick say two things
		errs = append(errs, fault.Field(op, "value", "surveillance.error.value_or_not"))
	}
	on, err := page.ReadDate(r.PostForm, "reported", s.today())
	day, exact := on.Exact()
	if err == nil && !exact {
		err = fault.Field(op, "reported", "surveillance.error.day")
	}
	if err != nil {
		errs = append(errs, err)
		_, last, _ := report.Period.Bounds()
		day = last // so that the date is told once
	}
	report.Reported = day
	err = s.DB.Read(r.Context(), func(tx *db.Tx) error {
		u, err := s.FindUnit(tx, get("unit"))
		report.Unit = u.Code
		return err
	})
	if err != nil {
		errs = append(errs, err)
		report.Unit = "?"
	}
	if len(errs) > 0 { // what the service would find wrong is told with the rest
		errs = append(errs, report.Valid(s.lists, s.today())...)
	}
	return report, errors.Join(errs...)
}

// readReportedCount reads a number of people; an empty box is not a number.
func readReportedCount(text string) (Count, error) {
	text = strings.TrimSpace(latin(text))
	if text == "" {
		return Count{}, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return Count{}, fault.Field("surveillance.readReportedCount", "value", "surveillance.error.number")
	}
	return Of(n), nil
}

// countSample is a cell with a history, for the tests that render every page.
func countSample(words string) (UnitCounts, Reported) {
	day := calendar.DayOf(2026, 5, 18)
	report := func(indicator string, n, after int) Report {
		return Report{Cell: Cell{"COD", "bdbv", indicator, DayPeriod(day + calendar.Day(after)), words}, Value: Of(n), Reported: day + calendar.Day(after), From: words + ".csv:12"}
	}
	fold := func(list ...Report) Reported { r := FoldReports(list); r.ID = db.ID{3}; return r }
	revised := report("cumulative_suspected_cases", 12, 1)
	revised.Reported, revised.Note = day+2, words
	silent := report("new_suspected_cases", 0, 0)
	silent.Value = Count{}
	week := report("new_deaths", 2, 0)
	week.Period = Period(epi.Week{Year: 2026, Number: 20}.String())
	one := fold(report("cumulative_suspected_cases", 14, 1), revised)
	list := []Reported{fold(report("cumulative_suspected_cases", 20, 0)), one, fold(silent), fold(report("new_suspected_cases", 5, 1)), fold(week), fold(report("poe_passed", 9, 1)), fold(report("poe_screened", 11, 1))}
	return UnitCounts{Unit: Unit{Code: "COD-X", Names: map[string]string{"en": words}}, Counts: list, Findings: ownLists().Reconcile(list), Last: day + 1}, one
}

// WeeklySource is the source of the counts that sites report week by week: the one source
// whose name is a word of ours and not of somebody who reports.
const WeeklySource = "Weekly report"

// SourceText is a source as a page tells it.
func SourceText(source string) any {
	if source == WeeklySource {
		return page.M("surveillance.counts.weekly_source")
	}
	return source
}
