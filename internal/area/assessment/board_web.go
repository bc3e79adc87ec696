package assessment

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// boardView is a family: who waits for what. It carries no reasons, and services
// only as stations and a count, so that it can stand where the whole family looks.
type boardView struct {
	Summary page.Summary
	Alerts  []page.Callout
	Members []boardMember
	Empty   page.Empty
	Links   []page.Link
	Buttons []*page.Form
}

type boardMember struct {
	Who      page.Link
	NameLang string
	Latin    string
	Relation page.Msg
	Born     calendar.Date
	On       calendar.Day
	State    page.Tag
	Stations []page.Tag
	Done     int
	Total    int
	Plan     page.Link
}

// relationMsg says what a member is to the main applicant.
func relationMsg(rel string) page.Msg {
	if !slices.Contains(people.Roles, people.Role(rel)) {
		rel = string(people.RoleUnrelated)
	}
	return page.M("assessment.relation." + rel)
}

func (s *Service) getBoard(w http.ResponseWriter, r *http.Request) {
	id, err := page.PathID(r, "id")
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	ctx := r.Context()
	var v boardView
	var subjects []db.ID
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		v, subjects, err = s.board(ctx, tx, id)
		return err
	})
	if err == nil && len(subjects) > 0 {
		err = s.Access.Searched(ctx, "assessment.board", subjects)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Render(w, r, page.Page{Template: "assessment/board", Title: "assessment.board.title", View: v, Wide: true,
		Back: page.Link{Href: "/cases", Text: page.M("assessment.cases.title")}})
}

func (s *Service) board(ctx context.Context, tx *db.Tx, id db.ID) (v boardView, subjects []db.ID, err error) {
	doc, err := s.Journal.Load(tx, id)
	if err != nil {
		return v, nil, err
	}
	if doc.Kind != kindCase {
		return v, nil, orNotFound(nil)
	}
	if err := s.Access.Check(ctx, access.BoardRead, access.Of(doc)); err != nil {
		return v, nil, err
	}
	c, _, _, err := loadCase(tx, id)
	if err != nil {
		return v, nil, err
	}
	members, err := membersOf(tx, id)
	if err != nil {
		return v, nil, err
	}
	d := s.desk(tx)
	finished := true
	for _, m := range members {
		if m.Left {
			continue
		}
		finished = finished && m.State.Finished()
		bm, err := d.boardMember(ctx, doc, c, m)
		if err != nil {
			return v, nil, err
		}
		subjects = append(subjects, m.Person)
		v.Members = append(v.Members, bm)
	}
	v.Empty = page.Empty{Title: page.M("assessment.board.nobody")}
	v.Summary, v.Alerts = d.caseSummary(c), caseAlerts(c, len(doc.Disputed) > 0)
	if s.Access.May(ctx, access.CaseEdit, access.Of(doc)) {
		v.Links = []page.Link{{Href: casePath(id) + "/edit", Text: page.M("assessment.case.edit")}, {Href: casePath(id) + "/people", Text: page.M("assessment.people.link")}}
		switch {
		case c.Closed:
			v.Buttons = []*page.Form{{Action: casePath(id) + "/reopen", Submit: page.M("assessment.case.reopen"), Compact: true}}
		case finished && len(members) > 0:
			v.Buttons = []*page.Form{{Action: casePath(id) + "/close", Submit: page.M("assessment.case.close"), Compact: true}}
		}
	}
	return v, subjects, nil
}

func (d *desk) caseSummary(c Case) page.Summary {
	dest := page.M("assessment.destination.unknown")
	if p, err := d.pack(c); err == nil {
		dest = title(p)
	}
	return page.Summary{
		{Label: page.M("assessment.case.number"), Value: page.Code(c.Number)},
		{Label: page.M("assessment.case.destination"), Value: dest},
		{Label: page.M("assessment.case.exam"), Value: c.ExamDate},
	}
}

// caseAlerts says what concerns the whole case.
func caseAlerts(c Case, disputed bool) []page.Callout {
	var out []page.Callout
	if c.Closed {
		out = append(out, page.Callout{Level: page.Quiet, Title: page.M("assessment.case.closed"), Text: []page.Msg{page.M("assessment.case.closed_text")}})
	}
	if disputed {
		out = append(out, page.Callout{Level: page.Wait, Title: page.M("assessment.case.disputed"), Text: []page.Msg{page.M("assessment.case.disputed_text")}})
	}
	return out
}

func (d *desk) boardMember(ctx context.Context, doc *journal.Doc, c Case, m Member) (boardMember, error) {
	out := boardMember{Relation: relationMsg(m.Relation), On: d.today(), State: stateTag(m.On(d.today())), Stations: stationTags(m.Stations)}
	left, tell, err := d.daysLeft(ctx, c, m)
	if err != nil {
		return out, err
	}
	if tell {
		out.State = page.Tag{Level: page.Wait, Text: clearedLeft(left)}
	}
	b, err := d.People.Banner(ctx, d.tx, m.Person)
	switch {
	case fault.Is(err, fault.Forbidden): // a manager sees how far a family is, and not who it is
		briefs, err := d.People.Briefs(d.tx, []db.ID{m.Person})
		if err != nil {
			return out, err
		}
		out.Who.Name = people.ShowCode(briefs[m.Person].Code)
	case err != nil:
		return out, err
	default:
		out.Who, out.NameLang, out.Latin, out.Born = page.Link{Href: b.Href, Name: b.Name}, b.NameLang, b.Latin, b.Born
		if b.Name == "" {
			out.Who.Name = b.Wristband
		}
		if b.Latin == b.Name {
			out.Latin = ""
		}
	}
	if out.Done, out.Total, err = d.progress(c, m); err != nil {
		return out, err
	}
	res := access.Of(doc)
	res.Kind, res.Doc, res.Subject, res.Sensitivity = kindMember, m.ID, m.Person, journal.Clinical
	if d.Access.May(ctx, access.PlanRead, res) {
		out.Plan = page.Link{Href: casePath(m.Case) + "/members/" + m.ID.String(), Text: page.M("assessment.board.plan")}
	}
	return out, nil
}

// progress counts the services of a member, without the sensitive ones: a number
// beside that of a brother or sister must not tell that there is one more.
func (d *desk) progress(c Case, m Member) (done, total int, err error) {
	states, err := d.Orders.States(d.tx, m.Person, m.Case)
	if err != nil {
		return 0, 0, err
	}
	p, err := d.pack(c)
	if err != nil {
		return 0, 0, nil // no rules in force: nothing to count
	}
	for code, st := range states {
		if svc, ok := p.ServiceFor(code); !ok || isSensitive(svc.Sensitivity) {
			continue
		}
		total++
		if st == OrderDone {
			done++
		}
	}
	return done, total, nil
}

// peopleView says who is in a case, who left, and who could join.
type peopleView struct {
	Table page.Table
	Join  *page.Form
}

func (s *Service) getPeople(w http.ResponseWriter, r *http.Request) { s.showPeople(w, r, nil) }

func (s *Service) showPeople(w http.ResponseWriter, r *http.Request, wrong error) {
	id, err := page.PathID(r, "id")
	ctx := r.Context()
	var v peopleView
	var e edited
	if err == nil {
		e, err = s.editing(ctx, id)
	}
	var shown []db.ID
	if err == nil {
		err = s.DB.Read(ctx, func(tx *db.Tx) error {
			v, shown, err = s.peopleView(tx, id)
			return err
		})
	}
	if err == nil && len(shown) > 0 {
		err = s.Access.Searched(ctx, "assessment.people", shown)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	var problems []page.Problem
	if wrong != nil && v.Join.Fail(wrong) {
		problems = v.Join.Problems()
	}
	s.Pages.Render(w, r, page.Page{Template: "assessment/people", Title: "assessment.people.title", View: v, Problems: problems,
		Back: page.Link{Href: casePath(id), Name: e.Case.Number}})
}

func (s *Service) peopleView(tx *db.Tx, id db.ID) (peopleView, []db.ID, error) {
	members, err := membersOf(tx, id)
	if err != nil {
		return peopleView{}, nil, err
	}
	ids := make([]db.ID, len(members))
	in := map[db.ID]bool{}
	for i, m := range members {
		ids[i] = m.Person
		in[m.Person] = !m.Left
	}
	briefs, err := s.People.Briefs(tx, ids)
	if err != nil {
		return peopleView{}, nil, err
	}
	v := peopleView{Table: page.Table{Empty: page.Empty{Title: page.M("assessment.board.nobody")},
		Columns: []page.Column{{Label: page.M("assessment.people.name"), Wide: true}, {Label: page.M("assessment.people.relation")}, {Label: page.M("assessment.case.state")}, {Label: page.M("assessment.people.action"), Hide: true}}}}
	for _, m := range members {
		if m.Left {
			continue
		}
		leave := &page.Form{Submit: page.M("assessment.people.leave"), Compact: true, Fields: []page.Field{{Kind: page.Hidden, Name: "leave", Value: m.ID.String()}}}
		v.Table.Rows = append(v.Table.Rows, []page.Cell{nameOf(briefs[m.Person]), relationMsg(m.Relation), stateTag(m.On(s.today())), leave})
	}
	household, err := s.household(tx, ids...)
	q := page.Field{Kind: page.Checks, Name: "join", Label: page.M("assessment.people.who_joins"), Hint: page.M("assessment.people.join_hint")}
	for _, m := range household {
		if !in[m.Person] {
			q.Options = append(q.Options, page.Option{Value: m.Person.String(), Text: m.Name})
			ids = append(ids, m.Person)
		}
	}
	v.Join = &page.Form{ID: "join", Submit: page.M("assessment.people.join")}
	if len(q.Options) > 0 {
		v.Join.Fields = append(v.Join.Fields, q)
	}
	return v, ids, err
}

// postPeople takes somebody out of a case, or takes people in.
func (s *Service) postPeople(w http.ResponseWriter, r *http.Request) {
	id, err := page.PathID(r, "id")
	if err == nil {
		err = page.ReadForm(w, r, maxPosted)
	}
	if err == nil {
		_, err = s.editing(r.Context(), id)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	if leave := r.Form.Get("leave"); leave != "" {
		member, perr := db.ParseID(leave)
		if perr != nil {
			s.Pages.Error(w, r, orNotFound(nil))
			return
		}
		err = s.Leave(r.Context(), id, member)
	} else {
		err = s.joinAll(r, id)
	}
	switch {
	case err == nil:
		s.Pages.Redirect(w, r, casePath(id)+"/people", page.M("assessment.people.saved"))
	case fault.Is(err, fault.Invalid):
		s.showPeople(w, r, err)
	case fault.Is(err, fault.Conflict): // sent twice: it is so already
		s.Pages.Redirect(w, r, casePath(id)+"/people", page.M("assessment.people.already"))
	default:
		s.Pages.Error(w, r, err)
	}
}

// joinAll takes in those who were ticked, of the household only.
func (s *Service) joinAll(r *http.Request, id db.ID) error {
	var household []relative
	err := s.DB.Read(r.Context(), func(tx *db.Tx) error {
		members, err := membersOf(tx, id)
		if err != nil {
			return err
		}
		var ids []db.ID
		for _, m := range members {
			ids = append(ids, m.Person)
		}
		household, err = s.household(tx, ids...)
		return err
	})
	if err != nil {
		return err
	}
	var errs []error
	n := 0
	for _, m := range household {
		if slices.Contains(r.Form["join"], m.Person.String()) {
			n++
			errs = append(errs, s.Join(r.Context(), id, NewMember{ID: db.NewID(), Person: m.Person, Relation: m.Relation}))
		}
	}
	if n == 0 {
		return fault.Field("assessment.people", "join", "assessment.error.members")
	}
	return errors.Join(errs...)
}

func (s *Service) postClose(w http.ResponseWriter, r *http.Request) {
	s.postState(w, r, s.Close, page.M("assessment.case.closed"))
}

func (s *Service) postReopen(w http.ResponseWriter, r *http.Request) {
	s.postState(w, r, s.Reopen, page.M("assessment.case.reopened"))
}

func (s *Service) postState(w http.ResponseWriter, r *http.Request, do func(context.Context, db.ID) error, said page.Msg) {
	id, err := page.PathID(r, "id")
	if err == nil {
		err = page.ReadForm(w, r, maxPosted)
	}
	if err == nil {
		err = do(r.Context(), id)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Redirect(w, r, casePath(id), said)
}
