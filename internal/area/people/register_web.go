package people

import (
	"net/http"
	"net/url"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/mrz"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// registerView is the page of registration: first a document may be read, then
// one form, and above it who may be the same person.
type registerView struct {
	Alerts []page.Callout
	Zone   *page.Form
	Likely *page.Table
	Form   *page.Form
	Hidden []page.Field
	Groups []group
}

// group is one part of the form. What every person is asked stands open; the rest
// opens at a touch, and by itself where something is typed or wrong in it.
type group struct {
	Title, Hint page.Msg
	Main, Open  bool
	Fields      []page.Field
}

// arrange takes the form apart at its headings.
func (v registerView) arrange() registerView {
	v.Hidden, v.Groups = nil, nil
	for _, f := range v.Form.Fields {
		switch f.Kind {
		case page.Hidden:
			v.Hidden = append(v.Hidden, f)
		case page.Heading:
			v.Groups = append(v.Groups, group{Title: f.Label, Hint: f.Hint, Main: f.Legend})
		default:
			if len(v.Groups) == 0 {
				v.Groups = append(v.Groups, group{Main: true})
			}
			g := &v.Groups[len(v.Groups)-1]
			g.Fields = append(g.Fields, f)
			typed := f.Value != "" && f.Name != "contact_kind" || len(f.Values) > 0 || f.Date.Day+f.Date.Month+f.Date.Year+f.Date.Age != ""
			g.Open = g.Open || typed || !f.Error.IsZero()
		}
	}
	return v
}

// draft is a registration while it is being typed.
type draft struct {
	id       db.ID
	family   db.ID // a family to join
	zone     string
	person   Person
	document Document
	likely   []Likely
}

func zoneForm(family db.ID) *page.Form {
	return &page.Form{Action: "/people/new/document", ID: "zone-form", Submit: page.M("people.zone.read"), Fields: []page.Field{
		hidden("family_id", family.String()),
		{Kind: page.LongText, Name: "zone", Label: page.M("people.zone.label"), Hint: page.M("people.zone.hint"), Rows: 3, Max: mrz.MaxInput, Optional: true},
	}}
}

// registerForm is the form of registration with what the draft knows.
func registerForm(d draft, locale string, today calendar.Day) *page.Form {
	f := &page.Form{Action: "/people", Submit: page.M("people.register.save"), Cancel: page.Link{Href: "/people", Text: page.M("people.register.cancel")}}
	add := func(fields ...page.Field) { f.Fields = append(f.Fields, fields...) }
	heading := func(key string, main bool) {
		add(page.Field{Kind: page.Heading, Legend: main, Label: page.M("people.section." + key), Hint: page.M("people.section." + key + "_hint")})
	}
	add(hidden("id", d.id.String()), hidden("family_id", d.family.String()), page.Field{Kind: page.Hidden, Name: "doc_zone", Value: d.zone})
	if len(d.likely) > 0 {
		q := page.Field{Kind: page.Checks, Name: "distinct", Label: page.M("people.register.distinct"), Hint: page.M("people.register.distinct_hint")}
		for _, l := range d.likely {
			q.Options = append(q.Options, page.Option{Value: l.ID.String(), Text: anyName(l.Name, l.Latin) + " · " + ShowCode(l.Code)})
		}
		add(q)
	}
	names := nameFields(d.person)
	add(page.Field{Kind: page.Heading, Legend: true, Label: page.M("people.section.name")})
	add(names[:mainNames]...)
	add(birthFields(d.person, today)[:1]...)
	add(sexField(d.person))
	heading("languages", true)
	add(languageFields(d.person, locale)...)
	add(nationalityFields(d.person, locale)...)
	add(page.Field{Kind: page.Radios, Name: "arrived", Label: page.M("people.q.arrived"), Inline: true, Options: yesNo(), Optional: true})
	heading("more_names", false)
	add(names[mainNames:]...)
	heading("family", !d.family.IsZero())
	add(familyFields(d.family)...)
	heading("child", false)
	add(childFields(d.person)...)
	heading("document", false)
	add(documentFields(d.document, locale, today, true)...)
	heading("lives", false)
	add(page.Field{Kind: page.Select, Name: "place", Label: page.M("people.q.lives_in"), Options: countries(locale), Optional: true},
		page.Field{Kind: page.Date, Name: "from", Label: page.M("people.q.lives_since"), Optional: true, Date: page.DateInput{Partial: true, AllowUnknown: true}})
	heading("contact", false)
	add(contactFields(Contact{Kind: Phone}, locale, true)...)
	return f
}

func familyFields(family db.ID) []page.Field {
	if !family.IsZero() {
		return []page.Field{{Kind: page.Select, Name: "role", Label: page.M("people.q.role"), Options: choices("people.role.", Roles)}}
	}
	return []page.Field{
		{Kind: page.Radios, Name: "with_family", Label: page.M("people.q.with_family"), Optional: true, Options: []page.Option{
			{Value: string(UnitFamily), Label: page.M("people.unit.family")}, {Value: string(UnitGroup), Label: page.M("people.unit.group")}, {Value: string(UnitSingle), Label: page.M("people.unit.single")}}},
		{Kind: page.Text, Name: "family_number", Label: page.M("people.q.family_number"), Hint: page.M("people.q.family_number_hint"), Optional: true, Width: 20, Max: maxNumber, Dir: "ltr"},
	}
}

// readRegistration reads the form; what is wrong with a field is in errs.
func readRegistration(v url.Values, today calendar.Day) (r Registration, errs []error) {
	id, err := formID(v)
	if err != nil {
		return r, []error{err}
	}
	r.ID = id
	p := &r.Person
	readName(v, p)
	p.Birth = dateOf(v, "birth", today, &errs)
	readSex(v, p)
	readLanguages(v, p)
	readNationality(v, p)
	readChild(v, p)
	for _, x := range v["distinct"] {
		if other, err := db.ParseID(x); err == nil && len(p.DistinctFrom) < maxList {
			p.DistinctFrom = append(p.DistinctFrom, other)
		}
	}
	if family, err := db.ParseID(v.Get("family_id")); err == nil {
		r.Family, r.Role = family, Role(v.Get("role"))
	} else if unit := Unit(v.Get("with_family")); unit != "" || text(v, "family_number") != "" {
		r.Family, r.NewFamily, r.Role, r.FamilyUnit, r.FamilyNumber = db.NewID(), true, RoleHead, unit, text(v, "family_number")
	}
	if d, given := readDocument(v, today, &errs); given {
		r.Documents = []Document{d}
		if !p.Birth.IsZero() && d.Holder.Birth == p.Birth {
			p.BirthSource = BirthDocument
		}
	}
	from := dateOf(v, "from", today, &errs)
	if v.Get("place") != "" || !from.IsZero() {
		r.Stays = []Stay{{Place: v.Get("place"), From: from, Ongoing: true, Source: StaySaid}}
	}
	if c, given := readContact(v, true); given {
		r.Contacts = []Contact{c}
	}
	r.Arrived = v.Get("arrived") == "yes"
	return r, errs
}

func (s *Service) getRegister(w http.ResponseWriter, r *http.Request) {
	d := draft{id: db.NewID()}
	if id, err := db.ParseID(r.URL.Query().Get("family")); err == nil {
		d.family = id
	}
	if !s.canRegister(w, r) {
		return
	}
	s.showRegister(w, r, registerView{Zone: zoneForm(d.family), Form: registerForm(d, page.LocaleOf(r).Code, s.Today())})
}

// canRegister answers a refusal before a form is shown that could not be saved.
func (s *Service) canRegister(w http.ResponseWriter, r *http.Request) bool {
	a, err := actor(r.Context())
	if err == nil {
		err = s.Access.Check(r.Context(), registerAction, personRow{Site: a.Site()}.identity())
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return false
	}
	return true
}

func (s *Service) showRegister(w http.ResponseWriter, r *http.Request, v registerView) {
	pg := page.Page{Template: "people/register", Title: "people.title.register", View: v.arrange()}
	if v.Zone != nil {
		pg.Problems = v.Zone.Problems()
	}
	pg.Problems = append(pg.Problems, v.Form.Problems()...)
	s.Pages.Render(w, r, pg)
}

// postReadZone reads a machine-readable zone and shows the form filled from it. A
// zone that cannot be read is no reason to turn a person away: the form is there.
func (s *Service) postReadZone(w http.ResponseWriter, r *http.Request) {
	if !s.canRegister(w, r) {
		return
	}
	if err := page.ReadForm(w, r, maxPosted); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	d := draft{id: db.NewID()}
	if id, err := db.ParseID(r.PostForm.Get("family_id")); err == nil {
		d.family = id
	}
	zone := zoneForm(d.family)
	zone.Fill(r.PostForm)
	z, err := mrz.Parse(r.PostForm.Get("zone"), s.Today())
	v := registerView{Zone: zone}
	if err != nil {
		zone.Fail(zoneFault(err))
		v.Form = registerForm(d, page.LocaleOf(r).Code, s.Today())
		s.showRegister(w, r, v)
		return
	}
	d.document = FromZone(z)
	d.zone = d.document.Zone
	d.person = Prefill(Person{}, d.document)
	v.Zone, v.Alerts = nil, []page.Callout{zoneCallout(z)}
	v.Form = registerForm(d, page.LocaleOf(r).Code, s.Today())
	s.showRegister(w, r, v)
}

func (s *Service) postRegister(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, maxPosted); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	reg, errs := readRegistration(r.PostForm, s.Today())
	if reg.ID.IsZero() {
		s.Pages.Error(w, r, join(errs))
		return
	}
	var out Registered
	err := join(errs)
	if err == nil {
		out, err = s.Register(r.Context(), reg)
	} else {
		err = join2(errs, join(reg.valid2(s.Today())))
	}
	switch {
	case fault.KeyOf(err) == "people.error.replayed":
		s.Pages.Render(w, r, page.Page{Template: "people/saved", Title: "people.title.saved", Status: http.StatusConflict, View: savedView{Href: personPath(reg.ID), Code: ShowCode(Code(reg.ID))}})
	case err == nil && len(out.Likely) == 0:
		s.Pages.Redirect(w, r, personPath(reg.ID), page.M("people.registered", "code", ShowCode(out.Code)))
	default:
		s.showAgain(w, r, reg, out.Likely, err)
	}
}

// showAgain shows the form with what was typed: with the faults, or with those
// who may be the same person.
func (s *Service) showAgain(w http.ResponseWriter, r *http.Request, reg Registration, likely []Likely, err error) {
	d := draft{id: reg.ID, person: reg.Person, zone: r.PostForm.Get("doc_zone"), likely: likely}
	if !reg.NewFamily {
		d.family = reg.Family
	}
	f := registerForm(d, page.LocaleOf(r).Code, s.Today())
	f.Fill(r.PostForm)
	v := registerView{Form: f}
	if err != nil && !f.Fail(err) {
		s.Pages.Error(w, r, err)
		return
	}
	if len(likely) > 0 {
		v.Alerts = append(v.Alerts, page.Callout{Level: page.Wait, Title: page.M("people.register.likely"), Text: []page.Msg{page.M("people.register.likely_text")}})
		v.Likely = likelyTable(likely)
		f.Note("distinct", page.M("people.error.distinct"))
	}
	s.showRegister(w, r, v)
}

// valid2 checks what could be read of a form that has faults of its own, so that
// all of them are shown at once.
func (r *Registration) valid2(today calendar.Day) []error {
	c := *r
	c.Day = today
	return c.valid()
}

// savedView is the page that answers a form sent twice.
type savedView struct {
	Href string
	Code string
}

func likelyTable(list []Likely) *page.Table {
	t := &page.Table{Caption: page.M("people.register.likely"), Columns: []page.Column{{Label: page.M("people.col.name"), Wide: true},
		{Label: page.M("people.col.born")}, {Label: page.M("people.col.sex")}, {Label: page.M("people.col.why"), Wide: true}}}
	for _, l := range list {
		var why []page.Msg
		for _, reason := range l.Reasons {
			why = append(why, page.M("people.match."+string(reason)))
		}
		t.Rows = append(t.Rows, []page.Cell{nameLink(l.ID, l.Name, l.Latin, ShowCode(l.Code)), l.Birth, page.Sex(l.Sex), why})
	}
	return t
}

// nameLink leads to a person by name in both scripts.
func nameLink(id db.ID, original, latin, code string) []any {
	out := []any{page.Link{Href: personPath(id), Name: orCode(anyName(original, latin), code)}}
	if original != "" && latin != "" {
		out = append(out, latin)
	}
	return append(out, page.Code(code))
}

func anyName(original, latin string) string {
	if original != "" {
		return original
	}
	return latin
}

func orCode(name, code string) string {
	if name == "" {
		return code
	}
	return name
}

// zoneCallout says how far a reading of the zone can be relied on.
func zoneCallout(z mrz.Document) page.Callout {
	c := page.Callout{Level: page.Info, Title: page.M("people.mrz.state." + string(z.State)), Text: []page.Msg{page.M("people.mrz.compare")}}
	if z.State == mrz.CheckFailed {
		c.Level = page.Wait
	}
	for _, f := range z.Failed {
		c.Text = append(c.Text, page.M("people.mrz.failed", "field", page.M("people.mrz.field."+string(f))))
	}
	for _, q := range z.Ask {
		c.Text = append(c.Text, page.M("people.mrz.ask."+string(q)))
	}
	return c
}
