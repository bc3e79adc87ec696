package stewardship

import (
	"net/http"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func (s *Service) getRequests(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	v := page.Sheet{Lead: page.M("stewardship.rights.lead")}
	if s.Access.Ever(ctx, access.RightsRecord) {
		v.Actions = append(v.Actions, page.Link{Href: "/rights/new", Text: page.M("stewardship.rights.new")})
	}
	if s.Access.Ever(ctx, access.ErasureRequest) {
		v.Actions = append(v.Actions, page.Link{Href: "/erasures", Text: page.M("stewardship.erasures.title")})
	}
	if s.Access.May(ctx, access.ComplaintRead, access.Resource{}) || s.Access.May(ctx, access.ComplaintUp, access.Resource{}) {
		v.Actions = append(v.Actions, page.Link{Href: "/complaints", Text: page.M("stewardship.complaints.title")})
	}
	v.Actions = append(v.Actions, page.Link{Href: access.PathComplaint, Text: page.M("stewardship.complaint.title")})
	if s.Access.Ever(ctx, access.RightsRead) {
		list, err := s.Requests(ctx)
		if err != nil {
			s.Pages.Error(w, r, err)
			return
		}
		v.Table = requestTable(list, s.today())
	} else if !s.Access.Ever(ctx, access.RightsRecord) {
		s.Pages.Error(w, r, fault.New(fault.Forbidden, "stewardship.rights", "door.forbidden"))
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "stewardship.rights.title", Wide: true}, v, nil)
}

func requestTable(list []Request, today calendar.Day) *page.Table {
	t := &page.Table{Columns: []page.Column{
		{Label: page.M("stewardship.rights.due")}, {Label: page.M("stewardship.clock.title")}, {Label: page.M("stewardship.rights.asked")},
		{Label: page.M("stewardship.rights.person")}, {Label: page.M("stewardship.rights.received")}, {Label: page.M("stewardship.rights.open"), Hide: true},
	}, Empty: page.Empty{Title: page.M("stewardship.rights.none")}}
	for _, q := range list {
		t.Rows = append(t.Rows, []page.Cell{Due(q.Received, q.Extended), clockTag(ClockOf(q, today)), page.M("stewardship.asked." + string(q.Asked)),
			page.Code(people.ShowCode(people.Code(q.Person))), q.Received, page.Link{Href: "/rights/" + q.ID.String(), Text: page.M("stewardship.rights.open")}})
	}
	return t
}

func requestForm(id db.ID, code string) *page.Form {
	f := &page.Form{Action: "/rights/new", Submit: page.M("stewardship.rights.save"), Cancel: page.Link{Href: "/rights", Text: page.M("stewardship.cancel")}, Fields: []page.Field{
		{Kind: page.Hidden, Name: "id", Value: id.String()},
		{Kind: page.Text, Name: "code", Label: page.M("stewardship.rights.code"), Hint: page.M("stewardship.rights.code_hint"), Dir: "ltr", Width: 20, Max: 40, Value: code},
		{Kind: page.Radios, Name: "asked", Label: page.M("stewardship.rights.what"), Options: page.OptionsOf(Askeds, "stewardship.asked.")},
		{Kind: page.Radios, Name: "by", Label: page.M("stewardship.rights.by"), Options: page.OptionsOf(Askers, "stewardship.by.")},
		{Kind: page.Date, Name: "received", Label: page.M("stewardship.rights.received")},
		{Kind: page.LongText, Name: "words", Label: page.M("stewardship.rights.words"), Hint: page.M("stewardship.rights.words_hint"), Max: longWords, Optional: true},
		{Kind: page.LongText, Name: "wanted", Label: page.M("stewardship.rights.wanted"), Hint: page.M("stewardship.rights.wanted_hint"), Max: longWords, Optional: true},
	}}
	return f
}

func (s *Service) getNewRequest(w http.ResponseWriter, r *http.Request) {
	if !s.Access.Ever(r.Context(), access.RightsRecord) {
		s.Pages.Error(w, r, fault.New(fault.Forbidden, "stewardship.rights", "door.forbidden"))
		return
	}
	code := ""
	if id, err := db.ParseID(r.URL.Query().Get("person")); err == nil {
		code = people.ShowCode(people.Code(id))
	}
	f := requestForm(db.NewID(), code)
	f.Find("received").SetDate(s.today().Date(), s.today())
	s.showNewRequest(w, r, f)
}

func (s *Service) showNewRequest(w http.ResponseWriter, r *http.Request, f *page.Form) {
	s.Pages.Sheet(w, r, page.Page{Title: "stewardship.rights.new"}, page.Sheet{Lead: page.M("stewardship.rights.new_lead"), Parts: []page.Part{{Form: f}}}, f)
}

func (s *Service) postNewRequest(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := requestForm(db.ID{}, "")
	f.Fill(r.PostForm)
	q := Request{Asked: Asked(r.PostForm.Get("asked")), By: Asker(r.PostForm.Get("by")), Words: r.PostForm.Get("words"), Wanted: r.PostForm.Get("wanted")}
	var err error
	if q.ID, err = db.ParseID(r.PostForm.Get("id")); err != nil {
		s.Pages.Error(w, r, fault.New(fault.Invalid, "stewardship.rights", "page.error.body"))
		return
	}
	if q.Received, err = exactDay(r, "received", s.today()); err == nil {
		q.Person, err = s.personOfCode(r.Context(), strings.TrimSpace(r.PostForm.Get("code")))
	}
	if err == nil {
		err = s.Record(r.Context(), q)
	}
	if err != nil {
		if !f.Fail(err) {
			s.Pages.Error(w, r, err)
			return
		}
		s.showNewRequest(w, r, f)
		return
	}
	to := "/rights"
	if s.Access.Ever(r.Context(), access.RightsRead) {
		to += "/" + q.ID.String()
	}
	s.Pages.Redirect(w, r, to, page.M("stewardship.rights.saved"))
}

// exactDay reads a date that must be a whole day.
func exactDay(r *http.Request, name string, today calendar.Day) (calendar.Day, error) {
	d, err := page.ReadDate(r.PostForm, name, today)
	if err != nil {
		return 0, err
	}
	day, ok := d.Exact()
	if !ok {
		return 0, fault.Field("stewardship.exactDay", name, "stewardship.error.date")
	}
	return day, nil
}

func extendForm(id db.ID) *page.Form {
	return &page.Form{Action: "/rights/" + id.String() + "/extend", Submit: page.M("stewardship.rights.extend"), Fields: []page.Field{
		{Kind: page.LongText, Name: "why", Label: page.M("stewardship.rights.extend_why"), Max: longReply},
	}}
}

func answerForm(action string) *page.Form {
	return &page.Form{Action: action, Submit: page.M("stewardship.answer.save"), Fields: []page.Field{
		{Kind: page.Radios, Name: "answer", Label: page.M("stewardship.answer.title"), Options: page.OptionsOf(Answers, "stewardship.answer.")},
		{Kind: page.LongText, Name: "reply", Label: page.M("stewardship.answer.reply"), Hint: page.M("stewardship.answer.reply_hint"), Max: longReply},
	}}
}

func (s *Service) getRequest(w http.ResponseWriter, r *http.Request) {
	id, err := page.PathID(r, "id")
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.showRequest(w, r, id, nil)
}

// showRequest shows a request, with one of its forms as it failed.
func (s *Service) showRequest(w http.ResponseWriter, r *http.Request, id db.ID, failed *page.Form) {
	q, err := s.OpenRequest(r.Context(), id)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	b, err := banner(s, r, q.Person)
	if err != nil && !fault.Is(err, fault.NotFound) {
		s.Pages.Error(w, r, err)
		return
	}
	v := page.Sheet{Rows: requestRows(q.Request, s.today())}
	if q.Asked == AskedCopy || q.Asked == AskedLooked {
		v.Actions = copyLinks(s, r, q.Person)
	}
	if q.Asked == AskedErasure && s.Access.Ever(r.Context(), access.ErasureRequest) {
		v.Actions = append(v.Actions, page.Link{Href: "/erasures/new?person=" + q.Person.String(), Text: page.M("stewardship.erasures.new")})
	}
	v.Parts = s.requestParts(q, failed)
	s.Pages.Sheet(w, r, page.Page{Title: "stewardship.rights.one", Banner: b, Back: page.Link{Href: "/rights", Text: page.M("stewardship.rights.title")}}, v, failed)
}

func (s *Service) requestParts(q RequestView, failed *page.Form) []page.Part {
	var parts []page.Part
	pick := func(f *page.Form) *page.Form {
		if failed != nil && failed.Action == f.Action {
			return failed
		}
		return f
	}
	if q.MayDecide && q.Answer == Open {
		parts = append(parts, page.Part{Title: page.M("stewardship.answer.heading"), Form: pick(answerForm("/rights/" + q.ID.String() + "/answer"))})
		if !q.Extended && MayExtend(q.Received, s.today()) {
			parts = append(parts, page.Part{Title: page.M("stewardship.rights.extend"), Lead: page.M("stewardship.rights.extend_lead"), Form: pick(extendForm(q.ID))})
		}
	}
	if q.Answer != Open && q.MayDecide {
		for _, t := range q.ToTell {
			parts = append(parts, page.Part{Lead: page.M("stewardship.tell.who", "who", toCell(t.Recipient), "what", t.Route), Form: &page.Form{
				Action: "/rights/" + q.ID.String() + "/tell", Submit: page.M("stewardship.tell.done"), Compact: true,
				Fields: []page.Field{{Kind: page.Hidden, Name: "route", Value: t.Route}, {Kind: page.Hidden, Name: "recipient", Value: t.Recipient}}}})
		}
		if len(parts) > 0 {
			parts[0].Title = page.M("stewardship.tell.title")
		}
	}
	return parts
}

func requestRows(q Request, today calendar.Day) page.Summary {
	rows := page.Summary{
		{Label: page.M("stewardship.rights.what"), Value: page.M("stewardship.asked." + string(q.Asked))},
		{Label: page.M("stewardship.rights.by"), Value: page.M("stewardship.by." + string(q.By))},
		{Label: page.M("stewardship.rights.received"), Value: q.Received},
		{Label: page.M("stewardship.rights.due"), Value: []any{Due(q.Received, q.Extended), clockTag(ClockOf(q, today))}},
	}
	add := func(label, text string) {
		if text != "" {
			rows = append(rows, page.Row{Label: page.M(label), Value: text})
		}
	}
	add("stewardship.rights.words", q.Words)
	add("stewardship.rights.wanted", q.Wanted)
	add("stewardship.rights.extend_why", q.ExtendedWhy)
	if q.Answer != Open {
		rows = append(rows, page.Row{Label: page.M("stewardship.answer.title"), Value: page.M("stewardship.answer." + string(q.Answer))},
			page.Row{Label: page.M("stewardship.answer.on"), Value: q.Answered})
		add("stewardship.answer.reply", q.Reply)
	}
	if q.Statement {
		rows = append(rows, page.Row{Label: page.M("stewardship.answer.statement_label"), Value: page.M("stewardship.answer.statement")})
	}
	for _, t := range q.Told {
		rows = append(rows, page.Row{Label: page.M("stewardship.tell.told"), Value: []any{toCell(t.Recipient), t.On}})
	}
	return rows
}

func (s *Service) postExtend(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err == nil {
		err = s.Extend(r.Context(), id, r.PostForm.Get("why"))
	}
	s.afterRequest(w, r, id, extendForm(id), err, "stewardship.rights.extended")
}

func (s *Service) postAnswer(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err == nil {
		err = s.Answered(r.Context(), id, Answer(r.PostForm.Get("answer")), r.PostForm.Get("reply"))
	}
	s.afterRequest(w, r, id, answerForm("/rights/"+id.String()+"/answer"), err, "stewardship.answer.saved")
}

func (s *Service) postTell(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err == nil {
		err = s.Tell(r.Context(), id, r.PostForm.Get("route"), r.PostForm.Get("recipient"))
	}
	s.afterRequest(w, r, id, &page.Form{}, err, "stewardship.tell.saved")
}

func (s *Service) afterRequest(w http.ResponseWriter, r *http.Request, id db.ID, f *page.Form, err error, done string) {
	if err == nil {
		s.Pages.Redirect(w, r, "/rights/"+id.String(), page.M(done))
		return
	}
	f.Fill(r.PostForm)
	if id.IsZero() || !f.Fail(err) {
		s.Pages.Error(w, r, err)
		return
	}
	s.showRequest(w, r, id, f)
}
