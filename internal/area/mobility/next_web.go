package mobility

import (
	"cmp"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/flow"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// mostShown is how many candidates a page shows; the models order all of them.
const mostShown = 25

func (s *Service) getNext(w http.ResponseWriter, r *http.Request) {
	q, by := readNext(r)
	n, err := s.WhoMayBeNext(r.Context(), q)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "mobility.next.title", Back: homeLink(), Wide: true}, nextView(n, by, page.LocaleOf(r).Code), nil)
}

// readNext reads the question of the page; what cannot be read is as if it was not asked.
func readNext(r *http.Request) (q NextQuery, by Model) {
	get := r.URL.Query().Get
	q.Disease, q.Source, _ = strings.Cut(get("series"), " ")
	q.Flows, q.Times = get("flows"), get("times")
	if d, err := calendar.ParseDay(get("day")); err == nil {
		q.AsOf = d
	}
	if v, err := strconv.ParseFloat(get("minutes"), 64); err == nil && v > 0 && v < 1e6 {
		q.Minutes = v
	}
	by = Model(get("by"))
	if !slices.Contains(Models, by) {
		by = FlowIncidence
	}
	return q, by
}

func nextView(n Next, by Model, lang string) page.Sheet {
	v := page.Sheet{Lead: page.M("mobility.next.lead")}
	if n.Query.Disease != "" {
		v.Filter = nextForm(n, by)
	}
	if len(n.Ranking.Affected) == 0 {
		v.Table = &page.Table{Empty: page.Empty{Title: page.M("mobility.next.none"), Text: page.M("mobility.next.none_text"), Action: page.Link{Href: "/surveillance/counts", Text: page.M("mobility.next.counts")}}}
		return v
	}
	v.Notes = []page.Callout{{Level: page.Info, Text: []page.Msg{page.M("mobility.next.no_number")}}}
	v.Rows = page.Summary{{Label: page.M("mobility.next.seen"), Value: page.M("mobility.next.seen_of", "from", n.since, "day", n.Ranking.AsOf)}}
	v.Notes = append(v.Notes, notReported(n, lang)...)
	v.Parts = []page.Part{pastPart(n), rankingPart(n, by, lang), affectedPart(n, lang), modelsPart(n)}
	v.Limits = append(limitsOf(n.Flows, n.Times), page.M("mobility.limits.order"), page.M("mobility.limits.static"), page.M("mobility.limits.small"))
	return v
}

// notReported names the affected places of which nothing was reported lately.
func notReported(n Next, lang string) []page.Callout {
	c := page.Callout{Level: page.Wait, Title: page.M("mobility.next.silent", "days", ReportingDays, "day", n.Ranking.AsOf), Text: []page.Msg{page.M("mobility.next.silent_text")}}
	for _, a := range n.Ranking.Affected {
		if a.Silent {
			c.Text = append(c.Text, page.M("mobility.forecast.silent_last", "place", n.name(a.Unit, lang), "day", a.Last))
		}
	}
	if len(c.Text) == 1 {
		return nil
	}
	return []page.Callout{c}
}

// nextForm asks which outbreak, as of when, by which data and in which order.
func nextForm(n Next, by Model) *page.Form {
	f := &page.Form{Method: "get", Action: homePath + "/next", Compact: true, Submit: page.M("mobility.next.show")}
	order := page.Field{Kind: page.Select, Name: "by", Label: page.M("mobility.next.by"), Value: string(by)}
	for _, m := range Models {
		order.Options = append(order.Options, page.Option{Value: string(m), Label: modelMsg(m)})
	}
	minutes := ""
	if n.Query.Minutes > 0 {
		minutes = strconv.FormatFloat(n.Query.Minutes, 'f', -1, 64)
	}
	f.Fields = []page.Field{n.seriesField(), n.dayField(), order,
		{Kind: page.Text, Name: "minutes", Label: page.M("mobility.next.minutes"), Value: minutes, Width: 6, Max: 7, Dir: "ltr", Auto: "off", Optional: true}}
	f.Fields = append(f.Fields, n.matrixField("flows", People, n.Flows), n.matrixField("times", Minutes, n.Times))
	return f
}

// seriesField asks which outbreak.
func (n Scene) seriesField() page.Field {
	series := page.Field{Kind: page.Select, Name: "series", Label: page.M("mobility.next.series"), Value: n.Query.Disease + " " + n.Query.Source}
	for _, c := range n.Series {
		series.Options = append(series.Options, page.Option{Value: c.Disease + " " + c.Source, Label: page.M("mobility.next.series_of", "disease", page.M("surveillance.disease."+c.Disease), "source", surveillance.SourceText(c.Source))})
	}
	return series
}

func (n Scene) dayField() page.Field {
	return page.Field{Kind: page.Text, Name: "day", Label: page.M("mobility.next.day"), Value: n.Query.AsOf.String(), Width: 10, Max: 10, Dir: "ltr", Auto: "off"}
}

// matrixField asks by which matrix of a measure.
func (n Scene) matrixField(name string, measure Measure, used *Matrix) page.Field {
	field := page.Field{Kind: page.Select, Name: name, Label: page.M("mobility.next." + name)}
	if used != nil {
		field.Value = used.Code
	}
	if name := n.Passed[measure]; name != "" {
		field.Hint = page.M("mobility.next.passed", "name", name)
	}
	// Two providers give what they have the same name: the source tells them apart.
	for _, x := range n.Matrices {
		if x.Measure == measure {
			field.Options = append(field.Options, page.Option{Value: x.Code, Label: page.M("mobility.next.matrix_of", "name", x.Name, "source", x.Source)})
		}
	}
	return field
}

func modelMsg(m Model) page.Msg { return page.M("mobility.model." + string(m)) }

func (n Scene) name(unit, lang string) string { return n.Names[unit].Name(lang) }

// pastPart is how each model did on days before, and as of the day itself where what
// came after it is known.
func pastPart(n Next) page.Part {
	p := page.Part{Title: page.M("mobility.next.past"), Lead: page.M("mobility.next.past_lead", "k", TopPlaces), Table: &page.Table{Columns: []page.Column{{Label: page.M("mobility.next.model"), Wide: true}},
		Empty: page.Empty{Title: page.M("mobility.next.no_past"), Text: page.M("mobility.next.no_past_text")}}}
	days := n.Past
	if slices.ContainsFunc(n.Ranking.Candidates, func(c Candidate) bool { return c.Hit }) {
		days = append(slices.Clone(days), n.Ranking)
	}
	if len(days) == 0 {
		return p
	}
	for _, r := range days {
		p.Table.Columns = append(p.Table.Columns, page.Column{Label: page.M("mobility.next.as_of", "day", r.AsOf)})
	}
	for _, m := range Models {
		if n.Ranking.Absent[m] != "" && days[0].Absent[m] != "" {
			continue
		}
		row := []page.Cell{modelMsg(m)}
		for _, r := range days {
			row = append(row, scoreCell(r.Scores[m]))
		}
		p.Table.Rows = append(p.Table.Rows, row)
	}
	return p
}

// scoreCell is a back-test with what it rests on.
func scoreCell(s flow.Score) any {
	if s.State != flow.Known {
		return page.M("mobility.next.nothing_to_score")
	}
	out := []any{page.M("mobility.next.auc", "auc", fmt.Sprintf("%.3f", s.AUC)), page.M("mobility.next.auc_n", "n", s.N, "hits", s.Hits)}
	if len(s.Top) > 0 {
		t := s.Top[0]
		if t.Low == t.High {
			out = append(out, page.M("mobility.next.top", "k", t.K, "hits", t.Low))
		} else {
			out = append(out, page.M("mobility.next.top_between", "k", t.K, "low", t.Low, "high", t.High))
		}
	}
	if s.UnscoredHits > 0 {
		out = append(out, page.M("mobility.next.unscored", "n", s.UnscoredHits))
	}
	return out
}

// rankingPart is the candidates in the order of one model, with the place that each of
// the others gives them.
func rankingPart(n Next, by Model, lang string) page.Part {
	p := page.Part{Title: page.M("mobility.next.ranking"), Lead: page.M("mobility.next.ranking_lead", "day", n.Ranking.AsOf, "model", modelMsg(by), "n", len(n.Ranking.Candidates))}
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("mobility.next.place"), Wide: true}}, Empty: page.Empty{Title: page.M("mobility.next.no_candidates")}}
	var models []Model
	for _, m := range Models {
		if n.Ranking.Absent[m] == "" {
			models = append(models, m)
			t.Columns = append(t.Columns, page.Column{Label: modelMsg(m), Number: true})
		}
	}
	t.Columns = append(t.Columns, page.Column{Label: page.M("mobility.next.nearest"), Number: true}, page.Column{Label: page.M("mobility.next.since")})
	list := slices.Clone(n.Ranking.Candidates)
	slices.SortStableFunc(list, func(a, b Candidate) int { return cmp.Compare(rankOr(a.Ranks[by]), rankOr(b.Ranks[by])) })
	for _, c := range list[:min(len(list), mostShown)] {
		row := []page.Cell{n.name(c.Unit, lang)}
		for _, m := range models {
			row = append(row, rankCell(c.Ranks[m]))
		}
		t.Rows = append(t.Rows, append(row, minutesCell(c.Minutes), sinceCell(c)))
	}
	p.Table = t
	return p
}

func rankOr(rank int) int {
	if rank == 0 {
		return math.MaxInt
	}
	return rank
}

func rankCell(rank int) any {
	if rank == 0 {
		return nil
	}
	return rank
}

func minutesCell(a flow.Amount) any {
	if !a.Known {
		return nil
	}
	return int(math.Round(a.Value))
}

func sinceCell(c Candidate) any {
	if !c.Hit {
		return page.Tag{Text: page.M("mobility.next.not_affected")}
	}
	return []any{page.Tag{Level: page.Danger, Text: page.M("mobility.next.affected_since")}, c.Since}
}

// affectedPart is where the outbreak is, and what the models do not know of there.
func affectedPart(n Next, lang string) page.Part {
	t := &page.Table{Columns: []page.Column{{Label: page.M("mobility.next.place"), Wide: true}, {Label: page.M("mobility.next.first")}, {Label: page.M("mobility.next.cases"), Number: true}, {Label: page.M("mobility.next.last")}, {Label: page.M("mobility.next.gaps")}}}
	list := slices.Clone(n.Ranking.Affected)
	slices.SortStableFunc(list, func(a, b Affected) int { return cmp.Compare(b.Cases, a.Cases) })
	for _, a := range list {
		var gaps []page.Tag
		for _, g := range []struct {
			is  bool
			key string
		}{{a.NoFlow, "flow"}, {a.NoRoad, "road"}, {a.NoCount, "population"}} {
			if g.is {
				gaps = append(gaps, page.Tag{Level: page.Wait, Text: page.M("mobility.next.gap_" + g.key)})
			}
		}
		if a.Silent {
			gaps = append(gaps, page.Tag{Level: page.Wait, Text: page.M("mobility.next.gap_silent", "days", ReportingDays)})
		}
		var last any
		if a.Last != 0 {
			last = a.Last
		}
		var cell any = page.Tag{Text: page.M("mobility.next.gap_none")}
		if gaps != nil {
			cell = gaps
		}
		t.Rows = append(t.Rows, []page.Cell{n.name(a.Unit, lang), a.First, a.Cases, last, cell})
	}
	return page.Part{Title: page.M("mobility.next.affected"), Lead: page.M("mobility.next.affected_lead"), Table: t}
}

// modelsPart says what each model does, and why one is not there.
func modelsPart(n Next) page.Part {
	p := page.Part{Title: page.M("mobility.next.models")}
	for _, m := range Models {
		text := []page.Msg{page.M("mobility.model_how." + string(m))}
		if why := n.Ranking.Absent[m]; why != "" {
			text = append(text, page.M("mobility.absent."+why))
		}
		p.Rows = append(p.Rows, page.Row{Label: modelMsg(m), Value: text})
	}
	return p
}
