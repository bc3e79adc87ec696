package report

import (
	"math"
	"net/http"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/internal/area/programme/count"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// The paths of this package's pages.
const (
	BoardPath  = "/programme/reports"
	periodPath = "/programme/periods/"
	dhisPath   = "/programme/dhis2"
	sendPath   = "/programme/export/dhis2" // below which what leaves is guarded
)

// Routes adds this package's pages.
func (s *Service) Routes(mux *http.ServeMux) {
	for pattern, h := range map[string]http.HandlerFunc{
		"GET /programme/reports":                            s.getBoard,
		"GET /programme/reports/{site}/{period}":            s.getOne,
		"POST /programme/reports/{site}/{period}":           s.postOne,
		"POST /programme/reports/{site}/{period}/withdraw":  s.postWithdraw,
		"GET /programme/periods/{period}":                   s.getPeriod,
		"GET /programme/export/{what}/{period}/{to}/{form}": s.getExport,
		"GET /programme/dhis2":                              s.getMinistries,
		"GET /programme/dhis2/{id}":                         s.getMinistry,
		"POST /programme/dhis2/{id}":                        s.postMinistry,
		"GET /programme/dhis2/{id}/{site}/{period}":         s.getPush,
		"POST /programme/export/dhis2/{id}/{site}/{period}": s.postPush,
	} {
		mux.HandleFunc(pattern, h)
	}
}

// Path is the page of a report.
func Path(site string, p Period) string { return BoardPath + "/" + site + "/" + p.Code() }

func boardLink() page.Link { return page.Link{Href: BoardPath, Text: page.M("report.title")} }

// name is what a pack calls an indicator.
func name(p *pack.Pack, code string) page.Msg {
	return page.Words(func(lang string) string {
		w, _ := p.Word(lang, "indicator."+code)
		return w
	})
}

// periodName is a period in words.
func periodName(p Period) page.Msg {
	if p.Freq == Weekly {
		return page.M("report.week_of", "code", page.Code(p.Code()), "day", p.First.Date())
	}
	d, _ := p.First.Date(), 0
	return page.M("report.month_of", "day", page.DateText(monthDate(d.String())))
}

var stateLevels = map[State]page.Level{InTime: page.Done, Late: page.Wait, Missing: page.Danger, Due: page.Quiet}

func stateTag(s State) page.Tag {
	return page.Tag{Level: stateLevels[s], Text: page.M("report.state." + string(s))}
}

func (s *Service) getBoard(w http.ResponseWriter, r *http.Request) {
	f := Monthly
	if r.URL.Query().Get("freq") == string(Weekly) {
		f = Weekly
	}
	b, err := s.Board(r.Context(), f)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "report.title", Wide: true}, boardSheet(b, page.LocaleOf(r).Code), nil)
}

func boardSheet(b Board, lang string) page.Sheet {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("report.q.site"), Wide: true}}, Empty: page.Empty{Title: page.M("report.no_sites"), Text: page.M("report.no_sites_text")}}
	for _, p := range b.Periods {
		t.Columns = append(t.Columns, page.Column{Label: page.Words(func(string) string { return p.Code() })})
	}
	for _, l := range b.Lines {
		row := []page.Cell{l.Site.Name(lang)}
		for _, p := range l.Periods {
			row = append(row, []any{page.Link{Href: Path(l.Site.Code, p.Period), Text: page.M("report.open")}, stateTag(p.State)})
		}
		t.Rows = append(t.Rows, row)
	}
	other, word := Weekly, "report.weekly"
	if b.Freq == Weekly {
		other, word = Monthly, "report.monthly"
	}
	v := page.Sheet{Lead: page.M("report.lead"), Table: t, Actions: []page.Link{{Href: BoardPath + "?freq=" + string(other), Text: page.M(word)}, {Href: dhisPath, Text: page.M("report.dhis2.title")}},
		Rows: page.Summary{{Label: page.M("report.state.in_time"), Value: b.InTime}, {Label: page.M("report.state.late"), Value: b.Late}, {Label: page.M("report.state.missing"), Value: b.Missing}}}
	all := page.Part{Title: page.M("report.all_sites"), Lead: page.M("report.all_sites_lead")}
	for _, p := range b.Periods {
		all.Rows = append(all.Rows, page.Row{Label: periodName(p), Value: page.Link{Href: periodPath + p.Code(), Text: page.M("report.figures")}})
	}
	v.Parts = []page.Part{all}
	v.Limits = []page.Msg{page.M("report.limit.missing")}
	return v
}

func (s *Service) period(r *http.Request) (site string, p Period, err error) {
	p, err = ParsePeriod(r.PathValue("period"))
	return r.PathValue("site"), p, err
}

func (s *Service) getOne(w http.ResponseWriter, r *http.Request) { s.showOne(w, r, nil) }

func (s *Service) showOne(w http.ResponseWriter, r *http.Request, failed func(*page.Form)) {
	site, p, err := s.period(r)
	var o Opened
	if err == nil {
		o, err = s.Open(r.Context(), site, p)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	var f *page.Form
	if o.MaySign && p.Last() < o.Today {
		f = signForm(o)
		if failed != nil {
			failed(f)
		}
	}
	s.Pages.Sheet(w, r, page.Page{Title: "report.one", Back: boardLink(), Wide: true}, oneSheet(o, f, page.LocaleOf(r).Code), f)
}

func oneSheet(o Opened, f *page.Form, lang string) page.Sheet {
	v := page.Sheet{Rows: page.Summary{{Label: page.M("report.q.site"), Value: o.Place.Name(lang)}, {Label: page.M("report.q.period"), Value: periodName(o.Period)}, {Label: page.M("report.q.state"), Value: stateTag(o.State)}}}
	last, ok := o.Last()
	if ok {
		v.Rows = append(v.Rows, page.Row{Label: page.M("report.q.signed"), Value: last.At})
		if last.Comment != "" {
			v.Rows = append(v.Rows, page.Row{Label: page.M("report.q.comment"), Value: last.Comment})
		}
		v.Parts = append(v.Parts, figuresPart(o.Pack, o.Period, last.Figures), splitsPart(o.Pack, o.Period, last.Figures))
		for _, m := range o.Targets {
			v.Actions = append(v.Actions, page.Link{Href: pushPath(m, o.Report), Text: page.M("report.dhis2.to", "name", m.Name)})
		}
	} else {
		v.Notes = append(v.Notes, page.Callout{Level: page.Wait, Text: []page.Msg{page.M("report.not_signed")}})
		v.Parts = append(v.Parts, figuresPart(o.Pack, o.Period, o.Counted))
	}
	if f != nil {
		title := "report.sign"
		if ok {
			title = "report.correct"
		}
		v.Parts = append(v.Parts, page.Part{Title: page.M(title), Lead: page.M("report.sign_lead"), Form: f})
	}
	if ok && o.MaySign {
		v.Parts = append(v.Parts, page.Part{Title: page.M("report.withdraw"), Form: &page.Form{Action: Path(o.Site, o.Period) + "/withdraw", Danger: true, Submit: page.M("report.withdraw"), Fields: []page.Field{
			{Kind: page.LongText, Name: "why", Label: page.M("report.q.why"), Max: longText}}}})
	}
	if len(o.Versions) > 1 {
		h := page.Part{Title: page.M("report.versions")}
		for i, x := range o.Versions {
			what := page.M("report.version", "n", i+1)
			if x.Withdrawn {
				what = page.M("report.withdrawn")
			}
			h.Timeline = append(h.Timeline, page.Event{When: x.At, What: what, Detail: x.Comment})
		}
		v.Parts = append(v.Parts, h)
	}
	v.Limits = []page.Msg{page.M("report.limit.once"), page.M("report.limit.sealed")}
	return v
}

// number is a figure in a table.
func number(f Figure) any {
	if f.Value == nil {
		return page.Tag{Level: page.Wait, Text: page.M("report.not_reported")}
	}
	return *f.Value
}

func rate(x pack.Indicator, r Rate) any {
	if !r.OK {
		return page.Tag{Level: page.Quiet, Text: page.M("report.rate." + r.Why)}
	}
	return math.Round(r.Value*100) / 100
}

func unconfirmed(x pack.Indicator) any {
	if x.Certainty == pack.Recalled {
		return page.Tag{Level: page.Wait, Text: page.M("report.unconfirmed")}
	}
	return page.Code(x.Source)
}

func figuresPart(p *pack.Pack, period Period, figures map[string]Figure) page.Part {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("report.q.indicator"), Wide: true}, {Label: page.M("report.q.number"), Number: true}, {Label: page.M("report.q.source")}}}
	for _, x := range p.Indicators {
		if period.Freq == Weekly && !x.Weekly || period.Freq == Monthly && !x.Monthly {
			continue
		}
		cell := number(figures[x.Code])
		if x.Measure == pack.Ratio {
			cell = rate(x, rateOf(x, figures, period))
		}
		t.Rows = append(t.Rows, []page.Cell{name(p, x.Code), cell, unconfirmed(x)})
	}
	return page.Part{Title: page.M("report.figures"), Table: t}
}

// cellName is a cell's key in words.
func cellName(key string) []page.Msg {
	var out []page.Msg
	for part := range strings.FieldsSeq(key) {
		split, v, _ := strings.Cut(part, "=")
		if split == "age" && v != count.NotKnown {
			out = append(out, page.M("report.cell.age", "band", page.Code(v)))
			continue
		}
		out = append(out, page.M("report.cell."+split+"."+v))
	}
	return out
}

// splitsPart tells numbers apart by one thing at a time.
func splitsPart(p *pack.Pack, period Period, figures map[string]Figure) page.Part {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("report.q.indicator"), Wide: true}, {Label: page.M("report.q.cell")}, {Label: page.M("report.q.number"), Number: true}},
		Empty: page.Empty{Title: page.M("report.no_cells")}}
	for _, x := range reported(p, period.Freq) {
		for _, key := range sortedKeys(figures[x.Code].Cells) {
			if !strings.Contains(key, " ") {
				t.Rows = append(t.Rows, []page.Cell{name(p, x.Code), cellName(key), figures[x.Code].Cells[key]})
			}
		}
	}
	return page.Part{Title: page.M("report.splits"), Table: t}
}

func fieldOf(code string) string { return "n-" + code }

// signForm is filled in advance from what is signed, or from the tallies: only with what
// was counted, so that a zero is always said by somebody.
func signForm(o Opened) *page.Form {
	f := &page.Form{Action: Path(o.Site, o.Period), Submit: page.M("report.sign")}
	last, ok := o.Last()
	for _, x := range reported(o.Pack, o.Period.Freq) {
		q := page.Field{Kind: page.Number, Name: fieldOf(x.Code), Label: name(o.Pack, x.Code), Optional: true, Width: 10}
		c := o.Counted[x.Code]
		if c.Value != nil {
			q.Hint = page.M("report.counted", "n", *c.Value)
		}
		switch {
		case ok && last.Figures[x.Code].Value != nil:
			q.Value = page.Digits(Count{N: *last.Figures[x.Code].Value, Known: true}.String())
		case !ok && c.Value != nil && *c.Value > 0:
			q.Value = page.Digits(Count{N: *c.Value, Known: true}.String())
		}
		f.Fields = append(f.Fields, q)
	}
	f.Fields = append(f.Fields, page.Field{Kind: page.Checks, Name: "zero", Label: page.M("report.q.zero"), Options: []page.Option{{Value: "yes", Label: page.M("report.q.zero_yes")}}, Optional: true},
		page.Field{Kind: page.LongText, Name: "comment", Label: page.M("report.q.comment"), Optional: true, Max: longText})
	return f
}

func (s *Service) postOne(w http.ResponseWriter, r *http.Request) {
	site, p, err := s.period(r)
	if err == nil {
		err = page.ReadForm(w, r, page.FormLimit)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	in := Signing{Numbers: map[string]*int64{}, Zero: slices.Contains(r.PostForm["zero"], "yes"), Comment: r.PostForm.Get("comment")}
	var bad []error
	for field := range r.PostForm {
		code, ok := strings.CutPrefix(field, "n-")
		if !ok {
			continue
		}
		n, given, e := page.ReadNumber(r.PostForm, field)
		switch {
		case e != nil:
			bad = append(bad, e)
		case given && (n != math.Trunc(n) || n < 0 || n > mostCounted):
			bad = append(bad, fault.Field("report.postOne", field, "report.error.number"))
		case given:
			whole := int64(n)
			in.Numbers[code] = &whole
		}
	}
	switch {
	case len(bad) > 0:
		err = bad[0]
	default:
		err = s.Sign(r.Context(), site, p, in)
	}
	if err == nil {
		s.Pages.Redirect(w, r, Path(site, p), page.M("report.signed"))
		return
	}
	if !slices.Contains([]fault.Code{fault.Invalid, fault.Conflict}, fault.CodeOf(err)) {
		s.Pages.Error(w, r, err)
		return
	}
	s.showOne(w, r, func(f *page.Form) { f.Fill(r.PostForm); f.Fail(err) })
}

func (s *Service) postWithdraw(w http.ResponseWriter, r *http.Request) {
	site, p, err := s.period(r)
	if err == nil {
		err = page.ReadForm(w, r, page.FormLimit)
	}
	if err == nil {
		err = s.Withdraw(r.Context(), site, p, r.PostForm.Get("why"))
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Redirect(w, r, Path(site, p), page.M("report.withdrawn"))
}

func (s *Service) getPeriod(w http.ResponseWriter, r *http.Request) {
	_, p, err := s.period(r)
	var v Whole
	if err == nil {
		v, err = s.Whole(r.Context(), p, "")
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "report.period", Back: boardLink(), Wide: true}, wholeSheet(v, page.LocaleOf(r).Code), nil)
}

// mostLines is how many numbers of sites a page has; the file has all.
const mostLines = 300

func wholeSheet(v Whole, lang string) page.Sheet {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("report.q.indicator"), Wide: true}, {Label: page.M("report.q.all"), Number: true}}, Empty: page.Empty{Title: page.M("report.no_sites")}}
	reportedBy := 0
	for _, yes := range v.Reported {
		if yes {
			reportedBy++
		}
	}
	cell := func(c Count) any {
		switch {
		case !c.Known:
			return page.Tag{Level: page.Wait, Text: page.M("report.not_reported")}
		case c.Hidden:
			return page.Code("*")
		}
		return c.N
	}
	for _, x := range v.Releases {
		t.Rows = append(t.Rows, []page.Cell{name(v.Pack, x.Indicator.Code), cell(x.Total)})
	}
	by := page.Part{Title: page.M("report.by_site"), Table: &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("report.q.site"), Wide: true}, {Label: page.M("report.q.indicator")}, {Label: page.M("report.q.number"), Number: true}}, Empty: page.Empty{Title: page.M("report.nobody")}}}
	more := 0
	for i, site := range v.Sites {
		for _, x := range v.Releases {
			switch c := x.Sites[i]; {
			case !c.Known:
			case len(by.Table.Rows) >= mostLines:
				more++
			default:
				by.Table.Rows = append(by.Table.Rows, []page.Cell{page.Link{Href: Path(site.Code, v.Period), Name: site.Name(lang)}, name(v.Pack, x.Indicator.Code), cell(c)})
			}
		}
	}
	if more > 0 {
		by.Lead = page.M("report.more_lines", "count", more)
	}
	out := page.Sheet{Lead: page.M("report.period_lead"), Table: t, Rows: page.Summary{{Label: page.M("report.q.period"), Value: periodName(v.Period)}, {Label: page.M("report.q.complete"), Value: page.M("report.of_sites", "n", reportedBy, "all", len(v.Sites))}}}
	files := page.Part{Title: page.M("report.files"), Lead: page.M("report.files_lead")}
	for _, what := range exports {
		for _, to := range []string{"partner", "public"} {
			var links []page.Link
			for _, form := range []string{"csv", "xlsx"} {
				links = append(links, page.Link{Href: "/programme/export/" + what + "/" + v.Period.Code() + "/" + to + "/" + form, Text: page.M("report.form." + form)})
			}
			files.Rows = append(files.Rows, page.Row{Label: page.M("report.export."+what, "to", page.M("report.to."+to)), Value: links})
		}
	}
	out.Parts = []page.Part{by, files}
	out.Limits = []page.Msg{page.M("report.limit.missing"), page.M("report.limit.people")}
	return out
}
