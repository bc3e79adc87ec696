package people

import (
	"context"
	"embed"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// Templates and Locales are this area's pages and words (page.Area "people").
var (
	//go:embed templates
	Templates embed.FS
	//go:embed locales
	Locales embed.FS
)

// maxPosted bounds a posted form without a file.
const maxPosted = 1 << 20

// Routes adds this area's pages.
func (s *Service) Routes(mux *http.ServeMux) {
	for pattern, h := range map[string]http.HandlerFunc{
		"GET /people":                                  s.getFind,
		"POST /people/find":                            s.postFind,
		"GET /people/today":                            s.getToday,
		"GET /people/new":                              s.getRegister,
		"POST /people/new/document":                    s.postReadZone,
		"POST /people":                                 s.postRegister,
		"GET /people/{id}":                             s.getRecord,
		"POST /people/{id}/arrive":                     s.postArrive,
		"POST /people/{id}/keep":                       s.postKeep,
		"GET /people/{id}/edit/{section}":              s.getEdit,
		"POST /people/{id}/edit/{section}":             s.postEdit,
		"GET /people/{id}/journey":                     s.getJourney,
		"POST /people/{id}/journey/whole":              s.postWhole,
		"GET /people/{id}/stays/{doc}":                 s.getStay,
		"POST /people/{id}/stays/{doc}":                s.postStay,
		"POST /people/{id}/stays/{doc}/remove":         s.postRemove(s.RemoveStay, "/journey"),
		"GET /people/{id}/documents/{doc}":             s.getDocument,
		"POST /people/{id}/documents/{doc}":            s.postDocument,
		"POST /people/{id}/documents/{doc}/remove":     s.postRemove(s.RemoveDocument, ""),
		"GET /people/{id}/contacts/{doc}":              s.getContact,
		"POST /people/{id}/contacts/{doc}":             s.postContact,
		"POST /people/{id}/contacts/{doc}/remove":      s.postRemove(s.RemoveContact, ""),
		"GET /people/{id}/consents":                    s.getConsents,
		"GET /people/{id}/consent/{scope}":             s.getAsk,
		"POST /people/{id}/consent/{scope}":            s.postAsk,
		"GET /people/{id}/consents/{doc}/withdraw":     s.getWithdraw,
		"POST /people/{id}/consents/{doc}/withdraw":    s.postWithdraw,
		"POST /people/{id}/consents/{doc}/countersign": s.postCountersign,
		"GET /people/{id}/print/consent/{scope}":       s.printConsent,
		"GET /people/{id}/print/slip":                  s.printSlip,
		"GET /people/{id}/photo":                       s.getPhoto,
		"POST /people/{id}/photo":                      s.postPhoto,
		"POST /people/{id}/photo/remove":               s.postRemovePhoto,
		"GET /people/{id}/photo.jpg":                   s.servePhoto,
		"GET /people/{id}/family":                      s.getNewFamily,
		"POST /people/{id}/family":                     s.postNewFamily,
		"GET /people/{id}/relations":                   s.getRelate,
		"POST /people/{id}/relations":                  s.postRelate,
		"POST /people/{id}/relations/{doc}/remove":     s.postRemove(s.EndRelation, ""),
		"GET /families/{id}":                           s.getFamily,
		"POST /families/{id}/members":                  s.postMember,
		"GET /families/{id}/members/{doc}":             s.getMember,
		"POST /families/{id}/members/{doc}":            s.postMemberChange,
	} {
		mux.HandleFunc(pattern, h)
	}
}

// Outlets are the ways out of the program that this area owns.
func Outlets() []access.Route {
	return []access.Route{slipRoute, consentRoute}
}

var (
	slipRoute = access.Route{Name: "people.slip", Means: access.Print, Purpose: "assessment", Recipients: []access.Recipient{access.Applicant},
		Action: access.ExportSlip, Recall: true, Patterns: []string{"GET /people/{id}/print/slip"}}
	consentRoute = access.Route{Name: "people.consent_text", Means: access.Print, Purpose: "assessment", Recipients: []access.Recipient{access.Applicant},
		Action: access.ExportSlip, Patterns: []string{"GET /people/{id}/print/consent/{scope}"}}
)

// sections is the view of most pages of this area: notes, buttons, then parts.
type sections struct {
	Lead     page.Msg
	Alerts   []page.Callout
	Links    []page.Link
	Buttons  []*page.Form // one button each
	Sections []section
}

// section is one part of a page.
type section struct {
	ID       string
	Title    page.Msg
	Note     page.Msg
	Refused  bool // the reader may not see it
	Callouts []page.Callout
	Summary  page.Summary
	Timeline page.Timeline
	Table    *page.Table
	Forms    []*page.Form
	Links    []page.Link
}

// target reads the ids of the path and, for a POST, the form. What is wrong is
// answered; ok is false then.
func (s *Service) target(w http.ResponseWriter, r *http.Request) (id, doc db.ID, ok bool) {
	id, err := page.PathID(r, "id")
	if err == nil && r.PathValue("doc") != "" && r.PathValue("doc") != "new" {
		doc, err = page.PathID(r, "doc")
	}
	if err == nil && r.Method == http.MethodPost {
		err = page.ReadForm(w, r, maxPosted)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return id, doc, false
	}
	return id, doc, true
}

// banner loads the banner of a page about a person.
func (s *Service) banner(ctx context.Context, id db.ID) (b *page.Banner, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error { b, err = s.Banner(ctx, tx, id); return err })
	return b, err
}

// show renders a page about a person.
func (s *Service) show(w http.ResponseWriter, r *http.Request, id db.ID, pg page.Page) {
	b, err := s.banner(r.Context(), id)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	pg.Banner = b
	if pg.Back.Href == "" && !pg.Bare {
		pg.Back = page.Link{Href: personPath(id), Text: page.M("people.back_to_record")}
	}
	s.Pages.Render(w, r, pg)
}

// editView is a page of one form and, where there is something to take away, a
// button that does.
type editView struct {
	Form   *page.Form
	Remove *page.Form
}

// ask renders a page about a person that is one form; remove is the path that
// takes away what the form is about, "" for none.
func (s *Service) ask(w http.ResponseWriter, r *http.Request, id db.ID, title string, f *page.Form, remove string) {
	b, err := s.banner(r.Context(), id)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	if r.Method == http.MethodGet {
		if err := s.Access.Opened(r.Context(), id, title); err != nil {
			s.Pages.Error(w, r, err)
			return
		}
	}
	v := editView{Form: f}
	if remove != "" {
		v.Remove = button(remove, "people.remove", true)
	}
	s.Pages.Form(w, r, page.Page{Template: "people/edit", Title: title, Banner: b, View: v, Back: page.Link{Href: personPath(id), Text: page.M("people.back_to_record")}}, f)
}

// settled answers a posted form: what was saved leads on, a form sent twice leads
// on too and says so, what is wrong with the form is shown beside its question
// with what was typed, anything else is an error page.
func (s *Service) settled(w http.ResponseWriter, r *http.Request, err error, id db.ID, title string, f *page.Form, to string, done page.Msg) {
	switch {
	case err == nil:
		s.Pages.Redirect(w, r, to, done)
	case fault.KeyOf(err) == "people.error.replayed_part":
		s.Pages.Redirect(w, r, to, page.M("people.saved_already"))
	case f != nil && f.Fail(err):
		s.ask(w, r, id, title, f, "")
	default:
		s.Pages.Error(w, r, err)
	}
}

// postRemove answers a button that marks a document as entered in error.
func (s *Service) postRemove(remove func(ctx context.Context, person, doc db.ID) error, back string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, doc, ok := s.target(w, r)
		if !ok {
			return
		}
		if err := remove(r.Context(), id, doc); err != nil {
			s.Pages.Error(w, r, err)
			return
		}
		s.Pages.Redirect(w, r, personPath(id)+back, page.M("people.removed"))
	}
}

func personPath(id db.ID) string { return "/people/" + id.String() }

func familyPath(id db.ID) string { return "/families/" + id.String() }

// button is a form of one button.
func button(action, key string, danger bool, hidden ...page.Field) *page.Form {
	return &page.Form{Action: action, Submit: page.M(key), Danger: danger, Fields: hidden}
}

func hidden(name, v string) page.Field { return page.Field{Kind: page.Hidden, Name: name, Value: v} }

// readBase reads the version that a form was shown with.
func readBase(v url.Values) (journal.Base, error) {
	b, err := journal.ParseBase(v.Get("base"))
	if err != nil {
		return b, fault.New(fault.Invalid, "people.form", "people.error.form_id")
	}
	return b, nil
}

// formID reads the id of a new document from a form.
func formID(v url.Values) (db.ID, error) {
	id, err := db.ParseID(v.Get("id"))
	if err != nil {
		return id, fault.New(fault.Invalid, "people.form", "people.error.form_id")
	}
	return id, nil
}

// Options of choices.

// choices are the options of a closed list, whose words are prefix + value.
func choices[T ~string](prefix string, list []T) []page.Option {
	out := make([]page.Option, len(list))
	for i, v := range list {
		out[i] = page.Option{Value: string(v), Label: page.M(prefix + string(v))}
	}
	return out
}

func countries(locale string) []page.Option {
	var out []page.Option
	for _, p := range place.Sorted(locale) {
		out = append(out, page.Option{Value: p.Code, Label: page.Words(p.Name)})
	}
	return out
}

// nationalities are the countries and the nationalities that ICAO codes beside them.
func nationalities(locale string) []page.Option {
	out := countries(locale)
	for _, p := range place.Specials() {
		if isNationality(p.Code) && !p.Somewhere() {
			out = append(out, page.Option{Value: p.Code, Label: page.Words(p.Name)})
		}
	}
	return out
}

func issuers(locale string) []page.Option {
	var out []page.Option
	for _, p := range place.Issuers(locale) {
		out = append(out, page.Option{Value: p.Code, Label: page.Words(p.Name)})
	}
	return out
}

func languages(locale string) []page.Option {
	var out []page.Option
	for _, l := range place.Languages(locale) {
		out = append(out, page.Option{Value: l.Code, Label: page.Words(l.Name)})
	}
	return out
}

func yesNo() []page.Option {
	return []page.Option{{Value: "yes", Label: page.TruthMsg(value.Yes)}, {Value: "no", Label: page.TruthMsg(value.No)}}
}

func yesNoUnknown() []page.Option {
	return append(yesNo(), page.Option{Value: "unknown", Label: page.TruthMsg(value.Unknown)})
}

// placeMsg names a country in the reader's language with its code.
func placeMsg(code string) any {
	p, ok := place.Lookup(code)
	if !ok {
		return page.Code(code)
	}
	return page.Words(func(lang string) string { return p.Name(lang) + " (" + p.Code + ")" })
}

func placeMsgs(codes []string) any {
	if len(codes) == 0 {
		return nil
	}
	out := make([]any, len(codes))
	for i, c := range codes {
		out[i] = placeMsg(c)
	}
	return out
}

func languageMsgs(codes []string) any {
	if len(codes) == 0 {
		return nil
	}
	out := make([]any, len(codes))
	for i, c := range codes {
		out[i] = c
		if l, ok := place.LanguageOf(c); ok {
			out[i] = page.Words(l.Name)
		}
	}
	return out
}

// word is a value of a closed list as a message, nil when it is not known.
func word[T ~string](prefix string, v T) any {
	if v == "" {
		return nil
	}
	return page.M(prefix + string(v))
}

// several reads repeated choices (name, name2, name3 …) without empty ones and
// repeats.
func several(v url.Values, name string) []string {
	var out []string
	for i := 1; i <= maxList+1; i++ {
		n := strings.TrimSpace(v.Get(numbered(name, i)))
		if n != "" && !contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// numbered is the name of the i-th of several fields: name, name2, name3 …
func numbered(name string, i int) string {
	if i == 1 {
		return name
	}
	return name + strconv.Itoa(i)
}

// text reads a typed text without blanks around it.
func text(v url.Values, name string) string { return strings.TrimSpace(v.Get(name)) }

// truth reads yes, no, refused; anything else is not known.
func truth(v url.Values, name string) value.Truth {
	t, _ := value.ParseTruth(v.Get(name))
	return t
}

// dateOf reads a date field and notes what is wrong with it.
func dateOf(v url.Values, name string, on calendar.Day, errs *[]error) calendar.Date {
	d, err := page.ReadDate(v, name, on)
	if err != nil {
		*errs = append(*errs, err)
	}
	return d
}

// join2 joins what reading a form found with what the service says.
func join2(errs []error, err error) error {
	if err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// discard reads what is left of a body that was refused, within reason, so that
// the browser shows the answer instead of a broken connection.
func discard(r *http.Request) { _, _ = io.CopyN(io.Discard, r.Body, 80<<20) }
