package campaign

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/programme/listed"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func activityPart(o Opened) page.Part {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("campaign.q.day")}, {Label: page.M("campaign.q.place"), Wide: true}, {Label: page.M("campaign.q.channel")}, {Label: page.M("campaign.q.audience")}, {Label: page.M("campaign.q.reached"), Number: true}, {Label: page.M("campaign.q.version")}},
		Empty: page.Empty{Title: page.M("campaign.activity.none")}}
	for i, a := range o.Activities {
		if i == mostRows {
			break
		}
		place := []any{page.Link{Href: activityPath(a.ID), Name: a.Place}}
		if a.Struck {
			place = append(place, page.Tag{Level: page.Danger, Text: page.M("campaign.activity.struck")})
		}
		t.Rows = append(t.Rows, []page.Cell{a.Day.Date(), place, o.Lists.Channels.Msg(a.Channel), o.Lists.Audiences.Msg(a.Audience), countCell(a.Reached), versionCell(o.Messages, a.Version)})
	}
	p := page.Part{Title: page.M("campaign.activity.title"), Table: t}
	if len(o.Activities) > mostRows {
		p.Lead = page.M("campaign.activity.last", "n", mostRows)
	}
	return p
}

// versionCell names a version: the message, its number, and that it was withdrawn since.
func versionCell(messages []Message, id db.ID) any {
	for _, m := range messages {
		if _, ok := m.Version(id); ok {
			out := []any{page.Link{Href: messagePath(m.ID), Name: m.Title}, page.M("campaign.message.number", "n", m.Number(id))}
			if m.StandingOf(id) == Withdrawn {
				out = append(out, standingTag(Withdrawn))
			}
			return out
		}
	}
	return nil
}

// versionOptions are the versions that may be used, with their language.
func versionOptions(o []Message, l Lists) []page.Option {
	var out []page.Option
	for _, m := range o {
		if v, ok := m.Usable(); ok {
			out = append(out, page.Option{Value: v.ID.String(), Text: m.Title, Hint: page.M("campaign.message.option", "language", l.Languages.Msg(m.Language), "n", m.Number(v.ID))})
		}
	}
	return out
}

func activityForm(o Opened, id db.ID, today calendar.Day) *page.Form {
	day := page.Field{Kind: page.Date, Name: "day", Label: page.M("campaign.q.day")}
	day.SetDate(today.Date(), today)
	distinct := truthField("distinct", false)
	distinct.Hint = page.M("campaign.q.distinct_hint")
	f := &page.Form{Action: campaignPath(o.ID) + "/activities", Submit: page.M("campaign.activity.save"), Cancel: backTo(o.Campaign), Fields: []page.Field{{Kind: page.Hidden, Name: "id", Value: id.String()}, day,
		{Kind: page.Text, Name: "place", Label: page.M("campaign.q.place"), Max: longPlace, Dir: "auto", Auto: "off"},
		{Kind: page.Radios, Name: "channel", Label: page.M("campaign.q.channel"), Options: o.Lists.Channels.Options(func(it listed.Item) bool { return contains(o.Channels, it.Code) })},
		{Kind: page.Radios, Name: "version", Label: page.M("campaign.q.version"), Options: versionOptions(o.Messages, o.Lists)},
		{Kind: page.Radios, Name: "audience", Label: page.M("campaign.q.audience"), Options: o.Lists.Audiences.Options(func(it listed.Item) bool { return contains(o.Audiences, it.Code) })},
		{Kind: page.Number, Name: "reached", Label: page.M("campaign.q.reached"), Hint: page.M("campaign.q.reached_hint"), Width: 6, Optional: true}, distinct,
		{Kind: page.Heading, Label: page.M("campaign.activity.groups"), Hint: page.M("campaign.activity.groups_hint")}}}
	for _, sex := range sexes {
		for _, b := range o.Lists.AgeBands {
			f.Fields = append(f.Fields, page.Field{Kind: page.Number, Name: "n-" + groupKey(sex, b.Code), Label: page.M("campaign.q.group", "sex", page.Sex(sex).Msg(), "band", o.Lists.AgeBands.Msg(b.Code)), Width: 6, Optional: true})
		}
	}
	f.Fields = append(f.Fields, page.Field{Kind: page.LongText, Name: "note", Label: page.M("campaign.q.note"), Hint: page.M("campaign.no_names"), Max: longText, Rows: 2, Optional: true})
	return f
}

func (s *Service) getAct(w http.ResponseWriter, r *http.Request) {
	o, ok := s.opened(w, r)
	if !ok {
		return
	}
	if !o.Records {
		s.Pages.Error(w, r, fault.New(fault.Forbidden, "campaign.getAct", "door.forbidden"))
		return
	}
	s.showAct(w, r, o, activityForm(o, db.NewID(), s.today()))
}

func (s *Service) showAct(w http.ResponseWriter, r *http.Request, o Opened, f *page.Form) {
	s.Pages.Sheet(w, r, page.Page{Title: "campaign.activity.new", Back: backTo(o.Campaign)}, actView(o, f), f)
}

func actView(o Opened, f *page.Form) page.Sheet {
	if len(versionOptions(o.Messages, o.Lists)) == 0 {
		return page.Sheet{Notes: []page.Callout{{Level: page.Wait, Text: []page.Msg{page.M("campaign.activity.no_message")}, Links: []page.Link{backTo(o.Campaign)}}}}
	}
	return page.Sheet{Lead: page.M("campaign.activity.lead"), Form: f}
}

func (s *Service) postAct(w http.ResponseWriter, r *http.Request) {
	o, ok := s.openedPost(w, r)
	if !ok {
		return
	}
	x, err := s.readActivity(r.PostForm, o)
	if err == nil {
		err = s.Act(r.Context(), x)
	}
	f := activityForm(o, x.ID, s.today())
	s.shown(w, r, err, campaignPath(o.ID), "campaign.activity.saved", f, func() { s.showAct(w, r, o, f) })
}

func (s *Service) readActivity(typed url.Values, o Opened) (Activity, error) {
	x := Activity{Campaign: o.ID, Place: typed.Get("place"), Channel: typed.Get("channel"), Audience: typed.Get("audience"), Note: typed.Get("note"), Groups: map[string]Count{}}
	x.Distinct, _ = value.ParseTruth(typed.Get("distinct")) // what is no answer is not known
	x.Version, _ = db.ParseID(typed.Get("version"))         // none is chosen: the service says so at its field
	var err error
	if x.ID, err = idIn(typed); err != nil {
		return x, err
	}
	if x.Day, err = s.readDay(typed, "day"); err != nil {
		return x, err
	}
	if x.Reached, err = readCount(typed, "reached"); err != nil {
		return x, err
	}
	for _, key := range groupKeys(s.lists) {
		n, err := readCount(typed, "n-"+key)
		if err != nil {
			return x, err
		}
		if n.Known {
			x.Groups[key] = n
		}
	}
	return x, nil
}

// readCount reads a number of people; nothing typed is not known, and not zero.
func readCount(typed url.Values, name string) (Count, error) {
	text := page.Digits(typed.Get(name))
	if text == "" {
		return Count{}, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > mostCount {
		return Count{}, fault.Field("campaign.readCount", name, "campaign.error.count")
	}
	return Count{N: n, Known: true}, nil
}

func (s *Service) getActivity(w http.ResponseWriter, r *http.Request) { s.showActivity(w, r, nil) }

func (s *Service) showActivity(w http.ResponseWriter, r *http.Request, failed *page.Form) {
	id, err := page.PathID(r, "id")
	var o Opened
	var x Activity
	if err == nil {
		err = s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
			x, err = one(tx, kindActivity, id, asActivity)
			return err
		})
	}
	if err == nil {
		o, err = s.Open(r.Context(), x.Campaign)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	o.Records = s.may(r.Context(), access.CampaignRecord, kindActivity, x.Site) == nil
	s.Pages.Sheet(w, r, page.Page{Title: "campaign.activity.one", Back: backTo(o.Campaign)}, activityView(o, x, failed), failed)
}

func activityView(o Opened, x Activity, failed *page.Form) page.Sheet {
	v := page.Sheet{Rows: page.Summary{{Label: page.M("campaign.q.day"), Value: x.Day.Date()}, {Label: page.M("campaign.q.place"), Value: x.Place}, {Label: page.M("campaign.q.channel"), Value: o.Lists.Channels.Msg(x.Channel)},
		{Label: page.M("campaign.q.version"), Value: versionCell(o.Messages, x.Version)}, {Label: page.M("campaign.q.audience"), Value: o.Lists.Audiences.Msg(x.Audience)},
		{Label: page.M("campaign.q.reached"), Value: countCell(x.Reached)}, {Label: page.M("campaign.q.distinct"), Value: page.TruthMsg(x.Distinct)}}}
	for _, sex := range sexes {
		for _, b := range o.Lists.AgeBands {
			if n := x.Groups[groupKey(sex, b.Code)]; n.Known {
				v.Rows = append(v.Rows, page.Row{Label: page.M("campaign.q.group", "sex", page.Sex(sex).Msg(), "band", o.Lists.AgeBands.Msg(b.Code)), Value: n.N})
			}
		}
	}
	if x.Note != "" {
		v.Rows = append(v.Rows, page.Row{Label: page.M("campaign.q.note"), Value: x.Note})
	}
	switch {
	case x.Struck:
		v.Rows = append(v.Rows, page.Row{Label: page.M("campaign.activity.struck"), Value: x.Why})
	case o.Records:
		f := strikeForm(x.ID)
		if failed != nil {
			f = failed
		}
		v.Parts = []page.Part{{Title: page.M("campaign.activity.strike"), Lead: page.M("campaign.activity.strike_lead"), Form: f}}
	}
	return v
}

func strikeForm(id db.ID) *page.Form {
	return &page.Form{Action: activityPath(id) + "/mistake", Submit: page.M("campaign.activity.strike"), Danger: true, Fields: []page.Field{{Kind: page.LongText, Name: "why", Label: page.M("campaign.q.why"), Max: longText, Rows: 2}}}
}

func (s *Service) postStrike(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := strikeForm(id)
	s.shown(w, r, s.Strike(r.Context(), id, r.PostForm.Get("why")), activityPath(id), "campaign.activity.is_struck", f, func() { s.showActivity(w, r, f) })
}

func cascadeForm(o Opened, id db.ID, today calendar.Day) *page.Form {
	f := &page.Form{Action: campaignPath(o.ID) + "/cascade", Submit: page.M("campaign.cascade.save"), Cancel: backTo(o.Campaign), Fields: []page.Field{{Kind: page.Hidden, Name: "id", Value: id.String()},
		{Kind: page.Text, Name: "place", Label: page.M("campaign.q.place"), Max: longPlace, Dir: "auto", Auto: "off"}}}
	for _, name := range []string{"from", "to"} {
		d := page.Field{Kind: page.Date, Name: name, Label: page.M("campaign.cascade." + name)}
		d.SetDate(calendar.Date{}, today)
		f.Fields = append(f.Fields, d)
	}
	for _, step := range cascadeSteps {
		f.Fields = append(f.Fields, page.Field{Kind: page.Number, Name: step, Label: page.M("campaign.step." + step), Hint: page.M("campaign.step." + step + "_hint"), Width: 6, Optional: true})
	}
	f.Fields = append(f.Fields, page.Field{Kind: page.LongText, Name: "why", Label: page.M("campaign.q.rise"), Hint: page.M("campaign.q.rise_hint"), Max: longText, Rows: 2, Optional: true})
	return f
}

func (s *Service) getScreen(w http.ResponseWriter, r *http.Request) {
	o, ok := s.opened(w, r)
	if !ok {
		return
	}
	if !o.Records || !o.Lists.Cascades(o.Topic) {
		s.Pages.Error(w, r, fault.New(fault.NotFound, "campaign.getScreen", "page.error.not_found"))
		return
	}
	s.showScreen(w, r, o, cascadeForm(o, db.NewID(), s.today()))
}

func (s *Service) showScreen(w http.ResponseWriter, r *http.Request, o Opened, f *page.Form) {
	s.Pages.Sheet(w, r, page.Page{Title: "campaign.cascade.new", Back: backTo(o.Campaign)}, page.Sheet{Lead: page.M("campaign.cascade.form_lead"), Form: f}, f)
}

func (s *Service) postScreen(w http.ResponseWriter, r *http.Request) {
	o, ok := s.openedPost(w, r)
	if !ok {
		return
	}
	x := Cascade{Campaign: o.ID, Place: r.PostForm.Get("place"), Why: r.PostForm.Get("why"), Steps: map[string]Count{}}
	var err error
	if x.ID, err = idIn(r.PostForm); err == nil {
		x.From, err = s.readDay(r.PostForm, "from")
	}
	if err == nil {
		x.To, err = s.readDay(r.PostForm, "to")
	}
	for _, step := range cascadeSteps {
		if err == nil {
			x.Steps[step], err = readCount(r.PostForm, step)
		}
	}
	if err == nil {
		err = s.Screen(r.Context(), x)
	}
	f := cascadeForm(o, x.ID, s.today())
	s.shown(w, r, err, campaignPath(o.ID), "campaign.cascade.saved", f, func() { s.showScreen(w, r, o, f) })
}
