package alert

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/epi"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func whenOf(e page.Event) time.Time { t, _ := e.When.(time.Time); return t }

// firstWeeks is how many weeks completeness shows at first.
const firstWeeks = 8

var weekSpans = []int{4, firstWeeks, 12}

func (s *Service) getWeeks(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.URL.Query().Get("weeks"))
	if err != nil {
		n = firstWeeks
	}
	out, err := s.ReportsOf(r.Context(), n)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	back := boardLink()
	if s.mayRead(r.Context()) != nil {
		back = page.Link{Href: "/", Text: page.M("alert.today")}
	}
	v := weeksView(out, n, page.LocaleOf(r).Code, s.mayCount(r) == nil)
	if s.Access.Ever(r.Context(), access.WeekReport) || s.mayCount(r) == nil {
		v.Actions = append(v.Actions, page.Link{Href: "/surveillance/deaths/new", Text: page.M("alert.weeks.deaths")})
	}
	s.Pages.Sheet(w, r, page.Page{Title: "alert.weeks.title", Back: back, Wide: true}, v, nil)
}

func weeksView(out Weeks, n int, lang string, mayEdit bool) page.Sheet {
	var spans []page.Option
	for _, k := range weekSpans {
		spans = append(spans, page.Option{Value: strconv.Itoa(k), Label: page.M("alert.weeks.span", "count", k)})
	}
	v := page.Sheet{Lead: page.M("alert.weeks.lead"), Filter: &page.Form{Method: "get", Action: weeksPath, Compact: true, Submit: page.M("alert.show"), Fields: []page.Field{
		{Kind: page.Select, Name: "weeks", Label: page.M("alert.weeks.how_many"), Options: spans, Value: strconv.Itoa(n)}}},
		Rows:   page.Summary{{Label: page.M("alert.completeness"), Value: shareCell(out.All.Received, out.All.Expected)}, {Label: page.M("alert.timeliness"), Value: shareCell(out.All.OnTime, out.All.Expected)}},
		Limits: []page.Msg{page.M("alert.limit.shares"), page.M("alert.limit.zero")}}
	if mayEdit {
		v.Actions = []page.Link{{Href: weeksPath + "/reporter", Text: page.M("alert.reporter.new")}, {Href: weeksPath + "/people", Text: page.M("alert.people.title")}}
	}
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("alert.where"), Wide: true}, {Label: page.M("alert.completeness")}, {Label: page.M("alert.timeliness")}},
		Empty: page.Empty{Title: page.M("alert.weeks.none"), Text: page.M("alert.weeks.none_text")}}
	for _, w := range out.Weeks {
		t.Columns = append(t.Columns, page.Column{Label: page.Words(func(string) string { return w.String() })})
	}
	for _, l := range out.Lines {
		name := any(l.Name.Name(lang))
		if mayEdit {
			name = page.Link{Href: weeksPath + "/reporter?unit=" + url.QueryEscape(l.Unit), Name: l.Name.Name(lang)}
		}
		row := []page.Cell{name, shareCell(l.Shares.Received, l.Shares.Expected), shareCell(l.Shares.OnTime, l.Shares.Expected)}
		for i, w := range out.Weeks {
			row = append(row, reportCell(l, i, w))
		}
		t.Rows = append(t.Rows, row)
	}
	v.Table = t
	return v
}

// reportCell is one week of one unit, with the way to send or correct it.
func reportCell(l WeekLine, i int, w epi.Week) any {
	st := l.States[i]
	level := map[ReportState]page.Level{OnTime: page.Done, Late: page.Wait, Missing: page.Danger}[st]
	out := []any{page.Tag{Level: level, Text: page.M("alert.report." + string(st))}}
	if got := l.Got[i]; got != nil && got.Zero {
		out = append(out, page.M("alert.report.zero"))
	}
	if l.May && st != NotExpected {
		text := page.M("alert.report.send")
		if l.Got[i] != nil {
			text = page.M("alert.report.correct")
		}
		out = append(out, page.Link{Href: reportPath(l.Unit, w.String()), Text: text})
	}
	return out
}

func reportPath(unit, week string) string {
	return weeksPath + "/report?unit=" + url.QueryEscape(unit) + "&week=" + url.QueryEscape(week)
}

// shareCell is "n of all", with the share; nothing expected has no share.
func shareCell(n, all int) any {
	if all == 0 {
		return nil
	}
	return page.M("alert.share", "n", n, "all", all, "percent", strconv.FormatFloat(100*float64(n)/float64(all), 'f', 1, 64))
}

// reportForm asks for one week. The unit and the week stand in the page's address.
func reportForm(r Reporter, w Weekly) *page.Form {
	f := &page.Form{Action: reportPath(r.Unit, string(w.Week)), Submit: page.M("alert.report.save"), Fields: []page.Field{
		{Kind: page.Checks, Name: "zero", Label: page.M("alert.report.zero_q"), Hint: page.M("alert.report.zero_hint"), Options: []page.Option{{Value: "yes", Label: page.M("alert.report.zero_box")}}}}}
	text := func(c surveillance.Count) string {
		if !c.Known {
			return ""
		}
		return strconv.Itoa(c.N)
	}
	for _, l := range w.Lines {
		f.Fields = append(f.Fields, page.Field{Kind: page.Heading, Label: diseaseMsg(l.Disease)},
			page.Field{Kind: page.Text, Name: "cases." + l.Disease, Label: page.M("alert.report.cases"), Width: 10, Max: 8, Dir: "ltr", Auto: "off", Optional: true, Value: text(l.Cases)},
			page.Field{Kind: page.Text, Name: "deaths." + l.Disease, Label: page.M("alert.report.deaths"), Width: 10, Max: 8, Dir: "ltr", Auto: "off", Optional: true, Value: text(l.Deaths)})
	}
	return f
}

func (s *Service) getReport(w http.ResponseWriter, r *http.Request) {
	rep, name, week, err := s.weekAsked(r)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.showReport(w, r, name, week, reportForm(rep, week))
}

func (s *Service) weekAsked(r *http.Request) (Reporter, surveillance.Unit, Weekly, error) {
	q := r.URL.Query()
	week := surveillance.Period(q.Get("week"))
	if _, err := epi.ParseWeek(string(week)); err != nil {
		return Reporter{}, surveillance.Unit{}, Weekly{}, notFound("alert.weekAsked")
	}
	return s.WeekOf(r.Context(), q.Get("unit"), week)
}

func (s *Service) showReport(w http.ResponseWriter, r *http.Request, name surveillance.Unit, week Weekly, f *page.Form) {
	first, last, _ := week.Week.Bounds()
	s.Pages.Sheet(w, r, page.Page{Title: "alert.report.title", Back: weeksLink()}, page.Sheet{Lead: page.M("alert.report.lead"), Form: f, Rows: page.Summary{{Label: page.M("alert.where"), Value: name.Name(page.LocaleOf(r).Code)},
		{Label: page.M("alert.week"), Value: []any{page.Code(week.Week), first.Date(), last.Date()}}}}, f)
}

func (s *Service) postReport(w http.ResponseWriter, r *http.Request) {
	err := page.ReadForm(w, r, page.FormLimit)
	var rep Reporter
	var name surveillance.Unit
	var week Weekly
	if err == nil {
		rep, name, week, err = s.weekAsked(r)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := reportForm(rep, week)
	f.Fill(r.PostForm)
	week.Zero = slices.Contains(r.PostForm["zero"], "yes")
	for i := range week.Lines {
		l := &week.Lines[i]
		var err1, err2 error
		l.Cases, err1 = readCount(r.PostForm, "cases."+l.Disease)
		l.Deaths, err2 = readCount(r.PostForm, "deaths."+l.Disease)
		if err == nil && err1 != nil {
			err = err1
		}
		if err == nil && err2 != nil {
			err = err2
		}
	}
	if err == nil {
		err = s.ReportWeek(r.Context(), week)
	}
	if err != nil {
		if !f.Fail(err) {
			s.Pages.Error(w, r, err)
			return
		}
		s.showReport(w, r, name, week, f)
		return
	}
	s.Pages.Redirect(w, r, weeksPath, page.M("alert.report.saved"))
}

// readCount reads a box for a number; an empty one is not reported.
func readCount(form url.Values, name string) (surveillance.Count, error) {
	text := page.Digits(strings.TrimSpace(form.Get(name)))
	if text == "" {
		return surveillance.Count{}, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return surveillance.Count{}, fault.Field("alert.readCount", name, "alert.error.number")
	}
	return surveillance.Of(n), nil
}

func (s *Service) reporterForm(r Reporter) *page.Form {
	var diseases []page.Option
	for _, d := range s.lists().Diseases {
		diseases = append(diseases, page.Option{Value: d.Code, Label: diseaseMsg(d.Code)})
	}
	return &page.Form{Action: weeksPath + "/reporter", Submit: page.M("alert.reporter.save"), Fields: []page.Field{
		{Kind: page.Text, Name: "unit", Label: page.M("alert.reporter.unit"), Hint: page.M("alert.reporter.unit_hint"), Value: r.Unit, Max: 100, Dir: "auto", Auto: "off"},
		{Kind: page.Radios, Name: "setting", Label: page.M("alert.setting"), Hint: page.M("alert.setting_hint"), Options: page.OptionsOf(Settings, "alert.setting."), Value: string(r.Setting)},
		{Kind: page.Checks, Name: "diseases", Label: page.M("alert.reporter.diseases"), Options: diseases, Values: r.Diseases},
		{Kind: page.Text, Name: "due", Label: page.M("alert.reporter.due"), Hint: page.M("alert.reporter.due_hint"), Value: dueText(r), Width: 2, Max: 1, Dir: "ltr", Auto: "off"},
		{Kind: page.Text, Name: "from", Label: page.M("alert.reporter.from"), Hint: page.M("alert.reporter.from_hint"), Value: string(r.From), Width: 10, Max: 8, Dir: "ltr", Auto: "off"},
		{Kind: page.Text, Name: "until", Label: page.M("alert.reporter.until"), Value: string(r.Until), Width: 10, Max: 8, Dir: "ltr", Auto: "off", Optional: true},
	}}
}

func dueText(r Reporter) string {
	if r.Unit == "" {
		return ""
	}
	return strconv.Itoa(r.Due)
}

func (s *Service) getReporter(w http.ResponseWriter, r *http.Request) {
	err := s.mayCount(r)
	var rep Reporter
	if unit := r.URL.Query().Get("unit"); unit != "" && err == nil {
		var all []Reporter
		if all, err = s.Reporters(r.Context()); err == nil {
			if i := slices.IndexFunc(all, func(x Reporter) bool { return x.Unit == unit }); i >= 0 {
				rep = all[i]
			}
		}
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.showReporter(w, r, s.reporterForm(rep))
}

func (s *Service) showReporter(w http.ResponseWriter, r *http.Request, f *page.Form) {
	s.Pages.Sheet(w, r, page.Page{Title: "alert.reporter.title", Back: weeksLink()}, page.Sheet{Lead: page.M("alert.reporter.lead"), Form: f}, f)
}

func (s *Service) postReporter(w http.ResponseWriter, r *http.Request) {
	err := page.ReadForm(w, r, page.FormLimit)
	if err == nil {
		err = s.mayCount(r)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := s.reporterForm(Reporter{})
	f.Fill(r.PostForm)
	get := func(name string) string { return strings.TrimSpace(page.Digits(r.PostForm.Get(name))) }
	rep := Reporter{Setting: Setting(get("setting")), Diseases: r.PostForm["diseases"], From: surveillance.Period(strings.ToUpper(get("from"))), Until: surveillance.Period(strings.ToUpper(get("until")))}
	rep.Unit, err = s.FindUnit(r.Context(), get("unit"))
	if due, dueErr := strconv.Atoi(get("due")); dueErr == nil {
		rep.Due = due
	} else {
		rep.Due = -1
	}
	if err == nil {
		err = s.SaveReporter(r.Context(), rep)
	}
	if err != nil {
		if !f.Fail(err) {
			s.Pages.Error(w, r, err)
			return
		}
		s.showReporter(w, r, f)
		return
	}
	s.Pages.Redirect(w, r, weeksPath, page.M("alert.reporter.saved"))
}

func (s *Service) peopleForm() *page.Form {
	return &page.Form{Action: weeksPath + "/people", Submit: page.M("alert.people.save"), Fields: []page.Field{
		{Kind: page.Text, Name: "unit", Label: page.M("alert.reporter.unit"), Hint: page.M("alert.reporter.unit_hint"), Max: 100, Dir: "auto", Auto: "off"},
		{Kind: page.Date, Name: "on", Label: page.M("alert.people.on")},
		{Kind: page.Radios, Name: "source", Label: page.M("alert.people.source"), Hint: page.M("alert.people.source_hint"), Options: page.OptionsOf(Countings, "alert.counting.")},
		{Kind: page.Text, Name: "people", Label: page.M("alert.people.people"), Width: 10, Max: 10, Dir: "ltr", Auto: "off"},
		{Kind: page.Text, Name: "under5", Label: page.M("alert.people.under5"), Hint: page.M("alert.people.under5_hint"), Width: 10, Max: 10, Dir: "ltr", Auto: "off", Optional: true},
		{Kind: page.LongText, Name: "note", Label: page.M("alert.people.note"), Max: longNote, Optional: true},
	}}
}

func (s *Service) getPeople(w http.ResponseWriter, r *http.Request) {
	if err := s.mayCount(r); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.showPeople(w, r, s.peopleForm())
}

func (s *Service) showPeople(w http.ResponseWriter, r *http.Request, f *page.Form) {
	s.Pages.Sheet(w, r, page.Page{Title: "alert.people.title", Back: weeksLink()}, page.Sheet{Lead: page.M("alert.people.lead"), Form: f}, f)
}

func (s *Service) postPeople(w http.ResponseWriter, r *http.Request) {
	err := page.ReadForm(w, r, page.FormLimit)
	if err == nil {
		err = s.mayCount(r)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := s.peopleForm()
	f.Fill(r.PostForm)
	h, err := s.readPeople(r)
	if err == nil {
		err = s.Count(r.Context(), h)
	}
	if err != nil {
		if !f.Fail(err) {
			s.Pages.Error(w, r, err)
			return
		}
		s.showPeople(w, r, f)
		return
	}
	s.Pages.Redirect(w, r, weeksPath, page.M("alert.people.saved"))
}

func (s *Service) readPeople(r *http.Request) (Headcount, error) {
	h := Headcount{Source: Counting(r.PostForm.Get("source")), Confidence: strings.TrimSpace(r.PostForm.Get("note")), Under5: -1}
	unit, err := s.FindUnit(r.Context(), strings.TrimSpace(r.PostForm.Get("unit")))
	if err != nil {
		return h, err
	}
	h.Unit = unit
	on, err := page.ReadDate(r.PostForm, "on", s.today())
	if err != nil {
		return h, err
	}
	var day calendar.Day
	if d, exact := on.Exact(); exact {
		day = d
	}
	h.On = day
	people, err := readCount(r.PostForm, "people")
	if err != nil {
		return h, err
	}
	h.People = people.N
	under5, err := readCount(r.PostForm, "under5")
	if under5.Known {
		h.Under5 = under5.N
	}
	return h, err
}
