package analysis

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/epi"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// readAsked reads a desk's question from a query: codes, days and numbers, never
// anything of a person. What is missing is the first disease and the last twelve weeks.
func (s *Service) readAsked(q url.Values) Asked {
	a := Asked{Disease: q.Get("disease"), Site: q.Get("site")}
	if !s.lists().HasDisease(a.Disease) {
		a.Disease = s.lists().Diseases[0].Code
	}
	a.From, a.To = period(s.today())
	if d, err := calendar.ParseDay(q.Get("from")); err == nil {
		a.From = d
	}
	if d, err := calendar.ParseDay(q.Get("to")); err == nil {
		a.To = min(d, s.today())
	}
	a.Given.A, _ = strconv.ParseFloat(page.Digits(q.Get("si_mean")), 64) // what is no number was not given
	a.Given.B, _ = strconv.ParseFloat(page.Digits(q.Get("si_sd")), 64)
	return a
}

func (a Asked) query() url.Values {
	q := url.Values{"disease": {a.Disease}, "from": {a.From.String()}, "to": {a.To.String()}}
	if a.Site != "" {
		q.Set("site", a.Site)
	}
	if a.Given.Known() {
		q.Set("si_mean", strconv.FormatFloat(a.Given.A, 'f', -1, 64))
		q.Set("si_sd", strconv.FormatFloat(a.Given.B, 'f', -1, 64))
	}
	return q
}

func (s *Service) getDesk(w http.ResponseWriter, r *http.Request) {
	a := s.readAsked(r.URL.Query())
	var err error
	if !s.lists().HasDisease(r.URL.Query().Get("disease")) {
		a.Disease, err = s.busiest(r.Context(), a)
	}
	var d Desk
	if err == nil {
		d, err = s.DeskOf(r.Context(), a)
	}
	var sites map[string]place.Site
	if err == nil {
		sites, err = s.sites(r.Context())
	}
	if err != nil {
		if fault.Is(err, fault.Invalid) {
			s.Pages.Sheet(w, r, page.Page{Title: "analysis.title", Back: signalsLink(), Wide: true}, page.Sheet{Filter: s.deskForm(a, sites, page.LocaleOf(r).Code), Notes: []page.Callout{{Level: page.Wait, Text: []page.Msg{page.M("analysis.error.period")}}}}, nil)
			return
		}
		s.Pages.Error(w, r, err)
		return
	}
	v := deskView(d, sites, page.LocaleOf(r).Code)
	v.Filter = s.deskForm(a, sites, page.LocaleOf(r).Code)
	v.Actions = []page.Link{{Href: deskPath + "/team?" + a.query().Encode(), Text: page.M("analysis.team.title")}, {Href: situationPath, Text: page.M("analysis.reported.title")}}
	if s.Access.Ever(r.Context(), access.ExportStatistics) {
		v.Actions = append(v.Actions, page.Link{Href: deskPath + "/print?" + a.query().Encode(), Text: page.M("analysis.report.print")}, page.Link{Href: deskPath + "/export?" + a.query().Encode(), Text: page.M("analysis.report.export")}, page.Link{Href: deathsPath, Text: page.M("analysis.deaths.title")})
	}
	s.Pages.Sheet(w, r, page.Page{Title: "analysis.title", Back: signalsLink(), Wide: true}, v, nil)
}

func (s *Service) deskForm(a Asked, sites map[string]place.Site, lang string) *page.Form {
	var diseases []page.Option
	for _, d := range s.lists().Diseases {
		diseases = append(diseases, page.Option{Value: d.Code, Label: diseaseMsg(d.Code)})
	}
	places := []page.Option{{Value: "", Label: page.M("analysis.all_sites")}}
	var codes []string
	for code := range sites {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	for _, code := range codes {
		places = append(places, page.Option{Value: code, Text: sites[code].Name(lang)})
	}
	number := func(f float64) string {
		if f <= 0 {
			return ""
		}
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return &page.Form{Method: "get", Action: deskPath, Compact: true, Submit: page.M("analysis.show"), Fields: []page.Field{
		{Kind: page.Select, Name: "disease", Label: page.M("analysis.disease"), Options: diseases, Value: a.Disease},
		{Kind: page.Select, Name: "site", Label: page.M("analysis.site"), Options: places, Value: a.Site},
		{Kind: page.Text, Name: "from", Label: page.M("analysis.from"), Value: a.From.String(), Width: 10, Max: 10, Dir: "ltr", Auto: "off"},
		{Kind: page.Text, Name: "to", Label: page.M("analysis.to"), Value: a.To.String(), Width: 10, Max: 10, Dir: "ltr", Auto: "off"},
		{Kind: page.Text, Name: "si_mean", Label: page.M("analysis.si_mean"), Value: number(a.Given.A), Width: 4, Max: 8, Dir: "ltr", Auto: "off"},
		{Kind: page.Text, Name: "si_sd", Label: page.M("analysis.si_sd"), Value: number(a.Given.B), Width: 4, Max: 8, Dir: "ltr", Auto: "off"},
	}}
}

func deskView(d Desk, sites map[string]place.Site, lang string) page.Sheet {
	v := page.Sheet{Lead: page.M("analysis.lead"), Rows: page.Summary{{Label: page.M("analysis.cases"), Value: d.Cases}, {Label: page.M("analysis.confirmed"), Value: d.Confirmed}, {Label: page.M("analysis.probable"), Value: d.Probable},
		{Label: page.M("analysis.suspected"), Value: d.Suspected}, {Label: page.M("analysis.imported"), Value: []any{d.Imported, page.M("analysis.origin_unknown", "count", d.OriginUnknown)}}, {Label: page.M("analysis.deaths"), Value: d.Deaths}, {Label: page.M("analysis.others"), Value: d.Others}}}
	if d.NoOnset > 0 {
		v.Notes = append(v.Notes, page.Callout{Level: page.Wait, Text: []page.Msg{page.M("analysis.no_onset", "count", d.NoOnset)}})
	}
	v.Parts = []page.Part{curvePart(d), ratePart(d), rtPart(d), linesPart(d, sites, lang)}
	if d.ContactsKnown {
		v.Parts = append(v.Parts, contactPart(d), newPart(d.New))
	}
	v.Limits = []page.Msg{page.M("analysis.limit.late"), page.M("analysis.limit.origin"), page.M("analysis.limit.classes"), page.M("analysis.limit.cfr")}
	return v
}

// dailyBars is the longest period that is drawn by day; a longer one is drawn by week.
const dailyBars = 63

type bar struct {
	label                            string
	local, imported, unknown, deaths int
}

func (b bar) all() int { return b.local + b.imported + b.unknown }

func bars(d Desk) (out []bar) {
	if len(d.Days) <= dailyBars {
		for _, x := range d.Days {
			out = append(out, bar{x.Day.String(), x.Local, x.Imported, x.Unknown, x.Deaths})
		}
		return out
	}
	for _, w := range d.Weekly {
		out = append(out, bar{string(w.Week), w.Local, w.Imported, w.Unknown, w.Deaths})
	}
	return out
}

func curvePart(d Desk) page.Part {
	list := bars(d)
	most := 1
	for _, b := range list {
		most = max(most, b.all())
	}
	const left, top, height, step = 40.0, 12.0, 160.0, 14.0
	width := left + step*float64(len(list)) + 70
	base := top + height
	draw := &page.Drawing{Title: page.M("analysis.curve"), Text: page.M("analysis.curve_text"), W: width, H: base + 30}
	draw.Marks = []page.Mark{{Kind: page.MarkLine, Look: page.LookAxis, At: []float64{left, top, left, base, width - 60, base}},
		{Kind: page.MarkWords, Look: page.LookAxis, At: []float64{left - 6, top + 8}, Anchor: page.AnchorEnd, Text: most}, {Kind: page.MarkWords, Look: page.LookAxis, At: []float64{left - 6, base}, Anchor: page.AnchorEnd, Text: 0}}
	t := &page.Table{Tight: true, Numbers: true, Columns: []page.Column{{Label: page.M("analysis.when")}, {Label: page.M("analysis.local"), Number: true}, {Label: page.M("analysis.imported"), Number: true}, {Label: page.M("analysis.unknown"), Number: true}, {Label: page.M("analysis.deaths"), Number: true}},
		Empty: page.Empty{Title: page.M("analysis.none")}}
	for i, b := range list {
		x, y := left+step*float64(i)+2, base
		for _, part := range []struct {
			n    int
			look page.Look
			key  string
		}{{b.local, page.LookOne, "local"}, {b.unknown, page.LookThree, "unknown"}, {b.imported, page.LookTwo, "imported"}} {
			if part.n == 0 {
				continue
			}
			h := height * float64(part.n) / float64(most)
			draw.Marks = append(draw.Marks, page.Mark{Kind: page.MarkBar, Look: part.look, At: []float64{x, y - h, x + step - 4, y}, Name: page.M("analysis.bar."+part.key, "when", b.label, "n", part.n)})
			y -= h
		}
		if i%8 == 0 {
			draw.Marks = append(draw.Marks, page.Mark{Kind: page.MarkWords, Look: page.LookAxis, At: []float64{x, base + 16}, Text: b.label})
		}
		if b.all() > 0 || b.deaths > 0 {
			t.Rows = append(t.Rows, []page.Cell{page.Code(b.label), b.local, b.imported, b.unknown, b.deaths})
		}
	}
	draw.Key = []page.KeyEntry{{Kind: page.MarkBar, Look: page.LookOne, Text: page.M("analysis.local")}, {Kind: page.MarkBar, Look: page.LookTwo, Text: page.M("analysis.imported")}, {Kind: page.MarkBar, Look: page.LookThree, Text: page.M("analysis.unknown")}}
	slices.Reverse(t.Rows)
	return page.Part{Title: page.M("analysis.curve"), Lead: page.M("analysis.curve_lead"), Drawing: draw, Table: t}
}

// ratePart are attack rate, fatality and growth, each with its interval or its refusal.
func ratePart(d Desk) page.Part {
	p := page.Part{Title: page.M("analysis.rates")}
	add := func(label page.Msg, v any) { p.Rows = append(p.Rows, page.Row{Label: label, Value: v}) }
	if d.AttackNo != Given {
		add(page.M("analysis.attack"), refused(d.AttackNo))
	} else {
		add(page.M("analysis.attack"), page.M("analysis.attack_is", "rate", text(d.Attack.Rate, 2), "low", text(d.Attack.Wilson.Low, 2), "high", text(d.Attack.Wilson.High, 2), "people", d.People))
	}
	p.Rows = append(p.Rows, fatalityRow(page.M("analysis.cfr_crude"), d.Crude, d.CrudeNo), fatalityRow(page.M("analysis.cfr_settled"), d.Settled, d.SettledNo), fatalityRow(page.M("analysis.cfr_delayed"), d.Delayed, d.DelayedNo))
	if d.Delay.Known() && d.DelayedNo == Given {
		add(page.M("analysis.delay_source"), d.Delay.Source)
	}
	switch {
	case d.GrowthNo != Given:
		add(page.M("analysis.growth"), refused(d.GrowthNo))
	case d.Growth.Direction != epi.Stands:
		add(page.M("analysis.growth"), page.M("analysis.growth_open", "rate", text(d.Growth.Rate, 3), "low", text(d.Growth.Interval.Low, 3), "high", text(d.Growth.Interval.High, 3)))
	case d.Growth.Rate > 0:
		add(page.M("analysis.growth"), page.M("analysis.doubling", "days", text(d.Growth.Doubling, 1), "low", text(d.Growth.DoublingInterval.Low, 1), "high", text(d.Growth.DoublingInterval.High, 1)))
	default:
		add(page.M("analysis.growth"), page.M("analysis.halving", "days", text(d.Growth.Halving, 1), "low", text(d.Growth.HalvingInterval.Low, 1), "high", text(d.Growth.HalvingInterval.High, 1)))
	}
	return p
}

func fatalityRow(label page.Msg, f epi.Fatality, no Refusal) page.Row {
	if no != Given {
		return page.Row{Label: label, Value: refused(no)}
	}
	return page.Row{Label: label, Value: page.M("analysis.cfr_is", "percent", text(100*f.Risk, 1), "low", text(100*f.Interval.Low, 1), "high", text(100*f.Interval.High, 1), "deaths", int(f.Deaths), "of", text(f.Outcomes, 0))}
}

// shownRt is how many days of the reproduction number a page lists.
const shownRt = 21

func rtPart(d Desk) page.Part {
	p := page.Part{Title: page.M("analysis.rt"), Lead: page.M("analysis.rt_lead")}
	if d.Serial.Known() {
		source := any(d.Serial.Source)
		if d.Serial.Reader {
			source = page.M("analysis.si_reader")
		}
		p.Rows = page.Summary{{Label: page.M("analysis.si"), Value: []any{page.M("analysis.si_is", "mean", text(d.Serial.A, 1), "sd", text(d.Serial.B, 1)), source}}}
	}
	if d.RtNo != Given {
		p.Rows = append(p.Rows, page.Row{Label: page.M("analysis.rt"), Value: refused(d.RtNo)})
		return p
	}
	t := &page.Table{Tight: true, Numbers: true, Columns: []page.Column{{Label: page.M("analysis.rt_end")}, {Label: page.M("analysis.rt_mean"), Number: true}, {Label: page.M("analysis.rt_interval"), Number: true}, {Label: page.M("analysis.local"), Number: true}, {Label: page.M("analysis.rt_state")}}}
	for i, r := range slices.Backward(d.Rt) {
		if len(d.Rt)-i > shownRt {
			break
		}
		row := []page.Cell{r.Day.Date(), nil, nil, r.Local, nil}
		if r.No != Given {
			row[4] = refused(r.No)
		} else {
			row[1], row[2] = decimal(r.Mean, 2), page.Code(text(r.Low, 2)+" – "+text(r.High, 2))
			row[4] = page.Tag{Level: page.Done, Text: page.M("analysis.rt_given")}
			if r.Fresh {
				row[4] = page.Tag{Level: page.Wait, Text: page.M("analysis.rt_fresh")}
			}
		}
		t.Rows = append(t.Rows, row)
	}
	p.Table = t
	return p
}

func lineLabel(kind, key string, sites map[string]place.Site, lang string) any {
	switch {
	case kind == "site" && key == "":
		return page.M("analysis.other_sites")
	case kind == "site":
		if s, ok := sites[key]; ok {
			return s.Name(lang)
		}
		return page.Code(key)
	case kind == "age" && key == "":
		return page.M("analysis.age.open")
	case kind == "age":
		return page.M("analysis.age." + key)
	}
	return page.M("analysis.class." + strings.ToLower(key))
}

func linesPart(d Desk, sites map[string]place.Site, lang string) page.Part {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("analysis.by"), Wide: true}, {Label: page.M("analysis.cases"), Number: true}, {Label: page.M("analysis.deaths"), Number: true}}, Empty: page.Empty{Title: page.M("analysis.none")}}
	for _, g := range []struct {
		kind  string
		lines []Line
	}{{"class", d.Classes}, {"age", d.Ages}, {"site", d.Sites}} {
		for _, l := range g.lines {
			t.Rows = append(t.Rows, []page.Cell{lineLabel(g.kind, l.Key, sites, lang), l.Cases, l.Deaths})
		}
	}
	return page.Part{Title: page.M("analysis.by_title"), Table: t}
}

// share tells a part of a whole, and nothing where there is no whole.
func share(a, b int) any {
	if b == 0 {
		return nil
	}
	return page.M("analysis.share", "n", a, "of", b, "percent", (200*a+b)/(2*b))
}

func contactPart(d Desk) page.Part {
	n := d.Contacts
	rows := page.Summary{{Label: page.M("analysis.contacts.listed"), Value: n.Contacts}, {Label: page.M("analysis.contacts.seen"), Value: share(n.SeenToday, n.Due)}, {Label: page.M("analysis.contacts.never"), Value: share(n.Never, n.Due)},
		{Label: page.M("analysis.contacts.lost"), Value: share(n.Lost, n.Contacts)}, {Label: page.M("analysis.contacts.known"), Value: share(n.KnownBefore, n.Cases)}}
	if n.Cases > 0 {
		rows = append(rows, page.Row{Label: page.M("analysis.contacts.per_case"), Value: decimal(float64(n.Contacts)/float64(n.Cases), 1)})
	}
	return page.Part{Title: page.M("analysis.contacts"), Lead: page.M("analysis.contacts_lead"), Rows: rows}
}
