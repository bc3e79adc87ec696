package stewardship

import (
	"net"
	"net/http"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func complaintForm(id db.ID) *page.Form {
	return &page.Form{Action: access.PathComplaint, Submit: page.M("stewardship.complaint.send"), Fields: []page.Field{
		{Kind: page.Hidden, Name: "id", Value: id.String()},
		{Kind: page.Radios, Name: "about", Label: page.M("stewardship.complaint.about"), Options: page.OptionsOf(Abouts, "stewardship.about.")},
		{Kind: page.LongText, Name: "words", Label: page.M("stewardship.complaint.words"), Hint: page.M("stewardship.complaint.words_hint"), Max: longWords, Rows: 8},
		{Kind: page.Text, Name: "where", Label: page.M("stewardship.complaint.where"), Max: 200, Optional: true},
		{Kind: page.Text, Name: "contact", Label: page.M("stewardship.complaint.contact"), Hint: page.M("stewardship.complaint.contact_hint"), Max: 300, Optional: true},
	}}
}

func complaintView(f *page.Form) page.Sheet {
	return page.Sheet{Lead: page.M("stewardship.complaint.lead"),
		Notes:   []page.Callout{{Level: page.Info, Text: []page.Msg{page.M("stewardship.complaint.safe"), page.M("stewardship.complaint.care")}}},
		Actions: []page.Link{{Href: access.PathComplaint + "/follow", Text: page.M("stewardship.follow.title")}}, Parts: []page.Part{{Form: f}}}
}

func (s *Service) getComplaint(w http.ResponseWriter, r *http.Request) {
	f := complaintForm(db.NewID())
	s.Pages.Sheet(w, r, page.Page{Title: "stewardship.complaint.title"}, complaintView(f), f)
}

// address bounds how many complaints come in; it is never stored.
func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

func (s *Service) postComplaint(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := complaintForm(db.ID{})
	f.Fill(r.PostForm)
	id, err := db.ParseID(r.PostForm.Get("id"))
	if err != nil {
		s.Pages.Error(w, r, fault.New(fault.Invalid, "stewardship.complaint", "page.error.body"))
		return
	}
	code, err := s.File(r.Context(), Complaint{ID: id, About: About(r.PostForm.Get("about")), Where: r.PostForm.Get("where"), Words: r.PostForm.Get("words"),
		Contact: r.PostForm.Get("contact"), Lang: page.LocaleOf(r).Code}, address(r))
	if err != nil {
		if !f.Fail(err) {
			s.Pages.Error(w, r, err)
			return
		}
		s.Pages.Sheet(w, r, page.Page{Title: "stewardship.complaint.title"}, complaintView(f), f)
		return
	}
	// Shown here and nowhere again: a code in a URL or a cookie would stay in the
	// browser of a shared computer.
	s.Pages.Sheet(w, r, page.Page{Title: "stewardship.complaint.thanks", Return: access.PathComplaint}, thanksView(code), nil)
}

func thanksView(code string) page.Sheet {
	return page.Sheet{Lead: page.M("stewardship.complaint.thanks_lead"), Rows: page.Summary{{Label: page.M("stewardship.complaint.code"), Value: page.Code(code)}},
		Notes:   []page.Callout{{Level: page.Wait, Text: []page.Msg{page.M("stewardship.complaint.keep")}}},
		Actions: []page.Link{{Href: access.PathComplaint + "/follow", Text: page.M("stewardship.follow.title")}}}
}

func followForm() *page.Form {
	return &page.Form{Action: access.PathComplaint + "/follow", Submit: page.M("stewardship.follow.look"), Fields: []page.Field{
		{Kind: page.Text, Name: "code", Label: page.M("stewardship.complaint.code"), Dir: "ltr", Width: 20, Max: 30},
	}}
}

func (s *Service) getFollow(w http.ResponseWriter, r *http.Request) {
	f := followForm()
	s.Pages.Sheet(w, r, page.Page{Title: "stewardship.follow.title"}, page.Sheet{Lead: page.M("stewardship.follow.lead"), Parts: []page.Part{{Form: f}}}, f)
}

func (s *Service) postFollow(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := followForm()
	c, err := s.Follow(r.Context(), r.PostForm.Get("code"), address(r))
	if err != nil {
		if !f.Fail(err) {
			s.Pages.Error(w, r, err)
			return
		}
		s.Pages.Sheet(w, r, page.Page{Title: "stewardship.follow.title"}, page.Sheet{Lead: page.M("stewardship.follow.lead"), Parts: []page.Part{{Form: f}}}, f)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "stewardship.follow.title", Return: access.PathComplaint + "/follow"}, page.Sheet{Rows: followRows(c)}, nil)
}

func followRows(c Complained) page.Summary {
	state := page.Tag{Level: page.Wait, Text: page.M("stewardship.follow.open")}
	switch {
	case c.Answer != Open:
		state = page.Tag{Level: page.Done, Text: page.M("stewardship.follow.answered")}
	case c.Passed:
		state = page.Tag{Level: page.Info, Text: page.M("stewardship.follow.passed")}
	}
	rows := page.Summary{{Label: page.M("stewardship.clock.title"), Value: state}}
	if c.Answer != Open {
		rows = append(rows, page.Row{Label: page.M("stewardship.answer.reply"), Value: c.Reply})
	}
	return rows
}

func (s *Service) getComplaints(w http.ResponseWriter, r *http.Request) {
	list, err := s.Complaints(r.Context())
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "stewardship.complaints.title", Wide: true}, page.Sheet{Lead: page.M("stewardship.complaints.lead"), Table: s.complaintTable(list)}, nil)
}

func (s *Service) complaintTable(list []Complaint) *page.Table {
	t := &page.Table{Columns: []page.Column{
		{Label: page.M("stewardship.complaints.received")}, {Label: page.M("stewardship.clock.title")}, {Label: page.M("stewardship.complaint.about")},
		{Label: page.M("stewardship.complaint.where"), Wide: true}, {Label: page.M("stewardship.rights.open"), Hide: true},
	}, Empty: page.Empty{Title: page.M("stewardship.complaints.none")}}
	for _, c := range list {
		t.Rows = append(t.Rows, []page.Cell{c.Received, clockTag(ComplaintClock(c, s.Clock())), page.M("stewardship.about." + string(c.About)), c.Where,
			page.Link{Href: "/complaints/" + c.ID.String(), Text: page.M("stewardship.rights.open")}})
	}
	return t
}

func (s *Service) getOneComplaint(w http.ResponseWriter, r *http.Request) {
	id, err := page.PathID(r, "id")
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.showComplaint(w, r, id, answerForm("/complaints/"+id.String()+"/answer"))
}

func (s *Service) showComplaint(w http.ResponseWriter, r *http.Request, id db.ID, f *page.Form) {
	c, err := s.OpenComplaint(r.Context(), id)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	v := page.Sheet{Rows: complaintRows(c, ComplaintClock(c, s.Clock()))}
	if c.Answer == Open {
		if c.About == AboutExploitation && c.Forwarded.IsZero() {
			v.Parts = append(v.Parts, page.Part{Title: page.M("stewardship.complaints.forward"), Lead: page.M("stewardship.complaints.forward_lead"),
				Form: &page.Form{Action: "/complaints/" + id.String() + "/forward", Submit: page.M("stewardship.complaints.forwarded"), Compact: true}})
		}
		v.Parts = append(v.Parts, page.Part{Title: page.M("stewardship.answer.heading"), Lead: page.M("stewardship.complaints.answer_lead"), Form: f})
	}
	s.Pages.Sheet(w, r, page.Page{Title: "stewardship.complaints.one", Back: page.Link{Href: "/complaints", Text: page.M("stewardship.complaints.title")}}, v, f)
}

func complaintRows(c Complaint, clock Clock) page.Summary {
	rows := page.Summary{
		{Label: page.M("stewardship.complaints.received"), Value: c.Received}, {Label: page.M("stewardship.clock.title"), Value: clockTag(clock)},
		{Label: page.M("stewardship.complaint.about"), Value: page.M("stewardship.about." + string(c.About))},
		{Label: page.M("stewardship.complaint.where"), Value: c.Where}, {Label: page.M("stewardship.complaint.words"), Value: c.Words},
		{Label: page.M("stewardship.complaint.contact"), Value: c.Contact},
	}
	if !c.Forwarded.IsZero() {
		rows = append(rows, page.Row{Label: page.M("stewardship.complaints.forwarded_on"), Value: c.Forwarded})
	}
	if c.Answer != Open {
		rows = append(rows, page.Row{Label: page.M("stewardship.answer.title"), Value: page.M("stewardship.answer." + string(c.Answer))},
			page.Row{Label: page.M("stewardship.answer.reply"), Value: c.Reply}, page.Row{Label: page.M("stewardship.answer.on"), Value: c.Answered})
	}
	return rows
}

func (s *Service) postForward(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err == nil {
		err = s.Forward(r.Context(), id)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Redirect(w, r, "/complaints/"+id.String(), page.M("stewardship.complaints.forward_saved"))
}

func (s *Service) postSettle(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	f := answerForm("/complaints/" + id.String() + "/answer")
	if err == nil {
		f.Fill(r.PostForm)
		err = s.Settle(r.Context(), id, Answer(r.PostForm.Get("answer")), r.PostForm.Get("reply"))
	}
	switch {
	case err == nil:
		s.Pages.Redirect(w, r, "/complaints/"+id.String(), page.M("stewardship.answer.saved"))
	case !id.IsZero() && f.Fail(err):
		s.showComplaint(w, r, id, f)
	default:
		s.Pages.Error(w, r, err)
	}
}
