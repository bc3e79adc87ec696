package packweb

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// versionView is /packs/{id}: one version, all of it.
type versionView struct {
	Callouts []page.Callout
	Summary  page.Summary
	Links    []page.Link
	Tables   page.Table
	Lists    page.Table
	Services page.Table
	Facts    page.Table
	Hazards  page.Table
	Sources  page.Table
	Acts     page.Table
}

func (s *Web) getVersion(w http.ResponseWriter, r *http.Request) {
	v, p, err := s.open(r)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	names, err := s.names(r, v)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	view := viewOf(v, p, names)
	at, err := s.sweeps(r)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	if v.Life.Activated {
		going, done := sweepOf(at[v.Pack])
		view.Callouts = append(view.Callouts, going...)
		if len(done) > 0 {
			view.Summary = append(view.Summary, page.Row{Label: page.M("packs.sweep.label"), Value: done})
		}
	}
	view.Links = append(view.Links, page.Link{Href: path(v, "check"), Text: page.M("packs.check.link")})
	for _, name := range actOrder {
		a := acts[name]
		if s.may(r, a.right) && a.open(v) {
			view.Links = append(view.Links, page.Link{Href: path(v, name), Text: page.M(a.key + "link")})
		}
	}
	s.Pages.Render(w, r, page.Page{Template: "packs/version", Title: "packs.version_title", TitleArgs: []any{"pack", title(p), "version", v.Number},
		Back: page.Link{Href: "/packs", Text: page.M("packs.title")}, View: view, Wide: true})
}

func viewOf(v pack.Version, p *pack.Pack, names map[db.ID]string) versionView {
	view := versionView{Callouts: callouts(v, names), Tables: tablesOf(v, p), Lists: listsOf(v, p), Services: servicesOf(p),
		Facts: factsOf(p), Hazards: hazardsOf(p), Sources: sourcesOf(p), Acts: actsTable(v, names)}
	view.Summary = page.Summary{
		{Label: page.M("packs.state"), Value: statusTag(v.Status)},
		{Label: page.M("packs.from"), Value: since(v)},
		{Label: page.M("packs.code"), Value: page.Code(v.Pack)},
		{Label: page.M("packs.jurisdiction"), Value: orNone(p.Jurisdiction)},
		{Label: page.M("packs.rules_from"), Value: p.EffectiveFrom},
		{Label: page.M("packs.rules_to"), Value: openEnd(p.EffectiveTo)},
		{Label: page.M("packs.certainty"), Value: unconfirmedTag(p)},
		{Label: page.M("packs.origin"), Value: origin(v, names)},
		{Label: page.M("packs.hash"), Value: page.Code(v.Hash)},
	}
	return view
}

func orNone(s string) page.Cell {
	if s == "" {
		return page.M("packs.none_given")
	}
	return page.Code(s)
}

func openEnd(d calendar.Date) page.Cell {
	if d.IsZero() {
		return page.M("packs.open_end")
	}
	return d
}

func origin(v pack.Version, names map[db.ID]string) page.Cell {
	if v.Shipped {
		return page.M("packs.shipped")
	}
	return page.M("packs.imported", "name", names[v.By], "date", calendar.DayOfTime(v.At).Date())
}

// callouts say what a reader must know before anything else.
func callouts(v pack.Version, names map[db.ID]string) []page.Callout {
	var cs []page.Callout
	if v.Life.Whole {
		cs = append(cs, page.Callout{Level: page.Danger, Title: page.M("packs.callout.stopped"), Text: reasons(v.Life.Stops, names)})
	}
	if len(v.Life.Rows) > 0 {
		cs = append(cs, page.Callout{Level: page.Danger, Title: page.M("packs.callout.rows_stopped", "rows", strings.Join(v.Life.Rows, " ")), Text: reasons(v.Life.Stops, names)})
	}
	if a := v.Life.StopWaits; a != nil {
		cs = append(cs, page.Callout{Level: page.Wait, Title: page.M("packs.callout.stop_waits", "name", names[a.By]), Text: []page.Msg{page.M("packs.quote", "text", a.Reason)}})
	}
	if a := v.Life.Waiting; a != nil {
		cs = append(cs, page.Callout{Level: page.Wait, Title: page.M("packs.callout.activation_waits", "name", names[a.By], "date", a.From.Date())})
	}
	if v.Status == pack.Review && len(v.Life.Approvals) == 1 {
		cs = append(cs, page.Callout{Level: page.Wait, Title: page.M("packs.callout.approval_waits", "name", names[v.Life.Approvals[0].By])})
	}
	if v.Status != pack.Active {
		cs = append(cs, page.Callout{Level: page.Info, Title: page.M("packs.callout.not_active")})
	}
	return cs
}

func reasons(acts []pack.Act, names map[db.ID]string) []page.Msg {
	var ms []page.Msg
	for _, a := range acts {
		ms = append(ms, page.M("packs.said", "name", names[a.By], "text", a.Reason))
	}
	return ms
}

func tablesOf(v pack.Version, p *pack.Pack) page.Table {
	t := page.Table{Columns: []page.Column{{Label: page.M("packs.table"), Wide: true}, {Label: page.M("packs.policy")}, {Label: page.M("packs.rows"), Number: true}}}
	for _, tab := range p.Tables {
		t.Rows = append(t.Rows, []page.Cell{page.Link{Href: path(v, "tables", url.PathEscape(tab.Name)), Name: tab.Name},
			page.M("packs.policy." + policyKey(string(tab.Policy))), len(tab.Rows)})
	}
	return t
}

// policyKey turns collect-min into collect_min: keys have no hyphens.
func policyKey(p string) string { return strings.ReplaceAll(p, "-", "_") }

func listsOf(v pack.Version, p *pack.Pack) page.Table {
	t := page.Table{Columns: []page.Column{{Label: page.M("packs.list"), Wide: true}, {Label: page.M("packs.members"), Number: true}, {Label: page.M("packs.review_by")}}}
	for _, l := range p.Lists {
		name := l.Note.Title
		if name == "" {
			name = l.ID
		}
		t.Rows = append(t.Rows, []page.Cell{page.Link{Href: path(v, "lists", url.PathEscape(l.ID)), Name: name}, len(l.Members), openEnd(l.Note.ReviewBy)})
	}
	return t
}

func servicesOf(p *pack.Pack) page.Table {
	t := page.Table{Columns: []page.Column{{Label: page.M("packs.code")}, {Label: page.M("packs.service"), Wide: true}, {Label: page.M("packs.station")},
		{Label: page.M("packs.sensitivity")}, {Label: page.M("packs.before")}}}
	for _, sv := range p.Services {
		var before []page.Msg
		if sv.Counselling {
			before = append(before, page.M("packs.counselling"))
		}
		if sv.Consent != "" {
			before = append(before, page.M("packs.consent"))
		}
		var need page.Cell = page.M("packs.nothing_first")
		if len(before) > 0 {
			need = before
		}
		t.Rows = append(t.Rows, []page.Cell{page.Code(sv.Code), word(p, "service."+sv.Code), station(sv.Station), sensitivity(sv.Sensitivity), need})
	}
	return t
}

// station is a station's word; a draft may name one that no site has.
func station(code string) page.Cell {
	if slices.Contains(place.Stations, code) {
		return page.M("place.station." + code)
	}
	return orNone(code)
}

func word(p *pack.Pack, key string) page.Msg {
	return page.Words(func(lang string) string { w, _ := p.Word(lang, key); return w })
}

func sensitivity(s string) page.Cell {
	if s == "" {
		return page.M("packs.none_given")
	}
	return page.M("packs.sensitivity." + s)
}

func factsOf(p *pack.Pack) page.Table {
	t := page.Table{Columns: []page.Column{{Label: page.M("packs.fact")}, {Label: page.M("packs.question")}, {Label: page.M("packs.values")}, {Label: page.M("packs.longest_age")}, {Label: page.M("packs.sensitivity")}}}
	for _, f := range p.Facts {
		var question, age page.Cell = word(p, f.QuestionKey()), page.M("packs.keeps")
		if !f.Asked() {
			question = page.M("packs.derived", "how", f.Derive)
		}
		if f.LongestAge != nil {
			age = page.M("packs.days", "count", *f.LongestAge)
			if *f.LongestAge == 0 {
				age = page.M("packs.same_day")
			}
		}
		var values page.Cell = page.M("packs.type." + f.Type)
		if len(f.Values) > 12 {
			values = page.M("packs.many_values", "count", len(f.Values))
		} else if len(f.Values) > 0 {
			values = page.Code(strings.Join(f.Values, ", "))
		} else if f.Unit != "" {
			values = page.Code(f.Unit)
		}
		t.Rows = append(t.Rows, []page.Cell{page.Code(f.Name), question, values, age, sensitivity(f.Sensitivity)})
	}
	return t
}

func hazardsOf(p *pack.Pack) page.Table {
	t := page.Table{Columns: []page.Column{{Label: page.M("packs.code")}, {Label: page.M("packs.hazard")}, {Label: page.M("packs.cause")}, {Label: page.M("packs.guard")}, {Label: page.M("packs.shown_by")}}}
	for _, h := range p.Hazards {
		t.Rows = append(t.Rows, []page.Cell{page.Code(h.ID), h.Hazard, h.Cause, h.Guard, page.Code(strings.Join(append(append([]string{}, h.Rows...), h.Tests...), " "))})
	}
	return t
}

func sourcesOf(p *pack.Pack) page.Table {
	t := page.Table{Columns: []page.Column{{Label: page.M("packs.code")}, {Label: page.M("packs.source"), Wide: true}, {Label: page.M("packs.section")}, {Label: page.M("packs.retrieved")}}}
	for _, src := range p.Sources {
		var section page.Cell = page.M("packs.none_given")
		if src.Section != "" {
			section = src.Section
		}
		t.Rows = append(t.Rows, []page.Cell{page.Code(src.ID), src.Title, section, src.Retrieved})
	}
	return t
}

func actsTable(v pack.Version, names map[db.ID]string) page.Table {
	t := page.Table{Columns: []page.Column{{Label: page.M("packs.when")}, {Label: page.M("packs.who")}, {Label: page.M("packs.what"), Wide: true}},
		Empty: page.Empty{Title: page.M("packs.no_acts")}}
	for _, a := range v.Life.All() {
		what := page.M("packs.act." + string(a.Name))
		switch {
		case a.Name == pack.ActActivate:
			what = page.M("packs.act.activate_from", "date", a.From.Date())
		case a.Name == pack.ActStop && len(a.Rows) > 0:
			what = page.M("packs.act.stop_rows", "rows", strings.Join(a.Rows, " "))
		}
		t.Rows = append(t.Rows, []page.Cell{a.At, names[a.By], what})
	}
	return t
}
