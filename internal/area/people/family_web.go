package people

import (
	"net/http"
	"net/url"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func newFamilyForm(id db.ID) *page.Form {
	return &page.Form{Fields: []page.Field{hidden("id", id.String()),
		{Kind: page.Radios, Name: "unit", Label: page.M("people.q.unit"), Options: choices("people.unit.", Units)},
		{Kind: page.Select, Name: "role", Label: page.M("people.q.role_of_person"), Options: choices("people.role.", Roles)},
		{Kind: page.Text, Name: "family_number", Label: page.M("people.q.family_number"), Hint: page.M("people.q.family_number_hint"), Optional: true, Width: 20, Max: maxNumber, Dir: "ltr"},
		{Kind: page.LongText, Name: "family_note", Label: page.M("people.q.family_note"), Optional: true, Max: maxText, Rows: 2},
	}}
}

func (s *Service) getNewFamily(w http.ResponseWriter, r *http.Request) {
	id, _, ok := s.target(w, r)
	if !ok {
		return
	}
	if _, _, err := s.forEdit(r, id, access.PersonEdit); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.ask(w, r, id, "people.title.new_family", newFamilyForm(db.NewID()), "")
}

func (s *Service) postNewFamily(w http.ResponseWriter, r *http.Request) {
	id, _, ok := s.target(w, r)
	if !ok {
		return
	}
	family, err := formID(r.PostForm)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	v := r.PostForm
	err = s.NewFamily(r.Context(), Family{ID: family, Unit: Unit(v.Get("unit")), Number: text(v, "family_number"), Note: text(v, "family_note")}, id, Role(v.Get("role")))
	f := newFamilyForm(family)
	f.Fill(v)
	s.settled(w, r, err, id, "people.title.new_family", f, familyPath(family), page.M("people.saved"))
}

// memberForm adds somebody who is registered already, by code or number.
func memberForm(family db.ID) *page.Form {
	return &page.Form{Action: familyPath(family) + "/members", Submit: page.M("people.family.add"), Fields: []page.Field{hidden("id", db.NewID().String()),
		{Kind: page.Text, Name: "person", Label: page.M("people.q.member"), Hint: page.M("people.q.member_hint"), Width: 20, Max: maxNumber, Dir: "ltr"},
		{Kind: page.Select, Name: "role", Label: page.M("people.q.role"), Options: choices("people.role.", Roles)},
	}}
}

func (s *Service) getFamily(w http.ResponseWriter, r *http.Request) {
	id, _, ok := s.target(w, r)
	if !ok {
		return
	}
	s.showFamily(w, r, id, memberForm(id))
}

func (s *Service) showFamily(w http.ResponseWriter, r *http.Request, id db.ID, add *page.Form) {
	v, err := s.OpenFamily(r.Context(), id)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	edit := s.Access.May(r.Context(), access.PersonEdit, personRow{Site: v.Site}.identity())
	s.Pages.Render(w, r, page.Page{Template: "people/sections", Title: "people.title.family", View: familyPage(v, edit, add), Problems: add.Problems()})
}

// familyPage lists a family and lets reception add to it.
func familyPage(v FamilyView, edit bool, add *page.Form) sections {
	out := sections{Lead: page.M("people.family.code", "code", ShowCode(v.Code))}
	if v.Number != "" {
		out.Lead = page.M("people.family.number", "number", v.Number)
	}
	t := &page.Table{Columns: []page.Column{{Label: page.M("people.col.name"), Wide: true}, {Label: page.M("people.col.role")},
		{Label: page.M("people.col.born")}, {Label: page.M("people.col.sex")}, {Label: page.M("people.col.state")}, {Label: page.M("people.col.action"), Hide: true}}}
	gone := &page.Table{Columns: t.Columns}
	for _, m := range v.Members {
		var act any = page.M("people.flag.none")
		if edit {
			act = page.Link{Href: familyPath(v.ID) + "/members/" + m.Member.ID.String(), Text: page.M("page.change")}
		}
		row := []page.Cell{nameLink(m.Person, m.Hit.Original, m.Hit.Latin, ShowCode(m.Hit.Code)), page.M("people.role." + string(m.Role)), m.Birth, page.Sex(m.Sex), memberTags(m), act}
		if m.Member.Left {
			gone.Rows = append(gone.Rows, row)
		} else {
			t.Rows = append(t.Rows, row)
		}
	}
	sec := section{ID: "members", Title: page.M("people.family.members"), Table: t}
	if v.Note != "" {
		sec.Note = page.M("people.family.note", "note", v.Note)
	}
	out.Sections = append(out.Sections, sec)
	if len(gone.Rows) > 0 {
		out.Sections = append(out.Sections, section{ID: "left", Title: page.M("people.family.left"), Table: gone})
	}
	if edit {
		out.Links = []page.Link{{Href: "/people/new?family=" + v.ID.String(), Text: page.M("people.family.add_new")}}
		out.Sections = append(out.Sections, section{ID: "add", Title: page.M("people.family.add_known"), Forms: []*page.Form{add}})
	}
	return out
}

func (s *Service) postMember(w http.ResponseWriter, r *http.Request) {
	id, _, ok := s.target(w, r)
	if !ok {
		return
	}
	member, err := formID(r.PostForm)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	person, err := s.byNumber(r, r.PostForm.Get("person"))
	if err == nil {
		err = s.AddMember(r.Context(), Member{ID: member, Family: id, Person: person, Role: Role(r.PostForm.Get("role"))})
	}
	f := memberForm(id)
	f.Fill(r.PostForm)
	switch {
	case err == nil:
		s.Pages.Redirect(w, r, familyPath(id), page.M("people.saved"))
	case f.Fail(err):
		s.showFamily(w, r, id, f)
	default:
		s.Pages.Error(w, r, err)
	}
}

// byNumber finds the one person with a number the officer typed, among those they
// may see.
func (s *Service) byNumber(r *http.Request, typed string) (db.ID, error) {
	found, err := s.Search(r.Context(), typed)
	if err != nil {
		return db.ID{}, err
	}
	switch {
	case found.Query.Number == "" || len(found.Hits) == 0:
		return db.ID{}, fault.Field("people.byNumber", "person", "people.error.nobody")
	case len(found.Hits) > 1:
		return db.ID{}, fault.Field("people.byNumber", "person", "people.error.several")
	}
	return found.Hits[0].ID, nil
}

func memberChangeForm(m Member) *page.Form {
	return &page.Form{Fields: []page.Field{
		{Kind: page.Select, Name: "role", Label: page.M("people.q.role"), Options: choices("people.role.", Roles), Value: string(m.Role)},
		{Kind: page.Radios, Name: "left", Label: page.M("people.q.left"), Inline: true, Options: yesNo(), Value: yesIf(m.Left)},
	}}
}

// memberOf loads a member of the family in the path.
func (s *Service) memberOf(r *http.Request, family, member db.ID) (m Member, err error) {
	err = s.DB.Read(r.Context(), func(tx *db.Tx) error {
		if _, err := s.openFamily(r.Context(), tx, access.PersonEdit, family); err != nil {
			return err
		}
		d, err := s.Journal.Load(tx, member)
		if err != nil {
			return err
		}
		if err := d.Decode(&m); err != nil {
			return err
		}
		if d.Kind != kindMember || m.Family != family || d.Error {
			return errGone
		}
		return nil
	})
	return m, err
}

func (s *Service) getMember(w http.ResponseWriter, r *http.Request) {
	id, doc, ok := s.target(w, r)
	if !ok {
		return
	}
	m, err := s.memberOf(r, id, doc)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.ask(w, r, m.Person, "people.title.member", memberChangeForm(m), "")
}

func (s *Service) postMemberChange(w http.ResponseWriter, r *http.Request) {
	id, doc, ok := s.target(w, r)
	if !ok {
		return
	}
	m, err := s.memberOf(r, id, doc)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	err = s.ChangeMember(r.Context(), doc, Role(r.PostForm.Get("role")), r.PostForm.Get("left") == "yes")
	f := memberChangeForm(m)
	f.Fill(r.PostForm)
	s.settled(w, r, err, m.Person, "people.title.member", f, familyPath(id), page.M("people.saved"))
}

// relateForm says what somebody else is to this person: a member of the family,
// or anybody by number.
func relateForm(id db.ID, family []Hit) *page.Form {
	f := &page.Form{Fields: []page.Field{hidden("id", id.String())}}
	if len(family) > 0 {
		q := page.Field{Kind: page.Select, Name: "other", Label: page.M("people.q.other"), Optional: true}
		for _, h := range family {
			q.Options = append(q.Options, page.Option{Value: h.ID.String(), Text: orCode(anyName(h.Original, h.Latin), ShowCode(h.Code))})
		}
		f.Fields = append(f.Fields, q)
	}
	f.Fields = append(f.Fields, page.Field{Kind: page.Text, Name: "person", Label: page.M("people.q.other_number"), Hint: page.M("people.q.member_hint"), Width: 20, Max: maxNumber, Dir: "ltr", Optional: len(family) > 0},
		page.Field{Kind: page.Radios, Name: "relation", Label: page.M("people.q.relation"), Options: choices("people.relation.", RelationKinds)})
	return f
}

// kin lists the others of a person's families.
func kin(rec Record) []Hit {
	var out []Hit
	for _, f := range rec.Families {
		for _, m := range f.Members {
			if m.Person != rec.ID && !m.Member.Left {
				out = append(out, m.Hit)
			}
		}
	}
	return out
}

func (s *Service) getRelate(w http.ResponseWriter, r *http.Request) {
	id, _, ok := s.target(w, r)
	if !ok {
		return
	}
	rec, err := s.Open(r.Context(), id)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.ask(w, r, id, "people.title.relation", relateForm(db.NewID(), kin(rec)), "")
}

func (s *Service) postRelate(w http.ResponseWriter, r *http.Request) {
	id, _, ok := s.target(w, r)
	if !ok {
		return
	}
	rec, err := s.Open(r.Context(), id)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	rel, err := readRelation(r.PostForm, id)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	if typed := r.PostForm.Get("person"); rel.Other.IsZero() && typed != "" {
		rel.Other, err = s.byNumber(r, typed)
	}
	if err == nil {
		err = s.Relate(r.Context(), rel)
	}
	f := relateForm(rel.ID, kin(rec))
	f.Fill(r.PostForm)
	s.settled(w, r, err, id, "people.title.relation", f, personPath(id)+"#family", page.M("people.saved"))
}

func readRelation(v url.Values, of db.ID) (Relation, error) {
	id, err := formID(v)
	other, oerr := db.ParseID(v.Get("other"))
	if oerr != nil {
		other = db.ID{}
	}
	return Relation{ID: id, Of: of, Other: other, Kind: RelationKind(v.Get("relation"))}, err
}
