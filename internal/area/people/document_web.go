package people

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/mrz"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

const registerAction = access.PersonRegister

// identity is the resource of a person's identity at a site, before there is one.
func (r personRow) identity() access.Resource {
	return access.Resource{Kind: kindPerson, Site: r.Site, Programme: r.Programme, Sensitivity: journal.Identity}
}

// zoneFault turns the refusal of a zone into a fault of the form's field.
func zoneFault(err error) error {
	var e *mrz.Error
	if !errors.As(err, &e) {
		return err
	}
	return &fault.Error{Code: fault.Invalid, Op: "people.zone", Field: "zone", Key: "people.mrz.error." + string(e.Reason),
		Args: map[string]any{"line": e.Line, "pos": e.Pos, "got": e.Got, "want": e.Want}}
}

func documentFields(d Document, locale string, today calendar.Day, optional bool) []page.Field {
	expiry := page.Field{Kind: page.Date, Name: "doc_expiry", Label: page.M("people.q.doc_expiry"), Optional: true, Date: page.DateInput{Partial: true, AllowUnknown: true}}
	expiry.SetDate(d.Expiry, today)
	return []page.Field{
		{Kind: page.Select, Name: "doc_type", Label: page.M("people.q.doc_type"), Options: choices("people.document.", DocumentTypes), Value: string(d.Type), Optional: optional},
		{Kind: page.Text, Name: "doc_number", Label: page.M("people.q.doc_number"), Value: d.Number, Width: 20, Max: maxNumber, Dir: "ltr", Optional: optional},
		{Kind: page.Select, Name: "doc_issuer", Label: page.M("people.q.doc_issuer"), Options: issuers(locale), Value: d.Issuer, Optional: true},
		expiry,
	}
}

// readDocument reads the fields of a document; given is false when all are empty.
// The zone that came with the form is parsed again: a hidden field is typed text
// like any other.
func readDocument(v url.Values, today calendar.Day, errs *[]error) (d Document, given bool) {
	if zone := v.Get("doc_zone"); zone != "" {
		if z, err := mrz.Parse(zone, today); err == nil {
			d = FromZone(z)
		}
	}
	d.Type, d.Number, d.Issuer = DocumentType(v.Get("doc_type")), text(v, "doc_number"), v.Get("doc_issuer")
	d.Expiry = dateOf(v, "doc_expiry", today, errs)
	return d, d.Type != "" || d.Number != "" || d.Issuer != "" || !d.Expiry.IsZero() || d.Zone != ""
}

// documentForm is the page of one document of a person.
func documentForm(d Document, base journal.Base, id db.ID, locale string, today calendar.Day) *page.Form {
	f := &page.Form{Fields: []page.Field{hidden("id", id.String()), hidden("base", base.String()),
		{Kind: page.LongText, Name: "zone", Label: page.M("people.zone.label"), Hint: page.M("people.zone.hint_later"), Rows: 3, Max: mrz.MaxInput, Optional: true},
		{Kind: page.Hidden, Name: "doc_zone", Value: d.Zone}}}
	f.Fields = append(f.Fields, documentFields(d, locale, today, false)...)
	return f
}

func (s *Service) getDocument(w http.ResponseWriter, r *http.Request) {
	id, doc, ok := s.target(w, r)
	if !ok {
		return
	}
	d, base, err := loadPart[Document](s, r, id, doc, access.PersonEdit, kindDocument)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.ask(w, r, id, "people.title.document", documentForm(d, base, orNew(doc), page.LocaleOf(r).Code, s.Today()), removePath(id, "documents", doc))
}

func (s *Service) postDocument(w http.ResponseWriter, r *http.Request) {
	id, doc, ok := s.target(w, r)
	if !ok {
		return
	}
	v, today, locale := r.PostForm, s.Today(), page.LocaleOf(r).Code
	newID, errID := formID(v)
	base, errBase := readBase(v)
	if err := errors.Join(errID, errBase); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	// A zone that has just been scanned fills the form first, to be looked at.
	if zone := v.Get("zone"); zone != "" && zone != v.Get("doc_zone") {
		z, err := mrz.Parse(zone, today)
		if err != nil {
			f := documentForm(Document{}, base, newID, locale, today)
			f.Fill(v)
			f.Fail(zoneFault(err))
			s.ask(w, r, id, "people.title.document", f, "")
			return
		}
		d := FromZone(z)
		f := documentForm(d, base, newID, locale, today)
		c := zoneCallout(z)
		f.Fields = append([]page.Field{{Kind: page.Note, Label: c.Title}}, f.Fields...)
		for _, t := range c.Text {
			f.Fields = append([]page.Field{{Kind: page.Note, Label: t}}, f.Fields...)
		}
		s.ask(w, r, id, "people.title.document", f, "")
		return
	}
	var errs []error
	d, _ := readDocument(v, today, &errs)
	d.ID = newID
	if !doc.IsZero() {
		d.ID = doc
	}
	err := errors.Join(errs...)
	if err == nil {
		err = s.SaveDocument(r.Context(), id, base, d)
	}
	f := documentForm(d, base, newID, locale, today)
	f.Fill(v)
	s.settled(w, r, err, id, "people.title.document", f, personPath(id), page.M("people.saved"))
}

// loadPart loads one of several documents of a person for its form; a zero doc is
// a new one. The actor must be allowed to change it.
func loadPart[T any](s *Service, r *http.Request, person, doc db.ID, action access.Action, kind string) (v T, base journal.Base, err error) {
	err = s.DB.Read(r.Context(), func(tx *db.Tx) error {
		if _, err := s.open(r.Context(), tx, action, person); err != nil {
			return err
		}
		if doc.IsZero() {
			return nil
		}
		d, err := s.ownDocument(tx, person, kind, doc)
		if err != nil {
			return err
		}
		base = d.Version
		return d.Decode(&v)
	})
	return v, base, err
}

// Contacts.

func contactFields(c Contact, locale string, brief bool) []page.Field {
	safe := page.Field{Kind: page.Checks, Name: "contact_safe", Label: page.M("people.q.contact_safe"), Hint: page.M("people.q.contact_safe_hint"), Options: choices("people.safe.", Safes), Optional: brief,
		Extra: []page.Extra{{Name: "contact_no_message", Value: "yes", Label: page.M("people.q.contact_no_message"), Ticked: c.NoMessage}}}
	for _, w := range c.Safe {
		safe.Values = append(safe.Values, string(w))
	}
	out := []page.Field{
		{Kind: page.Select, Name: "contact_kind", Label: page.M("people.q.contact_kind"), Options: choices("people.contact.", ContactKinds), Value: string(c.Kind), Optional: brief},
		{Kind: page.Text, Name: "contact_value", Label: page.M("people.q.contact_value"), Value: c.Value, Max: maxText, Dir: "auto", Optional: brief},
		{Kind: page.Select, Name: "contact_owner", Label: page.M("people.q.contact_owner"), Options: choices("people.owner.", ContactOwners), Value: string(c.Owner), Optional: brief},
		safe,
		{Kind: page.Text, Name: "contact_time", Label: page.M("people.q.contact_time"), Value: c.SafeTime, Max: maxText, Optional: true},
	}
	if brief {
		return out
	}
	return append(out,
		page.Field{Kind: page.Text, Name: "contact_name", Label: page.M("people.q.contact_name"), Value: c.Name, Max: maxName, Optional: true},
		page.Field{Kind: page.Select, Name: "contact_language", Label: page.M("people.q.contact_language"), Options: languages(locale), Value: c.Language, Optional: true},
		page.Field{Kind: page.LongText, Name: "contact_note", Label: page.M("people.q.contact_note"), Value: c.Note, Max: maxText, Rows: 2, Optional: true})
}

// readContact reads the fields of a contact. In the brief form of registration
// the kind is chosen in advance, so an empty value means that there is none.
func readContact(v url.Values, brief bool) (c Contact, given bool) {
	c = Contact{Kind: ContactKind(v.Get("contact_kind")), Value: text(v, "contact_value"), Owner: ContactOwner(v.Get("contact_owner")),
		SafeTime: text(v, "contact_time"), NoMessage: v.Get("contact_no_message") != "", Name: text(v, "contact_name"),
		Language: v.Get("contact_language"), Note: text(v, "contact_note")}
	for _, w := range v["contact_safe"] {
		if !contains(c.Safe, Safe(w)) && len(c.Safe) <= len(Safes) {
			c.Safe = append(c.Safe, Safe(w))
		}
	}
	return c, !brief || c.Value != "" || len(c.Safe) > 0 || c.SafeTime != ""
}

func contactForm(c Contact, base journal.Base, id db.ID, locale string) *page.Form {
	return &page.Form{Fields: append([]page.Field{hidden("id", id.String()), hidden("base", base.String())}, contactFields(c, locale, false)...)}
}

func (s *Service) getContact(w http.ResponseWriter, r *http.Request) {
	id, doc, ok := s.target(w, r)
	if !ok {
		return
	}
	c, base, err := loadPart[Contact](s, r, id, doc, access.PersonEdit, kindContact)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.ask(w, r, id, "people.title.contact", contactForm(c, base, orNew(doc), page.LocaleOf(r).Code), removePath(id, "contacts", doc))
}

func (s *Service) postContact(w http.ResponseWriter, r *http.Request) {
	id, doc, ok := s.target(w, r)
	if !ok {
		return
	}
	newID, errID := formID(r.PostForm)
	base, errBase := readBase(r.PostForm)
	if err := errors.Join(errID, errBase); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	c, _ := readContact(r.PostForm, false)
	c.ID = newID
	if !doc.IsZero() {
		c.ID = doc
	}
	err := s.SaveContact(r.Context(), id, base, c)
	f := contactForm(c, base, newID, page.LocaleOf(r).Code)
	f.Fill(r.PostForm)
	s.settled(w, r, err, id, "people.title.contact", f, personPath(id), page.M("people.saved"))
}

// removePath is where a document of a person is taken away, "" for a new one.
func removePath(person db.ID, what string, doc db.ID) string {
	if doc.IsZero() {
		return ""
	}
	return personPath(person) + "/" + what + "/" + doc.String() + "/remove"
}
