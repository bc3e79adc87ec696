package assessment

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
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
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// relative is one of a household, as a form shows them.
type relative struct {
	Person   db.ID
	Relation string
	Name     string
}

// household lists who is registered with some persons, themselves included.
func (s *Service) household(tx *db.Tx, with ...db.ID) ([]relative, error) {
	roles := map[db.ID]string{}
	var order []db.ID
	note := func(id db.ID, role string) {
		if _, seen := roles[id]; !seen {
			order = append(order, id)
		}
		if role != "" || roles[id] == "" {
			roles[id] = role
		}
	}
	for _, person := range with {
		note(person, "")
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
				note(m.Person, string(m.Role))
			}
		}
	}
	briefs, err := s.People.Briefs(tx, order)
	if err != nil {
		return nil, err
	}
	var out []relative
	for _, id := range order {
		b, ok := briefs[id]
		if !ok || b.Died {
			continue // nothing is asked of somebody who died
		}
		role := roles[id]
		if role == "" {
			role = string(people.RoleHead) // alone
		}
		out = append(out, relative{Person: id, Relation: role, Name: nameOf(b)})
	}
	return out, nil
}

// nameOf is a person's name in both scripts, or what is known instead.
func nameOf(b people.Brief) string {
	name := b.Original
	switch {
	case name == "" && b.Latin == "" && b.Wristband != "":
		return b.Wristband
	case name == "" && b.Latin == "":
		return people.ShowCode(b.Code)
	case name == "":
		return b.Latin
	case b.Latin != "" && b.Latin != name:
		name += " · " + b.Latin
	}
	return name
}

// caseDraft is what the form of a new case is made of.
type caseDraft struct {
	Destinations []*pack.Pack
	Chosen       *pack.Pack
	Household    []relative
	Number       string // proposed: what others know the family by
	Lang         string
}

// newCase gathers what the page of a new case needs.
func (s *Service) newCase(ctx context.Context, person db.ID, destination, lang string) (d caseDraft, err error) {
	d.Lang = lang
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if d.Destinations, err = s.Packs.Destinations(tx, s.today()); err != nil {
			return err
		}
		b, err := s.People.Banner(ctx, tx, person) // checks that the actor may open the person
		if err != nil {
			return err
		}
		if d.Number = ""; b.CaseHref != "" {
			d.Number = b.Case
		}
		d.Household, err = s.household(tx, person)
		return err
	})
	slices.SortFunc(d.Destinations, func(a, b *pack.Pack) int { return strings.Compare(a.Title(lang), b.Title(lang)) })
	d.Chosen = nil
	for _, p := range d.Destinations {
		if p.ID == destination {
			d.Chosen = p
		}
	}
	return d, err
}

// caseForm asks what a case needs, and what the destination's pack takes from the
// application. Sensitive facts of it are not asked here: they are each person's
// own, and asked on the plan by whoever may know them.
func (s *Service) caseForm(d caseDraft) *page.Form {
	f := &page.Form{Submit: page.M("assessment.case.open"), Cancel: page.Link{Href: "/cases", Text: page.M("assessment.cancel")}}
	add := func(q page.Field) { f.Fields = append(f.Fields, q) }
	add(page.Field{Kind: page.Hidden, Name: "id", Value: db.NewID().String()})
	add(page.Field{Kind: page.Hidden, Name: "destination", Value: d.Chosen.ID, Keep: true})
	q := page.Field{Kind: page.Checks, Name: "members", Label: page.M("assessment.case.members"), Hint: page.M("assessment.case.members_hint")}
	for _, m := range d.Household {
		q.Options = append(q.Options, page.Option{Value: m.Person.String(), Text: m.Name})
	}
	add(q)
	add(page.Field{Kind: page.Text, Name: "number", Label: page.M("assessment.case.number"), Hint: page.M("assessment.case.number_hint"),
		Width: 20, Dir: "ltr", Max: 40, Auto: "off", Value: d.Number})
	exam := page.Field{Kind: page.Date, Name: "exam_date", Label: page.M("assessment.case.exam"), Hint: page.M("assessment.case.exam_hint")}
	exam.SetDate(s.today().Date(), s.today())
	add(exam)
	add(countryField(s.Country, d.Lang))
	for _, fact := range applicationFacts(d.Chosen) {
		add(factField(d.Chosen, fact, value.NotKnown(), asOffice))
	}
	return f
}

// countryField chooses the country of the examination by its name in the reader's
// language.
func countryField(chosen, lang string) page.Field {
	q := page.Field{Kind: page.Select, Name: "exam_country", Label: page.M("assessment.case.country"), Hint: page.M("assessment.case.country_hint"), Value: chosen}
	for _, p := range place.Sorted(lang) {
		q.Options = append(q.Options, page.Option{Value: p.Code, Label: page.Country(p.Code)})
	}
	return q
}

// applicationFacts are the facts a pack takes from the application for the whole
// case.
func applicationFacts(p *pack.Pack) []pack.Fact {
	var out []pack.Fact
	for _, f := range p.Facts {
		if isApplication(f) && !isSensitive(f.Sensitivity) {
			out = append(out, f)
		}
	}
	return out
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
	d, err := s.newCase(r.Context(), person, r.URL.Query().Get("destination"), page.LocaleOf(r).Code)
	switch {
	case err != nil:
		s.Pages.Error(w, r, err)
	case d.Chosen == nil:
		s.Pages.Render(w, r, page.Page{Template: "assessment/choose", Title: "assessment.case.choose", View: chooseView(person, d.Destinations)})
	default:
		s.Pages.Form(w, r, page.Page{Title: "assessment.case.new"}, s.caseForm(d))
	}
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
	if err := page.ReadForm(w, r, maxPosted); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	person, err := db.ParseID(r.URL.Query().Get("person"))
	if err != nil {
		s.Pages.Error(w, r, orNotFound(nil))
		return
	}
	d, err := s.newCase(r.Context(), person, r.Form.Get("destination"), page.LocaleOf(r).Code)
	if err == nil && d.Chosen == nil {
		err = fault.New(fault.Invalid, "assessment.new", "assessment.error.destination")
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := s.caseForm(d)
	f.Fill(r.Form)
	cmd, err := readCase(r.Form, d)
	if err == nil {
		err = s.Open(r.Context(), cmd)
	}
	if fault.Is(err, fault.Conflict) {
		// A form sent twice: the case is there already.
		s.Pages.Redirect(w, r, casePath(cmd.ID), page.M("assessment.case.already"))
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
	s.Pages.Redirect(w, r, casePath(cmd.ID), page.M("assessment.case.opened"))
}

// readCase reads the posted form; every field that is wrong is named.
func readCase(typed url.Values, d caseDraft) (NewCase, error) {
	const op = "assessment.readCase"
	var errs []error
	note := func(err error) { errs = append(errs, err) }
	cmd := NewCase{Case: Case{Number: strings.ToUpper(strings.TrimSpace(typed.Get("number"))), Destination: d.Chosen.ID}}
	var err error
	if cmd.ID, err = db.ParseID(typed.Get("id")); err != nil {
		note(fault.New(fault.Invalid, op, "assessment.error.form"))
	}
	for _, m := range d.Household {
		if slices.Contains(typed["members"], m.Person.String()) {
			cmd.Members = append(cmd.Members, NewMember{ID: db.NewID(), Person: m.Person, Relation: m.Relation})
		}
	}
	if len(cmd.Members) == 0 {
		note(fault.Field(op, "members", "assessment.error.members"))
	}
	if cmd.Case.Number == "" {
		note(fault.Field(op, "number", "assessment.error.number"))
	}
	cmd.Case.ExamDate, err = readExam(typed, 0)
	note(err)
	cmd.Case.ExamCountry, err = readCountry(typed)
	note(err)
	cmd.Case.Facts, err = readFacts(typed, d.Chosen, applicationFacts(d.Chosen))
	note(err)
	return cmd, errors.Join(errs...)
}

// readExam reads the day of the examination, which must be a full date.
func readExam(typed url.Values, today calendar.Day) (calendar.Date, error) {
	exam, err := page.ReadDate(typed, "exam_date", today)
	if _, ok := exam.Exact(); err == nil && !ok {
		err = fault.Field("assessment.readExam", "exam_date", "assessment.error.exam_date")
	}
	return exam, err
}

// readCountry reads a country that was chosen from the list; none is that of the
// site.
func readCountry(typed url.Values) (string, error) {
	code := typed.Get("exam_country")
	if p, ok := place.Lookup(code); code != "" && (!ok || !p.Somewhere()) {
		return "", fault.Field("assessment.readCountry", "exam_country", "assessment.error.country")
	}
	return code, nil
}

// readFacts reads facts of the application. What was left open is not known, which
// is not a no.
func readFacts(typed url.Values, p *pack.Pack, facts []pack.Fact) (value.Facts, error) {
	out := value.Facts{}
	var errs []error
	for _, fact := range facts {
		v, _, err := readFact(typed, fact)
		errs = append(errs, err)
		out[strings.TrimPrefix(fact.From, "case.")] = v
	}
	return out, errors.Join(errs...)
}

// edited is a case as its edit page needs it.
type edited struct {
	Case Case
	Pack *pack.Pack
	Doc  *journal.Doc
}

// editing loads a case for one of its edit pages and checks the right.
func (s *Service) editing(ctx context.Context, id db.ID) (e edited, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if e.Doc, err = s.Journal.Load(tx, id); err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.CaseEdit, access.Of(e.Doc)); err != nil {
			return err
		}
		if e.Case, _, _, err = loadCase(tx, id); err != nil {
			return err
		}
		e.Pack, err = s.desk(tx).pack(e.Case)
		return err
	})
	return e, err
}

func (s *Service) editForm(e edited, lang string) *page.Form {
	f := &page.Form{Submit: page.M("page.save"), Cancel: page.Link{Href: casePath(e.Case.ID), Text: page.M("assessment.cancel")}}
	exam := page.Field{Kind: page.Date, Name: "exam_date", Label: page.M("assessment.case.exam"), Hint: page.M("assessment.case.move_hint")}
	exam.SetDate(e.Case.ExamDate, s.today())
	f.Fields = append(f.Fields, page.Field{Kind: page.Hidden, Name: "base", Value: e.Doc.Version.String()}, exam, countryField(e.Case.ExamCountry, lang))
	for _, fact := range applicationFacts(e.Pack) {
		f.Fields = append(f.Fields, factField(e.Pack, fact, e.Case.Facts[strings.TrimPrefix(fact.From, "case.")], asOffice))
	}
	return f
}

func (s *Service) getEditCase(w http.ResponseWriter, r *http.Request) {
	id, err := page.PathID(r, "id")
	var e edited
	if err == nil {
		e, err = s.editing(r.Context(), id)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Form(w, r, page.Page{Title: "assessment.case.edit", Back: page.Link{Href: casePath(id), Name: e.Case.Number}}, s.editForm(e, page.LocaleOf(r).Code))
}

func (s *Service) postEditCase(w http.ResponseWriter, r *http.Request) {
	id, err := page.PathID(r, "id")
	if err == nil {
		err = page.ReadForm(w, r, maxPosted)
	}
	var e edited
	if err == nil {
		e, err = s.editing(r.Context(), id)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := s.editForm(e, page.LocaleOf(r).Code)
	f.Fill(r.Form)
	base, err := journal.ParseBase(r.Form.Get("base"))
	if err != nil {
		err = fault.New(fault.Invalid, "assessment.edit", "assessment.error.form")
	}
	exam, err1 := readExam(r.Form, s.today())
	country, err2 := readCountry(r.Form)
	facts, err3 := readFacts(r.Form, e.Pack, applicationFacts(e.Pack))
	if err = errors.Join(err, err1, err2, err3); err == nil {
		err = s.Edit(r.Context(), Change{Case: id, Base: base, ExamDate: &exam, ExamCountry: &country, Facts: facts})
	}
	if err != nil {
		if !f.Fail(err) {
			s.Pages.Error(w, r, err)
			return
		}
		// What was typed is shown over the case as it is now: who saves again has
		// been told.
		f.Find("base").Value = e.Doc.Version.String()
		s.Pages.Form(w, r, page.Page{Title: "assessment.case.edit"}, f)
		return
	}
	s.Pages.Redirect(w, r, casePath(id), page.M("assessment.case.saved"))
}
