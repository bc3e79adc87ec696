package mobility

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/flow"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

const (
	forecastPath    = homePath + "/forecast"
	assumptionsPath = homePath + "/assumptions"
)

func (s *Service) getForecast(w http.ResponseWriter, r *http.Request) {
	im, err := s.Imported(r.Context(), readForecast(r))
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "mobility.forecast.title", Back: homeLink(), Wide: true}, forecastView(im, page.LocaleOf(r).Code), nil)
}

// readForecast reads the question of the page; what cannot be read was not asked.
func readForecast(r *http.Request) (q ForecastQuery) {
	q.NextQuery, _ = readNext(r)
	q.Window, q.Days = wholeOf(r, "window"), wholeOf(r, "days")
	return q
}

// wholeOf reads a whole number of the address; 0 where there is none.
func wholeOf(r *http.Request, name string) int {
	n, err := strconv.Atoi(page.Digits(r.URL.Query().Get(name)))
	if err != nil {
		return 0
	}
	return n
}

func forecastView(im Imports, lang string) page.Sheet {
	v := page.Sheet{Lead: page.M("mobility.forecast.lead")}
	if im.Query.Disease == "" {
		v.Table = noOutbreak()
		return v
	}
	v.Filter = forecastForm(im)
	v.Actions = []page.Link{assumptionsLink(im.Query.Disease)}
	f := im.Forecast
	switch {
	case len(f.Missing) > 0:
		v.Notes = []page.Callout{missingNote(f.Missing, im.Query.Disease)}
		return v
	case f.Absent != "":
		v.Notes = append([]page.Callout{{Level: page.Wait, Text: []page.Msg{page.M("mobility.absent." + f.Absent)}}}, silentNotes(im, lang)...)
		return v
	}
	v.Notes = silentNotes(im, lang)
	v.Rows = page.Summary{{Label: page.M("mobility.forecast.all"), Value: intervalMsg("mobility.forecast.cases_of", f.All)},
		{Label: page.M("mobility.forecast.seen"), Value: page.M("mobility.forecast.seen_of", "window", f.Window, "from", f.AsOf-calendar.Day(f.Window)+1, "day", f.AsOf, "days", f.Days)},
		{Label: page.M("mobility.forecast.seed"), Value: page.M("mobility.forecast.seed_of", "seed", strconv.FormatUint(f.Seed, 10), "draws", f.Draws)}}
	if slices.ContainsFunc(f.Origins, func(o Origin) bool { return o.Impossib }) {
		v.Notes = append(v.Notes, page.Callout{Level: page.Wait, Text: []page.Msg{page.M("mobility.forecast.impossible")}})
	}
	v.Parts = []page.Part{destinationsPart(im, lang), originsPart(im, lang), corridorsPart(im, lang), influencePart(f.Influences, "mobility.influence.drawing", three), assumedPart("mobility.forecast.assumed", f.Assumed)}
	v.Limits = append(limitsOf(im.Flows), page.M("mobility.limits.even"), page.M("mobility.limits.window"), page.M("mobility.limits.cut"), page.M("mobility.limits.unlisted"), page.M("mobility.limits.static"), page.M("mobility.limits.draws"), page.M("mobility.limits.response"))
	return v
}

// silentNotes name the affected places of which nothing is known in the window.
func silentNotes(im Imports, lang string) []page.Callout {
	if len(im.Forecast.Silent) == 0 {
		return nil
	}
	c := page.Callout{Level: page.Wait, Title: page.M("mobility.forecast.silent"), Text: []page.Msg{page.M("mobility.forecast.silent_text")}}
	for _, unit := range im.Forecast.Silent {
		switch n := im.Forecast.Cases[unit]; {
		case n.Fell:
			c.Text = append(c.Text, page.M("mobility.forecast.silent_fell", "place", im.name(unit, lang)))
		case n.Last == 0:
			c.Text = append(c.Text, page.M("mobility.forecast.silent_never", "place", im.name(unit, lang)))
		default:
			c.Text = append(c.Text, page.M("mobility.forecast.silent_last", "place", im.name(unit, lang), "day", n.Last))
		}
	}
	return []page.Callout{c}
}

// windowCell is how many fell ill in a window, with its limits where they are not one.
func windowCell(c Counted) any {
	switch {
	case !c.Known():
		return page.Tag{Level: page.Wait, Text: page.M("mobility.forecast.not_reported")}
	case c.Exact():
		return three(c.Likely)
	}
	return page.M("mobility.forecast.cases_about", "mid", three(c.Likely), "low", three(c.Least), "high", three(c.Most))
}

func noOutbreak() *page.Table {
	return &page.Table{Empty: page.Empty{Title: page.M("mobility.next.none"), Text: page.M("mobility.next.none_text"), Action: page.Link{Href: "/surveillance/counts", Text: page.M("mobility.next.counts")}}}
}

func assumptionsLink(disease string) page.Link {
	return page.Link{Href: assumptionsPath + "?disease=" + url.QueryEscape(disease), Text: page.M("mobility.assume.change")}
}

// missingNote says which numbers nobody gave, and where to give them.
func missingNote(missing []string, disease string) page.Callout {
	c := page.Callout{Level: page.Wait, Title: page.M("mobility.assume.missing"), Links: []page.Link{assumptionsLink(disease)}}
	for _, code := range missing {
		c.Text = append(c.Text, page.M("mobility.assume."+code))
	}
	return c
}

func forecastForm(im Imports) *page.Form {
	return &page.Form{Method: "get", Action: forecastPath, Compact: true, Submit: page.M("mobility.next.show"), Fields: []page.Field{im.seriesField(), im.dayField(), im.matrixField("flows", People, im.Flows),
		wholeField("window", im.Asked.Window), wholeField("days", im.Asked.Days)}}
}

func wholeField(name string, n int) page.Field {
	f := page.Field{Kind: page.Text, Name: name, Label: page.M("mobility.forecast." + name), Width: 4, Max: 4, Dir: "ltr", Auto: "off"}
	if n > 0 {
		f.Value = strconv.Itoa(n)
	}
	return f
}

// three is a number to three figures, without the pretence of more.
func three(v float64) string {
	if v == 0 || math.IsInf(v, 0) || math.IsNaN(v) {
		return "0"
	}
	digits := 2 - int(math.Floor(math.Log10(math.Abs(v))))
	unit := math.Pow(10, float64(digits))
	v = math.Round(v*unit) / unit
	text := strconv.FormatFloat(v, 'f', max(0, digits), 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return grouped(text)
}

// grouped puts a narrow space between thousands, which no language reads as a decimal.
func grouped(text string) string {
	whole, rest, _ := strings.Cut(text, ".")
	var b strings.Builder
	for i, r := range whole {
		if i > 0 && r != '-' && (len(whole)-i)%3 == 0 {
			b.WriteRune('\u202f')
		}
		b.WriteRune(r)
	}
	if rest != "" {
		b.WriteString("." + rest)
	}
	return b.String()
}

// percent is a share as a percentage; less than a tenth of one is said as such.
func percent(p float64) page.Msg {
	switch {
	case p > 0 && p < 0.001:
		return page.M("mobility.percent_less")
	case p > 0.999 && p < 1:
		return page.M("mobility.percent_more")
	}
	return page.M("mobility.percent", "n", three(100*p))
}

// intervalMsg says an estimate with its limits.
func intervalMsg(key string, i flow.Interval) page.Msg {
	return page.M(key, "mid", three(i.Mid), "low", three(i.Low), "high", three(i.High))
}

// onePerMsg says one case per N travellers with its limits; the fewest come first.
func onePerMsg(o flow.OnePer) page.Msg {
	switch {
	case o.State == flow.Unreachable:
		return page.M("mobility.forecast.never")
	case o.State != flow.Known:
		return page.M("mobility.forecast.not_known")
	case math.IsInf(o.Travellers.High, 0):
		return page.M("mobility.forecast.one_per_open", "mid", three(o.Travellers.Mid), "low", three(o.Travellers.Low))
	}
	return intervalMsg("mobility.forecast.one_per", o.Travellers)
}

func destinationsPart(im Imports, lang string) page.Part {
	f := im.Forecast
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("mobility.next.place"), Wide: true}, {Label: page.M("mobility.forecast.one_per_title")}, {Label: page.M("mobility.forecast.people"), Number: true},
		{Label: page.M("mobility.forecast.cases")}, {Label: page.M("mobility.forecast.any"), Number: true}, {Label: page.M("mobility.forecast.outbreak"), Number: true}, {Label: page.M("mobility.forecast.listed")}}}
	for _, d := range f.Destinations[:min(len(f.Destinations), mostShown)] {
		var outbreak any
		if d.Outbreak.Known {
			outbreak = percent(d.Outbreak.Value)
		}
		listed := []any{page.M("mobility.forecast.listed_of", "n", d.Listed, "all", len(f.Origins))}
		if d.Silent > 0 {
			listed = append(listed, page.M("mobility.forecast.listed_silent", "n", d.Silent))
		}
		t.Rows = append(t.Rows, []page.Cell{im.name(d.Unit, lang), onePerMsg(d.OnePer), three(d.People), intervalMsg("mobility.forecast.cases_of", d.Cases), percent(d.Any), outbreak, listed})
	}
	return page.Part{Title: page.M("mobility.forecast.destinations"), Lead: page.M("mobility.forecast.destinations_lead", "days", f.Days, "n", len(t.Rows), "all", len(f.Destinations), "unknown", len(f.Places)-len(f.Destinations)), Table: t}
}

func originsPart(im Imports, lang string) page.Part {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("mobility.next.place"), Wide: true}, {Label: page.M("mobility.forecast.window_cases"), Number: true}, {Label: page.M("mobility.forecast.covered"), Number: true}, {Label: page.M("mobility.next.gap_population"), Number: true},
		{Label: page.M("mobility.forecast.leave"), Number: true}, {Label: page.M("mobility.forecast.one_per_title")}}}
	for _, o := range im.Forecast.Origins {
		var people, leave any
		if o.People.Known {
			people = three(o.People.Value)
		}
		if !o.NoFlow {
			leave = three(o.Leave)
		}
		t.Rows = append(t.Rows, []page.Cell{im.name(o.Unit, lang), windowCell(o.Cases), page.M("mobility.forecast.covered_of", "n", o.Cases.Days, "all", o.Cases.Of), people, leave, onePerMsg(o.OnePer)})
	}
	return page.Part{Title: page.M("mobility.forecast.origins"), Lead: page.M("mobility.forecast.origins_lead"), Table: t}
}

func corridorsPart(im Imports, lang string) page.Part {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("mobility.forecast.from"), Wide: true}, {Label: page.M("mobility.forecast.to"), Wide: true}, {Label: page.M("mobility.forecast.people"), Number: true},
		{Label: page.M("mobility.forecast.one_per_title")}, {Label: page.M("mobility.forecast.cases")}}}
	list := im.Forecast.Corridors
	for _, c := range list[:min(len(list), mostShown)] {
		t.Rows = append(t.Rows, []page.Cell{im.name(c.From, lang), im.name(c.To, lang), three(c.People), onePerMsg(c.OnePer), intervalMsg("mobility.forecast.cases_of", c.Cases)})
	}
	return page.Part{Title: page.M("mobility.forecast.corridors"), Lead: page.M("mobility.forecast.corridors_lead", "n", len(t.Rows), "all", len(list)), Table: t}
}

// influencePart says of what an outcome hangs, as bars and as a table; of is the key of
// what the outcome is.
func influencePart(list []flow.Influence, of string, number func(float64) string) page.Part {
	t := &page.Table{Columns: []page.Column{{Label: page.M("mobility.influence.what"), Wide: true}, {Label: page.M("mobility.influence.low"), Number: true}, {Label: page.M("mobility.influence.high"), Number: true}, {Label: page.M("mobility.influence.rank"), Number: true}}}
	for _, in := range list {
		var rank any
		if in.Rank.Known {
			rank = fmt.Sprintf("%+.2f", in.Rank.Value)
		}
		t.Rows = append(t.Rows, []page.Cell{page.M("mobility.assume." + in.Name), number(in.AtLow), number(in.AtHigh), rank})
	}
	return page.Part{Title: page.M("mobility.influence.title"), Lead: page.M("mobility.influence.lead"), Drawing: influenceDrawing(list, of, number), Table: t}
}

// influenceDrawing draws a bar from the outcome at the lowest to that at the highest value
// of each assumption, the longest first. Words stand above their bar: they are long.
func influenceDrawing(list []flow.Influence, of string, number func(float64) string) *page.Drawing {
	const width, row, edge = 460.0, 44.0, 8.0
	least, most := math.Inf(1), math.Inf(-1)
	for _, in := range list {
		least, most = math.Min(least, math.Min(in.AtLow, in.AtHigh)), math.Max(most, math.Max(in.AtLow, in.AtHigh))
	}
	if len(list) == 0 || most <= least {
		return nil
	}
	x := func(v float64) float64 { return edge + (v-least)/(most-least)*(width-2*edge) }
	d := &page.Drawing{Text: page.M(of), W: width, H: row*float64(len(list)) + edge,
		Key: []page.KeyEntry{{Kind: page.MarkSquare, Look: page.LookOne, Text: page.M("mobility.influence.low")}, {Kind: page.MarkTriangle, Look: page.LookTwo, Text: page.M("mobility.influence.high")}}}
	for i, in := range list {
		y := row*float64(i) + 30
		d.Marks = append(d.Marks, page.Mark{Kind: page.MarkWords, At: []float64{edge, y - 14}, Text: page.M("mobility.assume." + in.Name)},
			page.Mark{Kind: page.MarkLine, Look: page.LookAxis, At: []float64{x(in.AtLow), y, x(in.AtHigh), y}, R: 4},
			page.Mark{Kind: page.MarkSquare, Look: page.LookOne, At: []float64{x(in.AtLow), y}, R: 5, Name: number(in.AtLow)},
			page.Mark{Kind: page.MarkTriangle, Look: page.LookTwo, At: []float64{x(in.AtHigh), y}, R: 5, Name: number(in.AtHigh)})
	}
	return d
}

// assumedPart says what was taken for granted, and who says so.
func assumedPart(title string, list []Assumed) page.Part {
	t := &page.Table{Columns: []page.Column{{Label: page.M("mobility.influence.what"), Wide: true}, {Label: page.M("mobility.assume.range")}, {Label: page.M("mobility.assume.source"), Wide: true}}}
	for _, a := range list {
		var source any = []any{page.Tag{Level: page.Info, Text: page.M("mobility.assume.own")}, a.Note}
		if a.Certainty != "" {
			source = []any{page.Tag{Level: certaintyLevel(a.Certainty), Text: page.M("mobility.certainty." + a.Certainty)}, a.Source}
			if a.Note != "" {
				source = append(source.([]any), page.M("mobility.note."+a.Note)) // of the table that ships
			}
		} else if a.Note == "" {
			source = source.([]any)[:1]
		}
		t.Rows = append(t.Rows, []page.Cell{page.M("mobility.assume." + a.Name), page.Code(Range{a.Low, a.Likely, a.High}.String()), source})
	}
	return page.Part{Title: page.M(title), Lead: page.M("mobility.assume.lead"), Table: t}
}

func certaintyLevel(c string) page.Level {
	if c == "R" {
		return page.Wait
	}
	return page.Quiet
}

func (s *Service) getAssumptions(w http.ResponseWriter, r *http.Request) {
	a, change, err := s.AssumptionsOf(r.Context(), r.URL.Query().Get("disease"))
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.assumptions(w, r, a, change, s.assumptionsForm(a))
}

func (s *Service) assumptions(w http.ResponseWriter, r *http.Request, a Assumptions, change bool, f *page.Form) {
	v := page.Sheet{Lead: page.M("mobility.assume.page_lead", "disease", page.M("surveillance.disease."+a.Disease))}
	list, _ := s.Book.Of(a, Asks)
	v.Parts = []page.Part{assumedPart("mobility.assume.now", list)}
	if !change {
		f = nil
	}
	v.Form = f
	s.Pages.Sheet(w, r, page.Page{Title: "mobility.assume.title", Back: page.Link{Href: forecastPath, Text: page.M("mobility.forecast.title")}}, v, f)
}

// assumptionsForm asks for a range of each, empty where what ships holds.
func (s *Service) assumptionsForm(a Assumptions) *page.Form {
	f := &page.Form{Action: assumptionsPath, Submit: page.M("mobility.assume.save"), Fields: []page.Field{{Kind: page.Hidden, Name: "disease", Value: a.Disease, Keep: true}}}
	for _, k := range Asks {
		q := page.Field{Kind: page.Text, Name: k.Code, Label: page.M("mobility.assume." + k.Code), Hint: page.M("mobility.assume.hint_" + k.unit()), Width: 20, Max: 60, Dir: "ltr", Auto: "off", Optional: true}
		if own, ok := a.Own[k.Code]; ok {
			q.Value = own.String()
		}
		f.Fields = append(f.Fields, q)
	}
	f.Fields = append(f.Fields, page.Field{Kind: page.Text, Name: "seed", Label: page.M("mobility.assume.seed"), Hint: page.M("mobility.assume.seed_hint"), Value: strconv.FormatUint(a.Seed, 10), Width: 20, Max: 20, Dir: "ltr", Auto: "off"},
		page.Field{Kind: page.Text, Name: "draws", Label: page.M("mobility.assume.draws"), Value: strconv.Itoa(a.Draws), Width: 6, Max: 6, Dir: "ltr", Auto: "off"},
		page.Field{Kind: page.LongText, Name: "why", Label: page.M("mobility.assume.why"), Value: a.Why, Rows: 3, Max: longWhy, Optional: true})
	return f
}

func (k Ask) unit() string {
	switch {
	case k.Days:
		return "days"
	case k.Share:
		return "share"
	}
	return "number"
}

func (s *Service) postAssumptions(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	was, change, err := s.AssumptionsOf(r.Context(), r.PostForm.Get("disease"))
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := s.assumptionsForm(was)
	f.Fill(r.PostForm)
	a, ok := readAssumptions(r.PostForm, was.Disease, f)
	if ok {
		err = s.SaveAssumptions(r.Context(), a)
		ok = err == nil
	}
	switch {
	case ok:
		s.Pages.Redirect(w, r, assumptionsPath+"?disease="+url.QueryEscape(a.Disease), page.M("mobility.assume.saved"))
	case err != nil && !f.Fail(err):
		s.Pages.Error(w, r, err)
	default:
		s.assumptions(w, r, was, change, f)
	}
}

// readAssumptions reads the form and notes what is wrong on it.
func readAssumptions(typed url.Values, disease string, f *page.Form) (a Assumptions, ok bool) {
	a = Assumptions{Disease: disease, Own: map[string]Range{}, Why: strings.TrimSpace(typed.Get("why"))}
	for _, k := range Asks {
		text := strings.TrimSpace(page.Digits(typed.Get(k.Code)))
		if text == "" {
			continue
		}
		v, err := ParseRange(text)
		if err != nil {
			f.Note(k.Code, page.M(fault.KeyOf(err)))
			continue
		}
		a.Own[k.Code] = v
	}
	var err error
	if a.Seed, err = strconv.ParseUint(page.Digits(typed.Get("seed")), 10, 63); err != nil {
		f.Note("seed", page.M("mobility.error.seed"))
	}
	if a.Draws, err = strconv.Atoi(page.Digits(typed.Get("draws"))); err != nil {
		f.Note("draws", page.M("mobility.error.draws"))
	}
	return a, !f.Failed()
}
