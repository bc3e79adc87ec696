package referral

import (
	"net"
	"net/http"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// Address is where the page that was asked for is reached from outside.
type Address func(r *http.Request) (string, error)

func (s *Service) getOne(w http.ResponseWriter, r *http.Request) {
	id, err := page.PathID(r, "id")
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.show(w, r, id, nil)
}

func (s *Service) show(w http.ResponseWriter, r *http.Request, id db.ID, failed *page.Form) {
	lang := page.LocaleOf(r).Code
	o, err := s.Look(r.Context(), id, lang)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "referral.one.title", Banner: o.Banner, Back: listLink()}, oneSheet(o, lang, failed), failed)
}

// oneSheet is a referral: how it stands, what was sent, what came of it, and what can be
// said now.
func oneSheet(o Opened, lang string, failed *page.Form) page.Sheet {
	v := page.Sheet{Rows: append(page.Summary{{Label: page.M("referral.q.state"), Value: stateTags(o)}}, sentRows(o)...)}
	if !o.State().Answers() {
		v.Rows = append(v.Rows, page.Row{Label: page.M("referral.q.due"), Value: o.Due})
	}
	v.Notes = notes(o)
	if o.AsSender && o.To == ToAbroad {
		v.Actions = append(v.Actions, page.Link{Href: "/people/" + o.Person.String() + "/handover", Text: page.M("referral.handover")})
	}
	if again := o.State(); o.AsSender && o.MayWrite && (again == Declined || again == NotCome || o.ToClosed && !again.Answers()) {
		v.Actions = append(v.Actions, page.Link{Href: o.again(), Text: page.M("referral.elsewhere")})
	}
	if p := summaryPart(o.Summary, lang); len(p.Rows) > 0 {
		v.Parts = append(v.Parts, p)
	}
	v.Parts = append(v.Parts, stepsPart(o.Steps))
	if o.State().Answers() {
		return v
	}
	if o.MayWrite {
		f := failed
		if f == nil {
			f = stepForm(o)
		}
		lead := page.M("referral.say_lead")
		if o.AsSender {
			lead = page.M("referral.say_paper_lead")
		}
		v.Parts = append(v.Parts, page.Part{Title: page.M("referral.say"), Lead: lead, Form: f})
	}
	if o.MayPrint {
		v.Parts = append(v.Parts, page.Part{Title: page.M("referral.letter.title"), Lead: page.M("referral.letter.lead"), Form: letterForm(o.ID, lang)})
	}
	return v
}

// again is the way to send the same person somewhere else, from the same encounter.
func (o Opened) again() string {
	to := newPath + "?person=" + o.Person.String()
	if !o.Encounter.IsZero() {
		to += "&encounter=" + o.Encounter.String()
	}
	return to
}

// notes say what somebody must know who waits for an answer.
func notes(o Opened) (out []page.Callout) {
	k := o.State()
	switch {
	case k.Answers():
	case o.ToClosed:
		out = append(out, page.Callout{Level: page.Danger, Title: page.M("referral.state.closed"), Text: []page.Msg{page.M("referral.closed_text")}})
	case o.Overdue(o.Now):
		out = append(out, page.Callout{Level: page.Danger, Title: page.M("referral.state.overdue"), Text: []page.Msg{page.M("referral.overdue_text", "at", o.Due)}})
	}
	if !o.Shared() && o.AsSender && !k.Answers() {
		out = append(out, page.Callout{Level: page.Info, Text: []page.Msg{page.M("referral.by_letter")}})
	}
	if !o.AsSender && o.Banner == nil {
		out = append(out, page.Callout{Level: page.Info, Text: []page.Msg{page.M("referral.record_shut")}})
	}
	return out
}

// sentRows is what was sent.
func sentRows(o Opened) page.Summary {
	rows := page.Summary{{Label: page.M("referral.l.urgency"), Value: urgencyTag(o.Referral)}, {Label: page.M("referral.q.from"), Value: o.FromName}, {Label: page.M("referral.l.to"), Value: []any{o.ToName, page.M("referral.to." + string(o.To))}},
		{Label: page.M("referral.q.at"), Value: o.At}, {Label: page.M("referral.l.reason"), Value: o.Reason}}
	if o.Done != "" {
		rows = append(rows, page.Row{Label: page.M("referral.l.done"), Value: o.Done})
	}
	rows = append(rows, page.Row{Label: page.M("referral.l.transport"), Value: page.M("referral.transport." + string(o.Transport))})
	if o.To == ToSite {
		rows = append(rows, page.Row{Label: page.M("referral.l.agreed"), Value: o.Agreed})
	}
	return rows
}

func summaryPart(lines []Line, lang string) page.Part {
	p := page.Part{Title: page.M("referral.summary")}
	for _, l := range lines {
		p.Rows = append(p.Rows, page.Row{Label: page.M("referral.group." + l.Group), Value: l.msg(lang)})
	}
	return p
}

func stepsPart(steps []Step) page.Part {
	p := page.Part{Title: page.M("referral.steps")}
	if len(steps) == 0 {
		p.Lead = page.M("referral.no_steps")
	}
	for _, t := range steps {
		e := page.Event{When: t.At, What: page.M("referral.step." + string(t.Step))}
		if t.Words != "" {
			e.Detail = t.Words
		}
		if t.How != Here {
			e.State = page.Tag{Text: page.M("referral.how." + string(t.How))}
		}
		p.Timeline = append(p.Timeline, e)
	}
	return p
}

// stepForm asks what became of it: what was said already is not offered again.
func stepForm(o Opened) *page.Form {
	kinds := page.Field{Kind: page.Radios, Name: "step", Label: page.M("referral.q.step")}
	for _, k := range StepKinds {
		if o.mayAdd(k, o.AsSender) == nil {
			kinds.Options = append(kinds.Options, page.Option{Value: string(k), Label: page.M("referral.step." + string(k)), Hint: page.M("referral.step_hint." + string(k))})
		}
	}
	return &page.Form{Action: Path(o.ID), Submit: page.M("referral.tell"), Fields: []page.Field{
		{Kind: page.Hidden, Name: "step_id", Value: db.NewID().String()}, kinds,
		{Kind: page.LongText, Name: "words", Label: page.M("referral.q.words"), Hint: page.M("referral.q.words_hint"), Max: longText, Rows: 3, Optional: true}}}
}

func (s *Service) postStep(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	step, err := db.ParseID(r.PostForm.Get("step_id"))
	if err != nil {
		s.Pages.Error(w, r, fault.New(fault.Invalid, "referral.postStep", "page.error.body"))
		return
	}
	err = s.Say(r.Context(), Said{ID: step, Referral: id, Step: StepKind(r.PostForm.Get("step")), Words: r.PostForm.Get("words")})
	if err == nil {
		s.Pages.Redirect(w, r, Path(id), page.M("referral.told"))
		return
	}
	o, look := s.Look(r.Context(), id, page.LocaleOf(r).Code)
	if look != nil {
		s.Pages.Error(w, r, look)
		return
	}
	f := stepForm(o)
	f.Fill(r.PostForm)
	if !f.Fail(err) {
		s.Pages.Error(w, r, err)
		return
	}
	s.show(w, r, id, f)
}

// letterForm asks in which language the letter is printed: the place's, not the sender's.
func letterForm(id db.ID, lang string) *page.Form {
	f := page.Field{Kind: page.Select, Name: "lang", Label: page.M("referral.letter.lang"), Value: lang}
	for _, l := range page.Locales() {
		f.Options = append(f.Options, page.Option{Value: l.Code, Label: page.Language(l.Code)})
	}
	return &page.Form{Action: Path(id) + "/print/letter", Submit: page.M("referral.letter.print"), Fields: []page.Field{f}}
}

func (s *Service) postLetter(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	lang := page.LocaleOf(r).Code
	for _, l := range page.Locales() {
		if l.Code == r.PostForm.Get("lang") {
			lang = l.Code
		}
	}
	o, code, err := s.Letter(r.Context(), id, lang)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	base := ""
	if s.Address != nil {
		base, _ = s.Address(r) // where nobody outside reaches this installation the letter says so
	}
	v, err := letterSheet(o, code, base, lang)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "referral.letter.title", Bare: true, Lang: lang, Return: Path(id), Back: page.Link{Href: Path(id), Text: page.M("referral.one.title")}}, v, nil)
}

// letterSheet is what the person carries. Its symbol holds the address of the bare page and
// nothing of the person, nor the code: whoever photographs it learns nothing.
func letterSheet(o Opened, code, base, lang string) (page.Sheet, error) {
	v := page.Sheet{Print: true, Rows: append(page.Summary{
		{Label: page.M("referral.q.person"), Value: []any{nameOf(o.Who), o.Who.Latin, page.Code(o.Who.Code)}},
		{Label: page.M("referral.q.sex"), Value: page.Sex(o.Who.Sex).Msg()}, {Label: page.M("referral.q.age"), Value: page.Age(o.Who.Birth, dayNumber(o.At))}}, sentRows(o)...)}
	if o.Who.Latin == "" || o.Who.Latin == nameOf(o.Who) {
		v.Rows[0].Value = []any{nameOf(o.Who), page.Code(o.Who.Code)}
	}
	if p := summaryPart(o.Summary, lang); len(p.Rows) > 0 {
		v.Parts = append(v.Parts, p)
	}
	answer := page.Part{Title: page.M("referral.letter.answer"), Lead: page.M("referral.letter.no_address")}
	if base != "" {
		at := base + PathReply
		answer.Lead = page.M("referral.letter.answer_lead")
		answer.Rows = append(answer.Rows, page.Row{Label: page.M("referral.letter.address"), Value: page.Code(at)})
		sym, err := page.SymbolOf(at, page.M("referral.letter.qr"))
		if err != nil {
			return v, err
		}
		v.Symbol = sym
	}
	answer.Rows = append(answer.Rows, page.Row{Label: page.M("referral.q.code"), Value: page.Code(code)})
	v.Parts = append(v.Parts, answer)
	return v, nil
}

func replyForm() *page.Form {
	return &page.Form{Action: PathReply, Submit: page.M("referral.tell"), Fields: []page.Field{
		{Kind: page.Text, Name: "code", Label: page.M("referral.q.code"), Dir: "ltr", Width: 20, Max: 30, Auto: "off"},
		{Kind: page.Radios, Name: "step", Label: page.M("referral.q.step"), Options: page.OptionsOf(byCode, "referral.step.")},
		{Kind: page.LongText, Name: "words", Label: page.M("referral.q.words"), Hint: page.M("referral.q.words_outside"), Max: longText, Rows: 4, Optional: true}}}
}

func (s *Service) showReply(w http.ResponseWriter, r *http.Request, f *page.Form) {
	s.Pages.Sheet(w, r, page.Page{Title: "referral.reply.title"}, page.Sheet{Lead: page.M("referral.reply.lead"), Parts: []page.Part{{Form: f}}}, f)
}

func (s *Service) getReply(w http.ResponseWriter, r *http.Request) { s.showReply(w, r, replyForm()) }

func (s *Service) postReply(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	p := r.PostForm
	if err := s.AnswerByCode(r.Context(), p.Get("code"), StepKind(p.Get("step")), p.Get("words"), address(r)); err != nil {
		f := replyForm()
		f.Fill(p)
		if !f.Fail(err) {
			s.Pages.Error(w, r, err)
			return
		}
		s.showReply(w, r, f)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "referral.reply.thanks", Return: PathReply}, page.Sheet{Lead: page.M("referral.reply.thanks_lead")}, nil)
}

func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
