package assessment

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"sort"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

const casesPage = 50

// casesView is the list of cases.
type casesView struct {
	Counts []page.Link // states with how many, as filters
	Filter *page.Form
	Table  page.Table
	New    page.Link
}

func (s *Service) getCases(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	scope, err := s.Access.Scope(ctx, access.BoardRead)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	q := r.URL.Query()
	f := CaseFilter{Number: strings.ToUpper(strings.TrimSpace(q.Get("number"))), Limit: casesPage + 1}
	if st := State(q.Get("state")); stateLevel[st] != "" || st == StateWaiting || st == StateNotNeeded {
		f.State = st
	}
	if after, err := db.ParseID(q.Get("after")); err == nil {
		f.After = after
	}
	var v casesView
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		list, err := listCases(tx, scope, f)
		if err != nil {
			return err
		}
		counts, err := countStates(tx, scope)
		if err != nil {
			return err
		}
		v, err = s.casesView(tx, list, counts, f)
		return err
	})
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	if s.Access.Ever(ctx, access.CaseOpen) {
		v.New = page.Link{Href: "/people", Text: page.M("assessment.cases.new")}
	}
	s.Pages.Render(w, r, page.Page{Template: "assessment/cases", Title: "assessment.cases.title", View: v, Wide: true})
}

func (s *Service) casesView(tx *db.Tx, list []listed, counts map[State]int, f CaseFilter) (casesView, error) {
	v := casesView{
		Filter: &page.Form{Method: "get", Action: "/cases", Compact: true, Submit: page.M("assessment.cases.find"), Fields: []page.Field{
			{Kind: page.Text, Name: "number", Label: page.M("assessment.case.number"), Value: f.Number, Dir: "ltr", Width: 10}}},
		Table: page.Table{Caption: page.M("assessment.cases.caption"), Tight: true, Empty: page.Empty{Title: page.M("assessment.cases.empty"), Text: page.M("assessment.cases.empty_text")},
			Columns: []page.Column{{Label: page.M("assessment.case.number")}, {Label: page.M("assessment.case.destination")}, {Label: page.M("assessment.case.exam")},
				{Label: page.M("assessment.case.people"), Number: true}, {Label: page.M("assessment.case.state"), Wide: true}, {Label: page.M("assessment.case.where")}}},
	}
	v.Counts = countLinks(counts)
	if len(list) > casesPage {
		list = list[:casesPage]
		next := url.Values{"after": {list[casesPage-1].Case.ID.String()}}
		if f.State != "" {
			next.Set("state", string(f.State))
		}
		if f.Number != "" {
			next.Set("number", f.Number)
		}
		v.Table.Pager = page.Pager{Next: "/cases?" + next.Encode(), From: 1, To: casesPage}
	}
	for _, l := range list {
		day, _ := l.Case.ExamDate.Exact()
		dest := page.M("assessment.destination.unknown")
		if p, err := s.Packs.Active(tx, l.Case.Destination, day); err == nil {
			dest = title(p)
		}
		seen := map[State]int{}
		var where []string
		for _, m := range l.Members {
			seen[m.State]++
			for _, st := range m.Stations {
				if !strings.Contains(" "+strings.Join(where, " ")+" ", " "+st+" ") {
					where = append(where, st)
				}
			}
		}
		v.Table.Rows = append(v.Table.Rows, []page.Cell{
			page.Link{Href: "/cases/" + l.Case.ID.String(), Name: l.Case.Number}, dest, l.Case.ExamDate, len(l.Members), familyTags(seen), noneOr(stationTags(where))})
	}
	return v, nil
}

// noneOr keeps an empty list of tags from reading "not known".
func noneOr(tags []page.Tag) any {
	if len(tags) == 0 {
		return page.M("assessment.nowhere")
	}
	return tags
}

func familyTags(seen map[State]int) []page.Tag {
	var out []page.Tag
	for _, st := range stateOrder {
		switch n := seen[st]; {
		case n == 1:
			out = append(out, stateTag(st))
		case n > 1:
			out = append(out, page.Tag{Level: stateLevel[st], Text: page.M("assessment.cases.count", "count", n, "state", page.M("assessment.state."+string(st)))})
		}
	}
	return out
}

// caseForm asks what a case needs; the destination's own facts follow from its
// pack.
func (s *Service) caseForm(dests []*pack.Pack, chosen string, household []relative) *page.Form {
	f := &page.Form{Submit: page.M("assessment.case.open"), Cancel: page.Link{Href: "/cases", Text: page.M("assessment.cancel")}}
	add := func(q page.Field) { f.Fields = append(f.Fields, q) }
	add(page.Field{Kind: page.Hidden, Name: "id", Value: db.NewID().String()})
	if len(household) > 0 {
		q := page.Field{Kind: page.Checks, Name: "members", Label: page.M("assessment.case.members"), Hint: page.M("assessment.case.members_hint")}
		for _, m := range household {
			q.Options = append(q.Options, page.Option{Value: m.Person.String(), Text: m.Name})
		}
		add(q)
	}
	add(page.Field{Kind: page.Text, Name: "number", Label: page.M("assessment.case.number"), Hint: page.M("assessment.case.number_hint"), Width: 20, Dir: "ltr", Max: 40})
	if chosen == "" {
		q := page.Field{Kind: page.Radios, Name: "destination", Label: page.M("assessment.case.destination")}
		for _, p := range dests {
			q.Options = append(q.Options, page.Option{Value: p.ID, Label: title(p)})
		}
		add(q)
	} else {
		add(page.Field{Kind: page.Hidden, Name: "destination", Value: chosen})
	}
	add(page.Field{Kind: page.Date, Name: "exam_date", Label: page.M("assessment.case.exam"), Hint: page.M("assessment.case.exam_hint")})
	add(page.Field{Kind: page.Text, Name: "exam_country", Label: page.M("assessment.case.country"), Hint: page.M("assessment.case.country_hint"), Width: 4, Max: 3, Dir: "ltr"})
	for _, p := range dests {
		if p.ID != chosen {
			continue
		}
		for _, fact := range applicationFacts(p) {
			add(factField(p, fact, value.NotKnown(), false))
		}
	}
	return f
}

// applicationFacts are the facts a pack takes from the application.
func applicationFacts(p *pack.Pack) []pack.Fact {
	var out []pack.Fact
	for _, f := range p.Facts {
		if strings.HasPrefix(f.From, "case.") && f.From != "case.exam_date" && f.From != "case.exam_country" {
			out = append(out, f)
		}
	}
	return out
}

// relative is one of a household, as a form shows them.
type relative struct {
	Person   db.ID
	Relation string
	Name     string
}

// household lists who is registered with a person, the person included.
func (s *Service) household(tx *db.Tx, person db.ID) ([]relative, error) {
	roles := map[db.ID]string{person: string(people.RoleHead)}
	order := []db.ID{person}
	families, err := s.People.FamiliesOf(tx, person)
	if err != nil {
		return nil, err
	}
	for _, f := range families {
		members, err := s.People.FamilyOf(tx, f.Family)
		if err != nil {
			return nil, err
		}
		for _, m := range members {
			if _, seen := roles[m.Person]; !seen {
				order = append(order, m.Person)
			}
			roles[m.Person] = string(m.Role)
		}
	}
	briefs, err := s.People.Briefs(tx, order)
	if err != nil {
		return nil, err
	}
	var out []relative
	for _, id := range order {
		b, ok := briefs[id]
		if !ok {
			continue
		}
		name := b.Original
		if b.Latin != "" && b.Latin != name {
			name += " · " + b.Latin
		}
		out = append(out, relative{Person: id, Relation: roles[id], Name: name})
	}
	return out, nil
}

// newCaseData is what the page of a new case needs from the database.
func (s *Service) newCaseData(ctx context.Context, person db.ID, on calendar.Day) (dests []*pack.Pack, household []relative, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if dests, err = s.Packs.Destinations(tx, on); err != nil {
			return err
		}
		household, err = s.household(tx, person)
		return err
	})
	sort.Slice(dests, func(i, j int) bool { return dests[i].ID < dests[j].ID })
	return dests, household, err
}

func (s *Service) getNewCase(w http.ResponseWriter, r *http.Request) {
	person, err := db.ParseID(r.URL.Query().Get("person"))
	if err != nil {
		s.Pages.Redirect(w, r, "/people", page.M("assessment.case.choose_person"))
		return
	}
	if !s.Access.Ever(r.Context(), access.CaseOpen) {
		s.Pages.Error(w, r, fault.New(fault.Forbidden, "assessment.new", "page.error.forbidden"))
		return
	}
	dests, household, err := s.newCaseData(r.Context(), person, s.today())
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	chosen := r.URL.Query().Get("destination")
	if chosen == "" {
		s.Pages.Render(w, r, page.Page{Template: "assessment/choose", Title: "assessment.case.choose", View: chooseView(person, dests)})
		return
	}
	f := s.caseForm(dests, chosen, household)
	if q := f.Find("exam_date"); q != nil {
		q.SetDate(s.today().Date(), s.today())
	}
	if q := f.Find("exam_country"); q != nil {
		q.Value = s.Country
	}
	s.Pages.Form(w, r, page.Page{Title: "assessment.case.new"}, f)
}

// chooseDestination is the first step of a new case.
type chooseDestination struct {
	Links []page.Link
	Empty page.Empty
}

func chooseView(person db.ID, dests []*pack.Pack) chooseDestination {
	v := chooseDestination{Empty: page.Empty{Title: page.M("assessment.case.no_destinations"), Text: page.M("assessment.case.no_destinations_text")}}
	for _, p := range dests {
		v.Links = append(v.Links, page.Link{Href: "/cases/new?" + url.Values{"person": {person.String()}, "destination": {p.ID}}.Encode(), Text: title(p)})
	}
	return v
}

func (s *Service) postNewCase(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, 1<<20); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	person, err := db.ParseID(r.URL.Query().Get("person"))
	if err != nil {
		s.Pages.Error(w, r, fault.New(fault.NotFound, "assessment.new", "page.error.not_found"))
		return
	}
	dests, household, err := s.newCaseData(r.Context(), person, s.today())
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := s.caseForm(dests, r.Form.Get("destination"), household)
	f.Fill(r.Form)
	cmd, err := s.readCase(r.Form, dests, household)
	if err == nil {
		err = s.Open(r.Context(), cmd)
	}
	if fault.Is(err, fault.Conflict) {
		// A form sent twice: the case is there already.
		s.Pages.Redirect(w, r, "/cases/"+cmd.ID.String(), page.M("assessment.case.already"))
		return
	}
	if err != nil {
		if !f.Fail(err) {
			s.Pages.Error(w, r, err)
			return
		}
		s.Pages.Form(w, r, page.Page{Title: "assessment.case.new"}, f)
		return
	}
	s.Pages.Redirect(w, r, "/cases/"+cmd.ID.String(), page.M("assessment.case.opened"))
}

// readCase reads the posted form; every field that is wrong is named.
func (s *Service) readCase(typed url.Values, dests []*pack.Pack, household []relative) (NewCase, error) {
	const op = "assessment.readCase"
	var errs []error
	cmd := NewCase{Case: Case{Number: strings.ToUpper(strings.TrimSpace(typed.Get("number"))), Destination: typed.Get("destination"),
		ExamCountry: strings.ToUpper(strings.TrimSpace(typed.Get("exam_country"))), Facts: value.Facts{}}}
	id, err := db.ParseID(typed.Get("id"))
	if err != nil {
		errs = append(errs, fault.New(fault.Invalid, op, "assessment.error.form"))
	}
	cmd.ID = id
	if cmd.Case.ExamDate, err = page.ReadDate(typed, "exam_date", s.today()); err != nil {
		errs = append(errs, err)
	}
	for _, m := range household {
		for _, chosen := range typed["members"] {
			if chosen == m.Person.String() {
				cmd.Members = append(cmd.Members, NewMember{ID: db.NewID(), Person: m.Person, Relation: m.Relation})
			}
		}
	}
	if len(cmd.Members) == 0 {
		errs = append(errs, fault.Field(op, "members", "assessment.error.members"))
	}
	if cmd.Case.Number == "" {
		errs = append(errs, fault.Field(op, "number", "assessment.error.number"))
	}
	if c := cmd.Case.ExamCountry; c != "" && (len(c) != 3 || strings.Trim(c, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "") {
		errs = append(errs, fault.Field(op, "exam_country", "assessment.error.country"))
	}
	if _, ok := cmd.Case.ExamDate.Exact(); !ok && err == nil {
		errs = append(errs, fault.Field(op, "exam_date", "assessment.error.exam_date"))
	}
	for _, p := range dests {
		if p.ID != cmd.Case.Destination {
			continue
		}
		for _, fact := range applicationFacts(p) {
			v, answered, err := readFact(typed, fact)
			if err != nil {
				errs = append(errs, err)
			} else if answered {
				cmd.Case.Facts[strings.TrimPrefix(fact.From, "case.")] = v
			}
		}
	}
	return cmd, errors.Join(errs...)
}

func (s *Service) editForm(p *pack.Pack, c Case) *page.Form {
	f := &page.Form{Submit: page.M("page.save"), Cancel: page.Link{Href: "/cases/" + c.ID.String(), Text: page.M("assessment.cancel")}}
	exam := page.Field{Kind: page.Date, Name: "exam_date", Label: page.M("assessment.case.exam"), Hint: page.M("assessment.case.move_hint")}
	exam.SetDate(c.ExamDate, s.today())
	f.Fields = append(f.Fields, exam, page.Field{Kind: page.Text, Name: "exam_country", Label: page.M("assessment.case.country"), Value: c.ExamCountry, Width: 4, Max: 3, Dir: "ltr"})
	for _, fact := range applicationFacts(p) {
		f.Fields = append(f.Fields, factField(p, fact, c.Facts[strings.TrimPrefix(fact.From, "case.")], false))
	}
	return f
}

// editing loads a case for its edit page and checks the right.
func (s *Service) editing(ctx context.Context, id db.ID) (c Case, p *pack.Pack, doc *journal.Doc, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if doc, err = s.Journal.Load(tx, id); err != nil {
			return err
		}
		if err = s.Access.Check(ctx, access.CaseEdit, access.Of(doc)); err != nil {
			return err
		}
		if c, err = loadCase(tx, id); err != nil {
			return err
		}
		day, _ := c.ExamDate.Exact()
		p, err = s.Packs.Active(tx, c.Destination, day)
		return err
	})
	return c, p, doc, err
}

func (s *Service) getEditCase(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err == nil {
		var c Case
		var p *pack.Pack
		if c, p, _, err = s.editing(r.Context(), id); err == nil {
			s.Pages.Form(w, r, page.Page{Title: "assessment.case.edit", Back: page.Link{Href: "/cases/" + id.String(), Name: c.Number}}, s.editForm(p, c))
			return
		}
	}
	s.Pages.Error(w, r, err)
}

func (s *Service) postEditCase(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err == nil {
		err = page.ReadForm(w, r, 1<<20)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	c, p, doc, err := s.editing(r.Context(), id)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := s.editForm(p, c)
	f.Fill(r.Form)
	var errs []error
	exam, err := page.ReadDate(r.Form, "exam_date", s.today())
	errs = append(errs, err)
	country := strings.ToUpper(strings.TrimSpace(r.Form.Get("exam_country")))
	facts := value.Facts{}
	for _, fact := range applicationFacts(p) {
		v, answered, err := readFact(r.Form, fact)
		errs = append(errs, err)
		if answered {
			facts[strings.TrimPrefix(fact.From, "case.")] = v
		}
	}
	err = errors.Join(errs...)
	if err == nil {
		err = s.Edit(r.Context(), Change{Case: id, Base: doc.Version, ExamDate: &exam, ExamCountry: &country, Facts: facts})
	}
	if err != nil {
		if !f.Fail(err) {
			s.Pages.Error(w, r, err)
			return
		}
		s.Pages.Form(w, r, page.Page{Title: "assessment.case.edit"}, f)
		return
	}
	s.Pages.Redirect(w, r, "/cases/"+id.String(), page.M("assessment.case.saved"))
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
		counts, err = countStates(tx, scope)
		return err
	})
	return countLinks(counts), err
}

// Waiting counts the alerts the actor has not answered.
func (s *Service) Waiting(ctx context.Context) (int, error) {
	actor, _ := access.From(ctx)
	n := 0
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		list, err := openAlerts(tx, actor.User, 100)
		n = len(list)
		return err
	})
	return n, err
}

// stateOrder is what needs somebody first.
var stateOrder = []State{StateSuspended, StateBlocked, StateQuestions, StateServices, StateWaiting, StateHold, StateToSign, StateCleared, StateNotNeeded}

func countLinks(counts map[State]int) []page.Link {
	var out []page.Link
	for _, st := range stateOrder {
		if counts[st] > 0 {
			out = append(out, page.Link{Href: "/cases?state=" + string(st), Text: page.M("assessment.cases.count", "count", counts[st], "state", page.M("assessment.state."+string(st)))})
		}
	}
	return out
}
