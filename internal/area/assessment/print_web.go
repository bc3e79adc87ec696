package assessment

import (
	"net/http"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// certificateView is the certificate of clearance: who, for what, until when, by
// whose signature. It holds no result that the destination did not ask for, and
// no reason.
type certificateView struct {
	Destination page.Msg
	Name, Latin string
	Sex         page.Sex
	Born        calendar.Date
	Case        page.Code
	Exam        calendar.Date
	Valid       calendar.Date
	Signed      calendar.Date
	Services    []page.Msg
	Number      page.Code
	Pack        page.Code
	Unconfirmed bool
}

func (s *Service) postCertificate(w http.ResponseWriter, r *http.Request) {
	member, err := pathMember(r)
	if err == nil {
		err = page.ReadForm(w, r, 1<<16)
	}
	var id db.ID
	if err == nil {
		id, err = db.ParseID(r.Form.Get("id"))
		if err != nil {
			err = orNotFound(nil)
		}
	}
	var v *view
	if err == nil {
		v, err = s.Certificate(r.Context(), id, member)
	}
	var b *page.Banner
	if err == nil {
		err = s.DB.Read(r.Context(), func(tx *db.Tx) error {
			b, err = s.People.Banner(r.Context(), tx, v.Member.Person)
			return err
		})
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Render(w, r, page.Page{Template: "assessment/certificate", Title: "assessment.certificate.title", View: certificate(v, b), Bare: true,
		Back: page.Link{Href: memberPath(v), Text: page.M("assessment.back")}, Return: memberPath(v)})
}

func certificate(v *view, b *page.Banner) certificateView {
	out := certificateView{Destination: title(v.Pack), Name: b.Name, Latin: b.Latin, Sex: b.Sex, Born: b.Born, Case: page.Code(v.Case.Number),
		Exam: v.Case.ExamDate, Number: page.Code(v.Clearance.ID.String()), Pack: page.Code(v.Pack.ID + " " + v.Pack.Version), Signed: calendar.DayOfTime(v.Clearance.At).Date()}
	if day, ok := v.Clearance.DayOf(); ok {
		out.Valid = day.Date()
	}
	for _, o := range v.Decision.Outcomes {
		out.Unconfirmed = out.Unconfirmed || o.Unconfirmed && o.Kind == decision.Valid
	}
	// Only that the required services were done, and of those only the ones that
	// say nothing about the person: the destination gets results on its own form.
	for _, it := range v.Plan.Items {
		if it.State == ItemDone && !it.Sensitive {
			out.Services = append(out.Services, words(v.Pack, "service."+it.Code))
		}
	}
	return out
}

// whyView is the sheet "why am I asked?": what, why, by whose rule, who will see
// it, what refusal means. It is for the person, in their language, and it is the
// one print where the person's own sensitive reasons stand.
type whyView struct {
	Destination page.Msg
	Name        string
	Exam        calendar.Date
	Items       []whyItem
	Sees        []page.Msg
	Refusal     page.Msg
}

type whyItem struct {
	What   page.Msg
	Why    []page.Msg
	Source page.Msg
	Note   page.Tag
}

func (s *Service) getWhy(w http.ResponseWriter, r *http.Request) {
	v, b, err := s.memberPage(r, access.ExportWhy)
	if err == nil {
		err = s.Access.Release(r.Context(), Outlets()[1], access.Applicant, v.Member.Person)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Render(w, r, page.Page{Template: "assessment/why", Title: "assessment.why.title", View: why(v, b, s.readerOf(r, v)), Bare: true,
		Back: page.Link{Href: memberPath(v), Text: page.M("assessment.back")}})
}

func why(v *view, b *page.Banner, rd reader) whyView {
	out := whyView{Destination: title(v.Pack), Name: b.Name, Exam: v.Case.ExamDate, Sees: []page.Msg{words(v.Pack, "why.sees")}, Refusal: words(v.Pack, "why.refusal")}
	for _, it := range v.Plan.Items {
		switch it.State {
		case ItemWaived, ItemOffered:
			continue
		}
		out.Items = append(out.Items, whyItem{What: rd.name(v.Pack, it), Why: rd.reasons(v.Pack, it.Rows, it.Sensitive),
			Source: rd.source(v.Pack, it.Rows, it.Sensitive), Note: unconfirmed(it.Unconfirmed)})
	}
	return out
}
