package assessment

import (
	"net/http"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// certificateView is the certificate of clearance: who, for what, until when, by
// whose signature. It holds no result, no reason and no class but one that an
// officer set against the table: the destination gets the results that it asked for
// on its own form.
type certificateView struct {
	Destination page.Msg
	Name, Latin string
	Sex         page.Sex
	Born        calendar.Date
	Document    page.Code // the document people travel on that it was signed with
	Case        page.Code
	Exam        calendar.Date
	Valid       calendar.Date
	Signed      calendar.Date
	Signer      string
	Services    []page.Msg
	Class       page.Msg // set by an officer; what the table finds goes on the destination's own form
	Number      page.Code
	Pack        page.Code
	Unconfirmed bool
}

func (s *Service) postCertificate(w http.ResponseWriter, r *http.Request) {
	v, b, err := s.posted(w, r, access.ExportCertificate)
	var id db.ID
	if err == nil {
		if id, err = db.ParseID(r.Form.Get("id")); err != nil {
			err = orNotFound(nil)
		}
	}
	if err == nil {
		v, err = s.Certificate(r.Context(), id, v.Member.ID)
	}
	signer := ""
	if err == nil {
		err = s.DB.Read(r.Context(), func(tx *db.Tx) error {
			signer, _ = access.UserName(tx, v.Clearance.By)
			return nil
		})
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	view := certificate(v, b)
	view.Signer = signer
	s.Pages.Render(w, r, page.Page{Template: "assessment/certificate", Title: "assessment.certificate.title", View: view, Bare: true,
		Back: page.Link{Href: memberPath(v), Text: page.M("assessment.back")}, Return: memberPath(v)})
}

// certificate lays out what a certificate says. Of the services it names those
// that the destination required, that were done, and that say nothing about the
// person.
func certificate(v *view, b *page.Banner) certificateView {
	out := certificateView{Destination: title(v.Pack), Name: b.Name, Latin: b.Latin, Sex: b.Sex, Born: b.Born, Case: page.Code(v.Case.Number),
		Exam: v.Case.ExamDate, Number: page.Code(v.Clearance.ID.String()), Pack: page.Code(v.Pack.ID + " " + v.Pack.Version),
		Signed: calendar.DayOfTime(v.Clearance.At).Date(), Unconfirmed: validUnconfirmed(v.Decision)}
	if v.Signed != nil {
		out.Pack = page.Code(v.Signed.Pack + " " + v.Signed.Version)
	}
	if out.Name == "" {
		out.Name = b.Wristband
	}
	if doc, ok := v.Clearance.Likeness.document(v.Holder); ok {
		out.Document = page.Code(strings.TrimSpace(doc.Issuer + " " + doc.Number))
	}
	if day, ok := v.Clearance.DayOf(); ok {
		out.Valid = day.Date()
	}
	// A class that may not be named is not hinted at either: a line that stands there
	// only then would tell it.
	if v.Class != "" && classTold(v.Pack, v.Class) {
		out.Class = page.M("assessment.class.officer", "class", words(v.Pack, "classify."+v.Class))
	}
	for _, it := range v.Plan.Items {
		if it.State == ItemDone && !it.Sensitive && !it.Offered {
			out.Services = append(out.Services, words(v.Pack, "service."+it.Code))
		}
	}
	return out
}

// whyView is the sheet "why am I asked?": what, why, by whose rule, who will see
// it, what refusal means. It is for the person, in their language. Whoever prints
// it sees it too: what they may not know is not on it, and the sheet says whom to
// ask.
type whyView struct {
	Destination page.Msg
	Name        string
	Exam        calendar.Date
	Items       []whyItem
	Questions   []page.Msg
	Rule        page.Msg
	Sees        page.Msg
	Refusal     page.Msg
	Hidden      bool
	Langs       []whyLang
}

type whyItem struct {
	What   page.Msg
	Why    []page.Msg
	Source page.Msg
	Note   page.Tag
}

// whyLang is another language to print the sheet in.
type whyLang struct{ Code, Dir, Name, Href string }

func (s *Service) getWhy(w http.ResponseWriter, r *http.Request) {
	v, b, err := s.memberPage(r, access.ExportWhy)
	if err == nil {
		err = s.Access.Release(r.Context(), whyRoute, access.Applicant, v.Member.Person)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	lang := sheetLang(r.URL.Query().Get("lang"), b.Languages, page.LocaleOf(r).Code)
	view := why(v, b, s.readerOf(r.Context(), v))
	for _, l := range page.Locales() {
		if l.Code != lang {
			view.Langs = append(view.Langs, whyLang{l.Code, l.Dir, l.Name, memberPath(v) + "/print/why?lang=" + l.Code})
		}
	}
	s.Pages.Render(w, r, page.Page{Template: "assessment/why", Title: "assessment.why.title", View: view, Bare: true, Lang: lang,
		Back: page.Link{Href: memberPath(v), Text: page.M("assessment.back")}})
}

// sheetLang is the language of a sheet for the person: the one that was asked for,
// the first of the person's that Godwit speaks, else the reader's.
func sheetLang(asked string, persons []string, reader string) string {
	for _, code := range append([]string{asked}, persons...) {
		if slices.ContainsFunc(page.Locales(), func(l page.Locale) bool { return l.Code == code }) {
			return code
		}
	}
	return reader
}

func why(v *view, b *page.Banner, rd reader) whyView {
	out := whyView{Destination: title(v.Pack), Name: b.Name, Exam: v.Case.ExamDate, Rule: wordsIf(v.Pack, "why.rule"),
		Sees: wordsIf(v.Pack, "why.sees"), Refusal: wordsIf(v.Pack, "why.refusal"), Hidden: !rd.sensitive}
	if out.Name == "" {
		out.Name = b.Wristband
	}
	for _, it := range v.Plan.Items {
		if it.State == ItemWaived || it.Offered {
			continue
		}
		out.Items = append(out.Items, whyItem{What: rd.service(v.Pack, it), Why: rd.reasons(v.Pack, it.Rows, it.Sensitive),
			Source: rd.source(v.Pack, it.Rows, it.Sensitive), Note: unconfirmed(it.Unconfirmed)})
	}
	for _, name := range v.Plan.Questions {
		if f, ok := v.Pack.Fact(name); rd.sensitive || !ok || !isSensitive(f.Sensitivity) {
			out.Questions = append(out.Questions, rd.question(v.Pack, name))
		}
	}
	return out
}
