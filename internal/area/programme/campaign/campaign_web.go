package campaign

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func idIn(typed url.Values) (db.ID, error) {
	id, err := db.ParseID(typed.Get("id"))
	if err != nil {
		return id, fault.New(fault.Invalid, "campaign.idIn", "page.error.body")
	}
	return id, nil
}

func (s *Service) mayPlan(r *http.Request) error {
	a, err := access.Acting(r.Context(), "campaign.mayPlan")
	if err != nil {
		return err
	}
	return s.may(r.Context(), access.CampaignEdit, kindCampaign, a.Site())
}

func (s *Service) getOne(w http.ResponseWriter, r *http.Request) {
	o, ok := s.opened(w, r)
	if !ok {
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "campaign.one", Wide: true, Back: listLink()}, oneView(o), nil)
}

// oneView is a campaign: what it is, its messages, whom it reached, the cascade, what was
// done and what is said.
func oneView(o Opened) page.Sheet {
	v := page.Sheet{Rows: page.Summary{{Label: page.M("campaign.q.name"), Value: o.Name}, {Label: page.M("campaign.q.topic"), Value: o.Lists.Topics.Msg(o.Topic)}, {Label: page.M("campaign.state"), Value: stateOf(o.Campaign, o.Today)},
		{Label: page.M("campaign.q.from"), Value: dateOf(o.From)}, {Label: page.M("campaign.q.to"), Value: endOf(o.Campaign)}, {Label: page.M("campaign.q.goal"), Value: o.Goal},
		{Label: page.M("campaign.q.audiences"), Value: o.Lists.Audiences.Msgs(o.Audiences)}, {Label: page.M("campaign.q.languages"), Value: o.Lists.Languages.Msgs(o.Languages)},
		{Label: page.M("campaign.q.channels"), Value: o.Lists.Channels.Msgs(o.Channels)}}}
	base := campaignPath(o.ID)
	if o.Records {
		v.Actions = append(v.Actions, page.Link{Href: base + "/activities", Text: page.M("campaign.activity.new")}, page.Link{Href: rumoursPath + "/new?campaign=" + o.ID.String(), Text: page.M("campaign.rumour.new")})
	}
	if o.Records && o.Lists.Cascades(o.Topic) {
		v.Actions = append(v.Actions, page.Link{Href: base + "/cascade", Text: page.M("campaign.cascade.new")})
	}
	if o.Edits {
		v.Actions = append(v.Actions, page.Link{Href: base + "/messages", Text: page.M("campaign.message.new")}, page.Link{Href: base + "/change", Text: page.M("campaign.change")})
	}
	v.Parts = []page.Part{messagePart(o), reachPart(o)}
	if media := mediaPart(o); media.Table != nil {
		v.Parts = append(v.Parts, media)
	}
	if o.Lists.Cascades(o.Topic) {
		v.Parts = append(v.Parts, cascadePart(o), stretchPart(o))
	}
	v.Parts = append(v.Parts, activityPart(o), page.Part{Title: page.M("campaign.rumour.title"), Table: rumourTable(o.Rumours, o.Lists)})
	v.Limits = []page.Msg{page.M("campaign.limit.here")}
	if o.More {
		v.Limits = append(v.Limits, page.M("campaign.limit.more", "n", mostOf))
	}
	return v
}

func messagePart(o Opened) page.Part {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("campaign.q.title"), Wide: true}, {Label: page.M("campaign.q.language")}, {Label: page.M("campaign.message.version"), Number: true}, {Label: page.M("campaign.state")}},
		Empty: page.Empty{Title: page.M("campaign.message.none"), Text: page.M("campaign.message.none_text")}}
	for _, m := range o.Messages {
		state := []any{standingTag(m.StandingOf(m.Last().ID))}
		if v, ok := m.Usable(); ok && v.ID != m.Last().ID {
			state = append(state, page.M("campaign.message.use_older", "n", m.Number(v.ID)))
		}
		t.Rows = append(t.Rows, []page.Cell{page.Link{Href: messagePath(m.ID), Name: m.Title}, o.Lists.Languages.Msg(m.Language), len(m.Versions), state})
	}
	p := page.Part{Title: page.M("campaign.message.title"), Lead: page.M("campaign.message.lead"), Table: t}
	for _, lang := range o.Languages {
		found := false
		for _, m := range o.Messages {
			_, ok := m.Usable()
			found = found || m.Language == lang && ok
		}
		if !found {
			p.Notes = append(p.Notes, page.Callout{Level: page.Wait, Text: []page.Msg{page.M("campaign.message.lacks", "language", o.Lists.Languages.Msg(lang))}})
		}
	}
	return p
}

func standingTag(s Standing) page.Tag {
	return page.Tag{Level: map[Standing]page.Level{Draft: page.Wait, Approved: page.Done, Withdrawn: page.Danger}[s], Text: page.M("campaign.standing." + string(s))}
}

// rangeCells say how many people: one number where they are distinct, else from and to.
func rangeCells(r Range) any {
	var out []any
	switch {
	case r.Activities == r.Unknown:
		return nil
	case r.Sure:
		out = append(out, page.M("campaign.reach.distinct", "n", r.High))
	case r.Low == r.High:
		out = append(out, page.M("campaign.reach.one", "n", r.High))
	default:
		out = append(out, page.M("campaign.reach.range", "low", r.Low, "high", r.High))
	}
	if r.Unknown > 0 {
		out = append(out, page.Tag{Level: page.Wait, Text: page.M("campaign.reach.unknown", "n", r.Unknown)})
	}
	return out
}

func reachPart(o Opened) page.Part {
	var counted []Activity
	for _, a := range o.Activities {
		if o.Lists.Counts(a.Channel) {
			counted = append(counted, a)
		}
	}
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("campaign.q.audience"), Wide: true}, {Label: page.M("campaign.reach.month")}, {Label: page.M("campaign.activity.title"), Number: true}, {Label: page.M("campaign.reach.people")}},
		Empty: page.Empty{Title: page.M("campaign.reach.none")}}
	for _, g := range GroupsOf(o.Activities, o.Lists.Counts) {
		y, m, _ := g.Month.YMD()
		t.Rows = append(t.Rows, []page.Cell{o.Lists.Audiences.Msg(g.Audience), page.M("campaign.reach.in", "month", page.M("page.month."+strconv.Itoa(m)), "year", page.Code(strconv.Itoa(y))), g.Activities, rangeCells(g.Range)})
	}
	p := page.Part{Title: page.M("campaign.reach.title"), Lead: page.M("campaign.reach.lead"), Table: t}
	if len(counted) > 0 {
		p.Rows = page.Summary{{Label: page.M("campaign.reach.whole"), Value: rangeCells(ReachOf(counted))}}
	}
	return p
}

// mediaPart is how many may have heard what is said to all at once: no people are added up.
func mediaPart(o Opened) page.Part {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("campaign.q.channel"), Wide: true}, {Label: page.M("campaign.activity.title"), Number: true}, {Label: page.M("campaign.media.largest"), Number: true}}}
	for _, c := range o.Lists.Channels {
		if o.Lists.Counts(c.Code) {
			continue
		}
		n, most := 0, Count{}
		for _, a := range o.Activities {
			if a.Channel != c.Code || a.Struck {
				continue
			}
			n++
			if a.Reached.Known && (!most.Known || a.Reached.N > most.N) {
				most = a.Reached
			}
		}
		if n > 0 {
			t.Rows = append(t.Rows, []page.Cell{o.Lists.Channels.Msg(c.Code), n, countCell(most)})
		}
	}
	if len(t.Rows) == 0 {
		return page.Part{}
	}
	return page.Part{Title: page.M("campaign.media.title"), Lead: page.M("campaign.media.lead"), Table: t}
}

func countCell(c Count) any {
	if !c.Known {
		return nil
	}
	return c.N
}

func cascadePart(o Opened) page.Part {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("campaign.cascade.step"), Wide: true}, {Label: page.M("campaign.cascade.people")}, {Label: page.M("campaign.cascade.percent")}},
		Empty: page.Empty{Title: page.M("campaign.cascade.none")}}
	for i, st := range StagesOf(o.Cascades) {
		var people, percent any
		switch {
		case st.Sum.Known && st.Unknown > 0:
			people = []any{page.M("campaign.cascade.at_least", "n", st.Sum.N), page.Tag{Level: page.Wait, Text: page.M("campaign.cascade.unknown", "n", st.Unknown)}}
		case st.Sum.Known:
			people = st.Sum.N
		}
		switch {
		case st.Percent.Known:
			percent = page.M("campaign.cascade.of_before", "n", st.Percent.N)
		case i == 0:
			percent = page.M("campaign.cascade.first")
		}
		t.Rows = append(t.Rows, []page.Cell{page.M("campaign.step." + st.Step), people, percent})
	}
	if len(o.Cascades) == 0 {
		t.Rows = nil
	}
	return page.Part{Title: page.M("campaign.cascade.title"), Lead: page.M("campaign.cascade.lead"), Table: t}
}

// stretchPart are the stretches that the cascade is the sum of.
func stretchPart(o Opened) page.Part {
	each := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("campaign.cascade.stretch"), Wide: true}}, Empty: page.Empty{Title: page.M("campaign.cascade.none")}}
	for _, step := range cascadeSteps {
		each.Columns = append(each.Columns, page.Column{Label: page.M("campaign.step." + step), Number: true})
	}
	for i, c := range o.Cascades {
		if i == mostRows {
			break
		}
		where := []any{c.Place, page.M("campaign.cascade.between", "from", c.From.Date(), "to", c.To.Date())}
		if c.Why != "" {
			where = append(where, page.Tag{Level: page.Wait, Text: page.M("campaign.cascade.asked")}, c.Why)
		}
		row := []page.Cell{where}
		for _, step := range cascadeSteps {
			row = append(row, countCell(c.Steps[step]))
		}
		each.Rows = append(each.Rows, row)
	}
	return page.Part{Title: page.M("campaign.cascade.each"), Table: each}
}

// mostRows is how many activities and stretches a campaign's page lists.
const mostRows = 50
