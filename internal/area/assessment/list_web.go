package assessment

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// casesPage is how many cases a page of the list shows.
const casesPage = 50

// casesView is the list of cases. It says where people stand and where they still
// have to go, and no reason, service or result.
type casesView struct {
	Counts []countLink
	Filter *page.Form
	Table  page.Table
	Links  []page.Link
}

// countLink is a state with how many stand there, as a filter.
type countLink struct {
	page.Link
	Current bool
}

func (s *Service) getCases(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	scope, err := s.Access.Scope(ctx, access.BoardRead)
	if err == nil && scope.Empty() {
		err = s.Access.Check(ctx, access.BoardRead, access.Resource{})
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := readFilter(r.URL.Query())
	f.Today = s.today()
	var v casesView
	var shown []db.ID
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		list, err := listCases(tx, scope, f)
		if err != nil {
			return err
		}
		counts, err := countStates(tx, scope, s.today())
		if err != nil {
			return err
		}
		v, shown, err = s.casesView(ctx, tx, list, counts, f)
		return err
	})
	if err == nil && len(shown) > 0 {
		err = s.Access.Searched(ctx, "assessment.cases", shown)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Render(w, r, page.Page{Template: "assessment/cases", Title: "assessment.cases.title", View: v, Wide: true})
}

// readFilter reads what to list; what cannot be read chooses nothing away.
func readFilter(q url.Values) CaseFilter {
	f := CaseFilter{Number: strings.ToUpper(strings.TrimSpace(q.Get("number"))), Closed: q.Get("closed") == "yes", Limit: casesPage + 1}
	if st := State(q.Get("state")); slices.Contains(States, st) {
		f.State = st
	}
	if after, err := db.ParseID(q.Get("after")); err == nil {
		f.After = after
		f.Before, _ = strconv.Atoi(q.Get("from")) // only told, never used to choose
		f.Before = min(max(f.Before, 0), 1e6)
	}
	return f
}

// query is the filter as the part of a URL.
func (f CaseFilter) query(after db.ID) string {
	q := url.Values{}
	if f.State != "" {
		q.Set("state", string(f.State))
	}
	if f.Number != "" {
		q.Set("number", f.Number)
	}
	if f.Closed {
		q.Set("closed", "yes")
	}
	if !after.IsZero() {
		q.Set("after", after.String())
		q.Set("from", strconv.Itoa(f.Before+casesPage))
	}
	if len(q) == 0 {
		return "/cases"
	}
	return "/cases?" + q.Encode()
}

func (s *Service) casesView(ctx context.Context, tx *db.Tx, list []listed, counts map[State]int, f CaseFilter) (casesView, []db.ID, error) {
	v := casesView{
		Filter: &page.Form{Method: "get", Action: "/cases", Compact: true, Submit: page.M("assessment.cases.find"), Fields: []page.Field{
			{Kind: page.Text, Name: "number", Label: page.M("assessment.case.number"), Value: f.Number, Dir: "ltr", Width: 10, Max: 40, Auto: "off"}}},
		Table: page.Table{Caption: page.M("assessment.cases.caption"), Tight: true, Empty: page.Empty{Title: page.M("assessment.cases.empty"), Text: page.M("assessment.cases.empty_text")},
			Columns: []page.Column{{Label: page.M("assessment.case.number")}, {Label: page.M("assessment.case.who")}, {Label: page.M("assessment.case.destination")},
				{Label: page.M("assessment.case.exam")}, {Label: page.M("assessment.case.state"), Wide: true}, {Label: page.M("assessment.case.where")}}},
	}
	for _, l := range countLinks(counts) {
		v.Counts = append(v.Counts, countLink{l, f.State != "" && strings.HasSuffix(l.Href, "="+string(f.State))})
	}
	if s.Access.Ever(ctx, access.CaseOpen) {
		v.Links = append(v.Links, page.Link{Href: "/people", Text: page.M("assessment.cases.new")})
	}
	if f.Closed || f.State != "" || f.Number != "" {
		v.Links = append(v.Links, page.Link{Href: "/cases", Text: page.M("assessment.cases.all")})
	}
	if !f.Closed {
		v.Links = append(v.Links, page.Link{Href: "/cases?closed=yes", Text: page.M("assessment.cases.closed")})
	}
	if len(list) > casesPage {
		list = list[:casesPage]
		v.Table.Pager = page.Pager{Next: f.query(list[casesPage-1].Case.ID), From: f.Before + 1, To: f.Before + casesPage}
	}
	names, shown, err := s.applicants(ctx, tx, list)
	if err != nil {
		return v, nil, err
	}
	d := s.desk(tx)
	for _, l := range list {
		row, err := d.caseRow(ctx, l, names)
		if err != nil {
			return v, nil, err
		}
		v.Table.Rows = append(v.Table.Rows, row)
	}
	return v, shown, nil
}

// applicants names the main applicant of each case, where the reader may open
// them.
func (s *Service) applicants(ctx context.Context, tx *db.Tx, list []listed) (map[db.ID][]any, []db.ID, error) {
	var ids []db.ID
	for _, l := range list {
		if m := mainApplicant(l.Members); m != nil {
			ids = append(ids, m.Person)
		}
	}
	briefs, err := s.People.Briefs(tx, ids)
	if err != nil {
		return nil, nil, err
	}
	names := map[db.ID][]any{}
	var shown []db.ID
	for _, id := range ids {
		if b, ok := briefs[id]; ok && s.Access.May(ctx, access.PersonRead, b.Resource) {
			names[id] = linesOf(b)
			shown = append(shown, id)
		}
	}
	return names, shown, nil
}

// linesOf is a person's name, each script on a line of its own.
func linesOf(b people.Brief) []any {
	out := []any{b.Original}
	switch {
	case b.Original == "":
		return []any{nameOf(b)}
	case b.Latin != "" && b.Latin != b.Original:
		out = append(out, b.Latin)
	}
	return out
}

func mainApplicant(members []Member) *Member {
	for i := range members {
		if members[i].Relation == string(people.RoleHead) {
			return &members[i]
		}
	}
	if len(members) == 0 {
		return nil
	}
	return &members[0]
}

func (d *desk) caseRow(ctx context.Context, l listed, names map[db.ID][]any) ([]page.Cell, error) {
	dest := page.M("assessment.destination.unknown")
	if p, err := d.pack(l.Case); err == nil {
		dest = title(p)
	}
	seen := map[State]int{}
	var where []string
	soonest := soonOver
	for _, m := range l.Members {
		seen[m.On(d.today())]++
		left, tell, err := d.daysLeft(ctx, l.Case, m)
		if err != nil {
			return nil, err
		}
		if tell {
			soonest = min(soonest, left)
		}
		for _, st := range m.Stations {
			if !slices.Contains(where, st) {
				where = append(where, st)
			}
		}
	}
	var who any = page.M("assessment.case.people_count", "count", len(l.Members))
	if m := mainApplicant(l.Members); m != nil && names[m.Person] != nil {
		who = append(names[m.Person], who)
	}
	var stations any = page.M("assessment.nowhere")
	if len(where) > 0 {
		stations = stationTags(where)
	}
	tags := familyTags(seen)
	if soonest < soonOver {
		tags = append(tags, page.Tag{Level: page.Wait, Text: soonestLeft(soonest)})
	}
	return []page.Cell{page.Link{Href: casePath(l.Case.ID), Name: l.Case.Number}, who, dest, l.Case.ExamDate, tags, stations}, nil
}

func familyTags(seen map[State]int) []page.Tag {
	var out []page.Tag
	for _, st := range States {
		switch n := seen[st]; {
		case n == 1:
			out = append(out, stateTag(st))
		case n > 1:
			out = append(out, page.Tag{Level: stateLevel[st], Text: page.M("assessment.cases.count", "count", n, "state", page.M("assessment.state."+string(st)))})
		}
	}
	return out
}

// Counts are the states of the members the actor may see, with how many, as links
// to the list: what the first page after log-in shows.
func (s *Service) Counts(ctx context.Context) ([]page.Link, error) {
	scope, err := s.Access.Scope(ctx, access.BoardRead)
	if err != nil {
		return nil, err
	}
	var counts map[State]int
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		counts, err = countStates(tx, scope, s.today())
		return err
	})
	return countLinks(counts), err
}

func countLinks(counts map[State]int) []page.Link {
	var out []page.Link
	for _, st := range States {
		if counts[st] > 0 {
			out = append(out, page.Link{Href: "/cases?state=" + string(st), Text: page.M("assessment.cases.count", "count", counts[st], "state", page.M("assessment.state."+string(st)))})
		}
	}
	return out
}
