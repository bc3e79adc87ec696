package packweb

import (
	"net/http"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// rowsView is one table or one list.
type rowsView struct {
	Summary page.Summary
	Rows    page.Table
}

func (s *Web) getTable(w http.ResponseWriter, r *http.Request) {
	v, p, err := s.open(r)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	i := slices.IndexFunc(p.Tables, func(t pack.Table) bool { return t.Name == r.PathValue("n") })
	if i < 0 {
		s.Pages.Error(w, r, fault.New(fault.NotFound, "packweb.table", "packs.error.no_table"))
		return
	}
	t := p.Tables[i]
	s.Pages.Render(w, r, page.Page{Template: "packs/table", Title: "packs.table_title", TitleArgs: []any{"table", t.Name},
		Back: page.Link{Href: path(v), Text: title(p)}, View: tableView(v, p, t), Wide: true})
}

func tableView(v pack.Version, p *pack.Pack, t pack.Table) rowsView {
	view := rowsView{Summary: page.Summary{
		{Label: page.M("packs.state"), Value: statusTag(v.Status)},
		{Label: page.M("packs.policy"), Value: page.M("packs.policy_says." + policyKey(string(t.Policy)))},
	}}
	view.Rows.Columns = []page.Column{{Label: page.M("packs.row")}, {Label: page.M("packs.rule")}, {Label: page.M("packs.when_true")},
		{Label: page.M("packs.then")}, {Label: page.M("packs.source")}}
	for _, row := range t.Rows {
		id := row.ID
		var name page.Cell = page.Code(id)
		if slices.Contains(v.Life.Rows, id) {
			name = []any{name, page.Tag{Level: page.Danger, Text: page.M("packs.row_stopped")}}
		}
		view.Rows.Rows = append(view.Rows.Rows, []page.Cell{name, page.Words(func(lang string) string { return p.Sentence(lang, id) }),
			conditions(t, row), outcomes(p, t, row), append([]any{certaintyTag(row.Certainty)}, sourcesOfRow(p, row)...)})
	}
	return view
}

// conditions lists the cells of a row that say something.
func conditions(t pack.Table, row decision.Row) page.Cell {
	var cs []any
	for i, cell := range row.Cells {
		if cell != "-" {
			cs = append(cs, page.Code(t.Inputs[i]+" "+cell))
		}
	}
	if row.From != nil || row.To != nil {
		cs = append(cs, between(row.From, row.To))
	}
	if len(cs) == 0 {
		return page.M("packs.always")
	}
	return cs
}

// outcomes says what a row gives, in words where the pack has them.
func outcomes(p *pack.Pack, t pack.Table, row decision.Row) page.Cell {
	kind, codes, args := "", []string{}, []string{}
	for i, out := range row.Out {
		switch name := t.Outputs[i]; {
		case name == "outcome":
			kind = out
		case name == "code":
			codes = strings.Fields(out)
		case out != "":
			args = append(args, name+" "+out)
		}
	}
	if kind == "" {
		return page.M("packs.nothing_follows")
	}
	all := []any{page.M("packs.kind." + kind)}
	for _, c := range codes {
		all = append(all, page.Words(func(lang string) string { return p.OutcomeWord(lang, decision.Kind(kind), c) }))
	}
	for _, a := range args {
		all = append(all, page.Code(a))
	}
	return all
}

func between(from, to *calendar.Day) page.Cell {
	switch {
	case from == nil && to == nil:
		return page.M("packs.no_limit")
	case to == nil:
		return page.M("packs.from_day", "date", from.Date())
	case from == nil:
		return page.M("packs.to_day", "date", to.Date())
	}
	return page.M("packs.from_to_day", "from", from.Date(), "to", to.Date())
}

func sourcesOfRow(p *pack.Pack, row decision.Row) []any {
	var all []any
	for _, c := range p.Cites(row.Source) {
		text := c.Title
		if c.Where != "" {
			text += ", " + c.Where
		}
		all = append(all, text)
	}
	if row.Note != "" {
		all = append(all, row.Note)
	}
	return all
}

func (s *Web) getMembers(w http.ResponseWriter, r *http.Request) {
	v, p, err := s.open(r)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	l, ok := p.List(r.PathValue("n"))
	if !ok {
		s.Pages.Error(w, r, fault.New(fault.NotFound, "packweb.list", "packs.error.no_list"))
		return
	}
	s.Pages.Render(w, r, page.Page{Template: "packs/table", Title: "packs.list_title", TitleArgs: []any{"list", l.ID},
		Back: page.Link{Href: path(v), Text: title(p)}, View: membersView(p, l), Wide: true})
}

func membersView(p *pack.Pack, l *pack.List) rowsView {
	view := rowsView{Summary: page.Summary{{Label: page.M("packs.review_by"), Value: openEnd(l.Note.ReviewBy)}}}
	view.Rows.Columns = []page.Column{{Label: page.M("packs.code")}, {Label: page.M("packs.member")}, {Label: page.M("packs.value")},
		{Label: page.M("packs.in_force")}, {Label: page.M("packs.source")}}
	for _, m := range l.Members {
		var val page.Cell = page.M("packs.none_given")
		if m.Value != "" {
			val = page.Code(m.Value)
		}
		view.Rows.Rows = append(view.Rows.Rows, []page.Cell{page.Code(m.Code), page.Country(m.Code), val,
			between(exact(m.From), exact(m.To)), append([]any{certaintyTag(string(m.Certainty))}, sourcesOfRow(p, decision.Row{Source: m.Source, Note: m.Note})...)})
	}
	return view
}

func exact(d calendar.Date) *calendar.Day {
	if day, ok := d.Exact(); ok {
		return &day
	}
	return nil
}
