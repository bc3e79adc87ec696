package people

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// editSection is one part of a person's identity with a page of its own.
type editSection struct {
	action access.Action
	fields func(p Person, locale string, today calendar.Day) []page.Field
	read   func(v url.Values, p *Person, today calendar.Day, errs *[]error)
}

// editSections are the parts by the word in their URL. A person's record and
// what is more sensitive (safety, protection, functioning) are edited by
// editOnly.
func editSections() map[string]editSection {
	return map[string]editSection{
		"name": {access.PersonEdit, func(p Person, _ string, _ calendar.Day) []page.Field { return nameFields(p) },
			func(v url.Values, p *Person, _ calendar.Day, _ *[]error) { readName(v, p) }},
		"birth": {access.PersonEdit, func(p Person, _ string, today calendar.Day) []page.Field { return birthFields(p, today) }, readBirth},
		"about": {access.PersonEdit, func(p Person, locale string, _ calendar.Day) []page.Field {
			return append([]page.Field{sexField(p)}, languageFields(p, locale)...)
		}, func(v url.Values, p *Person, _ calendar.Day, _ *[]error) { readSex(v, p); readLanguages(v, p) }},
		"nationality": {access.PersonEdit, func(p Person, locale string, _ calendar.Day) []page.Field { return nationalityFields(p, locale) },
			func(v url.Values, p *Person, _ calendar.Day, _ *[]error) { readNationality(v, p) }},
		"child": {access.PersonEdit, func(p Person, _ string, _ calendar.Day) []page.Field { return childFields(p) },
			func(v url.Values, p *Person, _ calendar.Day, _ *[]error) { readChild(v, p) }},
		"dispute": {access.ProtectionWrite, func(p Person, _ string, today calendar.Day) []page.Field { return disputeFields(p, today) }, readDispute},
		"death":   {access.PersonEdit, func(p Person, _ string, today calendar.Day) []page.Field { return deathFields(p, today) }, readDeath},
	}
}

// editForm is the form of a part, with the version of the record it was made of.
func editForm(e editSection, p Person, base journal.Base, locale string, today calendar.Day) *page.Form {
	return &page.Form{Fields: append([]page.Field{hidden("base", base.String())}, e.fields(p, locale, today)...)}
}

func (s *Service) getEdit(w http.ResponseWriter, r *http.Request) {
	id, _, ok := s.target(w, r)
	if !ok {
		return
	}
	name := r.PathValue("section")
	if o, ok := onlySections()[name]; ok {
		s.getOnly(w, r, id, name, o)
		return
	}
	e, ok := editSections()[name]
	if !ok {
		s.Pages.Error(w, r, fault.New(fault.NotFound, "people.getEdit", "page.error.not_found"))
		return
	}
	p, base, err := s.forEdit(r, id, e.action)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.ask(w, r, id, "people.title.edit_"+name, editForm(e, p, base, page.LocaleOf(r).Code, s.Today()), "")
}

// forEdit loads a person for an edit page, with the right to change that part.
func (s *Service) forEdit(r *http.Request, id db.ID, action access.Action) (p Person, base journal.Base, err error) {
	err = s.DB.Read(r.Context(), func(tx *db.Tx) error {
		row, err := s.open(r.Context(), tx, access.PersonRead, id)
		if err != nil {
			return err
		}
		sens := journal.Identity
		if action != access.PersonEdit {
			sens = journal.Sensitive
		}
		if err := s.Access.Check(r.Context(), action, row.part(kindPerson, sens)); err != nil {
			return err
		}
		d, err := s.Journal.Load(tx, id)
		if err != nil {
			return err
		}
		base = d.Version
		return d.Decode(&p)
	})
	return p, base, err
}

func (s *Service) postEdit(w http.ResponseWriter, r *http.Request) {
	id, _, ok := s.target(w, r)
	if !ok {
		return
	}
	name, today, locale := r.PathValue("section"), s.Today(), page.LocaleOf(r).Code
	if o, ok := onlySections()[name]; ok {
		s.postOnly(w, r, id, name, o)
		return
	}
	e, ok := editSections()[name]
	if !ok {
		s.Pages.Error(w, r, fault.New(fault.NotFound, "people.postEdit", "page.error.not_found"))
		return
	}
	base, err := readBase(r.PostForm)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	var errs []error
	var typed Person
	fields := []string{}
	for _, q := range e.fields(Person{}, locale, today) {
		fields = append(fields, q.Name)
	}
	err = s.EditPerson(r.Context(), PersonEdit{Person: id, Base: base, Action: e.action, Edit: func(p *Person) {
		errs = nil
		e.read(r.PostForm, p, today, &errs)
		typed = *p
	}, Faults: func() []error { return errs }, Fields: fields})
	f := editForm(e, typed, base, locale, today)
	f.Fill(r.PostForm)
	s.settled(w, r, err, id, "people.title.edit_"+name, f, personPath(id)+"#identity", page.M("people.saved"))
}

// onlySection is a document that a person has one of, with a page of its own.
type onlySection struct {
	part part
	form func(s *Service, r *http.Request, raw *journal.Doc, v url.Values, locale string) ([]page.Field, error)
	save func(s *Service, r *http.Request, id db.ID, base journal.Base, raw *journal.Doc) error
}

func onlySections() map[string]onlySection {
	return map[string]onlySection{
		"safety":      {part{kindSafety, journal.Clinical, access.SafetyRecord}, safetyForm, saveSafety},
		"protection":  {part{kindProtection, journal.Sensitive, access.ProtectionWrite}, protectionForm, saveProtection},
		"functioning": {part{kindFunctioning, journal.Clinical, access.ClinicalWrite}, functioningForm, saveFunctioning},
	}
}

// loadOnlyDoc loads the document, nil if there is none yet, after the check.
func (s *Service) loadOnlyDoc(r *http.Request, id db.ID, p part) (d *journal.Doc, err error) {
	err = s.DB.Read(r.Context(), func(tx *db.Tx) error {
		row, err := s.open(r.Context(), tx, access.PersonRead, id)
		if err != nil {
			return err
		}
		if err := s.Access.Check(r.Context(), p.action, row.part(p.kind, p.sens)); err != nil {
			return err
		}
		d, err = s.Journal.Load(tx, only(id, p.kind))
		if notFound(err) {
			d, err = nil, nil
		}
		return err
	})
	return d, err
}

func (s *Service) getOnly(w http.ResponseWriter, r *http.Request, id db.ID, name string, o onlySection) {
	d, err := s.loadOnlyDoc(r, id, o.part)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f, err := s.onlyForm(r, o, d, nil)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.ask(w, r, id, "people.title.edit_"+name, f, "")
}

func (s *Service) onlyForm(r *http.Request, o onlySection, d *journal.Doc, v url.Values) (*page.Form, error) {
	fields, err := o.form(s, r, d, v, page.LocaleOf(r).Code)
	var base journal.Base
	if d != nil {
		base = d.Version
	}
	return &page.Form{Fields: append([]page.Field{hidden("base", base.String())}, fields...)}, err
}

func (s *Service) postOnly(w http.ResponseWriter, r *http.Request, id db.ID, name string, o onlySection) {
	d, err := s.loadOnlyDoc(r, id, o.part)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	base, err := readBase(r.PostForm)
	if err == nil {
		err = o.save(s, r, id, base, d)
	}
	f, ferr := s.onlyForm(r, o, d, r.PostForm)
	if ferr != nil {
		s.Pages.Error(w, r, errors.Join(err, ferr))
		return
	}
	f.Fill(r.PostForm)
	s.settled(w, r, err, id, "people.title.edit_"+name, f, personPath(id)+"#"+name, page.M("people.saved"))
}

// safetyForm shows what is in conflict as the more dangerous of what it may be, so
// that saving it settles the conflict without losing an allergy.
func safetyForm(s *Service, _ *http.Request, d *journal.Doc, v url.Values, _ string) ([]page.Field, error) {
	if v != nil {
		var errs []error
		return safetyFields(readSafety(v, Safety{}, s.Today(), &errs), s.Today()), nil
	}
	known, err := safetyDoc(d)
	return safetyFields(known, s.Today()), err
}

func safetyDoc(d *journal.Doc) (Safety, error) {
	var v Safety
	if d == nil {
		return v, nil
	}
	if err := d.Decode(&v); err != nil {
		return v, err
	}
	return v, settleSafety(&v, d)
}

func saveSafety(s *Service, r *http.Request, id db.ID, base journal.Base, d *journal.Doc) error {
	old, err := safetyDoc(d)
	if err != nil {
		return err
	}
	var errs []error
	v := readSafety(r.PostForm, old, s.Today(), &errs)
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return s.SaveSafety(r.Context(), id, base, v)
}

func protectionForm(_ *Service, _ *http.Request, d *journal.Doc, v url.Values, locale string) ([]page.Field, error) {
	if v != nil {
		return protectionFields(readProtection(v), locale), nil
	}
	var p Protection
	if d != nil {
		if err := d.Decode(&p); err != nil {
			return nil, err
		}
	}
	return protectionFields(p, locale), nil
}

func saveProtection(s *Service, r *http.Request, id db.ID, base journal.Base, _ *journal.Doc) error {
	return s.SaveProtection(r.Context(), id, base, readProtection(r.PostForm))
}

func functioningForm(_ *Service, _ *http.Request, d *journal.Doc, _ url.Values, _ string) ([]page.Field, error) {
	var f Functioning
	if d != nil {
		if err := d.Decode(&f); err != nil {
			return nil, err
		}
	}
	return functioningFields(f), nil
}

func saveFunctioning(s *Service, r *http.Request, id db.ID, base journal.Base, _ *journal.Doc) error {
	return s.SaveFunctioning(r.Context(), id, base, readFunctioning(r.PostForm, s.Today()))
}
