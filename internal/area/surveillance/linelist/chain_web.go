package linelist

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func (s *Service) getChains(w http.ResponseWriter, r *http.Request) {
	f := s.readFilter(r.URL.Query())
	c, total, err := s.ChainsOf(r.Context(), f)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	v := chainsView(c, total)
	v.Filter = filterForm(f, s.Lists)
	v.Filter.Action = "/linelist/chains"
	s.Pages.Sheet(w, r, page.Page{Title: "linelist.chains.title", Back: listLink(), Wide: true}, v, nil)
}

func chainsView(c Chains, total int) page.Sheet {
	v := page.Sheet{Lead: page.M("linelist.chains.lead"), Table: chainTable(c), Limits: []page.Msg{page.M("linelist.chains.limit_known"), page.M("linelist.chains.limit_bias")}}
	if len(c.Knots) > 0 {
		v.Drawing = drawChains(c)
	}
	if n := c.Faulty(); n > 0 {
		v.Notes = append(v.Notes, page.Callout{Level: page.Danger, Text: []page.Msg{page.M("linelist.chains.faulty", "count", n)}})
	}
	if c.NoOnset > 0 {
		v.Notes = append(v.Notes, page.Callout{Level: page.Wait, Text: []page.Msg{page.M("linelist.chains.no_onset", "count", c.NoOnset)}})
	}
	if total > mostChained {
		all := strconv.Itoa(total)
		if total > mostCounted {
			all = strconv.Itoa(mostCounted) + "+"
		}
		v.Notes = append(v.Notes, page.Callout{Level: page.Wait, Text: []page.Msg{page.M("linelist.chains.more", "shown", mostChained, "all", all)}})
	}
	return v
}

func chainTable(c Chains) *page.Table {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("linelist.q.number"), Wide: true}, {Label: page.M("linelist.class.title")}, {Label: page.M("linelist.q.onset")}, {Label: page.M("linelist.chains.source")},
		{Label: page.M("linelist.chains.certainty")}, {Label: page.M("linelist.chains.interval"), Number: true}, {Label: page.M("linelist.chains.generation"), Number: true}, {Label: page.M("linelist.chains.contacts"), Number: true}, {Label: page.M("linelist.chains.fits")}},
		Empty: page.Empty{Title: page.M("linelist.none")}}
	for _, k := range c.Knots {
		row := []page.Cell{page.Link{Href: path(k.Case.ID), Name: k.Case.Code()}, classTag(k.Case.Class()), k.Case.Onset, page.M("linelist.chains.no_source"), nil, nil, k.Generation, k.Contacts, fitsCell(k)}
		if src, l, ok := c.Source(k); ok {
			row[3] = page.Link{Href: path(src.Case.ID), Name: src.Case.Code()}
			row[4] = certaintyCell(l.Sure)
			if days, ok := interval(src.Case.Onset, k.Case.Onset); ok {
				row[5] = days
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func certaintyCell(c Certainty) any {
	if c == "" {
		return page.M("linelist.certainty.open")
	}
	return page.M("linelist.certainty." + string(c))
}

func fitsCell(k Knot) any {
	if len(k.Faults) == 0 {
		return page.Tag{Level: page.Done, Text: page.M("linelist.chain.fits")}
	}
	var out []any
	for _, f := range k.Faults {
		out = append(out, page.Tag{Level: page.Danger, Text: page.M("linelist.chain." + string(f))})
	}
	return out
}

// The measures of a drawing of chains.
const (
	chainLeft, chainTop, chainRow = 84.0, 34.0, 26.0
	chainWide                     = 900.0
)

// drawChains draws a row a case, by the day of onset from left to right; a line leads
// from each source down to whom it infected. Who has no onset stands at the left edge.
func drawChains(c Chains) *page.Drawing {
	days := max(float64(c.Last-c.First), 1)
	scale := min((chainWide-chainLeft-150)/days, 40)
	x := func(day calendar.Day) float64 { return chainLeft + scale*float64(day-c.First) }
	y := func(row int) float64 { return chainTop + chainRow*(float64(row)+0.6) }
	at := func(k Knot) (float64, bool) {
		first, _, ok := k.Case.Onset.Bounds()
		if !ok {
			return chainLeft - 60, false
		}
		return x(first), true
	}
	bottom := chainTop + chainRow*float64(len(c.Knots)) + 8
	d := &page.Drawing{Title: page.M("linelist.chains.drawing"), Text: page.M("linelist.chains.drawing_text"), W: chainLeft + scale*days + 160, H: bottom + 8}
	if c.First != 0 {
		d.Marks = append(d.Marks, chainAxis(c, x, bottom)...)
	}
	for _, k := range c.Knots {
		if src, l, ok := c.Source(k); ok {
			x1, _ := at(src)
			x2, _ := at(k)
			look := page.LookAxis
			switch l.Sure {
			case Certain:
				look = page.LookPlain
			case Likely:
				look = page.LookOne
			case Possible:
				look = page.LookDashed
			}
			d.Marks = append(d.Marks, page.Mark{Kind: page.MarkLine, Look: look, R: 1.5, Arrow: true, At: []float64{x1, y(src.Row), x1, y(k.Row), x2 - 8, y(k.Row)}})
		}
	}
	for _, k := range c.Knots {
		d.Marks = append(d.Marks, knotMarks(k, x, y(k.Row), at)...)
	}
	d.Key = []page.KeyEntry{{Kind: page.MarkDot, Look: page.LookOne, Text: page.M("linelist.chains.key_case")}, {Kind: page.MarkSquare, Look: page.LookTwo, Text: page.M("linelist.chains.key_imported")},
		{Kind: page.MarkTriangle, Look: page.LookAlarm, Text: page.M("linelist.chains.key_dead")}, {Kind: page.MarkLine, Look: page.LookPlain, Text: page.M("linelist.certainty.certain")},
		{Kind: page.MarkLine, Look: page.LookOne, Text: page.M("linelist.certainty.likely")}, {Kind: page.MarkLine, Look: page.LookDashed, Text: page.M("linelist.certainty.possible")}, {Kind: page.MarkLine, Look: page.LookAxis, Text: page.M("linelist.certainty.open")}}
	return d
}

// chainAxis are the days above the rows, every week or as many as there is room for.
func chainAxis(c Chains, x func(calendar.Day) float64, bottom float64) (out []page.Mark) {
	every := calendar.Day(7)
	for float64(every)*(x(c.First+1)-x(c.First)) < 90 {
		every *= 2
	}
	for day := c.First; day <= c.Last+every/2; day += every {
		out = append(out, page.Mark{Kind: page.MarkLine, Look: page.LookBoundary, At: []float64{x(day), chainTop - 8, x(day), bottom}},
			page.Mark{Kind: page.MarkWords, Look: page.LookAxis, At: []float64{x(day), chainTop - 14}, Text: day.Date()})
	}
	return out
}

func knotMarks(k Knot, x func(calendar.Day) float64, y float64, at func(Knot) (float64, bool)) []page.Mark {
	here, known := at(k)
	var out []page.Mark
	if first, last, ok := k.Case.Onset.Bounds(); ok && last > first {
		out = append(out, page.Mark{Kind: page.MarkLine, Look: page.LookAxis, R: 3, At: []float64{x(first), y, x(last), y}})
	}
	m := page.Mark{Kind: page.MarkDot, Look: page.LookOne, R: 6, At: []float64{here, y}, Href: path(k.Case.ID), Name: page.M("linelist.chains.case", "code", k.Case.Code())}
	switch {
	case k.Case.Ending == Dead:
		m.Kind, m.Look = page.MarkTriangle, page.LookAlarm
	case k.Case.Imported.String() == "yes":
		m.Kind, m.Look = page.MarkSquare, page.LookTwo
	}
	words := page.Mark{Kind: page.MarkWords, At: []float64{here + 12, y + 4}, Text: k.Case.Code()}
	if len(k.Faults) > 0 {
		words.Look = page.LookAlarm
	}
	out = append(out, m, words)
	if !known {
		out = append(out, page.Mark{Kind: page.MarkWords, Look: page.LookAxis, At: []float64{here - 14, y + 4}, Text: page.M("linelist.chains.when")})
	}
	return out
}

func linkForm(of Listed, list []Listed) *page.Form {
	var cases []page.Option
	for _, l := range list {
		text := l.Code()
		if first, _, ok := l.Onset.Bounds(); ok {
			text += " · " + first.String()
		}
		cases = append(cases, page.Option{Value: l.ID.String(), Text: text})
	}
	return &page.Form{Action: path(of.ID) + "/source", Submit: page.M("linelist.source.save"), Fields: []page.Field{
		{Kind: page.Select, Name: "from", Label: page.M("linelist.source.from"), Hint: page.M("linelist.source.from_hint"), Options: append([]page.Option{{Value: "", Label: page.M("linelist.source.choose")}}, cases...)},
		{Kind: page.Radios, Name: "certainty", Label: page.M("linelist.source.certainty"), Options: page.OptionsOf(Certainties, "linelist.certainty.")},
		{Kind: page.Radios, Name: "type", Label: page.M("linelist.contact.type"), Options: page.OptionsOf(Exposures, "linelist.exposure."), Optional: true},
		{Kind: page.Date, Name: "last", Label: page.M("linelist.contact.last")},
		{Kind: page.Checks, Name: "another", Label: page.M("linelist.source.days"), Options: []page.Option{{Value: "yes", Label: page.M("linelist.source.days_box")}}, Optional: true},
	}}
}

func (s *Service) getSource(w http.ResponseWriter, r *http.Request) { s.showSource(w, r, nil) }

func (s *Service) showSource(w http.ResponseWriter, r *http.Request, wrong error) {
	id, err := page.PathID(r, "id")
	var of Listed
	var list []Listed
	if err == nil {
		of, list, err = s.Candidates(r.Context(), id)
	}
	if err != nil {
		s.Pages.Error(w, r, errors.Join(err, wrong))
		return
	}
	f := linkForm(of, list)
	if wrong != nil {
		f.Fill(r.PostForm)
		if !f.Fail(wrong) {
			s.Pages.Error(w, r, wrong)
			return
		}
	}
	s.Pages.Sheet(w, r, page.Page{Title: "linelist.source.title", Back: caseLink(id)}, page.Sheet{Lead: page.M("linelist.source.lead"), Rows: page.Summary{{Label: page.M("linelist.q.number"), Value: of.Code()}, {Label: page.M("linelist.q.onset"), Value: of.Onset}}, Form: f}, f)
}

func (s *Service) postSource(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	l := Link{To: id, Sure: Certainty(r.PostForm.Get("certainty")), Type: Exposure(r.PostForm.Get("type"))}
	l.From, _ = db.ParseID(r.PostForm.Get("from")) // what is no id was not chosen
	l.Last, err = page.ReadDate(r.PostForm, "last", s.today())
	if err == nil {
		err = s.LinkSource(r.Context(), l, r.PostForm.Get("another") == "yes")
	}
	if err != nil {
		s.showSource(w, r, err)
		return
	}
	s.Pages.Redirect(w, r, path(id), page.M("linelist.source.saved"))
}
