package analysis

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func (s *Service) getDeaths(w http.ResponseWriter, r *http.Request) {
	if err := s.mayRead(r.Context()); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	q := r.URL.Query()
	to := s.today()
	from := to - 27
	if d, err := calendar.ParseDay(q.Get("from")); err == nil {
		from = d
	}
	if d, err := calendar.ParseDay(q.Get("to")); err == nil {
		to = min(d, to)
	}
	v := page.Sheet{Lead: page.M("analysis.deaths.lead"), Filter: mortalityForm(q.Get("unit"), from, to), Limits: []page.Msg{page.M("analysis.deaths.limit_method"), page.M("analysis.deaths.limit_few"), page.M("analysis.deaths.limit_source")}}
	if s.Access.Ever(r.Context(), access.WeekReport) || s.Access.Ever(r.Context(), access.CountRecord) {
		v.Actions = []page.Link{{Href: deathsPath + "/new", Text: page.M("analysis.deaths.new")}}
	}
	if text := strings.TrimSpace(q.Get("unit")); text != "" {
		unit, err := s.Alerts.FindUnit(r.Context(), text)
		var d Died
		if err == nil {
			d, err = s.MortalityOf(r.Context(), unit, from, to, page.LocaleOf(r).Code)
		}
		switch {
		case fault.Is(err, fault.Invalid):
			v.Notes = []page.Callout{{Level: page.Wait, Text: []page.Msg{page.M("analysis.error.period_unit")}}}
		case err != nil:
			s.Pages.Error(w, r, err)
			return
		default:
			mortalityParts(&v, d, page.LocaleOf(r).Code)
		}
	}
	s.Pages.Sheet(w, r, page.Page{Title: "analysis.deaths.title", Back: page.Link{Href: deskPath, Text: page.M("analysis.title")}}, v, nil)
}

func mortalityForm(unit string, from, to calendar.Day) *page.Form {
	return &page.Form{Method: "get", Action: deathsPath, Compact: true, Submit: page.M("analysis.show"), Fields: []page.Field{
		{Kind: page.Text, Name: "unit", Label: page.M("analysis.deaths.unit"), Value: unit, Max: 100, Dir: "auto", Auto: "off"},
		{Kind: page.Text, Name: "from", Label: page.M("analysis.from"), Value: from.String(), Width: 10, Max: 10, Dir: "ltr", Auto: "off"},
		{Kind: page.Text, Name: "to", Label: page.M("analysis.to"), Value: to.String(), Width: 10, Max: 10, Dir: "ltr", Auto: "off"},
	}}
}

func mortalityParts(v *page.Sheet, d Died, lang string) {
	rate := func(no Refusal, key string, rate, low, high float64, n int) any {
		if no != Given {
			return refused(no)
		}
		return page.M("analysis.deaths."+key, "rate", text(rate, 2), "low", text(low, 2), "high", text(high, 2), "n", n)
	}
	deaths := any(d.Deaths)
	if !d.Reported {
		deaths = refused(NotReported)
	}
	v.Rows = page.Summary{{Label: page.M("analysis.deaths.unit"), Value: d.Name.Name(lang)}, {Label: page.M("analysis.deaths"), Value: deaths}, {Label: page.M("analysis.deaths.days"), Value: d.Days},
		{Label: page.M("analysis.deaths.people"), Value: peopleCell(d)}, {Label: page.M("analysis.deaths.crude"), Value: rate(d.CrudeNo, "rate", d.Crude.Rate, d.Crude.Interval.Low, d.Crude.Interval.High, d.Deaths)},
		{Label: page.M("analysis.deaths.child"), Value: rate(d.ChildNo, "rate", d.Child.Rate, d.Child.Interval.Low, d.Child.Interval.High, max(d.Under5, 0))}}
	if len(d.Left) > 0 {
		v.Notes = append(v.Notes, page.Callout{Level: page.Wait, Text: []page.Msg{page.M("analysis.deaths.left", "count", len(d.Left))}})
	}
	if !d.Pack {
		v.Notes = append(v.Notes, page.Callout{Level: page.Wait, Text: []page.Msg{page.M("analysis.deaths.no_pack")}})
		return
	}
	var rows page.Summary
	for _, o := range d.Told.Outcomes {
		if o.State != decision.Definite {
			continue
		}
		for _, b := range o.Because {
			cells := []any{b.Sentence}
			for _, src := range b.Sources {
				cells = append(cells, src.Title)
			}
			if b.Certainty == "R" {
				cells = append(cells, page.Tag{Level: page.Wait, Text: page.M("analysis.annex2.recalled")})
			}
			rows = append(rows, page.Row{Label: page.Words(func(string) string { return o.Word }), Value: cells})
		}
	}
	p := page.Part{Title: page.M("analysis.deaths.thresholds"), Rows: rows}
	if len(rows) == 0 {
		p.Lead = page.M("analysis.deaths.below")
	}
	v.Parts = append(v.Parts, p)
}

func peopleCell(d Died) any {
	if d.End.On == 0 {
		return nil
	}
	return []any{page.M("analysis.deaths.people_is", "start", d.Start.People, "end", d.End.People), page.M("alert.counting." + string(d.End.Source)), d.Start.On.Date(), d.End.On.Date()}
}

func (s *Service) deathsForm() *page.Form {
	diseases := []page.Option{{Value: "", Label: page.M("analysis.deaths.no_disease")}}
	for _, d := range s.lists().Diseases {
		diseases = append(diseases, page.Option{Value: d.Code, Label: diseaseMsg(d.Code)})
	}
	return &page.Form{Action: deathsPath + "/new", Submit: page.M("analysis.deaths.save"), Fields: []page.Field{
		{Kind: page.Text, Name: "unit", Label: page.M("analysis.deaths.unit"), Max: 100, Dir: "auto", Auto: "off"},
		{Kind: page.Radios, Name: "how", Label: page.M("analysis.deaths.how"), Options: page.OptionsOf(Hows, "analysis.deaths.how.")},
		{Kind: page.Date, Name: "from", Label: page.M("analysis.deaths.from"), Hint: page.M("analysis.deaths.from_hint")},
		{Kind: page.Date, Name: "to", Label: page.M("analysis.deaths.to"), Hint: page.M("analysis.deaths.to_hint")},
		{Kind: page.Text, Name: "number", Label: page.M("analysis.deaths.number"), Hint: page.M("analysis.deaths.number_hint"), Max: longNumber, Auto: "off", Dir: "auto", Optional: true},
		{Kind: page.Text, Name: "deaths", Label: page.M("analysis.deaths.n"), Hint: page.M("analysis.deaths.n_hint"), Width: 4, Max: 7, Dir: "ltr", Auto: "off", Optional: true},
		{Kind: page.Text, Name: "under5", Label: page.M("analysis.deaths.under5"), Hint: page.M("analysis.deaths.under5_hint"), Width: 4, Max: 7, Dir: "ltr", Auto: "off", Optional: true},
		{Kind: page.Select, Name: "place", Label: page.M("analysis.deaths.place"), Options: append([]page.Option{{Value: "", Label: page.M("analysis.deaths.place.open")}}, page.OptionsOf(Places, "analysis.deaths.place.")...)},
		{Kind: page.Select, Name: "disease", Label: page.M("analysis.deaths.disease"), Options: diseases},
	}}
}

func (s *Service) getNewDeaths(w http.ResponseWriter, r *http.Request) {
	if !s.Access.Ever(r.Context(), access.WeekReport) && !s.Access.Ever(r.Context(), access.CountRecord) {
		s.Pages.Error(w, r, fault.New(fault.Forbidden, "analysis.getNewDeaths", "door.forbidden"))
		return
	}
	s.showNewDeaths(w, r, s.deathsForm())
}

func (s *Service) showNewDeaths(w http.ResponseWriter, r *http.Request, f *page.Form) {
	back := page.Link{Href: deathsPath, Text: page.M("analysis.deaths.title")}
	if s.mayRead(r.Context()) != nil {
		back = page.Link{Href: "/surveillance/weeks", Text: page.M("analysis.weeks")}
	}
	s.Pages.Sheet(w, r, page.Page{Title: "analysis.deaths.new", Back: back}, page.Sheet{Lead: page.M("analysis.deaths.new_lead"), Form: f}, f)
}

func (s *Service) postNewDeaths(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := s.deathsForm()
	f.Fill(r.PostForm)
	e, err := s.readEntry(r)
	if err == nil {
		err = s.RecordDeaths(r.Context(), e)
	}
	if err != nil {
		if !f.Fail(err) {
			s.Pages.Error(w, r, err)
			return
		}
		s.showNewDeaths(w, r, f)
		return
	}
	to := deathsPath + "?" + url.Values{"unit": {e.Unit}}.Encode()
	if s.mayRead(r.Context()) != nil {
		to = "/surveillance/weeks"
	}
	s.Pages.Redirect(w, r, to, page.M("analysis.deaths.saved"))
}

func (s *Service) readEntry(r *http.Request) (Entry, error) {
	get := func(name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }
	e := Entry{How: How(get("how")), Number: get("number"), Place: get("place"), Disease: get("disease"), Under5: -1}
	var err error
	if e.Unit, err = s.Alerts.FindUnit(r.Context(), get("unit")); err != nil {
		return e, err
	}
	for _, x := range []struct {
		name string
		to   *calendar.Day
	}{{"from", &e.From}, {"to", &e.To}} {
		d, err := page.ReadDate(r.PostForm, x.name, s.today())
		if err != nil {
			return e, err
		}
		if day, exact := d.Exact(); exact {
			*x.to = day
		}
	}
	for _, x := range []struct {
		name string
		to   *int
	}{{"deaths", &e.Deaths}, {"under5", &e.Under5}} {
		text := page.Digits(get(x.name))
		if text == "" {
			continue
		}
		if *x.to, err = strconv.Atoi(text); err != nil || *x.to < 0 {
			return e, fault.Field("analysis.readEntry", x.name, "analysis.error.number")
		}
	}
	if e.How == OneByOne {
		e.To = e.From
		if get("deaths") == "" {
			e.Deaths = 1
		}
	} else if get("deaths") == "" {
		return e, fault.Field("analysis.readEntry", "deaths", "analysis.error.number")
	}
	return e, nil
}
