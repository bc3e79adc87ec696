package campaign

import (
	"embed"
	"net/http"
	"net/url"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/programme/listed"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

//go:embed locales
var files embed.FS

// Pages are the pages and words of this package.
func Pages() page.Area { return page.Area{Name: "campaign", Templates: files, Locales: files} }

const (
	listPath    = "/campaigns"
	rumoursPath = "/rumours"
)

// Routes adds this package's pages.
func (s *Service) Routes(mux *http.ServeMux) {
	for pattern, h := range map[string]http.HandlerFunc{
		"GET /campaigns":                         s.getList,
		"GET /campaigns/new":                     s.getNew,
		"POST /campaigns/new":                    s.postNew,
		"GET /campaigns/{id}":                    s.getOne,
		"GET /campaigns/{id}/change":             s.getChange,
		"POST /campaigns/{id}/change":            s.postChange,
		"GET /campaigns/{id}/messages":           s.getWrite,
		"POST /campaigns/{id}/messages":          s.postWrite,
		"GET /campaigns/{id}/activities":         s.getAct,
		"POST /campaigns/{id}/activities":        s.postAct,
		"GET /campaigns/{id}/cascade":            s.getScreen,
		"POST /campaigns/{id}/cascade":           s.postScreen,
		"GET /campaign/messages/{id}":            s.getMessage,
		"POST /campaign/messages/{id}/versions":  s.postReword,
		"POST /campaign/messages/{id}/approve":   s.postApprove,
		"POST /campaign/messages/{id}/withdraw":  s.postWithdraw,
		"GET /campaign/activities/{id}":          s.getActivity,
		"POST /campaign/activities/{id}/mistake": s.postStrike,
		"GET /rumours":                           s.getRumours,
		"GET /rumours/new":                       s.getTell,
		"POST /rumours/new":                      s.postTell,
		"GET /rumours/{id}":                      s.getRumour,
		"POST /rumours/{id}/heard":               s.postHeard,
		"POST /rumours/{id}/step":                s.postStep,
		"POST /rumours/{id}/signal":              s.postSignal,
	} {
		mux.HandleFunc(pattern, h)
	}
}

func campaignPath(id db.ID) string { return listPath + "/" + id.String() }
func messagePath(id db.ID) string  { return "/campaign/messages/" + id.String() }
func activityPath(id db.ID) string { return "/campaign/activities/" + id.String() }
func rumourPath(id db.ID) string   { return rumoursPath + "/" + id.String() }

func listLink() page.Link { return page.Link{Href: listPath, Text: page.M("campaign.title")} }

func backTo(c Campaign) page.Link { return page.Link{Href: campaignPath(c.ID), Name: c.Name} }

// shown answers a post: where it leads, or the form again with what is wrong.
func (s *Service) shown(w http.ResponseWriter, r *http.Request, err error, to, done string, f *page.Form, again func()) {
	if err == nil {
		s.Pages.Redirect(w, r, to, page.M(done))
		return
	}
	if f == nil {
		s.Pages.Error(w, r, err)
		return
	}
	f.Fill(r.PostForm)
	if !f.Fail(err) {
		s.Pages.Error(w, r, err)
		return
	}
	again()
}

func (s *Service) getList(w http.ResponseWriter, r *http.Request) {
	l, err := s.List(r.Context())
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "campaign.title", Wide: true}, listView(l), nil)
}

func listView(l Listed) page.Sheet {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("campaign.q.name"), Wide: true}, {Label: page.M("campaign.q.topic")}, {Label: page.M("campaign.q.from")}, {Label: page.M("campaign.q.to")}, {Label: page.M("campaign.state")}},
		Empty: page.Empty{Title: page.M("campaign.none"), Text: page.M("campaign.none_text")}}
	for _, c := range l.Campaigns {
		t.Rows = append(t.Rows, []page.Cell{page.Link{Href: campaignPath(c.ID), Name: c.Name}, l.Lists.Topics.Msg(c.Topic), c.From.Date(), endOf(c), stateOf(c, l.Today)})
	}
	v := page.Sheet{Lead: page.M("campaign.lead"), Table: t}
	if l.Edits {
		v.Actions = append(v.Actions, page.Link{Href: listPath + "/new", Text: page.M("campaign.new")})
	}
	if l.Records {
		v.Actions = append(v.Actions, page.Link{Href: rumoursPath + "/new", Text: page.M("campaign.rumour.new")})
	}
	v.Actions = append(v.Actions, page.Link{Href: rumoursPath, Text: page.M("campaign.rumour.title")})
	if l.More {
		v.Limits = []page.Msg{page.M("campaign.limit.more", "n", mostList)}
	}
	return v
}

func endOf(c Campaign) any {
	if c.To == 0 {
		return page.M("campaign.no_end")
	}
	return c.To.Date()
}

func stateOf(c Campaign, today calendar.Day) page.Tag {
	switch {
	case c.Over(today):
		return page.Tag{Level: page.Quiet, Text: page.M("campaign.is.over")}
	case c.From > today:
		return page.Tag{Level: page.Info, Text: page.M("campaign.is.planned")}
	}
	return page.Tag{Level: page.Done, Text: page.M("campaign.is.running")}
}

// campaignForm asks what a campaign is; its topic is fixed once it is there.
func campaignForm(l Lists, c Campaign, action string, today calendar.Day) *page.Form {
	from := page.Field{Kind: page.Date, Name: "from", Label: page.M("campaign.q.from")}
	to := page.Field{Kind: page.Date, Name: "to", Label: page.M("campaign.q.to"), Optional: true}
	from.SetDate(dateOf(c.From), today)
	to.SetDate(dateOf(c.To), today)
	topic := page.Field{Kind: page.Radios, Name: "topic", Label: page.M("campaign.q.topic"), Value: c.Topic, Options: l.Topics.Options(nil)}
	if c.Site != "" || c.Topic != "" {
		topic.Options = l.Topics.Options(func(it listed.Item) bool { return it.Code == c.Topic })
	}
	many := func(name string, list listed.List, values []string) page.Field {
		return page.Field{Kind: page.Checks, Name: name, Label: page.M("campaign.q." + name), Options: list.Options(nil), Values: values}
	}
	channels := many("channels", l.Channels, c.Channels)
	channels.Hint = page.M("campaign.q.channels_hint")
	return &page.Form{Action: action, Submit: page.M("campaign.save"), Cancel: listLink(), Fields: []page.Field{{Kind: page.Hidden, Name: "id", Value: c.ID.String()}, topic,
		{Kind: page.Text, Name: "name", Label: page.M("campaign.q.name"), Value: c.Name, Max: longName, Dir: "auto", Auto: "off"},
		{Kind: page.LongText, Name: "goal", Label: page.M("campaign.q.goal"), Hint: page.M("campaign.q.goal_hint"), Value: c.Goal, Max: longText, Rows: 2, Optional: true},
		many("audiences", l.Audiences, c.Audiences), many("languages", l.Languages, c.Languages), channels, from, to}}
}

func dateOf(d calendar.Day) calendar.Date {
	if d == 0 {
		return calendar.Date{}
	}
	return d.Date()
}

// readCampaign reads a campaign as it was typed; a date that cannot be is an error.
func (s *Service) readCampaign(typed url.Values, id db.ID) (Campaign, error) {
	c := Campaign{ID: id, Topic: typed.Get("topic"), Name: typed.Get("name"), Goal: typed.Get("goal"), Audiences: typed["audiences"], Languages: typed["languages"], Channels: typed["channels"]}
	var err error
	if c.From, err = s.readDay(typed, "from"); err != nil {
		return c, err
	}
	c.To, err = s.readDay(typed, "to")
	return c, err
}

// readDay reads a day; 0 where none was typed, or one that is not exact.
func (s *Service) readDay(typed url.Values, name string) (calendar.Day, error) {
	d, err := page.ReadDate(typed, name, s.today())
	if err != nil {
		return 0, err
	}
	day, ok := d.Exact()
	if !ok && !d.IsZero() {
		ck := check{op: "campaign.readDay"}
		ck.bad(name, "day")
		return 0, ck.err()
	}
	return day, nil
}

func (s *Service) getNew(w http.ResponseWriter, r *http.Request) {
	if err := s.mayPlan(r); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.showNew(w, r, campaignForm(s.lists, Campaign{ID: db.NewID()}, listPath+"/new", s.today()))
}

func (s *Service) showNew(w http.ResponseWriter, r *http.Request, f *page.Form) {
	s.Pages.Sheet(w, r, page.Page{Title: "campaign.new", Back: listLink()}, page.Sheet{Form: f}, f)
}

func (s *Service) postNew(w http.ResponseWriter, r *http.Request) {
	id, err := postedID(w, r)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	c, err := s.readCampaign(r.PostForm, id)
	if err == nil {
		err = s.Save(r.Context(), c)
	}
	f := campaignForm(s.lists, Campaign{ID: id}, listPath+"/new", s.today())
	s.shown(w, r, err, campaignPath(id), "campaign.saved", f, func() { s.showNew(w, r, f) })
}

func (s *Service) getChange(w http.ResponseWriter, r *http.Request) {
	o, ok := s.opened(w, r)
	if !ok {
		return
	}
	s.showChange(w, r, o, campaignForm(s.lists, o.Campaign, campaignPath(o.ID)+"/change", s.today()))
}

func (s *Service) showChange(w http.ResponseWriter, r *http.Request, o Opened, f *page.Form) {
	f.Cancel = backTo(o.Campaign)
	s.Pages.Sheet(w, r, page.Page{Title: "campaign.change", Back: backTo(o.Campaign)}, page.Sheet{Form: f}, f)
}

func (s *Service) postChange(w http.ResponseWriter, r *http.Request) {
	o, ok := s.openedPost(w, r)
	if !ok {
		return
	}
	c, err := s.readCampaign(r.PostForm, o.ID)
	if err == nil {
		err = s.Save(r.Context(), c)
	}
	f := campaignForm(s.lists, o.Campaign, campaignPath(o.ID)+"/change", s.today())
	s.shown(w, r, err, campaignPath(o.ID), "campaign.saved", f, func() { s.showChange(w, r, o, f) })
}

// opened reads the campaign of a path.
func (s *Service) opened(w http.ResponseWriter, r *http.Request) (Opened, bool) {
	id, err := page.PathID(r, "id")
	var o Opened
	if err == nil {
		o, err = s.Open(r.Context(), id)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return o, false
	}
	return o, true
}

func (s *Service) openedPost(w http.ResponseWriter, r *http.Request) (Opened, bool) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		s.Pages.Error(w, r, err)
		return Opened{}, false
	}
	return s.opened(w, r)
}

// postedID reads a form and the id that was made when it was shown.
func postedID(w http.ResponseWriter, r *http.Request) (db.ID, error) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		return db.ID{}, err
	}
	return idIn(r.PostForm)
}

// truthField asks for yes, no or not known; nothing is ticked in advance.
func truthField(name string, optional bool) page.Field {
	f := page.Field{Kind: page.Radios, Name: name, Label: page.M("campaign.q." + name), Inline: true, Optional: optional}
	for _, t := range []value.Truth{value.Yes, value.No, value.Unknown} {
		f.Options = append(f.Options, page.Option{Value: t.String(), Label: page.TruthMsg(t)})
	}
	return f
}
