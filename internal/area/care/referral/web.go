package referral

import (
	"net/http"
	"time"

	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

const (
	// ListPath is what waits for an answer and what was answered.
	ListPath = "/referrals"
	newPath  = "/referrals/new"
	// PathReply is the bare form on which a place without Godwit answers. It needs no
	// account, and shows nothing about anybody.
	PathReply = "/referred"
)

// Routes adds this area's pages.
func (s *Service) Routes(mux *http.ServeMux) {
	for pattern, h := range map[string]http.HandlerFunc{
		"GET /referrals":                    s.getList,
		"GET /referrals/new":                s.getNew,
		"POST /referrals/new":               s.postNew,
		"GET /referrals/{id}":               s.getOne,
		"POST /referrals/{id}":              s.postStep,
		"POST /referrals/{id}/print/letter": s.postLetter,
		"GET " + PathReply:                  s.getReply,
		"POST " + PathReply:                 s.postReply,
	} {
		mux.HandleFunc(pattern, h)
	}
}

// Path is the page of a referral.
func Path(id db.ID) string { return ListPath + "/" + id.String() }

func listLink() page.Link { return page.Link{Href: ListPath, Text: page.M("referral.title")} }

// nameOf is what a list calls somebody.
func nameOf(b people.Brief) string {
	for _, name := range []string{b.Original, b.Latin, b.Wristband, b.Code} {
		if name != "" {
			return name
		}
	}
	return "?"
}

func (s *Service) getList(w http.ResponseWriter, r *http.Request) {
	list, err := s.List(r.Context(), page.LocaleOf(r).Code)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "referral.title", Wide: true}, listSheet(list), nil)
}

func listSheet(l Lists) page.Sheet {
	v := page.Sheet{Lead: page.M("referral.lead"), Parts: []page.Part{
		{Title: page.M("referral.received"), Table: table(l.Received, "referral.none_received")},
		{Title: page.M("referral.sent"), Table: table(l.Sent, "referral.none_sent")},
		{Title: page.M("referral.answered"), Table: table(l.Answered, "referral.none_answered")},
	}}
	if l.More {
		v.Notes = append(v.Notes, page.Callout{Level: page.Wait, Text: []page.Msg{page.M("referral.more", "count", mostListed)}})
	}
	return v
}

func table(list []Opened, empty string) *page.Table {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("referral.q.person"), Wide: true}, {Label: page.M("referral.l.urgency")}, {Label: page.M("referral.q.way"), Wide: true},
		{Label: page.M("referral.q.state")}, {Label: page.M("referral.q.due")}}, Empty: page.Empty{Title: page.M(empty)}}
	for _, o := range list {
		other := o.ToName
		if !o.AsSender {
			other = o.FromName
		}
		t.Rows = append(t.Rows, []page.Cell{[]any{page.Link{Href: Path(o.ID), Name: nameOf(o.Who)}, page.Code(o.Who.Code)}, urgencyTag(o.Referral), other, stateTags(o), o.Due})
	}
	return t
}

// urgencyTag is how soon somebody is to be seen; a word beside every colour.
func urgencyTag(r Referral) page.Tag {
	level := page.Quiet
	switch r.Urgency {
	case "emergency":
		level = page.Danger
	case "same_day":
		level = page.Wait
	}
	return page.Tag{Level: level, Text: page.M("referral.urgency." + r.Urgency)}
}

// stateTag is how a referral stands.
func stateTag(r Referral, now time.Time) page.Tag {
	k := r.State()
	switch {
	case r.Overdue(now):
		return page.Tag{Level: page.Danger, Text: page.M("referral.state.overdue")}
	case k == "":
		return page.Tag{Level: page.Wait, Text: page.M("referral.state.sent")}
	case k == Result:
		return page.Tag{Level: page.Done, Text: page.M("referral.step.result")}
	case k == Declined || k == NotCome:
		return page.Tag{Level: page.Danger, Text: page.M("referral.step." + string(k))}
	case k == Cancelled:
		return page.Tag{Level: page.Quiet, Text: page.M("referral.step.cancelled")}
	}
	return page.Tag{Level: page.Wait, Text: page.M("referral.step." + string(k))}
}

// stateTags adds what makes waiting useless: a site that was closed answers nobody.
func stateTags(o Opened) any {
	tags := []any{stateTag(o.Referral, o.Now)}
	if o.ToClosed && !o.State().Answers() {
		tags = append(tags, page.Tag{Level: page.Danger, Text: page.M("referral.state.closed")})
	}
	return tags
}

// newForm asks what a referral says. Nothing that the record holds is ticked in advance.
func newForm(id db.ID, d Draft, lang string) *page.Form {
	sites := page.Field{Kind: page.Select, Name: "to_site", Label: page.M("referral.q.to_site"), Hint: page.M("referral.q.to_site_hint"), Optional: true, Options: []page.Option{{Value: "", Label: page.M("referral.choose")}}}
	for _, x := range d.Sites {
		o := page.Option{Value: x.Code, Label: page.Words(x.Name)}
		if x.Closed {
			o.Label = page.M("referral.closed_site", "site", page.Words(x.Name))
		}
		sites.Options = append(sites.Options, o)
	}
	urgency := page.Field{Kind: page.Radios, Name: "urgency", Label: page.M("referral.q.urgency")}
	for _, u := range d.Urgencies {
		urgency.Options = append(urgency.Options, page.Option{Value: u.Code, Label: page.M("referral.urgency." + u.Code), Hint: page.M("referral.within", "count", int(u.Within.Hours()))})
	}
	fields := []page.Field{
		{Kind: page.Hidden, Name: "id", Value: id.String()}, {Kind: page.Hidden, Name: "person", Value: d.Person.String()},
		urgency,
		{Kind: page.Radios, Name: "to", Label: page.M("referral.q.to"), Options: page.OptionsOf(Tos, "referral.to.")},
		sites,
		{Kind: page.Radios, Name: "agreed", Label: page.M("referral.q.agreed"), Hint: page.M("referral.q.agreed_hint"), Inline: true, Optional: true,
			Options: []page.Option{{Value: "yes", Label: page.M("referral.yes")}, {Value: "no", Label: page.M("referral.no")}}},
		{Kind: page.Text, Name: "to_name", Label: page.M("referral.q.to_name"), Hint: page.M("referral.q.to_name_hint"), Dir: "auto", Max: longName, Optional: true},
		{Kind: page.LongText, Name: "reason", Label: page.M("referral.q.reason"), Max: longText, Rows: 3},
		{Kind: page.LongText, Name: "done", Label: page.M("referral.q.done"), Max: longText, Rows: 3, Optional: true},
	}
	if !d.Encounter.IsZero() {
		fields = append(fields, page.Field{Kind: page.Hidden, Name: "encounter", Value: d.Encounter.String()})
	}
	if len(d.Pieces) > 0 {
		include := page.Field{Kind: page.Checks, Name: "include", Label: page.M("referral.q.include"), Hint: page.M("referral.q.include_hint"), Optional: true}
		for _, p := range d.Pieces {
			o := page.Option{Value: p.Key, Label: p.msg(lang)}
			if p.Sensitive {
				o.Hint = page.M("referral.sensitive")
			}
			include.Options = append(include.Options, o)
		}
		fields = append(fields, include)
	}
	fields = append(fields, page.Field{Kind: page.Radios, Name: "transport", Label: page.M("referral.q.transport"), Options: page.OptionsOf(Transports, "referral.transport.")})
	return &page.Form{Action: newPath, Submit: page.M("referral.send"), Fields: fields}
}

// msg is a line as one sentence in a language. Its words came with the journal or were
// typed, so they are arguments, which a page isolates.
func (l Line) msg(lang string) page.Msg {
	say := func(m map[string]string) string {
		if w := m[lang]; w != "" {
			return w
		}
		return m["en"]
	}
	switch {
	case !l.Measure.IsZero():
		return page.M("referral.line.measure", "what", say(l.Label), "value", l.Measure, "day", page.DateText(l.Day.Date()))
	case len(l.Label) > 0:
		return page.M("referral.line.labelled", "what", say(l.Label), "words", say(l.Words))
	}
	return page.M("referral.line.words", "words", say(l.Words))
}

func (s *Service) showNew(w http.ResponseWriter, r *http.Request, id, person, encounter db.ID, failed func(*page.Form) bool, err error) {
	d, look := s.Draft(r.Context(), person, encounter)
	if look != nil {
		s.Pages.Error(w, r, look)
		return
	}
	f := newForm(id, d, page.LocaleOf(r).Code)
	if failed != nil && !failed(f) {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "referral.new.title", Banner: d.Banner, Back: page.Link{Href: "/people/" + person.String(), Text: page.M("referral.person")}},
		page.Sheet{Lead: page.M("referral.new.lead"), Form: f}, f)
}

func (s *Service) getNew(w http.ResponseWriter, r *http.Request) {
	person, err := db.ParseID(r.URL.Query().Get("person"))
	if err != nil {
		s.Pages.Error(w, r, fault.New(fault.NotFound, "referral.getNew", "page.error.not_found"))
		return
	}
	encounter, _ := db.ParseID(r.URL.Query().Get("encounter")) // without one it comes from the person's page
	s.showNew(w, r, db.NewID(), person, encounter, nil, nil)
}

func (s *Service) postNew(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	p := r.PostForm
	id, err := db.ParseID(p.Get("id"))
	person, err2 := db.ParseID(p.Get("person"))
	if err != nil || err2 != nil {
		s.Pages.Error(w, r, fault.New(fault.Invalid, "referral.postNew", "page.error.body"))
		return
	}
	encounter, _ := db.ParseID(p.Get("encounter"))
	err = s.Send(r.Context(), Request{ID: id, Person: person, Encounter: encounter, To: To(p.Get("to")), ToSite: p.Get("to_site"), ToName: p.Get("to_name"), Urgency: p.Get("urgency"),
		Reason: p.Get("reason"), Done: p.Get("done"), Include: p["include"], Transport: Transport(p.Get("transport")), Agreed: truth(p.Get("agreed"))})
	if err == nil {
		s.Pages.Redirect(w, r, Path(id), page.M("referral.sent_now"))
		return
	}
	s.showNew(w, r, id, person, encounter, func(f *page.Form) bool { f.Fill(p); return f.Fail(err) }, err)
}
