package report

import (
	"net/http"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// monthDate is the month of a day, as a date that is known to the month.
func monthDate(day string) calendar.Date {
	d, _ := calendar.Parse(day[:7])
	return d
}

func pushPath(m Ministry, r Report) string {
	return dhisPath + pushTail(m, r)
}

func pushTail(m Ministry, r Report) string {
	return "/" + m.ID.String() + "/" + r.Site + "/" + r.Period.Code()
}

func dhisLink() page.Link { return page.Link{Href: dhisPath, Text: page.M("report.dhis2.title")} }

func (s *Service) getMinistries(w http.ResponseWriter, r *http.Request) {
	list, err := s.Ministries(r.Context())
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	may := s.Access.Ever(r.Context(), access.ProgrammeEdit)
	s.Pages.Sheet(w, r, page.Page{Title: "report.dhis2.title", Back: boardLink()}, ministriesSheet(list, db.NewID(), may), nil)
}

func ministriesSheet(list []Ministry, fresh db.ID, may bool) page.Sheet {
	t := &page.Table{Columns: []page.Column{{Label: page.M("report.dhis2.name"), Wide: true}, {Label: page.M("report.q.freq")}, {Label: page.M("report.dhis2.data_set")}}, Empty: page.Empty{Title: page.M("report.dhis2.none"), Text: page.M("report.dhis2.none_text")}}
	for _, m := range list {
		t.Rows = append(t.Rows, []page.Cell{page.Link{Href: dhisPath + "/" + m.ID.String(), Name: m.Name}, page.M("report.freq." + string(m.Freq)), page.Code(m.DataSet)})
	}
	v := page.Sheet{Lead: page.M("report.dhis2.lead"), Table: t}
	if may {
		v.Actions = []page.Link{{Href: dhisPath + "/" + fresh.String(), Text: page.M("report.dhis2.new")}}
	}
	return v
}

func ministryForm(m Ministry, password bool) *page.Form {
	hint := page.M("report.dhis2.password_hint")
	if password {
		hint = page.M("report.dhis2.password_kept")
	}
	f := &page.Form{Action: dhisPath + "/" + m.ID.String(), Fields: []page.Field{
		{Kind: page.Text, Name: "name", Label: page.M("report.dhis2.name"), Value: m.Name, Max: longName},
		{Kind: page.Text, Name: "url", Label: page.M("report.dhis2.url"), Hint: page.M("report.dhis2.url_hint"), Value: m.URL, Dir: "ltr"},
		{Kind: page.Text, Name: "user", Label: page.M("report.dhis2.user"), Value: m.User, Dir: "ltr", Auto: "off"},
		{Kind: page.Password, Name: "password", Label: page.M("report.dhis2.password"), Hint: hint, Auto: "off", Optional: password},
		{Kind: page.Text, Name: "data_set", Label: page.M("report.dhis2.data_set"), Value: m.DataSet, Dir: "ltr", Width: 20},
		{Kind: page.Radios, Name: "freq", Label: page.M("report.q.freq"), Inline: true, Value: string(m.Freq), Options: page.OptionsOf(Freqs, "report.freq.")},
		{Kind: page.LongText, Name: "elements", Label: page.M("report.dhis2.elements"), Hint: page.M("report.dhis2.elements_hint"), Value: m.Elements, Dir: "ltr", Rows: 10},
		{Kind: page.LongText, Name: "units", Label: page.M("report.dhis2.units"), Hint: page.M("report.dhis2.units_hint"), Value: m.Units, Dir: "ltr", Rows: 5},
		{Kind: page.Checks, Name: "flags", Label: page.M("report.dhis2.agreed"), Optional: true, Options: []page.Option{{Value: "whole", Label: page.M("report.dhis2.whole")}, {Value: "closed", Label: page.M("report.dhis2.closed")}}},
	}}
	q := f.Find("flags")
	for value, on := range map[string]bool{"whole": m.Whole, "closed": m.Closed} {
		if on {
			q.Values = append(q.Values, value)
		}
	}
	return f
}

func (s *Service) getMinistry(w http.ResponseWriter, r *http.Request) { s.showMinistry(w, r, nil) }

func (s *Service) showMinistry(w http.ResponseWriter, r *http.Request, failed func(*page.Form)) {
	id, err := page.PathID(r, "id")
	if err == nil {
		err = s.edits(r.Context())
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	m, password, err := s.Ministry(r.Context(), id)
	if fault.Is(err, fault.NotFound) {
		m, err = Ministry{ID: id, Elements: "indicator,cell,data_element,category_option_combo\n", Units: "site,org_unit\n"}, nil
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := ministryForm(m, password)
	if failed != nil {
		failed(f)
	}
	s.Pages.Sheet(w, r, page.Page{Title: "report.dhis2.one", Back: dhisLink()}, page.Sheet{Lead: page.M("report.dhis2.one_lead"), Form: f}, f)
}

func (s *Service) postMinistry(w http.ResponseWriter, r *http.Request) {
	id, err := page.PathID(r, "id")
	if err == nil {
		err = page.ReadForm(w, r, 2*longMapping+page.FormLimit)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	p := r.PostForm
	err = s.SaveMinistry(r.Context(), Ministry{ID: id, Name: p.Get("name"), URL: p.Get("url"), User: p.Get("user"), DataSet: p.Get("data_set"), Freq: Freq(p.Get("freq")), Elements: p.Get("elements"), Units: p.Get("units"),
		Whole: slices.Contains(p["flags"], "whole"), Closed: slices.Contains(p["flags"], "closed")}, p.Get("password"))
	if err == nil {
		s.Pages.Redirect(w, r, dhisPath, page.M("report.dhis2.saved"))
		return
	}
	if !fault.Is(err, fault.Invalid) {
		s.Pages.Error(w, r, err)
		return
	}
	s.showMinistry(w, r, func(f *page.Form) { f.Fill(p); f.Fail(err) })
}

func (s *Service) getPush(w http.ResponseWriter, r *http.Request) { s.showPush(w, r, nil) }

func (s *Service) showPush(w http.ResponseWriter, r *http.Request, tried *Outcome) {
	id, err := page.PathID(r, "id")
	site, p, err2 := s.period(r)
	if err == nil {
		err = err2
	}
	var v Preview
	if err == nil {
		v, err = s.Preview(r.Context(), id, site, p)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "report.push.title", Wide: true, Back: page.Link{Href: Path(site, p), Text: page.M("report.one")}}, pushSheet(v, tried), nil)
}

var pushLevels = map[PushState]page.Level{PushSent: page.Done, PushPartial: page.Wait, PushRejected: page.Danger, PushUnknown: page.Danger}

// answered is what a ministry said.
func answered(o Outcome, dry bool) page.Callout {
	key := "report.push.state."
	if dry {
		key = "report.push.dry."
	}
	c := page.Callout{Level: pushLevels[o.State], Title: page.M(key + string(o.State)), Text: []page.Msg{page.M("report.push.counts", "stored", o.Stored, "ignored", o.Ignored, "deleted", o.Deleted)}}
	if o.Confirmed {
		c.Text = append(c.Text, page.M("report.push.confirmed"))
	}
	return c
}

func pushSheet(v Preview, tried *Outcome) page.Sheet {
	out := page.Sheet{Lead: page.M("report.push.lead"), Rows: page.Summary{{Label: page.M("report.dhis2.name"), Value: v.Ministry.Name}, {Label: page.M("report.q.site"), Value: page.Code(v.Report.Site)},
		{Label: page.M("report.q.period"), Value: periodName(v.Report.Period)}, {Label: page.M("report.push.unit"), Value: page.Code(v.Set.OrgUnit)}}}
	last, sent := v.Push.Last()
	switch {
	case tried != nil:
		out.Notes = append(out.Notes, answered(*tried, true))
	case sent:
		out.Notes = append(out.Notes, answered(last.Outcome, false))
		out.Rows = append(out.Rows, page.Row{Label: page.M("report.push.last"), Value: last.At})
	}
	if v.Same {
		out.Notes = append(out.Notes, page.Callout{Level: page.Info, Text: []page.Msg{page.M("report.push.same")}})
	}
	if v.Held > 0 {
		out.Notes = append(out.Notes, page.Callout{Level: page.Info, Text: []page.Msg{page.M("report.push.held", "count", v.Held)}})
	}
	conflicts := map[int]Conflict{}
	of := last.Outcome
	if tried != nil {
		of = *tried
	}
	if tried != nil || v.Same || of.State != PushSent && sent && last.Hash == v.Set.hash() {
		for _, c := range of.Conflicts {
			conflicts[c.Row] = c
		}
	}
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("report.q.indicator"), Wide: true}, {Label: page.M("report.q.cell")}, {Label: page.M("report.push.element")}, {Label: page.M("report.q.number"), Number: true}, {Label: page.M("report.push.said")}},
		Empty: page.Empty{Title: page.M("report.push.nothing")}}
	line := func(r Row, value any, said any) {
		t.Rows = append(t.Rows, []page.Cell{page.Code(r.Indicator), page.Code(r.Cell), page.Code(r.Element), value, said})
	}
	for i, r := range v.Set.Rows {
		var said any = page.Code("")
		if c, ok := conflicts[i]; ok {
			said = []any{page.Tag{Level: page.Danger, Text: page.M("report.push.refused")}, page.Code(c.Code), c.Text}
		}
		line(r, page.Code(r.Value), said)
	}
	for _, r := range v.Set.Delete {
		line(r, page.Code(r.Value), page.Tag{Level: page.Wait, Text: page.M("report.push.deletes")})
	}
	out.Table = t
	if c, ok := conflicts[-1]; ok {
		out.Notes = append(out.Notes, page.Callout{Level: page.Danger, Title: page.M("report.push.whole_refused"), Text: []page.Msg{page.M("report.push.text", "code", page.Code(c.Code), "text", c.Text)}})
	}
	if len(v.Empty) > 0 {
		e := page.Part{Title: page.M("report.push.empty"), Lead: page.M("report.push.empty_lead")}
		for _, x := range v.Empty {
			e.Rows = append(e.Rows, page.Row{Label: page.Words(func(string) string { return x.Indicator }), Value: page.Code(x.Cell)})
		}
		out.Parts = append(out.Parts, e)
	}
	if !v.Password {
		out.Notes = append(out.Notes, page.Callout{Level: page.Wait, Text: []page.Msg{page.M("report.error.no_password")}})
		return out
	}
	act := func(do, title, key string) page.Part {
		return page.Part{Title: page.M(title), Form: &page.Form{Action: sendPath + pushTail(v.Ministry, v.Report), Submit: page.M(key), ID: do, Fields: []page.Field{{Kind: page.Hidden, Name: "do", Value: do}}}}
	}
	out.Parts = append(out.Parts, act("dry", "report.push.try_title", "report.push.try"), act("send", "report.push.send_title", "report.push.send"))
	return out
}

func (s *Service) postPush(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	site, p, err2 := s.period(r)
	if err == nil {
		err = err2
	}
	dry := r.PostForm.Get("do") != "send"
	var o Outcome
	if err == nil {
		o, err = s.Send(r.Context(), id, site, p, dry)
	}
	switch {
	case err != nil:
		s.Pages.Error(w, r, err)
	case dry:
		s.showPush(w, r, &o)
	default:
		s.Pages.Redirect(w, r, dhisPath+strings.TrimPrefix(r.URL.Path, sendPath), page.M("report.push.state."+string(o.State)))
	}
}
